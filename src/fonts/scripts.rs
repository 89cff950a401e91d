//! Takes a script and a language; gives the families that print it. The one place that says so.

use super::face::Generic;
use icu_properties::props::Script;

/// A script, the families that print it, and the languages usually written in it (their text without a letter, such as
/// a lone comma, still takes that script's face).
pub(super) struct Row {
    pub script: Script,
    pub sans: &'static str,
    /// Empty: the sans serves both.
    pub serif: &'static str,
    /// Primary subtags, spaced.
    pub languages: &'static str,
}

const fn row(script: Script, sans: &'static str, serif: &'static str, languages: &'static str) -> Row {
    Row { script, sans, serif, languages }
}

/// Latin, Greek and Cyrillic are not here: the generic family has them.
pub(super) static ROWS: &[Row] = &[
    row(
        Script::Arabic,
        "Noto Sans Arabic",
        "Noto Naskh Arabic",
        "ar fa ur ps ckb sd ug ks pnb skr lrc mzn glk bal bgn bqi haz luz prs aeb apc ars ary arz acm ajp azb brh khw lah sdh shu trw",
    ),
    row(Script::Hebrew, "Noto Sans Hebrew", "Noto Serif Hebrew", "he yi iw ji lad"),
    row(
        Script::Devanagari,
        "Noto Sans Devanagari",
        "Noto Serif Devanagari",
        "hi mr ne sa bho mai doi brx kok raj awa bgc bra hne mag mwr new xnr gom kfy wbr",
    ),
    row(Script::Bengali, "Noto Sans Bengali", "Noto Serif Bengali", "bn as bpy"),
    row(Script::Gurmukhi, "Noto Sans Gurmukhi", "Noto Serif Gurmukhi", "pa"),
    row(Script::Gujarati, "Noto Sans Gujarati", "Noto Serif Gujarati", "gu"),
    row(Script::Oriya, "Noto Sans Oriya", "", "or"),
    row(Script::Tamil, "Noto Sans Tamil", "Noto Serif Tamil", "ta"),
    row(Script::Telugu, "Noto Sans Telugu", "Noto Serif Telugu", "te"),
    row(Script::Kannada, "Noto Sans Kannada", "Noto Serif Kannada", "kn tcy"),
    row(Script::Malayalam, "Noto Sans Malayalam", "Noto Serif Malayalam", "ml"),
    row(Script::Sinhala, "Noto Sans Sinhala", "Noto Serif Sinhala", "si"),
    row(Script::Thai, "Noto Sans Thai", "Noto Serif Thai", "th"),
    row(Script::Lao, "Noto Sans Lao", "Noto Serif Lao", "lo"),
    row(Script::Khmer, "Noto Sans Khmer", "Noto Serif Khmer", "km"),
    row(Script::Myanmar, "Noto Sans Myanmar", "Noto Serif Myanmar", "my shn mnw ksw kjp blk"),
    row(Script::Tibetan, "Noto Serif Tibetan", "Noto Serif Tibetan", "bo dz"),
    row(Script::Ethiopic, "Noto Sans Ethiopic", "Noto Serif Ethiopic", "am ti gez tig byn wal"),
    row(Script::Georgian, "Noto Sans Georgian", "Noto Serif Georgian", "ka xmf lzz"),
    row(Script::Armenian, "Noto Sans Armenian", "Noto Serif Armenian", "hy hyw"),
    row(Script::Mongolian, "Noto Sans Mongolian", "", ""),
    row(Script::Cherokee, "Noto Sans Cherokee", "", "chr"),
    row(Script::CanadianAboriginal, "Noto Sans Canadian Aboriginal", "", "cr iu csw cwd crk ojs"),
    row(Script::Thaana, "Noto Sans Thaana", "", "dv"),
    row(Script::Syriac, "Noto Sans Syriac", "", "syr aii cld tru"),
    row(Script::Nko, "Noto Sans NKo", "", "nqo"),
    row(Script::Tifinagh, "Noto Sans Tifinagh", "", "zgh tzm"),
    row(Script::Vai, "Noto Sans Vai", "", "vai"),
    row(Script::Javanese, "Noto Sans Javanese", "", ""),
    row(Script::Balinese, "Noto Sans Balinese", "", ""),
    row(Script::Sundanese, "Noto Sans Sundanese", "", ""),
    row(Script::OlChiki, "Noto Sans Ol Chiki", "", "sat"),
    row(Script::Yi, "Noto Sans Yi", "", "ii"),
    row(Script::Osmanya, "Noto Sans Osmanya", "", ""),
    row(Script::Adlam, "Noto Sans Adlam", "", ""),
    row(Script::Cham, "Noto Sans Cham", "", "cjm"),
    row(Script::Lisu, "Noto Sans Lisu", "", "lis"),
    row(Script::MeeteiMayek, "Noto Sans Meetei Mayek", "", "mni"),
    row(Script::Limbu, "Noto Sans Limbu", "", "lif"),
    row(Script::Lepcha, "Noto Sans Lepcha", "", "lep"),
    row(Script::TaiLe, "Noto Sans Tai Le", "", "tdd"),
    row(Script::NewTaiLue, "Noto Sans New Tai Lue", "", "khb"),
    row(Script::TaiTham, "Noto Sans Tai Tham", "", "nod"),
    row(Script::TaiViet, "Noto Sans Tai Viet", "", "blt"),
    row(Script::Bamum, "Noto Sans Bamum", "", "bax"),
    row(Script::HanifiRohingya, "Noto Sans Hanifi Rohingya", "", "rhg"),
    row(Script::Miao, "Noto Sans Miao", "", "hmd"),
    row(Script::Chakma, "Noto Sans Chakma", "", "ccp"),
    row(Script::Newa, "Noto Sans Newa", "", ""),
    row(Script::WarangCiti, "Noto Sans Warang Citi", "", "hoc"),
    row(Script::Mro, "Noto Sans Mro", "", "mro"),
    row(Script::Wancho, "Noto Sans Wancho", "", "nnp"),
    row(Script::NyiakengPuachueHmong, "Noto Serif Nyiakeng Puachue Hmong", "", "hnj"),
    row(Script::PahawhHmong, "Noto Sans Pahawh Hmong", "", ""),
    row(Script::SoraSompeng, "Noto Sans Sora Sompeng", "", "srb"),
    row(Script::BassaVah, "Noto Sans Bassa Vah", "", "bsq"),
    row(Script::MendeKikakui, "Noto Sans Mende Kikakui", "", ""),
    row(Script::Medefaidrin, "Noto Sans Medefaidrin", "", ""),
    row(Script::Saurashtra, "Noto Sans Saurashtra", "", "saz"),
    row(Script::SylotiNagri, "Noto Sans Syloti Nagri", "", "syl"),
    row(Script::Buginese, "Noto Sans Buginese", "", ""),
    row(Script::Makasar, "Noto Serif Makasar", "", ""),
    row(Script::Batak, "Noto Sans Batak", "", "bbc"),
    row(Script::Rejang, "Noto Sans Rejang", "", ""),
    row(Script::KayahLi, "Noto Sans Kayah Li", "", "eky kyu"),
    row(Script::Hanunoo, "Noto Sans Hanunoo", "", "hnn"),
    row(Script::Buhid, "Noto Sans Buhid", "", "bku"),
    row(Script::Tagbanwa, "Noto Sans Tagbanwa", "", "tbw"),
    row(Script::Tagalog, "Noto Sans Tagalog", "", ""),
    row(Script::Osage, "Noto Sans Osage", "", "osa"),
    row(Script::Deseret, "Noto Sans Deseret", "", ""),
    row(Script::Shavian, "Noto Sans Shavian", "", ""),
    row(Script::GunjalaGondi, "Noto Sans Gunjala Gondi", "", "wsg"),
    row(Script::MasaramGondi, "Noto Sans Masaram Gondi", "", "esg"),
    row(Script::Kawi, "Noto Sans Kawi", "", "kaw"),
    row(Script::Toto, "Noto Serif Toto", "", "txo"),
    row(Script::Tangsa, "Noto Sans Tangsa", "", "nst"),
    row(Script::Yezidi, "Noto Serif Yezidi", "", ""),
    row(Script::Ahom, "Noto Serif Ahom", "", "aho"),
    row(Script::Dogra, "Noto Serif Dogra", "", ""),
    row(Script::Khojki, "Noto Sans Khojki", "", ""),
    row(Script::Modi, "Noto Sans Modi", "", ""),
    row(Script::Takri, "Noto Sans Takri", "", ""),
    row(Script::Tirhuta, "Noto Sans Tirhuta", "", ""),
    row(Script::Grantha, "Noto Serif Grantha", "", ""),
    row(Script::Sharada, "Noto Sans Sharada", "", ""),
    row(Script::Kaithi, "Noto Sans Kaithi", "", ""),
    row(Script::Mandaic, "Noto Sans Mandaic", "", "mid myz"),
    row(Script::Samaritan, "Noto Sans Samaritan", "", "sam smp"),
    row(Script::Coptic, "Noto Sans Coptic", "", "cop"),
    row(Script::PauCinHau, "Noto Sans Pau Cin Hau", "", ""),
    row(Script::Nushu, "Noto Sans Nushu", "", ""),
    row(Script::Duployan, "Noto Sans Duployan", "", ""),
    row(Script::Sunuwar, "Noto Sans Sunuwar", "", "suz"),
];

