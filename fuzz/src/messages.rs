//! Diagnostics in; a panic where one has no words, points outside of its file, or cannot be shown.

use makekit::diag::{Diagnostic, Report, Sources, Span, human, json};

/// Looks at all that was reported, and shows it in both forms. Gives it in order.
pub fn check(report: Report, sources: &Sources) -> Vec<Diagnostic> {
    let all = report.into_sorted(sources);
    for diagnostic in &all {
        words(diagnostic);
        diagnostic.span.into_iter().for_each(|span| place(span, sources, diagnostic));
        diagnostic.related.iter().for_each(|(span, _)| place(*span, sources, diagnostic));
    }
    let plain = human(&all, sources, false);
    let shown = |c: char| c == '\n' || c == '\u{2066}' || c == '\u{2069}' || !c.is_control();
    assert!(plain.chars().all(shown), "a control character reaches the terminal: {plain:?}");
    human(&all[..all.len().min(3)], sources, true);
    let lines = json(&all, sources);
    assert_eq!(lines.lines().count(), all.len(), "a line of JSON for each");
    for line in lines.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert!(value["message"].is_string());
    }
    all
}

fn words(diagnostic: &Diagnostic) {
    assert!(!diagnostic.message.trim().is_empty(), "an empty message: {diagnostic:?}");
    assert!(
        diagnostic.hint.as_ref().is_none_or(|hint| !hint.trim().is_empty()),
        "an empty hint: {diagnostic:?}"
    );
    let bytes = diagnostic.message.len() + diagnostic.hint.as_ref().map_or(0, String::len);
    assert!(bytes < 16_384, "{bytes} bytes of words in one message");
}

/// A place lies inside of its file, on the borders of characters.
pub fn place(span: Span, sources: &Sources, about: &dyn std::fmt::Debug) {
    let source = sources.get(span.file);
    // A file that could not be read has no text.
    if source.text.is_empty() && span.end == 0 {
        return;
    }
    assert!(
        source.text.get(span.range()).is_some(),
        "{:?} lies outside of {}: {about:?}",
        span.range(),
        source.name
    );
}
