//! Shaped text and a width in; the clusters of each line out. Lines are filled greedily, hyphens taken where they help.

use super::collect::Paragraph;
use super::shape::{BREAK_BEFORE, Cluster, HYPHEN_BEFORE, INLINE_BOX, NEWLINE, SPACE, Shaped};
use crate::markup::style::WhiteSpace;

/// Clusters of one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LineRange {
    pub start: usize,
    /// After its last visible cluster.
    pub end: usize,
    /// True where a hyphen is drawn at its end.
    pub hyphen: bool,
    /// True at the end of the paragraph and before a forced break: such lines are not justified.
    pub last: bool,
    /// Points, without the spaces that hang.
    pub width: f32,
}

/// How narrow and how wide a paragraph can be, in points.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::layout) struct Extent {
    pub min: f32,
    pub max: f32,
}

/// Rounding must not break a line that fits: a width measured in one order may differ in its last bits in another.
const SLACK: f32 = 0.01;

/// A line is hyphenated only where a break between words would leave more than this part of it empty.
const HYPHENATION_ZONE: f32 = 0.06;

/// Gives the width of a cluster: an inline box's comes from the box tree.
struct Widths<'a> {
    boxes: &'a [f32],
    scale: f32,
}

impl Widths<'_> {
    fn of(&self, cluster: &Cluster, box_number: &mut usize) -> f32 {
        if cluster.has(INLINE_BOX) {
            *box_number += 1;
            self.boxes.get(*box_number - 1).copied().unwrap_or(0.0)
        } else {
            cluster.advance * self.scale
        }
    }
}

/// The narrowest and the widest that a paragraph's lines can be. `boxes` are the widths of its inline boxes: least and
/// most.
pub(in crate::layout) fn extents(
    paragraph: &Paragraph,
    shaped: &Shaped,
    least: &[f32],
    most: &[f32],
) -> Extent {
    let scale = paragraph.scale;
    let indent = paragraph.style.indent.points * scale;
    let mut extent = Extent::default();
    let (mut part, mut line, mut trailing) = (indent.max(0.0), indent, 0.0_f32);
    let mut part_trailing = 0.0_f32;
    let (mut at_least, mut at_most) = (0, 0);
    for cluster in &shaped.clusters {
        if cluster.has(NEWLINE) {
            extent.min = extent.min.max(part - part_trailing);
            extent.max = extent.max.max(line - trailing);
            (part, line, trailing, part_trailing) = (0.0, 0.0, 0.0, 0.0);
            continue;
        }
        let hyphen = cluster.has(HYPHEN_BEFORE);
        if cluster.has(BREAK_BEFORE) || hyphen {
            let mut width = part - part_trailing;
            if hyphen && !cluster.has(BREAK_BEFORE) {
                width += shaped.runs[usize::from(cluster.run)].hyphen_width(scale);
            }
            extent.min = extent.min.max(width);
            (part, part_trailing) = (0.0, 0.0);
        }
        let narrow = Widths { boxes: least, scale }.of(cluster, &mut at_least);
        let wide = Widths { boxes: most, scale }.of(cluster, &mut at_most);
        part += narrow;
        line += wide;
        if cluster.has(SPACE) {
            trailing += wide;
            part_trailing += narrow;
        } else {
            (trailing, part_trailing) = (0.0, 0.0);
        }
    }
    extent.min = extent.min.max(part - part_trailing);
    extent.max = extent.max.max(line - trailing);
    extent
}

/// A place where the line may end.
#[derive(Clone, Copy)]
struct Opportunity {
    /// The cluster that would begin the next line.
    next: usize,
    end: usize,
    width: f32,
    hyphen: bool,
}

