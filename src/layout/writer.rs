//! A box tree with its places in; its scroll out.

use std::ops::Range;
use std::sync::Arc;

use super::boxes::{BoxNode, Content, role_of};
use super::error::{LayoutError, LayoutErrorKind};
use super::flow::Flow;
use super::inline::{Composed, Paragraph};
use super::scroll::{AddressOverflow, Entry, Keep, LongText, Place, Scroll, Strength, TableHead};
use crate::frame::{Role, Tag};
use crate::geometry::{Point, Rect};
use crate::markup::style::{Break, Direction, Display, FlexDirection, Position, Style};
use crate::markup::tree::{BoxRole, Document, Element, NodeId, NodeKind};

/// The lowest thing in a box, and whose it is.
#[derive(Clone, Default)]
struct Lowest {
    bottom: f32,
    address: Option<NodeId>,
    line_height: f32,
    source: Range<u32>,
}

impl Lowest {
    fn take(&mut self, other: Self) {
        if other.bottom > self.bottom {
            *self = other;
        }
    }
}

/// What sticks out by no more than this is a matter of rounding.
const TOLERANCE: f32 = 0.5;
/// A list marker stands this part of its size before the text.
const MARKER_GAP: f32 = 0.45;

/// Writes the scroll of a laid out box tree.
pub(super) struct Writer<'a, 'b> {
    flow: &'a mut Flow<'b>,
    document: &'a Document,
    scroll: Scroll,
    address: Option<NodeId>,
    /// The top of a heading that the next content must follow.
    keep_with_next: Option<f32>,
    /// Heights at which absolutely positioned boxes stand in the document.
    anchors: Vec<(u32, f32)>,
    /// The top of the last thing that may not be cut.
    last_top: f32,
    /// Inside an absolutely positioned or turned box: no cuts.
    whole: bool,
}

impl<'a, 'b> Writer<'a, 'b> {
    pub fn write(flow: &'a mut Flow<'b>, document: &'a Document) -> Scroll {
        let mut writer = Self {
            flow,
            document,
            scroll: Scroll::default(),
            address: None,
            keep_with_next: None,
            anchors: Vec::new(),
            last_top: 0.0,
            whole: false,
        };
        let children = writer.flow.tree.children(0).to_vec();
        for child in children {
            writer.visit(child, Point::default());
        }
        let hoisted = std::mem::take(&mut writer.flow.tree.nodes[0].hoisted);
        for child in hoisted {
            let anchor = writer.anchor_of(child);
            writer.whole(child, Point::default(), anchor, Place::Page);
        }
        writer.scroll.forced.sort_by(f32::total_cmp);
        writer.scroll
    }

    fn node(&self, number: u32) -> &BoxNode {
        &self.flow.tree.nodes[number as usize]
    }

    fn element(&self, id: NodeId) -> Option<(&Element, &Range<u32>)> {
        let node = self.document.nodes.get(id.0 as usize)?;
        match &node.kind {
            NodeKind::Element(element) => Some((element, &node.source)),
            NodeKind::Text(_) => None,
        }
    }

    fn anchor_of(&self, number: u32) -> f32 {
        self.anchors.iter().find(|(n, _)| *n == number).map_or(0.0, |(_, y)| *y)
    }

    fn keep(&mut self, top: f32, bottom: f32, strength: Strength) {
        if strength == Strength::Never {
            self.last_top = top;
        }
        if !self.whole && bottom > top {
            self.scroll.keeps.push(Keep { top, bottom, strength });
        }
    }

    /// What stands from `top` on stays with the content that comes next.
    fn keep_with_next_from(&mut self, top: f32) {
        self.keep_with_next = Some(self.keep_with_next.map_or(top, |known| known.min(top)));
    }

    /// Content begins: a heading before it stays with it as far down as `bottom`.
    fn follow(&mut self, bottom: f32) {
        if let Some(top) = self.keep_with_next.take() {
            self.keep(top, bottom, Strength::Avoided);
        }
    }

    fn painted_to(&mut self, bottom: f32) {
        self.scroll.bottom = self.scroll.bottom.max(bottom);
    }

