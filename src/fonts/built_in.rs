//! Takes the tables of `makekit-fonts`; gives its faces and families as the catalogue keeps them. Nothing is parsed.

use super::face::{Coverage, Face, FaceId, Family, FontBytes};
use std::borrow::Cow;
use std::sync::LazyLock;

pub(super) static FACES: LazyLock<Vec<Face>> = LazyLock::new(|| {
    let faces = makekit_fonts::FACES.iter().zip(0..);
    faces
        .map(|(face, number)| {
            let file = &makekit_fonts::FILES[face.file];
            Face {
                id: FaceId(number),
                file: Cow::Borrowed(file.name),
                family: Cow::Borrowed(face.family),
                weight: face.weight,
                italic: face.italic,
                data: FontBytes::Static(file.bytes.unwrap_or_default()),
                index: face.index,
                postscript_name: Cow::Borrowed(face.postscript_name),
                built_in: true,
                coverage: Coverage {
                    pages: Cow::Borrowed(face.pages),
                    blocks: Cow::Borrowed(&makekit_fonts::BLOCKS),
                },
            }
        })
        .collect()
});

pub(super) static FAMILIES: LazyLock<Vec<Family>> = LazyLock::new(|| {
    let ids = |faces: &[u16]| faces.iter().map(|f| FaceId(*f)).collect();
    let families = makekit_fonts::FAMILIES.iter();
    families.map(|f| Family { name: Cow::Borrowed(f.name), faces: ids(f.faces) }).collect()
});
