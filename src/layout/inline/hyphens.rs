//! A text and its language in; the bytes before which a word may be broken with a hyphen out.

use hypher::Lang;

/// The patterns for a BCP 47 tag, where there are some.
pub(in crate::layout) fn hyphenation_patterns(tag: &str) -> Option<Lang> {
    let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let code: [u8; 2] = primary.as_bytes().try_into().ok()?;
    // Scripts that break words without a visible hyphen have dictionaries or rules of their own.
    Lang::from_iso(code).filter(|lang| lang.hyphenation_character().is_some())
}

/// Words shorter than this are never broken.
const SHORTEST_WORD: usize = 5;

/// Pushes the bytes (counted from `offset`) before which `text` may be hyphenated.
pub(super) fn push_hyphens(text: &str, offset: u32, lang: Lang, out: &mut Vec<u32>) {
    let is_part = |c: char| c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36F}');
    let mut rest = 0;
    while let Some(start) = text[rest..].find(is_part).map(|i| rest + i) {
        let end = text[start..].find(|c| !is_part(c)).map_or(text.len(), |i| start + i);
        let word = &text[start..end];
        // Web and mail addresses are broken at their signs only.
        let glued = |c: char| matches!(c, '@' | '/' | '_' | '.' | ':');
        let in_address = text[..start].chars().next_back().is_some_and(glued)
            || text[end..].starts_with(['@', '/', '_'])
            || (text[end..].starts_with(['.', ':']) && text[end..].chars().nth(1).is_some_and(is_part));
        if !in_address && word.chars().count() >= SHORTEST_WORD {
            let mut at = start;
            let mut syllables = hypher::hyphenate(word, lang).peekable();
            while let Some(syllable) = syllables.next() {
                at += syllable.len();
                if syllables.peek().is_some() {
                    out.push(offset + at as u32);
                }
            }
        }
        rest = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hyphenated(text: &str, tag: &str) -> String {
        let mut at = Vec::new();
        if let Some(lang) = hyphenation_patterns(tag) {
            push_hyphens(text, 0, lang, &mut at);
        }
        let mut out = String::new();
        for (i, c) in text.char_indices() {
            if at.contains(&(i as u32)) {
                out.push('-');
            }
            out.push(c);
        }
        out
    }

    #[test]
    fn words_break_by_the_patterns_of_their_language() {
        assert_eq!(hyphenated("extensive text", "en-GB"), "ex-ten-sive text");
        assert_eq!(hyphenated("Staatsanwaltschaft", "de"), "Staats-an-walt-schaft");
        assert_eq!(hyphenated("extensive", "ar"), "extensive");
    }

    #[test]
    fn addresses_are_left_alone() {
        assert_eq!(hyphenated("extensive.example/extensive", "en"), "extensive.example/extensive");
        assert_eq!(hyphenated("extensive. Text", "en"), "ex-ten-sive. Text");
    }
}