    /// Writes a box that is painted as a whole, into a scroll of its own.
    fn whole(&mut self, number: u32, origin: Point, anchor: f32, place: Place) -> Lowest {
        let outer = std::mem::take(&mut self.scroll);
        let was_whole = std::mem::replace(&mut self.whole, true);
        let lowest = self.visit_upright(number, origin);
        self.whole = was_whole;
        let mut inner = std::mem::replace(&mut self.scroll, outer);
        self.scroll.errors.append(&mut inner.errors);
        self.scroll.addresses.append(&mut inner.addresses);
        if let Some(long) = inner.longest.take() {
            self.note_long(long);
        }
        self.scroll.entries.push(Entry::Whole { anchor, place, scroll: Box::new(inner) });
        lowest
    }

    fn note_long(&mut self, long: LongText) {
        if self.scroll.longest.as_ref().is_none_or(|l| l.bytes < long.bytes) {
            self.scroll.longest = Some(long);
        }
    }

    fn visit(&mut self, number: u32, origin: Point) -> Lowest {
        let node = self.node(number);
        let quarters = node.style.boxed.quarter_turns % 4;
        if quarters == 0 || node.anonymous {
            return self.visit_upright(number, origin);
        }
        let rect = rect_of(node, origin);
        self.follow(rect.bottom());
        self.keep(rect.y, rect.bottom(), Strength::Never);
        self.painted_to(rect.bottom());
        self.whole(number, origin, rect.y, Place::Turned { quarters, about: rect });
        Lowest { bottom: rect.bottom(), ..Lowest::default() }
    }

    fn visit_upright(&mut self, number: u32, origin: Point) -> Lowest {
        let node = self.node(number);
        let rect = rect_of(node, origin);
        let style = node.style.clone();
        let (element_id, anonymous, hidden) = (node.element, node.anonymous, node.hidden_borders);
        let (element, source) = match self.element(element_id) {
            Some((element, source)) if !anonymous => (Some(element.clone()), source.clone()),
            _ => (None, self.document.nodes.get(element_id.0 as usize).map_or(0..0, |n| n.source.clone())),
        };
        let was_address = self.address;
        if matches!(element, Some(Element::Address)) {
            self.address = Some(element_id);
        }
        if !anonymous && !self.whole {
            match style.boxed.break_before {
                Break::Page => self.scroll.forced.push(rect.y),
                Break::Avoid => self.keep_with_next_from(self.last_top),
                Break::Auto => {}
            }
            if style.boxed.break_after == Break::Page {
                self.scroll.forced.push(rect.bottom());
            }
            if style.boxed.break_inside_avoid {
                self.keep(rect.y, rect.bottom(), Strength::Avoided);
            }
        }
        let decorated = !anonymous && is_decorated(&style);
        if decorated {
            // A box is not opened at the foot of a page only to go on at the top of the next.
            self.keep_with_next_from(rect.y);
            self.scroll.entries.push(Entry::Decoration { rect, style: style.clone(), hidden });
            self.painted_to(rect.bottom());
        }
        let mut tags = self.open_tags(number, element.as_ref(), &style, element_id);
        let mut lowest = Lowest { bottom: rect.y, source: source.clone(), ..Lowest::default() };
        if self.node(number).marker.is_some() {
            self.marker(number, rect);
        }
        if matches!(element, Some(Element::ListItem { .. })) {
            self.scroll.entries.push(Entry::Begin(Tag { role: Role::ListBody, lang: None }));
            tags += 1;
        }
        lowest.take(self.content(number, rect, &style, &source));
        self.children(number, rect, &style, &mut lowest);
        for _ in 0..tags {
            self.scroll.entries.push(Entry::End);
        }
        if decorated && self.last_top >= rect.y {
            self.keep(self.last_top, rect.bottom(), Strength::Avoided);
        }
        let hoisted = std::mem::take(&mut self.flow.tree.nodes[number as usize].hoisted);
        for child in hoisted {
            self.whole(child, Point::new(rect.x, rect.y), rect.y, Place::Scroll);
        }
        self.check_height(number, rect, &lowest);
        if !anonymous && style.boxed.break_after == Break::Avoid {
            self.keep_with_next_from(rect.y);
        }
        self.address = was_address;
        lowest
    }

