//! Takes numbers of pages, bookmarks and structure; writes the trees that hold them: of pages, of bookmarks, of
//! structure elements and their parents (ISO 32000-1, 7.7.3, 12.3.3, 14.7).

use super::deflate::Deflater;
use super::file::Section;
use super::part::{Part, PartData};
use super::structure::{Kid, Node, Structure, structure_type};
use super::syntax::{self, Dict, Id};
use super::{Bookmark, PdfError};
use crate::frame::Role;

/// Kids of one node; a viewer that jumps to a page reads few nodes.
const FAN_OUT: usize = 64;

/// Where a part's pages lie: pages have every second number, their contents the ones between.
pub(super) struct PartPlace {
    pub index: usize,
    /// Index of its first page in the document.
    pub first_page: usize,
    pub first_id: Id,
}

impl PartPlace {
    /// The number of a page, by its index in the part.
    pub fn page(&self, index: u32) -> Id {
        self.first_id + index * 2
    }
}

/// A balanced tree of pages.
pub(super) struct PageTree {
    pages: usize,
    /// From the nodes above the pages up to the root: the first node's number, and how many nodes.
    levels: Vec<(Id, usize)>,
}

impl PageTree {
    pub fn new(pages: usize, take: &mut impl FnMut(usize) -> Id) -> Self {
        let mut levels = Vec::new();
        let mut nodes = pages.div_ceil(FAN_OUT).max(1);
        loop {
            levels.push((take(nodes), nodes));
            if nodes == 1 {
                return Self { pages, levels };
            }
            nodes = nodes.div_ceil(FAN_OUT);
        }
    }

    pub fn root(&self) -> Id {
        self.levels.last().map_or(0, |(id, _)| *id)
    }

    /// The node above a page.
    pub fn parent(&self, page: usize) -> Id {
        self.levels[0].0 + (page / FAN_OUT) as Id
    }

    pub fn write(
        &self,
        section: &mut Section,
        deflater: &mut Deflater,
        page_id: impl Fn(usize) -> Option<Id>,
    ) -> Result<(), PdfError> {
        let mut pages_below = FAN_OUT;
        for (level, (first, nodes)) in self.levels.iter().enumerate() {
            let below = if level == 0 { self.pages } else { self.levels[level - 1].1 };
            for node in 0..*nodes {
                let kids = node * FAN_OUT..((node + 1) * FAN_OUT).min(below);
                let count = self.pages.min((node + 1) * pages_below) - self.pages.min(node * pages_below);
                section.dict(deflater, first + node as Id, |dict| {
                    dict.name("Type", "Pages");
                    if let Some((above, _)) = self.levels.get(level + 1) {
                        dict.reference("Parent", above + (node / FAN_OUT) as Id);
                    }
                    dict.integer("Count", count as i64);
                    if level == 0 {
                        dict.references("Kids", kids.filter_map(&page_id));
                    } else {
                        let first = self.levels[level - 1].0;
                        dict.references("Kids", kids.map(|kid| first + kid as Id));
                    }
                })?;
            }
            pages_below *= FAN_OUT;
        }
        Ok(())
    }
}

/// How many objects an outline takes, its root included.
pub(super) fn outline_size(bookmarks: &[Bookmark]) -> usize {
    fn count(bookmarks: &[Bookmark]) -> usize {
        bookmarks.iter().map(|b| 1 + count(&b.below)).sum()
    }
    if bookmarks.is_empty() { 0 } else { 1 + count(bookmarks) }
}

/// Writes an outline from the number `root` on. The first level is open, those below are closed.
pub(super) fn write_outline(
    section: &mut Section,
    deflater: &mut Deflater,
    bookmarks: &[Bookmark],
    root: Id,
    page_id: &dyn Fn(usize) -> Option<Id>,
) -> Result<(), PdfError> {
    if bookmarks.is_empty() {
        return Ok(());
    }
    let mut next = root + 1;
    let ids = write_bookmarks(section, deflater, bookmarks, root, &mut next, page_id)?;
    section.dict(deflater, root, |dict| {
        dict.name("Type", "Outlines");
        first_and_last(dict, &ids);
        dict.integer("Count", ids.len() as i64);
    })
}

fn first_and_last(dict: &mut Dict<'_>, ids: &[Id]) {
    if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
        dict.reference("First", *first);
        dict.reference("Last", *last);
    }
}

