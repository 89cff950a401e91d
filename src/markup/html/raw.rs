//! The elements of a document before they have styles: a flat tree; data only.

use std::ops::Range;

use crate::markup::element::{Attribute, Tag};

/// The elements and texts of a document in their order; children lie behind their parent.
#[derive(Debug, Default)]
pub struct RawTree {
    /// Node 0 is `html`, node 1 `body`; both are made where the document does not write them.
    pub nodes: Vec<RawNode>,
    pub attributes: Vec<RawAttribute>,
    /// All text and all values, end to end.
    pub text: String,
    /// The texts of `style` elements: where they lie in the HTML.
    pub styles: Vec<Range<usize>>,
}

#[derive(Debug, Clone)]
pub struct RawNode {
    pub parent: u32,
    pub kind: RawKind,
    /// Bytes of the HTML: the start tag, or the text.
    pub source: Range<u32>,
    /// Indices into [`RawTree::attributes`].
    pub attributes: Range<u32>,
    /// The place among the element siblings, from 1; 0 for text.
    pub place: u32,
    /// How many children are elements.
    pub elements: u32,
    /// The element sibling before; `NONE` for the first.
    pub previous: u32,
    /// For a list: the ordinal of its next item. For an item: its ordinal.
    pub ordinal: u32,
}

/// No node.
pub const NONE: u32 = u32::MAX;
pub const HTML: u32 = 0;
pub const BODY: u32 = 1;

#[derive(Debug, Clone, PartialEq)]
pub enum RawKind {
    Element(Tag),
    /// Bytes of [`RawTree::text`].
    Text(Range<u32>),
}

#[derive(Debug, Clone)]
pub struct RawAttribute {
    pub name: Attribute,
    /// Bytes of [`RawTree::text`].
    pub value: Range<u32>,
    /// Bytes of the HTML: the value without its quotes.
    pub source: Range<u32>,
}

impl RawTree {
    pub fn tag(&self, node: u32) -> Option<Tag> {
        match self.nodes[node as usize].kind {
            RawKind::Element(tag) => Some(tag),
            RawKind::Text(_) => None,
        }
    }

    pub fn attributes_of(&self, node: u32) -> &[RawAttribute] {
        let range = &self.nodes[node as usize].attributes;
        &self.attributes[range.start as usize..range.end as usize]
    }

    pub fn attribute(&self, node: u32, name: Attribute) -> Option<&RawAttribute> {
        self.attributes_of(node).iter().find(|attribute| attribute.name == name)
    }

    pub fn value(&self, node: u32, name: Attribute) -> Option<&str> {
        self.attribute(node, name).map(|attribute| self.str(&attribute.value))
    }

    pub fn str(&self, range: &Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }
}
