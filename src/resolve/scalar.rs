//! Texts that mean something: dates, countries, languages, colours, links, postage. Each gives a value or what is wrong.

use jiff::civil::Date;

use super::postal;
use crate::geometry::Colour;
use crate::load::impossible_date;
use crate::model::{CountryCode, Lang};

/// What is wrong with a text, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub message: String,
    pub hint: Option<String>,
}

impl Mistake {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A date as it is written in TOML: `2026-12-10`.
pub fn date(text: &str) -> Result<Date, Mistake> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == 10
    {
        return Ok(date);
    }
    if let Some(words) = impossible_date(text) {
        return Err(Mistake::new(words));
    }
    let mistake = Mistake::new(format!("`{text}` is not a date"));
    Err(match meant_date(text) {
        Some(date) => mistake.hint(format!("did you mean {date}?")),
        None => mistake.hint("a date is year-month-day, such as 2026-12-10"),
    })
}

/// The date that `31.1.2027`, `31/01/2027` or `2027/1/31` can only mean.
pub fn meant_date(text: &str) -> Option<Date> {
    let date_part = text.split(['T', ' ']).next()?;
    let mut parts = date_part.split(['.', '/', '-']).map(|part| part.parse::<i16>().ok());
    let (a, b, c) = (parts.next()??, parts.next()??, parts.next()??);
    let (year, month, day) = if a > 31 {
        (a, b, c)
    } else if date_part.contains('.') || a > 12 {
        (c, b, a)
    } else {
        // 3/4/2027 is March in one country and April in the next.
        return None;
    };
    if parts.next().is_some() || year < 1000 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Codes and names that people write for a country that has another code.
const COUNTRY_NAMES: &[(&str, &str)] = &[
    ("UK", "GB"),
    ("EN", "GB"),
    ("ENGLAND", "GB"),
    ("SCOTLAND", "GB"),
    ("WALES", "GB"),
    ("GREAT BRITAIN", "GB"),
    ("UNITED KINGDOM", "GB"),
    ("USA", "US"),
    ("UNITED STATES", "US"),
    ("EL", "GR"),
    ("ENG", "GB"),
    ("GBR", "GB"),
    ("FX", "FR"),
    ("SU", "RU"),
    ("TP", "TL"),
    ("BU", "MM"),
    ("BURMA", "MM"),
    ("ZR", "CD"),
    ("YU", "RS"),
    ("CS", "CZ"),
    ("DD", "DE"),
    ("KO", "KR"),
    ("KV", "XK"),
    ("KOSOVO", "XK"),
    ("KS", "XK"),
    ("HOLLAND", "NL"),
    ("DEUTSCHLAND", "DE"),
    ("SCHWEIZ", "CH"),
    ("SUISSE", "CH"),
    ("ESPAÑA", "ES"),
    ("CHN", "CN"),
    ("RUS", "RU"),
    ("DEU", "DE"),
    ("FRA", "FR"),
    ("BLR", "BY"),
    ("IRN", "IR"),
    ("TUR", "TR"),
];

/// A country's code.
pub fn country(text: &str) -> Result<CountryCode, Mistake> {
    if let Some(code) = code(text)
        && postal::country_exists(code)
    {
        return Ok(code);
    }
    let upper = text.trim().to_uppercase();
    let mistake = Mistake::new(format!("`{text}` is not the code of a country"));
    let meant = COUNTRY_NAMES
        .iter()
        .find(|(name, _)| *name == upper)
        .map(|(_, code)| (*code).to_owned())
        .or_else(|| code(&upper).filter(|c| postal::country_exists(*c)).map(|c| c.as_str().to_owned()))
        .or_else(|| postal::country_by_name(text).map(|c| c.as_str().to_owned()));
    Err(match meant {
        Some(meant) => mistake.hint(format!("did you mean `{meant}`?")),
        None => {
            mistake.hint("a country is two capital letters (ISO 3166-1 alpha-2), such as `BY` for Belarus")
        }
    })
}

fn code(text: &str) -> Option<CountryCode> {
    match text.as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(CountryCode([*a, *b])),
        _ => None,
    }
}

