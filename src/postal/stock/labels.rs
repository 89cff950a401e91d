//! Takes `data/labels.tsv` with its mends; gives label sheets by brand and part number.

use crate::model::Paper;
use crate::postal::MmRect;
use crate::postal::paper::size_mm;
use crate::postal::table::{Row, rows};

const LABELS: &str = include_str!("../../../data/labels.tsv");
const MENDS: &str = include_str!("../../../data/label-mends.tsv");
const LEFT_OUT: &str = include_str!("../../../data/label-left-out.tsv");

/// Text stays so far from the edge of the sheet: the widest unprintable margins seen are 5.1 mm.
const SHEET_MARGIN: f32 = 5.0;

/// Labels in even columns and rows, in millimetres from the top left corner of the sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub columns: u32,
    pub rows: u32,
    /// The first label's corner.
    pub x0: f32,
    pub y0: f32,
    /// From one label's edge to the next one's.
    pub dx: f32,
    pub dy: f32,
}

impl Grid {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split(' ');
        let (columns, rows) = parts.next()?.split_once('x')?;
        let mut number = || parts.next()?.parse().ok();
        Some(Self {
            columns: columns.parse().ok()?,
            rows: rows.parse().ok()?,
            x0: number()?,
            y0: number()?,
            dx: number()?,
            dy: number()?,
        })
    }
}

/// A sheet of rectangular labels.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelStock {
    /// Brand and part number as asked for: `avery-l7160`.
    pub id: String,
    pub brand: &'static str,
    pub part: &'static str,
    /// Other part numbers of the same sheet.
    pub aliases: Vec<&'static str>,
    pub description: &'static str,
    pub kinds: &'static str,
    pub paper: Paper,
    /// Of one label, in millimetres.
    pub width: f32,
    pub height: f32,
    /// Radius of its corners, in millimetres.
    pub corner: f32,
    /// Mostly one; some sheets have labels between the labels.
    pub grids: Vec<Grid>,
    /// Where mended figures were seen; `None` for the database's own.
    pub mended: Option<&'static str>,
}

impl LabelStock {
    /// Labels on a sheet.
    pub fn count(&self) -> usize {
        self.grids.iter().map(|g| (g.columns * g.rows) as usize).sum()
    }

    pub fn columns(&self) -> u32 {
        self.grids.first().map_or(0, |grid| grid.columns)
    }

    pub fn rows(&self) -> u32 {
        self.grids.first().map_or(0, |grid| grid.rows)
    }

    /// Width and height of the sheet in millimetres.
    pub fn sheet(&self) -> (f32, f32) {
        size_mm(self.paper)
    }

    /// The labels from left to right, then from top to bottom.
    pub fn positions(&self) -> Vec<MmRect> {
        let mut all = Vec::with_capacity(self.count());
        for grid in &self.grids {
            for row in 0..grid.rows {
                for column in 0..grid.columns {
                    let (x, y) = (grid.x0 + column as f32 * grid.dx, grid.y0 + row as f32 * grid.dy);
                    all.push(MmRect::new(x, y, self.width, self.height));
                }
            }
        }
        if self.grids.len() > 1 {
            all.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
        }
        all
    }

    /// What of a label can bear text: all of it that lies 5 mm or more from the sheet's edge.
    pub fn printable(&self, label: &MmRect) -> MmRect {
        let (width, height) = self.sheet();
        let (x, y) = (label.x.max(SHEET_MARGIN), label.y.max(SHEET_MARGIN));
        let right = label.right().min(width - SHEET_MARGIN);
        let bottom = label.bottom().min(height - SHEET_MARGIN);
        MmRect::new(x, y, (right - x).max(0.0), (bottom - y).max(0.0))
    }

    fn of(row: Row) -> Option<Self> {
        let [id, brand, part, paper, width, height, corner, grids, aliases, description, kinds] = row.cells();
        let mut stock = Self {
            id: id.to_owned(),
            brand,
            part,
            aliases: aliases.split(", ").filter(|a| !a.is_empty()).collect(),
            description,
            kinds,
            paper: if paper == "letter" { Paper::Letter } else { Paper::A4 },
            width: width.parse().ok()?,
            height: height.parse().ok()?,
            corner: corner.parse().ok()?,
            grids: Vec::new(),
            mended: None,
        };
        match rows(MENDS).find(|row| row.cell(0) == id) {
            Some(mend) => stock.mend(mend),
            None => stock.grids = grids.split(';').map(Grid::parse).collect::<Option<_>>()?,
        }
        (!stock.grids.is_empty()).then_some(stock)
    }

