//! Takes the items of a sheet or a form; gives printpdf's operators, and what the page must name: fonts, pictures, forms,
//! links, marked content.
//!
//! Frames measure from the top left corner, PDF from the bottom left. Positions are rounded to hundredths of a point
//! (0.004 mm) before differences are taken, so that no error grows along a page.

use std::sync::Arc;

use printpdf::{
    Color, CurTransMat, DictItem, FontId, Greyscale, Line, LineDashPattern, LinePoint, Op, PaintMode,
    PdfFontHandle, Polygon, PolygonRing, Pt, Rgb, WindingOrder,
};

use super::PdfError;
use super::fragments::Repeated;
use super::part::{PageLink, PictureUse};
use super::shared::Shared;
use super::structure::{Kid, Mark, Structure};
use super::text::{RunWriter, span, unknown};
use super::usage::Usage;
use crate::fonts::FaceId;
use crate::frame::{Dash, GlyphRun, ImageId, Item, LinkTarget, Role};
use crate::geometry::{Colour, Point, Rect, Transform};

/// Bézier handles of a quarter circle, as a share of its radius: 4/3 (√2 − 1).
const QUARTER: f32 = 0.552_284_8;

/// What is painted and what it needs.
#[derive(Default)]
pub(super) struct Painted {
    pub ops: Vec<Op>,
    pub fonts: Vec<FaceId>,
    pub pictures: Vec<PictureUse>,
    pub forms: Vec<u32>,
    pub links: Vec<PageLink>,
    /// The node of each marked content, by its number on the page.
    pub marked: Vec<u32>,
}

/// What painting pages of a part has in common.
pub(super) struct PartContext<'a> {
    pub shared: &'a Shared<'a>,
    pub usage: &'a mut Usage,
    pub repeated: &'a Repeated<'a>,
    /// `None` where pages carry no structure.
    pub structure: Option<&'a mut Structure>,
    /// Index of the page in the part.
    pub page: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Open {
    Nothing,
    Marked(Mark),
}

/// What the operators written so far leave set.
#[derive(Clone, Copy)]
struct GraphicsState {
    fill: Option<Colour>,
    stroke: Option<Colour>,
    line: Option<(i32, Dash)>,
    font: Option<(FaceId, f32)>,
}

/// Paints one sheet or one form.
pub(super) struct Painter<'a, 'b> {
    context: &'b mut PartContext<'a>,
    out: Painted,
    /// Frame coordinates to PDF's: add, then turn y over at `top`.
    offset: Point,
    top: f32,
    /// Frame coordinates to the sheet's, for links.
    to_sheet: Transform,
    state: GraphicsState,
    /// Inside a text object: where its line begins, in hundredths of a point.
    text_line: Option<(i32, i32)>,
    open: Open,
}

impl<'a, 'b> Painter<'a, 'b> {
    /// Paints a sheet of a height in points.
    pub fn sheet(context: &'b mut PartContext<'a>, height: f32, items: &[Item]) -> Result<Painted, PdfError> {
        let black = Some(Colour::BLACK);
        Self::new(context, height, GraphicsState { fill: black, stroke: black, line: None, font: None })
            .run(items)
    }

    /// Paints a form, whose origin is its top left corner. Nothing is known of the state that it is used in.
    pub fn form(context: &'b mut PartContext<'a>, items: &[Item]) -> Result<Painted, PdfError> {
        Self::new(context, 0.0, GraphicsState { fill: None, stroke: None, line: None, font: None }).run(items)
    }

    fn new(context: &'b mut PartContext<'a>, top: f32, state: GraphicsState) -> Self {
        let out = Painted { ops: Vec::with_capacity(64), ..Painted::default() };
        Self {
            context,
            out,
            offset: Point::default(),
            top,
            to_sheet: Transform::IDENTITY,
            state,
            text_line: None,
            open: Open::Nothing,
        }
    }

    fn run(mut self, items: &[Item]) -> Result<Painted, PdfError> {
        self.items(items)?;
        self.close_mark();
        if let Some(structure) = &mut self.context.structure {
            structure.end_page();
        }
        Ok(self.out)
    }

