//! Takes the path of a field; gives what stands there: all that `context.rs` puts before a template, as a tree of
//! names, so that a wrong name is found out before anything is rendered.

use super::sheet::Per;

/// What a name of the context leads to.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text, a number, or true or false.
    Plain,
    List(&'static Shape),
    Table(&'static [(&'static str, Shape)]),
    /// The fixed words, by their keys.
    Words,
    /// Not known here: a template's own value.
    Any,
}

use Shape::{List, Plain, Table};

macro_rules! plain {
    ($($name:literal)*) => { &[$(($name, Plain)),*] };
}

const TEXTS: Shape = List(&Plain);
const RECTANGLE: Shape = Table(plain!["left" "top" "width" "height" "right" "bottom"]);

const ADDRESS: Shape = Table(&[
    ("lines", TEXTS),
    ("country_line", Plain),
    ("country_lang", Plain),
    ("domestic", Plain),
    ("local", Table(&[("lines", TEXTS), ("lang", Plain), ("dir", Plain)])),
]);

static TARGET: Shape = Table(&[
    ("number", Plain),
    ("name", Plain),
    ("office", Plain),
    ("salutation", Plain),
    ("close", Plain),
    ("role", Plain),
    ("lang", Plain),
    ("dir", Plain),
    ("labels", Plain),
    ("post", Plain),
    ("post_note", Plain),
    ("address", ADDRESS),
    ("email", Plain),
    ("fax", Plain),
    ("phone", Plain),
    ("website", Plain),
    ("social", TEXTS),
]);

static CASE: Shape = Table(&[
    ("id", Plain),
    ("number", Plain),
    ("count", Plain),
    ("name", Plain),
    ("country", Plain),
    ("lang", Plain),
    ("dir", Plain),
    ("who", Plain),
    ("title", Plain),
    ("reference", Plain),
    ("status", Plain),
    ("issued", Plain),
    ("deadline", Plain),
    ("expired", Plain),
    ("outcome", Plain),
    ("summary", Plain),
    ("story", Plain),
    ("demands", TEXTS),
    ("languages", TEXTS),
    ("link", Plain),
    ("caution", Plain),
    ("letter", Plain),
    ("facts", List(&Table(plain!["label" "value"]))),
    ("photo", Table(plain!["image" "alt" "credit"])),
    ("targets", List(&TARGET)),
    ("copies", List(&TARGET)),
    (
        "solidarity",
        Table(&[
            ("name", Plain),
            ("languages", TEXTS),
            ("mention_organisation", Plain),
            ("religious", Plain),
            ("rules", TEXTS),
            ("address", ADDRESS),
            ("post", Plain),
            ("post_note", Plain),
        ]),
    ),
]);

const COUNTS: Shape = Table(plain!["letters" "cards" "signatures" "all"]);
const STAMPS: Shape = Table(plain!["count" "rate" "cost"]);

static ROOTS: &[(&str, Shape)] = &[
    ("kit", Table(plain!["title" "lang" "paper" "envelope" "labels" "duplex" "case_count"])),
    ("organisation", Table(plain!["name" "logo" "colour"])),
    ("sender", Table(&[("name", Plain), ("country", Plain), ("lines", TEXTS)])),
    (
        "event",
        Table(&[
            ("date", Plain),
            ("time", Plain),
            ("place", Plain),
            ("participants", Plain),
            ("letters_each", Plain),
            ("bring", TEXTS),
            ("report_by", Plain),
            ("report_to", Plain),
        ]),
    ),
    ("postage", Table(plain!["domestic" "international"])),
    ("today", Plain),
    ("edition", Plain),
    (
        "plan",
        Table(&[
            ("participants", Plain),
            ("letters_each", Plain),
            ("letters", Plain),
            ("tables", Plain),
            (
                "cases",
                List(&Table(&[
                    ("id", Plain),
                    ("name", Plain),
                    ("letters", Plain),
                    ("targets", List(&Table(plain!["target" "letters" "post" "domestic"]))),
                    ("abroad", Plain),
                    ("at_home", Plain),
                    ("not_by_post", Plain),
                    ("cards", Plain),
                ])),
            ),
            ("fewest", Plain),
            ("most", Plain),
            ("stamps", Table(&[("domestic", STAMPS), ("international", STAMPS), ("total", Plain)])),
            ("days", List(&Table(plain!["date" "kind" "case" "number" "deadline" "late"]))),
            (
                "supplies",
                Table(&[
                    ("loads", List(&Table(plain!["stock" "stock_name" "sheets"]))),
                    ("pens", Plain),
                    ("boxes", Plain),
                    ("kilograms", Plain),
                    ("letter_grams", Plain),
                ]),
            ),
            ("missing", TEXTS),
        ]),
    ),
    (
        "contents",
        List(&Table(plain![
            "sheet" "title" "stock" "stock_name" "first_page" "last_page" "pieces" "sheets" "fewest" "copies" "load"
        ])),
    ),
    (
        "results",
        Table(&[
            (
                "cases",
                List(&Table(&[
                    ("id", Plain),
                    ("name", Plain),
                    ("country", Plain),
                    ("counts", COUNTS),
                    ("percent", Plain),
                ])),
            ),
            ("total", COUNTS),
            ("largest", Plain),
            ("files", Plain),
        ]),
    ),
    ("cases", List(&CASE)),
    ("letter", Table(plain!["body" "composed" "lang" "dir"])),
    ("addressee", Table(plain!["kind" "name" "office" "labels" "post" "post_note"])),
    ("address", ADDRESS),
    (
        "zone",
        Table(&[
            ("width", Plain),
            ("height", Plain),
            ("address", RECTANGLE),
            ("address_limit", RECTANGLE),
            ("return_address", RECTANGLE),
            ("postage", RECTANGLE),
            ("clear", List(&RECTANGLE)),
            ("printable", RECTANGLE),
            ("operator", Plain),
        ]),
    ),
    (
        "form",
        Table(&[
            ("id", Plain),
            ("field", RECTANGLE),
            ("address", RECTANGLE),
            ("sender", RECTANGLE),
            ("date", RECTANGLE),
            ("body_top", Plain),
            ("margin_left", Plain),
            ("margin_right", Plain),
            ("folds", TEXTS),
            ("return_line", RECTANGLE),
            ("punch", Plain),
            ("window", RECTANGLE),
        ]),
    ),
    ("t", Shape::Words),
    ("lang", Plain),
    ("dir", Plain),
    ("locale", Plain),
];

