//! Component values in; lengths, colours, numbers and keywords out, as far as they are known before an element is.

use std::ops::Range;

use super::component::{Component, Kind};
use crate::geometry::{Colour, PT_PER_MM};
use crate::markup::MarkupError;
use crate::markup::style::{Dimension, Length};
use crate::markup::suggest::{did_you_mean, one_of, shown};

/// What a value may depend on: the fonts of the element, its parent and the root, in points.
#[derive(Debug, Clone, Copy)]
pub struct FontSizes {
    pub own: f32,
    pub root: f32,
}

/// A length as written: points, parts of font sizes, and a part of the containing block, added.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Distance {
    pub points: f32,
    pub em: f32,
    pub rem: f32,
    /// 1.0 is 100 %.
    pub part: f32,
}

impl Distance {
    pub const ZERO: Self = Self { points: 0.0, em: 0.0, rem: 0.0, part: 0.0 };

    pub const fn points(points: f32) -> Self {
        Self { points, ..Self::ZERO }
    }

    /// Points, where no containing block matters.
    pub fn resolve_points(&self, sizes: FontSizes) -> f32 {
        self.points + self.em * sizes.own + self.rem * sizes.root
    }

    pub fn resolve(&self, sizes: FontSizes) -> Length {
        Length { points: self.resolve_points(sizes), part: self.part }
    }

    fn is_negative(&self) -> bool {
        let terms = [self.points, self.em, self.rem, self.part];
        terms.iter().any(|t| *t < 0.0) && terms.iter().all(|t| *t <= 0.0)
    }

    fn add(self, other: Self, sign: f32) -> Self {
        Self {
            points: self.points + sign * other.points,
            em: self.em + sign * other.em,
            rem: self.rem + sign * other.rem,
            part: self.part + sign * other.part,
        }
    }

    fn times(self, factor: f32) -> Self {
        Self {
            points: self.points * factor,
            em: self.em * factor,
            rem: self.rem * factor,
            part: self.part * factor,
        }
    }

    fn is_sane(&self) -> bool {
        [self.points, self.em, self.rem, self.part].iter().all(|t| t.is_finite() && t.abs() <= FARTHEST)
    }
}

/// Points, em or parts beyond which a length is a mistake: 35 metres.
const FARTHEST: f32 = 100_000.0;

/// `auto`, a length, or what the content needs, as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    Auto,
    Distance(Distance),
    MinContent,
    MaxContent,
}

impl Extent {
    pub fn resolve(&self, sizes: FontSizes) -> Dimension {
        match self {
            Self::Auto => Dimension::Auto,
            Self::Distance(distance) => Dimension::Length(distance.resolve(sizes)),
            Self::MinContent => Dimension::MinContent,
            Self::MaxContent => Dimension::MaxContent,
        }
    }
}

/// A colour as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    Transparent,
    /// `currentcolor`: the colour of the element's text.
    Current,
    Colour(Colour),
}

/// Which signs a number or length may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Any,
    NotNegative,
}

/// Whether a length may be a part of the containing block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Percent {
    Allowed,
    Refused,
}

pub type Read<T> = Result<T, MarkupError>;

/// The components of one value, read from left to right. White space is skipped.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    rest: Vec<&'a Component>,
    at: usize,
    /// The whole value, for mistakes about what is missing.
    pub range: Range<usize>,
    /// The property that is read, for messages.
    pub property: &'a str,
}

impl<'a> Values<'a> {
    pub fn new(components: &'a [Component], range: Range<usize>, property: &'a str) -> Self {
        let rest = components.iter().filter(|c| !c.is_whitespace()).collect();
        Self { rest, at: 0, range, property }
    }

