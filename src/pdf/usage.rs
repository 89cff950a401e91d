//! Takes the glyphs that a part shows and the texts they stand for; gives, face by face, which glyphs are used and the
//! one text that each stands for wherever the page does not say otherwise (its ToUnicode).

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::fonts::FaceId;

/// A glyph's text in one number, so that asking for it costs one look-up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
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
    /// For each glyph the text under its own code, which is its id.
    by_glyph: Vec<Packed>,
    /// Codes beyond the face's glyphs, for glyphs that stand for another text as well.
    aliases: FxHashMap<(u16, Packed), u16>,
    alias_codes: FxHashMap<u16, (u16, Packed)>,
}

/// The glyphs of one part, by face.
#[derive(Default)]
pub(super) struct Usage {
    /// By the face's number: asked for with each glyph, so no map.
    faces: Vec<Option<FaceTexts>>,
    strings: Vec<Box<str>>,
    string_index: FxHashMap<Box<str>, usize>,
}

/// Characters without ink: soft hyphen, joiners, directional marks, variation selectors (Unicode's
/// Default_Ignorable_Code_Point, as far as text uses them). Shapers draw them with the space's glyph.
fn is_ignorable(c: char) -> bool {
    matches!(u32::from(c),
        0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
        | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xE0000..=0xE0FFF)
}

impl Usage {
    /// The code that shows a glyph and reads as `text`: the glyph's id, or another where that reads otherwise. `None`
    /// where there is no text or no code is left, as in the largest CJK faces.
    pub fn claim(&mut self, face: FaceId, glyphs: usize, glyph: u16, text: &str) -> Option<u16> {
        let mut chars = text.chars();
        let wanted = match (chars.next()?, chars.next()) {
            // Spaces of all widths count as the space.
            (c, None) if c.is_whitespace() => Packed::char(' '),
            (c, None) => Packed::char(c),
            _ => self.many(text),
        };
        let usual = !text.chars().any(is_ignorable);
        let slot = self.slot(face, glyphs, glyph);
        if usual && !slot.certain() {
            *slot = wanted;
        }
        if *slot == wanted { Some(glyph) } else { self.alias(face, glyph, wanted, text) }
    }

    /// A code beyond the face's glyphs. It follows from the glyph and the text, so that parts made apart agree, but for
    /// the rare case of two on one place.
    fn alias(&mut self, face: FaceId, glyph: u16, wanted: Packed, text: &str) -> Option<u16> {
        let texts = self.faces.get_mut(usize::from(face.0))?.as_mut()?;
        if let Some(code) = texts.aliases.get(&(glyph, wanted)) {
            return Some(*code);
        }
        let first = texts.by_glyph.len();
        let room =
            (usize::from(u16::MAX) + 1).checked_sub(first).filter(|room| *room > texts.aliases.len())?;
        // FNV-1a, 64 bits.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        let hash = glyph.to_be_bytes().into_iter().chain(text.bytes()).fold(0xCBF2_9CE4_8422_2325, mix);
        let start = (hash % room as u64) as usize;
        let code = (0..room)
            .map(|step| (first + (start + step) % room) as u16)
            .find(|code| !texts.alias_codes.contains_key(code))?;
        texts.aliases.insert((glyph, wanted), code);
        texts.alias_codes.insert(code, (glyph, wanted));
        Some(code)
    }

    /// Notes that a glyph is shown under an ActualText; `guess` is what readers that know none may take it for.
    pub fn mark(&mut self, face: FaceId, glyphs: usize, glyph: u16, guess: Option<&str>) {
        let mut chars = guess.unwrap_or_default().chars();
        let guess = match (chars.next(), chars.next()) {
            (None, _) => Packed::NO_TEXT,
            (Some(c), None) => Packed::char(c).guessed(),
            _ => self.many(guess.unwrap_or_default()).guessed(),
        };
        let slot = self.slot(face, glyphs, glyph);
        if slot.0 <= Packed::NO_TEXT.0 {
            *slot = guess;
        }
    }

    fn slot(&mut self, face: FaceId, glyphs: usize, glyph: u16) -> &mut Packed {
        let number = usize::from(face.0);
        if self.faces.len() <= number {
            self.faces.resize_with(number + 1, || None);
        }
        let texts = self.faces[number].get_or_insert_with(|| FaceTexts {
            by_glyph: vec![Packed::UNUSED; glyphs.max(usize::from(glyph) + 1)],
            aliases: FxHashMap::default(),
            alias_codes: FxHashMap::default(),
        });
        &mut texts.by_glyph[usize::from(glyph)]
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
        (0u16..)
            .zip(self.faces)
            .filter_map(|(face, texts)| Some((FaceId(face), texts?)))
            .map(|(face, texts)| FaceUsage {
                face,
                glyphs: (0u32..)
                    .zip(texts.by_glyph)
                    .filter(|(_, packed)| *packed != Packed::UNUSED)
                    .map(|(glyph, packed)| (glyph as u16, glyph as u16, packed))
                    .chain(sorted_aliases(texts.alias_codes))
                    .map(|(code, glyph, packed)| GlyphText::unpack(code, glyph, packed, &strings))
                    .collect(),
            })
            .collect()
    }
}

