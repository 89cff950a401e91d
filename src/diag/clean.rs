//! Makes text from a file safe for a terminal: no control character, escape sequence or hidden reordering gets through.

use std::borrow::Cow;
use std::fmt::Write as _;

/// True for a character that a terminal may obey instead of show, or that hides.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{fdd0}'..='\u{fdef}')
        || (c as u32) & 0xfffe == 0xfffe
}

/// True for a letter that is written from right to left.
pub fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Appends the character, or a visible stand-in for one that a terminal must not get.
pub fn push_clean(out: &mut String, c: char) {
    match c {
        '\t' => out.push_str("    "),
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => out.push('\u{2421}'),
        c if is_unsafe(c) => {
            let _ = write!(out, "<U+{:04X}>", c as u32);
        }
        c => out.push(c),
    }
}

/// Bytes of what is quoted in a message.
const MOST_QUOTED: usize = 240;

/// A message whose quotations are cut to a length that can be read.
fn shortened(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(number, part)| {
        if number % 2 == 0 || part.len() <= MOST_QUOTED {
            return Cow::Borrowed(part);
        }
        Cow::Owned(part.chars().take(MOST_QUOTED / 4).chain(['…']).collect())
    });
    parts.collect::<Vec<_>>().join("`")
}

/// A message as it may be shown: on one line, with stand-ins for what must not reach a terminal.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.len() > MOST_QUOTED && text.split('`').skip(1).step_by(2).any(|part| part.len() > MOST_QUOTED) {
        return Cow::Owned(clean(&shortened(text)).into_owned());
    }
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '\r' => {}
            c => push_clean(&mut out, c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_obeys_gets_through() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}2J\u{7}"), "a␛[31mb<U+009B>2J␇");
        assert_eq!(clean("a\u{202e}b\u{2066}"), "a<U+202E>b<U+2066>");
        let long = format!("unknown key `{}` in `[photo]`", "x".repeat(1000));
        assert_eq!(clean(&long), format!("unknown key `{}…` in `[photo]`", "x".repeat(60)));
        assert_eq!(clean("Жан-Поль ကျော် 中文 e\u{301}"), "Жан-Поль ကျော် 中文 e\u{301}");
        for c in (0..=0x10ffff).filter_map(char::from_u32) {
            let mut out = String::new();
            push_clean(&mut out, c);
            assert!(!out.chars().any(is_unsafe), "U+{:04X} gets through", c as u32);
        }
    }
}