    pub fn peek(&self) -> Option<&'a Component> {
        self.rest.get(self.at).copied()
    }

    pub fn next(&mut self) -> Option<&'a Component> {
        let found = self.peek()?;
        self.at += 1;
        Some(found)
    }

    pub fn is_empty(&self) -> bool {
        self.at >= self.rest.len()
    }

    pub fn remaining(&self) -> usize {
        self.rest.len() - self.at
    }

    /// Fails where something is left over.
    pub fn finish(&self) -> Read<()> {
        match self.peek() {
            None => Ok(()),
            Some(left) if left.kind == Kind::Colon => Err(MarkupError::new(
                left.range.clone(),
                format!("a `:` cannot stand in the value of `{}`", self.property),
            )
            .hint("is a `;` missing at the end of the line before?")),
            Some(left) => Err(MarkupError::new(
                left.range.clone(),
                format!("`{}` has a value too many: {}", self.property, describe(left)),
            )),
        }
    }

    /// A mistake about the next component, or about the whole value where there is none.
    pub fn wrong(&self, expected: &str) -> MarkupError {
        match self.peek() {
            Some(found) => MarkupError::new(
                found.range.clone(),
                format!("`{}` takes {expected}, not {}", self.property, describe(found)),
            ),
            None => MarkupError::new(self.range.clone(), format!("`{}` needs {expected}", self.property)),
        }
    }

    /// Takes the keyword if it comes next.
    pub fn take(&mut self, keyword: &str) -> bool {
        let found =
            self.peek().and_then(Component::ident).is_some_and(|name| name.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    pub fn take_delim(&mut self, delim: char) -> bool {
        let found = self.peek().is_some_and(|c| c.kind == Kind::Delim(delim));
        self.at += usize::from(found);
        found
    }

    pub fn take_comma(&mut self) -> bool {
        let found = self.peek().is_some_and(|c| c.kind == Kind::Comma);
        self.at += usize::from(found);
        found
    }

    /// The keyword that comes next, if it is in the table.
    pub fn maybe_keyword<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let name = self.peek()?.ident()?;
        let found = table.iter().find(|(word, _)| word.eq_ignore_ascii_case(name))?;
        self.at += 1;
        Some(found.1)
    }

    pub fn keyword<T: Copy>(&mut self, table: &[(&str, T)]) -> Read<T> {
        if let Some(found) = self.maybe_keyword(table) {
            return Ok(found);
        }
        let words: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
        let near =
            self.peek().and_then(|found| Some((found, did_you_mean(found.ident()?, words.iter().copied())?)));
        match near {
            Some((found, hint)) => {
                let message = format!("`{}` has no value {}", self.property, describe(found));
                Err(MarkupError::new(found.range.clone(), message).hint(hint))
            }
            None => Err(self.wrong(&one_of(&words))),
        }
    }

    /// A number without a unit.
    pub fn number(&mut self, least: f32, most: f32) -> Read<f32> {
        let value = match self.peek().map(|c| &c.kind) {
            Some(Kind::Number { value, .. }) => *value,
            _ => return Err(self.wrong("a number")),
        };
        self.within(value, least, most)?;
        self.at += 1;
        Ok(value)
    }

    pub fn integer(&mut self, least: i32, most: i32) -> Read<i32> {
        match self.peek().map(|c| &c.kind) {
            Some(Kind::Number { integer: Some(value), .. }) => {
                self.within(*value as f32, least as f32, most as f32)?;
                self.at += 1;
                Ok(*value)
            }
            _ => Err(self.wrong("a whole number")),
        }
    }

    fn within(&self, value: f32, least: f32, most: f32) -> Read<()> {
        if value >= least && value <= most {
            return Ok(());
        }
        let range = self.peek().map_or(self.range.clone(), |c| c.range.clone());
        Err(MarkupError::new(range, format!("`{}` must be from {least} to {most}", self.property)))
    }

    /// True where a length, a percentage or `calc()` comes next.
    pub fn at_length(&self) -> bool {
        match self.peek().map(|c| &c.kind) {
            Some(Kind::Dimension { unit, .. }) => !unit.eq_ignore_ascii_case("fr"),
            Some(Kind::Percentage(_) | Kind::Number { .. }) => true,
            Some(Kind::Function(name, _)) => name.eq_ignore_ascii_case("calc"),
            _ => false,
        }
    }

    /// A length (`3mm`, `1.2em`, `50%`, `calc(100% - 3mm)`, `0`).
    pub fn distance(&mut self, sign: Sign, percent: Percent) -> Read<Distance> {
        let Some(component) = self.peek() else {
            return Err(self.wrong("a length"));
        };
        let value = match term(component)? {
            Some(Term::Distance(distance)) => distance,
            Some(Term::Number(0.0)) => Distance::ZERO,
            Some(Term::Number(number)) => {
                return Err(MarkupError::new(
                    component.range.clone(),
                    format!("`{number}` needs a unit to be a length"),
                )
                .hint(format!("write `{number}mm` or `{number}pt`")));
            }
            None => return Err(self.wrong("a length")),
        };
        if !value.is_sane() {
            return Err(MarkupError::new(component.range.clone(), "this length is out of all range"));
        }
        if percent == Percent::Refused && value.part != 0.0 {
            return Err(MarkupError::new(
                component.range.clone(),
                format!("`{}` takes no percentage", self.property),
            )
            .hint("write a length, as `3mm`"));
        }
        if sign == Sign::NotNegative && value.is_negative() {
            return Err(MarkupError::new(
                component.range.clone(),
                format!("`{}` cannot be negative", self.property),
            ));
        }
        self.at += 1;
        Ok(value)
    }

    /// `auto` or a length.
    pub fn auto_or_distance(&mut self, sign: Sign) -> Read<Extent> {
        if self.take("auto") {
            return Ok(Extent::Auto);
        }
        if self.at_length() {
            self.distance(sign, Percent::Allowed).map(Extent::Distance)
        } else {
            Err(self.wrong("`auto` or a length"))
        }
    }

    /// `auto`, a length, `min-content` or `max-content`.
    pub fn extent(&mut self) -> Read<Extent> {
        const WORDS: [(&str, Extent); 3] = [
            ("auto", Extent::Auto),
            ("min-content", Extent::MinContent),
            ("max-content", Extent::MaxContent),
        ];
        if let Some(found) = self.maybe_keyword(&WORDS) {
            return Ok(found);
        }
        if self.at_length() {
            return self.distance(Sign::NotNegative, Percent::Allowed).map(Extent::Distance);
        }
        Err(self.wrong("a length, `auto`, `min-content` or `max-content`"))
    }

    /// True where a colour comes next.
    pub fn at_paint(&self) -> bool {
        self.clone().paint().is_ok()
    }

    /// A colour, `currentcolor` or `transparent`.
    pub fn paint(&mut self) -> Read<Paint> {
        let Some(component) = self.peek() else {
            return Err(self.wrong("a colour"));
        };
        let paint = match &component.kind {
            Kind::Hash(digits) => match cssparser::color::parse_hash_color(digits.as_bytes()) {
                Ok((red, green, blue, alpha)) => opaque(component, [red, green, blue], alpha)?,
                Err(()) => {
                    return Err(MarkupError::new(
                        component.range.clone(),
                        format!("`#{}` is no colour", shown(digits)),
                    )
                    .hint("write three or six hexadecimal digits, as `#ffff00`"));
                }
            },
            Kind::Ident(name) if name.eq_ignore_ascii_case("transparent") => Paint::Transparent,
            Kind::Ident(name) if name.eq_ignore_ascii_case("currentcolor") => Paint::Current,
            Kind::Ident(name) => {
                let lower = name.to_ascii_lowercase();
                match cssparser::color::parse_named_color(&lower) {
                    Ok((red, green, blue)) => Paint::Colour(Colour::new(red, green, blue)),
                    Err(()) => {
                        let known = cssparser::color::all_named_colors().map(|(name, _)| name);
                        let hint = did_you_mean(&lower, known.chain(["currentcolor", "transparent"]));
                        return Err(MarkupError::new(
                            component.range.clone(),
                            format!("`{}` is no colour", shown(name)),
                        )
                        .hint(hint.unwrap_or_else(|| "write a colour as `#ffff00`".to_owned())));
                    }
                }
            }
            Kind::Function(name, inner)
                if name.eq_ignore_ascii_case("rgb") || name.eq_ignore_ascii_case("rgba") =>
            {
                rgb(component, inner)?
            }
            _ => return Err(self.wrong("a colour")),
        };
        self.at += 1;
        Ok(paint)
    }
}

