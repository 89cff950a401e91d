//! Takes country codes; gives their names in many languages, and the country line that a sender's post expects.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use super::casing::upper;
use super::format::{self, code};
use super::languages;
use super::table::{Row, Sections, rows, truncations};
use crate::model::{CountryCode, Lang, Text};

static NAMES: Sections = Sections::new(include_str!("../../data/country-names.tsv"));
const MENDS: &str = include_str!("../../data/country-mends.tsv");
const AREAS: &str = include_str!("../../data/postal-areas.tsv");
const SENDERS: &str = include_str!("../../data/sender-languages.tsv");

/// True where the code is a country's or territory's.
pub fn exists(code: CountryCode) -> bool {
    format::exists(code)
}

/// A code as a user may have typed it; `None` where it is none. Small letters are taken too.
pub fn parse(text: &str) -> Option<CountryCode> {
    code(&text.to_ascii_uppercase()).filter(|code| exists(*code))
}

/// The country that a name means in any of the languages, whatever its capitals (`Belarus`, `Autriche`);
/// `None` where no country or more than one is called so.
pub fn by_name(text: &str) -> Option<CountryCode> {
    let wanted = text.trim().to_lowercase();
    let is = |name: &str| name.to_lowercase() == wanted;
    let mends = rows(MENDS).filter(|row| is(row.cell(2))).map(|row| row.cell(1));
    let names = NAMES.keys().filter_map(|key| NAMES.section(key)).flat_map(str::lines);
    let names =
        names.filter_map(|line| line.split_once('\t')).filter(|(_, name)| is(name)).map(|(code, _)| code);
    let mut found = mends.chain(names).filter_map(code);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// All codes, sorted.
pub fn all() -> Vec<CountryCode> {
    format::territories()
}

/// The name of a country in a language, as the post of that language knows it; in English where the language has none,
/// and the code itself where that has none either.
pub fn name(code: CountryCode, lang: &str) -> &'static str {
    let own = |tag: &str| mended(tag, code.as_str()).or_else(|| NAMES.value(tag, code.as_str()));
    let tag = languages::with_script(lang);
    truncations(&tag).find_map(own).or_else(|| own("en")).unwrap_or("?")
}

/// True where countries have names in the language (or in a shorter form of its tag).
pub fn has_names(lang: &str) -> bool {
    let tag = languages::with_script(lang);
    truncations(&tag).any(|tag| NAMES.section(tag).is_some())
}

/// Languages in which countries have names.
pub fn languages_with_names() -> Vec<&'static str> {
    let mut all: Vec<&str> = NAMES.keys().collect();
    all.sort_unstable();
    all
}

fn mended(tag: &str, code: &str) -> Option<&'static str> {
    rows(MENDS).find(|row| row.cell(0) == tag && row.cell(1) == code).map(|row| row.cell(2))
}

/// A territory whose mail is another country's: that country, and whose name the country line bears.
#[derive(Clone, Copy)]
struct Area {
    post: CountryCode,
    named_as: CountryCode,
}

fn area(code: CountryCode) -> Option<Area> {
    static TABLE: OnceLock<HashMap<CountryCode, Area>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let area = |row: Row| {
            let territory = self::code(row.cell(0))?;
            let named_as = self::code(row.cell(2)).unwrap_or(territory);
            Some((territory, Area { post: self::code(row.cell(1))?, named_as }))
        };
        rows(AREAS).filter_map(area).collect()
    });
    table.get(&code).copied()
}

/// The country whose post carries a territory's mail as its own.
pub fn postal_area(code: CountryCode) -> CountryCode {
    area(code).map_or(code, |area| area.post)
}

/// True where mail between the two is domestic: an embassy in the sender's own country, a territory of its post.
pub fn is_domestic(destination: CountryCode, sender: Option<CountryCode>) -> bool {
    sender.is_some_and(|sender| destination == sender || postal_area(destination) == postal_area(sender))
}

/// Whether a sender's post wants country prefixes before foreign postcodes.
pub fn keeps_postcode_prefix(sender: Option<CountryCode>) -> bool {
    sender_row(sender).cell(2) != "no"
}

