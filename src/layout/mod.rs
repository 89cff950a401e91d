//! A styled document in; finished pages out: boxes by taffy, text by parley, pages, running heads and the fit.

mod boxes;
mod cache;
mod css;
mod error;
mod faces;
mod fit;
mod flow;
mod inline;
mod marker;
mod page;
mod paint;
mod replaced;
#[cfg(test)]
mod samples;
mod scroll;
mod table;
mod writer;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use error::{LayoutError, LayoutErrorKind};

use crate::fonts::Catalogue;
use crate::frame::{ImageId, Page};
use crate::geometry::{Point, Sides, Size};
use crate::markup::tree::{Document, NodeId};
use boxes::{BoxTree, Builder};
use cache::ParagraphCache;
use css::BoxStyles;
use faces::Faces;
use flow::Flow;
use inline::Shaping;
use page::Cut;
use paint::{Painter, Window};
use scroll::Scroll;
use writer::Writer;

/// Things beyond the edge of a page that are told one by one.
const MOST_BEYOND: usize = 3;

/// Lays documents out. One for a run, shared by all threads; what it caches never changes a result.
pub struct Engine {
    faces: Faces,
    cache: ParagraphCache,
    number: u64,
}

/// What a document is laid out for.
pub struct Job<'a> {
    /// The page's size where the document's `@page` gives none: the stock's.
    pub size: Size,
    pub fit: Fit,
    /// How far the type of an `<address>` may shrink before it is an error; 1 for not at all.
    pub address_min_scale: f32,
    /// What `<build-mark>` prints.
    pub build_mark: &'a str,
    /// A picture by its key: its id, and its width and height in pixels.
    pub pictures: &'a Pictures<'a>,
}

/// Finds a picture by its key: its id, and its width and height in pixels.
pub type Pictures<'a> = dyn Fn(&str) -> Option<(ImageId, u32, u32)> + 'a;

/// How many pages a document may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// As many as it takes.
    Flow,
    /// One; type may shrink to `min_scale` of its size.
    OnePage { min_scale: f32 },
}

/// A document laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Laid {
    pub pages: Vec<Page>,
    /// What type was multiplied by to fit; 1 where it was not.
    pub scale: f32,
}

/// What `<page-number>` and `<page-count>` print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    page: u32,
    count: u32,
}

/// One thread's scratch, kept from one document to the next.
#[derive(Default)]
struct Scratch {
    /// The engine that the cached styles belong to.
    engine: u64,
    shaping: Shaping,
    styles: BoxStyles,
    tree: BoxTree,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Where things stand on the pages, in points.
#[derive(Debug, Clone, Copy)]
struct Geometry {
    page: Size,
    margin: Sides<f32>,
    first_margin: Sides<f32>,
    header: f32,
    footer: f32,
}

impl Geometry {
    fn margin(&self, number: usize) -> Sides<f32> {
        if number == 0 { self.first_margin } else { self.margin }
    }

    fn width(&self) -> f32 {
        self.page.width - self.margin.left - self.margin.right
    }

    /// The room for text on a page.
    fn height(&self, number: usize) -> f32 {
        let margin = self.margin(number);
        self.page.height - margin.top - margin.bottom - self.header - self.footer
    }

    /// The top left corner of a page's text.
    fn area(&self, number: usize) -> Point {
        let margin = self.margin(number);
        Point::new(margin.left, margin.top + self.header)
    }
}

impl Engine {
    /// An engine for the faces of a catalogue.
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        Self::with_cache(catalogue, true)
    }

    /// An engine that shapes every paragraph anew and whole, to show that cache and short cuts change nothing.
    pub fn without_cache(catalogue: Arc<Catalogue>) -> Self {
        Self::with_cache(catalogue, false)
    }

    fn with_cache(catalogue: Arc<Catalogue>, enabled: bool) -> Self {
        static ENGINES: AtomicU64 = AtomicU64::new(1);
        let number = ENGINES.fetch_add(1, Ordering::Relaxed);
        Self { faces: Faces::new(catalogue), cache: ParagraphCache::new(enabled), number }
    }

