//! The plan and the kit's contents out of the press in; what to load, buy and bring, and what it weighs, out.

use std::sync::Arc;

use serde::Serialize;

use super::Plan;
use super::contents::ContentsRow;
use crate::model::Paper;
use crate::postal::paper::{USUAL_GRAMMAGE, letter_grams, sheet_grams};
use crate::postal::stock::Envelope;

/// Letters that one collection box holds before it is full.
const LETTERS_PER_BOX: u32 = 150;
/// Grams of a square metre of a sheet of labels with its backing.
const LABEL_GRAMMAGE: f32 = 140.0;

/// Paper, envelopes or label sheets of one stock.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Load {
    /// `paper`, `envelope` or `labels`.
    pub stock: &'static str,
    pub stock_name: Arc<str>,
    pub sheets: u32,
}

/// What to load into the printer, to buy and to bring.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Supplies {
    /// By stock, in the order of the kit.
    pub loads: Vec<Load>,
    /// A quarter more than people; `None` where their number is missing.
    pub pens: Option<u32>,
    pub boxes: Option<u32>,
    /// Weight of all paper, to a tenth of a kilogram.
    pub kilograms: String,
    /// Weight of a letter of one sheet in its envelope, in whole grams, rounded up.
    pub letter_grams: u32,
}

/// Adds up what the rows of the contents need.
pub fn supplies(plan: &Plan, rows: &[ContentsRow], paper: Paper, envelope: &Envelope) -> Supplies {
    let mut loads: Vec<Load> = Vec::new();
    for row in rows {
        match loads.iter_mut().find(|load| load.stock == row.stock && load.stock_name == row.stock_name) {
            Some(load) => load.sheets = load.sheets.saturating_add(row.load),
            None => loads.push(Load {
                stock: row.stock,
                stock_name: Arc::clone(&row.stock_name),
                sheets: row.load,
            }),
        }
    }
    let grams: f32 = loads
        .iter()
        .map(|load| {
            let each = match load.stock {
                "envelope" => envelope.grams(),
                "labels" => sheet_grams(paper, LABEL_GRAMMAGE),
                _ => sheet_grams(paper, USUAL_GRAMMAGE),
            };
            load.sheets as f32 * each
        })
        .sum();
    let boxes_of_cards = u32::from(plan.cases.iter().any(|case| case.cards));
    Supplies {
        loads,
        pens: plan.participants.map(|people| people.saturating_add(people.div_ceil(4))),
        boxes: plan.letters.map(|letters| letters.div_ceil(LETTERS_PER_BOX).max(1) + boxes_of_cards),
        kilograms: format!("{:.1}", grams / 1000.0),
        letter_grams: letter_grams(paper, 1, USUAL_GRAMMAGE, envelope).ceil() as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::samples::plan;
    use crate::postal::stock::envelope;

    fn row(stock: &'static str, name: &str, load: u32) -> ContentsRow {
        ContentsRow {
            sheet: "x".into(),
            title: "X".into(),
            stock,
            stock_name: name.into(),
            first_page: 1,
            last_page: 1,
            pieces: 1,
            sheets: 1,
            fewest: 1,
            copies: 1,
            load,
        }
    }

    #[test]
    fn without_numbers_nothing_is_guessed() {
        let c5 = envelope("c5").unwrap();
        let needed = supplies(&plan(None), &[], Paper::A4, &c5);
        assert_eq!((needed.pens, needed.boxes, needed.loads.len()), (None, None, 0));
    }

    #[test]
    fn loads_add_up_by_stock() {
        let c5 = envelope("c5").unwrap();
        let rows = [
            row("paper", "A4", 12),
            row("envelope", "C5", 21),
            row("paper", "A4", 30),
            row("labels", "Avery L7160", 2),
        ];
        let needed = supplies(&plan(Some(7)), &rows, Paper::A4, &c5);
        let loads: Vec<_> = needed.loads.iter().map(|l| (l.stock, l.sheets)).collect();
        assert_eq!(loads, [("paper", 42), ("envelope", 21), ("labels", 2)]);
        assert_eq!(needed.pens, Some(9));
        assert_eq!(needed.boxes, Some(2), "one for letters, one for cards");
        // 42 sheets of 5 g, 21 envelopes of 6.5 g and two sheets of labels of 8.7 g.
        assert_eq!(needed.kilograms, "0.4");
        assert_eq!(needed.letter_grams, 12);
    }
}
