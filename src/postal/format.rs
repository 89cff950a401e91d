//! Takes `data/address-formats.tsv` and its mends; gives each territory's format, parsed once.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex_lite::Regex;

use super::table::rows;
use crate::model::CountryCode;

const FORMATS: &str = include_str!("../../data/address-formats.tsv");
const MENDS: &str = include_str!("../../data/address-mends.tsv");
const FOLDS: &str = include_str!("../../data/address-folds.tsv");

/// A part of an address, named as in libaddressinput.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Name,
    Organization,
    Street,
    DependentLocality,
    City,
    Region,
    Postcode,
    SortingCode,
}

impl Part {
    pub const ALL: [Part; 8] = [
        Part::Name,
        Part::Organization,
        Part::Street,
        Part::DependentLocality,
        Part::City,
        Part::Region,
        Part::Postcode,
        Part::SortingCode,
    ];

    fn of(letter: char) -> Option<Part> {
        "NOADCSZX".find(letter).map(|at| Part::ALL[at])
    }

    /// The key by which the user writes it.
    pub fn key(self) -> &'static str {
        match self {
            Part::Name => "name",
            Part::Organization => "organization",
            Part::Street => "street",
            Part::DependentLocality => "dependent_locality",
            Part::City => "city",
            Part::Region => "region",
            Part::Postcode => "postcode",
            Part::SortingCode => "sorting_code",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts(u8);

impl Parts {
    fn of(letters: &str) -> Self {
        Self(letters.chars().filter_map(Part::of).fold(0, |set, part| set | part.bit()))
    }

    pub fn has(self, part: Part) -> bool {
        self.0 & part.bit() != 0
    }
}

/// A piece of a line of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Part(Part),
    /// Stands between two parts and vanishes with either: `, `.
    Separator(&'static str),
    /// Belongs to the postcode and to nothing else: `〒`.
    Mark(&'static str),
    /// The country prefix of the postcode, which the sender's country may not want: `CH-`.
    Prefix(&'static str),
    /// Printed whatever else is there: `GUERNSEY`.
    Word(&'static str),
}

/// The lines of an address, from the top.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    pub lines: Vec<Vec<Token>>,
    parts: Parts,
    /// True where the recipient stands at the end (the order from the largest part to the smallest).
    pub recipient_last: bool,
}

impl Layout {
    fn parse(format: &'static str, prefix: &'static str) -> Self {
        let mut layout = Layout::default();
        for line in format.split("%n") {
            let tokens = Self::line(line, prefix);
            if !tokens.is_empty() {
                layout.lines.push(tokens);
            }
        }
        let parts = || {
            layout.lines.iter().flatten().filter_map(|t| if let Token::Part(p) = t { Some(*p) } else { None })
        };
        let place = |part| parts().position(|p| p == part);
        layout.recipient_last = place(Part::Name) > place(Part::Street);
        layout.parts = Parts(parts().fold(0, |set, part| set | part.bit()));
        layout
    }

    fn line(line: &'static str, prefix: &'static str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            let end = rest.find('%').unwrap_or(rest.len());
            let literal = &rest[..end];
            if !literal.is_empty() {
                Self::literal(literal, prefix, rest[end..].starts_with("%Z"), &mut tokens);
            }
            rest = &rest[end..];
            if let Some(part) = rest.chars().nth(1).and_then(Part::of) {
                tokens.push(Token::Part(part));
            }
            rest = rest.get(2..).unwrap_or("");
        }
        tokens
    }

    fn literal(literal: &'static str, prefix: &'static str, before_postcode: bool, tokens: &mut Vec<Token>) {
        if before_postcode && !prefix.is_empty() && literal.ends_with(prefix) {
            let separator = &literal[..literal.len() - prefix.len()];
            if !separator.is_empty() {
                tokens.push(Token::Separator(separator));
            }
            tokens.push(Token::Prefix(prefix));
        } else if literal.contains(char::is_alphabetic) {
            let word = literal.trim();
            let start = literal.len() - literal.trim_start().len();
            if start > 0 {
                tokens.push(Token::Separator(&literal[..start]));
            }
            tokens.push(Token::Word(word));
            if start + word.len() < literal.len() {
                tokens.push(Token::Separator(&literal[start + word.len()..]));
            }
        } else if before_postcode && literal == "〒" {
            tokens.push(Token::Mark(literal));
        } else {
            tokens.push(Token::Separator(literal));
        }
    }

    pub fn has(&self, part: Part) -> bool {
        self.parts.has(part)
    }
}

/// How a city without a place of its own is taken in.
#[derive(Debug, Clone)]
pub enum Fold {
    /// It is the region, where none is given or where both are the same.
    AsRegion,
    /// These names are in the format or the country line already.
    Absorb(Vec<&'static str>),
}

/// What the post of a territory wants.
#[derive(Debug)]
pub struct Format {
    pub code: CountryCode,
    /// The main language of addresses there; empty where the data names none.
    pub lang: &'static str,
    pub latin: Layout,
    /// The order in the destination's own script.
    pub local: Layout,
    pub upper: Parts,
    pub require: Parts,
    /// True where postcodes keep their country prefix on domestic mail.
    pub domestic_prefix: bool,
    /// The country prefix of postcodes (`CH-`), or empty.
    pub prefix: &'static str,
    pub folds: Vec<(Part, Fold)>,
    postcode: &'static str,
    examples: &'static str,
    pattern: OnceLock<Option<Regex>>,
}

impl Format {
    /// An example of a right postcode.
    pub fn example(&self) -> Option<&'static str> {
        self.examples.split(',').next().filter(|e| !e.is_empty())
    }

    pub fn examples(&self) -> impl Iterator<Item = &'static str> {
        self.examples.split(',').filter(|e| !e.is_empty())
    }

    /// True where a postcode has the form of the country's, or where the country's form is not known.
    pub fn postcode_fits(&self, postcode: &str) -> bool {
        if self.postcode.is_empty() {
            return true;
        }
        let pattern = self.pattern.get_or_init(|| Regex::new(&format!("^(?:{})$", self.postcode)).ok());
        pattern.as_ref().is_none_or(|p| p.is_match(postcode))
    }

    pub fn fold(&self, part: Part) -> Option<&Fold> {
        self.folds.iter().find(|(p, _)| *p == part).map(|(_, fold)| fold)
    }
}

/// A two-letter code from a table.
pub(super) fn code(text: &str) -> Option<CountryCode> {
    <[u8; 2]>::try_from(text.as_bytes()).ok().map(CountryCode)
}

/// Columns of the formats' table; `domestic-prefix` is known to the mends alone.
const COLUMNS: [&str; 10] = [
    "code",
    "lang",
    "latin",
    "local",
    "upper",
    "require",
    "postcode",
    "examples",
    "prefix",
    "domestic-prefix",
];

/// A row of the table with the mends laid over it, parsed when it is asked for.
struct Entry {
    cells: [&'static str; 10],
    format: OnceLock<Format>,
}

impl Entry {
    fn format(&self, code: CountryCode) -> &Format {
        self.format.get_or_init(|| {
            let [name, lang, latin, local, upper, require, postcode, examples, prefix, domestic] = self.cells;
            let latin = Layout::parse(latin, prefix);
            let local = if local.is_empty() { latin.clone() } else { Layout::parse(local, prefix) };
            let folds = rows(FOLDS).filter(|row| row.cell(0) == name).filter_map(|row| {
                let [_, letter, rule, names, ..]: [&str; 5] = row.cells();
                let fold = match rule {
                    "as S" => Fold::AsRegion,
                    _ => Fold::Absorb(names.split('|').collect()),
                };
                Some((Part::of(letter.chars().next()?)?, fold))
            });
            Format {
                code,
                lang,
                latin,
                local,
                upper: Parts::of(upper),
                require: Parts::of(require),
                domestic_prefix: domestic == "yes",
                prefix,
                folds: folds.collect(),
                postcode,
                examples,
                pattern: OnceLock::new(),
            }
        })
    }
}

fn table() -> &'static HashMap<CountryCode, Entry> {
    static TABLE: OnceLock<HashMap<CountryCode, Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: HashMap<CountryCode, Entry> = rows(FORMATS)
            .filter_map(|row| {
                Some((code(row.cell(0))?, Entry { cells: row.cells(), format: OnceLock::new() }))
            })
            .collect();
        for row in rows(MENDS) {
            let [territory, column, value, _]: [&str; 4] = row.cells();
            let entry = code(territory).and_then(|code| table.get_mut(&code));
            let place = COLUMNS.iter().position(|name| *name == column);
            if let (Some(entry), Some(place)) = (entry, place) {
                entry.cells[place] = value;
            }
        }
        table
    })
}

/// The format of a territory; `None` for a code that is none.
pub fn of(code: CountryCode) -> Option<&'static Format> {
    table().get(&code).map(|entry| entry.format(code))
}

/// True where the code is a territory's.
pub fn exists(code: CountryCode) -> bool {
    table().contains_key(&code)
}

/// All territories, by code.
pub fn territories() -> Vec<CountryCode> {
    let mut all: Vec<CountryCode> = table().keys().copied().collect();
    all.sort();
    all
}
