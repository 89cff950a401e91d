//! The inherited properties: all that text needs.

use std::sync::Arc;

use super::{Plain, Points, Property, Reset, Resolve, early, field, setter, words};
use crate::fonts::Generic;
use crate::markup::MarkupError;
use crate::markup::css::component::{Component, Kind};
use crate::markup::css::draft::{Draft, Env};
use crate::markup::css::property::Setter;
use crate::markup::css::value::{Distance, Paint, Percent, Read, Sign, Values};
use crate::markup::style::*;

pub(super) const STYLES: [(&str, bool); 3] = [("normal", false), ("italic", true), ("oblique", true)];
pub(super) const CAPS: [(&str, bool); 2] = [("normal", false), ("small-caps", true)];
pub(super) const MARKERS: [(&str, ListMarker); 9] = [
    ("none", ListMarker::None),
    ("disc", ListMarker::Disc),
    ("dash", ListMarker::Dash),
    ("square", ListMarker::Square),
    ("decimal", ListMarker::Decimal),
    ("lower-alpha", ListMarker::LowerAlpha),
    ("upper-alpha", ListMarker::UpperAlpha),
    ("lower-roman", ListMarker::LowerRoman),
    ("lower-latin", ListMarker::LowerAlpha),
];
const ALIGN: [(&str, TextAlign); 6] = [
    ("start", TextAlign::Start),
    ("end", TextAlign::End),
    ("left", TextAlign::Left),
    ("right", TextAlign::Right),
    ("center", TextAlign::Centre),
    ("justify", TextAlign::Justify),
];
const TRANSFORM: [(&str, TextTransform); 4] = [
    ("none", TextTransform::None),
    ("uppercase", TextTransform::Uppercase),
    ("lowercase", TextTransform::Lowercase),
    ("capitalize", TextTransform::Capitalize),
];
const FIGURES: [(&str, Figures); 4] = [
    ("normal", Figures::Normal),
    ("tabular-nums", Figures::Tabular),
    ("oldstyle-nums", Figures::OldStyle),
    ("lining-nums", Figures::Normal),
];
const HYPHENS: [(&str, Hyphens); 3] =
    [("none", Hyphens::None), ("manual", Hyphens::Manual), ("auto", Hyphens::Auto)];
const WHITE_SPACE: [(&str, WhiteSpace); 4] = [
    ("normal", WhiteSpace::Normal),
    ("nowrap", WhiteSpace::NoWrap),
    ("pre-line", WhiteSpace::PreLine),
    ("pre-wrap", WhiteSpace::PreWrap),
];
const WRAP: [(&str, bool); 3] = [("normal", false), ("anywhere", true), ("break-word", true)];
const DIRECTIONS: [(&str, Direction); 2] = [("ltr", Direction::LeftToRight), ("rtl", Direction::RightToLeft)];
const COLLAPSE: [(&str, bool); 2] = [("separate", false), ("collapse", true)];

