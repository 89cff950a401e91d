//! Inline content in; lines of glyph runs out: collected, shaped, broken and placed.

mod breaking;
mod collect;
mod compose;
mod hyphens;
mod shape;
mod words;

pub(super) use breaking::{Extent, extents};
pub(super) use collect::{Collector, Paragraph};
pub(super) use compose::{Composed, InlineBoxSize, Line, Measured, compose, measure};
pub(super) use hyphens::hyphenation_patterns;
pub(super) use shape::{Shaped, Shaping};
