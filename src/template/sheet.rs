//! Takes the text of a sheet's file; gives its front matter as a [`SheetDef`] and where the template itself begins.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::toml_text::{did_you_mean, kind, table};
use crate::diag::{Diagnostic, FileId, Report, Span};
use crate::frame::StockKind;
use crate::load::{Raw, RawValue};
use crate::model::Field;
use crate::plan::PrintFor;

/// How often a sheet renders, and what its context holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// Once.
    Kit,
    /// Once a case.
    Case,
    /// Once for everybody who gets a letter.
    Target,
    /// Once for everybody who takes post: targets and solidarity addresses.
    Addressee,
}

/// What happens to a text that is longer than a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// As many pages as it takes.
    Flow,
    /// One page, with type shrunk down to `min_scale`; past that it is an error.
    OnePage,
}

/// Whose language the fixed words and dates of a sheet are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    Kit,
    /// The language that the case's file is written in.
    Case,
    /// The target's, or else the case's.
    Target,
}

/// A sheet's title: a key of the strings, or a text as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Title {
    Key(Arc<str>),
    Text(Arc<str>),
}

/// One sheet: what its front matter says.
#[derive(Debug, Clone)]
pub struct SheetDef {
    /// The stem of its file (`case-sheet`).
    pub name: Arc<str>,
    pub file: FileId,
    /// The front matter, for mistakes about the whole sheet.
    pub span: Span,
    pub title: Title,
    pub per: Per,
    pub stock: StockKind,
    pub fit: Fit,
    /// Editions in which a sheet of [`Fit::OnePage`] takes as many pages as it needs.
    pub flow_in: Vec<Field<Arc<str>>>,
    /// With [`Fit::OnePage`]: how far type may shrink, as a share of its size.
    pub min_scale: f32,
    /// Its place in a kit that names no sheets; sheets without one follow, by name.
    pub order: i64,
    pub words: Words,
    /// Paths of the context without which the sheet is left out for a subject (`event.date`).
    pub needs: Vec<Field<Arc<str>>>,
    /// How many of each are printed one after another.
    pub copies: u32,
    /// How many of each the event needs.
    pub print_for: PrintFor,
    /// Its index among all sheets.
    pub(super) number: usize,
}

impl SheetDef {
    /// What happens to a longer text in an edition.
    pub fn fit_in(&self, edition: &str) -> Fit {
        if self.flow_in.iter().any(|name| ***name == *edition) { Fit::Flow } else { self.fit }
    }

    /// The name of its template.
    pub(super) fn template(&self) -> String {
        format!("{}.html", self.name)
    }
}

const KEYS: [&str; 11] = [
    "title",
    "per",
    "stock",
    "fit",
    "flow-in",
    "min-scale",
    "order",
    "words",
    "needs",
    "copies",
    "print-for",
];

/// Where the parts of a template file lie, in bytes.
pub(super) struct Split<'t> {
    /// The TOML between the `+++` lines, and where it begins; `None` without front matter.
    pub front: Option<(usize, &'t str)>,
    /// Where the template begins: after the second `+++` line.
    pub body: usize,
}

/// Parts front matter and template; an error where the second `+++` is missing.
pub(super) fn split<'t>(text: &'t str, file: FileId, report: &mut Report) -> Split<'t> {
    let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lines = text[bom..].split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != "+++" {
        return Split { front: None, body: bom };
    }
    let start = bom + first.len();
    let mut at = start;
    for line in lines {
        if line.trim_end() == "+++" {
            return Split { front: Some((start, &text[start..at])), body: at + line.len() };
        }
        at += line.len();
    }
    report.push(
        Diagnostic::error("the front matter does not end")
            .at(Span::new(file, bom..bom + 3))
            .hint("close it with a second line of `+++`"),
    );
    Split { front: Some((start, "")), body: text.len() }
}

