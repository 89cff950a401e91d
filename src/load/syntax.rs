//! TOML text to raw tables with places; every syntax error of the file at once, in plain words.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::raw::{Raw, RawEntry, RawFile, RawTable, RawValue};
use crate::diag::{Diagnostic, FileId, Report, Span};

/// Reads a TOML text that the sources hold as `file`.
pub fn parse(file: FileId, stem: Arc<str>, text: &str, report: &mut Report) -> RawFile {
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let mut unreadable_keys = BTreeSet::new();
    let mut last_line = None;
    let mut words = Words { file, text, report };
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = line_of(text, span.start);
        note_keys(text, &line, &span, &mut unreadable_keys);
        // One slip often gives several errors in its line; the first says what it is.
        if last_line.as_ref() != Some(&line) {
            words.push(error.message(), span, &line);
        }
        last_line = Some(line);
    }
    let reader = Reader { file, text };
    let root = RawTable { span: Some(Span::start_of(file)), entries: reader.entries(table.get_ref()) };
    RawFile { file, stem, root, unreadable_keys }
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
}

impl Reader<'_> {
    fn entries(&self, table: &DeTable<'_>) -> Vec<RawEntry> {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| RawEntry {
                key: key.get_ref().as_ref().to_owned(),
                key_span: Span::new(self.file, key.span()),
                value: self.value(value),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        entries
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Raw {
        let range = value.span();
        let span = Span::new(self.file, range.clone());
        let raw = match value.get_ref() {
            // What could not be read stands as an integer without a place.
            _ if range.is_empty() => RawValue::Unreadable,
            DeValue::String(text) => RawValue::Text(text.as_ref().to_owned()),
            DeValue::Integer(number) => {
                RawValue::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
            }
            DeValue::Float(number) => number.as_str().parse().map_or(RawValue::Unreadable, RawValue::Float),
            DeValue::Boolean(value) => RawValue::Boolean(*value),
            DeValue::Datetime(value) => self.date(value, &range),
            DeValue::Array(items) if self.under_double_brackets(items.first()) => {
                let tables = items.iter().filter_map(|item| match item.get_ref() {
                    DeValue::Table(table) => Some(self.table(table, item.span())),
                    _ => None,
                });
                RawValue::Tables(tables.collect())
            }
            DeValue::Array(items) => RawValue::Array(items.iter().map(|item| self.value(item)).collect()),
            DeValue::Table(table) => RawValue::Table(self.table(table, range)),
        };
        Raw { span, value: raw }
    }

    /// True where a list's first item is a table that was written with a heading, `[[name]]`, not in the list.
    fn under_double_brackets(&self, first: Option<&Spanned<DeValue<'_>>>) -> bool {
        first.is_some_and(|first| {
            matches!(first.get_ref(), DeValue::Table(_)) && self.text.get(first.span()).is_some_and(|text| text.starts_with("[["))
        })
    }

    fn table(&self, table: &DeTable<'_>, span: Range<usize>) -> RawTable {
        RawTable { span: Some(Span::new(self.file, span)), entries: self.entries(table) }
    }

    fn date(&self, value: &toml::value::Datetime, range: &Range<usize>) -> RawValue {
        match (value.date, value.time) {
            (Some(date), None) => {
                let (year, month, day) = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
                match (year, month, day) {
                    (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_or(RawValue::Unreadable, RawValue::Date),
                    _ => RawValue::Unreadable,
                }
            }
            (None, None) => RawValue::Unreadable,
            _ => RawValue::Time(self.text.get(range.clone()).unwrap_or_default().to_owned()),
        }
    }
}

/// The line that a byte stands in, without its end.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| at + n);
    start..end
}

/// Notes the keys that the lines of an error begin with, so that they are not called missing too.
fn note_keys(text: &str, line: &Range<usize>, span: &Range<usize>, keys: &mut BTreeSet<String>) {
    let end = line.end.max(span.end.min(text.len()));
    for line in text.get(line.start..end).unwrap_or_default().lines().take(10_000) {
        let name = line.trim_start().trim_start_matches('[').trim_start().trim_start_matches('"');
        let len = name.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(name.len());
        if len > 0 {
            keys.insert(name[..len].to_owned());
        }
    }
}

struct Words<'t, 'r> {
    file: FileId,
    text: &'t str,
    report: &'r mut Report,
}

