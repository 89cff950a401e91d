//! Takes sheets made by hand and texts of every language; checks the PDF that they become with a reader of its own.

#[path = "pdf/reader.rs"]
mod reader;

use std::sync::Arc;

use jiff::civil::date;
use lopdf::Object;
use makekit::fonts::{Catalogue, FaceId};
use makekit::frame::*;
use makekit::geometry::{Colour, Point, Rect, Size, Transform, mm};
use makekit::layout::{Engine, Fit, Job};
use makekit::markup::Styler;
use makekit::pdf::{Assembler, Bookmark, Cache, Meta, PageLabel, Part, PdfError};
use makekit::picture::{DecodedPicture, Picture, Pictures, Pixels};
use reader::Reader;
use skrifa::instance::{LocationRef, Size as FontSize};
use skrifa::{FontRef, MetadataProvider};

const A4: Size = Size::new(595.276, 841.89);

fn meta() -> Meta {
    Meta {
        title: "Write & <read>: Żółw".into(),
        lang: "en".into(),
        date: date(2026, 12, 10),
        author: None,
        version: "9.9.9",
    }
}

fn face(catalogue: &Catalogue, name: &str) -> FaceId {
    catalogue
        .faces()
        .iter()
        .find(|f| f.postscript_name == name)
        .unwrap_or_else(|| panic!("no face {name}"))
        .id
}

/// Text in the built-in sans, a glyph a character.
fn run(catalogue: &Catalogue, text: &str, x: f32, y: f32) -> Item {
    let id = face(catalogue, "NotoSans-Regular");
    let face = catalogue.face(id);
    let font = FontRef::from_index(face.data.as_ref(), face.index).expect("a font");
    let metrics = font.glyph_metrics(FontSize::new(10.0), LocationRef::default());
    let glyphs = text
        .char_indices()
        .map(|(at, c)| {
            let glyph = font.charmap().map(c).unwrap_or_default();
            Glyph {
                id: glyph.to_u32() as u16,
                advance: metrics.advance_width(glyph).unwrap_or_default(),
                dx: 0.0,
                dy: 0.0,
                cluster_start: at as u32,
                cluster_len: c.len_utf8() as u16,
            }
        })
        .collect();
    let origin = Point::new(x, y);
    let colour = Colour::BLACK;
    Item::Glyphs(GlyphRun {
        face: id,
        size: 10.0,
        colour,
        origin,
        glyphs,
        text: text.into(),
        rtl: false,
        lang: None,
    })
}

fn sheet(items: Vec<Item>) -> Sheet {
    Sheet { size: A4, items, pieces: vec![0] }
}

fn make(catalogue: &Catalogue, pictures: &Pictures, sheets: &[Sheet], stock: StockKind) -> Vec<u8> {
    let assembler = Assembler::new(catalogue, pictures, meta());
    let part = assembler.part(sheets, stock).expect("a part");
    assembler.finish(vec![part], &[], &[]).expect("a document").to_vec()
}

fn photo(seed: u8) -> Picture {
    let (width, height) = (600u32, 800u32);
    let value =
        |i: u32| (i.wrapping_mul(2_654_435_761).wrapping_add(u32::from(seed) * 77) >> 24) as u8 / 4 + seed;
    let pixels = Pixels::Rgb((0..width * height * 3).map(value).collect());
    Picture::decoded(DecodedPicture { width, height, pixels }, [seed; 32])
}

