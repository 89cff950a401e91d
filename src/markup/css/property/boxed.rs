//! The properties that are not inherited: the box.

use super::{Edge, Plain, Points, Property, Reset, Resolve, Setter, field, setter, side, words};
use crate::geometry::Sides;
use crate::markup::MarkupError;
use crate::markup::css::component::{Component, Kind};
use crate::markup::css::draft::{Draft, MEDIUM, Span};
use crate::markup::css::value::{Distance, Extent, Paint, Percent, Read, Sign, Values};
use crate::markup::style::*;

const DISPLAY: [(&str, Display); 12] = [
    ("none", Display::None),
    ("block", Display::Block),
    ("inline", Display::Inline),
    ("inline-block", Display::InlineBlock),
    ("flex", Display::Flex),
    ("grid", Display::Grid),
    ("list-item", Display::ListItem),
    ("table", Display::Table),
    ("table-header-group", Display::TableHeaderGroup),
    ("table-row-group", Display::TableRowGroup),
    ("table-row", Display::TableRow),
    ("table-cell", Display::TableCell),
];
const POSITION: [(&str, Position); 3] =
    [("static", Position::Static), ("relative", Position::Relative), ("absolute", Position::Absolute)];
const SIZING: [(&str, BoxSizing); 2] =
    [("content-box", BoxSizing::ContentBox), ("border-box", BoxSizing::BorderBox)];
const OVERFLOW: [(&str, bool); 2] = [("visible", false), ("hidden", true)];
pub(super) const FLEX_DIRECTION: [(&str, FlexDirection); 4] = [
    ("row", FlexDirection::Row),
    ("row-reverse", FlexDirection::RowReverse),
    ("column", FlexDirection::Column),
    ("column-reverse", FlexDirection::ColumnReverse),
];
pub(super) const FLEX_WRAP: [(&str, bool); 2] = [("nowrap", false), ("wrap", true)];
const ITEMS: [(&str, Option<Align>); 8] = [
    ("start", Some(Align::Start)),
    ("end", Some(Align::End)),
    ("center", Some(Align::Centre)),
    ("baseline", Some(Align::Baseline)),
    ("stretch", Some(Align::Stretch)),
    ("normal", None),
    ("flex-start", Some(Align::Start)),
    ("flex-end", Some(Align::End)),
];
const OWN: [(&str, Option<Align>); 8] = [
    ("auto", None),
    ("start", Some(Align::Start)),
    ("end", Some(Align::End)),
    ("center", Some(Align::Centre)),
    ("baseline", Some(Align::Baseline)),
    ("stretch", Some(Align::Stretch)),
    ("flex-start", Some(Align::Start)),
    ("flex-end", Some(Align::End)),
];
const CONTENT: [(&str, Option<Align>); 10] = [
    ("start", Some(Align::Start)),
    ("end", Some(Align::End)),
    ("center", Some(Align::Centre)),
    ("stretch", Some(Align::Stretch)),
    ("space-between", Some(Align::SpaceBetween)),
    ("space-around", Some(Align::SpaceAround)),
    ("space-evenly", Some(Align::SpaceEvenly)),
    ("normal", None),
    ("flex-start", Some(Align::Start)),
    ("flex-end", Some(Align::End)),
];
const BREAK: [(&str, Break); 4] =
    [("auto", Break::Auto), ("avoid", Break::Avoid), ("page", Break::Page), ("always", Break::Page)];
const BREAK_INSIDE: [(&str, bool); 2] = [("auto", false), ("avoid", true)];
const FIT: [(&str, ObjectFit); 3] =
    [("fill", ObjectFit::Fill), ("contain", ObjectFit::Contain), ("cover", ObjectFit::Cover)];
const BORDER_STYLES: [(&str, BorderStyle); 4] = [
    ("none", BorderStyle::None),
    ("solid", BorderStyle::Solid),
    ("dashed", BorderStyle::Dashed),
    ("dotted", BorderStyle::Dotted),
];

