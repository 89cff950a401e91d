//! European words of shaped paragraphs in; paragraphs put together from words that are known already out, so that a word
//! is shaped once however many paragraphs repeat it.
//!
//! The shaper sees a whole run at once, and line breaking a whole paragraph. A word is only taken out of one and put
//! into another where nothing reaches across a space: for the words that [`stands_apart`] names, in the faces that come
//! with the program. The layout tests put lines together in both ways, in each of these faces, and compare.

use std::cell::Cell;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::ops::Range;

use parlance::{FontFeature, Language};
use rustc_hash::FxHasher;

use super::shape::{Cluster, Run, Shaped};
use crate::fonts::FaceId;
use crate::frame::Glyph;
use crate::markup::style::{Hyphens, WhiteSpace};

/// What the clusters of a word depend on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WordStyle {
    pub face: FaceId,
    /// Points, as the spacing.
    pub size: f32,
    pub letter_spacing: f32,
    pub word_spacing: f32,
    pub language: Option<Language>,
    pub features: Vec<FontFeature>,
    pub white_space: WhiteSpace,
    pub hyphens: Hyphens,
    pub hyphenation: Option<hypher::Lang>,
}

/// The words of one style. A word's key is its text with the spaces before it; its clusters and glyphs count from there.
#[derive(Debug)]
struct WordTable {
    style: WordStyle,
    run: Run,
    /// Places among the clusters: of words before a space, and of those at the end of a text.
    places: [HashMap<Box<str>, Range<u32>, BuildHasherDefault<FxHasher>>; 2],
    clusters: Vec<Cluster>,
    glyphs: Vec<Glyph>,
    /// Paragraphs asked for, and those that were put together.
    asked: Cell<u32>,
    composed: Cell<u32>,
}

/// The words that one thread has met, by style.
#[derive(Debug, Default)]
pub(super) struct Words {
    tables: Vec<WordTable>,
}

/// Beyond this many styles, or glyphs of one of them, the store starts afresh.
const STYLES: usize = 48;
const GLYPHS: usize = 50_000;
/// Glyphs of a style that are kept before any word has come back.
const UNPROVEN: usize = 4_000;
/// Bytes; what is longer is no word that comes back.
const LONGEST: usize = 40;

impl Words {
    fn table(&self, style: &WordStyle) -> Option<&WordTable> {
        self.tables.iter().find(|table| table.style == *style)
    }

    /// Puts a text together, where all of its words are known.
    pub fn compose(&self, style: &WordStyle, text: &str, out: &mut Shaped) -> bool {
        let Some(table) = self.table(style) else { return false };
        table.asked.set(table.asked.get().saturating_add(1));
        if !words(text).all(|word| table.place(text, &word).is_some()) {
            return false;
        }
        for word in words(text) {
            let Some(place) = table.place(text, &word) else { continue };
            let start = word.start as u32;
            for cluster in &table.clusters[place] {
                let glyphs = cluster.first_glyph as usize..;
                let glyphs = &table.glyphs[glyphs][..usize::from(cluster.glyph_count)];
                out.clusters.push(Cluster {
                    start: cluster.start + start,
                    end: cluster.end + start,
                    first_glyph: out.glyphs.len() as u32,
                    ..*cluster
                });
                out.glyphs
                    .extend(glyphs.iter().map(|g| Glyph { cluster_start: g.cluster_start + start, ..*g }));
            }
        }
        out.runs.push(table.run);
        table.composed.set(table.composed.get().saturating_add(1));
        true
    }

