//! Mistakes and remarks with their place: what every stage reports, and the list they are gathered in.
//!
//! A stage never stops at the first mistake: it pushes into a [`Report`] and goes on while that makes sense.

mod clean;
mod human;
mod json;
mod place;
mod repeats;
mod source;

pub use clean::clean;
pub use human::{ColourChoice, count_line, human};
pub use json::json;
pub use place::{Place, Places};
pub use repeats::without_repeats;
pub use source::{FileId, Source, Sources, Span};

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The input is wrong, nothing is written; exit status 1.
    Error,
    /// Printed all the same, but somebody should look.
    Warning,
    /// Said for information: what was left out, and why.
    Note,
}

/// Whose fault an error is; decides the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// A mistake in the input: exit status 1.
    #[default]
    Input,
    /// The machine failed us (disk full, no rights, a limit hit): exit status 3.
    Machine,
}

/// One mistake or remark, in plain words.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    pub level: Level,
    pub fault: Fault,
    /// Lower case, no full stop, backticks round what the user typed or must type.
    pub message: String,
    /// Where; `None` for a mistake that has no file (a wrong folder on the command line, say).
    pub span: Option<Span>,
    /// What to do about it, or `did you mean …`.
    pub hint: Option<String>,
    /// Further places that belong to it, each with a few words.
    pub related: Vec<(Span, String)>,
    /// In which sheet and for whom it showed (`letter for ala, target 2`), where that helps.
    pub context: Option<String>,
}

impl Diagnostic {
    fn new(level: Level, message: impl Into<String>) -> Self {
        Self {
            level,
            fault: Fault::Input,
            message: message.into(),
            span: None,
            hint: None,
            related: Vec::new(),
            context: None,
        }
    }

    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Level::Error, message)
    }

    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Level::Warning, message)
    }

    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Level::Note, message)
    }

    /// An error that is the machine's, not the input's.
    pub fn machine(message: impl Into<String>) -> Self {
        Self { fault: Fault::Machine, ..Self::error(message) }
    }

    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The hint, where there is none yet.
    pub fn or_hint(self, hint: impl Into<String>) -> Self {
        if self.hint.is_some() { self } else { self.hint(hint) }
    }

    pub fn related(mut self, span: Span, words: impl Into<String>) -> Self {
        self.related.push((span, words.into()));
        self
    }

    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }
}

/// All that was found in a run so far.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Takes in one, several or none.
    pub fn extend(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(found);
    }

    pub fn append(&mut self, mut other: Report) {
        self.diagnostics.append(&mut other.diagnostics);
    }

    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    pub fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    pub fn count(&self, level: Level) -> usize {
        self.diagnostics.iter().filter(|d| d.level == level).count()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter()
    }

    /// Takes all out, sorted by file name, position and level, without repeats; of those that differ
    /// in their context alone, the first.
    pub fn into_sorted(self, sources: &Sources) -> Vec<Diagnostic> {
        let mut all = self.diagnostics;
        let mut names = std::collections::HashMap::new();
        for span in all.iter().filter_map(|d| d.span) {
            names.entry(span.file).or_insert_with(|| sources.name(span.file));
        }
        let key = |d: &Diagnostic| d.span.map(|s| (names.get(&s.file), s.start, s.end));
        all.sort_by(|a, b| (key(a), a.level, &a.message).cmp(&(key(b), b.level, &b.message)));
        // The same mistake of a template shows for many subjects: one context is enough.
        all.dedup_by(|later, first| {
            let context = later.context.take();
            let same = Diagnostic { context: first.context.clone(), ..later.clone() } == *first;
            later.context = context;
            same
        });
        all
    }
}