pub(super) const BOXED: &[Property] = &[
    words!("display", boxed.display, DISPLAY),
    words!("position", boxed.position, POSITION),
    side!("top", boxed.inset, Edge::Top, inset),
    side!("right", boxed.inset, Edge::Right, inset),
    side!("bottom", boxed.inset, Edge::Bottom, inset),
    side!("left", boxed.inset, Edge::Left, inset),
    side!("inset-block-start", boxed.inset, Edge::Top, inset),
    side!("inset-block-end", boxed.inset, Edge::Bottom, inset),
    side!("inset-inline-start", boxed.inset, Edge::InlineStart, inset),
    side!("inset-inline-end", boxed.inset, Edge::InlineEnd, inset),
    field!("width", boxed.width, |values| values.extent()),
    field!("height", boxed.height, |values| values.extent()),
    field!("inline-size", boxed.width, |values| values.extent()),
    field!("block-size", boxed.height, |values| values.extent()),
    field!("min-width", boxed.min_width, |values| values.extent()),
    field!("min-height", boxed.min_height, |values| values.extent()),
    field!("max-width", boxed.max_width, most),
    field!("max-height", boxed.max_height, most),
    field!("aspect-ratio", boxed.aspect_ratio, ratio),
    side!("margin-top", boxed.margin, Edge::Top, margin),
    side!("margin-right", boxed.margin, Edge::Right, margin),
    side!("margin-bottom", boxed.margin, Edge::Bottom, margin),
    side!("margin-left", boxed.margin, Edge::Left, margin),
    side!("margin-block-start", boxed.margin, Edge::Top, margin),
    side!("margin-block-end", boxed.margin, Edge::Bottom, margin),
    side!("margin-inline-start", boxed.margin, Edge::InlineStart, margin),
    side!("margin-inline-end", boxed.margin, Edge::InlineEnd, margin),
    side!("padding-top", boxed.padding, Edge::Top, padding),
    side!("padding-right", boxed.padding, Edge::Right, padding),
    side!("padding-bottom", boxed.padding, Edge::Bottom, padding),
    side!("padding-left", boxed.padding, Edge::Left, padding),
    side!("padding-block-start", boxed.padding, Edge::Top, padding),
    side!("padding-block-end", boxed.padding, Edge::Bottom, padding),
    side!("padding-inline-start", boxed.padding, Edge::InlineStart, padding),
    side!("padding-inline-end", boxed.padding, Edge::InlineEnd, padding),
    side!("border-top-width", border_width, Edge::Top, width),
    side!("border-right-width", border_width, Edge::Right, width),
    side!("border-bottom-width", border_width, Edge::Bottom, width),
    side!("border-left-width", border_width, Edge::Left, width),
    side!("border-inline-start-width", border_width, Edge::InlineStart, width),
    side!("border-inline-end-width", border_width, Edge::InlineEnd, width),
    side!("border-top-style", border_style, Edge::Top, style),
    side!("border-right-style", border_style, Edge::Right, style),
    side!("border-bottom-style", border_style, Edge::Bottom, style),
    side!("border-left-style", border_style, Edge::Left, style),
    side!("border-inline-start-style", border_style, Edge::InlineStart, style),
    side!("border-inline-end-style", border_style, Edge::InlineEnd, style),
    side!("border-top-color", border_paint, Edge::Top, paint),
    side!("border-right-color", border_paint, Edge::Right, paint),
    side!("border-bottom-color", border_paint, Edge::Bottom, paint),
    side!("border-left-color", border_paint, Edge::Left, paint),
    side!("border-inline-start-color", border_paint, Edge::InlineStart, paint),
    side!("border-inline-end-color", border_paint, Edge::InlineEnd, paint),
    field!("border-radius", boxed.radius, |values| {
        values.distance(Sign::NotNegative, Percent::Refused).map(Points)
    }),
    field!("background-color", background, paint),
    words!("box-sizing", boxed.box_sizing, SIZING),
    words!("overflow", boxed.overflow_hidden, OVERFLOW),
    Property {
        name: "vertical-align",
        read: |values| {
            const WORDS: [(&str, (VerticalAlign, BaselineShift)); 6] = [
                ("baseline", (VerticalAlign::Baseline, BaselineShift::None)),
                ("top", (VerticalAlign::Top, BaselineShift::None)),
                ("middle", (VerticalAlign::Middle, BaselineShift::None)),
                ("bottom", (VerticalAlign::Bottom, BaselineShift::None)),
                ("sub", (VerticalAlign::Baseline, BaselineShift::Sub)),
                ("super", (VerticalAlign::Baseline, BaselineShift::Super)),
            ];
            let (align, shift) = values.keyword(&WORDS)?;
            Ok(vec![setter(move |draft, _| {
                draft.boxed.vertical_align = align;
                draft.text.baseline_shift = shift;
            })])
        },
        reset: Reset::Copy(|to, from, _| {
            to.boxed.vertical_align = from.boxed.vertical_align;
            to.text.baseline_shift = from.text.baseline_shift;
        }),
    },
    words!("flex-direction", boxed.flex_direction, FLEX_DIRECTION),
    words!("flex-wrap", boxed.flex_wrap, FLEX_WRAP),
    field!("flex-grow", boxed.flex_grow, |values| values.number(0.0, 1000.0).map(Plain)),
    field!("flex-shrink", boxed.flex_shrink, |values| values.number(0.0, 1000.0).map(Plain)),
    field!("flex-basis", boxed.flex_basis, |values| values.extent()),
    field!("order", boxed.order, |values| values.integer(-1000, 1000).map(Plain)),
    words!("align-items", boxed.align_items, ITEMS),
    words!("align-self", boxed.align_self, OWN),
    words!("align-content", boxed.align_content, CONTENT),
    words!("justify-items", boxed.justify_items, ITEMS),
    words!("justify-self", boxed.justify_self, OWN),
    words!("justify-content", boxed.justify_content, CONTENT),
    field!("row-gap", boxed.row_gap, gap),
    field!("column-gap", boxed.column_gap, gap),
    Property {
        name: "grid-template-columns",
        read: |values| {
            let tracks = tracks(values)?;
            Ok(vec![setter(move |draft, env| {
                draft.boxed.grid_columns = tracks.iter().map(|track| track.resolve(env.sizes)).collect();
            })])
        },
        reset: Reset::Copy(|to, from, _| to.boxed.grid_columns.clone_from(&from.boxed.grid_columns)),
    },
    Property {
        name: "grid-template-rows",
        read: |values| {
            let tracks = tracks(values)?;
            Ok(vec![setter(move |draft, env| {
                draft.boxed.grid_rows = tracks.iter().map(|track| track.resolve(env.sizes)).collect();
            })])
        },
        reset: Reset::Copy(|to, from, _| to.boxed.grid_rows.clone_from(&from.boxed.grid_rows)),
    },
    field!("grid-column", grid_column, |values| span(values).map(Plain)),
    field!("grid-row", grid_row, |values| span(values).map(Plain)),
    words!("break-before", boxed.break_before, BREAK),
    words!("break-after", boxed.break_after, BREAK),
    words!("break-inside", boxed.break_inside_avoid, BREAK_INSIDE),
    words!("object-fit", boxed.object_fit, FIT),
    field!("rotate", boxed.quarter_turns, |values| turns(values).map(Plain)),
];

