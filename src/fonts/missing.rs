//! Takes characters that no face can print; gives what each is, in words, and what to add.

use super::catalogue::Catalogue;
use super::scripts::ROWS;
use super::select::{is_mark, is_never_drawn, needs_no_glyph};
use icu_properties::props::{GeneralCategory, Script};
use icu_properties::{CodePointMapData, PropertyNamesLong};
use std::fmt;
use std::ops::Range;

/// What is the matter with a character that cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A letter or sign of a script (its Unicode name, spaces for underscores) that no font here has.
    NoFont { script: String },
    /// A sign of no one script that no font here has.
    NoSign,
    /// A mark that some font has, but none that has the character before it.
    NotTogether,
    /// Not (yet) a character.
    Unassigned,
    /// Its meaning is a private matter of some font.
    PrivateUse,
    /// A control character.
    Control,
    /// U+FFFD: the text was damaged before it came here.
    Replacement,
    /// A code point that will never be a character.
    Noncharacter,
    /// A bidirectional control that opens or closes nothing.
    StrayBidiControl,
}

/// A character that cannot be printed, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub character: char,
    /// `U+0B95`
    pub code_point: String,
    /// The Unicode name; `None` where the character has none.
    pub name: Option<String>,
    pub defect: Defect,
    /// What to do about it.
    pub hint: String,
}

impl fmt::Display for Explanation {
    /// `U+17000 TANGUT IDEOGRAPH-17000: no font has this letter of Tangut`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code_point)?;
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
        }
        match &self.defect {
            Defect::NoFont { script } => write!(f, ": no font has this character of the {script} script"),
            Defect::NoSign => f.write_str(": no font has this sign"),
            Defect::NotTogether => {
                f.write_str(": no font has this mark together with the character before it")
            }
            Defect::Unassigned => f.write_str(": no character has this number"),
            Defect::PrivateUse => {
                f.write_str(": a private-use character, which means nothing without its own font")
            }
            Defect::Control => f.write_str(": a control character"),
            Defect::Replacement => f.write_str(": stands where the text was damaged"),
            Defect::Noncharacter => f.write_str(": can never be a character"),
            Defect::StrayBidiControl => f.write_str(": a direction control without its partner"),
        }
    }
}

impl Catalogue {
    /// Explains a cluster that [`itemise`](Catalogue::itemise) reports as missing: the characters that no face has, or
    /// where each has one but no face has all, its marks.
    pub fn explain(&self, cluster: &str) -> Vec<Explanation> {
        let has =
            |c: char| needs_no_glyph(c) || !is_never_drawn(c) && self.faces().iter().any(|f| f.covers(c));
        if !cluster.chars().all(has) {
            return explain_missing(cluster.chars().filter(|c| !has(*c)));
        }
        let mut explanations =
            explain_missing(cluster.chars().filter(|c| is_mark(*c) && !needs_no_glyph(*c)));
        for explanation in &mut explanations {
            explanation.defect = Defect::NotTogether;
            explanation.hint =
                "put a font that has both in a folder, name that folder with `--fonts` and the font in `font-family`".into();
        }
        explanations
    }
}

/// Explains characters that no face has, each once, in order. For what `itemise` reports, use [`Catalogue::explain`].
pub fn explain_missing(characters: impl IntoIterator<Item = char>) -> Vec<Explanation> {
    let mut explanations: Vec<Explanation> = Vec::new();
    for c in characters {
        if explanations.iter().all(|e| e.character != c) {
            explanations.push(explain(c));
        }
    }
    explanations
}

fn explain(c: char) -> Explanation {
    let script = CodePointMapData::<Script>::new().get(c);
    let (defect, hint) = match c {
        '\u{FFFD}' => (Defect::Replacement, "find the text's source and type the word again; save the file as UTF-8".into()),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => (Defect::StrayBidiControl, "delete it".into()),
        _ if is_noncharacter(c) => (Defect::Noncharacter, "delete it".into()),
        _ => match CodePointMapData::<GeneralCategory>::new().get(c) {
            GeneralCategory::Control => (Defect::Control, "delete it".into()),
            GeneralCategory::PrivateUse => (
                Defect::PrivateUse,
                "write it with standard characters, or put its font in a folder and name that folder with `--fonts`".into(),
            ),
            GeneralCategory::Unassigned => (Defect::Unassigned, "check where the text comes from, and type it again".into()),
            _ if matches!(script, Script::Common | Script::Inherited | Script::Unknown) => (
                Defect::NoSign,
                "use another sign, or put a font that has it in a folder and name that folder with `--fonts`".into(),
            ),
            _ => {
                let script_name = script_name(script);
                let font = font_for(script, &script_name);
                let hint = format!("put a font that has it, such as {font}, in a folder and name that folder with `--fonts`");
                (Defect::NoFont { script: script_name }, hint)
            }
        },
    };
    let name = match defect {
        Defect::Unassigned | Defect::Noncharacter | Defect::PrivateUse => None,
        _ => unicode_names2::name(c).map(|n| n.to_string()).or_else(|| control_name(c).map(str::to_owned)),
    };
    Explanation { character: c, code_point: format!("U+{:04X}", u32::from(c)), name, defect, hint }
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || u32::from(c) & 0xFFFE == 0xFFFE
}

fn script_name(script: Script) -> String {
    PropertyNamesLong::<Script>::new().get(script).unwrap_or("Unknown").replace('_', " ")
}

