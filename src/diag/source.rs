//! The texts that were read, and spans into them: what a place in a diagnostic is made of.

use std::sync::{Arc, RwLock};

/// Names one text of [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, range: std::ops::Range<usize>) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The very beginning of a file, for a mistake about the whole of it.
    pub fn start_of(file: FileId) -> Self {
        Self { file, start: 0, end: 0 }
    }

    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A text that was read and the name a user knows it by.
#[derive(Debug)]
pub struct Source {
    /// Relative to where the user stands (`cases/ala.toml`); never an absolute path of ours.
    pub name: String,
    /// Empty for a file that is no text (a photo, a font).
    pub text: Arc<str>,
}

/// All texts of a run. Shared by all stages and threads; grows only.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Arc<RwLock<Vec<Arc<Source>>>>,
}

impl Sources {
    /// Takes a text in and gives the id that spans name it by.
    pub fn add(&self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let source = Arc::new(Source { name: name.into(), text: text.into() });
        let mut files = self.files.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        files.push(source);
        FileId((files.len() - 1) as u32)
    }

    /// The text and name of a file; an empty one for an id of another [`Sources`].
    pub fn get(&self, file: FileId) -> Arc<Source> {
        let files = self.files.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        files
            .get(file.0 as usize)
            .cloned()
            .unwrap_or_else(|| Arc::new(Source { name: String::new(), text: Arc::from("") }))
    }

    pub fn name(&self, file: FileId) -> String {
        self.get(file).name.clone()
    }
}