pub(super) fn inset(values: &mut Values<'_>) -> Read<Extent> {
    values.auto_or_distance(Sign::Any)
}

pub(super) fn margin(values: &mut Values<'_>) -> Read<Extent> {
    values.auto_or_distance(Sign::Any)
}

pub(super) fn padding(values: &mut Values<'_>) -> Read<Distance> {
    values.distance(Sign::NotNegative, Percent::Allowed)
}

pub(super) fn width(values: &mut Values<'_>) -> Read<Points> {
    const WORDS: [(&str, f32); 3] = [("thin", 0.75), ("medium", MEDIUM), ("thick", 3.75)];
    if let Some(points) = values.maybe_keyword(&WORDS) {
        return Ok(Points(Distance::points(points)));
    }
    values.distance(Sign::NotNegative, Percent::Refused).map(Points)
}

pub(super) fn style(values: &mut Values<'_>) -> Read<Plain<BorderStyle>> {
    values.keyword(&BORDER_STYLES).map(Plain)
}

pub(super) fn at_style(values: &Values<'_>) -> bool {
    values.clone().maybe_keyword(&BORDER_STYLES).is_some()
}

pub(super) fn paint(values: &mut Values<'_>) -> Read<Plain<Paint>> {
    values.paint().map(Plain)
}

