//! A raw tree and style sheets in; the document tree with computed styles out. Styles are computed once for each
//! different path of elements and found again by a hash lookup.

mod build;
mod rules;
mod variables;

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, RwLock};

use rules::{Needs, Origin, Rules};
use rustc_hash::FxHashMap;
use variables::{Variables, define, substitute};

use super::css::component::components;
use super::css::draft::{Draft, Env};
use super::css::property::Setter;
use super::css::selector::Simple;
use super::css::value::{FontSizes, Values, describe};
use super::css::{Body, Declaration, StyleSheet, style_attribute};
use super::element::Attribute;
use super::html::{self, HTML, RawKind, RawTree, is_rtl_letter};
use super::style::{BoxStyle, Direction, PageStyle, Style, TextStyle};
use super::suggest::shown;
use super::tree::Document;
use super::{Limits, MarkupError};
use crate::geometry::Sides;

/// The built-in style sheet: what elements look like before any theme.
static BUILT_IN: LazyLock<Arc<StyleSheet>> = LazyLock::new(|| {
    let (sheet, errors) = StyleSheet::parse(include_str!("../ua.css"));
    debug_assert!(errors.is_empty(), "{errors:?}");
    Arc::new(sheet)
});

/// Every property at its initial value.
pub(super) fn initial_style() -> &'static Style {
    static INITIAL: LazyLock<Style> = LazyLock::new(|| {
        let draft = Draft::initial();
        Style { text: Arc::new(draft.text), boxed: Arc::new(draft.boxed) }
    });
    &INITIAL
}

/// Turns HTML into styled documents; made once for a run, used by all threads.
///
/// A style that was computed is kept for as long as the styler lives, and equal styles are one `Arc`, so that what comes
/// after may cache by pointer (and must hold the `Arc` while it does).
pub struct Styler {
    base: Arc<RuleSet>,
    sheets: Vec<(Origin, Arc<StyleSheet>)>,
    variables: Vec<(Arc<str>, Arc<[super::css::component::Component]>)>,
    /// Rules of documents with `style` elements, by the text of these.
    embedded: Mutex<FxHashMap<String, Arc<Embedded>>>,
    styles: Arc<Mutex<Styles>>,
    limits: Limits,
}

impl fmt::Debug for Styler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Styler").field("sheets", &self.sheets.len()).finish_non_exhaustive()
    }
}

/// The rules that a document with certain `style` elements has, and the mistakes in these: for each element, with ranges
/// in bytes of its text.
struct Embedded {
    rules: Arc<RuleSet>,
    errors: Vec<(usize, MarkupError)>,
}

/// Different texts of `style` elements that are kept.
const EMBEDDED: usize = 256;
/// Different paths of elements whose styles are kept, for each set of rules.
const CONTEXTS: usize = 100_000;

impl Styler {
    /// `sheets` in cascade order: the theme, then the edition's own; the built-in defaults come before them by themselves.
    /// `variables` are custom properties of the root, as `("--accent", "#ffff00")`; they win over those of the sheets.
    /// The mistakes are those that show only when sheets and variables meet.
    pub fn new(sheets: Vec<Arc<StyleSheet>>, variables: &[(String, String)]) -> (Styler, Vec<MarkupError>) {
        Self::within(sheets, variables, Limits::default())
    }

    /// As [`Styler::new`], with limits of your own.
    pub fn within(
        sheets: Vec<Arc<StyleSheet>>,
        variables: &[(String, String)],
        limits: Limits,
    ) -> (Styler, Vec<MarkupError>) {
        let mut errors = Vec::new();
        let mut given = Vec::new();
        for (name, value) in variables {
            let mut own = Vec::new();
            let value = components(value, &mut own);
            if !name.starts_with("--") {
                own.push(MarkupError::new(0..0, "its name must begin with two dashes"));
            }
            // The value has no place in any text that the user could open.
            errors.extend(own.into_iter().map(|error| {
                MarkupError::new(
                    0..0,
                    format!("the variable `{}` cannot be read: {}", shown(name), error.message),
                )
            }));
            given.push((Arc::from(name.as_str()), Arc::from(value)));
        }
        let mut all = vec![(Origin::BuiltIn, BUILT_IN.clone())];
        all.extend(sheets.into_iter().enumerate().map(|(at, sheet)| (Origin::Sheet(at), sheet)));
        let styles = Arc::new(Mutex::new(Styles::default()));
        let base = RuleSet::new(&all, &given, styles.clone());
        errors.extend(base.check().into_iter().filter_map(|(origin, error)| match origin {
            Origin::Sheet(at) => Some(MarkupError { sheet: Some(at), ..error }),
            _ => None,
        }));
        let styler = Styler {
            base: Arc::new(base),
            sheets: all,
            variables: given,
            embedded: Mutex::new(FxHashMap::default()),
            styles,
            limits,
        };
        (styler, errors)
    }

