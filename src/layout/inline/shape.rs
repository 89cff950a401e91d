//! A paragraph in; its glyphs out, clustered as lines may be broken, with widths that do not depend on the line's.

use std::rc::Rc;
use std::sync::Arc;

use parlance::{BaseDirection, LineBreak, WordBreak};
use parley_engine::break_overrides::LineBreakContext;
use parley_engine::itemize::{Item, Segment};
use parley_engine::shape::{CharCluster, Whitespace};
use parley_engine::{
    Analysis, AnalysisOptions, Analyzer, FontInstanceRef, FontSelector, LineBreakConfig, ShapeOptions,
    ShapedText, Shaper,
};

use super::collect::{BOX, BREAK, Paragraph, is_ideographic};
use super::hyphens::push_hyphens;
use super::words::{WordStyle, Words, is_european};
use crate::fonts::{FaceId, FaceRequest, FaceRun, Missing};
use crate::frame::Glyph;
use crate::layout::faces::{Faces, StyleFont, StyleFonts};
use crate::markup::style::{Direction, Hyphens, WhiteSpace};

/// One thread's scratch for shaping.
#[derive(Default)]
pub(in crate::layout) struct Shaping {
    analyzer: Analyzer,
    analysis: Analysis,
    shaper: Shaper,
    shaped: ShapedText,
    char_styles: Vec<u16>,
    face_runs: Vec<FaceRun>,
    missing: Vec<Missing>,
    hyphens: Vec<u32>,
    words: Words,
    /// Whether words are kept to put other paragraphs together from, and marks only placed where there may be some.
    pub takes_short_cuts: bool,
    pub styles: StyleFonts,
}

/// A paragraph shaped at full size. Type grows in proportion: whoever reads advances and offsets multiplies them by the
/// paragraph's scale.
#[derive(Debug)]
pub(in crate::layout) struct Shaped {
    pub text: Arc<str>,
    pub clusters: Vec<Cluster>,
    pub glyphs: Vec<Glyph>,
    pub runs: Vec<Run>,
    /// True where the paragraph's base direction is right to left.
    pub rtl: bool,
    /// Bytes of the text that no face can draw.
    pub missing: Vec<std::ops::Range<u32>>,
}

/// The smallest piece that line breaking moves: whole graphemes and whole glyphs.
#[derive(Debug, Clone, Copy)]
pub(in crate::layout) struct Cluster {
    /// First byte of its text.
    pub start: u32,
    pub end: u32,
    /// Its glyphs, in visual order.
    pub first_glyph: u32,
    pub glyph_count: u16,
    /// Letter and word spacing included.
    pub advance: f32,
    pub run: u16,
    pub span: u16,
    pub flags: u8,
}

/// A line may end before this cluster.
pub(super) const BREAK_BEFORE: u8 = 1;
/// A line may end before this cluster, with a hyphen.
pub(super) const HYPHEN_BEFORE: u8 = 2;
/// A space that hangs at the end of a line.
pub(super) const SPACE: u8 = 4;
/// The line ends here.
pub(super) const NEWLINE: u8 = 8;
/// Stands for an inline box.
pub(super) const INLINE_BOX: u8 = 16;
/// Justified lines grow here.
pub(super) const STRETCHES: u8 = 32;

impl Cluster {
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// Clusters of one face, size and bidirectional level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::layout) struct Run {
    pub face: FaceId,
    pub size: f32,
    pub level: u8,
    /// The glyph of a hyphen in this face, and its advance in points.
    pub hyphen: Option<(u16, f32)>,
}

impl Run {
    /// Points; zero where the face has no hyphen.
    pub fn hyphen_width(&self, scale: f32) -> f32 {
        self.hyphen.map_or(0.0, |(_, advance)| advance * scale)
    }
}

/// Gives the shaper the faces that the catalogue chose.
struct Chosen<'a> {
    faces: &'a Faces,
    runs: &'a [FaceRun],
    at: usize,
}

