//! Takes `data/envelopes.tsv`; gives envelopes by id.

use crate::postal::table::{Row, rows};

const ENVELOPES: &str = include_str!("../../../data/envelopes.tsv");

/// Grams of a square metre of usual envelope paper.
const GRAMMAGE: f32 = 80.0;
/// Paper in an envelope, in faces of it: front, back, and a fifth for flaps and seams.
const FACES: f32 = 2.2;

/// An envelope, landscape, in millimetres.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    pub id: &'static str,
    pub name: &'static str,
    pub width: f32,
    pub height: f32,
    pub aliases: Vec<&'static str>,
    /// Where the size was seen.
    pub source: &'static str,
}

impl Envelope {
    fn of(row: Row) -> Option<Self> {
        let [id, name, width, height, aliases, source] = row.cells();
        Some(Self {
            id,
            name,
            width: width.parse().ok()?,
            height: height.parse().ok()?,
            aliases: aliases.split(", ").filter(|a| !a.is_empty()).collect(),
            source,
        })
    }

    /// About what an empty one of usual paper weighs, in grams.
    pub fn grams(&self) -> f32 {
        self.width * self.height * FACES / 1_000_000.0 * GRAMMAGE
    }

    fn is_called(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(id))
    }
}

/// An envelope by its id or an alias (`c5`, `us-10`, `#10`).
pub fn envelope(id: &str) -> Option<Envelope> {
    envelopes().find(|envelope| envelope.is_called(id.trim()))
}

/// All envelopes, in the table's order.
pub fn envelopes() -> impl Iterator<Item = Envelope> {
    rows(ENVELOPES).filter_map(Envelope::of)
}