/// ISO 639-1, the languages of two letters.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee \
    el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg \
    ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv \
    ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk \
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// Names and country codes that people write for a language.
const LANGUAGE_NAMES: &[(&str, &str)] = &[
    ("english", "en"),
    ("german", "de"),
    ("deutsch", "de"),
    ("french", "fr"),
    ("français", "fr"),
    ("spanish", "es"),
    ("español", "es"),
    ("russian", "ru"),
    ("arabic", "ar"),
    ("chinese", "zh"),
    ("cn", "zh"),
    ("jp", "ja"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("ua", "uk"),
    ("ukrainian", "uk"),
    ("cz", "cs"),
    ("dk", "da"),
    ("gr", "el"),
    ("iw", "he"),
    ("in", "id"),
    ("ji", "yi"),
    ("by", "be"),
    ("ir", "fa"),
    ("persian", "fa"),
    ("farsi", "fa"),
    ("turkish", "tr"),
    ("portuguese", "pt"),
    ("italian", "it"),
    ("dutch", "nl"),
    ("polish", "pl"),
    ("burmese", "my"),
    ("mm", "my"),
    ("eng", "en"),
    ("deu", "de"),
    ("ger", "de"),
    ("fra", "fr"),
    ("fre", "fr"),
    ("spa", "es"),
    ("rus", "ru"),
    ("ara", "ar"),
    ("zho", "zh"),
    ("chi", "zh"),
    ("vn", "vi"),
    ("rs", "sr"),
    ("si-si", "sl-SI"),
    ("en-uk", "en-GB"),
    ("br-br", "pt-BR"),
    ("at", "de-AT"),
    ("us", "en-US"),
    ("gb", "en-GB"),
    ("il", "he"),
    ("ke", "sw"),
    ("kz", "kk"),
    ("am-am", "hy-AM"),
];

/// A language tag by BCP 47, in its usual case: `pt-BR`, `zh-Hant-TW`, `sr-Latn`.
pub fn language(text: &str) -> Result<Lang, Mistake> {
    let lower = text.trim().to_lowercase().replace('_', "-");
    if let Some((_, meant)) = LANGUAGE_NAMES.iter().find(|(name, _)| *name == lower) {
        return Err(
            Mistake::new(format!("`{text}` is not a language tag")).hint(format!("did you mean `{meant}`?"))
        );
    }
    let wrong = |hint: String| Err(Mistake::new(format!("`{text}` is not a language tag")).hint(hint));
    const FORM: &str = "a language is a tag by BCP 47, such as `en`, `pt-BR` or `zh-Hant`";
    let mut subtags = lower.split('-');
    let Some(primary) = subtags.next().filter(|p| p.bytes().all(|b| b.is_ascii_lowercase())) else {
        return wrong(FORM.to_owned());
    };
    match primary.len() {
        2 if LANGUAGES.split_ascii_whitespace().any(|known| known == primary) => {}
        3 => {}
        _ => return wrong(FORM.to_owned()),
    }
    let mut tag = primary.to_owned();
    let (mut script, mut region, mut rest) = (false, false, false);
    for subtag in subtags {
        let letters = subtag.bytes().all(|b| b.is_ascii_alphabetic());
        let known = subtag.bytes().all(|b| b.is_ascii_alphanumeric());
        tag.push('-');
        match subtag.len() {
            _ if !known => return wrong(FORM.to_owned()),
            4 if letters && !script && !region && !rest => {
                script = true;
                tag.push_str(&subtag[..1].to_ascii_uppercase());
                tag.push_str(&subtag[1..]);
            }
            2 if letters && !region && !rest => {
                region = true;
                let upper = subtag.to_ascii_uppercase();
                if let Err(mistake) = country(&upper) {
                    return wrong(mistake.hint.unwrap_or_default());
                }
                tag.push_str(&upper);
            }
            3 if !letters && !region && !rest && subtag.bytes().all(|b| b.is_ascii_digit()) => {
                region = true;
                tag.push_str(subtag);
            }
            1..=8 => {
                rest = true;
                tag.push_str(subtag);
            }
            _ => return wrong(FORM.to_owned()),
        }
    }
    if text.contains('_') {
        return wrong(format!("did you mean `{tag}`?"));
    }
    Ok(tag.into())
}

/// `#rrggbb` or `#rgb`.
pub fn colour(text: &str) -> Result<Colour, Mistake> {
    let wrong = || {
        let mistake = Mistake::new(format!("`{text}` is not a colour"));
        match (text.len(), u32::from_str_radix(text, 16)) {
            (3 | 6, Ok(_)) => mistake.hint(format!("did you mean `#{text}`?")),
            _ => mistake.hint("a colour is `#` and six digits 0 to f, such as `#ffff00` for yellow"),
        }
    };
    let digits =
        text.strip_prefix('#').filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).ok_or_else(wrong)?;
    let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
    let byte = |shift: u32, bits: u32| {
        let part = (value >> shift) & ((1 << bits) - 1);
        u8::try_from(if bits == 4 { part * 17 } else { part }).unwrap_or(u8::MAX)
    };
    match digits.len() {
        6 => Ok(Colour::new(byte(16, 8), byte(8, 8), byte(0, 8))),
        3 => Ok(Colour::new(byte(8, 4), byte(4, 4), byte(0, 4))),
        _ => Err(wrong()),
    }
}

