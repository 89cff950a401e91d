//! Takes the parts of a document; gives its bytes: fonts and pictures, pages and forms, and the catalogue above them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::content::{font_name, form_name, picture_name};
use super::deflate::Deflater;
use super::file::{Pdf, Section, write_file};
use super::font::{self, FontIds, SubsetFont};
use super::part::{Names, Part, PartData, PictureUse};
use super::picture::{self, EncodedPicture, Encoding};
use super::shared::Shared;
use super::syntax::{self, Dict, Id};
use super::tree::{self, PageTree, StructureIds};
use super::usage::Codes;
use super::{Bookmark, Meta, PageLabel, PdfError};
use crate::fonts::FaceId;

/// Encoded pictures and subset fonts, to be kept between rebuilds. Fonts are known by their number in the catalogue, so
/// a cache belongs to one catalogue.
#[derive(Debug, Default)]
pub struct Cache {
    pictures: Mutex<HashMap<PictureKey, Arc<EncodedPicture>>>,
    fonts: Mutex<HashMap<FontKey, Arc<SubsetFont>>>,
}

/// A face and its used glyphs.
type FontKey = (FaceId, Vec<u16>);

/// A picture's file and its size in the document.
type PictureKey = ([u8; 32], (u32, u32));

/// What is there already under a key, or what `make` makes, kept for the next time.
fn cached<K: std::hash::Hash + Eq, V>(
    store: Option<&Mutex<HashMap<K, Arc<V>>>>,
    key: K,
    make: impl FnOnce(&K) -> Result<V, PdfError>,
) -> Result<Arc<V>, PdfError> {
    let known = store.and_then(|s| s.lock().ok()?.get(&key).cloned());
    if let Some(known) = known {
        return Ok(known);
    }
    let made = Arc::new(make(&key)?);
    if let Some(mut store) = store.and_then(|s| s.lock().ok()) {
        store.insert(key, Arc::clone(&made));
    }
    Ok(made)
}

/// A face as the document uses it.
struct DocumentFace {
    face: FaceId,
    glyphs: BTreeSet<u16>,
    variants: Vec<Codes>,
}

/// A picture as the document uses it.
struct DocumentPicture {
    image: Id,
    mask: Id,
    printed: PictureUse,
}

/// Numbers of what pages call by name.
struct Resources {
    /// For each part and face: which variant's font.
    fonts: Vec<BTreeMap<FaceId, Id>>,
    pictures: BTreeMap<[u8; 32], Id>,
    /// For each part: its forms.
    forms: Vec<Vec<Id>>,
}

/// Bytes that a page's stream takes beside its data.
const STREAM_ENTRIES: usize = 70;

