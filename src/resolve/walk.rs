//! The walker: checks a raw table against its table of keys; gives typed values, and reports every mistake on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::keys::{Key, Kind, Table};
use super::scalar::{self, Mistake};
use super::{suggest, text};
use crate::diag::{Diagnostic, Report, Source, Span};
use crate::geometry::Colour;
use crate::limits::{Limits, Unit};
use crate::load::{Raw, RawEntry, RawTable, RawValue};
use crate::model::{CountryCode, Field, Lang, Rate, Text};
use crate::postal::postage::rate;

/// A value of the kind that its key asks for.
#[derive(Debug)]
pub enum Value {
    Text(Text),
    Date(Field<Date>),
    Boolean(Field<bool>),
    Number(Field<f64>),
    Language(Field<Lang>),
    Country(Field<CountryCode>),
    Colour(Field<Colour>),
    /// Which of the key's choices.
    Choice(Field<usize>),
    Rate(Field<Rate>),
    Lines(Vec<Text>),
    Languages(Vec<Field<Lang>>),
    Countries(Vec<Field<CountryCode>>),
    Table(Box<Values>),
    Tables(Vec<Values>),
    Pairs(Vec<(Text, Text)>),
    CountryLines(BTreeMap<CountryCode, Text>),
}

/// What a key holds.
#[derive(Debug, Default)]
pub enum Slot {
    #[default]
    Absent,
    /// Given, but wrong; that was reported.
    Wrong,
    Given(Value),
    /// Was given, and taken out.
    Taken,
}

/// The values of one table, in the order of its keys.
#[derive(Debug)]
pub struct Values {
    pub span: Span,
    slots: Vec<Slot>,
}

impl Values {
    pub fn new(table: &'static Table, span: Span) -> Self {
        Self { span, slots: std::iter::repeat_with(Slot::default).take(table.keys.len()).collect() }
    }

    /// Empties the values for the next row of a file.
    pub fn reset(&mut self, span: Span) {
        self.span = span;
        self.slots.iter_mut().for_each(|slot| *slot = Slot::Absent);
    }

    pub fn set(&mut self, key: usize, slot: Slot) {
        if let Some(place) = self.slots.get_mut(key) {
            *place = slot;
        }
    }

    /// True where the key was written, rightly or wrongly.
    pub fn has(&self, key: impl Into<usize>) -> bool {
        !matches!(self.slots.get(key.into()), None | Some(Slot::Absent))
    }

    /// True where the key was written wrongly.
    pub fn is_wrong(&self, key: impl Into<usize>) -> bool {
        matches!(self.slots.get(key.into()), Some(Slot::Wrong))
    }

    fn take(&mut self, key: usize) -> Option<Value> {
        let slot = self.slots.get_mut(key)?;
        match std::mem::replace(slot, Slot::Taken) {
            Slot::Given(value) => Some(value),
            other => {
                *slot = other;
                None
            }
        }
    }
}

macro_rules! takers {
    ($($name:ident $variant:ident $type:ty;)*) => {
        impl Values {
            $(
                /// Takes the key's value; `None` where it is absent or wrong.
                pub fn $name(&mut self, key: impl Into<usize>) -> Option<$type> {
                    match self.take(key.into()) {
                        Some(Value::$variant(value)) => Some(value),
                        other => {
                            debug_assert!(other.is_none(), "the key is of another kind: {other:?}");
                            None
                        }
                    }
                }
            )*
        }
    };
}

takers! {
    text Text Text;
    date Date Field<Date>;
    boolean Boolean Field<bool>;
    number Number Field<f64>;
    language Language Field<Lang>;
    country Country Field<CountryCode>;
    colour Colour Field<Colour>;
    choice Choice Field<usize>;
    rate Rate Field<Rate>;
    table Table Box<Values>;
}

macro_rules! list_takers {
    ($($name:ident $variant:ident $type:ty;)*) => {
        impl Values {
            $(
                /// Takes the key's values; none where it is absent or wrong.
                pub fn $name(&mut self, key: impl Into<usize>) -> $type {
                    match self.take(key.into()) {
                        Some(Value::$variant(value)) => value,
                        other => {
                            debug_assert!(other.is_none(), "the key is of another kind: {other:?}");
                            Default::default()
                        }
                    }
                }
            )*
        }
    };
}

