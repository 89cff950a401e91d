//! CSV text to rows of fields with their places; ragged rows and stray quotes are mistakes, not guesses.
//!
//! The form is RFC 4180 with three liberties that spreadsheets take: `;` or a tab between fields where the heading row
//! shows it, any line end, and blank rows, which are skipped. Fields are not copied: a row is a list of ranges.

use std::sync::Arc;

use super::raw::{RawField, RawRows};
use crate::diag::{Diagnostic, FileId, Report, Span};
use crate::limits::{Limits, Unit};

/// Reads a CSV text that the sources hold as `file`. `None` where there is not even a heading row.
pub fn parse(file: FileId, text: Arc<str>, limits: &Limits, report: &mut Report) -> Option<RawRows> {
    let mut reader = Reader { file, text: text.as_bytes(), at: 0, separator: separator(&text) };
    let mut fields = Vec::new();
    while fields.is_empty() && reader.at < reader.text.len() {
        reader.row(&mut fields, report);
    }
    if fields.is_empty() {
        report.push(Diagnostic::error("the file is empty").at(Span::start_of(file)).hint(
            "its first row names the columns, such as name,office,salutation,street,postcode,city,country",
        ));
        return None;
    }
    let columns: Vec<(String, Span)> = fields
        .iter()
        .map(|field| {
            let range = field.start as usize..field.end as usize;
            (text.get(range.clone()).unwrap_or_default().trim().to_owned(), Span::new(file, range))
        })
        .collect();
    let mut rows = Vec::new();
    // About as many as rows of the usual length would give.
    fields = Vec::with_capacity(text.len() / 12);
    while reader.at < reader.text.len() {
        let first = fields.len();
        reader.row(&mut fields, report);
        if fields.len() == first {
            continue;
        }
        let count = fields.len() - first;
        let spare = fields[first..].iter().skip(columns.len()).all(|field| field.start == field.end);
        if count < columns.len() || !spare {
            let span = Span { file, start: fields[first].start, end: fields[fields.len() - 1].end };
            report.push(ragged(count, &columns, span, reader.separator));
            fields.truncate(first);
            continue;
        }
        fields.truncate(first + columns.len());
        rows.push(u32::try_from(first).unwrap_or(u32::MAX));
        if rows.len() as u64 > limits.csv_rows {
            report.push(
                Diagnostic::error(format!(
                    "more than {} rows of recipients",
                    Unit::Count.words(limits.csv_rows)
                ))
                .at(Span::start_of(file))
                .hint(Limits::hint("csv-rows")),
            );
            break;
        }
    }
    Some(RawRows { file, text, columns, fields, rows })
}

fn ragged(count: usize, columns: &[(String, Span)], span: Span, separator: u8) -> Diagnostic {
    let many = |n: usize| if n == 1 { "1 field".to_owned() } else { format!("{n} fields") };
    let heading =
        Span { end: columns.last().map_or(0, |c| c.1.end), ..columns.first().map_or(span, |c| c.1) };
    let error = Diagnostic::error(format!(
        "the row has {}, the heading row has {}",
        many(count),
        many(columns.len())
    ))
    .at(span)
    .related(heading, "the heading row");
    if count > columns.len() {
        error.hint(format!("a field that holds `{}` must stand in quotation marks", char::from(separator)))
    } else {
        error.hint(
            "an empty field keeps its comma"
                .replace("comma", if separator == b',' { "comma" } else { "separator" }),
        )
    }
}

/// The character between fields: the one of `,`, `;` and the tab that the heading row has most of.
fn separator(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |c: &u8| heading.bytes().filter(|b| b == c).count();
    *[b'\t', b';', b','].iter().max_by_key(|c| count(c)).unwrap_or(&b',')
}

struct Reader<'t> {
    file: FileId,
    text: &'t [u8],
    at: usize,
    separator: u8,
}

