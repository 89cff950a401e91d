//! A list's style and an item's number in; the text of its marker out.

use crate::markup::style::ListMarker;

/// The marker's text: a sign, or the number with a full stop.
pub(super) fn text(marker: &ListMarker, ordinal: u32, lang: &str) -> String {
    let number = match marker {
        ListMarker::None => return String::new(),
        ListMarker::Disc => return "\u{2022}".to_owned(),
        ListMarker::Dash => return "\u{2013}".to_owned(),
        ListMarker::Square => return "\u{25AA}".to_owned(),
        ListMarker::Decimal => decimal(ordinal, lang),
        ListMarker::LowerAlpha => letters(ordinal, b'a'),
        ListMarker::UpperAlpha => letters(ordinal, b'A'),
        ListMarker::LowerRoman => roman(ordinal),
    };
    format!("{number}.")
}

/// Digits as the language writes them in running text.
fn decimal(ordinal: u32, lang: &str) -> String {
    let zero = match lang.split('-').next().unwrap_or_default() {
        "fa" | "ur" | "ps" | "ckb" | "sd" => '\u{6F0}',
        "bn" | "as" => '\u{9E6}',
        "mr" | "ne" => '\u{966}',
        "my" => '\u{1040}',
        "dz" => '\u{F20}',
        _ => '0',
    };
    let digit = |d: char| d.to_digit(10).and_then(|d| char::from_u32(zero as u32 + d)).unwrap_or(d);
    ordinal.to_string().chars().map(digit).collect()
}

fn letters(mut ordinal: u32, first: u8) -> String {
    let mut out = Vec::new();
    while ordinal > 0 {
        ordinal -= 1;
        out.push(char::from(first + (ordinal % 26) as u8));
        ordinal /= 26;
    }
    out.iter().rev().collect()
}

fn roman(mut ordinal: u32) -> String {
    const STEPS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if ordinal >= 4000 {
        return ordinal.to_string();
    }
    let mut out = String::new();
    for (value, sign) in STEPS {
        while ordinal >= value {
            out.push_str(sign);
            ordinal -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_count_in_their_own_way() {
        assert_eq!(text(&ListMarker::LowerAlpha, 28, "en"), "ab.");
        assert_eq!(text(&ListMarker::LowerRoman, 1994, "en"), "mcmxciv.");
        assert_eq!(text(&ListMarker::Decimal, 12, "fa"), "۱۲.");
        assert_eq!(text(&ListMarker::Decimal, 12, "ar"), "12.");
    }
}
