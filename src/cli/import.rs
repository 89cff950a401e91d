//! A spreadsheet of targets in; new case files out, and words for what found no place in them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use super::args::LimitArgs;
use super::report::read_bytes;
use super::terminal::Terminal;
use super::words::counted;
use super::{kit, starter};
use crate::diag::{Diagnostic, Report, Sources};
use crate::limits::Limits;
use crate::load::{self, RawRows};
use crate::model::CountryCode;
use crate::postal::country;

/// What a column may hold, by the key of the case file, and the headings that say so, without blanks and signs.
const COLUMNS: [(&str, &[&str]); 22] = [
    ("case", &["case", "caseid", "casename", "action", "urgentaction", "onbehalfof"]),
    (
        "name",
        &["name", "fullname", "recipient", "addressee", "target", "contact", "contactname", "displayname"],
    ),
    ("first name", &["firstname", "givenname"]),
    ("last name", &["lastname", "surname", "familyname"]),
    ("office", &["office", "position", "function", "jobtitle"]),
    ("salutation", &["salutation", "greeting", "dear"]),
    ("close", &["close", "closing", "valediction"]),
    ("organization", &["organization", "organisation", "company", "ministry", "institution", "department"]),
    (
        "street",
        &[
            "street",
            "address",
            "streetaddress",
            "addressline",
            "address1",
            "addressline1",
            "street1",
            "businessstreet",
            "workaddress",
            "address2",
            "addressline2",
            "street2",
            "businessstreet2",
            "address3",
            "addressline3",
            "street3",
            "pobox",
        ],
    ),
    ("dependent_locality", &["district", "suburb", "dependentlocality"]),
    ("city", &["city", "town", "locality", "businesscity", "towncity", "citytown"]),
    ("region", &["region", "state", "province", "county", "businessstate", "stateprovince"]),
    ("postcode", &["postcode", "zip", "zipcode", "postalcode", "plz", "businesspostalcode", "zippostalcode"]),
    ("country", &["country", "countrycode", "land", "businesscountry", "countryregion"]),
    ("email", &["email", "emailaddress", "mail"]),
    ("fax", &["fax", "businessfax", "telefax"]),
    ("phone", &["phone", "telephone", "tel", "businessphone", "phonenumber"]),
    ("website", &["website", "web", "url", "webpage", "homepage"]),
    ("social", &["social", "twitter", "socialmedia"]),
    ("lang", &["lang", "language"]),
    ("role", &["role"]),
    ("letter", &["letter", "letterbody"]),
];
const ADDRESS: [&str; 6] = ["organization", "street", "dependent_locality", "city", "region", "postcode"];
const CONTACTS: [&str; 4] = ["email", "fax", "phone", "website"];

/// `makekit import`
pub fn import(
    file: &Path,
    cases: &Path,
    sheet: Option<&str>,
    limits: &LimitArgs,
    terminal: &Terminal,
) -> ExitCode {
    let (sources, mut report) = (Sources::default(), Report::default());
    let limits = kit::limits(limits, &mut report);
    let words =
        (!report.has_errors()).then(|| work(file, cases, sheet, &limits, &sources, &mut report)).flatten();
    let status = kit::status(&report);
    terminal.report(report, &sources);
    if let Some(words) = words {
        terminal.say(&words);
    }
    status
}