    fn items(&mut self, items: &[Item]) -> Result<(), PdfError> {
        items.iter().try_for_each(|item| self.item(item))
    }

    fn item(&mut self, item: &Item) -> Result<(), PdfError> {
        match item {
            Item::Glyphs(run) => self.glyphs(run)?,
            Item::Fill { rect, radius, colour } => {
                self.begin_drawing();
                self.fill_colour(*colour);
                self.fill(rect, *radius);
            }
            Item::Line { from, to, width, colour, dash } => {
                self.begin_drawing();
                self.stroke_style(*colour, *width, *dash);
                let points = [*from, *to].map(|p| self.line_point(p, false)).to_vec();
                self.out.ops.push(Op::DrawLine { line: Line { points, is_closed: false } });
            }
            Item::Modules { rects, colour } => {
                self.begin_drawing();
                self.fill_colour(*colour);
                self.modules(rects);
            }
            Item::Image { image, rect, clip } => self.image(*image, rect, clip.as_ref())?,
            Item::Link { rect, to } => self.link(rect, to),
            Item::Fragment { transform, fragment } => match self.context.repeated.form(fragment) {
                Some(form) => {
                    let text =
                        fragment.items.iter().any(|i| matches!(i, Item::Glyphs(_) | Item::Fragment { .. }));
                    self.use_form(form, transform, text);
                }
                None => self.inline(transform, &fragment.items)?,
            },
            Item::Begin(tag) if self.context.structure.is_some() => {
                self.close_mark();
                let page = self.context.page;
                if let Some(structure) = &mut self.context.structure {
                    structure.begin(tag, page);
                }
            }
            Item::End if self.context.structure.is_some() => {
                self.close_mark();
                if let Some(structure) = &mut self.context.structure {
                    structure.end();
                }
            }
            Item::Begin(_) | Item::End => {}
        }
        Ok(())
    }

    // Text

    fn glyphs(&mut self, run: &GlyphRun) -> Result<(), PdfError> {
        if run.glyphs.is_empty() {
            return Ok(());
        }
        let face = self.context.shared.catalogue.face(run.face);
        if !(run.size.is_finite() && run.size > 0.0) {
            return Err(PdfError::Internal(format!("a glyph run of size {}", run.size)));
        }
        let measures = self.context.shared.measures(run.face)?;
        self.mark_text();
        let (x, y) = self.hundredths(run.origin);
        let (line_x, line_y) = match self.text_line {
            Some(line) => line,
            None => {
                self.out.ops.push(Op::StartTextSection);
                (0, 0)
            }
        };
        self.text_line = Some((x, y));
        let size = rounded(run.size, 1000.0);
        if self.state.font != Some((run.face, size)) {
            self.state.font = Some((run.face, size));
            if !self.out.fonts.contains(&run.face) {
                self.out.fonts.push(run.face);
            }
            let font = PdfFontHandle::External(FontId(font_name(run.face)));
            self.out.ops.push(Op::SetFont { font, size: Pt(size) });
        }
        self.fill_colour(run.colour);
        let pos = printpdf::Point { x: points(x - line_x), y: points(y - line_y) };
        self.out.ops.push(Op::SetTextCursor { pos });
        let lang = run.lang.as_ref().filter(|_| self.context.structure.is_some());
        if let Some(lang) = lang {
            self.out.ops.push(span("Lang", lang));
        }
        RunWriter::new(&mut self.out.ops, self.context.usage, &measures, run).write(&face.postscript_name)?;
        if lang.is_some() {
            self.out.ops.push(Op::EndMarkedContent);
        }
        Ok(())
    }

    fn end_text(&mut self) {
        if self.text_line.take().is_some() {
            self.out.ops.push(Op::EndTextSection);
        }
    }

    // Marked content

    fn mark_text(&mut self) {
        let page = self.context.page;
        let Some(structure) = &mut self.context.structure else { return };
        let mark = structure.for_text(page);
        self.mark(mark);
    }