/// A family that is known to have a script, or a good guess at its name.
fn font_for(script: Script, name: &str) -> String {
    match script {
        Script::Han => "BabelStone Han or Noto Serif CJK".into(),
        Script::Tangut => "Noto Serif Tangut".into(),
        Script::SignWriting => "Noto Sans SignWriting".into(),
        Script::Latin | Script::Greek | Script::Cyrillic => "Charis SIL or Gentium Plus".into(),
        Script::Arabic => "Scheherazade New".into(),
        Script::Vithkuqi | Script::Todhri => format!("Noto Serif {name}"),
        // The built-in face of this script is older than the character.
        _ => match ROWS.iter().find(|row| row.script == script) {
            Some(row) => format!("a newer {}", row.sans),
            None => format!("Noto Sans {name}"),
        },
    }
}

/// The usual names of the control characters met in practice (Unicode's NameAliases).
fn control_name(c: char) -> Option<&'static str> {
    Some(match c {
        '\0' => "NULL",
        '\u{7}' => "ALERT",
        '\u{8}' => "BACKSPACE",
        '\u{B}' => "LINE TABULATION",
        '\u{C}' => "FORM FEED",
        '\u{1A}' => "SUBSTITUTE",
        '\u{1B}' => "ESCAPE",
        '\u{1C}'..='\u{1F}' => "INFORMATION SEPARATOR",
        '\u{7F}' => "DELETE",
        _ => return None,
    })
}

/// The bidirectional embeddings, overrides and isolates of a text that have no partner in their paragraph, and the
/// closing ones that close nothing; bytes of the text. A paragraph ends at a line feed or U+2029.
pub fn stray_bidi_controls(text: &str) -> Vec<Range<usize>> {
    // Every one of them starts with E2 in UTF-8: most texts have none.
    if !text.bytes().any(|b| b == 0xE2) {
        return Vec::new();
    }
    let mut stray = Vec::new();
    let mut open: Vec<(bool, Range<usize>)> = Vec::new();
    for (start, c) in text.char_indices() {
        let range = start..start + c.len_utf8();
        let isolate = matches!(c, '\u{2066}'..='\u{2069}');
        match c {
            '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' | '\u{2066}'..='\u{2068}' => {
                open.push((isolate, range))
            }
            '\u{202C}' | '\u{2069}' => {
                match open.iter().rposition(|(of_isolate, _)| *of_isolate == isolate) {
                    // An embedding is not closed from inside an isolate.
                    Some(place) if isolate || open[place..].len() == 1 => {
                        stray.extend(open.drain(place..).skip(1).map(|(_, range)| range));
                    }
                    _ => stray.push(range),
                }
            }
            '\n' | '\u{2029}' => stray.extend(open.drain(..).map(|(_, range)| range)),
            _ => {}
        }
    }
    stray.extend(open.into_iter().map(|(_, range)| range));
    stray.sort_by_key(|range| range.start);
    stray
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_defect_is_told_as_what_it_is() {
        let told = explain_missing(
            "\u{17000}\u{378}\u{E001}\u{1}\u{FFFD}\u{202A}\u{1E4D0}\u{17000}\u{1FFFF}".chars(),
        );
        let defects: Vec<&Defect> = told.iter().map(|e| &e.defect).collect();
        let script = |s: &str| Defect::NoFont { script: s.into() };
        assert_eq!(
            defects,
            [
                &script("Tangut"),
                &Defect::Unassigned,
                &Defect::PrivateUse,
                &Defect::Control,
                &Defect::Replacement,
                &Defect::StrayBidiControl,
                &script("Nag Mundari"),
                &Defect::Noncharacter,
            ]
        );
        assert!(told[0].hint.contains("Noto Serif Tangut"), "{}", told[0].hint);
        assert_eq!(
            told[6].to_string(),
            "U+1E4D0 NAG MUNDARI LETTER O: no font has this character of the Nag Mundari script"
        );
        assert_eq!(told[1].to_string(), "U+0378: no character has this number");
    }

    #[test]
    fn a_cluster_is_explained_by_what_it_lacks() {
        let catalogue = Catalogue::built_in();
        let told = |cluster: &str| {
            let explained = catalogue.explain(cluster);
            explained.into_iter().map(|e| (e.character, e.defect)).collect::<Vec<_>>()
        };
        assert_eq!(told("a\u{1}"), [('\u{1}', Defect::Control)]);
        let tangut = Defect::NoFont { script: "Tangut".into() };
        assert_eq!(told("\u{17000}\u{301}\u{FE0F}"), [('\u{17000}', tangut)]);
        assert_eq!(told("\u{10400}\u{1A75}"), [('\u{1A75}', Defect::NotTogether)]);
    }

    #[test]
    fn strays_are_found_and_pairs_are_not() {
        let stray_bidi_controls =
            |text| super::stray_bidi_controls(text).into_iter().map(|r| (r.start, r.end)).collect::<Vec<_>>();
        assert_eq!(stray_bidi_controls("a \u{2067}b\u{2069} \u{202A}c\u{202C}"), []);
        assert_eq!(stray_bidi_controls("“plain” — text"), []);
        assert_eq!(stray_bidi_controls("a\u{202E}b"), [(1, 4)]);
        assert_eq!(stray_bidi_controls("a\u{202C}b"), [(1, 4)]);
        assert_eq!(stray_bidi_controls("\u{2067}a\nb\u{2069}"), [(0, 3), (6, 9)]);
        assert_eq!(stray_bidi_controls("\u{2067}\u{202A}a\u{2069}"), [(3, 6)]);
        assert_eq!(stray_bidi_controls("\u{202A}\u{2067}a\u{202C}\u{2069}"), [(0, 3), (7, 10)]);
    }
}