/// What a name of the context stands for; `None` where the context has no such name.
pub(super) fn root(name: &str) -> Option<&'static Shape> {
    match name {
        "case" => Some(&CASE),
        "target" => Some(&TARGET),
        _ => ROOTS.iter().find(|(root, _)| *root == name).map(|(_, shape)| shape),
    }
}

/// Whether a name of the context is there on the sheets of a `per`.
pub(super) fn is_on(name: &str, per: Per) -> bool {
    match name {
        "case" => per != Per::Kit,
        "target" | "letter" | "addressee" | "address" => matches!(per, Per::Target | Per::Addressee),
        _ => true,
    }
}

impl Shape {
    /// The names of a table; none of anything else.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let fields: &'static [(&'static str, Shape)] = match self {
            Table(fields) => fields,
            _ => &[],
        };
        fields.iter().map(|(name, _)| *name)
    }

    /// What a table's name leads to.
    pub fn field(&self, name: &str) -> Option<&'static Shape> {
        match self {
            Table(fields) => fields.iter().find(|(field, _)| *field == name).map(|(_, shape)| shape),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::OnceLock;

    use super::super::{Bounds, RenderOptions, Templates, context};
    use super::*;
    use crate::diag::{Report, Sources};
    use crate::limits::Limits;
    use crate::{load, resolve};

    #[test]
    fn every_name_of_the_context_has_its_shape() {
        for name in context::ROOTS.into_iter().filter(|name| *name != "targets") {
            assert!(root(name).is_some(), "`{name}` has no shape");
        }
    }

    /// Adds the paths that a value holds and its shape does not.
    fn unknown(path: &str, shape: &Shape, value: &tera::Value, found: &mut Vec<String>) {
        if value.is_none() {
            return;
        }
        match shape {
            Plain if value.as_map().is_some() || value.as_array().is_some() => found.push(path.to_owned()),
            Plain | Shape::Words | Shape::Any => {}
            List(element) => {
                let items = value.as_array().unwrap_or_else(|| panic!("`{path}` is no list"));
                items.iter().for_each(|item| unknown(&format!("{path}[]"), element, item, found));
            }
            Table(_) => {
                let table = value.as_map().unwrap_or_else(|| panic!("`{path}` is no table"));
                for (key, value) in table {
                    let inner = format!("{path}.{key}");
                    match shape.field(&key.to_string()) {
                        Some(shape) => unknown(&inner, shape, value, found),
                        None => found.push(inner),
                    }
                }
            }
        }
    }

    #[test]
    fn all_that_the_sample_kit_gives_has_its_shape() {
        let (sources, mut report, limits) = (Sources::default(), Report::default(), Limits::default());
        let folder = load::open_cases(std::path::Path::new("cases"), &mut report).unwrap();
        let raw = load::load(&folder, None, &load::Photos::default(), &limits, &sources, &mut report);
        let day = resolve::Options::for_day(jiff::civil::date(2096, 11, 20));
        let kit = resolve::resolve(&raw, &day, &limits, &sources, &mut report).unwrap();
        let mut templates = Templates::load(&[], Bounds::default(), &sources, &mut report).unwrap();
        templates.uses.iter_mut().for_each(|uses| *uses = OnceLock::from(HashSet::from(context::ROOTS)));
        let renderer = templates.renderer(&kit, RenderOptions::default(), &mut report);
        let mut found = Vec::new();
        for sheet in templates.sheets() {
            for subject in crate::template::subjects(&kit, sheet).list {
                let context = renderer.context(sheet, &subject);
                for name in context::ROOTS.into_iter().filter(|name| !matches!(*name, "targets" | "t")) {
                    if let Some(value) = context.get(name).filter(|value| !value.is_undefined()) {
                        unknown(name, root(name).unwrap(), value, &mut found);
                    }
                }
            }
        }
        found.sort();
        found.dedup();
        assert!(found.is_empty(), "no shape for {found:?}");
    }

    #[test]
    fn every_name_is_in_the_documentation() {
        let told = std::fs::read_to_string("docs/templates.md").unwrap();
        let all = ROOTS.iter().flat_map(|(name, shape)| std::iter::once(*name).chain(shape.names()));
        // What the built-in plan and results are made of is told in their rows as a whole.
        let undocumented: Vec<_> =
            all.chain(CASE.names()).chain(TARGET.names()).filter(|name| !told.contains(name)).collect();
        assert!(undocumented.is_empty(), "not in docs/templates.md: {undocumented:?}");
    }
}