fn work(
    file: &Path,
    cases: &Path,
    sheet: Option<&str>,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> Option<String> {
    let rows = read(file, sheet, limits, sources, report)?;
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let targets = targets(&rows, report);
    if report.has_errors() {
        return None;
    }
    let mut by_case: BTreeMap<String, Vec<&Target>> = BTreeMap::new();
    for target in &targets {
        by_case.entry(id(target.get("case").unwrap_or(&stem))).or_default().push(target);
    }
    if by_case.is_empty() {
        report.push(Diagnostic::error(format!("`{}` holds no target", file.display())));
        return None;
    }
    for id in by_case.keys() {
        let path = cases.join(format!("{id}.toml"));
        if path.symlink_metadata().is_ok() {
            report.push(
                Diagnostic::error(format!("`{}` is there already; nothing was imported", path.display()))
                    .hint("move it away, choose another folder with `--cases`, or change the column `case`"),
            );
        }
    }
    if let Err(error) = std::fs::create_dir_all(cases) {
        report.push(Diagnostic::machine(format!("cannot make the folder `{}`: {error}", cases.display())));
    }
    if report.has_errors() {
        return None;
    }
    let mut words = String::new();
    for (id, targets) in &by_case {
        let path = cases.join(format!("{id}.toml"));
        let (text, gaps) = case_file(id, targets, &file.file_name().unwrap_or_default().to_string_lossy());
        if let Err(diagnostic) = starter::write_new(&path, &text) {
            report.push(diagnostic);
            return Some(words);
        }
        let gaps = gaps.join("`, `");
        let _ =
            writeln!(words, "{}: {}; to fill in: `{gaps}`", path.display(), counted(targets.len(), "target"));
    }
    words.push_str("next: fill them in, then `makekit check`");
    Some(words)
}

/// The rows of the file; those of a workbook by way of CSV, so that a place in it is its row.
fn read(
    path: &Path,
    sheet: Option<&str>,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> Option<RawRows> {
    let (shown, bytes) = read_bytes(path, "spreadsheet", limits, report)?;
    let bytes = if load::is_workbook(&bytes) {
        match load::workbook_csv(bytes, sheet, limits) {
            Ok(csv) => csv.into_bytes(),
            Err((words, hint)) => {
                let mut error = Diagnostic::error(format!("`{shown}` {words}"));
                error.hint = hint;
                report.push(error);
                return None;
            }
        }
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        report.push(
            Diagnostic::error(format!("`{shown}` is a workbook of the old kind"))
                .hint("open it and save it as XLSX or as CSV"),
        );
        return None;
    } else if sheet.is_some() {
        report.push(Diagnostic::error(format!("`--sheet` is for workbooks; `{shown}` is none")));
        return None;
    } else {
        bytes
    };
    let (file, text) = load::take_in(&shown, bytes, sources, report)?;
    load::parse_rows(file, text, limits, report)
}

/// One row: texts by key; several columns may add to one key.
#[derive(Debug, Default)]
struct Target {
    fields: BTreeMap<&'static str, Vec<String>>,
    country: Option<CountryCode>,
}

impl Target {
    fn get(&self, key: &str) -> Option<&str> {
        self.fields.get(key).and_then(|texts| texts.first()).map(String::as_str)
    }

    fn name(&self) -> Option<String> {
        let parts: Vec<&str> = ["first name", "last name"].iter().filter_map(|key| self.get(key)).collect();
        match self.get("name") {
            Some(name) => Some(name.to_owned()),
            None => (!parts.is_empty()).then(|| parts.join(" ")),
        }
    }
}

/// The targets of all rows. What finds no place is a warning: a column that is not known, a row without anybody.
fn targets(rows: &RawRows, report: &mut Report) -> Vec<Target> {
    let keys: Vec<Option<&'static str>> = rows.columns.iter().map(|(name, _)| key(name)).collect();
    let mut lost = vec![0usize; keys.len()];
    let mut targets = Vec::with_capacity(rows.rows.len());
    for row in 0..rows.rows.len() {
        let mut target = Target::default();
        for (column, field) in rows.row(row).iter().enumerate() {
            let written = rows.text.get(rows.range(*field)).unwrap_or_default().replace("\"\"", "\"");
            let lines =
                written.split(['\n', '\r', '\u{2028}']).map(str::trim).filter(|line| !line.is_empty());
            let lines: Vec<String> = lines.map(str::to_owned).collect();
            match keys.get(column).copied().flatten() {
                _ if lines.is_empty() => {}
                None => lost[column] += 1,
                Some("country") => {
                    match country::parse(&lines.join(" ")).or_else(|| country::by_name(&lines.join(" "))) {
                        Some(code) => target.country = Some(code),
                        None => report.push(
                            Diagnostic::warning(format!(
                                "no country is called `{}`; it was left out",
                                lines.join(" ")
                            ))
                            .at(rows.span(*field))
                            .hint("two letters of ISO 3166-1, such as `PL`, or the country's name"),
                        ),
                    }
                }
                Some("street") => target.fields.entry("street").or_default().extend(lines),
                Some("letter") => target.fields.entry("letter").or_default().push(lines.join("\n\n")),
                Some(key) => target.fields.entry(key).or_default().push(lines.join(" ")),
            }
        }
        if target.name().is_none() && target.get("office").is_none() {
            report.push(
                Diagnostic::warning("the row was not placed: it has neither a name nor an office")
                    .at(rows.row_span(row)),
            );
        } else {
            targets.push(target);
        }
    }
    for ((name, span), count) in rows.columns.iter().zip(&lost).filter(|(_, count)| **count > 0) {
        let shown = if name.is_empty() { "without a name".to_owned() } else { format!("`{name}`") };
        report.push(
            Diagnostic::warning(format!("the column {shown} was not placed: {}", counted(*count, "field")))
                .at(*span)
                .hint(format!("columns that have a place: {}", COLUMNS.map(|(key, _)| key).join(", "))),
        );
    }
    targets
}

fn key(heading: &str) -> Option<&'static str> {
    let plain: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    COLUMNS.iter().find(|(_, also)| also.contains(&plain.as_str())).map(|(key, _)| *key)
}

/// A case's id from a text: what a file may be called everywhere.
fn id(text: &str) -> String {
    let mut id = String::new();
    for c in text.to_lowercase().chars().take(64) {
        match c {
            c if c.is_alphanumeric() => id.push(c),
            _ if !id.is_empty() && !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    match id.trim_end_matches('-') {
        "" => "imported".to_owned(),
        "kit" => "kit-case".to_owned(),
        id => id.to_owned(),
    }
}

/// A case file, and the keys that are still to be filled in.
fn case_file(id: &str, targets: &[&Target], from: &str) -> (String, Vec<&'static str>) {
    let mut gaps = Vec::new();
    let mut out =
        format!("# Imported from {}. What stands behind a `#` is to be filled in.\n\n", quoted(from));
    let written = targets.iter().find_map(|t| t.get("case")).filter(|name| *name != id);
    match written {
        Some(name) => _ = writeln!(out, "name     = {}", quoted(name)),
        None => {
            gaps.push("name");
            out.push_str("# name     = \"Full Name\"\n");
        }
    }
    let land = targets.iter().find_map(|t| t.country);
    match land {
        Some(code) => _ = writeln!(out, "country  = {}", quoted(code.as_str())),
        None => {
            gaps.push("country");
            out.push_str("# country  = \"PL\"\n");
        }
    }
    gaps.extend(["summary", "demands"]);
    out.push_str(
        "# summary  = \"\"\"Who the person is, what was done to them, and where they are now.\"\"\"\n",
    );
    out.push_str("# demands  = [\"release Full Name at once and without conditions\"]\n");
    for target in targets {
        out.push_str("\n[[targets]]\n");
        target_table(target, land, &mut out);
        let is_target = target.get("role") != Some("copy");
        if is_target && target.get("salutation").is_none() {
            out.push_str("# salutation = \"Dear …,\"\n");
            if !gaps.contains(&"salutation") {
                gaps.push("salutation");
            }
        }
    }
    (out, gaps)
}

fn target_table(target: &Target, land: Option<CountryCode>, out: &mut String) {
    if let Some(name) = target.name() {
        let _ = writeln!(out, "name = {}", quoted(&name));
    }
    for key in ["office", "salutation", "close", "role", "lang", "letter"].iter().chain(&CONTACTS) {
        if let Some(text) = target.get(key) {
            let _ = writeln!(out, "{key} = {}", quoted(text));
        }
    }
    if let Some(social) = target.fields.get("social") {
        let _ =
            writeln!(out, "social = [{}]", social.iter().map(|s| quoted(s)).collect::<Vec<_>>().join(", "));
    }
    let mut address: Vec<String> = Vec::new();
    for key in ADDRESS {
        match (key, target.fields.get(key)) {
            (_, None) => {}
            ("street", Some(lines)) => {
                let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
                address.push(format!("street = [{}]", lines.join(", ")));
            }
            (key, Some(texts)) => address.push(format!("{key} = {}", quoted(&texts.join(", ")))),
        }
    }
    if address.is_empty() {
        return;
    }
    if let Some(code) = target.country.filter(|code| Some(*code) != land) {
        address.push(format!("country = {}", quoted(code.as_str())));
    }
    let _ = writeln!(out, "address = {{ {} }}", address.join(", "));
}

/// A text as TOML writes it on one line.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => _ = write!(out, "\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_in_the_forms_that_spreadsheets_use() {
        for (heading, expected) in [
            ("Address 2", Some("street")),
            ("ZIP / Postal Code", Some("postcode")),
            ("Job-Title", Some("office")),
        ] {
            assert_eq!(key(heading), expected, "{heading}");
        }
        assert_eq!(key("Birthday"), None);
    }

    #[test]
    fn an_id_is_a_file_name_everywhere() {
        assert_eq!(id("  Maryia Example (Belarus)"), "maryia-example-belarus");
        assert_eq!(id("../.."), "imported");
        assert_eq!(id("Kit"), "kit-case");
    }
}
