//! Takes glyph runs; gives text-showing operators, with ActualText where a reader could not tell the text from the
//! glyphs.
//!
//! A glyph's code is its id in the whole face. What comes back when the text is copied is each glyph's ToUnicode, in
//! the order of the glyphs; where that is not what was written, an ActualText says it. Left-to-right text gets it word by
//! word, since pdfium takes one for a single glyph apart from its neighbours for a word of its own. In right-to-left text poppler and
//! pdfium turn the order of characters of a whole line round, those of an ActualText included, so there it covers the
//! fewest glyphs that do.

use std::ops::Range;

use printpdf::{DictItem, Op};

use super::PdfError;
use super::face::FaceMeasures;
use super::usage::Usage;
use crate::frame::{Glyph, GlyphRun};

/// How far, in thousandths of an em, a glyph may stand from its place before the pen is moved: 0.02 mm at 12 points.
const TOLERANCE: f32 = 4.0;

/// Writes the glyphs of one run; the text object is open and the pen is at the run's origin.
pub(super) struct RunWriter<'a> {
    ops: &'a mut Vec<Op>,
    usage: &'a mut Usage,
    measures: &'a FaceMeasures,
    run: &'a GlyphRun,
    /// Where the next glyph belongs and where the reader's pen is, in thousandths of an em.
    place: f32,
    pen: f32,
    rise: f32,
    codes: Vec<u8>,
    array: Vec<DictItem>,
}

/// A stretch of glyphs and the text that they are to give back, where their own is not it.
struct Stretch {
    glyphs: Range<usize>,
    actual: Option<Range<usize>>,
}

impl<'a> RunWriter<'a> {
    pub fn new(
        ops: &'a mut Vec<Op>,
        usage: &'a mut Usage,
        measures: &'a FaceMeasures,
        run: &'a GlyphRun,
    ) -> Self {
        let codes = Vec::with_capacity(run.glyphs.len() * 2);
        Self { ops, usage, measures, run, place: 0.0, pen: 0.0, rise: 0.0, codes, array: Vec::new() }
    }

    /// Writes the run.
    ///
    /// # Errors
    /// When a glyph is `.notdef`, which would print as a box.
    pub fn write(mut self, face_name: &str) -> Result<(), PdfError> {
        if let Some(missing) = self.run.glyphs.iter().find(|g| g.id == 0) {
            let text = self.run.text.get(missing.cluster()).unwrap_or_default();
            return Err(PdfError::MissingGlyph { face: face_name.to_owned(), text: text.to_owned() });
        }
        if self.run.rtl {
            for stretch in self.right_to_left() {
                self.stretch(stretch);
            }
        } else if self.all_plain() {
            self.show(0..self.run.glyphs.len());
        } else {
            for stretch in self.left_to_right() {
                self.stretch(stretch);
            }
        }
        self.flush();
        if self.rise != 0.0 {
            self.ops.push(rise(0.0));
        }
        Ok(())
    }

    fn claim(&mut self, glyph: &Glyph) -> bool {
        let text = self.run.text.get(glyph.cluster()).unwrap_or_default();
        self.usage.claim(self.run.face, self.measures.widths.len(), glyph.id, text)
    }

    /// True where each glyph is a cluster of its own, none is missing, they follow one another and each stands for its
    /// usual text.
    fn all_plain(&mut self) -> bool {
        let run = self.run;
        let mut expected = run.glyphs.first().map_or(0, |g| g.cluster().start);
        if expected != 0 && !is_blank(&run.text, 0..expected) {
            return false;
        }
        for glyph in &run.glyphs {
            let cluster = glyph.cluster();
            if cluster.start != expected || cluster.is_empty() || !self.claim(glyph) {
                return false;
            }
            expected = cluster.end;
        }
        is_blank(&run.text, expected..run.text.len())
    }

    /// Words, each with an ActualText where one of its glyphs needs it.
    fn left_to_right(&mut self) -> Vec<Stretch> {
        let run = self.run;
        let separates = |g: &Glyph| {
            run.text.get(g.cluster()).is_some_and(|t| !t.is_empty() && t.chars().all(char::is_whitespace))
        };
        let mut stretches = Vec::new();
        let mut from = 0;
        let mut text_from = 0;
        while from < run.glyphs.len() {
            let separator = separates(&run.glyphs[from]);
            let length = run.glyphs[from..].iter().position(|g| separates(g) != separator);
            let to = length.map_or(run.glyphs.len(), |n| from + n);
            let text_to = run.glyphs.get(to).map_or(run.text.len(), |g| g.cluster().start).max(text_from);
            let mut expected = text_from;
            let mut plain = true;
            for glyph in &run.glyphs[from..to] {
                let cluster = glyph.cluster();
                plain &= cluster.start == expected && !cluster.is_empty();
                expected = expected.max(cluster.end);
                plain = plain && self.claim(glyph);
            }
            plain &= expected == text_to || is_blank(&run.text, expected..text_to);
            if !plain {
                self.guess(from..to);
            }
            stretches.push(Stretch { glyphs: from..to, actual: (!plain).then_some(text_from..text_to) });
            from = to;
            text_from = text_to;
        }
        stretches
    }

