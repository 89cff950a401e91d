//! The inside of `@page` in; the size and margins that it sets out.

use super::component::{Component, Kind};
use super::items;
use super::value::{Percent, Read, Sign, Values};
use crate::geometry::{Sides, Size, mm};
use crate::markup::MarkupError;
use crate::markup::style::PageStyle;
use crate::markup::suggest::did_you_mean;

/// `@page` or `@page :first`: what it sets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageRule {
    pub first: bool,
    pub size: Option<PageSize>,
    pub margin: Sides<Option<f32>>,
}

/// `size` as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PageSize {
    /// The stock's own.
    Auto,
    Fixed(Size),
    /// The stock's own size, lying where `landscape`.
    Turned {
        landscape: bool,
    },
}

/// Sizes of paper with names: ISO 216, and US Letter and Legal (ANSI Y14.1 A, and custom).
const PAPERS: &[(&str, f32, f32)] = &[
    ("a3", 297.0, 420.0),
    ("a4", 210.0, 297.0),
    ("a5", 148.0, 210.0),
    ("a6", 105.0, 148.0),
    ("letter", 215.9, 279.4),
    ("legal", 215.9, 355.6),
];

/// The least and the most that a page may measure, in points: 10 mm to 2 m.
const LEAST: f32 = 28.3;
const MOST: f32 = 5670.0;

impl PageRule {
    pub fn read(first: bool, body: &[Component], errors: &mut Vec<MarkupError>) -> Self {
        let mut rule = Self { first, ..Self::default() };
        for item in items(body, errors) {
            let mut values = Values::new(item.value, item.value_range.clone(), item.name);
            let name = item.name.to_ascii_lowercase();
            let read = match name.as_str() {
                "size" if first => {
                    Err(MarkupError::new(item.name_range.clone(), "the first page has the size of all pages")
                        .hint("write `size` in `@page { … }`"))
                }
                "size" => size(&mut values).map(|size| rule.size = Some(size)),
                "margin" => super::property::sides(&mut values, margin).map(|sides| {
                    rule.margin = Sides {
                        top: Some(sides.top),
                        right: Some(sides.right),
                        bottom: Some(sides.bottom),
                        left: Some(sides.left),
                    };
                }),
                "margin-top" => margin(&mut values).map(|points| rule.margin.top = Some(points)),
                "margin-right" => margin(&mut values).map(|points| rule.margin.right = Some(points)),
                "margin-bottom" => margin(&mut values).map(|points| rule.margin.bottom = Some(points)),
                "margin-left" => margin(&mut values).map(|points| rule.margin.left = Some(points)),
                _ => {
                    const KNOWN: [&str; 6] =
                        ["size", "margin", "margin-top", "margin-right", "margin-bottom", "margin-left"];
                    let hint = did_you_mean(&name, KNOWN);
                    Err(MarkupError::new(
                        item.name_range.clone(),
                        format!(
                            "`@page` takes `size` and `margin`, not `{}`",
                            crate::markup::suggest::shown(item.name)
                        ),
                    )
                    .maybe_hint(hint))
                }
            };
            if let Err(error) = read.and_then(|()| values.finish()) {
                errors.push(error);
            }
        }
        rule
    }

    /// Sets what this rule sets.
    pub fn apply(&self, page: &mut PageStyle, first: &mut Sides<Option<f32>>) {
        let over = |new: Option<f32>, old: Option<f32>| new.or(old);
        if self.first {
            *first = Sides {
                top: over(self.margin.top, first.top),
                right: over(self.margin.right, first.right),
                bottom: over(self.margin.bottom, first.bottom),
                left: over(self.margin.left, first.left),
            };
            return;
        }
        match self.size {
            Some(PageSize::Auto) => (page.size, page.landscape) = (None, None),
            Some(PageSize::Fixed(size)) => (page.size, page.landscape) = (Some(size), None),
            Some(PageSize::Turned { landscape }) => (page.size, page.landscape) = (None, Some(landscape)),
            None => {}
        }
        page.margin = Sides {
            top: self.margin.top.unwrap_or(page.margin.top),
            right: self.margin.right.unwrap_or(page.margin.right),
            bottom: self.margin.bottom.unwrap_or(page.margin.bottom),
            left: self.margin.left.unwrap_or(page.margin.left),
        };
    }
}

fn margin(values: &mut Values<'_>) -> Read<f32> {
    absolute(values, Sign::NotNegative)
}

/// A length that depends on no font and no box.
fn absolute(values: &mut Values<'_>, sign: Sign) -> Read<f32> {
    let at = values.peek().map_or(values.range.clone(), |c| c.range.clone());
    let distance = values.distance(sign, Percent::Refused)?;
    if distance.em != 0.0 || distance.rem != 0.0 {
        return Err(MarkupError::new(at, "a page has no font size").hint("write `mm`, `cm`, `in` or `pt`"));
    }
    Ok(distance.points)
}

fn size(values: &mut Values<'_>) -> Read<PageSize> {
    if values.take("auto") {
        return Ok(PageSize::Auto);
    }
    if values.at_length() {
        let range = values.range.clone();
        let width = absolute(values, Sign::NotNegative)?;
        let height = if values.is_empty() { width } else { absolute(values, Sign::NotNegative)? };
        if [width, height].iter().any(|side| !(LEAST..=MOST).contains(side)) {
            return Err(MarkupError::new(range, "a page measures from 10mm to 2000mm"));
        }
        return Ok(PageSize::Fixed(Size::new(width, height)));
    }
    let (mut paper, mut landscape) = (None, None);
    while let Some(Component { kind: Kind::Ident(word), .. }) = values.peek() {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "portrait" if landscape.is_none() => landscape = Some(false),
            "landscape" if landscape.is_none() => landscape = Some(true),
            _ => {
                let names = PAPERS.iter().map(|(name, ..)| *name).chain(["portrait", "landscape", "auto"]);
                match PAPERS.iter().find(|(name, ..)| *name == lower) {
                    Some(found) if paper.is_none() => paper = Some(found),
                    _ => {
                        let error = values.wrong(
                            "a paper (`A4`, `letter`), `portrait` or `landscape`, or a width and a height",
                        );
                        return Err(error.maybe_hint(did_you_mean(&lower, names)));
                    }
                }
            }
        }
        values.next();
    }
    match (paper, landscape) {
        (None, None) => Err(values.wrong("a paper (`A4`, `letter`), or a width and a height")),
        (None, Some(landscape)) => Ok(PageSize::Turned { landscape }),
        (Some((_, width, height)), landscape) => Ok(PageSize::Fixed(if landscape == Some(true) {
            Size::new(mm(*height), mm(*width))
        } else {
            Size::new(mm(*width), mm(*height))
        })),
    }
}
