//! A document in; the largest scale at which it fits out, by few trials, or by how much it does not.

use super::error::{LayoutError, LayoutErrorKind};
use super::scroll::{AddressOverflow, Scroll};
use super::{Fit, Numbers, Run};
use crate::markup::tree::NodeId;

/// A layout that fits as well as it may.
pub(super) struct Fitted {
    pub scroll: Scroll,
    pub scale: f32,
    /// Scales of the addresses that had to shrink.
    pub addresses: Vec<(NodeId, f32)>,
}

/// Trials of an address between the smallest scale and full size: the scale found is off by less than a hundredth of the
/// range.
const TRIALS: usize = 6;
/// A page is scaled down in steps of this: sheets that are alike come out in few sizes, and share what was shaped.
const STEP: f32 = 0.005;
/// What sticks out by no more than this, in points, is a matter of rounding.
const TOLERANCE: f32 = 0.5;

const FIRST_PASS: Numbers = Numbers { page: 1, count: 1 };

/// Finds the scales.
pub(super) fn fit(run: &mut Run<'_>) -> Result<Fitted, Vec<LayoutError>> {
    let mut fitted = fit_addresses(run)?;
    let Fit::OnePage { min_scale } = run.job.fit else { return Ok(fitted) };
    let room = run.geometry.height(0);
    let over = |scroll: &Scroll| scroll.bottom - room;
    if over(&fitted.scroll) <= TOLERANCE {
        return Ok(fitted);
    }
    let steps = Steps::down_to(min_scale.clamp(0.05, 1.0));
    let full = fitted.scroll.bottom;
    // Lines become shorter, and some fewer; pictures and rules stay as they are. Together that comes near to the scale.
    let mut next = steps.count_to(room / full.max(1.0)).clamp(1, steps.last.max(1));
    // Too large at `above` steps; fits at `below`, where that was tried.
    let (mut above, mut below) = (0, None);
    loop {
        let scale = steps.scale(next);
        let trial = run.lay_out_body(FIRST_PASS, scale, &fitted.addresses);
        let sticks_out = over(&trial);
        // How much one step takes off, as this trial shows it.
        let a_step = ((full - trial.bottom) / next as f32).max(0.1);
        if sticks_out <= TOLERANCE {
            let to_spare = (-sticks_out / a_step) as u32;
            (fitted.scroll, fitted.scale, below) = (trial, scale, Some(next));
            if to_spare == 0 {
                return Ok(fitted);
            }
            next = next.saturating_sub(to_spare);
        } else if next >= steps.last {
            let mut errors = trial.errors.clone();
            errors.push(overflow(&trial, sticks_out, scale));
            return Err(errors);
        } else {
            above = next;
            next += (sticks_out / a_step).ceil().max(1.0) as u32;
        }
        let most = below.map_or(steps.last, |found| found - 1);
        if above >= most {
            return Ok(fitted);
        }
        next = next.clamp(above + 1, most);
    }
}

/// Scales from full size down.
struct Steps {
    least: f32,
    /// The number of the smallest.
    last: u32,
}

impl Steps {
    fn down_to(least: f32) -> Self {
        Self { least, last: ((1.0 - least) / STEP).ceil() as u32 }
    }

    fn scale(&self, step: u32) -> f32 {
        (1.0 - step as f32 * STEP).max(self.least)
    }

    fn count_to(&self, scale: f32) -> u32 {
        ((1.0 - scale) / STEP).round().max(0.0) as u32
    }
}

fn overflow(scroll: &Scroll, over: f32, scale: f32) -> LayoutError {
    let Some(longest) = &scroll.longest else {
        let kind = LayoutErrorKind::Overflow { lines: 1, words: 1, points: over, scale };
        return LayoutError { kind, source: 0..0 };
    };
    let lines = (over / longest.line_height.max(1.0)).ceil().max(1.0);
    let words_a_line = longest.words as f32 / longest.lines.max(1) as f32;
    let words = (lines * words_a_line).ceil().max(1.0);
    let kind = LayoutErrorKind::Overflow { lines: lines as u32, words: words as u32, points: over, scale };
    LayoutError { kind, source: longest.source.clone() }
}

/// Shrinks the addresses that do not fit their places, each by as little as it takes.
fn fit_addresses(run: &mut Run<'_>) -> Result<Fitted, Vec<LayoutError>> {
    let full = run.lay_out_body(FIRST_PASS, 1.0, &[]);
    if full.addresses.is_empty() {
        return Ok(Fitted { scroll: full, scale: 1.0, addresses: Vec::new() });
    }
    let least = run.job.address_min_scale.clamp(0.05, 1.0);
    let tight: Vec<NodeId> = full.addresses.iter().map(|a| a.address).collect();
    let all_at = |scale: f32| tight.iter().map(|a| (*a, scale)).collect::<Vec<_>>();
    let smallest = run.lay_out_body(FIRST_PASS, 1.0, &all_at(least));
    if !smallest.addresses.is_empty() {
        let mut errors = smallest.errors.clone();
        errors.extend(smallest.addresses.iter().map(|a| address_error(a, least)));
        return Err(errors);
    }
    let mut low = all_at(least);
    let mut high = all_at(1.0);
    let mut best = smallest;
    for _ in 0..TRIALS {
        let trial: Vec<(NodeId, f32)> =
            low.iter().zip(&high).map(|(l, h)| (l.0, (l.1 + h.1) / 2.0)).collect();
        let scroll = run.lay_out_body(FIRST_PASS, 1.0, &trial);
        let fits = scroll.addresses.is_empty();
        for ((low, high), tried) in low.iter_mut().zip(&mut high).zip(&trial) {
            if scroll.addresses.iter().any(|a| a.address == tried.0) {
                high.1 = tried.1;
            } else {
                low.1 = tried.1;
            }
        }
        if fits {
            best = scroll;
        }
    }
    // With several addresses the last trial that fitted need not be the one of all the best scales.
    if tight.len() > 1 {
        best = run.lay_out_body(FIRST_PASS, 1.0, &low);
    }
    Ok(Fitted { scroll: best, scale: 1.0, addresses: low })
}

fn address_error(found: &AddressOverflow, scale: f32) -> LayoutError {
    let lines = (found.height / found.line_height.max(1.0)).ceil() as u32;
    let kind = LayoutErrorKind::AddressOverflow { lines, width: found.width, height: found.height, scale };
    LayoutError { kind, source: found.source.clone() }
}
