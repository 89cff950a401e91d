//! The manifest of a kit and the text of the last one's in; what is new, changed and gone out, and what still stands.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::manifest::{ContentHash, Entry, Manifest};

/// One sheet of paper that is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Of the new manifest's entries.
    New(usize),
    /// Of the new manifest's entries.
    Changed(usize),
    /// Of what is gone.
    Gone(usize),
}

const NEW: &str = "print, new";
const CHANGED: &str = "print again";
const GONE: &str = "throw away";

impl Change {
    fn in_words(self) -> &'static str {
        match self {
            Self::New(_) => NEW,
            Self::Changed(_) => CHANGED,
            Self::Gone(_) => GONE,
        }
    }
}

/// A kit beside the last one.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What is new and changed, in the kit's order, then what is gone.
    pub changes: Vec<Change>,
    pub gone: Vec<Entry>,
    /// What a build of some sheets or cases does not make: it still holds.
    pub others: Vec<Entry>,
}

impl Comparison {
    /// Compares; `makes` tells which entries the build would have made. `None` where the last manifest is of another
    /// form.
    pub fn of(new: &Manifest, last: &str, makes: impl Fn(&Entry) -> bool) -> Option<Self> {
        // Copies of one label may stand on several sheets: then there are several entries of one key.
        let mut places = HashMap::with_capacity(new.entries.len());
        places.extend((0..).zip(&new.entries).map(|(place, entry): (u32, _)| (entry.key(), place)));
        let mut hashes: Vec<Option<ContentHash>> = vec![None; new.entries.len()];
        let mut comparison = Self::default();
        Manifest::read(last, |entry| match places.get(&entry.key()) {
            Some(place) => hashes[*place as usize] = Some(entry.hash),
            None if makes(&entry) => comparison.gone.push(entry),
            None => comparison.others.push(Entry { earlier: true, ..entry }),
        })?;
        for (index, entry) in new.entries.iter().enumerate() {
            match places.get(&entry.key()).and_then(|place| hashes[*place as usize]) {
                None => comparison.changes.push(Change::New(index)),
                Some(hash) if hash != entry.hash => comparison.changes.push(Change::Changed(index)),
                Some(_) => {}
            }
        }
        comparison.changes.extend((0..comparison.gone.len()).map(Change::Gone));
        Some(comparison)
    }

    /// The new manifest's entries that are new or changed, in its order.
    pub fn to_print(&self) -> impl Iterator<Item = usize> {
        self.changes.iter().filter_map(|change| match change {
            Change::New(index) | Change::Changed(index) => Some(*index),
            Change::Gone(_) => None,
        })
    }

    /// Changes as lines for the terminal, by sheet; each names its case and pages.
    pub fn in_words(&self, new: &Manifest) -> Vec<String> {
        /// Lines of one kind before the rest is only counted.
        const MOST: usize = 20;
        let entry = |change: &Change| match *change {
            Change::New(index) | Change::Changed(index) => new.entries.get(index).map(|e| (e, true)),
            Change::Gone(index) => self.gone.get(index).map(|e| (e, false)),
        };
        let mut lines = Vec::new();
        for words in [NEW, CHANGED, GONE] {
            let mut entries =
                self.changes.iter().filter(|change| change.in_words() == words).filter_map(entry);
            for (entry, stands) in entries.by_ref().take(MOST) {
                let mut line = format!("{words}: {}", entry.sheet);
                if let Some(case) = &entry.case {
                    let _ = write!(line, ", {case}");
                }
                if let Some(recipient) = &entry.recipient {
                    let _ = write!(line, ", {recipient}");
                }
                if stands {
                    let _ = write!(line, ": {} of {}", entry.pages_in_words(), entry.file);
                }
                let _ = write!(line, " (mark {})", entry.mark.as_str());
                lines.push(line);
            }
            let more = entries.count();
            if more > 0 {
                lines.push(format!("{words}: {more} more, see the manifest"));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::manifest::tests::entry;
    use super::*;

    fn manifest(entries: &[Entry]) -> Manifest {
        Manifest { entries: entries.to_vec(), ..Manifest::default() }
    }

    fn compare(last: &Manifest, new: &Manifest, makes: impl Fn(&Entry) -> bool) -> Comparison {
        let mut text = Vec::new();
        last.write_to(&mut text).unwrap();
        Comparison::of(new, std::str::from_utf8(&text).unwrap(), makes).expect("a manifest")
    }

    #[test]
    fn new_changed_and_gone_are_told_apart() {
        let old = manifest(&[entry("letter", "a", 1), entry("letter", "b", 2), entry("letter", "c", 3)]);
        let new = manifest(&[entry("letter", "a", 1), entry("letter", "b", 9), entry("letter", "d", 4)]);
        let comparison = compare(&old, &new, |_| true);
        assert_eq!(comparison.changes, [Change::Changed(1), Change::New(2), Change::Gone(0)]);
        assert_eq!(comparison.to_print().collect::<Vec<_>>(), [1, 2]);
        let words = comparison.in_words(&new);
        assert_eq!(words[1], "print again: letter, b: page 3 of kit.pdf (mark bees)");
        assert_eq!(words[2], "throw away: letter, c (mark anbs)");
    }

    #[test]
    fn a_build_of_some_sheets_leaves_the_others_standing() {
        let whole = manifest(&[entry("letter", "a", 1), entry("envelope", "a", 2)]);
        let mut letters = manifest(&[entry("letter", "a", 1)]);
        let comparison = compare(&whole, &letters, |e| &*e.sheet == "letter");
        assert!(comparison.changes.is_empty(), "the envelopes are not gone");
        letters.entries.extend(comparison.others);
        assert!(letters.entries[1].earlier);
        assert!(compare(&letters, &whole, |_| true).changes.is_empty(), "the envelopes are not new");
    }

    #[test]
    fn copies_of_one_label_are_compared_each() {
        let old = manifest(&[entry("label", "a", 1), entry("label", "a", 1)]);
        let new = manifest(&[entry("label", "a", 2), entry("label", "a", 1), entry("label", "a", 2)]);
        assert_eq!(compare(&old, &new, |_| true).changes, [Change::Changed(0), Change::Changed(2)]);
    }

    #[test]
    fn a_great_many_changes_are_counted() {
        let entries: Vec<_> = (0..25).map(|n| entry("letter", &format!("case{n}"), n)).collect();
        let words = compare(&manifest(&[]), &manifest(&entries), |_| true).in_words(&manifest(&entries));
        assert_eq!(words.len(), 21);
        assert_eq!(words[20], "print, new: 5 more, see the manifest");
    }
}
