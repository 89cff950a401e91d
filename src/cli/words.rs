//! A build's summary in; the words that the organiser reads at the end out.

use std::fmt::Write;
use std::time::Duration;

use crate::frame::StockKind;
use crate::pipeline::{SheetSummary, Summary};

/// The files, the sheets with their pages, and what to print on which stock.
pub fn summary(summary: &Summary, verbose: bool) -> String {
    let mut out = String::new();
    for file in &summary.files {
        let _ =
            writeln!(out, "{}: {}, {}", file.path.display(), counted(file.pages, "page"), size(file.bytes));
    }
    let width = summary.sheets.iter().map(|s| s.title.chars().count()).max().unwrap_or(0);
    for sheet in &summary.sheets {
        let pages = pages(sheet);
        let pieces = if sheet.pieces == sheet.sides {
            String::new()
        } else {
            format!("  ({})", counted(sheet.pieces, "piece"))
        };
        let _ = writeln!(out, "  {:width$}  {pages:>12}  {}{pieces}", sheet.title, stock(sheet));
    }
    for (kind, advice) in [
        (StockKind::Paper, "plain paper"),
        (StockKind::Envelope, "manual feed, at 100 %"),
        (StockKind::Labels, "manual feed, at 100 %"),
    ] {
        let of_kind: Vec<&SheetSummary> = summary.sheets.iter().filter(|s| s.stock == kind).collect();
        if let Some(first) = of_kind.first() {
            let sides: usize = of_kind.iter().map(|s| s.sides).sum();
            let _ = writeln!(out, "load {}: {} ({advice})", stock(first), counted(sides, "sheet"));
        }
    }
    if summary.pictures > 0 {
        let _ = writeln!(
            out,
            "{}: place, camera and all other data taken out",
            counted(summary.pictures, "picture")
        );
    }
    changes_and_times(&mut out, summary, verbose);
    out
}

/// A rebuild in a watch: the file, how long it took, and what to print again.
pub fn rebuilt(summary: &Summary, took: Duration, verbose: bool) -> String {
    let mut out = String::new();
    for file in &summary.files {
        let _ = writeln!(
            out,
            "{}: {}, rebuilt in {:.0} ms",
            file.path.display(),
            counted(file.pages, "page"),
            took.as_secs_f64() * 1000.0
        );
    }
    changes_and_times(&mut out, summary, verbose);
    out
}

fn changes_and_times(out: &mut String, summary: &Summary, verbose: bool) {
    for change in summary.changes.iter().flatten() {
        let _ = writeln!(out, "{change}");
    }
    if verbose {
        for (stage, time) in &summary.stages {
            let _ = writeln!(out, "  {stage}: {:.1} ms", time.as_secs_f64() * 1000.0);
        }
    }
}

fn stock(sheet: &SheetSummary) -> String {
    match sheet.stock {
        StockKind::Paper => sheet.stock_name.to_string(),
        StockKind::Envelope => format!("{} envelopes", sheet.stock_name),
        StockKind::Labels => format!("{} labels", sheet.stock_name),
    }
}

fn pages(sheet: &SheetSummary) -> String {
    let last = sheet.first_page + sheet.sides - 1;
    if last == sheet.first_page { format!("page {last}") } else { format!("{}–{last}", sheet.first_page) }
}

/// `1 page`, `12 pages`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_read_as_words() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_234_567), "1.23 MB");
        assert_eq!(counted(1, "page"), "1 page");
        assert_eq!(counted(0, "page"), "0 pages");
    }
}
