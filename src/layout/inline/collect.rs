//! Inline content in; one paragraph out: its text with white space collapsed and case mapped, in spans of one style.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use icu_casemap::CaseMapper;
use icu_casemap::options::{LeadingAdjustment, TitlecaseOptions, TrailingCase};
use icu_locale_core::LanguageIdentifier;

use crate::markup::style::{Hyphens, TextStyle, TextTransform, WhiteSpace};

/// Stands in the text for an inline box: U+FFFC, as the bidirectional algorithm wants it.
pub(in crate::layout) const BOX: char = '\u{FFFC}';
/// A forced line break inside a paragraph.
pub(in crate::layout) const BREAK: char = '\u{2028}';

/// How much smaller capitals stand in for small ones where the face has none.
const SCALED_CAPITALS: f32 = 0.8;

/// A paragraph before shaping.
#[derive(Debug, Clone)]
pub(in crate::layout) struct Paragraph {
    pub text: String,
    /// Cover the text without gaps.
    pub spans: Vec<Span>,
    /// Box tree nodes of the inline boxes, in the order of their U+FFFC.
    pub boxes: Vec<u32>,
    /// Bytes before which the author allows a hyphen (soft hyphens, taken out of the text).
    pub soft_hyphens: Vec<u32>,
    /// The style of the block: strut, alignment, indent, direction.
    pub style: Arc<TextStyle>,
    /// All type of the paragraph is multiplied by this.
    pub scale: f32,
    /// Language of the document; runs in it carry none of their own.
    pub document_lang: Arc<str>,
}

/// A part of a paragraph in one style.
#[derive(Debug, Clone)]
pub(in crate::layout) struct Span {
    /// Byte of the text where it ends.
    pub end: u32,
    pub style: Arc<TextStyle>,
    /// Part of the style's size that its type is set in (scaled capitals).
    pub factor: f32,
    pub link: Option<Arc<str>>,
    /// Bytes of the rendered HTML.
    pub source: Range<u32>,
}

impl Span {
    fn looks_like(&self, other: &Self) -> bool {
        self.end == other.end
            && self.factor == other.factor
            && self.link == other.link
            && (Arc::ptr_eq(&self.style, &other.style) || self.style == other.style)
    }
}

/// Equality and hash are of what is shaped: neither where the text came from nor its scale counts.
impl PartialEq for Paragraph {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
            && self.boxes == other.boxes
            && self.soft_hyphens == other.soft_hyphens
            && self.spans.len() == other.spans.len()
            && self.spans.iter().zip(&other.spans).all(|(a, b)| a.looks_like(b))
            && (Arc::ptr_eq(&self.style, &other.style) || self.style == other.style)
            && self.document_lang == other.document_lang
    }
}

impl Eq for Paragraph {}

impl Hash for Paragraph {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.text.as_bytes());
        state.write_u32(self.style.size.to_bits());
        state.write_usize(self.spans.len());
    }
}

impl Paragraph {
    /// The span that a byte of the text lies in.
    pub fn span_at(&self, byte: u32) -> usize {
        self.spans.partition_point(|s| s.end <= byte).min(self.spans.len().saturating_sub(1))
    }

    /// Bytes of the rendered HTML that a range of the text came from.
    pub fn source_of(&self, range: Range<u32>) -> Range<u32> {
        match (
            self.spans.get(self.span_at(range.start)),
            self.spans.get(self.span_at(range.end.saturating_sub(1))),
        ) {
            (Some(first), Some(last)) => first.source.start..last.source.end.max(first.source.start),
            _ => 0..0,
        }
    }

    /// Nothing to see: no text and no boxes.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// Gathers a paragraph from the inline nodes of a block, in order.
pub(in crate::layout) struct Collector {
    paragraph: Paragraph,
    /// White space at the end of the text that may collapse away.
    pending: Pending,
}

#[derive(Clone, Copy, PartialEq)]
enum Pending {
    /// At the start of a line: further spaces vanish.
    LineStart,
    No,
    Space,
    /// A space that came from a line break of the source; between ideographs it vanishes.
    Newline,
}

impl Collector {
    pub fn new(style: Arc<TextStyle>, scale: f32, document_lang: Arc<str>) -> Self {
        let paragraph = Paragraph {
            text: String::new(),
            spans: Vec::new(),
            boxes: Vec::new(),
            soft_hyphens: Vec::new(),
            style,
            scale,
            document_lang,
        };
        Self { paragraph, pending: Pending::LineStart }
    }