    /// Lays a document out.
    ///
    /// # Errors
    /// All that does not fit, cannot be drawn or is not there; nothing is ever cut off or left out silently.
    pub fn lay_out(&self, document: &Document, job: &Job<'_>) -> Result<Laid, Vec<LayoutError>> {
        if document.nodes.is_empty() {
            return Ok(Laid { pages: Vec::new(), scale: 1.0 });
        }
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => self.lay_out_with(&mut scratch, document, job),
            // A picture look-up that lays out a document of its own.
            Err(_) => self.lay_out_with(&mut Scratch::default(), document, job),
        })
    }

    fn lay_out_with(
        &self,
        scratch: &mut Scratch,
        document: &Document,
        job: &Job<'_>,
    ) -> Result<Laid, Vec<LayoutError>> {
        if scratch.engine != self.number {
            *scratch = Scratch { engine: self.number, ..Scratch::default() };
            scratch.shaping.takes_short_cuts = self.cache.enabled;
        }
        let mut errors = Vec::new();
        let geometry = self.geometry(scratch, document, job, &mut errors).map_err(|e| vec![e])?;
        let mut run = Run { engine: self, scratch, document, job, geometry };
        let fitted = fit::fit(&mut run)?;
        errors.extend(fitted.scroll.errors.iter().cloned());
        let cuts = match (job.fit, page::cut(&fitted.scroll, |n| geometry.height(n))) {
            (Fit::OnePage { .. }, _) => vec![Cut { start: 0.0, end: f32::INFINITY, head: None }],
            (Fit::Flow, Ok(cuts)) => cuts,
            (Fit::Flow, Err(mut error)) => {
                if error.source == (0..0) {
                    error.source = fitted.scroll.longest.as_ref().map_or(0..0, |l| l.source.clone());
                }
                errors.push(error);
                return Err(errors);
            }
        };
        let (scroll, cuts) = run.number_pages(fitted.scroll, cuts, fitted.scale, &fitted.addresses);
        let mut beyond = Vec::new();
        let pages = run.paint(&scroll, &cuts, &mut beyond);
        // What is too wide for its column is often too wide for the page as well: said once.
        beyond.retain(|e| !errors.iter().any(|known| known.source == e.source));
        // What pushes the rest over the edge is told, not each thing that was pushed.
        beyond.sort_by_key(|error| error.source.start);
        beyond.truncate(MOST_BEYOND);
        errors.append(&mut beyond);
        if errors.is_empty() { Ok(Laid { pages, scale: fitted.scale }) } else { Err(errors) }
    }

    /// Measures the margins and the running heads.
    fn geometry(
        &self,
        scratch: &mut Scratch,
        document: &Document,
        job: &Job<'_>,
        errors: &mut Vec<LayoutError>,
    ) -> Result<Geometry, LayoutError> {
        let style = &document.page;
        let source = document.nodes[0].source.clone();
        let mut page = style.size.unwrap_or(job.size);
        if style.size.is_none() && style.landscape.is_some_and(|lying| lying != (page.width > page.height)) {
            (page.width, page.height) = (page.height, page.width);
        }
        let mut geometry = Geometry {
            page,
            margin: style.margin,
            first_margin: style.first_margin.unwrap_or(style.margin),
            header: 0.0,
            footer: 0.0,
        };
        let across = |m: Sides<f32>| m.left + m.right;
        if (across(geometry.margin) - across(geometry.first_margin)).abs() > 0.01 {
            return Err(LayoutError { kind: LayoutErrorKind::FirstPageWidth, source });
        }
        let mut run = Run { engine: self, scratch, document, job, geometry };
        // Two digits, so that a tenth page does not make the head higher.
        let numbers = Numbers { page: 88, count: 88 };
        let mut measure = |part: Option<NodeId>| {
            part.map_or(0.0, |part| {
                let (scroll, height) = run.lay_out_part(part, numbers, 1.0, &[]);
                errors.extend(scroll.errors);
                height
            })
        };
        let header = measure(document.header);
        let footer = measure(document.footer);
        (geometry.header, geometry.footer) = (header, footer);
        let is_room = geometry.width() > 1.0 && geometry.height(0) > 1.0 && geometry.height(1) > 1.0;
        if is_room { Ok(geometry) } else { Err(LayoutError { kind: LayoutErrorKind::PageTooSmall, source }) }
    }
}

/// One document on its way.
struct Run<'a> {
    engine: &'a Engine,
    scratch: &'a mut Scratch,
    document: &'a Document,
    job: &'a Job<'a>,
    geometry: Geometry,
}

