//! Takes a grapheme cluster, or several of one script, and a wish; gives the face that prints all of it.

use super::catalogue::{Catalogue, FamilyIndex};
use super::face::{Face, FaceId, Generic};
use super::scripts::{HanForm, Tag, printing_script};
use icu_properties::props::{
    DefaultIgnorableCodePoint, EmojiPresentation, GeneralCategory, GeneralCategoryGroup, Script,
};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};

/// What a text wishes of its face.
#[derive(Clone, Copy, Debug)]
pub struct FaceRequest<'a> {
    /// `font-family` without its generic, in order. Unknown names are passed over.
    pub families: &'a [String],
    /// Its generic.
    pub generic: Generic,
    /// 1 to 1000.
    pub weight: u16,
    pub italic: bool,
    /// BCP 47; decides the forms of Han characters and the hand of Arabic. May be empty.
    pub lang: &'a str,
}

impl<'a> FaceRequest<'a> {
    /// Regular text in a generic family.
    pub fn new(generic: Generic, lang: &'a str) -> Self {
        FaceRequest { families: &[], generic, weight: 400, italic: false, lang }
    }
}

/// What a search goes by besides the request: what is written, and what stands beside it.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub text: &'a str,
    /// As `printing_script` gives it: `Latin` for European, `Han` for Chinese, Japanese and Korean, `Common` for signs.
    pub script: Script,
    /// What Han characters look like where the language does not say.
    pub han: HanForm,
}

impl Catalogue {
    /// The face for a grapheme cluster: the first of the named families that has all of it, then the families of its
    /// script and language in the look of the generic, then whoever has it. `None`: nobody has.
    pub fn select(&self, request: &FaceRequest<'_>, cluster: &str) -> Option<FaceId> {
        self.select_beside(request, cluster, None)
    }

    /// The same beside text in another face, which signs, punctuation and spaces then take where it has them.
    pub fn select_beside(
        &self,
        request: &FaceRequest<'_>,
        cluster: &str,
        preferred: Option<FaceId>,
    ) -> Option<FaceId> {
        if cluster.chars().any(is_never_drawn) {
            return None;
        }
        let script = cluster_script(cluster);
        if let Some(id) = preferred
            && matches!(script, Script::Common)
            && !cluster.starts_with(|c: char| c.is_ascii_digit())
            && covers_text(self.face(id), cluster)
        {
            return Some(id);
        }
        self.find(request, Text { text: cluster, script, han: han_form_of(cluster) })
    }

    /// The families, in order, that print a script (ISO 15924: `Deva`, `Jpan`) in a language. Empty where none is
    /// known.
    pub fn families_for(&self, script: &str, lang: &str, generic: Generic) -> Vec<&str> {
        let compound = format!("und-{script}");
        let form = Tag::parse(&compound).han_form();
        let script = match form {
            Some(_) => Script::Han,
            None => match icu_properties::PropertyParser::<Script>::new().get_loose(script) {
                Some(script) => printing_script(script),
                None => return Vec::new(),
            },
        };
        let mut names: Vec<&str> = Vec::new();
        let request = FaceRequest::new(generic, lang);
        let text = Text { text: "", script, han: form.unwrap_or(HanForm::Simplified) };
        self.script_families(&request, text, &mut |family| {
            let name = &*self.families()[family].name;
            if !names.contains(&name) {
                names.push(name);
            }
            None
        });
        names
    }

    /// The face that Latin text of a request starts with, whatever it is about.
    pub(super) fn first_face(&self, request: &FaceRequest<'_>) -> Option<FaceId> {
        let named = request.families.iter().find_map(|name| self.family(name));
        let family = named.or(self.roles().generic[generic_index(request.generic)])?;
        self.nearest(family, request, &mut |_| true)
    }

    /// The first face in the order of preference that has all of a text.
    pub(super) fn find(&self, request: &FaceRequest<'_>, text: Text<'_>) -> Option<FaceId> {
        let roles = self.roles();
        let mut normal = |face: &Face| covers_text(face, text.text);
        let mut try_family = |family: FamilyIndex| self.nearest(family, request, &mut normal);
        if let Some(id) =
            request.families.iter().filter_map(|name| self.family(name)).find_map(&mut try_family)
        {
            return Some(id);
        }
        if is_picture(text.text)
            && let Some(id) = roles.emoji.and_then(&mut try_family)
        {
            return Some(id);
        }
        if let Some(id) = self.script_families(request, text, &mut try_family) {
            return Some(id);
        }
        let others = roles.symbols.iter().chain(&roles.user).copied().chain(0..self.families().len());
        others.into_iter().find_map(try_family)
    }