pub(super) fn finish(
    shared: &Shared<'_>,
    meta: &Meta,
    cache: Option<&Cache>,
    parts: Vec<Part>,
    outline: &[Bookmark],
    labels: &[PageLabel],
) -> Result<Pdf, PdfError> {
    let mut next: Id = 1;
    let mut take = |count: usize| {
        let first = next;
        next += count as Id;
        first
    };
    let [catalog, info, metadata] = [take(1), take(1), take(1)];

    let (faces, variants) = collect_faces(&parts);
    let pictures = collect_pictures(&parts);

    let page_count = parts.iter().map(Part::sheets).sum();
    let pages = PageTree::new(page_count, &mut take);
    let mut parts_pages = Vec::with_capacity(parts.len());
    let mut page_from = 0;
    for part in &parts {
        parts_pages.push((page_from, take(part.sheets() * 2)));
        page_from += part.sheets();
    }
    let structure = StructureIds::new(&parts, &mut take);
    let font_ids: Vec<FontIds> = faces.iter().map(|f| FontIds::take(&mut take, f.variants.len())).collect();
    let pictures: BTreeMap<[u8; 32], DocumentPicture> = pictures
        .into_iter()
        .map(|(hash, printed)| (hash, DocumentPicture { image: take(1), mask: take(1), printed }))
        .collect();
    let mut resources = Resources {
        fonts: variants
            .iter()
            .map(|part| {
                let font = |(face, variant): (&usize, &usize)| {
                    Some((faces[*face].face, font_ids[*face].font(*variant)?))
                };
                part.iter().filter_map(font).collect()
            })
            .collect(),
        pictures: pictures.iter().map(|(hash, p)| (*hash, p.image)).collect(),
        forms: Vec::with_capacity(parts.len()),
    };
    let mut new_forms: Vec<Vec<(usize, Id)>> = Vec::with_capacity(parts.len());
    let mut known_forms = HashMap::new();
    for (index, part) in parts.iter().enumerate() {
        new_forms.push(number_forms(index, &part.0, &mut resources, &mut known_forms, &mut take));
    }
    let outline_ids = take(tree::outline_size(outline));

    let ((fonts, images), bodies) = rayon::join(
        || {
            rayon::join(
                || write_fonts(shared, cache, &faces, &font_ids),
                || write_pictures(shared, cache, &pictures),
            )
        },
        || -> Result<Vec<Section>, PdfError> {
            // By value: a part that nobody keeps is gone when its section is made.
            parts
                .into_par_iter()
                .enumerate()
                .map(|(index, part)| {
                    shared.with_deflater(|deflater| {
                        let mut section = Section::default();
                        section.reserve(part.0.streams.len() + part.0.pages.len() * STREAM_ENTRIES);
                        for (form, id) in &new_forms[index] {
                            write_form(&mut section, &part.0, *form, *id, index, &resources);
                        }
                        let (first_page, first_id) = parts_pages[index];
                        let place = tree::PartPlace { index, first_page, first_id };
                        write_pages(&mut section, deflater, &part.0, &place, &pages, &structure, &resources)?;
                        structure.write_part(&mut section, deflater, &part.0, &place)?;
                        section.pack(deflater)?;
                        Ok(section)
                    })
                })
                .collect()
        },
    );
    let mut sections = bodies?;
    sections.extend(fonts?);
    sections.extend(images?);

    let page_id = |sheet: usize| {
        let part = parts_pages.partition_point(|(first, _)| *first <= sheet).checked_sub(1)?;
        let (first, id) = parts_pages[part];
        (sheet < page_count).then(|| id + (sheet - first) as Id * 2)
    };
    shared.with_deflater(|deflater| {
        let mut head = Section::default();
        pages.write(&mut head, deflater, page_id)?;
        structure.write_root(&mut head, deflater)?;
        tree::write_outline(&mut head, deflater, outline, outline_ids, &page_id)?;
        write_information(&mut head, deflater, meta, info, metadata)?;
        let mut bad_label = None;
        head.dict(deflater, catalog, |dict| {
            dict.name("Type", "Catalog");
            dict.reference("Pages", pages.root());
            dict.text("Lang", &meta.lang);
            dict.dict("ViewerPreferences", |d| {
                d.boolean("DisplayDocTitle", true);
                d.name("PrintScaling", "None");
            });
            if outline.is_empty() {
                dict.name("PageMode", "UseNone");
            } else {
                dict.name("PageMode", "UseOutlines");
                dict.reference("Outlines", outline_ids);
            }
            if let Some(root) = structure.root() {
                dict.reference("StructTreeRoot", root);
                dict.dict("MarkInfo", |d| d.boolean("Marked", true));
            }
            bad_label = write_labels(dict, labels, page_count);
            dict.reference("Metadata", metadata);
        })?;
        if let Some(sheet) = bad_label {
            return Err(PdfError::Internal(format!("a page label on sheet {sheet} of {page_count}")));
        }
        head.pack(deflater)?;
        sections.push(head);
        write_file(sections, next, catalog, info, deflater)
    })
}

/// The faces of the document with their glyphs, and for each part which variant of each face fits its texts.
fn collect_faces(parts: &[Part]) -> (Vec<DocumentFace>, Vec<BTreeMap<usize, usize>>) {
    let all: BTreeSet<FaceId> = parts.iter().flat_map(|p| p.0.faces.iter().map(|f| f.face)).collect();
    let mut faces: Vec<DocumentFace> = all
        .into_iter()
        .map(|face| DocumentFace { face, glyphs: BTreeSet::new(), variants: Vec::new() })
        .collect();
    let mut variants = Vec::with_capacity(parts.len());
    for part in parts {
        let mut of_part = BTreeMap::new();
        for usage in &part.0.faces {
            let Ok(index) = faces.binary_search_by_key(&usage.face, |f| f.face) else { continue };
            let face = &mut faces[index];
            face.glyphs.extend(usage.glyphs.iter().map(|g| g.glyph));
            let fitting = face.variants.iter_mut().position(|variant| variant.merge(usage));
            let variant = fitting.unwrap_or_else(|| {
                let mut new = Codes::default();
                new.merge(usage);
                face.variants.push(new);
                face.variants.len() - 1
            });
            of_part.insert(index, variant);
        }
        variants.push(of_part);
    }
    (faces, variants)
}

