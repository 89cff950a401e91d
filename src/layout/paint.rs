//! A part of the scroll in; the items of a page out. What reaches beyond the page is an error, never cut off.

use std::ops::Range;
use std::sync::Arc;

use super::css::{HiddenBorders, border_width};
use super::error::{LayoutError, LayoutErrorKind};
use super::faces::Faces;
use super::inline::{Composed, Line, Paragraph};
use super::page::NEAR;
use super::replaced::QUIET_ZONE;
use super::scroll::{Entry, Place, Scroll};
use crate::frame::{Dash, Fragment, GlyphRun, Item, Role, Tag};
use crate::geometry::{Colour, Point, Rect, Size, Transform};
use crate::markup::style::{Border, BorderStyle, ObjectFit, Style};

/// How far ink may reach beyond the page by rounding, in points.
const TOLERANCE: f32 = 0.25;

/// Paints parts of scrolls onto one page.
pub(super) struct Painter<'a> {
    pub faces: &'a Faces,
    pub page: Size,
    pub items: Vec<Item>,
    pub errors: Vec<LayoutError>,
    tags: Vec<OpenTag>,
    /// From the coordinates being painted in to the page's, for the check of the page's edge.
    to_page: Transform,
    /// Inside something that is not read: tags have no meaning there.
    silent: bool,
}

struct OpenTag {
    tag: Tag,
    written: bool,
}

/// The part of a scroll to paint, and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub start: f32,
    pub end: f32,
    /// Added to a position in the scroll.
    pub shift: Point,
    /// Where the text area of the page lies, for boxes placed by the page.
    pub area: Point,
}

impl Window {
    /// Whether something that begins at `top` belongs here.
    fn owns(&self, top: f32) -> bool {
        top >= self.start - NEAR && top < self.end - NEAR
    }
}

impl<'a> Painter<'a> {
    pub fn new(faces: &'a Faces, page: Size) -> Self {
        Self {
            faces,
            page,
            items: Vec::new(),
            errors: Vec::new(),
            tags: Vec::new(),
            to_page: Transform::IDENTITY,
            silent: false,
        }
    }

    /// Paints running heads and repeated table heads: nothing that is read again.
    pub fn artifact(&mut self, scroll: &Scroll, entries: Range<usize>, window: Window) {
        let was_silent = std::mem::replace(&mut self.silent, true);
        let at = self.items.len();
        self.items.push(Item::Begin(Tag { role: Role::Artifact, lang: None }));
        self.entries(scroll, entries, window);
        if self.items.len() == at + 1 {
            self.items.pop();
        } else {
            self.items.push(Item::End);
        }
        self.silent = was_silent;
    }

    pub fn scroll(&mut self, scroll: &Scroll, window: Window) {
        self.entries(scroll, 0..scroll.entries.len(), window);
    }

    fn entries(&mut self, scroll: &Scroll, entries: Range<usize>, window: Window) {
        for entry in &scroll.entries[entries] {
            self.entry(entry, window);
        }
    }

    /// Opens the tags around what is painted next.
    fn open(&mut self) {
        if self.silent {
            return;
        }
        for open in &mut self.tags {
            if !open.written {
                self.items.push(Item::Begin(open.tag.clone()));
                open.written = true;
            }
        }
    }

