//! Takes the bytes of a PDF; gives its facts for tests: page sizes, resources, and the text as a reader that knows
//! ToUnicode and ActualText gets it.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};

pub struct Reader {
    pub document: Document,
    pub pages: Vec<ObjectId>,
}

/// How a font's codes read.
type Texts = BTreeMap<u16, String>;

impl Reader {
    pub fn open(bytes: &[u8]) -> Self {
        let document = Document::load_mem(bytes).expect("lopdf reads the file");
        let pages = document.get_pages().into_values().collect();
        Self { document, pages }
    }

    /// Width and height of a page in points.
    pub fn size(&self, page: usize) -> (f32, f32) {
        let media = self.page(page).get(b"MediaBox").and_then(Object::as_array).expect("a MediaBox");
        let side = |i: usize| media[i].as_float().expect("a number");
        (side(2) - side(0), side(3) - side(1))
    }

    pub fn page(&self, page: usize) -> &Dictionary {
        self.document.get_dictionary(self.pages[page]).expect("a page")
    }

    pub fn catalog(&self) -> &Dictionary {
        self.document.catalog().expect("a catalog")
    }

    /// What `key` leads to, through a reference.
    pub fn follow<'a>(&'a self, dict: &'a Dictionary, key: &str) -> Option<&'a Object> {
        let value = dict.get(key.as_bytes()).ok()?;
        self.document.dereference(value).ok().map(|(_, object)| object)
    }

    pub fn dict<'a>(&'a self, dict: &'a Dictionary, key: &str) -> Option<&'a Dictionary> {
        match self.follow(dict, key)? {
            Object::Dictionary(dict) => Some(dict),
            Object::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    /// The resources of a page by kind: the numbers of the objects that it names.
    pub fn named(&self, page: usize, kind: &str) -> Vec<ObjectId> {
        let resources = self.dict(self.page(page), "Resources").expect("resources");
        let Some(named) = self.dict(resources, kind) else { return Vec::new() };
        named.iter().filter_map(|(_, value)| value.as_reference().ok()).collect()
    }

    /// The names of all fonts.
    pub fn fonts(&self) -> BTreeSet<String> {
        let fonts = self.document.objects.values().filter_map(|object| object.as_dict().ok());
        let composite =
            fonts.filter(|d| d.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == b"Type0"));
        composite
            .filter_map(|d| d.get(b"BaseFont").and_then(Object::as_name).ok())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    /// All objects that are streams of a subtype.
    pub fn streams(&self, subtype: &str) -> Vec<&lopdf::Stream> {
        let streams = self.document.objects.values().filter_map(|object| object.as_stream().ok());
        let is = |s: &&lopdf::Stream| {
            s.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == subtype.as_bytes())
        };
        streams.filter(is).collect()
    }

    /// The operators of a page, as text.
    pub fn content(&self, page: usize) -> Vec<u8> {
        let content =
            self.follow(self.page(page), "Contents").and_then(|c| c.as_stream().ok()).expect("content");
        content.decompressed_content().expect("compressed content")
    }

    /// The text of a page: a line each time the baseline changes.
    pub fn text(&self, page: usize) -> String {
        let resources = self.dict(self.page(page), "Resources").expect("resources");
        let mut text = TextState::default();
        self.read(&self.content(page), resources, &mut text);
        text.end_segment();
        text.out.trim().to_owned()
    }

    fn read(&self, content: &[u8], resources: &Dictionary, text: &mut TextState) {
        let content = Content::decode(content).expect("operators");
        let mut fonts: BTreeMap<Vec<u8>, Texts> = BTreeMap::new();
        for (name, _) in self.dict(resources, "Font").into_iter().flatten() {
            let font =
                self.dict(self.dict(resources, "Font").expect("fonts"), &String::from_utf8_lossy(name));
            fonts.insert(name.clone(), self.to_unicode(font.expect("a font")));
        }
        for operation in &content.operations {
            let operand = |i: usize| operation.operands.get(i);
            match operation.operator.as_str() {
                "BT" => text.begin(),
                "Tf" => {
                    text.font = operand(0).and_then(|n| n.as_name().ok()).and_then(|n| fonts.get(n)).cloned()
                }
                "Td" => {
                    let number = |i: usize| operand(i).and_then(|o| o.as_float().ok()).unwrap_or_default();
                    text.move_by(number(1));
                }
                "Tj" => text.show(operand(0).and_then(|o| o.as_str().ok()).unwrap_or_default()),
                "TJ" => {
                    for part in operand(0).and_then(|o| o.as_array().ok()).into_iter().flatten() {
                        if let Ok(codes) = part.as_str() {
                            text.show(codes);
                        }
                    }
                }
                "BMC" | "BDC" => {
                    let properties = operand(1).and_then(|o| o.as_dict().ok());
                    let actual =
                        properties.and_then(|p| p.get(b"ActualText").ok()).and_then(|o| o.as_str().ok());
                    text.marks.push(actual.is_some());
                    if let Some(actual) = actual {
                        text.pieces.push(decode(actual));
                        text.silent += 1;
                    }
                }
                "EMC" if text.marks.pop() == Some(true) => text.silent -= 1,
                "Do" => {
                    let name = operand(0)
                        .and_then(|n| n.as_name().ok())
                        .map(|n| String::from_utf8_lossy(n).into_owned());
                    let objects = self.dict(resources, "XObject").expect("XObjects");
                    let object =
                        self.follow(objects, &name.expect("a name")).and_then(|o| o.as_stream().ok());
                    let object = object.expect("an XObject that the page names");
                    if object.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == b"Form") {
                        let own = self.dict(&object.dict, "Resources").expect("a form's resources");
                        self.read(&object.decompressed_content().expect("content"), own, text);
                    }
                }
                _ => {}
            }
        }
    }