/// Writes bookmarks of one level and all below; gives the numbers of that level.
fn write_bookmarks(
    section: &mut Section,
    deflater: &mut Deflater,
    bookmarks: &[Bookmark],
    parent: Id,
    next: &mut Id,
    page_id: &dyn Fn(usize) -> Option<Id>,
) -> Result<Vec<Id>, PdfError> {
    let ids: Vec<Id> = (*next..).take(bookmarks.len()).collect();
    *next += bookmarks.len() as Id;
    for (i, bookmark) in bookmarks.iter().enumerate() {
        let below = write_bookmarks(section, deflater, &bookmark.below, ids[i], next, page_id)?;
        let page = page_id(bookmark.sheet).ok_or_else(|| {
            PdfError::Internal(format!("a bookmark on sheet {}, which is not there", bookmark.sheet))
        })?;
        section.dict(deflater, ids[i], |dict| {
            dict.text("Title", &bookmark.title);
            dict.reference("Parent", parent);
            if i > 0 {
                dict.reference("Prev", ids[i - 1]);
            }
            if let Some(following) = ids.get(i + 1) {
                dict.reference("Next", *following);
            }
            first_and_last(dict, &below);
            if !below.is_empty() {
                dict.integer("Count", -(below.len() as i64));
            }
            let dest = dict.key("Dest");
            dest.push(b'[');
            syntax::reference(dest, page);
            dest.extend_from_slice(b"/Fit]");
        })?;
    }
    Ok(ids)
}

/// Numbers of all that belongs to the structure, and of links, which belong to it where there is one.
pub(super) struct StructureIds {
    root: Option<Root>,
    parts: Vec<PartIds>,
}

struct Root {
    tree: Id,
    document: Id,
    parent_tree: Id,
}

struct PartIds {
    links: Id,
    /// The first link of each page, counted in the part.
    first_link: Vec<u32>,
    nodes: Id,
    /// The sections that pages of the same pieces stand in: their first page, and the page after their last.
    sections: Vec<(u32, u32)>,
    first_section: Id,
    /// Leaves of the tree that leads from content to structure.
    leaves: Id,
    first_key: Id,
    keys: Id,
}

impl PartIds {
    fn leaf_count(&self) -> usize {
        (self.keys as usize).div_ceil(FAN_OUT)
    }

    /// The section that a page stands in.
    fn section(&self, page: u32) -> Id {
        let index = self.sections.partition_point(|(from, _)| *from <= page).saturating_sub(1);
        self.first_section + index as Id
    }
}

impl StructureIds {
    pub fn new(parts: &[Part], take: &mut impl FnMut(usize) -> Id) -> Self {
        let tagged = parts.iter().any(|p| p.0.structure.as_ref().is_some_and(|s| !s.nodes.is_empty()));
        let root = tagged.then(|| Root { tree: take(1), document: take(1), parent_tree: take(1) });
        let mut first_key = 0;
        let parts = parts
            .iter()
            .map(|part| {
                let part = &part.0;
                let mut links = 0;
                let first_link = part
                    .pages
                    .iter()
                    .map(|page| {
                        links += page.links.len() as u32;
                        links - page.links.len() as u32
                    })
                    .collect();
                let marked = part.pages.iter().filter(|p| !p.marked.is_empty()).count();
                let linked = part.pages.iter().flat_map(|p| &p.links).filter(|l| l.node.is_some()).count();
                let keys = (marked + linked) as Id;
                let sections = sections(part);
                let ids = PartIds {
                    links: take(links as usize),
                    first_link,
                    nodes: take(part.structure.as_ref().map_or(0, |s| s.nodes.len())),
                    first_section: take(sections.len()),
                    sections,
                    leaves: take((keys as usize).div_ceil(FAN_OUT)),
                    first_key,
                    keys,
                };
                first_key += keys;
                ids
            })
            .collect();
        Self { root, parts }
    }

    /// The structure tree's root, if there is a structure.
    pub fn root(&self) -> Option<Id> {
        self.root.as_ref().map(|root| root.tree)
    }

    /// The keys of a part's pages and links in the parent tree, in order: each page's own, then its links'.
    pub fn keys(&self, part: usize) -> impl Iterator<Item = Id> {
        let ids = &self.parts[part];
        ids.first_key..ids.first_key + ids.keys
    }

    /// The numbers of a page's links.
    pub fn links(&self, part: usize, data: &PartData, page: usize) -> std::ops::Range<Id> {
        let ids = &self.parts[part];
        let first = ids.links + ids.first_link.get(page).copied().unwrap_or_default();
        first..first + data.pages[page].links.len() as Id
    }

    /// Writes a part's sections, elements, and the way from its content to them.
    pub fn write_part(
        &self,
        section: &mut Section,
        deflater: &mut Deflater,
        part: &PartData,
        place: &PartPlace,
    ) -> Result<(), PdfError> {
        let (Some(root), Some(structure)) = (&self.root, &part.structure) else { return Ok(()) };
        let ids = &self.parts[place.index];
        let mut roots = structure.roots.iter().peekable();
        for (i, (_, end)) in ids.sections.iter().enumerate() {
            let mut kids = Vec::new();
            while let Some(node) =
                roots.next_if(|n| structure.nodes.get(**n as usize).is_some_and(|n| n.page < *end))
            {
                kids.push(ids.nodes + node);
            }
            section.dict(deflater, ids.first_section + i as Id, |dict| {
                dict.name("S", "Sect");
                dict.reference("P", root.document);
                dict.references("K", kids);
            })?;
        }
        for (i, node) in structure.nodes.iter().enumerate() {
            section.dict(deflater, ids.nodes + i as Id, |dict| {
                self.write_node(dict, structure, i as u32, node, part, place);
            })?;
        }
        self.write_leaves(section, deflater, part, ids)
    }

