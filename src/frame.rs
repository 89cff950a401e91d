//! The waist: finished pages as data. Layout makes them, imposition places them, `pdf` draws them.
//!
//! Nothing here computes. All lengths are points; the origin of a page and of a fragment is its top left corner, y grows
//! downwards. Items are painted in order.

use std::ops::Range;
use std::sync::Arc;

use crate::fonts::FaceId;
use crate::geometry::{Colour, Point, Rect, Size, Transform};

/// One finished page, before imposition: a sheet of paper, an envelope's face or a single label.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub size: Size,
    pub items: Vec<Item>,
    /// True for a blank page that only keeps the next sheet off this one's back.
    pub filler: bool,
}

/// What can stand on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Glyphs of one face and size on one baseline.
    Glyphs(GlyphRun),
    /// A filled rectangle, its corners rounded by `radius`.
    Fill {
        rect: Rect,
        radius: f32,
        colour: Colour,
    },
    /// A straight stroke.
    Line {
        from: Point,
        to: Point,
        width: f32,
        colour: Colour,
        dash: Dash,
    },
    /// Filled rectangles painted as one path, so that no seams show (a QR code's modules).
    Modules {
        rects: Vec<Rect>,
        colour: Colour,
    },
    /// A picture, scaled to fill `rect`; the part outside `clip` is not painted.
    Image {
        image: ImageId,
        rect: Rect,
        clip: Option<Rect>,
    },
    /// A place that leads somewhere.
    Link {
        rect: Rect,
        to: LinkTarget,
    },
    /// Something laid out once, placed by a transform; the same `Arc` may stand on many pages.
    Fragment {
        transform: Transform,
        fragment: Arc<Fragment>,
    },
    /// Opens a part with a meaning; closed by the matching [`Item::End`].
    Begin(Tag),
    End,
}

/// Items laid out once, relative to their own top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    pub size: Size,
    pub items: Vec<Item>,
}

/// A shaped piece of text: glyphs in visual order from left to right, and the text they show in logical order.
#[derive(Debug, Clone, PartialEq)]
pub struct GlyphRun {
    pub face: FaceId,
    /// Font size in points.
    pub size: f32,
    pub colour: Colour,
    /// Where the baseline begins, at the left end.
    pub origin: Point,
    pub glyphs: Vec<Glyph>,
    /// The characters shown, in logical order; the glyphs' `cluster` ranges are bytes of it. A hyphen that line breaking
    /// added is U+00AD here.
    pub text: Arc<str>,
    /// True where the text runs from right to left.
    pub rtl: bool,
    /// BCP 47 tag of the text, where it differs from the page's.
    pub lang: Option<Arc<str>>,
}

/// One glyph of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Glyph id in the whole (not the subset) face.
    pub id: u16,
    /// How far the pen moves on, in points, kerning and letter spacing included.
    pub advance: f32,
    /// Displacement of the glyph from the pen, in points; `dy` upwards is negative.
    pub dx: f32,
    pub dy: f32,
    /// Start and length, in bytes of the run's text, of the characters this glyph belongs to. All glyphs of one cluster
    /// carry the same range.
    pub cluster_start: u32,
    pub cluster_len: u16,
}

impl Glyph {
    /// The bytes of the run's text that this glyph's cluster stands for.
    pub fn cluster(&self) -> Range<usize> {
        let start = self.cluster_start as usize;
        start..start + self.cluster_len as usize
    }
}

/// How a line is broken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

/// Names one picture of the run's picture store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageId(pub u32);

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    Uri(Arc<str>),
}

/// The meaning of a part of a page, for readers that do not see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub role: Role,
    /// BCP 47 tag, where it differs from the part around.
    pub lang: Option<Arc<str>>,
}

/// Roles, named as the standard structure types of PDF (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    Heading(u8),
    Paragraph,
    List,
    ListItem,
    ListLabel,
    ListBody,
    Table,
    TableRow,
    TableHeader,
    TableCell,
    Figure {
        alt: Arc<str>,
    },
    Section,
    Span,
    Link,
    /// Running heads, rules, writing lines: nothing to read.
    Artifact,
}

/// What paper a piece is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StockKind {
    Paper,
    Envelope,
    Labels,
}

/// The finished pages of one sheet for one subject.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The sheet's name (`case-sheet`): the stem of its template.
    pub sheet: Arc<str>,
    /// The sheet's title in the kit's language, for bookmarks and the summary.
    pub title: Arc<str>,
    pub stock: StockKind,
    /// The case it belongs to: id and name; `None` for sheets of the whole kit.
    pub case: Option<(Arc<str>, Arc<str>)>,
    /// The addressee or target it is for, in a few words.
    pub addressee: Option<Arc<str>>,
    /// BCP 47 tag of the piece.
    pub lang: Arc<str>,
    pub pages: Vec<Page>,
    /// A hash of all that the piece is made from; the build mark is its beginning.
    pub content_hash: [u8; 32],
}

/// One side of physical stock as it goes through the printer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub size: Size,
    pub items: Vec<Item>,
    /// Indices of the pieces that stand on it.
    pub pieces: Vec<u32>,
}
