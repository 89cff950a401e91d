//! Takes the strings files, `strings/<lang>.toml`; gives the fixed words of a language, with those of its wider
//! languages where it lacks one (`pt-BR`, then `pt`, then `en`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};

use super::plural::{CATEGORIES, Rules};
use super::toml_text::{did_you_mean, kind, table};
use crate::diag::{Diagnostic, FileId, Report, Span};
use crate::load::{Raw, RawTable, RawValue};

/// The language that has every string, and stands in for those that lack one.
pub(super) const LAST_RESORT: &str = "en";

/// One fixed text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Phrase {
    Text(Arc<str>),
    /// By plural category; `other` is always among them.
    Plural(BTreeMap<&'static str, Arc<str>>),
}

/// What one language's files hold.
#[derive(Debug, Default)]
pub(super) struct Language {
    /// How the language calls itself.
    pub name: Option<Arc<str>>,
    pub plurals: Rules,
    pub phrases: BTreeMap<Arc<str>, Entry>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub phrase: Phrase,
    pub key_span: Span,
    pub span: Span,
}

/// The strings of all languages. A language is read when it is first asked for.
#[derive(Debug, Default)]
pub(super) struct Strings {
    languages: HashMap<String, Stored>,
    /// The strings that templates ask for.
    asked: HashSet<String>,
}

/// The files of one language, the user's last, and what they hold once they are read.
#[derive(Debug, Default)]
struct Stored {
    files: Vec<StringsFile>,
    read: OnceLock<Language>,
    /// The mistakes found in reading, until they are told.
    mistakes: Mutex<Report>,
}

/// The text of a strings file.
#[derive(Debug, Clone)]
pub(super) struct StringsFile {
    pub text: Arc<str>,
    pub file: FileId,
    /// The user's own: it may add strings only for templates that ask for them.
    pub user: bool,
}

/// A phrase and the language it was found in, which decides its plural forms.
pub(super) struct Found<'s> {
    pub phrase: &'s Phrase,
    pub lang: &'s str,
}

impl Strings {
    /// Takes a file in; what it gives replaces what an earlier file of its language gives.
    pub fn add(&mut self, tag: &str, file: StringsFile) {
        self.languages.entry(tag.to_owned()).or_default().files.push(file);
    }

    /// Notes which strings a template asks for (`t.KEY`).
    pub fn ask(&mut self, template: &str) {
        for (at, _) in template.match_indices("t.") {
            let rest = &template[at + 2..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            self.asked.insert(rest[..end].to_owned());
        }
    }

    /// Tells the mistakes of the languages that the user has files for.
    pub fn tell_users_mistakes(&self, report: &mut Report) {
        let mut tags: Vec<_> =
            self.languages.iter().filter(|(_, stored)| stored.files.iter().any(|file| file.user)).collect();
        tags.sort_by_key(|(tag, _)| *tag);
        tags.into_iter().for_each(|(tag, _)| self.tell_mistakes(tag, report));
    }

    /// Tells once what is wrong in the files of a language.
    fn tell_mistakes(&self, tag: &str, report: &mut Report) {
        self.language(tag);
        if let Some(stored) = self.languages.get(tag) {
            let mut mistakes = stored.mistakes.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            report.append(std::mem::take(&mut mistakes));
        }
    }

    /// The strings of one language's own files.
    pub fn language(&self, tag: &str) -> Option<&Language> {
        let stored = self.languages.get(tag)?;
        Some(stored.read.get_or_init(|| {
            let mut report = Report::default();
            let mut language = Language::default();
            for file in &stored.files {
                let own = Language::read(file, &mut report);
                if file.user {
                    let model = if tag == LAST_RESORT { Some(&language) } else { self.language(LAST_RESORT) };
                    self.warn_of_unasked(&own, model, &mut report);
                }
                language.take(own);
            }
            let model = if tag == LAST_RESORT { Some(&language) } else { self.language(LAST_RESORT) };
            language.check(model, &mut report);
            *stored.mistakes.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = report;
            language
        }))
    }

    fn warn_of_unasked(&self, own: &Language, model: Option<&Language>, report: &mut Report) {
        let Some(model) = model.filter(|model| !model.phrases.is_empty()) else { return };
        for (key, entry) in &own.phrases {
            if !model.phrases.contains_key(key) && !self.asked.contains(&**key) {
                let mut warning = Diagnostic::warning(format!("no template asks for the string `{key}`"))
                    .at(entry.key_span);
                warning.hint = did_you_mean(key, model.phrases.keys().map(AsRef::as_ref));
                report.push(warning);
            }
        }
    }

    /// The keys of all phrases that English or a file of the user's has.
    pub fn keys(&self) -> HashSet<&str> {
        let own = self
            .languages
            .iter()
            .filter(|(tag, stored)| *tag == LAST_RESORT || stored.files.iter().any(|file| file.user));
        own.filter_map(|(tag, _)| self.language(tag))
            .flat_map(|language| language.phrases.keys().map(AsRef::as_ref))
            .collect()
    }

    /// The files that speak for a language, nearest first: `pt-BR`, `pt`, `en`.
    pub fn chain(&self, lang: &str) -> Vec<&str> {
        let mut chain: Vec<&str> = Vec::new();
        let mut tag = lang;
        loop {
            if let Some((name, _)) = self.languages.get_key_value(tag) {
                chain.push(name);
            }
            match tag.rsplit_once('-') {
                Some((shorter, _)) => tag = shorter,
                None => break,
            }
        }
        if !chain.contains(&LAST_RESORT) && self.languages.contains_key(LAST_RESORT) {
            chain.push(LAST_RESORT);
        }
        chain
    }

    /// The phrase of a key in a language, or in the one that stands in for it.
    pub fn phrase(&self, lang: &str, key: &str) -> Option<&Phrase> {
        self.chain(lang).iter().find_map(|tag| Some(&self.language(tag)?.phrases.get(key)?.phrase))
    }

    /// All phrases for a language, each from the nearest file that has it.
    pub fn merged(&self, lang: &str) -> BTreeMap<&str, Found<'_>> {
        let mut all = BTreeMap::new();
        for tag in self.chain(lang).into_iter().rev() {
            for (key, entry) in self.language(tag).iter().flat_map(|language| &language.phrases) {
                all.insert(key.as_ref(), Found { phrase: &entry.phrase, lang: tag });
            }
        }
        all
    }

