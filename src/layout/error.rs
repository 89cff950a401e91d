//! What can go wrong while laying out: each mistake with its place in the rendered HTML, in plain words, with a hint.

use std::ops::Range;

use crate::fonts::explain_missing;

/// One mistake of layout.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutError {
    pub kind: LayoutErrorKind,
    /// Bytes of the rendered HTML that it comes from.
    pub source: Range<u32>,
}

/// What went wrong. Lengths are points.
#[derive(Debug, Clone, PartialEq)]
pub enum LayoutErrorKind {
    /// A one-page sheet whose text does not fit, its type already as small as it may be.
    Overflow { lines: u32, words: u32, points: f32, scale: f32 },
    /// An address that is wider or higher than its zone, its type already as small as it may be.
    AddressOverflow { lines: u32, width: f32, height: f32, scale: f32 },
    /// Text that does not fit into a box of fixed size.
    BoxOverflow { width: f32, height: f32 },
    /// Characters that no font here can draw.
    MissingGlyphs { characters: Vec<char> },
    /// A word (or a line that may not break) that is wider than its box.
    TooLong { text: String, by: f32 },
    /// Text or a picture that reaches beyond the page.
    OutsidePage { by: f32 },
    /// A box that may not be broken and is higher than a page.
    TallerThanPage { by: f32 },
    /// A picture that is not among those of the run.
    PictureUnknown { key: String },
    /// A QR code that cannot be made.
    QrTooLong { bytes: usize },
    /// `@page :first` leaves another width for the text than the other pages.
    FirstPageWidth,
    /// Margins, header and footer leave no room for text.
    PageTooSmall,
    /// A limit against runaway input.
    LimitHit { what: &'static str, limit: u32 },
}

impl LayoutError {
    /// Plain words: lower case, no full stop.
    pub fn message(&self) -> String {
        match &self.kind {
            LayoutErrorKind::Overflow { lines, words, scale, .. } => format!(
                "the text is {} too long for one page, about {}{}",
                counted(*lines, "line"),
                counted(*words, "word"),
                shrunk(*scale)
            ),
            LayoutErrorKind::AddressOverflow { lines, width, height, scale } => {
                let mut message = String::from("the address does not fit its place: ");
                let mut parts = Vec::new();
                if *height > 0.0 {
                    parts.push(format!(
                        "{} ({:.1} mm) too high",
                        counted((*lines).max(1), "line"),
                        millimetres(*height)
                    ));
                }
                if *width > 0.0 {
                    parts.push(format!("{:.1} mm too wide", millimetres(*width)));
                }
                message.push_str(&parts.join(" and "));
                message + &shrunk(*scale)
            }
            LayoutErrorKind::BoxOverflow { width, height } => {
                if height >= width {
                    format!("the text is {:.1} mm too high for its box", millimetres(*height))
                } else {
                    format!("the text is {:.1} mm too wide for its box", millimetres(*width))
                }
            }
            LayoutErrorKind::MissingGlyphs { characters } => {
                let list: Vec<String> = explain_missing(characters.iter().copied())
                    .into_iter()
                    .map(|e| match e.name {
                        Some(name) => format!("`{}` ({} {name})", e.character.escape_debug(), e.code_point),
                        None => format!("`{}` ({})", e.character.escape_debug(), e.code_point),
                    })
                    .collect();
                format!("no font has {}", list.join(", "))
            }
            LayoutErrorKind::TooLong { text, by } => {
                format!("`{text}` is {:.1} mm too wide for its column", millimetres(*by))
            }
            LayoutErrorKind::OutsidePage { by } => {
                format!("this reaches {:.1} mm beyond the page", millimetres(*by))
            }
            LayoutErrorKind::TallerThanPage { by } => {
                format!("this may not be broken and is {:.1} mm higher than a page", millimetres(*by))
            }
            LayoutErrorKind::PictureUnknown { key } => format!("there is no picture `{key}`"),
            LayoutErrorKind::QrTooLong { bytes } => format!("a QR code cannot hold {bytes} bytes"),
            LayoutErrorKind::FirstPageWidth => {
                "`@page :first` must leave the same width for the text as `@page`".to_owned()
            }
            LayoutErrorKind::PageTooSmall => {
                "margins, header and footer leave no room on the page".to_owned()
            }
            LayoutErrorKind::LimitHit { what, limit } => format!("more than {limit} {what} in one sheet"),
        }
    }

    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.kind {
            LayoutErrorKind::Overflow { words, .. } => {
                return Some(format!("shorten the longest text by about {}", counted(*words, "word")));
            }
            LayoutErrorKind::AddressOverflow { .. } => "shorten a line, or take a larger label or envelope",
            LayoutErrorKind::BoxOverflow { .. } => {
                "shorten the text, or give the box more room in the template"
            }
            LayoutErrorKind::MissingGlyphs { characters } => {
                let first = explain_missing(characters.iter().copied()).into_iter().next()?;
                return Some(first.hint);
            }
            LayoutErrorKind::TooLong { .. } => "put soft hyphens (U+00AD) or `overflow-wrap: anywhere`",
            LayoutErrorKind::OutsidePage { .. } => "move it inside the page, or make it smaller",
            LayoutErrorKind::TallerThanPage { .. } => "let it break, or make it smaller",
            LayoutErrorKind::PictureUnknown { .. } => {
                "pictures are those of the cases, `{{ case.photo.image }}` and `{{ organisation.logo }}`; no other is opened"
            }
            LayoutErrorKind::QrTooLong { .. } => "a shorter link makes a code that phones read more easily",
            LayoutErrorKind::FirstPageWidth => {
                "change only `margin-top` and `margin-bottom` on the first page"
            }
            LayoutErrorKind::PageTooSmall => "make the margins of `@page` smaller",
            LayoutErrorKind::LimitHit { .. } => "split the sheet",
        };
        Some(hint.to_owned())
    }
}

/// How far type was made smaller, where it was.
fn shrunk(scale: f32) -> String {
    if scale < 0.999 { format!(", even with type at {:.0} %", scale * 100.0) } else { String::new() }
}

fn counted(n: u32, unit: &str) -> String {
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

fn millimetres(points: f32) -> f32 {
    points / crate::geometry::PT_PER_MM
}