    /// Clusters, each with an ActualText where its glyphs need it.
    fn right_to_left(&mut self) -> Vec<Stretch> {
        let run = self.run;
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut from = 0;
        // The text to the left of a cluster ends where the cluster before it, to its right, begins.
        while from < run.glyphs.len() {
            let cluster = run.glyphs[from].cluster();
            let length = run.glyphs[from..].iter().position(|g| g.cluster() != cluster);
            let to = length.map_or(run.glyphs.len(), |n| from + n);
            let plain = to == from + 1 && self.claim(&run.glyphs[from]);
            if !plain {
                self.guess(from..to);
            }
            match stretches.last_mut() {
                Some(last) if plain && last.actual.is_none() => last.glyphs.end = to,
                _ => stretches.push(Stretch { glyphs: from..to, actual: (!plain).then_some(cluster) }),
            }
            from = to;
        }
        stretches
    }

    /// Gives glyphs under an ActualText a likely text for readers that know none: the characters of their clusters, one
    /// each, the last one the rest.
    fn guess(&mut self, glyphs: Range<usize>) {
        let run = self.run;
        let mut at = glyphs.start;
        while at < glyphs.end {
            let cluster = run.glyphs[at].cluster();
            let same = run.glyphs[at..glyphs.end].iter().take_while(|g| g.cluster() == cluster).count();
            let mut rest = run.text.get(cluster).unwrap_or_default();
            for (i, glyph) in run.glyphs[at..at + same].iter().enumerate() {
                let first = rest.chars().next().map_or(0, char::len_utf8);
                let (own, after) = rest.split_at(if i + 1 == same { rest.len() } else { first });
                rest = after;
                let own = (!own.is_empty()).then_some(own);
                self.usage.mark(run.face, self.measures.widths.len(), glyph.id, own);
            }
            at += same.max(1);
        }
    }

    fn stretch(&mut self, stretch: Stretch) {
        let Some(text) = stretch.actual.and_then(|range| self.run.text.get(range)) else {
            self.show(stretch.glyphs);
            return;
        };
        self.flush();
        self.ops.push(span("ActualText", text));
        self.show(stretch.glyphs);
        self.flush();
        self.ops.push(Op::EndMarkedContent);
    }

    fn show(&mut self, glyphs: Range<usize>) {
        let run = self.run;
        let per_em = 1000.0 / run.size;
        for glyph in &run.glyphs[glyphs] {
            if glyph.dy != self.rise {
                self.flush();
                self.rise = glyph.dy;
                self.ops.push(rise(-glyph.dy));
            }
            let move_by = self.pen - (self.place + glyph.dx * per_em);
            if move_by.abs() > TOLERANCE {
                self.flush_codes();
                let amount = move_by.round();
                self.array.push(DictItem::Int(amount as i64));
                self.pen -= amount;
            }
            self.codes.extend_from_slice(&glyph.id.to_be_bytes());
            self.pen += self.measures.widths.get(usize::from(glyph.id)).copied().map_or(0.0, f32::from);
            self.place += glyph.advance * per_em;
        }
    }

    fn flush_codes(&mut self) {
        if !self.codes.is_empty() {
            let next = Vec::with_capacity(self.codes.capacity());
            let data = std::mem::replace(&mut self.codes, next);
            self.array.push(DictItem::String { data, literal: true });
        }
    }

    fn flush(&mut self) {
        if self.array.is_empty() && !self.codes.is_empty() {
            let data = std::mem::take(&mut self.codes);
            self.ops.push(unknown("Tj", vec![DictItem::String { data, literal: true }]));
        } else if !self.array.is_empty() {
            self.flush_codes();
            let array = std::mem::take(&mut self.array);
            self.ops.push(unknown("TJ", vec![DictItem::Array(array)]));
        }
    }
}

/// Opens a span whose property, a text, holds for what it encloses.
pub(super) fn span(property: &str, text: &str) -> Op {
    let data = super::syntax::text_bytes(text);
    let map = [(property.to_owned(), DictItem::String { data, literal: true })].into();
    Op::BeginMarkedContentWithProperties { tag: "Span".to_owned(), properties: DictItem::Dict { map } }
}

/// An operator that printpdf has no name for.
pub(super) fn unknown(operator: &str, operands: Vec<DictItem>) -> Op {
    Op::Unknown { key: operator.to_owned(), value: operands }
}

fn rise(points: f32) -> Op {
    Op::SetLineOffset { multiplier: (points * 100.0).round() / 100.0 + 0.0 }
}

fn is_blank(text: &str, range: Range<usize>) -> bool {
    text.get(range).is_some_and(|t| t.chars().all(char::is_whitespace))
}
