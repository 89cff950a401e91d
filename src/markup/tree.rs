//! The document tree: elements with computed styles and text, as markup gives it to layout; data only.

use std::ops::Range;
use std::sync::Arc;

use super::style::{PageStyle, Style};

/// A parsed and styled document.
#[derive(Debug, Clone)]
pub struct Document {
    /// All nodes; children lie behind their parent. Node 0 is `body`.
    pub nodes: Vec<Node>,
    pub page: PageStyle,
    /// BCP 47 tag of `<html lang>`.
    pub lang: Arc<str>,
    /// Running parts, taken out of the flow: `<page-header>` and `<page-footer>`.
    pub header: Option<NodeId>,
    pub footer: Option<NodeId>,
}

/// Index into [`Document::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

#[derive(Debug, Clone)]
pub struct Node {
    pub kind: NodeKind,
    /// Shared by all nodes whose cascade came out the same. A text node carries its parent's.
    pub style: Arc<Style>,
    pub children: Vec<NodeId>,
    /// Bytes of the rendered HTML, for mistakes.
    pub source: Range<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Text with white space not yet collapsed; entities resolved.
    Text(Arc<str>),
    Element(Element),
}

/// An element, as far as layout must know it beyond its style.
#[derive(Debug, Clone, PartialEq)]
pub enum Element {
    /// Anything that is only a box: body, section, div, p, span, strong, ul, header …
    Box(BoxRole),
    LineBreak,
    /// `<img src alt>`: `src` is the key of a picture of the run (`photo:…`), not a path.
    Image {
        source: Arc<str>,
        alt: Arc<str>,
    },
    /// `<qr>`: the text to encode.
    Qr {
        text: Arc<str>,
    },
    /// `<lines>`: ruled writing lines filling the box, or `count` of them; `pitch` in points.
    Lines {
        count: Option<u32>,
        pitch: f32,
    },
    Checkbox,
    /// `<address>`: a block of an address; each child line must stay whole and inside the zone.
    Address,
    Link {
        href: Arc<str>,
    },
    /// `<li>`: its marker's text is made by layout from the style and `ordinal`.
    ListItem {
        ordinal: u32,
    },
    Table,
    TableHead,
    TableBody,
    TableRow,
    TableCell {
        header: bool,
        colspan: u16,
        rowspan: u16,
    },
    PageNumber,
    PageCount,
    /// The piece's short build mark.
    BuildMark,
}

/// What a plain box means to a reader that does not see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxRole {
    None,
    Heading(u8),
    Paragraph,
    List,
    Section,
    /// Decoration: not read aloud.
    Artifact,
}
