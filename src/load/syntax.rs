//! TOML text to raw tables with places; every syntax error of the file at once, in plain words.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::raw::{Raw, RawEntry, RawFile, RawTable, RawValue};
use crate::diag::{Diagnostic, FileId, Report, Span};

/// How often a text is read again after what stopped the parser was taken out.
const PASSES: usize = 40;

/// Reads a TOML text that the sources hold as `file`.
pub fn parse(file: FileId, stem: Arc<str>, text: &str, report: &mut Report) -> RawFile {
    let mut unreadable_keys = BTreeSet::new();
    let mut said: BTreeSet<usize> = BTreeSet::new();
    let mut broken: Vec<Range<usize>> = Vec::new();
    let mut working = Cow::Borrowed(text);
    let mut words = Words { file, text, report };
    let mut entries = Vec::new();
    // Below a heading that stands twice, each key stands twice too.
    let mut repeated: Vec<Range<usize>> = Vec::new();
    for _ in 0..PASSES {
        let (table, mut errors) = DeTable::parse_recoverable(&working);
        errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
        let mut blank = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let line = line_of(text, span.start);
            if let Some(runaway) = runaway(&working, error.message(), &span) {
                note_keys(text, &runaway, &mut unreadable_keys);
                if said.insert(line_of(text, runaway.start).start) {
                    words.never_closed(&runaway);
                }
                broken.push(runaway.clone());
                blank = vec![runaway];
                break;
            }
            note_keys(text, &line, &mut unreadable_keys);
            broken.push(line.clone());
            if error.message().starts_with("duplicate key") {
                if repeated.iter().any(|table| table.contains(&span.start)) {
                    continue;
                }
                if text[line.clone()].trim_start().starts_with('[') {
                    let end = text[line.end..].find("\n[").map_or(text.len(), |at| line.end + at);
                    repeated.push(line.end..end);
                }
            }
            // One slip often gives several errors in its line; the first says what it is.
            if said.insert(line.start) {
                words.push(error.message(), span, &line);
            }
            if stops(error.message()) && !text[line.clone()].trim_start().starts_with('[') {
                blank.push(line);
            }
        }
        let reader = Reader { file, text, broken: &broken };
        entries = reader.entries(table.get_ref());
        let changed = without(&working, &blank);
        match changed {
            Some(changed) => working = Cow::Owned(changed),
            None => break,
        }
    }
    let root = RawTable { span: Some(Span::start_of(file)), entries };
    RawFile { file, stem, root, unreadable_keys }
}

/// True for an error after which the parser reads no more of the text.
fn stops(message: &str) -> bool {
    let head = message.split(", expected").next().unwrap_or(message);
    [
        "key with no value",
        "missing assignment",
        "invalid key-value",
        "unquoted keys",
        "invalid unquoted key",
        "unexpected",
    ]
    .iter()
    .any(|start| head.starts_with(start))
}

/// A list, long text or heading whose end is missing: from its key to the line that cannot be part of it any more.
fn runaway(text: &str, message: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let head = message.split(", expected").next().unwrap_or(message);
    let line = line_of(text, span.start);
    let opening = match head {
        "missing comma between array elements" | "unclosed array" => {
            if span.start < text.len() && !begins_something(&text[line.clone()]) {
                return None;
            }
            text[..line.start.min(span.start)].rfind('[')?
        }
        "unclosed table" | "unclosed array table" => {
            let mut end = line.end;
            while end < text.len() {
                let next = line_of(text, end + 1);
                if text[next.clone()].trim_start().starts_with('[') {
                    break;
                }
                end = next.end;
            }
            return Some(line.start..end);
        }
        "invalid multi-line basic string" => text[..span.start.min(text.len())].rfind("\"\"\"")?,
        "invalid multi-line literal string" => text[..span.start.min(text.len())].rfind("'''")?,
        _ => return None,
    };
    let start = line_of(text, opening);
    let mut end = start.end;
    while end < text.len() {
        let next = line_of(text, end + 1);
        if begins_something(&text[next.clone()]) {
            break;
        }
        end = next.end;
    }
    Some(start.start..end)
}

