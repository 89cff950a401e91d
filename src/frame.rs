//! The waist: finished pages as data. Layout makes them, imposition places them, `pdf` draws them.
//!
//! Nothing here computes. All lengths are points; the origin of a page and of a fragment is its top left corner, y grows
//! downwards. Items are painted in order.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::fonts::FaceId;
use crate::geometry::{Colour, Point, Rect, Size, Transform};

/// One finished page, before imposition: a sheet of paper, an envelope's face or a single label.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub size: Size,
    pub items: Vec<Item>,
    /// True for a blank page that only keeps the next sheet off this one's back.
    pub filler: bool,
}

/// What can stand on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Glyphs of one face and size on one baseline.
    Glyphs(GlyphRun),
    /// A filled rectangle, its corners rounded by `radius`.
    Fill {
        rect: Rect,
        radius: f32,
        colour: Colour,
    },
    /// A straight stroke.
    Line {
        from: Point,
        to: Point,
        width: f32,
        colour: Colour,
        dash: Dash,
    },
    /// Filled rectangles painted as one path, so that no seams show (a QR code's modules).
    Modules {
        rects: Vec<Rect>,
        colour: Colour,
    },
    /// A picture, scaled to fill `rect`; the part outside `clip` is not painted.
    Image {
        image: ImageId,
        rect: Rect,
        clip: Option<Rect>,
    },
    /// A place that leads somewhere.
    Link {
        rect: Rect,
        to: LinkTarget,
    },
    /// Something laid out once, placed by a transform; the same `Arc` may stand on many pages.
    Fragment {
        transform: Transform,
        fragment: Arc<Fragment>,
    },
    /// Opens a part with a meaning; closed by the matching [`Item::End`].
    Begin(Tag),
    End,
}

/// Items laid out once, relative to their own top left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    pub size: Size,
    pub items: Vec<Item>,
}

/// A shaped piece of text: glyphs in visual order from left to right, and the text they show in logical order.
#[derive(Debug, Clone, PartialEq)]
pub struct GlyphRun {
    pub face: FaceId,
    /// Font size in points.
    pub size: f32,
    pub colour: Colour,
    /// Where the baseline begins, at the left end.
    pub origin: Point,
    pub glyphs: Vec<Glyph>,
    /// The characters shown, in logical order; the glyphs' `cluster` ranges are bytes of it. A hyphen that line breaking
    /// added is U+00AD here.
    pub text: Arc<str>,
    /// True where the text runs from right to left.
    pub rtl: bool,
    /// BCP 47 tag of the text, where it differs from the page's.
    pub lang: Option<Arc<str>>,
}

/// One glyph of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Glyph id in the whole (not the subset) face.
    pub id: u16,
    /// How far the pen moves on, in points, kerning and letter spacing included.
    pub advance: f32,
    /// Displacement of the glyph from the pen, in points; `dy` upwards is negative.
    pub dx: f32,
    pub dy: f32,
    /// Start and length, in bytes of the run's text, of the characters this glyph belongs to. All glyphs of one cluster
    /// carry the same range.
    pub cluster_start: u32,
    pub cluster_len: u16,
}

impl Glyph {
    /// The bytes of the run's text that this glyph's cluster stands for.
    pub fn cluster(&self) -> Range<usize> {
        let start = self.cluster_start as usize;
        start..start + self.cluster_len as usize
    }
}

/// How a line is broken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dash {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

/// Names one picture of the run's picture store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageId(pub u32);

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    Uri(Arc<str>),
}

/// The meaning of a part of a page, for readers that do not see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub role: Role,
    /// BCP 47 tag, where it differs from the part around.
    pub lang: Option<Arc<str>>,
}

/// Roles, named as the standard structure types of PDF (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, PartialEq)]
pub enum Role {
    Heading(u8),
    Paragraph,
    List,
    ListItem,
    ListLabel,
    ListBody,
    Table,
    TableRow,
    TableHeader,
    TableCell,
    Figure {
        alt: Arc<str>,
    },
    Section,
    Span,
    Link,
    /// Running heads, rules, writing lines: nothing to read.
    Artifact,
}

/// What paper a piece is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StockKind {
    Paper,
    Envelope,
    Labels,
}

/// The finished pages of one sheet for one subject.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The sheet's name (`case-sheet`): the stem of its template.
    pub sheet: Arc<str>,
    /// The sheet's title in the kit's language, for bookmarks and the summary.
    pub title: Arc<str>,
    pub stock: StockKind,
    /// The case it belongs to: id and name; `None` for sheets of the whole kit.
    pub case: Option<(Arc<str>, Arc<str>)>,
    /// The addressee or target it is for, in a few words.
    pub addressee: Option<Arc<str>>,
    /// BCP 47 tag of the piece.
    pub lang: Arc<str>,
    pub pages: Vec<Page>,
    /// A hash of all that the piece is made from; the build mark is its beginning.
    pub content_hash: [u8; 32],
}