#[test]
fn text_fonts_and_sizes_are_as_given() {
    let catalogue = Catalogue::built_in();
    let items =
        vec![run(&catalogue, "Łódź, naïve (x\\y)", 50.0, 60.0), run(&catalogue, "second line", 50.0, 80.0)];
    let c5 = Size::from_mm(229.0, 162.0);
    let sheets = [sheet(items), Sheet { size: c5, items: Vec::new(), pieces: vec![1] }];
    let reader = Reader::open(&make(&catalogue, &Pictures::default(), &sheets, StockKind::Paper));
    assert_eq!(reader.text(0), "Łódź, naïve (x\\y)\nsecond line");
    assert_eq!(reader.text(1), "");
    let (width, height) = reader.size(1);
    assert!((width - mm(229.0)).abs() < 0.006 && (height - mm(162.0)).abs() < 0.006, "{width} x {height}");
    let fonts: Vec<String> = reader.fonts().into_iter().collect();
    let (tag, name) = fonts[0].split_once('+').expect("a subset tag");
    assert_eq!((fonts.len(), tag.len(), name), (1, 6, "NotoSans-Regular"));
    assert!(tag.bytes().all(|b| b.is_ascii_uppercase()));
}

#[test]
fn the_same_sheets_give_the_same_bytes() {
    let catalogue = Catalogue::built_in();
    let mut pictures = Pictures::default();
    let ids: Vec<ImageId> = (0..3).map(|seed| pictures.add(photo(seed))).collect();
    let sheets: Vec<Sheet> = (0..90)
        .map(|i| {
            let rect = Rect::new(50.0, 100.0, 90.0, 120.0);
            let image = Item::Image { image: ids[i % 3], rect, clip: None };
            sheet(vec![run(&catalogue, &format!("sheet {i} of many"), 50.0, 60.0), image])
        })
        .collect();
    let cache = Cache::default();
    let once = |threads: usize, cache: Option<&Cache>| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            use rayon::prelude::*;
            let assembler = Assembler::new(&catalogue, &pictures, meta());
            let assembler = match cache {
                Some(cache) => assembler.with_cache(cache),
                None => assembler,
            };
            let parts: Vec<Part> =
                sheets.par_chunks(20).map(|s| assembler.part(s, StockKind::Paper).expect("a part")).collect();
            assembler.finish(parts, &[], &[]).expect("a document").to_vec()
        })
    };
    let first = once(1, None);
    for (threads, cache) in [(2, None), (4, Some(&cache)), (1, Some(&cache))] {
        assert!(once(threads, cache) == first, "{threads} threads, cache {}", cache.is_some());
    }
    let id = |bytes: &[u8]| Reader::open(bytes).document.trailer.get(b"ID").expect("an ID").clone();
    let other = make(&catalogue, &pictures, &sheets[1..], StockKind::Paper);
    assert_ne!(id(&first), id(&other), "the identifier follows the content");
}

#[test]
fn a_page_names_nobody_elses_picture() {
    let catalogue = Catalogue::built_in();
    let mut pictures = Pictures::default();
    let ids: Vec<ImageId> = (0..3).map(|seed| pictures.add(photo(seed))).collect();
    let rect = Rect::new(50.0, 100.0, 90.0, 120.0);
    let image = |i: usize| Item::Image { image: ids[i], rect, clip: None };
    let sheets = [
        sheet(vec![image(0)]),
        sheet(vec![image(1), image(0)]),
        sheet(vec![run(&catalogue, "none", 9.0, 9.0)]),
    ];
    let reader = Reader::open(&make(&catalogue, &pictures, &sheets, StockKind::Paper));
    let named: Vec<usize> = (0..3).map(|page| reader.named(page, "XObject").len()).collect();
    assert_eq!(named, [1, 2, 0]);
    assert_eq!(
        reader.named(1, "XObject")[1],
        reader.named(0, "XObject")[0],
        "once, however often it is shown"
    );
    assert_eq!(reader.streams("Image").len(), 2, "what no page shows is not there");
    // 90 x 120 pt at 300 dots an inch.
    let size =
        |key: &[u8]| reader.streams("Image")[0].dict.get(key).and_then(Object::as_i64).expect("a size");
    assert_eq!((size(b"Width"), size(b"Height")), (375, 500));
}

