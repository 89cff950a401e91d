//! A document tree in; a box tree out: blocks, paragraphs of inline content, tables and replaced boxes.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use taffy::{Cache, Layout};

use super::cache::Entry;
use super::css::{BoxStyles, HiddenBorders};
use super::error::{LayoutError, LayoutErrorKind};
use super::faces::Faces;
use super::inline::{Collector, Composed, Extent, Measured, Paragraph, Shaping};
use super::marker;
use super::replaced::{Codes, Modules};
use super::{Job, Numbers};
use crate::frame::ImageId;
use crate::markup::style::{BoxStyle, Dimension, Display, ListMarker, Position, Style};
use crate::markup::tree::{BoxRole, Document, Element, NodeId, NodeKind};

/// Boxes of one document; node 0 is the page area, node 1 the first box in it.
#[derive(Default)]
pub(super) struct BoxTree {
    pub nodes: Vec<BoxNode>,
    /// Children of all nodes; each node owns a range.
    pub child_ids: Vec<u32>,
    /// Kept when the tree is built again.
    codes: Codes,
}

/// One box.
pub(super) struct BoxNode {
    /// The element it comes from; an anonymous box has that of its parent.
    pub element: NodeId,
    pub style: Arc<Style>,
    pub taffy: Rc<taffy::Style>,
    pub content: Content,
    pub children: Range<u32>,
    /// Its type is multiplied by this.
    pub scale: f32,
    pub anonymous: bool,
    /// Absolutely positioned boxes whose containing block this is.
    pub hoisted: Vec<u32>,
    pub marker: Option<Box<Text>>,
    pub hidden_borders: HiddenBorders,
    pub cache: Cache,
    pub layout: Layout,
}

/// What stands in a box.
pub(super) enum Content {
    /// Other boxes, by their style's display.
    Boxes,
    Text(Box<Text>),
    Image {
        image: ImageId,
        width: u32,
        height: u32,
    },
    Qr {
        modules: Rc<Modules>,
    },
    Lines {
        count: Option<u32>,
        pitch: f32,
    },
    Checkbox,
    Table,
    Row {
        head: bool,
    },
    Cell {
        colspan: u16,
        rowspan: u16,
    },
}

/// A paragraph and what is known of it.
pub(super) struct Text {
    pub paragraph: Arc<Paragraph>,
    /// What was found in the cache or put there.
    pub entry: Option<Arc<Entry>>,
    pub extent: Option<Extent>,
    /// Lines for the width last asked for, and that width.
    pub composed: Option<(f32, Arc<Composed>)>,
    /// The lines last measured, before they are placed.
    pub measured: Option<Measured>,
    /// Node of the document whose text is longest in it, for errors.
    pub source: Range<u32>,
}

impl Text {
    pub fn new(paragraph: Paragraph, source: Range<u32>) -> Self {
        Self {
            paragraph: Arc::new(paragraph),
            entry: None,
            extent: None,
            composed: None,
            measured: None,
            source,
        }
    }
}

/// Boxes may be nested this deep; taffy and painting recurse.
const MAX_DEPTH: usize = 100;
/// More boxes than any sheet of paper needs.
const MAX_BOXES: usize = 200_000;

/// Builds box trees.
pub(super) struct Builder<'a> {
    pub document: &'a Document,
    pub job: &'a Job<'a>,
    pub faces: &'a Faces,
    pub shaping: &'a Shaping,
    pub styles: &'a BoxStyles,
    pub numbers: Numbers,
    pub scale: f32,
    /// Scales of addresses that had to shrink.
    pub address_scales: &'a [(NodeId, f32)],
    pub tree: BoxTree,
    pub errors: Vec<LayoutError>,
    depth: usize,
    /// The box style of all anonymous boxes.
    plain: Option<Arc<BoxStyle>>,
}

