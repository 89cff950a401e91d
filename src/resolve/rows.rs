//! A file of recipients to targets: each column is a key of the target or of its address; rows are read in parallel.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::case::{self, Context};
use super::keys::{self, Kind, Table};
use super::walk::{Slot, Value, Values, Walker};
use super::{address, suggest};
use crate::diag::{Diagnostic, Report};
use crate::load::{RawField, RawRows};
use crate::model::{CountryCode, Field, Target};

/// Rows that one thread takes at a time, at least.
const CHUNK: usize = 2_048;

/// What a column stands for.
#[derive(Clone, Copy)]
struct Column {
    table: &'static Table,
    key: usize,
}

/// The targets of all rows that are right.
pub fn targets(
    rows: &Arc<RawRows>,
    country: Option<&Field<CountryCode>>,
    context: &Context<'_>,
    report: &mut Report,
) -> Vec<Target> {
    let Some(columns) = columns(rows, report) else { return Vec::new() };
    let source = context.sources.get(rows.file);
    let unreadable_keys = BTreeSet::new();
    let found = Mutex::new(Report::default());
    // The targets of all threads go to their places in one allocation; there are many and they are large.
    let targets: Vec<Option<Target>> = (0..rows.rows.len())
        .into_par_iter()
        .with_min_len(CHUNK)
        .map_init(
            || Reader::new(rows, &columns),
            |reader, row| {
                let mut report = Report::default();
                let mut walker = Walker {
                    source: Arc::clone(&source),
                    root: &keys::CASE,
                    unreadable_keys: &unreadable_keys,
                    limits: context.limits,
                    report: &mut report,
                };
                let target = reader.target(row, country, &mut walker);
                if !report.is_empty() {
                    found.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).append(report);
                }
                target
            },
        )
        .collect();
    report.append(found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()));
    #[expect(clippy::filter_map_identity, reason = "`flatten` would not collect in place")]
    targets.into_iter().filter_map(|target| target).collect()
}

/// What the heading row names; unknown and doubled columns are reported, and no row is read then.
fn columns(rows: &RawRows, report: &mut Report) -> Option<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    let mut right = true;
    for (at, (name, span)) in rows.columns.iter().enumerate() {
        let Some((table, key)) = address::column(name) else {
            right = false;
            report.push(unknown_column(name, rows.columns.len()).at(*span));
            continue;
        };
        if let Some(first) = rows.columns[..at].iter().find(|(other, _)| other == name) {
            right = false;
            report.push(
                Diagnostic::error(format!("the column `{name}` is there twice"))
                    .at(*span)
                    .related(first.1, "it is here too"),
            );
        }
        columns.push(Column { table, key });
    }
    if !right {
        return None;
    }
    let named = |wanted: &str| rows.columns.iter().any(|(name, _)| name == wanted);
    if !named("name") && !named("office") {
        report.push(
            Diagnostic::error("the heading row names neither `name` nor `office`")
                .at(rows.columns.first().map(|(_, span)| *span))
                .hint("the first row names the columns: name,office,salutation,street,postcode,city,country"),
        );
        return None;
    }
    Some(columns)
}

fn unknown_column(name: &str, count: usize) -> Diagnostic {
    if name.is_empty() {
        return Diagnostic::error("a column has no name")
            .hint("delete the column, or name it in the first row");
    }
    let lower = name.to_lowercase().replace([' ', '-'], "_");
    let keys =
        || keys::TARGET.keys.iter().chain(keys::ADDRESS.keys).filter(|k| !matches!(k.kind, Kind::Table(_)));
    let meant = keys()
        .find(|key| key.name == lower || key.also.contains(&lower.as_str()))
        .map(|key| key.name)
        .or_else(|| suggest::nearest(&lower, keys().map(|key| key.name)));
    let error = Diagnostic::error(format!("unknown column `{name}`"));
    match meant {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None if count == 1 => {
            error.hint("the first row names the columns: name,office,salutation,street,postcode,city,country")
        }
        None => {
            let names: Vec<_> = keys().map(|key| key.name).collect();
            error.hint(format!("the columns are {}", names.join(", ")))
        }
    }
}

/// Reads the rows of one chunk; keeps what it needs from row to row.
struct Reader<'r> {
    rows: &'r RawRows,
    columns: &'r [Column],
    target: Values,
    address: Values,
    /// The field and text that each column held in the row before: columns repeat themselves.
    last: Vec<Option<(RawField, Arc<str>)>>,
}

impl<'r> Reader<'r> {
    fn new(rows: &'r RawRows, columns: &'r [Column]) -> Self {
        let span = rows.row_span(0);
        Self {
            rows,
            columns,
            target: Values::new(&keys::TARGET, span),
            address: Values::new(&keys::ADDRESS, span),
            last: vec![None; columns.len()],
        }
    }

    fn target(
        &mut self,
        row: usize,
        country: Option<&Field<CountryCode>>,
        walker: &mut Walker<'_>,
    ) -> Option<Target> {
        let span = self.rows.row_span(row);
        self.target.reset(span);
        self.address.reset(span);
        let mut address_given = false;
        for (at, field) in self.rows.row(row).iter().enumerate() {
            if field.start == field.end {
                continue;
            }
            let Some(column) = self.columns.get(at).copied() else { break };
            let slot = self.slot(at, *field, column, walker);
            if std::ptr::eq(column.table, &keys::TARGET) {
                self.target.set(column.key, slot);
            } else {
                let country = keys::Address::Country as usize;
                address_given |= column.key != country && !matches!(slot, Slot::Absent);
                self.address.set(column.key, slot);
            }
        }
        let empty = Values::new(&keys::ADDRESS, span);
        let address = if address_given {
            let values = std::mem::replace(&mut self.address, empty);
            address::address(values, country.cloned(), walker.report)
        } else {
            None
        };
        case::target(&mut self.target, address_given, address, None, walker.report)
    }

    fn slot(&mut self, at: usize, field: RawField, column: Column, walker: &mut Walker<'_>) -> Slot {
        let Some(key) = column.table.keys.get(column.key) else { return Slot::Absent };
        let range = self.rows.range(field);
        let Some(written) = self.rows.text.get(range) else { return Slot::Absent };
        let span = self.rows.span(field);
        if let Some(Some((before, text))) = self.last.get(at)
            && self.rows.text.get(self.rows.range(*before)) == Some(written)
        {
            return Slot::Given(Value::Text(Field::new(Arc::clone(text), span)));
        }
        let text = if field.doubled_quotes {
            Cow::Owned(written.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(written)
        };
        let slot = walker.text(key, &text, span);
        if let (Slot::Given(Value::Text(text)), Some(last)) = (&slot, self.last.get_mut(at)) {
            *last = Some((field, Arc::clone(&text.value)));
        }
        slot
    }
}
