//! Takes TOML text; gives its table with a place for every key and value, and all syntax mistakes in the report.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::diag::{Diagnostic, FileId, Report, Span};

/// A TOML document inside a file: `offset` is where its text begins there.
pub(super) struct Document<'t> {
    pub table: DeTable<'t>,
    file: FileId,
    offset: usize,
}

impl<'t> Document<'t> {
    /// Parses all that can be parsed; every syntax mistake goes to the report.
    pub fn parse(text: &'t str, file: FileId, offset: usize, report: &mut Report) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let document = Self { table: table.into_inner(), file, offset };
        for error in errors {
            let message = error.message().lines().next().unwrap_or("this is no TOML");
            let mut message = message.trim_end_matches('.').to_owned();
            if let Some(first) = message.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            report.push(Diagnostic::error(message).at(document.at(&error.span().unwrap_or_default())));
        }
        document
    }

    /// The place in the file of a range of the document.
    pub fn at(&self, range: &std::ops::Range<usize>) -> Span {
        Span::new(self.file, self.offset + range.start..self.offset + range.end)
    }

    pub fn span<T>(&self, of: &Spanned<T>) -> Span {
        self.at(&of.span())
    }
}

/// What a value is, in the words of a message.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// An integer of any base that fits.
pub(super) fn integer(value: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(&value.as_str().replace('_', ""), value.radix()).ok()
}

/// The nearest of some names, as a hint, where one is near enough.
pub(super) fn did_you_mean<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, names).map(|name| format!("did you mean `{name}`?"))
}

pub(super) fn nearest<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wrong, name), name))
        .filter(|(score, _)| *score >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}