list_takers! {
    lines Lines Vec<Text>;
    languages Languages Vec<Field<Lang>>;
    countries Countries Vec<Field<CountryCode>>;
    tables Tables Vec<Values>;
    pairs Pairs Vec<(Text, Text)>;
    country_lines CountryLines BTreeMap<CountryCode, Text>;
}

/// Walks the tables of one file.
pub struct Walker<'a> {
    pub source: Arc<Source>,
    /// The table at the top of the file, for keys that stand in a wrong place.
    pub root: &'static Table,
    pub unreadable_keys: &'a BTreeSet<String>,
    pub limits: &'a Limits,
    pub report: &'a mut Report,
}

impl Walker<'_> {
    /// Checks a table: unknown keys, kinds of values, and what is missing.
    pub fn walk(&mut self, table: &'static Table, raw: &RawTable, span: Span) -> Values {
        let mut values = Values::new(table, span);
        for entry in &raw.entries {
            match table.keys.iter().position(|key| key.name == entry.key) {
                Some(at) => {
                    let slot = self.value(&table.keys[at], entry);
                    values.set(at, slot);
                }
                None => self.unknown(entry, table, &mut values),
            }
        }
        for (at, key) in table.keys.iter().enumerate() {
            if key.required && !values.has(at) && !self.unreadable_keys.contains(key.name) {
                self.report.push(missing(key, table, span));
            }
        }
        values
    }

    /// Reports a key that the table does not know. Where it clearly means another, its value is checked as that one's, and
    /// that one is not called missing.
    fn unknown(&mut self, entry: &RawEntry, table: &'static Table, values: &mut Values) {
        self.report.push(suggest::unknown_key(entry, table, self.root));
        let meant = suggest::meant_key(&entry.key, table);
        if let Some(at) = meant.filter(|at| !values.has(*at)) {
            let key = &table.keys[at];
            if matches!(
                (key.kind, &entry.value.value),
                (Kind::Table(_), RawValue::Table(_)) | (Kind::Tables(_), RawValue::Tables(_))
            ) {
                self.value(key, entry);
            }
            values.set(at, Slot::Wrong);
        }
    }

    fn value(&mut self, key: &'static Key, entry: &RawEntry) -> Slot {
        let span = entry.value.span;
        let value = match (key.kind, &entry.value.value) {
            (_, RawValue::Unreadable) => None,
            (Kind::Boolean, RawValue::Boolean(value)) => Some(Value::Boolean(Field::new(*value, span))),
            (Kind::Date, RawValue::Date(date)) => Some(Value::Date(Field::new(*date, span))),
            (Kind::Whole(from, to), RawValue::Integer(number)) => {
                let inside = number.filter(|n| (from..=to).contains(n));
                self.number(key, inside.map(|n| n as f64), (&from, &to), span)
            }
            (Kind::Number(from, to), RawValue::Integer(number)) => {
                let number = number.map(|n| n as f64).filter(|n| (from..=to).contains(n));
                self.number(key, number, (&from, &to), span)
            }
            (Kind::Number(from, to), RawValue::Float(number)) => {
                self.number(key, Some(*number).filter(|n| (from..=to).contains(n)), (&from, &to), span)
            }
            (kind, RawValue::Text(text)) if is_written_as_text(kind) => return self.text(key, text, span),
            (Kind::Lines, RawValue::Array(items)) => {
                self.list(key, items, span, |this, text, span| this.line(key, text, span)).map(Value::Lines)
            }
            (Kind::Languages, RawValue::Array(items)) => self
                .list(key, items, span, |this, text, span| this.meaning(scalar::language(text.trim()), span))
                .map(Value::Languages),
            (Kind::Countries, RawValue::Array(items)) => self
                .list(key, items, span, |this, text, span| this.meaning(scalar::country(text.trim()), span))
                .map(Value::Countries),
            (Kind::Table(table), RawValue::Table(raw)) => {
                Some(Value::Table(Box::new(self.walk(table, raw, raw.span.unwrap_or(span)))))
            }
            (Kind::Table(table), RawValue::Tables(tables)) => {
                let heading = format!("[{}]", entry.key);
                self.report.push(
                    Diagnostic::error(format!("`{heading}` is one table, not a list of them"))
                        .at(tables.last().and_then(|t| t.span).unwrap_or(span))
                        .hint(format!("write `{heading}`, once and with one bracket on each side")),
                );
                for raw in tables {
                    self.walk(table, raw, raw.span.unwrap_or(span));
                }
                None
            }
            (Kind::Tables(table), RawValue::Tables(tables)) => {
                let tables = tables.iter().map(|raw| (raw, raw.span.unwrap_or(span)));
                self.tables(key, table, tables, span)
            }
            (Kind::Tables(table), RawValue::Array(items))
                if items.iter().all(|i| matches!(i.value, RawValue::Table(_))) =>
            {
                let tables = items.iter().filter_map(|item| match &item.value {
                    RawValue::Table(raw) => Some((raw, item.span)),
                    _ => None,
                });
                self.tables(key, table, tables, span)
            }
            (Kind::Tables(table), RawValue::Table(raw)) => {
                self.report.push(
                    Diagnostic::error(format!("`{}` is a list of tables, not one table", entry.key))
                        .at(raw.span.unwrap_or(span))
                        .hint(format!(
                            "write `[[{}]]`, with two brackets on each side, once for each",
                            entry.key
                        )),
                );
                self.walk(table, raw, raw.span.unwrap_or(span));
                None
            }
            (Kind::Pairs, RawValue::Table(raw)) => Some(Value::Pairs(self.pairs(key, raw))),
            (Kind::CountryLines, RawValue::Table(raw)) => {
                Some(Value::CountryLines(self.country_lines(key, raw)))
            }
            _ => {
                self.report.push(wrong_kind(key, entry));
                None
            }
        };
        value.map_or(Slot::Wrong, Slot::Given)
    }

    fn number(
        &mut self,
        key: &Key,
        number: Option<f64>,
        (from, to): (&dyn std::fmt::Display, &dyn std::fmt::Display),
        span: Span,
    ) -> Option<Value> {
        if number.is_none() {
            self.report
                .push(Diagnostic::error(format!("`{}` must be from {from} to {to}", key.name)).at(span));
        }
        number.map(|number| Value::Number(Field::new(number, span)))
    }

    /// A value that was written as a text, in TOML or in a field of a row.
    pub fn text(&mut self, key: &'static Key, text: &str, span: Span) -> Slot {
        if text.trim().is_empty() {
            if !key.required {
                return Slot::Absent;
            }
            self.report
                .push(Diagnostic::error(format!("`{}` is empty", key.name)).at(span).hint(example(key)));
            return Slot::Wrong;
        }
        if text.len() as u64 > self.limits.text_bytes {
            let most = Unit::Bytes.words(self.limits.text_bytes);
            self.report.push(
                Diagnostic::error(format!("`{}` is longer than {most}", key.name))
                    .at(span)
                    .hint(Limits::hint("text-bytes")),
            );
            return Slot::Wrong;
        }
        let trimmed = text.trim();
        let value = match key.kind {
            Kind::Prose => match text::prose(text) {
                Ok(text) => Some(Value::Text(Field::new(text.into(), span))),
                Err(mistake) => self.unprintable(mistake, span),
            },
            Kind::Line | Kind::File => self.line(key, text, span).map(Value::Text),
            Kind::Link => self.checked(key, scalar::link(trimmed), text, span),
            Kind::Website => self.checked(key, scalar::website(trimmed), text, span),
            Kind::Email => self.checked(key, scalar::email(trimmed), text, span),
            Kind::Language => self.meaning(scalar::language(trimmed), span).map(Value::Language),
            Kind::Country => self.meaning(scalar::country(trimmed), span).map(Value::Country),
            Kind::Colour => self.meaning(scalar::colour(trimmed), span).map(Value::Colour),
            Kind::Rate => self.line(key, text, span).map(|text| {
                let rate = rate(&text);
                // Words are printed as they are; what should have been an amount is not added up.
                let words = text.split_whitespace().count();
                if rate.amount.is_none() && words <= 2 && text.contains(|c: char| c.is_ascii_digit()) {
                    let warning =
                        Diagnostic::warning(format!("`{}` cannot be added up for the plan", &**text));
                    self.report
                        .push(warning.at(span).hint(format!("an amount is written like {}", key.example)));
                }
                Value::Rate(Field::new(rate, span))
            }),
            Kind::Date => self.meaning(scalar::date(trimmed), span).map(Value::Date),
            Kind::Choice(choices) => self.meaning(choice(key, choices, trimmed), span).map(Value::Choice),
            Kind::Boolean => self.meaning(boolean(key, trimmed), span).map(Value::Boolean),
            Kind::Lines => {
                let lines = text.lines().filter(|line| !line.trim().is_empty());
                let lines: Option<Vec<_>> = lines.map(|line| self.line(key, line, span)).collect();
                lines.map(|mut lines| {
                    // Most have one, and there may be a great many of them.
                    lines.shrink_to_fit();
                    Value::Lines(lines)
                })
            }
            Kind::Countries => {
                let codes = trimmed.split([' ', ',', ';', '\n']).filter(|code| !code.is_empty());
                codes
                    .map(|code| self.meaning(scalar::country(code.trim()), span))
                    .collect::<Option<_>>()
                    .map(Value::Countries)
            }
            Kind::Languages => {
                let tags = trimmed.split([' ', ',', ';', '\n']).filter(|tag| !tag.is_empty());
                tags.map(|tag| self.meaning(scalar::language(tag.trim()), span))
                    .collect::<Option<_>>()
                    .map(Value::Languages)
            }
            Kind::Whole(..)
            | Kind::Number(..)
            | Kind::Table(_)
            | Kind::Tables(_)
            | Kind::Pairs
            | Kind::CountryLines => None,
        };
        value.map_or(Slot::Wrong, Slot::Given)
    }

    fn line(&mut self, key: &Key, text: &str, span: Span) -> Option<Text> {
        if text.trim().is_empty() {
            self.report.push(
                Diagnostic::error(format!("`{}` holds an empty text", key.name)).at(span).hint("delete it"),
            );
            return None;
        }
        match text::line(text) {
            Ok(text) => Some(Field::new(text.into(), span)),
            Err(mistake) => self.unprintable(mistake, span),
        }
    }

    fn checked(&mut self, key: &Key, result: Result<(), Mistake>, text: &str, span: Span) -> Option<Value> {
        // What cannot print is the greater mistake.
        let text = self.line(key, text, span)?;
        self.meaning(result, span).map(|_| Value::Text(text))
    }

    fn meaning<T>(&mut self, result: Result<T, Mistake>, span: Span) -> Option<Field<T>> {
        match result {
            Ok(value) => Some(Field::new(value, span)),
            Err(mistake) => {
                self.report
                    .push(Diagnostic { hint: mistake.hint, ..Diagnostic::error(mistake.message) }.at(span));
                None
            }
        }
    }

    /// Reports a character that cannot print, at its own place where the source shows it.
    fn unprintable<T>(&mut self, (mistake, c): (Mistake, Option<char>), span: Span) -> Option<T> {
        let at = c.and_then(|c| {
            let start = span.start as usize + self.source.text.get(span.range())?.find(c)?;
            Some(Span::new(span.file, start..start + c.len_utf8()))
        });
        self.meaning(Err(mistake), at.unwrap_or(span)).map(|field| field.value)
    }

    fn list<T>(
        &mut self,
        key: &Key,
        items: &[Raw],
        span: Span,
        mut read: impl FnMut(&mut Self, &str, Span) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut out = Vec::with_capacity(items.len());
        let mut right = true;
        for item in items {
            match &item.value {
                RawValue::Text(text) if text.trim().is_empty() => {
                    right = false;
                    let empty = Diagnostic::error(format!("`{}` holds an empty text", key.name));
                    self.report.push(empty.at(item.span).hint("delete it"));
                }
                RawValue::Text(text) => match read(self, text, item.span) {
                    Some(value) => out.push(value),
                    None => right = false,
                },
                RawValue::Unreadable => right = false,
                other => {
                    right = false;
                    let found = noun(other);
                    self.report.push(
                        Diagnostic::error(format!("the items of `{}` must be texts, not {found}", key.name))
                            .at(item.span)
                            .hint(format!("write `{} = {}`", key.name, key.example)),
                    );
                }
            }
        }
        if key.required && items.is_empty() {
            self.report.push(
                Diagnostic::error(format!("`{}` is empty", key.name))
                    .at(span)
                    .hint(format!("write `{} = {}`", key.name, key.example)),
            );
            return None;
        }
        (right && self.few(key, items.len(), items.first().map(|i| i.span))).then_some(out)
    }

    fn few(&mut self, key: &Key, count: usize, span: Option<Span>) -> bool {
        let few = count as u64 <= self.limits.list_items;
        if !few {
            let most = Unit::Count.words(self.limits.list_items);
            self.report.push(
                Diagnostic::error(format!("`{}` has more than {most} items", key.name))
                    .at(span)
                    .hint(Limits::hint("list-items")),
            );
        }
        few
    }

    fn tables<'t>(
        &mut self,
        key: &Key,
        table: &'static Table,
        tables: impl Iterator<Item = (&'t RawTable, Span)>,
        span: Span,
    ) -> Option<Value> {
        let tables: Vec<_> = tables.map(|(raw, span)| self.walk(table, raw, span)).collect();
        self.few(key, tables.len(), Some(span)).then_some(Value::Tables(tables))
    }

    fn pairs(&mut self, key: &'static Key, raw: &RawTable) -> Vec<(Text, Text)> {
        let mut out = Vec::new();
        for entry in &raw.entries {
            let label = self.line(key, &entry.key, entry.key_span);
            match &entry.value.value {
                RawValue::Text(text) => {
                    let value = self.line(key, text, entry.value.span);
                    out.extend(label.zip(value));
                }
                RawValue::Unreadable => {}
                other => self.report.push(
                    Diagnostic::error(format!("`{}` must be a text, not {}", entry.key, noun(other)))
                        .at(entry.value.span)
                        .hint(format!(
                            "put the value in quotation marks, or, if `{}` is no fact, above `[{}]`",
                            entry.key, key.name
                        )),
                ),
            }
        }
        self.few(key, out.len(), raw.span);
        out
    }

    fn country_lines(&mut self, key: &'static Key, raw: &RawTable) -> BTreeMap<CountryCode, Text> {
        let mut out = BTreeMap::new();
        for entry in &raw.entries {
            let code = self.meaning(scalar::country(&entry.key), entry.key_span);
            match &entry.value.value {
                RawValue::Text(text) => {
                    if let Some((code, text)) = code.zip(self.line(key, text, entry.value.span)) {
                        out.insert(code.value, text);
                    }
                }
                RawValue::Unreadable => {}
                other => self.report.push(
                    Diagnostic::error(format!("`{}` must be a text, not {}", entry.key, noun(other)))
                        .at(entry.value.span),
                ),
            }
        }
        out
    }
}