/// Checks a link that is printed and put into a QR code.
pub fn link(text: &str) -> Result<(), Mistake> {
    let mistake = || Mistake::new(format!("`{text}` is not a link"));
    let lower = text.to_ascii_lowercase();
    let rest = ["https://", "http://", "mailto:"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    match rest {
        _ if text.len() > LONGEST_LINK => Err(Mistake::new(format!(
            "the link has {} letters; a code of more than {LONGEST_LINK} cannot be read from paper",
            text.chars().count()
        ))
        .hint("give a shorter link to the same page")),
        _ if text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\')) =>
        {
            Err(mistake().hint("a link holds no blanks, quotation marks or backslashes"))
        }
        Some(rest) if lower.starts_with("mailto:") => email(rest.split('?').next().unwrap_or(rest))
            .map_err(|_| mistake().hint("as `mailto:office@example.org`")),
        Some(rest) if host_is_plausible(rest) => Ok(()),
        Some(_) => Err(mistake().hint("it names no host")),
        None if looks_like_scheme(&lower) => {
            let scheme = lower.split(':').next().unwrap_or_default();
            Err(Mistake::new(format!("a link may not begin with `{scheme}:`"))
                .hint("it begins with `https://`, `http://` or `mailto:`"))
        }
        None if host_is_plausible(&lower) => Err(mistake().hint(format!("did you mean `https://{text}`?"))),
        None => Err(mistake().hint("a link begins with `https://`")),
    }
}

/// Bytes of a link: a QR code of more has cells too small for a phone.
const LONGEST_LINK: usize = 500;

fn looks_like_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, rest)| {
        !scheme.contains(['.', '/'])
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && !rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

fn host_is_plausible(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    host.contains('.') && host.split('.').all(|label| !label.is_empty())
}

/// Checks a web page that is only printed: its beginning may be left out.
pub fn website(text: &str) -> Result<(), Mistake> {
    if !text.contains(':') && !text.contains(char::is_whitespace) && host_is_plausible(text) {
        return Ok(());
    }
    link(text)
}

/// Checks an e-mail address for what can be told without sending to it.
pub fn email(text: &str) -> Result<(), Mistake> {
    let parts = text.rsplit_once('@');
    let good = parts.is_some_and(|(local, host)| {
        !local.is_empty()
            && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
            && host.contains('.')
            && host.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            })
    });
    if good {
        return Ok(());
    }
    let bare = text.trim_start_matches("mailto:").trim_matches(['<', '>']);
    if bare != text && email(bare).is_ok() {
        return Err(
            Mistake::new(format!("`{text}` is not an e-mail address")).hint(format!("write `{bare}` alone"))
        );
    }
    Err(Mistake::new(format!("`{text}` is not an e-mail address"))
        .hint("one address, such as `office@example.org`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint<T: std::fmt::Debug>(result: Result<T, Mistake>) -> String {
        let mistake = result.unwrap_err();
        format!("{} | {}", mistake.message, mistake.hint.unwrap_or_default())
    }

    #[test]
    fn dates_are_taken_in_one_form_and_others_are_understood() {
        assert_eq!(date("2026-12-10").unwrap().to_string(), "2026-12-10");
        assert_eq!(hint(date("2026-02-30")), "`2026-02-30` is not a date: February 2026 has 28 days | ");
        assert_eq!(hint(date("2026-13-01")), "`2026-13-01` is not a date: there is no month 13 | ");
        assert_eq!(hint(date("31.1.2027")), "`31.1.2027` is not a date | did you mean 2027-01-31?");
        assert!(hint(date("3/4/2027")).ends_with("such as 2026-12-10"));
        assert!(hint(date("soon")).ends_with("such as 2026-12-10"));
    }

    #[test]
    fn countries_are_codes_and_near_misses_are_named() {
        assert_eq!(country("BY").unwrap(), CountryCode(*b"BY"));
        assert_eq!(hint(country("UK")), "`UK` is not the code of a country | did you mean `GB`?");
        assert_eq!(hint(country("by")), "`by` is not the code of a country | did you mean `BY`?");
        assert!(country("XX").is_err() && country("").is_err() && country("ß").is_err());
    }

    #[test]
    fn language_tags_are_brought_to_their_usual_case() {
        for (text, tag) in [
            ("EN", "en"),
            ("pt-br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("sr-latn", "sr-Latn"),
            ("es-419", "es-419"),
            ("de-1996", "de-1996"),
            ("ckb", "ckb"),
        ] {
            assert_eq!(&*language(text).unwrap(), tag);
        }
        assert_eq!(hint(language("english")), "`english` is not a language tag | did you mean `en`?");
        assert_eq!(hint(language("en-UK")), "`en-UK` is not a language tag | did you mean `en-GB`?");
        assert_eq!(hint(language("pt_BR")), "`pt_BR` is not a language tag | did you mean `pt-BR`?");
        for wrong in ["", "xx", "e", "en-", "en--US", "de-ÄT", "en-123456789"] {
            assert!(language(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn colours_links_and_addresses() {
        assert_eq!(colour("#ff0").unwrap(), Colour::new(255, 255, 0));
        assert_eq!(colour("#12AB0f").unwrap(), Colour::new(0x12, 0xab, 0x0f));
        assert_eq!(hint(colour("ffff00")), "`ffff00` is not a colour | did you mean `#ffff00`?");
        assert!(colour("#+12345").is_err() && colour("yellow").is_err() && colour("#").is_err());
        assert!(link("https://example.org/a?b=c#d").is_ok() && link("mailto:a@example.org").is_ok());
        assert_eq!(
            hint(link("example.org/x")),
            "`example.org/x` is not a link | did you mean `https://example.org/x`?"
        );
        assert!(hint(link("javascript:alert(1)")).contains("may not begin with `javascript:`"));
        assert!(hint(link("file:///etc/passwd")).contains("may not begin with `file:`"));
        assert!(link("https://a b.org").is_err() && link("https://").is_err() && link("").is_err());
        assert!(website("www.example.org").is_ok() && website("nowhere").is_err());
        assert!(email("a.b@example.org").is_ok() && email("a@b@c.org").is_err() && email("a@b").is_err());
    }
}
