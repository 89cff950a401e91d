//! Takes finished sheets; gives the bytes of a PDF file. The only user of printpdf, lopdf and subsetter.
//!
//! [`Assembler::part`] paints sheets with printpdf and compresses them, on as many threads as the caller likes;
//! [`Assembler::finish`] joins the parts, in their order, with fonts cut down to what is used, pictures scaled to what
//! print needs, bookmarks, page labels and the structure for readers that do not see. The same sheets give the same
//! bytes, whatever the number of threads and however often a process has done it before.

mod content;
mod deflate;
mod document;
mod face;
mod file;
mod font;
mod fragments;
mod part;
mod picture;
mod shared;
mod stream;
mod structure;
mod syntax;
mod text;
mod tree;
mod usage;

use std::fmt;

use jiff::civil::Date;

pub use document::Cache;
pub use file::Pdf;
pub use part::Part;

use crate::diag::Diagnostic;
use crate::fonts::{Catalogue, Face};
use crate::frame::{Sheet, StockKind};
use crate::picture::Pictures;
use shared::Shared;

/// What a document says of itself; nothing else is said.
#[derive(Debug, Clone, PartialEq)]
pub struct Meta {
    pub title: String,
    /// BCP 47 tag.
    pub lang: String,
    /// The day it is made for; never the clock.
    pub date: Date,
    /// Who issues it, where they want it known.
    pub author: Option<String>,
    /// The program's version.
    pub version: &'static str,
}

/// A bookmark and those below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookmark {
    pub title: String,
    /// Index of its sheet in the document, from 0.
    pub sheet: usize,
    pub below: Vec<Bookmark>,
}

/// How viewers call the sheets from one on: a prefix and, if `numbered`, a number from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct PageLabel {
    /// Index of the first sheet it holds for.
    pub sheet: usize,
    pub prefix: String,
    pub numbered: bool,
}

/// Why a document could not be made. None of these is a user's mistake but for fonts of their own.
#[derive(Debug, Clone, PartialEq)]
pub enum PdfError {
    /// A glyph run holds `.notdef`, which prints as a box.
    MissingGlyph {
        face: String,
        text: String,
    },
    /// A font that cannot be read or embedded.
    Font {
        face: String,
        reason: String,
    },
    /// A picture that cannot be scaled or encoded.
    Picture(String),
    /// A picture whose file is damaged: the mistakes to be told.
    Pixels(Vec<Diagnostic>),
    /// A frame names a picture that the run does not have.
    UnknownPicture(u32),
    /// What printpdf refused or warned of.
    Printpdf(String),
    Compression(String),
    /// Frames or parts that contradict one another.
    Internal(String),
}

impl PdfError {
    fn font(face: &Face, reason: impl fmt::Display) -> Self {
        Self::Font { face: face.postscript_name.to_string(), reason: reason.to_string() }
    }
}

impl fmt::Display for PdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingGlyph { face, text } => write!(f, "the font `{face}` has no glyph for `{text}`"),
            Self::Font { face, reason } => write!(f, "the font `{face}` cannot be put into a PDF: {reason}"),
            Self::Picture(reason) => write!(f, "a picture cannot be put into a PDF: {reason}"),
            Self::Pixels(_) => write!(f, "a picture cannot be unfolded"),
            Self::UnknownPicture(id) => write!(f, "a page shows picture {id}, which was never loaded"),
            Self::Printpdf(reason) => write!(f, "printpdf could not write a page: {reason}"),
            Self::Compression(reason) => write!(f, "a page could not be compressed: {reason}"),
            Self::Internal(reason) => write!(f, "the PDF cannot be put together: {reason}"),
        }
    }
}

impl std::error::Error for PdfError {}

/// Makes one document, or several of the same sheets.
pub struct Assembler<'a> {
    shared: Shared<'a>,
    meta: Meta,
    cache: Option<&'a Cache>,
}

impl<'a> Assembler<'a> {
    pub fn new(catalogue: &'a Catalogue, pictures: &'a Pictures, meta: Meta) -> Self {
        Self { shared: Shared::new(catalogue, pictures), meta, cache: None }
    }

    /// Takes encoded pictures and subset fonts from a cache that outlives this document, and adds to it.
    pub fn with_cache(mut self, cache: &'a Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Paints and compresses some sheets of one kind of stock; those on paper get a structure. Where parts begin and end
    /// shows in the bytes, so that must follow from the document alone. To be called from many threads.
    ///
    /// # Errors
    /// See [`PdfError`].
    pub fn part(&self, sheets: &[Sheet], stock: StockKind) -> Result<Part, PdfError> {
        part::make(&self.shared, sheets, stock)
    }

    /// Joins parts, in order, to a document.
    ///
    /// # Errors
    /// See [`PdfError`]; a bookmark or label on a sheet that is not there is one.
    pub fn finish(
        self,
        parts: Vec<Part>,
        outline: &[Bookmark],
        labels: &[PageLabel],
    ) -> Result<Pdf, PdfError> {
        document::finish(&self.shared, &self.meta, self.cache, parts, outline, labels)
    }
}
