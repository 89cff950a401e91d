//! Counts of several tables in; their sums on stdout and a results poster out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::MACHINE;
use super::args::{InputArgs, ReportFormat};
use super::terminal::Terminal;

/// `makekit report`
pub fn report(
    counts: &[PathBuf],
    poster: Option<&Path>,
    format: ReportFormat,
    input: &InputArgs,
    terminal: &Terminal,
) -> ExitCode {
    let _ = (counts, poster, format, input, terminal);
    ExitCode::from(MACHINE)
}
