//! A property's name and value in; what it sets in a style out. The table of all properties is `text.rs` and `boxed.rs`.

mod boxed;
mod shorthand;
mod text;

use std::fmt;
use std::sync::Arc;

use super::draft::{Draft, Env};
use super::value::{Extent, FontSizes, Read, Values};
use crate::geometry::Sides;
use crate::markup::MarkupError;
use crate::markup::style::{Dimension, Direction, Length};
use crate::markup::suggest::did_you_mean;

use super::value::Distance;

/// One property of the language.
pub(in crate::markup::css) use boxed::sides;

pub struct Property {
    pub name: &'static str,
    /// Reads the value after the colon.
    read: fn(&mut Values<'_>) -> Read<Vec<Setter>>,
    /// Takes the value of another style over: `inherit` and `initial`. For a shorthand: its longhands.
    reset: Reset,
}

enum Reset {
    Copy(fn(&mut Draft, &Draft, Direction)),
    /// As above, and other properties depend on it (the font size, the direction).
    CopyEarly(fn(&mut Draft, &Draft, Direction)),
    Longhands(&'static [&'static str]),
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What a declaration does to a style under construction.
pub type Set = dyn Fn(&mut Draft, &Env<'_>) + Send + Sync;

/// Sets one longhand of a style under construction.
#[derive(Clone)]
pub struct Setter {
    /// True for what other properties depend on: the font size (for `em`) and the direction (for logical sides).
    pub early: bool,
    pub set: Arc<Set>,
}

impl fmt::Debug for Setter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setter").field("early", &self.early).finish_non_exhaustive()
    }
}

