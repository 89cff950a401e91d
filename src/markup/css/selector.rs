//! The components before a `{` in; selectors with their specificity out.

use std::ops::Range;

use super::component::{Component, Kind};
use super::value::describe;
use crate::markup::MarkupError;
use crate::markup::element::{Attribute, Tag};
use crate::markup::suggest::{did_you_mean, shown};

/// A selector: the compound that the element itself must match, then those to its left.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    pub subject: Compound,
    /// From right to left: how it relates to the one on its right, and what must match there.
    pub others: Vec<(Combinator, Compound)>,
    pub specificity: Specificity,
}

/// Ids; classes, attributes and pseudo-classes; elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Specificity(pub u16, pub u16, pub u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Combinator {
    /// White space: any ancestor.
    Descendant,
    /// `>`: the parent.
    Child,
    /// `+`: the element just before.
    Next,
}

/// Conditions that one element must meet, all of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compound {
    pub is: Vec<Simple>,
    pub not: Vec<Simple>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Simple {
    Element(Tag),
    Class(Box<str>),
    Id(Box<str>),
    /// `[name]` or `[name=value]`.
    Attribute(Attribute, Option<Box<str>>),
    /// `:lang(x)`: the language, or a narrower one.
    Lang(Box<str>),
    Root,
    Position(Position),
}

/// A condition about the place among the siblings; places are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The place is `step * n + offset` for some n from 0.
    pub step: i32,
    pub offset: i32,
    pub from_end: bool,
}

impl Position {
    pub const FIRST: Self = Self { step: 0, offset: 1, from_end: false };
    pub const LAST: Self = Self { step: 0, offset: 1, from_end: true };

    /// True for the element at `place` of `count` siblings.
    pub fn holds(self, place: u32, count: u32) -> bool {
        let place = i64::from(if self.from_end { count.saturating_sub(place) + 1 } else { place });
        let beyond = place - i64::from(self.offset);
        match i64::from(self.step) {
            0 => beyond == 0,
            step => beyond % step == 0 && beyond / step >= 0,
        }
    }
}

impl Compound {
    /// The conditions about the place among siblings, also the refused ones.
    pub fn positions(&self) -> impl Iterator<Item = Position> {
        self.is.iter().chain(&self.not).filter_map(|simple| match simple {
            Simple::Position(position) => Some(*position),
            _ => None,
        })
    }

    fn add_to(&self, total: &mut Specificity) {
        for simple in self.is.iter().chain(&self.not) {
            let part = match simple {
                Simple::Id(_) => &mut total.0,
                Simple::Element(_) => &mut total.2,
                _ => &mut total.1,
            };
            *part = part.saturating_add(1);
        }
    }
}

/// `+` in a row, at most: the cache of styles looks that many siblings back.
pub const SIBLINGS: usize = 2;
/// Compounds in a selector, at most.
const COMPOUNDS: usize = 16;

/// Reads a list of selectors separated by commas.
pub fn selectors(prelude: &[Component], range: Range<usize>) -> Result<Vec<Selector>, MarkupError> {
    prelude.split(|c| c.kind == Kind::Comma).map(|part| selector(part, range.clone())).collect()
}