impl FontSelector for Chosen<'_> {
    fn select_font(
        &mut self,
        _segment: &Segment,
        _options: &ShapeOptions<'_>,
        cluster: &mut CharCluster,
    ) -> Option<FontInstanceRef<'_>> {
        let byte = cluster.range().start as usize;
        while self.at + 1 < self.runs.len() && self.runs[self.at].range.end <= byte {
            self.at += 1;
        }
        let face = self.runs.get(self.at)?.face;
        Some(self.faces.get(face).instance.as_ref())
    }
}

impl Shaping {
    /// Shapes a paragraph at full size.
    pub fn shape(&mut self, faces: &Faces, paragraph: &Paragraph) -> Shaped {
        let text = &*paragraph.text;
        let rtl = paragraph.style.direction == Direction::RightToLeft;
        let mut out = Shaped {
            text: Arc::from(text),
            clusters: Vec::with_capacity(text.len()),
            glyphs: Vec::with_capacity(text.len()),
            runs: Vec::new(),
            rtl,
            missing: Vec::new(),
        };
        if text.is_empty() {
            return out;
        }
        let fonts: Vec<_> = paragraph.spans.iter().map(|s| self.styles.get(faces, &s.style)).collect();
        self.choose_faces(faces, paragraph, &fonts, &mut out);
        let words = if self.takes_short_cuts { self.word_style(faces, paragraph, &fonts, rtl) } else { None };
        if let Some(style) = &words
            && self.words.compose(style, text, &mut out)
        {
            return out;
        }
        self.analyse(paragraph, &fonts, rtl);
        self.shape_whole(faces, paragraph, &fonts, &mut out);
        if let Some(style) = &words {
            self.words.learn(style, text, &out);
        }
        out
    }

    /// What the words of a paragraph depend on, where it is made of such as may be put together one by one.
    fn word_style(
        &self,
        faces: &Faces,
        paragraph: &Paragraph,
        fonts: &[Rc<StyleFont>],
        rtl: bool,
    ) -> Option<WordStyle> {
        let ([span], [font], [run]) = (&*paragraph.spans, fonts, &*self.face_runs) else { return None };
        let european =
            !rtl && faces.catalogue.face(run.face).built_in && paragraph.text.chars().all(is_european);
        (european && paragraph.soft_hyphens.is_empty()).then(|| WordStyle {
            face: run.face,
            size: span.style.size * span.factor,
            letter_spacing: span.style.letter_spacing,
            word_spacing: span.style.word_spacing,
            language: font.language,
            features: font.features.clone(),
            white_space: span.style.white_space,
            hyphens: span.style.hyphens,
            hyphenation: font.hyphenation,
        })
    }

    /// Shapes all of a paragraph at once.
    fn shape_whole(
        &mut self,
        faces: &Faces,
        paragraph: &Paragraph,
        fonts: &[Rc<StyleFont>],
        out: &mut Shaped,
    ) {
        let text = &*paragraph.text;
        self.char_styles.clear();
        let mut start = 0;
        for (i, span) in paragraph.spans.iter().enumerate() {
            let count = text[start..span.end as usize].chars().count();
            self.char_styles.extend(std::iter::repeat_n(i.min(usize::from(u16::MAX)) as u16, count));
            start = span.end as usize;
        }
        let size_of = |i: usize| {
            let span = &paragraph.spans[i];
            span.style.size * span.factor
        };
        let has_marks = self.may_have_marks(faces, text);
        let same = |a: usize, b: usize| {
            size_of(a) == size_of(b)
                && fonts[a].language == fonts[b].language
                && fonts[a].features == fonts[b].features
        };
        let mut items: Vec<Item<'_>> = Vec::with_capacity(paragraph.spans.len());
        let mut char_end = 0_u32;
        for (i, font) in fonts.iter().enumerate() {
            let count =
                self.char_styles[char_end as usize..].iter().take_while(|s| usize::from(**s) == i).count();
            char_end += count as u32;
            if i > 0 && same(i - 1, i) {
                if let Some(last) = items.last_mut() {
                    last.char_end = char_end;
                }
                continue;
            }
            let options = ShapeOptions {
                font_size: size_of(i),
                language: font.language,
                features: if has_marks { &font.features } else { &font.features_without_marks },
                variations: &[],
            };
            items.push(Item { char_end, options });
        }
        let chosen = Chosen { faces, runs: &self.face_runs, at: 0 };
        self.shaper.shape_text(text, &self.analysis, &self.char_styles, items, chosen, &mut self.shaped);
        self.find_hyphens(paragraph, fonts);
        self.take_clusters(faces, paragraph, out);
    }

