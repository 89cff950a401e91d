//! A style under construction: declarations set its fields one by one, then it is finished into text and box styles.

use std::sync::Arc;

use super::value::{FontSizes, Paint};
use crate::fonts::Generic;
use crate::geometry::{Colour, Sides};
use crate::markup::style::*;

/// What a declaration may look at while it sets a field.
#[derive(Debug, Clone, Copy)]
pub struct Env<'a> {
    pub sizes: FontSizes,
    /// The parent's font size in points.
    pub parent_size: f32,
    pub direction: Direction,
    pub parent: &'a Draft,
}

/// A style whose colours may still be `currentcolor`.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub text: TextStyle,
    pub boxed: BoxStyle,
    pub border_width: Sides<f32>,
    pub border_style: Sides<BorderStyle>,
    pub border_paint: Sides<Paint>,
    pub background: Paint,
    pub grid_column: Span,
    pub grid_row: Span,
}

/// The lines of a grid item as written; negative lines count from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: Option<i16>,
    pub end: Option<i16>,
    pub span: Option<u16>,
}

/// `border-width: medium`, the initial value: 3 px.
pub const MEDIUM: f32 = 2.25;

impl Draft {
    /// Every property at its initial value.
    pub fn initial() -> Self {
        Self {
            text: TextStyle {
                families: Vec::new(),
                generic: Generic::Serif,
                size: 12.0,
                weight: 400,
                italic: false,
                colour: Colour::BLACK,
                line_height: LineHeight::Normal,
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
                lang: Arc::from("und"),
                list_marker: ListMarker::Disc,
                orphans: 2,
                widows: 2,
                borders_collapse: false,
                border_spacing: 0.0,
            },
            boxed: BoxStyle {
                display: Display::Inline,
                position: Position::Static,
                inset: Sides::all(Dimension::Auto),
                width: Dimension::Auto,
                height: Dimension::Auto,
                min_width: Dimension::Auto,
                min_height: Dimension::Auto,
                max_width: Dimension::Auto,
                max_height: Dimension::Auto,
                aspect_ratio: None,
                margin: Sides::all(Dimension::Length(Length { points: 0.0, part: 0.0 })),
                padding: Sides::default(),
                border: Sides::default(),
                radius: 0.0,
                background: None,
                box_sizing: BoxSizing::ContentBox,
                overflow_hidden: false,
                vertical_align: VerticalAlign::Baseline,
                flex_direction: FlexDirection::Row,
                flex_wrap: false,
                flex_grow: 0.0,
                flex_shrink: 1.0,
                flex_basis: Dimension::Auto,
                order: 0,
                align_items: None,
                align_self: None,
                align_content: None,
                justify_items: None,
                justify_self: None,
                justify_content: None,
                row_gap: Length::default(),
                column_gap: Length::default(),
                grid_columns: Vec::new(),
                grid_rows: Vec::new(),
                grid_column: GridSpan { start: None, span: 1 },
                grid_row: GridSpan { start: None, span: 1 },
                break_before: Break::Auto,
                break_after: Break::Auto,
                break_inside_avoid: false,
                object_fit: ObjectFit::Fill,
                quarter_turns: 0,
            },
            border_width: Sides::all(MEDIUM),
            border_style: Sides::all(BorderStyle::None),
            border_paint: Sides::all(Paint::Current),
            background: Paint::Transparent,
            grid_column: Span::default(),
            grid_row: Span::default(),
        }
    }

    /// What a child of this begins with: text properties inherited, box properties initial.
    pub fn child(&self) -> Self {
        let mut text = self.text.clone();
        if self.boxed.display != Display::Inline {
            text.highlight = None;
            text.baseline_shift = BaselineShift::None;
        }
        Self { text, ..Self::initial() }
    }

    /// Settles what depends on several properties: display within the parent, colours, grid lines, strips behind text.
    pub fn finish(&mut self, parent: &Draft) {
        let in_boxes = matches!(parent.boxed.display, Display::Flex | Display::Grid);
        if in_boxes || self.boxed.position == Position::Absolute {
            self.boxed.display = match self.boxed.display {
                Display::Inline | Display::InlineBlock => Display::Block,
                other => other,
            };
        }
        let colour = self.text.colour;
        let paint = |paint: Paint| match paint {
            Paint::Transparent => None,
            Paint::Current => Some(colour),
            Paint::Colour(colour) => Some(colour),
        };
        let border = |width: f32, style: BorderStyle, side: Paint| match (style, paint(side)) {
            (BorderStyle::None, _) | (_, None) => Border::default(),
            (style, Some(colour)) => Border { width, style, colour },
        };
        let (width, style, side) = (self.border_width, self.border_style, self.border_paint);
        self.boxed.border = Sides {
            top: border(width.top, style.top, side.top),
            right: border(width.right, style.right, side.right),
            bottom: border(width.bottom, style.bottom, side.bottom),
            left: border(width.left, style.left, side.left),
        };
        self.boxed.grid_column = self.grid_column.resolve(parent.boxed.grid_columns.len());
        self.boxed.grid_row = self.grid_row.resolve(parent.boxed.grid_rows.len());
        let background = paint(self.background);
        if self.boxed.display == Display::Inline {
            if let Some(colour) = background {
                let padding = self.boxed.padding;
                self.text.highlight = Some(Highlight {
                    colour,
                    padding: Sides {
                        top: padding.top.points,
                        right: padding.right.points,
                        bottom: padding.bottom.points,
                        left: padding.left.points,
                    },
                    radius: self.boxed.radius,
                });
            }
            self.boxed.background = None;
        } else {
            self.boxed.background = background;
            self.text.highlight = None;
            self.text.baseline_shift = BaselineShift::None;
        }
    }
}

impl Span {
    /// Lines counted from the end become lines from the start, in a grid of `tracks` explicit tracks.
    fn resolve(self, tracks: usize) -> GridSpan {
        let lines = i16::try_from(tracks).unwrap_or(i16::MAX - 1) + 1;
        let line = |n: i16| if n < 0 { (lines + n + 1).max(1) } else { n };
        match (self.start.map(line), self.end.map(line), self.span) {
            (Some(start), Some(end), _) => {
                let (start, end) = (start.min(end), start.max(end));
                GridSpan { start: Some(start), span: (end - start).max(1) as u16 }
            }
            (None, Some(end), span) => {
                let span = span.unwrap_or(1);
                GridSpan { start: Some((end - i16::try_from(span).unwrap_or(i16::MAX)).max(1)), span }
            }
            (start, None, span) => GridSpan { start, span: span.unwrap_or(1) },
        }
    }
}
