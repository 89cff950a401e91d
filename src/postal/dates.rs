//! Takes a day and a language; gives the date as that language writes it, always of the Gregorian calendar.

use std::collections::HashMap;
use std::sync::OnceLock;

use jiff::civil::Date;

use super::languages;
use super::table::{Row, rows, truncations};
use crate::model::CountryCode;

const DATES: &str = include_str!("../../data/dates.tsv");

/// Columns of the table.
const PARENT: usize = 1;
const LONG: usize = 2;
const FULL: usize = 3;
const MEDIUM: usize = 4;
const DAY_MONTH: usize = 5;
const MONTHS: usize = 6;
const MONTHS_ALONE: usize = 7;
const MONTHS_SHORT: usize = 8;
const DAYS: usize = 9;
const DAYS_ALONE: usize = 10;
const ERA: usize = 11;
const DIGITS: usize = 12;

/// Tags that CLDR keeps under another name.
const ALIASES: [(&str, &str); 8] = [
    ("nb", "no"),
    ("iw", "he"),
    ("in", "id"),
    ("tl", "fil"),
    ("sh", "sr-Latn"),
    ("mo", "ro"),
    ("ji", "yi"),
    ("cmn", "zh"),
];

fn table() -> &'static HashMap<&'static str, Row> {
    static TABLE: OnceLock<HashMap<&'static str, Row>> = OnceLock::new();
    TABLE.get_or_init(|| rows(DATES).map(|row| (row.cell(0), row)).collect())
}

/// The rows of a locale, the nearest first; empty for a language without dates.
fn chain(lang: &str) -> Vec<Row> {
    let tag = languages::with_script(lang);
    let base = tag.split('-').next().unwrap_or("");
    let alias = ALIASES.iter().find(|(old, _)| *old == base && !table().contains_key(base));
    let tag = match alias {
        Some((old, new)) => tag.replacen(old, new, 1),
        None => tag.into_owned(),
    };
    let mut found = Vec::new();
    let mut next = truncations(&tag).find(|tag| table().contains_key(tag)).unwrap_or("").to_owned();
    while let Some(row) = table().get(next.as_str()) {
        found.push(*row);
        let parent = row.cell(PARENT);
        next = match (parent, next.rfind('-')) {
            ("", Some(end)) => {
                truncations(&next[..end]).find(|t| table().contains_key(t)).unwrap_or("und").to_owned()
            }
            ("", None) if next != "und" => "und".to_owned(),
            ("", None) => break,
            (parent, _) => truncations(parent).find(|t| table().contains_key(t)).unwrap_or("und").to_owned(),
        };
    }
    found
}

/// True where the language (or a shorter form of its tag) has dates.
pub fn is_known(lang: &str) -> bool {
    !chain(lang).is_empty()
}

/// The tag that dates follow in a language for readers in a country: `en` is `en-GB` in the United Kingdom. A tag that
/// names its region or that the country does not change stays as it is.
pub fn locale(lang: &str, country: Option<CountryCode>) -> String {
    let regional = country.map(|c| format!("{lang}-{}", c.as_str()));
    match regional {
        Some(tag) if !lang.contains('-') && table().contains_key(tag.as_str()) => tag,
        _ => lang.to_owned(),
    }
}

/// A date in full letters: `10 December 2026`, `10. Dezember 2026`, `2026年12月10日`. `None` for a language without dates.
pub fn long(date: Date, lang: &str) -> Option<String> {
    render(date, &chain(lang), LONG)
}

/// The long date with its weekday.
pub fn full(date: Date, lang: &str) -> Option<String> {
    render(date, &chain(lang), FULL)
}

/// A date with the month's short name; the long one where the language writes numbers there, which readers elsewhere
/// mistake.
pub fn medium(date: Date, lang: &str) -> Option<String> {
    let chain = chain(lang);
    let pattern = value(&chain, MEDIUM)?;
    let spelled = pattern.contains("MMM") || pattern.contains("LLL");
    render(date, &chain, if spelled || pattern.contains('月') { MEDIUM } else { LONG })
}

/// Day and month: `3 December`.
pub fn day_month(date: Date, lang: &str) -> Option<String> {
    render(date, &chain(lang), DAY_MONTH)
}

/// The weekday's name by itself.
pub fn weekday(date: Date, lang: &str) -> Option<String> {
    let days = value(&chain(lang), DAYS_ALONE)?;
    days.split('|').nth(weekday_index(date)).map(str::to_owned)
}

/// Names of the months by themselves, from January.
pub fn months(lang: &str) -> Option<Vec<&'static str>> {
    value(&chain(lang), MONTHS_ALONE).map(|names| names.split('|').collect())
}

/// A number in the digits that the language uses.
pub fn number(value_: u64, lang: &str) -> String {
    in_digits(&value_.to_string(), value(&chain(lang), DIGITS))
}

fn value(chain: &[Row], column: usize) -> Option<&'static str> {
    chain.iter().map(|row| row.cell(column)).find(|cell| !cell.is_empty())
}

fn weekday_index(date: Date) -> usize {
    usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)
}

fn in_digits(text: &str, digits: Option<&str>) -> String {
    match digits {
        Some(digits) if digits != "-" => text
            .chars()
            .map(|c| c.to_digit(10).and_then(|n| digits.chars().nth(n as usize)).unwrap_or(c))
            .collect(),
        _ => text.to_owned(),
    }
}

