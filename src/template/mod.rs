//! Takes the model, the templates and the strings; gives the HTML text of each sheet for each subject.
//!
//! The only user of Tera. Templates are read and checked once, [`Templates::load`]; a [`Renderer`] then serves many
//! threads, sharing all values that do not belong to one subject.

mod built_in;
mod context;
mod errors;
mod fields;
mod filters;
mod plural;
mod post;
mod render;
mod schema;
mod sheet;
mod strings;
mod subjects;
mod toml_text;
mod trace;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tera::Tera;

pub use context::picture_key;
pub use render::{RenderOptions, Rendered, Renderer};
pub use sheet::{Fit, Per, SheetDef, Title, Words};
pub use subjects::{Recipient, Subject, Subjects, subjects};

use crate::diag::{Diagnostic, FileId, Report, Sources, Span};
use crate::limits::{Limits, Unit};
use crate::model::Kit;
use errors::{Bodies, Body};
use strings::{LAST_RESORT, Strings, StringsFile};

/// A file of the user's own templates: its name below their folder, with `/` between the parts.
#[derive(Debug, Clone)]
pub struct TemplateFile {
    pub name: String,
    pub text: Arc<str>,
    pub file: FileId,
}

/// Bounds on what a template may be and do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of one template, style sheet or strings file.
    pub template_bytes: u64,
    /// Templates of the user's own.
    pub templates: u64,
    /// Bytes that one rendering may write.
    pub output_bytes: u64,
    /// How long one rendering may take.
    pub time: Duration,
    /// Bytes of memory that one rendering may take.
    pub memory: u64,
}

/// Mistakes of syntax that one template is read on after.
const MOST_SYNTAX_ERRORS: usize = 20;

/// Alternatives in one template: Tera reads each `elif` one level deeper into its stack.
const MAX_ELIF: usize = 500;

impl From<&Limits> for Bounds {
    fn from(limits: &Limits) -> Self {
        Self {
            template_bytes: limits.template_bytes,
            templates: limits.templates,
            output_bytes: limits.template_output_bytes,
            time: limits.template_time(),
            memory: limits.template_memory,
        }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self::from(&Limits::default())
    }
}

/// One style sheet: its name, its text and the file it stands in.
#[derive(Debug, Clone)]
pub struct StyleSheet {
    pub name: Arc<str>,
    pub css: Arc<str>,
    pub file: FileId,
}

/// All templates, style sheets and strings of a run, read and checked.
pub struct Templates {
    tera: Tera,
    bodies: Bodies,
    sheets: Vec<SheetDef>,
    styles: Vec<StyleSheet>,
    strings: Arc<Strings>,
    /// For each sheet the names of the context that it may ask for; looked for when first asked.
    uses: Vec<OnceLock<HashSet<&'static str>>>,
    bounds: Bounds,
    /// Where a template of the user's asks for what cannot be there: told once, not again for each subject.
    unknown_fields: Vec<Span>,
    /// For the place of mistakes in rendered HTML; made when first asked for.
    marked: OnceLock<Option<trace::Marked>>,
}

/// What is known of a file before it is read.
struct Loaded {
    text: Arc<str>,
    file: FileId,
    user: bool,
}

impl Templates {
    /// Reads the built-in files and those of the user, which replace built-in ones of their name; a user's strings file
    /// only replaces the strings that it names. Every mistake of every file goes to the report, with its place; `None`
    /// where there was one.
    pub fn load(
        user: &[TemplateFile],
        bounds: Bounds,
        sources: &Sources,
        report: &mut Report,
    ) -> Option<Templates> {
        Self::find(user, bounds, sources).read(report)
    }

    /// Finds all files, and gives them their places among the sources; they are yet to be read.
    pub fn find(user: &[TemplateFile], bounds: Bounds, sources: &Sources) -> UnreadTemplates {
        UnreadTemplates::find(built_in::FILES, user, bounds, sources)
    }

    /// The same with other files in place of the built-in ones.
    pub fn load_with(
        built_in: &[(&str, &str)],
        user: &[TemplateFile],
        bounds: Bounds,
        sources: &Sources,
        report: &mut Report,
    ) -> Option<Templates> {
        UnreadTemplates::find(built_in, user, bounds, sources).read(report)
    }

