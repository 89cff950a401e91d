//! Takes an envelope, the sender's country and how the printer is fed; gives what may stand where on the address side,
//! in millimetres.

use super::MmRect;
use super::stock::Envelope;
use super::table::{Row, rows};
use crate::geometry::Sides;
use crate::model::CountryCode;

const ZONES: &str = include_str!("../../data/envelope-zones.tsv");

/// Nothing is printed so near to an edge: a margin that office printers keep (6.35 mm is safe by the reports seen).
pub const UNPRINTABLE: f32 = 6.4;
/// The same at the lower edge.
pub const UNPRINTABLE_BOTTOM: f32 = 7.0;

/// The least height that an address needs: six lines of 5 mm.
const LEAST_ADDRESS: f32 = 30.0;
/// A stamp and its postmark fit in so much at the least.
const LEAST_POSTAGE: f32 = 26.0;
/// Between the postage corner or the return address and the address.
const GAP: f32 = 2.0;
/// The address block begins here, as a share of the width and height, where the zone allows it: in the right half, below
/// the middle, as France, Switzerland and the UPU have it.
const BLOCK_LEFT: f32 = 0.454;
const BLOCK_TOP: f32 = 0.444;

/// How envelopes go into the printer, seen with the address upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feed {
    /// The upper long edge first: the page is not turned.
    #[default]
    LongEdge,
    /// The lower long edge first: the page stands on its head.
    LongEdgeTurned,
    /// The left short edge first: a quarter turn clockwise.
    ShortEdge,
    /// The right short edge first: a quarter turn the other way.
    ShortEdgeTurned,
}

impl Feed {
    /// The words of kit.toml.
    pub const NAMES: [&str; 4] = ["long-edge", "long-edge-turned", "short-edge", "short-edge-turned"];

    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::LongEdge, Self::LongEdgeTurned, Self::ShortEdge, Self::ShortEdgeTurned];
        Self::NAMES.iter().zip(all).find(|(name, _)| **name == text).map(|(_, feed)| feed)
    }

    /// Quarter turns, clockwise, that bring the edge which goes in first to the top of the page.
    pub fn quarter_turns(self) -> u8 {
        match self {
            Self::LongEdge => 0,
            Self::ShortEdge => 1,
            Self::LongEdgeTurned => 2,
            Self::ShortEdgeTurned => 3,
        }
    }
}

/// What the plan depends on beside envelope and country.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PlanOptions {
    pub feed: Feed,
    /// The strip at the edge that goes in last, which the printer cannot print; 0 for none. Some want 20 mm.
    pub trailing_edge: f32,
}

/// The address side of an envelope; rectangles from its top left corner as the address is read.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvelopePlan {
    /// Width and height.
    pub size: (f32, f32),
    /// Where the address block is set, from its top left corner.
    pub address: MmRect,
    /// Where it may reach where it needs more room (two scripts, long lines).
    pub address_limit: MmRect,
    pub return_address: MmRect,
    /// The corner kept for stamps.
    pub postage: MmRect,
    /// What bears nothing at all: strips and the machines' zones.
    pub clear: Vec<MmRect>,
    /// All that the printer reaches.
    pub printable: MmRect,
    /// Whose figures these are; `common` satisfies all that were seen.
    pub operator: &'static str,
    pub source: &'static str,
    /// Set where the envelope is too small for the operator's figures: from how far below the top edge the address may
    /// stand, instead of the operator's distance.
    pub lowered_top: Option<f32>,
    pub quarter_turns: u8,
}

/// One operator's figures; what its row leaves open is the common row's.
struct Figures {
    operator: &'static str,
    source: &'static str,
    top: f32,
    right: f32,
    bottom: f32,
    left: f32,
    /// The address lies within so much of the lower edge, on envelopes up to the second number high.
    reach: Option<(f32, f32)>,
    postage: (f32, f32),
    return_bottom: f32,
    code: Option<(f32, f32)>,
    strip_bottom: f32,
    strip_right: f32,
}

impl Figures {
    fn of(sender: Option<CountryCode>) -> Self {
        let find = |code: &str| rows(ZONES).find(|row| row.cell(0).split(' ').any(|c| c == code));
        let common = find("*").unwrap_or(Row(""));
        let row = sender.and_then(|code| find(code.as_str())).unwrap_or(common);
        let own = |column: usize| row.numbers(column).next();
        let get = |column: usize| own(column).or_else(|| common.numbers(column).next()).unwrap_or(0.0);
        Self {
            operator: row.cell(1),
            source: row.cell(15),
            top: get(2),
            right: get(3),
            bottom: get(4),
            left: get(5),
            reach: own(6).zip(own(7)),
            postage: (get(8), get(9)),
            return_bottom: get(10),
            code: own(11).zip(own(12)),
            strip_bottom: get(13),
            strip_right: get(14),
        }
    }
}

