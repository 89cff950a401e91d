//! A stock in; a page of outlines and rulers, to be held against the real sheet, out.

use std::path::Path;
use std::process::ExitCode;

use super::MACHINE;
use super::args::PrinterArgs;
use super::terminal::Terminal;

/// `makekit calibrate`
pub fn calibrate(
    labels: Option<&str>,
    envelope: Option<&str>,
    out: &Path,
    printer: PrinterArgs,
    terminal: &Terminal,
) -> ExitCode {
    let _ = (labels, envelope, out, printer, terminal);
    ExitCode::from(MACHINE)
}
