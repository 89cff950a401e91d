//! Pictures: what `load` knows of a photo or logo, and what `pdf` scales and encodes; data only.

use std::fmt;
use std::sync::Arc;

use crate::diag::{Diagnostic, Span};
use crate::frame::ImageId;

/// A picture that is known, but not unfolded yet. Nothing of its file goes further: no metadata, no name.
#[derive(Clone)]
pub struct Picture {
    /// Pixels, as it stands upright.
    pub width: u32,
    pub height: u32,
    /// SHA-256 of the file's bytes, so that caches and build marks know the picture again.
    pub file_hash: [u8; 32],
    pub source: Arc<dyn PixelSource>,
    /// Where it is asked for, for errors.
    pub places: Vec<PicturePlace>,
}

/// Gives a picture's pixels, anew each time: they are large, and needed once.
pub trait PixelSource: Send + Sync {
    /// Decodes them.
    ///
    /// # Errors
    /// Where the file is damaged, or unfolds to more than the limits allow.
    fn pixels(&self) -> Result<DecodedPicture, PictureFault>;

    /// The picture as a bare JPEG, where it came as one that needs no turning of pixels or colours.
    fn bare_jpeg(&self) -> Option<BareJpeg<'_>> {
        None
    }
}

/// A baseline JPEG without a segment that does not serve to unfold it: grey, or colours as JFIF has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareJpeg<'p> {
    pub data: &'p Arc<Vec<u8>>,
    pub grey: bool,
}

/// Where a case file asks for a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PicturePlace {
    /// `photo`, `logo`.
    pub what: &'static str,
    pub path: Arc<str>,
    pub span: Span,
}

/// Why a picture cannot be used: words that follow on `the photo …`, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFault {
    pub words: String,
    pub hint: Option<String>,
}

/// An upright picture in sRGB.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedPicture {
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub pixels: Pixels,
}

/// Eight bits a channel, rows from the top, no padding.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    Grey(Vec<u8>),
    Rgb(Vec<u8>),
    /// Colour and a mask of its own (255: opaque), for logos.
    RgbWithMask {
        rgb: Vec<u8>,
        mask: Vec<u8>,
    },
}

impl PixelSource for DecodedPicture {
    fn pixels(&self) -> Result<DecodedPicture, PictureFault> {
        Ok(self.clone())
    }
}

impl Picture {
    /// A picture that is unfolded already.
    pub fn decoded(picture: DecodedPicture, file_hash: [u8; 32]) -> Self {
        let (width, height) = (picture.width, picture.height);
        Self { width, height, file_hash, source: Arc::new(picture), places: Vec::new() }
    }

    /// A fault as a mistake, at each place that asks for the picture.
    pub fn mistakes(&self, fault: &PictureFault) -> Vec<Diagnostic> {
        self.places.iter().map(|place| place.mistake(fault)).collect()
    }
}

impl PicturePlace {
    /// A picture's fault as a mistake at this place.
    pub fn mistake(&self, fault: &PictureFault) -> Diagnostic {
        let words = format!("the {} `{}` {}", self.what, self.path, fault.words);
        Diagnostic { hint: fault.hint.clone(), ..Diagnostic::error(words) }.at(self.span)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "picture of {} x {} pixels", self.width, self.height)
    }
}

/// The pictures of a run, by id; one entry a file however often it is used.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    pictures: Vec<Picture>,
}

impl Pictures {
    pub fn add(&mut self, picture: Picture) -> ImageId {
        self.pictures.push(picture);
        ImageId((self.pictures.len() - 1) as u32)
    }

    pub fn get(&self, id: ImageId) -> Option<&Picture> {
        self.pictures.get(id.0 as usize)
    }

    /// Notes one more place that asks for a picture.
    pub fn also_at(&mut self, id: ImageId, mut places: Vec<PicturePlace>) {
        if let Some(picture) = self.pictures.get_mut(id.0 as usize) {
            picture.places.append(&mut places);
        }
    }

    pub fn all(&self) -> &[Picture] {
        &self.pictures
    }

    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }
}
