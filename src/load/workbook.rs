//! The bytes of an XLSX workbook in; one of its sheets as CSV text out, a line a row, so that places are rows.

use std::fmt::Write;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};

use crate::limits::{Limits, Unit};

/// Columns past this one hold nothing that an address book has.
const MOST_COLUMNS: u32 = 500;

/// True where the bytes begin as a ZIP file does, which a workbook is.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The sheet of that name, else the first. A line break in a cell becomes U+2028, so that a row stays a line.
///
/// # Errors
/// Words for a file that is no workbook, a sheet that is not there, or more rows than the limit allows.
pub fn workbook_csv(
    bytes: Vec<u8>,
    sheet: Option<&str>,
    limits: &Limits,
) -> Result<String, (String, Option<String>)> {
    let too_large = || {
        let most = Unit::Bytes.words(limits.csv_bytes);
        (format!("holds more than {most} of text"), Some(Limits::hint("csv-bytes")))
    };
    let broken = |error: calamine::XlsxError| (format!("is no workbook that can be read: {error}"), None);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let names = book.sheet_names();
    let name = match sheet {
        Some(wanted) => names.iter().find(|name| name.eq_ignore_ascii_case(wanted)),
        None => names.first(),
    };
    let Some(name) = name else {
        let hint = (!names.is_empty()).then(|| format!("its sheets are `{}`", names.join("`, `")));
        return Err((format!("has no sheet `{}`", sheet.unwrap_or("1")), hint));
    };
    let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut csv = String::new();
    let (mut row, mut column) = (0, 0);
    // Cell by cell: a sheet may claim a million empty rows.
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (at_row, at_column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => (*text).to_owned(),
            other => calamine::Data::from(other.clone()).to_string(),
        };
        if text.trim().is_empty() || at_column >= MOST_COLUMNS {
            continue;
        }
        if u64::from(at_row) > limits.csv_rows {
            let most = Unit::Count.words(limits.csv_rows);
            return Err((format!("has more than {most} rows"), Some(Limits::hint("csv-rows"))));
        }
        while row < at_row {
            csv.push('\n');
            (row, column) = (row + 1, 0);
        }
        while column < at_column {
            csv.push(',');
            column += 1;
        }
        let text = text.trim().replace("\r\n", "\n").replace(['\n', '\r'], "\u{2028}").replace('"', "\"\"");
        let _ = write!(csv, "\"{text}\"");
        if csv.len() as u64 > limits.csv_bytes {
            return Err(too_large());
        }
    }
    evened(&csv, limits.csv_bytes).ok_or_else(too_large)
}

/// Every row as long as the longest, as the reader of CSV wants them; `None` where that takes more bytes than allowed.
fn evened(csv: &str, most_bytes: u64) -> Option<String> {
    let separators = |line: &str| {
        let mut inside = false;
        line.chars()
            .filter(|c| {
                inside ^= *c == '"';
                *c == ',' && !inside
            })
            .count()
    };
    let most = csv.lines().map(separators).max().unwrap_or(0);
    let mut out = String::with_capacity(csv.len());
    for line in csv.lines() {
        out.push_str(line);
        out.extend(std::iter::repeat_n(',', most - separators(line)));
        out.push('\n');
        if out.len() as u64 > most_bytes {
            return None;
        }
    }
    Some(out)
}