impl<'a> Builder<'a> {
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        document: &'a Document,
        job: &'a Job<'a>,
        faces: &'a Faces,
        shaping: &'a Shaping,
        styles: &'a BoxStyles,
        numbers: Numbers,
        scale: f32,
        address_scales: &'a [(NodeId, f32)],
        mut tree: BoxTree,
    ) -> Self {
        tree.nodes.clear();
        tree.child_ids.clear();
        Self {
            document,
            job,
            faces,
            shaping,
            styles,
            numbers,
            scale,
            address_scales,
            tree,
            errors: Vec::new(),
            depth: 0,
            plain: None,
        }
    }

    /// Builds the boxes of one element and puts them into a page area.
    pub fn build(&mut self, root: NodeId) {
        let Some(node) = self.document.nodes.get(root.0 as usize) else { return };
        let area = Rc::new(taffy::Style {
            display: taffy::Display::FlowRoot,
            position: taffy::Position::Static,
            direction: match node.style.text.direction {
                crate::markup::style::Direction::LeftToRight => taffy::Direction::Ltr,
                crate::markup::style::Direction::RightToLeft => taffy::Direction::Rtl,
            },
            ..taffy::Style::default()
        });
        self.push(root, node.style.clone(), area, Content::Boxes, true);
        let mut children = Vec::new();
        if !self.is_hidden(root) {
            children.extend(self.block(root, self.scale, None));
        }
        self.adopt(0, &children);
    }

    fn node(&self, id: NodeId) -> &'a crate::markup::tree::Node {
        let nodes = &self.document.nodes;
        &nodes[(id.0 as usize).min(nodes.len() - 1)]
    }

    fn is_hidden(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let running = self.document.header == Some(id) || self.document.footer == Some(id);
        matches!(node.kind, NodeKind::Element(_)) && node.style.boxed.display == Display::None && !running
    }

    fn push(
        &mut self,
        element: NodeId,
        style: Arc<Style>,
        taffy: Rc<taffy::Style>,
        content: Content,
        anonymous: bool,
    ) -> u32 {
        self.tree.nodes.push(BoxNode {
            element,
            style,
            taffy,
            content,
            children: 0..0,
            scale: self.scale,
            anonymous,
            hoisted: Vec::new(),
            marker: None,
            hidden_borders: HiddenBorders::default(),
            cache: Cache::new(),
            layout: Layout::new(),
        });
        (self.tree.nodes.len() - 1) as u32
    }

    fn adopt(&mut self, parent: u32, children: &[u32]) {
        let start = self.tree.child_ids.len() as u32;
        self.tree.child_ids.extend_from_slice(children);
        let nodes = &self.tree.nodes;
        let end = self.tree.child_ids.len() as u32;
        if children.iter().any(|c| nodes[*c as usize].style.boxed.order != 0) {
            self.tree.child_ids[start as usize..].sort_by_key(|c| nodes[*c as usize].style.boxed.order);
        }
        self.tree.nodes[parent as usize].children = start..end;
    }

    fn scale_for(&self, id: NodeId, inherited: f32) -> f32 {
        match self.address_scales.iter().find(|(address, _)| *address == id) {
            Some((_, scale)) => inherited * scale,
            None => inherited,
        }
    }

    /// Builds the box of an element that is laid out as a block; `None` past a limit or for a hidden one.
    fn block(&mut self, id: NodeId, scale: f32, link: Option<&Arc<str>>) -> Option<u32> {
        let node = self.node(id);
        if self.depth >= MAX_DEPTH || self.tree.nodes.len() >= MAX_BOXES {
            let (what, limit) =
                if self.depth >= MAX_DEPTH { ("nested boxes", MAX_DEPTH) } else { ("boxes", MAX_BOXES) };
            let error = LayoutError {
                kind: LayoutErrorKind::LimitHit { what, limit: limit as u32 },
                source: node.source.clone(),
            };
            if !self.errors.contains(&error) && self.errors.len() < 10 {
                self.errors.push(error);
            }
            return None;
        }
        self.depth += 1;
        let scale = self.scale_for(id, scale);
        let built = self.block_inside(id, scale, link);
        self.depth -= 1;
        built
    }

    fn block_inside(&mut self, id: NodeId, scale: f32, link: Option<&Arc<str>>) -> Option<u32> {
        let node = self.node(id);
        let NodeKind::Element(element) = &node.kind else { return None };
        let style = node.style.clone();
        let taffy = self.styles.get(&style, scale);
        let own_link = if let Element::Link { href } = element { Some(href) } else { link };
        let content = match element {
            Element::Image { source, .. } => match (self.job.pictures)(source) {
                Some((image, width, height)) => Content::Image { image, width, height },
                None => {
                    let kind = LayoutErrorKind::PictureUnknown { key: source.to_string() };
                    self.errors.push(LayoutError { kind, source: node.source.clone() });
                    return None;
                }
            },
            Element::Qr { text } => match self.tree.codes.modules(text) {
                Some(modules) => Content::Qr { modules },
                None => {
                    let kind = LayoutErrorKind::QrTooLong { bytes: text.len() };
                    self.errors.push(LayoutError { kind, source: node.source.clone() });
                    return None;
                }
            },
            Element::Lines { count, pitch } => Content::Lines { count: *count, pitch: *pitch },
            Element::Checkbox => Content::Checkbox,
            Element::Table => Content::Table,
            _ if style.boxed.display == Display::Table => Content::Table,
            _ => Content::Boxes,
        };
        let is_table = matches!(content, Content::Table);
        let is_replaced = !matches!(content, Content::Boxes | Content::Table);
        let number = self.push(id, style.clone(), taffy, content, false);
        self.tree.nodes[number as usize].scale = scale;
        if is_replaced {
            return Some(number);
        }
        if is_table {
            let mut rows = Vec::new();
            self.rows(id, scale, false, own_link, &mut rows);
            self.captions(id, scale, own_link, &mut rows);
            if style.text.borders_collapse {
                super::table::collapse_borders(&mut self.tree, &rows, &style, self.styles);
            }
            self.adopt(number, &rows);
            return Some(number);
        }
        self.fill(number, id, scale, own_link);
        if let Element::ListItem { ordinal } = element
            && style.text.list_marker != ListMarker::None
        {
            let text = marker::text(&style.text.list_marker, *ordinal, &style.text.lang);
            let paragraph = self.lone_text(&text, id, scale);
            self.tree.nodes[number as usize].marker = Some(Box::new(paragraph));
        }
        Some(number)
    }

    /// A paragraph of one short text that is not in the document.
    fn lone_text(&self, text: &str, id: NodeId, scale: f32) -> Text {
        let node = self.node(id);
        let mut collector = Collector::new(node.style.text.clone(), scale, self.document.lang.clone());
        collector.text(text, &node.style.text, false, None, &node.source);
        Text::new(collector.finish(), node.source.clone())
    }

    /// Whether a child stands in a line of text.
    fn is_inline(&self, id: NodeId) -> bool {
        let node = self.node(id);
        match &node.kind {
            NodeKind::Text(_) => true,
            NodeKind::Element(element) => {
                if node.style.boxed.position == Position::Absolute {
                    return false;
                }
                match element {
                    Element::LineBreak | Element::PageNumber | Element::PageCount | Element::BuildMark => {
                        true
                    }
                    _ => matches!(node.style.boxed.display, Display::Inline | Display::InlineBlock),
                }
            }
        }
    }

    /// Gives a box its children: one paragraph, boxes, or boxes with anonymous paragraphs between them.
    fn fill(&mut self, number: u32, id: NodeId, scale: f32, link: Option<&Arc<str>>) {
        let node = self.node(id);
        let is_flow = !matches!(node.style.boxed.display, Display::Flex | Display::Grid);
        let visible: Vec<NodeId> = node.children.iter().copied().filter(|c| !self.is_hidden(*c)).collect();
        if is_flow && visible.iter().all(|c| self.is_inline(*c)) {
            if let Some(text) = self.paragraph(id, &visible, scale, link) {
                self.tree.nodes[number as usize].content = Content::Text(Box::new(text));
            }
            return;
        }
        let mut children = Vec::new();
        let mut at = 0;
        while at < visible.len() {
            let child = visible[at];
            // In a flex or grid container every element is an item of its own; only bare text is wrapped.
            let joins = |c: NodeId| {
                if is_flow { self.is_inline(c) } else { self.is_bare(c) }
            };
            if joins(child) {
                let length = visible[at..].iter().take_while(|c| joins(**c)).count();
                let run = &visible[at..at + length];
                at += length;
                if let Some(text) = self.paragraph(id, run, scale, link) {
                    let child = self.anonymous(id, scale, text);
                    children.push(child);
                }
            } else {
                children.extend(self.block(child, scale, link));
                at += 1;
            }
        }
        self.adopt(number, &children);
    }

    fn is_bare(&self, id: NodeId) -> bool {
        match &self.node(id).kind {
            NodeKind::Text(_) => true,
            NodeKind::Element(element) => {
                matches!(
                    element,
                    Element::LineBreak | Element::PageNumber | Element::PageCount | Element::BuildMark
                )
            }
        }
    }

    /// A box without an element of its own, for text beside blocks.
    fn anonymous(&mut self, parent: NodeId, scale: f32, text: Text) -> u32 {
        let style = self.plain_style(parent);
        let taffy = self.styles.get(&style, 1.0);
        let number = self.push(parent, style, taffy, Content::Text(Box::new(text)), true);
        self.tree.nodes[number as usize].scale = scale;
        number
    }

    /// The style of an anonymous box: its parent's text, a box with nothing of its own.
    fn plain_style(&mut self, parent: NodeId) -> Arc<Style> {
        let style = &self.node(parent).style;
        let boxed = self
            .plain
            .get_or_insert_with(|| {
                let mut plain = style.boxed.as_ref().clone();
                anonymise(&mut plain);
                Arc::new(plain)
            })
            .clone();
        Arc::new(Style { text: style.text.clone(), boxed })
    }

    /// A paragraph of inline nodes; `None` where nothing is to be seen.
    fn paragraph(
        &mut self,
        parent: NodeId,
        run: &[NodeId],
        scale: f32,
        link: Option<&Arc<str>>,
    ) -> Option<Text> {
        let node = self.node(parent);
        let mut collector = Collector::new(node.style.text.clone(), scale, self.document.lang.clone());
        let mut longest = (0, node.source.clone());
        for child in run {
            self.inline(*child, &mut collector, scale, link, &mut longest);
        }
        if collector.is_blank() {
            return None;
        }
        let paragraph = collector.finish();
        (!paragraph.is_empty()).then(|| Text::new(paragraph, longest.1))
    }

    fn inline(
        &mut self,
        id: NodeId,
        collector: &mut Collector,
        scale: f32,
        link: Option<&Arc<str>>,
        longest: &mut (usize, Range<u32>),
    ) {
        let node = self.node(id);
        let style = &node.style.text;
        let small_capitals =
            || style.small_caps && !self.shaping.styles.get(self.faces, style).metrics.has_small_caps;
        let element = match &node.kind {
            NodeKind::Text(text) => {
                if text.len() > longest.0 {
                    *longest = (text.len(), node.source.clone());
                }
                collector.text(text, style, small_capitals(), link, &node.source);
                return;
            }
            NodeKind::Element(element) => element,
        };
        if self.is_hidden(id) {
            return;
        }
        match element {
            Element::LineBreak => collector.line_break(style, &node.source),
            Element::PageNumber => {
                collector.text(&self.numbers.page.to_string(), style, false, link, &node.source);
            }
            Element::PageCount => {
                collector.text(&self.numbers.count.to_string(), style, false, link, &node.source);
            }
            Element::BuildMark => collector.text(self.job.build_mark, style, false, link, &node.source),
            Element::Box(_) | Element::Link { .. } if node.style.boxed.display == Display::Inline => {
                let link = if let Element::Link { href } = element { Some(href) } else { link };
                self.depth += 1;
                if self.depth < MAX_DEPTH {
                    for child in &node.children {
                        self.inline(*child, collector, scale, link, longest);
                    }
                }
                self.depth -= 1;
            }
            _ => {
                if let Some(child) = self.block(id, scale, link) {
                    collector.inline_box(child, style, link, &node.source);
                }
            }
        }
    }

    /// Rows of a table, from its head, body or itself.
    fn rows(&mut self, id: NodeId, scale: f32, head: bool, link: Option<&Arc<str>>, rows: &mut Vec<u32>) {
        for child in &self.node(id).children {
            let node = self.node(*child);
            let NodeKind::Element(element) = &node.kind else { continue };
            if self.is_hidden(*child) {
                continue;
            }
            match (element, node.style.boxed.display) {
                (Element::TableHead, _) | (_, Display::TableHeaderGroup) => {
                    self.rows(*child, scale, true, link, rows)
                }
                (Element::TableBody, _) | (_, Display::TableRowGroup) => {
                    self.rows(*child, scale, false, link, rows)
                }
                (Element::TableRow, _) | (_, Display::TableRow) => {
                    let taffy = self.styles.get(&node.style, scale);
                    let row = self.push(*child, node.style.clone(), taffy, Content::Row { head }, false);
                    let mut cells = Vec::new();
                    for cell in &node.children {
                        cells.extend(self.cell(*cell, scale, link));
                    }
                    self.adopt(row, &cells);
                    rows.push(row);
                }
                _ => {}
            }
        }
    }

    /// Puts a table's captions above its rows, as rows of one cell.
    fn captions(&mut self, id: NodeId, scale: f32, link: Option<&Arc<str>>, rows: &mut Vec<u32>) {
        let columns = |row: &u32| {
            let cells =
                self.tree.children(*row).iter().map(|cell| match self.tree.nodes[*cell as usize].content {
                    Content::Cell { colspan, .. } => colspan,
                    _ => 1,
                });
            cells.fold(0_u16, u16::saturating_add)
        };
        let across = rows.iter().map(columns).max().unwrap_or(1).max(1);
        let mut above = Vec::new();
        for child in &self.node(id).children {
            let node = self.node(*child);
            let is_row_part = matches!(
                node.style.boxed.display,
                Display::TableHeaderGroup | Display::TableRowGroup | Display::TableRow
            );
            let NodeKind::Element(element) = &node.kind else { continue };
            let is_row_part =
                is_row_part || matches!(element, Element::TableHead | Element::TableBody | Element::TableRow);
            if is_row_part || self.is_hidden(*child) {
                continue;
            }
            let plain = self.plain_style(id);
            let taffy = self.styles.get(&plain, 1.0);
            let row = self.push(id, plain, taffy, Content::Row { head: false }, true);
            if let Some(cell) = self.cell(*child, scale, link) {
                self.tree.nodes[cell as usize].content = Content::Cell { colspan: across, rowspan: 1 };
                self.adopt(row, &[cell]);
                above.push(row);
            }
        }
        rows.splice(0..0, above);
    }

    /// A cell: a box of its own that holds the cell's content as a single child.
    fn cell(&mut self, id: NodeId, scale: f32, link: Option<&Arc<str>>) -> Option<u32> {
        let node = self.node(id);
        let NodeKind::Element(element) = &node.kind else { return None };
        if self.is_hidden(id) {
            return None;
        }
        let (colspan, rowspan) = match element {
            Element::TableCell { colspan, rowspan, .. } => ((*colspan).max(1), (*rowspan).max(1)),
            _ => (1, 1),
        };
        let style = node.style.clone();
        let taffy = self.styles.get_cell(&style, scale, HiddenBorders::default());
        let number = self.push(id, style, taffy, Content::Cell { colspan, rowspan }, false);
        self.tree.nodes[number as usize].scale = scale;
        let visible: Vec<NodeId> = node.children.iter().copied().filter(|c| !self.is_hidden(*c)).collect();
        if visible.iter().all(|c| self.is_inline(*c)) {
            if let Some(text) = self.paragraph(id, &visible, scale, link) {
                let child = self.anonymous(id, scale, text);
                self.adopt(number, &[child]);
            }
        } else {
            self.fill(number, id, scale, link);
        }
        Some(number)
    }
}