    /// Keeps the words of a shaped paragraph.
    pub fn learn(&mut self, style: &WordStyle, text: &str, shaped: &Shaped) {
        let [run] = *shaped.runs else { return };
        if run.level != 0 || !shaped.missing.is_empty() {
            return;
        }
        let place = self.tables.iter().position(|table| table.style == *style);
        let table = match place {
            Some(place) => &mut self.tables[place],
            None => {
                if self.tables.len() >= STYLES {
                    self.tables.clear();
                }
                self.tables.push(WordTable::new(style.clone(), run));
                let last = self.tables.len() - 1;
                &mut self.tables[last]
            }
        };
        if table.is_of_little_use() {
            return;
        }
        if table.glyphs.len() > GLYPHS {
            table.forget_words();
        }
        let mut rest = &*shaped.clusters;
        for word in words(text) {
            let count = rest.iter().take_while(|c| (c.start as usize) < word.end).count();
            let (own, after) = rest.split_at(count);
            rest = after;
            let whole = own.first().is_some_and(|c| c.start as usize == word.start)
                && own.last().is_some_and(|c| c.end as usize == word.end);
            if whole
                && word.len() <= LONGEST
                && stands_apart(&text[word.clone()])
                && table.place(text, &word).is_none()
            {
                table.keep(text, &word, own, &shaped.glyphs);
            }
        }
    }
}

impl WordTable {
    fn new(style: WordStyle, run: Run) -> Self {
        let (places, clusters, glyphs) = (Default::default(), Vec::new(), Vec::new());
        Self { style, run, places, clusters, glyphs, asked: Cell::new(0), composed: Cell::new(0) }
    }

    /// Starts afresh, but for what is known of their use.
    fn forget_words(&mut self) {
        self.places.iter_mut().for_each(HashMap::clear);
        self.clusters.clear();
        self.glyphs.clear();
    }

    /// Texts whose words do not come back: most are not kept then.
    fn is_of_little_use(&self) -> bool {
        let (asked, composed) = (self.asked.get(), self.composed.get());
        self.glyphs.len() > UNPROVEN && composed < asked / 8 && !asked.is_multiple_of(16)
    }

    fn place(&self, text: &str, word: &Range<usize>) -> Option<Range<usize>> {
        let place = self.places[usize::from(word.end == text.len())].get(&text[word.clone()])?;
        Some(place.start as usize..place.end as usize)
    }

    fn keep(&mut self, text: &str, word: &Range<usize>, clusters: &[Cluster], glyphs: &[Glyph]) {
        let (first, start) = (self.clusters.len() as u32, word.start as u32);
        for cluster in clusters {
            let own = cluster.first_glyph as usize..;
            let own = &glyphs[own][..usize::from(cluster.glyph_count)];
            self.clusters.push(Cluster {
                start: cluster.start - start,
                end: cluster.end - start,
                first_glyph: self.glyphs.len() as u32,
                ..*cluster
            });
            self.glyphs.extend(own.iter().map(|g| Glyph { cluster_start: g.cluster_start - start, ..*g }));
        }
        let places = &mut self.places[usize::from(word.end == text.len())];
        places.insert(text[word.clone()].into(), first..self.clusters.len() as u32);
    }
}

/// Letters, figures and signs of European writing that stand for themselves: no marks, no controls, no space but the
/// plain one.
pub(super) fn is_european(c: char) -> bool {
    matches!(c,
        ' '..='~'
        | '\u{A1}'..='\u{AC}'
        | '\u{AE}'..='\u{24F}'
        | '\u{1E00}'..='\u{1EFF}'
        | '\u{2012}'..='\u{2015}'
        | '\u{2018}'..='\u{201F}'
        | '\u{2026}'
        | '\u{20AC}')
}

/// Whether the places where a word may be broken, and that before it, follow from the word alone: the rules of UAX #14
/// that look across spaces (LB13 to LB17) ask how the word after them begins and how the one before them ends.
fn stands_apart(word: &str) -> bool {
    let word = word.trim_start_matches(' ');
    word.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c >= '\u{C0}' && c.is_alphabetic())
        && word.chars().next_back().is_some_and(|c| {
            c.is_ascii_alphanumeric()
                || c >= '\u{C0}' && c.is_alphabetic()
                || matches!(c, '.' | ',' | ';' | ':' | '!' | '?')
        })
}

/// Parts a text into words, each with the spaces before it; spaces at the end are a word of their own.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        while at < bytes.len() && bytes[at] == b' ' {
            at += 1;
        }
        while at < bytes.len() && bytes[at] != b' ' {
            at += 1;
        }
        (at > start).then_some(start..at)
    })
}
