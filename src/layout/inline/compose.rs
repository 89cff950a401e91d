//! Shaped text, its scale and a width in; placed lines out: glyph runs, strips, underlines and links, relative to the
//! paragraph.

use std::ops::Range;
use std::sync::Arc;

use super::breaking::{LineRange, break_lines};
use super::collect::{Paragraph, Span};
use super::shape::{BREAK_BEFORE, Cluster, INLINE_BOX, NEWLINE, SPACE, STRETCHES, Shaped, Shaping};
use crate::frame::{Dash, Fragment, Glyph, GlyphRun, Item, LinkTarget, Role, Tag};
use crate::geometry::{Point, Rect, Size};
use crate::layout::faces::{FaceMetrics, Faces};
use crate::markup::style::{BaselineShift, LineHeight, TextAlign, TextStyle, VerticalAlign};

/// A paragraph laid out for one width. All positions are points from its top left corner.
#[derive(Debug)]
pub(in crate::layout) struct Composed {
    pub lines: Vec<Line>,
    /// All strips first, then each line's runs.
    pub fragment: Arc<Fragment>,
    pub boxes: Vec<PlacedBox>,
    /// How far the widest line sticks out of the width, and its text's bytes; zero where all fit.
    pub too_wide: f32,
    pub widest: Range<u32>,
    pub missing: Vec<Range<u32>>,
}

/// One line of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::layout) struct Line {
    pub top: f32,
    pub bottom: f32,
    pub baseline: f32,
    /// From the first to the last thing to be seen.
    pub left: f32,
    pub right: f32,
    /// Items of the fragment that belong to this line: its strips, and all else.
    pub strips: Range<u32>,
    pub items: Range<u32>,
    /// Bytes of the paragraph's text.
    pub text: Range<u32>,
}

/// An inline box and its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::layout) struct PlacedBox {
    /// Its number among the paragraph's boxes.
    pub number: usize,
    pub line: usize,
    pub x: f32,
    pub y: f32,
}

/// The outer size of an inline box, in points; `baseline` is measured from its top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::layout) struct InlineBoxSize {
    pub width: f32,
    pub height: f32,
    pub baseline: f32,
    pub align: VerticalAlign,
}

impl Composed {
    pub fn height(&self) -> f32 {
        self.fragment.size.height
    }

    pub fn first_baseline(&self) -> Option<f32> {
        self.lines.first().map(|l| l.baseline)
    }
}

/// Clusters of one run and span on one line.
struct Piece {
    clusters: Range<usize>,
    run: u16,
    span: u16,
    width: f32,
    x: f32,
    /// The first inline box's number, for a piece that is one.
    first_box: usize,
}

/// A paragraph broken into lines for one width, to know its height; nothing is placed yet.
#[derive(Debug)]
pub(in crate::layout) struct Measured {
    /// Points.
    pub width: f32,
    pub height: f32,
    lines: Vec<LineRange>,
}

/// Breaks a shaped paragraph that has no inline boxes.
pub(in crate::layout) fn measure(
    shaping: &Shaping,
    faces: &Faces,
    paragraph: &Paragraph,
    shaped: &Shaped,
    width: f32,
) -> Measured {
    let lines = break_lines(paragraph, shaped, width, &[]);
    let metrics = |style| shaping.styles.get(faces, style).metrics;
    let (style, scale) = (&paragraph.style, paragraph.scale);
    let strut = Heights::of(style, &metrics(style), style.size * scale, scale);
    let is_plain = paragraph.spans.iter().all(|span| !span.raises_lines(style));
    let mut height = 0.0;
    for line in &lines {
        let mut heights = strut;
        let mut last = None;
        let clusters = if is_plain { &[][..] } else { &shaped.clusters[line.start..line.end] };
        for cluster in clusters {
            if last.replace(cluster.span) != Some(cluster.span) {
                let span = &paragraph.spans[usize::from(cluster.span)];
                if span.raises_lines(style) {
                    let size = span.style.size * scale;
                    heights.grow(Heights::of(&span.style, &metrics(&span.style), size, scale));
                }
            }
        }
        height += heights.over + heights.under;
    }
    Measured { width, height, lines }
}