impl Reader<'_> {
    /// Reads one row and adds its fields; none for a blank row, and none for a row whose quotes are wrong.
    fn row(&mut self, fields: &mut Vec<RawField>, report: &mut Report) {
        let first = fields.len();
        let start = self.at;
        loop {
            let wrong =
                if self.text.get(self.at) == Some(&b'"') { self.quoted(fields) } else { self.plain(fields) };
            if let Some(error) = wrong {
                report.push(error);
                fields.truncate(first);
                self.skip_line();
                return;
            }
            match self.text.get(self.at) {
                Some(c) if *c == self.separator => self.at += 1,
                _ => break,
            }
        }
        let blank = self.text[start..self.at].iter().all(|b| *b == self.separator || b.is_ascii_whitespace());
        self.skip_line();
        if blank {
            fields.truncate(first);
        }
    }

    fn plain(&mut self, fields: &mut Vec<RawField>) -> Option<Diagnostic> {
        let start = self.at;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'\n' | b'\r' => break,
                b if *b == self.separator => break,
                _ => self.at += 1,
            }
        }
        fields.push(self.field(start, self.at, false));
        None
    }

    fn quoted(&mut self, fields: &mut Vec<RawField>) -> Option<Diagnostic> {
        let open = self.at;
        let start = open + 1;
        let mut doubled = false;
        self.at = start;
        loop {
            let Some(quote) = self.text[self.at..].iter().position(|b| *b == b'"') else {
                self.at = open;
                let place = Span::new(self.file, open..start);
                return Some(
                    Diagnostic::error("the quotation mark that opens this field is never closed")
                        .at(place)
                        .hint("write a quotation mark inside of a field twice: `\"\"`"),
                );
            };
            let close = self.at + quote;
            self.at = close + 1;
            match self.text.get(self.at) {
                Some(b'"') => {
                    doubled = true;
                    self.at += 1;
                }
                None | Some(b'\n' | b'\r') => {
                    fields.push(self.field(start, close, doubled));
                    return None;
                }
                Some(b) if *b == self.separator => {
                    fields.push(self.field(start, close, doubled));
                    return None;
                }
                Some(_) => {
                    return Some(
                        Diagnostic::error("text follows the quotation mark that closes the field")
                            .at(Span::new(self.file, close..close + 1))
                            .hint("write a quotation mark inside of a field twice: `\"\"`"),
                    );
                }
            }
        }
    }

    fn field(&self, start: usize, end: usize, doubled_quotes: bool) -> RawField {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        RawField { start: clamp(start), end: clamp(end), doubled_quotes }
    }

    /// Goes on to the beginning of the next line.
    fn skip_line(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            self.at += 1;
            if *byte == b'\n' || (*byte == b'\r' && self.text.get(self.at) != Some(&b'\n')) {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Sources, human};

    fn read(text: &str) -> (Vec<Vec<String>>, String) {
        let sources = Sources::default();
        let mut report = Report::default();
        let file = sources.add("r.csv", text);
        let rows = parse(file, text.into(), &Limits::default(), &mut report);
        let fields = rows.map_or(Vec::new(), |rows| {
            let texts =
                |row: usize| rows.row(row).iter().map(|f| rows.text[rows.range(*f)].to_owned()).collect();
            (0..rows.rows.len()).map(texts).collect()
        });
        (fields, human(&report.into_sorted(&sources), &sources, false))
    }

    #[test]
    fn rows_are_read_as_spreadsheets_write_them() {
        let expected = vec![vec!["Ala", "1 Street\nTown"], vec!["Bob", ""]];
        assert_eq!(read("name,street\nAla,\"1 Street\nTown\"\n\n ,\nBob,").0, expected);
        assert_eq!(read("name;street\r\nAla;\"1 Street\nTown\"\r\nBob;\r\n").0, expected);
        assert_eq!(read("name\tstreet\rAla\t\"1 Street\nTown\"\rBob\t\r").0, expected);
        assert_eq!(read("name,street\nA,b,,,\n").0, [["A", "b"]]);
    }

    #[test]
    fn ragged_rows_and_stray_quotes_are_mistakes_with_their_line() {
        let (rows, said) = read("name,street\nAla\nBob,1,2\n\"Eve\"x,1\nIda,\"1\nJo,2\n");
        assert_eq!(rows, [["Jo", "2"]]);
        for words in [
            "the row has 1 field, the heading row has 2 fields\n --> r.csv:2:1",
            "the row has 3 fields, the heading row has 2 fields\n --> r.csv:3:1",
            "text follows the quotation mark that closes the field\n --> r.csv:4:5",
            "the quotation mark that opens this field is never closed\n --> r.csv:5:5",
        ] {
            assert!(said.contains(words), "{words} is not in\n{said}");
        }
        assert!(read("\n\n").1.contains("the file is empty"));
    }
}