pub(super) const TEXT: &[Property] = &[
    Property {
        name: "font-family",
        read: |values| families(values).map(|setter| vec![setter]),
        reset: Reset::Copy(|to, from, _| {
            to.text.families.clone_from(&from.text.families);
            to.text.generic = from.text.generic;
        }),
    },
    Property {
        name: "font-size",
        read: |values| size(values).map(|setter| vec![setter]),
        reset: Reset::CopyEarly(|to, from, _| to.text.size = from.text.size),
    },
    Property {
        name: "font-weight",
        read: |values| weight(values).map(|setter| vec![setter]),
        reset: Reset::Copy(|to, from, _| to.text.weight = from.text.weight),
    },
    words!("font-style", text.italic, STYLES),
    words!("font-variant-caps", text.small_caps, CAPS),
    words!("font-variant-numeric", text.figures, FIGURES),
    Property {
        name: "color",
        read: |values| {
            let at = values.peek().map(|c| c.range.clone());
            match values.paint()? {
                Paint::Colour(colour) => Ok(vec![setter(move |draft, _| draft.text.colour = colour)]),
                Paint::Current => Ok(vec![setter(|draft, env| draft.text.colour = env.parent.text.colour)]),
                Paint::Transparent => {
                    Err(MarkupError::new(at.unwrap_or(values.range.clone()), "text cannot be transparent")
                        .hint("use `display: none`, or leave the text out in the template"))
                }
            }
        },
        reset: Reset::Copy(|to, from, _| to.text.colour = from.text.colour),
    },
    Property {
        name: "line-height",
        read: |values| line_height(values).map(|setter| vec![setter]),
        reset: Reset::Copy(|to, from, _| to.text.line_height = from.text.line_height),
    },
    field!("letter-spacing", text.letter_spacing, spacing),
    field!("word-spacing", text.word_spacing, spacing),
    words!("text-align", text.align, ALIGN),
    field!("text-indent", text.indent, |values| values.distance(Sign::Any, Percent::Allowed)),
    words!("text-transform", text.transform, TRANSFORM),
    words!("hyphens", text.hyphens, HYPHENS),
    words!("white-space", text.white_space, WHITE_SPACE),
    words!("overflow-wrap", text.break_anywhere, WRAP),
    Property {
        name: "text-decoration-line",
        read: |values| {
            let none = values.take("none");
            let (mut underline, mut through) = (false, false);
            while !none && !values.is_empty() {
                match values.keyword(&[("underline", true), ("line-through", false)])? {
                    true => underline = true,
                    false => through = true,
                }
            }
            Ok(vec![setter(move |draft, _| {
                draft.text.underline = underline;
                draft.text.line_through = through;
            })])
        },
        reset: Reset::Copy(|to, from, _| {
            to.text.underline = from.text.underline;
            to.text.line_through = from.text.line_through;
        }),
    },
    Property {
        name: "direction",
        read: |values| {
            let direction = values.keyword(&DIRECTIONS)?;
            Ok(vec![early(move |draft, _| draft.text.direction = direction)])
        },
        reset: Reset::CopyEarly(|to, from, _| to.text.direction = from.text.direction),
    },
    words_cloned("list-style-type"),
    field!("orphans", text.orphans, |values| values.integer(1, 100).map(|n| Plain(n as u16))),
    field!("widows", text.widows, |values| values.integer(1, 100).map(|n| Plain(n as u16))),
    words!("border-collapse", text.borders_collapse, COLLAPSE),
    field!("border-spacing", text.border_spacing, |values| {
        values.distance(Sign::NotNegative, Percent::Refused).map(Points)
    }),
];

/// `list-style-type`; its own function because [`ListMarker`] is not `Copy`.
const fn words_cloned(name: &'static str) -> Property {
    Property {
        name,
        read: |values| marker(values).map(|setter| vec![setter]),
        reset: Reset::Copy(|to, from, _| to.text.list_marker.clone_from(&from.text.list_marker)),
    }
}

pub(super) fn marker(values: &mut Values<'_>) -> Read<Setter> {
    let words: [(&str, usize); MARKERS.len()] = std::array::from_fn(|i| (MARKERS[i].0, i));
    let found = values.keyword(&words)?;
    Ok(setter(move |draft, _| draft.text.list_marker.clone_from(&MARKERS[found].1)))
}

fn spacing(values: &mut Values<'_>) -> Read<Points> {
    if values.take("normal") {
        return Ok(Points(Distance::ZERO));
    }
    values.distance(Sign::Any, Percent::Refused).map(Points)
}

/// Font sizes from 0.1 pt to 1000 pt.
const SIZES: std::ops::RangeInclusive<f32> = 0.1..=1000.0;

pub(super) fn size(values: &mut Values<'_>) -> Read<Setter> {
    if let Some(factor) = values.maybe_keyword(&[("smaller", 1.0 / 1.2_f32), ("larger", 1.2)]) {
        return Ok(early(move |draft, env| draft.text.size = limited(env.parent_size * factor)));
    }
    let range = values.peek().map_or(values.range.clone(), |c| c.range.clone());
    let distance = values.distance(Sign::NotNegative, Percent::Allowed)?;
    let absolute = distance.em == 0.0 && distance.rem == 0.0 && distance.part == 0.0;
    if absolute && !SIZES.contains(&distance.points) {
        return Err(MarkupError::new(range, "a font size must be from 0.1pt to 1000pt"));
    }
    Ok(early(move |draft, env| {
        // `em` and `%` of a font size are parts of the parent's.
        let points =
            distance.points + (distance.em + distance.part) * env.parent_size + distance.rem * env.sizes.root;
        draft.text.size = limited(points);
    }))
}