    /// Tells the mistakes in the words for a language, and what stands in for those of its own.
    pub fn say_stand_ins(&self, lang: &str, report: &mut Report) {
        let chain = self.chain(lang);
        chain.iter().for_each(|tag| self.tell_mistakes(tag, report));
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else { return };
        let narrower = lang.strip_prefix(first).is_some_and(|rest| rest.starts_with('-'));
        if *first != lang && !narrower {
            report.push(
                Diagnostic::note(format!("there are no words in `{lang}`: those in `{first}` stand in"))
                    .hint(format!("write `strings/{lang}.toml` in your own templates to have them")),
            );
            return;
        }
        if *first != lang {
            report.push(Diagnostic::note(format!(
                "there are no words of `{lang}` itself: those in `{first}` stand in"
            )));
        }
        let own = &chain[..chain.len() - usize::from(chain.len() > 1)];
        let has = |tag: &str, key: &str| self.language(tag).is_some_and(|own| own.phrases.contains_key(key));
        let missing: Vec<&str> = self
            .language(last)
            .iter()
            .flat_map(|language| language.phrases.keys())
            .map(AsRef::as_ref)
            .filter(|key| !own.iter().any(|tag| has(tag, key)))
            .collect();
        if !missing.is_empty() {
            let shown = missing.iter().take(8).map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
            let more =
                if missing.len() > 8 { format!(" and {} more", missing.len() - 8) } else { String::new() };
            report.push(Diagnostic::note(format!(
                "the words in `{first}` lack {shown}{more}: those in `{last}` stand in"
            )));
        }
    }
}

impl Language {
    fn read(file: &StringsFile, report: &mut Report) -> Self {
        let mut language = Self::default();
        for entry in table(&file.text, file.file, 0, report).entries {
            let (key, key_span, span) = (entry.key.as_str(), entry.key_span, entry.value.span);
            let phrase = match &entry.value.value {
                RawValue::Table(table) if key == "language" => {
                    language.header(table, report);
                    None
                }
                RawValue::Text(text) => Some(Phrase::Text(Arc::from(text.trim()))),
                RawValue::Table(table) => plural(key, table, span, report),
                RawValue::Unreadable => None,
                _ => {
                    report.push(expected("a text, or a table of its plural forms", key, &entry.value));
                    None
                }
            };
            if !is_name(key) {
                report.push(
                    Diagnostic::error(format!("a template cannot ask for `t.{key}`"))
                        .at(key_span)
                        .hint("a string's name is made of small letters, digits and `_`"),
                );
            }
            if let Some(phrase) = phrase {
                language.phrases.insert(key.into(), Entry { phrase, key_span, span });
            }
        }
        language
    }