    /// Adds text. `small_capitals`: the style asks for small capitals and its face has none.
    pub fn text(
        &mut self,
        text: &str,
        style: &Arc<TextStyle>,
        small_capitals: bool,
        link: Option<&Arc<str>>,
        source: &Range<u32>,
    ) {
        let text = transformed(text, style);
        if small_capitals {
            let mapper = CaseMapper::new();
            let language = language_of(&style.lang);
            let mut rest = &*text;
            while let Some(first) = rest.chars().next() {
                let small = first.is_lowercase();
                let length = rest.find(|c: char| c.is_lowercase() != small).unwrap_or(rest.len());
                let (part, after) = rest.split_at(length);
                if small {
                    let capitals = mapper.uppercase_to_string(part, &language);
                    self.run(&capitals, style, SCALED_CAPITALS, link, source);
                } else {
                    self.run(part, style, 1.0, link, source);
                }
                rest = after;
            }
        } else {
            self.run(&text, style, 1.0, link, source);
        }
    }

    fn run(
        &mut self,
        text: &str,
        style: &Arc<TextStyle>,
        factor: f32,
        link: Option<&Arc<str>>,
        source: &Range<u32>,
    ) {
        let (keeps_spaces, keeps_breaks) = match style.white_space {
            WhiteSpace::Normal | WhiteSpace::NoWrap => (false, false),
            WhiteSpace::PreLine => (false, true),
            WhiteSpace::PreWrap => (true, true),
        };
        let before = self.paragraph.text.len();
        for c in text.chars() {
            match c {
                '\n' if keeps_breaks => self.push_break(),
                '\u{2028}' | '\u{2029}' => self.push_break(),
                ' ' | '\t' | '\n' | '\r' if keeps_spaces => {
                    if c != '\r' {
                        self.paragraph.text.push_str(if c == '\t' { "    " } else { " " });
                        self.pending = Pending::No;
                    }
                }
                ' ' | '\t' | '\n' | '\r' => match self.pending {
                    Pending::LineStart | Pending::Newline => {}
                    Pending::Space => {
                        if c == '\n' {
                            self.pending = Pending::Newline;
                        }
                    }
                    Pending::No => {
                        self.paragraph.text.push(' ');
                        self.pending = if c == '\n' { Pending::Newline } else { Pending::Space };
                    }
                },
                '\u{AD}' => {
                    if style.hyphens != Hyphens::None {
                        self.paragraph.soft_hyphens.push(self.paragraph.text.len() as u32);
                    }
                }
                _ => {
                    if self.pending == Pending::Newline {
                        self.drop_space_between_ideographs(c);
                    }
                    self.paragraph.text.push(c);
                    self.pending = Pending::No;
                }
            }
        }
        if self.paragraph.text.len() > before {
            self.close_span(style, factor, link, source);
        }
    }

    /// Chinese and Japanese text has no spaces: a line break in its source is none either.
    fn drop_space_between_ideographs(&mut self, next: char) {
        let text = &mut self.paragraph.text;
        if text.ends_with(' ')
            && is_ideographic(next)
            && text.chars().rev().nth(1).is_some_and(is_ideographic)
        {
            text.pop();
            self.shorten_spans();
        }
    }

    fn close_span(
        &mut self,
        style: &Arc<TextStyle>,
        factor: f32,
        link: Option<&Arc<str>>,
        source: &Range<u32>,
    ) {
        let end = self.paragraph.text.len() as u32;
        if let Some(last) = self.paragraph.spans.last_mut()
            && Arc::ptr_eq(&last.style, style)
            && last.factor == factor
            && last.link.as_ref() == link
            && last.source == *source
        {
            last.end = end;
            return;
        }
        self.paragraph.spans.push(Span {
            end,
            style: style.clone(),
            factor,
            link: link.cloned(),
            source: source.clone(),
        });
    }

    /// Takes back spans that reach beyond the text.
    fn shorten_spans(&mut self) {
        let end = self.paragraph.text.len() as u32;
        let spans = &mut self.paragraph.spans;
        while spans.len() > 1 && spans[spans.len() - 2].end >= end {
            spans.pop();
        }
        if let Some(last) = spans.last_mut() {
            last.end = last.end.min(end);
        }
        if end == 0 {
            spans.clear();
        }
    }

    fn trim_end(&mut self) {
        if matches!(self.pending, Pending::Space | Pending::Newline) && self.paragraph.text.ends_with(' ') {
            self.paragraph.text.pop();
            self.shorten_spans();
        }
    }