/// The zones of an envelope for a sender's country. On an envelope too low for the operator's distance from the top, the
/// address and the foot of the postage corner move up until six lines have room, and `lowered_top` says so.
pub fn plan(envelope: &Envelope, sender: Option<CountryCode>, options: &PlanOptions) -> EnvelopePlan {
    let (width, height) = (envelope.width, envelope.height);
    let figures = Figures::of(sender);
    let edge = trailing(options);
    let foot = figures.bottom.max(edge.bottom);

    let mut top = figures.top;
    if let Some((reach, up_to)) = figures.reach
        && height <= up_to
    {
        top = top.max(height - reach);
    }
    let mut lowered_top = None;
    let room = height - foot - top;
    if room < LEAST_ADDRESS {
        top = (top + room - LEAST_ADDRESS).max(LEAST_POSTAGE + GAP);
        lowered_top = Some(top);
    }

    let left = figures.left.max(edge.left);
    let right = width - figures.right.max(edge.right);
    let bottom = height - foot;
    let limit = MmRect::new(left, top, (right - left).max(0.0), (bottom - top).max(0.0));
    let x = (width * BLOCK_LEFT).max(left);
    let y = (height * BLOCK_TOP).max(top).min((bottom - LEAST_ADDRESS).max(top));
    let address = MmRect::new(x, y, (right - x).max(0.0), (bottom - y).max(0.0));

    let postage_height = figures.postage.1.min(top - if lowered_top.is_some() { GAP } else { 0.0 });
    let postage = MmRect::new(width - figures.postage.0, 0.0, figures.postage.0, postage_height);
    let return_x = 12.0f32.max(edge.left);
    let return_y = if figures.return_bottom < 40.0 { 7.0f32 } else { 11.0 }.max(edge.top);
    let return_bottom = (figures.return_bottom - GAP).min(top - GAP);
    let return_right = (postage.x - GAP).min(width - edge.right);
    let return_address = MmRect::new(
        return_x,
        return_y,
        (return_right - return_x).max(0.0),
        (return_bottom - return_y).max(0.0),
    );

    let mut clear = vec![
        MmRect::new(0.0, height - figures.strip_bottom, width, figures.strip_bottom),
        MmRect::new(
            width - figures.strip_right,
            postage.bottom(),
            figures.strip_right,
            height - figures.strip_bottom - postage.bottom(),
        ),
    ];
    if let Some((code_width, code_height)) = figures.code {
        clear.push(MmRect::new(
            (width - code_width).max(0.0),
            height - code_height,
            code_width.min(width),
            code_height,
        ));
    }
    let (printable_left, printable_top) = (UNPRINTABLE.max(edge.left), UNPRINTABLE.max(edge.top));
    let printable_right = width - UNPRINTABLE.max(edge.right);
    let printable_bottom = height - UNPRINTABLE_BOTTOM.max(edge.bottom);
    EnvelopePlan {
        size: (width, height),
        address,
        address_limit: limit,
        return_address,
        postage,
        clear,
        printable: MmRect::new(
            printable_left,
            printable_top,
            printable_right - printable_left,
            printable_bottom - printable_top,
        ),
        operator: figures.operator,
        source: figures.source,
        lowered_top,
        quarter_turns: options.feed.quarter_turns(),
    }
}