    /// Parses and styles a document or a fragment of one (`html`, `head` and `body` may be left out). Ranges of mistakes
    /// are bytes of `html`, also of those inside `<style>` and `style="…"`, unless their `sheet` says otherwise.
    pub fn document(&self, html: &str) -> Result<Document, Vec<MarkupError>> {
        let (raw, mut errors) = html::parse(html, &self.limits);
        let rules = if raw.styles.is_empty() {
            self.base.clone()
        } else {
            let embedded = self.embedded(html, &raw);
            for (at, error) in &embedded.errors {
                let offset = raw.styles.get(*at).map_or(0, |range| range.start);
                let range = error.range.start + offset..error.range.end + offset;
                errors.push(MarkupError { range, ..error.clone() });
            }
            embedded.rules.clone()
        };
        let document = build::build(html, &raw, &rules, &mut errors);
        if errors.is_empty() {
            return Ok(document);
        }
        errors.sort_by_key(|error| (error.sheet, error.range.start, error.range.end));
        errors.dedup();
        errors.truncate(self.limits.errors);
        Err(errors)
    }

    /// The rules with those of the document's `style` elements.
    fn embedded(&self, html: &str, raw: &RawTree) -> Arc<Embedded> {
        let mut key = String::new();
        for range in &raw.styles {
            key.push_str(html.get(range.clone()).unwrap_or_default());
            // No style sheet holds this character: NUL is a mistake of the HTML.
            key.push('\0');
        }
        if let Some(found) = lock(&self.embedded).get(&key) {
            return found.clone();
        }
        let mut sheets = self.sheets.clone();
        let mut errors = Vec::new();
        for (at, range) in raw.styles.iter().enumerate() {
            let css = html.get(range.clone()).unwrap_or_default();
            let (sheet, own) = StyleSheet::parse_within(css, &self.limits);
            errors.extend(own.into_iter().map(|error| (at, error)));
            sheets.push((Origin::Embedded(at), Arc::new(sheet)));
        }
        let rules = RuleSet::new(&sheets, &self.variables, self.styles.clone());
        errors.extend(rules.check().into_iter().filter_map(|(origin, error)| match origin {
            Origin::Embedded(at) => Some((at, error)),
            _ => None,
        }));
        let made = Arc::new(Embedded { rules: Arc::new(rules), errors });
        let mut embedded = lock(&self.embedded);
        if embedded.len() >= EMBEDDED {
            embedded.clear();
        }
        embedded.entry(key).or_insert(made).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rules with the styles that they came to.
struct RuleSet {
    rules: Rules,
    /// The caller's custom properties.
    variables: Vec<(Arc<str>, Arc<[super::css::component::Component]>)>,
    page: PageStyle,
    cache: RwLock<Cache>,
    styles: Arc<Mutex<Styles>>,
}

/// Styles by what they depend on.
#[derive(Default)]
struct Cache {
    contexts: Vec<Context>,
    entries: FxHashMap<Box<[u8]>, Entry>,
}

/// The computed style of an element and what its children inherit.
struct Context {
    style: Arc<Style>,
    draft: Draft,
    variables: Arc<Variables>,
    /// The font size of the root, in points.
    root_size: f32,
}

#[derive(Clone, Copy)]
enum Entry {
    /// Index of the context.
    Settled(u32),
    /// The key must be made longer first.
    Needs(Needs),
}

impl RuleSet {
    fn new(
        sheets: &[(Origin, Arc<StyleSheet>)],
        variables: &[(Arc<str>, Arc<[super::css::component::Component]>)],
        styles: Arc<Mutex<Styles>>,
    ) -> Self {
        let mut page =
            PageStyle { size: None, landscape: None, margin: Sides::default(), first_margin: None };
        let mut first = Sides::default();
        for rule in sheets.iter().flat_map(|(_, sheet)| &sheet.pages) {
            rule.apply(&mut page, &mut first);
        }
        let margin = page.margin;
        if [first.top, first.right, first.bottom, first.left].iter().any(Option::is_some) {
            page.first_margin = Some(Sides {
                top: first.top.unwrap_or(margin.top),
                right: first.right.unwrap_or(margin.right),
                bottom: first.bottom.unwrap_or(margin.bottom),
                left: first.left.unwrap_or(margin.left),
            });
        }
        Self {
            rules: Rules::new(sheets),
            variables: variables.to_vec(),
            page,
            cache: RwLock::default(),
            styles,
        }
    }

    /// The mistakes in values with `var()`, as far as they show before there is a document: with the variables of the
    /// root, or of elsewhere where the root has none of the name.
    fn check(&self) -> Vec<(Origin, MarkupError)> {
        let mut customs: Vec<(bool, &Arc<str>, &Arc<[_]>)> = Vec::new();
        for (_, selector, declaration) in self.rules.declarations() {
            if let Body::Custom { name, value } = &declaration.body {
                let of_root = selector.others.is_empty() && selector.subject.is.contains(&Simple::Root);
                customs.push((of_root, name, value));
            }
        }
        customs.sort_by_key(|(of_root, ..)| *of_root);
        let given = self.variables.iter().map(|(name, value)| (name, value));
        let all = customs.iter().map(|(_, name, value)| (*name, *value)).chain(given);
        let mut errors = Vec::new();
        let (variables, mistakes) = define(&Arc::default(), all);
        for error in mistakes {
            // A custom property that cannot be made: said where it is written.
            let origin =
                self.rules.declarations().find_map(|(origin, _, declaration)| match &declaration.body {
                    Body::Custom { value, .. }
                        if value.first().is_some_and(|c| c.range.start == error.range.start) =>
                    {
                        Some(origin)
                    }
                    Body::Custom { value, .. } if value.iter().any(|c| c.range == error.range) => {
                        Some(origin)
                    }
                    _ => None,
                });
            errors.push((origin.unwrap_or(Origin::BuiltIn), error));
        }
        for (origin, _, declaration) in self.rules.declarations() {
            if let Body::Deferred { .. } = &declaration.body
                && let Err(error) = setters(declaration, &variables, &mut Vec::new())
                && !errors.iter().any(|(o, e)| *o == origin && *e == error)
            {
                errors.push((origin, error));
            }
        }
        errors
    }

    /// Computes the style of an element. `parent` is `None` for the root.
    fn compute(
        &self,
        raw: &RawTree,
        node: u32,
        parent: Option<&Context>,
    ) -> (Context, Vec<(Origin, MarkupError)>) {
        let mut errors: Vec<(Origin, MarkupError)> = Vec::new();
        let own = raw.value(node, Attribute::Style).map_or_else(Vec::new, |css| {
            let mut found = Vec::new();
            let own = style_attribute(css, &mut found);
            errors.extend(found.into_iter().map(|error| (Origin::Attribute, error)));
            own
        });
        let matching = self.rules.matching(raw, node, &own);
        let inherited = parent.map_or_else(Arc::default, |parent| parent.variables.clone());
        let customs = matching.iter().filter_map(|(_, declaration)| match &declaration.body {
            Body::Custom { name, value } => Some((name, value)),
            _ => None,
        });
        let given = self.variables.iter().filter(|_| node == HTML).map(|(name, value)| (name, value));
        let (variables, mistakes) = define(&inherited, customs.chain(given));
        for error in mistakes {
            let origin = matching.iter().find_map(|(origin, declaration)| match &declaration.body {
                Body::Custom { value, .. } if value.iter().any(|c| c.range == error.range) => Some(*origin),
                _ => None,
            });
            errors.push((origin.unwrap_or(Origin::BuiltIn), error));
        }
        let mut all: Vec<Setter> = Vec::new();
        for (origin, declaration) in &matching {
            if let Err(error) = setters(declaration, &variables, &mut all) {
                errors.push((*origin, error));
            }
        }
        let initial = Draft::initial();
        let parent_draft = parent.map_or(&initial, |parent| &parent.draft);
        let mut draft = parent_draft.child();
        if let Some(lang) = raw.value(node, Attribute::Lang) {
            draft.text.lang = Arc::from(lang.trim());
        }
        match raw.value(node, Attribute::Dir).map(str::trim) {
            Some("rtl") => draft.text.direction = Direction::RightToLeft,
            Some("ltr") => draft.text.direction = Direction::LeftToRight,
            Some("auto") => draft.text.direction = first_strong(raw, node),
            _ => {}
        }
        let parent_size = parent_draft.text.size;
        let root_size = parent.map_or(parent_size, |parent| parent.root_size);
        let mut env = Env {
            sizes: FontSizes { own: parent_size, root: root_size },
            parent_size,
            direction: draft.text.direction,
            parent: parent_draft,
        };
        for setter in all.iter().filter(|setter| setter.early) {
            (setter.set)(&mut draft, &env);
        }
        let root_size = if parent.is_none() { draft.text.size } else { root_size };
        env.sizes = FontSizes { own: draft.text.size, root: root_size };
        env.direction = draft.text.direction;
        for setter in all.iter().filter(|setter| !setter.early) {
            (setter.set)(&mut draft, &env);
        }
        draft.finish(parent_draft);
        let style = lock(&self.styles).share(&draft);
        (Context { style, draft, variables, root_size }, errors)
    }
}

/// Appends what a declaration sets, with the variables put in.
fn setters(
    declaration: &Declaration,
    variables: &Variables,
    all: &mut Vec<Setter>,
) -> Result<(), MarkupError> {
    match &declaration.body {
        Body::Set(found) => all.extend(found.iter().cloned()),
        Body::Custom { .. } => {}
        Body::Deferred { property, value, range } => {
            let put_in = substitute(value, variables)?;
            let found =
                property.read(Values::new(&put_in, range.clone(), property.name)).map_err(|error| {
                    let text: Vec<String> = put_in
                        .iter()
                        .filter(|c| !c.is_whitespace())
                        .map(|c| describe(c).replace('`', ""))
                        .collect();
                    let text = format!("with its variables it reads `{}`", shown(&text.join(" ")));
                    let hint = error.hint.as_ref().map_or(text.clone(), |hint| format!("{hint} ({text})"));
                    MarkupError { hint: Some(hint), ..error }
                })?;
            all.extend(found);
        }
    }
    Ok(())
}

/// `dir="auto"`: the direction of the first letter of the element's text.
fn first_strong(raw: &RawTree, node: u32) -> Direction {
    // Descendants follow in one piece.
    for other in raw.nodes.iter().skip(node as usize + 1).take_while(|other| other.parent >= node) {
        if let RawKind::Text(text) = &other.kind
            && let Some(letter) = raw.str(text).chars().find(|c| c.is_alphabetic())
        {
            return if is_rtl_letter(letter) { Direction::RightToLeft } else { Direction::LeftToRight };
        }
    }
    Direction::LeftToRight
}

/// Equal styles, each kept once.
#[derive(Default)]
struct Styles {
    text: FxHashMap<u64, Vec<Arc<TextStyle>>>,
    boxed: FxHashMap<u64, Vec<Arc<BoxStyle>>>,
    whole: FxHashMap<(usize, usize), Arc<Style>>,
}

impl Styles {
    fn share(&mut self, draft: &Draft) -> Arc<Style> {
        let text = shared(&mut self.text, &draft.text);
        let boxed = shared(&mut self.boxed, &draft.boxed);
        // Both are kept for ever, so their addresses name them.
        let key = (Arc::as_ptr(&text) as usize, Arc::as_ptr(&boxed) as usize);
        self.whole.entry(key).or_insert_with(|| Arc::new(Style { text, boxed })).clone()
    }
}

fn shared<T: Clone + PartialEq + fmt::Debug>(kept: &mut FxHashMap<u64, Vec<Arc<T>>>, style: &T) -> Arc<T> {
    let bucket = kept.entry(hash(style)).or_default();
    match bucket.iter().find(|other| ***other == *style) {
        Some(found) => found.clone(),
        None => {
            let made = Arc::new(style.clone());
            bucket.push(made.clone());
            made
        }
    }
}

/// A hash of a value that has floats in it: of its debug text.
fn hash(value: &impl fmt::Debug) -> u64 {
    struct Text(DefaultHasher);
    impl Write for Text {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut text = Text(DefaultHasher::new());
    let _ = write!(text, "{value:?}");
    text.0.finish()
}