/// Leaves of a box style only what an anonymous box has: nothing of its own.
fn anonymise(style: &mut crate::markup::style::BoxStyle) {
    use crate::geometry::Sides;
    use crate::markup::style::{Border, Break, GridSpan, Length};
    style.display = Display::Block;
    style.aspect_ratio = None;
    style.inset = Sides::all(Dimension::Auto);
    style.radius = 0.0;
    (style.flex_grow, style.flex_shrink, style.flex_basis) = (0.0, 1.0, Dimension::Auto);
    (style.align_self, style.justify_self) = (None, None);
    style.grid_column = GridSpan { start: None, span: 1 };
    style.grid_row = GridSpan { start: None, span: 1 };
    (style.grid_columns, style.grid_rows) = (Vec::new(), Vec::new());
    style.position = Position::Static;
    style.background = None;
    style.border = Sides::all(Border::default());
    style.margin = Sides::all(Dimension::Length(Length::default()));
    style.padding = Sides::all(Length::default());
    (style.width, style.height) = (Dimension::Auto, Dimension::Auto);
    (style.min_width, style.min_height) = (Dimension::Auto, Dimension::Auto);
    (style.max_width, style.max_height) = (Dimension::Auto, Dimension::Auto);
    (style.break_before, style.break_after) = (Break::Auto, Break::Auto);
    style.break_inside_avoid = false;
    style.overflow_hidden = false;
    style.quarter_turns = 0;
    style.order = 0;
}

impl BoxTree {
    pub fn children(&self, node: u32) -> &[u32] {
        let range = &self.nodes[node as usize].children;
        &self.child_ids[range.start as usize..range.end as usize]
    }
}

/// What an element means to a reader that does not see it.
pub(super) fn role_of(element: &Element) -> BoxRole {
    match element {
        Element::Box(role) => *role,
        Element::Address => BoxRole::Paragraph,
        Element::Lines { .. } | Element::Checkbox => BoxRole::Artifact,
        _ => BoxRole::None,
    }
}