    fn begin_drawing(&mut self) {
        self.end_text();
        if let Some(structure) = &self.context.structure {
            let mark = structure.for_drawing();
            self.mark(mark);
        }
    }

    fn mark(&mut self, mark: Mark) {
        if self.open == Open::Marked(mark) {
            return;
        }
        self.close_mark();
        self.open = Open::Marked(mark);
        match mark {
            Mark::Artifact => self.out.ops.push(Op::BeginMarkedContent { tag: "Artifact".to_owned() }),
            Mark::Node(node) => {
                let mcid = self.out.marked.len() as u32;
                self.out.marked.push(node);
                let page = self.context.page;
                let Some(structure) = &mut self.context.structure else { return };
                structure.add_kid(node, Kid::Content { page, mcid });
                let role = structure.nodes.get(node as usize).map_or(&Role::Span, |n| &n.role);
                let tag = super::structure::structure_type(role).to_owned();
                let mut map =
                    std::collections::BTreeMap::from([("MCID".to_owned(), DictItem::Int(i64::from(mcid)))]);
                // The description stands on the page (ISO 32000-1, 14.9.3), not in the document's structure: a page that
                // is taken out must not carry those of other pages.
                if let Role::Figure { alt } = role {
                    let data = super::syntax::text_bytes(alt);
                    map.insert("Alt".to_owned(), DictItem::String { data, literal: true });
                }
                self.out
                    .ops
                    .push(Op::BeginMarkedContentWithProperties { tag, properties: DictItem::Dict { map } });
            }
        }
    }

    fn close_mark(&mut self) {
        self.end_text();
        if self.open != Open::Nothing {
            self.open = Open::Nothing;
            self.out.ops.push(Op::EndMarkedContent);
        }
    }

    // Drawings

    fn fill(&mut self, rect: &Rect, radius: f32) {
        let radius = radius.min(rect.width / 2.0).min(rect.height / 2.0);
        if radius <= 0.0 {
            let (x, y, width, height) = self.box_of(rect);
            self.out
                .ops
                .push(unknown("re", vec![x, y, width, height].into_iter().map(DictItem::Real).collect()));
            self.out.ops.push(unknown("f", Vec::new()));
            return;
        }
        let handle = radius * (1.0 - QUARTER);
        let (left, top, right, bottom) = (rect.x, rect.y, rect.right(), rect.bottom());
        // From the top left corner clockwise: where each corner's arc begins, its two handles, where it ends.
        let outline = [
            [(left, top + radius), (left, top + handle), (left + handle, top), (left + radius, top)],
            [(right - radius, top), (right - handle, top), (right, top + handle), (right, top + radius)],
            [
                (right, bottom - radius),
                (right, bottom - handle),
                (right - handle, bottom),
                (right - radius, bottom),
            ],
            [
                (left + radius, bottom),
                (left + handle, bottom),
                (left, bottom - handle),
                (left, bottom - radius),
            ],
        ];
        let is_handle = |i: usize| i == 1 || i == 2;
        let ring = outline
            .iter()
            .flat_map(|corner| corner.iter().enumerate())
            .map(|(i, (x, y))| self.line_point(Point::new(*x, *y), is_handle(i)))
            .collect();
        self.out.ops.push(Op::DrawPolygon {
            polygon: Polygon {
                rings: vec![PolygonRing { points: ring }],
                mode: PaintMode::Fill,
                winding_order: WindingOrder::NonZero,
            },
        });
    }

    /// One path, so that viewers draw no seam between modules; those that touch in a row become one rectangle.
    fn modules(&mut self, rects: &[Rect]) {
        let mut row: Option<Rect> = None;
        for rect in rects {
            match &mut row {
                Some(row)
                    if row.y == rect.y
                        && row.height == rect.height
                        && (row.right() - rect.x).abs() < 0.001 =>
                {
                    row.width = rect.right() - row.x;
                }
                _ => {
                    if let Some(done) = row.replace(*rect) {
                        self.rectangle(&done);
                    }
                }
            }
        }
        if let Some(last) = row {
            self.rectangle(&last);
            self.out.ops.push(unknown("f", Vec::new()));
        }
    }