/// Each picture at the largest size at which it is printed.
fn collect_pictures(parts: &[Part]) -> BTreeMap<[u8; 32], PictureUse> {
    let mut pictures: BTreeMap<[u8; 32], PictureUse> = BTreeMap::new();
    for part in parts {
        let of_pages = part.0.pages.iter().map(|p| &p.names);
        let of_forms = part.0.forms.iter().map(|f| &f.names);
        for used in of_pages.chain(of_forms).flat_map(|names| &names.pictures) {
            pictures.entry(used.file_hash).or_insert(*used).grow(used.width, used.height);
        }
    }
    pictures
}

/// Numbers the forms of a part: a form that an earlier part has, with the same resources, is the same object. Gives
/// those that are new.
fn number_forms(
    index: usize,
    part: &PartData,
    resources: &mut Resources,
    known: &mut HashMap<Vec<u8>, Id>,
    take: &mut impl FnMut(usize) -> Id,
) -> Vec<(usize, Id)> {
    let mut ids = vec![0; part.forms.len()];
    let mut new = Vec::new();
    resources.forms.push(Vec::new());
    // A form's own forms come after it.
    for (form, data) in part.forms.iter().enumerate().rev() {
        resources.forms[index].clone_from(&ids);
        let mut key = Vec::new();
        write_form_entries(&mut Dict::open(&mut key), part, form, index, resources);
        key.extend_from_slice(part.streams.get(data.content.clone()).unwrap_or_default());
        ids[form] = *known.entry(key).or_insert_with(|| {
            let id = take(1);
            new.push((form, id));
            id
        });
    }
    resources.forms[index] = ids;
    new
}

fn write_form_entries(
    dict: &mut Dict<'_>,
    part: &PartData,
    form: usize,
    index: usize,
    resources: &Resources,
) {
    let form = &part.forms[form];
    dict.name("Type", "XObject");
    dict.name("Subtype", "Form");
    dict.numbers("BBox", &form.bounds);
    write_resources(dict, &form.names, index, resources);
    dict.name("Filter", "FlateDecode");
}

fn write_form(
    section: &mut Section,
    part: &PartData,
    form: usize,
    id: Id,
    index: usize,
    resources: &Resources,
) {
    let content = part.streams.get(part.forms[form].content.clone()).unwrap_or_default();
    section.stream(id, content, |dict| write_form_entries(dict, part, form, index, resources));
}

/// Only what this page or form calls by name.
fn write_resources(dict: &mut Dict<'_>, names: &Names, part: usize, resources: &Resources) {
    dict.dict("Resources", |dict| {
        if !names.fonts.is_empty() {
            dict.dict("Font", |fonts| {
                for face in &names.fonts {
                    if let Some(id) = resources.fonts[part].get(face) {
                        fonts.reference(&font_name(*face), *id);
                    }
                }
            });
        }
        if !names.pictures.is_empty() || !names.forms.is_empty() {
            dict.dict("XObject", |objects| {
                for (i, used) in names.pictures.iter().enumerate() {
                    if let Some(id) = resources.pictures.get(&used.file_hash) {
                        objects.reference(&picture_name(i), *id);
                    }
                }
                for form in &names.forms {
                    if let Some(id) = resources.forms[part].get(*form as usize) {
                        objects.reference(&form_name(*form), *id);
                    }
                }
            });
        }
    });
}

