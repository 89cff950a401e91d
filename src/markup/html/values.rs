//! The attributes of an element in; what is wrong with their values out.

use std::ops::Range;

use super::Builder;
use crate::markup::MarkupError;
use crate::markup::element::{Attribute, Makes, Tag};
use crate::markup::suggest::{one_of, shown};

impl Builder<'_> {
    /// Checks the attributes of a new element, and settles the ordinals of lists.
    pub(super) fn check_attributes(&mut self, tag: Tag, node: u32, source: &Range<usize>) {
        let range = self.tree.nodes[node as usize].attributes.clone();
        for at in range {
            let attribute = &self.tree.attributes[at as usize];
            let (name, value, place) = (attribute.name, attribute.value.clone(), attribute.source.clone());
            let place = place.start as usize..place.end as usize;
            if name == Attribute::Id {
                let id = self.tree.str(&value);
                if self.ids.iter().any(|other| self.tree.str(other) == id) {
                    let message = format!("the id `{}` is given twice", shown(id));
                    self.error(
                        MarkupError::new(place.clone(), message).hint("use a class for several elements"),
                    );
                } else {
                    self.ids.push(value.clone());
                }
            }
            let text = self.tree.str(&value);
            if let Some((message, hint)) = attribute_mistake(tag, name, text) {
                let range = place_of(self.html, &place, source);
                self.error(MarkupError::new(range, message).maybe_hint(hint));
            }
        }
        let missing = |attribute| self.tree.attribute(node, attribute).is_none();
        let mut mistakes = Vec::new();
        if tag.makes() == Makes::Image && missing(Attribute::Src) {
            mistakes.push(("`img` needs `src`", "as `<img src=\"{{ case.photo.src }}\" alt=\"…\">`"));
        }
        if tag.makes() == Makes::Image && missing(Attribute::Alt) {
            mistakes.push(("`img` needs `alt`: what the picture shows", "write `alt=\"\"` for decoration"));
        }
        if tag.makes() == Makes::Link && missing(Attribute::Href) {
            mistakes.push(("`a` needs `href`", "use `span` for what leads nowhere"));
        }
        for (message, hint) in mistakes {
            self.error(MarkupError::new(source.clone(), message).hint(hint));
        }
        let number = |attribute| self.tree.value(node, attribute).and_then(|text| text.trim().parse().ok());
        if let Some(start) = number(Attribute::Start) {
            self.tree.nodes[node as usize].ordinal = start;
        } else if tag.makes() == Makes::Item {
            let list = self.tree.nodes[node as usize].parent as usize;
            let ordinal = number(Attribute::Value).unwrap_or(self.tree.nodes[list].ordinal);
            self.tree.nodes[node as usize].ordinal = ordinal;
            self.tree.nodes[list].ordinal = ordinal.saturating_add(1);
        }
    }
}

/// The place of a value; the tag where the value is empty.
fn place_of(html: &str, value: &Range<usize>, tag: &Range<usize>) -> Range<usize> {
    if value.is_empty() || html.get(value.clone()).is_none() { tag.clone() } else { value.clone() }
}

/// What is wrong with the value of an attribute, and what to write.
fn attribute_mistake(tag: Tag, attribute: Attribute, value: &str) -> Option<(String, Option<String>)> {
    let name = attribute.name();
    let trimmed = value.trim();
    let whole = |least: u32, most: u32| match trimmed.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => None,
        _ => Some((format!("`{name}` must be a whole number from {least} to {most}"), None)),
    };
    let word = |words: &[&str]| {
        let known = words.contains(&trimmed);
        (!known).then(|| (format!("`{name}` must be {}, not `{}`", one_of(words), shown(trimmed)), None))
    };
    match attribute {
        Attribute::Id if value.is_empty() || value.contains(char::is_whitespace) => {
            Some(("an id is one word".to_owned(), None))
        }
        Attribute::Lang if !is_language(trimmed) => Some((
            format!("`{}` is no language tag", shown(value)),
            Some("as `en`, `pt-BR` or `zh-Hant`".to_owned()),
        )),
        Attribute::Dir => word(&["ltr", "rtl", "auto"]),
        Attribute::Role => word(&["presentation", "none"]),
        Attribute::AriaHidden => word(&["true", "false"]),
        Attribute::Scope => word(&["row", "col"]),
        Attribute::Colspan | Attribute::Rowspan => whole(1, 1000),
        Attribute::Start => whole(0, 1_000_000),
        Attribute::Value => whole(0, 1_000_000),
        Attribute::Count => whole(1, 1000),
        Attribute::Pitch => match pitch(trimmed) {
            Some(_) => None,
            None => Some((
                "`pitch` must be millimetres from 2 to 50".to_owned(),
                Some("as `pitch=\"9.5\"`".to_owned()),
            )),
        },
        Attribute::Src if trimmed.is_empty() => Some(("`src` is empty".to_owned(), None)),
        Attribute::Data if trimmed.is_empty() => {
            Some((format!("`{}` has nothing to encode", tag.name()), None))
        }
        Attribute::Charset => (!trimmed.eq_ignore_ascii_case("utf-8")).then(|| {
            (format!("`{}` is not how this text is encoded", shown(value)), Some("write `utf-8`".to_owned()))
        }),
        Attribute::Href => {
            let scheme = trimmed.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
            let known = ["https", "http", "mailto", "tel"];
            if scheme.as_deref().is_some_and(|scheme| known.contains(&scheme)) {
                return None;
            }
            Some((
                format!("`{}` is no address that a link can lead to", shown(value)),
                Some("as `https://example.org`, `mailto:…` or `tel:…`".to_owned()),
            ))
        }
        _ => None,
    }
}

/// Millimetres between writing lines.
pub fn pitch(text: &str) -> Option<f32> {
    let number = text.trim().strip_suffix("mm").unwrap_or(text.trim());
    number.trim().parse::<f32>().ok().filter(|pitch| (2.0..=50.0).contains(pitch))
}

/// The shape of a BCP 47 tag: subtags of letters and digits, the first of two or three letters (or `und`, `x-…`).
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let first_is_good = (2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic());
    first_is_good
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}
