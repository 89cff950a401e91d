//! Options in; a kit that is rebuilt after each edit, until the program is asked to stop.

use std::process::ExitCode;

use super::MACHINE;
use super::terminal::Terminal;
use crate::pipeline::Options;

/// `makekit --watch`
pub fn watch(options: &Options, terminal: &Terminal) -> ExitCode {
    let _ = (options, terminal);
    ExitCode::from(MACHINE)
}
