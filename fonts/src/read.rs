//! Takes the bytes of a font file; gives what the catalogue must know of each face in it. Shared with
//! `build.rs`, so that built-in fonts and a user's are read in one way.

use skrifa::attribute::Style;
use skrifa::raw::{FileRef, TableProvider, types::Tag};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

/// What one face says of itself.
pub struct ReadFace {
    /// Its place in a collection, 0 in a single file.
    pub index: u32,
    /// The typographic family, or the plain one where the font names no other.
    pub family: String,
    pub postscript_name: String,
    /// 100 to 900, as CSS counts.
    pub weight: u16,
    pub italic: bool,
    /// The code points that its `cmap` gives a glyph other than `.notdef`, ascending, each once.
    pub code_points: Vec<u32>,
}

/// Why a file cannot be used; `hint` says what to do.
#[derive(Debug)]
pub struct Unusable {
    pub message: String,
    pub hint: Option<String>,
}

fn unusable(message: impl Into<String>, hint: &str) -> Unusable {
    Unusable { message: message.into(), hint: (!hint.is_empty()).then(|| hint.into()) }
}

/// Reads every face of a TrueType or OpenType file or collection.
///
/// # Errors
/// When it is no such file, has no characters, no outlines, or a licence that forbids embedding.
pub fn read_faces(data: &[u8]) -> Result<Vec<ReadFace>, Unusable> {
    if data.starts_with(b"wOFF") || data.starts_with(b"wOF2") {
        return Err(unusable("is a web font (WOFF)", "take the `.ttf` or `.otf` file of the same font"));
    }
    let file = FileRef::new(data).map_err(|e| {
        unusable(format!("is not a font file: {e}"), "makekit reads `.ttf`, `.otf` and `.ttc` files")
    })?;
    match file {
        FileRef::Font(font) => Ok(vec![read_face(&font, 0)?]),
        FileRef::Collection(collection) => (0..collection.len())
            .map(|index| {
                let font = collection
                    .get(index)
                    .map_err(|e| unusable(format!("has a broken face {index} in its collection: {e}"), ""))?;
                read_face(&font, index)
            })
            .collect(),
    }
}

fn read_face(font: &FontRef<'_>, index: u32) -> Result<ReadFace, Unusable> {
    let name = |id: StringId| {
        font.localized_strings(id).english_or_first().map(|s| s.to_string()).filter(|s| !s.trim().is_empty())
    };
    let family = name(StringId::TYPOGRAPHIC_FAMILY_NAME)
        .or_else(|| name(StringId::FAMILY_NAME))
        .ok_or_else(|| unusable("has no family name", "open it in a font editor and name it"))?;
    let has = |tag: &[u8; 4]| font.table_data(Tag::new(tag)).is_some();
    if !(has(b"glyf") || has(b"CFF ") || has(b"CFF2")) {
        return Err(unusable("has no outlines, only pictures", "take a version of the font with outlines"));
    }
    for table in [b"head", b"hhea", b"hmtx", b"maxp"] {
        if !has(table) {
            let table = String::from_utf8_lossy(table).into_owned();
            return Err(unusable(
                format!("lacks its `{table}` table"),
                "the file may be damaged: fetch it again",
            ));
        }
    }
    // OpenType, OS/2 fsType: bit 1 alone is "Restricted License embedding".
    if font.os2().is_ok_and(|os2| os2.fs_type() & 0x000F == 0x0002) {
        return Err(unusable(
            "says that its licence forbids embedding in a document",
            "take a font under an open licence",
        ));
    }
    let mut code_points: Vec<u32> =
        font.charmap().mappings().filter(|(_, glyph)| glyph.to_u32() != 0).map(|(c, _)| c).collect();
    code_points.sort_unstable();
    code_points.dedup();
    code_points.retain(|c| char::from_u32(*c).is_some());
    if code_points.is_empty() {
        return Err(unusable(
            "has no Unicode characters",
            "take a version of the font with a Unicode `cmap`",
        ));
    }
    let attributes = font.attributes();
    let postscript_name = name(StringId::POSTSCRIPT_NAME).unwrap_or_else(|| {
        family.chars().filter(|c| c.is_ascii_graphic() && !"[](){}<>/%".contains(*c)).collect()
    });
    Ok(ReadFace {
        index,
        family,
        postscript_name,
        weight: attributes.weight.value().clamp(1.0, 1000.0) as u16,
        italic: !matches!(attributes.style, Style::Normal),
        code_points,
    })
}

/// 256 code points, a bit each.
pub type Block = [u64; 4];

/// Parts ascending code points into blocks: for each 256 of them the number of its block in `blocks`, where block 0 is
/// empty. Equal blocks are kept once.
pub fn pages(
    code_points: &[u32],
    blocks: &mut Vec<Block>,
    seen: &mut std::collections::HashMap<Block, u16>,
) -> Vec<u16> {
    if blocks.is_empty() {
        blocks.push([0; 4]);
        seen.insert([0; 4], 0);
    }
    let last = code_points.last().map_or(0, |c| (c >> 8) as usize);
    let mut pages = vec![0u16; last + 1];
    let mut i = 0;
    while i < code_points.len() {
        let page = code_points[i] >> 8;
        let mut block = [0u64; 4];
        while i < code_points.len() && code_points[i] >> 8 == page {
            let bit = (code_points[i] & 0xFF) as usize;
            block[bit / 64] |= 1 << (bit % 64);
            i += 1;
        }
        // 0x1100 pages a face at most: a u16 is passed only by thousands of unlike faces, whose rest is then unused.
        pages[page as usize] = *seen.entry(block).or_insert_with(|| match u16::try_from(blocks.len()) {
            Ok(number) => {
                blocks.push(block);
                number
            }
            Err(_) => 0,
        });
    }
    pages
}
