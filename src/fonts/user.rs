//! Takes font files that a user added with `--fonts`; gives a catalogue with their faces, or all that is wrong with them.

use super::catalogue::Catalogue;
use super::face::{Coverage, Face, FaceId, FontBytes};
use makekit_fonts::read;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// A font file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FontError {
    /// The file's name as it was given.
    pub file: String,
    /// What is wrong, after the file's name: `is not a font file: …`.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for FontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.file, self.message)
    }
}

impl std::error::Error for FontError {}

/// Whether a file's ending says that it is a font: those that are read, and web fonts, so that they are refused loudly.
pub fn is_font_file(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|e| ["ttf", "otf", "ttc", "otc", "woff", "woff2"].contains(&&*e))
}

impl Catalogue {
    /// Adds a user's font files: a name for messages (its last part is the file's name) and the bytes of each.
    ///
    /// Their families can be named in `font-family`, and print characters that no other face has. A file with the name
    /// of a built-in one replaces it. Of a variable font the default instance is used.
    ///
    /// # Errors
    /// Every file that is not a usable font.
    pub fn with_files(self, files: Vec<(String, Vec<u8>)>) -> Result<Catalogue, Vec<FontError>> {
        if files.is_empty() {
            return Ok(self);
        }
        let (mut faces, mut errors) = (Vec::new(), Vec::new());
        for (name, data) in files {
            let read = match read::read_faces(&data) {
                Ok(read) => read,
                Err(read::Unusable { message, hint }) => {
                    errors.push(FontError { file: name, message, hint });
                    continue;
                }
            };
            let file: String = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
            let data: Arc<[u8]> = data.into();
            for face in read {
                let (mut blocks, mut seen) = (Vec::new(), HashMap::new());
                let pages = read::pages(&face.code_points, &mut blocks, &mut seen);
                faces.push(Face {
                    id: FaceId(0),
                    file: Cow::Owned(file.clone()),
                    family: Cow::Owned(face.family),
                    weight: face.weight,
                    italic: face.italic,
                    data: FontBytes::Shared(Arc::clone(&data)),
                    index: face.index,
                    postscript_name: Cow::Owned(face.postscript_name),
                    built_in: false,
                    coverage: Coverage { pages: Cow::Owned(pages), blocks: Cow::Owned(blocks) },
                });
            }
        }
        if errors.is_empty() { Ok(self.with_faces(faces)) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FaceRequest, Generic};
    use super::*;

    fn bytes(catalogue: &Catalogue, file: &str) -> Vec<u8> {
        catalogue.faces().iter().find(|f| f.file == file).expect("a built-in").data.as_ref().to_vec()
    }

    /// A font with its family's name changed, to stand for a user's: same length, both encodings.
    fn renamed(mut font: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
        assert_eq!(from.len(), to.len());
        let utf16 = |s: &str| s.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        for (from, to) in [(from.as_bytes().to_vec(), to.as_bytes().to_vec()), (utf16(from), utf16(to))] {
            let places: Vec<usize> =
                font.windows(from.len()).enumerate().filter(|(_, w)| *w == from).map(|(i, _)| i).collect();
            for place in places {
                font[place..place + to.len()].copy_from_slice(&to);
            }
        }
        font
    }

    #[test]
    fn a_users_family_can_be_named_and_fills_gaps() {
        let built_in = Catalogue::built_in();
        let font = renamed(bytes(&built_in, "NotoSansOsmanya-Regular.ttf"), "Osmanya", "Zzmanya");
        let catalogue = built_in.with_files(vec![("mine/zz.ttf".into(), font)]).expect("a catalogue");
        assert!(catalogue.family_exists("noto sans zzmanya"));
        let families = ["Noto Sans Zzmanya".to_owned()];
        let request = FaceRequest { families: &families, ..FaceRequest::new(Generic::Sans, "so") };
        let id = catalogue.select(&request, "\u{10480}").expect("a face");
        assert_eq!(catalogue.face(id).file, "zz.ttf");
        assert!(!catalogue.face(id).built_in);
        let other = catalogue.select(&FaceRequest::new(Generic::Sans, "so"), "\u{10480}").expect("a face");
        assert!(catalogue.face(other).built_in);
    }

    #[test]
    fn a_file_of_a_built_ins_name_replaces_it() {
        let built_in = Catalogue::built_in();
        let count = built_in.faces().len();
        let font = renamed(bytes(&built_in, "NotoSansOsmanya-Regular.ttf"), "Osmanya", "Zzmanya");
        let catalogue =
            built_in.with_files(vec![("NotoSansOsmanya-Regular.ttf".into(), font)]).expect("a catalogue");
        assert_eq!(catalogue.faces().len(), count);
        assert!(!catalogue.family_exists("Noto Sans Osmanya"));
        let id = catalogue.select(&FaceRequest::new(Generic::Sans, "so"), "\u{10480}").expect("a face");
        assert_eq!(catalogue.face(id).family, "Noto Sans Zzmanya");
    }

    #[test]
    fn every_broken_file_is_told_at_once() {
        let built_in = Catalogue::built_in();
        let mut cut = bytes(&built_in, "NotoSansOsmanya-Regular.ttf");
        cut.truncate(60);
        let files = vec![
            ("a.ttf".into(), b"not a font".to_vec()),
            ("b.woff2".into(), b"wOF2....".to_vec()),
            ("c.ttf".into(), cut),
            ("d.ttf".into(), Vec::new()),
        ];
        let errors = built_in.with_files(files).expect_err("errors");
        let names: Vec<&str> = errors.iter().map(|e| &*e.file).collect();
        assert_eq!(names, ["a.ttf", "b.woff2", "c.ttf", "d.ttf"]);
        assert!(errors[1].to_string().contains("web font"));
    }

    #[test]
    fn endings_of_fonts_are_known() {
        assert!(is_font_file("a.TTF") && is_font_file("b.woff2") && is_font_file("c.ttc"));
        assert!(!is_font_file("OFL.txt") && !is_font_file("ttf"));
    }
}
