//! Takes a sender's country, papers and counts of sheets; gives the default paper, weights and how a letter is folded.

use super::stock::Envelope;
use crate::model::{CountryCode, Paper};

/// Countries whose usual paper is US Letter (Unicode CLDR, `paperSize`).
const LETTER: [&str; 14] =
    ["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"];

/// Grams of a square metre of usual office paper.
pub const USUAL_GRAMMAGE: f32 = 80.0;

/// The weight in grams up to which most posts' first step of a letter goes (UPU; some go to 50).
pub const FIRST_STEP_GRAMS: f32 = 20.0;

/// The paper that printers in a country hold.
pub fn default_paper(country: Option<CountryCode>) -> Paper {
    match country {
        Some(code) if LETTER.contains(&super::country::postal_area(code).as_str()) => Paper::Letter,
        _ => Paper::A4,
    }
}

/// Width and height in millimetres.
pub fn size_mm(paper: Paper) -> (f32, f32) {
    match paper {
        Paper::A4 => (210.0, 297.0),
        Paper::Letter => (215.9, 279.4),
    }
}

/// The weight of one sheet in grams: A4 of 80 g/m² weighs 5.
pub fn sheet_grams(paper: Paper, grammage: f32) -> f32 {
    let (width, height) = size_mm(paper);
    width * height / 1_000_000.0 * grammage
}

/// The weight of a letter in its envelope, in grams.
pub fn letter_grams(paper: Paper, sheets: u32, grammage: f32, envelope: &Envelope) -> f32 {
    sheets as f32 * sheet_grams(paper, grammage) + envelope.grams()
}

/// How a sheet goes into an envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Folding {
    /// Folds across the sheet, in millimetres from its top edge.
    pub across: Vec<f32>,
    /// A further fold down the middle (C6 and the like).
    pub down: bool,
}

/// The folding that makes a sheet fit an envelope with 2 mm to spare on each axis, the fewest folds first; `None` where
/// none of them does. A fold across into halves, into thirds, or halves both ways.
pub fn folding(paper: Paper, envelope: &Envelope) -> Option<Folding> {
    let (width, height) = size_mm(paper);
    let fits = |w: f32, h: f32| {
        let (long, short) = if w >= h { (w, h) } else { (h, w) };
        long + 2.0 <= envelope.width.max(envelope.height)
            && short + 2.0 <= envelope.width.min(envelope.height)
    };
    let across = |parts: u8| (1..parts).map(|n| height * f32::from(n) / f32::from(parts)).collect();
    for (parts, down) in [(1, false), (2, false), (3, false), (2, true), (4, true), (3, true)] {
        let panel_width = if down { width / 2.0 } else { width };
        if fits(panel_width, height / f32::from(parts)) {
            return Some(Folding { across: across(parts), down });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postal::stock;

    #[test]
    fn paper_follows_the_country() {
        for (code, paper) in
            [(*b"US", Paper::Letter), (*b"PR", Paper::Letter), (*b"MX", Paper::Letter), (*b"DE", Paper::A4)]
        {
            assert_eq!(default_paper(Some(CountryCode(code))), paper);
        }
        assert_eq!(default_paper(None), Paper::A4);
    }

    #[test]
    fn two_sheets_in_a_dl_stay_in_the_first_step() {
        let dl = stock::envelope("dl").expect("dl is known");
        let grams = letter_grams(Paper::A4, 2, USUAL_GRAMMAGE, &dl);
        assert!((13.5..16.0).contains(&grams), "{grams}");
        assert!(letter_grams(Paper::A4, 4, USUAL_GRAMMAGE, &dl) > FIRST_STEP_GRAMS);
    }

    #[test]
    fn sheets_are_folded_as_their_envelope_asks() {
        let fold = |paper, id: &str| folding(paper, &stock::envelope(id).expect("known"));
        assert_eq!(fold(Paper::A4, "c4").map(|f| f.across.len()), Some(0));
        assert_eq!(fold(Paper::A4, "c5").map(|f| f.across), Some(vec![148.5]));
        assert_eq!(fold(Paper::A4, "dl").map(|f| f.across), Some(vec![99.0, 198.0]));
        assert_eq!(fold(Paper::A4, "c6"), Some(Folding { across: vec![148.5], down: true }));
        assert_eq!(fold(Paper::Letter, "us-10").map(|f| f.across.len()), Some(2));
    }
}