    fn entry(&mut self, entry: &Entry, window: Window) {
        let moved = |rect: &Rect| rect.moved(window.shift);
        match entry {
            Entry::Begin(tag) => self.tags.push(OpenTag { tag: tag.clone(), written: false }),
            Entry::End => {
                if self.tags.pop().is_some_and(|open| open.written) {
                    self.items.push(Item::End);
                }
            }
            Entry::Decoration { rect, style, hidden } => {
                let begins = window.owns(rect.y);
                let goes_on = rect.y < window.start && rect.bottom() > window.start + NEAR;
                if begins || goes_on {
                    self.decoration(rect, style, *hidden, window);
                }
            }
            Entry::Text { at, composed, paragraph } => self.text(*at, composed, paragraph, window),
            Entry::Picture { rect, image, width, height, fit, source } => {
                if window.owns(rect.y) {
                    self.open();
                    let rect = moved(rect);
                    self.check_rect(rect, source);
                    let (painted, clip) = fitted(rect, *width as f32, *height as f32, *fit);
                    self.items.push(Item::Image { image: *image, rect: painted, clip });
                }
            }
            Entry::Qr { rect, modules, source } => {
                if window.owns(rect.y) {
                    self.open();
                    let rect = moved(rect);
                    self.check_rect(rect, source);
                    let module = rect.width.min(rect.height) / super::flow::modules_across(modules);
                    let quiet = QUIET_ZONE as f32 * module;
                    let scaled = |r: &Rect| {
                        Rect::new(
                            rect.x + quiet + r.x * module,
                            rect.y + quiet + r.y * module,
                            r.width * module,
                            r.height * module,
                        )
                    };
                    // White below it, so that phones read it on any ground.
                    self.items.push(Item::Fill { rect, radius: 0.0, colour: Colour::WHITE });
                    let rects = modules.rects.iter().map(scaled).collect();
                    self.items.push(Item::Modules { rects, colour: Colour::BLACK });
                }
            }
            Entry::Checkbox { rect, style } => {
                // A style with a border of its own has drawn the box already.
                if window.owns(rect.y) && border_width(style.boxed.border.top) == 0.0 {
                    self.open();
                    self.checkbox(moved(rect), style);
                }
            }
            Entry::Rule { top, from, to, style } => {
                if window.owns(*top) {
                    self.open();
                    let put = |p: &Point| Point::new(p.x + window.shift.x, p.y + window.shift.y);
                    self.items.push(Item::Line {
                        from: put(from),
                        to: put(to),
                        width: RULE_WIDTH,
                        colour: style.text.colour,
                        dash: Dash::Solid,
                    });
                }
            }
            Entry::Whole { anchor, place, scroll } => {
                if window.owns(*anchor)
                    || (*place == Place::Page && *anchor < window.start && window.start <= NEAR)
                {
                    self.whole(*place, scroll, window);
                }
            }
        }
    }

    fn whole(&mut self, place: Place, scroll: &Scroll, window: Window) {
        let all = |shift| Window { start: f32::NEG_INFINITY, end: f32::INFINITY, shift, area: window.area };
        match place {
            Place::Scroll => self.scroll(scroll, all(window.shift)),
            Place::Page => self.scroll(scroll, all(window.area)),
            Place::Turned { quarters, about } => {
                let middle = Point::new(about.x + about.width / 2.0, about.y + about.height / 2.0);
                let transform = Transform::translate(-middle.x, -middle.y)
                    .then(&Transform::quarter_turns(quarters))
                    .then(&Transform::translate(middle.x + window.shift.x, middle.y + window.shift.y));
                self.open();
                let outer = std::mem::take(&mut self.items);
                let outer_transform = self.to_page;
                self.to_page = transform.then(&outer_transform);
                self.scroll(scroll, all(Point::default()));
                self.to_page = outer_transform;
                let items = std::mem::replace(&mut self.items, outer);
                let size = Size::new(about.right(), about.bottom());
                self.items.push(Item::Fragment { transform, fragment: Arc::new(Fragment { size, items }) });
            }
        }
    }

    fn text(&mut self, at: Point, composed: &Arc<Composed>, paragraph: &Paragraph, window: Window) {
        let lines = &composed.lines;
        let first = lines.iter().position(|l| window.owns(at.y + l.top));
        let Some(first) = first else { return };
        let count = lines[first..].iter().take_while(|l| window.owns(at.y + l.top)).count();
        let shown = &lines[first..first + count];
        let origin = Point::new(at.x + window.shift.x, at.y + window.shift.y);
        for line in shown {
            self.check_line(line, composed, paragraph, origin);
        }
        self.open();
        if count == lines.len() {
            if !composed.fragment.items.is_empty() {
                let transform = Transform::translate(origin.x, origin.y);
                self.items.push(Item::Fragment { transform, fragment: composed.fragment.clone() });
            }
            return;
        }
        let items = &composed.fragment.items;
        let strips = shown.iter().flat_map(|l| l.strips.clone());
        let rest = shown.iter().flat_map(|l| l.items.clone());
        self.items
            .extend(strips.chain(rest).filter_map(|i| items.get(i as usize)).map(|i| moved_item(i, origin)));
    }