/// The strip that the printer cannot print: at the edge opposite to the one that goes in first.
fn trailing(options: &PlanOptions) -> Sides<f32> {
    let strip = options.trailing_edge.max(0.0);
    let none = Sides::all(0.0);
    match options.feed {
        Feed::LongEdge => Sides { bottom: strip, ..none },
        Feed::LongEdgeTurned => Sides { top: strip, ..none },
        Feed::ShortEdge => Sides { right: strip, ..none },
        Feed::ShortEdgeTurned => Sides { left: strip, ..none },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postal::stock::{envelope, envelopes};

    const SENDERS: [&[u8; 2]; 12] =
        [b"US", b"CA", b"DE", b"CH", b"BE", b"AU", b"GB", b"AT", b"JP", b"FR", b"BY", b"KE"];

    const FEEDS: [(Feed, f32); 5] = [
        (Feed::LongEdge, 0.0),
        (Feed::LongEdge, 20.0),
        (Feed::LongEdgeTurned, 20.0),
        (Feed::ShortEdge, 20.0),
        (Feed::ShortEdgeTurned, 20.0),
    ];

    fn every_plan(mut check: impl FnMut(&str, &EnvelopePlan)) {
        for envelope in envelopes() {
            for sender in SENDERS.iter().map(|code| Some(CountryCode(**code))).chain([None]) {
                for (feed, trailing_edge) in FEEDS {
                    let plan = plan(&envelope, sender, &PlanOptions { feed, trailing_edge });
                    check(&format!("{} from {sender:?}, {feed:?}", envelope.id), &plan);
                }
            }
        }
    }

    #[test]
    fn nothing_is_printed_where_something_else_belongs() {
        every_plan(|what, plan| {
            let (width, height) = plan.size;
            let whole = MmRect::new(0.0, 0.0, width, height);
            for printed in [&plan.address, &plan.address_limit, &plan.return_address] {
                assert!(plan.printable.contains(printed), "{what}: {printed:?} is printable");
                assert!(!printed.overlaps(&plan.postage), "{what}: {printed:?} and the stamp corner");
                for clear in &plan.clear {
                    assert!(whole.contains(clear), "{what}: {clear:?} lies on the envelope");
                    assert!(!printed.overlaps(clear), "{what}: {printed:?} in the clear zone {clear:?}");
                }
            }
            assert!(!plan.return_address.overlaps(&plan.address_limit), "{what}");
            assert!(plan.address_limit.contains(&plan.address), "{what}");
        });
    }

    #[test]
    fn an_address_and_a_return_address_have_room_on_every_envelope() {
        every_plan(|what, plan| {
            assert!(plan.address.height >= LEAST_ADDRESS - 0.01, "{what}: {:?}", plan.address);
            assert!(plan.address.width >= 58.0, "{what}: {:?}", plan.address);
            // A strip at the upper edge that cannot be printed leaves what it leaves.
            let low = plan.printable.y > UNPRINTABLE;
            let room = plan.return_address.height >= if low { 0.0 } else { 15.0 };
            assert!(room && plan.return_address.width >= 34.0, "{what}: {plan:?}");
            assert!(plan.postage.height >= LEAST_POSTAGE, "{what}");
        });
    }

    #[test]
    fn the_operators_figures_hold() {
        let of = |id: &str, code: &[u8; 2]| {
            plan(&envelope(id).expect("known"), Some(CountryCode(*code)), &PlanOptions::default())
        };
        let us = of("us-10", b"US");
        assert!(us.address.y >= us.size.1 - 69.85 && us.address.bottom() <= us.size.1 - 15.87);
        let a7 = of("us-a7", b"US");
        assert!((a7.address.y - (133.35 - 69.85)).abs() < 0.01, "{:?}", a7.address);
        assert_eq!(of("c5", b"AU").postage.width, 90.0);
        assert_eq!(of("dl", b"DE").clear[2], MmRect::new(70.0, 95.0, 150.0, 15.0));
        assert!(of("c5", b"GB").return_address.bottom() <= 28.0);
        assert_eq!(of("dl", b"CA").address_limit.bottom(), 91.0);
        let c5 = of("c5", b"DE");
        assert!((c5.address.x - 104.0).abs() < 0.5 && (c5.address.y - 72.0).abs() < 0.5, "{:?}", c5.address);
        assert_eq!(of("c5", b"BY").operator, "common");
        assert!(of("c5", b"DE").lowered_top.is_none() && of("c7-c6", b"DE").lowered_top.is_some());
    }

    #[test]
    fn the_trailing_edge_stays_empty() {
        let c5 = envelope("c5").expect("known");
        let feed = |feed| plan(&c5, None, &PlanOptions { feed, trailing_edge: 20.0 });
        assert_eq!(feed(Feed::ShortEdge).address.right(), 209.0);
        assert_eq!(feed(Feed::ShortEdgeTurned).return_address.x, 20.0);
        assert_eq!(feed(Feed::LongEdge).address.bottom(), 142.0);
        assert_eq!(feed(Feed::LongEdgeTurned).return_address.y, 20.0);
        assert_eq!(
            Feed::NAMES.map(|name| Feed::parse(name).map(Feed::quarter_turns)),
            [Some(0), Some(2), Some(1), Some(3)]
        );
        assert_eq!(Feed::parse("sideways"), None);
    }
}
