//! Bytes in; a panic where makekit, given these bytes as a file, breaks one of its properties. Called by the fuzz targets
//! of this folder, and by `tests/corpus.rs` with every file of the corpus.
//!
//! Each function calls what the program calls, in the program's order and under its limits.

mod input;
mod markup;
mod messages;
mod picture;
mod sheet;
mod workbook;

pub use input::{csv, toml};
pub use markup::{css, html};
pub use picture::picture;
pub use sheet::front_matter;
pub use workbook::workbook;

/// A target of the fuzzer.
pub type Target = fn(&[u8]);

/// The targets by name; `corpus/<name>/` holds the files of each.
pub const TARGETS: [(&str, Target); 7] = [
    ("toml", toml),
    ("csv", csv),
    ("workbook", workbook),
    ("front_matter", front_matter),
    ("html", html),
    ("css", css),
    ("picture", picture),
];
