//! Counts from several tables or groups in; sums by case and in total out.

use std::fmt::Write;
use std::sync::Arc;

use serde::Serialize;

use crate::diag::{Diagnostic, Report, Span};
use crate::model::{Case, Kit};

/// One row of a counts file: what one table or group has written for one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CountRow {
    /// A case's id, or its number in the kit.
    pub case: Arc<str>,
    pub letters: u32,
    pub cards: u32,
    pub signatures: u32,
    pub span: Span,
}

/// The sums.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
pub struct Results {
    pub cases: Vec<CaseResult>,
    pub total: Counts,
    /// The largest sum of one case, which the chart's bars are measured by; at least 1.
    pub largest: u32,
    /// How many files were added up.
    pub files: usize,
}

#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct CaseResult {
    pub id: Arc<str>,
    pub name: Arc<str>,
    pub country: Arc<str>,
    pub counts: Counts,
    /// Length of the case's bar, in percent of the longest.
    pub percent: u32,
}

#[derive(Debug, Clone, Copy, Default, Serialize, PartialEq, Eq)]
pub struct Counts {
    pub letters: u32,
    pub cards: u32,
    pub signatures: u32,
    pub all: u32,
}

impl Counts {
    fn add(&mut self, row: &CountRow) {
        self.letters = self.letters.saturating_add(row.letters);
        self.cards = self.cards.saturating_add(row.cards);
        self.signatures = self.signatures.saturating_add(row.signatures);
        self.all = self.letters.saturating_add(self.cards).saturating_add(self.signatures);
    }
}

/// Adds the rows up. A case that the kit does not have is an error: a count must not get lost.
pub fn add_up(kit: &Kit, rows: &[CountRow], files: usize, report: &mut Report) -> Results {
    let mut sums = vec![Counts::default(); kit.cases.len()];
    let mut total = Counts::default();
    for row in rows {
        match position(&kit.cases, &row.case) {
            Some(index) => {
                sums[index].add(row);
                total.add(row);
            }
            None => report.push(unknown(kit, row)),
        }
    }
    let largest = sums.iter().map(|c| c.all).max().unwrap_or(0).max(1);
    let cases = kit
        .cases
        .iter()
        .zip(sums)
        .map(|(case, counts)| CaseResult {
            id: case.id.clone(),
            name: case.name.value.clone(),
            country: Arc::from(case.country.value.as_str()),
            counts,
            percent: (u64::from(counts.all) * 100 / u64::from(largest)) as u32,
        })
        .collect();
    Results { cases, total, largest, files }
}

fn position(cases: &[Case], written: &str) -> Option<usize> {
    cases.iter().position(|c| c.id.eq_ignore_ascii_case(written)).or_else(|| {
        let number: usize = written.parse().ok()?;
        (1..=cases.len()).contains(&number).then(|| number - 1)
    })
}

fn unknown(kit: &Kit, row: &CountRow) -> Diagnostic {
    let nearest = kit
        .cases
        .iter()
        .map(|c| (strsim::jaro_winkler(&c.id, &row.case), &c.id))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = match nearest {
        Some((_, id)) => format!("did you mean `{id}`?"),
        None => "the first column holds a case's id or its number in the kit".to_owned(),
    };
    Diagnostic::error(format!("no case `{}` in this kit", row.case)).at(row.span).hint(hint)
}

impl Results {
    /// The sums as a table of text, a row a case and the total.
    pub fn text(&self) -> String {
        let width = self.cases.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).max(5);
        let mut out = format!("{:width$}  {:>8} {:>8} {:>10}\n", "case", "letters", "cards", "signatures");
        let mut row = |name: &str, c: &Counts| {
            let _ = writeln!(out, "{name:width$}  {:>8} {:>8} {:>10}", c.letters, c.cards, c.signatures);
        };
        for case in &self.cases {
            row(&case.name, &case.counts);
        }
        row("total", &self.total);
        out
    }

    /// The sums as CSV with a header row; ids, not names, so that files of several groups can be added up again.
    pub fn csv(&self) -> String {
        let mut out = String::from("case,letters,cards,signatures\n");
        for case in &self.cases {
            let c = &case.counts;
            let _ = writeln!(out, "{},{},{},{}", case.id, c.letters, c.cards, c.signatures);
        }
        out
    }
}
