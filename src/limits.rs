//! Limits on what a run may read, unfold and make: one struct that every stage reads, and the parsing of `--limit`.
//!
//! The defaults are generous for real use (100,000 recipients, photos of a good camera) and keep a hostile pack from
//! hanging the machine. They are never read from a case folder: a pack must not raise its own limits.

use std::time::Duration;

/// What a limit counts; decides how its value may be written and is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things: files, rows, pages; `k` and `M` are thousands and millions.
    Count,
    /// Bytes; `k`, `M` and `G` are 1024, 1024² and 1024³.
    Bytes,
    /// Pixels; `k` and `M` are thousands and millions.
    Pixels,
    /// Whole seconds.
    Seconds,
}

impl Unit {
    /// A value in this unit, in words: `1 MiB`, `10 seconds`.
    pub fn words(self, value: u64) -> String {
        match self {
            Self::Count => grouped(value),
            Self::Pixels => format!("{} pixels", grouped(value)),
            Self::Seconds if value == 1 => "1 second".to_owned(),
            Self::Seconds => format!("{} seconds", grouped(value)),
            Self::Bytes => [("GiB", 1u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
                .iter()
                .find(|(_, size)| value >= *size && value.is_multiple_of(*size))
                .map_or_else(
                    || format!("{} bytes", grouped(value)),
                    |(name, size)| format!("{} {name}", value / size),
                ),
        }
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One row of the table of limits.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// As it is written after `--limit`.
    pub name: &'static str,
    pub unit: Unit,
    pub default: u64,
    /// What it bounds, in a few words.
    pub about: &'static str,
}

macro_rules! limits {
    ($($field:ident $name:literal $unit:ident $default:expr, $about:literal;)*) => {
        /// The limits of a run. Each field is documented by the table in [`Limits::ALL`].
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $(#[doc = $about] pub $field: u64,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Limits {
            /// Every limit with its name, unit, default and meaning.
            pub const ALL: &'static [Limit] = &[
                $(Limit { name: $name, unit: Unit::$unit, default: $default, about: $about },)*
            ];

            fn field(&mut self, name: &str) -> Option<(&mut u64, Unit)> {
                match name {
                    $($name => Some((&mut self.$field, Unit::$unit)),)*
                    _ => None,
                }
            }
        }
    };
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

limits! {
    case_files "case-files" Count 10_000, "case files in the folder";
    toml_bytes "toml-bytes" Bytes MIB, "size of a case file, of `kit.toml` and of a file of strings";
    csv_bytes "csv-bytes" Bytes 128 * MIB, "size of a file of recipients, also of a workbook with its parts unfolded";
    csv_rows "csv-rows" Count 1_000_000, "rows of a file of recipients";
    text_bytes "text-bytes" Bytes 256 * KIB, "length of one text";
    list_items "list-items" Count 10_000, "items of one list, targets of one case file";
    pictures "pictures" Count 20_000, "different photos and logos";
    picture_bytes "picture-bytes" Bytes 64 * MIB, "size of a photo's or logo's file";
    picture_pixels "picture-pixels" Pixels 120_000_000, "width times height of a photo or logo";
    pictures_memory "pictures-memory" Bytes 2048 * MIB, "the files of all pictures together";
    pictures_pixels "pictures-pixels" Pixels 4_000_000_000, "width times height of all pictures together";
    font_bytes "font-bytes" Bytes 64 * MIB, "size of a font file";
    fonts "fonts" Count 500, "font files in the folder of `--fonts`";
    template_bytes "template-bytes" Bytes 256 * KIB, "size of a template or style sheet";
    templates "templates" Count 500, "templates in the folder of `--templates`";
    template_output_bytes "template-output-bytes" Bytes 4 * MIB, "what one template may write for one subject";
    template_seconds "template-seconds" Seconds 10, "time for one template and one subject";
    template_memory "template-memory" Bytes 512 * MIB, "memory that one template may take for one subject";
    elements "elements" Count 500_000, "elements and pieces of text of one rendered sheet";
    element_depth "element-depth" Count 100, "elements inside one another";
    sheet_pages "sheet-pages" Count 2_000, "pages of one sheet for one subject";
    pages "pages" Count 500_000, "pages of the whole kit";
    output_bytes "output-bytes" Bytes 4096 * MIB, "size of the kit's file";
    seconds "seconds" Seconds 3_600, "time for the whole run";
}

impl Limits {
    /// Sets a limit from `NAME=VALUE`, as `--limit` takes it: `picture-pixels=200M`, `template-seconds=30`.
    ///
    /// # Errors
    /// A message in plain words for an unknown name, or a value that is no number from 1 up.
    pub fn set(&mut self, assignment: &str) -> Result<(), String> {
        let Some((name, value)) = assignment.split_once('=') else {
            return Err(format!(
                "`{assignment}` is not of the form NAME=VALUE, such as `picture-pixels=200M`"
            ));
        };
        let (name, value) = (name.trim(), value.trim());
        let Some((field, unit)) = self.field(name) else {
            let near = Self::ALL
                .iter()
                .map(|l| (strsim::jaro_winkler(l.name, name), l.name))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .filter(|(score, _)| *score > 0.8);
            return Err(match near {
                Some((_, near)) => format!("unknown limit `{name}`, did you mean `{near}`?"),
                None => {
                    let all: Vec<_> = Self::ALL.iter().map(|l| l.name).collect();
                    format!("unknown limit `{name}`; the limits are {}", all.join(", "))
                }
            });
        };
        *field = parse_amount(value, unit).ok_or_else(|| {
            format!("the limit `{name}` takes a whole number from 1 up, with `k`, `M` or `G` where it is large, not `{value}`")
        })?;
        Ok(())
    }

    /// The time that one template may take.
    pub fn template_time(&self) -> Duration {
        Duration::from_secs(self.template_seconds)
    }

    /// What to type to raise a limit, for the hint of an error that was raised by it.
    pub fn hint(name: &str) -> String {
        format!("if it is meant to be so large, raise the limit with `--limit {name}=…`")
    }
}

fn parse_amount(text: &str, unit: Unit) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let number: u64 = text[..split].replace('_', "").parse().ok()?;
    let thousand: u64 = if unit == Unit::Bytes { 1024 } else { 1000 };
    let suffix = text[split..].trim();
    let power = match (suffix.trim_end_matches("iB").trim_end_matches('B'), unit) {
        ("", _) => 0,
        ("s", Unit::Seconds) => 0,
        (_, Unit::Seconds) => return None,
        ("k" | "K", _) => 1,
        ("m" | "M", _) => 2,
        ("g" | "G", _) => 3,
        _ => return None,
    };
    number.checked_mul(thousand.checked_pow(power)?).filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_their_unit() {
        let mut limits = Limits::default();
        limits.set("toml-bytes=2M").unwrap();
        limits.set("csv-rows = 5k").unwrap();
        limits.set("picture-bytes=1GiB").unwrap();
        limits.set("template-seconds=30s").unwrap();
        assert_eq!(limits.toml_bytes, 2 << 20);
        assert_eq!(limits.csv_rows, 5_000);
        assert_eq!(limits.picture_bytes, 1 << 30);
        assert_eq!(limits.template_time(), Duration::from_secs(30));
    }

    #[test]
    fn wrong_limits_are_said_in_words() {
        let mut limits = Limits::default();
        assert_eq!(limits.set("pags=3").unwrap_err(), "unknown limit `pags`, did you mean `pages`?");
        for wrong in
            ["pages", "pages=", "pages=-1", "pages=0", "pages=1x", "pages=99999999999999999999", "seconds=5M"]
        {
            assert!(limits.set(wrong).is_err(), "{wrong} was taken");
        }
        assert_eq!(limits, Limits::default());
    }

    #[test]
    fn amounts_are_shown_in_words() {
        assert_eq!(Unit::Bytes.words(256 * KIB), "256 KiB");
        assert_eq!(Unit::Bytes.words(1001), "1,001 bytes");
        assert_eq!(Unit::Pixels.words(120_000_000), "120,000,000 pixels");
        assert_eq!(Unit::Seconds.words(1), "1 second");
    }
}
