//! What a build came to: for the words at the terminal, the manifest and the sheets that list the kit's contents.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::frame::StockKind;

/// The result of a build in numbers.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub files: Vec<WrittenFile>,
    pub sheets: Vec<SheetSummary>,
    pub cases: usize,
    pub pictures: usize,
    /// How long each stage took, in order.
    pub stages: Vec<(&'static str, Duration)>,
    /// What to print again, compared with the last build; `None` for a first build.
    pub changes: Option<Vec<String>>,
}

/// A file on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenFile {
    pub path: PathBuf,
    pub pages: usize,
    pub bytes: usize,
}

/// One sheet's share of the kit.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetSummary {
    pub sheet: Arc<str>,
    pub title: Arc<str>,
    pub stock: StockKind,
    /// Name of the stock: `A4`, `C5`, `Avery L7160`.
    pub stock_name: Arc<str>,
    pub pieces: usize,
    /// Printed sides.
    pub sides: usize,
    /// Pages of the kit, counted from 1.
    pub first_page: usize,
}
