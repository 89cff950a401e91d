//! The bytes of an XLSX workbook in; one of its sheets as CSV text out, a line a row, so that places are rows.

use std::fmt::Write;
use std::io::{Cursor, Read};
use std::panic::{self, AssertUnwindSafe};

use calamine::{DataRef, Reader, Xlsx};
use zip::ZipArchive;

use crate::limits::{Limits, Unit};

/// Columns past this one hold nothing that an address book has.
const MOST_COLUMNS: u32 = 500;
/// The part of a workbook that holds its texts, and the fewest bytes that one of them takes (`<si/>`).
const TEXTS: &str = "sharedstrings.xml";
const TEXT_BYTES: u64 = 5;

/// Words that follow on a workbook's name, and what to do.
type Told = (String, Option<String>);

/// True where the bytes begin as a ZIP file does, which a workbook is.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The sheet of that name, else the first. A line break in a cell becomes U+2028, so that a row stays a line.
///
/// # Errors
/// Words for a file that is no workbook, a sheet that is not there, or more rows or text than the limits allow.
pub fn workbook_csv(bytes: Vec<u8>, sheet: Option<&str>, limits: &Limits) -> Result<String, Told> {
    unfolds_within(&bytes, limits)?;
    // The reader is of other hands: should it panic, the workbook is damaged, not the run.
    panic::catch_unwind(AssertUnwindSafe(|| sheet_csv(bytes, sheet, limits)))
        .unwrap_or_else(|_| Err(("is no workbook that can be read".to_owned(), None)))
}

/// Unfolds every part once and keeps none: the reader takes whole parts into memory, and room for as many texts as one
/// says it holds.
fn unfolds_within(bytes: &[u8], limits: &Limits) -> Result<(), Told> {
    let broken = |error: &dyn std::fmt::Display| (format!("is no workbook that can be read: {error}"), None);
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut left = limits.csv_bytes;
    for number in 0..parts.len() {
        let part = parts.by_index(number).map_err(|error| broken(&error))?;
        let holds_texts = part.name_raw().to_ascii_lowercase().ends_with(TEXTS.as_bytes());
        let mut part = part.take(left.saturating_add(1));
        let mut texts = Vec::new();
        let read = if holds_texts {
            part.read_to_end(&mut texts).map(|n| n as u64)
        } else {
            std::io::copy(&mut part, &mut std::io::sink())
        };
        let bytes = read.map_err(|error| broken(&error))?;
        left = left.checked_sub(bytes).ok_or_else(|| {
            let most = Unit::Bytes.words(limits.csv_bytes);
            (format!("unfolds to more than {most}"), Some(Limits::hint("csv-bytes")))
        })?;
        if said_count(&texts).is_some_and(|count| count > bytes / TEXT_BYTES) {
            return Err(("is damaged: it says that it holds more texts than it can hold".to_owned(), None));
        }
    }
    Ok(())
}

/// The largest number of texts that a part says it holds.
fn said_count(part: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"uniqueCount";
    let found = part.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    let counts = found.filter_map(|(at, _)| {
        let mut rest = part[at + NAME.len()..].iter().skip_while(|b| b.is_ascii_whitespace());
        let mut value = (rest.next() == Some(&b'=')).then(|| rest.skip_while(|b| b.is_ascii_whitespace()))?;
        let quote = value.next()?;
        let digits = value.take_while(|byte| *byte != quote).filter(|byte| byte.is_ascii_digit());
        Some(digits.fold(0u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
    });
    counts.max()
}

fn sheet_csv(bytes: Vec<u8>, sheet: Option<&str>, limits: &Limits) -> Result<String, Told> {
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
    let mut last = None;
    // Cell by cell: a sheet may claim a million empty rows.
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (at_row, at_column) = cell.get_position();
        if last.is_some_and(|last| last >= (at_row, at_column)) {
            return Err((
                format!("is no workbook that can be read: the cells of `{name}` are out of order"),
                None,
            ));
        }
        last = Some((at_row, at_column));
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
        // Word's own line breaks are among those that are pasted into cells.
        let text = text
            .trim()
            .replace("\r\n", "\n")
            .replace(['\n', '\r', '\u{b}', '\u{c}'], "\u{2028}")
            .replace('"', "\"\"");
        if text.chars().any(|c| c.is_control() && c != '\t') {
            let row = u64::from(at_row) + 1;
            return Err((
                format!("has a control character in row {row} of `{name}`, which is no text"),
                None,
            ));
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_texts_is_found_however_it_is_written() {
        for (part, count) in [
            (&b"<sst count=\"3\" uniqueCount=\"2\">"[..], Some(2)),
            (b"<sst uniqueCount\n = ' +99999999999999999999999'>", Some(u64::MAX)),
            (b"<sst uniqueCount=\"1\" x:uniqueCount=\"70\"/>", Some(70)),
            (b"<sst><si><t>uniqueCount of things</t></si></sst>", None),
            (b"<sst uniqueCount", None),
            (b"uniqueCount=", None),
        ] {
            assert_eq!(said_count(part), count, "{}", String::from_utf8_lossy(part));
        }
    }
}
