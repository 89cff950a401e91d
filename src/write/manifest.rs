//! The pieces of a kit in; `kit.json` and build marks out. The manifest of the last kit in; its entries, one by one, out.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write as _};
use std::sync::Arc;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Letters and digits that are not taken for one another when read from paper.
const MARK_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters of a mark: a million marks, so that two versions of one sheet do not share theirs.
const MARK_LENGTH: usize = 4;

/// The short mark that a piece bears: the beginning of its content hash, in letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildMark([u8; MARK_LENGTH]);

impl BuildMark {
    /// Of a SHA-256.
    pub fn of(hash: &[u8; 32]) -> Self {
        let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        Self(std::array::from_fn(|i| MARK_LETTERS[((bits >> (27 - 5 * i)) & 31) as usize]))
    }

    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Serialize for BuildMark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for BuildMark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let letters = text.as_bytes().try_into().ok().filter(|_| text.is_ascii());
        letters.map(Self).ok_or_else(|| de::Error::custom("no build mark"))
    }
}

/// What a piece is made from: the first half of the SHA-256 of it all, in hexadecimal when written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentHash([u8; 16]);

impl ContentHash {
    /// Of a SHA-256.
    pub fn of(hash: &[u8; 32]) -> Self {
        Self(std::array::from_fn(|i| hash[i]))
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digit = |i: usize| b"0123456789abcdef"[usize::from(self.0[i / 2] >> (4 * (1 - i % 2)) & 15)];
        let digits: [u8; 32] = std::array::from_fn(digit);
        serializer.serialize_str(str::from_utf8(&digits).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let digits = Some(&*text).filter(|t| t.len() == 32 && t.bytes().all(|b| b.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
        number.map(|n| Self(n.to_be_bytes())).ok_or_else(|| de::Error::custom("no content hash"))
    }
}

/// `kit.json`: what stands in a kit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Manifest {
    /// `makekit` and its version.
    pub program: String,
    /// The day the kit was made for.
    pub date: String,
    pub entries: Vec<Entry>,
}

/// One sheet for one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The sheet's name.
    pub sheet: Arc<str>,
    /// The case's id; none for sheets of the whole kit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Arc<str>>,
    /// `target 2` or `solidarity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Box<str>>,
    /// `paper`, `envelope` or `labels`.
    pub stock: Arc<str>,
    /// The file it stands in, without its folder.
    pub file: Arc<str>,
    /// Its pages in that file, counted from 1.
    pub first_page: u32,
    pub pages: u32,
    pub hash: ContentHash,
    pub mark: BuildMark,
    /// True for a sheet of an earlier build that this one, of some sheets or cases alone, did not make: it still holds,
    /// but stands in no file now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
}

impl Entry {
    /// What tells it from the others.
    pub fn key(&self) -> (&str, Option<&str>, Option<&str>) {
        (&self.sheet, self.case.as_deref(), self.recipient.as_deref())
    }

    /// The pages in words: `page 3`, `pages 3–5`.
    pub fn pages_in_words(&self) -> String {
        match self.pages {
            0 | 1 => format!("page {}", self.first_page),
            n => format!("pages {}–{}", self.first_page, self.first_page + n - 1),
        }
    }
}

impl Manifest {
    /// Gives each entry of a manifest's text, in order. `None` where it is of another form: it counts as none then,
    /// whatever was given before.
    pub fn read(text: &str, entry: impl FnMut(Entry)) -> Option<()> {
        serde_json::Deserializer::from_str(text).deserialize_map(Whole(Entries(entry))).ok()
    }

    /// Writes JSON with an entry a line, so that it can be read and compared by eye and by `diff`.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_to(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let (program, date) = (quoted(&self.program), quoted(&self.date));
        write!(out, "{{\n  \"program\": {program},\n  \"date\": {date},\n  \"entries\": [\n")?;
        for (index, entry) in self.entries.iter().enumerate() {
            out.write_all(b"    ")?;
            serde_json::to_writer(&mut out, entry)?;
            out.write_all(if index + 1 < self.entries.len() { b",\n" } else { b"\n" })?;
        }
        out.write_all(b"  ]\n}\n")?;
        out.flush()
    }
}

/// A manifest as it is read: a great one is never held as a whole.
struct Whole<F>(Entries<F>);

struct Entries<F>(F);

impl<'de, F: FnMut(Entry)> Visitor<'de> for Whole<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a manifest")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if key == "entries" {
                found = true;
                map.next_value_seed(&mut self.0)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(de::Error::missing_field("entries")) }
    }
}

impl<'de, F: FnMut(Entry)> DeserializeSeed<'de> for &mut Entries<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Entry)> Visitor<'de> for &mut Entries<F> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(entry) = seq.next_element()? {
            (self.0)(entry);
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An entry whose hash is of one byte repeated.
    pub fn entry(sheet: &str, case: &str, hash: u8) -> Entry {
        Entry {
            sheet: sheet.into(),
            case: Some(case.into()),
            recipient: None,
            stock: "paper".into(),
            file: "kit.pdf".into(),
            first_page: 3,
            pages: 1,
            hash: ContentHash::of(&[hash; 32]),
            mark: BuildMark::of(&[hash; 32]),
            earlier: false,
        }
    }

    #[test]
    fn marks_follow_the_hash_and_have_no_look_alikes() {
        let (mut a, b) = ([0u8; 32], [255u8; 32]);
        a[0] = 1;
        assert_ne!(BuildMark::of(&a), BuildMark::of(&b));
        assert_eq!(BuildMark::of(&b).as_str(), "9999");
        assert!(!MARK_LETTERS.iter().any(|c| b"lo01".contains(c)));
    }

    #[test]
    fn entries_come_back_from_their_text() {
        let entries = vec![entry("le\"tter", "a", 0x1f), entry("envelope", "b", 2)];
        let manifest = Manifest { entries, ..Manifest::default() };
        let mut json = Vec::new();
        manifest.write_to(&mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        assert!(json.contains("\"hash\":\"1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f\""), "{json}");
        let mut read = Vec::new();
        assert_eq!(Manifest::read(&json, |entry| read.push(entry)), Some(()));
        assert_eq!(read, manifest.entries);
    }

    #[test]
    fn a_manifest_of_another_form_counts_as_none() {
        let mut json = Vec::new();
        Manifest { entries: vec![entry("letter", "a", 1)], ..Manifest::default() }
            .write_to(&mut json)
            .unwrap();
        let json = String::from_utf8(json).unwrap();
        let (hash, long) = ("01".repeat(16), "01".repeat(17));
        for (from, to) in [("\"entries\"", "\"sheets\""), ("  ]", "  "), (&*hash, "+1"), (&hash, &long)] {
            assert_eq!(Manifest::read(&json.replace(from, to), |_| {}), None, "{to}");
        }
        assert_eq!(Manifest::read(&json.replace("\"mark\":\"", "\"mark\":\"long"), |_| {}), None);
        assert_eq!(Manifest::read("[]", |_| {}), None);
    }
}
