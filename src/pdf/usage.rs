//! Takes the glyphs that a part shows and the texts they stand for; gives, face by face, which glyphs are used and the
//! one text that each stands for wherever the page does not say otherwise (its ToUnicode).

use std::collections::HashMap;

use crate::fonts::FaceId;

/// A glyph's text in one number, so that asking for it costs one look-up.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Packed(u32);

impl Packed {
    /// Not shown so far.
    const UNUSED: Self = Self(0);
    /// Shown, always under an ActualText of the page's.
    const NO_TEXT: Self = Self(1);
    const MANY: u32 = 1 << 31;
    /// The text is only what a reader without ActualText gets to see.
    const GUESS: u32 = 1;

    fn char(c: char) -> Self {
        Self((c as u32 + 1) << 1)
    }

    fn many(index: usize) -> Self {
        Self(Self::MANY | (index as u32) << 1)
    }

    fn certain(self) -> bool {
        self.0 > 1 && self.0 & Self::GUESS == 0
    }

    fn guessed(self) -> Self {
        Self(self.0 | Self::GUESS)
    }
}

/// The glyphs of one face.
struct FaceTexts {
    by_glyph: Vec<Packed>,
}

/// The glyphs of one part, by face.
#[derive(Default)]
pub(super) struct Usage {
    faces: HashMap<FaceId, FaceTexts>,
    strings: Vec<Box<str>>,
    string_index: HashMap<Box<str>, usize>,
}

/// What a page may leave unsaid about a text.
enum Plain<'a> {
    Char(char),
    Many(&'a str),
    /// Only an ActualText can say it.
    Never,
}

/// Spaces of all widths count as the space; characters without ink of their own must always be said by the page, since
/// shapers draw them with the space's glyph.
fn plain(text: &str) -> Plain<'_> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (None, _) => Plain::Never,
        (Some(c), None) if c.is_whitespace() => Plain::Char(' '),
        (Some(c), None) if is_ignorable(c) => Plain::Never,
        (Some(c), None) => Plain::Char(c),
        (Some(_), Some(_)) if text.chars().any(is_ignorable) => Plain::Never,
        _ => Plain::Many(text),
    }
}

/// Characters without ink: soft hyphen, joiners, directional marks, variation selectors (Unicode's
/// Default_Ignorable_Code_Point, as far as text uses them).
fn is_ignorable(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xE0000..=0xE0FFF)
}

impl Usage {
    /// Notes that a glyph is shown for `text`. True where its ToUnicode says just that.
    pub fn claim(&mut self, face: FaceId, glyphs: usize, glyph: u16, text: &str) -> bool {
        let wanted = match plain(text) {
            Plain::Char(c) => Packed::char(c),
            Plain::Many(text) => self.many(text),
            Plain::Never => {
                self.mark(face, glyphs, glyph, None);
                return false;
            }
        };
        let slot = self.slot(face, glyphs, glyph);
        if !slot.certain() {
            *slot = wanted;
        }
        *slot == wanted
    }

    /// Notes that a glyph is shown under an ActualText; `guess` is what readers that know none may take it for.
    pub fn mark(&mut self, face: FaceId, glyphs: usize, glyph: u16, guess: Option<&str>) {
        let guess = match guess.map(plain) {
            Some(Plain::Char(c)) => Packed::char(c).guessed(),
            Some(Plain::Many(text)) => self.many(text).guessed(),
            _ => Packed::NO_TEXT,
        };
        let slot = self.slot(face, glyphs, glyph);
        if slot.0 <= Packed::NO_TEXT.0 {
            *slot = guess;
        }
    }

    fn slot(&mut self, face: FaceId, glyphs: usize, glyph: u16) -> &mut Packed {
        let texts =
            self.faces.entry(face).or_insert_with(|| FaceTexts { by_glyph: vec![Packed::UNUSED; glyphs] });
        let index = usize::from(glyph);
        if texts.by_glyph.len() <= index {
            texts.by_glyph.resize(index + 1, Packed::UNUSED);
        }
        &mut texts.by_glyph[index]
    }

    fn many(&mut self, text: &str) -> Packed {
        if let Some(index) = self.string_index.get(text) {
            return Packed::many(*index);
        }
        let index = self.strings.len();
        self.strings.push(text.into());
        self.string_index.insert(text.into(), index);
        Packed::many(index)
    }

    /// What is left of it when the part is done: for each face, in order, its glyphs, in order.
    pub fn finish(self) -> Vec<FaceUsage> {
        let strings = self.strings;
        let mut faces: Vec<FaceUsage> = self
            .faces
            .into_iter()
            .map(|(face, texts)| FaceUsage {
                face,
                glyphs: (0u32..)
                    .zip(texts.by_glyph)
                    .filter(|(_, packed)| *packed != Packed::UNUSED)
                    .map(|(glyph, packed)| GlyphText::unpack(glyph as u16, packed, &strings))
                    .collect(),
            })
            .collect();
        faces.sort_by_key(|f| f.face);
        faces
    }
}

