//! Takes some sheets; gives a part of the document: compressed content streams and what finishing must know of them.
//! A part depends on nothing outside its sheets, so it can be kept between rebuilds.

use std::ops::Range;
use std::sync::Arc;

use super::PdfError;
use super::content::{Painted, Painter, PartContext};
use super::fragments::Repeated;
use super::shared::Shared;
use super::stream::content_streams;
use super::structure::Structure;
use super::usage::{FaceUsage, Usage};
use crate::fonts::FaceId;
use crate::frame::{Sheet, StockKind};
use crate::geometry::{Rect, Size};

/// Pages given to printpdf at a time: enough that a document's own cost vanishes, few enough that memory stays flat.
const PAGES_AT_A_TIME: usize = 64;

/// Some finished sheets of a document, compressed. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Part(pub(super) Arc<PartData>);

impl Part {
    /// How many sheets it holds.
    pub fn sheets(&self) -> usize {
        self.0.pages.len()
    }

    /// Bytes of memory that its compressed content takes.
    pub fn size(&self) -> usize {
        self.0.streams.len()
    }
}

#[derive(Debug, Default)]
pub(super) struct PartData {
    pub pages: Vec<PageData>,
    pub forms: Vec<FormData>,
    /// The compressed content of pages and forms, one after the other.
    pub streams: Vec<u8>,
    pub faces: Vec<FaceUsage>,
    pub structure: Option<Structure>,
}

#[derive(Debug)]
pub(super) struct PageData {
    pub size: Size,
    pub content: Range<usize>,
    pub names: Names,
    pub links: Vec<PageLink>,
    /// The structure node of each marked content, by its number.
    pub marked: Vec<u32>,
    pub pieces: Vec<u32>,
}

#[derive(Debug)]
pub(super) struct FormData {
    /// Left, bottom, right, top.
    pub bounds: [f32; 4],
    pub content: Range<usize>,
    pub names: Names,
}

/// What a content stream calls by name.
#[derive(Debug)]
pub(super) struct Names {
    pub fonts: Vec<FaceId>,
    pub pictures: Vec<PictureUse>,
    pub forms: Vec<u32>,
}

/// A picture and the largest size, in points, at which it is printed here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PictureUse {
    pub file_hash: [u8; 32],
    pub width: f32,
    pub height: f32,
}

impl PictureUse {
    pub fn grow(&mut self, width: f32, height: f32) {
        self.width = self.width.max(width);
        self.height = self.height.max(height);
    }
}

/// A link on a page, its rectangle from the sheet's top left corner.
#[derive(Debug, Clone)]
pub(super) struct PageLink {
    pub rect: Rect,
    pub uri: Arc<str>,
    pub node: Option<u32>,
}

/// Paints sheets and compresses them.
pub(super) fn make(shared: &Shared<'_>, sheets: &[Sheet], stock: StockKind) -> Result<Part, PdfError> {
    let mut structure = (stock == StockKind::Paper).then(Structure::default);
    let repeated = Repeated::find(sheets, structure.is_some());
    let mut usage = Usage::default();
    let mut streams = Vec::new();

    let mut painted = Vec::with_capacity(repeated.forms.len());
    for fragment in &repeated.forms {
        let mut context =
            PartContext { shared, usage: &mut usage, repeated: &repeated, structure: None, page: 0 };
        painted.push(Painter::form(&mut context, &fragment.items)?);
    }
    let mut forms = Vec::with_capacity(painted.len());
    for (fragment, (names, content)) in repeated.forms.iter().zip(write(shared, painted, &mut streams)?) {
        // Ink may stand out of a fragment's box by an accent or a flourish, never by more than its own size.
        let (width, height) = (fragment.size.width, fragment.size.height);
        let slack = width.max(height).max(72.0);
        let bounds = [-slack, -height - slack, width + slack, slack];
        forms.push(FormData { bounds, content, names: names.names });
    }

    let mut pages = Vec::with_capacity(sheets.len());
    for (batch_index, batch) in sheets.chunks(PAGES_AT_A_TIME).enumerate() {
        let mut painted = Vec::with_capacity(batch.len());
        for (i, sheet) in batch.iter().enumerate() {
            let page = (batch_index * PAGES_AT_A_TIME + i) as u32;
            let structure = structure.as_mut();
            let mut context = PartContext { shared, usage: &mut usage, repeated: &repeated, structure, page };
            painted.push(Painter::sheet(&mut context, sheet.size.height, &sheet.items)?);
        }
        for (sheet, (written, content)) in batch.iter().zip(write(shared, painted, &mut streams)?) {
            pages.push(PageData {
                size: sheet.size,
                content,
                names: written.names,
                links: written.links,
                marked: written.marked,
                pieces: sheet.pieces.clone(),
            });
        }
    }
    streams.shrink_to_fit();
    Ok(Part(Arc::new(PartData { pages, forms, streams, faces: usage.finish(), structure })))
}

/// What is left of a painted page when its operators are written.
struct Written {
    names: Names,
    links: Vec<PageLink>,
    marked: Vec<u32>,
}

/// Writes painted pages' operators as compressed streams at the end of `streams`.
fn write(
    shared: &Shared<'_>,
    painted: Vec<Painted>,
    streams: &mut Vec<u8>,
) -> Result<Vec<(Written, Range<usize>)>, PdfError> {
    if painted.is_empty() {
        return Ok(Vec::new());
    }
    let mut ops = Vec::with_capacity(painted.len());
    let mut rest = Vec::with_capacity(painted.len());
    for page in painted {
        ops.push(page.ops);
        let names = Names { fonts: page.fonts, pictures: page.pictures, forms: page.forms };
        rest.push(Written { names, links: page.links, marked: page.marked });
    }
    let contents = content_streams(ops)?;
    shared.with_deflater(|deflater| {
        rest.into_iter()
            .zip(contents)
            .map(|(written, content)| {
                let from = streams.len();
                streams.extend_from_slice(deflater.compress(&content)?);
                Ok((written, from..streams.len()))
            })
            .collect()
    })
}