    /// What the user's templates ask for and no kit can have.
    fn unknown_fields(&self) -> Vec<Diagnostic> {
        if !self.bodies.values().any(|body| body.user) {
            return Vec::new();
        }
        let known = fields::Known::new(self.strings.keys(), self.bodies.values());
        let mut users: Vec<_> = self.bodies.iter().filter(|(_, body)| body.user).collect();
        users.sort_by_key(|(name, _)| *name);
        let sheet = |name: &str| self.sheets.iter().find(|sheet| sheet.template() == name);
        users.into_iter().flat_map(|(name, body)| known.mistakes(body, sheet(name))).collect()
    }

    /// The sheets, in the order of a kit that names none.
    pub fn sheets(&self) -> &[SheetDef] {
        &self.sheets
    }

    /// The sheet of a name.
    pub fn sheet(&self, name: &str) -> Option<&SheetDef> {
        self.sheets.iter().find(|sheet| &*sheet.name == name)
    }

    /// Whether a sheet, or a part that it can reach, may ask the context for a name (`contents`).
    pub fn uses(&self, sheet: &SheetDef, name: &str) -> bool {
        let names = self.uses[sheet.number].get_or_init(|| uses(&sheet.template(), &self.bodies));
        names.contains(name) || sheet.needs.iter().any(|path| context::root(path) == name)
    }

    /// `theme.css` first, then the others by name (`edition-large.css`).
    pub fn style_sheets(&self) -> &[StyleSheet] {
        &self.styles
    }

    /// Makes ready to render a kit. Notes on words that a language lacks go to the report, once for each language.
    pub fn renderer<'a>(&'a self, kit: &'a Kit, options: RenderOptions, report: &mut Report) -> Renderer<'a> {
        Renderer::new(self, kit, options, report)
    }
}

/// All files of a run before they are read.
pub struct UnreadTemplates {
    templates: BTreeMap<String, Loaded>,
    styles: BTreeMap<String, Loaded>,
    strings: Vec<(String, Loaded)>,
    bounds: Bounds,
    /// What was wrong with the files as such.
    found: Report,
}

impl UnreadTemplates {
    /// Reads and checks them. Every mistake of every file goes to the report; `None` where there was one.
    pub fn read(mut self, report: &mut Report) -> Option<Templates> {
        crate::guard::limit(self.bounds.time, self.bounds.memory);
        let _work = crate::guard::enter("the templates");
        let mut found = std::mem::take(&mut self.found);
        let mut templates = self.templates(&mut found).filter(|_| !found.has_errors());
        report.append(found);
        if let Some(templates) = &mut templates {
            // The rest of such a template can be rendered, and may show other mistakes.
            let mistakes = templates.unknown_fields();
            templates.unknown_fields = mistakes.iter().filter_map(|mistake| mistake.span).collect();
            report.extend(mistakes);
        }
        templates
    }

    fn find(built_in: &[(&str, &str)], user: &[TemplateFile], bounds: Bounds, sources: &Sources) -> Self {
        let (templates, styles, strings) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        let mut reading = Self { templates, styles, strings, bounds, found: Report::default() };
        for (name, text) in built_in {
            let text: Arc<str> = Arc::from(*text);
            let file = sources.add(format!("built-in/{name}"), Arc::clone(&text));
            reading.take(name, Loaded { text, file, user: false });
        }
        let count = user.iter().filter(|file| file.name.ends_with(".html")).count() as u64;
        if count > bounds.templates {
            let message =
                format!("there are {count} templates, more than the {} that are allowed", bounds.templates);
            reading.found.push(Diagnostic::machine(message).hint(Limits::hint("templates")));
            return reading;
        }
        for file in user {
            if file.text.len() as u64 > bounds.template_bytes {
                let limit = Unit::Bytes.words(bounds.template_bytes);
                reading.found.push(
                    Diagnostic::machine(format!(
                        "`{}` is larger than the {limit} that are allowed",
                        file.name
                    ))
                    .at(Span::start_of(file.file))
                    .hint(Limits::hint("template-bytes")),
                );
                continue;
            }
            reading.take(&file.name, Loaded { text: Arc::clone(&file.text), file: file.file, user: true });
        }
        reading
    }

