//! The bytes of a case file, of `kit.toml` or of a file of recipients in; read and resolved as the program does.

use std::sync::Arc;

use jiff::civil::{Date, date};
use makekit::diag::{Report, Sources, Span};
use makekit::limits::Limits;
use makekit::load::{self, Raw, RawKit, RawRows, RawTable, RawValue};
use makekit::model::Kit;
use makekit::postal::{MailRules, rules};
use makekit::resolve::{self, Options};

use super::messages;

const TODAY: Date = date(2026, 11, 21);

/// An invented case, for a file of recipients to belong to.
const CASE: &str = r#"name = "Amina Example"
country = "PL"
summary = "Amina Example is an invented nurse."
demands = ["release Amina Example"]
recipients = "r.csv"
"#;

/// The file is a case, or else `kit.toml`.
pub fn toml(data: &[u8]) {
    for is_kit in [false, true] {
        let sources = Sources::default();
        let mut report = Report::default();
        let said = toml_as(is_kit, data, &sources, &mut report);
        let (again, mut report_again) = (Sources::default(), Report::default());
        let said_again = toml_as(is_kit, data, &again, &mut report_again);
        assert_eq!(said, said_again, "read twice, it is the same");
        let found = messages::check(report, &sources);
        assert_eq!(found, report_again.into_sorted(&again), "read twice, the mistakes are the same");
    }
}

fn toml_as(is_kit: bool, data: &[u8], sources: &Sources, report: &mut Report) -> Option<String> {
    let limits = Limits::default();
    if data.len() as u64 > limits.toml_bytes {
        return None;
    }
    let (file, text) = load::take_in("cases/a.toml", data.to_vec(), sources, report)?;
    let raw = load::parse_toml(file, "a".into(), &text, report);
    table_places(&raw.root, sources);
    let mut kit = RawKit::default();
    if is_kit {
        kit.kit = Some(raw);
    } else {
        kit.cases.push(raw);
    }
    Some(format!("{:?}", resolved(&kit, sources, report)))
}

/// Resolves, and on the way of every run: the rules of post for each address.
fn resolved(raw: &RawKit, sources: &Sources, report: &mut Report) -> Option<Kit> {
    let kit = resolve::resolve(raw, &Options::for_day(TODAY), &Limits::default(), sources, report)?;
    let mail = MailRules::of(&kit);
    report.extend(mail.own_problems(&kit));
    for case in &kit.cases {
        let blocks = case.targets.iter().filter_map(|target| mail.target(target));
        let family = case.solidarity.as_ref().and_then(|solidarity| mail.solidarity(solidarity));
        blocks.chain(family).for_each(|blocks| report.extend(blocks.problems));
    }
    report.extend(rules::repeats(&kit.cases));
    Some(kit)
}

fn table_places(table: &RawTable, sources: &Sources) {
    let place = |span: Span| messages::place(span, sources, table);
    table.span.into_iter().for_each(place);
    for entry in &table.entries {
        place(entry.key_span);
        value_places(&entry.value, sources);
    }
}

fn value_places(raw: &Raw, sources: &Sources) {
    messages::place(raw.span, sources, raw);
    match &raw.value {
        RawValue::Array(items) => items.iter().for_each(|item| value_places(item, sources)),
        RawValue::Tables(tables) => tables.iter().for_each(|table| table_places(table, sources)),
        RawValue::Table(table) => table_places(table, sources),
        _ => {}
    }
}

/// The file is the recipients of a case.
pub fn csv(data: &[u8]) {
    let sources = Sources::default();
    let mut report = Report::default();
    let said = csv_in(data, &sources, &mut report);
    let (again, mut report_again) = (Sources::default(), Report::default());
    assert_eq!(said, csv_in(data, &again, &mut report_again), "read twice, it is the same");
    let found = messages::check(report, &sources);
    assert_eq!(found, report_again.into_sorted(&again), "read twice, the mistakes are the same");
}

fn csv_in(data: &[u8], sources: &Sources, report: &mut Report) -> Option<String> {
    let limits = Limits::default();
    let (case, text) = load::take_in("cases/a.toml", CASE.into(), sources, report)?;
    let case = load::parse_toml(case, "a".into(), &text, report);
    let (file, text) = load::take_in("cases/r.csv", data.to_vec(), sources, report)?;
    let rows = load::parse_rows(file, text, &limits, report)?;
    row_places(&rows, sources);
    let count = rows.rows.len();
    let mut raw = RawKit::default();
    raw.cases.push(case);
    raw.recipients.insert("r.csv".into(), Some(Arc::new(rows)));
    let kit = resolved(&raw, sources, report)?;
    if !report.has_errors() {
        let targets: usize = kit.cases.iter().map(|case| case.targets.len()).sum();
        assert_eq!(targets, count, "no row is lost where nothing is said of it");
    }
    Some(format!("{kit:?}"))
}

/// Every row has a field for each column, and all lie inside of the text, one behind the other.
pub fn row_places(rows: &RawRows, sources: &Sources) {
    rows.columns.iter().for_each(|(name, span)| messages::place(*span, sources, name));
    let mut end = 0;
    for row in 0..rows.rows.len() {
        let fields = rows.row(row);
        assert_eq!(fields.len(), rows.columns.len(), "row {row}");
        messages::place(rows.row_span(row), sources, &row);
        for field in fields {
            assert!(field.start >= end, "fields overlap");
            end = field.end;
            messages::place(rows.span(*field), sources, field);
        }
    }
}