    /// Text that hangs out of a box of fixed height would run into what stands below it.
    fn check_height(&mut self, number: u32, rect: Rect, lowest: &Lowest) {
        let over = lowest.bottom - rect.bottom();
        if over <= TOLERANCE || number <= 1 {
            return;
        }
        match lowest.address {
            Some(address) => self.note_address(AddressOverflow {
                address,
                width: 0.0,
                height: over,
                line_height: lowest.line_height,
                source: lowest.source.clone(),
            }),
            None => {
                let kind = LayoutErrorKind::BoxOverflow { width: 0.0, height: over };
                let error = LayoutError { kind, source: lowest.source.clone() };
                // An outer box that the same text hangs out of says nothing new.
                if !self.scroll.errors.iter().any(|e| {
                    e.source == error.source && matches!(e.kind, LayoutErrorKind::BoxOverflow { .. })
                }) {
                    self.scroll.errors.push(error);
                }
            }
        }
    }

    fn note_address(&mut self, found: AddressOverflow) {
        match self.scroll.addresses.iter_mut().find(|a| a.address == found.address) {
            Some(known) => {
                known.width = known.width.max(found.width);
                known.height = known.height.max(found.height);
                known.line_height = known.line_height.max(found.line_height);
            }
            None => self.scroll.addresses.push(found),
        }
    }

    fn open_tags(&mut self, number: u32, element: Option<&Element>, style: &Style, id: NodeId) -> usize {
        let Some(element) = element else {
            // Text beside blocks reads as a paragraph, but in a cell or an item it is what that holds.
            let holds_text = matches!(self.node(number).content, Content::Text(_));
            let parent = self.element(id).map(|(element, _)| element);
            if holds_text && !matches!(parent, Some(Element::TableCell { .. } | Element::ListItem { .. })) {
                self.scroll.entries.push(Entry::Begin(Tag { role: Role::Paragraph, lang: None }));
                return 1;
            }
            return 0;
        };
        let lang = self.lang_of(id, style);
        let roles: &[Role] = &match element {
            Element::ListItem { .. } => vec![Role::ListItem],
            Element::Table => vec![Role::Table],
            Element::TableRow => vec![Role::TableRow],
            Element::TableCell { header, .. } => {
                vec![if *header { Role::TableHeader } else { Role::TableCell }]
            }
            Element::Image { alt, .. } if alt.is_empty() => vec![Role::Artifact],
            Element::Image { alt, .. } => vec![Role::Figure { alt: alt.clone() }],
            Element::Qr { text } => vec![Role::Figure { alt: text.clone() }],
            // An address of several lines: each line is a paragraph of its own.
            Element::Address if !matches!(self.node(number).content, Content::Text(_)) => vec![],
            other => match role_of(other) {
                BoxRole::None => match (&self.node(number).content, lang.is_some()) {
                    (Content::Text(_), _) if style.boxed.display != Display::InlineBlock => {
                        vec![Role::Paragraph]
                    }
                    (_, true) => vec![Role::Section],
                    _ => vec![],
                },
                BoxRole::Heading(level) => vec![Role::Heading(level)],
                BoxRole::Paragraph => vec![Role::Paragraph],
                BoxRole::List => vec![Role::List],
                BoxRole::Section => vec![Role::Section],
                BoxRole::Artifact => vec![Role::Artifact],
            },
        };
        for role in roles {
            self.scroll.entries.push(Entry::Begin(Tag { role: role.clone(), lang: lang.clone() }));
        }
        roles.len()
    }

    /// The language of an element, where it is not that of the element around it.
    fn lang_of(&self, id: NodeId, style: &Style) -> Option<Arc<str>> {
        (style.text.lang != self.document.lang && id.0 != 0).then(|| style.text.lang.clone())
    }

    fn marker(&mut self, number: u32, rect: Rect) {
        let Some(composed) = self.flow.compose_marker(number) else { return };
        let node = self.node(number);
        let Some(paragraph) = node.marker.as_ref().map(|m| m.paragraph.clone()) else { return };
        let (layout, style) = (node.layout, node.style.clone());
        let gap = style.text.size * node.scale * MARKER_GAP;
        let width = composed.fragment.size.width;
        let x = match style.text.direction {
            Direction::LeftToRight => rect.x + layout.border.left + layout.padding.left - gap - width,
            Direction::RightToLeft => rect.right() - layout.border.right - layout.padding.right + gap,
        };
        let own = composed.first_baseline().unwrap_or(0.0);
        let baseline = self.first_baseline(number, rect).unwrap_or(rect.y + own);
        self.scroll.entries.push(Entry::Begin(Tag { role: Role::ListLabel, lang: None }));
        self.scroll.entries.push(Entry::Text { at: Point::new(x, baseline - own), composed, paragraph });
        self.scroll.entries.push(Entry::End);
    }

