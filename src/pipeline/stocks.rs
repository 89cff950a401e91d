//! The kit's stock ids in; geometry in points out, and where the printer puts things.

use std::sync::Arc;

use super::Options;
use super::produce::{LabelSheet, Stock, Stocks};
use crate::diag::{Diagnostic, Report};
use crate::geometry::{Rect, Size, mm};
use crate::impose;
use crate::model::{Kit, Paper};
use crate::postal::stock::{self, LabelStock};
use crate::postal::{MmRect, paper, zones};

/// The geometry of the kit's paper, envelope and labels. Unknown ids were reported by `resolve`; what is checked here is
/// what the command line asks of the label sheet.
pub fn stocks(kit: &Kit, options: &Options, report: &mut Report) -> Option<Stocks> {
    let (width, height) = paper::size_mm(kit.paper);
    let paper = Stock {
        name: Arc::from(match kit.paper {
            Paper::A4 => "A4",
            Paper::Letter => "US Letter",
        }),
        geometry: Size::from_mm(width, height),
    };
    let envelope = stock::envelope(&kit.envelope)?;
    let envelope =
        Stock { name: Arc::from(envelope.name), geometry: Size::from_mm(envelope.width, envelope.height) };
    let labels = stock::labels(&kit.labels)?;
    let count = labels.count() as u32;
    if !(1..=count).contains(&options.placement.start_at) {
        report.push(
            Diagnostic::error(format!(
                "`--start-at {}` is not on the sheet: `{}` has {count} labels",
                options.placement.start_at, kit.labels
            ))
            .hint(format!("count the free label from 1 to {count}, left to right, top to bottom")),
        );
        return None;
    }
    let labels = Stock {
        name: Arc::from(format!("{} {}", labels.brand, labels.part)),
        geometry: label_sheet(&labels),
    };
    Some(Stocks { paper, envelope, labels })
}

/// The part of each label that bears text: all labels lose as much at each side as the one nearest to the sheet's edge,
/// so that an address breaks its lines the same wherever it lands.
fn label_sheet(stock: &LabelStock) -> LabelSheet {
    let positions = stock.positions();
    let (mut left, mut top, mut right, mut bottom) = (0f32, 0f32, 0f32, 0f32);
    for label in &positions {
        let safe = stock.printable(label);
        left = left.max(safe.x - label.x);
        top = top.max(safe.y - label.y);
        right = right.max(label.right() - safe.right());
        bottom = bottom.max(label.bottom() - safe.bottom());
    }
    let safe = |label: &MmRect| {
        Rect::new(
            mm(label.x + left),
            mm(label.y + top),
            mm(label.width - left - right),
            mm(label.height - top - bottom),
        )
    };
    let (width, height) = stock.sheet();
    LabelSheet { size: Size::from_mm(width, height), places: positions.iter().map(safe).collect() }
}

/// Corrections and the envelopes' way through the printer.
pub fn placement(kit: &Kit, options: &Options) -> impose::Placement {
    let feed = kit.sender.as_ref().and_then(|s| s.envelope_feed.as_ref()).and_then(|f| zones::Feed::parse(f));
    impose::Placement {
        offset_x: mm(options.placement.offset_x),
        offset_y: mm(options.placement.offset_y),
        quarter_turns: feed.unwrap_or_default().quarter_turns(),
    }
}
