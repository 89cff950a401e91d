//! Resolve: raw tables in, the model out; defaults filled in, references followed, every mistake of all files reported.

mod address;
mod case;
mod forbidden;
mod keys;
mod kit;
mod postal;
mod rows;
mod scalar;
mod schema;
mod suggest;
mod text;
mod walk;

use std::collections::HashMap;

use jiff::civil::Date;

pub use forbidden::ForbiddenNames;
pub use schema::{File as SchemaFile, schema};
pub use suggest::nearest;

use crate::diag::{Diagnostic, Report, Sources};
use crate::limits::Limits;
use crate::load::RawKit;
use crate::model::{Kit, Paper};

/// What the command line decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day the kit is made for.
    pub today: Date,
    /// Take cases past their deadline, marked as such.
    pub allow_expired: bool,
    pub lang: Option<String>,
    pub paper: Option<Paper>,
    pub envelope: Option<String>,
    pub labels: Option<String>,
}

impl Options {
    /// For a day, with nothing overridden.
    pub fn for_day(today: Date) -> Self {
        Self { today, allow_expired: false, lang: None, paper: None, envelope: None, labels: None }
    }
}

/// Looks whether a text is a language's tag.
///
/// # Errors
/// What is wrong with it, without its place.
pub fn check_language(tag: &str) -> Result<(), Diagnostic> {
    scalar::language(tag)
        .map(|_| ())
        .map_err(|mistake| Diagnostic { hint: mistake.hint, ..Diagnostic::error(mistake.message) })
}

/// Makes the model of what was read.
///
/// The kit holds every case that could be understood, also when others could not: a check goes on to look at the sheets
/// of those. Nothing may be written while the report has errors. `None` where not even the kit could be understood.
pub fn resolve(
    raw: &RawKit,
    options: &Options,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> Option<Kit> {
    let kit = kit::resolve(raw, options, limits, sources, report);
    let lang = kit.as_ref().map_or_else(|| "en".into(), |kit| kit.lang.clone());
    let context = case::Context { raw, options, limits, sources, kit_lang: lang };
    let cases: Vec<_> = raw.cases.iter().filter_map(|file| case::resolve(file, &context, report)).collect();
    let mut kit = kit?;
    let mut names: HashMap<&str, usize> = HashMap::new();
    for (at, case) in cases.iter().enumerate() {
        let other = names.insert(&*case.name.value, at).map(|first| &cases[first]);
        if let Some(other) = other.filter(|other| other.country.value == case.country.value) {
            let same = format!("`{}` and `{}` have the same name, `{}`", other.id, case.id, case.name.value);
            let mut warning = Diagnostic::warning(same).at(case.name.span);
            if let Some(span) = other.name.span {
                warning = warning.related(span, "first here");
            }
            report.push(warning.hint("is one a copy that was not filled in?"));
        }
    }
    forbidden::check(&kit.organisation, &cases, report);
    kit.cases = cases;
    Some(kit)
}
