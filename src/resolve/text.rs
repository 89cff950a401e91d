//! Texts as users write them to texts that can be printed: NFC, plain line ends, trimmed; finds what cannot print.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

use super::scalar::Mistake;

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();

/// A text on one line, without blanks around.
pub fn line(text: &str) -> Result<Cow<'_, str>, (Mistake, Option<char>)> {
    let text = text.trim();
    if text.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return Ok(Cow::Borrowed(text));
    }
    if text.contains(['\n', '\r']) {
        let mistake = Mistake::new("the text must stand on one line")
            .hint("put it on one line, or in a list with a line each");
        return Err((mistake, None));
    }
    check(text)?;
    let text = NFC.normalize(text);
    Ok(if text.contains('\t') { Cow::Owned(text.replace('\t', " ")) } else { text })
}

/// A text of any number of lines, without blank lines and blanks around, its lines ended by `\n`.
pub fn prose(text: &str) -> Result<Cow<'_, str>, (Mistake, Option<char>)> {
    let text = text.trim();
    if text.bytes().all(|b| (b' '..0x7f).contains(&b) || b == b'\n') {
        return Ok(Cow::Borrowed(text));
    }
    let plain: Cow<'_, str> = match text.contains(['\r', '\t']) {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ")),
        false => Cow::Borrowed(text),
    };
    check(&plain)?;
    let normal = NFC.normalize(&plain).into_owned();
    Ok(Cow::Owned(normal))
}

/// Marks on one letter: more stand over the lines around, and in no language.
const MOST_MARKS: usize = 8;

/// Finds the first character that cannot print, that reorders the text after it, or that hides in a word.
fn check(text: &str) -> Result<(), (Mistake, Option<char>)> {
    let mut open = Vec::new();
    let mut before = None;
    let mut marks = 0;
    if !text.chars().any(is_visible) {
        let first = text.chars().next();
        let mistake = Mistake::new("the text holds nothing that can be seen");
        return Err((mistake.hint("delete it and type the place again"), first));
    }
    for (at, c) in text.char_indices() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MOST_MARKS {
            let mistake = Mistake::new(format!("more than {MOST_MARKS} marks stand on one letter"));
            return Err((mistake.hint("delete them and type the letter again"), Some(c)));
        }
        if matches!(c, '\u{200b}'..='\u{200d}' | '\u{2060}') {
            let after = text[at + c.len_utf8()..].chars().next();
            if [before, after].into_iter().flatten().any(is_plain_letter) {
                let mistake = Mistake::new(format!(
                    "the text hides a mark that cannot be seen, U+{:04X}{}, in a word",
                    c as u32,
                    named(c)
                ));
                return Err((mistake.hint("delete it: who looks for the word would not find it"), Some(c)));
            }
        }
        before = Some(c);
        match c {
            ' '..='~'
            | '\n'
            | '\t'
            | '\u{a0}'..='\u{377}'
            | '\u{400}'..='\u{52f}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}' => {}
            '\u{2066}'..='\u{2068}' | '\u{202a}' | '\u{202b}' => open.push(c),
            '\u{2069}' | '\u{202c}' => {
                let opens = |o: char| {
                    if c == '\u{2069}' {
                        ('\u{2066}'..='\u{2068}').contains(&o)
                    } else {
                        matches!(o, '\u{202a}' | '\u{202b}')
                    }
                };
                if !open.pop().is_some_and(opens) {
                    return Err(lone(c));
                }
            }
            _ => {
                if let Some(kind) = unprintable(c) {
                    let mistake = Mistake::new(format!(
                        "the text holds {kind}, U+{:04X}{}, that cannot be printed",
                        c as u32,
                        named(c)
                    ));
                    return Err((mistake.hint("delete it and type the place again"), Some(c)));
                }
            }
        }
    }
    match open.first() {
        Some(c) => Err(lone(*c)),
        None => Ok(()),
    }
}

