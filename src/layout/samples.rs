//! Small documents built by hand, for the tests of this stage.

use std::sync::Arc;

use crate::fonts::Generic;
use crate::geometry::Colour;
use crate::markup::style::*;

/// Plain sans text of ten points on fourteen, in English.
pub(super) fn text_style() -> TextStyle {
    TextStyle {
        families: Vec::new(),
        generic: Generic::Sans,
        size: 10.0,
        weight: 400,
        italic: false,
        colour: Colour::BLACK,
        line_height: LineHeight::Absolute(14.0),
        letter_spacing: 0.0,
        word_spacing: 0.0,
        align: TextAlign::Start,
        indent: Length::default(),
        transform: TextTransform::None,
        small_caps: false,
        figures: Figures::Normal,
        hyphens: Hyphens::Manual,
        white_space: WhiteSpace::Normal,
        break_anywhere: false,
        underline: false,
        line_through: false,
        highlight: None,
        baseline_shift: BaselineShift::None,
        direction: Direction::LeftToRight,
        lang: Arc::from("en"),
        list_marker: ListMarker::None,
        orphans: 2,
        widows: 2,
        borders_collapse: false,
        border_spacing: 0.0,
    }
}
