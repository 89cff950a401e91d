//! A raw tree and its rules in; the document tree out: styles looked up, blank text between blocks dropped.

use std::sync::{Arc, PoisonError, RwLockReadGuard};

use super::{CONTEXTS, Context, Entry, Needs, Origin, RuleSet};
use crate::geometry::mm;
use crate::markup::MarkupError;
use crate::markup::element::{Attribute, Makes, Tag};
use crate::markup::html::{BODY, HTML, NONE, RawKind, RawTree, pitch};
use crate::markup::style::{Display, Position, Style};
use crate::markup::tree::{BoxRole, Document, Element, Node, NodeId, NodeKind};

/// Contexts that belong to one document only carry this bit.
const LOCAL: u32 = 1 << 31;

/// Millimetres between writing lines where the document says nothing.
const PITCH: f32 = 9.5;

/// Looks up the styles of one document.
struct Lookup<'a> {
    rules: &'a RuleSet,
    cache: Option<RwLockReadGuard<'a, super::Cache>>,
    /// Contexts that are not kept: those with mistakes, and all when the cache is full.
    local: Vec<Context>,
    key: Vec<u8>,
}

impl<'a> Lookup<'a> {
    fn new(rules: &'a RuleSet) -> Self {
        let cache = Some(rules.cache.read().unwrap_or_else(PoisonError::into_inner));
        Self { rules, cache, local: Vec::new(), key: Vec::with_capacity(128) }
    }

    fn context(&self, id: u32) -> Option<&Context> {
        if id & LOCAL != 0 {
            self.local.get((id & !LOCAL) as usize)
        } else {
            self.cache.as_ref().and_then(|cache| cache.contexts.get(id as usize))
        }
    }

    /// The context of an element whose parent has the context `parent` (`NONE` for the root).
    fn find(
        &mut self,
        raw: &RawTree,
        node: u32,
        parent: u32,
        errors: &mut Vec<(u32, Origin, MarkupError)>,
    ) -> u32 {
        self.key.clear();
        self.key.extend_from_slice(&parent.to_le_bytes());
        self.rules.rules.push_self(raw, node, &mut self.key);
        let kept_parent = parent == NONE || parent & LOCAL == 0;
        // `dir="auto"` depends on the text.
        let keepable = kept_parent && raw.value(node, Attribute::Dir) != Some("auto");
        let mut needs = None;
        if keepable {
            let entries = self.cache.as_ref().map(|cache| &cache.entries);
            let mut found = entries.and_then(|entries| entries.get(self.key.as_slice())).copied();
            if let Some(Entry::Needs(known)) = found {
                needs = Some(known);
                self.rules.rules.push_needs(known, raw, node, &mut self.key);
                found = entries.and_then(|entries| entries.get(self.key.as_slice())).copied();
            }
            if let Some(Entry::Settled(id)) = found {
                return id;
            }
        }
        self.miss(raw, node, parent, keepable, needs, errors)
    }

    fn miss(
        &mut self,
        raw: &RawTree,
        node: u32,
        parent: u32,
        keepable: bool,
        known: Option<Needs>,
        errors: &mut Vec<(u32, Origin, MarkupError)>,
    ) -> u32 {
        let (context, found) = self.rules.compute(raw, node, self.context(parent));
        let full = self.cache.as_ref().is_none_or(|cache| cache.contexts.len() >= CONTEXTS);
        if !found.is_empty() || !keepable || full {
            errors.extend(found.into_iter().map(|(origin, error)| (node, origin, error)));
            self.local.push(context);
            return LOCAL | (self.local.len() - 1) as u32;
        }
        let rules = self.rules;
        self.cache = None;
        let id = {
            let mut cache = rules.cache.write().unwrap_or_else(PoisonError::into_inner);
            if known.is_none() {
                let needs = rules.rules.needs(raw, node);
                if !needs.is_none() {
                    cache.entries.insert(self.key.as_slice().into(), Entry::Needs(needs));
                    rules.rules.push_needs(needs, raw, node, &mut self.key);
                }
            }
            // Another thread may have been faster.
            match cache.entries.get(self.key.as_slice()) {
                Some(Entry::Settled(id)) => *id,
                _ => {
                    let id = cache.contexts.len() as u32;
                    cache.contexts.push(context);
                    cache.entries.insert(self.key.as_slice().into(), Entry::Settled(id));
                    id
                }
            }
        };
        self.cache = Some(rules.cache.read().unwrap_or_else(PoisonError::into_inner));
        id
    }
}

