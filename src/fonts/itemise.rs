//! Takes a text and a wish; gives the runs of one face each that make it up, and the clusters that no face has.
//!
//! Letters take the face of their script, a whole word the same one where one face has all of it. Punctuation, signs
//! and spaces take the face of the letters before them (at the start: after them), a closing bracket and what follows
//! it that of its opening one, where that face has them. European digits, and what stands inside or at the end of a number, are set
//! as Latin text is, whatever is around them.

use super::catalogue::Catalogue;
use super::face::FaceId;
use super::scripts::{HanForm, Tag};
use super::select::{
    FaceRequest, Text, char_script, covers_text, han_form_of, is_mark, is_never_drawn, needs_no_glyph,
};
use icu_properties::CodePointSetData;
use icu_properties::props::{
    BidiMirroringGlyph, BidiPairedBracketType, EmojiModifier, EnumeratedProperty, ExtendedPictographic,
    Script,
};
use std::ops::Range;

/// A part of a text in one face; bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceRun {
    pub range: Range<usize>,
    pub face: FaceId,
}

/// A cluster that no face has; bytes of the text. [`explain_missing`](super::explain_missing) says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub range: Range<usize>,
}

/// A grapheme cluster, near enough for choosing a face.
struct Cluster {
    range: Range<usize>,
    kind: Kind,
    /// For [`Kind::Letter`], as `printing_script` gives it.
    script: Script,
    face: Option<FaceId>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    /// 0 to 9.
    Digit,
    /// Punctuation, signs, spaces.
    Sign,
    /// Nothing may print it.
    Broken,
}

impl Catalogue {
    /// Appends the runs of a text to `runs`, in order, without gaps, and what no face has to `missing`. The runs of
    /// missing clusters have some face, so that layout can go on.
    pub fn itemise(
        &self,
        request: &FaceRequest<'_>,
        text: &str,
        runs: &mut Vec<FaceRun>,
        missing: &mut Vec<Missing>,
    ) {
        let Some(first) = self.first_face(request) else { return };
        if text.is_empty() {
            return;
        }
        if self.is_plain(request, first, text) {
            runs.push(FaceRun { range: 0..text.len(), face: first });
            return;
        }
        let mut clusters = clusters(text);
        let han = han_form_of(text);
        self.place_letters(request, text, han, &mut clusters);
        self.place_signs(request, text, han, first, &mut clusters);
        let mut last = clusters.iter().find_map(|c| c.face).unwrap_or(first);
        let start = runs.len();
        for cluster in clusters {
            if cluster.face.is_none() {
                missing.push(Missing { range: cluster.range.clone() });
            }
            last = cluster.face.unwrap_or(last);
            match runs[start..].last_mut() {
                Some(run) if run.face == last => run.range.end = cluster.range.end,
                _ => runs.push(FaceRun { range: cluster.range, face: last }),
            }
        }
    }