#[test]
fn drawings_and_masks_are_kept_without_loss() {
    let catalogue = Catalogue::built_in();
    let mut pictures = Pictures::default();
    let (width, height) = (20u32, 10u32);
    let rgb: Vec<u8> =
        (0..width * height).flat_map(|i| if i % 3 == 0 { [255, 255, 0] } else { [0, 0, 0] }).collect();
    let mask: Vec<u8> = (0..width * height).map(|i| (i % 7 * 30) as u8).collect();
    let pixels = Pixels::RgbWithMask { rgb: rgb.clone(), mask: mask.clone() };
    let id = pictures.add(Picture::decoded(DecodedPicture { width, height, pixels }, [9; 32]));
    let rect = Rect::new(0.0, 0.0, 100.0, 50.0);
    let sheets = [sheet(vec![Item::Image { image: id, rect, clip: None }])];
    let reader = Reader::open(&make(&catalogue, &pictures, &sheets, StockKind::Paper));
    let images = reader.streams("Image");
    let coloured = images.iter().find(|i| i.dict.has(b"SMask")).expect("a picture with a mask");
    let space = coloured.dict.get(b"ColorSpace").and_then(Object::as_array).expect("a palette");
    let palette = space[3].as_str().expect("entries");
    let indices = coloured.decompressed_content().expect("indices");
    let back: Vec<u8> = indices.iter().flat_map(|i| palette[usize::from(*i) * 3..][..3].to_vec()).collect();
    assert_eq!(back, rgb);
    let smask = reader.follow(&coloured.dict, "SMask").and_then(|o| o.as_stream().ok()).expect("the mask");
    assert_eq!(smask.decompressed_content().expect("rows"), mask);
}

#[test]
fn a_glyph_of_another_text_says_so() {
    let catalogue = Catalogue::built_in();
    let Item::Glyphs(mut twin) = run(&catalogue, "A A", 50.0, 60.0) else { unreachable!() };
    // The third glyph, drawn alike, stands for a Greek capital alpha.
    twin.text = "A Α".into();
    twin.glyphs[2].cluster_len = 2;
    let sheets = [sheet(vec![Item::Glyphs(twin)])];
    let reader = Reader::open(&make(&catalogue, &Pictures::default(), &sheets, StockKind::Paper));
    assert_eq!(reader.text(0), "A Α");
}

#[test]
fn parts_that_disagree_about_a_glyph_both_read_right() {
    let catalogue = Catalogue::built_in();
    let pictures = Pictures::default();
    let latin = run(&catalogue, "A", 50.0, 60.0);
    let Item::Glyphs(mut greek) = latin.clone() else { unreachable!() };
    greek.text = "Α".into();
    greek.glyphs[0].cluster_len = 2;
    let assembler = Assembler::new(&catalogue, &pictures, meta());
    let part = |item| assembler.part(&[sheet(vec![item])], StockKind::Labels).expect("a part");
    let parts = vec![part(latin.clone()), part(Item::Glyphs(greek)), part(latin)];
    let reader = Reader::open(&assembler.finish(parts, &[], &[]).expect("a document").to_vec());
    assert_eq!([0, 1, 2].map(|page| reader.text(page)), ["A", "Α", "A"]);
    assert_eq!(reader.named(0, "Font"), reader.named(2, "Font"));
    assert_eq!(reader.fonts().len(), 1, "one subset all the same");
}

#[test]
fn a_box_in_place_of_a_glyph_is_an_error() {
    let catalogue = Catalogue::built_in();
    let Item::Glyphs(mut broken) = run(&catalogue, "ab", 50.0, 60.0) else { unreachable!() };
    broken.glyphs[1].id = 0;
    let pictures = Pictures::default();
    let assembler = Assembler::new(&catalogue, &pictures, meta());
    let error =
        assembler.part(&[sheet(vec![Item::Glyphs(broken)])], StockKind::Paper).expect_err("a missing glyph");
    assert_eq!(error, PdfError::MissingGlyph { face: "NotoSans-Regular".into(), text: "b".into() });
    let unknown = Item::Image { image: ImageId(7), rect: Rect::default(), clip: None };
    let error = assembler.part(&[sheet(vec![unknown])], StockKind::Paper).expect_err("an unknown picture");
    assert_eq!(error, PdfError::UnknownPicture(7));
}

