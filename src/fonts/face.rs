//! Takes what was read of a font; gives a face: its name, style, bytes and the characters it has.

use std::borrow::Cow;
use std::sync::Arc;

/// A face of one [`Catalogue`](super::Catalogue): its place in it. Means nothing in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub u16);

/// The CSS generic families that the kit knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generic {
    /// Noto Serif, and the face of each script that goes with it.
    Serif,
    /// Noto Sans, and the face of each script that goes with it.
    Sans,
    /// Noto Sans Mono; scripts that it lacks are printed as in [`Generic::Sans`].
    Mono,
}

/// A font file's bytes, cheap to clone.
#[derive(Clone)]
pub enum FontBytes {
    /// Inside the program; paged in when first read.
    Static(&'static [u8]),
    /// Read from a file of the user's.
    Shared(Arc<[u8]>),
}

impl AsRef<[u8]> for FontBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            FontBytes::Static(bytes) => bytes,
            FontBytes::Shared(bytes) => bytes,
        }
    }
}

impl std::fmt::Debug for FontBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.as_ref().len())
    }
}

/// One face: a file, or a member of a collection.
#[derive(Clone, Debug)]
pub struct Face {
    /// Its place in the catalogue.
    pub id: FaceId,
    /// The name of its file, without a folder.
    pub file: Cow<'static, str>,
    /// The family's name, as `font-family` gives it.
    pub family: Cow<'static, str>,
    /// 1 to 1000; 400 is regular, 700 bold.
    pub weight: u16,
    /// Italic or oblique.
    pub italic: bool,
    /// The whole file.
    pub data: FontBytes,
    /// The face's place in a collection, 0 in a single file.
    pub index: u32,
    /// For PDF's `BaseFont`.
    pub postscript_name: Cow<'static, str>,
    /// Whether it came with the program.
    pub built_in: bool,
    pub(super) coverage: Coverage,
}

impl Face {
    /// Whether the face has a glyph for `c`.
    pub fn covers(&self, c: char) -> bool {
        self.coverage.contains(c)
    }
}

/// The faces of one family name.
#[derive(Clone, Debug)]
pub(super) struct Family {
    pub name: Cow<'static, str>,
    pub faces: Cow<'static, [FaceId]>,
}

/// The code points a face has a glyph for: two look-ups for any of them.
#[derive(Clone)]
pub(super) struct Coverage {
    /// For each 256 code points the number of their block.
    pub pages: Cow<'static, [u16]>,
    /// 256 bits each; block 0 is empty.
    pub blocks: Cow<'static, [[u64; 4]]>,
}

impl Coverage {
    pub fn contains(&self, c: char) -> bool {
        let c = c as usize;
        let block = self.pages.get(c >> 8).and_then(|page| self.blocks.get(*page as usize));
        block.is_some_and(|block| block[(c & 0xFF) / 64] >> (c % 64) & 1 == 1)
    }

    /// Whether all of U+0020 to U+007E are there.
    pub fn has_ascii(&self) -> bool {
        let block = self.pages.first().and_then(|page| self.blocks.get(*page as usize));
        block.is_some_and(|b| b[0] >> 32 == 0xFFFF_FFFF && b[1] | 1 << 63 == u64::MAX)
    }

    /// Every covered code point, ascending.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = char> + '_ {
        let limit = self.pages.len() as u32 * 256;
        (0..limit).filter_map(char::from_u32).filter(|c| self.contains(*c))
    }
}

impl std::fmt::Debug for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "coverage to U+{:04X}", self.pages.len() * 256)
    }
}