/// Pages with their contents and links.
fn write_pages(
    section: &mut Section,
    deflater: &mut Deflater,
    part: &PartData,
    place: &tree::PartPlace,
    pages: &PageTree,
    structure: &StructureIds,
    resources: &Resources,
) -> Result<(), PdfError> {
    let mut keys = structure.keys(place.index);
    for (i, page) in part.pages.iter().enumerate() {
        let id = place.page(i as u32);
        let content = part.streams.get(page.content.clone()).unwrap_or_default();
        section.stream(id + 1, content, |dict| dict.name("Filter", "FlateDecode"));
        let key = (!page.marked.is_empty()).then(|| keys.next()).flatten();
        let link_keys: Vec<Option<Id>> =
            page.links.iter().map(|l| l.node.and_then(|_| keys.next())).collect();
        section.dict(deflater, id, |dict| {
            dict.name("Type", "Page");
            dict.reference("Parent", pages.parent(place.first_page + i));
            dict.numbers("MediaBox", &[0.0, 0.0, page.size.width, page.size.height]);
            write_resources(dict, &page.names, place.index, resources);
            dict.reference("Contents", id + 1);
            if let Some(key) = key {
                dict.integer("StructParents", i64::from(key));
                dict.name("Tabs", "S");
            }
            if !page.links.is_empty() {
                dict.references("Annots", structure.links(place.index, part, i));
            }
        })?;
        for ((link, link_id), key) in
            page.links.iter().zip(structure.links(place.index, part, i)).zip(link_keys)
        {
            section.dict(deflater, link_id, |dict| {
                dict.name("Type", "Annot");
                dict.name("Subtype", "Link");
                let (left, right) = (link.rect.x, link.rect.right());
                let (bottom, top) = (page.size.height - link.rect.bottom(), page.size.height - link.rect.y);
                dict.numbers("Rect", &[left, bottom, right, top]);
                dict.numbers("Border", &[0.0, 0.0, 0.0]);
                // Print: a viewer may draw something there (12.5.3).
                dict.integer("F", 4);
                dict.text("Contents", &link.uri);
                dict.dict("A", |action| {
                    action.name("S", "URI");
                    action.string("URI", link.uri.as_bytes());
                });
                if let Some(key) = key {
                    dict.integer("StructParent", i64::from(key));
                }
            })?;
        }
    }
    Ok(())
}

fn write_fonts(
    shared: &Shared<'_>,
    cache: Option<&Cache>,
    faces: &[DocumentFace],
    ids: &[FontIds],
) -> Result<Vec<Section>, PdfError> {
    faces
        .par_iter()
        .zip(ids)
        .map(|(used, ids)| {
            shared.with_deflater(|deflater| {
                let face = shared.catalogue.face(used.face);
                let measures = shared.measures(used.face)?;
                let key = (used.face, used.glyphs.iter().copied().collect::<Vec<u16>>());
                let subset = cached(cache.map(|c| &c.fonts), key, |(_, glyphs)| {
                    font::subset(face, &measures, glyphs, deflater)
                })?;
                let mut section = Section::default();
                font::write(&mut section, deflater, ids, face, &measures, &subset, &used.variants)?;
                section.pack(deflater)?;
                Ok(section)
            })
        })
        .collect()
}

fn write_pictures(
    shared: &Shared<'_>,
    cache: Option<&Cache>,
    pictures: &BTreeMap<[u8; 32], DocumentPicture>,
) -> Result<Vec<Section>, PdfError> {
    let sources = shared.pictures_by_hash();
    let pictures: Vec<_> = pictures.iter().collect();
    let made: Vec<_> = pictures
        .into_par_iter()
        .map(|(hash, used)| {
            let source = sources.get(hash).ok_or_else(|| {
                PdfError::Internal("a part shows a picture that this run did not load".to_owned())
            })?;
            shared.with_deflater(|deflater| {
                let size = picture::target_size(source, used.printed.width, used.printed.height);
                let encoded = cached(cache.map(|c| &c.pictures), (*hash, size), |(_, size)| {
                    picture::encode(source, *size, deflater)
                })?;
                let mut section = Section::default();
                write_picture(&mut section, used, &encoded);
                Ok(section)
            })
        })
        .collect();
    // The mistakes of all pictures come at once.
    let mut sections = Vec::with_capacity(made.len());
    let mut mistakes = Vec::new();
    for result in made {
        match result {
            Ok(section) => sections.push(section),
            Err(PdfError::Pixels(mut found)) => mistakes.append(&mut found),
            Err(error) => return Err(error),
        }
    }
    if mistakes.is_empty() { Ok(sections) } else { Err(PdfError::Pixels(mistakes)) }
}

