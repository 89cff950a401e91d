//! Counts of several tables in; their sums on stdout and a results poster out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::args::{InputArgs, ReportFormat};
use super::terminal::Terminal;
use super::{MACHINE, kit, words};
use crate::diag::{Diagnostic, Report, Sources};
use crate::limits::Limits;
use crate::load::{self, Bound, Folder, RawField, RawRows};
use crate::pipeline::{self, Copies, Options, Placement, Session};
use crate::plan::CountRow;

/// The template of the poster.
const POSTER: &str = "results";

/// `makekit report`
pub fn report(
    counts: &[PathBuf],
    poster: Option<&Path>,
    format: ReportFormat,
    input: &InputArgs,
    terminal: &Terminal,
) -> ExitCode {
    let sources = Sources::default();
    let mut report = Report::default();
    let job = || work(counts, poster, format, input, terminal, &sources, &mut report);
    if let Err(diagnostic) = pipeline::on_threads(input.jobs, job) {
        terminal.error(diagnostic);
        return ExitCode::from(MACHINE);
    }
    let status = kit::status(&report);
    terminal.report(report, &sources);
    status
}

/// Sums first: they are printed even where the poster fails.
fn work(
    counts: &[PathBuf],
    poster: Option<&Path>,
    format: ReportFormat,
    input: &InputArgs,
    terminal: &Terminal,
    sources: &Sources,
    report: &mut Report,
) {
    // An evening is reported when it is over: deadlines that have passed since do not matter.
    let Some((resolve, limits)) = kit::input(input, true, report) else { return };
    let mut rows = Vec::new();
    let same = |a: &Path, b: &Path| {
        a == b || a.canonicalize().ok().is_some_and(|a| b.canonicalize().is_ok_and(|b| a == b))
    };
    for (number, path) in counts.iter().enumerate() {
        if counts[..number].iter().any(|other| same(other, path)) {
            let twice = Diagnostic::error(format!("`{}` is named twice", path.display()));
            report.push(twice.hint("its counts would be added twice"));
            continue;
        }
        rows.extend(read(path, &limits, sources, report));
    }
    let mut options = Options {
        cases: input.cases.clone(),
        templates: input.templates.clone(),
        fonts: input.fonts.clone(),
        out: poster.unwrap_or(Path::new("results.pdf")).to_owned(),
        only: vec![POSTER.to_owned()],
        only_cases: Vec::new(),
        resolve,
        placement: Placement { start_at: 1, offset_x: 0.0, offset_y: 0.0, copies: Copies::Each(1) },
        edition: None,
        split: false,
        changed: false,
        manifest: false,
        results: None,
        limits,
    };
    let Some(results) = pipeline::add_up(&options, &rows, counts.len(), sources, report) else { return };
    if report.has_errors() {
        return;
    }
    terminal.result(&match format {
        ReportFormat::Text => results.text(),
        ReportFormat::Csv => results.csv(),
    });
    if poster.is_some() {
        options.results = Some(results);
        let session = Session::new(&options, false, report);
        if let Some(built) = kit::run(&session, &options, sources, report, terminal, true) {
            terminal.say(words::summary(&built.summary, terminal.verbose).trim_end());
        }
    }
}

/// The rows of one file of counts.
fn read(path: &Path, limits: &Limits, sources: &Sources, report: &mut Report) -> Vec<CountRow> {
    let Some(rows) = read_rows(path, "file of counts", limits, sources, report) else { return Vec::new() };
    let Some(columns) = Columns::find(&rows, report) else { return Vec::new() };
    (0..rows.rows.len()).filter_map(|row| columns.count(&rows, row, report)).collect()
}

/// The rows of a CSV file that the command line names.
pub fn read_rows(
    path: &Path,
    what: &str,
    limits: &Limits,
    sources: &Sources,
    report: &mut Report,
) -> Option<RawRows> {
    let (folder, bytes) = read_bytes(path, what, limits, report)?;
    let (file, text) = load::take_in(&folder, bytes, sources, report)?;
    load::parse_rows(file, text, limits, report)
}

/// The bytes of a file that the command line names, and its name for messages.
pub fn read_bytes(
    path: &Path,
    what: &str,
    limits: &Limits,
    report: &mut Report,
) -> Option<(String, Vec<u8>)> {
    let shown = path.display().to_string();
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bound = Bound { limit: "csv-bytes", bytes: limits.csv_bytes };
    match Folder::open(parent).and_then(|folder| folder.read(&name, bound)) {
        Ok(bytes) => Some((shown, bytes)),
        Err(error) => {
            report.push(error.diagnostic(what, &shown));
            None
        }
    }
}

/// Which column holds what.
#[derive(Default)]
struct Columns {
    case: usize,
    letters: Option<usize>,
    cards: Option<usize>,
    signatures: Option<usize>,
}

impl Columns {
    fn find(rows: &RawRows, report: &mut Report) -> Option<Self> {
        let mut found = Self::default();
        let mut case = None;
        let mut sound = true;
        for (index, (name, span)) in rows.columns.iter().enumerate() {
            let place = match name.to_lowercase().as_str() {
                "case" => &mut case,
                "letters" => &mut found.letters,
                "cards" => &mut found.cards,
                "signatures" => &mut found.signatures,
                _ => {
                    report.push(
                        Diagnostic::error(format!("unknown column `{name}`"))
                            .at(*span)
                            .hint("the columns are case,letters,cards,signatures"),
                    );
                    sound = false;
                    continue;
                }
            };
            if place.replace(index).is_some() {
                report.push(Diagnostic::error(format!("the column `{name}` stands here twice")).at(*span));
                sound = false;
            }
        }
        let counts = [found.letters, found.cards, found.signatures].iter().flatten().count();
        if sound && (case.is_none() || counts == 0) {
            let missing = if case.is_none() { "`case`" } else { "`letters`, `cards` or `signatures`" };
            report.push(
                Diagnostic::error(format!("the heading row has no column {missing}"))
                    .at(rows.columns.first().map(|c| c.1))
                    .hint("the first row is case,letters,cards,signatures; those without a count may be left out"),
            );
            sound = false;
        }
        found.case = case?;
        sound.then_some(found)
    }

    /// One row, or `None` where a field of it is wrong.
    fn count(&self, rows: &RawRows, row: usize, report: &mut Report) -> Option<CountRow> {
        let fields = rows.row(row);
        let text = |field: RawField| rows.text.get(rows.range(field)).unwrap_or_default().trim();
        let mut number = |column: Option<usize>| -> Option<u32> {
            let Some(field) = column.and_then(|column| fields.get(column).copied()) else { return Some(0) };
            let written = text(field);
            if written.is_empty() {
                return Some(0);
            }
            let number = written.parse().ok();
            if number.is_none() {
                report.push(
                    Diagnostic::error(format!("`{written}` is no count"))
                        .at(rows.span(field))
                        .hint("a whole number from 0 up, without a unit; an empty field counts as 0"),
                );
            }
            number
        };
        let (letters, cards, signatures) =
            (number(self.letters), number(self.cards), number(self.signatures));
        let field = fields.get(self.case).copied()?;
        let span = rows.span(field);
        let case = text(field);
        if case.is_empty() {
            report.push(
                Diagnostic::error("the row names no case")
                    .at(rows.row_span(row))
                    .hint("the column `case` holds a case's id or its number in the kit"),
            );
            return None;
        }
        Some(CountRow {
            case: Arc::from(case),
            letters: letters?,
            cards: cards?,
            signatures: signatures?,
            span,
        })
    }
}