#[test]
fn what_repeats_is_drawn_once_and_still_read() {
    let catalogue = Catalogue::built_in();
    let long = "a return address that stands on each and every one of the envelopes";
    // As a cache might give them: equal, but not the same in memory.
    let fragment = || {
        let items = vec![run(&catalogue, long, 0.0, 10.0)];
        Arc::new(Fragment { size: Size::new(300.0, 12.0), items })
    };
    let sheets: Vec<Sheet> = (0..5)
        .map(|i| {
            let transform = Transform::translate(40.0, 60.0 + i as f32);
            let shared = Item::Fragment { transform, fragment: fragment() };
            sheet(vec![shared, run(&catalogue, &format!("envelope {i}"), 200.0, 300.0)])
        })
        .collect();
    let reader = Reader::open(&make(&catalogue, &Pictures::default(), &sheets, StockKind::Envelope));
    assert_eq!(reader.streams("Form").len(), 1);
    for page in 0..5 {
        assert_eq!(reader.text(page), format!("{long}\nenvelope {page}"));
    }
    let alone = Reader::open(&make(&catalogue, &Pictures::default(), &sheets[..1], StockKind::Envelope));
    assert_eq!(alone.streams("Form").len(), 0, "nothing repeats");
    assert_eq!(alone.text(0), format!("{long}\nenvelope 0"));
}

#[test]
fn a_turned_page_lies_where_it_should() {
    let catalogue = Catalogue::built_in();
    let fill = Item::Fill { rect: Rect::new(10.0, 20.0, 30.0, 5.0), radius: 0.0, colour: Colour::BLACK };
    let fragment = Arc::new(Fragment { size: Size::new(400.0, 300.0), items: vec![fill] });
    let transform = Transform::quarter_turns(1).then(&Transform::translate(300.0, 0.0));
    let items = vec![Item::Fragment { transform, fragment }];
    let sheets = [Sheet { size: Size::new(300.0, 400.0), items, pieces: vec![0] }];
    let reader = Reader::open(&make(&catalogue, &Pictures::default(), &sheets, StockKind::Envelope));
    let content = String::from_utf8(reader.content(0)).expect("text");
    // The face's top left corner comes to the sheet's top right; its x runs down, its y to the left.
    assert!(content.contains("0 -1 1 0 300 400 cm"), "{content}");
    assert!(content.contains("10 -25 30 5 re"), "{content}");
}