pub(super) fn gap(values: &mut Values<'_>) -> Read<Distance> {
    if values.take("normal") {
        return Ok(Distance::ZERO);
    }
    values.distance(Sign::NotNegative, Percent::Allowed)
}

fn most(values: &mut Values<'_>) -> Read<Extent> {
    if values.take("none") { Ok(Extent::Auto) } else { values.extent() }
}

fn ratio(values: &mut Values<'_>) -> Read<Plain<Option<f32>>> {
    if values.take("auto") {
        return Ok(Plain(None));
    }
    let width = values.number(0.001, 10_000.0)?;
    let height = if values.take_delim('/') { values.number(0.001, 10_000.0)? } else { 1.0 };
    Ok(Plain(Some(width / height)))
}

/// `rotate`: a multiple of a quarter turn, clockwise.
fn turns(values: &mut Values<'_>) -> Read<u8> {
    if values.take("none") {
        return Ok(0);
    }
    let quarters = match values.peek().map(|c| &c.kind) {
        Some(Kind::Dimension { value, unit, .. }) if unit.eq_ignore_ascii_case("deg") => value / 90.0,
        Some(Kind::Dimension { value, unit, .. }) if unit.eq_ignore_ascii_case("turn") => value * 4.0,
        _ => return Err(values.wrong("`90deg`, `180deg`, `270deg` or `none`")),
    };
    if quarters.fract() != 0.0 || !quarters.is_finite() {
        return Err(values.wrong("whole quarter turns (`90deg`, `180deg`, `270deg`)"));
    }
    values.next();
    Ok(quarters.rem_euclid(4.0) as u8)
}

/// A track of a grid as written.
#[derive(Debug, Clone, Copy)]
enum Sizing {
    Auto,
    Distance(Distance),
    Fraction(f32),
    MinContent,
    MaxContent,
    MinMax(Distance, Most),
}

#[derive(Debug, Clone, Copy)]
enum Most {
    Auto,
    Distance(Distance),
    Fraction(f32),
}

impl Resolve for Sizing {
    type Output = Track;
    fn resolve(&self, sizes: crate::markup::css::value::FontSizes) -> Track {
        match *self {
            Self::Auto => Track::Auto,
            Self::Distance(distance) => Track::Length(distance.resolve(sizes)),
            Self::Fraction(fraction) => Track::Fraction(fraction),
            Self::MinContent => Track::MinContent,
            Self::MaxContent => Track::MaxContent,
            Self::MinMax(least, most) => Track::MinMax(
                least.resolve(sizes),
                match most {
                    Most::Auto => TrackMax::Auto,
                    Most::Distance(distance) => TrackMax::Length(distance.resolve(sizes)),
                    Most::Fraction(fraction) => TrackMax::Fraction(fraction),
                },
            ),
        }
    }
}

/// Tracks in one direction of a grid, at most.
const TRACKS: usize = 1000;

fn tracks(values: &mut Values<'_>) -> Read<Vec<Sizing>> {
    let mut all = Vec::new();
    if values.take("none") {
        return Ok(all);
    }
    while let Some(component) = values.peek() {
        match &component.kind {
            Kind::Function(name, inner) if name.eq_ignore_ascii_case("repeat") => {
                let mut inner = Values::new(inner, component.range.clone(), values.property);
                let times = inner
                    .integer(1, TRACKS as i32)
                    .map_err(|error| error.hint("write how many, as `repeat(3, 1fr)`"))?;
                if !inner.take_comma() {
                    return Err(inner.wrong("a comma after the number of `repeat()`"));
                }
                let mut part = Vec::new();
                while !inner.is_empty() {
                    part.push(track(&mut inner)?);
                }
                if part.is_empty() {
                    return Err(inner.wrong("a track inside `repeat()`"));
                }
                for _ in 0..times {
                    all.extend_from_slice(&part);
                    too_many(all.len(), component)?;
                }
                values.next();
            }
            _ => all.push(track(values)?),
        }
        too_many(all.len(), component)?;
    }
    Ok(all)
}

fn too_many(count: usize, at: &Component) -> Read<()> {
    if count > TRACKS {
        return Err(MarkupError::new(at.range.clone(), format!("a grid has at most {TRACKS} tracks")));
    }
    Ok(())
}

