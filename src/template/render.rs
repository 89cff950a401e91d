//! Takes a sheet and a subject; gives the sheet's HTML for it. Serves many threads at once.

use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tera::{Context, ErrorKind, Value};

use super::context::{self, Values};
use super::errors;
use super::filters;
use super::post;
use super::sheet::{SheetDef, Title, Words};
use super::strings::Phrase;
use super::subjects::{Person, Subject};
use super::trace::Marked;
use super::{Bounds, Templates};
use crate::diag::{Diagnostic, Report, Span};
use crate::guard;
use crate::limits::{Limits, Unit};
use crate::model::{Kit, Lang};
use crate::plan::{ContentsRow, Plan, Results};
use crate::resolve::ForbiddenNames;

/// What a kit is rendered with, beside the model.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// `standard`, `large` or `ink-saver`; templates see it as `edition`.
    pub edition: String,
    /// The evening's numbers, as `plan`.
    pub plan: Plan,
    /// What lies in the finished pile, as `contents`.
    pub contents: Vec<ContentsRow>,
    /// The sums of an evening that is over, as `results`; `None` before.
    pub results: Option<Results>,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { edition: "standard".to_owned(), plan: Plan::default(), contents: Vec::new(), results: None }
    }
}

/// What became of a sheet for a subject.
#[derive(Debug, Clone, PartialEq)]
pub enum Rendered {
    Html(String),
    /// The sheet needs what this subject does not have; a note that says what.
    LeftOut(Diagnostic),
}

/// The fixed words of a language, ready for templates.
struct LanguageValues {
    words: Value,
    lang: Value,
    dir: Value,
    locale: Value,
}

