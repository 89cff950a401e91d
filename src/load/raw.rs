//! Raw input: what stands in the files, with its place, before anything is known of what it means; data only.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::diag::{FileId, Span};
use crate::frame::ImageId;
use crate::picture::Pictures;

/// All that was read of a case folder.
#[derive(Debug, Default)]
pub struct RawKit {
    pub kit: Option<RawFile>,
    /// In the order of their file names.
    pub cases: Vec<RawFile>,
    /// Files of recipients by the path that a case gives, relative to the folder. `None`: it could not be read, and that
    /// was reported.
    pub recipients: HashMap<Arc<str>, Option<Arc<RawRows>>>,
    /// Photos and logos by the path that a file gives. `None` as above.
    pub images: HashMap<Arc<str>, Option<ImageId>>,
    pub pictures: Pictures,
}

/// One TOML file.
#[derive(Debug)]
pub struct RawFile {
    pub file: FileId,
    /// The file's name without `.toml`, in NFC.
    pub stem: Arc<str>,
    pub root: RawTable,
    /// Keys on lines that could not be read: they are there, only wrong, and were reported.
    pub unreadable_keys: BTreeSet<String>,
}

/// Keys and values in the order of the file.
#[derive(Debug, Default)]
pub struct RawTable {
    /// The header, or the braces with what is between; for the whole of a file its beginning.
    pub span: Option<Span>,
    pub entries: Vec<RawEntry>,
}

impl RawTable {
    pub fn get(&self, key: &str) -> Option<&RawEntry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

#[derive(Debug)]
pub struct RawEntry {
    pub key: String,
    pub key_span: Span,
    pub value: Raw,
}

/// A value and where it stands.
#[derive(Debug)]
pub struct Raw {
    pub span: Span,
    pub value: RawValue,
}

#[derive(Debug)]
pub enum RawValue {
    Text(String),
    /// `None` where it does not fit 64 bits.
    Integer(Option<i64>),
    Float(f64),
    Boolean(bool),
    Date(Date),
    /// A date with a time, or a time alone, as it was written.
    Time(String),
    Array(Vec<Raw>),
    /// Written as `[[name]]`, once or more.
    Tables(Vec<RawTable>),
    Table(RawTable),
    /// Could not be read; that was reported.
    Unreadable,
}

/// A file of recipients: its heading row and the place of every field.
#[derive(Debug)]
pub struct RawRows {
    pub file: FileId,
    pub text: Arc<str>,
    /// The names in the heading row, without blanks around.
    pub columns: Vec<(String, Span)>,
    /// The fields of all rows, one row after the other.
    pub fields: Vec<RawField>,
    /// Where each row's fields begin in `fields`.
    pub rows: Vec<u32>,
}

/// Where a field's content stands in the text, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawField {
    pub start: u32,
    pub end: u32,
    /// True where it was in quotes and holds doubled ones.
    pub doubled_quotes: bool,
}

impl RawRows {
    /// The fields of a row, counted from 0.
    pub fn row(&self, row: usize) -> &[RawField] {
        let start = self.rows.get(row).map_or(self.fields.len(), |at| *at as usize);
        let end = self.rows.get(row + 1).map_or(self.fields.len(), |at| *at as usize);
        &self.fields[start..end]
    }

    pub fn range(&self, field: RawField) -> Range<usize> {
        field.start as usize..field.end as usize
    }

    pub fn span(&self, field: RawField) -> Span {
        Span { file: self.file, start: field.start, end: field.end }
    }

    /// The place of a whole row.
    pub fn row_span(&self, row: usize) -> Span {
        let fields = self.row(row);
        match (fields.first(), fields.last()) {
            (Some(first), Some(last)) => Span { file: self.file, start: first.start, end: last.end },
            _ => Span::start_of(self.file),
        }
    }
}
