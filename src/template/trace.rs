//! Takes a range of rendered HTML; gives the place in a template that it comes from. Only for the place of a mistake:
//! renders again, from templates whose literal text and expressions carry marks.

use std::ops::Range;
use std::sync::Arc;

use tera::{Context, Tera};

use super::errors::{Bodies, Body};
use super::filters;
use super::strings::Strings;
use crate::diag::{FileId, Span};

/// A noncharacter (U+FDD1), which stands in no text: a mark is a number between two of it.
const MARK: char = '\u{fdd1}';

/// The templates with their marks, and what each mark stands for.
pub(super) struct Marked {
    tera: Tera,
    origins: Vec<Origin>,
}

/// What follows a mark.
struct Origin {
    file: FileId,
    /// In the file.
    range: Range<usize>,
    /// True for text that stands in the HTML as it does in the template.
    literal: bool,
}

impl Marked {
    /// `None` where the marked templates cannot be read, which no right template comes to.
    pub fn new(bodies: &Bodies, strings: &Arc<Strings>) -> Option<Self> {
        let mut origins = Vec::new();
        let marked: Vec<(&String, String)> =
            bodies.iter().map(|(name, body)| (name, with_marks(body, &mut origins))).collect();
        let mut tera = Tera::new();
        filters::register(&mut tera, strings);
        tera.add_raw_templates(marked).ok()?;
        Some(Self { tera, origins })
    }

    /// The place that a range of `html` comes from: exact in literal text, else the whole expression. `None` where the
    /// marks change what is rendered.
    pub fn place(&self, template: &str, context: &Context, html: &str, range: Range<usize>) -> Option<Span> {
        let mut bytes = Vec::with_capacity(html.len() * 2);
        self.tera.render_to(template, context, &mut bytes).ok()?;
        let marked = String::from_utf8(bytes).ok()?;
        let mut plain = String::with_capacity(html.len());
        let mut found: Option<(usize, &Origin)> = None;
        for (number, piece) in marked.split(MARK).enumerate() {
            if number % 2 == 0 {
                plain.push_str(piece);
            } else if plain.len() <= range.start || found.is_none() {
                let origin = self.origins.get(piece.parse::<usize>().ok()?)?;
                found = Some((plain.len(), origin));
            }
        }
        if plain != html {
            return None;
        }
        let (at, origin) = found?;
        if !origin.literal {
            return Some(Span::new(origin.file, origin.range.clone()));
        }
        let from = |offset: usize| (origin.range.start + offset.saturating_sub(at)).min(origin.range.end);
        Some(Span::new(origin.file, from(range.start)..from(range.end)))
    }
}

/// What a template is made of, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Literal,
    Expression,
    /// A statement or a comment: prints nothing.
    Silent,
}

/// Parts a template into literal text and tags.
pub(super) fn segments(text: &str) -> Vec<(Kind, Range<usize>)> {
    let mut found = Vec::new();
    let (mut at, mut literal) = (0, 0);
    while let Some(open) = text[at..].find('{').map(|offset| at + offset) {
        let (kind, close) = match text.as_bytes().get(open + 1) {
            Some(b'{') => (Kind::Expression, "}}"),
            Some(b'%') => (Kind::Silent, "%}"),
            Some(b'#') => (Kind::Silent, "#}"),
            _ => {
                at = open + 1;
                continue;
            }
        };
        let mut end = end_of_tag(text, open + 2, close);
        if text[open..end].trim_start_matches(['{', '%', '-', ' ']).starts_with("raw")
            && let Some(length) = text[end..].find("endraw")
        {
            end = end_of_tag(text, end + length, "%}");
        }
        if literal < open {
            found.push((Kind::Literal, literal..open));
        }
        found.push((kind, open..end));
        (at, literal) = (end, end);
    }
    if literal < text.len() {
        found.push((Kind::Literal, literal..text.len()));
    }
    found
}