    /// Whether a glyph of the text may be a mark. Some of the rarer European letters are drawn as a letter and a mark (by
    /// Noto Sans Bold); of the others none is, in any face that comes with the program: the layout tests look.
    fn may_have_marks(&self, faces: &Faces, text: &str) -> bool {
        let built_in = |run: &FaceRun| faces.catalogue.face(run.face).built_in;
        let is_rare = |c: char| matches!(c, '\u{180}'..='\u{217}' | '\u{21C}'..='\u{1FFF}');
        let unmarked = |c: char| {
            is_european(c) && !is_rare(c) || matches!(c, BOX | BREAK | '\n' | '\u{A0}' | '\u{202F}')
        };
        !(self.takes_short_cuts && text.chars().all(unmarked) && self.face_runs.iter().all(built_in))
    }

    fn analyse(&mut self, paragraph: &Paragraph, fonts: &[Rc<StyleFont>], rtl: bool) {
        let text = &*paragraph.text;
        let mut line_break = Vec::new();
        let mut start = 0;
        for (span, font) in paragraph.spans.iter().zip(fonts) {
            let range = start..span.end as usize;
            start = range.end;
            let east_asian = font.language.filter(|l| matches!(l.language(), "ja" | "zh"));
            let korean = font.language.is_some_and(|l| l.language() == "ko");
            if east_asian.is_some() || korean {
                let config = LineBreakConfig {
                    // Korean is broken between words, as it is read.
                    word_break: if korean { WordBreak::KeepAll } else { WordBreak::Normal },
                    line_break: if korean { LineBreak::Strict } else { LineBreak::Normal },
                    language: east_asian,
                };
                line_break.push((range, config));
            }
        }
        let wide = text.chars().any(|c| c >= '\u{2E80}');
        let options = AnalysisOptions {
            base_direction: if rtl { BaseDirection::Rtl } else { BaseDirection::Ltr },
            line_break: &line_break,
            break_spaces: &[],
            line_break_override: if wide { Some(&break_beside_quotes) } else { None },
        };
        self.analyzer.analyze(text, &options, &mut self.analysis);
    }

    fn choose_faces(
        &mut self,
        faces: &Faces,
        paragraph: &Paragraph,
        fonts: &[Rc<StyleFont>],
        out: &mut Shaped,
    ) {
        self.face_runs.clear();
        let text = &*paragraph.text;
        let spans = &paragraph.spans;
        let mut start = 0;
        let mut i = 0;
        while i < spans.len() {
            // Neighbours that ask for the same faces are looked at together: their signs know their letters.
            let alike = |a: usize, b: usize| {
                let (x, y) = (&*spans[a].style, &*spans[b].style);
                Arc::ptr_eq(&spans[a].style, &spans[b].style)
                    || (x.families == y.families
                        && x.generic == y.generic
                        && x.weight == y.weight
                        && x.italic == y.italic
                        && x.lang == y.lang)
            };
            let mut last = i;
            while last + 1 < spans.len() && alike(i, last + 1) {
                last += 1;
            }
            let style = &spans[i].style;
            let end = spans[last].end as usize;
            let request = FaceRequest {
                families: &fonts[i].families,
                generic: style.generic,
                weight: style.weight,
                italic: style.italic,
                lang: &style.lang,
            };
            let first_run = self.face_runs.len();
            self.missing.clear();
            faces.catalogue.itemise(&request, &text[start..end], &mut self.face_runs, &mut self.missing);
            if self.face_runs.len() == first_run {
                self.face_runs.push(FaceRun { range: 0..end - start, face: fonts[i].face });
            }
            for run in &mut self.face_runs[first_run..] {
                run.range = run.range.start + start..run.range.end + start;
            }
            for missing in &self.missing {
                let range = missing.range.start + start..missing.range.end + start;
                if !text[range.clone()].chars().all(|c| c == BOX || c == BREAK) {
                    out.missing.push(range.start as u32..range.end as u32);
                }
            }
            start = end;
            i = last + 1;
        }
    }

