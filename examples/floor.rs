//! The floor of the benchmark: what the glyphs of a finished kit cost when they are laid out already.
//!
//! `floor dump kit.pdf glyphs.bin` takes a kit apart into fonts and positioned glyph runs;
//! `floor write glyphs.bin out.pdf` gives them to a bare PDF writer, page after page, on one thread. Only the second is
//! measured. Lines, pictures, structure and links are left out: a floor that does less is the harder one to reach.

use std::collections::HashMap;
use std::error::Error;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};
use pdf_writer::types::{CidFontType, SystemInfo};
use pdf_writer::{Content as PageContent, Finish, Name, Pdf, Rect, Ref, Str};

type Fault = Box<dyn Error>;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["dump", kit, glyphs] => dump(kit, glyphs),
        ["write", glyphs, out] => write(glyphs, out),
        _ => Err("usage: floor dump KIT.pdf GLYPHS | floor write GLYPHS OUT.pdf".into()),
    }
}

/// Glyphs of one font and size on one line.
struct Run {
    font: u16,
    size: f32,
    /// Points from the bottom left corner of the page.
    x: f32,
    y: f32,
    /// Glyph ids, big endian, and the space taken out after them in thousandths of the size.
    pieces: Vec<(Vec<u8>, f32)>,
}

/// The fonts met, by their object, in the order of their first use.
#[derive(Default)]
struct Fonts {
    numbers: HashMap<ObjectId, u16>,
    files: Vec<Vec<u8>>,
}

fn dump(kit: &str, glyphs: &str) -> Result<(), Fault> {
    let document = Document::load(kit)?;
    let mut fonts = Fonts::default();
    let mut pages = Vec::new();
    for id in document.get_pages().into_values() {
        let page = document.get_dictionary(id)?;
        let size: Vec<f32> = inherited(&document, page, b"MediaBox")?
            .as_array()?
            .iter()
            .filter_map(|n| n.as_float().ok())
            .collect();
        let resources = document.dereference(inherited(&document, page, b"Resources")?)?.1.as_dict()?;
        let content = Content::decode(&document.get_page_content(id))?;
        let mut runs = Vec::new();
        collect(&document, &content, resources, (0.0, 0.0), &mut fonts, &mut runs)?;
        pages.push((size[2], size[3], runs));
    }
    let mut out = Vec::new();
    let number = |out: &mut Vec<u8>, n: usize| out.extend((n as u32).to_le_bytes());
    number(&mut out, fonts.files.len());
    for file in &fonts.files {
        number(&mut out, file.len());
        out.extend(file);
    }
    number(&mut out, pages.len());
    for (width, height, runs) in pages {
        [width, height].iter().for_each(|n| out.extend(n.to_le_bytes()));
        number(&mut out, runs.len());
        for run in runs {
            number(&mut out, run.font.into());
            [run.size, run.x, run.y].iter().for_each(|n| out.extend(n.to_le_bytes()));
            number(&mut out, run.pieces.len());
            for (ids, gap) in run.pieces {
                number(&mut out, ids.len());
                out.extend(ids);
                out.extend(gap.to_le_bytes());
            }
        }
    }
    std::fs::write(glyphs, out)?;
    Ok(())
}

fn inherited<'a>(document: &'a Document, from: &'a Dictionary, key: &[u8]) -> Result<&'a Object, Fault> {
    let mut at = from;
    loop {
        if let Ok(value) = at.get(key) {
            return Ok(document.dereference(value)?.1);
        }
        at = document.dereference(at.get(b"Parent")?)?.1.as_dict()?;
    }
}