/// Reads the front matter of a sheet. Every mistake goes to the report; what is wrong keeps its default.
pub(super) fn read(name: &str, front: Option<(usize, &str)>, file: FileId, report: &mut Report) -> SheetDef {
    let span = match front {
        Some((start, text)) => Span::new(file, start..start + text.trim_end().len()),
        None => Span::start_of(file),
    };
    let mut sheet = SheetDef {
        name: name.into(),
        file,
        span,
        title: Title::Text(name.into()),
        per: Per::Case,
        stock: StockKind::Paper,
        fit: Fit::Flow,
        flow_in: Vec::new(),
        min_scale: 1.0,
        order: i64::MAX,
        words: Words::Kit,
        needs: Vec::new(),
        copies: 1,
        print_for: PrintFor::Table,
        number: 0,
    };
    let Some((start, text)) = front else {
        report.push(
            Diagnostic::error("this sheet has no front matter")
                .at(span)
                .hint("begin with a line `+++`, `per = \"case\"` and another `+++`; a shared part's name starts with `_`"),
        );
        return sheet;
    };
    let mut errors = Report::default();
    let mut per = None;
    let mut print_for = None;
    for entry in table(text, file, start, &mut errors).entries {
        let value = &entry.value;
        let mut reader = Reader { key: &entry.key, report: &mut errors };
        match entry.key.as_str() {
            "title" => {
                if let Some(text) = reader.text(value) {
                    sheet.title = match text.strip_prefix("t.") {
                        Some(string) => Title::Key(string.into()),
                        None => Title::Text(text.into()),
                    };
                }
            }
            "per" => {
                const CHOICES: [(&str, Per); 4] = [
                    ("kit", Per::Kit),
                    ("case", Per::Case),
                    ("target", Per::Target),
                    ("addressee", Per::Addressee),
                ];
                per = Some(reader.choice(value, &CHOICES));
            }
            "stock" => {
                const CHOICES: [(&str, StockKind); 3] = [
                    ("paper", StockKind::Paper),
                    ("envelope", StockKind::Envelope),
                    ("labels", StockKind::Labels),
                ];
                sheet.stock = reader.choice(value, &CHOICES).unwrap_or(sheet.stock);
            }
            "fit" => {
                const CHOICES: [(&str, Fit); 2] = [("flow", Fit::Flow), ("one-page", Fit::OnePage)];
                sheet.fit = reader.choice(value, &CHOICES).unwrap_or(sheet.fit);
            }
            "words" => {
                const CHOICES: [(&str, Words); 3] =
                    [("kit", Words::Kit), ("case", Words::Case), ("target", Words::Target)];
                sheet.words = reader.choice(value, &CHOICES).unwrap_or(sheet.words);
            }
            "min-scale" => sheet.min_scale = reader.scale(value).unwrap_or(sheet.min_scale),
            "order" => sheet.order = reader.whole(value, 0..=10_000).unwrap_or(sheet.order),
            "copies" => {
                sheet.copies = reader.whole(value, 1..=1_000).map_or(sheet.copies, |n| n as u32);
            }
            "needs" => sheet.needs = reader.texts(value),
            "flow-in" => sheet.flow_in = reader.texts(value),
            "print-for" => {
                const CHOICES: [(&str, PrintFor); 4] = [
                    ("event", PrintFor::Event),
                    ("table", PrintFor::Table),
                    ("person", PrintFor::Person),
                    ("letter", PrintFor::Letter),
                ];
                print_for = reader.choice(value, &CHOICES);
            }
            unknown => {
                let mut error = Diagnostic::error(format!("unknown key `{unknown}` in the front matter"))
                    .at(entry.key_span);
                error.hint = did_you_mean(unknown, KEYS);
                errors.push(error.or_hint(format!("the keys are `{}`", KEYS.join("`, `"))));
            }
        }
    }
    match per {
        Some(per) => sheet.per = per.unwrap_or(sheet.per),
        None if errors.has_errors() => {}
        None => errors.push(
            Diagnostic::error("`per` is missing in the front matter")
                .at(span)
                .hint("`per` is `kit`, `case`, `target` or `addressee`: how often the sheet is printed"),
        ),
    }
    sheet.print_for = print_for.unwrap_or(match sheet.per {
        Per::Kit => PrintFor::Event,
        Per::Case => PrintFor::Table,
        Per::Target | Per::Addressee => PrintFor::Letter,
    });
    let known: &[&str] = match sheet.words {
        Words::Target if matches!(sheet.per, Per::Kit | Per::Case) => &["kit", "case"],
        Words::Case if sheet.per == Per::Kit => &["kit"],
        _ => &[],
    };
    if !known.is_empty() && !errors.has_errors() {
        errors.push(
            Diagnostic::error("`words` asks for the language of something that this sheet does not have")
                .at(span)
                .hint(format!("with this `per`, `words` is `{}`", known.join("` or `"))),
        );
    }
    report.append(errors);
    sheet
}

/// One key of the front matter while it is read.
struct Reader<'a> {
    key: &'a str,
    report: &'a mut Report,
}

impl Reader<'_> {
    fn wrong(&mut self, wanted: &str, value: &Raw) {
        // What could not be read at all is told already.
        if !matches!(value.value, RawValue::Unreadable) {
            let message = format!("`{}` must be {wanted}, not {}", self.key, kind(&value.value));
            self.report.push(Diagnostic::error(message).at(value.span));
        }
    }

    fn text<'v>(&mut self, value: &'v Raw) -> Option<&'v str> {
        match &value.value {
            RawValue::Text(text) if !text.trim().is_empty() => Some(text.trim()),
            RawValue::Text(_) => {
                self.report.push(Diagnostic::error(format!("`{}` is empty", self.key)).at(value.span));
                None
            }
            _ => {
                self.wrong("a text", value);
                None
            }
        }
    }

    fn choice<T: Copy>(&mut self, value: &Raw, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(value)?;
        if let Some((_, found)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(*found);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let mut error = Diagnostic::error(format!("`{}` cannot be `{text}`", self.key)).at(value.span);
        error.hint = did_you_mean(text, names.iter().copied());
        self.report.push(error.or_hint(format!("it is one of `{}`", names.join("`, `"))));
        None
    }

    fn whole(&mut self, value: &Raw, allowed: RangeInclusive<i64>) -> Option<i64> {
        let RawValue::Integer(number) = value.value else {
            self.wrong("a whole number", value);
            return None;
        };
        let found = number.filter(|n| allowed.contains(n));
        if found.is_none() {
            let message =
                format!("`{}` must lie between {} and {}", self.key, allowed.start(), allowed.end());
            self.report.push(Diagnostic::error(message).at(value.span));
        }
        found
    }

    fn scale(&mut self, value: &Raw) -> Option<f32> {
        let number = match value.value {
            RawValue::Float(number) => Some(number as f32),
            RawValue::Integer(number) => number.map(|n| n as f32),
            _ => {
                self.wrong("a number", value);
                return None;
            }
        };
        let found = number.filter(|n| (0.5..=1.0).contains(n));
        if found.is_none() {
            let message = format!("`{}` must lie between 0.5 and 1", self.key);
            self.report.push(Diagnostic::error(message).at(value.span).hint("0.85 lets type shrink to 85 %"));
        }
        found
    }

    fn texts(&mut self, value: &Raw) -> Vec<Field<Arc<str>>> {
        let RawValue::Array(items) = &value.value else {
            self.wrong("a list of texts", value);
            return Vec::new();
        };
        items.iter().filter_map(|item| Some(Field::new(Arc::from(self.text(item)?), item.span))).collect()
    }
}