    /// Puts a file where it belongs by its name; one that belongs nowhere is warned of.
    fn take(&mut self, name: &str, loaded: Loaded) {
        if let Some(tag) = name.strip_prefix("strings/").and_then(|rest| rest.strip_suffix(".toml")) {
            if loaded.user
                && let Err(wrong) = crate::resolve::check_language(tag)
            {
                self.found.push(
                    wrong.at(Span::start_of(loaded.file)).or_hint("the file's name is the language's tag"),
                );
                return;
            }
            self.strings.push((tag.to_owned(), loaded));
        } else if name.ends_with(".html") && !name.contains('/') {
            self.templates.insert(name.to_owned(), loaded);
        } else if name.ends_with(".css") && !name.contains('/') {
            self.styles.insert(name.to_owned(), loaded);
        } else {
            self.found.push(
                Diagnostic::warning(format!("`{name}` is not used"))
                    .at(Span::start_of(loaded.file))
                    .hint("a template is `NAME.html`, a style sheet `NAME.css`, a file of words `strings/LANG.toml`"),
            );
        }
    }

    fn templates(self, report: &mut Report) -> Option<Templates> {
        let strings = self.read_strings(report);
        let mut bodies = Bodies::new();
        let mut sheets = Vec::new();
        for (name, loaded) in &self.templates {
            let split = sheet::split(&loaded.text, loaded.file, report);
            let stem = name.trim_end_matches(".html");
            if stem.starts_with('_') {
                if let Some((start, _)) = split.front {
                    report.push(
                        Diagnostic::error("a shared part has no front matter")
                            .at(Span::new(loaded.file, start..start))
                            .hint("its name starts with `_`: take that away to make it a sheet"),
                    );
                }
            } else {
                let sheet = sheet::read(stem, split.front, loaded.file, report);
                if let Title::Key(key) = &sheet.title
                    && strings.language(LAST_RESORT).is_none_or(|words| !words.phrases.contains_key(key))
                {
                    let mut error = Diagnostic::error(format!("the strings have no `{key}` for the title"))
                        .at(sheet.span);
                    error.hint = toml_text::did_you_mean(key, strings.merged(LAST_RESORT).into_keys());
                    report.push(error);
                }
                sheets.push(sheet);
            }
            if let Some((at, mark)) = loaded.text.match_indices(['\u{202d}', '\u{202e}']).next() {
                report.push(
                    Diagnostic::error(
                        "a mark that forces a direction stands here: what is printed is not what is read",
                    )
                    .at(Span::new(loaded.file, at..at + mark.len()))
                    .hint("delete it; `dir=\"rtl\"` sets the direction of an element"),
                );
            }
            let text = loaded.text[split.body..].to_owned();
            if let Some((at, _)) = text.match_indices("elif").nth(MAX_ELIF) {
                report.push(
                    Diagnostic::machine(format!("`{name}` has more than {MAX_ELIF} times `elif`"))
                        .at(Span::new(loaded.file, split.body + at..split.body + at + 4))
                        .hint("part it, or loop over a list"),
                );
                continue;
            }
            bodies.insert(
                name.clone(),
                Body { file: loaded.file, user: loaded.user, offset: split.body, text },
            );
        }
        sheets.sort_by(|a, b| a.order.cmp(&b.order).then_with(|| a.name.cmp(&b.name)));
        for (number, sheet) in sheets.iter_mut().enumerate() {
            sheet.number = number;
        }
        let tera = parse(&bodies, &strings, report)?;
        let uses = sheets.iter().map(|_| OnceLock::new()).collect();
        let mut styles: Vec<StyleSheet> = self
            .styles
            .into_iter()
            .map(|(name, loaded)| StyleSheet { name: name.into(), css: loaded.text, file: loaded.file })
            .collect();
        styles.sort_by_key(|style| &*style.name != "theme.css");
        Some(Templates {
            tera,
            bodies,
            sheets,
            styles,
            strings,
            uses,
            bounds: self.bounds,
            unknown_fields: Vec::new(),
            marked: OnceLock::new(),
        })
    }

