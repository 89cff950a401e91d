//! The kit in; what its addresses have wrong, what its cases say twice, and letters too heavy for the first rate out.

use rayon::prelude::*;

use super::build::SheetJob;
use crate::diag::Report;
use crate::frame::StockKind;
use crate::model::{Kit, Status};
use crate::postal::rules::Reach;
use crate::postal::{MailRules, paper, postage, rules, stock};
use crate::template::{Per, Recipient};

/// Checks every address of the kit once, whichever sheets are printed.
pub fn addresses(kit: &Kit, report: &mut Report) {
    let mail = MailRules::of(kit);
    let sender = mail.sender();
    mail.own_problems(kit).into_iter().for_each(|problem| report.push(problem));
    // Nothing goes out for a case that has ended.
    let open = || kit.cases.par_iter().filter(|case| case.status != Status::Ended);
    let targets = open().flat_map(|case| case.targets.par_iter().map(move |target| (case, target)));
    let of_targets = targets
        .filter(|(_, target)| rules::target(target, sender) != Reach::NotForSender)
        .flat_map_iter(|(case, target)| {
            let problems = mail.target(target).map_or_else(Vec::new, |blocks| blocks.problems);
            problems.into_iter().map(move |problem| {
                let who = target.name.as_ref().or(target.office.as_ref());
                problem.context(match who {
                    Some(who) => format!("the address of `{}` in `{}`", who.value, case.id),
                    None => format!("an address in `{}`", case.id),
                })
            })
        });
    let of_people = open().flat_map_iter(|case| {
        let blocks = case.solidarity.as_ref().and_then(|solidarity| mail.solidarity(solidarity));
        let problems = blocks.map_or_else(Vec::new, |blocks| blocks.problems);
        problems.into_iter().map(move |p| p.context(format!("the solidarity address of `{}`", case.id)))
    });
    let (found, repeats): (Vec<_>, _) =
        rayon::join(|| of_targets.chain(of_people).collect(), || rules::repeats(&kit.cases));
    found.into_iter().chain(repeats).for_each(|problem| report.push(problem));
}

/// One warning for the heaviest piece of paper to a target, where it passes the first step of the rates.
pub fn weight(kit: &Kit, jobs: &[SheetJob<'_>], report: &mut Report) {
    let Some(envelope) = stock::envelope(&kit.envelope) else { return };
    let letters =
        jobs.iter().filter(|job| job.sheet.per == Per::Target && job.sheet.stock == StockKind::Paper);
    let heaviest = letters
        .flat_map(|job| job.made.iter().flat_map(move |made| made.pieces.iter().map(move |p| (job, p))))
        .max_by_key(|(job, piece)| piece.sides / job.sheet.copies.max(1));
    let Some((job, piece)) = heaviest else { return };
    let sides = piece.sides / job.sheet.copies.max(1);
    let sheets = if kit.duplex { sides.div_ceil(2) } else { sides };
    let grams = paper::letter_grams(kit.paper, sheets, paper::USUAL_GRAMMAGE, &envelope);
    let what = match (piece.subject.case(kit), piece.subject.recipient) {
        (Some(case), Some(Recipient::Target(at))) => format!("letter for `{}`, target {}", case.id, at + 1),
        (Some(case), _) => format!("letter for `{}`", case.id),
        (None, _) => "letter".to_owned(),
    };
    if let Some(warning) = postage::weight_warning(grams, &kit.postage, &what) {
        report.push(warning);
    }
}