/// Glyph runs of a content stream and of the forms that it draws.
fn collect(
    document: &Document,
    content: &Content,
    resources: &Dictionary,
    origin: (f32, f32),
    fonts: &mut Fonts,
    runs: &mut Vec<Run>,
) -> Result<(), Fault> {
    let number = |operand: &Object| operand.as_float().unwrap_or(0.0);
    let (mut font, mut size, mut line) = (0, 0.0, (0.0, 0.0));
    let mut shift = vec![origin];
    for operation in &content.operations {
        let operands = &operation.operands;
        match operation.operator.as_str() {
            "q" => shift.push(*shift.last().unwrap_or(&origin)),
            "Q" if shift.len() > 1 => drop(shift.pop()),
            "cm" => {
                if let Some(last) = shift.last_mut() {
                    *last = (last.0 + number(&operands[4]), last.1 + number(&operands[5]));
                }
            }
            "BT" => line = (0.0, 0.0),
            "Tf" => {
                let of_page = document.get_dict_in_dict(resources, b"Font")?;
                let id = of_page.get(operands[0].as_name()?)?.as_reference()?;
                (font, size) = (fonts.number(document, id)?, number(&operands[1]));
            }
            "Td" => line = (line.0 + number(&operands[0]), line.1 + number(&operands[1])),
            "Tm" => line = (number(&operands[4]), number(&operands[5])),
            "Tj" | "TJ" => {
                let mut pieces: Vec<(Vec<u8>, f32)> = Vec::new();
                let shown = match &operands[0] {
                    Object::Array(items) => items.as_slice(),
                    _ => operands.as_slice(),
                };
                for item in shown {
                    match item {
                        Object::String(ids, _) => pieces.push((ids.clone(), 0.0)),
                        gap => pieces.last_mut().into_iter().for_each(|piece| piece.1 += number(gap)),
                    }
                }
                let (dx, dy) = *shift.last().unwrap_or(&origin);
                runs.push(Run { font, size, x: line.0 + dx, y: line.1 + dy, pieces });
            }
            "Do" => {
                let forms = document.get_dict_in_dict(resources, b"XObject")?;
                let form =
                    document.get_object(forms.get(operands[0].as_name()?)?.as_reference()?)?.as_stream()?;
                if form.dict.get(b"Subtype")?.as_name()? == b"Form" {
                    let content = Content::decode(&form.decompressed_content()?)?;
                    let own = document.get_dict_in_dict(&form.dict, b"Resources").unwrap_or(resources);
                    let at = *shift.last().unwrap_or(&origin);
                    collect(document, &content, own, at, fonts, runs)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

impl Fonts {
    fn number(&mut self, document: &Document, id: ObjectId) -> Result<u16, Fault> {
        if let Some(known) = self.numbers.get(&id) {
            return Ok(*known);
        }
        let font = document.get_dictionary(id)?;
        let below = document.dereference(font.get(b"DescendantFonts")?)?.1.as_array()?;
        let descendant = document.dereference(&below[0])?.1.as_dict()?;
        let descriptor = document.get_dict_in_dict(descendant, b"FontDescriptor")?;
        let file = [&b"FontFile2"[..], b"FontFile3"].iter().find_map(|key| descriptor.get(key).ok());
        let stream = document.dereference(file.ok_or("a font without its file")?)?.1.as_stream()?;
        let number = self.files.len() as u16;
        self.files.push(stream.decompressed_content()?);
        self.numbers.insert(id, number);
        Ok(number)
    }
}

/// Reads what `dump` wrote.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn number(&mut self) -> usize {
        self.word().map_or(0, |w| u32::from_le_bytes(w) as usize)
    }

    fn float(&mut self) -> f32 {
        self.word().map_or(0.0, f32::from_le_bytes)
    }

    fn word(&mut self) -> Option<[u8; 4]> {
        self.take(4).try_into().ok()
    }
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn write(glyphs: &str, out: &str) -> Result<(), Fault> {
    let bytes = std::fs::read(glyphs)?;
    let mut reader = Reader(&bytes);
    let mut pdf = Pdf::new();
    let (catalog, tree) = (Ref::new(1), Ref::new(2));
    let mut next = 3;
    let mut fresh = || {
        next += 1;
        Ref::new(next - 1)
    };
    let mut fonts = Vec::new();
    for number in 0..reader.number() {
        let length = reader.number();
        let data = deflated(reader.take(length))?;
        let [font, descendant, descriptor, file] = [(); 4].map(|()| fresh());
        let base = format!("ABCDEF+Face{number}");
        pdf.type0_font(font)
            .base_font(Name(base.as_bytes()))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(descendant);
        pdf.cid_font(descendant)
            .subtype(CidFontType::Type2)
            .base_font(Name(base.as_bytes()))
            .system_info(SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 })
            .font_descriptor(descriptor)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        pdf.font_descriptor(descriptor).name(Name(base.as_bytes())).font_file2(file);
        pdf.stream(file, &data).filter(pdf_writer::Filter::FlateDecode);
        fonts.push((format!("F{number}"), font));
    }
    let pages = reader.number();
    let mut kids = Vec::with_capacity(pages);
    for _ in 0..pages {
        let (width, height) = (reader.float(), reader.float());
        let mut content = PageContent::new();
        for _ in 0..reader.number() {
            let font = reader.number();
            let (size, x, y) = (reader.float(), reader.float(), reader.float());
            content.begin_text().set_font(Name(fonts[font].0.as_bytes()), size).next_line(x, y);
            let mut shown = content.show_positioned();
            let mut items = shown.items();
            for _ in 0..reader.number() {
                let length = reader.number();
                items.show(Str(reader.take(length)));
                let gap = reader.float();
                if gap != 0.0 {
                    items.adjust(gap);
                }
            }
            items.finish();
            shown.finish();
            content.end_text();
        }
        let (page, stream) = (fresh(), fresh());
        pdf.stream(stream, &deflated(&content.finish())?).filter(pdf_writer::Filter::FlateDecode);
        let mut dictionary = pdf.page(page);
        dictionary.parent(tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(stream);
        let mut resources = dictionary.resources();
        let mut named = resources.fonts();
        fonts.iter().for_each(|(name, font)| {
            named.pair(Name(name.as_bytes()), *font);
        });
        kids.push(page);
    }
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).count(kids.len() as i32).kids(kids);
    std::fs::write(out, pdf.finish())?;
    Ok(())
}
