//! Which sheets a build makes, and how often; and mistakes that many subjects share, folded into one.

use std::collections::HashMap;

use super::gather::nearest;
use super::{Copies, Options};
use crate::diag::{Diagnostic, Report, Span};
use crate::frame::StockKind;
use crate::model::Kit;
use crate::plan::{About, Destination, Plan};
use crate::postal::rules;
use crate::template::{Per, Recipient, SheetDef, Subject, Templates};

/// The sheets to make, in order: those of `--only`, else kit.toml's, else all. An unknown name is a mistake.
pub fn sheets<'t>(
    kit: &Kit,
    templates: &'t Templates,
    options: &Options,
    report: &mut Report,
) -> Vec<&'t SheetDef> {
    let mut chosen: Vec<&SheetDef> = Vec::new();
    let mut take = |name: &str, span: Option<Span>| match templates.sheet(name) {
        Some(sheet) if chosen.iter().any(|s| s.name == sheet.name) => {}
        Some(sheet) => chosen.push(sheet),
        None => {
            let names: Vec<&str> = templates.sheets().iter().map(|s| &*s.name).collect();
            let mut error = Diagnostic::error(format!("there is no sheet `{name}`")).at(span);
            error.hint = nearest(name, names.iter().copied())
                .or_else(|| Some(format!("the sheets are `{}`", names.join("`, `"))));
            report.push(error);
        }
    };
    if !options.only.is_empty() {
        options.only.iter().for_each(|name| take(name.trim_end_matches(".html"), None));
    } else if let Some(sheets) = &kit.sheets {
        sheets.iter().for_each(|name| take(name, name.span));
    } else {
        // The results are known when the evening is over: `makekit report` prints them.
        let is_known =
            |sheet: &&SheetDef| options.results.is_some() || !sheet.needs.iter().any(|n| ***n == *"results");
        chosen = templates.sheets().iter().filter(is_known).collect();
    }
    chosen
}

/// The evening's plan, from the rules of post for this sender.
pub fn plan(kit: &Kit) -> Plan {
    let sender = kit.sender.as_ref().map(|s| s.address.country.value);
    let domestic = |address: Option<&crate::model::Address>| {
        address.is_some_and(|a| crate::postal::country::is_domestic(a.country.value, sender))
    };
    let mut destinations = Vec::new();
    for (case, of_case) in kit.cases.iter().enumerate() {
        for (target, t) in of_case.targets.iter().enumerate() {
            if rules::target(t, sender).takes_post() {
                let domestic = domestic(t.address.as_ref());
                destinations.push(Destination { case, target: Some(target), domestic });
            }
        }
        if let Some(s) = &of_case.solidarity
            && rules::solidarity(s, sender).takes_post()
        {
            destinations.push(Destination { case, target: None, domestic: domestic(s.address.as_ref()) });
        }
    }
    crate::plan::plan(kit, &destinations)
}

/// How many times a piece is printed: envelopes and labels as the command line says, others as their sheet says.
pub fn copies(kit: &Kit, plan: &Plan, options: &Options, sheet: &SheetDef, subject: &Subject) -> u32 {
    if sheet.per != Per::Addressee || sheet.stock == StockKind::Paper {
        return sheet.copies;
    }
    match options.placement.copies {
        Copies::Each(count) => count,
        Copies::Plan => {
            let target = match subject.recipient {
                Some(Recipient::Target(number)) => Some(number as usize),
                _ => None,
            };
            subject.case(kit).map_or(1, |case| plan.copies(&case.id, target)).max(1)
        }
    }
}

/// Prints of one piece that the event needs, as its sheet says for whom it is printed.
pub fn planned_prints(kit: &Kit, plan: &Plan, sheet: &SheetDef, subject: &Subject) -> u32 {
    let about = match (subject.case(kit), subject.recipient) {
        (None, _) => About::Kit,
        (Some(case), None) => About::Case(&case.id),
        (Some(case), Some(Recipient::Target(at))) => About::Addressee(&case.id, Some(at as usize)),
        (Some(case), Some(Recipient::Solidarity)) => About::Addressee(&case.id, None),
    };
    plan.prints(sheet.print_for, about)
}

/// One mistake in place of the same one for many subjects; it names the first and counts the others.
pub fn fold_repeats(mistakes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut folded: Vec<(Diagnostic, usize)> = Vec::new();
    let mut known: HashMap<(String, Option<Span>), usize> = HashMap::new();
    for mistake in mistakes {
        let key = (mistake.message.clone(), mistake.span);
        match known.get(&key) {
            Some(&index) => folded[index].1 += 1,
            None => {
                known.insert(key, folded.len());
                folded.push((mistake, 0));
            }
        }
    }
    folded
        .into_iter()
        .map(|(mut mistake, more)| {
            if more > 0 {
                let first = mistake.context.take().unwrap_or_default();
                mistake.context = Some(format!("{first} and {more} more"));
            }
            mistake
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mistake_of_many_subjects_is_said_once() {
        let make = |who: &str| Diagnostic::error("no `x`").context(who);
        let folded = fold_repeats(vec![make("a"), make("b"), Diagnostic::error("no `y`"), make("c")]);
        let contexts: Vec<_> = folded.iter().map(|d| d.context.as_deref()).collect();
        assert_eq!(contexts, [Some("a and 2 more"), None]);
    }
}