fn opaque(component: &Component, [red, green, blue]: [u8; 3], alpha: f32) -> Read<Paint> {
    if alpha == 0.0 {
        Ok(Paint::Transparent)
    } else if alpha >= 1.0 {
        Ok(Paint::Colour(Colour::new(red, green, blue)))
    } else {
        Err(MarkupError::new(component.range.clone(), "a colour cannot be half transparent")
            .hint("write the lighter colour that it comes to on paper"))
    }
}

/// `rgb(255, 255, 0)`, `rgb(255 255 0)`, with percentages, with an alpha of 0 or 1.
fn rgb(component: &Component, inner: &[Component]) -> Read<Paint> {
    let wrong = || {
        MarkupError::new(
            component.range.clone(),
            "`rgb()` takes three numbers from 0 to 255, or three percentages",
        )
        .hint("as `rgb(255 230 0)`")
    };
    let mut channels = Vec::new();
    for part in inner {
        match &part.kind {
            Kind::Number { value, .. } if channels.len() == 3 => channels.push(*value),
            Kind::Number { value, .. } if (0.0..=255.0).contains(value) => channels.push(*value),
            Kind::Percentage(value) if (0.0..=1.0).contains(value) => {
                channels.push(if channels.len() == 3 { *value } else { *value * 255.0 });
            }
            Kind::Comma | Kind::Whitespace => {}
            Kind::Delim('/') if channels.len() == 3 => {}
            _ => return Err(wrong()),
        }
    }
    let channel = |value: f32| value.round() as u8;
    match channels.as_slice() {
        [red, green, blue] => opaque(component, [channel(*red), channel(*green), channel(*blue)], 1.0),
        [red, green, blue, alpha] => {
            opaque(component, [channel(*red), channel(*green), channel(*blue)], *alpha)
        }
        _ => Err(wrong()),
    }
}