fn selector(parts: &[Component], whole: Range<usize>) -> Result<Selector, MarkupError> {
    let begin = parts.iter().position(|c| !c.is_whitespace()).unwrap_or(parts.len());
    let end = parts.iter().rposition(|c| !c.is_whitespace()).map_or(begin, |at| at + 1);
    let parts = &parts[begin..end];
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return Err(MarkupError::new(whole, "a selector is missing")
            .hint("write which elements the rule is for, as `p.note { … }`"));
    };
    let range = first.range.start..last.range.end;
    let mut compounds: Vec<(Combinator, Compound)> = Vec::new();
    let mut relation = Combinator::Descendant;
    let mut at = 0;
    loop {
        let (compound, next) = compound(parts, at, &range)?;
        compounds.push((relation, compound));
        at = next;
        let mut spaced = false;
        let mut sign = None;
        while let Some(component) = parts.get(at) {
            match component.kind {
                Kind::Whitespace => spaced = true,
                Kind::Delim(c @ ('>' | '+')) if sign.is_none() => sign = Some(c),
                Kind::Delim('~') => {
                    return Err(MarkupError::new(component.range.clone(), "`~` is not known in selectors")
                        .hint("use `+`, or give the element a class"));
                }
                _ => break,
            }
            at += 1;
        }
        relation = match sign {
            Some('>') => Combinator::Child,
            Some(_) => Combinator::Next,
            None if at >= parts.len() => break,
            None if spaced => Combinator::Descendant,
            None => {
                let found = &parts[at];
                return Err(MarkupError::new(
                    found.range.clone(),
                    format!("{} cannot stand in a selector", describe(found)),
                ));
            }
        };
        if at >= parts.len() {
            return Err(MarkupError::new(range, "this selector is not finished"));
        }
    }
    if compounds.len() > COMPOUNDS {
        return Err(MarkupError::new(range, format!("a selector has at most {COMPOUNDS} parts")));
    }
    let mut specificity = Specificity::default();
    for (_, compound) in &compounds {
        compound.add_to(&mut specificity);
    }
    if compounds.iter().filter(|(relation, _)| *relation == Combinator::Next).count() > SIBLINGS {
        return Err(MarkupError::new(range, format!("a selector takes at most {SIBLINGS} `+`"))
            .hint("give the element a class"));
    }
    // A combinator belongs to the pair of its neighbours: read from the right, it stands before the left one.
    let mut others = Vec::with_capacity(compounds.len() - 1);
    let mut right: Option<Combinator> = None;
    let mut subject = Compound::default();
    for (relation, compound) in compounds.into_iter().rev() {
        match right {
            None => subject = compound,
            Some(between) => others.push((between, compound)),
        }
        right = Some(relation);
    }
    Ok(Selector { subject, others, specificity })
}

/// Reads one compound from `at`; gives where it ended.
fn compound(
    parts: &[Component],
    mut at: usize,
    range: &Range<usize>,
) -> Result<(Compound, usize), MarkupError> {
    let mut found = Compound::default();
    let begin = at;
    while let Some(component) = parts.get(at) {
        match &component.kind {
            Kind::Delim('*') if at == begin => at += 1,
            Kind::Colon => {
                let (simple, refused) = pseudo(parts, at)?;
                if refused {
                    found.not.extend(simple)
                } else {
                    found.is.extend(simple)
                }
                at += 2;
            }
            Kind::Ident(_) if at != begin => break,
            Kind::Ident(_) | Kind::Hash(_) | Kind::Brackets(_) | Kind::Delim('.') => {
                let (simple, next) = simple(parts, at)?;
                found.is.push(simple);
                at = next;
            }
            _ => break,
        }
    }
    if at == begin {
        let (range, what) = match parts.get(at) {
            Some(found) => (found.range.clone(), describe(found)),
            None => (range.clone(), "nothing".to_owned()),
        };
        return Err(MarkupError::new(range, format!("a selector is expected here, not {what}"))
            .hint("as `p`, `.note`, `#title` or `table td`"));
    }
    Ok((found, at))
}

/// An element, a class, an id or an attribute.
fn simple(parts: &[Component], at: usize) -> Result<(Simple, usize), MarkupError> {
    let component = &parts[at];
    let wrong = |message: String| MarkupError::new(component.range.clone(), message);
    match &component.kind {
        Kind::Ident(name) => match Tag::find(&name.to_ascii_lowercase()) {
            Some(tag) => Ok((Simple::Element(tag), at + 1)),
            None => Err(wrong(format!("there is no element `{}`", shown(name))).hint(
                Tag::hint(&name.to_ascii_lowercase())
                    .unwrap_or_else(|| "a class begins with a dot".to_owned()),
            )),
        },
        Kind::Hash(name) => Ok((Simple::Id(name.clone()), at + 1)),
        Kind::Delim('.') => match parts.get(at + 1).map(|c| &c.kind) {
            Some(Kind::Ident(name)) => Ok((Simple::Class(name.clone()), at + 2)),
            _ => Err(wrong("the name of a class is missing after `.`".to_owned())),
        },
        Kind::Brackets(inner) => {
            let inner: Vec<&Component> = inner.iter().filter(|c| !c.is_whitespace()).collect();
            let kinds: Vec<&Kind> = inner.iter().map(|c| &c.kind).collect();
            let (name, value) = match kinds.as_slice() {
                [Kind::Ident(name)] => (name, None),
                [Kind::Ident(name), Kind::Delim('='), Kind::Ident(value) | Kind::String(value)] => {
                    (name, Some(value.clone()))
                }
                _ => {
                    return Err(wrong("this is no condition on an attribute".to_owned())
                        .hint("as `[dir]` or `[dir=rtl]`"));
                }
            };
            match Attribute::find(&name.to_ascii_lowercase()) {
                Some(Attribute::Style) | None => {
                    Err(wrong(format!("there is no attribute `{}`", shown(name))))
                }
                Some(attribute) => Ok((Simple::Attribute(attribute, value), at + 1)),
            }
        }
        _ => Err(wrong(format!("{} cannot stand in a selector", describe(component)))),
    }
}

