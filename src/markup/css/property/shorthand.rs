//! The shorthands: properties that set several others.

use super::boxed::{
    FLEX_DIRECTION, FLEX_WRAP, at_style, gap, gaps, inset, margin, padding, paint, sides, style, width,
};
use super::text::{CAPS, STYLES, at_weight, families, line_height, marker, size, weight};
use super::{Edge, Points, Property, Reset, Resolve, Setter, setter};
use crate::markup::css::component::Kind;
use crate::markup::css::draft::MEDIUM;
use crate::markup::css::value::{Distance, Extent, Paint, Read, Values};
use crate::markup::style::*;

/// A shorthand of four sides.
macro_rules! four {
    ($name:literal, $($field:ident).+, $read:expr, $longhands:expr) => {
        Property {
            name: $name,
            read: |values| {
                let found = sides(values, $read)?;
                Ok(vec![setter(move |draft, env| {
                    draft.$($field).+ = crate::geometry::Sides {
                        top: found.top.resolve(env.sizes),
                        right: found.right.resolve(env.sizes),
                        bottom: found.bottom.resolve(env.sizes),
                        left: found.left.resolve(env.sizes),
                    };
                })])
            },
            reset: Reset::Longhands($longhands),
        }
    };
}

/// A shorthand of two opposite sides.
macro_rules! pair {
    ($name:literal, $($field:ident).+, $first:expr, $second:expr, $read:expr, $longhands:expr) => {
        Property {
            name: $name,
            read: |values| {
                let first = $read(values)?;
                let second = if values.is_empty() { first.clone() } else { $read(values)? };
                Ok(vec![setter(move |draft, env| {
                    *$first.of(&mut draft.$($field).+, env.direction) = first.resolve(env.sizes);
                    *$second.of(&mut draft.$($field).+, env.direction) = second.resolve(env.sizes);
                })])
            },
            reset: Reset::Longhands($longhands),
        }
    };
}

/// A border on some sides: width, style and colour in any order.
macro_rules! border {
    ($name:literal, $edges:expr, $longhands:expr) => {
        Property {
            name: $name,
            read: |values| border(values, $edges).map(|setter| vec![setter]),
            reset: Reset::Longhands($longhands),
        }
    };
}

use Edge::{Bottom, InlineEnd, InlineStart, Left, Right, Top};

