//! Takes the strings files, `strings/<lang>.toml`; gives the fixed words of a language, with those of its wider
//! languages where it lacks one (`pt-BR`, then `pt`, then `en`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

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
        let mut language = Language::default();
        for entry in table(text, file, 0, report).entries {
            let span = entry.value.span;
            match (entry.key.as_str(), &entry.value.value) {
                ("language", RawValue::Table(table)) => language.header(table, report),
                (key, RawValue::Text(text)) => {
                    let phrase = Phrase::Text(Arc::from(text.trim()));
                    language.phrases.insert(key.into(), Entry { phrase, span });
                }
                (key, RawValue::Table(table)) => {
                    if let Some(phrase) = plural(key, table, span, report) {
                        language.phrases.insert(key.into(), Entry { phrase, span });
                    }
                }
                (_, RawValue::Unreadable) => {}
                (key, _) => {
                    report.push(expected("a text, or a table of its plural forms", key, &entry.value))
                }
            }
            let key_text = entry.key.as_str();
            if !is_name(key_text) {
                report.push(
                    Diagnostic::error(format!("a template cannot ask for `t.{key_text}`"))
                        .at(entry.key_span)
                        .hint("a string's name is made of small letters, digits and `_`"),
                );
            }
            if let Some(asked) = user {
                let known = key_text == "language"
                    || self.languages.get(LAST_RESORT).is_none_or(|en| en.phrases.contains_key(key_text));
                if !known && !asked(key_text) {
                    let mut warning =
                        Diagnostic::warning(format!("no template asks for the string `{key_text}`"))
                            .at(entry.key_span);
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