    fn push_break(&mut self) {
        self.trim_end();
        self.paragraph.text.push(BREAK);
        self.pending = Pending::LineStart;
    }

    /// Adds a forced line break.
    pub fn line_break(&mut self, style: &Arc<TextStyle>, source: &Range<u32>) {
        self.push_break();
        self.close_span(style, 1.0, None, source);
    }

    /// Adds an inline box: a node of the box tree.
    pub fn inline_box(
        &mut self,
        node: u32,
        style: &Arc<TextStyle>,
        link: Option<&Arc<str>>,
        source: &Range<u32>,
    ) {
        self.paragraph.text.push(BOX);
        self.paragraph.boxes.push(node);
        self.pending = Pending::No;
        self.close_span(style, 1.0, link, source);
    }

    /// True while nothing visible was added.
    pub fn is_blank(&self) -> bool {
        self.paragraph.text.is_empty()
    }

    pub fn finish(mut self) -> Paragraph {
        self.trim_end();
        self.paragraph
    }
}

fn language_of(tag: &str) -> LanguageIdentifier {
    tag.parse().unwrap_or(LanguageIdentifier::UNKNOWN)
}

fn transformed<'a>(text: &'a str, style: &TextStyle) -> Cow<'a, str> {
    let mapper = CaseMapper::new();
    match style.transform {
        TextTransform::None => Cow::Borrowed(text),
        TextTransform::Uppercase => mapper.uppercase_to_string(text, &language_of(&style.lang)),
        TextTransform::Lowercase => mapper.lowercase_to_string(text, &language_of(&style.lang)),
        TextTransform::Capitalize => {
            let language = language_of(&style.lang);
            let mut options = TitlecaseOptions::default();
            options.trailing_case = Some(TrailingCase::Unchanged);
            options.leading_adjustment = Some(LeadingAdjustment::ToCased);
            let mut out = String::with_capacity(text.len());
            for word in text.split_inclusive(char::is_whitespace) {
                out.push_str(
                    &mapper.titlecase_segment_with_only_case_data_to_string(word, &language, options),
                );
            }
            Cow::Owned(out)
        }
    }
}

/// Characters that are written without spaces between them, so that a line break between two of them is no space.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{303F}' | '\u{3041}'..='\u{312F}' | '\u{31A0}'..='\u{4DBF}' | '\u{4E00}'..='\u{A4CF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FFEF}' | '\u{1B000}'..='\u{1B2FF}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::samples::text_style;

    fn collected(parts: &[&str], change: impl Fn(&mut TextStyle)) -> Paragraph {
        let mut style = text_style();
        change(&mut style);
        let style = Arc::new(style);
        let mut collector = Collector::new(style.clone(), 1.0, Arc::from("en"));
        for part in parts {
            collector.text(part, &style, false, None, &(0..0));
        }
        collector.finish()
    }

    #[test]
    fn white_space_collapses_across_elements() {
        assert_eq!(collected(&["  a \n", " b", " c  "], |_| {}).text, "a b c");
        assert_eq!(collected(&["a \n b "], |s| s.white_space = WhiteSpace::PreLine).text, "a\u{2028}b");
        assert_eq!(collected(&[" a  b"], |s| s.white_space = WhiteSpace::PreWrap).text, " a  b");
    }

    #[test]
    fn a_line_break_between_ideographs_is_no_space() {
        assert_eq!(collected(&["中文\n文本 中"], |_| {}).text, "中文文本 中");
        assert_eq!(collected(&["한국\n어"], |_| {}).text, "한국 어");
    }

    #[test]
    fn capitals_know_their_language() {
        let upper = |lang: &str, text: &str| {
            collected(&[text], |s| {
                s.transform = TextTransform::Uppercase;
                s.lang = Arc::from(lang);
            })
            .text
        };
        assert_eq!(upper("tr", "içişleri"), "İÇİŞLERİ");
        assert_eq!(upper("de", "Straße"), "STRASSE");
        assert_eq!(upper("el", "Αθήνα"), "ΑΘΗΝΑ");
        let title = collected(&["prosecutor’s OFFICE"], |s| s.transform = TextTransform::Capitalize).text;
        assert_eq!(title, "Prosecutor’s OFFICE");
    }

    #[test]
    fn soft_hyphens_leave_the_text() {
        let paragraph = collected(&["Rechts\u{AD}anwalt"], |s| s.hyphens = Hyphens::Manual);
        assert_eq!(
            (paragraph.text.as_str(), paragraph.soft_hyphens.as_slice()),
            ("Rechtsanwalt", &[6_u32][..])
        );
    }
}