/// The report of a required key that is not there.
pub fn missing(key: &Key, table: &Table, span: Span) -> Diagnostic {
    let place = if table.heading.is_empty() { String::new() } else { format!(" in `{}`", table.heading) };
    let error = Diagnostic::error(format!("`{}` is missing{place}", key.name)).at(span);
    error.hint(format!("add {}", example(key)))
}

/// A right value of a key, and what it is.
fn example(key: &Key) -> String {
    let example = if key.example.contains('\n') { "\"…\"" } else { key.example };
    format!("`{} = {example}`: {}", key.name, key.about)
}

fn choice(key: &Key, choices: &[&str], text: &str) -> Result<usize, Mistake> {
    choices.iter().position(|choice| *choice == text).ok_or_else(|| {
        let all: Vec<_> = choices.iter().map(|choice| format!("`{choice}`")).collect();
        let mistake = Mistake::new(format!("`{}` cannot be `{text}`", key.name));
        match suggest::nearest(text, choices.iter().copied()) {
            Some(near) => mistake.hint(format!("did you mean `{near}`?")),
            None => mistake.hint(format!("it is one of {}", all.join(", "))),
        }
    })
}

/// `true` or `false` in a field of a row.
fn boolean(key: &Key, text: &str) -> Result<bool, Mistake> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(Mistake::new(format!("`{}` cannot be `{text}`", key.name)).hint("it is `true` or `false`")),
    }
}

