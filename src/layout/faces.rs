//! Takes the catalogue; gives the handles and measures of its faces, each read once, and what a text style asks of them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use fontique::{Blob, Synthesis};
use parlance::{FontFeature, Language, Tag};
use parley_engine::{FontData, FontInstance};
use rustc_hash::FxHashMap;
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};

use crate::fonts::{Catalogue, Face, FaceId, FaceRequest};
use crate::markup::style::{Figures, TextStyle};

/// The faces of a catalogue as the shaper wants them. Shared by all threads.
pub(super) struct Faces {
    pub catalogue: Arc<Catalogue>,
    loaded: Vec<OnceLock<LoadedFace>>,
}

/// A face opened once: its handle and its measures.
pub(super) struct LoadedFace {
    pub instance: FontInstance,
    pub metrics: FaceMetrics,
}

/// Measures of a face in parts of the em, upwards positive; `descent` is positive downwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct FaceMetrics {
    pub ascent: f32,
    pub descent: f32,
    pub leading: f32,
    pub x_height: f32,
    pub underline_offset: f32,
    pub underline_size: f32,
    pub strike_offset: f32,
    pub strike_size: f32,
    /// The glyph drawn where a word is broken, and its advance.
    pub hyphen: Option<(u16, f32)>,
    pub has_small_caps: bool,
}

impl Faces {
    pub fn new(catalogue: Arc<Catalogue>) -> Self {
        let loaded = catalogue.faces().iter().map(|_| OnceLock::new()).collect();
        Self { catalogue, loaded }
    }

    /// The face, opened. A number of another catalogue gives the first face.
    pub fn get(&self, id: FaceId) -> &LoadedFace {
        let slot = &self.loaded[usize::from(id.0).min(self.loaded.len() - 1)];
        slot.get_or_init(|| LoadedFace::open(self.catalogue.face(id)))
    }

    /// The box of a glyph's ink at a font size, relative to its pen: left, top, right, bottom, y downwards. `None` for a
    /// glyph without ink.
    pub fn glyph_ink(&self, id: FaceId, glyph: u16, size: f32) -> Option<[f32; 4]> {
        let face = self.catalogue.face(id);
        let font = FontRef::from_index(face.data.as_ref(), face.index).ok()?;
        let bounds =
            font.glyph_metrics(Size::new(size), LocationRef::default()).bounds(GlyphId::from(glyph))?;
        (bounds.x_max > bounds.x_min).then_some([bounds.x_min, -bounds.y_max, bounds.x_max, -bounds.y_min])
    }
}

impl LoadedFace {
    fn open(face: &Face) -> Self {
        let bytes: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(face.data.clone());
        let instance = FontInstance {
            font: FontData { data: Blob::new(bytes), index: face.index },
            synthesis: Synthesis::default(),
        };
        let metrics = FontRef::from_index(face.data.as_ref(), face.index)
            .map_or(FaceMetrics::FALLBACK, |font| FaceMetrics::read(&font));
        Self { instance, metrics }
    }
}

impl FaceMetrics {
    const FALLBACK: Self = Self {
        ascent: 0.8,
        descent: 0.2,
        leading: 0.0,
        x_height: 0.5,
        underline_offset: -0.1,
        underline_size: 0.05,
        strike_offset: 0.3,
        strike_size: 0.05,
        hyphen: None,
        has_small_caps: false,
    };

