//! Diagnostics for people: message, place, the line with a caret, hint; and the line that counts them.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};

use super::clean::{clean, is_right_to_left, push_clean};
use super::place::Places;
use super::{Diagnostic, Level, Sources, Span};

/// How many characters of a long line are shown on each side of the place.
const CONTEXT_BEFORE: usize = 50;
const CONTEXT_AFTER: usize = 70;
/// Wider than any line that is shown, so that the renderer cuts nothing of its own.
const WIDTH: usize = 400;

/// When to colour the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourChoice {
    #[default]
    Auto,
    Always,
    Never,
}

impl ColourChoice {
    /// Whether to colour, on a stream that is a terminal or not. `NO_COLOR` and `TERM=dumb` count with `Auto`.
    pub fn enabled(self, terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                terminal
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
            }
        }
    }
}

/// The diagnostics as text, a blank line after each, without the count.
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let mut places = Places::new(sources);
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut shown = Shown { places: &mut places, columns: Vec::new() };
        let group = shown.group(diagnostic);
        let mut rendered = renderer.render(&[group]);
        for (wrong, right) in shown.columns {
            rendered = rendered.replacen(&wrong, &right, 1);
        }
        for line in rendered.lines() {
            push_isolated(&mut out, line.trim_end());
        }
        out.push('\n');
    }
    out
}

/// `15 errors, 2 warnings`; nothing where there is neither.
pub fn count_line(diagnostics: &[Diagnostic]) -> Option<String> {
    let count = |level| diagnostics.iter().filter(|d| d.level == level).count();
    let words = |count, name: &str| match count {
        0 => None,
        1 => Some(format!("1 {name}")),
        _ => Some(format!("{count} {name}s")),
    };
    let parts: Vec<_> = [words(count(Level::Error), "error"), words(count(Level::Warning), "warning")]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

struct Shown<'p, 's> {
    places: &'p mut Places<'s>,
    /// Places as the renderer counts them in lines that were cut or had characters replaced, and the true ones.
    columns: Vec<(String, String)>,
}

impl Shown<'_, '_> {
    fn group<'a>(&mut self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let title = match diagnostic.level {
            Level::Error => Title::ERROR,
            Level::Warning => Title::WARNING,
            Level::Note => Title::NOTE,
        };
        let mut group = title.primary_title(clean(&diagnostic.message)).elements(Vec::<Origin<'_>>::new());
        if let Some(span) = diagnostic.span {
            group = self.at(group, span, AnnotationKind::Primary);
        }
        if let Some(context) = &diagnostic.context {
            group = group.element(Title::NOTE.with_name("in").message(clean(context)));
        }
        if let Some(hint) = &diagnostic.hint {
            group = group.element(Title::HELP.message(clean(hint)));
        }
        for (span, words) in &diagnostic.related {
            group = group.element(Title::NOTE.message(clean(words)));
            group = self.at(group, *span, AnnotationKind::Context);
        }
        group
    }

    /// Adds the place of a span and, where its file is a text, the line with the span marked.
    fn at<'a>(&mut self, group: Group<'a>, span: Span, kind: AnnotationKind) -> Group<'a> {
        let (name, place) = self.places.find(span);
        let name = clean(&name).into_owned();
        let Some(place) = place else { return group.element(Origin::path(name)) };
        let line = self.places.line(span).map(|(source, line, marked)| {
            excerpt(&source.text[line.clone()], marked.start - line.start..marked.end - line.start)
        });
        match line {
            Some((text, marked)) if !text.trim().is_empty() => {
                let column = text[..marked.start].chars().count() + 1;
                if column != place.column {
                    let at = |column| format!("{name}:{}:{column}", place.line);
                    self.columns.push((at(column), at(place.column)));
                }
                let snippet = Snippet::source(text).path(name).line_start(place.line);
                group.element(snippet.annotation(kind.span(marked)))
            }
            _ => group.element(Origin::path(name).line(place.line).char_column(place.column)),
        }
    }
}