fn fraction(values: &mut Values<'_>) -> Option<Read<f32>> {
    match values.peek().map(|c| &c.kind) {
        Some(Kind::Dimension { value, unit, .. }) if unit.eq_ignore_ascii_case("fr") => {
            let value = *value;
            if !(0.0..=10_000.0).contains(&value) {
                return Some(Err(values.wrong("a fraction from 0 to 10000")));
            }
            values.next();
            Some(Ok(value))
        }
        _ => None,
    }
}

fn track(values: &mut Values<'_>) -> Read<Sizing> {
    const WORDS: [(&str, Sizing); 3] =
        [("auto", Sizing::Auto), ("min-content", Sizing::MinContent), ("max-content", Sizing::MaxContent)];
    if let Some(found) = values.maybe_keyword(&WORDS) {
        return Ok(found);
    }
    if let Some(found) = fraction(values) {
        return found.map(Sizing::Fraction);
    }
    if values.at_length() {
        return values.distance(Sign::NotNegative, Percent::Allowed).map(Sizing::Distance);
    }
    if let Some(Component { kind: Kind::Function(name, inner), range }) = values.peek()
        && name.eq_ignore_ascii_case("minmax")
    {
        let mut inner = Values::new(inner, range.clone(), values.property);
        let least = inner.distance(Sign::NotNegative, Percent::Allowed)?;
        if !inner.take_comma() {
            return Err(inner.wrong("two sizes in `minmax()`, with a comma between"));
        }
        let most = if inner.take("auto") {
            Most::Auto
        } else if let Some(found) = fraction(&mut inner) {
            Most::Fraction(found?)
        } else {
            Most::Distance(inner.distance(Sign::NotNegative, Percent::Allowed)?)
        };
        inner.finish()?;
        values.next();
        return Ok(Sizing::MinMax(least, most));
    }
    Err(values.wrong("lengths, `fr`, `auto`, `minmax()` or `repeat()`"))
}

/// `2`, `1 / 3`, `span 2`, `1 / span 2`, `1 / -1`, `auto`.
fn span(values: &mut Values<'_>) -> Read<Span> {
    let mut found = Span::default();
    let (line, span) = line(values)?;
    (found.start, found.span) = (line, span);
    if values.take_delim('/') {
        let (line, span) = self::line(values)?;
        if found.span.is_some() && span.is_some() {
            return Err(MarkupError::new(
                values.range.clone(),
                format!("`{}` has two spans", values.property),
            ));
        }
        found.end = line;
        found.span = found.span.or(span);
    }
    Ok(found)
}

fn line(values: &mut Values<'_>) -> Read<(Option<i16>, Option<u16>)> {
    if values.take("auto") {
        return Ok((None, None));
    }
    if values.take("span") {
        return Ok((None, Some(values.integer(1, TRACKS as i32)? as u16)));
    }
    let at = values.peek().map_or(values.range.clone(), |c| c.range.clone());
    let line = values.integer(-(TRACKS as i32) - 1, TRACKS as i32 + 1)?;
    if line == 0 {
        return Err(MarkupError::new(at, "the lines of a grid are counted from 1").hint("the last is `-1`"));
    }
    Ok((Some(line as i16), None))
}

/// The four sides of a shorthand, from one to four values.
pub(in crate::markup::css) fn sides<T: Copy>(
    values: &mut Values<'_>,
    mut read: impl FnMut(&mut Values<'_>) -> Read<T>,
) -> Read<Sides<T>> {
    let mut found = vec![read(values)?];
    while found.len() < 4 && !values.is_empty() {
        found.push(read(values)?);
    }
    let pick = |i: usize| found.get(i).copied();
    let top = found[0];
    let right = pick(1).unwrap_or(top);
    Ok(Sides { top, right, bottom: pick(2).unwrap_or(top), left: pick(3).unwrap_or(right) })
}

/// Sets both fields of a gap.
pub(super) fn gaps(row: Distance, column: Distance) -> Setter {
    setter(move |draft: &mut Draft, env| {
        draft.boxed.row_gap = row.resolve(env.sizes);
        draft.boxed.column_gap = column.resolve(env.sizes);
    })
}