/// One side of physical stock as it goes through the printer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub size: Size,
    pub items: Vec<Item>,
    /// Indices of the pieces that stand on it.
    pub pieces: Vec<u32>,
}

impl Page {
    /// The page as text, for tests: one line an item, indented by its depth, lengths in points rounded to hundredths.
    /// `face_name` gives a face's name.
    pub fn dump(&self, face_name: &dyn Fn(FaceId) -> String) -> String {
        let mut out = format!("page {} x {}", Hundredths(self.size.width), Hundredths(self.size.height));
        out.push_str(if self.filler { " filler\n" } else { "\n" });
        dump_items(&self.items, 1, face_name, &mut out);
        out
    }
}

/// A length as it is dumped: rounded to hundredths, without a negative zero.
struct Hundredths(f32);

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (f64::from(self.0) * 100.0).round() / 100.0;
        write!(f, "{}", if rounded == 0.0 { 0.0 } else { rounded })
    }
}

fn dump_rect(rect: &Rect) -> String {
    let (x, y) = (Hundredths(rect.x), Hundredths(rect.y));
    format!("{x},{y} {} x {}", Hundredths(rect.width), Hundredths(rect.height))
}

fn dump_colour(colour: Colour) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue)
}

fn dump_items(items: &[Item], depth: usize, face_name: &dyn Fn(FaceId) -> String, out: &mut String) {
    let mut depth = depth;
    for item in items {
        if matches!(item, Item::End) {
            depth = depth.saturating_sub(1);
            continue;
        }
        out.extend(std::iter::repeat_n("  ", depth));
        match item {
            Item::Glyphs(run) => dump_run(run, face_name, out),
            Item::Fill { rect, radius, colour } => {
                out.push_str(&format!("fill {} {}", dump_rect(rect), dump_colour(*colour)));
                if *radius != 0.0 {
                    out.push_str(&format!(" radius {}", Hundredths(*radius)));
                }
            }
            Item::Line { from, to, width, colour, dash } => {
                let (x0, y0, x1, y1) =
                    (Hundredths(from.x), Hundredths(from.y), Hundredths(to.x), Hundredths(to.y));
                let colour = dump_colour(*colour);
                out.push_str(&format!("line {x0},{y0} to {x1},{y1} width {} {colour}", Hundredths(*width)));
                if *dash != Dash::Solid {
                    out.push_str(if *dash == Dash::Dashed { " dashed" } else { " dotted" });
                }
            }
            Item::Modules { rects, colour } => {
                let first = rects.first().map(dump_rect).unwrap_or_default();
                out.push_str(&format!("modules {} {}, the first {first}", rects.len(), dump_colour(*colour)));
            }
            Item::Image { image, rect, clip } => {
                out.push_str(&format!("image {} {}", image.0, dump_rect(rect)));
                if let Some(clip) = clip {
                    out.push_str(&format!(" clip {}", dump_rect(clip)));
                }
            }
            Item::Link { rect, to: LinkTarget::Uri(uri) } => {
                out.push_str(&format!("link {} to {uri}", dump_rect(rect)));
            }
            Item::Fragment { transform, fragment } => {
                let t = transform;
                if (t.a, t.b, t.c, t.d) == (1.0, 0.0, 0.0, 1.0) {
                    out.push_str(&format!("at {},{}\n", Hundredths(t.e), Hundredths(t.f)));
                } else {
                    let turn = [t.a, t.b, t.c, t.d].map(|n| Hundredths(n).to_string()).join(" ");
                    out.push_str(&format!("at {},{} turned {turn}\n", Hundredths(t.e), Hundredths(t.f)));
                }
                dump_items(&fragment.items, depth + 1, face_name, out);
                continue;
            }
            Item::Begin(tag) => {
                out.push_str(&format!("<{:?}>", tag.role));
                if let Some(lang) = &tag.lang {
                    out.push_str(&format!(" {lang}"));
                }
                depth += 1;
            }
            Item::End => {}
        }
        out.push('\n');
    }
}

fn dump_run(run: &GlyphRun, face_name: &dyn Fn(FaceId) -> String, out: &mut String) {
    let width: f32 = run.glyphs.iter().map(|g| g.advance).sum();
    let text = run.text.replace('\u{AD}', "[-]");
    let (x, y) = (Hundredths(run.origin.x), Hundredths(run.origin.y));
    let (size, width) = (Hundredths(run.size), Hundredths(width));
    out.push_str(&format!(
        "{x},{y} {} {size} `{text}` {} glyphs, {width} wide",
        face_name(run.face),
        run.glyphs.len()
    ));
    if run.colour != Colour::BLACK {
        out.push_str(&format!(" {}", dump_colour(run.colour)));
    }
    if run.rtl {
        out.push_str(" rtl");
    }
    if let Some(lang) = &run.lang {
        out.push_str(&format!(" {lang}"));
    }
}