    /// Offers the families of a script in order of preference, until one is taken.
    fn script_families(
        &self,
        request: &FaceRequest<'_>,
        text: Text<'_>,
        take: &mut impl FnMut(FamilyIndex) -> Option<FaceId>,
    ) -> Option<FaceId> {
        let roles = self.roles();
        let tag = Tag::parse(request.lang);
        let look = usize::from(request.generic == Generic::Serif);
        let generic =
            [request.generic, Generic::Sans, Generic::Serif].map(|g| roles.generic[generic_index(g)]);
        let of_script = |script: Script, take: &mut dyn FnMut(FamilyIndex) -> Option<FaceId>| {
            if script == Script::Han {
                let form = tag.han_form().unwrap_or(text.han);
                return roles.han[form as usize].and_then(&mut *take);
            }
            if script == Script::Arabic
                && tag.wants_nastaliq()
                && let Some(id) = roles.nastaliq.and_then(&mut *take)
            {
                return Some(id);
            }
            let families = roles.script.get(&script)?;
            [families[look], families[1 - look]].into_iter().flatten().find_map(&mut *take)
        };
        match text.script {
            Script::Latin => generic.into_iter().flatten().find_map(&mut *take),
            Script::Common => generic
                .into_iter()
                .flatten()
                .find_map(&mut *take)
                .or_else(|| tag.usual_script().and_then(|script| of_script(script, take)))
                .or_else(|| shared_scripts(text.text).find_map(|script| of_script(script, take)))
                .or_else(|| roles.symbols.iter().copied().find_map(&mut *take))
                .or_else(|| of_script(Script::Han, take)),
            script => of_script(script, take).or_else(|| generic.into_iter().flatten().find_map(&mut *take)),
        }
    }

    /// The family's face nearest to the wished weight and slant (CSS Fonts 4, 5.2) among those that are good enough.
    fn nearest(
        &self,
        family: FamilyIndex,
        request: &FaceRequest<'_>,
        good: &mut dyn FnMut(&Face) -> bool,
    ) -> Option<FaceId> {
        let faces = self.families().get(family)?.faces.iter().map(|id| self.face(*id));
        let (mut best, mut least) = (None, (true, (u8::MAX, u16::MAX)));
        for face in faces {
            let distance = (face.italic != request.italic, weight_distance(request.weight, face.weight));
            if (best.is_none() || distance < least) && good(face) {
                (best, least) = (Some(face.id), distance);
            }
        }
        best
    }
}

fn generic_index(generic: Generic) -> usize {
    match generic {
        Generic::Serif => 0,
        Generic::Sans => 1,
        Generic::Mono => 2,
    }
}

/// Orders weights as CSS does: towards the wish first from the side it prefers.
fn weight_distance(wish: u16, weight: u16) -> (u8, u16) {
    let difference = wish.abs_diff(weight);
    let preferred = match wish {
        400..=500 => weight >= wish && weight <= 500,
        0..400 => weight <= wish,
        _ => weight >= wish,
    };
    // From 400 to 500 the lighter come before the bolder once 500 is passed.
    let second = (400..=500).contains(&wish) && weight < wish;
    (if preferred { 0 } else { 2 - u8::from(second) }, difference)
}

/// Whether a face has all of a text, as it is or as a shaper would compose or part it.
pub(super) fn covers_text(face: &Face, text: &str) -> bool {
    let covers = |c: char| face.covers(c) || needs_no_glyph(c);
    let mut missing = text.chars().filter(|c| !covers(*c));
    let Some(first) = missing.next() else { return true };
    if first.is_ascii() {
        return false;
    }
    let composed = icu_normalizer::ComposingNormalizerBorrowed::new_nfc();
    let parted = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd();
    composed.normalize_iter(text.chars()).all(covers) || parted.normalize_iter(text.chars()).all(covers)
}

