//! Takes the TOML of front matter and of strings files; gives its raw table, and words for what is wrong with it.

use std::sync::Arc;

use crate::diag::{FileId, Report};
use crate::load::{RawTable, RawValue, parse_toml};
use crate::resolve::nearest;

/// The table of a text that begins at `offset` of its file.
pub(super) fn table(text: &str, file: FileId, offset: usize, report: &mut Report) -> RawTable {
    // Blanks in place of what stands before keep every place right.
    let padded = " ".repeat(offset) + text;
    parse_toml(file, Arc::from(""), &padded, report).root
}

/// What a value is, in the words of a message.
pub(super) fn kind(value: &RawValue) -> &'static str {
    match value {
        RawValue::Text(_) => "a text",
        RawValue::Integer(_) | RawValue::Float(_) => "a number",
        RawValue::Boolean(_) => "true or false",
        RawValue::Date(_) => "a date",
        RawValue::Time(_) => "a time",
        RawValue::Array(_) => "a list",
        RawValue::Table(_) | RawValue::Tables(_) => "a table",
        RawValue::Unreadable => "something unreadable",
    }
}

/// The nearest of some names, as a hint, where one is near enough.
pub(super) fn did_you_mean<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, names.into_iter()).map(|name| format!("did you mean `{name}`?"))
}