    /// Whether a text is European letters and signs that its first face has, all of them: most texts are.
    fn is_plain(&self, request: &FaceRequest<'_>, first: FaceId, text: &str) -> bool {
        let face = self.face(first);
        if !face.coverage.has_ascii() {
            return false;
        }
        if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\t' | b'\r')) {
            return true;
        }
        let mut has_letter = false;
        for c in text.chars() {
            match c {
                'A'..='Z' | 'a'..='z' => has_letter = true,
                ' '..='~' | '\n' | '\t' | '\r' | '\u{A0}' | '\u{AD}' | '\u{2028}' => {}
                '\u{A1}'..='\u{52F}' | '\u{1E00}'..='\u{1FFF}' => {
                    if !face.covers(c) {
                        return false;
                    }
                    has_letter |= c >= '\u{C0}';
                }
                // Signs that other scripts share: theirs, where no letter says otherwise.
                '\u{2010}'..='\u{2027}'
                | '\u{202F}'..='\u{205E}'
                | '\u{2070}'..='\u{209C}'
                | '\u{20A0}'..='\u{20CF}'
                | '\u{2100}'..='\u{214F}' => {
                    if !face.covers(c) || !has_letter && Tag::parse(request.lang).usual_script().is_some() {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        true
    }

    fn place_letters(&self, request: &FaceRequest<'_>, text: &str, han: HanForm, clusters: &mut [Cluster]) {
        let mut rest = clusters;
        while let Some(at) = rest.iter().position(|c| c.kind == Kind::Letter) {
            let script = rest[at].script;
            let length =
                rest[at..].iter().take_while(|c| c.kind == Kind::Letter && c.script == script).count();
            let (word, after) = rest[at..].split_at_mut(length);
            let find = |range: Range<usize>| self.find(request, Text { text: &text[range], script, han });
            let whole = word[0].range.start..word[length - 1].range.end;
            let whole = find(whole);
            for cluster in word {
                cluster.face = whole.or_else(|| find(cluster.range.clone()));
            }
            rest = after;
        }
    }

    fn place_signs(
        &self,
        request: &FaceRequest<'_>,
        text: &str,
        han: HanForm,
        first: FaceId,
        clusters: &mut [Cluster],
    ) {
        let has = |id: FaceId, cluster: &Cluster| covers_text(self.face(id), &text[cluster.range.clone()]);
        // The face that signs take; without letters, that of the language's script.
        let letters = clusters.iter().find_map(|c| if c.kind == Kind::Letter { c.face } else { None });
        let mut context = letters.or_else(|| {
            let script = Tag::parse(request.lang).usual_script()?;
            clusters
                .iter()
                .filter(|c| c.kind == Kind::Sign)
                .find_map(|c| self.find(request, Text { text: &text[c.range.clone()], script, han }))
        });
        let mut open: Vec<(char, FaceId, Option<FaceId>)> = Vec::new();
        for i in 0..clusters.len() {
            let cluster = &clusters[i];
            let this = &text[cluster.range.clone()];
            let find = |script| self.find(request, Text { text: this, script, han });
            let face = match cluster.kind {
                Kind::Letter => {
                    context = cluster.face.or(context);
                    continue;
                }
                Kind::Broken => continue,
                Kind::Digit => find(Script::Latin),
                Kind::Sign => {
                    let c = this.chars().next().unwrap_or(' ');
                    let bracket = brackets(c);
                    let opening = match bracket {
                        Some(Bracket::Closes(opener)) => {
                            let place = open.iter().rposition(|(o, ..)| *o == opener);
                            place.map(|place| {
                                let face = open[place].1;
                                context = open[place].2;
                                open.truncate(place);
                                face
                            })
                        }
                        _ => None,
                    };
                    let numeric = numeric_sign(c, clusters, i);
                    let beside = opening.or(numeric).or(context).or(Some(first));
                    let face = beside.filter(|id| has(*id, cluster)).or_else(|| find(Script::Common));
                    if let (Some(Bracket::Opens), Some(face)) = (bracket, face)
                        && open.len() < 32
                    {
                        open.push((c, face, context));
                    }
                    face
                }
            };
            clusters[i].face = face;
        }
    }
}

/// The face of the number that a sign belongs to: between digits, or right after one for a percent sign and its like.
fn numeric_sign(c: char, clusters: &[Cluster], i: usize) -> Option<FaceId> {
    let digit = |i: Option<usize>| i.and_then(|i| clusters.get(i)).is_some_and(|c| c.kind == Kind::Digit);
    let before = i.checked_sub(1);
    let belongs = match c {
        '%' | '‰' | '°' => digit(before),
        '.' | ',' | ':' | '/' | '-' | '+' | '\'' | '’' | '\u{202F}' | '\u{A0}' | '–' => {
            digit(before) && digit(Some(i + 1))
        }
        _ => false,
    };
    if belongs { before.and_then(|i| clusters[i].face) } else { None }
}

#[derive(Clone, Copy)]
enum Bracket {
    Opens,
    /// With the character that opens it.
    Closes(char),
}

fn brackets(c: char) -> Option<Bracket> {
    match c {
        '“' | '‘' | '«' | '‹' | '„' => return Some(Bracket::Opens),
        '”' => return Some(Bracket::Closes('“')),
        '’' => return Some(Bracket::Closes('‘')),
        '»' => return Some(Bracket::Closes('«')),
        '›' => return Some(Bracket::Closes('‹')),
        _ => {}
    }
    let glyph = BidiMirroringGlyph::for_char(c);
    match glyph.paired_bracket_type {
        BidiPairedBracketType::Open => Some(Bracket::Opens),
        BidiPairedBracketType::Close => glyph.mirroring_glyph.map(Bracket::Closes),
        _ => None,
    }
}

/// Parts a text into clusters: a character with the marks, joiners and selectors after it, and pictures joined to one.
fn clusters(text: &str) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::with_capacity(text.len() / 2);
    let mut before = '\0';
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let joins = joins_before(c, before) && !is_line_end(before);
        before = c;
        match clusters.last_mut() {
            Some(last) if joins && last.kind != Kind::Broken => {
                last.range.end = end;
                // A letter's mark on a sign or space (a dotted circle, say) makes it that letter's script.
                if last.kind != Kind::Letter && is_mark(c) {
                    last.script = char_script(c);
                    last.kind = if last.script == Script::Common { Kind::Sign } else { Kind::Letter };
                }
            }
            _ => clusters.push(Cluster {
                range: start..end,
                kind: kind(c),
                script: char_script(c),
                face: None,
            }),
        }
    }
    clusters
}

fn kind(c: char) -> Kind {
    if is_never_drawn(c) {
        Kind::Broken
    } else if c.is_ascii_digit() {
        Kind::Digit
    } else if char_script(c) == Script::Common {
        Kind::Sign
    } else {
        Kind::Letter
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\0' | '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn joins_before(c: char, before: char) -> bool {
    if c < '\u{300}' {
        return c == '\u{AD}';
    }
    let picture = |c| CodePointSetData::new::<ExtendedPictographic>().contains(c);
    let is_space = c <= '\u{3000}' && c.is_whitespace() || ('\u{2000}'..='\u{200A}').contains(&c);
    is_mark(c)
        || needs_no_glyph(c) && !is_space
        || before == '\u{200D}' && picture(c)
        || c >= '\u{1F3FB}' && CodePointSetData::new::<EmojiModifier>().contains(c)
}

#[cfg(test)]
mod tests {
    use super::super::Generic;
    use super::*;

    fn runs(lang: &str, text: &str) -> Vec<(String, String)> {
        let catalogue = Catalogue::built_in();
        let (mut runs, mut missing) = (Vec::new(), Vec::new());
        catalogue.itemise(&FaceRequest::new(Generic::Serif, lang), text, &mut runs, &mut missing);
        assert_eq!(missing, [], "{text}");
        let mut end = 0;
        for run in &runs {
            assert_eq!(run.range.start, end, "{text}");
            end = run.range.end;
        }
        assert_eq!(end, text.len(), "{text}");
        runs.into_iter()
            .map(|r| (text[r.range].to_owned(), catalogue.face(r.face).family.to_string()))
            .collect()
    }

    fn check(lang: &str, text: &str, expected: &[(&str, &str)]) {
        let runs = runs(lang, text);
        let runs: Vec<(&str, &str)> = runs.iter().map(|(t, f)| (&**t, &**f)).collect();
        assert_eq!(runs, expected, "{text}");
    }

    const LATIN: &str = "Noto Serif";
    const ARABIC: &str = "Noto Naskh Arabic";
    const SIMPLIFIED: &str = "Noto Sans CJK SC";

    #[test]
    fn european_text_is_one_run() {
        check("en", "Dear Prosecutor General,\n", &[("Dear Prosecutor General,\n", LATIN)]);
        check("ru", "Уважаемый «господин» — № 4…", &[("Уважаемый «господин» — № 4…", LATIN)]);
        check("vi", "Việt Nam — “tự do”", &[("Việt Nam — “tự do”", LATIN)]);
        check("el", "Ἑλλάς", &[("Ἑλλάς", LATIN)]);
        check("en", "co\u{AD}op\u{200B}era\u{2060}te", &[("co\u{AD}op\u{200B}era\u{2060}te", LATIN)]);
    }

    #[test]
    fn signs_in_arabic_are_arabic_and_numbers_latin() {
        check("ar", "«حرية»، نعم.", &[("«حرية»، نعم.", ARABIC)]);
        check("ar", "في 12.5% نعم", &[("في ", ARABIC), ("12.5%", LATIN), (" نعم", ARABIC)]);
    }

    #[test]
    fn a_closing_bracket_follows_its_opening_one() {
        check("ar", "منظمة (Amnesty) هنا", &[("منظمة (", ARABIC), ("Amnesty", LATIN), (") هنا", ARABIC)]);
        check("zh", "赦免（Amnesty）。", &[("赦免（", SIMPLIFIED), ("Amnesty", LATIN), ("）。", SIMPLIFIED)]);
    }

    #[test]
    fn quotes_in_chinese_are_chinese() {
        check("zh", "“自由”——", &[("“自由”——", SIMPLIFIED)]);
        check("zh", "“", &[("“", SIMPLIFIED)]);
        check("zh", "“Ala”", &[("“Ala”", LATIN)]);
        check(
            "zh",
            "2026年12月10日",
            &[
                ("2026", LATIN),
                ("年", SIMPLIFIED),
                ("12", LATIN),
                ("月", SIMPLIFIED),
                ("10", LATIN),
                ("日", SIMPLIFIED),
            ],
        );
    }

    #[test]
    fn kana_makes_untold_han_japanese() {
        check("en", "東京の", &[("東京の", "Noto Sans CJK JP")]);
    }

    #[test]
    fn joiners_and_marks_stay_with_their_word() {
        check("fa", "می\u{200C}خواهم", &[("می\u{200C}خواهم", ARABIC)]);
        check("ar", "مُحَمَّد", &[("مُحَمَّد", ARABIC)]);
        check("hi", "क्ष\u{200D}त्रि।", &[("क्ष\u{200D}त्रि।", "Noto Serif Devanagari")]);
        check("ur", "پاکستان\u{200F} کے", &[("پاکستان\u{200F} کے", "Noto Nastaliq Urdu")]);
    }

    #[test]
    fn a_word_keeps_one_face_where_one_has_it() {
        let runs = runs("en", "a\u{1D7A}b");
        assert_eq!(runs.len(), 1, "{runs:?}");
    }

    #[test]
    fn what_is_missing_is_told_and_the_rest_goes_on() {
        let catalogue = Catalogue::built_in();
        let (mut runs, mut missing) = (Vec::new(), Vec::new());
        let text = "a\u{E000}b\u{7}ع\u{FFFD}";
        catalogue.itemise(&FaceRequest::new(Generic::Sans, "en"), text, &mut runs, &mut missing);
        let told: Vec<&str> = missing.iter().map(|m| &text[m.range.clone()]).collect();
        assert_eq!(told, ["\u{E000}", "\u{7}", "\u{FFFD}"]);
        assert_eq!(runs.first().map(|r| r.range.start), Some(0));
        assert_eq!(runs.last().map(|r| r.range.end), Some(text.len()));
    }

    #[test]
    fn control_characters_do_not_pass_as_plain_text() {
        let catalogue = Catalogue::built_in();
        for text in ["a\u{1}b", "a\u{7F}b", "é\u{80}", "\u{0}"] {
            let (mut runs, mut missing) = (Vec::new(), Vec::new());
            catalogue.itemise(&FaceRequest::new(Generic::Sans, "en"), text, &mut runs, &mut missing);
            assert_eq!(missing.len(), 1, "{text:?}");
        }
    }

    /// Names, months, countries, letters and punctuation of every language in CLDR.
    const LANGUAGES: &str = include_str!("../../tests/languages/languages.tsv");

    #[test]
    fn every_language_of_cldr_has_its_faces() {
        let catalogue = Catalogue::built_in();
        let (mut languages, mut faults) = (0, Vec::new());
        for line in LANGUAGES.lines().skip(1) {
            let lang = line.split('\t').next().unwrap_or_default();
            languages += 1;
            for generic in [Generic::Serif, Generic::Sans, Generic::Mono] {
                for weight in [400, 700] {
                    let request = FaceRequest { weight, ..FaceRequest::new(generic, lang) };
                    for text in line.split('\t').skip(3) {
                        let (mut runs, mut missing) = (Vec::new(), Vec::new());
                        catalogue.itemise(&request, text, &mut runs, &mut missing);
                        for m in missing {
                            faults.push(format!("{lang} {generic:?}: {}", text[m.range].escape_unicode()));
                        }
                        for run in runs {
                            let text = &text[run.range];
                            let face = catalogue.face(run.face);
                            let lacks = text.chars().find(|c| !face.covers(*c) && !needs_no_glyph(*c));
                            if let Some(c) = lacks {
                                faults.push(format!(
                                    "{lang} {generic:?}: {} lacks {}",
                                    face.family,
                                    c.escape_unicode()
                                ));
                            }
                        }
                    }
                }
            }
        }
        faults.sort();
        faults.dedup();
        assert!(languages > 350, "{languages} languages");
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn the_letters_of_every_language_take_the_face_of_their_script() {
        let catalogue = Catalogue::built_in();
        for line in LANGUAGES.lines().skip(1) {
            let cells: Vec<&str> = line.split('\t').collect();
            let (lang, script, letters) = (cells[0], cells[1], cells[6]);
            for generic in [Generic::Serif, Generic::Sans] {
                let families = catalogue.families_for(script, lang, generic);
                let (mut runs, mut missing) = (Vec::new(), Vec::new());
                catalogue.itemise(&FaceRequest::new(generic, lang), letters, &mut runs, &mut missing);
                for run in runs {
                    let family = &*catalogue.face(run.face).family;
                    assert_eq!(Some(&family), families.first(), "{lang}: {}", &letters[run.range]);
                }
            }
        }
    }
}
