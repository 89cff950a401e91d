//! Takes the sheets of a part; finds the fragments worth drawing once and using often: those that stand there at least
//! twice, by their content rather than by where they lie in memory, so that a cache cannot change the file.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::frame::{Fragment, GlyphRun, Item, Sheet};

/// Fewer glyphs than this cost less written out than a form's own placing and resources do.
const WORTHWHILE_GLYPHS: usize = 40;
/// The same for drawings; each costs about as much as this many glyphs.
const GLYPHS_PER_DRAWING: usize = 6;

/// The repeated fragments of a part.
#[derive(Default)]
pub(super) struct Repeated<'a> {
    /// Which form each fragment is, by its place in memory.
    by_address: FxHashMap<*const Fragment, Option<u32>>,
    pub forms: Vec<&'a Fragment>,
}

struct Candidate<'a> {
    fragment: &'a Fragment,
    uses: u32,
    form: Option<u32>,
}

impl<'a> Repeated<'a> {
    /// Finds them. With `tagged`, fragments that hold tags or links stay where they are, since each use is another part
    /// of the structure.
    pub fn find(sheets: &'a [Sheet], tagged: bool) -> Self {
        let mut counter = Counter { tagged, ..Counter::default() };
        for sheet in sheets {
            counter.items(&sheet.items);
        }
        let mut forms = Vec::new();
        for candidate in counter.candidates.iter_mut().filter(|c| c.uses > 1) {
            candidate.form = Some(forms.len() as u32);
            forms.push(candidate.fragment);
        }
        let candidates = &counter.candidates;
        let by_address = counter
            .by_address
            .into_iter()
            .map(|(address, candidate)| (address, candidate.and_then(|c: usize| candidates[c].form)))
            .collect();
        Self { by_address, forms }
    }

    /// The form that draws a fragment, if one does.
    pub fn form(&self, fragment: &Arc<Fragment>) -> Option<u32> {
        self.by_address.get(&Arc::as_ptr(fragment)).copied().flatten()
    }
}

#[derive(Default)]
struct Counter<'a> {
    tagged: bool,
    by_address: FxHashMap<*const Fragment, Option<usize>>,
    by_content: FxHashMap<u64, Vec<usize>>,
    candidates: Vec<Candidate<'a>>,
}

impl<'a> Counter<'a> {
    fn items(&mut self, items: &'a [Item]) {
        for item in items {
            if let Item::Fragment { fragment, .. } = item {
                self.fragment(fragment);
            }
        }
    }

    fn fragment(&mut self, fragment: &'a Arc<Fragment>) {
        let known = self.by_address.get(&Arc::as_ptr(fragment)).copied();
        let candidate = match known {
            Some(candidate) => candidate,
            None => {
                let candidate = self.worthwhile(fragment).then(|| self.candidate(fragment));
                self.by_address.insert(Arc::as_ptr(fragment), candidate);
                candidate
            }
        };
        match candidate {
            Some(candidate) => {
                self.candidates[candidate].uses += 1;
                // What stands in a form is drawn once, so what stands in it counts once.
                if self.candidates[candidate].uses == 1 {
                    self.items(&fragment.items);
                }
            }
            None => self.items(&fragment.items),
        }
    }

    fn worthwhile(&self, fragment: &Fragment) -> bool {
        let weight = |item: &Item| match item {
            Item::Glyphs(run) => run.glyphs.len(),
            Item::Modules { rects, .. } => rects.len() * GLYPHS_PER_DRAWING,
            Item::Fill { .. } | Item::Line { .. } | Item::Image { .. } | Item::Fragment { .. } => {
                GLYPHS_PER_DRAWING
            }
            Item::Link { .. } | Item::Begin(_) | Item::End => 0,
        };
        !must_stay(fragment, self.tagged)
            && fragment.items.iter().map(weight).sum::<usize>() >= WORTHWHILE_GLYPHS
    }

    /// The candidate of the same content, or a new one.
    fn candidate(&mut self, fragment: &'a Fragment) -> usize {
        let same = self.by_content.entry(content_hash(fragment)).or_default();
        if let Some(found) = same.iter().find(|c| self.candidates[**c].fragment == fragment) {
            return *found;
        }
        same.push(self.candidates.len());
        self.candidates.push(Candidate { fragment, uses: 0, form: None });
        self.candidates.len() - 1
    }
}

/// A form is painted apart from its page: links, which belong to the page, cannot stand in it, nor can tags.
fn must_stay(fragment: &Fragment, tagged: bool) -> bool {
    fragment.items.iter().any(|item| match item {
        Item::Link { .. } => true,
        Item::Begin(_) | Item::End => tagged,
        Item::Fragment { fragment, .. } => must_stay(fragment, tagged),
        _ => false,
    })
}

/// A quick hash of what sets fragments apart; equal hashes are compared in full.
fn content_hash(fragment: &Fragment) -> u64 {
    let mut mixer = Mixer(0);
    mixer.float(fragment.size.width);
    mixer.float(fragment.size.height);
    for item in &fragment.items {
        match item {
            Item::Glyphs(run) => mixer.run(run),
            Item::Fill { rect, .. } => mixer.float(rect.x + rect.y * 3.0 + rect.width * 5.0),
            Item::Line { from, to, .. } => mixer.float(from.x + from.y * 3.0 + to.x * 5.0 + to.y * 7.0),
            Item::Modules { rects, .. } => {
                rects.iter().for_each(|r| mixer.float(r.x + r.y * 3.0 + r.width * 5.0))
            }
            Item::Image { image, rect, .. } => {
                mixer.word(u64::from(image.0) << 32 | u64::from(rect.x.to_bits()))
            }
            Item::Fragment { fragment, .. } => mixer.word(content_hash(fragment)),
            Item::Link { .. } | Item::Begin(_) | Item::End => {}
        }
    }
    mixer.0
}

struct Mixer(u64);

impl Mixer {
    fn word(&mut self, word: u64) {
        // The multiplier is 2^64 divided by the golden ratio (Fibonacci hashing).
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn float(&mut self, value: f32) {
        self.word(u64::from(value.to_bits()));
    }

    fn run(&mut self, run: &GlyphRun) {
        self.word(u64::from(run.face.0) << 32 | u64::from(run.size.to_bits()));
        self.word(u64::from(run.origin.x.to_bits()) << 32 | u64::from(run.origin.y.to_bits()));
        for glyph in &run.glyphs {
            self.word(u64::from(glyph.id) << 32 | u64::from(glyph.advance.to_bits()));
        }
    }
}
