//! A computed box style in; the same in taffy's words out.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use taffy::prelude::{TaffyAuto, TaffyMaxContent, TaffyMinContent};
use taffy::{
    GridPlacement, GridTemplateComponent, LengthPercentage, LengthPercentageAuto, MaxTrackSizingFunction,
    MinTrackSizingFunction, TrackSizingFunction,
};

use crate::geometry::Sides;
use crate::markup::style::{
    self, Align, BoxSizing, BoxStyle, Dimension, Direction, Display, FlexDirection, GridSpan, Length,
    Position, Style, Track, TrackMax,
};

/// The converted styles of one thread, by the style's own identity.
#[derive(Default)]
pub(super) struct BoxStyles {
    by_style: RefCell<FxHashMap<Key, Converted>>,
}

/// A style, kept alive beside what it was converted to.
type Converted = (Arc<BoxStyle>, Rc<taffy::Style>);

#[derive(PartialEq, Eq, Hash)]
struct Key {
    style: usize,
    rtl: bool,
    scale: u32,
    /// A table's cell, and which of its borders its neighbours draw.
    cell: Option<HiddenBorders>,
}

/// Sides of a cell whose border is a neighbour's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct HiddenBorders {
    pub top: bool,
    pub right: bool,
    pub bottom: bool,
    pub left: bool,
}

impl BoxStyles {
    /// Beyond this many styles the store starts afresh.
    const CAPACITY: usize = 4096;

    /// The style for taffy; vertical margins and gaps between rows are multiplied by `scale`.
    pub fn get(&self, style: &Style, scale: f32) -> Rc<taffy::Style> {
        self.look_up(style, scale, None)
    }

    /// The style of a cell: its width and height steer its column and row, not its box.
    pub fn get_cell(&self, style: &Style, scale: f32, hidden: HiddenBorders) -> Rc<taffy::Style> {
        self.look_up(style, scale, Some(hidden))
    }

    fn look_up(&self, style: &Style, scale: f32, cell: Option<HiddenBorders>) -> Rc<taffy::Style> {
        let rtl = style.text.direction == Direction::RightToLeft;
        let key = Key { style: Arc::as_ptr(&style.boxed) as usize, rtl, scale: scale.to_bits(), cell };
        let mut map = self.by_style.borrow_mut();
        if let Some((_, converted)) = map.get(&key) {
            return converted.clone();
        }
        if map.len() >= Self::CAPACITY {
            map.clear();
        }
        let mut converted = convert(&style.boxed, rtl, scale);
        if let Some(hidden) = cell {
            converted.display = taffy::Display::FlowRoot;
            converted.position = taffy::Position::Relative;
            converted.inset = taffy::Rect::auto();
            converted.margin = taffy::Rect::zero();
            converted.size = taffy::Size::auto();
            let border = &mut converted.border;
            for (is_hidden, side) in [
                (hidden.top, &mut border.top),
                (hidden.right, &mut border.right),
                (hidden.bottom, &mut border.bottom),
                (hidden.left, &mut border.left),
            ] {
                if is_hidden {
                    *side = LengthPercentage::length(0.0);
                }
            }
        }
        let converted = Rc::new(converted);
        // The style is kept alive beside its conversion, so that its address cannot come to mean another one.
        map.insert(key, (style.boxed.clone(), converted.clone()));
        converted
    }
}

/// Resolves the opaque handle of a length that has both points and a part.
pub(super) fn resolve_calc(handle: *const (), basis: f32) -> f32 {
    let bits = handle as usize as u64;
    f32::from_bits((bits >> 32) as u32) + f32::from_bits(bits as u32) * basis
}

/// Points and part in one word, as taffy carries it; the lowest three bits are its own, which costs the part less than
/// a millionth.
fn calc_handle(length: Length) -> *const () {
    let bits = (u64::from(length.points.to_bits()) << 32) | u64::from(length.part.to_bits() & !7);
    bits as usize as *const ()
}

fn length(l: Length) -> LengthPercentage {
    if l.part == 0.0 {
        LengthPercentage::length(l.points)
    } else if l.points == 0.0 {
        LengthPercentage::percent(l.part)
    } else {
        LengthPercentage::calc(calc_handle(l))
    }
}