/// The text with the tag at a place made harmless, as long as before; `None` where that would change what follows.
pub(super) fn without_tag_at(text: &str, at: usize) -> Option<String> {
    let (kind, range) = segments(text).into_iter().find(|(_, range)| range.contains(&at))?;
    let tag = &text[range.clone()];
    let harmless = match kind {
        Kind::Expression if tag.ends_with("}}") => "",
        Kind::Silent if tag.ends_with("%}") => {
            let name = tag.trim_start_matches(['{', '%', '-', ' ', '\n']);
            let name = name.split(|c: char| !c.is_ascii_alphabetic() && c != '_').next()?;
            match name {
                "if" => "{%if 1%}",
                "elif" => "{%elif 1%}",
                "for" => "{%for q in []%}",
                "set" | "set_global" if tag.contains('=') => "",
                "include" => "",
                _ => return None,
            }
        }
        _ => return None,
    };
    let blanks: String = tag.chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
    let width = tag.len().checked_sub(harmless.len())?;
    // Places behind it stay what they were, in bytes and in lines.
    let rest = blanks.len().min(width);
    let filler = format!("{}{}", " ".repeat(width - rest), &blanks[blanks.len() - rest..]);
    let lines = |part: &str| part.matches('\n').count();
    (lines(&filler) == lines(tag))
        .then(|| format!("{}{harmless}{filler}{}", &text[..range.start], &text[range.end..]))
}

/// Where a tag ends whose inside begins at `from`; its ending counts only outside of quotes.
fn end_of_tag(text: &str, from: usize, close: &str) -> usize {
    let mut quote = None;
    for (at, c) in text[from..].char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if close != "#}" && matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if text[from + at..].starts_with(close) => return from + at + close.len(),
            None => {}
        }
    }
    text.len()
}

fn with_marks(body: &Body, origins: &mut Vec<Origin>) -> String {
    let text = &body.text;
    let mut marked = String::with_capacity(text.len() * 2);
    let mut trims = false;
    for (kind, range) in segments(text) {
        let part = &text[range.clone()];
        // White space that a `-` takes away must stay at the end of its literal, and be nothing but white space.
        let skipped = if trims { part.len() - part.trim_start().len() } else { 0 };
        let wanted = match kind {
            Kind::Literal => !part.trim().is_empty(),
            Kind::Expression => !part.starts_with("{{-"),
            Kind::Silent => false,
        };
        if wanted {
            let skipped = if kind == Kind::Literal { skipped } else { 0 };
            marked.push_str(&part[..skipped]);
            marked.push(MARK);
            marked.push_str(&origins.len().to_string());
            marked.push(MARK);
            marked.push_str(&part[skipped..]);
            let start = body.offset + range.start + skipped;
            origins.push(Origin {
                file: body.file,
                range: start..body.offset + range.end,
                literal: kind == Kind::Literal,
            });
        } else {
            marked.push_str(part);
        }
        trims = kind != Kind::Literal
            && part.get(part.len().saturating_sub(3)..).is_some_and(|e| e.starts_with('-'));
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_end_outside_of_quotes() {
        let text = "a{{ \"}}\" ~ b }}c{# \" #}{% raw %}{{ x }}{% endraw %}{ d";
        let parts: Vec<_> = segments(text).into_iter().map(|(kind, range)| (kind, &text[range])).collect();
        assert_eq!(
            parts,
            [
                (Kind::Literal, "a"),
                (Kind::Expression, "{{ \"}}\" ~ b }}"),
                (Kind::Literal, "c"),
                (Kind::Silent, "{# \" #}"),
                (Kind::Silent, "{% raw %}{{ x }}{% endraw %}"),
                (Kind::Literal, "{ d"),
            ]
        );
    }

    #[test]
    fn a_tag_that_does_not_end_is_the_rest() {
        assert_eq!(segments("a {% if \"x"), [(Kind::Literal, 0..2), (Kind::Silent, 2..10)]);
        assert_eq!(segments("{"), [(Kind::Literal, 0..1)]);
        assert_eq!(segments("{{"), [(Kind::Expression, 0..2)]);
    }
}
