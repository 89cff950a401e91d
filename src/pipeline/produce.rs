//! A sheet and some of its subjects in; the finished, compressed part of the PDF for them out.
//!
//! Each call takes the subjects of a few physical sheets through template, markup, layout, imposition and PDF, so that
//! pages need not stay in memory, and so that calls can run side by side.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use super::blame;
use super::lookup;
use crate::diag::{Diagnostic, Sources, Span};
use crate::frame::{Page, Sheet, StockKind};
use crate::geometry::{Rect, Size};
use crate::impose::{self, Placement};
use crate::layout::{Engine, Fit, Job, LayoutError, LayoutErrorKind};
use crate::limits::{Limits, grouped};
use crate::markup::{MarkupError, Styler};
use crate::model::Kit;
use crate::pdf::{Assembler, Part};
use crate::picture::Pictures;
use crate::template::{self, Rendered, Renderer, SheetDef, StyleSheet, Subject};
use crate::write::BuildMark;

/// How far the type of an address may shrink on its label or envelope before it is an error.
const ADDRESS_MIN_SCALE: f32 = 0.8;

/// Finished chunks by what they are made from; kept between the rebuilds of a watch.
pub type ChunkCache = Mutex<HashMap<[u8; 32], Arc<Produced>>>;

/// The stock of each kind, as the kit chose it.
#[derive(Debug, Clone)]
pub struct Stocks {
    pub paper: Stock<Size>,
    pub envelope: Stock<Size>,
    pub labels: Stock<LabelSheet>,
}

/// A sheet of labels, in points: its size, and the part of each label that bears text, in the order they are filled.
#[derive(Debug, Clone)]
pub struct LabelSheet {
    pub size: Size,
    pub places: Vec<Rect>,
}

/// A stock's name for people and its geometry.
#[derive(Debug, Clone)]
pub struct Stock<G> {
    pub name: Arc<str>,
    pub geometry: G,
}

impl Stocks {
    pub fn name(&self, kind: StockKind) -> &Arc<str> {
        match kind {
            StockKind::Paper => &self.paper.name,
            StockKind::Envelope => &self.envelope.name,
            StockKind::Labels => &self.labels.name,
        }
    }

    /// The page that layout fills: a sheet of paper, an envelope's face or one label.
    fn page(&self, kind: StockKind) -> Size {
        match kind {
            StockKind::Paper => self.paper.geometry,
            StockKind::Envelope => self.envelope.geometry,
            StockKind::Labels => {
                self.labels.geometry.places.first().map_or(Size::default(), |p| Size::new(p.width, p.height))
            }
        }
    }
}

/// What all chunks of a build share.
pub struct Press<'a> {
    pub kit: &'a Kit,
    pub pictures: &'a Pictures,
    pub sources: &'a Sources,
    pub renderer: &'a Renderer<'a>,
    pub styler: &'a Styler,
    pub styles: &'a [StyleSheet],
    pub engine: &'a Engine,
    pub assembler: &'a Assembler<'a>,
    pub stocks: &'a Stocks,
    pub placement: Placement,
    pub duplex: bool,
    pub edition: &'a str,
    /// A hash of all style sheets and stocks: what every piece depends on beside its own HTML.
    pub look: [u8; 32],
    pub cache: Option<&'a ChunkCache>,
    /// Pages of one sheet for one subject.
    pub most_pages: u64,
}

/// Some subjects of one sheet, to be made in one go.
#[derive(Debug, Clone)]
pub struct Chunk<'a> {
    pub sheet: &'a SheetDef,
    /// Each with how many times it is printed.
    pub subjects: Vec<(Subject, u32)>,
    /// Labels already gone from the chunk's first sheet.
    pub used_labels: u32,
}

/// The finished part and what stands in it.
#[derive(Debug)]
pub struct Produced {
    /// Empty once the chunk has been joined to a file, where nobody else keeps it.
    pub part: Part,
    /// Sheets of the part.
    pub sides: usize,
    pub pieces: Vec<Piece>,
    /// Sheets left out for want of something, said as notes.
    pub left_out: Vec<Diagnostic>,
}

/// One sheet for one subject, as it lies in its part.
#[derive(Debug, Clone)]
pub struct Piece {
    pub subject: Subject,
    /// First side of the part that it stands on, from 0, and how many.
    pub first_side: u32,
    pub sides: u32,
    pub content_hash: [u8; 32],
}

/// A piece on its way: HTML, and later pages.
struct Rendering {
    subject: Subject,
    copies: u32,
    html: String,
    hash: [u8; 32],
}