fn limited(points: f32) -> f32 {
    points.clamp(*SIZES.start(), *SIZES.end())
}

pub(super) fn at_weight(values: &Values<'_>) -> bool {
    match values.peek().map(|c| &c.kind) {
        Some(Kind::Number { .. }) => true,
        Some(Kind::Ident(name)) => {
            ["bold", "bolder", "lighter"].iter().any(|word| name.eq_ignore_ascii_case(word))
        }
        _ => false,
    }
}

pub(super) fn weight(values: &mut Values<'_>) -> Read<Setter> {
    if let Some(weight) = values.maybe_keyword(&[("normal", 400_u16), ("bold", 700)]) {
        return Ok(setter(move |draft, _| draft.text.weight = weight));
    }
    // The steps of `bolder` and `lighter`: CSS Fonts Level 4, 2.2.1.
    if values.take("bolder") {
        return Ok(setter(|draft, env| {
            draft.text.weight = match env.parent.text.weight {
                ..350 => 400,
                350..550 => 700,
                _ => 900,
            };
        }));
    }
    if values.take("lighter") {
        return Ok(setter(|draft, env| {
            draft.text.weight = match env.parent.text.weight {
                ..550 => 100,
                550..750 => 400,
                _ => 700,
            };
        }));
    }
    if matches!(values.peek().map(|c| &c.kind), Some(Kind::Number { .. })) {
        let weight = values.integer(100, 900)? as u16;
        return Ok(setter(move |draft, _| draft.text.weight = weight));
    }
    Err(values.wrong("`normal`, `bold` or a number from 100 to 900"))
}

pub(super) fn line_height(values: &mut Values<'_>) -> Read<Setter> {
    if values.take("normal") {
        return Ok(setter(|draft, _| draft.text.line_height = LineHeight::Normal));
    }
    if let Some(Component { kind: Kind::Number { .. }, .. }) = values.peek() {
        let factor = values.number(0.1, 20.0)?;
        return Ok(setter(move |draft, _| draft.text.line_height = LineHeight::Factor(factor)));
    }
    let distance = values.distance(Sign::NotNegative, Percent::Allowed)?;
    Ok(setter(move |draft, env| {
        let points = distance.resolve_points(env.sizes) + distance.part * env.sizes.own;
        draft.text.line_height = LineHeight::Absolute(points.max(0.0));
    }))
}

const GENERIC: [(&str, Generic); 3] =
    [("serif", Generic::Serif), ("sans-serif", Generic::Sans), ("monospace", Generic::Mono)];

pub(super) fn families(values: &mut Values<'_>) -> Read<Setter> {
    let mut families: Vec<Arc<str>> = Vec::new();
    let mut generic = None;
    loop {
        let at = values.peek();
        if let Some(found) = values.maybe_keyword(&GENERIC) {
            generic = Some(found);
        } else if let Some(Component { kind: Kind::String(name), .. }) = at {
            values.next();
            families.push(Arc::from(name.trim()));
        } else {
            // A family's name without quotes: words.
            let mut name = String::new();
            while let Some(word) = values.peek().and_then(Component::ident) {
                values.next();
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(word);
            }
            if name.is_empty() {
                return Err(values.wrong("the name of a font family"));
            }
            families.push(Arc::from(name));
        }
        if !values.take_comma() {
            break;
        }
        if generic.is_some() {
            return Err(values.wrong("`serif`, `sans-serif` or `monospace` at its end"));
        }
    }
    Ok(setter(move |draft: &mut Draft, _: &Env<'_>| {
        draft.text.families.clone_from(&families);
        if let Some(generic) = generic {
            draft.text.generic = generic;
        }
    }))
}