/// A line as it may be shown, cut round the marked part where it is long, and the marked part in it, in bytes.
fn excerpt(line: &str, marked: Range<usize>) -> (String, Range<usize>) {
    let before: Vec<_> = line[..marked.start].char_indices().rev().take(CONTEXT_BEFORE + 1).collect();
    let from = match before.get(CONTEXT_BEFORE) {
        Some(_) => before[CONTEXT_BEFORE - 1].0,
        None => 0,
    };
    let to = line[marked.start..]
        .char_indices()
        .nth(CONTEXT_AFTER)
        .map_or(line.len(), |(at, _)| marked.start + at);
    let marked_end = marked.end.min(to);
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    let mut range = 0..0;
    for (at, c) in line[from..to].char_indices().map(|(at, c)| (from + at, c)) {
        if at == marked.start {
            range.start = out.len();
        }
        if at == marked_end {
            range.end = out.len();
        }
        push_clean(&mut out, c);
    }
    if marked.start == to {
        range.start = out.len();
    }
    if marked_end == to {
        range.end = out.len();
    }
    if to < line.len() {
        out.push('…');
    }
    (out, range)
}

/// Appends a line, shut off from its surroundings where it holds right-to-left letters, so that the gutter and the words
/// round them stay where they are.
fn push_isolated(out: &mut String, line: &str) {
    const LEFT_TO_RIGHT_ISOLATE: char = '\u{2066}';
    const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';
    if line.chars().any(is_right_to_left) {
        out.push(LEFT_TO_RIGHT_ISOLATE);
        out.push_str(line);
        out.push(POP_DIRECTIONAL_ISOLATE);
    } else {
        out.push_str(line);
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, needle: &str) -> String {
        let sources = Sources::default();
        let file = sources.add("cases/ala.toml", text);
        let at = text.find(needle).unwrap();
        let diagnostic =
            Diagnostic::error("wrong").at(Span::new(file, at..at + needle.len())).hint("do right");
        human(&[diagnostic], &sources, false)
    }

    #[test]
    fn a_mistake_shows_its_line_caret_and_hint() {
        assert_eq!(
            shown("name = \"x\"\nphto = 1\n", "phto"),
            "error: wrong\n --> cases/ala.toml:2:1\n  |\n2 | phto = 1\n  | ^^^^\n  |\n  = help: do right\n\n"
        );
    }

    #[test]
    fn the_caret_stands_under_wide_and_after_tabs() {
        let out = shown("\t中 = 1", "1");
        let lines: Vec<_> = out.lines().collect();
        assert_eq!(lines[1], " --> cases/ala.toml:1:6");
        assert_eq!(lines[3], "1 |     中 = 1");
        assert_eq!(lines[4], "  |          ^");
    }

    #[test]
    fn escapes_are_shown_not_sent() {
        let out = shown("name = \"\u{1b}]0;owned\u{7}\u{202e}\" # x", "x");
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{out}");
        assert!(out.contains("␛]0;owned␇<U+202E>"), "{out}");
    }

    #[test]
    fn long_lines_are_cut_round_the_place() {
        let text = format!("{}HERE{}", "ä".repeat(5000), "b".repeat(5000));
        let out = shown(&text, "HERE");
        assert!(out.lines().all(|line| line.chars().count() < 160), "{out}");
        assert!(out.contains("…ä") && out.contains("b…") && out.contains("^^^^"), "{out}");
        assert!(out.contains("1:5001"), "{out}");
    }

    #[test]
    fn right_to_left_lines_are_isolated() {
        let out = shown("name = \"محمد\" # x", "x");
        assert!(out.contains("\u{2066}1 | name = \"محمد\" # x\u{2069}\n"), "{out}");
    }

    #[test]
    fn a_place_past_the_end_and_an_empty_file_show_no_line() {
        let sources = Sources::default();
        let file = sources.add("x.toml", "");
        let out = human(&[Diagnostic::error("empty").at(Span::start_of(file))], &sources, false);
        assert_eq!(out, "error: empty\n--> x.toml:1:1\n\n");
    }

    #[test]
    fn the_count_says_one_and_many() {
        let many =
            [Diagnostic::error("a"), Diagnostic::error("b"), Diagnostic::warning("c"), Diagnostic::note("d")];
        assert_eq!(count_line(&many).as_deref(), Some("2 errors, 1 warning"));
        assert_eq!(count_line(&[Diagnostic::note("d")]), None);
    }
}
