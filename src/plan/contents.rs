//! One row of the kit's contents: what a sheet comes to in the finished pile; data only.

use std::sync::Arc;

use serde::Serialize;

/// A sheet of the kit as it lies in the pile.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct ContentsRow {
    /// The template's name.
    pub sheet: Arc<str>,
    /// In the kit's language.
    pub title: Arc<str>,
    /// `paper`, `envelope` or `labels`.
    pub stock: &'static str,
    /// The stock's own name (`Avery L7160`).
    pub stock_name: Arc<str>,
    /// Pages of the kit, counted from 1.
    pub first_page: u32,
    pub last_page: u32,
    /// How often the sheet was rendered: once a case, a target, a kit.
    pub pieces: u32,
    /// Printed sides.
    pub sheets: u32,
    /// How many times to print each of its pages for the event: the least and the most that a piece needs.
    pub fewest: u32,
    pub copies: u32,
    /// Sheets of the stock to load for all of that.
    pub load: u32,
}