/// Fills a CLDR pattern: letters in a row are a field, what stands between apostrophes is text.
fn render(date: Date, chain: &[Row], column: usize) -> Option<String> {
    let pattern = value(chain, column)?;
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\'' {
            quoted(&mut rest, &mut out);
        } else if c.is_ascii_alphabetic() {
            let mut width = 1;
            while rest.next_if_eq(&c).is_some() {
                width += 1;
            }
            out.push_str(&field(date, chain, c, width)?);
        } else {
            out.push(c);
        }
    }
    Some(out)
}

/// Text up to the closing apostrophe; two in a row are one.
fn quoted(rest: &mut std::iter::Peekable<std::str::Chars>, out: &mut String) {
    if rest.next_if_eq(&'\'').is_some() {
        out.push('\'');
        return;
    }
    while let Some(c) = rest.next() {
        match c {
            '\'' if rest.next_if_eq(&'\'').is_some() => out.push('\''),
            '\'' => return,
            c => out.push(c),
        }
    }
}

fn field(date: Date, chain: &[Row], letter: char, width: usize) -> Option<String> {
    let named = |column, index: usize| value(chain, column)?.split('|').nth(index).map(str::to_owned);
    let number = |n: i16| {
        let width = if letter == 'y' { 1 } else { width };
        in_digits(&format!("{n:0width$}"), value(chain, DIGITS))
    };
    let month = usize::try_from(date.month()).unwrap_or(1).saturating_sub(1);
    match (letter, width) {
        ('y', _) => Some(number(date.year())),
        ('d', _) => Some(number(i16::from(date.day()))),
        ('M' | 'L', 1 | 2) => Some(number(i16::from(date.month()))),
        ('M' | 'L', 3) => named(MONTHS_SHORT, month),
        ('M', _) => named(MONTHS, month),
        ('L', _) => named(MONTHS_ALONE, month),
        ('E', _) => named(DAYS, weekday_index(date)),
        ('c', _) => named(DAYS_ALONE, weekday_index(date)),
        ('G', _) => value(chain, ERA).map(|era| era.trim_matches('-').to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Date {
        jiff::civil::date(2026, 12, 3)
    }

    #[test]
    fn long_dates_are_in_each_languages_own_form() {
        for (lang, wanted) in [
            ("en", "December 3, 2026"),
            ("en-GB", "3 December 2026"),
            ("en-AU", "3 December 2026"),
            ("en-US", "December 3, 2026"),
            ("de", "3. Dezember 2026"),
            ("fr", "3 décembre 2026"),
            ("es", "3 de diciembre de 2026"),
            ("es-MX", "3 de diciembre de 2026"),
            ("pt-BR", "3 de dezembro de 2026"),
            ("it", "3 dicembre 2026"),
            ("nl", "3 december 2026"),
            ("pl", "3 grudnia 2026"),
            ("ru", "3 декабря 2026 г."),
            ("be", "3 снежня 2026 г."),
            ("hu", "2026. december 3."),
            ("ar", "3 ديسمبر 2026"),
            ("ar-EG", "٣ ديسمبر ٢٠٢٦"),
            ("fa", "۳ دسامبر ۲۰۲۶"),
            ("zh", "2026年12月3日"),
            ("zh-TW", "2026年12月3日"),
            ("ja", "2026年12月3日"),
            ("ko", "2026년 12월 3일"),
            ("my", "၂၀၂၆ ဒီဇင်ဘာ ၃"),
            ("th", "3 ธันวาคม ค.ศ. 2026"),
            ("nb", "3. desember 2026"),
            ("he", "3 בדצמבר 2026"),
            ("iw", "3 בדצמבר 2026"),
            ("lt", "2026 m. gruodžio 3 d."),
            ("lv", "2026. gada 3. decembris"),
            ("vi", "3 tháng 12, 2026"),
        ] {
            let got = long(day(), lang).unwrap_or_default();
            assert_eq!(got.replace(['\u{a0}', '\u{202f}'], " "), wanted, "{lang}");
        }
        assert_eq!(long(day(), "qqq"), None);
        assert_eq!(long(day(), ""), None);
    }

    #[test]
    fn shorter_forms_spell_the_month() {
        assert_eq!(day_month(day(), "en-GB").as_deref(), Some("3 December"));
        assert_eq!(day_month(day(), "en").as_deref(), Some("December 3"));
        assert_eq!(day_month(day(), "de").as_deref(), Some("3. Dezember"));
        assert_eq!(medium(day(), "de").as_deref(), Some("3. Dez. 2026"));
        assert_eq!(medium(day(), "pt-PT").as_deref(), Some("3 de dezembro de 2026"));
        assert_eq!(weekday(day(), "fr").as_deref(), Some("jeudi"));
        assert_eq!(full(day(), "en-GB").as_deref(), Some("Thursday, 3 December 2026"));
        assert_eq!(number(120, "fa"), "۱۲۰");
    }

    #[test]
    fn a_language_takes_the_form_of_the_senders_country() {
        assert_eq!(locale("en", Some(CountryCode(*b"GB"))), "en-GB");
        assert_eq!(locale("en-US", Some(CountryCode(*b"GB"))), "en-US");
        assert_eq!(locale("be", Some(CountryCode(*b"US"))), "be");
    }

    #[test]
    fn every_locale_of_the_table_writes_every_form() {
        for tag in table().keys() {
            for form in [long, full, medium, day_month, weekday] {
                let text = form(day(), tag).unwrap_or_else(|| panic!("{tag} has no form"));
                assert!(!text.trim().is_empty(), "{tag}");
                assert!(!text.contains("MMM"), "{tag}: {text}");
            }
            let text = long(day(), tag).unwrap_or_default();
            let digits = value(&chain(tag), DIGITS).unwrap_or("-");
            let day_digit = in_digits("3", Some(digits));
            assert!(text.contains(&day_digit), "{tag}: {text}");
        }
    }
}