pub(super) const SHORTHANDS: &[Property] = &[
    four!("inset", boxed.inset, inset, &["top", "right", "bottom", "left"]),
    pair!("inset-block", boxed.inset, Top, Bottom, inset, &["top", "bottom"]),
    pair!("inset-inline", boxed.inset, InlineStart, InlineEnd, inset, &["left", "right"]),
    four!("margin", boxed.margin, margin, &["margin-top", "margin-right", "margin-bottom", "margin-left"]),
    pair!("margin-block", boxed.margin, Top, Bottom, margin, &["margin-top", "margin-bottom"]),
    pair!("margin-inline", boxed.margin, InlineStart, InlineEnd, margin, &["margin-left", "margin-right"]),
    four!(
        "padding",
        boxed.padding,
        padding,
        &["padding-top", "padding-right", "padding-bottom", "padding-left"]
    ),
    pair!("padding-block", boxed.padding, Top, Bottom, padding, &["padding-top", "padding-bottom"]),
    pair!(
        "padding-inline",
        boxed.padding,
        InlineStart,
        InlineEnd,
        padding,
        &["padding-left", "padding-right"]
    ),
    four!(
        "border-width",
        border_width,
        width,
        &["border-top-width", "border-right-width", "border-bottom-width", "border-left-width"]
    ),
    four!(
        "border-style",
        border_style,
        style,
        &["border-top-style", "border-right-style", "border-bottom-style", "border-left-style"]
    ),
    four!(
        "border-color",
        border_paint,
        paint,
        &["border-top-color", "border-right-color", "border-bottom-color", "border-left-color"]
    ),
    border!("border", &[Top, Right, Bottom, Left], &["border-width", "border-style", "border-color"]),
    border!("border-top", &[Top], &["border-top-width", "border-top-style", "border-top-color"]),
    border!("border-right", &[Right], &["border-right-width", "border-right-style", "border-right-color"]),
    border!(
        "border-bottom",
        &[Bottom],
        &["border-bottom-width", "border-bottom-style", "border-bottom-color"]
    ),
    border!("border-left", &[Left], &["border-left-width", "border-left-style", "border-left-color"]),
    border!("border-block", &[Top, Bottom], &["border-top", "border-bottom"]),
    border!("border-block-start", &[Top], &["border-top"]),
    border!("border-block-end", &[Bottom], &["border-bottom"]),
    border!("border-inline", &[InlineStart, InlineEnd], &["border-left", "border-right"]),
    border!(
        "border-inline-start",
        &[InlineStart],
        &["border-inline-start-width", "border-inline-start-style", "border-inline-start-color"]
    ),
    border!(
        "border-inline-end",
        &[InlineEnd],
        &["border-inline-end-width", "border-inline-end-style", "border-inline-end-color"]
    ),
    Property {
        name: "background",
        read: |values| {
            if matches!(values.peek().map(|c| &c.kind), Some(Kind::Url)) {
                return Err(values.wrong("a colour").hint("use an `img` element for a picture"));
            }
            let paint = if values.take("none") { Paint::Transparent } else { values.paint()? };
            Ok(vec![setter(move |draft, _| draft.background = paint)])
        },
        reset: Reset::Longhands(&["background-color"]),
    },
    Property {
        name: "font",
        read: font,
        reset: Reset::Longhands(&[
            "font-style",
            "font-variant-caps",
            "font-weight",
            "font-size",
            "line-height",
            "font-family",
        ]),
    },
    Property {
        name: "font-variant",
        read: |values| {
            const WORDS: [(&str, (bool, Figures)); 4] = [
                ("normal", (false, Figures::Normal)),
                ("small-caps", (true, Figures::Normal)),
                ("tabular-nums", (false, Figures::Tabular)),
                ("oldstyle-nums", (false, Figures::OldStyle)),
            ];
            let (mut caps, mut figures) = (false, Figures::Normal);
            loop {
                let (small_caps, found) = values.keyword(&WORDS)?;
                caps |= small_caps;
                if found != Figures::Normal {
                    figures = found;
                }
                if values.is_empty() {
                    break;
                }
            }
            Ok(vec![setter(move |draft, _| {
                draft.text.small_caps = caps;
                draft.text.figures = figures;
            })])
        },
        reset: Reset::Longhands(&["font-variant-caps", "font-variant-numeric"]),
    },
    Property {
        name: "text-decoration",
        read: |values| {
            let inner = Property::find("text-decoration-line");
            inner.map_or_else(|| Ok(Vec::new()), |line| (line.read)(values))
        },
        reset: Reset::Longhands(&["text-decoration-line"]),
    },
    Property {
        name: "list-style",
        read: |values| marker(values).map(|setter| vec![setter]),
        reset: Reset::Longhands(&["list-style-type"]),
    },
    Property {
        name: "gap",
        read: |values| {
            let row = gap(values)?;
            let column = if values.is_empty() { row } else { gap(values)? };
            Ok(vec![gaps(row, column)])
        },
        reset: Reset::Longhands(&["row-gap", "column-gap"]),
    },
    Property {
        name: "flex",
        read: flex,
        reset: Reset::Longhands(&["flex-grow", "flex-shrink", "flex-basis"]),
    },
    Property {
        name: "flex-flow",
        read: |values| {
            let (mut direction, mut wrap) = (FlexDirection::Row, false);
            while !values.is_empty() {
                if let Some(found) = values.maybe_keyword(&FLEX_DIRECTION) {
                    direction = found;
                } else {
                    wrap = values.keyword(&FLEX_WRAP)?;
                }
            }
            Ok(vec![setter(move |draft, _| {
                draft.boxed.flex_direction = direction;
                draft.boxed.flex_wrap = wrap;
            })])
        },
        reset: Reset::Longhands(&["flex-direction", "flex-wrap"]),
    },
    Property {
        name: "place-items",
        read: |values| both(values, "align-items", "justify-items"),
        reset: Reset::Longhands(&["align-items", "justify-items"]),
    },
    Property {
        name: "place-self",
        read: |values| both(values, "align-self", "justify-self"),
        reset: Reset::Longhands(&["align-self", "justify-self"]),
    },
    Property {
        name: "place-content",
        read: |values| both(values, "align-content", "justify-content"),
        reset: Reset::Longhands(&["align-content", "justify-content"]),
    },
];

