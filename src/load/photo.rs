//! The bytes of a photo or logo to upright sRGB pixels; nothing else of the file is kept.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use sha2::{Digest, Sha256};

use super::sniff::{self, Kind};
use crate::limits::{Limits, Unit};
use crate::picture::{Picture, Pixels};

/// What a full A4 page needs at 300 dpi, in pixels: no photo is kept larger.
pub const LONG_SIDE: u32 = 3508;
pub const SHORT_SIDE: u32 = 2480;

/// Why a photo cannot be used: words that follow on `the photo …`, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoError {
    pub words: String,
    pub hint: Option<String>,
}

impl PhotoError {
    fn new(words: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { words: words.into(), hint: Some(hint.into()) }
    }
}

const CUT_OFF: &str = "get the whole file again";

/// Decodes a photo.
///
/// # Errors
/// Where it is of a kind that cannot be used, cut off, damaged or larger than the limits.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, PhotoError> {
    let format = match sniff::kind(bytes) {
        Kind::Photo(format) => format,
        Kind::Other { name, hint } => return Err(PhotoError::new(format!("is {name}"), hint)),
        Kind::Unknown if bytes.is_empty() => return Err(PhotoError::new("is an empty file", CUT_OFF)),
        Kind::Unknown => {
            return Err(PhotoError::new(
                "is no picture that can be read",
                "use a JPEG, PNG, GIF, WebP, TIFF or BMP picture",
            ));
        }
    };
    let whole = match format {
        ImageFormat::Jpeg => sniff::jpeg_is_whole(bytes),
        ImageFormat::Png => sniff::png_is_whole(bytes),
        _ => true,
    };
    if !whole {
        return Err(PhotoError::new("is cut off: its end is missing", CUT_OFF));
    }
    // Decoders of other hands meet bytes of other hands: should one panic, the photo is damaged, not the run.
    let decoded = std::panic::catch_unwind(|| pixels(bytes, format, limits).map(|image| image.map(reduced)));
    let image = match decoded {
        Ok(image) => image.map_err(|error| explain(error, limits))??,
        Err(_) => return Err(PhotoError::new("is damaged or cut off", CUT_OFF)),
    };
    let (width, height) = (image.width(), image.height());
    Ok(Picture { width, height, pixels: image.into_pixels(), file_hash: Sha256::digest(bytes).into() })
}

/// Decodes with limits, turns upright and converts to sRGB.
fn pixels(
    bytes: &[u8],
    format: ImageFormat,
    limits: &Limits,
) -> Result<Result<Srgb, PhotoError>, ImageError> {
    let mut bounds = image::Limits::default();
    // Sixteen bits in four channels, and as much again for the decoder's own work.
    bounds.max_alloc = Some(limits.picture_pixels.saturating_mul(16));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(bounds);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.picture_pixels {
        let words = format!(
            "is too large: {width} × {height} pixels, more than {}",
            Unit::Pixels.words(limits.picture_pixels)
        );
        return Ok(Err(PhotoError { words, hint: Some(Limits::hint("picture-pixels")) }));
    }
    if width == 0 || height == 0 {
        return Ok(Err(PhotoError::new("is empty: it has no pixels", CUT_OFF)));
    }
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or(None);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(Ok(Srgb::from(image, profile.as_deref())))
}

fn explain(error: ImageError, limits: &Limits) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError {
            words: format!("unfolds to more than {}", Unit::Pixels.words(limits.picture_pixels)),
            hint: Some(Limits::hint("picture-pixels")),
        },
        ImageError::Unsupported(_) => PhotoError::new(
            "is a picture of a rare kind that cannot be read",
            "open it in a picture program and save it as JPEG or PNG",
        ),
        _ => PhotoError::new("is damaged or cut off", CUT_OFF),
    }
}

/// An upright picture in sRGB, its mask apart.
struct Srgb {
    image: DynamicImage,
    mask: Option<image::GrayImage>,
}

impl Srgb {
    fn from(image: DynamicImage, profile: Option<&[u8]>) -> Self {
        let mask = if image.color().has_alpha() {
            let rgba = image.to_rgba8();
            let mask = image::GrayImage::from_fn(rgba.width(), rgba.height(), |x, y| {
                image::Luma([rgba.get_pixel(x, y).0[3]])
            });
            mask.pixels().any(|p| p.0[0] != 255).then_some(mask)
        } else {
            None
        };
        let grey = !image.color().has_color();
        let profile = profile.and_then(|bytes| ColorProfile::new_from_slice(bytes).ok());
        let image = match (grey, profile) {
            (true, Some(profile)) if profile.color_space == DataColorSpace::Gray => {
                let grey = image.into_luma8();
                convert(&profile, Layout::Gray, grey.as_raw())
                    .and_then(|rgb| rgb_image(grey.width(), grey.height(), rgb))
                    .unwrap_or(grey.into())
            }
            (true, _) => image.into_luma8().into(),
            (false, Some(profile)) if profile.color_space == DataColorSpace::Rgb => {
                let rgb = image.into_rgb8();
                convert(&profile, Layout::Rgb, rgb.as_raw())
                    .and_then(|out| rgb_image(rgb.width(), rgb.height(), out))
                    .unwrap_or(rgb.into())
            }
            (false, _) => image.into_rgb8().into(),
        };
        Self { image, mask }
    }

    fn width(&self) -> u32 {
        self.image.width()
    }

    fn height(&self) -> u32 {
        self.image.height()
    }

    fn into_pixels(self) -> Pixels {
        match (self.image, self.mask) {
            (DynamicImage::ImageLuma8(grey), None) => Pixels::Grey(grey.into_raw()),
            (image, None) => {
                let rgb = image.into_rgb8().into_raw();
                if rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]) {
                    Pixels::Grey(rgb.chunks_exact(3).map(|p| p[0]).collect())
                } else {
                    Pixels::Rgb(rgb)
                }
            }
            (image, Some(mask)) => {
                Pixels::RgbWithMask { rgb: image.into_rgb8().into_raw(), mask: mask.into_raw() }
            }
        }
    }
}

fn rgb_image(width: u32, height: u32, rgb: Vec<u8>) -> Option<DynamicImage> {
    image::RgbImage::from_raw(width, height, rgb).map(DynamicImage::from)
}

/// Colours of a profile to sRGB; `None` where the profile cannot be used, and the colours are taken as they are.
fn convert(profile: &ColorProfile, layout: Layout, from: &[u8]) -> Option<Vec<u8>> {
    let transform = profile
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default())
        .ok()?;
    let samples = if layout == Layout::Gray { from.len() } else { from.len() / 3 };
    let mut to = vec![0; samples * 3];
    transform.transform(from, &mut to).ok()?;
    Some(to)
}

/// Makes a picture as small as a full page needs; smaller ones stay as they are.
fn reduced(picture: Srgb) -> Srgb {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (long, short) = (width.max(height), width.min(height));
    let scale = (f64::from(LONG_SIDE) / long).min(f64::from(SHORT_SIDE) / short);
    if scale >= 1.0 {
        return picture;
    }
    let side = |n: f64| ((n * scale).round() as u32).max(1);
    let (width, height) = (side(width), side(height));
    Srgb {
        image: picture.image.resize_exact(width, height, FilterType::Triangle),
        mask: picture.mask.map(|mask| image::imageops::resize(&mask, width, height, FilterType::Triangle)),
    }
}