/// What is known of a raw node's counterpart while the tree grows.
#[derive(Clone, Copy)]
struct Made {
    /// `NONE` where there is none: the element is not displayed.
    id: u32,
    context: u32,
    /// Blank text that stays only if something inline follows.
    blank: u32,
    /// The last child so far is text or inline.
    after_inline: bool,
}

const NOT_MADE: Made = Made { id: NONE, context: NONE, blank: NONE, after_inline: false };

pub(super) fn build(html: &str, raw: &RawTree, rules: &RuleSet, errors: &mut Vec<MarkupError>) -> Document {
    let mut lookup = Lookup::new(rules);
    let mut mistakes = Vec::new();
    let mut made = vec![NOT_MADE; raw.nodes.len()];
    let mut nodes: Vec<Node> = Vec::with_capacity(raw.nodes.len());
    let (mut header, mut footer) = (None, None);
    for at in 0..raw.nodes.len() as u32 {
        let node = &raw.nodes[at as usize];
        let parent = if at == HTML { NOT_MADE } else { made[node.parent as usize] };
        match &node.kind {
            RawKind::Element(tag) => {
                if at > BODY && parent.id == NONE {
                    continue;
                }
                let context = lookup.find(raw, at, parent.context, &mut mistakes);
                made[at as usize].context = context;
                let Some(style) = lookup.context(context).map(|context| context.style.clone()) else {
                    continue;
                };
                if at == HTML || (style.boxed.display == Display::None && at != BODY) {
                    continue;
                }
                let display = style.boxed.display;
                let inline = matches!(display, Display::Inline | Display::InlineBlock);
                let running = matches!(tag.makes(), Makes::PageHeader | Makes::PageFooter);
                if at != BODY && !running && style.boxed.position != Position::Absolute {
                    settle_blank(raw, node.parent, inline, &mut made, &mut nodes);
                    made[node.parent as usize].after_inline = inline;
                }
                let kind = match tag.makes() {
                    Makes::WordBreak => NodeKind::Text(Arc::from("\u{200B}")),
                    _ => NodeKind::Element(element(raw, at, *tag)),
                };
                let id =
                    push(&mut nodes, Node { kind, style, children: Vec::new(), source: node.source.clone() });
                made[at as usize].id = id.0;
                match tag.makes() {
                    Makes::PageHeader => header = Some(id),
                    Makes::PageFooter => footer = Some(id),
                    _ if at != BODY => nodes[parent.id as usize].children.push(id),
                    _ => {}
                }
            }
            RawKind::Text(text) => {
                if parent.id == NONE || raw.tag(node.parent).is_some_and(|tag| tag.makes() == Makes::Qr) {
                    continue;
                }
                let text = raw.str(text);
                let style = &nodes[parent.id as usize].style;
                if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
                    match style.boxed.display {
                        Display::Inline => {}
                        Display::Block | Display::InlineBlock | Display::ListItem | Display::TableCell => {
                            if parent.after_inline {
                                made[node.parent as usize].blank = at;
                            }
                            continue;
                        }
                        _ => continue,
                    }
                } else {
                    settle_blank(raw, node.parent, true, &mut made, &mut nodes);
                    made[node.parent as usize].after_inline = true;
                }
                push_text(raw, at, parent.id, &mut nodes);
            }
        }
    }
    for (node, origin, error) in mistakes {
        if let Some(error) = placed(html, raw, node, origin, error) {
            errors.push(error);
        }
    }
    let lang = nodes.first().map_or_else(|| Arc::from("und"), |body| body.style.text.lang.clone());
    Document { nodes, page: rules.page.clone(), lang, header, footer }
}

fn push(nodes: &mut Vec<Node>, node: Node) -> NodeId {
    nodes.push(node);
    NodeId((nodes.len() - 1) as u32)
}

fn push_text(raw: &RawTree, at: u32, parent: u32, nodes: &mut Vec<Node>) {
    let node = &raw.nodes[at as usize];
    let RawKind::Text(text) = &node.kind else { return };
    let style: Arc<Style> = nodes[parent as usize].style.clone();
    let kind = NodeKind::Text(Arc::from(raw.str(text)));
    let id = push(nodes, Node { kind, style, children: Vec::new(), source: node.source.clone() });
    nodes[parent as usize].children.push(id);
}

