//! The kit's dates in; the days to keep out, in order.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::Destination;
use crate::model::{Kit, Status};

/// Days before the event by which the kit is printed and folded.
const PRINT_BEFORE_EVENT: i64 = 7;
/// Days that a letter is given to arrive before a deadline: at home and abroad. Posts promise less time; a letter after
/// its deadline can do harm.
const TRANSIT_DOMESTIC: i64 = 4;
const TRANSIT_INTERNATIONAL: i64 = 10;

/// One day of the timeline.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Day {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub kind: DayKind,
    /// The case it concerns: its name and its number in the kit.
    pub case: Option<Arc<str>>,
    pub number: Option<usize>,
    /// The deadline behind a posting day.
    pub deadline: Option<String>,
    /// True where the day lies before today, or a posting day before the event.
    pub late: bool,
}

/// What is to be done; a key of the strings (`day_print`, …).
#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    Today,
    Print,
    Event,
    Post,
    Report,
}

/// The timeline from today to the event, the last posting day before each deadline that is near, and the report.
///
/// Only the first posting day of the kit and those before the report is due are named; the others are long after.
pub fn days(kit: &Kit, destinations: &[Destination]) -> Vec<Day> {
    let mut days = vec![(kit.today, DayKind::Today, None, None)];
    let event = kit.event.date.as_ref().map(|f| f.value);
    if let Some(event) = event {
        let print = event.checked_sub(PRINT_BEFORE_EVENT.days()).unwrap_or(event).max(kit.today.min(event));
        days.push((print, DayKind::Print, None, None));
        days.push((event, DayKind::Event, None, None));
    }
    let report = kit.event.report_by.as_ref().map(|f| f.value);
    if let Some(report) = report {
        days.push((report, DayKind::Report, None, None));
    }
    let mut posts = posting_days(kit, destinations);
    posts.sort();
    let until = report.or(event);
    let named = posts.iter().filter(|(day, ..)| until.is_some_and(|u| *day <= u)).count().max(1);
    for (day, index, deadline) in posts.into_iter().take(named) {
        days.push((day, DayKind::Post, Some(index), Some(deadline)));
    }
    days.sort_by_key(|(date, kind, index, _)| (*date, *kind, *index));
    days.into_iter()
        .map(|(date, kind, index, deadline)| Day {
            date: date.to_string(),
            kind,
            case: index.map(|i| kit.cases[i].name.value.clone()),
            number: index.map(|i| i + 1),
            deadline: deadline.map(|d: Date| d.to_string()),
            late: date < kit.today || (kind == DayKind::Post && event.is_some_and(|e| date < e)),
        })
        .collect()
}

/// For each open case with a deadline: the last day to post for the farthest of its destinations.
fn posting_days(kit: &Kit, destinations: &[Destination]) -> Vec<(Date, usize, Date)> {
    // By case: whether any of its post leaves the country.
    let mut abroad = vec![None; kit.cases.len()];
    for destination in destinations {
        if let Some(any) = abroad.get_mut(destination.case) {
            *any = Some(any.unwrap_or(false) || !destination.domestic);
        }
    }
    let open = kit.cases.iter().enumerate().filter(|(_, c)| c.status != Status::Ended);
    open.filter_map(|(index, case)| {
        let deadline = case.deadline.as_ref()?.value;
        let transit = if abroad[index]? { TRANSIT_INTERNATIONAL } else { TRANSIT_DOMESTIC };
        Some((deadline.checked_sub(transit.days()).ok()?, index, deadline))
    })
    .collect()
}
