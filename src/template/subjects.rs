//! Takes the kit; gives whom or what each sheet is made for, and says who was left out and why.

use super::post;
use super::sheet::{Per, SheetDef};
use crate::diag::{Diagnostic, Span};
use crate::frame::StockKind;
use crate::model::{Case, Kit, Solidarity, Status, Target, TargetRole};

/// What one rendering of a sheet is about: the whole kit, a case, or somebody in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Subject {
    /// Index into [`Kit::cases`].
    pub case: Option<u32>,
    pub recipient: Option<Recipient>,
}

/// Somebody in a case who gets post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recipient {
    /// Index into [`Case::targets`].
    Target(u32),
    /// The person or family themselves.
    Solidarity,
}

/// The recipient's own part of the model.
#[derive(Clone, Copy)]
pub(super) enum Person<'k> {
    Target(&'k Target),
    Solidarity(&'k Solidarity),
}

impl Subject {
    pub fn case<'k>(&self, kit: &'k Kit) -> Option<&'k Case> {
        kit.cases.get(self.case? as usize)
    }

    pub fn target<'k>(&self, kit: &'k Kit) -> Option<&'k Target> {
        match self.recipient? {
            Recipient::Target(number) => self.case(kit)?.targets.get(number as usize),
            Recipient::Solidarity => None,
        }
    }

    pub(super) fn person<'k>(&self, kit: &'k Kit) -> Option<Person<'k>> {
        match self.recipient? {
            Recipient::Target(_) => self.target(kit).map(Person::Target),
            Recipient::Solidarity => self.case(kit)?.solidarity.as_ref().map(Person::Solidarity),
        }
    }

    /// Where the subject was written; `None` for the whole kit.
    pub fn span(&self, kit: &Kit) -> Option<Span> {
        match self.person(kit) {
            Some(Person::Target(target)) => Some(target.span),
            Some(Person::Solidarity(solidarity)) => Some(solidarity.span),
            None => self.case(kit).map(|case| case.span),
        }
    }

    /// In a few words, for messages: `ala, target 2 (Prosecutor General)`.
    pub fn describe(&self, kit: &Kit) -> String {
        let Some(case) = self.case(kit) else { return "the kit".to_owned() };
        match (self.recipient, self.person(kit)) {
            (Some(Recipient::Target(number)), Some(Person::Target(target))) => {
                let who = target.name.as_ref().or(target.office.as_ref()).map_or("", |who| &who.value);
                format!("{}, target {} ({who})", case.id, number + 1)
            }
            (Some(Recipient::Solidarity), _) => format!("{}, solidarity address", case.id),
            _ => case.id.to_string(),
        }
    }
}

impl<'k> Person<'k> {
    pub fn takes_labels(self) -> bool {
        match self {
            Person::Target(target) => target.labels,
            Person::Solidarity(solidarity) => solidarity.labels,
        }
    }
}

/// For whom a sheet is made, in the order of the kit, and a note for each who was left out.
#[derive(Debug, Default)]
pub struct Subjects {
    pub list: Vec<Subject>,
    pub left_out: Vec<Diagnostic>,
}

/// Gathers the subjects of a sheet.
pub fn subjects(kit: &Kit, sheet: &SheetDef) -> Subjects {
    let mut found = Subjects::default();
    match sheet.per {
        Per::Kit => found.list.push(Subject::default()),
        Per::Case => {
            found
                .list
                .extend((0..kit.cases.len() as u32).map(|n| Subject { case: Some(n), recipient: None }));
        }
        Per::Target | Per::Addressee => {
            for number in 0..kit.cases.len() {
                found.recipients(kit, number, sheet);
            }
        }
    }
    found
}

impl Subjects {
    fn recipients(&mut self, kit: &Kit, number: usize, sheet: &SheetDef) {
        let case = &kit.cases[number];
        let sheet_name = &sheet.name;
        if case.status == Status::Ended {
            self.left_out.push(
                Diagnostic::note(format!("no `{sheet_name}` for `{}`: the case has ended", case.id))
                    .at(case.span),
            );
            return;
        }
        let targets = (0..case.targets.len() as u32).map(Recipient::Target);
        let solidarity =
            case.solidarity.iter().filter(|_| sheet.per == Per::Addressee).map(|_| Recipient::Solidarity);
        for recipient in targets.chain(solidarity) {
            let subject = Subject { case: Some(number as u32), recipient: Some(recipient) };
            let Some(person) = subject.person(kit) else { continue };
            if let Person::Target(target) = person
                && (!post::is_for_this_sender(kit, target)
                    || (sheet.per == Per::Target && target.role == TargetRole::Copy))
            {
                continue;
            }
            match reason_against(kit, person, sheet) {
                None => self.list.push(subject),
                Some(why) => self.left_out.push(
                    Diagnostic::note(format!("no `{sheet_name}` for {}: {why}", subject.describe(kit)))
                        .at(subject.span(kit)),
                ),
            }
        }
    }
}

fn reason_against(kit: &Kit, person: Person<'_>, sheet: &SheetDef) -> Option<&'static str> {
    let reach = post::reach(kit, person);
    let fits = match sheet.stock {
        _ if sheet.per == Per::Target => match person {
            Person::Target(target) => reach.takes_post() || target.takes_letters_by_other_means(),
            Person::Solidarity(_) => true,
        },
        StockKind::Labels => reach.takes_label(),
        _ => reach.takes_post(),
    };
    (!fits).then(|| post::reason(reach))
}