    fn write_node(
        &self,
        dict: &mut Dict<'_>,
        structure: &Structure,
        index: u32,
        node: &Node,
        part: &PartData,
        place: &PartPlace,
    ) {
        let ids = &self.parts[place.index];
        dict.name("S", structure_type(&node.role));
        dict.reference("P", node.parent.map_or_else(|| ids.section(node.page), |parent| ids.nodes + parent));
        if let Some(lang) = &node.lang {
            dict.text("Lang", lang);
        }
        if node.role == Role::TableHeader {
            let scope = if structure.heads_column(index) { "Column" } else { "Row" };
            dict.dict("A", |attributes| {
                attributes.name("O", "Table");
                attributes.name("Scope", scope);
            });
        }
        if node.kids.iter().any(|kid| matches!(kid, Kid::Content { .. })) {
            dict.reference("Pg", place.page(node.page));
        }
        if let [Kid::Content { page, mcid }] = node.kids[..]
            && page == node.page
        {
            dict.integer("K", i64::from(mcid));
            return;
        }
        let out = dict.key("K");
        out.push(b'[');
        for (i, kid) in node.kids.iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            match kid {
                Kid::Node(node) => syntax::reference(out, ids.nodes + node),
                Kid::Content { page, mcid } if *page == node.page => syntax::integer(out, i64::from(*mcid)),
                Kid::Content { page, mcid } => {
                    let mut reference = Dict::open(out);
                    reference.name("Type", "MCR");
                    reference.reference("Pg", place.page(*page));
                    reference.integer("MCID", i64::from(*mcid));
                    reference.close();
                }
                Kid::Link { page, link } => {
                    let mut reference = Dict::open(out);
                    reference.name("Type", "OBJR");
                    reference.reference("Pg", place.page(*page));
                    reference.reference("Obj", self.links(place.index, part, *page as usize).start + link);
                    reference.close();
                }
            }
        }
        out.push(b']');
    }

    fn write_leaves(
        &self,
        section: &mut Section,
        deflater: &mut Deflater,
        part: &PartData,
        ids: &PartIds,
    ) -> Result<(), PdfError> {
        let mut entries: Vec<Vec<u8>> = Vec::with_capacity(ids.keys as usize);
        for page in &part.pages {
            if !page.marked.is_empty() {
                let mut out = vec![b'['];
                for (i, node) in page.marked.iter().enumerate() {
                    if i > 0 {
                        out.push(b' ');
                    }
                    syntax::reference(&mut out, ids.nodes + node);
                }
                out.push(b']');
                entries.push(out);
            }
            for node in page.links.iter().filter_map(|link| link.node) {
                let mut out = Vec::new();
                syntax::reference(&mut out, ids.nodes + node);
                entries.push(out);
            }
        }
        for (leaf, chunk) in entries.chunks(FAN_OUT).enumerate() {
            let first = ids.first_key + (leaf * FAN_OUT) as Id;
            section.dict(deflater, ids.leaves + leaf as Id, |dict| {
                let limits = dict.key("Limits");
                limits.push(b'[');
                syntax::integer(limits, i64::from(first));
                limits.push(b' ');
                syntax::integer(limits, i64::from(first) + chunk.len() as i64 - 1);
                limits.push(b']');
                let nums = dict.key("Nums");
                nums.push(b'[');
                for (i, entry) in chunk.iter().enumerate() {
                    syntax::integer(nums, i64::from(first) + i as i64);
                    nums.push(b' ');
                    nums.extend_from_slice(entry);
                    nums.push(b' ');
                }
                nums.push(b']');
            })?;
        }
        Ok(())
    }

    /// Writes the tree's root, the document element and the root of the way back.
    pub fn write_root(&self, section: &mut Section, deflater: &mut Deflater) -> Result<(), PdfError> {
        let Some(root) = &self.root else { return Ok(()) };
        section.dict(deflater, root.tree, |dict| {
            dict.name("Type", "StructTreeRoot");
            dict.reference("K", root.document);
            dict.reference("ParentTree", root.parent_tree);
            dict.integer(
                "ParentTreeNextKey",
                self.parts.last().map_or(0, |p| i64::from(p.first_key + p.keys)),
            );
        })?;
        section.dict(deflater, root.document, |dict| {
            dict.name("S", "Document");
            dict.reference("P", root.tree);
            let sections = |p: &PartIds| (p.first_section..).take(p.sections.len());
            dict.references("K", self.parts.iter().flat_map(sections));
        })?;
        section.dict(deflater, root.parent_tree, |dict| {
            dict.references("Kids", self.parts.iter().flat_map(|p| (p.leaves..).take(p.leaf_count())));
        })
    }
}

/// Runs of pages of the same pieces.
fn sections(part: &PartData) -> Vec<(u32, u32)> {
    if part.structure.is_none() {
        return Vec::new();
    }
    let mut from = 0;
    part.pages
        .chunk_by(|a, b| a.pieces == b.pieces)
        .map(|run| {
            let section = (from, from + run.len() as u32);
            from = section.1;
            section
        })
        .collect()
}
