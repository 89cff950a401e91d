//! From byte spans to lines and columns: counted from 1, the column in characters, as editors count them.

use std::collections::HashMap;
use std::sync::Arc;

use super::{FileId, Source, Sources, Span};

/// Where a span begins and ends: lines and columns from 1, columns in characters, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// Finds places; keeps the line starts of each file that was asked for.
pub struct Places<'a> {
    sources: &'a Sources,
    files: HashMap<FileId, (Arc<Source>, Vec<u32>)>,
}

impl<'a> Places<'a> {
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, files: HashMap::new() }
    }

    fn file(&mut self, file: FileId) -> &(Arc<Source>, Vec<u32>) {
        self.files.entry(file).or_insert_with(|| {
            let source = self.sources.get(file);
            let starts = line_starts(&source.text);
            (source, starts)
        })
    }

    /// The name of a span's file and the place in it; no place in a file that is no text.
    pub fn find(&mut self, span: Span) -> (String, Option<Place>) {
        let (source, starts) = self.file(span.file);
        if source.text.is_empty() && span.end > 0 {
            return (source.name.clone(), None);
        }
        let range = clamped(&source.text, span);
        let (line, column) = position(&source.text, starts, range.start);
        let (end_line, end_column) = position(&source.text, starts, range.end);
        (source.name.clone(), Some(Place { line, column, end_line, end_column }))
    }

    /// The text of the line that a span begins in, and the part of that line that the span covers, in bytes.
    pub fn line(
        &mut self,
        span: Span,
    ) -> Option<(Arc<Source>, std::ops::Range<usize>, std::ops::Range<usize>)> {
        let (source, starts) = self.file(span.file);
        if source.text.is_empty() {
            return None;
        }
        let range = clamped(&source.text, span);
        let index = starts.partition_point(|start| *start as usize <= range.start).saturating_sub(1);
        let start = starts[index] as usize;
        let next = starts.get(index + 1).map_or(source.text.len(), |next| *next as usize);
        let end = start + source.text[start..next].trim_end_matches(['\n', '\r']).len();
        let from = range.start.min(end);
        let to = range.end.clamp(from, end);
        Some((Arc::clone(source), start..end, from..to))
    }
}

/// A span's range, kept inside the text and on the borders of characters.
fn clamped(text: &str, span: Span) -> std::ops::Range<usize> {
    let floor = |mut n: usize| {
        n = n.min(text.len());
        while !text.is_char_boundary(n) {
            n -= 1;
        }
        n
    };
    let start = floor(span.start as usize);
    start..floor(span.end as usize).max(start)
}

/// The byte at which each line starts; `\n`, `\r\n` and a lone `\r` end a line.
fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (i, byte) in bytes.iter().enumerate() {
        let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
        if ends {
            starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
        }
    }
    starts
}

fn position(text: &str, starts: &[u32], at: usize) -> (usize, usize) {
    let line = starts.partition_point(|start| *start as usize <= at).max(1);
    let start = starts[line - 1] as usize;
    (line, text[start..at].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, needle: &str) -> (usize, usize) {
        let sources = Sources::default();
        let file = sources.add("x.toml", text);
        let at = text.find(needle).unwrap();
        let place = Places::new(&sources).find(Span::new(file, at..at + needle.len())).1.unwrap();
        (place.line, place.column)
    }

    #[test]
    fn columns_count_characters_and_lines_end_in_every_usual_way() {
        assert_eq!(place("a = 1\nżółw = 2", "2"), (2, 8));
        assert_eq!(place("a = 1\r\nb = 2\r\n", "2"), (2, 5));
        assert_eq!(place("a = 1\rb = 2", "2"), (2, 5));
        assert_eq!(place("\t\tx", "x"), (1, 3));
        assert_eq!(place("e\u{301}x", "x"), (1, 3));
        assert_eq!(place("中文x", "x"), (1, 3));
    }

    #[test]
    fn spans_outside_the_text_are_kept_inside() {
        let sources = Sources::default();
        let file = sources.add("x.toml", "aé");
        let place = Places::new(&sources).find(Span::new(file, 2..99)).1.unwrap();
        assert_eq!((place.line, place.column, place.end_column), (1, 2, 3));
    }
}
