//! Finished pages in; physical sheets of a stock out, each page in its place, moved as the printer needs it.

use std::sync::Arc;

use crate::frame::{Fragment, Item, Page, Sheet};
use crate::geometry::{Rect, Size, Transform};

/// Corrections for a printer, in points to the right and down, and how envelopes go in.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Placement {
    pub offset_x: f32,
    pub offset_y: f32,
    /// Quarter turns, clockwise, of an envelope's face on its page.
    pub quarter_turns: u8,
}

/// A page and the number of the piece it belongs to.
pub type Numbered = (u32, Page);

/// Paper: a page is a side.
pub fn paper(pages: Vec<Numbered>) -> Vec<Sheet> {
    pages
        .into_iter()
        .map(|(piece, page)| Sheet { size: page.size, items: page.items, pieces: vec![piece] })
        .collect()
}

/// Envelopes: a page is an envelope's face, turned as it is fed and moved by the printer's correction.
pub fn envelopes(pages: Vec<Numbered>, placement: &Placement) -> Vec<Sheet> {
    pages
        .into_iter()
        .map(|(piece, page)| {
            let turns = placement.quarter_turns % 4;
            let (width, height) = (page.size.width, page.size.height);
            let (size, home) = match turns {
                0 => (page.size, Transform::IDENTITY),
                1 => (Size::new(height, width), Transform::translate(height, 0.0)),
                2 => (page.size, Transform::translate(width, height)),
                _ => (Size::new(height, width), Transform::translate(0.0, width)),
            };
            let moved = Transform::translate(placement.offset_x, placement.offset_y);
            let transform = Transform::quarter_turns(turns).then(&home).then(&moved);
            if transform == Transform::IDENTITY {
                return Sheet { size, items: page.items, pieces: vec![piece] };
            }
            Sheet { size, items: vec![placed(page, transform)], pieces: vec![piece] }
        })
        .collect()
}

/// Labels: pages fill the places of a sheet in their order, from the first place that is not `used` up on the first
/// sheet. `size` is the sheet's, `places` are in points from its top left corner.
pub fn labels(
    pages: Vec<Numbered>,
    size: Size,
    places: &[Rect],
    used: u32,
    placement: &Placement,
) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    if places.is_empty() {
        return sheets;
    }
    for (index, (piece, page)) in (used as usize..).zip(pages) {
        let place = places[index % places.len()];
        if sheets.is_empty() || index % places.len() == 0 {
            sheets.push(Sheet { size, items: Vec::new(), pieces: Vec::new() });
        }
        let transform = Transform::translate(place.x + placement.offset_x, place.y + placement.offset_y);
        if let Some(sheet) = sheets.last_mut() {
            sheet.items.push(placed(page, transform));
            if sheet.pieces.last() != Some(&piece) {
                sheet.pieces.push(piece);
            }
        }
    }
    sheets
}

fn placed(page: Page, transform: Transform) -> Item {
    Item::Fragment { transform, fragment: Arc::new(Fragment { size: page.size, items: page.items }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    fn page(width: f32, height: f32) -> Numbered {
        (0, Page { size: Size::new(width, height), items: Vec::new(), filler: false })
    }

    fn corners(sheet: &Sheet) -> Vec<(f32, f32)> {
        let corner = |item: &Item| match item {
            Item::Fragment { transform, .. } => {
                let p = transform.apply(Point::default());
                (p.x, p.y)
            }
            _ => (f32::NAN, f32::NAN),
        };
        sheet.items.iter().map(corner).collect()
    }

    fn places() -> Vec<Rect> {
        (0..21).map(|i| Rect::new((i % 3) as f32 * 100.0, (i / 3) as f32 * 50.0, 90.0, 40.0)).collect()
    }

    #[test]
    fn three_labels_from_the_last_place_take_two_sheets() {
        let pages = (0..3).map(|_| page(90.0, 40.0)).collect();
        let sheets = labels(pages, Size::new(300.0, 350.0), &places(), 20, &Placement::default());
        assert_eq!(sheets.len(), 2);
        assert_eq!(corners(&sheets[0]), [(200.0, 300.0)]);
        assert_eq!(corners(&sheets[1]), [(0.0, 0.0), (100.0, 0.0)]);
    }

    #[test]
    fn a_full_sheet_is_one_sheet_and_offsets_move_every_label() {
        let pages = (0..21).map(|_| page(90.0, 40.0)).collect();
        let moved = Placement { offset_x: 2.0, offset_y: -1.0, quarter_turns: 0 };
        let sheets = labels(pages, Size::new(300.0, 350.0), &places(), 0, &moved);
        assert_eq!(sheets.len(), 1);
        assert_eq!(corners(&sheets[0])[..2], [(2.0, -1.0), (102.0, -1.0)]);
    }

    #[test]
    fn a_turned_envelope_stays_on_its_page() {
        for turns in 0..4 {
            let sheet = &envelopes(
                vec![page(649.0, 459.0)],
                &Placement { quarter_turns: turns, ..Placement::default() },
            )[0];
            let Some(Item::Fragment { transform, .. }) = sheet.items.first() else {
                assert_eq!(turns, 0);
                continue;
            };
            for corner in [(0.0, 0.0), (649.0, 0.0), (0.0, 459.0), (649.0, 459.0)] {
                let p = transform.apply(Point::new(corner.0, corner.1));
                let inside = |v: f32, most: f32| (-0.01..=most + 0.01).contains(&v);
                assert!(inside(p.x, sheet.size.width) && inside(p.y, sheet.size.height), "{turns}: {p:?}");
            }
        }
    }
}