const PSEUDO: &[&str] =
    &["first-child", "last-child", "only-child", "nth-child", "nth-last-child", "not", "lang", "root"];

/// Reads the pseudo-class after the colon at `at`: its conditions, and whether they are refused (`:not()`).
fn pseudo(parts: &[Component], at: usize) -> Result<(Vec<Simple>, bool), MarkupError> {
    let colon = parts[at].range.clone();
    let Some(component) = parts.get(at + 1) else {
        return Err(MarkupError::new(colon, "the name of a pseudo-class is missing after `:`"));
    };
    let range = colon.start..component.range.end;
    let unknown = |name: &str| {
        let hint = match name {
            "before" | "after" => Some("write the text in the template".to_owned()),
            "hover" | "focus" | "active" | "visited" | "link" => Some("paper is not clicked".to_owned()),
            "first-of-type" => Some("use `:first-child` or a class".to_owned()),
            _ => did_you_mean(name, PSEUDO.iter().copied()),
        };
        MarkupError::new(range.clone(), format!("there is no pseudo-class `:{}`", shown(name)))
            .maybe_hint(hint)
    };
    match &component.kind {
        Kind::Colon => match parts.get(at + 2).and_then(Component::ident) {
            Some(name) => Err(unknown(name)),
            None => Err(unknown("")),
        },
        Kind::Ident(name) => match name.to_ascii_lowercase().as_str() {
            "first-child" => Ok((vec![Simple::Position(Position::FIRST)], false)),
            "last-child" => Ok((vec![Simple::Position(Position::LAST)], false)),
            "only-child" => {
                Ok((vec![Simple::Position(Position::FIRST), Simple::Position(Position::LAST)], false))
            }
            "root" => Ok((vec![Simple::Root], false)),
            other => Err(unknown(other)),
        },
        Kind::Function(name, inner) => match name.to_ascii_lowercase().as_str() {
            "nth-child" => Ok((vec![Simple::Position(nth(inner, &range, false)?)], false)),
            "nth-last-child" => Ok((vec![Simple::Position(nth(inner, &range, true)?)], false)),
            "lang" => {
                let tag = inner.iter().find_map(|c| match &c.kind {
                    Kind::Ident(tag) | Kind::String(tag) => Some(tag.clone()),
                    _ => None,
                });
                match tag {
                    Some(tag) if !tag.is_empty() => Ok((vec![Simple::Lang(tag)], false)),
                    _ => Err(MarkupError::new(range, "`:lang()` takes a language, as `:lang(fr)`")),
                }
            }
            "not" => {
                let inner: Vec<Component> = inner.iter().filter(|c| !c.is_whitespace()).cloned().collect();
                let refused = match inner.first().map(|c| &c.kind) {
                    Some(Kind::Colon) => {
                        let (simple, nested) = pseudo(&inner, 0)?;
                        (!nested && simple.len() == 1 && inner.len() == 2).then_some(simple)
                    }
                    Some(_) => {
                        let (simple, end) = simple(&inner, 0)?;
                        (end == inner.len()).then(|| vec![simple])
                    }
                    None => None,
                };
                refused.map(|simple| (simple, true)).ok_or_else(|| {
                    MarkupError::new(
                        range,
                        "`:not()` takes one class, element, id, attribute or pseudo-class",
                    )
                    .hint("write one `:not()` after the other")
                })
            }
            other => Err(unknown(other)),
        },
        _ => Err(unknown("")),
    }
}