/// What has no script of its own: arrows, signs, pictures.
pub(super) const SYMBOLS: [&str; 4] =
    ["Noto Sans Symbols", "Noto Sans Symbols 2", "Noto Sans Math", "Noto Emoji"];

/// The family of each CSS generic.
pub(super) const fn generic_family(generic: Generic) -> &'static str {
    match generic {
        Generic::Serif => "Noto Serif",
        Generic::Sans => "Noto Sans",
        Generic::Mono => "Noto Sans Mono",
    }
}

/// The forms that Han characters take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HanForm {
    Japan,
    Korea,
    Simplified,
    Traditional,
    HongKong,
}

pub(super) const HAN_FAMILIES: [&str; 5] =
    ["Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK SC", "Noto Sans CJK TC", "Noto Sans CJK HK"];

/// The subtags of a language tag (BCP 47; `_` is taken for `-`) that decide a face.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tag<'a> {
    pub language: &'a str,
    pub script: &'a str,
    region: &'a str,
}

impl<'a> Tag<'a> {
    pub fn parse(lang: &'a str) -> Self {
        let mut subtags = lang.split(['-', '_']);
        let mut tag = Tag { language: subtags.next().unwrap_or_default(), ..Tag::default() };
        for subtag in subtags {
            let letters = subtag.bytes().all(|b| b.is_ascii_alphabetic());
            match subtag.len() {
                // A singleton starts an extension; what follows tells nothing here.
                0 | 1 => break,
                4 if letters && tag.script.is_empty() && tag.region.is_empty() => tag.script = subtag,
                2 if letters && tag.region.is_empty() => tag.region = subtag,
                _ => {}
            }
        }
        tag
    }