    fn to_unicode(&self, font: &Dictionary) -> Texts {
        let cmap = self.follow(font, "ToUnicode").and_then(|o| o.as_stream().ok()).expect("a ToUnicode");
        let cmap = String::from_utf8(cmap.decompressed_content().expect("a CMap")).expect("text");
        let mut texts = Texts::new();
        let mut within = false;
        for line in cmap.lines() {
            within = (within || line.ends_with("beginbfchar")) && line != "endbfchar";
            let Some((code, text)) = line.split_once("> <").filter(|_| within) else { continue };
            let code = u16::from_str_radix(&code[1..], 16).expect("a code");
            let units: Vec<u16> = text
                .trim_end_matches('>')
                .as_bytes()
                .chunks(4)
                .map(|hex| u16::from_str_radix(std::str::from_utf8(hex).expect("hex"), 16).expect("hex"))
                .collect();
            texts.insert(code, String::from_utf16(&units).expect("UTF-16"));
        }
        texts
    }
}

#[derive(Default)]
struct TextState {
    out: String,
    font: Option<Texts>,
    /// Texts since the pen was last placed.
    pieces: Vec<String>,
    /// For each open mark, whether it is an ActualText.
    marks: Vec<bool>,
    silent: usize,
}

impl TextState {
    fn begin(&mut self) {
        self.end_segment();
        self.new_line();
    }

    fn new_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn move_by(&mut self, y: f32) {
        self.end_segment();
        if y != 0.0 {
            self.new_line();
        }
    }

    fn show(&mut self, codes: &[u8]) {
        if self.silent > 0 {
            return;
        }
        let font = self.font.as_ref().expect("a font before text");
        for code in codes.chunks_exact(2) {
            let code = u16::from_be_bytes([code[0], code[1]]);
            self.pieces.push(font.get(&code).unwrap_or_else(|| panic!("code {code} has no text")).clone());
        }
    }

    /// Right-to-left text is shown from its end, character by character.
    fn end_segment(&mut self) {
        let text = std::mem::take(&mut self.pieces).concat();
        if text.chars().any(is_right_to_left) {
            self.out.extend(text.chars().rev());
        } else {
            self.out.push_str(&text);
        }
    }
}

/// Hebrew to N'Ko and their neighbours, presentation forms, and the right-to-left planes' part.
fn is_right_to_left(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x8FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF)
}

fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units: Vec<u16> = rest.chunks_exact(2).map(|u| u16::from_be_bytes([u[0], u[1]])).collect();
            String::from_utf16(&units).expect("UTF-16")
        }
        _ => bytes.iter().map(|b| char::from(*b)).collect(),
    }
}
