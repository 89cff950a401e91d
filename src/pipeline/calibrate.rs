//! A stock in; a PDF of its outlines with rulers, and a page that says what to do with it, out.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use crate::diag::Diagnostic;
use crate::fonts::Catalogue;
use crate::frame::{Dash, Fragment, Item, Page, Sheet, StockKind};
use crate::geometry::{Colour, Point, Rect, Size, Transform, mm};
use crate::impose::{self, Placement};
use crate::layout::{Engine, Fit, Job};
use crate::markup::{StyleSheet, Styler};
use crate::pdf::{Assembler, Meta};
use crate::picture::Pictures;
use crate::postal::MmRect;
use crate::postal::stock::{Envelope, LabelStock};
use crate::postal::zones::{self, PlanOptions};
use crate::write::Target;

/// Width of a hairline: seen on any printer, thinner than what is measured.
const HAIRLINE: f32 = 0.25;
/// Millimetres that the ruler on an edge reaches to either side.
const REACH: i32 = 5;
/// Millimetres from a sheet's edge that no office printer prints.
const MARGIN: f32 = 6.0;
const GREY: Colour = Colour { red: 150, green: 150, blue: 150 };
const STYLE: &str = "@page { margin: 0 } body { margin: 0; font-family: sans-serif; font-size: 7pt; line-height: 1.25 } \
     p { margin: 0 0 4pt 0 } h1 { margin: 0 0 6pt 0; font-size: 13pt } .words { font-size: 10pt } .middle { text-align: center }";

/// What is to be calibrated.
#[derive(Debug, Clone)]
pub enum Calibrated {
    Labels(LabelStock),
    Envelope(Envelope),
}

/// Writes the PDF: outlines at their nominal places, moved by the corrections in millimetres, and the words.
///
/// # Errors
/// The file cannot be written.
pub fn calibrate(stock: &Calibrated, offset: (f32, f32), date: Date, out: &Path) -> Result<(), Diagnostic> {
    let target = Target::claim(out)?;
    let catalogue = Arc::new(Catalogue::built_in());
    let setter = Setter::new(&catalogue)?;
    let placement = Placement { offset_x: mm(offset.0), offset_y: mm(offset.1), quarter_turns: 0 };
    let (sheets, kind, name) = match stock {
        Calibrated::Labels(labels) => {
            let name = format!("{} {} labels", labels.brand, labels.part);
            (label_sheets(labels, &placement, &name, &setter)?, StockKind::Labels, name)
        }
        Calibrated::Envelope(envelope) => {
            let name = format!("{} envelopes", envelope.name);
            (envelope_sheets(envelope, &placement, &name, &setter)?, StockKind::Envelope, name)
        }
    };
    let meta = Meta {
        title: format!("Calibration of {name}"),
        lang: "en".to_owned(),
        date,
        author: None,
        version: env!("CARGO_PKG_VERSION"),
    };
    let pictures = Pictures::default();
    let assembler = Assembler::new(&catalogue, &pictures, meta);
    let failed = |error: crate::pdf::PdfError| Diagnostic::machine(error.to_string());
    let part = assembler.part(&sheets, kind).map_err(failed)?;
    let pdf = assembler.finish(vec![part], &[], &[]).map_err(failed)?;
    target.prepare(|file| pdf.write_to(file))?.put_in_place()
}

fn label_sheets(
    stock: &LabelStock,
    placement: &Placement,
    name: &str,
    setter: &Setter,
) -> Result<Vec<Sheet>, Diagnostic> {
    let (width, height) = stock.sheet();
    let size = Size::from_mm(width, height);
    let places = stock.positions();
    let label = Size::from_mm(stock.width, stock.height);
    // The label in the middle carries the rulers: errors of the paper's feed are smallest there.
    let middle = places.len() / 2;
    let mut pages = Vec::with_capacity(places.len());
    for number in 0..places.len() {
        let mut items = outline(&Rect::new(0.0, 0.0, label.width, label.height), Colour::BLACK, Dash::Solid);
        if number != middle {
            let room = MmRect::new(2.0, stock.height / 2.0 - 1.5, stock.width - 4.0, 4.0);
            items.push(setter.set(&format!("<p class=\"middle\">{}</p>", number + 1), &room)?);
        }
        pages.push((0, Page { size: label, items, filler: false }));
    }
    let rects: Vec<Rect> = places.iter().map(MmRect::to_points).collect();
    let mut sheets = impose::labels(pages, size, &rects, 0, placement);
    let Some(at) = places.get(middle) else { return Ok(sheets) };
    let mut rulers = edge_ruler(Axis::Across, at.x, at.y + at.height / 2.0, setter)?;
    rulers.extend(edge_ruler(Axis::Down, at.y, at.x + at.width / 2.0, setter)?);
    if let Some(sheet) = sheets.first_mut() {
        sheet.items.push(moved(rulers, size, placement));
    }
    let words = format!(
        "<div class=\"words\"><h1>{name}</h1>\
         <p>1. Print page 1 on plain paper, at 100 % (no fitting to the page), from the tray that the labels will use.</p>\
         <p>2. Hold it against a sheet of labels, edge on edge, in front of a window.</p>\
         <p>3. Label {number} bears two rulers in millimetres. Read where the left edge of the real label crosses the ruler \
         that lies, and where its top edge crosses the ruler that stands. Right and down count as plus.</p>\
         <p>4. Type what you read with every build, for example <b>makekit --offset-x 1.5 --offset-y -0.5</b>. Where both \
         are 0, leave them out.</p>\
         <p>5. To be sure: makekit calibrate --labels {id} with the same offsets, and look again.</p>\
         <p>If the error grows from label to label, the printer scales: look for “100 %” or “actual size” in its \
         settings. Labels are {w} × {h} mm; label 1 lies {x} mm from the left and {y} mm from the top of the sheet.</p></div>",
        number = middle + 1,
        id = stock.id,
        w = tenths(stock.width),
        h = tenths(stock.height),
        x = tenths(places[0].x),
        y = tenths(places[0].y),
    );
    sheets.push(word_sheet(&words, (width, height), 20.0, setter)?);
    Ok(sheets)
}