    fn language_is(&self, any: &[&str]) -> bool {
        any.iter().any(|l| l.eq_ignore_ascii_case(self.language))
    }

    fn script_is(&self, any: &[&str]) -> bool {
        any.iter().any(|s| s.eq_ignore_ascii_case(self.script))
    }

    /// The Han form that the tag asks for, if it asks for one.
    pub fn han_form(&self) -> Option<HanForm> {
        let in_hong_kong = ["HK", "MO"].iter().any(|r| r.eq_ignore_ascii_case(self.region));
        if self.script_is(&["Jpan", "Hira", "Kana", "Hrkt"]) {
            Some(HanForm::Japan)
        } else if self.script_is(&["Kore", "Hang", "Jamo"]) {
            Some(HanForm::Korea)
        } else if self.script_is(&["Hans"]) {
            Some(HanForm::Simplified)
        } else if self.script_is(&["Hant", "Hanb", "Bopo"]) {
            let cantonese = self.language_is(&["yue"]);
            Some(if in_hong_kong || cantonese { HanForm::HongKong } else { HanForm::Traditional })
        } else if !self.script.is_empty() && !self.script_is(&["Hani"]) {
            None
        } else if self.language_is(&["ja", "ryu", "ain"]) {
            Some(HanForm::Japan)
        } else if self.language_is(&["ko", "jje", "okm"]) {
            Some(HanForm::Korea)
        } else if self.language_is(&["yue"]) {
            Some(if self.region.eq_ignore_ascii_case("CN") { HanForm::Simplified } else { HanForm::HongKong })
        } else if self.language_is(&["zh", "cmn", "wuu", "gan", "hsn", "cjy", "za"]) {
            let taiwan = self.region.eq_ignore_ascii_case("TW");
            Some(match (in_hong_kong, taiwan) {
                (true, _) => HanForm::HongKong,
                (_, true) => HanForm::Traditional,
                _ => HanForm::Simplified,
            })
        } else if self.language_is(&["nan", "hak", "lzh", "cdo"]) {
            Some(HanForm::Traditional)
        } else {
            None
        }
    }