/// Blank text that waited: kept before something inline, dropped before a block.
fn settle_blank(raw: &RawTree, parent: u32, inline: bool, made: &mut [Made], nodes: &mut Vec<Node>) {
    let waiting = std::mem::replace(&mut made[parent as usize].blank, NONE);
    if waiting != NONE && inline {
        push_text(raw, waiting, made[parent as usize].id, nodes);
    }
}

fn element(raw: &RawTree, at: u32, tag: Tag) -> Element {
    let value = |name: Attribute| raw.value(at, name).map(str::trim);
    let text = |name: Attribute| Arc::<str>::from(value(name).unwrap_or_default());
    let span = |name: Attribute| value(name).and_then(|text| text.parse().ok()).unwrap_or(1_u16);
    match tag.makes() {
        Makes::LineBreak => Element::LineBreak,
        Makes::Image => Element::Image { source: text(Attribute::Src), alt: text(Attribute::Alt) },
        Makes::Qr => {
            let inner = raw.nodes.get(at as usize + 1).filter(|next| next.parent == at);
            let inner = inner.and_then(|next| match &next.kind {
                RawKind::Text(text) => Some(raw.str(text).trim()),
                RawKind::Element(_) => None,
            });
            Element::Qr { text: Arc::from(value(Attribute::Data).or(inner).unwrap_or_default()) }
        }
        Makes::Lines => Element::Lines {
            count: value(Attribute::Count).and_then(|count| count.parse().ok()),
            pitch: mm(value(Attribute::Pitch).and_then(pitch).unwrap_or(PITCH)),
        },
        Makes::Checkbox => Element::Checkbox,
        Makes::Address => Element::Address,
        Makes::Link => Element::Link { href: text(Attribute::Href) },
        Makes::Item => Element::ListItem { ordinal: raw.nodes[at as usize].ordinal },
        Makes::Table => Element::Table,
        Makes::TableHead => Element::TableHead,
        Makes::TableBody => Element::TableBody,
        Makes::TableRow => Element::TableRow,
        makes @ (Makes::HeaderCell | Makes::Cell) => Element::TableCell {
            header: makes == Makes::HeaderCell,
            colspan: span(Attribute::Colspan),
            rowspan: span(Attribute::Rowspan),
        },
        Makes::PageNumber => Element::PageNumber,
        Makes::PageCount => Element::PageCount,
        Makes::BuildMark => Element::BuildMark,
        Makes::PageHeader | Makes::PageFooter => Element::Box(BoxRole::Artifact),
        Makes::Box(_) if value(Attribute::Role).is_some() || value(Attribute::AriaHidden) == Some("true") => {
            Element::Box(BoxRole::Artifact)
        }
        Makes::Box(role) => Element::Box(role),
        Makes::Nothing | Makes::WordBreak => Element::Box(BoxRole::None),
    }
}

/// Gives a mistake of the cascade its place in the HTML, or in the style sheet that it names. `None` for one in a
/// `style` element or sheet that the check of the rules has already reported.
fn placed(html: &str, raw: &RawTree, node: u32, origin: Origin, error: MarkupError) -> Option<MarkupError> {
    let moved = |error: MarkupError, by: usize| {
        let range = error.range.start + by..error.range.end + by;
        MarkupError { range, ..error }
    };
    match origin {
        Origin::Sheet(at) => Some(MarkupError { sheet: Some(at), ..error }),
        Origin::Embedded(at) => raw.styles.get(at).map(|range| moved(error, range.start)),
        Origin::Attribute => {
            let attribute = raw.attribute(node, Attribute::Style)?;
            let source = attribute.source.start as usize..attribute.source.end as usize;
            // With character references inside, the value is not as long as what was written.
            if html.get(source.clone()) == Some(raw.str(&attribute.value)) {
                Some(moved(error, source.start))
            } else {
                Some(MarkupError { range: source, ..error })
            }
        }
        Origin::BuiltIn => {
            let source = raw.nodes[node as usize].source.clone();
            Some(MarkupError { range: source.start as usize..source.end as usize, ..error })
        }
    }
}
