//! Takes the strings files, `strings/<lang>.toml`; gives the fixed words of a language, with those of its wider
//! languages where it lacks one (`pt-BR`, then `pt`, then `en`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::plural::{CATEGORIES, Rules};
use super::toml_text::{Document, did_you_mean, kind};
use crate::diag::{Diagnostic, FileId, Report, Span};

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
    /// Names of languages in this one, by tag.
    pub languages: HashMap<String, Arc<str>>,
    pub phrases: BTreeMap<Arc<str>, Entry>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub phrase: Phrase,
    pub span: Span,
}

/// The strings of all languages.
#[derive(Debug, Default)]
pub(super) struct Strings {
    languages: HashMap<String, Language>,
}

/// A phrase and the language it was found in, which decides its plural forms.
pub(super) struct Found<'s> {
    pub phrase: &'s Phrase,
    pub lang: &'s str,
}

impl Strings {
    /// Takes a file in; what it gives replaces what an earlier file of its language gave. A user's file that adds a
    /// string which no template asks for is warned of: `asked` tells.
    pub fn add(
        &mut self,
        tag: &str,
        text: &str,
        file: FileId,
        user: Option<&dyn Fn(&str) -> bool>,
        report: &mut Report,
    ) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = Document::parse(text, file, 0, report);
        let mut language = Language::default();
        for (key, value) in &document.table {
            let span = document.span(value);
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("language", DeValue::Table(table)) => language.header(table, &document, report),
                ("languages", DeValue::Table(table)) => {
                    for (tag, name) in table {
                        match name.get_ref() {
                            DeValue::String(name) => {
                                language.languages.insert(tag.get_ref().to_string(), Arc::from(name.trim()));
                            }
                            other => {
                                report.push(expected("a text", tag.get_ref(), other).at(document.span(name)))
                            }
                        }
                    }
                }
                (key, DeValue::String(text)) => {
                    let phrase = Phrase::Text(Arc::from(text.trim()));
                    language.phrases.insert(key.into(), Entry { phrase, span });
                }
                (key, DeValue::Table(table)) => {
                    if let Some(phrase) = plural(key, table, &document, span, report) {
                        language.phrases.insert(key.into(), Entry { phrase, span });
                    }
                }
                (key, other) => {
                    report.push(expected("a text, or a table of its plural forms", key, other).at(span));
                }
            }
            let key_text = key.get_ref();
            if !is_name(key_text) {
                report.push(
                    Diagnostic::error(format!("a template cannot ask for `t.{key_text}`"))
                        .at(document.span(key))
                        .hint("a string's name is made of small letters, digits and `_`"),
                );
            }
            if let Some(asked) = user {
                let known = matches!(key_text.as_ref(), "language" | "languages")
                    || self
                        .languages
                        .get(LAST_RESORT)
                        .is_none_or(|en| en.phrases.contains_key(key_text.as_ref()));
                if !known && !asked(key_text) {
                    let mut warning =
                        Diagnostic::warning(format!("no template asks for the string `{key_text}`"))
                            .at(document.span(key));
                    let names = self.languages.get(LAST_RESORT).into_iter().flat_map(|en| en.phrases.keys());
                    warning.hint = did_you_mean(key_text, names.map(AsRef::as_ref));
                    report.push(warning);
                }
            }
        }
        match self.languages.get_mut(tag) {
            Some(earlier) => earlier.take(language),
            None => {
                self.languages.insert(tag.to_owned(), language);
            }
        }
    }

    /// Checks each language against the last resort: placeholders and plural forms.
    pub fn check(&self, report: &mut Report) {
        let Some(model) = self.languages.get(LAST_RESORT) else { return };
        let mut tags: Vec<_> = self.languages.keys().collect();
        tags.sort();
        for tag in tags {
            let language = &self.languages[tag];
            for (key, entry) in &language.phrases {
                if let Phrase::Plural(forms) = &entry.phrase {
                    let missing: Vec<_> =
                        language.plurals.categories().filter(|c| !forms.contains_key(c)).collect();
                    if !missing.is_empty() {
                        report.push(
                            Diagnostic::error(format!(
                                "`{key}` lacks the plural form `{}`",
                                missing.join("`, `")
                            ))
                            .at(entry.span),
                        );
                    }
                }
                let Some(original) = model.phrases.get(key) else { continue };
                let known = placeholders(&original.phrase);
                for unknown in placeholders(&entry.phrase).into_iter().filter(|p| !known.contains(p)) {
                    let mut warning = Diagnostic::warning(format!(
                        "`{key}` has a placeholder `{{{unknown}}}` that nobody fills"
                    ))
                    .at(entry.span);
                    warning.hint = did_you_mean(unknown, known.iter().copied());
                    report.push(warning);
                }
            }
        }
    }

    pub fn language(&self, tag: &str) -> Option<&Language> {
        self.languages.get(tag)
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

    /// All phrases for a language, each from the nearest file that has it.
    pub fn merged(&self, lang: &str) -> BTreeMap<&str, Found<'_>> {
        let mut all = BTreeMap::new();
        for tag in self.chain(lang).into_iter().rev() {
            for (key, entry) in &self.languages[tag].phrases {
                all.insert(key.as_ref(), Found { phrase: &entry.phrase, lang: tag });
            }
        }
        all
    }

    pub fn has(&self, key: &str) -> bool {
        self.languages.values().any(|l| l.phrases.contains_key(key))
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.languages.values().flat_map(|l| l.phrases.keys()).map(AsRef::as_ref)
    }

    /// The name of a language, in the words of another; the tag itself where no file tells.
    pub fn language_name(&self, tag: &str, in_lang: &str) -> Option<&Arc<str>> {
        self.chain(in_lang).into_iter().find_map(|file| {
            let names = &self.languages[file].languages;
            let mut tag = tag;
            loop {
                if let Some(name) = names.get(tag) {
                    return Some(name);
                }
                tag = tag.rsplit_once('-')?.0;
            }
        })
    }

    /// Says once for a language what stands in for its own words.
    pub fn say_stand_ins(&self, lang: &str, report: &mut Report) {
        let chain = self.chain(lang);
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
        let missing: Vec<&str> = self.languages[*last]
            .phrases
            .keys()
            .map(AsRef::as_ref)
            .filter(|key| !own.iter().any(|tag| self.languages[*tag].phrases.contains_key(*key)))
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
    fn header(&mut self, table: &DeTable<'_>, document: &Document<'_>, report: &mut Report) {
        for (key, value) in table {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("name", DeValue::String(name)) => self.name = Some(Arc::from(name.trim())),
                ("plurals", DeValue::Table(rules)) => {
                    let mut read: Vec<_> = rules.iter().collect();
                    read.sort_by_key(|(category, _)| {
                        CATEGORIES.iter().position(|c| *c == category.get_ref().as_ref())
                    });
                    for (category, rule) in read {
                        let result = match rule.get_ref() {
                            DeValue::String(text) => self.plurals.add(category.get_ref(), text),
                            other => Err(format!("a plural rule must be a text, not {}", kind(other))),
                        };
                        if let Err(message) = result {
                            report.push(
                                Diagnostic::error(message).at(document.span(rule)).hint(
                                    "rules are written as in CLDR: `n % 10 = 2..4 and n % 100 != 12..14`",
                                ),
                            );
                        }
                    }
                }
                (known @ ("name" | "plurals"), other) => {
                    let wanted = if known == "name" { "a text" } else { "a table of rules" };
                    report.push(expected(wanted, known, other).at(document.span(value)));
                }
                (unknown, _) => {
                    let mut error = Diagnostic::error(format!("unknown key `{unknown}` in `[language]`"))
                        .at(document.span(key))
                        .or_hint("the keys are `name` and `plurals`");
                    error.hint = did_you_mean(unknown, ["name", "plurals"]).or(error.hint);
                    report.push(error);
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
        self.languages.extend(later.languages);
        self.phrases.extend(later.phrases);
    }
}

fn plural(
    key: &str,
    table: &DeTable<'_>,
    document: &Document<'_>,
    span: Span,
    report: &mut Report,
) -> Option<Phrase> {
    let mut forms = BTreeMap::new();
    for (category, form) in table {
        let name = CATEGORIES.iter().find(|c| **c == category.get_ref().as_ref());
        match (name, form.get_ref()) {
            (Some(name), DeValue::String(text)) => {
                forms.insert(*name, Arc::from(text.trim()));
            }
            (Some(name), other) => report.push(expected("a text", name, other).at(document.span(form))),
            (None, _) => {
                let unknown = category.get_ref();
                let mut error = Diagnostic::error(format!("`{unknown}` is no plural form of `{key}`"))
                    .at(document.span(category));
                error.hint = did_you_mean(unknown, CATEGORIES);
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

fn expected(wanted: &str, key: &str, found: &DeValue<'_>) -> Diagnostic {
    Diagnostic::error(format!("`{key}` must be {wanted}, not {}", kind(found)))
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