    fn mend(&mut self, row: Row) {
        let [_, paper, width, height, grid, source] = row.cells();
        self.paper = if paper == "letter" { Paper::Letter } else { Paper::A4 };
        self.width = width.parse().unwrap_or(self.width);
        self.height = height.parse().unwrap_or(self.height);
        self.grids = Grid::parse(grid).into_iter().collect();
        self.mended = Some(source);
    }

    /// A sheet that the database lacks: `+ Brand Part`.
    fn added(row: Row) -> Option<Self> {
        let (brand, part) = row.cell(0).strip_prefix("+ ")?.rsplit_once(' ')?;
        let mut stock = Self {
            id: format!("{}-{}", slug(brand), slug(part)),
            brand,
            part,
            aliases: Vec::new(),
            description: "Address labels",
            kinds: "label, mail",
            paper: Paper::A4,
            width: 0.0,
            height: 0.0,
            corner: 0.0,
            grids: Vec::new(),
            mended: None,
        };
        stock.mend(row);
        Some(stock)
    }

    /// The part number among this sheet's that a slug names.
    fn part_of(&self, wanted: &str) -> Option<&'static str> {
        [self.part].into_iter().chain(self.aliases.iter().copied()).find(|part| slug(part) == wanted)
    }
}

/// Small letters and digits, everything else a hyphen.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

fn is_left_out(row: &Row) -> bool {
    rows(LEFT_OUT).any(|left| left.cell(0) == row.cell(0))
}

/// Why a sheet of the database is left out, if it is.
pub fn left_out(id: &str) -> Option<&'static str> {
    let id = slug(id);
    rows(LEFT_OUT).find(|row| row.cell(0) == id).map(|row| row.cell(1))
}

/// A label sheet by brand and part number, in any spelling of them: `avery-l7160`, `Avery 5160`, `zweckform-3475`,
/// `avery-zweckform-3475`, or by a part number that only one brand has (`l7160`).
pub fn labels(id: &str) -> Option<LabelStock> {
    let wanted = slug(id);
    let wanted = wanted.strip_prefix("avery-").filter(|w| w.starts_with("zweckform-")).unwrap_or(&wanted);
    let named = |row: &Row| {
        let part = wanted.strip_prefix(&*slug(row.cell(1)))?.strip_prefix('-')?;
        has_part(row, part).then(|| part.to_owned())
    };
    for row in rows(LABELS) {
        // The slug of a brand is only made where its first letter agrees: the scan stays in microseconds.
        let brand = row.cell(1).as_bytes().first().map(u8::to_ascii_lowercase);
        if brand == wanted.bytes().next()
            && let Some(part) = named(&row)
            && !is_left_out(&row)
        {
            return LabelStock::of(row).map(|stock| called(stock, &part));
        }
    }
    let added = || rows(MENDS).filter_map(LabelStock::added);
    added().find(|stock| stock.id == wanted).or_else(|| only_part(wanted, added()))
}

/// The sheet of a part number that one brand alone has.
fn only_part(wanted: &str, added: impl Iterator<Item = LabelStock>) -> Option<LabelStock> {
    let mut found = rows(LABELS)
        .filter(|row| has_part(row, wanted) && !is_left_out(row))
        .filter_map(LabelStock::of)
        .chain(added.filter(|stock| stock.part_of(wanted).is_some()));
    let first = found.next()?;
    match found.next() {
        Some(_) => None,
        None => Some(called(first, wanted)),
    }
}

/// True where a row has a part number of that slug, itself or as an alias.
fn has_part(row: &Row, wanted: &str) -> bool {
    let is = |part: &str| part.len() >= wanted.len() && slug(part) == wanted;
    is(row.cell(2)) || row.cell(8).split(", ").any(is)
}

/// The stock under the part number that was asked for.
fn called(mut stock: LabelStock, wanted: &str) -> LabelStock {
    if let Some(part) = stock.part_of(wanted) {
        stock.id = format!("{}-{wanted}", slug(stock.brand));
        let others = [stock.part].into_iter().chain(stock.aliases.iter().copied()).filter(|p| *p != part);
        stock.aliases = others.collect();
        stock.part = part;
    }
    stock
}

/// All sheets under their first part number, without those left out.
pub fn all_labels() -> impl Iterator<Item = LabelStock> {
    let own = rows(LABELS).filter(|row| !is_left_out(row)).filter_map(LabelStock::of);
    own.chain(rows(MENDS).filter_map(LabelStock::added))
}