    /// Reports a line whose ink leaves the page.
    fn check_line(&mut self, line: &Line, composed: &Composed, paragraph: &Paragraph, origin: Point) {
        let height = line.bottom - line.top;
        // Glyphs rise above their line and hang below it, seldom by more than half of it.
        let generous = Rect::new(
            origin.x + line.left,
            origin.y + line.top - height / 2.0,
            line.right - line.left,
            height * 2.0,
        );
        if self.beyond(generous) <= 0.0 {
            return;
        }
        let mut worst = 0.0_f32;
        for item in composed.fragment.items[line.items.start as usize..line.items.end as usize].iter() {
            if let Item::Glyphs(run) = item {
                worst = worst.max(self.run_beyond(run, origin));
            }
        }
        if worst > TOLERANCE {
            self.push_beyond(worst, paragraph.source_of(line.text.clone()));
        }
    }

    fn run_beyond(&self, run: &GlyphRun, origin: Point) -> f32 {
        let mut worst = 0.0_f32;
        let mut pen = origin.x + run.origin.x;
        for glyph in &run.glyphs {
            if let Some([left, top, right, bottom]) = self.faces.glyph_ink(run.face, glyph.id, run.size) {
                let (x, y) = (pen + glyph.dx, origin.y + run.origin.y + glyph.dy);
                worst = worst.max(self.beyond(Rect::new(x + left, y + top, right - left, bottom - top)));
            }
            pen += glyph.advance;
        }
        worst
    }

    /// How far a rectangle reaches beyond the page.
    fn beyond(&self, rect: Rect) -> f32 {
        let corners = [
            (rect.x, rect.y),
            (rect.right(), rect.y),
            (rect.x, rect.bottom()),
            (rect.right(), rect.bottom()),
        ];
        corners
            .into_iter()
            .map(|(x, y)| {
                let p = self.to_page.apply(Point::new(x, y));
                (-p.x).max(-p.y).max(p.x - self.page.width).max(p.y - self.page.height)
            })
            .fold(0.0, f32::max)
    }

    fn check_rect(&mut self, rect: Rect, source: &Range<u32>) {
        let by = self.beyond(rect);
        if by > TOLERANCE {
            self.push_beyond(by, source.clone());
        }
    }

    fn push_beyond(&mut self, by: f32, source: Range<u32>) {
        self.errors.push(LayoutError { kind: LayoutErrorKind::OutsidePage { by }, source });
    }

    fn decoration(&mut self, rect: &Rect, style: &Style, hidden: HiddenBorders, window: Window) {
        let (top, bottom) = (rect.y.max(window.start), rect.bottom().min(window.end));
        let (opens, closes) = (rect.y >= window.start - NEAR, rect.bottom() <= window.end + NEAR);
        let part = Rect::new(rect.x, top, rect.width, (bottom - top).max(0.0)).moved(window.shift);
        if !self.silent {
            self.items.push(Item::Begin(Tag { role: Role::Artifact, lang: None }));
        }
        let boxed = &style.boxed;
        let border = boxed.border;
        let shown = |side: Border, visible: bool| (visible && border_width(side) > 0.0).then_some(side);
        let sides = [
            shown(border.top, opens && !hidden.top),
            shown(border.right, !hidden.right),
            shown(border.bottom, closes && !hidden.bottom),
            shown(border.left, !hidden.left),
        ];
        match (boxed.radius > 0.0, sides) {
            (true, [Some(line), Some(_), Some(_), Some(_)]) => {
                let inner = Rect::new(
                    part.x + line.width,
                    part.y + line.width,
                    (part.width - 2.0 * line.width).max(0.0),
                    (part.height - 2.0 * line.width).max(0.0),
                );
                let radius = (boxed.radius - line.width).max(0.0);
                let ground = boxed.background.unwrap_or(Colour::WHITE);
                self.items.push(Item::Fill { rect: part, radius: boxed.radius, colour: line.colour });
                self.items.push(Item::Fill { rect: inner, radius, colour: ground });
            }
            _ => {
                if let Some(colour) = boxed.background {
                    let radius = if opens && closes { boxed.radius } else { 0.0 };
                    self.items.push(Item::Fill { rect: part, radius, colour });
                }
                self.borders(part, sides);
            }
        }
        if !self.silent {
            self.items.push(Item::End);
        }
    }