/// A part of a calculation.
#[derive(Debug, Clone, Copy)]
enum Term {
    Number(f32),
    Distance(Distance),
}

/// The units of length: points in one.
const ABSOLUTE: &[(&str, f32)] =
    &[("pt", 1.0), ("mm", PT_PER_MM), ("cm", 10.0 * PT_PER_MM), ("in", 72.0), ("px", 0.75), ("pc", 12.0)];

const UNITS: &[&str] = &["pt", "mm", "cm", "in", "px", "pc", "em", "rem"];

/// A number, a length, a percentage or a calculation; `None` for anything else.
fn term(component: &Component) -> Read<Option<Term>> {
    Ok(Some(match &component.kind {
        Kind::Number { value, .. } => Term::Number(*value),
        Kind::Percentage(part) => Term::Distance(Distance { part: *part, ..Distance::ZERO }),
        Kind::Dimension { value, unit, .. } => {
            let unit_lower = unit.to_ascii_lowercase();
            Term::Distance(match unit_lower.as_str() {
                "em" => Distance { em: *value, ..Distance::ZERO },
                "rem" => Distance { rem: *value, ..Distance::ZERO },
                _ => match ABSOLUTE.iter().find(|(name, _)| *name == unit_lower) {
                    Some((_, points)) => Distance::points(value * points),
                    None => return Err(unknown_unit(component, *value, unit)),
                },
            })
        }
        Kind::Function(name, inner) if name.eq_ignore_ascii_case("calc") => {
            sum(inner, component.range.clone())?
        }
        Kind::Parentheses(inner) => sum(inner, component.range.clone())?,
        _ => return Ok(None),
    }))
}

fn unknown_unit(component: &Component, value: f32, unit: &str) -> MarkupError {
    let error = MarkupError::new(component.range.clone(), format!("`{}` is no unit of length", shown(unit)));
    match unit.to_ascii_lowercase().as_str() {
        "fr" => error.hint("`fr` is for the tracks of a grid"),
        "vw" | "vh" | "vmin" | "vmax" => error.hint("paper has no window: write `mm` or `%`"),
        "ex" | "ch" | "lh" => error.hint("write `em`"),
        // `3mm-2mm` is one number with a strange unit.
        other if other.contains('-') => error.hint("in `calc()`, put spaces round `+` and `-`"),
        _ => error.hint(
            did_you_mean(unit, UNITS.iter().copied())
                .unwrap_or_else(|| format!("write `{value}mm` or `{value}pt`")),
        ),
    }
}

/// The inside of `calc()`: products, added and subtracted. Calls itself for brackets, whose depth the tokens limit.
fn sum(inner: &[Component], range: Range<usize>) -> Read<Term> {
    let parts: Vec<&Component> = inner.iter().filter(|c| !c.is_whitespace()).collect();
    let wrong = |at: Option<&&Component>, message: &str| {
        MarkupError::new(at.map_or(range.clone(), |c| c.range.clone()), message)
            .hint("as `calc(100% - 2 * 3mm)`")
    };
    let mut at = 0;
    let factor = |at: &mut usize| -> Read<Term> {
        let component = parts.get(*at).ok_or_else(|| wrong(None, "this calculation is not finished"))?;
        *at += 1;
        term(component)?
            .ok_or_else(|| wrong(Some(component), "a calculation takes lengths, percentages and numbers"))
    };
    let mut total: Option<Term> = None;
    let mut sign = 1.0;
    loop {
        let mut product = factor(&mut at)?;
        while let Some(Kind::Delim(operator @ ('*' | '/'))) = parts.get(at).map(|c| &c.kind) {
            at += 1;
            let place = parts.get(at);
            product = match (operator, product, factor(&mut at)?) {
                ('*', Term::Number(a), Term::Number(b)) => Term::Number(a * b),
                ('*', Term::Distance(a), Term::Number(b)) | ('*', Term::Number(b), Term::Distance(a)) => {
                    Term::Distance(a.times(b))
                }
                ('*', ..) => return Err(wrong(place, "a length times a length is no length")),
                (_, _, Term::Number(0.0)) => return Err(wrong(place, "this divides by zero")),
                (_, Term::Number(a), Term::Number(b)) => Term::Number(a / b),
                (_, Term::Distance(a), Term::Number(b)) => Term::Distance(a.times(1.0 / b)),
                (_, _, Term::Distance(_)) => return Err(wrong(place, "a length cannot divide")),
            };
        }
        total = Some(match (total, product) {
            (None, product) => product,
            (Some(Term::Number(a)), Term::Number(b)) => Term::Number(a + sign * b),
            (Some(Term::Distance(a)), Term::Distance(b)) => Term::Distance(a.add(b, sign)),
            _ => return Err(wrong(None, "a number and a length cannot be added")),
        });
        match parts.get(at).map(|c| &c.kind) {
            None => return total.ok_or_else(|| wrong(None, "this calculation is empty")),
            Some(Kind::Delim('+')) => sign = 1.0,
            Some(Kind::Delim('-')) => sign = -1.0,
            // `2mm -1mm`: the sign belongs to the number.
            Some(Kind::Number { .. } | Kind::Dimension { .. } | Kind::Percentage(_)) => {
                return Err(wrong(parts.get(at), "an operator is missing before this"));
            }
            Some(_) => return Err(wrong(parts.get(at), "a calculation takes `+`, `-`, `*` and `/`")),
        }
        at += 1;
    }
}