impl Press<'_> {
    /// Makes a chunk. The mistakes of all its subjects come at once.
    pub fn produce(&self, chunk: &Chunk<'_>) -> Result<Arc<Produced>, Vec<Diagnostic>> {
        let (renderings, mut left_out) = self.render(chunk)?;
        let key = self.chunk_key(chunk, &renderings, &left_out);
        if let Some(known) = self.cache.and_then(|c| c.lock().ok()?.get(&key).cloned()) {
            return Ok(known);
        }
        let mut mistakes = Vec::new();
        let mut laid = Vec::with_capacity(renderings.len());
        for rendering in &renderings {
            match self.lay_out(chunk.sheet, rendering) {
                Ok(pages) => laid.push(pages),
                Err(mut found) => mistakes.append(&mut found),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        for (rendering, pages) in renderings.iter().zip(&laid) {
            if pages.iter().all(|page| page.items.is_empty()) {
                let blank =
                    Diagnostic::warning(format!("`{}` prints nothing: its page is blank", chunk.sheet.name));
                let blank = blank.at(chunk.sheet.span).hint("name in `needs` what it cannot do without");
                left_out.push(self.placed(blank, chunk.sheet, rendering));
            }
        }
        let (sheets, pieces) = self.impose(chunk, &renderings, laid);
        let part = self
            .assembler
            .part(&sheets, chunk.sheet.stock)
            .map_err(|error| vec![Diagnostic::machine(error.to_string()).at(chunk.sheet.span)])?;
        let produced = Arc::new(Produced { sides: part.sheets(), part, pieces, left_out });
        if let Some(mut cache) = self.cache.and_then(|c| c.lock().ok()) {
            cache.insert(key, Arc::clone(&produced));
        }
        Ok(produced)
    }

    /// HTML of all subjects, and notes on those that the sheet is not made for.
    fn render(&self, chunk: &Chunk<'_>) -> Result<(Vec<Rendering>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let mut renderings = Vec::with_capacity(chunk.subjects.len());
        let (mut left_out, mut mistakes) = (Vec::new(), Vec::new());
        for (subject, copies) in &chunk.subjects {
            match self.renderer.render(chunk.sheet, subject) {
                Ok(Rendered::Html(html)) => {
                    let hash = self.content_hash(chunk.sheet, &html);
                    renderings.push(Rendering { subject: *subject, copies: *copies, html, hash });
                }
                Ok(Rendered::LeftOut(note)) => left_out.push(note),
                Err(mut found) => mistakes.append(&mut found),
            }
        }
        if mistakes.is_empty() { Ok((renderings, left_out)) } else { Err(mistakes) }
    }

    fn content_hash(&self, sheet: &SheetDef, html: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.look);
        hash.update(sheet.name.as_bytes());
        hash.update([0]);
        hash.update(html.as_bytes());
        if html.contains("photo:") {
            for id in lookup::pictures_in(self.pictures, html) {
                if let Some(picture) = self.pictures.get(id) {
                    hash.update(picture.file_hash);
                }
            }
        }
        hash.finalize().into()
    }

    fn chunk_key(&self, chunk: &Chunk<'_>, renderings: &[Rendering], left_out: &[Diagnostic]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(chunk.used_labels.to_le_bytes());
        hash.update((left_out.len() as u32).to_le_bytes());
        for rendering in renderings {
            hash.update(rendering.hash);
            hash.update(rendering.copies.to_le_bytes());
        }
        hash.finalize().into()
    }

    fn lay_out(&self, sheet: &SheetDef, rendering: &Rendering) -> Result<Vec<Page>, Vec<Diagnostic>> {
        let document = self.styler.document(&rendering.html).map_err(|errors| {
            errors.iter().map(|e| self.markup_mistake(sheet, rendering, e)).collect::<Vec<_>>()
        })?;
        let mark = BuildMark::of(&rendering.hash);
        let job = Job {
            size: self.stocks.page(sheet.stock),
            fit: match sheet.fit_in(self.edition) {
                template::Fit::Flow => Fit::Flow,
                template::Fit::OnePage => Fit::OnePage { min_scale: sheet.min_scale },
            },
            address_min_scale: ADDRESS_MIN_SCALE,
            build_mark: mark.as_str(),
            pictures: &|key| lookup::picture(self.pictures, key),
        };
        let laid = self.engine.lay_out(&document, &job).map_err(|errors| {
            errors.iter().map(|e| self.layout_mistake(sheet, rendering, e)).collect::<Vec<_>>()
        })?;
        if sheet.stock != StockKind::Paper && laid.pages.len() != 1 {
            let words = format!("`{}` takes {} pages where it must be one", sheet.name, laid.pages.len());
            return Err(vec![self.placed(Diagnostic::error(words).at(sheet.span), sheet, rendering)]);
        }
        if laid.pages.len() as u64 > self.most_pages {
            let words = format!(
                "`{}` takes {} pages, more than the {} that are allowed",
                sheet.name,
                grouped(laid.pages.len() as u64),
                grouped(self.most_pages)
            );
            let mistake = Diagnostic::machine(words).at(sheet.span).hint(Limits::hint("sheet-pages"));
            return Err(vec![self.placed(mistake, sheet, rendering)]);
        }
        Ok(laid.pages)
    }

    /// Puts the pages on physical sheets.
    fn impose(
        &self,
        chunk: &Chunk<'_>,
        renderings: &[Rendering],
        laid: Vec<Vec<Page>>,
    ) -> (Vec<Sheet>, Vec<Piece>) {
        let mut pages: Vec<impose::Numbered> = Vec::new();
        let mut pieces: Vec<Piece> = Vec::with_capacity(renderings.len());
        for (rendering, mut own) in renderings.iter().zip(laid) {
            if self.duplex && chunk.sheet.stock == StockKind::Paper && own.len() % 2 == 1 {
                let size = own[0].size;
                own.push(Page { size, items: Vec::new(), filler: true });
            }
            let first = pages.len() as u32;
            for _ in 0..rendering.copies {
                pages.extend(own.iter().map(|page| (pieces.len() as u32, page.clone())));
            }
            pieces.push(Piece {
                subject: rendering.subject,
                first_side: first,
                sides: pages.len() as u32 - first,
                content_hash: rendering.hash,
            });
        }
        let sheets = match chunk.sheet.stock {
            StockKind::Paper => impose::paper(pages),
            StockKind::Envelope => impose::envelopes(pages, &self.placement),
            StockKind::Labels => {
                let labels = &self.stocks.labels.geometry;
                let count = labels.places.len() as u32;
                for piece in &mut pieces {
                    let (from, to) = (chunk.used_labels + piece.first_side, piece.sides);
                    piece.first_side = from / count;
                    piece.sides = (from + to.max(1) - 1) / count - piece.first_side + 1;
                }
                impose::labels(pages, labels.size, &labels.places, chunk.used_labels, &self.placement)
            }
        };
        (sheets, pieces)
    }

    fn markup_mistake(&self, sheet: &SheetDef, rendering: &Rendering, error: &MarkupError) -> Diagnostic {
        let mut mistake = Diagnostic::error(error.message.clone());
        mistake.hint = error.hint.clone();
        mistake.span = match error.sheet {
            Some(index) => self.styles.get(index).map(|s| Span::new(s.file, error.range.clone())),
            None => self.renderer.trace(sheet, &rendering.subject, error.range.clone()).or(Some(sheet.span)),
        };
        self.placed(mistake, sheet, rendering)
    }

    fn layout_mistake(&self, sheet: &SheetDef, rendering: &Rendering, error: &LayoutError) -> Diagnostic {
        let range = error.source.start as usize..error.source.end as usize;
        let mut mistake = Diagnostic::error(match (&error.kind, sheet.stock) {
            (LayoutErrorKind::Overflow { .. }, StockKind::Labels) => {
                error.message().replace("one page", "its label")
            }
            (LayoutErrorKind::Overflow { .. }, StockKind::Envelope) => {
                error.message().replace("one page", "its envelope")
            }
            _ => error.message(),
        });
        mistake.hint = error.hint();
        let field = match &error.kind {
            LayoutErrorKind::MissingGlyphs { characters } => characters.iter().find_map(|c| {
                blame::field_with(self.kit, &rendering.subject, *c, |span| {
                    self.sources.get(span.file).text.get(span.range()).unwrap_or_default().to_owned()
                })
            }),
            LayoutErrorKind::Overflow { .. } => {
                blame::longest_of(self.kit, &rendering.subject, &rendering.html)
            }
            LayoutErrorKind::AddressOverflow { .. }
            | LayoutErrorKind::BoxOverflow { .. }
            | LayoutErrorKind::TooLong { .. }
            | LayoutErrorKind::OutsidePage { .. }
            | LayoutErrorKind::QrTooLong { .. } => {
                blame::field_of(self.kit, &rendering.subject, &rendering.html, range.clone())
            }
            _ => None,
        };
        mistake.span =
            field.or_else(|| self.renderer.trace(sheet, &rendering.subject, range)).or(Some(sheet.span));
        self.placed(mistake, sheet, rendering)
    }

    fn placed(&self, mistake: Diagnostic, sheet: &SheetDef, rendering: &Rendering) -> Diagnostic {
        mistake.context(format!("`{}` for {}", sheet.name, rendering.subject.describe(self.kit)))
    }
}
