//! Paragraphs in; what was already shaped and laid out of them out, shared by all threads and bounded in size.
//!
//! The cache never changes a result: shaping and line breaking depend on nothing but the paragraph and the width.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::inline::{Composed, Paragraph, Shaped};

/// A paragraph shaped at full size, with its lines for the widths and scales that were asked for.
pub(super) struct Entry {
    pub shaped: Shaped,
    composed: Mutex<Vec<([u32; 2], Arc<Composed>)>>,
}

impl Entry {
    /// A paragraph is rarely asked for in more widths and scales than this.
    const WIDTHS: usize = 4;

    pub fn new(shaped: Shaped) -> Self {
        Self { shaped, composed: Mutex::default() }
    }

    /// The lines for a width in points and a scale, where they are known.
    pub fn known(&self, width: f32, scale: f32) -> Option<Arc<Composed>> {
        let bits = [width.to_bits(), scale.to_bits()];
        let known = self.composed.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(w, _)| *w == bits).map(|(_, composed)| composed.clone())
    }

    /// The lines for a width in points and a scale, made by `make` where they are not known yet.
    pub fn composed(&self, width: f32, scale: f32, make: impl FnOnce() -> Composed) -> Arc<Composed> {
        if let Some(known) = self.known(width, scale) {
            return known;
        }
        let made = Arc::new(make());
        let bits = [width.to_bits(), scale.to_bits()];
        let mut known = self.composed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, composed)) = known.iter().find(|(w, _)| *w == bits) {
            return composed.clone();
        }
        if known.len() >= Self::WIDTHS {
            known.remove(0);
        }
        known.push((bits, made.clone()));
        made
    }
}

/// The paragraphs of a run, in shards so that threads seldom wait for each other.
pub(super) struct ParagraphCache {
    shards: [Mutex<Shard>; SHARDS],
    pub enabled: bool,
}

const SHARDS: usize = 16;

/// Bytes, roughly, that one generation of a shard may hold.
const GENERATION_BYTES: usize = 192 << 10;

/// Two generations: what is asked for again moves to the young one, the old one is dropped as a whole.
#[derive(Default)]
struct Shard {
    young: FxHashMap<Arc<Paragraph>, Arc<Entry>>,
    old: FxHashMap<Arc<Paragraph>, Arc<Entry>>,
    bytes: usize,
}

impl ParagraphCache {
    pub fn new(enabled: bool) -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), enabled }
    }

    /// The paragraph's entry, shaped at full size by `make` where it is not known.
    pub fn get(&self, paragraph: &Arc<Paragraph>, make: impl FnOnce() -> Shaped) -> Arc<Entry> {
        if !self.enabled || !paragraph.boxes.is_empty() {
            return Arc::new(Entry::new(make()));
        }
        // Bits that the shard's own tables do not go by.
        let shard = &self.shards[(FxBuildHasher.hash_one(paragraph) >> 32) as usize % SHARDS];
        if let Some(entry) = shard.lock().unwrap_or_else(PoisonError::into_inner).find(paragraph) {
            return entry;
        }
        let made = Arc::new(Entry::new(make()));
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = shard.find(paragraph) {
            return entry;
        }
        shard.insert(paragraph.clone(), made.clone());
        made
    }
}

impl Shard {
    fn find(&mut self, paragraph: &Arc<Paragraph>) -> Option<Arc<Entry>> {
        if let Some(entry) = self.young.get(paragraph) {
            return Some(entry.clone());
        }
        let (paragraph, entry) = self.old.remove_entry(paragraph)?;
        self.insert(paragraph, entry.clone());
        Some(entry)
    }

    fn insert(&mut self, paragraph: Arc<Paragraph>, entry: Arc<Entry>) {
        // A cluster, its glyph, and the glyph again in a composed run, for each byte of text.
        let bytes = 1000 + paragraph.text.len() * 90;
        if self.bytes + bytes > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.young.insert(paragraph, entry);
    }
}