/// True for a line that begins a table or gives a key: no part of a list or, as a rule, of a text.
fn begins_something(line: &str) -> bool {
    let line = line.trim_start();
    let key = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(line.len());
    (key > 0 && line[key..].trim_start().starts_with('='))
        || (line.starts_with('[') && line.trim_end().ends_with(']'))
}

/// The text with blanks in place of some parts; `None` where they were blank already.
fn without(text: &str, parts: &[Range<usize>]) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    for byte in parts.iter().flat_map(|part| part.clone()) {
        if let Some(byte) = bytes.get_mut(byte).filter(|b| !matches!(b, b'\n' | b'\r')) {
            *byte = b' ';
        }
    }
    if bytes == text.as_bytes() { None } else { String::from_utf8(bytes).ok() }
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    /// Parts with errors; a value that touches one is not to be relied on.
    broken: &'t [Range<usize>],
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
            value if !matches!(value, DeValue::Table(_)) && self.is_broken(&range, value) => {
                RawValue::Unreadable
            }
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

    fn is_broken(&self, range: &Range<usize>, value: &DeValue<'_>) -> bool {
        let tables = matches!(value, DeValue::Array(items) if self.under_double_brackets(items.first()));
        !tables && self.broken.iter().any(|part| part.start < range.end && range.start < part.end)
    }

    /// True where a list's first item is a table that was written with a heading, `[[name]]`, not in the list.
    fn under_double_brackets(&self, first: Option<&Spanned<DeValue<'_>>>) -> bool {
        first.is_some_and(|first| {
            matches!(first.get_ref(), DeValue::Table(_))
                && self.text.get(first.span()).is_some_and(|text| text.starts_with("[["))
        })
    }

    fn table(&self, table: &DeTable<'_>, span: Range<usize>) -> RawTable {
        RawTable { span: Some(Span::new(self.file, span)), entries: self.entries(table) }
    }

    fn date(&self, value: &toml::value::Datetime, range: &Range<usize>) -> RawValue {
        match (value.date, value.time) {
            (Some(date), None) => {
                let (year, month, day) =
                    (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
                match (year, month, day) {
                    (Ok(year), Ok(month), Ok(day)) => {
                        Date::new(year, month, day).map_or(RawValue::Unreadable, RawValue::Date)
                    }
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

/// Notes the keys that the lines of a part begin with, so that they are not called missing too.
fn note_keys(text: &str, part: &Range<usize>, keys: &mut BTreeSet<String>) {
    for line in text.get(part.clone()).unwrap_or_default().lines().take(10_000) {
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
    /// Reports a list, text or heading whose end is missing, at its beginning.
    fn never_closed(&mut self, part: &Range<usize>) {
        let first = &self.text[line_of(self.text, part.start)];
        let heading = first.trim_start();
        let blanks = first.len() - heading.len();
        if heading.starts_with('[') {
            let (mark, end) = if heading.starts_with("[[") { (2, "]]") } else { (1, "]") };
            let at = Span::new(self.file, part.start + blanks..part.start + blanks + mark);
            self.report.push(
                Diagnostic::error("the heading that begins here has no end")
                    .at(at)
                    .hint(format!("end it with `{end}`")),
            );
            return;
        }
        let (what, mark, end) =
            match first.find('[').filter(|_| !first.contains("\"\"\"") && !first.contains("'''")) {
                Some(at) => ("list", at..at + 1, "]"),
                None => match first.find("\"\"\"") {
                    Some(at) => ("text", at..at + 3, "\"\"\""),
                    None => ("text", first.find("'''").map_or(0..0, |at| at..at + 3), "'''"),
                },
            };
        let at = Span::new(self.file, part.start + mark.start..part.start + mark.end);
        self.report.push(
            Diagnostic::error(format!("the {what} that begins here has no end"))
                .at(at)
                .hint(format!("end it with `{end}`")),
        );
    }

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
                Diagnostic::error(impossible_date(found).unwrap_or_default())
                    .at(at)
                    .hint("a date is year-month-day, such as 2026-12-10")
            }
            _ if looks_like_date(found) => Diagnostic::error(format!("`{}` is not a date", found.trim()))
                .at(at)
                .hint("a date is year-month-day, such as 2026-12-10"),
            _ if found.contains(is_hidden) || (span.is_empty() && self.next_is_hidden(span.start)) => {
                let hidden = found.chars().chain(self.text[span.start..].chars()).find(|c| is_hidden(*c));
                let code = hidden.map_or(0, |c| c as u32);
                Diagnostic::error(format!("a character that cannot be seen, U+{code:04X}, stands here"))
                    .at(at)
                    .hint("delete it and type the place again")
            }
            _ if rest.split_once('=').is_some_and(|(_, value)| is_other_date(value)) => {
                let value = rest.split_once('=').map_or("", |(_, value)| value).trim();
                let start =
                    line.start + rest.len() - rest.split_once('=').map_or("", |(_, v)| v).trim_start().len();
                Diagnostic::error(format!("`{value}` is not a date"))
                    .at(Span::new(self.file, start..start + value.len()))
                    .hint("a date is year-month-day, such as 2026-12-10")
            }
            _ if self.is_after_escape(span.start) => {
                Diagnostic::error("`\\u` and these digits stand for no character")
                    .at(at)
                    .hint("type the character itself")
            }
            "extra `=`" => Diagnostic::error("one `=` too many").at(at).hint(format!("write `{key} = …`")),
            "unquoted keys cannot be empty" => {
                Diagnostic::error("nothing stands before the `=`").at(at).hint("write `name = value`")
            }
            "recursion limit" => Diagnostic::error("tables are nested too deeply").at(self.longest_path(at)),
            "unexpected key or value" if rest.contains(['"', '\'']) => {
                Diagnostic::error("something stands after the value")
                    .at(at)
                    .hint("put each `name = value` on a line of its own, and `#` before a remark")
            }
            "invalid unquoted key" if found.starts_with(':') || self.text[span.start..].starts_with(':') => {
                let (name, value) = rest.split_once(':').unwrap_or((rest, ""));
                Diagnostic::error("a `=` stands between a name and its value, not a `:`")
                    .at(at)
                    .hint(format!("write `{} = {}`", name.trim(), value.trim()))
            }
            _ if found.starts_with(['“', '”', '„', '«', '‘', '’']) => {
                Diagnostic::error("these quotation marks are for reading, not for TOML")
                    .at(at)
                    .hint("use the straight ones: `\"`")
            }
            _ if rest.trim_end().ends_with('=') => Diagnostic::error(format!("`{key}` has no value"))
                .at(at)
                .hint("put `#` before the line if it shall have none"),
            "string values must be quoted" | "invalid value" | "invalid boolean" => {
                let value = rest.split_once('=').map_or(found, |(_, value)| value).trim();
                let error = Diagnostic::error("a text must stand in quotation marks").at(at);
                match value.contains(['[', '{', '"']) {
                    true => error.hint(format!("write `\"{}\"`", found.trim())),
                    false => error.hint(format!("write `{key} = \"{value}\"`")),
                }
            }
            "invalid basic string" | "invalid literal string" => {
                Diagnostic::error("the text has no closing quotation mark in its line")
                    .at(at)
                    .hint("end it with `\"`; a text of several lines stands between `\"\"\"` and `\"\"\"`")
            }
            "missing escaped value" | "too few unicode value digits" => {
                Diagnostic::error("`\\` does not stand for a character here")
                    .at(at)
                    .hint("write `\\\\` for a backslash, or put the text in single quotes: 'C:\\photos'")
            }
            "key with no value" | "missing value for key" | "missing value" => match key.contains(' ') {
                true => Diagnostic::error("expected `name = value`")
                    .at(at)
                    .hint("put `#` before a line that is a remark"),
                false => Diagnostic::error(format!("`{key}` has no value"))
                    .at(at)
                    .hint(format!("write `{key} = …`, or put `#` before a line that is a remark")),
            },
            "missing assignment between key-value pairs" | "invalid key-value pair" => {
                Diagnostic::error("expected `name = value`")
                    .at(at)
                    .hint("put `#` before a line that is a remark")
            }
            "unclosed array" => Diagnostic::error("the list has no closing `]`").at(at),
            "unclosed inline table" => Diagnostic::error("the `{` has no closing `}`").at(at),
            "missing comma between array elements" | "missing comma between key-value pairs" => {
                Diagnostic::error("a comma is missing").at(at).hint("put `,` between one and the next")
            }
            "extra comma in array" | "extra comma in inline table" => {
                Diagnostic::error("a comma too many").at(at)
            }
            "invalid unquoted key" => Diagnostic::error(
                "a name with other than letters a to z, digits, `_` and `-` must stand in quotation marks",
            )
            .at(at)
            .hint(format!("write `\"{}\" = …`", key.trim_matches('"'))),
            "cannot recurse further; max recursion depth met" => {
                Diagnostic::error("lists or tables are nested too deeply").at(at)
            }
            "carriage return must be followed by newline" => {
                Diagnostic::error("a line ends in a lone carriage return")
                    .at(at)
                    .hint("save the file again with usual line ends")
            }
            _ => Diagnostic::error(plain(message)).at(at),
        };
        self.report.push(error);
    }

    fn next_is_hidden(&self, at: usize) -> bool {
        self.text[at..].chars().next().is_some_and(is_hidden)
    }

    /// Whether a place follows `\u` or `\U`.
    fn is_after_escape(&self, at: usize) -> bool {
        self.text.get(..at).is_some_and(|before| before.ends_with("\\u") || before.ends_with("\\U"))
    }

    /// The place of the key with the most parts, for an error without one.
    fn longest_path(&self, at: Span) -> Span {
        let mut start = 0;
        let mut longest = (0, at);
        for line in self.text.split_inclusive('\n') {
            let key = line.split(['=', '"']).next().unwrap_or_default();
            let dots = key.matches('.').count();
            if dots > longest.0 {
                longest = (dots, Span::new(self.file, start..start + key.trim_end().len()));
            }
            start += line.len();
        }
        longest.1
    }

    /// Where a key of this name stood before.
    fn first_of(&self, key: &str, before: usize) -> Option<Span> {
        let key = key.trim();
        let mut at = 0;
        for line in self.text.get(..before)?.split_inclusive('\n') {
            let blanks = line.len() - line.trim_start_matches([' ', '\t', '[']).len();
            let rest = &line[blanks..];
            let ends =
                rest.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']', '.']));
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

/// Characters that no editor shows and no file needs outside of its texts.
fn is_hidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{a0}' | '\u{ad}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{3000}')
}

/// A day in another order, or with other marks between: `31.01.2027`, `2027/01/31`, `31 January 2027`.
fn is_other_date(value: &str) -> bool {
    let value = value.split('#').next().unwrap_or_default().trim();
    let marked = |mark: char| {
        let parts: Vec<&str> = value.split(mark).collect();
        parts.len() == 3
            && parts.iter().all(|p| (1..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    let words: Vec<&str> = value.split_whitespace().collect();
    let digits = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let in_words = words.len() == 3
        && words.iter().filter(|word| digits(word.trim_end_matches(['.', ',']))).count() == 2
        && words.last().is_some_and(|year| year.len() == 4 && digits(year));
    marked('.') || marked('/') || in_words
}

fn looks_like_date(found: &str) -> bool {
    let found = found.trim();
    let digits = found.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&digits)
        && found.bytes().filter(|b| *b == b'-').count() == 2
        && found.bytes().all(|b| b.is_ascii_digit() || b == b'-')
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
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let name = usize::try_from(month - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
        format!("`{found}` is not a date: {name} {year} has {days} days")
    })
}