fn setter(set: impl Fn(&mut Draft, &Env<'_>) + Send + Sync + 'static) -> Setter {
    Setter { early: false, set: Arc::new(set) }
}

fn early(set: impl Fn(&mut Draft, &Env<'_>) + Send + Sync + 'static) -> Setter {
    Setter { early: true, set: Arc::new(set) }
}

impl Property {
    pub fn find(name: &str) -> Option<&'static Property> {
        let lower = name.to_ascii_lowercase();
        all().find(|property| property.name == lower)
    }

    /// Reads a whole value: what it sets, in order.
    pub fn read(&'static self, mut values: Values<'_>) -> Read<Vec<Setter>> {
        if values.is_empty() {
            return Err(MarkupError::new(values.range.clone(), format!("`{}` has no value", self.name)));
        }
        if values.remaining() == 1 {
            if values.take("inherit") {
                let mut setters = Vec::new();
                self.push_resets(&mut setters, false);
                return Ok(setters);
            }
            if values.take("initial") {
                let mut setters = Vec::new();
                self.push_resets(&mut setters, true);
                return Ok(setters);
            }
        }
        let setters = (self.read)(&mut values)?;
        values.finish()?;
        Ok(setters)
    }

    fn push_resets(&self, setters: &mut Vec<Setter>, to_initial: bool) {
        let copier = |copy: fn(&mut Draft, &Draft, Direction), early: bool| Setter {
            early,
            set: if to_initial {
                let initial = Draft::initial();
                Arc::new(move |draft: &mut Draft, env: &Env<'_>| copy(draft, &initial, env.direction))
            } else {
                Arc::new(move |draft: &mut Draft, env: &Env<'_>| copy(draft, env.parent, env.direction))
            },
        };
        match self.reset {
            Reset::Copy(copy) => setters.push(copier(copy, false)),
            Reset::CopyEarly(copy) => setters.push(copier(copy, true)),
            Reset::Longhands(names) => {
                for property in names.iter().filter_map(|name| Property::find(name)) {
                    property.push_resets(setters, to_initial);
                }
            }
        }
    }

    /// The mistake of a property that does not exist, at `range`.
    pub fn unknown(name: &str, range: std::ops::Range<usize>) -> MarkupError {
        let lower = name.to_ascii_lowercase();
        let message = format!("there is no property `{}`", crate::markup::suggest::shown(name));
        let hint = INSTEAD
            .iter()
            .find(|(other, _)| *other == lower)
            .map(|(_, hint)| (*hint).to_owned())
            .or_else(|| did_you_mean(&lower, all().map(|property| property.name)));
        MarkupError::new(range, message).maybe_hint(hint)
    }
}

/// All properties.
pub fn all() -> impl Iterator<Item = &'static Property> {
    text::TEXT.iter().chain(boxed::BOXED).chain(shorthand::SHORTHANDS)
}

/// Properties that CSS has and this language has not, and what to write.
const INSTEAD: &[(&str, &str)] = &[
    ("float", "use flex or grid"),
    ("clear", "nothing floats: use flex or grid"),
    ("columns", "use grid"),
    ("column-count", "use grid"),
    ("transform", "use `rotate` for quarter turns"),
    ("background-image", "use an `img` element"),
    ("background-size", "use an `img` element with `object-fit`"),
    ("background-position", "use an `img` element"),
    ("content", "write the text in the template"),
    ("quotes", "write the quotation marks in the text"),
    ("opacity", "use a lighter colour"),
    ("visibility", "use `display: none`, or leave the element out in the template"),
    ("z-index", "elements are painted in their order"),
    ("box-shadow", "use a border"),
    ("text-shadow", "print has no use for it"),
    ("outline", "use `border`"),
    ("page-break-before", "use `break-before`"),
    ("page-break-after", "use `break-after`"),
    ("page-break-inside", "use `break-inside`"),
    ("word-wrap", "use `overflow-wrap`"),
    ("word-break", "use `overflow-wrap: anywhere`"),
    ("grid-gap", "use `gap`"),
    ("grid-row-gap", "use `row-gap`"),
    ("grid-column-gap", "use `column-gap`"),
    ("grid-area", "use `grid-column` and `grid-row`"),
    ("grid-template-areas", "use `grid-column` and `grid-row` on the items"),
    ("grid-auto-flow", "items are placed row by row; use `grid-column` and `grid-row`"),
    ("overflow-x", "use `overflow`"),
    ("overflow-y", "use `overflow`"),
    ("list-style-image", "use `list-style-type`"),
    ("list-style-position", "markers stand outside"),
    ("table-layout", "set `width` on the cells of the first row"),
    ("writing-mode", "use `rotate`"),
    ("font-feature-settings", "use `font-variant-caps` or `font-variant-numeric`"),
    ("font-stretch", "name the narrow family in `font-family`"),
    ("text-decoration-color", "the line takes the colour of the text"),
    ("text-decoration-thickness", "the line takes its thickness from the font"),
    ("text-underline-offset", "the line takes its place from the font"),
    ("border-top-left-radius", "use `border-radius` for all corners"),
    ("border-top-right-radius", "use `border-radius` for all corners"),
    ("border-bottom-left-radius", "use `border-radius` for all corners"),
    ("border-bottom-right-radius", "use `border-radius` for all corners"),
    ("animation", "paper does not move"),
    ("transition", "paper does not move"),
    ("cursor", "paper has no pointer"),
    ("size", "use it inside `@page { … }`"),
];

/// A side of a box; the inline ones depend on the direction of the element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Top,
    Right,
    Bottom,
    Left,
    InlineStart,
    InlineEnd,
}

impl Edge {
    fn of<T>(self, sides: &mut Sides<T>, direction: Direction) -> &mut T {
        let rtl = direction == Direction::RightToLeft;
        match (self, rtl) {
            (Self::Top, _) => &mut sides.top,
            (Self::Bottom, _) => &mut sides.bottom,
            (Self::Left, _) | (Self::InlineStart, false) | (Self::InlineEnd, true) => &mut sides.left,
            (Self::Right, _) | (Self::InlineEnd, false) | (Self::InlineStart, true) => &mut sides.right,
        }
    }

    fn copy<T: Copy>(self, to: &mut Sides<T>, from: &Sides<T>, direction: Direction) {
        let mut from = *from;
        *self.of(to, direction) = *self.of(&mut from, direction);
    }
}

/// A value that is settled when the font sizes are known.
trait Resolve {
    type Output;
    fn resolve(&self, sizes: FontSizes) -> Self::Output;
}

impl Resolve for Distance {
    type Output = Length;
    fn resolve(&self, sizes: FontSizes) -> Length {
        self.resolve(sizes)
    }
}

impl Resolve for Extent {
    type Output = Dimension;
    fn resolve(&self, sizes: FontSizes) -> Dimension {
        self.resolve(sizes)
    }
}

/// A length that takes no percentage, in points when resolved.
#[derive(Debug, Clone, Copy)]
struct Points(Distance);

impl Resolve for Points {
    type Output = f32;
    fn resolve(&self, sizes: FontSizes) -> f32 {
        self.0.resolve_points(sizes)
    }
}

/// A value that depends on nothing.
#[derive(Debug, Clone, Copy)]
struct Plain<T>(T);

impl<T: Clone> Resolve for Plain<T> {
    type Output = T;
    fn resolve(&self, _: FontSizes) -> T {
        self.0.clone()
    }
}

/// A longhand that sets one field.
macro_rules! field {
    ($name:literal, $($field:ident).+, $read:expr) => {
        Property {
            name: $name,
            read: |values| {
                let read: fn(&mut Values<'_>) -> Read<_> = $read;
                let value = read(values)?;
                Ok(vec![setter(move |draft, env| draft.$($field).+ = value.resolve(env.sizes))])
            },
            reset: Reset::Copy(|to, from, _| to.$($field).+.clone_from(&from.$($field).+)),
        }
    };
}

/// A longhand that sets a field to one of some words.
macro_rules! words {
    ($name:literal, $($field:ident).+, $table:expr) => {
        field!($name, $($field).+, |values| values.keyword(&$table).map(Plain))
    };
}

/// A longhand that sets one side of a field.
macro_rules! side {
    ($name:literal, $($field:ident).+, $edge:expr, $read:expr) => {
        Property {
            name: $name,
            read: |values| {
                let value = $read(values)?;
                Ok(vec![setter(move |draft, env| {
                    *$edge.of(&mut draft.$($field).+, env.direction) = value.resolve(env.sizes);
                })])
            },
            reset: Reset::Copy(|to, from, direction| $edge.copy(&mut to.$($field).+, &from.$($field).+, direction)),
        }
    };
}

use {field, side, words};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_longhands_exist() {
        let mut names: Vec<&str> = all().map(|p| p.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for property in all() {
            if let Reset::Longhands(longhands) = property.reset {
                for name in longhands {
                    assert!(Property::find(name).is_some(), "{name} of {}", property.name);
                }
            }
        }
        for (name, _) in INSTEAD {
            assert!(Property::find(name).is_none(), "{name} is offered instead of itself");
        }
    }
}
