//! Takes the built-in faces and a user's; gives them by number and by family.

use super::built_in;
use super::face::{Face, FaceId, Family, Generic};
use super::scripts::{self, HAN_FAMILIES, ROWS, SYMBOLS};
use icu_properties::props::Script;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Every face there is. Share it by reference or [`Arc`](std::sync::Arc).
#[derive(Debug)]
pub struct Catalogue {
    faces: Cow<'static, [Face]>,
    /// By name, ASCII case aside.
    families: Cow<'static, [Family]>,
    roles: OnceLock<Roles>,
}

/// A family's place in the catalogue.
pub(super) type FamilyIndex = usize;

/// Which families play the parts that `scripts` hands out; found when first asked for.
#[derive(Debug)]
pub(super) struct Roles {
    /// By [`Generic`]: serif, sans, mono.
    pub generic: [Option<FamilyIndex>; 3],
    /// By script: sans, serif.
    pub script: HashMap<Script, [Option<FamilyIndex>; 2]>,
    pub nastaliq: Option<FamilyIndex>,
    /// In the order of `HanForm`.
    pub han: [Option<FamilyIndex>; 5],
    pub symbols: Vec<FamilyIndex>,
    pub emoji: Option<FamilyIndex>,
    /// Families with a face that did not come with the program.
    pub user: Vec<FamilyIndex>,
}

impl Catalogue {
    /// The fonts inside the program. Nothing is parsed, copied or paged in.
    pub fn built_in() -> Catalogue {
        Catalogue {
            faces: Cow::Borrowed(&built_in::FACES[..]),
            families: Cow::Borrowed(&built_in::FAMILIES[..]),
            roles: OnceLock::new(),
        }
    }

    /// The same with more faces. A file named as a built-in one replaces it; `added` faces get their numbers here.
    pub(super) fn with_faces(&self, added: Vec<Face>) -> Catalogue {
        let replaced =
            |face: &Face| face.built_in && added.iter().any(|a| a.file.eq_ignore_ascii_case(&face.file));
        let kept = self.faces.iter().filter(|face| !replaced(face)).cloned();
        // A user's face goes first: it wins where a built-in of its family has the same weight and slant.
        let mut faces: Vec<Face> = added.iter().cloned().chain(kept).collect();
        faces.truncate(usize::from(u16::MAX));
        let mut families: Vec<Family> = Vec::new();
        for (number, face) in (0..).zip(&mut faces) {
            face.id = FaceId(number);
            match families.binary_search_by(|f| compare_names(&f.name, &face.family)) {
                Ok(place) => families[place].faces.to_mut().push(face.id),
                Err(place) => {
                    families.insert(
                        place,
                        Family { name: face.family.clone(), faces: Cow::Owned(vec![face.id]) },
                    );
                }
            }
        }
        Catalogue { faces: Cow::Owned(faces), families: Cow::Owned(families), roles: OnceLock::new() }
    }

    /// A face by its number.
    ///
    /// A number of another catalogue gives some face of this one, not a failure.
    pub fn face(&self, id: FaceId) -> &Face {
        self.faces.get(usize::from(id.0)).unwrap_or(&built_in::FACES[0])
    }

    /// Every face, by number.
    pub fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// Whether `font-family` may name it; case does not matter.
    pub fn family_exists(&self, name: &str) -> bool {
        self.family(name).is_some()
    }

    /// The names of all families, in alphabetical order.
    pub fn family_names(&self) -> impl Iterator<Item = &str> {
        self.families.iter().map(|f| &*f.name)
    }

    /// Whether a face has a glyph for a character.
    pub fn covers(&self, id: FaceId, c: char) -> bool {
        self.face(id).covers(c)
    }

    pub(super) fn family(&self, name: &str) -> Option<FamilyIndex> {
        self.families.binary_search_by(|f| compare_names(&f.name, name)).ok()
    }

    pub(super) fn families(&self) -> &[Family] {
        &self.families
    }

    pub(super) fn roles(&self) -> &Roles {
        self.roles.get_or_init(|| {
            let generic = |g| self.family(scripts::generic_family(g));
            let sans = generic(Generic::Sans);
            let script = ROWS
                .iter()
                .map(|row| {
                    let serif = if row.serif.is_empty() { row.sans } else { row.serif };
                    (row.script, [self.family(row.sans), self.family(serif)])
                })
                .collect();
            let is_users = |f: &Family| f.faces.iter().any(|id| !self.face(*id).built_in);
            Roles {
                generic: [generic(Generic::Serif).or(sans), sans, generic(Generic::Mono).or(sans)],
                script,
                nastaliq: self.family("Noto Nastaliq Urdu"),
                han: HAN_FAMILIES.map(|name| self.family(name)),
                symbols: SYMBOLS.iter().filter_map(|name| self.family(name)).collect(),
                emoji: self.family("Noto Emoji"),
                user: (0..self.families.len()).filter(|i| is_users(&self.families[*i])).collect(),
            }
        })
    }
}

fn compare_names(a: &str, b: &str) -> Ordering {
    a.bytes().map(|b| b.to_ascii_lowercase()).cmp(b.bytes().map(|b| b.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use skrifa::{FontRef, MetadataProvider};
    use std::time::Instant;

    #[test]
    fn start_up_parses_nothing() {
        let start = Instant::now();
        let catalogue = Catalogue::built_in();
        let spent = start.elapsed();
        assert!(catalogue.faces().len() > 200);
        assert!(spent.as_micros() < 50, "{spent:?}");
    }

    #[test]
    fn coverage_is_the_fonts_own() {
        let catalogue = Catalogue::built_in();
        for face in catalogue.faces() {
            let font = FontRef::from_index(face.data.as_ref(), face.index).expect("a font");
            let charmap = font.charmap();
            let drawn = |c: char| charmap.map(c).is_some_and(|g| g.to_u32() != 0);
            let covered: Vec<char> = face.coverage.iter().collect();
            assert!(!covered.is_empty(), "{}", face.postscript_name);
            for c in &covered {
                assert!(drawn(*c), "{} has no U+{:04X}", face.postscript_name, u32::from(*c));
            }
            let mapped = charmap.mappings().filter(|(c, g)| g.to_u32() != 0 && char::from_u32(*c).is_some());
            let mut mapped: Vec<u32> = mapped.map(|(c, _)| c).collect();
            mapped.sort_unstable();
            mapped.dedup();
            assert_eq!(mapped.len(), covered.len(), "{}", face.postscript_name);
        }
    }

    #[test]
    fn numbers_and_names_agree() {
        let catalogue = Catalogue::built_in();
        for (number, face) in (0..).zip(catalogue.faces()) {
            assert_eq!(face.id, FaceId(number));
            assert!(catalogue.family_exists(&face.family.to_uppercase()), "{}", face.family);
        }
        let mut names: Vec<_> = catalogue.faces().iter().map(|f| &f.postscript_name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), catalogue.faces().len(), "a PostScript name is used twice");
        assert!(!catalogue.family_exists("Noto San"));
    }

    #[test]
    fn every_family_of_the_script_table_is_there() {
        let catalogue = Catalogue::built_in();
        let serif = ROWS.iter().filter(|r| !r.serif.is_empty()).map(|r| r.serif);
        let generic = [Generic::Serif, Generic::Sans, Generic::Mono].map(scripts::generic_family);
        for name in ROWS.iter().map(|r| r.sans).chain(serif).chain(HAN_FAMILIES).chain(SYMBOLS).chain(generic)
        {
            assert!(catalogue.family_exists(name), "{name}");
        }
    }
}
