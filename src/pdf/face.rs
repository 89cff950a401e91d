//! Takes a face of the catalogue; gives what placing and describing its glyphs needs: widths and overall measures.

use skrifa::instance::{LocationRef, Size};
use skrifa::raw::{FontRef, TableProvider};
use skrifa::{GlyphId, MetadataProvider};

use super::PdfError;
use crate::fonts::Face;

/// A face's measures in thousandths of its em, as PDF wants them.
pub(super) struct FaceMeasures {
    /// Advance of each glyph.
    pub widths: Vec<u16>,
    pub ascent: f32,
    pub descent: f32,
    pub cap_height: f32,
    /// Left, bottom, right, top of all glyphs together.
    pub bbox: [f32; 4],
    pub italic_angle: f32,
    pub monospaced: bool,
    /// CFF outlines rather than TrueType's.
    pub cff: bool,
}

impl FaceMeasures {
    /// Reads them from the face's tables.
    ///
    /// # Errors
    /// When the font cannot be read.
    pub fn read(face: &Face) -> Result<Self, PdfError> {
        let fault = |error: skrifa::raw::ReadError| PdfError::font(face, error);
        let font = FontRef::from_index(face.data.as_ref(), face.index).map_err(fault)?;
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        let scale = 1000.0 / f32::from(metrics.units_per_em.max(1));
        let glyphs = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let width = |glyph: u16| {
            let advance = glyphs.advance_width(GlyphId::from(glyph)).unwrap_or_default();
            (advance * scale).round().clamp(0.0, 65_535.0) as u16
        };
        let bbox = font.head().map_err(fault)?;
        let bounds = [bbox.x_min(), bbox.y_min(), bbox.x_max(), bbox.y_max()];
        Ok(Self {
            widths: (0..metrics.glyph_count).map(width).collect(),
            ascent: metrics.ascent * scale,
            descent: metrics.descent * scale,
            cap_height: metrics.cap_height.unwrap_or(metrics.ascent * 0.7) * scale,
            bbox: bounds.map(|v| f32::from(v) * scale),
            italic_angle: metrics.italic_angle,
            monospaced: metrics.is_monospace,
            cff: font.cff().is_ok(),
        })
    }
}