fn envelope_sheets(
    envelope: &Envelope,
    placement: &Placement,
    name: &str,
    setter: &Setter,
) -> Result<Vec<Sheet>, Diagnostic> {
    let plan = zones::plan(envelope, None, &PlanOptions::default());
    let mut items = Vec::new();
    for zone in &plan.clear {
        items.extend(outline(&zone.to_points(), GREY, Dash::Dotted));
    }
    items.extend(outline(&plan.address_limit.to_points(), GREY, Dash::Dashed));
    for (zone, words) in
        [(plan.address, "address"), (plan.return_address, "return address"), (plan.postage, "stamps")]
    {
        items.extend(outline(&zone.to_points(), Colour::BLACK, Dash::Solid));
        let room = MmRect::new(zone.x + 2.0, zone.y + 2.0, zone.width - 4.0, 4.0);
        items.push(setter.set(&format!("<p>{words}</p>"), &room)?);
    }
    let (left, top) = (plan.address.x, plan.address.y);
    let mut rulers = scale(Axis::Across, left, top + plan.address.height / 2.0, envelope.width);
    rulers.extend(scale(Axis::Down, top, left + plan.address.width / 2.0, envelope.height));
    items.extend(rulers);
    let size = Size::from_mm(envelope.width, envelope.height);
    let mut sheets = impose::envelopes(vec![(0, Page { size, items, filler: false })], placement);
    let words = format!(
        "<div class=\"words\"><h1>{name}</h1>\
         <p>1. Print page 1 on an envelope, at 100 % (no fitting to the page), by the manual feed.</p>\
         <p>2. Measure from the envelope’s left edge to the left side of the box “address”: it should be <b>{x} mm</b>. \
         Measure from the top edge to the upper side of the box: it should be <b>{y} mm</b>.</p>\
         <p>3. Take what you measured from what it should be, and type both differences with every build, for example \
         <b>makekit --offset-x 1.5 --offset-y -0.5</b>. Plus is to the right and down.</p>\
         <p>The rulers are in millimetres: where they are not true, the printer scales.</p></div>",
        x = tenths(left),
        y = tenths(top),
    );
    sheets.push(word_sheet(&words, (envelope.width, envelope.height), 10.0, setter)?);
    Ok(sheets)
}

/// Which way a ruler runs.
#[derive(Clone, Copy, PartialEq)]
enum Axis {
    Across,
    Down,
}

impl Axis {
    /// A point so many millimetres along the ruler and beside it.
    fn point(self, along: f32, beside: f32) -> Point {
        match self {
            Self::Across => Point::new(mm(along), mm(beside)),
            Self::Down => Point::new(mm(beside), mm(along)),
        }
    }

    fn line(self, from: (f32, f32), to: (f32, f32)) -> Item {
        Item::Line {
            from: self.point(from.0, from.1),
            to: self.point(to.0, to.1),
            width: HAIRLINE,
            colour: Colour::BLACK,
            dash: Dash::Solid,
        }
    }

    /// Room for a number beside the end of a tick.
    fn number_room(self, along: f32, beside: f32) -> MmRect {
        match self {
            Self::Across => MmRect::new(along - 3.0, beside + 0.4, 6.0, 3.4),
            Self::Down => MmRect::new(beside + 0.4, along - 1.5, 6.0, 3.4),
        }
    }
}

