//! Takes ids of paper, envelopes and label sheets; gives their measures, and finds stocks by what people know of them.

mod envelopes;
mod labels;
mod search;

pub use envelopes::{Envelope, envelope, envelopes};
pub use labels::{Grid, LabelStock, all_labels, labels, left_out};
pub use search::{StockKind, StockRow, search, suggest_envelope, suggest_labels};