    fn borders(&mut self, part: Rect, sides: [Option<Border>; 4]) {
        let mut push = |border: Border, from: Point, to: Point| {
            let dash = match border.style {
                BorderStyle::Dashed => Dash::Dashed,
                BorderStyle::Dotted => Dash::Dotted,
                BorderStyle::Solid | BorderStyle::None => Dash::Solid,
            };
            self.items.push(Item::Line { from, to, width: border.width, colour: border.colour, dash });
        };
        let [top, right, bottom, left] = sides;
        if let Some(border) = top {
            let y = part.y + border.width / 2.0;
            push(border, Point::new(part.x, y), Point::new(part.right(), y));
        }
        if let Some(border) = right {
            let x = part.right() - border.width / 2.0;
            push(border, Point::new(x, part.y), Point::new(x, part.bottom()));
        }
        if let Some(border) = bottom {
            let y = part.bottom() - border.width / 2.0;
            push(border, Point::new(part.x, y), Point::new(part.right(), y));
        }
        if let Some(border) = left {
            let x = part.x + border.width / 2.0;
            push(border, Point::new(x, part.y), Point::new(x, part.bottom()));
        }
    }

    fn checkbox(&mut self, rect: Rect, style: &Style) {
        let width = (rect.width * 0.08).clamp(0.4, 1.5);
        let colour = style.text.colour;
        let border = Border { width, style: BorderStyle::Solid, colour };
        self.borders(rect, [Some(border); 4]);
    }
}

/// Width of the lines to write on, in points.
const RULE_WIDTH: f32 = 0.4;

/// Where a picture is painted within its box, and what of it is seen.
fn fitted(rect: Rect, width: f32, height: f32, fit: ObjectFit) -> (Rect, Option<Rect>) {
    if width <= 0.0 || height <= 0.0 {
        return (rect, None);
    }
    let (across, down) = (rect.width / width, rect.height / height);
    let scale = match fit {
        ObjectFit::Fill => return (rect, None),
        ObjectFit::Contain => across.min(down),
        ObjectFit::Cover => across.max(down),
    };
    let (w, h) = (width * scale, height * scale);
    let painted = Rect::new(rect.x + (rect.width - w) / 2.0, rect.y + (rect.height - h) / 2.0, w, h);
    (painted, (fit == ObjectFit::Cover).then_some(rect))
}

/// The same item, moved.
fn moved_item(item: &Item, by: Point) -> Item {
    let point = |p: &Point| Point::new(p.x + by.x, p.y + by.y);
    match item {
        Item::Glyphs(run) => Item::Glyphs(GlyphRun { origin: point(&run.origin), ..run.clone() }),
        Item::Fill { rect, radius, colour } => {
            Item::Fill { rect: rect.moved(by), radius: *radius, colour: *colour }
        }
        Item::Line { from, to, width, colour, dash } => {
            Item::Line { from: point(from), to: point(to), width: *width, colour: *colour, dash: *dash }
        }
        Item::Modules { rects, colour } => {
            Item::Modules { rects: rects.iter().map(|r| r.moved(by)).collect(), colour: *colour }
        }
        Item::Image { image, rect, clip } => {
            Item::Image { image: *image, rect: rect.moved(by), clip: clip.map(|c| c.moved(by)) }
        }
        Item::Link { rect, to } => Item::Link { rect: rect.moved(by), to: to.clone() },
        Item::Fragment { transform, fragment } => Item::Fragment {
            transform: transform.then(&Transform::translate(by.x, by.y)),
            fragment: fragment.clone(),
        },
        Item::Begin(tag) => Item::Begin(tag.clone()),
        Item::End => Item::End,
    }
}

impl Scroll {
    /// The top of the first thing painted at or below a height; that height itself where a background goes on there.
    pub(super) fn first_top(&self, from: f32) -> Option<f32> {
        let mut first: Option<f32> = None;
        let mut found = |top: f32| first = Some(first.map_or(top, |f: f32| f.min(top)));
        for entry in &self.entries {
            match entry {
                Entry::Decoration { rect, .. } => {
                    if rect.y >= from - NEAR {
                        found(rect.y);
                    } else if rect.bottom() > from + NEAR {
                        found(from);
                    }
                }
                Entry::Text { at, composed, .. } => {
                    if let Some(line) = composed.lines.iter().find(|l| at.y + l.top >= from - NEAR) {
                        found(at.y + line.top);
                    }
                }
                Entry::Picture { rect, .. } | Entry::Qr { rect, .. } | Entry::Checkbox { rect, .. } => {
                    if rect.y >= from - NEAR {
                        found(rect.y);
                    }
                }
                Entry::Rule { top, .. } => {
                    if *top >= from - NEAR {
                        found(*top);
                    }
                }
                Entry::Whole { anchor, place, .. } => {
                    if *place != Place::Page && *anchor >= from - NEAR {
                        found(*anchor);
                    }
                }
                Entry::Begin(_) | Entry::End => {}
            }
        }
        first
    }
}
