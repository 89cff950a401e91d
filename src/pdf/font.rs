//! Takes a face and the glyphs that a document uses of it; gives the subset font and the objects that describe it.
//!
//! Content streams call glyphs by their ids in the whole face, so that a page can be written before it is known what
//! else is used. The way from there to the subset's ids is, for TrueType, a CIDToGIDMap; for CFF, whose glyphs are
//! called by CID alone, an encoding CMap.

use sha2::{Digest, Sha256};
use skrifa::Tag;
use skrifa::raw::FontRef;
use subsetter::GlyphRemapper;

use super::PdfError;
use super::deflate::Deflater;
use super::face::FaceMeasures;
use super::file::Section;
use super::syntax::{self, Id};
use super::usage::Codes;
use crate::fonts::Face;

/// A face cut down to the glyphs that are used.
#[derive(Debug)]
pub(super) struct SubsetFont {
    /// The PostScript name with its tag of six letters.
    pub name: String,
    /// A TrueType font, or bare CFF, compressed.
    pub data: Vec<u8>,
    /// Length before compression.
    pub length: usize,
    /// Old and new glyph ids, ascending.
    pub glyphs: Vec<(u16, u16)>,
}

/// Cuts a face down to `glyphs` (ascending, without 0).
///
/// # Errors
/// When the font cannot be read or is of a kind that PDF does not take.
pub(super) fn subset(
    face: &Face,
    measures: &FaceMeasures,
    glyphs: &[u16],
    deflater: &mut Deflater,
) -> Result<SubsetFont, PdfError> {
    let mut remapper = GlyphRemapper::new();
    let glyphs: Vec<(u16, u16)> = glyphs.iter().map(|glyph| (*glyph, remapper.remap(*glyph))).collect();
    let font =
        subsetter::subset(face.data.as_ref(), face.index, &remapper).map_err(|e| PdfError::font(face, e))?;
    let program = if measures.cff {
        let parsed = FontRef::new(&font).map_err(|e| PdfError::font(face, e))?;
        let table =
            parsed.table_data(Tag::new(b"CFF ")).ok_or_else(|| PdfError::font(face, "no CFF table"))?;
        table.as_bytes().to_vec()
    } else {
        font
    };
    let name = format!("{}+{}", tag(face, &glyphs), face.postscript_name);
    Ok(SubsetFont { name, length: program.len(), data: deflater.compress(&program)?.to_vec(), glyphs })
}

/// Six capitals that differ when the glyphs do (ISO 32000-1, 9.6.4).
fn tag(face: &Face, glyphs: &[(u16, u16)]) -> String {
    let mut hash = Sha256::new();
    hash.update(face.postscript_name.as_bytes());
    glyphs.iter().for_each(|(glyph, _)| hash.update(glyph.to_be_bytes()));
    hash.finalize()[..6].iter().map(|b| char::from(b'A' + b % 26)).collect()
}

/// Numbers of the objects of one font.
pub(super) struct FontIds {
    descriptor: Id,
    program: Id,
    variants: Vec<VariantIds>,
}

/// Numbers of a font as pages call it, one for each set of codes.
struct VariantIds {
    font: Id,
    to_unicode: Id,
    descendant: Id,
    /// The CIDToGIDMap or the encoding CMap.
    map: Id,
}

impl FontIds {
    /// Takes its numbers by `take`, which gives the first of so many.
    pub fn take(take: &mut impl FnMut(usize) -> Id, variants: usize) -> Self {
        let first = take(2);
        let variant = |id| VariantIds { font: id, to_unicode: id + 1, descendant: id + 2, map: id + 3 };
        let variants = (0..variants).map(|_| variant(take(4))).collect();
        Self { descriptor: first, program: first + 1, variants }
    }

    /// The number that pages call a variant by.
    pub fn font(&self, variant: usize) -> Option<Id> {
        self.variants.get(variant).map(|v| v.font)
    }
}

/// Writes a font's objects.
pub(super) fn write(
    section: &mut Section,
    deflater: &mut Deflater,
    ids: &FontIds,
    face: &Face,
    measures: &FaceMeasures,
    font: &SubsetFont,
    variants: &[Codes],
) -> Result<(), PdfError> {
    for (variant, codes) in ids.variants.iter().zip(variants) {
        write_variant(section, deflater, variant, ids.descriptor, measures, font, codes)?;
    }
    section.dict(deflater, ids.descriptor, |dict| {
        dict.name("Type", "FontDescriptor");
        dict.name("FontName", &font.name);
        // Symbolic: the glyphs are none of a standard character set; fixed pitch, italic as they are (9.8.2).
        let italic = face.italic || measures.italic_angle != 0.0;
        dict.integer("Flags", 4 | i64::from(measures.monospaced) | if italic { 64 } else { 0 });
        dict.numbers("FontBBox", &measures.bbox.map(f32::round));
        dict.number("ItalicAngle", measures.italic_angle);
        dict.number("Ascent", measures.ascent.round());
        dict.number("Descent", measures.descent.round());
        dict.number("CapHeight", measures.cap_height.round());
        // No font says how thick its stems are; this follows the weight as usual text faces have it.
        dict.integer("StemV", 10 + i64::from(face.weight) / 5);
        dict.reference(if measures.cff { "FontFile3" } else { "FontFile2" }, ids.program);
    })?;
    section.stream(ids.program, &font.data, |dict| {
        if measures.cff {
            dict.name("Subtype", "CIDFontType0C");
        } else {
            dict.integer("Length1", font.length as i64);
        }
        dict.name("Filter", "FlateDecode");
    });
    Ok(())
}