/// Places a shaped paragraph. Its lines are those of `measured`, where that was for the same width.
pub(in crate::layout) fn compose(
    shaping: &Shaping,
    faces: &Faces,
    paragraph: &Paragraph,
    shaped: &Shaped,
    width: f32,
    boxes: &[InlineBoxSize],
    measured: Option<Measured>,
) -> Composed {
    let ranges = match measured {
        Some(measured) if measured.width == width && boxes.is_empty() => measured.lines,
        _ => {
            let box_widths: Vec<f32> = boxes.iter().map(|b| b.width).collect();
            break_lines(paragraph, shaped, width, &box_widths)
        }
    };
    let mut composer = Composer {
        shaping,
        faces,
        paragraph,
        shaped,
        boxes,
        width,
        strips: Vec::new(),
        items: Vec::with_capacity(ranges.len() * 2),
        lines: Vec::with_capacity(ranges.len()),
        placed: Vec::new(),
        next_box: 0,
        top: 0.0,
    };
    let (mut too_wide, mut widest) = (0.0_f32, 0..0);
    for (number, range) in ranges.iter().enumerate() {
        let indent = if number == 0 {
            paragraph.style.indent.points * paragraph.scale + paragraph.style.indent.part * width
        } else {
            0.0
        };
        composer.line(*range, indent);
        let over = range.width + indent - width;
        if over > too_wide {
            too_wide = over;
            widest = composer.lines.last().map_or(0..0, |l| l.text.clone());
        }
    }
    let Composer { mut strips, items, mut lines, placed, top, .. } = composer;
    let shift = strips.len() as u32;
    for line in &mut lines {
        line.items = line.items.start + shift..line.items.end + shift;
    }
    strips.extend(items);
    Composed {
        lines,
        fragment: Arc::new(Fragment { size: Size::new(width, top), items: strips }),
        boxes: placed,
        too_wide: if too_wide > 0.05 { too_wide } else { 0.0 },
        widest,
        missing: shaped.missing.clone(),
    }
}

struct Composer<'a> {
    shaping: &'a Shaping,
    faces: &'a Faces,
    paragraph: &'a Paragraph,
    shaped: &'a Shaped,
    boxes: &'a [InlineBoxSize],
    width: f32,
    strips: Vec<Item>,
    items: Vec<Item>,
    lines: Vec<Line>,
    placed: Vec<PlacedBox>,
    next_box: usize,
    top: f32,
}

/// The height of a line above and below its baseline.
#[derive(Clone, Copy)]
struct Heights {
    over: f32,
    under: f32,
}

impl Heights {
    fn of(style: &TextStyle, metrics: &FaceMetrics, size: f32, scale: f32) -> Self {
        let (ascent, descent) = (metrics.ascent * size, metrics.descent * size);
        let height = match style.line_height {
            LineHeight::Factor(factor) => factor * size,
            LineHeight::Absolute(points) => points * scale,
            LineHeight::Normal => ascent + descent + metrics.leading * size,
        };
        let half_leading = (height - ascent - descent) / 2.0;
        Self { over: ascent + half_leading, under: descent + half_leading }
    }

    fn grow(&mut self, other: Self) {
        self.over = self.over.max(other.over);
        self.under = self.under.max(other.under);
    }
}

impl Span {
    /// Whether its type may make lines of a paragraph higher. Raised and lowered text, and scaled capitals, leave them as
    /// they are.
    fn raises_lines(&self, style: &Arc<TextStyle>) -> bool {
        !Arc::ptr_eq(&self.style, style) && self.style.baseline_shift == BaselineShift::None
    }
}