/// What decides the country line beside the destination.
#[derive(Debug, Clone, Copy)]
pub struct LineRules<'a> {
    pub sender: Option<CountryCode>,
    /// Replaces the table's languages, first choice first; from the second on they are printed too, after a ` / `.
    pub languages: &'a [Lang],
    /// Replaces the text for a destination, as typed.
    pub texts: &'a BTreeMap<CountryCode, Text>,
    /// The kit's language: taken where the sender's post lets one choose.
    pub kit_lang: &'a str,
}

/// The last line of a foreign address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryLine {
    /// In capitals.
    pub text: String,
    /// Its first language; empty for a text of the user's own.
    pub lang: Lang,
}

/// The country line; `None` on domestic mail.
pub fn line(destination: CountryCode, rules: &LineRules) -> Option<CountryLine> {
    if is_domestic(destination, rules.sender) {
        return None;
    }
    if let Some(text) = rules.texts.get(&destination) {
        return Some(CountryLine { text: text.to_string(), lang: Lang::from("") });
    }
    // Åland's mail, say, goes to Finland.
    let named = area(destination).map_or(destination, |area| area.named_as);
    let languages: Vec<&str> = if rules.languages.is_empty() {
        sender_languages(rules.sender, rules.kit_lang)
    } else {
        rules.languages.iter().map(|lang| &**lang).collect()
    };
    let mut names: Vec<String> = Vec::new();
    for lang in &languages {
        let name = upper(name(named, lang), lang).into_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(CountryLine {
        text: names.join(" / "),
        lang: Lang::from(languages.first().copied().unwrap_or("en")),
    })
}

fn sender_row(sender: Option<CountryCode>) -> Row {
    let lists = |row: &Row, code: &str| row.cell(0).split(' ').any(|c| c == code);
    let own = sender.and_then(|code| rows(SENDERS).find(|row| lists(row, code.as_str())));
    own.or_else(|| rows(SENDERS).find(|row| row.cell(0) == "*")).unwrap_or(Row(""))
}

/// The languages of the country line that the sender's post expects.
pub fn sender_languages(sender: Option<CountryCode>, kit_lang: &str) -> Vec<&'static str> {
    let choices = sender_row(sender).cell(1);
    if choices.contains('+') {
        return choices.split('+').collect();
    }
    let kit = kit_lang.split('-').next().unwrap_or("");
    let wanted = choices.split('|').find(|c| *c == kit).or_else(|| choices.split('|').next());
    wanted.into_iter().filter(|lang| !lang.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &[u8; 2]) -> CountryCode {
        CountryCode(*code)
    }

    #[test]
    fn names_fall_back_along_the_tag_and_to_english() {
        assert_eq!(name(of(b"BY"), "en"), "Belarus");
        assert_eq!(name(of(b"DE"), "de-CH"), "Deutschland");
        assert_eq!(name(of(b"NZ"), "zh-TW"), "紐西蘭");
        assert_eq!(name(of(b"NZ"), "zh-CN"), "新西兰");
        assert_eq!(name(of(b"BY"), "qqq"), "Belarus");
        assert_eq!(name(of(b"QQ"), "en"), "?");
    }

    #[test]
    fn a_name_finds_its_country() {
        assert_eq!(by_name("autriche"), Some(of(b"AT")));
        assert_eq!(by_name("Democratic Republic of the Congo"), Some(of(b"CD")));
        assert_eq!(by_name("беларусь"), Some(of(b"BY")));
        assert_eq!(by_name("Atlantis"), None);
        assert_eq!(parse("by"), Some(of(b"BY")));
        assert_eq!(parse("Belarus"), None);
    }

    #[test]
    fn every_row_of_the_senders_table_can_be_used() {
        for row in rows(SENDERS) {
            for lang in row.cell(1).split(['|', '+']) {
                assert!(NAMES.section(lang).is_some(), "countries have no names in `{lang}`");
            }
            for listed in row.cell(0).split(' ').filter(|code| *code != "*") {
                assert!(code(listed).is_some_and(exists), "{listed}");
            }
        }
    }
}