#[test]
fn tags_become_a_structure() {
    let catalogue = Catalogue::built_in();
    let begin = |role| Item::Begin(Tag { role, lang: None });
    let items = vec![
        begin(Role::Heading(1)),
        run(&catalogue, "Title", 50.0, 60.0),
        Item::End,
        Item::Fill { rect: Rect::new(50.0, 70.0, 100.0, 1.0), radius: 0.0, colour: Colour::BLACK },
        begin(Role::Table),
        begin(Role::TableRow),
        begin(Role::TableHeader),
        run(&catalogue, "Held in", 50.0, 90.0),
        Item::End,
        begin(Role::TableCell),
        run(&catalogue, "prison", 150.0, 90.0),
        Item::End,
        Item::End,
        Item::End,
        begin(Role::Figure { alt: "a portrait".into() }),
        Item::Modules { rects: vec![Rect::new(0.0, 0.0, 5.0, 5.0)], colour: Colour::BLACK },
        Item::End,
        begin(Role::Artifact),
        run(&catalogue, "page 1", 50.0, 800.0),
        Item::End,
        begin(Role::Link),
        run(&catalogue, "example.org", 50.0, 120.0),
        Item::Link {
            rect: Rect::new(50.0, 110.0, 60.0, 12.0),
            to: LinkTarget::Uri("https://example.org".into()),
        },
        Item::End,
    ];
    let reader = Reader::open(&make(&catalogue, &Pictures::default(), &[sheet(items)], StockKind::Paper));
    let mut shown = String::new();
    let root = reader.dict(reader.catalog(), "StructTreeRoot").expect("a structure");
    show(&reader, reader.dict(root, "K").expect("a document"), 0, &mut shown);
    let expected =
        "Document\n Sect\n  H1 0\n  Table\n   TR\n    TH 1 Row\n    TD 2\n  Figure 3\n  Link 4 link\n";
    assert_eq!(shown, expected);
    assert!(reader.dict(reader.catalog(), "MarkInfo").is_some());
    let content = String::from_utf8_lossy(&reader.content(0)).into_owned();
    assert_eq!(content.matches("/Artifact BMC").count(), 2);
    assert!(content.contains("/Alt(a portrait)") || content.contains("/Alt (a portrait)"), "{content}");
    assert_eq!(
        content.matches("BDC").count() + content.matches("BMC").count(),
        content.matches("EMC").count()
    );
    let key = reader.page(0).get(b"StructParents").and_then(Object::as_i64);
    assert!(matches!(key, Ok(0)), "the page leads to its elements");
}

fn show(reader: &Reader, element: &lopdf::Dictionary, depth: usize, out: &mut String) {
    let name = element.get(b"S").and_then(Object::as_name).expect("a type");
    out.push_str(&format!("{:depth$}{}", "", String::from_utf8_lossy(name)));
    let kids = match reader.follow(element, "K") {
        Some(Object::Array(kids)) => kids.clone(),
        Some(other) => vec![other.clone()],
        None => Vec::new(),
    };
    let below: Vec<&lopdf::Dictionary> = kids
        .iter()
        .filter_map(|kid| match kid {
            Object::Integer(mcid) => {
                out.push_str(&format!(" {mcid}"));
                None
            }
            Object::Dictionary(_) => {
                out.push_str(" link");
                None
            }
            other => reader.document.dereference(other).ok().and_then(|(_, o)| o.as_dict().ok()),
        })
        .collect();
    assert!(element.get(b"Alt").is_err(), "descriptions stand on their pages");
    if let Some(attributes) = reader.dict(element, "A") {
        let scope = attributes.get(b"Scope").and_then(Object::as_name).expect("a scope");
        out.push_str(&format!(" {}", String::from_utf8_lossy(scope)));
    }
    out.push('\n');
    below.into_iter().for_each(|kid| show(reader, kid, depth + 1, out));
}

#[test]
fn the_document_says_what_it_is_and_nothing_else() {
    let catalogue = Catalogue::built_in();
    let pictures = Pictures::default();
    let assembler = Assembler::new(&catalogue, &pictures, meta());
    let sheets: Vec<Sheet> =
        (0..200).map(|i| sheet(vec![run(&catalogue, &i.to_string(), 9.0, 9.0)])).collect();
    let part = assembler.part(&sheets, StockKind::Paper).expect("a part");
    let below = vec![Bookmark { title: "Letter".into(), sheet: 150, below: Vec::new() }];
    let outline = [Bookmark { title: "Żółw".into(), sheet: 100, below }];
    let labels = [PageLabel { sheet: 10, prefix: "letter ".into(), numbered: true }];
    let reader = Reader::open(&assembler.finish(vec![part], &outline, &labels).expect("a document").to_vec());
    assert_eq!(reader.pages.len(), 200);
    assert_eq!([0, 63, 64, 199].map(|page| reader.text(page)), ["0", "63", "64", "199"]);
    let info = reader.dict(&reader.document.trailer, "Info").expect("information");
    let mut keys: Vec<String> = info.iter().map(|(k, _)| String::from_utf8_lossy(k).into_owned()).collect();
    keys.sort();
    assert_eq!(keys, ["CreationDate", "ModDate", "Producer", "Title"]);
    let day = info.get(b"CreationDate").and_then(Object::as_str).expect("a date");
    assert_eq!(day, b"D:20261210000000Z");
    let outlines = reader.dict(reader.catalog(), "Outlines").expect("bookmarks");
    let first = reader.dict(outlines, "First").expect("a bookmark");
    let second = reader.dict(first, "First").expect("a bookmark below");
    let target =
        second.get(b"Dest").and_then(Object::as_array).expect("a place")[0].as_reference().expect("a page");
    assert_eq!(target, reader.pages[150]);
    assert!(reader.catalog().has(b"PageLabels"));

    let assembler = Assembler::new(&catalogue, &pictures, meta());
    let part = assembler.part(&sheets[..1], StockKind::Paper).expect("a part");
    let beyond = [Bookmark { title: "x".into(), sheet: 1, below: Vec::new() }];
    assert!(matches!(assembler.finish(vec![part], &beyond, &[]), Err(PdfError::Internal(_))));
}