fn write_variant(
    section: &mut Section,
    deflater: &mut Deflater,
    ids: &VariantIds,
    descriptor: Id,
    measures: &FaceMeasures,
    font: &SubsetFont,
    codes: &Codes,
) -> Result<(), PdfError> {
    // Code, the subset's glyph, and the width.
    let coded: Vec<(u16, u16, u16)> = codes
        .iter()
        .filter_map(|c| {
            let place = font.glyphs.binary_search_by_key(&c.glyph, |(old, _)| *old).ok()?;
            let width = measures.widths.get(usize::from(c.glyph)).copied().unwrap_or_default();
            Some((c.code, font.glyphs[place].1, width))
        })
        .collect();
    section.dict(deflater, ids.font, |dict| {
        dict.name("Type", "Font");
        dict.name("Subtype", "Type0");
        dict.name("BaseFont", &font.name);
        if measures.cff {
            dict.reference("Encoding", ids.map);
        } else {
            dict.name("Encoding", "Identity-H");
        }
        dict.references("DescendantFonts", [ids.descendant]);
        dict.reference("ToUnicode", ids.to_unicode);
    })?;
    section.deflated(deflater, ids.to_unicode, to_unicode_cmap(codes).as_bytes(), |_| {})?;
    let mut widths: Vec<(u16, u16)> = coded
        .iter()
        .map(|(code, glyph, width)| (if measures.cff { *glyph } else { *code }, *width))
        .collect();
    widths.sort_unstable();
    widths.dedup();
    section.dict(deflater, ids.descendant, |dict| {
        dict.name("Type", "Font");
        dict.name("Subtype", if measures.cff { "CIDFontType0" } else { "CIDFontType2" });
        dict.name("BaseFont", &font.name);
        dict.dict("CIDSystemInfo", system_info);
        dict.reference("FontDescriptor", descriptor);
        if !measures.cff {
            dict.reference("CIDToGIDMap", ids.map);
        }
        write_widths(dict.key("W"), &widths);
    })?;
    if measures.cff {
        section.deflated(deflater, ids.map, encoding_cmap(&coded).as_bytes(), |dict| {
            dict.name("Type", "CMap");
            dict.name("CMapName", CMAP_NAME);
            dict.dict("CIDSystemInfo", system_info);
        })
    } else {
        let last = coded.last().map_or(0, |(code, ..)| *code);
        let mut map = vec![0u8; (usize::from(last) + 1) * 2];
        for (code, glyph, _) in &coded {
            let at = usize::from(*code) * 2;
            map[at..at + 2].copy_from_slice(&glyph.to_be_bytes());
        }
        section.deflated(deflater, ids.map, &map, |_| {})
    }
}

fn system_info(dict: &mut syntax::Dict<'_>) {
    dict.text("Registry", "Adobe");
    dict.text("Ordering", "Identity");
    dict.integer("Supplement", 0);
}

/// The widths by CID, consecutive ones together.
fn write_widths(out: &mut Vec<u8>, widths: &[(u16, u16)]) {
    out.push(b'[');
    for run in widths.chunk_by(|a, b| b.0 == a.0 + 1) {
        syntax::integer(out, i64::from(run[0].0));
        out.push(b'[');
        for (i, (_, width)) in run.iter().enumerate() {
            if i > 0 {
                out.push(b' ');
            }
            syntax::integer(out, i64::from(*width));
        }
        out.push(b']');
    }
    out.push(b']');
}

const CMAP_NAME: &str = "makekit-glyphs";

/// Entries that one `begin…` block of a CMap may hold.
const CMAP_BLOCK: usize = 100;

fn cmap(name: &str, kind: u8, body: &str) -> String {
    format!(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<< /Registry (Adobe) /Ordering \
         ({ordering}) /Supplement 0 >> def\n/CMapName /{name} def\n/CMapType {kind} def\n1 begincodespacerange\n<0000> \
         <FFFF>\nendcodespacerange\n{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n",
        ordering = if kind == 2 { "UCS" } else { "Identity" },
    )
}

/// Codes to the subset's CIDs.
fn encoding_cmap(coded: &[(u16, u16, u16)]) -> String {
    let runs: Vec<_> = coded.chunk_by(|a, b| b.0 == a.0 + 1 && b.1 == a.1 + 1 && b.0 & 0xFF != 0).collect();
    let mut body = String::new();
    for block in runs.chunks(CMAP_BLOCK) {
        body.push_str(&format!("{} begincidrange\n", block.len()));
        for run in block {
            let last = run.last().map_or(run[0].0, |coded| coded.0);
            body.push_str(&format!("<{:04X}> <{last:04X}> {}\n", run[0].0, run[0].1));
        }
        body.push_str("endcidrange\n");
    }
    cmap(CMAP_NAME, 1, &body)
}

/// Codes to texts.
fn to_unicode_cmap(codes: &Codes) -> String {
    let texts: Vec<(u16, &str)> = codes.iter().filter_map(|c| Some((c.code, c.text.as_deref()?))).collect();
    let mut body = String::new();
    for block in texts.chunks(CMAP_BLOCK) {
        body.push_str(&format!("{} beginbfchar\n", block.len()));
        for (code, text) in block {
            body.push_str(&format!("<{code:04X}> <"));
            text.encode_utf16().for_each(|unit| body.push_str(&format!("{unit:04X}")));
            body.push_str(">\n");
        }
        body.push_str("endbfchar\n");
    }
    cmap("makekit-text", 2, &body)
}