fn dimension(d: Dimension) -> taffy::Dimension {
    match d {
        Dimension::Auto => taffy::Dimension::auto(),
        Dimension::Length(l) if l.part == 0.0 => taffy::Dimension::length(l.points),
        Dimension::Length(l) if l.points == 0.0 => taffy::Dimension::percent(l.part),
        Dimension::Length(l) => taffy::Dimension::calc(calc_handle(l)),
        Dimension::MinContent => taffy::Dimension::min_content(),
        Dimension::MaxContent => taffy::Dimension::max_content(),
    }
}

/// For places where content-based sizes mean `auto`: margins and insets, least and greatest sizes.
fn or_auto(d: Dimension) -> LengthPercentageAuto {
    match d {
        Dimension::Length(l) if l.part == 0.0 => LengthPercentageAuto::length(l.points),
        Dimension::Length(l) if l.points == 0.0 => LengthPercentageAuto::percent(l.part),
        Dimension::Length(l) => LengthPercentageAuto::calc(calc_handle(l)),
        Dimension::Auto | Dimension::MinContent | Dimension::MaxContent => LengthPercentageAuto::auto(),
    }
}

fn scaled(d: Dimension, scale: f32) -> Dimension {
    match d {
        Dimension::Length(l) => Dimension::Length(Length { points: l.points * scale, ..l }),
        other => other,
    }
}

fn sides<T: Copy, U>(s: Sides<T>, f: impl Fn(T) -> U) -> taffy::Rect<U> {
    taffy::Rect { left: f(s.left), right: f(s.right), top: f(s.top), bottom: f(s.bottom) }
}

fn items(align: Align) -> taffy::AlignItems {
    match align {
        Align::Start => taffy::AlignItems::START,
        Align::End => taffy::AlignItems::END,
        Align::Centre => taffy::AlignItems::CENTER,
        Align::Baseline => taffy::AlignItems::BASELINE,
        Align::Stretch | Align::SpaceBetween | Align::SpaceAround | Align::SpaceEvenly => {
            taffy::AlignItems::STRETCH
        }
    }
}

fn content(align: Align) -> taffy::AlignContent {
    match align {
        Align::Start | Align::Baseline => taffy::AlignContent::START,
        Align::End => taffy::AlignContent::END,
        Align::Centre => taffy::AlignContent::CENTER,
        Align::Stretch => taffy::AlignContent::STRETCH,
        Align::SpaceBetween => taffy::AlignContent::SPACE_BETWEEN,
        Align::SpaceAround => taffy::AlignContent {
            keyword: taffy::AlignContentKeyword::SpaceAround,
            safety: taffy::AlignmentSafety::Default,
        },
        Align::SpaceEvenly => taffy::AlignContent::SPACE_EVENLY,
    }
}

fn track(t: Track) -> TrackSizingFunction {
    let (min, max) = match t {
        Track::Auto => (MinTrackSizingFunction::AUTO, MaxTrackSizingFunction::AUTO),
        Track::Length(l) => (length(l).into(), length(l).into()),
        Track::Fraction(fr) => (MinTrackSizingFunction::AUTO, MaxTrackSizingFunction::fr(fr)),
        Track::MinContent => (MinTrackSizingFunction::MIN_CONTENT, MaxTrackSizingFunction::MIN_CONTENT),
        Track::MaxContent => (MinTrackSizingFunction::MAX_CONTENT, MaxTrackSizingFunction::MAX_CONTENT),
        Track::MinMax(least, most) => {
            let max = match most {
                TrackMax::Auto => MaxTrackSizingFunction::AUTO,
                TrackMax::Length(l) => length(l).into(),
                TrackMax::Fraction(fr) => MaxTrackSizingFunction::fr(fr),
            };
            (length(least).into(), max)
        }
    };
    taffy::MinMax { min, max }
}

fn span(s: GridSpan) -> taffy::Line<GridPlacement> {
    let start = s.start.map_or(GridPlacement::Auto, |line| GridPlacement::Line(line.into()));
    taffy::Line { start, end: GridPlacement::Span(s.span.max(1)) }
}

