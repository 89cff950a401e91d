//! Takes language tags; gives their names, their scripts and their direction.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use super::table::{Sections, rows, truncations};

static NAMES: Sections = Sections::new(include_str!("../../data/language-names.tsv"));
const SCRIPTS: &str = include_str!("../../data/scripts.tsv");

/// The name of a language in another (`be` in `en`: `Belarusian`). Falls back along both tags and to English; `None` for
/// a language that has no name there.
pub fn name(tag: &str, lang: &str) -> Option<&'static str> {
    truncations(lang).chain(["en"]).find_map(|lang| truncations(tag).find_map(|tag| NAMES.value(lang, tag)))
}

fn script_table() -> &'static HashMap<&'static str, &'static str> {
    static TABLE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    TABLE.get_or_init(|| rows(SCRIPTS).map(|row| (row.cell(0), row.cell(1))).collect())
}

/// The script a language is written in, as its ISO 15924 code: the tag's own, or the usual one of its language and region.
pub fn script(tag: &str) -> Cow<'_, str> {
    if let Some(own) = tag.split('-').skip(1).find(|part| part.len() == 4 && part.is_ascii()) {
        return Cow::Borrowed(own);
    }
    Cow::Borrowed(truncations(tag).find_map(|tag| script_table().get(tag).copied()).unwrap_or("Latn"))
}

/// True where the language is written from right to left.
pub fn is_rtl(tag: &str) -> bool {
    let list = SCRIPTS.lines().find_map(|line| line.strip_prefix("# right-to-left: ")).unwrap_or("");
    let script = script(tag);
    list.split(' ').any(|s| s.eq_ignore_ascii_case(&script))
}

/// The tag with its script where the region decides it and tables are kept by script: `zh-TW` is `zh-Hant-TW`.
pub(super) fn with_script(tag: &str) -> Cow<'_, str> {
    let mut parts = tag.split('-');
    let (Some(language), Some(region)) = (parts.next(), parts.next()) else { return Cow::Borrowed(tag) };
    let region_decides = region.len() < 4 && script(tag) != script(language);
    if region_decides {
        Cow::Owned(format!("{language}-{}-{region}", script(tag)))
    } else {
        Cow::Borrowed(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_named_in_languages() {
        assert_eq!(name("be", "en"), Some("Belarusian"));
        assert_eq!(name("be", "de-AT"), Some("Belarussisch"));
        assert_eq!(name("pt-PT", "fr"), Some("portugais européen"));
        assert_eq!(name("fr-BE", "xx"), Some("French"));
        assert_eq!(name("qqq", "en"), None);
    }

    #[test]
    fn scripts_follow_language_region_and_subtag() {
        for (tag, script_code, rtl) in [
            ("en", "Latn", false),
            ("ar", "Arab", true),
            ("ckb-IQ", "Arab", true),
            ("he", "Hebr", true),
            ("dv", "Thaa", true),
            ("zh-TW", "Hant", false),
            ("zh", "Hans", false),
            ("pa-PK", "Arab", true),
            ("pa", "Guru", false),
            ("uz-Arab", "Arab", true),
            ("sr-Latn-RS", "Latn", false),
            ("ff-Adlm", "Adlm", true),
            ("be", "Cyrl", false),
        ] {
            assert_eq!(script(tag), script_code, "{tag}");
            assert_eq!(is_rtl(tag), rtl, "{tag}");
        }
        assert_eq!(with_script("zh-TW"), "zh-Hant-TW");
        assert_eq!(with_script("pt-BR"), "pt-BR");
    }
}