    /// Checks plural forms, and placeholders against those of the last resort.
    fn check(&self, model: Option<&Language>, report: &mut Report) {
        for (key, entry) in &self.phrases {
            if let Phrase::Plural(forms) = &entry.phrase {
                let missing: Vec<_> = self.plurals.categories().filter(|c| !forms.contains_key(c)).collect();
                if !missing.is_empty() {
                    let message = format!("`{key}` lacks the plural form `{}`", missing.join("`, `"));
                    report.push(Diagnostic::error(message).at(entry.span));
                }
            }
            let Some(original) = model.and_then(|model| model.phrases.get(key)) else { continue };
            let known = placeholders(&original.phrase);
            for unknown in placeholders(&entry.phrase).into_iter().filter(|p| !known.contains(p)) {
                let message = format!("`{key}` has a placeholder `{{{unknown}}}` that nobody fills");
                let mut warning = Diagnostic::warning(message).at(entry.span);
                warning.hint = did_you_mean(unknown, known.iter().copied());
                report.push(warning);
            }
        }
    }

    fn header(&mut self, table: &RawTable, report: &mut Report) {
        for entry in &table.entries {
            match (entry.key.as_str(), &entry.value.value) {
                ("name", RawValue::Text(name)) => self.name = Some(Arc::from(name.trim())),
                ("plurals", RawValue::Table(rules)) => {
                    let mut rules: Vec<_> = rules.entries.iter().collect();
                    rules.sort_by_key(|rule| CATEGORIES.iter().position(|c| *c == rule.key));
                    for rule in rules {
                        let result = match &rule.value.value {
                            RawValue::Text(text) => self.plurals.add(&rule.key, text),
                            other => Err(format!("a plural rule must be a text, not {}", kind(other))),
                        };
                        if let Err(message) = result {
                            report.push(
                                Diagnostic::error(message).at(rule.value.span).hint(
                                    "rules are written as in CLDR: `n % 10 = 2..4 and n % 100 != 12..14`",
                                ),
                            );
                        }
                    }
                }
                (_, RawValue::Unreadable) => {}
                (known @ ("name" | "plurals"), _) => {
                    let wanted = if known == "name" { "a text" } else { "a table of rules" };
                    report.push(expected(wanted, known, &entry.value));
                }
                (unknown, _) => {
                    let mut error = Diagnostic::error(format!("unknown key `{unknown}` in `[language]`"))
                        .at(entry.key_span);
                    error.hint = did_you_mean(unknown, ["name", "plurals"]);
                    report.push(error.or_hint("the keys are `name` and `plurals`"));
                }
            }
        }
    }

    /// What a later file of the same language says, over this one.
    fn take(&mut self, later: Language) {
        self.name = later.name.or_else(|| self.name.take());
        if later.plurals.categories().count() > 1 {
            self.plurals = later.plurals;
        }
        self.phrases.extend(later.phrases);
    }
}

fn plural(key: &str, table: &RawTable, span: Span, report: &mut Report) -> Option<Phrase> {
    let mut forms = BTreeMap::new();
    for form in &table.entries {
        let name = CATEGORIES.iter().find(|category| **category == form.key);
        match (name, &form.value.value) {
            (Some(name), RawValue::Text(text)) => {
                forms.insert(*name, Arc::from(text.trim()));
            }
            (_, RawValue::Unreadable) => {}
            (Some(name), _) => report.push(expected("a text", name, &form.value)),
            (None, _) => {
                let mut error = Diagnostic::error(format!("`{}` is no plural form of `{key}`", form.key))
                    .at(form.key_span);
                error.hint = did_you_mean(&form.key, CATEGORIES);
                report.push(error.or_hint(format!("the forms are `{}`", CATEGORIES.join("`, `"))));
            }
        }
    }
    if !forms.contains_key("other") {
        report.push(Diagnostic::error(format!("`{key}` lacks the plural form `other`")).at(span));
        return None;
    }
    Some(Phrase::Plural(forms))
}

fn expected(wanted: &str, key: &str, found: &Raw) -> Diagnostic {
    Diagnostic::error(format!("`{key}` must be {wanted}, not {}", kind(&found.value))).at(found.span)
}

fn is_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The names between braces, in all forms of a phrase.
pub(super) fn placeholders(phrase: &Phrase) -> Vec<&str> {
    let mut names = Vec::new();
    let texts: Vec<&str> = match phrase {
        Phrase::Text(text) => vec![text],
        Phrase::Plural(forms) => forms.values().map(AsRef::as_ref).collect(),
    };
    for text in texts {
        for (_, name) in Pieces(text).filter(|(is_name, _)| *is_name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The pieces of a phrase: literal text, and the names between braces (marked true).
pub(super) struct Pieces<'t>(pub &'t str);

impl<'t> Iterator for Pieces<'t> {
    type Item = (bool, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        if let Some(rest) = self.0.strip_prefix('{')
            && let Some((name, after)) = rest.split_once('}')
            && is_name(name)
        {
            self.0 = after;
            return Some((true, name));
        }
        let from = usize::from(self.0.starts_with('{'));
        let end = self.0[from..].find('{').map_or(self.0.len(), |at| from + at);
        let (text, rest) = self.0.split_at(end);
        self.0 = rest;
        Some((false, text))
    }
}
