//! HTML and CSS text in; a document tree with computed styles out, or every mistake with its place.

pub mod style;
pub mod tree;
