//! Finished bytes in; the file on the disk out, whole or not at all, and the manifest of what stands in it.

mod atomic;
mod compare;
mod manifest;

pub use atomic::{
    Prepared, Target, is_unfinished, sweep, take_away_unfinished, take_away_unfinished_for_good,
};
pub use compare::{Change, Comparison};
pub use manifest::{BuildMark, ContentHash, Entry, Manifest};
