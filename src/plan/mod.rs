//! The model and who takes post in; the evening's numbers out: letters for each case and target, stamps, paper, days.
//!
//! All arithmetic is in whole letters, days and hundredths of a currency's unit, so that every sum adds up on paper.

mod contents;
mod counts;
mod days;
mod prints;
#[cfg(test)]
mod samples;
mod share;
mod stamps;
mod supplies;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::model::{Kit, Status, TargetRole};

pub use contents::ContentsRow;
pub use counts::{CaseResult, CountRow, Counts, Results, add_up};
pub use days::{Day, DayKind, days};
pub use prints::{About, PrintFor, Runs, runs};
pub use share::share;
pub use stamps::{Stamps, stamps};
pub use supplies::{Load, Supplies, supplies};

/// People at one table: table tents, tips and tally sheets are planned a table each.
pub const SEATS_PER_TABLE: u32 = 6;

/// Somebody who takes post, as the rules for this sender say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// Index into the kit's cases.
    pub case: usize,
    /// Index into the case's targets; `None`: the solidarity address.
    pub target: Option<usize>,
    pub domestic: bool,
}

/// The plan of the evening.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct Plan {
    pub participants: Option<u32>,
    pub letters_each: Option<u32>,
    /// Participants times letters each; `None` where one of them is missing.
    pub letters: Option<u32>,
    pub tables: Option<u32>,
    /// The open cases in the kit's order.
    pub cases: Vec<CaseShare>,
    /// The smallest and largest pile of a case.
    pub fewest: u32,
    pub most: u32,
    pub stamps: Stamps,
    pub days: Vec<Day>,
    /// What to load, buy and bring; known when the kit's pages are.
    pub supplies: Option<Supplies>,
    /// Keys of kit.toml without which a number could not be worked out (`event.participants`).
    pub missing: Vec<&'static str>,
}

/// What one case gets.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct CaseShare {
    pub id: Arc<str>,
    pub name: Arc<str>,
    /// Letters to be written for it.
    pub letters: u32,
    pub targets: Vec<TargetShare>,
    /// Its letters by the way they go: post abroad, post at home, and by other means than post.
    pub abroad: u32,
    pub at_home: u32,
    pub not_by_post: u32,
    /// True where cards go to the person or the family, all in one envelope.
    pub cards: bool,
}

#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct TargetShare {
    /// Index into the case's targets.
    pub target: usize,
    pub letters: u32,
    /// False: reached by other means, no envelope and no stamp.
    pub post: bool,
    pub domestic: bool,
}

impl Plan {
    /// Envelopes, labels and stamps planned for a destination: as many as letters go there, one for all cards, at least one.
    pub fn copies(&self, case: &str, target: Option<usize>) -> u32 {
        let Some(share) = self.cases.iter().find(|c| &*c.id == case) else { return 1 };
        match target {
            None => 1,
            Some(index) if self.letters.is_some() => {
                let at = share.targets.binary_search_by_key(&index, |t| t.target);
                at.map_or(1, |at| share.targets[at].letters)
            }
            Some(_) => 1,
        }
    }
}

/// Who takes post, by case and target, and whether it stays in the country.
type ByPost = HashMap<(usize, Option<usize>), bool>;

/// Works the plan out. `destinations` are all who take post from this sender.
pub fn plan(kit: &Kit, destinations: &[Destination]) -> Plan {
    let participants = kit.event.participants.as_ref().map(|f| f.value);
    let letters_each = kit.event.letters_each.as_ref().map(|f| f.value);
    let letters = participants.zip(letters_each).map(|(p, l)| p.saturating_mul(l));

    let by_post: ByPost = destinations.iter().map(|d| ((d.case, d.target), d.domestic)).collect();
    let open = kit.cases.iter().enumerate().filter(|(_, case)| case.status != Status::Ended);
    let open: Vec<(usize, Vec<usize>)> =
        open.map(|(index, _)| (index, written_to(kit, index, &by_post))).collect();
    // A case that nobody can be written to from here gets no pile: its letters go to the others.
    let piles = share(letters.unwrap_or(0), open.iter().filter(|(_, targets)| !targets.is_empty()).count());
    let mut rest = piles.iter().copied();
    let cases: Vec<CaseShare> = open
        .iter()
        .map(|(index, targets)| {
            let pile = if targets.is_empty() { 0 } else { rest.next().unwrap_or(0) };
            case_share(kit, *index, targets, pile, &by_post)
        })
        .collect();

    let mut missing = Vec::new();
    let wanted = [
        ("event.date", kit.event.date.is_some()),
        ("event.participants", participants.is_some()),
        ("event.letters_each", letters_each.is_some()),
        ("event.report_by", kit.event.report_by.is_some()),
        ("event.report_to", kit.event.report_to.is_some()),
        ("sender.country", kit.sender.is_some()),
        (
            "postage.international",
            kit.postage.international.is_some() || destinations.iter().all(|d| d.domestic),
        ),
        ("postage.domestic", kit.postage.domestic.is_some() || destinations.iter().all(|d| !d.domestic)),
    ];
    missing.extend(wanted.iter().filter(|(_, there)| !there).map(|(key, _)| *key));

    Plan {
        participants,
        letters_each,
        letters,
        tables: participants.map(|p| p.div_ceil(SEATS_PER_TABLE).max(1)),
        fewest: piles.iter().copied().min().unwrap_or(0),
        most: piles.iter().copied().max().unwrap_or(0),
        stamps: stamps(&cases, destinations, kit),
        days: days(kit, destinations),
        supplies: None,
        cases,
        missing,
    }
}

/// The targets of a case that are written to from the sender's country, by their index: those whom a letter can reach.
fn written_to(kit: &Kit, case: usize, by_post: &ByPost) -> Vec<usize> {
    let sender = kit.sender.as_ref().map(|s| s.address.country.value);
    kit.cases[case]
        .targets
        .iter()
        .enumerate()
        .filter(|(_, t)| t.role == TargetRole::Target)
        .filter(|(_, t)| t.only_in.is_empty() || sender.is_some_and(|s| t.only_in.contains(&s)))
        .filter(|(target, t)| {
            by_post.contains_key(&(case, Some(*target))) || t.takes_letters_by_other_means()
        })
        .map(|(target, _)| target)
        .collect()
}

fn case_share(kit: &Kit, index: usize, written_to: &[usize], pile: u32, by_post: &ByPost) -> CaseShare {
    let case = &kit.cases[index];
    let letters = share(pile, written_to.len());
    let targets: Vec<TargetShare> = written_to
        .iter()
        .zip(letters)
        .map(|(&target, letters)| {
            let destination = by_post.get(&(index, Some(target)));
            TargetShare {
                target,
                letters,
                post: destination.is_some(),
                domestic: destination.is_some_and(|domestic| *domestic),
            }
        })
        .collect();
    CaseShare {
        id: case.id.clone(),
        name: case.name.value.clone(),
        letters: pile,
        abroad: sum(&targets, |t| t.post && !t.domestic),
        at_home: sum(&targets, |t| t.post && t.domestic),
        not_by_post: sum(&targets, |t| !t.post),
        targets,
        cards: case.solidarity.is_some(),
    }
}

fn sum(targets: &[TargetShare], of: impl Fn(&TargetShare) -> bool) -> u32 {
    targets.iter().filter(|target| of(target)).map(|target| target.letters).sum()
}