    fn rectangle(&mut self, rect: &Rect) {
        let (x, y, width, height) = self.box_of(rect);
        self.out.ops.push(unknown("re", vec![x, y, width, height].into_iter().map(DictItem::Real).collect()));
    }

    fn image(&mut self, image: ImageId, rect: &Rect, clip: Option<&Rect>) -> Result<(), PdfError> {
        let picture = self.context.shared.pictures.get(image).ok_or(PdfError::UnknownPicture(image.0))?;
        self.begin_drawing();
        let name = self.out.pictures.iter().position(|p| p.file_hash == picture.file_hash);
        let name = name.unwrap_or(self.out.pictures.len());
        match self.out.pictures.get_mut(name) {
            Some(known) => known.grow(rect.width, rect.height),
            None => {
                let (width, height) = (rect.width, rect.height);
                self.out.pictures.push(PictureUse { file_hash: picture.file_hash, width, height });
            }
        }
        self.out.ops.push(Op::SaveGraphicsState);
        if let Some(clip) = clip {
            self.rectangle(clip);
            self.out.ops.push(unknown("W", Vec::new()));
            self.out.ops.push(unknown("n", Vec::new()));
        }
        let (x, y, width, height) = self.box_of(rect);
        self.draw_xobject([width, 0.0, 0.0, height, x, y], picture_name(name));
        Ok(())
    }

    fn use_form(&mut self, form: u32, transform: &Transform, text: bool) {
        if text {
            self.mark_text();
            self.end_text();
        } else {
            self.begin_drawing();
        }
        if !self.out.forms.contains(&form) {
            self.out.forms.push(form);
        }
        self.out.ops.push(Op::SaveGraphicsState);
        let matrix = self.matrix(transform);
        self.draw_xobject(matrix, form_name(form));
    }

    fn draw_xobject(&mut self, matrix: [f32; 6], name: String) {
        self.out.ops.push(Op::SetTransformationMatrix { matrix: CurTransMat::Raw(matrix) });
        self.out.ops.push(unknown("Do", vec![DictItem::Name(name.into_bytes())]));
        self.out.ops.push(Op::RestoreGraphicsState);
    }

    fn inline(&mut self, transform: &Transform, items: &[Item]) -> Result<(), PdfError> {
        let to_sheet = self.to_sheet;
        self.to_sheet = transform.then(&to_sheet);
        let result = if (transform.a, transform.b, transform.c, transform.d) == (1.0, 0.0, 0.0, 1.0) {
            let offset = self.offset;
            self.offset = Point::new(offset.x + transform.e, offset.y + transform.f);
            let result = self.items(items);
            self.offset = offset;
            result
        } else {
            self.turned(transform, items)
        };
        self.to_sheet = to_sheet;
        result
    }

    fn turned(&mut self, transform: &Transform, items: &[Item]) -> Result<(), PdfError> {
        self.close_mark();
        let matrix = CurTransMat::Raw(self.matrix(transform));
        let (offset, top, state) = (self.offset, self.top, self.state);
        self.out.ops.push(Op::SaveGraphicsState);
        self.out.ops.push(Op::SetTransformationMatrix { matrix });
        (self.offset, self.top) = (Point::default(), 0.0);
        let result = self.items(items);
        self.close_mark();
        self.out.ops.push(Op::RestoreGraphicsState);
        (self.offset, self.top, self.state) = (offset, top, state);
        result
    }

    fn link(&mut self, rect: &Rect, to: &LinkTarget) {
        let corners = [(rect.x, rect.y), (rect.right(), rect.bottom())];
        let [a, b] = corners.map(|(x, y)| self.to_sheet.apply(Point::new(x, y)));
        let page = self.context.page;
        let link = self.out.links.len() as u32;
        let node = match &mut self.context.structure {
            Some(structure) => {
                structure.for_link(page).inspect(|node| structure.add_kid(*node, Kid::Link { page, link }))
            }
            None => None,
        };
        let LinkTarget::Uri(uri) = to;
        let rect = Rect::new(a.x.min(b.x), a.y.min(b.y), (a.x - b.x).abs(), (a.y - b.y).abs());
        self.out.links.push(PageLink { rect, uri: Arc::clone(uri), node });
    }