/// A component in words, for a message.
pub fn describe(component: &Component) -> String {
    match &component.kind {
        Kind::Ident(name) => format!("`{}`", shown(name)),
        Kind::AtKeyword(name) => format!("`@{}`", shown(name)),
        Kind::Hash(name) => format!("`#{}`", shown(name)),
        Kind::String(text) => format!("the text \"{}\"", shown(text)),
        Kind::Number { value, .. } => format!("`{value}`"),
        Kind::Percentage(part) => format!("`{}%`", part * 100.0),
        Kind::Dimension { value, unit, .. } => format!("`{value}{}`", shown(unit)),
        Kind::Delim(c) => format!("`{c}`"),
        Kind::Colon => "`:`".to_owned(),
        Kind::Semicolon => "`;`".to_owned(),
        Kind::Comma => "`,`".to_owned(),
        Kind::Whitespace => "a space".to_owned(),
        Kind::Function(name, _) => format!("`{}()`", shown(name)),
        Kind::Parentheses(_) => "`(…)`".to_owned(),
        Kind::Brackets(_) => "`[…]`".to_owned(),
        Kind::Braces(_) => "`{…}`".to_owned(),
        Kind::Url => "`url()`".to_owned(),
        Kind::Bad => "broken text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::component::components;
    use super::*;

    fn distance(css: &str) -> Result<Distance, String> {
        let mut errors = Vec::new();
        let all = components(css, &mut errors);
        let mut values = Values::new(&all, 0..css.len(), "width");
        let found = values.distance(Sign::Any, Percent::Allowed).map_err(|e| e.message)?;
        values.finish().map_err(|e| e.message)?;
        Ok(found)
    }

    #[test]
    fn calculations_keep_their_parts() {
        let found = distance("calc(100% - 2 * (3mm + 1em) / 4)").unwrap();
        assert_eq!(found.part, 1.0);
        assert_eq!(found.em, -0.5);
        assert!((found.points + 1.5 * PT_PER_MM).abs() < 1e-4);
        assert_eq!(distance("calc(2 * 3)"), Err("`6` needs a unit to be a length".to_owned()));
    }

    #[test]
    fn senseless_calculations_are_mistakes() {
        for css in
            ["calc(1mm * 1mm)", "calc(1mm / 0)", "calc(1 / 1mm)", "calc(1mm +)", "calc()", "calc(1mm 2mm)"]
        {
            assert!(distance(css).is_err(), "{css}");
        }
        for css in ["1e30mm", "7", "3furlong", "50vw"] {
            assert!(distance(css).is_err(), "{css}");
        }
    }

    #[test]
    fn colours_in_every_notation() {
        for css in [
            "#ff0",
            "#ffff00",
            "#FFFF00FF",
            "rgb(255, 255, 0)",
            "rgb(100% 100% 0%)",
            "rgb(255 255 0 / 1)",
            "yellow",
        ] {
            let mut errors = Vec::new();
            let all = components(css, &mut errors);
            let paint = Values::new(&all, 0..css.len(), "color").paint();
            assert_eq!(paint, Ok(Paint::Colour(Colour::new(255, 255, 0))), "{css}");
        }
    }
}
