//! HTML text in; its elements, attributes and text as a flat tree out, with every mistake. The only user of `html5gum`.
//!
//! Nothing here calls itself: a hostile document may nest as deeply as it likes without touching the stack.

mod raw;
mod syntax;
mod values;

use std::borrow::Cow;
use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::element::{Attribute, Content, Makes, Place, Tag};
use super::suggest::shown;
use super::{Limits, MarkupError};
pub use raw::{BODY, HTML, NONE, RawAttribute, RawKind, RawNode, RawTree};
pub use values::pitch;

/// The tokenizer gives back what it was given, which was text, cut at ASCII characters.
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Reads a document. The tree is whole only where there are no mistakes.
pub fn parse(html: &str, limits: &Limits) -> (RawTree, Vec<MarkupError>) {
    let mut builder = Builder::new(html, limits);
    if html.len() > limits.html_bytes || u32::try_from(html.len()).is_err() {
        builder.errors.push(MarkupError::new(
            0..0,
            format!("this document is larger than {} bytes", limits.html_bytes),
        ));
        return (builder.tree, builder.errors);
    }
    let emitter = {
        let builder = &mut builder;
        let mut emitter =
            CallbackEmitter::new(move |event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
                builder.event(event, span.start..span.end);
                None
            });
        emitter.naively_switch_states(true);
        emitter
    };
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    builder.finish();
    let Builder { tree, mut errors, .. } = builder;
    errors.sort_by_key(|error| (error.range.start, error.range.end));
    errors.truncate(limits.errors);
    (tree, errors)
}

/// An element whose end tag has not come yet.
struct Open {
    /// As written, for messages and end tags.
    name: Cow<'static, str>,
    tag: Option<Tag>,
    /// `None` for an unknown element: its children stand in its parent.
    node: Option<u32>,
    content: Content,
    /// Bytes of the start tag.
    source: Range<usize>,
}

/// A start tag that is being read.
struct Pending {
    name: Cow<'static, str>,
    tag: Option<Tag>,
    start: usize,
    first_attribute: u32,
    /// The attribute whose value may come next, and where its name stands.
    attribute: Option<(Option<Attribute>, Range<usize>)>,
}

struct Builder<'a> {
    html: &'a str,
    limits: &'a Limits,
    tree: RawTree,
    errors: Vec<MarkupError>,
    open: Vec<Open>,
    pending: Option<Pending>,
    /// The last element among the children so far, for each node.
    last_child: Vec<u32>,
    /// Bytes of the ids seen, in [`RawTree::text`].
    ids: Vec<Range<u32>>,
    /// `</checkbox>` straight after `<checkbox>` is no mistake.
    just_void: Option<Tag>,
    seen_html: bool,
    seen_head: bool,
    seen_body: bool,
    seen_running: [bool; 2],
    /// Elements that were closed by an end tag further out: their own end tags are no second mistake.
    implied: Vec<Cow<'static, str>>,
    /// A limit was passed: the rest is not looked at.
    stopped: bool,
}

impl<'a> Builder<'a> {
    fn new(html: &'a str, limits: &'a Limits) -> Self {
        let node = |parent: u32, name: &str, place: u32, elements: u32| RawNode {
            parent,
            kind: Tag::find(name).map_or(RawKind::Text(0..0), RawKind::Element),
            source: 0..0,
            attributes: 0..0,
            place,
            elements,
            previous: NONE,
            ordinal: 1,
        };
        let mut tree = RawTree { text: String::with_capacity(html.len()), ..RawTree::default() };
        tree.nodes.reserve(html.len() / 24 + 8);
        tree.nodes.push(node(NONE, "html", 1, 1));
        tree.nodes.push(node(HTML, "body", 1, 0));
        Self {
            html,
            limits,
            tree,
            errors: Vec::new(),
            open: Vec::with_capacity(16),
            pending: None,
            last_child: vec![BODY, NONE],
            ids: Vec::new(),
            just_void: None,
            seen_html: false,
            seen_head: false,
            seen_body: false,
            seen_running: [false; 2],
            implied: Vec::new(),
            stopped: false,
        }
    }

