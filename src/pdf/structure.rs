//! Takes the tags of frames as they open and close; gives the structure tree of a part's pages (ISO 32000-1, 14.7).

use std::sync::Arc;

use crate::frame::{Role, Tag};

/// A structure element of a part.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub role: Role,
    pub lang: Option<Arc<str>>,
    pub parent: Option<u32>,
    /// Index of the page, in the part, that its first content stands on.
    pub page: u32,
    pub kids: Vec<Kid>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kid {
    Node(u32),
    /// Marked content of a page: the page's index in the part and the content's number on it.
    Content {
        page: u32,
        mcid: u32,
    },
    /// A link: the page's index in the part and the link's on that page.
    Link {
        page: u32,
        link: u32,
    },
}

/// What the tags around a piece of content make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Node(u32),
    Artifact,
}

/// The structure of a part, while its pages are painted and after.
#[derive(Debug, Default, Clone)]
pub(super) struct Structure {
    pub nodes: Vec<Node>,
    /// Nodes without a parent, in order.
    pub roots: Vec<u32>,
    stack: Vec<Mark>,
    /// The paragraph made for text without a tag, until the next tag.
    implied: Option<u32>,
}

impl Structure {
    /// Opens a tag on a page.
    pub fn begin(&mut self, tag: &Tag, page: u32) {
        let mark = match (self.stack.last(), &tag.role) {
            (Some(Mark::Artifact), _) | (_, Role::Artifact) => Mark::Artifact,
            _ => Mark::Node(self.add(tag.role.clone(), tag.lang.clone(), page)),
        };
        self.stack.push(mark);
        self.implied = None;
    }

    /// Closes the last tag that was opened.
    pub fn end(&mut self) {
        self.stack.pop();
        self.implied = None;
    }

    /// Closes what a page left open.
    pub fn end_page(&mut self) {
        self.stack.clear();
        self.implied = None;
    }

    /// What text that stands here belongs to. Text that no tag claims becomes a paragraph: it is there to be read.
    pub fn for_text(&mut self, page: u32) -> Mark {
        match self.stack.last() {
            Some(Mark::Node(node)) if !matches!(self.role(*node), Some(Role::Section)) => Mark::Node(*node),
            Some(Mark::Artifact) => Mark::Artifact,
            _ => {
                let paragraph = self.implied.unwrap_or_else(|| self.add(Role::Paragraph, None, page));
                self.implied = Some(paragraph);
                Mark::Node(paragraph)
            }
        }
    }

    /// What a drawing that stands here belongs to: the figure around it, or nothing that is to be read.
    pub fn for_drawing(&self) -> Mark {
        let figure = self.stack.iter().rev().find(
            |mark| matches!(mark, Mark::Node(node) if matches!(self.role(*node), Some(Role::Figure { .. }))),
        );
        figure.copied().unwrap_or(Mark::Artifact)
    }

    /// The node that a link belongs to: the link element around it, or a new one. `None` inside an artifact.
    pub fn for_link(&mut self, page: u32) -> Option<u32> {
        match self.stack.last() {
            Some(Mark::Artifact) => None,
            Some(Mark::Node(node)) if matches!(self.role(*node), Some(Role::Link)) => Some(*node),
            _ => Some(self.add(Role::Link, None, page)),
        }
    }

    fn role(&self, node: u32) -> Option<&Role> {
        self.nodes.get(node as usize).map(|n| &n.role)
    }

    fn add(&mut self, role: Role, lang: Option<Arc<str>>, page: u32) -> u32 {
        let parent = self.stack.iter().rev().find_map(|mark| match mark {
            Mark::Node(node) => Some(*node),
            Mark::Artifact => None,
        });
        let index = self.nodes.len() as u32;
        self.nodes.push(Node { role, lang, parent, page, kids: Vec::new() });
        match parent {
            Some(parent) => self.add_kid(parent, Kid::Node(index)),
            None => self.roots.push(index),
        }
        index
    }

    /// Adds a kid to a node.
    pub fn add_kid(&mut self, node: u32, kid: Kid) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.kids.push(kid);
        }
    }

    /// True for a header cell all of whose row's cells are headers: it heads a column, any other a row.
    pub fn heads_column(&self, node: u32) -> bool {
        let row =
            self.nodes.get(node as usize).and_then(|n| n.parent).and_then(|p| self.nodes.get(p as usize));
        row.is_some_and(|row| {
            row.kids
                .iter()
                .all(|kid| matches!(kid, Kid::Node(n) if matches!(self.role(*n), Some(Role::TableHeader))))
        })
    }
}

/// The standard structure type of a role (14.8.4).
pub(super) fn structure_type(role: &Role) -> &'static str {
    match role {
        Role::Heading(level) => ["H1", "H2", "H3", "H4", "H5", "H6"][usize::from(*level).clamp(1, 6) - 1],
        Role::Paragraph => "P",
        Role::List => "L",
        Role::ListItem => "LI",
        Role::ListLabel => "Lbl",
        Role::ListBody => "LBody",
        Role::Table => "Table",
        Role::TableRow => "TR",
        Role::TableHeader => "TH",
        Role::TableCell => "TD",
        Role::Figure { .. } => "Figure",
        Role::Section => "Sect",
        Role::Span => "Span",
        Role::Link => "Link",
        // Artifacts are no part of the tree; the name keeps the table whole.
        Role::Artifact => "NonStruct",
    }
}
