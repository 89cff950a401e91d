//! The text of a style sheet in; rules, custom properties and page settings out, or every mistake with its place.

pub mod component;
pub mod draft;
pub mod page;
pub mod property;
pub mod selector;
pub mod value;

use std::ops::Range;
use std::sync::Arc;

use component::{Component, Kind, components};
use page::PageRule;
use property::{Property, Setter};
use selector::{Selector, selectors};
use value::{Values, describe};

use super::suggest::shown;
use super::{Limits, MarkupError};

/// A parsed style sheet; made once, shared by all threads.
#[derive(Debug, Clone, Default)]
pub struct StyleSheet {
    pub(super) rules: Vec<Rule>,
    pub(super) pages: Vec<PageRule>,
}

/// A style rule.
#[derive(Debug, Clone)]
pub struct Rule {
    pub selectors: Vec<Selector>,
    pub declarations: Arc<[Declaration]>,
}

/// One declaration of a rule or of a `style` attribute.
#[derive(Debug, Clone)]
pub struct Declaration {
    pub important: bool,
    pub body: Body,
}

#[derive(Debug, Clone)]
pub enum Body {
    /// What it sets, in order.
    Set(Vec<Setter>),
    /// `--name: …`.
    Custom { name: Arc<str>, value: Arc<[Component]> },
    /// A value with `var()`: read again when the variables are known.
    Deferred { property: &'static Property, value: Arc<[Component]>, range: Range<usize> },
}

impl StyleSheet {
    /// Reads a style sheet. What is wrong is left out and listed, with ranges in bytes of `css`.
    pub fn parse(css: &str) -> (StyleSheet, Vec<MarkupError>) {
        Self::parse_within(css, &Limits::default())
    }

    /// As [`StyleSheet::parse`], with limits of your own.
    pub fn parse_within(css: &str, limits: &Limits) -> (StyleSheet, Vec<MarkupError>) {
        let mut sheet = StyleSheet::default();
        let mut errors = Vec::new();
        if css.len() > limits.css_bytes {
            let message = format!("this style sheet is larger than {} bytes", limits.css_bytes);
            return (sheet, vec![MarkupError::new(0..0, message)]);
        }
        // A byte order mark is no part of the first selector.
        let skipped = css.len() - css.trim_start_matches('\u{feff}').len();
        let mut all = components(&css[skipped..], &mut errors);
        if skipped > 0 {
            shift(&mut all, skipped);
            errors.iter_mut().for_each(|error| move_by(&mut error.range, skipped));
        }
        sheet.read_rules(&all, css.len(), &mut errors);
        errors.sort_by_key(|error| error.range.start);
        errors.truncate(limits.errors);
        (sheet, errors)
    }

    /// Reads rules; calls itself for `@media print`, whose depth the tokens limit.
    fn read_rules(&mut self, all: &[Component], end: usize, errors: &mut Vec<MarkupError>) {
        let mut at = 0;
        while let Some(first) = all.get(at) {
            if first.is_whitespace() {
                at += 1;
                continue;
            }
            let is_at_rule = matches!(first.kind, Kind::AtKeyword(_));
            let block = all[at..]
                .iter()
                .position(|c| matches!(c.kind, Kind::Braces(_)) || (is_at_rule && c.kind == Kind::Semicolon));
            let Some(block) = block.map(|offset| at + offset) else {
                errors.push(MarkupError::new(
                    first.range.start..end.max(first.range.end),
                    "this rule has no `{ … }`",
                ));
                return;
            };
            let prelude = &all[at..block];
            let prelude_end =
                prelude.iter().rfind(|c| !c.is_whitespace()).map_or(all[block].range.start, |c| c.range.end);
            let range = first.range.start..prelude_end.max(first.range.start);
            let body = match &all[block].kind {
                Kind::Braces(inner) => Some(inner.as_slice()),
                _ => None,
            };
            match (&first.kind, body) {
                (Kind::AtKeyword(name), body) => self.read_at_rule(name, &prelude[1..], body, range, errors),
                (_, Some(body)) => match selectors(prelude, range) {
                    Ok(selectors) => {
                        let declarations = declarations(body, errors).into();
                        self.rules.push(Rule { selectors, declarations });
                    }
                    Err(error) => {
                        errors.push(error);
                        declarations(body, errors);
                    }
                },
                (_, None) => {}
            }
            at = block + 1;
        }
    }

