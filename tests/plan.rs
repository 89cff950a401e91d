//! Each folder of `tests/plan/` is a kit; the numbers of its plan must be those of its `expected.txt`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use makekit::diag::{Report, Sources, human};
use makekit::limits::Limits;
use makekit::model::Kit;
use makekit::plan::{Destination, Plan, plan};
use makekit::postal::{country, rules};
use makekit::{load, resolve};

fn kit(folder: &Path) -> Kit {
    let (sources, limits, mut report) = (Sources::default(), Limits::default(), Report::default());
    let kit = load::open_cases(folder, &mut report).and_then(|opened| {
        let raw = load::load(&opened, None, &load::Photos::default(), &limits, &sources, &mut report);
        let options = resolve::Options::for_day(jiff::civil::date(2096, 11, 20));
        resolve::resolve(&raw, &options, &limits, &sources, &mut report)
    });
    assert!(!report.has_errors(), "{}", human(&report.into_sorted(&sources), &sources, false));
    kit.expect("a kit without errors")
}

fn destinations(kit: &Kit) -> Vec<Destination> {
    let sender = kit.sender.as_ref().map(|s| s.address.country.value);
    let domestic = |address: Option<&makekit::model::Address>| {
        address.is_some_and(|a| country::is_domestic(a.country.value, sender))
    };
    let mut all = Vec::new();
    for (case, of_case) in kit.cases.iter().enumerate() {
        for (target, t) in of_case.targets.iter().enumerate() {
            if rules::target(t, sender).takes_post() {
                all.push(Destination { case, target: Some(target), domestic: domestic(t.address.as_ref()) });
            }
        }
        for s in of_case.solidarity.iter().filter(|s| rules::solidarity(s, sender).takes_post()) {
            all.push(Destination { case, target: None, domestic: domestic(s.address.as_ref()) });
        }
    }
    all
}

fn dump(plan: &Plan) -> String {
    let mut out = String::new();
    let shown = |n: Option<u32>| n.map_or("?".to_owned(), |n| n.to_string());
    let (people, letters, tables) = (shown(plan.participants), shown(plan.letters), shown(plan.tables));
    let _ = writeln!(
        out,
        "{people} people, {letters} letters, {tables} tables; piles {} to {}",
        plan.fewest, plan.most
    );
    for case in &plan.cases {
        let targets: Vec<String> = case.targets.iter().map(|t| t.letters.to_string()).collect();
        let _ = writeln!(
            out,
            "{}: {} = {}; abroad {}, home {}, not by post {}{}",
            case.id,
            case.letters,
            targets.join(" + "),
            case.abroad,
            case.at_home,
            case.not_by_post,
            if case.cards { ", cards" } else { "" }
        );
    }
    for (name, line) in [("abroad", &plan.stamps.international), ("home", &plan.stamps.domestic)] {
        let _ = writeln!(out, "stamps {name}: {} {}", line.count, line.cost.as_deref().unwrap_or("?"));
    }
    let _ = writeln!(out, "stamps in all: {}", plan.stamps.total.as_deref().unwrap_or("?"));
    for day in &plan.days {
        let (of, late) = (day.case.as_deref().unwrap_or(""), if day.late { " late" } else { "" });
        let _ = writeln!(out, "{}", format!("{} {:?} {of}{late}", day.date, day.kind).trim_end());
    }
    let _ = writeln!(out, "{}", format!("missing: {}", plan.missing.join(", ")).trim_end());
    out
}

#[test]
fn plans_are_as_expected() {
    let mut folders: Vec<_> =
        fs::read_dir("tests/plan").expect("tests/plan").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        let kit = kit(&folder);
        let plan = plan(&kit, &destinations(&kit));
        let expected = fs::read_to_string(folder.join("expected.txt")).unwrap_or_default();
        let found = dump(&plan);
        assert_eq!(found.trim_end(), expected.trim_end(), "in {}:\n{found}", folder.display());
        if let Some(letters) = plan.letters {
            assert_eq!(plan.cases.iter().map(|c| c.letters).sum::<u32>(), letters);
            for case in &plan.cases {
                assert_eq!(case.targets.iter().map(|t| t.letters).sum::<u32>(), case.letters);
                assert_eq!(case.abroad + case.at_home + case.not_by_post, case.letters);
            }
        }
    }
}