fn sorted_aliases(codes: FxHashMap<u16, (u16, Packed)>) -> Vec<(u16, u16, Packed)> {
    let mut codes: Vec<_> = codes.into_iter().map(|(code, (glyph, packed))| (code, glyph, packed)).collect();
    codes.sort_unstable_by_key(|(code, ..)| *code);
    codes
}

/// The glyphs that a part uses of one face.
#[derive(Debug, Clone)]
pub(super) struct FaceUsage {
    pub face: FaceId,
    /// By code, ascending.
    pub glyphs: Vec<GlyphText>,
}

/// A code, its glyph and its text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GlyphText {
    pub code: u16,
    pub glyph: u16,
    pub text: Option<Box<str>>,
    /// False where `text` is a guess that another part may overrule.
    pub certain: bool,
}

impl GlyphText {
    fn unpack(code: u16, glyph: u16, packed: Packed, strings: &[Box<str>]) -> Self {
        let value = packed.0 & !Packed::MANY;
        let text = if packed.0 & Packed::MANY != 0 {
            strings.get((value >> 1) as usize).cloned()
        } else if value > 1 {
            char::from_u32((value >> 1) - 1).map(|c| c.to_string().into())
        } else {
            None
        };
        Self { code, glyph, text, certain: packed.certain() }
    }
}

/// The codes of one face in the whole document, each with its glyph and text. Parts that disagree about a code get
/// different ones; the font program is the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Codes {
    by_code: BTreeMap<u16, GlyphText>,
}

impl Codes {
    /// Takes in what a part says, unless it contradicts what is here; true where it was taken.
    pub fn merge(&mut self, usage: &FaceUsage) -> bool {
        let contradicts = |new: &GlyphText| {
            self.by_code.get(&new.code).is_some_and(|known| {
                known.glyph != new.glyph || (known.certain && new.certain && known.text != new.text)
            })
        };
        if usage.glyphs.iter().any(contradicts) {
            return false;
        }
        for new in &usage.glyphs {
            let known = self.by_code.entry(new.code).or_insert_with(|| new.clone());
            if (new.certain && !known.certain) || known.text.is_none() {
                *known = new.clone();
            }
        }
        true
    }

    /// Codes with their glyphs and texts, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &GlyphText> {
        self.by_code.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: FaceId = FaceId(3);

    #[test]
    fn a_glyph_of_another_text_gets_another_code() {
        let mut usage = Usage::default();
        let mut claim = |glyph, text| usage.claim(FACE, 10, glyph, text);
        assert_eq!(claim(5, "A"), Some(5));
        assert_eq!(claim(5, "A"), Some(5));
        let alpha = claim(5, "Α").expect("a code for the Greek letter");
        assert!(alpha >= 10);
        assert_eq!(claim(5, "Α"), Some(alpha));
        assert_eq!(claim(6, "ffi"), Some(6));
        assert_eq!(claim(7, "\u{A0}"), Some(7));
        assert_eq!(claim(7, " "), Some(7), "all spaces are one");
        assert_ne!(claim(8, "\u{AD}"), Some(8), "a soft hyphen is never a hyphen's usual text");
        assert_eq!(claim(8, "-"), Some(8));
        assert_eq!(claim(8, ""), None);
        let faces = usage.finish();
        let texts: Vec<_> = faces[0].glyphs.iter().map(|g| (g.glyph, g.text.as_deref())).collect();
        assert_eq!(texts[..4], [(5, Some("A")), (6, Some("ffi")), (7, Some(" ")), (8, Some("-"))]);
        assert_eq!(texts.len(), 6);
        // A part made on its own comes to the same code.
        let mut other = Usage::default();
        other.claim(FACE, 10, 5, "A");
        assert_eq!(other.claim(FACE, 10, 5, "Α"), Some(alpha));
    }

    #[test]
    fn a_face_without_free_codes_gives_none() {
        let mut usage = Usage::default();
        assert_eq!(usage.claim(FACE, 65_536, 5, "A"), Some(5));
        assert_eq!(usage.claim(FACE, 65_536, 5, "Α"), None);
    }

    #[test]
    fn a_guess_gives_way() {
        let mut usage = Usage::default();
        usage.mark(FACE, 10, 4, Some("ि"));
        assert_eq!(usage.claim(FACE, 10, 4, "क"), Some(4));
        usage.mark(FACE, 10, 4, Some("x"));
        assert_eq!(usage.finish()[0].glyphs[0].text.as_deref(), Some("क"));
    }

    #[test]
    fn parts_that_disagree_do_not_merge() {
        let part = |text: &str, certain| FaceUsage {
            face: FACE,
            glyphs: vec![GlyphText { code: 9, glyph: 9, text: Some(text.into()), certain }],
        };
        let mut all = Codes::default();
        assert!(all.merge(&part("x", false)));
        assert!(all.merge(&part("A", true)));
        assert!(all.merge(&part("y", false)));
        assert!(!all.merge(&part("Α", true)));
        let texts: Vec<_> = all.iter().map(|g| (g.code, g.text.as_deref())).collect();
        assert_eq!(texts, [(9, Some("A"))]);
    }
}