/// The glyphs that a part uses of one face.
#[derive(Debug, Clone)]
pub(super) struct FaceUsage {
    pub face: FaceId,
    /// By glyph, ascending.
    pub glyphs: Vec<GlyphText>,
}

/// A glyph and its text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GlyphText {
    pub glyph: u16,
    pub text: Option<Box<str>>,
    /// False where `text` is a guess that another part may overrule.
    pub certain: bool,
}

impl GlyphText {
    fn unpack(glyph: u16, packed: Packed, strings: &[Box<str>]) -> Self {
        let value = packed.0 & !Packed::MANY;
        let text = if packed.0 & Packed::MANY != 0 {
            strings.get((value >> 1) as usize).cloned()
        } else if value > 1 {
            char::from_u32((value >> 1) - 1).map(|c| c.to_string().into())
        } else {
            None
        };
        Self { glyph, text, certain: packed.certain() }
    }
}

/// The glyphs of one face in the whole document, with one text each. Parts that disagree about a glyph's text get
/// different ones; the font program is the same.
#[derive(Debug, Clone, Default)]
pub(super) struct ToUnicode {
    texts: HashMap<u16, (Box<str>, bool)>,
}

impl ToUnicode {
    /// Takes in what a part says, unless it contradicts what is here; true where it was taken.
    pub fn merge(&mut self, usage: &FaceUsage) -> bool {
        let contradicts = |g: &GlyphText| {
            g.certain
                && self
                    .texts
                    .get(&g.glyph)
                    .is_some_and(|(text, certain)| *certain && Some(text) != g.text.as_ref())
        };
        if usage.glyphs.iter().any(contradicts) {
            return false;
        }
        for glyph in &usage.glyphs {
            let Some(text) = &glyph.text else { continue };
            let known = self.texts.entry(glyph.glyph).or_insert_with(|| (text.clone(), glyph.certain));
            if glyph.certain && !known.1 {
                *known = (text.clone(), true);
            }
        }
        true
    }

    /// Glyphs and texts in the order of the glyphs.
    pub fn sorted(&self) -> Vec<(u16, &str)> {
        let mut all: Vec<(u16, &str)> =
            self.texts.iter().map(|(glyph, (text, _))| (*glyph, &**text)).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: FaceId = FaceId(3);

    #[test]
    fn the_first_text_of_a_glyph_stands_and_another_is_refused() {
        let mut usage = Usage::default();
        assert!(usage.claim(FACE, 10, 5, "A"));
        assert!(usage.claim(FACE, 10, 5, "A"));
        assert!(!usage.claim(FACE, 10, 5, "Α"), "Greek alpha by the same glyph");
        assert!(usage.claim(FACE, 10, 6, "ffi"));
        assert!(usage.claim(FACE, 10, 7, "\u{A0}"));
        assert!(usage.claim(FACE, 10, 7, " "), "all spaces are one");
        assert!(!usage.claim(FACE, 10, 8, "\u{AD}"), "a soft hyphen is never a hyphen's text");
        assert!(usage.claim(FACE, 10, 8, "-"));
        let faces = usage.finish();
        let texts: Vec<_> = faces[0].glyphs.iter().map(|g| (g.glyph, g.text.as_deref(), g.certain)).collect();
        let certain = |glyph, text| (glyph, Some(text), true);
        assert_eq!(texts, [certain(5, "A"), certain(6, "ffi"), certain(7, " "), certain(8, "-")]);
    }

    #[test]
    fn a_guess_gives_way() {
        let mut usage = Usage::default();
        usage.mark(FACE, 10, 4, Some("ि"));
        assert!(usage.claim(FACE, 10, 4, "क"));
        usage.mark(FACE, 10, 4, Some("x"));
        assert_eq!(usage.finish()[0].glyphs[0].text.as_deref(), Some("क"));
    }

    #[test]
    fn parts_that_disagree_do_not_merge() {
        let part = |text: &str, certain| FaceUsage {
            face: FACE,
            glyphs: vec![GlyphText { glyph: 9, text: Some(text.into()), certain }],
        };
        let mut all = ToUnicode::default();
        assert!(all.merge(&part("x", false)));
        assert!(all.merge(&part("A", true)));
        assert!(all.merge(&part("y", false)));
        assert!(!all.merge(&part("Α", true)));
        assert_eq!(all.sorted(), [(9, "A")]);
    }
}