    /// The baseline of the first line of text in a box.
    fn first_baseline(&self, number: u32, rect: Rect) -> Option<f32> {
        let node = self.node(number);
        if let Content::Text(text) = &node.content {
            let top = rect.y + node.layout.border.top + node.layout.padding.top;
            return Some(top + text.composed.as_ref()?.1.first_baseline()?);
        }
        let children = self.flow.tree.children(number);
        children
            .iter()
            .find_map(|c| self.first_baseline(*c, rect_of(self.node(*c), Point::new(rect.x, rect.y))))
    }

    fn content(&mut self, number: u32, rect: Rect, style: &Arc<Style>, source: &Range<u32>) -> Lowest {
        let node = self.node(number);
        let layout = node.layout;
        let inner = Rect::new(
            rect.x + layout.border.left + layout.padding.left,
            rect.y + layout.border.top + layout.padding.top,
            (rect.width
                - layout.border.left
                - layout.padding.left
                - layout.border.right
                - layout.padding.right)
                .max(0.0),
            (rect.height
                - layout.border.top
                - layout.padding.top
                - layout.border.bottom
                - layout.padding.bottom)
                .max(0.0),
        );
        let mut lowest =
            Lowest { bottom: rect.y, address: self.address, line_height: 0.0, source: source.clone() };
        let entry = match &node.content {
            Content::Text(text) => {
                let Some((_, composed)) = &text.composed else { return lowest };
                let (composed, paragraph, source) =
                    (composed.clone(), text.paragraph.clone(), text.source.clone());
                return self.text(inner, composed, paragraph, style, source);
            }
            Content::Image { image, width, height } => Entry::Picture {
                rect: inner,
                image: *image,
                width: *width,
                height: *height,
                fit: style.boxed.object_fit,
                source: source.clone(),
            },
            Content::Qr { modules } => {
                Entry::Qr { rect: inner, modules: modules.clone(), source: source.clone() }
            }
            Content::Checkbox => Entry::Checkbox { rect: inner, style: style.clone() },
            Content::Lines { pitch, .. } => {
                let pitch = *pitch;
                let mut y = inner.y + pitch;
                while pitch > 0.0 && y <= inner.bottom() + 0.01 {
                    self.follow(y);
                    let (from, to) = (Point::new(inner.x, y), Point::new(inner.right(), y));
                    self.scroll.entries.push(Entry::Rule { top: y - pitch, from, to, style: style.clone() });
                    self.keep(y - pitch, y + 0.1, Strength::Never);
                    self.painted_to(y);
                    y += pitch;
                }
                lowest.bottom = inner.bottom();
                return lowest;
            }
            _ => return lowest,
        };
        self.follow(rect.bottom());
        self.keep(rect.y, rect.bottom(), Strength::Never);
        self.painted_to(rect.bottom());
        self.scroll.entries.push(entry);
        lowest.bottom = rect.bottom();
        lowest
    }