    fn read_at_rule(
        &mut self,
        name: &str,
        prelude: &[Component],
        body: Option<&[Component]>,
        range: Range<usize>,
        errors: &mut Vec<MarkupError>,
    ) {
        let prelude: Vec<&Component> = prelude.iter().filter(|c| !c.is_whitespace()).collect();
        match (name.to_ascii_lowercase().as_str(), body) {
            ("page", Some(body)) => {
                let first = match prelude.as_slice() {
                    [] => false,
                    [Component { kind: Kind::Colon, .. }, word]
                        if word.ident().is_some_and(|word| word.eq_ignore_ascii_case("first")) =>
                    {
                        true
                    }
                    _ => {
                        errors.push(
                            MarkupError::new(range, "only `@page` and `@page :first` are known")
                                .hint("a left or right page has no settings of its own"),
                        );
                        return;
                    }
                };
                self.pages.push(PageRule::read(first, body, errors));
            }
            ("media", Some(body)) => match prelude.as_slice() {
                [word]
                    if word
                        .ident()
                        .is_some_and(|w| ["print", "all"].iter().any(|k| w.eq_ignore_ascii_case(k))) =>
                {
                    self.read_rules(body, range.end, errors);
                }
                _ => errors.push(
                    MarkupError::new(range, "the only medium is `print`")
                        .hint("write `@media print`, or the rules alone"),
                ),
            },
            ("page" | "media", None) => {
                errors.push(MarkupError::new(range, format!("`@{name}` has no `{{ … }}`")))
            }
            (other, _) => {
                let hint = match other {
                    "import" => "put the rules in `theme.css`, or in a `style` element of a shared part",
                    "font-face" => "put the font file in the fonts folder",
                    "charset" => "style sheets are UTF-8",
                    _ => "only `@page` and `@media print` are known",
                };
                errors.push(MarkupError::new(range, format!("there is no `@{}`", shown(name))).hint(hint));
            }
        }
    }
}

fn shift(all: &mut [Component], by: usize) {
    for component in all {
        move_by(&mut component.range, by);
        match &mut component.kind {
            Kind::Function(_, inner)
            | Kind::Parentheses(inner)
            | Kind::Brackets(inner)
            | Kind::Braces(inner) => {
                shift(inner, by);
            }
            _ => {}
        }
    }
}

fn move_by(range: &mut Range<usize>, by: usize) {
    *range = range.start + by..range.end + by;
}

/// One `name: value` as it stands in a block.
pub struct Item<'a> {
    pub name: &'a str,
    pub name_range: Range<usize>,
    /// Without `!important`.
    pub value: &'a [Component],
    pub value_range: Range<usize>,
    pub important: bool,
}

/// Reads the declarations of a `style` attribute; ranges are bytes of it.
pub fn style_attribute(css: &str, errors: &mut Vec<MarkupError>) -> Vec<Declaration> {
    let all = components(css, errors);
    declarations(&all, errors)
}

fn declarations(body: &[Component], errors: &mut Vec<MarkupError>) -> Vec<Declaration> {
    items(body, errors)
        .into_iter()
        .filter_map(|item| declaration(&item).map_err(|error| errors.push(error)).ok())
        .collect()
}

