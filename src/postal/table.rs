//! Takes the texts of `data/`; gives their rows, and their sections by key, by a scan or an index built at first use.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The rows of a tab-separated table, without comments and empty lines.
pub(super) fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Row)
}

/// One row; a missing cell is an empty one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row(pub &'static str);

impl Row {
    pub fn cell(&self, column: usize) -> &'static str {
        self.0.split('\t').nth(column).unwrap_or("")
    }

    pub fn cells<const N: usize>(&self) -> [&'static str; N] {
        let mut all = [""; N];
        for (slot, cell) in all.iter_mut().zip(self.0.split('\t')) {
            *slot = cell;
        }
        all
    }

    /// The numbers of a cell, apart by spaces.
    pub fn numbers(&self, column: usize) -> impl Iterator<Item = f32> + use<> {
        self.cell(column).split(' ').filter_map(|n| n.parse().ok())
    }
}

/// A text in sections: a line `[key]`, then rows `name⇥value` sorted by name.
pub(super) struct Sections {
    text: &'static str,
    index: OnceLock<HashMap<&'static str, &'static str>>,
}

impl Sections {
    pub const fn new(text: &'static str) -> Self {
        Self { text, index: OnceLock::new() }
    }

    fn index(&self) -> &HashMap<&'static str, &'static str> {
        self.index.get_or_init(|| {
            let sections = self.text.split("\n[").skip(1);
            sections.filter_map(|section| section.split_once("]\n")).collect()
        })
    }

    /// The rows of a section as text.
    pub fn section(&self, key: &str) -> Option<&'static str> {
        self.index().get(key).copied()
    }

    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.index().keys().copied()
    }

    /// The value of a name in a section, by a scan.
    pub fn value(&self, key: &str, name: &str) -> Option<&'static str> {
        self.section(key)?.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'))
    }
}

/// A language tag and its ever shorter forms: `pt-BR`, `pt`.
pub(super) fn truncations(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| tag.rfind('-').map(|end| &tag[..end]))
}