impl Run<'_> {
    /// Lays out the body at a scale.
    fn lay_out_body(&mut self, numbers: Numbers, scale: f32, addresses: &[(NodeId, f32)]) -> Scroll {
        self.lay_out_part(NodeId(0), numbers, scale, addresses).0
    }

    /// Lays out the body or a running part; gives what is painted and the height with margins.
    fn lay_out_part(
        &mut self,
        part: NodeId,
        numbers: Numbers,
        scale: f32,
        addresses: &[(NodeId, f32)],
    ) -> (Scroll, f32) {
        let faces = &self.engine.faces;
        let tree = std::mem::take(&mut self.scratch.tree);
        let mut builder = Builder::new(
            self.document,
            self.job,
            faces,
            &self.scratch.shaping,
            &self.scratch.styles,
            numbers,
            scale,
            addresses,
            tree,
        );
        builder.build(part);
        let errors = std::mem::take(&mut builder.errors);
        let mut flow =
            Flow { tree: builder.tree, faces, shaping: &mut self.scratch.shaping, cache: &self.engine.cache };
        let geometry = self.geometry;
        let area = taffy::Size { width: geometry.width().max(0.0), height: geometry.height(0).max(0.0) };
        let page = taffy::Size { width: geometry.page.width, height: geometry.page.height };
        let corner = geometry.area(0);
        flow.lay_out(area, page, taffy::Point { x: -corner.x, y: -corner.y });
        let mut scroll = Writer::write(&mut flow, self.document);
        scroll.errors.splice(0..0, errors);
        let height = flow.tree.nodes.get(1).map_or(0.0, |node| {
            let layout = &node.layout;
            layout.location.y + layout.size.height + layout.margin.bottom
        });
        self.scratch.tree = flow.tree;
        (scroll, height)
    }

    /// Lays the body out once more where it prints the number of pages.
    fn number_pages(
        &mut self,
        scroll: Scroll,
        cuts: Vec<Cut>,
        scale: f32,
        addresses: &[(NodeId, f32)],
    ) -> (Scroll, Vec<Cut>) {
        if cuts.len() == 1 || !self.body_counts_pages(NodeId(0)) {
            return (scroll, cuts);
        }
        let numbers = Numbers { page: 1, count: cuts.len() as u32 };
        let again = self.lay_out_body(numbers, scale, addresses);
        match page::cut(&again, |n| self.geometry.height(n)) {
            Ok(cuts) => (again, cuts),
            Err(_) => (scroll, cuts),
        }
    }

    fn body_counts_pages(&self, id: NodeId) -> bool {
        use crate::markup::tree::{Element, NodeKind};
        self.document.nodes.get(id.0 as usize).is_some_and(|node| {
            matches!(node.kind, NodeKind::Element(Element::PageCount))
                || node.children.iter().any(|c| self.body_counts_pages(*c))
        })
    }

    fn paint(&mut self, scroll: &Scroll, cuts: &[Cut], errors: &mut Vec<LayoutError>) -> Vec<Page> {
        let geometry = self.geometry;
        let (header_part, footer_part) = (self.document.header, self.document.footer);
        let mut pages = Vec::with_capacity(cuts.len());
        for (number, cut) in cuts.iter().enumerate() {
            let numbers = Numbers { page: number as u32 + 1, count: cuts.len() as u32 };
            let area = geometry.area(number);
            let mut running =
                |part: Option<NodeId>| part.map(|part| self.lay_out_part(part, numbers, 1.0, &[]).0);
            let (header, footer) = (running(header_part), running(footer_part));
            let mut painter = Painter::new(&self.engine.faces, geometry.page);
            let margin = geometry.margin(number);
            let whole = |y: f32| Window {
                start: f32::NEG_INFINITY,
                end: f32::INFINITY,
                shift: Point::new(margin.left, y),
                area,
            };
            if let Some(header) = &header {
                painter.artifact(header, 0..header.entries.len(), whole(margin.top));
            }
            let mut top = area.y;
            if let Some(table) = cut.head.and_then(|i| scroll.tables.get(i)) {
                let window = Window {
                    start: table.top,
                    end: table.bottom,
                    shift: Point::new(area.x, top - table.top),
                    area,
                };
                painter.artifact(scroll, table.entries.clone(), window);
                top += table.bottom - table.top;
            }
            let window =
                Window { start: cut.start, end: cut.end, shift: Point::new(area.x, top - cut.start), area };
            painter.scroll(scroll, window);
            if let Some(footer) = &footer {
                painter.artifact(
                    footer,
                    0..footer.entries.len(),
                    whole(geometry.page.height - margin.bottom - geometry.footer),
                );
            }
            errors.append(&mut painter.errors);
            pages.push(Page { size: geometry.page, items: painter.items, filler: false });
        }
        pages
    }
}