/// Splits the inside of a block at its semicolons.
pub fn items<'a>(body: &'a [Component], errors: &mut Vec<MarkupError>) -> Vec<Item<'a>> {
    let mut found = Vec::new();
    for part in body.split(|c| c.kind == Kind::Semicolon) {
        let Some(begin) = part.iter().position(|c| !c.is_whitespace()) else { continue };
        let name = &part[begin];
        if let Some(block) = part.iter().find(|c| matches!(c.kind, Kind::Braces(_))) {
            errors.push(
                MarkupError::new(
                    name.range.start..block.range.start + 1,
                    "a rule cannot stand inside a rule",
                )
                .hint("write it after the closing `}`; or is a `}` missing before?"),
            );
            continue;
        }
        let colon =
            part[begin + 1..].iter().position(|c| !c.is_whitespace()).map(|offset| begin + 1 + offset);
        let (Some(text), Some(colon)) = (name.ident(), colon.filter(|at| part[*at].kind == Kind::Colon))
        else {
            let end = part.iter().rfind(|c| !c.is_whitespace()).map_or(name.range.end, |c| c.range.end);
            errors.push(
                MarkupError::new(
                    name.range.start..end,
                    format!("this is no declaration: it begins with {}", describe(name)),
                )
                .hint("write `property: value;`"),
            );
            continue;
        };
        let mut value = &part[colon + 1..];
        let trimmed = |value: &'a [Component]| -> &'a [Component] {
            let begin = value.iter().position(|c| !c.is_whitespace()).unwrap_or(value.len());
            let end = value.iter().rposition(|c| !c.is_whitespace()).map_or(begin, |at| at + 1);
            &value[begin..end]
        };
        value = trimmed(value);
        let mut important = false;
        if let [before @ .., bang, word] = value
            && bang.kind == Kind::Delim('!')
            && word.ident().is_some_and(|w| w.eq_ignore_ascii_case("important"))
        {
            important = true;
            value = trimmed(before);
        }
        let value_range = match (value.first(), value.last()) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => name.range.start..part[colon].range.end,
        };
        found.push(Item { name: text, name_range: name.range.clone(), value, value_range, important });
    }
    found
}

fn declaration(item: &Item<'_>) -> Result<Declaration, MarkupError> {
    let body = if item.name.starts_with("--") {
        Body::Custom { name: Arc::from(item.name), value: Arc::from(item.value) }
    } else {
        let property =
            Property::find(item.name).ok_or_else(|| Property::unknown(item.name, item.name_range.clone()))?;
        if has_var(item.value) {
            Body::Deferred { property, value: Arc::from(item.value), range: item.value_range.clone() }
        } else {
            Body::Set(property.read(Values::new(item.value, item.value_range.clone(), property.name))?)
        }
    };
    Ok(Declaration { important: item.important, body })
}

/// True where `var()` stands anywhere in a value.
pub fn has_var(value: &[Component]) -> bool {
    value.iter().any(|component| match &component.kind {
        Kind::Function(name, inner) => name.eq_ignore_ascii_case("var") || has_var(inner),
        Kind::Parentheses(inner) | Kind::Brackets(inner) | Kind::Braces(inner) => has_var(inner),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(css: &str) -> Vec<String> {
        let (_, errors) = StyleSheet::parse(css);
        errors
            .into_iter()
            .map(|e| format!("{} | {} | {}", &css[e.range], e.message, e.hint.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn good_rules_have_no_mistakes() {
        let css = "/* c */ p, .a > b:not(.x) { color: RED !important; margin: 1mm 2mm; --x: 3 }\n\
                   @media print { h1 { font: bold 12pt/1.2 \"Noto Sans\", sans-serif } }\n\
                   @page { size: A4 landscape; margin: 1cm } @page :first { margin-top: 3cm }";
        assert_eq!(messages(css), Vec::<String>::new());
    }

    #[test]
    fn each_mistake_is_said_once_with_its_place() {
        let css = "p { colour: red; width: 3furlong; float: left } foo { color: blue } q { color: bleu }";
        let found = messages(css);
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(
            found[0].starts_with("colour | there is no property `colour` | did you mean `color`?"),
            "{}",
            found[0]
        );
        assert!(found[1].starts_with("3furlong | "), "{}", found[1]);
        assert!(found[2].ends_with("use flex or grid"), "{}", found[2]);
        assert!(found[3].starts_with("foo | "), "{}", found[3]);
        assert!(found[4].contains("did you mean `blue`?"), "{}", found[4]);
    }

    #[test]
    fn a_missing_semicolon_is_named() {
        let found = messages("p { color: red\n width: 3mm }");
        assert_eq!(found.len(), 1, "{found:#?}");
    }
}