    /// Fills `self.hyphens` with the bytes before which a hyphen may stand, in order.
    fn find_hyphens(&mut self, paragraph: &Paragraph, fonts: &[Rc<StyleFont>]) {
        self.hyphens.clear();
        self.hyphens.extend_from_slice(&paragraph.soft_hyphens);
        let mut start = 0;
        let mut i = 0;
        while i < paragraph.spans.len() {
            let Some(lang) = fonts[i].hyphenation else {
                start = paragraph.spans[i].end as usize;
                i += 1;
                continue;
            };
            let mut last = i;
            while last + 1 < fonts.len() && fonts[last + 1].hyphenation == Some(lang) {
                last += 1;
            }
            let end = paragraph.spans[last].end as usize;
            push_hyphens(&paragraph.text[start..end], start as u32, lang, &mut self.hyphens);
            start = end;
            i = last + 1;
        }
        if !paragraph.soft_hyphens.is_empty() {
            self.hyphens.sort_unstable();
            self.hyphens.dedup();
        }
    }

    /// Copies what the shaper found into clusters.
    fn take_clusters(&mut self, faces: &Faces, paragraph: &Paragraph, out: &mut Shaped) {
        let text = &*paragraph.text;
        let mut hyphens = self.hyphens.iter().copied().peekable();
        let mut face_run = 0;
        for (index, run) in self.shaped.runs().iter().enumerate() {
            let range = &run.range.byte_range;
            while face_run + 1 < self.face_runs.len() && self.face_runs[face_run].range.end <= range.start {
                face_run += 1;
            }
            let face = self.face_runs.get(face_run).map_or(FaceId(0), |r| r.face);
            let hyphen =
                faces.get(face).metrics.hyphen.map(|(glyph, advance)| (glyph, advance * run.font_size));
            let number = out.runs.len().min(usize::from(u16::MAX)) as u16;
            out.runs.push(Run { face, size: run.font_size, level: run.bidi_level.to_u8(), hyphen });
            let joins = text[range.clone()].chars().find(|c| c.is_alphabetic()).is_some_and(is_cursive);
            let slice = self.shaped.run_slice(index as u32);
            for atom in slice.atoms_start() {
                let chars = atom.characters();
                let (Some(first), Some(last)) = (chars.first(), chars.last()) else { continue };
                let (start, end) = (first.text_byte_range().start, last.text_byte_range().end);
                let span_index = usize::from(first.style_index);
                let Some(span) = paragraph.spans.get(span_index) else { continue };
                let style = &*span.style;
                let mut flags = 0;
                let wraps = style.white_space != WhiteSpace::NoWrap;
                if first.flags.is_soft_wrap_opportunity() && wraps {
                    flags |= BREAK_BEFORE;
                }
                while hyphens.next_if(|h| (*h as usize) < start).is_some() {}
                if hyphens.next_if(|h| *h as usize == start).is_some()
                    && wraps
                    && style.hyphens != Hyphens::None
                {
                    flags |= HYPHEN_BEFORE;
                }
                let mut extra = 0.0;
                match first.whitespace {
                    Whitespace::Newline => flags |= NEWLINE,
                    Whitespace::Space => {
                        flags |= SPACE | STRETCHES;
                        extra += style.word_spacing;
                    }
                    Whitespace::NoBreakSpace => {
                        flags |= STRETCHES;
                        extra += style.word_spacing;
                    }
                    Whitespace::IdeographicSpace | Whitespace::Tab | Whitespace::OtherSpaceSeparator => {
                        // A no-break space of another width stays with its words.
                        if !matches!(&text[start..end], "\u{202F}" | "\u{2007}") {
                            flags |= SPACE;
                        }
                    }
                    Whitespace::None | Whitespace::ControlWhitespace => {}
                }
                // Asked of each cluster: the first byte answers for most.
                let is_box = text.as_bytes()[start] >= 0xef && text[start..].starts_with(BOX);
                let first_glyph = out.glyphs.len();
                let mut advance = 0.0;
                if is_box {
                    flags |= INLINE_BOX;
                } else if flags & NEWLINE == 0 {
                    if !joins {
                        extra += style.letter_spacing;
                    }
                    let shaped = atom.shaped_clusters_range();
                    let mut copy = |cluster: u32| {
                        let bytes = slice.text_byte_range(slice_chars(&self.shaped, cluster));
                        for glyph in slice.shaped_cluster_glyphs(cluster) {
                            advance += glyph.advance;
                            out.glyphs.push(Glyph {
                                id: u16::try_from(glyph.id).unwrap_or(0),
                                advance: glyph.advance,
                                dx: glyph.x,
                                dy: glyph.y,
                                cluster_start: bytes.start as u32,
                                cluster_len: bytes.len().min(usize::from(u16::MAX)) as u16,
                            });
                        }
                    };
                    if run.bidi_level.is_rtl() {
                        shaped.rev().for_each(&mut copy);
                    } else {
                        shaped.for_each(&mut copy);
                    }
                    let drawn = out.glyphs[first_glyph..].iter().any(|g| g.id == 0);
                    if drawn && first.whitespace == Whitespace::None {
                        note_missing(&mut out.missing, start as u32..end as u32);
                    }
                }
                if extra != 0.0
                    && let Some(last) = out.glyphs[first_glyph..].last_mut()
                {
                    last.advance += extra;
                    advance += extra;
                }
                out.clusters.push(Cluster {
                    start: start as u32,
                    end: end as u32,
                    first_glyph: first_glyph as u32,
                    glyph_count: (out.glyphs.len() - first_glyph).min(usize::from(u16::MAX)) as u16,
                    advance,
                    run: number,
                    span: first.style_index,
                    flags,
                });
            }
        }
    }
}