fn convert(b: &BoxStyle, rtl: bool, scale: f32) -> taffy::Style {
    let display = match b.display {
        Display::None => taffy::Display::None,
        Display::Flex => taffy::Display::Flex,
        Display::Grid => taffy::Display::Grid,
        Display::InlineBlock | Display::TableCell | Display::Table => taffy::Display::FlowRoot,
        _ => taffy::Display::Block,
    };
    let margin =
        Sides { top: scaled(b.margin.top, scale), bottom: scaled(b.margin.bottom, scale), ..b.margin };
    let row_gap = Length { points: b.row_gap.points * scale, ..b.row_gap };
    let hidden = if b.overflow_hidden { taffy::Overflow::Hidden } else { taffy::Overflow::Visible };
    let mut style = taffy::Style {
        display,
        item_is_table: b.display == Display::Table,
        box_sizing: match b.box_sizing {
            BoxSizing::ContentBox => taffy::BoxSizing::ContentBox,
            BoxSizing::BorderBox => taffy::BoxSizing::BorderBox,
        },
        direction: if rtl { taffy::Direction::Rtl } else { taffy::Direction::Ltr },
        overflow: taffy::Point { x: hidden, y: hidden },
        position: match b.position {
            Position::Static => taffy::Position::Static,
            Position::Relative => taffy::Position::Relative,
            Position::Absolute => taffy::Position::Absolute,
        },
        inset: sides(b.inset, or_auto),
        size: taffy::Size { width: dimension(b.width), height: dimension(b.height) },
        min_size: taffy::Size { width: or_auto(b.min_width), height: or_auto(b.min_height) },
        max_size: taffy::Size { width: or_auto(b.max_width), height: or_auto(b.max_height) },
        aspect_ratio: b.aspect_ratio,
        margin: sides(margin, or_auto),
        padding: sides(b.padding, length),
        border: sides(b.border, |border| LengthPercentage::length(border_width(border))),
        align_self: b.align_self.map(items),
        justify_self: b.justify_self.map(items),
        gap: taffy::Size { width: length(b.column_gap), height: length(row_gap) },
        flex_direction: match b.flex_direction {
            FlexDirection::Row => taffy::FlexDirection::Row,
            FlexDirection::RowReverse => taffy::FlexDirection::RowReverse,
            FlexDirection::Column => taffy::FlexDirection::Column,
            FlexDirection::ColumnReverse => taffy::FlexDirection::ColumnReverse,
        },
        flex_wrap: if b.flex_wrap { taffy::FlexWrap::Wrap } else { taffy::FlexWrap::NoWrap },
        flex_basis: dimension(b.flex_basis),
        flex_grow: b.flex_grow,
        flex_shrink: b.flex_shrink,
        grid_template_columns: b
            .grid_columns
            .iter()
            .map(|t| GridTemplateComponent::Single(track(*t)))
            .collect(),
        grid_template_rows: b.grid_rows.iter().map(|t| GridTemplateComponent::Single(track(*t))).collect(),
        grid_column: span(b.grid_column),
        grid_row: span(b.grid_row),
        ..taffy::Style::default()
    };
    if let Some(align) = b.align_items {
        style.align_items = items(align);
    }
    if let Some(align) = b.justify_items {
        style.justify_items = items(align);
    }
    if let Some(align) = b.align_content {
        style.align_content = content(align);
    }
    if let Some(align) = b.justify_content {
        style.justify_content = content(align);
    }
    style
}

/// A border without a style takes no room.
pub(super) fn border_width(border: style::Border) -> f32 {
    if border.style == style::BorderStyle::None { 0.0 } else { border.width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_with_points_and_a_part_survive_the_handle() {
        for (points, part) in [(-8.503_937, 1.0), (12.0, 0.333_333_34), (0.35, -0.5)] {
            let found = resolve_calc(calc_handle(Length { points, part }), 200.0);
            assert!((found - (points + part * 200.0)).abs() < 0.001, "{found}");
        }
    }
}
