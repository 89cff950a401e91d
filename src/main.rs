//! The program: the command line, run.

use std::process::ExitCode;

fn main() -> ExitCode {
    makekit::cli::run()
}
