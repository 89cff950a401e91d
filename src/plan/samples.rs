//! Nothing in; the plan of a small evening out, for the tests of what follows from it.

use super::{CaseShare, Plan, TargetShare};

fn share(id: &str, letters: u32, targets: &[u32], cards: bool) -> CaseShare {
    let target = |(target, &letters)| TargetShare { target, letters, post: true, domestic: false };
    CaseShare {
        id: id.into(),
        name: id.into(),
        letters,
        targets: targets.iter().enumerate().map(target).collect(),
        cards,
        ..CaseShare::default()
    }
}

/// Two cases, with three letters for each of those who come.
pub(super) fn plan(participants: Option<u32>) -> Plan {
    Plan {
        participants,
        letters: participants.map(|p| p * 3),
        tables: participants.map(|p| p.div_ceil(6)),
        cases: vec![share("a", 11, &[6, 5], true), share("b", 10, &[10], false)],
        ..Plan::default()
    }
}
