//! A stock in; a page of outlines and rulers, to be held against the real sheet, out.

use std::path::Path;
use std::process::ExitCode;

use super::args::PrinterArgs;
use super::status_of;
use super::terminal::Terminal;
use crate::diag::Diagnostic;
use crate::pipeline::{self, Calibrated};
use crate::postal::stock;

/// `makekit calibrate`
pub fn calibrate(
    labels: Option<&str>,
    envelope: Option<&str>,
    out: &Path,
    printer: PrinterArgs,
    terminal: &Terminal,
) -> ExitCode {
    match write(labels, envelope, out, printer) {
        Ok(()) => {
            terminal.say(&format!("{}: page 1 to print, page 2 says what to do with it", out.display()));
            ExitCode::SUCCESS
        }
        Err(diagnostic) => {
            let status = status_of(&diagnostic);
            terminal.error(diagnostic);
            status
        }
    }
}

fn write(
    labels: Option<&str>,
    envelope: Option<&str>,
    out: &Path,
    printer: PrinterArgs,
) -> Result<(), Diagnostic> {
    let stock = match (labels, envelope) {
        (Some(id), _) => stock::labels(id)
            .map(Calibrated::Labels)
            .ok_or_else(|| unknown("label", id, stock::suggest_labels(id)))?,
        (None, Some(id)) => stock::envelope(id)
            .map(Calibrated::Envelope)
            .ok_or_else(|| unknown("envelope", id, stock::suggest_envelope(id)))?,
        (None, None) => return Err(Diagnostic::error("name a stock with `--labels` or `--envelope`")),
    };
    pipeline::calibrate(&stock, (printer.offset_x, printer.offset_y), pipeline::today()?, out)
}

fn unknown(what: &str, id: &str, near: Option<String>) -> Diagnostic {
    Diagnostic::error(format!("there is no {what} stock `{id}`")).hint(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`makekit stocks` lists all; `--search` looks by part number or size".to_owned(),
    })
}