    // Graphics state

    fn fill_colour(&mut self, colour: Colour) {
        if self.state.fill != Some(colour) {
            self.state.fill = Some(colour);
            self.out.ops.push(Op::SetFillColor { col: pdf_colour(colour) });
        }
    }

    fn stroke_style(&mut self, colour: Colour, width: f32, dash: Dash) {
        if self.state.stroke != Some(colour) {
            self.state.stroke = Some(colour);
            self.out.ops.push(Op::SetOutlineColor { col: pdf_colour(colour) });
        }
        let width_hundredths = (width * 100.0).round() as i32;
        if self.state.line != Some((width_hundredths, dash)) {
            self.state.line = Some((width_hundredths, dash));
            let width = width_hundredths as f32 / 100.0;
            self.out.ops.push(Op::SetOutlineThickness { pt: Pt(width) });
            let (pattern, cap) = match dash {
                Dash::Solid => (Vec::new(), printpdf::LineCapStyle::Butt),
                Dash::Dashed => (vec![width * 4.0, width * 3.0], printpdf::LineCapStyle::Butt),
                // Round caps on dashes of no length are round dots.
                Dash::Dotted => (vec![0.0, width * 2.0], printpdf::LineCapStyle::Round),
            };
            let dash = LineDashPattern::new(0.0, &pattern);
            self.out.ops.push(Op::SetLineDashPattern { dash });
            self.out.ops.push(Op::SetLineCapStyle { cap });
        }
    }

    // Coordinates

    fn hundredths(&self, p: Point) -> (i32, i32) {
        let x = (self.offset.x + p.x) * 100.0;
        let y = (self.top - (self.offset.y + p.y)) * 100.0;
        (x.round() as i32, y.round() as i32)
    }

    fn line_point(&self, p: Point, bezier: bool) -> LinePoint {
        let (x, y) = self.hundredths(p);
        LinePoint { p: printpdf::Point { x: points(x), y: points(y) }, bezier }
    }

    /// Left, bottom, width and height in PDF's coordinates.
    fn box_of(&self, rect: &Rect) -> (f32, f32, f32, f32) {
        let (left, bottom) = self.hundredths(Point::new(rect.x, rect.bottom()));
        let (right, top) = self.hundredths(Point::new(rect.right(), rect.y));
        (points(left).0, points(bottom).0, points(right - left).0, points(top - bottom).0)
    }

    /// The matrix that maps a fragment drawn with its top left corner at PDF's origin to its place.
    fn matrix(&self, t: &Transform) -> [f32; 6] {
        let (x, y) = self.hundredths(Point::new(t.e, t.f));
        let [a, b, c, d] = [t.a, -t.b, -t.c, t.d].map(|v| rounded(v, 10_000.0));
        [a, b, c, d, points(x).0, points(y).0]
    }
}

/// The name by which pages call a face.
pub(super) fn font_name(face: FaceId) -> String {
    format!("f{}", face.0)
}

/// The name by which a page calls its nth picture.
pub(super) fn picture_name(index: usize) -> String {
    format!("i{index}")
}

/// The name by which pages call the nth form of their part.
pub(super) fn form_name(index: u32) -> String {
    format!("x{index}")
}

fn points(hundredths: i32) -> Pt {
    Pt(hundredths as f32 / 100.0)
}

/// Rounded to a part of one; never minus nought.
fn rounded(value: f32, parts: f32) -> f32 {
    (value * parts).round() / parts + 0.0
}

fn pdf_colour(colour: Colour) -> Color {
    let [r, g, b] = [colour.red, colour.green, colour.blue].map(|v| rounded(f32::from(v) / 255.0, 1000.0));
    if r == g && g == b {
        Color::Greyscale(Greyscale { percent: r, icc_profile: None })
    } else {
        Color::Rgb(Rgb { r, g, b, icc_profile: None })
    }
}