/// A letter of the scripts whose words need no joiners and hold no breaks: Latin, Greek, Cyrillic.
fn is_plain_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || (matches!(c, '\u{c0}'..='\u{52f}' | '\u{1e00}'..='\u{1fff}') && c.is_alphabetic())
}

/// A mark that stands over or under the letter before it, of those that can be heaped on any.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}')
}

fn lone(c: char) -> (Mistake, Option<char>) {
    let mistake = Mistake::new(format!(
        "the text holds a lone direction mark, U+{:04X}{}, that reorders what follows",
        c as u32,
        named(c)
    ));
    (mistake.hint("delete it; right-to-left texts need none"), Some(c))
}

fn named(c: char) -> String {
    unicode_names2::name(c).map_or(String::new(), |name| format!(" ({name})"))
}

fn unprintable(c: char) -> Option<&'static str> {
    let code = c as u32;
    match c {
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Some("a control character"),
        '\u{fffd}' => Some("the sign for a character that was lost"),
        '\u{fdd0}'..='\u{fdef}' => Some("a noncharacter"),
        _ if code & 0xfffe == 0xfffe => Some("a noncharacter"),
        '\u{e000}'..='\u{f8ff}' | '\u{f0000}'.. => Some("a character of private use"),
        '\u{202d}' | '\u{202e}' => Some("a mark that forces a direction"),
        '\u{feff}' => Some("a byte order mark"),
        '\u{fff9}'..='\u{fffc}' => Some("an annotation mark"),
        '\u{2028}' | '\u{2029}' => Some("a line separator"),
        '\u{e0000}'..='\u{e0fff}' if !('\u{e0100}'..='\u{e01ef}').contains(&c) => Some("a hidden tag"),
        '\u{206a}'..='\u{206f}' => Some("a deprecated format character"),
        '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}' => None,
        _ if unicode_names2::name(c).is_none() => Some("an unassigned character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        line(text).unwrap_err().0.message
    }

    #[test]
    fn texts_of_all_scripts_pass_in_nfc() {
        for text in [
            "Дар'я",
            "محمد",
            "李小龙",
            "မောင်",
            "አበበ",
            "नेपाल",
            "Þór",
            "👩‍👩‍👧",
            "می\u{200c}خواهم",
            "ไทย\u{200b}ไทย",
            "\u{2067}אב\u{2069}",
            "𠮷野",
            "한국",
        ] {
            assert_eq!(line(text).unwrap(), NFC.normalize(text), "{text}");
        }
        assert_eq!(line("  Z\u{307}o\u{301}łw\t1 ").unwrap(), "Żółw 1");
        assert_eq!(prose("\r\n a\r\n\r\nb \r\n").unwrap(), "a\n\nb");
    }

    #[test]
    fn what_cannot_print_is_said_as_what_it_is() {
        assert!(wrong("a\u{7}b").contains("a control character, U+0007"));
        assert!(wrong("a\u{fffd}").contains("was lost, U+FFFD"));
        assert!(wrong("a\u{ffff}").contains("a noncharacter, U+FFFF"));
        assert!(wrong("a\u{1fffe}").contains("a noncharacter"));
        assert!(wrong("a\u{378}").contains("an unassigned character, U+0378"));
        assert!(wrong("a\u{202e}b").contains("forces a direction, U+202E"));
        assert!(wrong("a\u{2067}b").contains("a lone direction mark, U+2067"));
        assert!(wrong("a\u{202c}b").contains("a lone direction mark, U+202C"));
        assert!(wrong("a\nb").contains("on one line"));
        assert!(wrong("a\u{e041}").contains("private use"));
        assert!(wrong("a\u{200d}b").contains("hides a mark that cannot be seen, U+200D"));
        assert!(wrong("\u{200b}Ala").contains("hides a mark"));
        assert!(wrong("\u{200b}\u{2060}").contains("nothing that can be seen"));
        assert!(wrong(&format!("a{}", "\u{301}".repeat(9))).contains("more than 8 marks"));
    }
}