/// Breaks shaped text into lines of at most `width` points; a part that cannot be broken may be wider.
pub(super) fn break_lines(
    paragraph: &Paragraph,
    shaped: &Shaped,
    width: f32,
    boxes: &[f32],
) -> Vec<LineRange> {
    let clusters = &shaped.clusters;
    let scale = paragraph.scale;
    let widths = Widths { boxes, scale };
    let mut lines = Vec::new();
    let mut start = 0;
    let mut first_box = 0;
    let mut indent = paragraph.style.indent.points * scale + paragraph.style.indent.part * width;
    while start < clusters.len() {
        let room = width - indent;
        let mut at = start;
        let mut box_number = first_box;
        // The width up to `at`, with and without the spaces at the end.
        let (mut total, mut inked, mut ink_end) = (0.0_f32, 0.0_f32, start);
        let mut at_word: Option<Opportunity> = None;
        let mut at_hyphen: Option<Opportunity> = None;
        let mut forced = None;
        let mut over = false;
        while at < clusters.len() {
            let cluster = &clusters[at];
            if cluster.has(NEWLINE) {
                forced = Some(Opportunity { next: at + 1, end: ink_end, width: inked, hyphen: false });
                break;
            }
            if at > start {
                if cluster.has(BREAK_BEFORE) {
                    at_word = Some(Opportunity { next: at, end: ink_end, width: inked, hyphen: false });
                } else if cluster.has(HYPHEN_BEFORE) {
                    let hyphen = shaped.runs[usize::from(clusters[at - 1].run)].hyphen_width(scale);
                    if inked + hyphen <= room + SLACK {
                        at_hyphen =
                            Some(Opportunity { next: at, end: ink_end, width: inked + hyphen, hyphen: true });
                    }
                }
            }
            let advance = widths.of(cluster, &mut box_number);
            total += advance;
            if cluster.has(SPACE) && !keeps_spaces(paragraph, cluster) {
                at += 1;
                continue;
            }
            if total > room + SLACK {
                over = true;
                // Nothing fits so far: what cannot be broken sticks out, unless it may be broken anywhere.
                let breaks_anywhere =
                    paragraph.spans.get(usize::from(cluster.span)).is_some_and(|s| s.style.break_anywhere);
                if at_word.is_none() && at_hyphen.is_none() && at > start && breaks_anywhere {
                    at_word = Some(Opportunity { next: at, end: ink_end, width: inked, hyphen: false });
                }
                if at_word.is_some() || at_hyphen.is_some() {
                    break;
                }
            }
            at += 1;
            (inked, ink_end) = (total, at);
        }
        let chosen = if over { better(at_word, at_hyphen, room) } else { None };
        let (end, hyphen, last) = match (chosen, forced) {
            (Some(chosen), _) => (chosen, chosen.hyphen, false),
            (None, Some(forced)) => (forced, false, true),
            (None, None) => {
                (Opportunity { next: clusters.len(), end: ink_end, width: inked, hyphen: false }, false, true)
            }
        };
        lines.push(LineRange { start, end: end.end, hyphen, last, width: end.width });
        if !boxes.is_empty() {
            first_box += clusters[start..end.next].iter().filter(|c| c.has(INLINE_BOX)).count();
        }
        start = end.next;
        indent = 0.0;
        if forced.is_some_and(|f| f.next == clusters.len()) && start == clusters.len() {
            break;
        }
    }
    lines
}

fn keeps_spaces(paragraph: &Paragraph, cluster: &Cluster) -> bool {
    paragraph.spans.get(usize::from(cluster.span)).is_some_and(|s| s.style.white_space == WhiteSpace::PreWrap)
        && cluster.start == 0
}

/// Between words where that leaves the line full enough, else at a hyphen.
fn better(at_word: Option<Opportunity>, at_hyphen: Option<Opportunity>, room: f32) -> Option<Opportunity> {
    match (at_word, at_hyphen) {
        (Some(word), Some(hyphen)) => {
            let empty = room - word.width;
            Some(if hyphen.next > word.next && empty > room * HYPHENATION_ZONE { hyphen } else { word })
        }
        (word, hyphen) => word.or(hyphen),
    }
}