/// What shows nothing of its own: joiners, selectors, direction marks, soft hyphen, spaces, line ends.
pub(super) fn needs_no_glyph(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | ' ' | '\u{85}' | '\u{A0}' | '\u{AD}' | '\u{2000}'..='\u{200F}' => true,
        '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{3000}' | '\u{FE00}'..='\u{FE0F}' => true,
        '\0'..='\u{FF}' => false,
        _ => CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c),
    }
}

/// What must not be printed whatever a font says: control characters, U+FFFD and code points that are no characters.
pub(super) fn is_never_drawn(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' | '\u{85}' => false,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' | '\u{FFFD}' | '\u{FDD0}'..='\u{FDEF}' => true,
        c => (c as u32) & 0xFFFE == 0xFFFE,
    }
}

/// Whether a character leans on the one before it.
pub(super) fn is_mark(c: char) -> bool {
    c >= '\u{300}' && GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// The script of a cluster's first character that has one, for [`Text::script`].
pub(super) fn cluster_script(cluster: &str) -> Script {
    for c in cluster.chars() {
        let script = char_script(c);
        if script != Script::Common {
            return script;
        }
    }
    Script::Common
}

/// As [`cluster_script`], of one character.
pub(super) fn char_script(c: char) -> Script {
    if c.is_ascii() {
        return if c.is_ascii_alphabetic() { Script::Latin } else { Script::Common };
    }
    match CodePointMapData::<Script>::new().get(c) {
        Script::Inherited | Script::Common | Script::Unknown => Script::Common,
        script => printing_script(script),
    }
}

/// The scripts that share a character which has none of its own.
fn shared_scripts(text: &str) -> impl Iterator<Item = Script> {
    text.chars().filter(|c| !c.is_ascii()).flat_map(|c| {
        ScriptWithExtensions::new()
            .get_script_extensions_val(c)
            .iter()
            .map(printing_script)
            .filter(|s| *s != Script::Common)
    })
}

/// The Han form that the letters of a text tell: kana is Japanese, hangul Korean, bopomofo traditional Chinese.
pub(super) fn han_form_of(text: &str) -> HanForm {
    for c in text.chars().filter(|c| *c >= '\u{1100}') {
        match CodePointMapData::<Script>::new().get(c) {
            Script::Hiragana | Script::Katakana => return HanForm::Japan,
            Script::Hangul => return HanForm::Korea,
            Script::Bopomofo => return HanForm::Traditional,
            _ => {}
        }
    }
    HanForm::Simplified
}

/// Whether a cluster asks to be a picture: by default, or by U+FE0F.
fn is_picture(text: &str) -> bool {
    text.chars().any(|c| {
        c == '\u{FE0F}' || c >= '\u{231A}' && CodePointSetData::new::<EmojiPresentation>().contains(c)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(request: &FaceRequest<'_>, cluster: &str) -> String {
        let catalogue = Catalogue::built_in();
        let id = catalogue.select(request, cluster);
        id.map_or("none".into(), |id| catalogue.face(id).family.to_string())
    }

    fn serif(lang: &str, cluster: &str) -> String {
        family(&FaceRequest::new(Generic::Serif, lang), cluster)
    }

    fn sans(lang: &str, cluster: &str) -> String {
        family(&FaceRequest::new(Generic::Sans, lang), cluster)
    }

    #[test]
    fn the_look_follows_the_generic() {
        assert_eq!(serif("en", "a"), "Noto Serif");
        assert_eq!(sans("ru", "ж"), "Noto Sans");
        assert_eq!(family(&FaceRequest::new(Generic::Mono, "en"), "a"), "Noto Sans Mono");
        assert_eq!(family(&FaceRequest::new(Generic::Mono, "th"), "ก"), "Noto Sans Thai");
        assert_eq!(serif("ar", "ع"), "Noto Naskh Arabic");
        assert_eq!(sans("ar", "ع"), "Noto Sans Arabic");
        assert_eq!(serif("hi", "क"), "Noto Serif Devanagari");
        assert_eq!(sans("hi", "क"), "Noto Sans Devanagari");
        assert_eq!(serif("or", "କ"), "Noto Sans Oriya");
        assert_eq!(sans("bo", "ཀ"), "Noto Serif Tibetan");
    }

    #[test]
    fn han_follows_the_language_and_the_letters() {
        for (lang, face) in
            [("ja", "JP"), ("ko", "KR"), ("zh-Hans", "SC"), ("zh-Hant", "TC"), ("zh-HK", "HK"), ("en", "SC")]
        {
            assert_eq!(serif(lang, "骨"), format!("Noto Sans CJK {face}"), "{lang}");
        }
        assert_eq!(sans("en", "の"), "Noto Sans CJK JP");
        assert_eq!(sans("en", "한"), "Noto Sans CJK KR");
    }

    #[test]
    fn urdu_takes_nastaliq() {
        assert_eq!(serif("ur", "ے"), "Noto Nastaliq Urdu");
        assert_eq!(serif("fa", "ی"), "Noto Naskh Arabic");
    }

    #[test]
    fn weight_and_slant_take_the_nearest() {
        let catalogue = Catalogue::built_in();
        let name = |weight, italic, cluster| {
            let request = FaceRequest { weight, italic, ..FaceRequest::new(Generic::Serif, "en") };
            catalogue.face(catalogue.select(&request, cluster).expect("a face")).postscript_name.to_string()
        };
        assert_eq!(name(700, true, "a"), "NotoSerif-BoldItalic");
        assert_eq!(name(600, false, "a"), "NotoSerif-Bold");
        assert_eq!(name(500, false, "a"), "NotoSerif-Regular");
        assert_eq!(name(100, true, "a"), "NotoSerif-Italic");
        assert_eq!(name(700, true, "ع"), "NotoNaskhArabic-Bold");
        assert_eq!(name(700, false, "漢"), "NotoSansCJKsc-Bold");
        assert_eq!(name(700, false, "ᠮ"), "NotoSansMongolian-Regular");
    }

    #[test]
    fn weights_order_as_in_css() {
        let order = |wish: u16| {
            let mut weights = [100, 300, 400, 450, 500, 600, 700, 900];
            weights.sort_by_key(|w| weight_distance(wish, *w));
            weights
        };
        assert_eq!(order(400), [400, 450, 500, 300, 100, 600, 700, 900]);
        assert_eq!(order(300), [300, 100, 400, 450, 500, 600, 700, 900]);
        assert_eq!(order(700), [700, 900, 600, 500, 450, 400, 300, 100]);
    }

    #[test]
    fn named_families_come_first() {
        let families = ["Nobody".to_owned(), "noto sans".to_owned()];
        let request = FaceRequest { families: &families, ..FaceRequest::new(Generic::Serif, "en") };
        assert_eq!(family(&request, "a"), "Noto Sans");
        assert_eq!(family(&request, "ع"), "Noto Naskh Arabic");
    }

    #[test]
    fn signs_take_the_face_beside_them() {
        let catalogue = Catalogue::built_in();
        let request = FaceRequest::new(Generic::Serif, "ar");
        let arabic = catalogue.select(&request, "ع");
        assert_eq!(catalogue.select_beside(&request, "،", arabic), arabic);
        assert_eq!(catalogue.select_beside(&request, " ", arabic), arabic);
        assert_ne!(catalogue.select_beside(&request, "7", arabic), arabic);
    }

    #[test]
    fn marks_want_a_face_that_has_their_base_too() {
        assert_eq!(serif("en", "e\u{301}"), "Noto Serif");
        assert_eq!(serif("vi", "ệ"), "Noto Serif");
        assert_ne!(serif("en", "q\u{1AB0}"), "none");
    }

    #[test]
    fn pictures_and_signs_have_faces() {
        for sign in ["✓", "☎", "☎\u{FE0F}", "😀", "✉", "→", "№", "€", "₿", "☐", "👍🏽", "⚖", "♀", "𝗕", "①", "▪"]
        {
            assert_ne!(serif("en", sign), "none", "{sign}");
        }
        assert_eq!(serif("en", "☎\u{FE0F}"), "Noto Emoji");
    }

    #[test]
    fn what_nobody_can_print_has_no_face() {
        for c in ["\u{FFFD}", "\u{1}", "\u{E000}", "\u{17000}", "\u{378}", "\u{FFFF}"] {
            assert_eq!(serif("en", c), "none", "U+{:04X}", c.chars().next().map_or(0, u32::from));
        }
    }
}
