//! Options in; a finished kit on the disk out. The stages in their order, as code, and nothing else.

mod blame;
mod build;
mod calibrate;
mod changed;
mod chunks;
mod contents;
mod gather;
mod lookup;
mod output;
mod post;
mod produce;
mod select;
mod stocks;
mod summary;
mod threads;

use std::path::PathBuf;

pub use build::{Built, Progress, Session, build, check};
pub use calibrate::{Calibrated, calibrate};
pub use gather::{add_up, today};
pub use output::changed_path;
pub use summary::{SheetSummary, Summary, WrittenFile};
pub use threads::on_threads;

use crate::limits::Limits;
use crate::plan::Results;
use crate::resolve;

/// All that a build can be told; the command line fills it.
#[derive(Debug, Clone)]
pub struct Options {
    pub cases: PathBuf,
    pub templates: Option<PathBuf>,
    pub fonts: Option<PathBuf>,
    pub out: PathBuf,
    /// Names of sheets; empty: as the kit says.
    pub only: Vec<String>,
    /// Ids of cases; empty: all.
    pub only_cases: Vec<String>,
    /// The day, and what the command line says instead of kit.toml.
    pub resolve: resolve::Options,
    pub placement: Placement,
    /// Name of a style sheet `edition-NAME.css`.
    pub edition: Option<String>,
    /// One PDF for each stock.
    pub split: bool,
    /// Beside the whole kit, the pages that changed since the last build.
    pub changed: bool,
    /// Whether a manifest of what stands in the kit goes beside it.
    pub manifest: bool,
    /// The sums of an evening that is over, for the sheets that show them.
    pub results: Option<Results>,
    pub limits: Limits,
}

/// Where and how often envelopes and labels are printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// First free label of the first sheet, counted from 1.
    pub start_at: u32,
    /// Corrections in millimetres, to the right and down.
    pub offset_x: f32,
    pub offset_y: f32,
    pub copies: Copies,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// So many of each.
    Each(u32),
    /// As many as the plan of the event gives each addressee.
    Plan,
}