    fn event(&mut self, event: CallbackEvent<'_>, span: Range<usize>) {
        if self.stopped {
            return;
        }
        let span = self.snapped(span);
        match event {
            CallbackEvent::OpenStartTag { name } => self.open_tag(name, span.start),
            CallbackEvent::AttributeName { name } => self.attribute_name(name, span),
            CallbackEvent::AttributeValue { value } => self.attribute_value(value, span),
            CallbackEvent::CloseStartTag { self_closing } => self.close_start_tag(self_closing, span.end),
            CallbackEvent::EndTag { name } => self.end_tag(name, span),
            CallbackEvent::String { value } => self.string(value, span),
            CallbackEvent::Comment { .. } => {}
            CallbackEvent::Doctype { name, .. } => {
                if !name.eq_ignore_ascii_case(b"html") {
                    self.error(MarkupError::new(span, "the document type must be `<!DOCTYPE html>`"));
                }
            }
            CallbackEvent::Error(error) => self.syntax_error(error, span.start),
        }
    }

    /// A range that can be cut out of the HTML, whatever the tokenizer says.
    fn snapped(&self, span: Range<usize>) -> Range<usize> {
        let snap = |mut at: usize| {
            at = at.min(self.html.len());
            while !self.html.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = snap(span.start);
        start..snap(span.end).max(start)
    }

    fn error(&mut self, error: MarkupError) {
        // One more than is listed tells that there were more; the rest would only cost.
        if self.errors.len() <= self.limits.errors * 2 {
            self.errors.push(error);
        }
    }

    fn open_tag(&mut self, name: &[u8], start: usize) {
        let name = utf8(name);
        let tag = Tag::find(&name);
        let name = tag.map_or_else(|| Cow::Owned(name.into_owned()), |tag| Cow::Borrowed(tag.name()));
        let first_attribute = self.tree.attributes.len() as u32;
        self.pending = Some(Pending { name, tag, start, first_attribute, attribute: None });
    }

    /// Stores an attribute whose name has been read, with its value.
    fn store(&mut self, attribute: Attribute, value: &str, source: Range<usize>) {
        let start = self.tree.text.len() as u32;
        self.tree.text.push_str(value);
        let value = start..self.tree.text.len() as u32;
        self.tree.attributes.push(RawAttribute {
            name: attribute,
            value,
            source: source.start as u32..source.end as u32,
        });
    }

    /// An attribute without a value has an empty one.
    fn flush_attribute(&mut self) {
        let waiting = self.pending.as_mut().and_then(|pending| pending.attribute.take());
        if let Some((Some(attribute), name)) = waiting {
            self.store(attribute, "", name);
        }
    }

    fn attribute_name(&mut self, name: &[u8], span: Range<usize>) {
        self.flush_attribute();
        let Some(pending) = &self.pending else { return };
        let name = utf8(name);
        let found = Attribute::find(&name);
        let mut known = None;
        // The attributes of an unknown element are not looked at.
        if let Some(tag) = pending.tag {
            let seen = &self.tree.attributes[pending.first_attribute as usize..];
            match found {
                Some(attribute) if tag.takes(attribute) => {
                    if seen.iter().any(|other| other.name == attribute) {
                        self.error(MarkupError::new(span.clone(), format!("`{name}` is given twice")));
                    } else {
                        known = Some(attribute);
                    }
                }
                _ => {
                    let message = format!("`{}` has no attribute `{}`", tag.name(), shown(&name));
                    let hint = tag.attribute_hint(&name);
                    self.error(MarkupError::new(span.clone(), message).maybe_hint(hint));
                }
            }
        }
        if let Some(pending) = &mut self.pending {
            pending.attribute = Some((known, span));
        }
    }

    fn attribute_value(&mut self, value: &[u8], span: Range<usize>) {
        let waiting = self.pending.as_mut().and_then(|pending| pending.attribute.take());
        if let Some((Some(attribute), _)) = waiting {
            let value = utf8(value);
            self.store(attribute, &value, span);
        }
    }

    fn close_start_tag(&mut self, self_closing: bool, end: usize) {
        self.flush_attribute();
        let Some(pending) = self.pending.take() else { return };
        let source = pending.start..end;
        let Some(tag) = pending.tag else {
            let message = format!("there is no element `{}`", shown(&pending.name));
            let name_range = self.snapped(source.start..source.start + 1 + pending.name.len());
            self.error(MarkupError::new(name_range, message).maybe_hint(Tag::hint(&pending.name)));
            // Elements of HTML that have no end tag, and are not known here.
            const VOID: [&[u8]; 9] =
                [b"area", b"base", b"col", b"embed", b"input", b"link", b"param", b"source", b"track"];
            if !self_closing && !VOID.contains(&pending.name.as_bytes()) {
                let content = self.content();
                self.push_open(Open { name: pending.name, tag: None, node: None, content, source });
            }
            return;
        };
        let kind = tag.kind();
        let attributes = pending.first_attribute..self.tree.attributes.len() as u32;
        self.just_void = None;
        if kind.place == Place::Root {
            self.root_tag(tag, attributes, source);
            return;
        }
        self.check_place(tag, &source);
        let node = if kind.place == Place::Head { None } else { self.add_element(tag, attributes, &source) };
        if self.stopped {
            return;
        }
        if let Some(node) = node {
            self.check_attributes(tag, node, &source);
        }
        // A `div` round a term and what it means holds what its `dl` holds.
        let in_list = self.content() == Content::Descriptions && kind.place == Place::Block;
        let content = if in_list { Content::Descriptions } else { kind.content };
        let has_data =
            kind.makes == Makes::Qr && node.is_some_and(|n| self.tree.value(n, Attribute::Data).is_some());
        if kind.content == Content::Nothing || (has_data && self_closing) {
            self.just_void = Some(tag);
        } else if self_closing {
            let name = tag.name();
            self.error(
                MarkupError::new(source, format!("`<{name} />` does not close itself"))
                    .hint(format!("write `<{name}></{name}>`")),
            );
        } else {
            self.push_open(Open { name: pending.name, tag: Some(tag), node, content, source });
        }
    }

    fn push_open(&mut self, open: Open) {
        if self.open.len() >= self.limits.depth {
            let message = format!("elements are nested more than {} deep", self.limits.depth);
            let hint = format!("is an end tag missing? {}", crate::limits::Limits::hint("element-depth"));
            self.error(MarkupError::new(open.source, message).hint(hint));
            self.stopped = true;
            return;
        }
        self.open.push(open);
    }

    /// What may stand where we are.
    fn content(&self) -> Content {
        self.open.last().map_or(Content::Flow, |open| open.content)
    }

    /// The node that takes the next child.
    fn parent(&self) -> u32 {
        self.open.iter().rev().find_map(|open| open.node).unwrap_or(BODY)
    }

    fn root_tag(&mut self, tag: Tag, attributes: Range<u32>, source: Range<usize>) {
        let name = tag.name();
        let (seen, node, inside) = match name {
            "html" => (&mut self.seen_html, Some(HTML), self.open.is_empty()),
            "head" => {
                let inside = self.open.last().is_some_and(|open| open.content == Content::Document);
                (&mut self.seen_head, None, inside && !self.seen_body)
            }
            _ => {
                let inside = self.open.last().is_none_or(|open| open.content == Content::Document);
                (&mut self.seen_body, Some(BODY), inside)
            }
        };
        let again = std::mem::replace(seen, true);
        let late = self.tree.nodes.len() > 2;
        if again {
            self.error(MarkupError::new(source.clone(), format!("there is already a `{name}`")));
        } else if !inside || (late && name != "head") {
            self.error(
                MarkupError::new(source.clone(), format!("`{name}` cannot stand here"))
                    .hint("`html` holds `head` and `body`, and `body` all the rest; or leave all three out"),
            );
        } else if let Some(node) = node {
            let node = &mut self.tree.nodes[node as usize];
            node.attributes = attributes;
            node.source = source.start as u32..source.end as u32;
        }
        if let Some(node) = node.filter(|_| !again) {
            self.check_attributes(tag, node, &source);
        }
        self.push_open(Open {
            name: name.into(),
            tag: Some(tag),
            node: node.filter(|node| *node == BODY),
            content: tag.kind().content,
            source,
        });
    }

    fn check_place(&mut self, tag: Tag, source: &Range<usize>) {
        let kind = tag.kind();
        let parent = self.open.last();
        let at_top = parent.is_none_or(|open| &*open.name == "body");
        let refusal = match kind.place {
            Place::Head if at_top || parent.is_some_and(|open| open.content == Content::Head) => None,
            Place::Running if at_top => None,
            place => self.content().refuses(place, kind.name),
        };
        if let Some(why) = refusal {
            let parent_name = parent.map_or("body", |open| &open.name).to_owned();
            let message = format!("`{}` cannot stand in `{}`", kind.name, shown(&parent_name));
            self.error(MarkupError::new(source.clone(), message).hint(why));
        }
        if kind.makes == Makes::Link && self.open.iter().any(|open| open.tag == Some(tag)) {
            self.error(MarkupError::new(source.clone(), "a link cannot stand in a link"));
        }
        if kind.place == Place::Running {
            let which = usize::from(kind.makes == Makes::PageFooter);
            if std::mem::replace(&mut self.seen_running[which], true) {
                self.error(MarkupError::new(source.clone(), format!("there is already a `{}`", kind.name)));
            }
        }
    }

    fn add_element(&mut self, tag: Tag, attributes: Range<u32>, source: &Range<usize>) -> Option<u32> {
        let parent = self.parent();
        let previous = self.last_child[parent as usize];
        let parent_node = &mut self.tree.nodes[parent as usize];
        parent_node.elements += 1;
        let place = parent_node.elements;
        let node = RawNode {
            parent,
            kind: RawKind::Element(tag),
            source: source.start as u32..source.end as u32,
            attributes,
            place,
            elements: 0,
            previous,
            ordinal: 1,
        };
        let id = self.add(node, source)?;
        self.last_child[parent as usize] = id;
        Some(id)
    }

    fn add(&mut self, node: RawNode, source: &Range<usize>) -> Option<u32> {
        if self.tree.nodes.len() >= self.limits.nodes {
            let message = format!("a document holds at most {} elements and texts", self.limits.nodes);
            let hint = crate::limits::Limits::hint("elements");
            self.error(MarkupError::new(source.clone(), message).hint(hint));
            self.stopped = true;
            return None;
        }
        self.tree.nodes.push(node);
        self.last_child.push(NONE);
        Some((self.tree.nodes.len() - 1) as u32)
    }

    fn end_tag(&mut self, name: &[u8], span: Range<usize>) {
        let just_void = self.just_void.take();
        let name = utf8(name);
        if let Some(at) = self.open.iter().rposition(|open| open.name == name) {
            // Elements inside that were never closed.
            for open in self.open.split_off(at + 1).into_iter().rev() {
                self.error(
                    MarkupError::new(open.source, format!("`{}` is not closed", shown(&open.name)))
                        .hint(format!("write `</{}>` before `</{}>`", shown(&open.name), shown(&name))),
                );
                self.implied.push(open.name);
            }
            if let Some(open) = self.open.pop() {
                self.closed(&open);
            }
            return;
        }
        match Tag::find(&name) {
            Some(tag) if tag.kind().content == Content::Nothing => {
                // Our own empty elements may be written with an end tag straight after.
                let ours =
                    matches!(&*name, "checkbox" | "lines" | "page-number" | "page-count" | "build-mark");
                if !(ours && just_void == Some(tag)) {
                    self.error(MarkupError::new(
                        span,
                        format!("`{name}` is always empty and has no end tag"),
                    ));
                }
            }
            _ if just_void.is_some_and(|tag| tag.name() == name) => {}
            _ if self.implied.iter().any(|implied| **implied == *name) => {
                self.implied.retain(|implied| **implied != *name);
            }
            _ => self.error(MarkupError::new(span, format!("`</{}>` closes nothing", shown(&name)))),
        }
    }

    /// What is checked when an element is whole.
    fn closed(&mut self, open: &Open) {
        let Some(node) = open.node else { return };
        if open.tag.is_some_and(|tag| tag.makes() == Makes::Qr) {
            let has_data = self.tree.value(node, Attribute::Data).is_some();
            let has_text = (node as usize + 1) < self.tree.nodes.len();
            match (has_data, has_text) {
                (true, true) => self.error(
                    MarkupError::new(open.source.clone(), "`qr` has both `data` and text")
                        .hint("leave one of them out"),
                ),
                (false, false) => self.error(
                    MarkupError::new(open.source.clone(), "`qr` has nothing to encode")
                        .hint("as `<qr>https://example.org</qr>`"),
                ),
                _ => {}
            }
        }
    }

    fn string(&mut self, value: &[u8], span: Range<usize>) {
        let text = utf8(value);
        let top = self.open.last();
        let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        if let Some(open) = top {
            match &*open.name {
                "style" => {
                    self.tree.styles.push(span);
                    return;
                }
                "title" => return,
                _ => {}
            }
        }
        if !blank {
            self.just_void = None;
        }
        // Line breaks before the first element, or between `html` and `body`.
        if blank && self.tree.nodes.len() == 2 {
            return;
        }
        if !self.content().takes_text() {
            if !blank {
                let name = top.map_or("body", |open| &open.name).to_owned();
                let begin = text.len() - text.trim_start().len();
                let range = self.snapped(span.start + begin..span.end);
                let content = self.content();
                let hint = match content {
                    Content::Items => "put it in a `li`",
                    Content::Descriptions => "put it in a `dt` or `dd`",
                    Content::Table | Content::Rows | Content::Cells => "put it in a `td`",
                    _ => "put it in `body`",
                };
                self.error(
                    MarkupError::new(range, format!("text cannot stand in `{}`", shown(&name))).hint(hint),
                );
            }
            return;
        }
        let parent = self.parent();
        let start = self.tree.text.len() as u32;
        self.tree.text.push_str(&text);
        let node = RawNode {
            parent,
            kind: RawKind::Text(start..self.tree.text.len() as u32),
            source: span.start as u32..span.end as u32,
            attributes: 0..0,
            place: 0,
            elements: 0,
            previous: NONE,
            ordinal: 0,
        };
        self.add(node, &span);
    }

    fn finish(&mut self) {
        if self.stopped {
            return;
        }
        if let Some(pending) = self.pending.take() {
            let range = self.snapped(pending.start..pending.start + 1 + pending.name.len());
            self.error(MarkupError::new(
                range,
                format!("the tag `<{}` is not finished", shown(&pending.name)),
            ));
        }
        for open in std::mem::take(&mut self.open).into_iter().rev() {
            let name = shown(&open.name);
            self.error(
                MarkupError::new(open.source, format!("`{name}` is not closed"))
                    .hint(format!("write `</{name}>`")),
            );
        }
    }
}

/// True for a letter of a script that runs from right to left: the blocks of Hebrew to Arabic Extended, and those of
/// older scripts (Unicode 15, blocks of bidirectional class R and AL).
pub fn is_rtl_letter(c: char) -> bool {
    matches!(u32::from(c), 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
        && c.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(html: &str) -> Vec<String> {
        let (_, errors) = parse(html, &Limits::default());
        errors.into_iter().map(|e| format!("{} | {}", &html[e.range], e.message)).collect()
    }

    #[test]
    fn ten_thousands_of_open_elements_are_one_clean_mistake() {
        let html = "<div>".repeat(100_000);
        let found = messages(&html);
        assert_eq!(found, ["<div> | elements are nested more than 100 deep"]);
    }

    #[test]
    fn too_many_nodes_stop_the_reading() {
        let limits = Limits { nodes: 10, ..Limits::default() };
        let (_, errors) = parse(&"<p>a</p>".repeat(100), &limits);
        assert_eq!(errors.len(), 1, "{errors:?}");
    }

    #[test]
    fn one_missing_end_tag_is_one_mistake() {
        assert_eq!(messages("<div><p>a<b>b</p><p>c</p></div>"), ["<b> | `b` is not closed"]);
        assert_eq!(messages("<div>a</div></div>"), ["</div> | `</div>` closes nothing"]);
    }

    #[test]
    fn ranges_survive_entities_and_line_ends() {
        let html = "<p>a &amp; é\r\n&nosuch; <foo>x</foo></p>";
        assert_eq!(
            messages(html),
            ["&nosuch; | there is no character named `&nosuch;`", "<foo | there is no element `foo`"]
        );
    }
}