impl Composer<'_> {
    fn metrics(&self, style: &Arc<TextStyle>) -> FaceMetrics {
        self.shaping.styles.get(self.faces, style).metrics
    }

    fn line(&mut self, range: LineRange, indent: f32) {
        let clusters = &self.shaped.clusters[range.start..range.end];
        let mut pieces = self.pieces(range);
        let heights = self.heights(&pieces);
        let height = heights.over + heights.under;
        let baseline = self.top + heights.over;

        let free = self.width - indent - range.width;
        let stretch = self.stretch(clusters, range, free);
        let stretched = |c: &Cluster| if stretch.applies(c) { stretch.each } else { 0.0 };
        let mut line_width = 0.0;
        for piece in &mut pieces {
            piece.width += self.shaped.clusters[piece.clusters.clone()].iter().map(stretched).sum::<f32>();
            line_width += piece.width;
        }
        let hyphen = if range.hyphen {
            let hyphen = clusters.last().and_then(|c| self.shaped.runs[usize::from(c.run)].hyphen);
            hyphen.map(|(glyph, advance)| (glyph, advance * self.paragraph.scale))
        } else {
            None
        };
        line_width += hyphen.map_or(0.0, |h| h.1);

        let left = self.line_start(line_width, indent);
        self.place(&mut pieces, left, hyphen.map_or(0.0, |h| h.1));

        let first_strip = self.strips.len() as u32;
        let first_item = self.items.len() as u32;
        self.push_strips(&pieces, baseline);
        let mut open_link: Option<&Arc<str>> = None;
        for (number, piece) in pieces.iter().enumerate() {
            let link = self.paragraph.spans[usize::from(piece.span)].link.as_ref();
            if open_link != link {
                if open_link.is_some() {
                    self.items.push(Item::End);
                }
                if link.is_some() {
                    self.items.push(Item::Begin(Tag { role: Role::Link, lang: None }));
                }
                open_link = link;
            }
            let is_last = number + 1 == pieces.len();
            self.push_piece(piece, baseline, &stretch, if is_last { hyphen } else { None }, heights);
        }
        if open_link.is_some() {
            self.items.push(Item::End);
        }
        let text = match (clusters.first(), clusters.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        };
        self.lines.push(Line {
            top: self.top,
            bottom: self.top + height,
            baseline,
            left,
            right: left + line_width,
            strips: first_strip..self.strips.len() as u32,
            items: first_item..self.items.len() as u32,
            text,
        });
        self.top += height;
    }

    fn pieces(&mut self, range: LineRange) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::with_capacity(2);
        for i in range.start..range.end {
            let cluster = &self.shaped.clusters[i];
            let is_box = cluster.has(INLINE_BOX);
            let width = if is_box {
                self.next_box += 1;
                self.boxes.get(self.next_box - 1).map_or(0.0, |b| b.width)
            } else {
                cluster.advance * self.paragraph.scale
            };
            match pieces.last_mut() {
                Some(last)
                    if !is_box
                        && (last.run == cluster.run
                            || self.shaped.runs[usize::from(last.run)]
                                == self.shaped.runs[usize::from(cluster.run)])
                        && last.span == cluster.span
                        && !self.shaped.clusters[last.clusters.start].has(INLINE_BOX) =>
                {
                    last.clusters.end = i + 1;
                    last.width += width;
                }
                _ => pieces.push(Piece {
                    clusters: i..i + 1,
                    run: cluster.run,
                    span: cluster.span,
                    width,
                    x: 0.0,
                    first_box: self.next_box.saturating_sub(1),
                }),
            }
        }
        pieces
    }

    fn heights(&self, pieces: &[Piece]) -> Heights {
        let style = &self.paragraph.style;
        let scale = self.paragraph.scale;
        let strut_metrics = self.metrics(style);
        let mut heights = Heights::of(style, &strut_metrics, style.size * scale, scale);
        for piece in pieces {
            let span = &self.paragraph.spans[usize::from(piece.span)];
            if self.shaped.clusters[piece.clusters.start].has(INLINE_BOX) {
                let Some(size) = self.boxes.get(piece.first_box) else { continue };
                let over = match size.align {
                    VerticalAlign::Baseline => size.baseline,
                    VerticalAlign::Middle => {
                        size.height / 2.0 + strut_metrics.x_height * style.size * scale / 2.0
                    }
                    VerticalAlign::Top => heights.over,
                    VerticalAlign::Bottom => size.height - heights.under,
                };
                heights.grow(Heights { over, under: size.height - over });
            } else if span.raises_lines(style) {
                heights.grow(Heights::of(
                    &span.style,
                    &self.metrics(&span.style),
                    span.style.size * scale,
                    scale,
                ));
            }
        }
        heights
    }

    fn stretch(&self, clusters: &[Cluster], range: LineRange, free: f32) -> Stretch {
        if self.paragraph.style.align != TextAlign::Justify || range.last || free <= 0.0 {
            return Stretch { each: 0.0, spaces: true, last_start: 0 };
        }
        let last_start = clusters.last().map_or(0, |c| c.start);
        for spaces in [true, false] {
            let stretch = Stretch { each: 0.0, spaces, last_start };
            let count = clusters.iter().filter(|c| stretch.applies(c)).count();
            if count > 0 {
                return Stretch { each: free / count as f32, ..stretch };
            }
        }
        Stretch { each: 0.0, spaces: true, last_start }
    }

    /// Where the line begins at its left end.
    fn line_start(&self, line_width: f32, indent: f32) -> f32 {
        let rtl = self.shaped.rtl;
        let free = self.width - indent - line_width;
        let left_indent = if rtl { 0.0 } else { indent };
        match (self.paragraph.style.align, rtl) {
            (TextAlign::Left, _)
            | (TextAlign::Start | TextAlign::Justify, false)
            | (TextAlign::End, true) => left_indent,
            (TextAlign::Centre, _) => left_indent + free / 2.0,
            _ => left_indent + free,
        }
    }

    /// Puts the pieces in visual order, by rule L2 of the bidirectional algorithm, and gives each its left end.
    fn place(&self, pieces: &mut [Piece], left: f32, hyphen: f32) {
        let level = |p: &Piece| self.shaped.runs[usize::from(p.run)].level;
        let base = u8::from(self.shaped.rtl);
        let mut x = left;
        if pieces.iter().all(|p| level(p) == 0) && base == 0 {
            for piece in pieces {
                piece.x = x;
                x += piece.width;
            }
            return;
        }
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        let levels: Vec<u8> = pieces.iter().map(level).collect();
        let highest = levels.iter().copied().max().unwrap_or(0);
        for threshold in (1..=highest).rev() {
            let mut i = 0;
            while i < order.len() {
                if levels[order[i]] < threshold {
                    i += 1;
                    continue;
                }
                let length = order[i..].iter().take_while(|p| levels[**p] >= threshold).count();
                order[i..i + length].reverse();
                i += length;
            }
        }
        let last = pieces.len().wrapping_sub(1);
        for index in order {
            // A hyphen stands at the logical end: to the left of a right-to-left piece.
            if index == last && levels[index] % 2 == 1 {
                x += hyphen;
            }
            pieces[index].x = x;
            x += pieces[index].width;
            if index == last && levels[index].is_multiple_of(2) {
                x += hyphen;
            }
        }
    }

    fn push_strips(&mut self, pieces: &[Piece], baseline: f32) {
        let scale = self.paragraph.scale;
        let mut open: Option<(crate::markup::style::Highlight, Rect)> = None;
        for piece in pieces {
            let span = &self.paragraph.spans[usize::from(piece.span)];
            let Some(highlight) = span.style.highlight else {
                self.close_strip(open.take());
                continue;
            };
            let metrics = self.metrics(&span.style);
            let size = span.style.size * scale;
            let top = baseline - metrics.ascent * size - highlight.padding.top;
            let bottom = baseline + metrics.descent * size + highlight.padding.bottom;
            let rect = Rect::new(piece.x, top, piece.width, bottom - top);
            open = match open.take() {
                Some((same, grown)) if same == highlight => Some((same, union(grown, rect))),
                other => {
                    self.close_strip(other);
                    Some((highlight, rect))
                }
            };
        }
        self.close_strip(open);
    }

    fn close_strip(&mut self, strip: Option<(crate::markup::style::Highlight, Rect)>) {
        let Some((highlight, rect)) = strip else { return };
        let padding = highlight.padding;
        let rect =
            Rect::new(rect.x - padding.left, rect.y, rect.width + padding.left + padding.right, rect.height);
        self.strips.push(Item::Fill { rect, radius: highlight.radius, colour: highlight.colour });
    }

    fn push_piece(
        &mut self,
        piece: &Piece,
        baseline: f32,
        stretch: &Stretch,
        hyphen: Option<(u16, f32)>,
        heights: Heights,
    ) {
        let shaped = self.shaped;
        let clusters = &shaped.clusters[piece.clusters.clone()];
        if clusters.iter().all(|c| c.has(NEWLINE)) {
            return;
        }
        let span = &self.paragraph.spans[usize::from(piece.span)];
        if clusters[0].has(INLINE_BOX) {
            self.place_box(piece, baseline, heights);
            return;
        }
        let run = shaped.runs[usize::from(piece.run)];
        let scale = self.paragraph.scale;
        let run_size = run.size * scale;
        let rtl = run.level % 2 == 1;
        let style = &*span.style;
        let shift = match style.baseline_shift {
            BaselineShift::None => 0.0,
            // Parts of the raised text's own size, which is about three quarters of its surroundings'.
            BaselineShift::Super => -0.45 * run_size,
            BaselineShift::Sub => 0.2 * run_size,
        };
        let text_start = clusters[0].start;
        let text_end = clusters[clusters.len() - 1].end;
        let mut text = String::with_capacity((text_end - text_start) as usize + 2);
        text.push_str(&shaped.text[text_start as usize..text_end as usize]);
        let count: usize = clusters.iter().map(|c| usize::from(c.glyph_count)).sum();
        let mut glyphs: Vec<Glyph> = Vec::with_capacity(count + usize::from(hyphen.is_some()));
        let drawn_hyphen = hyphen.map(|(id, advance)| {
            let start = text.len() as u32;
            text.push('\u{AD}');
            Glyph { id, advance, dx: 0.0, dy: 0.0, cluster_start: start, cluster_len: 2 }
        });
        let mut push = |cluster: &Cluster| {
            let first = cluster.first_glyph as usize;
            let from = glyphs.len();
            let own = &shaped.glyphs[first..first + usize::from(cluster.glyph_count)];
            glyphs.extend(own.iter().map(|g| Glyph {
                advance: g.advance * scale,
                dx: g.dx * scale,
                dy: g.dy * scale,
                cluster_start: g.cluster_start - text_start,
                ..*g
            }));
            if stretch.applies(cluster)
                && let Some(last) = glyphs[from..].last_mut()
            {
                last.advance += stretch.each;
            }
        };
        let mut x = piece.x;
        if rtl {
            clusters.iter().rev().for_each(&mut push);
            if let Some(hyphen) = drawn_hyphen {
                x -= hyphen.advance;
                glyphs.insert(0, hyphen);
            }
        } else {
            clusters.iter().for_each(&mut push);
            glyphs.extend(drawn_hyphen);
        }
        let width = piece.width + hyphen.map_or(0.0, |h| h.1);
        let lang = (style.lang != self.paragraph.document_lang).then(|| style.lang.clone());
        self.items.push(Item::Glyphs(GlyphRun {
            face: run.face,
            size: run_size,
            colour: style.colour,
            origin: Point::new(x, baseline + shift),
            glyphs,
            text: Arc::from(text),
            rtl,
            lang,
        }));
        let metrics = self.metrics(&span.style);
        let size = style.size * scale;
        let mut stroke = |offset: f32, thickness: f32| {
            let y = baseline + shift - offset * size + thickness * size / 2.0;
            self.items.push(Item::Line {
                from: Point::new(x, y),
                to: Point::new(x + width, y),
                width: thickness * size,
                colour: style.colour,
                dash: Dash::Solid,
            });
        };
        if style.underline {
            stroke(metrics.underline_offset, metrics.underline_size);
        }
        if style.line_through {
            stroke(metrics.strike_offset, metrics.strike_size);
        }
        if let Some(link) = &span.link {
            let (top, height) = (baseline - metrics.ascent * size, (metrics.ascent + metrics.descent) * size);
            let rect = Rect::new(x, top, width, height);
            self.items.push(Item::Link { rect, to: LinkTarget::Uri(link.clone()) });
        }
    }

    fn place_box(&mut self, piece: &Piece, baseline: f32, heights: Heights) {
        let number = piece.first_box;
        let Some(size) = self.boxes.get(number) else { return };
        let style = &self.paragraph.style;
        let y = match size.align {
            VerticalAlign::Baseline => baseline - size.baseline,
            VerticalAlign::Middle => {
                let x_height = self.metrics(style).x_height * style.size * self.paragraph.scale;
                baseline - x_height / 2.0 - size.height / 2.0
            }
            VerticalAlign::Top => baseline - heights.over,
            VerticalAlign::Bottom => baseline + heights.under - size.height,
        };
        self.placed.push(PlacedBox { number, line: self.lines.len(), x: piece.x, y });
    }
}

/// How a justified line grows.
struct Stretch {
    each: f32,
    /// At spaces, or else between the characters that a line may be broken between.
    spaces: bool,
    last_start: u32,
}

impl Stretch {
    fn applies(&self, cluster: &Cluster) -> bool {
        if self.spaces {
            cluster.has(STRETCHES)
        } else {
            cluster.has(BREAK_BEFORE) && !cluster.has(SPACE) && cluster.start != self.last_start
        }
    }
}

fn union(a: Rect, b: Rect) -> Rect {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    Rect::new(x, y, a.right().max(b.right()) - x, a.bottom().max(b.bottom()) - y)
}
