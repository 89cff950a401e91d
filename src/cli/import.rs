//! A spreadsheet of targets in; case files out.

use std::path::Path;
use std::process::ExitCode;

use super::MACHINE;
use super::terminal::Terminal;

/// `makekit import`
pub fn import(file: &Path, cases: &Path, sheet: Option<&str>, terminal: &Terminal) -> ExitCode {
    let _ = (file, cases, sheet, terminal);
    ExitCode::from(MACHINE)
}
