//! Takes the font files of this folder, as `build.rs` read them; gives their faces, coverage and bytes as statics, so
//! that a program parses no font when it starts.

pub mod read;

/// A font file of this folder.
#[derive(Debug)]
pub struct File {
    /// Its name, without a folder.
    pub name: &'static str,
    /// Its size in bytes.
    pub size: usize,
    /// The whole file; `None` without the feature `embedded`.
    pub bytes: Option<&'static [u8]>,
}

/// One face: a file, or a member of a collection.
#[derive(Debug)]
pub struct Face {
    /// Its file's place in [`FILES`].
    pub file: usize,
    /// Its place in a collection, 0 in a single file.
    pub index: u32,
    /// The family's name, as `font-family` gives it.
    pub family: &'static str,
    /// For PDF's `BaseFont`.
    pub postscript_name: &'static str,
    /// 1 to 1000; 400 is regular, 700 bold.
    pub weight: u16,
    /// Italic or oblique.
    pub italic: bool,
    /// For each 256 code points the number of their block in [`BLOCKS`].
    pub pages: &'static [u16],
}

/// The faces of one family name, by their places in [`FACES`].
#[derive(Debug)]
pub struct Family {
    pub name: &'static str,
    pub faces: &'static [u16],
}

include!(concat!(env!("OUT_DIR"), "/fonts.rs"));