/// A ruler over an edge, which is its zero: a tick each millimetre, numbers at the ends, where no outline is near.
fn edge_ruler(axis: Axis, edge: f32, beside: f32, setter: &Setter) -> Result<Vec<Item>, Diagnostic> {
    let reach = REACH as f32;
    let mut items = vec![axis.line((edge - reach, beside), (edge + reach, beside))];
    for tick in -REACH..=REACH {
        let long = if tick % REACH == 0 { 2.0 } else { 1.0 };
        let along = edge + tick as f32;
        items.push(axis.line((along, beside - long), (along, beside + long)));
    }
    for (number, words) in [(-REACH, format!("−{REACH}")), (REACH, format!("+{REACH}"))] {
        let room = axis.number_room(edge + number as f32, beside + 2.0);
        let class = if axis == Axis::Across { "middle" } else { "" };
        items.push(setter.set(&format!("<p class=\"{class}\">{words}</p>"), &room)?);
    }
    Ok(items)
}

/// A ruler from an edge on, as far as whole centimetres fit: a tick each millimetre, the fifth and tenth longer.
fn scale(axis: Axis, edge: f32, beside: f32, end: f32) -> Vec<Item> {
    let length = (((end - edge - MARGIN) / 10.0).floor() * 10.0).clamp(0.0, 60.0);
    let mut items = vec![axis.line((edge, beside), (edge + length, beside))];
    for tick in 0..=length as i32 {
        let long = match tick {
            t if t % 10 == 0 => 2.0,
            t if t % 5 == 0 => 1.5,
            _ => 1.0,
        };
        let along = edge + tick as f32;
        items.push(axis.line((along, beside), (along, beside + long)));
    }
    items
}

/// The four sides of a rectangle.
fn outline(rect: &Rect, colour: Colour, dash: Dash) -> Vec<Item> {
    let corners = [
        Point::new(rect.x, rect.y),
        Point::new(rect.right(), rect.y),
        Point::new(rect.right(), rect.bottom()),
        Point::new(rect.x, rect.bottom()),
    ];
    (0..4)
        .map(|side| Item::Line {
            from: corners[side],
            to: corners[(side + 1) % 4],
            width: HAIRLINE,
            colour,
            dash,
        })
        .collect()
}

fn moved(items: Vec<Item>, size: Size, placement: &Placement) -> Item {
    Item::Fragment {
        transform: Transform::translate(placement.offset_x, placement.offset_y),
        fragment: Arc::new(Fragment { size, items }),
    }
}

/// A page of words, with so many millimetres left white around.
fn word_sheet(
    html: &str,
    (width, height): (f32, f32),
    margin: f32,
    setter: &Setter,
) -> Result<Sheet, Diagnostic> {
    let room = MmRect::new(margin, margin, width - 2.0 * margin, height - 2.0 * margin);
    let item = setter.set(html, &room)?;
    Ok(Sheet { size: Size::from_mm(width, height), items: vec![item], pieces: vec![0] })
}

/// Sets words in a rectangle of the sheet, in millimetres.
struct Setter {
    engine: Engine,
    styler: Styler,
}

impl Setter {
    fn new(catalogue: &Arc<Catalogue>) -> Result<Self, Diagnostic> {
        let (sheet, mut errors) = StyleSheet::parse(STYLE);
        let (styler, more) = Styler::new(vec![Arc::new(sheet)], &[]);
        errors.extend(more);
        match errors.first() {
            Some(error) => Err(Diagnostic::machine(error.message.clone())),
            None => Ok(Self { engine: Engine::new(Arc::clone(catalogue)), styler }),
        }
    }

    fn set(&self, body: &str, room: &MmRect) -> Result<Item, Diagnostic> {
        let html = format!("<html lang=\"en\"><body>{body}</body></html>");
        let document = self.styler.document(&html).map_err(|errors| {
            Diagnostic::machine(errors.iter().map(|e| e.message.as_str()).collect::<Vec<_>>().join("; "))
        })?;
        let size = Size::from_mm(room.width, room.height);
        let job = Job {
            size,
            fit: Fit::OnePage { min_scale: 0.3 },
            address_min_scale: 1.0,
            build_mark: "",
            pictures: &|_| None,
        };
        let laid = self.engine.lay_out(&document, &job).map_err(|errors| {
            Diagnostic::machine(errors.iter().map(|e| e.message()).collect::<Vec<_>>().join("; "))
        })?;
        let items = laid.pages.into_iter().next().map_or(Vec::new(), |page| page.items);
        let transform = Transform::translate(mm(room.x), mm(room.y));
        Ok(Item::Fragment { transform, fragment: Arc::new(Fragment { size, items }) })
    }
}

fn tenths(value: f32) -> String {
    format!("{:.1}", value)
}
