//! Takes a model's addresses and the tables in `data/`; gives what the post needs: address and country lines, zones,
//! stocks, letter forms, dates, postage.

use crate::geometry::{self, PT_PER_MM};

pub mod address;
pub mod blocks;
pub mod casing;
mod check;
pub mod country;
pub mod dates;
pub mod format;
pub mod languages;
pub mod letter_form;
pub mod paper;
pub mod postage;
pub mod rules;
pub mod stock;
mod table;
pub mod zones;

pub use blocks::{AddressBlocks, LocalBlock, MailRules};

/// A rectangle in millimetres from the top left corner of a sheet or of an envelope's address side, y downwards.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MmRect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl MmRect {
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// True where the two share more than an edge.
    pub fn overlaps(&self, other: &MmRect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// True where `other` lies inside, to a hundredth of a millimetre.
    pub fn contains(&self, other: &MmRect) -> bool {
        let slack = 0.01;
        other.x >= self.x - slack
            && other.y >= self.y - slack
            && other.right() <= self.right() + slack
            && other.bottom() <= self.bottom() + slack
    }

    /// The same rectangle in points.
    pub fn to_points(&self) -> geometry::Rect {
        geometry::Rect::new(
            self.x * PT_PER_MM,
            self.y * PT_PER_MM,
            self.width * PT_PER_MM,
            self.height * PT_PER_MM,
        )
    }

    /// From the four numbers of a table's cell.
    fn of_numbers(numbers: impl Iterator<Item = f32>) -> Option<Self> {
        let all: Vec<f32> = numbers.collect();
        match all[..] {
            [x, y, width, height] => Some(Self::new(x, y, width, height)),
            _ => None,
        }
    }
}

/// A number of millimetres without needless zeros: `63.5`.
pub(crate) fn mm_text(value: f32) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
