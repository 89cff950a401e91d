//! Names that must not show in some post: the organisation's, where a solidarity address asks for that.

use std::ops::Range;

use icu_casemap::CaseMapper;

use crate::diag::{Diagnostic, Report};
use crate::model::{AddressForm, Case, Organisation, Text};

/// The names of an organisation, in every usual way of writing them.
#[derive(Debug, Clone, Default)]
pub struct ForbiddenNames {
    /// Folded: no capitals, no blanks or signs. Whether it must stand alone, not inside of a longer word.
    names: Vec<(String, bool)>,
}

impl ForbiddenNames {
    /// Takes the organisation's name and its other names.
    ///
    /// Of a name with a comma or dash (`Example Group, Springfield`) the first part is a name too; of three words and more
    /// so are their initials (`EGS`).
    pub fn of(organisation: &Organisation) -> Self {
        let mut names = Vec::new();
        let mut add = |name: &str| {
            let folded: String =
                folded(name).into_iter().map(|(c, _)| c).filter(|c| c.is_alphanumeric()).collect();
            let letters = folded.chars().count();
            if letters >= 2 && !names.iter().any(|(known, _)| *known == folded) {
                names.push((folded, letters < 6));
            }
        };
        for name in organisation.name.iter().chain(&organisation.also_known_as) {
            add(name);
            let first = name.split([',', '–', '—', '|', '(', '/']).next().unwrap_or(name).trim();
            add(first);
            let initials: String = first
                .split_whitespace()
                .filter_map(|word| word.chars().next())
                .filter(|c| c.is_uppercase())
                .collect();
            if initials.chars().count() >= 3 {
                add(&initials);
            }
        }
        Self { names }
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Where a text in NFC first names the organisation, in bytes: capitals, blanks and signs between the letters make no
    /// difference, so that addresses of web pages are found too.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        if self.names.is_empty() {
            return None;
        }
        let chars = folded(text);
        let letters: Vec<(char, usize, usize)> = chars
            .iter()
            .enumerate()
            .filter(|(_, (c, _))| c.is_alphanumeric())
            .map(|(at, (c, byte))| (*c, *byte, at))
            .collect();
        let alone = |first: usize, last: usize| {
            let before = letters[first].2.checked_sub(1).and_then(|at| chars.get(at));
            let after = chars.get(letters[last].2 + 1);
            let contiguous = letters[last].2 - letters[first].2 == last - first;
            contiguous && ![before, after].into_iter().flatten().any(|(c, _)| c.is_alphanumeric())
        };
        (0..letters.len()).find_map(|first| {
            self.names.iter().find_map(|(name, must_stand_alone)| {
                let count = name.chars().count();
                let found = letters.get(first..first + count)?;
                let same = found.iter().map(|(c, _, _)| *c).eq(name.chars());
                let last = first + count - 1;
                (same && (!must_stand_alone || alone(first, last))).then(|| {
                    let end = text[letters[last].1..]
                        .chars()
                        .next()
                        .map_or(text.len(), |c| letters[last].1 + c.len_utf8());
                    letters[first].1..end
                })
            })
        })
    }
}

/// The characters without the difference of capitals, each with the byte of the text that it comes from.
fn folded(text: &str) -> Vec<(char, usize)> {
    let casemap = CaseMapper::new();
    text.char_indices()
        .flat_map(|(at, c)| {
            let folded = casemap.fold_string(c.encode_utf8(&mut [0; 4])).into_owned();
            folded.chars().map(move |c| (c, at)).collect::<Vec<_>>()
        })
        .collect()
}

/// Looks for the organisation's name in what goes on the solidarity post of every case that must not name it.
pub fn check(organisation: &Organisation, cases: &[Case], report: &mut Report) {
    let forbidden = ForbiddenNames::of(organisation);
    if forbidden.is_empty() {
        return;
    }
    for case in cases {
        let Some(solidarity) = case.solidarity.as_ref().filter(|s| !s.mention_organisation) else { continue };
        let mut texts: Vec<&Text> = solidarity.name.iter().collect();
        let forms = solidarity
            .address
            .iter()
            .map(|a| &a.form)
            .chain(solidarity.local_address.iter().map(|a| &a.form));
        for form in forms {
            match form {
                AddressForm::Lines(lines) => texts.extend(lines),
                AddressForm::Fields(fields) => {
                    texts.extend(&fields.street);
                    texts.extend(
                        [&fields.organization, &fields.dependent_locality, &fields.city, &fields.region]
                            .into_iter()
                            .flatten(),
                    );
                }
            }
        }
        if let Some(local) = &solidarity.local_address {
            texts.extend([&local.name, &local.office].into_iter().flatten());
        }
        for text in texts {
            if let Some(found) = forbidden.find(text) {
                let name = text.get(found).unwrap_or_default();
                report.push(
                    Diagnostic::error(format!("`{name}` names the organisation, and this post must not"))
                        .at(text.span)
                        .hint("take the name out, or write `mention_organisation = true` in `[solidarity]`"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;

    fn names(name: &str, also: &[&str]) -> ForbiddenNames {
        ForbiddenNames::of(&Organisation {
            name: Some(Field::new(name.into(), None)),
            also_known_as: also.iter().map(|name| Field::new((*name).into(), None)).collect(),
            ..Organisation::default()
        })
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        let names = names("Example Rights Group, Springfield", &["Éxample"]);
        for (text, found) in [
            ("from the EXAMPLE  RIGHTS Group", "EXAMPLE  RIGHTS Group"),
            ("see www.example-rights-group.org", "example-rights-group"),
            ("a member of ERG.", "ERG"),
            ("an ÉXAMPLE", "ÉXAMPLE"),
        ] {
            assert_eq!(names.find(text).map(|range| &text[range]), Some(found));
        }
        for text in ["berg", "an example of rights", "Spring", ""] {
            assert_eq!(names.find(text), None, "{text}");
        }
    }
}