fn border(values: &mut Values<'_>, edges: &'static [Edge]) -> Read<Setter> {
    let (mut line_width, mut line_style, mut line_paint) = (None, None, None);
    while let Some(at) = values.peek() {
        if line_style.is_none() && at_style(values) {
            line_style = Some(style(values)?.0);
        } else if line_paint.is_none() && values.at_paint() {
            line_paint = Some(values.paint()?);
        } else if line_width.is_none() && !matches!(at.kind, Kind::Hash(_)) {
            line_width = Some(width(values).map_err(|error| {
                if matches!(at.kind, Kind::Ident(_)) {
                    values.wrong("a width, a style (`solid`, `dashed`, `dotted`, `none`) and a colour")
                } else {
                    error
                }
            })?);
        } else if line_paint.is_none() {
            line_paint = Some(values.paint()?);
        } else {
            break;
        }
    }
    let line_width = line_width.unwrap_or(Points(Distance::points(MEDIUM)));
    let line_style = line_style.unwrap_or(BorderStyle::None);
    let line_paint = line_paint.unwrap_or(Paint::Current);
    Ok(setter(move |draft, env| {
        for edge in edges {
            *edge.of(&mut draft.border_width, env.direction) = line_width.resolve(env.sizes);
            *edge.of(&mut draft.border_style, env.direction) = line_style;
            *edge.of(&mut draft.border_paint, env.direction) = line_paint;
        }
    }))
}

/// `[style] [small-caps] [weight] size[/line-height] family, …`.
fn font(values: &mut Values<'_>) -> Read<Vec<Setter>> {
    let (mut italic, mut caps, mut bold) = (false, false, None);
    loop {
        if values.take("normal") {
            continue;
        }
        if let Some(found) = values.maybe_keyword(&STYLES) {
            italic = found;
        } else if let Some(found) = values.maybe_keyword(&CAPS) {
            caps = found;
        } else if bold.is_none() && at_weight(values) {
            bold = Some(weight(values)?);
        } else {
            break;
        }
    }
    let size =
        size(values).map_err(|error| error.hint("as `font: italic bold 10pt/14pt \"Noto Serif\", serif`"))?;
    let line_height = if values.take_delim('/') {
        line_height(values)?
    } else {
        setter(|draft, _| draft.text.line_height = LineHeight::Normal)
    };
    let families = families(values)?;
    let first = setter(move |draft, _| {
        draft.text.italic = italic;
        draft.text.small_caps = caps;
        draft.text.weight = 400;
    });
    Ok([Some(first), bold, Some(size), Some(line_height), Some(families)].into_iter().flatten().collect())
}

/// `none`, `auto`, `1`, `1 0`, `1 0 30mm`, `30mm`.
fn flex(values: &mut Values<'_>) -> Read<Vec<Setter>> {
    let zero = Extent::Distance(Distance::ZERO);
    let (grow, shrink, basis) = if values.take("none") {
        (0.0, 0.0, Extent::Auto)
    } else if values.remaining() == 1 && values.take("auto") {
        (1.0, 1.0, Extent::Auto)
    } else if matches!(values.peek().map(|c| &c.kind), Some(Kind::Number { .. })) {
        let grow = values.number(0.0, 1000.0)?;
        let number_next = matches!(values.peek().map(|c| &c.kind), Some(Kind::Number { .. }));
        let shrink = if number_next { values.number(0.0, 1000.0)? } else { 1.0 };
        (grow, shrink, if values.is_empty() { zero } else { values.extent()? })
    } else {
        (1.0, 1.0, values.extent()?)
    };
    Ok(vec![setter(move |draft, env| {
        draft.boxed.flex_grow = grow;
        draft.boxed.flex_shrink = shrink;
        draft.boxed.flex_basis = basis.resolve(env.sizes);
    })])
}

/// The same word, or two, for two properties.
fn both(values: &mut Values<'_>, first: &str, second: &str) -> Read<Vec<Setter>> {
    let (Some(first), Some(second)) = (Property::find(first), Property::find(second)) else {
        return Ok(Vec::new());
    };
    let again = values.clone();
    let mut setters = (first.read)(values)?;
    let more = if values.is_empty() {
        let mut again = again;
        (second.read)(&mut again)?
    } else {
        (second.read)(values)?
    };
    setters.extend(more);
    Ok(setters)
}