    fn text(
        &mut self,
        inner: Rect,
        composed: Arc<Composed>,
        paragraph: Arc<Paragraph>,
        style: &Arc<Style>,
        source: Range<u32>,
    ) -> Lowest {
        let lines = &composed.lines;
        let line_height = lines.first().map_or(0.0, |l| l.bottom - l.top);
        let text = &*paragraph.text;
        self.note_long(LongText {
            bytes: text.len(),
            words: text.split_whitespace().count(),
            lines: lines.len(),
            line_height,
            source: source.clone(),
        });
        if !composed.missing.is_empty() {
            for range in &composed.missing {
                let mut characters: Vec<char> =
                    text[range.start as usize..range.end as usize].chars().collect();
                characters.dedup();
                let kind = LayoutErrorKind::MissingGlyphs { characters };
                let error = LayoutError { kind, source: paragraph.source_of(range.clone()) };
                if !self.scroll.errors.contains(&error) {
                    self.scroll.errors.push(error);
                }
            }
        }
        if composed.too_wide > TOLERANCE {
            let source = paragraph.source_of(composed.widest.clone());
            match self.address {
                Some(address) => self.note_address(AddressOverflow {
                    address,
                    width: composed.too_wide,
                    height: 0.0,
                    line_height,
                    source,
                }),
                None => {
                    let widest = &composed.widest;
                    let text = shortened(&text[widest.start as usize..widest.end as usize]);
                    let kind = LayoutErrorKind::TooLong { text, by: composed.too_wide };
                    self.scroll.errors.push(LayoutError { kind, source });
                }
            }
        }
        if !self.whole && !lines.is_empty() {
            let count = lines.len();
            let orphans = usize::from(style.text.orphans.max(1)).min(count);
            let widows = usize::from(style.text.widows.max(1)).min(count);
            self.follow(inner.y + lines[orphans - 1].bottom);
            for line in lines {
                self.keep(inner.y + line.top, inner.y + line.bottom, Strength::Never);
            }
            if orphans > 1 {
                self.keep(inner.y + lines[0].top, inner.y + lines[orphans - 1].bottom, Strength::Wished);
            }
            if widows > 1 {
                self.keep(
                    inner.y + lines[count - widows].top,
                    inner.y + lines[count - 1].bottom,
                    Strength::Wished,
                );
            }
        }
        let bottom = inner.y + lines.last().map_or(0.0, |l| l.bottom);
        self.painted_to(bottom);
        let at = Point::new(inner.x, inner.y);
        self.scroll.entries.push(Entry::Text { at, composed, paragraph });
        Lowest { bottom, address: self.address, line_height, source }
    }

    fn children(&mut self, number: u32, rect: Rect, style: &Style, lowest: &mut Lowest) {
        let node = self.node(number);
        let is_table = matches!(node.content, Content::Table);
        let is_text = matches!(node.content, Content::Text(_));
        let children: Vec<u32> = match &node.content {
            Content::Text(text) => text.paragraph.boxes.clone(),
            _ => self.flow.tree.children(number).to_vec(),
        };
        let beside_each_other = match node.taffy.display {
            taffy::Display::Flex => {
                matches!(style.boxed.flex_direction, FlexDirection::Row | FlexDirection::RowReverse)
            }
            taffy::Display::Grid => true,
            _ => false,
        } && children.len() > 1
            && !is_text;
        let origin = Point::new(rect.x, rect.y);
        let mut head: Option<TableHead> = None;
        for child in children {
            let kid = self.node(child);
            let child_rect = rect_of(kid, origin);
            if kid.style.boxed.position == Position::Absolute && !kid.anonymous {
                self.anchors.push((child, rect.y));
                continue;
            }
            let row = match kid.content {
                Content::Row { head } => Some(head),
                _ => None,
            };
            if beside_each_other {
                self.keep(child_rect.y, child_rect.bottom(), Strength::Wished);
            }
            if row.is_some() {
                self.follow(child_rect.bottom());
                self.keep(child_rect.y, child_rect.bottom(), Strength::Avoided);
            }
            let is_head = row == Some(true);
            let first = self.scroll.entries.len();
            lowest.take(self.visit(child, origin));
            if is_table && is_head {
                // A head stays with the first row below it.
                self.keep_with_next_from(child_rect.y);
                let entries = self.scroll.entries.len();
                let head = head.get_or_insert(TableHead {
                    table_bottom: rect.bottom(),
                    top: child_rect.y,
                    bottom: child_rect.bottom(),
                    entries: first..entries,
                });
                head.bottom = child_rect.bottom();
                head.entries.end = entries;
            }
        }
        if let Some(head) = head
            && !self.whole
        {
            self.scroll.tables.push(head);
        }
    }
}

fn rect_of(node: &BoxNode, origin: Point) -> Rect {
    let layout = &node.layout;
    Rect::new(
        origin.x + layout.location.x,
        origin.y + layout.location.y,
        layout.size.width,
        layout.size.height,
    )
}

fn is_decorated(style: &Style) -> bool {
    let border = &style.boxed.border;
    style.boxed.background.is_some()
        || [border.top, border.right, border.bottom, border.left]
            .into_iter()
            .any(|side| super::css::border_width(side) > 0.0)
}

/// A text as an error may quote it.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let text = text.trim();
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