fn slice_chars(shaped: &ShapedText, cluster: u32) -> std::ops::Range<u32> {
    shaped.shaped_clusters()[cluster as usize].chars_range()
}

fn note_missing(missing: &mut Vec<std::ops::Range<u32>>, range: std::ops::Range<u32>) {
    if !missing.iter().any(|m| m.start < range.end && range.start < m.end) {
        missing.push(range);
    }
}

/// Unicode breaks no line between a quotation mark and an ideograph; Chinese and Japanese do, outside the quotation.
fn break_beside_quotes(context: LineBreakContext) -> Option<bool> {
    let closing = |c: char| matches!(c, '\u{201D}' | '\u{2019}');
    let opening = |c: char| matches!(c, '\u{201C}' | '\u{2018}');
    let letter = |c: char| is_ideographic(c) && !('\u{3000}'..='\u{303F}').contains(&c) && c < '\u{FE00}';
    if closing(context.before) && letter(context.after) && context.before_before.is_some_and(is_ideographic) {
        return Some(true);
    }
    if opening(context.after) && letter(context.before) {
        return Some(true);
    }
    None
}

/// Letters that join: space between them would tear words apart.
fn is_cursive(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{7BF}' | '\u{7C0}'..='\u{8FF}' | '\u{1800}'..='\u{18AF}' | '\u{A840}'..='\u{A87F}'
        | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10AC0}'..='\u{10AFF}' | '\u{10D00}'..='\u{10D3F}'
        | '\u{10F30}'..='\u{10FDF}' | '\u{1E900}'..='\u{1E95F}')
        && !('\u{780}'..='\u{7BF}').contains(&c)
        && !('\u{800}'..='\u{83F}').contains(&c)
}
