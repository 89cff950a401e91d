//! Computed styles: what the cascade comes to for one element; data only. Lengths are points, or parts of the containing
//! block where percentages are allowed.

use std::sync::Arc;

use crate::geometry::{Colour, Sides, Size};

/// The computed style of one element. Equal styles are shared behind one `Arc`, so layout may cache by pointer.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    pub text: Arc<TextStyle>,
    pub boxed: Arc<BoxStyle>,
}

/// Inherited properties: all that text needs.
#[derive(Debug, Clone, PartialEq)]
pub struct TextStyle {
    /// Families by name, in order, before the generic one.
    pub families: Vec<Arc<str>>,
    pub generic: crate::fonts::Generic,
    /// Points.
    pub size: f32,
    /// 100 to 900.
    pub weight: u16,
    pub italic: bool,
    pub colour: Colour,
    pub line_height: LineHeight,
    /// Points added after each character.
    pub letter_spacing: f32,
    pub word_spacing: f32,
    pub align: TextAlign,
    pub indent: Length,
    pub transform: TextTransform,
    pub small_caps: bool,
    pub figures: Figures,
    pub hyphens: Hyphens,
    pub white_space: WhiteSpace,
    /// A word too long for its line: break it anywhere, or report an overflow.
    pub break_anywhere: bool,
    pub underline: bool,
    pub line_through: bool,
    /// Behind the text of an inline element (a marker's strip); `None` for blocks, which have their own background.
    pub highlight: Option<Highlight>,
    pub baseline_shift: BaselineShift,
    pub direction: Direction,
    /// BCP 47 tag.
    pub lang: Arc<str>,
    pub list_marker: ListMarker,
    pub orphans: u16,
    pub widows: u16,
    /// `border-collapse: collapse`.
    pub borders_collapse: bool,
    pub border_spacing: f32,
}

/// Background of an inline box, painted behind each of its lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Highlight {
    pub colour: Colour,
    /// How far the strip reaches beyond the text on each line (padding with `box-decoration-break: clone`).
    pub padding: Sides<f32>,
    pub radius: f32,
}

/// Properties that are not inherited: the box.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxStyle {
    pub display: Display,
    pub position: Position,
    pub inset: Sides<Dimension>,
    pub width: Dimension,
    pub height: Dimension,
    pub min_width: Dimension,
    pub min_height: Dimension,
    pub max_width: Dimension,
    pub max_height: Dimension,
    /// Width divided by height.
    pub aspect_ratio: Option<f32>,
    pub margin: Sides<Dimension>,
    pub padding: Sides<Length>,
    pub border: Sides<Border>,
    pub radius: f32,
    pub background: Option<Colour>,
    pub box_sizing: BoxSizing,
    /// Only `Visible` paints beyond the box; text beyond it is an error all the same.
    pub overflow_hidden: bool,
    pub vertical_align: VerticalAlign,
    pub flex_direction: FlexDirection,
    pub flex_wrap: bool,
    pub flex_grow: f32,
    pub flex_shrink: f32,
    pub flex_basis: Dimension,
    pub order: i32,
    pub align_items: Option<Align>,
    pub align_self: Option<Align>,
    pub align_content: Option<Align>,
    pub justify_items: Option<Align>,
    pub justify_self: Option<Align>,
    pub justify_content: Option<Align>,
    pub row_gap: Length,
    pub column_gap: Length,
    pub grid_columns: Vec<Track>,
    pub grid_rows: Vec<Track>,
    pub grid_column: GridSpan,
    pub grid_row: GridSpan,
    pub break_before: Break,
    pub break_after: Break,
    pub break_inside_avoid: bool,
    pub object_fit: ObjectFit,
    /// `rotate`: quarter turns clockwise about the box's centre, after layout.
    pub quarter_turns: u8,
}

/// A length: points and a part of the containing block added (`calc(100% - 3mm)`).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Length {
    pub points: f32,
    /// 1.0 is 100 %.
    pub part: f32,
}

/// A size: `auto`, a length, or what the content needs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Dimension {
    #[default]
    Auto,
    Length(Length),
    MinContent,
    MaxContent,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineHeight {
    /// Times the font size.
    Factor(f32),
    /// Points.
    Absolute(f32),
    /// As the font says.
    Normal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextAlign {
    Start,
    End,
    Left,
    Right,
    Centre,
    Justify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTransform {
    None,
    Uppercase,
    Lowercase,
    Capitalize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figures {
    Normal,
    Tabular,
    OldStyle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hyphens {
    None,
    /// At soft hyphens only.
    Manual,
    /// By the patterns of the language too.
    Auto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhiteSpace {
    Normal,
    NoWrap,
    /// Keeps line breaks.
    PreLine,
    /// Keeps spaces and line breaks, and wraps.
    PreWrap,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaselineShift {
    None,
    Sub,
    Super,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListMarker {
    None,
    Disc,
    Dash,
    Square,
    Decimal,
    LowerAlpha,
    UpperAlpha,
    LowerRoman,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    None,
    Block,
    Inline,
    InlineBlock,
    Flex,
    Grid,
    ListItem,
    Table,
    TableHeaderGroup,
    TableRowGroup,
    TableRow,
    TableCell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    Static,
    Relative,
    Absolute,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxSizing {
    ContentBox,
    BorderBox,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Border {
    /// Points; 0 for none.
    pub width: f32,
    pub style: BorderStyle,
    pub colour: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BorderStyle {
    #[default]
    None,
    Solid,
    Dashed,
    Dotted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerticalAlign {
    Baseline,
    Top,
    Middle,
    Bottom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlexDirection {
    Row,
    RowReverse,
    Column,
    ColumnReverse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Start,
    End,
    Centre,
    Baseline,
    Stretch,
    SpaceBetween,
    SpaceAround,
    SpaceEvenly,
}

/// One track of a grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Track {
    Auto,
    Length(Length),
    /// `fr`.
    Fraction(f32),
    MinContent,
    MaxContent,
    /// `minmax(least, most)`; `least` in points.
    MinMax(Length, TrackMax),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TrackMax {
    Auto,
    Length(Length),
    Fraction(f32),
}

/// Lines of a grid that an item covers: 1-based start (`None`: placed automatically) and how many tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridSpan {
    pub start: Option<i16>,
    pub span: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    Auto,
    Avoid,
    Page,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFit {
    Fill,
    Contain,
    Cover,
}

/// `@page`: the size and margins of the page box, in points.
#[derive(Debug, Clone, PartialEq)]
pub struct PageStyle {
    /// `None`: the stock's own size.
    pub size: Option<Size>,
    /// Without a size: whether the stock's lies (`size: landscape`) or stands; `None` as it comes.
    pub landscape: Option<bool>,
    pub margin: Sides<f32>,
    /// `@page :first`.
    pub first_margin: Option<Sides<f32>>,
}