fn write_picture(section: &mut Section, used: &DocumentPicture, picture: &EncodedPicture) {
    let entries = |dict: &mut Dict<'_>| {
        dict.name("Type", "XObject");
        dict.name("Subtype", "Image");
        dict.integer("Width", i64::from(picture.width));
        dict.integer("Height", i64::from(picture.height));
        dict.integer("BitsPerComponent", 8);
    };
    let predictor = |dict: &mut Dict<'_>, colours: i64| {
        dict.name("Filter", "FlateDecode");
        dict.dict("DecodeParms", |d| {
            d.integer("Predictor", 15);
            d.integer("Colors", colours);
            d.integer("Columns", i64::from(picture.width));
        });
    };
    let device = |grey: bool| if grey { "DeviceGray" } else { "DeviceRGB" };
    section.shared_stream(used.image, &picture.data, |dict| {
        entries(dict);
        match &picture.encoding {
            Encoding::Jpeg { grey } => {
                dict.name("ColorSpace", device(*grey));
                dict.name("Filter", "DCTDecode");
            }
            Encoding::Rows { grey } => {
                dict.name("ColorSpace", device(*grey));
                predictor(dict, if *grey { 1 } else { 3 });
            }
            Encoding::Indexed { palette } => {
                let out = dict.key("ColorSpace");
                out.extend_from_slice(b"[/Indexed/DeviceRGB ");
                syntax::integer(out, palette.len() as i64 / 3 - 1);
                syntax::string(out, palette);
                out.push(b']');
                dict.name("Filter", "FlateDecode");
            }
        }
        if picture.mask.is_some() {
            dict.reference("SMask", used.mask);
        }
    });
    if let Some(mask) = &picture.mask {
        section.stream(used.mask, mask, |dict| {
            entries(dict);
            dict.name("ColorSpace", "DeviceGray");
            predictor(dict, 1);
        });
    }
}

/// Title, program and day, in the information dictionary and as XMP.
fn write_information(
    section: &mut Section,
    deflater: &mut Deflater,
    meta: &Meta,
    info: Id,
    metadata: Id,
) -> Result<(), PdfError> {
    let producer = format!("makekit {}", meta.version);
    let date = format!("D:{}{:02}{:02}000000Z", meta.date.year(), meta.date.month(), meta.date.day());
    section.dict(deflater, info, |dict| {
        dict.text("Title", &meta.title);
        if let Some(author) = &meta.author {
            dict.text("Author", author);
        }
        dict.text("Producer", &producer);
        dict.text("CreationDate", &date);
        dict.text("ModDate", &date);
    })?;
    let day = format!("{}T00:00:00Z", meta.date);
    let author = meta.author.as_ref().map_or(String::new(), |author| {
        format!("<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>", xml(author))
    });
    let packet = format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li \
         xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>{author}<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li>\
         </rdf:Bag></dc:language><pdf:Producer>{producer}</pdf:Producer><xmp:CreateDate>{day}</xmp:CreateDate>\
         <xmp:ModifyDate>{day}</xmp:ModifyDate></rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
        title = xml(&meta.title),
        lang = xml(&meta.lang),
        producer = xml(&producer),
    );
    section.stream(metadata, packet.as_bytes(), |dict| {
        dict.name("Type", "Metadata");
        dict.name("Subtype", "XML");
    });
    Ok(())
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Writes the labels; gives the first that names a sheet that is not there or that comes too late.
fn write_labels(dict: &mut Dict<'_>, labels: &[PageLabel], page_count: usize) -> Option<usize> {
    let in_order = labels.windows(2).find(|pair| pair[0].sheet >= pair[1].sheet).map(|pair| pair[1].sheet);
    let wrong = in_order.or_else(|| labels.iter().map(|l| l.sheet).find(|sheet| *sheet >= page_count));
    if wrong.is_some() || labels.is_empty() {
        return wrong;
    }
    dict.dict("PageLabels", |tree| {
        let out = tree.key("Nums");
        out.push(b'[');
        // The first label must be for the first page.
        if labels[0].sheet > 0 {
            out.extend_from_slice(b"0<</S/D>>");
        }
        for label in labels {
            syntax::integer(out, label.sheet as i64);
            let mut entry = Dict::open(out);
            if label.numbered {
                entry.name("S", "D");
            }
            if !label.prefix.is_empty() {
                entry.text("P", &label.prefix);
            }
            entry.close();
            out.push(b' ');
        }
        out.push(b']');
    });
    None
}
