//! Takes glyph runs; gives text-showing operators, with ActualText where a reader could not tell the text from the
//! glyphs.
//!
//! A glyph's code is its id in the whole face, or, where it stands for another text as well, one beyond the face's
//! glyphs. What comes back when text is copied is each code's ToUnicode, in the order in which the glyphs are shown.
//! Where glyphs and characters of left-to-right text do not pair off, an ActualText says a whole word: pdfium takes
//! one on part of a word for a word of its own.
//!
//! Right-to-left text has no ActualText. poppler and pdfium turn its order round, line by line, the characters of
//! one ToUnicode included, and part words where a glyph leaves the line: found by trying both with Arabic, Hebrew,
//! Persian, Urdu and Dhivehi.

use std::ops::Range;

use printpdf::{DictItem, Op, TextRenderingMode};

use super::PdfError;
use super::face::FaceMeasures;
use super::usage::Usage;
use crate::frame::{Glyph, GlyphRun};

/// How far, in thousandths of an em, a glyph may stand from its place before the pen is moved: 0.02 mm at 12 points.
const TOLERANCE: f32 = 4.0;

/// How far, in points, letters may stand off their line and still be read as one.
const LEVEL: f32 = 0.4;

/// How far, as a share of the font's size, a glyph may stand off its place along the line.
const ASIDE: f32 = 0.05;

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
    /// For each glyph its code, as far as they are decided.
    glyph_codes: Vec<u16>,
    codes: Vec<u8>,
    array: Vec<DictItem>,
}

/// A stretch of left-to-right glyphs and the text that they are to give back, where their own is not it.
struct Stretch {
    glyphs: Range<usize>,
    actual: Option<Range<usize>>,
}

/// A glyph with its code and its place along the line, in thousandths of an em.
#[derive(Clone, Copy)]
struct Placed {
    glyph: Glyph,
    code: u16,
    place: f32,
}

impl<'a> RunWriter<'a> {
    pub fn new(
        ops: &'a mut Vec<Op>,
        usage: &'a mut Usage,
        measures: &'a FaceMeasures,
        run: &'a GlyphRun,
    ) -> Self {
        let codes = Vec::with_capacity(run.glyphs.len() * 2);
        Self {
            ops,
            usage,
            measures,
            run,
            place: 0.0,
            pen: 0.0,
            rise: 0.0,
            glyph_codes: Vec::with_capacity(run.glyphs.len()),
            codes,
            array: Vec::new(),
        }
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
            self.right_to_left();
        } else if self.all_plain() {
            self.show(0..self.run.glyphs.len());
        } else {
            self.glyph_codes.clear();
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

    /// Decides the code of the next glyph: one that reads as its cluster. False where there is none.
    fn claim(&mut self, glyph: &Glyph) -> bool {
        let text = self.run.text.get(glyph.cluster()).unwrap_or_default();
        let code = self.usage.claim(self.run.face, self.measures.widths.len(), glyph.id, text);
        self.glyph_codes.extend(code);
        code.is_some()
    }

    /// True for a mark that is moved to its letter: readers take it for a word or a line of its own.
    fn stands_apart(&self, glyph: &Glyph) -> bool {
        glyph.dy.abs() > LEVEL || glyph.dx.abs() > ASIDE * self.run.size
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
            if cluster.start != expected
                || cluster.is_empty()
                || self.stands_apart(glyph)
                || !self.claim(glyph)
            {
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
                plain &= cluster.start == expected && !cluster.is_empty() && !self.stands_apart(glyph);
                expected = expected.max(cluster.end);
                plain = plain && self.claim(glyph);
            }
            plain &= expected == text_to || is_blank(&run.text, expected..text_to);
            if !plain {
                self.glyph_codes.truncate(from);
                self.guess(from..to);
            }
            stretches.push(Stretch { glyphs: from..to, actual: (!plain).then_some(text_from..text_to) });
            from = to;
            text_from = text_to;
        }
        stretches
    }

    /// Each cluster's widest glyph reads as the whole cluster, in reverse; its dots and marks follow when all those are
    /// drawn, read as spaces, so that nothing comes between letters. Letters that climb, as in Nastaliq, would be taken
    /// for lines of their own: there all that is drawn reads as spaces, and what is read is not drawn.
    fn right_to_left(&mut self) {
        let run = self.run;
        let per_em = 1000.0 / run.size;
        let glyphs = self.measures.widths.len();
        let mut letters: Vec<Placed> = Vec::with_capacity(run.glyphs.len());
        let mut marks: Vec<Placed> = Vec::new();
        let mut place = 0.0;
        for cluster in run.glyphs.chunk_by(|a, b| a.cluster() == b.cluster()) {
            let widest =
                (0..cluster.len()).max_by(|a, b| cluster[*a].advance.total_cmp(&cluster[*b].advance));
            let text: String = run.text.get(cluster[0].cluster()).unwrap_or_default().chars().rev().collect();
            for (i, glyph) in cluster.iter().enumerate() {
                let letter = Some(i) == widest;
                let read = if letter { &text } else { " " };
                let code = self.usage.claim(run.face, glyphs, glyph.id, read);
                let code = code.unwrap_or_else(|| {
                    self.usage.mark(run.face, glyphs, glyph.id, None);
                    glyph.id
                });
                let placed = Placed { glyph: *glyph, code, place };
                if letter {
                    letters.push(placed)
                } else {
                    marks.push(placed)
                }
                place += glyph.advance * per_em;
            }
        }
        if letters.iter().any(|letter| letter.glyph.dy.abs() > LEVEL) {
            for letter in &letters {
                let code = self.usage.claim(run.face, glyphs, letter.glyph.id, " ").unwrap_or(letter.code);
                marks.push(Placed { code, ..*letter });
            }
            self.ops.push(Op::SetTextRenderingMode { mode: TextRenderingMode::Invisible });
            for letter in &mut letters {
                (letter.glyph.dx, letter.glyph.dy) = (0.0, 0.0);
                self.place = letter.place;
                self.show_glyph(&letter.glyph, letter.code);
            }
            self.flush();
            self.ops.push(Op::SetTextRenderingMode { mode: TextRenderingMode::Fill });
            letters.clear();
        }
        for placed in letters.iter().chain(&marks) {
            self.place = placed.place;
            self.show_glyph(&placed.glyph, placed.code);
        }
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
                self.glyph_codes.push(glyph.id);
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
        for index in glyphs {
            let glyph = &run.glyphs[index];
            let code = self.glyph_codes.get(index).copied().unwrap_or(glyph.id);
            self.show_glyph(glyph, code);
            self.place += glyph.advance * (1000.0 / run.size);
        }
    }

    /// Shows a glyph that belongs at `place`.
    fn show_glyph(&mut self, glyph: &Glyph, code: u16) {
        if glyph.dy != self.rise {
            self.flush();
            self.rise = glyph.dy;
            self.ops.push(rise(-glyph.dy));
        }
        let move_by = self.pen - (self.place + glyph.dx * (1000.0 / self.run.size));
        if move_by.abs() > TOLERANCE {
            self.flush_codes();
            let amount = move_by.round();
            self.array.push(DictItem::Int(amount as i64));
            self.pen -= amount;
        }
        self.codes.extend_from_slice(&code.to_be_bytes());
        self.pen += self.measures.widths.get(usize::from(glyph.id)).copied().map_or(0.0, f32::from);
    }

    fn flush_codes(&mut self) {
        if !self.codes.is_empty() {
            let data = self.codes.clone();
            self.codes.clear();
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