    fn read_strings(&self, report: &mut Report) -> Arc<Strings> {
        let mut strings = Strings::default();
        for (tag, Loaded { text, file, user }) in &self.strings {
            strings.add(tag, StringsFile { text: Arc::clone(text), file: *file, user: *user });
        }
        self.templates.values().filter(|t| t.user).for_each(|template| strings.ask(&template.text));
        strings.tell_users_mistakes(report);
        Arc::new(strings)
    }
}

/// Whether a text has a mistake of syntax.
fn fails(fresh: &dyn Fn() -> Tera, text: &str) -> bool {
    let read = fresh().add_raw_template("text", text);
    read.is_err_and(|error| matches!(error.kind(), tera::ErrorKind::SyntaxError(_)))
}

/// Gives all templates to Tera. Where one is wrong, all are looked at for themselves, so that each tells its mistake.
fn parse(bodies: &Bodies, strings: &Arc<Strings>, report: &mut Report) -> Option<Tera> {
    let fresh = || {
        let mut tera = Tera::new();
        filters::register(&mut tera, strings);
        tera
    };
    let mut tera = fresh();
    let Err(error) = tera.add_raw_templates(bodies.iter().map(|(name, body)| (name, &body.text))) else {
        return Some(tera);
    };
    let blank = String::new();
    // Templates with mistakes of syntax, as far as the rest of them can be read.
    let mut broken: HashMap<&String, String> = HashMap::new();
    for (name, body) in bodies {
        let mut text = Cow::Borrowed(&body.text);
        // The parser stops at the first mistake: what it stopped at is taken out, and the rest read.
        let mut last = None;
        for _ in 0..MOST_SYNTAX_ERRORS {
            let Err(error) = fresh().add_raw_template(name, &text) else { break };
            let tera::ErrorKind::SyntaxError(mistake) = error.kind() else { break };
            let at = mistake.span().range.start;
            // What is nested too deeply stays so.
            if last.is_some_and(|last| at <= last) {
                broken.insert(name, String::new());
                break;
            }
            last = Some(at);
            errors::diagnostics(&error, bodies).into_iter().for_each(|d| report.push(d));
            let rest = trace::without_tag_at(&text, at);
            broken.insert(name, rest.clone().unwrap_or_default());
            match rest {
                Some(rest) => text = Cow::Owned(rest),
                None => break,
            }
        }
    }
    if broken.is_empty() {
        errors::diagnostics(&error, bodies).into_iter().for_each(|d| report.push(d));
        return None;
    }
    // What is still wrong after so many mistakes is not read at all.
    broken.values_mut().filter(|text| fails(&fresh, text)).for_each(|text| text.clone_from(&blank));
    let rest = bodies.iter().map(|(name, body)| (name, broken.get(name).unwrap_or(&body.text)));
    if let Err(error) = fresh().add_raw_templates(rest) {
        // A component or block that seems to be missing may stand in a template that could not be read.
        let missing = |d: &Diagnostic| d.message.contains("component `") || d.message.contains("lock `");
        errors::diagnostics(&error, bodies).into_iter().filter(|d| !missing(d)).for_each(|d| report.push(d));
    }
    None
}

/// The names of the context that a template and all that it can reach may ask for.
fn uses(template: &str, bodies: &Bodies) -> HashSet<&'static str> {
    let mut reached: Vec<&str> = Vec::new();
    let mut open = vec![template];
    // Components can be called from anywhere, by their names alone.
    open.extend(
        bodies.iter().filter(|(_, body)| body.text.contains("component")).map(|(name, _)| name.as_str()),
    );
    while let Some(name) = open.pop() {
        let Some((name, body)) = bodies.get_key_value(name) else { continue };
        if reached.contains(&name.as_str()) {
            continue;
        }
        reached.push(name);
        open.extend(bodies.keys().map(String::as_str).filter(|other| body.text.contains(*other)));
    }
    let texts: Vec<&str> = reached.iter().map(|name| bodies[*name].text.as_str()).collect();
    let everything = texts.iter().any(|text| text.contains("__tera_context"));
    context::ROOTS
        .into_iter()
        .filter(|root| everything || texts.iter().any(|text| names(text, root)))
        .collect()
}

/// Whether a text holds a name that stands for itself or is asked of something (`targets` of `case.targets`).
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}