/// Renders the sheets of one kit.
pub struct Renderer<'a> {
    templates: &'a Templates,
    kit: &'a Kit,
    options: RenderOptions,
    values: Values<'a>,
    /// By sheet: what all its renderings share.
    shared: Vec<OnceLock<Context>>,
    languages: HashMap<Lang, LanguageValues>,
    /// By sheet: what an error calls its work.
    works: Vec<&'static str>,
    forbidden: ForbiddenNames,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        templates: &'a Templates,
        kit: &'a Kit,
        options: RenderOptions,
        report: &mut Report,
    ) -> Self {
        let mut languages: HashMap<Lang, LanguageValues> = HashMap::new();
        let cases = kit.cases.iter().map(|case| &case.lang);
        let targets =
            kit.cases.iter().flat_map(|case| &case.targets).filter_map(|target| target.lang.as_ref());
        for lang in std::iter::once(&kit.lang).chain(cases).chain(targets) {
            if !languages.contains_key(lang) {
                templates.strings.say_stand_ins(lang, report);
                let values = LanguageValues {
                    words: context::words(&templates.strings, lang),
                    lang: Value::from(lang.as_ref()),
                    dir: Value::from(post::direction(lang)),
                    locale: Value::from(post::date_locale(kit, lang)),
                };
                languages.insert(Arc::clone(lang), values);
            }
        }
        Self {
            templates,
            kit,
            options,
            values: Values::new(kit),
            shared: templates.sheets.iter().map(|_| OnceLock::new()).collect(),
            languages,
            forbidden: ForbiddenNames::of(&kit.organisation),
            works: templates.sheets.iter().map(|sheet| guard::name(&sheet.template())).collect(),
        }
    }

    /// The HTML of a sheet for a subject, or why there is none.
    ///
    /// # Errors
    /// Mistakes of the template, each with its place and in whose sheet it showed.
    pub fn render(&self, sheet: &SheetDef, subject: &Subject) -> Result<Rendered, Vec<Diagnostic>> {
        let context = self.context(sheet, subject);
        if let Some(missing) = sheet.needs.iter().find(|path| !is_given(&context, path)) {
            let message =
                format!("no `{}` for {}: it needs `{}`", sheet.name, subject.describe(self.kit), &**missing);
            return Ok(Rendered::LeftOut(
                Diagnostic::note(message).at(subject.span(self.kit).or(missing.span)),
            ));
        }
        let mut out = Output::new(self.templates.bounds);
        let work = guard::enter(self.works[sheet.number]);
        let rendered = self.templates.tera.render_to(self.works[sheet.number], &context, &mut out);
        drop(work);
        let mistakes = match rendered {
            Ok(()) => match String::from_utf8(out.html) {
                Ok(html) => match self.forbidden_words(sheet, subject, &html) {
                    None => return Ok(Rendered::Html(html)),
                    Some(found) => vec![found],
                },
                Err(_) => vec![Diagnostic::error("the template gives no text").at(sheet.span)],
            },
            Err(error) if matches!(error.kind(), ErrorKind::Io(_)) && out.full => vec![self.too_long(sheet)],
            Err(error) if matches!(error.kind(), ErrorKind::Io(_)) => match filters::take_printed_plural() {
                Some(key) => vec![errors::bare_plural(&key, &sheet.template(), &self.templates.bodies)],
                None => errors::diagnostics(&error, &self.templates.bodies),
            },
            Err(error) => errors::diagnostics(&error, &self.templates.bodies),
        };
        let whose = format!("`{}` for {}", sheet.name, subject.describe(self.kit));
        let told = |mistake: &Diagnostic| {
            mistake.span.is_some_and(|span| {
                let known = self.templates.unknown_fields.iter();
                known
                    .filter(|known| known.file == span.file)
                    .any(|known| known.start <= span.end + 1 && span.start <= known.end)
            })
        };
        Err(mistakes
            .into_iter()
            .filter(|mistake| !told(mistake))
            .map(|mistake| mistake.context(whose.clone()))
            .collect())
    }

    /// The place in a template that a range of bytes of the sheet's HTML comes from: exact for literal text, the whole
    /// expression for what one printed. Renders again, so for mistakes only; `None` where it cannot be told.
    pub fn trace(&self, sheet: &SheetDef, subject: &Subject, range: Range<usize>) -> Option<Span> {
        let templates = self.templates;
        let marked =
            templates.marked.get_or_init(|| Marked::new(&templates.bodies, &templates.strings)).as_ref()?;
        let context = self.context(sheet, subject);
        let name = self.works[sheet.number];
        let _work = guard::enter(name);
        let html = templates.tera.render(name, &context).ok()?;
        marked.place(name, &context, &html, range)
    }

    /// The language of the fixed words of a sheet for a subject.
    pub fn lang(&self, sheet: &SheetDef, subject: &Subject) -> &Lang {
        let case = subject.case(self.kit);
        let of_case = || case.map_or(&self.kit.lang, |case| &case.lang);
        match sheet.words {
            Words::Kit => &self.kit.lang,
            Words::Case => of_case(),
            Words::Target => match subject.person(self.kit) {
                Some(Person::Target(target)) => target.lang.as_ref().unwrap_or_else(of_case),
                _ => of_case(),
            },
        }
    }

    /// The title of a sheet in the kit's language.
    pub fn title(&self, sheet: &SheetDef) -> Arc<str> {
        match &sheet.title {
            Title::Text(text) => Arc::clone(text),
            Title::Key(key) => match self.templates.strings.phrase(&self.kit.lang, key) {
                Some(Phrase::Text(text)) => Arc::clone(text),
                _ => Arc::clone(&sheet.name),
            },
        }
    }

    pub(super) fn context(&self, sheet: &SheetDef, subject: &Subject) -> Context {
        let uses = |name: &str| self.templates.uses(sheet, name);
        let shared =
            self.shared[sheet.number].get_or_init(|| self.values.shared(&self.options, sheet.stock, uses));
        let mut context = shared.clone();
        self.values.add_subject(subject, &mut context, uses);
        if let Some(language) = self.languages.get(self.lang(sheet, subject)) {
            context.insert_value("t", language.words.clone());
            context.insert_value("lang", language.lang.clone());
            context.insert_value("dir", language.dir.clone());
            context.insert_value("locale", language.locale.clone());
        }
        context
    }

    /// A sheet for somebody whose post must not name the organisation, and which does.
    fn forbidden_words(&self, sheet: &SheetDef, subject: &Subject, html: &str) -> Option<Diagnostic> {
        let Some(Person::Solidarity(solidarity)) = subject.person(self.kit) else { return None };
        let range = self.forbidden.find(html).filter(|_| !solidarity.mention_organisation)?;
        let found = &html[range.clone()];
        let mistake = Diagnostic::error(format!("this `{}` names the organisation, `{found}`", sheet.name))
            .at(solidarity.span)
            .hint("`mention_organisation` is false here: leave the name out of the return address and the texts");
        Some(match self.trace(sheet, subject, range) {
            Some(place) => mistake.related(place, "named here"),
            None => mistake,
        })
    }

    fn too_long(&self, sheet: &SheetDef) -> Diagnostic {
        let limit = Unit::Bytes.words(self.templates.bounds.output_bytes);
        Diagnostic::machine(format!("`{}` writes more than the {limit} that are allowed", sheet.template()))
            .at(Span::start_of(sheet.file))
            .hint(Limits::hint("template-output-bytes"))
    }
}

/// Whether a path leads to something that is neither empty nor false.
fn is_given(values: &Context, path: &str) -> bool {
    let Some(value) = values.get(context::root(path)) else { return false };
    let value = match path.split_once('.') {
        Some((_, rest)) => value.get_from_path(rest),
        None => Some(value),
    };
    value.is_some_and(|value| value.is_truthy() || value.is_number())
}

/// Where a template writes to; refuses what is past the limit.
struct Output {
    html: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Output {
    fn new(bounds: Bounds) -> Self {
        Self {
            html: Vec::with_capacity(4096),
            limit: usize::try_from(bounds.output_bytes).unwrap_or(usize::MAX),
            full: false,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.html.len() + bytes.len() > self.limit {
            self.full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.html.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