impl Words<'_, '_> {
    /// Reports a parser's message in the words of somebody who does not know TOML.
    fn push(&mut self, message: &str, span: Range<usize>, line: &Range<usize>) {
        let found = self.text.get(span.clone()).unwrap_or_default();
        let rest = self.text.get(line.clone()).unwrap_or_default();
        let key = rest.split('=').next().unwrap_or_default().trim();
        let head = message.split(", expected").next().unwrap_or(message);
        let at = Span::new(self.file, span.clone());
        let error = match head {
            "duplicate key" => {
                let error = Diagnostic::error(format!("`{}` is given twice", found.trim())).at(at);
                match self.first_of(found, span.start) {
                    Some(first) => error.related(first, "it was given here before"),
                    None => error,
                }
            }
            _ if impossible_date(found).is_some() => {
                Diagnostic::error(impossible_date(found).unwrap_or_default()).at(at).hint("a date is year-month-day, such as 2026-12-10")
            }
            _ if looks_like_date(found) => Diagnostic::error(format!("`{}` is not a date", found.trim()))
                .at(at)
                .hint("a date is year-month-day, such as 2026-12-10"),
            "string values must be quoted" | "invalid value" => {
                let value = rest.split_once('=').map_or(found, |(_, value)| value).trim();
                Diagnostic::error("a text must stand in quotation marks")
                    .at(at)
                    .hint(format!("write `{key} = \"{}\"`", value.replace('"', "").trim()))
            }
            "invalid basic string" | "invalid literal string" => Diagnostic::error("the text has no closing quotation mark in its line")
                .at(at)
                .hint("end it with `\"`; a text of several lines stands between `\"\"\"` and `\"\"\"`"),
            "invalid multi-line basic string" | "invalid multi-line literal string" => {
                Diagnostic::error("the text has no end").at(at).hint("end it with `\"\"\"`")
            }
            "missing escaped value" | "too few unicode value digits" => Diagnostic::error("`\\` does not stand for a character here")
                .at(at)
                .hint("write `\\\\` for a backslash, or put the text in single quotes: 'C:\\photos'"),
            "key with no value" | "missing value for key" | "missing value" => Diagnostic::error(format!("`{key}` has no value"))
                .at(at)
                .hint(format!("write `{key} = …`, or put `#` before a line that is a remark")),
            "missing assignment between key-value pairs" | "invalid key-value pair" => {
                Diagnostic::error("expected `name = value`").at(at).hint("put `#` before a line that is a remark")
            }
            "unclosed array" => Diagnostic::error("the list has no closing `]`").at(at),
            "unclosed table" => Diagnostic::error("the heading has no closing `]`").at(at),
            "unclosed array table" => Diagnostic::error("the heading has no closing `]]`").at(at),
            "unclosed inline table" => Diagnostic::error("the `{` has no closing `}`").at(at),
            "missing comma between array elements" | "missing comma between key-value pairs" => {
                Diagnostic::error("a comma is missing").at(at).hint("put `,` between one and the next")
            }
            "extra comma in array" | "extra comma in inline table" => Diagnostic::error("a comma too many").at(at),
            "invalid unquoted key" => Diagnostic::error("a name with other than letters a to z, digits, `_` and `-` must stand in quotation marks")
                .at(at)
                .hint(format!("write `\"{}\" = …`", key.trim_matches('"'))),
            "cannot recurse further; max recursion depth met" => Diagnostic::error("lists or tables are nested too deeply").at(at),
            "carriage return must be followed by newline" => {
                Diagnostic::error("a line ends in a lone carriage return").at(at).hint("save the file again with usual line ends")
            }
            _ => Diagnostic::error(plain(message)).at(at),
        };
        self.report.push(error);
    }

    /// Where a key of this name stood before.
    fn first_of(&self, key: &str, before: usize) -> Option<Span> {
        let key = key.trim();
        let mut at = 0;
        for line in self.text.get(..before)?.split_inclusive('\n') {
            let blanks = line.len() - line.trim_start_matches([' ', '\t', '[']).len();
            let rest = &line[blanks..];
            let ends = rest.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']));
            if !key.is_empty() && ends {
                return Some(Span::new(self.file, at + blanks..at + blanks + key.len()));
            }
            at += line.len();
        }
        None
    }
}

/// The parser's own message in our style.
fn plain(message: &str) -> String {
    message.replace(", expected", "; expected").replace("newline", "the end of the line")
}

fn looks_like_date(found: &str) -> bool {
    let found = found.trim();
    let digits = found.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&digits) && found.bytes().filter(|b| *b == b'-').count() == 2 && found.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

/// What is wrong with a date that has the right form and does not exist.
pub fn impossible_date(found: &str) -> Option<String> {
    let found = found.trim();
    let mut parts = found.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day) = (year.parse::<i16>().ok()?, month.parse::<i8>().ok()?, day.parse::<i8>().ok()?);
    let Ok(first) = Date::new(year, month, 1) else {
        return Some(format!("`{found}` is not a date: there is no month {month:02}"));
    };
    let days = first.days_in_month();
    (day < 1 || day > days).then(|| {
        const MONTHS: [&str; 12] = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
            "December",
        ];
        let name = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
        format!("`{found}` is not a date: {name} {year} has {days} days")
    })
}
