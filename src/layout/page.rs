//! A scroll and the heights of pages in; where each page begins and ends out.

use super::error::{LayoutError, LayoutErrorKind};
use super::scroll::{Scroll, Strength};

/// The part of the scroll that stands on one page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    pub start: f32,
    pub end: f32,
    /// The table whose head is painted again at the top.
    pub head: Option<usize>,
}

/// Two heights that differ by less are the same.
pub(super) const NEAR: f32 = 0.02;

/// More pages than any one sheet should have.
const MAX_PAGES: usize = 2000;

/// Cuts the scroll into pages. `height` gives the room of a page by its number, in points.
pub(super) fn cut(scroll: &Scroll, height: impl Fn(usize) -> f32) -> Result<Vec<Cut>, LayoutError> {
    let mut cuts = Vec::new();
    let mut start = first_content(scroll, f32::NEG_INFINITY).unwrap_or(0.0).min(0.0);
    loop {
        let number = cuts.len();
        if number >= MAX_PAGES {
            let kind = LayoutErrorKind::LimitHit { what: "pages", limit: MAX_PAGES as u32 };
            return Err(LayoutError { kind, source: 0..0 });
        }
        let head = continued_table(scroll, start, height(number));
        let head_height = head.map_or(0.0, |i| scroll.tables[i].bottom - scroll.tables[i].top);
        let limit = start + height(number) - head_height;
        let forced = scroll.forced.iter().copied().find(|y| *y > start + NEAR && *y < scroll.bottom - NEAR);
        let end = match forced {
            Some(y) if y <= limit + NEAR => y,
            _ if scroll.bottom <= limit + NEAR => {
                cuts.push(Cut { start, end: f32::INFINITY, head });
                return Ok(cuts);
            }
            _ => best_cut(scroll, start, limit)?,
        };
        cuts.push(Cut { start, end, head });
        start = first_content(scroll, end).unwrap_or(end).max(end);
        if start >= scroll.bottom - NEAR {
            if let Some(last) = cuts.last_mut() {
                last.end = f32::INFINITY;
            }
            return Ok(cuts);
        }
    }
}

/// The lowest place to cut above `limit` that tears nothing apart, or as little as can be.
fn best_cut(scroll: &Scroll, start: f32, limit: f32) -> Result<f32, LayoutError> {
    for weakest in [Strength::Wished, Strength::Avoided, Strength::Never] {
        let mut y = limit;
        loop {
            let torn = scroll
                .keeps
                .iter()
                .filter(|k| k.strength >= weakest && k.top < y - NEAR && k.bottom > y + NEAR)
                .map(|k| k.top)
                .reduce(f32::min);
            match torn {
                Some(top) => y = top,
                None => break,
            }
        }
        if y > start + NEAR {
            return Ok(y);
        }
    }
    let too_high = scroll
        .keeps
        .iter()
        .filter(|k| k.strength == Strength::Never && k.top <= start + NEAR && k.bottom > limit)
        .map(|k| k.bottom - limit)
        .fold(0.0, f32::max);
    Err(LayoutError { kind: LayoutErrorKind::TallerThanPage { by: too_high }, source: 0..0 })
}

/// The top of the first thing at or below `from`: the space before it is dropped at the top of a page.
fn first_content(scroll: &Scroll, from: f32) -> Option<f32> {
    scroll.first_top(from)
}

/// The table that goes on at `start`, if its head leaves room for anything else.
fn continued_table(scroll: &Scroll, start: f32, room: f32) -> Option<usize> {
    scroll.tables.iter().position(|t| {
        start >= t.bottom - NEAR && start < t.table_bottom - NEAR && t.bottom - t.top < room / 2.0
    })
}