/// NFKC with spaces evened, and without marks that only steer directions: what must come back.
fn evened(text: &str) -> String {
    let text = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let text: String =
        text.chars().filter(|c| !matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{AD}')).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every language of CLDR, its own name, months and countries, laid out, written and read back. The document and what
/// each of its pages must say are left in the build's folder for `.ci/check-text.py`, which asks other readers.
#[test]
fn text_of_every_language_comes_back() {
    let catalogue = Arc::new(Catalogue::built_in());
    let engine = Engine::new(Arc::clone(&catalogue));
    let (styler, faults) = Styler::new(Vec::new(), &[]);
    assert!(faults.is_empty(), "{faults:?}");
    let mut sheets = Vec::new();
    let mut wanted = Vec::new();
    for line in include_str!("languages/languages.tsv").lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [tag, _, direction, name, months, countries, ..] = fields[..] else { continue };
        let text = [name, months, countries].join(" ").replace(" | ", ", ");
        if text.trim().is_empty() {
            continue;
        }
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
        let html = format!("<p lang=\"{tag}\" dir=\"{direction}\">{escaped}</p>");
        let document = styler.document(&html).unwrap_or_else(|e| panic!("{tag}: {e:?}"));
        let job = Job {
            size: Size::new(1400.0, 400.0),
            fit: Fit::Flow,
            address_min_scale: 1.0,
            build_mark: "",
            pictures: &|_| None,
        };
        // What no font of the kit can print is reported by layout, and tested there.
        let Ok(laid) = engine.lay_out(&document, &job) else { continue };
        assert_eq!(laid.pages.len(), 1, "{tag}");
        sheets.extend(laid.pages.into_iter().map(|p| Sheet {
            size: p.size,
            items: p.items,
            pieces: vec![0],
        }));
        wanted.push((tag.to_owned(), evened(&text)));
    }
    assert!(wanted.len() > 250, "{} languages", wanted.len());
    let bytes = make(&catalogue, &Pictures::default(), &sheets, StockKind::Paper);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join("languages.pdf"), &bytes).expect("written");
    let list: String = wanted.iter().map(|(tag, text)| format!("{tag}\t{text}\n")).collect();
    std::fs::write(folder.join("languages.txt"), list).expect("written");
    let reader = Reader::open(&bytes);
    let lost: Vec<String> = wanted
        .iter()
        .enumerate()
        .map(|(page, (tag, text))| (tag, text, evened(&reader.text(page))))
        .filter(|(_, text, got)| text.replace(' ', "") != got.replace(' ', ""))
        .map(|(tag, text, got)| format!("{tag}\n  wanted {text}\n  got    {got}"))
        .collect();
    assert!(lost.is_empty(), "{} of {}:\n{}", lost.len(), wanted.len(), lost.join("\n"));
}
