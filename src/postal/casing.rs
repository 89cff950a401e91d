//! Takes a text and its language; gives it in capitals as that language writes them.

use std::borrow::Cow;

use icu_casemap::CaseMapper;

/// Capitals by the rules of a language: Turkish `i` to `İ`, German `ß` to `SS`, Greek without its accents, Lithuanian
/// without added dots. An empty or unknown language has the rules common to most.
pub fn upper<'a>(text: &'a str, lang: &str) -> Cow<'a, str> {
    let base = lang.split('-').next().unwrap_or("");
    if text.is_ascii() && !matches!(base, "tr" | "az" | "lt") {
        return if text.bytes().any(|b| b.is_ascii_lowercase()) {
            Cow::Owned(text.to_ascii_uppercase())
        } else {
            Cow::Borrowed(text)
        };
    }
    match base.parse().or_else(|_| "und".parse()) {
        Ok(language) => CaseMapper::new().uppercase_to_string(text, &language),
        Err(_) => Cow::Owned(text.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::upper;

    #[test]
    fn capitals_follow_the_language() {
        assert_eq!(upper("İçişleri Bakanlığı, istanbul", "tr"), "İÇİŞLERİ BAKANLIĞI, İSTANBUL");
        assert_eq!(upper("istanbul", "tr-TR"), "İSTANBUL");
        assert_eq!(upper("istanbul", "en"), "ISTANBUL");
        assert_eq!(upper("Gießen", "de"), "GIESSEN");
        assert_eq!(upper("Αθήνα, Θεσσαλονίκη", "el"), "ΑΘΗΝΑ, ΘΕΣΣΑΛΟΝΙΚΗ");
        assert_eq!(upper("België", "nl"), "BELGIË");
        assert_eq!(upper("IJmuiden", "nl"), "IJMUIDEN");
        assert_eq!(upper("Đồng Văn Cống", "vi"), "ĐỒNG VĂN CỐNG");
        assert_eq!(upper("Bakı", "az"), "BAKI");
        assert_eq!(upper("i\u{307}\u{300}", "lt"), "I\u{300}");
        assert_eq!(upper("Şəki", ""), "ŞƏKI");
    }
}