/// Kinds that TOML writes in quotation marks.
fn is_written_as_text(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Date
            | Kind::Boolean
            | Kind::Whole(..)
            | Kind::Number(..)
            | Kind::Lines
            | Kind::Languages
            | Kind::Countries
            | Kind::Table(_)
            | Kind::Tables(_)
            | Kind::Pairs
            | Kind::CountryLines
    )
}

fn wrong_kind(key: &Key, entry: &RawEntry) -> Diagnostic {
    let name = key.name;
    let wanted = match key.kind {
        Kind::Date => "a date",
        Kind::Boolean => "`true` or `false`",
        Kind::Whole(..) => "a whole number",
        Kind::Number(..) => "a number",
        Kind::Lines => "a list of texts",
        Kind::Languages => "a list of languages",
        Kind::Countries => "a list of countries",
        Kind::Table(_) | Kind::Pairs | Kind::CountryLines => "a table",
        Kind::Tables(_) => "a list of tables",
        _ => "a text in quotation marks",
    };
    let example = match key.kind {
        Kind::Tables(_) => format!("begin each with the line `[[{name}]]`"),
        Kind::Pairs | Kind::CountryLines | Kind::Table(_) => {
            format!("begin it with the line `[{name}]`, or write `{name} = {{ … }}`")
        }
        Kind::Prose => format!("write `{name} = \"…\"`"),
        _ => format!("write `{name} = {}`", key.example),
    };
    let hint = match (key.kind, &entry.value.value) {
        (Kind::Date, RawValue::Text(text)) => {
            match scalar::date(text).ok().or_else(|| scalar::meant_date(text)) {
                Some(date) => format!("write `{name} = {date}`, without quotation marks"),
                None => format!("{example}, without quotation marks"),
            }
        }
        (Kind::Date, RawValue::Time(text)) => match scalar::meant_date(text) {
            Some(date) => format!("write `{name} = {date}`, without a time"),
            None => example,
        },
        (Kind::Lines | Kind::Languages | Kind::Countries, RawValue::Text(text))
            if !text.contains('\n') && text.chars().count() < 60 =>
        {
            format!("write `{name} = [\"{text}\"]`")
        }
        (Kind::Boolean, RawValue::Text(text)) if matches!(text.as_str(), "true" | "false") => {
            format!("write `{name} = {text}`, without quotation marks")
        }
        (Kind::Whole(..) | Kind::Number(..), RawValue::Text(text)) if text.trim().parse::<f64>().is_ok() => {
            format!("write `{name} = {}`, without quotation marks", text.trim())
        }
        (Kind::Line, RawValue::Date(date)) => format!("write `{name} = \"{date}\"`"),
        (Kind::Line | Kind::Prose, RawValue::Integer(Some(number))) => {
            format!("write `{name} = \"{number}\"`")
        }
        (Kind::Table(table), RawValue::Text(_)) if table.keys.iter().any(|key| key.name == "lines") => {
            format!("write `{name} = {{ lines = [\"…\"], … }}`")
        }
        (Kind::Table(table), RawValue::Text(text)) if text.chars().count() < 60 && !text.contains('\n') => {
            let first = table.keys.first().map_or("…", |key| key.name);
            format!("write `[{name}]` and below it `{first} = \"{text}\"`")
        }
        _ => example,
    };
    let found = match (key.kind, &entry.value.value) {
        (Kind::Whole(..), RawValue::Float(_)) => "one with a point",
        (_, value) => noun(value),
    };
    Diagnostic::error(format!("`{name}` must be {wanted}, not {found}")).at(entry.value.span).hint(hint)
}

/// A raw value in a word.
fn noun(value: &RawValue) -> &'static str {
    match value {
        RawValue::Text(_) => "a text",
        RawValue::Integer(_) | RawValue::Float(_) => "a number",
        RawValue::Boolean(true) => "`true`",
        RawValue::Boolean(false) => "`false`",
        RawValue::Date(_) => "a date",
        RawValue::Time(text) if text.contains('-') => "a date with a time",
        RawValue::Time(_) => "a time",
        RawValue::Array(_) => "a list",
        RawValue::Tables(_) => "a list of tables",
        RawValue::Table(_) => "a table",
        RawValue::Unreadable => "what cannot be read",
    }
}