/// `odd`, `even`, `3`, `2n`, `2n+1`, `-n + 3`.
fn nth(inner: &[Component], range: &Range<usize>, from_end: bool) -> Result<Position, MarkupError> {
    // The tokens of `2n+1` and `2n + 1` differ much; the text without spaces does not.
    let text: Option<String> = inner
        .iter()
        .map(|c| match &c.kind {
            Kind::Whitespace => Some(String::new()),
            Kind::Ident(name) => Some(name.to_ascii_lowercase()),
            Kind::Number { integer: Some(n), .. } => Some(format!("{n:+}")),
            Kind::Dimension { integer: Some(n), unit, .. } => {
                Some(format!("{n}{}", unit.to_ascii_lowercase()))
            }
            Kind::Delim(c @ ('+' | '-')) => Some(c.to_string()),
            _ => None,
        })
        .collect();
    let wrong = || {
        MarkupError::new(range.clone(), "`:nth-child()` takes `odd`, `even`, a number or a step as `2n + 1`")
    };
    let text = text.ok_or_else(wrong)?;
    let position = |step, offset| Position { step, offset, from_end };
    match text.as_str() {
        "odd" => return Ok(position(2, 1)),
        "even" => return Ok(position(2, 0)),
        _ => {}
    }
    // `2n + 1` comes as `2n`, `+`, `+1`.
    let text = text.replace("+-", "-").replace("-+", "-").replace("++", "+");
    let number = |text: &str| text.parse::<i32>().ok().filter(|n| n.abs() <= 1_000_000).ok_or_else(wrong);
    match text.split_once('n') {
        None => number(&text).map(|offset| position(0, offset)),
        Some((step, offset)) => {
            let step = match step {
                "" | "+" => 1,
                "-" => -1,
                step => number(step)?,
            };
            let offset = if offset.is_empty() { 0 } else { number(offset)? };
            Ok(position(step, offset))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::component::components;
    use super::*;

    fn read(css: &str) -> Result<Vec<Selector>, String> {
        let mut errors = Vec::new();
        let all = components(css, &mut errors);
        selectors(&all, 0..css.len()).map_err(|error| error.message)
    }

    #[test]
    fn specificity_counts_what_css_counts() {
        for (css, specificity) in [
            ("*", (0, 0, 0)),
            ("p", (0, 0, 1)),
            ("table td.name", (0, 1, 2)),
            ("#a .b > p:first-child", (1, 2, 1)),
            ("p:not(.b)", (0, 1, 1)),
        ] {
            let found = read(css).unwrap()[0].specificity;
            assert_eq!((found.0, found.1, found.2), specificity, "{css}");
        }
    }

    #[test]
    fn combinators_stand_before_the_left_one() {
        let all = read("ul > li + li p").unwrap();
        let relations: Vec<Combinator> = all[0].others.iter().map(|(relation, _)| *relation).collect();
        assert_eq!(relations, [Combinator::Descendant, Combinator::Next, Combinator::Child]);
    }

    #[test]
    fn places_among_siblings() {
        for (css, places) in [
            ("p:nth-child(odd)", vec![1, 3, 5]),
            ("p:nth-child(2n)", vec![2, 4, 6]),
            ("p:nth-child(3)", vec![3]),
            ("p:nth-child(-n + 2)", vec![1, 2]),
            ("p:nth-child(2n+3)", vec![3, 5]),
            ("p:nth-child(n-2)", vec![1, 2, 3, 4, 5, 6]),
            ("p:nth-child(3n-1)", vec![2, 5]),
            ("p:nth-last-child(2)", vec![5]),
            ("p:last-child", vec![6]),
        ] {
            let all = read(css).unwrap_or_else(|error| panic!("{css}: {error}"));
            let position = all[0].subject.positions().next().unwrap();
            let found: Vec<u32> = (1..=6).filter(|place| position.holds(*place, 6)).collect();
            assert_eq!(found, places, "{css}");
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for css in [
            "",
            "p,",
            "p >",
            "> p",
            "foo",
            ".",
            "p:hover",
            "p::before",
            "a ~ b",
            "p:nth-child(x)",
            "[style]",
            "[foo]",
            "p:not()",
            "p:not(.a.b)",
            "a + b + i + u",
            "p !",
            "1",
        ] {
            assert!(read(css).is_err(), "{css}");
        }
    }
}
