//! A search text in; the stocks that match, with their geometry, on stdout.

use std::fmt::Write;
use std::process::ExitCode;

use super::INPUT;
use super::terminal::Terminal;
use crate::diag::Diagnostic;
use crate::postal::stock;

/// `makekit stocks`
pub fn list(search: Option<&str>, terminal: &Terminal) -> ExitCode {
    let rows = stock::search(search.unwrap_or_default());
    if rows.is_empty() {
        terminal.error(
            Diagnostic::error(format!("no stock matches `{}`", search.unwrap_or_default()))
                .hint("search by part number, brand, size (`63.5x38.1`) or labels a sheet (`21`)"),
        );
        return ExitCode::from(INPUT);
    }
    let width = rows.iter().map(|row| row.id.chars().count()).max().unwrap_or(0);
    let mut words = String::new();
    for row in &rows {
        let _ = write!(words, "{:width$}  {}: {}", row.id, row.name, row.geometry);
        if !row.aliases.is_empty() {
            let _ = write!(words, "; also {}", row.aliases.join(", "));
        }
        words.push('\n');
    }
    terminal.result(&words);
    ExitCode::SUCCESS
}
