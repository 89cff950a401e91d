//! The pieces of a kit and those of the last one in; `kit.json`, build marks and what to print again out.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Letters and digits that are not taken for one another when read from paper.
const MARK_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters of a mark: a million marks, so that two versions of one sheet do not share theirs.
const MARK_LENGTH: usize = 4;

/// The short mark that a piece bears: the beginning of its content hash, in letters.
pub fn build_mark(hash: &[u8; 32]) -> String {
    let bits = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
    (0..MARK_LENGTH).map(|i| MARK_LETTERS[((bits >> (27 - 5 * i)) & 31) as usize] as char).collect()
}

/// A content hash as the manifest has it.
pub fn hash_in_hex(hash: &[u8; 32]) -> String {
    hash[..16]
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| b"0123456789abcdef"[usize::from(digit)] as char)
        .collect()
}

/// `kit.json`: what stands in a kit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
    pub recipient: Option<String>,
    /// `paper`, `envelope` or `labels`.
    pub stock: Arc<str>,
    /// The file it stands in, without its folder.
    pub file: Arc<str>,
    /// Its pages in that file, counted from 1.
    pub first_page: usize,
    pub pages: usize,
    /// The first half of the SHA-256 of all that it is made from, in hexadecimal.
    pub hash: String,
    pub mark: String,
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
    /// Reads a manifest; one of another form counts as none.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Parts the entries: those that a build of some sheets or cases makes anew, and the others.
    pub fn part(self, is_made: impl Fn(&Entry) -> bool) -> (Self, Vec<Entry>) {
        let (made, others) = self.entries.into_iter().partition(is_made);
        (Self { entries: made, ..self }, others)
    }

    /// Takes in what stands of an earlier build, so that the next whole build does not call it new.
    pub fn keep(&mut self, others: Vec<Entry>) {
        self.entries.extend(others.into_iter().map(|entry| Entry { earlier: true, ..entry }));
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    New,
    Changed,
    Gone,
}

/// One difference between two kits; indices into their entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    /// Into the new manifest's entries, or the old one's for what is gone.
    pub entry: usize,
}

/// What is new, changed and gone.
pub fn compare(old: &Manifest, new: &Manifest) -> Vec<Change> {
    let before: HashMap<_, &Entry> = old.entries.iter().map(|e| (e.key(), e)).collect();
    // Copies of one label may stand on several sheets: then there are several entries of one key.
    let mut met = HashSet::new();
    let mut changes = Vec::new();
    for (index, entry) in new.entries.iter().enumerate() {
        met.insert(entry.key());
        match before.get(&entry.key()) {
            None => changes.push(Change { kind: ChangeKind::New, entry: index }),
            Some(old) if old.hash != entry.hash => {
                changes.push(Change { kind: ChangeKind::Changed, entry: index })
            }
            Some(_) => {}
        }
    }
    let gone = old.entries.iter().enumerate().filter(|(_, e)| !met.contains(&e.key()));
    changes.extend(gone.map(|(entry, _)| Change { kind: ChangeKind::Gone, entry }));
    changes
}

/// Changes as lines for the terminal, by sheet; each names its case and pages.
pub fn in_words(changes: &[Change], old: &Manifest, new: &Manifest) -> Vec<String> {
    /// Lines of one kind before the rest is only counted.
    const MOST: usize = 20;
    let mut lines = Vec::new();
    for (kind, words) in [
        (ChangeKind::New, "print, new"),
        (ChangeKind::Changed, "print again"),
        (ChangeKind::Gone, "throw away"),
    ] {
        let of_kind: Vec<&Change> = changes.iter().filter(|c| c.kind == kind).collect();
        for change in of_kind.iter().take(MOST) {
            let entry = if kind == ChangeKind::Gone {
                &old.entries[change.entry]
            } else {
                &new.entries[change.entry]
            };
            let mut line = format!("{words}: {}", entry.sheet);
            if let Some(case) = &entry.case {
                let _ = write!(line, ", {case}");
            }
            if let Some(recipient) = &entry.recipient {
                let _ = write!(line, ", {recipient}");
            }
            if kind != ChangeKind::Gone {
                let _ = write!(line, ": {} of {}", entry.pages_in_words(), entry.file);
            }
            let _ = write!(line, " (mark {})", entry.mark);
            lines.push(line);
        }
        if of_kind.len() > MOST {
            lines.push(format!("{words}: {} more, see the manifest", of_kind.len() - MOST));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(sheet: &str, case: &str, hash: &str) -> Entry {
        Entry {
            sheet: sheet.into(),
            case: Some(case.into()),
            recipient: None,
            stock: "paper".into(),
            file: "kit.pdf".into(),
            first_page: 3,
            pages: 1,
            hash: hash.into(),
            mark: hash.into(),
            earlier: false,
        }
    }

    #[test]
    fn new_changed_and_gone_are_told_apart() {
        let manifest = |entries| Manifest { entries, ..Manifest::default() };
        let old =
            manifest(vec![entry("letter", "a", "1"), entry("letter", "b", "2"), entry("letter", "c", "3")]);
        let new =
            manifest(vec![entry("letter", "a", "1"), entry("letter", "b", "9"), entry("letter", "d", "4")]);
        let kinds: Vec<_> = compare(&old, &new).iter().map(|c| (c.kind, c.entry)).collect();
        assert_eq!(kinds, [(ChangeKind::Changed, 1), (ChangeKind::New, 2), (ChangeKind::Gone, 2)]);
        let words = in_words(&compare(&old, &new), &old, &new);
        assert_eq!(words[1], "print again: letter, b: page 3 of kit.pdf (mark 9)");
    }

    #[test]
    fn a_build_of_some_sheets_leaves_the_others_standing() {
        let manifest = |entries| Manifest { entries, ..Manifest::default() };
        let whole = manifest(vec![entry("letter", "a", "1"), entry("envelope", "a", "2")]);
        let (before, others) = whole.clone().part(|e| &*e.sheet == "letter");
        let mut letters = manifest(vec![entry("letter", "a", "1")]);
        assert!(compare(&before, &letters).is_empty(), "the envelopes are not gone");
        letters.keep(others);
        assert!(letters.entries[1].earlier);
        assert!(compare(&letters, &whole).is_empty(), "the envelopes are not new");
    }

    #[test]
    fn marks_follow_the_hash_and_have_no_look_alikes() {
        let (mut a, b) = ([0u8; 32], [255u8; 32]);
        a[0] = 1;
        assert_ne!(build_mark(&a), build_mark(&b));
        assert_eq!(build_mark(&b), "9999");
        assert!(!MARK_LETTERS.iter().any(|c| b"lo01".contains(c)));
    }

    #[test]
    fn a_manifest_comes_back_from_its_text() {
        let manifest = Manifest { entries: vec![entry("letter", "a", "1")], ..Manifest::default() };
        let mut json = Vec::new();
        manifest.write_to(&mut json).unwrap();
        assert_eq!(Manifest::read(std::str::from_utf8(&json).unwrap()), Some(manifest));
        assert_eq!(Manifest::read("{"), None);
    }
}
