//! Many diagnostics in; of each kind in each file the first few out, and one line that counts the others.

use std::collections::HashMap;

use super::{Diagnostic, FileId, Level, clean};

/// How many of a kind people are shown for one file.
pub const MOST_SHOWN: usize = 30;

/// What makes two mistakes alike: all but what the user typed, and how many.
type Kind = (Option<FileId>, Level, String);

/// Keeps the order. The first that is left out gives its place to a line that says how many are.
pub fn without_repeats(all: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut counts: HashMap<Kind, usize> = HashMap::new();
    let mut shown: Vec<Diagnostic> = Vec::new();
    let mut more: HashMap<Kind, usize> = HashMap::new();
    for diagnostic in all {
        let kind = kind(diagnostic);
        let count = counts.entry(kind.clone()).or_default();
        *count += 1;
        if *count <= MOST_SHOWN + 1 {
            if *count > MOST_SHOWN {
                more.insert(kind, shown.len());
            }
            shown.push(diagnostic.clone());
        }
    }
    for (kind, at) in more {
        let left = counts[&kind] - MOST_SHOWN;
        // One line more costs no more than the line that would count it.
        if left > 1 {
            let first = &shown[at];
            shown[at] = Diagnostic {
                message: format!(
                    "{} more like this, from here on: {}",
                    crate::limits::grouped(left as u64),
                    first.message
                ),
                hint: Some("`--verbose` shows all of them".to_owned()),
                related: Vec::new(),
                context: None,
                ..first.clone()
            };
        }
    }
    shown
}

fn kind(diagnostic: &Diagnostic) -> Kind {
    let mut words = String::new();
    let mut quoted = false;
    for c in clean(&diagnostic.message).chars() {
        match c {
            '`' => quoted = !quoted,
            _ if quoted => {}
            c if c.is_ascii_digit() => {
                if !words.ends_with('0') {
                    words.push('0');
                }
            }
            c => words.push(c),
        }
    }
    (diagnostic.span.map(|span| span.file), diagnostic.level, words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Span;

    fn bad(file: u32, line: usize) -> Diagnostic {
        let span = Span::new(FileId(file), line..line + 1);
        Diagnostic::warning(format!("`{line}x` is no postcode of {line} digits")).at(span).hint("look")
    }

    #[test]
    fn the_first_of_a_kind_are_shown_and_the_others_counted() {
        let mut all: Vec<Diagnostic> = (0..1234).map(|line| bad(0, line)).collect();
        all.push(Diagnostic::error("another mistake"));
        all.extend((0..MOST_SHOWN + 1).map(|line| bad(1, line)));
        let shown = without_repeats(&all);
        assert_eq!(shown.len(), MOST_SHOWN + 1 + 1 + MOST_SHOWN + 1);
        assert_eq!(shown[..MOST_SHOWN], all[..MOST_SHOWN]);
        let more = &shown[MOST_SHOWN];
        assert_eq!(more.message, "1,204 more like this, from here on: `30x` is no postcode of 30 digits");
        assert_eq!(more.span, all[MOST_SHOWN].span);
        // One more than is shown is shown too.
        assert_eq!(shown[MOST_SHOWN + 1..], all[1234..]);
    }

    #[test]
    fn unlike_mistakes_are_all_shown() {
        let letters: Vec<Diagnostic> =
            ('a'..='z').chain('A'..='Z').map(|c| Diagnostic::error(format!("mistake {c}"))).collect();
        assert_eq!(without_repeats(&letters), letters);
    }
}