    fn read(font: &FontRef<'_>) -> Self {
        let metrics = font.metrics(Size::new(1.0), LocationRef::default());
        let advances = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        let charmap = font.charmap();
        let hyphen = ['\u{2010}', '-'].into_iter().find_map(|c| {
            let glyph = charmap.map(c).filter(|g| g.to_u32() != 0)?;
            Some((u16::try_from(glyph.to_u32()).ok()?, advances.advance_width(glyph)?))
        });
        let has_small_caps = font.gsub().and_then(|gsub| gsub.feature_list()).is_ok_and(|list| {
            list.feature_records().iter().any(|record| record.feature_tag() == skrifa::Tag::new(b"smcp"))
        });
        let underline = metrics.underline;
        let strike = metrics.strikeout;
        Self {
            ascent: metrics.ascent,
            descent: -metrics.descent,
            leading: metrics.leading,
            x_height: metrics.x_height.unwrap_or(metrics.ascent * 0.5),
            underline_offset: underline.map_or(-0.1, |d| d.offset),
            underline_size: underline.map_or(0.05, |d| d.thickness),
            strike_offset: strike.map_or(0.3, |d| d.offset),
            strike_size: strike.map_or(0.05, |d| d.thickness),
            hyphen,
            has_small_caps,
        }
    }
}

/// What a text style comes to in this catalogue.
pub(super) struct StyleFont {
    /// The face of its first family, whose measures set line heights and baselines.
    pub face: FaceId,
    pub metrics: FaceMetrics,
    pub families: Vec<String>,
    pub features: Vec<FontFeature>,
    /// The same, for text without marks: what places them need not be tried on each glyph.
    pub features_without_marks: Vec<FontFeature>,
    pub language: Option<Language>,
    /// The language's hyphenation patterns, where the style wants them.
    pub hyphenation: Option<hypher::Lang>,
}

impl StyleFont {
    fn resolve(faces: &Faces, style: &TextStyle) -> Self {
        let families: Vec<String> = style.families.iter().map(|f| f.to_string()).collect();
        let request = FaceRequest {
            families: &families,
            generic: style.generic,
            weight: style.weight,
            italic: style.italic,
            lang: &style.lang,
        };
        let face = faces.catalogue.select(&request, "x").unwrap_or(FaceId(0));
        let metrics = faces.get(face).metrics;
        let feature = |tag: &[u8; 4], value| FontFeature::new(Tag::new(tag), value);
        let mut features = Vec::new();
        if style.letter_spacing != 0.0 {
            features.extend([
                feature(b"liga", 0),
                feature(b"clig", 0),
                feature(b"dlig", 0),
                feature(b"hlig", 0),
            ]);
        }
        if style.small_caps && metrics.has_small_caps {
            features.push(feature(b"smcp", 1));
        }
        match style.figures {
            Figures::Normal => {}
            Figures::Tabular => features.extend([feature(b"tnum", 1), feature(b"lnum", 1)]),
            Figures::OldStyle => features.push(feature(b"onum", 1)),
        }
        let mut features_without_marks = features.clone();
        let for_marks = [b"ccmp", b"mark", b"mkmk", b"abvm", b"blwm"];
        features_without_marks.extend(for_marks.map(|tag| feature(tag, 0)));
        let hyphenation = (style.hyphens == crate::markup::style::Hyphens::Auto)
            .then(|| super::inline::hyphenation_patterns(&style.lang))
            .flatten();
        let language = Language::parse(&style.lang).ok();
        Self { face, metrics, families, features, features_without_marks, language, hyphenation }
    }
}

/// The resolved styles of one thread, by the style's own identity.
#[derive(Default)]
pub(super) struct StyleFonts {
    by_style: RefCell<FxHashMap<usize, Resolved>>,
}

/// A style, kept alive beside what it came to.
type Resolved = (Arc<TextStyle>, Rc<StyleFont>);

impl StyleFonts {
    /// Beyond this many styles the store starts afresh.
    const CAPACITY: usize = 1024;

    pub fn get(&self, faces: &Faces, style: &Arc<TextStyle>) -> Rc<StyleFont> {
        let key = Arc::as_ptr(style) as usize;
        let mut map = self.by_style.borrow_mut();
        if let Some((_, font)) = map.get(&key) {
            return font.clone();
        }
        if map.len() >= Self::CAPACITY {
            map.clear();
        }
        let font = Rc::new(StyleFont::resolve(faces, style));
        // The style is kept alive beside its font, so that its address cannot come to mean another one.
        map.insert(key, (style.clone(), font.clone()));
        font
    }
}
