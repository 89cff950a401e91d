//! One endless scroll: what is painted where, and where it may be cut into pages; data only.

use std::ops::Range;
use std::sync::Arc;

use super::css::HiddenBorders;
use super::error::LayoutError;
use super::inline::{Composed, Paragraph};
use super::replaced::Modules;
use crate::frame::{ImageId, Tag};
use crate::geometry::{Point, Rect};
use crate::markup::style::{ObjectFit, Style};
use crate::markup::tree::NodeId;

/// What is painted, in order, and the rules for cutting it. Points from the top left corner of the first page's text
/// area, as if that went on for ever.
#[derive(Default)]
pub(super) struct Scroll {
    pub entries: Vec<Entry>,
    pub keeps: Vec<Keep>,
    /// Where a new page must begin.
    pub forced: Vec<f32>,
    pub tables: Vec<TableHead>,
    /// The lowest point of anything painted.
    pub bottom: f32,
    pub errors: Vec<LayoutError>,
    /// Addresses that do not fit their place.
    pub addresses: Vec<AddressOverflow>,
    /// The longest text: bytes of it, its words, its lines and their height, and where it came from.
    pub longest: Option<LongText>,
}

/// Something to paint.
pub(super) enum Entry {
    Begin(Tag),
    End,
    /// Background and borders.
    Decoration {
        rect: Rect,
        style: Arc<Style>,
        hidden: HiddenBorders,
    },
    Text {
        at: Point,
        composed: Arc<Composed>,
        paragraph: Arc<Paragraph>,
    },
    Picture {
        rect: Rect,
        image: ImageId,
        width: u32,
        height: u32,
        fit: ObjectFit,
        source: Range<u32>,
    },
    Qr {
        rect: Rect,
        modules: std::rc::Rc<Modules>,
        source: Range<u32>,
    },
    Checkbox {
        rect: Rect,
        style: Arc<Style>,
    },
    /// One line to write on; its writing space begins at `top`.
    Rule {
        top: f32,
        from: Point,
        to: Point,
        style: Arc<Style>,
    },
    /// Painted as a whole on the page of `anchor`: an absolutely positioned or a turned box.
    Whole {
        anchor: f32,
        place: Place,
        scroll: Box<Scroll>,
    },
}

/// Where a whole is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// Where it stands in the scroll.
    Scroll,
    /// At the same place of the page, wherever the scroll was cut.
    Page,
    /// In the scroll, turned clockwise about the middle of a rectangle.
    Turned { quarters: u8, about: Rect },
}

/// A stretch of the scroll that should not be cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Keep {
    pub top: f32,
    pub bottom: f32,
    pub strength: Strength,
}

/// How much is lost by cutting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Orphans and widows, things side by side.
    Wished,
    /// `break-inside: avoid`, rows, a heading and what it heads.
    Avoided,
    /// Lines, pictures: never.
    Never,
}

/// The head of a table, painted again where the table goes on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableHead {
    pub table_bottom: f32,
    pub top: f32,
    pub bottom: f32,
    pub entries: Range<usize>,
}

/// An address that is larger than its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AddressOverflow {
    pub address: NodeId,
    pub width: f32,
    pub height: f32,
    pub line_height: f32,
    pub source: Range<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct LongText {
    pub bytes: usize,
    pub words: usize,
    pub lines: usize,
    pub line_height: f32,
    pub source: Range<u32>,
}