    /// Whether Arabic letters of this language are written in the nastaliq hand.
    pub fn wants_nastaliq(&self) -> bool {
        self.language_is(&["ur", "ks", "pa", "pnb", "lah", "skr", "khw", "trw"])
            && (self.script.is_empty() || self.script_is(&["Arab", "Aran"]))
            || self.script_is(&["Aran"])
    }

    /// The script that the language is usually written in, where it is one of [`ROWS`] or Han.
    pub fn usual_script(&self) -> Option<Script> {
        if self.han_form().is_some() {
            return Some(Script::Han);
        }
        if !self.script.is_empty() {
            let parsed = icu_properties::PropertyParser::<Script>::new().get_loose(self.script)?;
            return ROWS.iter().find(|r| r.script == parsed).map(|r| r.script);
        }
        let known =
            |r: &&Row| r.languages.split(' ').any(|l| !l.is_empty() && l.eq_ignore_ascii_case(self.language));
        ROWS.iter().find(known).map(|r| r.script)
    }
}

/// The script whose families print text of `script`: one for all of Chinese, Japanese and Korean writing.
pub(super) fn printing_script(script: Script) -> Script {
    match script {
        Script::Hiragana
        | Script::Katakana
        | Script::KatakanaOrHiragana
        | Script::Bopomofo
        | Script::Hangul => Script::Han,
        Script::Greek | Script::Cyrillic => Script::Latin,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_forms_follow_the_tag() {
        for (tag, form) in [
            ("ja", HanForm::Japan),
            ("ja-JP", HanForm::Japan),
            ("ko", HanForm::Korea),
            ("zh", HanForm::Simplified),
            ("zh-Hans", HanForm::Simplified),
            ("zh-CN", HanForm::Simplified),
            ("zh_SG", HanForm::Simplified),
            ("zh-Hant", HanForm::Traditional),
            ("zh-TW", HanForm::Traditional),
            ("zh-Hant-TW", HanForm::Traditional),
            ("zh-HK", HanForm::HongKong),
            ("zh-Hant-HK", HanForm::HongKong),
            ("zh-MO", HanForm::HongKong),
            ("yue", HanForm::HongKong),
            ("yue-Hans", HanForm::Simplified),
            ("yue-Hant", HanForm::HongKong),
            ("zh-hant-hk-x-y", HanForm::HongKong),
        ] {
            assert_eq!(Tag::parse(tag).han_form(), Some(form), "{tag}");
        }
        assert_eq!(Tag::parse("en-HK").han_form(), None);
        assert_eq!(Tag::parse("zh-Latn").han_form(), None);
    }

    #[test]
    fn the_hand_of_arabic_follows_the_tag() {
        assert!(Tag::parse("ur-PK").wants_nastaliq());
        assert!(Tag::parse("pa-Arab").wants_nastaliq());
        assert!(!Tag::parse("fa").wants_nastaliq());
        assert!(!Tag::parse("ks-Deva").wants_nastaliq());
        assert!(Tag::parse("fa-Aran").wants_nastaliq());
    }

    #[test]
    fn usual_scripts_come_from_the_language_or_the_tag() {
        assert_eq!(Tag::parse("ar-EG").usual_script(), Some(Script::Arabic));
        assert_eq!(Tag::parse("az-Arab").usual_script(), Some(Script::Arabic));
        assert_eq!(Tag::parse("zh-TW").usual_script(), Some(Script::Han));
        assert_eq!(Tag::parse("en").usual_script(), None);
        assert_eq!(Tag::parse("sr-Latn").usual_script(), None);
        assert_eq!(Tag::parse("").usual_script(), None);
    }

    #[test]
    fn the_page_on_scripts_tells_the_same() {
        let page = include_str!("../../docs/scripts.md");
        for row in ROWS {
            let serif = if row.serif.is_empty() { row.sans } else { row.serif };
            let cells = format!(" | {} | {serif} |", row.sans);
            assert!(page.contains(&cells), "docs/scripts.md lacks the row {cells}");
        }
        let rows = page.lines().filter(|l| l.starts_with("| ") && l.matches(" Noto ").count() == 2).count();
        assert_eq!(rows, ROWS.len() + 2, "docs/scripts.md has rows of its own");
    }
}
