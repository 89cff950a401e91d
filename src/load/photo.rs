//! The bytes of a photo or logo to upright sRGB pixels; nothing else of the file is kept.

use std::io::Cursor;
use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use sha2::{Digest, Sha256};

use super::inks;
use super::jpeg::{self, Bare, Damage};
use super::sniff::{self, Kind};
use crate::limits::{Limits, Unit};
use crate::picture::{BareJpeg, DecodedPicture, PictureFault, PixelSource, Pixels};

/// Pixels of the largest JPEG that is written anew as it is: what is larger is made smaller for print in most kits.
const MOST_BARE_PIXELS: u64 = 4_000_000;

const CUT_OFF: &str = "get the whole file again";

fn fault(words: impl Into<String>, hint: impl Into<String>) -> PictureFault {
    PictureFault { words: words.into(), hint: Some(hint.into()) }
}

/// A photo or logo whose head has been read: its kind is known, its size is within the limits, its end is there.
pub struct Photo {
    /// Pixels, as it stands upright.
    pub width: u32,
    pub height: u32,
    /// SHA-256 of the file's bytes.
    pub file_hash: [u8; 32],
    bytes: Arc<Vec<u8>>,
    format: ImageFormat,
    /// Its values stand for themselves: it is upright, and no profile turns its colours.
    is_plain: bool,
    /// For a bare JPEG, in `bytes`: whether it is grey.
    bare: Option<bool>,
    limits: Limits,
}

impl Photo {
    /// Reads the head.
    ///
    /// # Errors
    /// Where the file is of a kind that cannot be used, cut off or larger than the limits.
    pub fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, PictureFault> {
        let format = kind(&bytes)?;
        let head = guarded(limits, || {
            let mut decoder = decoder(&bytes, format, limits)?;
            let (width, height) = decoder.dimensions();
            let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
            let has_profile = !matches!(decoder.icc_profile(), Ok(None));
            Ok((width, height, orientation, has_profile))
        });
        let (width, height, orientation, has_profile) = head?;
        if u64::from(width) * u64::from(height) > limits.picture_pixels {
            let words = format!(
                "is too large: {width} × {height} pixels, more than {}",
                Unit::Pixels.words(limits.picture_pixels)
            );
            return Err(PictureFault { words, hint: Some(Limits::hint("picture-pixels")) });
        }
        if width == 0 || height == 0 {
            return Err(fault("is empty: it has no pixels", CUT_OFF));
        }
        let lies = matches!(
            orientation,
            Orientation::Rotate90
                | Orientation::Rotate270
                | Orientation::Rotate90FlipH
                | Orientation::Rotate270FlipH
        );
        let (width, height) = if lies { (height, width) } else { (width, height) };
        let file_hash = Sha256::digest(&bytes).into();
        let is_plain = orientation == Orientation::NoTransforms && !has_profile;
        Ok(Self {
            width,
            height,
            file_hash,
            bytes: Arc::new(bytes),
            format,
            is_plain,
            bare: None,
            limits: limits.clone(),
        })
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Looks a JPEG through for what a decoder would pass over in silence. Where it is sound, upright, in plain colours and
    /// not too large, it is bare from here on.
    ///
    /// # Errors
    /// What is wrong with its data.
    pub fn look_through(&mut self) -> Result<(), Damage> {
        let pixels = u64::from(self.width) * u64::from(self.height);
        if self.format != ImageFormat::Jpeg {
            return Ok(());
        }
        if !self.is_plain || pixels > MOST_BARE_PIXELS {
            return jpeg::damage(&self.bytes).map_or(Ok(()), Err);
        }
        if let Some(Bare { data, grey }) = jpeg::bare(&self.bytes)? {
            self.bytes = Arc::new(data);
            self.bare = Some(grey);
        }
        Ok(())
    }
}

impl PixelSource for Photo {
    fn pixels(&self) -> Result<DecodedPicture, PictureFault> {
        let image = guarded(&self.limits, || pixels(&self.bytes, self.format, &self.limits))?;
        let (width, height) = (image.image.width(), image.image.height());
        Ok(DecodedPicture { width, height, pixels: image.into_pixels() })
    }

    fn bare_jpeg(&self) -> Option<BareJpeg<'_>> {
        self.bare.map(|grey| BareJpeg { data: &self.bytes, grey })
    }
}

/// Decodes a photo.
///
/// # Errors
/// Where it is of a kind that cannot be used, cut off, damaged or larger than the limits.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<DecodedPicture, PictureFault> {
    Photo::open(bytes.to_vec(), limits)?.pixels()
}

fn kind(bytes: &[u8]) -> Result<ImageFormat, PictureFault> {
    let format = match sniff::kind(bytes) {
        Kind::Photo(format) => format,
        Kind::Other { name, hint } => return Err(fault(format!("is {name}"), hint)),
        Kind::Unknown if bytes.is_empty() => return Err(fault("is an empty file", CUT_OFF)),
        Kind::Unknown => {
            return Err(fault(
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
    if whole { Ok(format) } else { Err(fault("is cut off: its end is missing", CUT_OFF)) }
}

/// Decoders of other hands meet bytes of other hands: should one panic, the photo is damaged, not the run.
fn guarded<T>(limits: &Limits, decode: impl FnOnce() -> Result<T, ImageError>) -> Result<T, PictureFault> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(decode)) {
        Ok(decoded) => decoded.map_err(|error| explain(error, limits)),
        Err(_) => Err(fault("is damaged or cut off", CUT_OFF)),
    }
}

/// A decoder within the limits.
fn decoder<'b>(
    bytes: &'b [u8],
    format: ImageFormat,
    limits: &Limits,
) -> Result<impl ImageDecoder + use<'b>, ImageError> {
    let mut bounds = image::Limits::default();
    // Sixteen bits in four channels, and as much again for the decoder's own work.
    let most = limits.picture_pixels.min(png_pixels(bytes).unwrap_or(u64::MAX));
    bounds.max_alloc = Some(most.saturating_mul(16).saturating_add(BESIDE_PIXELS));
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(bounds);
    reader.into_decoder()
}

/// Decodes, turns upright and converts to sRGB.
fn pixels(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Srgb, ImageError> {
    let mut decoder = decoder(bytes, format, limits)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or(None);
    let inks = (format == ImageFormat::Jpeg).then(|| inks::rgb(bytes, profile.as_deref())).flatten();
    let mut image = match inks {
        Some(rgb) => rgb.into(),
        None => DynamicImage::from_decoder(decoder)?,
    };
    image.apply_orientation(orientation);
    Ok(Srgb::from(image, profile.as_deref()))
}

/// Bytes that a decoder may take for what is no pixel: profiles, tables, buffers of its own.
const BESIDE_PIXELS: u64 = 32 << 20;

/// Width times height that a PNG's head declares: texts and profiles beside a small picture may not unfold to gigabytes.
fn png_pixels(bytes: &[u8]) -> Option<u64> {
    let side = |at: usize| Some(u64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    bytes.starts_with(b"\x89PNG").then(|| Some(side(16)?.saturating_mul(side(20)?))).flatten()
}

fn explain(error: ImageError, limits: &Limits) -> PictureFault {
    match error {
        ImageError::Limits(_) => PictureFault {
            words: format!("unfolds to more than {}", Unit::Pixels.words(limits.picture_pixels)),
            hint: Some(Limits::hint("picture-pixels")),
        },
        ImageError::Unsupported(_) => fault(
            "is a picture of a rare kind that cannot be read",
            "open it in a picture program and save it as JPEG or PNG",
        ),
        _ => fault("is damaged or cut off", CUT_OFF),
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

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::codecs::png::PngEncoder;
    use image::{GrayImage, ImageBuffer, ImageEncoder, Luma, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn jpeg(image: &DynamicImage, metadata: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(image).unwrap();
        let mut with = bytes[..2].to_vec();
        if !metadata.is_empty() {
            with.extend([0xff, 0xe1]);
            with.extend(u16::try_from(metadata.len() + 2).unwrap().to_be_bytes());
            with.extend(metadata);
        }
        with.extend(&bytes[2..]);
        with
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// The left half red, the right half blue.
    fn halves(width: u32, height: u32) -> DynamicImage {
        RgbImage::from_fn(
            width,
            height,
            |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) },
        )
        .into()
    }

    fn colour_at(picture: &DecodedPicture, x: u32, y: u32) -> [u8; 3] {
        let at = (y * picture.width + x) as usize;
        match &picture.pixels {
            Pixels::Grey(grey) => [grey[at]; 3],
            Pixels::Rgb(rgb) | Pixels::RgbWithMask { rgb, .. } => {
                [rgb[at * 3], rgb[at * 3 + 1], rgb[at * 3 + 2]]
            }
        }
    }

    fn near(a: [u8; 3], b: [u8; 3]) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= 12)
    }

    fn error(bytes: &[u8]) -> String {
        decode(bytes, &Limits::default()).unwrap_err().words
    }

    #[test]
    fn a_small_png_may_not_unfold_to_gigabytes_beside_its_pixels() {
        let head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\0\0\0\0\x40";
        assert_eq!(png_pixels(head), Some(256 * 64));
        assert_eq!(png_pixels(&head[..20]), None);
        assert_eq!(png_pixels(b"\xff\xd8\xff\xe0 no PNG, of twenty bytes"), None);
    }

    #[test]
    fn every_format_is_told_by_its_content() {
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::Gif,
            ImageFormat::WebP,
            ImageFormat::Tiff,
            ImageFormat::Bmp,
        ] {
            let picture = decode(&encoded(&halves(32, 16), format), &Limits::default()).unwrap();
            assert_eq!((picture.width, picture.height), (32, 16), "{format:?}");
            assert!(near(colour_at(&picture, 4, 8), [255, 0, 0]), "{format:?}");
            assert!(near(colour_at(&picture, 28, 8), [0, 0, 255]), "{format:?}");
        }
    }

    #[test]
    fn the_orientation_tag_turns_the_picture_upright() {
        // TIFF header, one tag: orientation 6, the camera was turned to the right.
        let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let picture = decode(&jpeg(&halves(32, 16), exif), &Limits::default()).unwrap();
        assert_eq!((picture.width, picture.height), (16, 32));
        assert!(near(colour_at(&picture, 8, 4), [255, 0, 0]));
        assert!(near(colour_at(&picture, 8, 28), [0, 0, 255]));
    }

    /// The same kit has the same bytes on every machine: the decoder that `image` uses gives the same pixels with this
    /// processor's own instructions and without them.
    #[test]
    fn decoding_does_not_depend_on_the_processor() {
        use zune_jpeg::zune_core::bytestream::ZCursor;
        use zune_jpeg::zune_core::options::DecoderOptions;
        let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 13;
        let soft = RgbImage::from_fn(163, 117, |x, y| Rgb([x as u8, y as u8, (x + y) as u8]));
        let rough = RgbImage::from_fn(163, 117, |x, y| {
            let n = noise(x, y);
            Rgb([n as u8, (n >> 8) as u8, (n >> 5) as u8])
        });
        for image in [soft, rough] {
            let bytes = jpeg(&image.into(), b"");
            let decoded = |options: DecoderOptions| {
                let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&bytes[..]), options);
                decoder.decode().unwrap()
            };
            let plain = decoded(DecoderOptions::default().set_use_unsafe(false));
            assert_eq!(decoded(DecoderOptions::new_fast()), plain);
            let Pixels::Rgb(ours) = decode(&bytes, &Limits::default()).unwrap().pixels else {
                panic!("grey")
            };
            assert_eq!(ours, plain);
        }
    }

    #[test]
    fn greys_and_deep_colours_and_masks_keep_their_sense() {
        let deep: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_pixel(4, 4, Luma([0x8000]));
        let picture = decode(&encoded(&deep.into(), ImageFormat::Png), &Limits::default()).unwrap();
        assert_eq!(picture.pixels, Pixels::Grey(vec![128; 16]));
        let equal = RgbImage::from_pixel(2, 2, Rgb([9, 9, 9]));
        let picture = decode(&encoded(&equal.into(), ImageFormat::Png), &Limits::default()).unwrap();
        assert_eq!(picture.pixels, Pixels::Grey(vec![9; 4]));
        let clear = RgbaImage::from_fn(2, 1, |x, _| Rgba([10, 20, 30, if x == 0 { 0 } else { 255 }]));
        let picture = decode(&encoded(&clear.into(), ImageFormat::Png), &Limits::default()).unwrap();
        assert_eq!(
            picture.pixels,
            Pixels::RgbWithMask { rgb: vec![10, 20, 30, 10, 20, 30], mask: vec![0, 255] }
        );
        let opaque = RgbaImage::from_pixel(2, 1, Rgba([10, 20, 30, 255]));
        let picture = decode(&encoded(&opaque.into(), ImageFormat::Png), &Limits::default()).unwrap();
        assert_eq!(picture.pixels, Pixels::Rgb(vec![10, 20, 30, 10, 20, 30]));
    }

    #[test]
    fn a_colour_profile_is_applied() {
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new(&mut bytes);
        encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
        encoder.write_image(&[200, 100, 50], 1, 1, image::ExtendedColorType::Rgb8).unwrap();
        let picture = decode(&bytes, &Limits::default()).unwrap();
        // The same colour in sRGB, by the matrices of both standards.
        assert!(near(colour_at(&picture, 0, 0), [212, 96, 36]), "{:?}", picture.pixels);
        assert_ne!(colour_at(&picture, 0, 0), [200, 100, 50]);
    }

    #[test]
    fn cut_off_and_damaged_files_are_errors() {
        let whole =
            RgbImage::from_fn(64, 64, |x, y| Rgb([(x * y) as u8, (x * 3) as u8, (y * 5) as u8])).into();
        for format in [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::Gif,
            ImageFormat::WebP,
            ImageFormat::Tiff,
            ImageFormat::Bmp,
        ] {
            let bytes = encoded(&whole, format);
            for part in [bytes.len() / 10, bytes.len() / 2, bytes.len() * 9 / 10] {
                let words = error(&bytes[..part]);
                assert!(
                    words.contains("cut off") || words.contains("cannot be read"),
                    "{format:?} {part}: {words}"
                );
            }
        }
        assert_eq!(error(b""), "is an empty file");
        assert_eq!(error(b"hello"), "is no picture that can be read");
    }

    #[test]
    fn other_files_are_named_for_what_they_are() {
        for (bytes, name) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "is a HEIC picture, as iPhones make"),
            (b"\0\0\0\x18ftypavif\0\0\0\0avifmif1", "is an AVIF picture"),
            (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "is an SVG drawing"),
            (b"%PDF-1.7", "is a PDF"),
            (b"<!DOCTYPE html><html>", "is a web page"),
            (b"version https://git-lfs.github.com/spec/v1", "is a pointer of Git LFS, not the picture"),
        ] {
            assert_eq!(error(bytes), name);
        }
    }

    #[test]
    fn bombs_are_stopped_before_they_unfold() {
        // A PNG header that promises 60,000 × 60,000 pixels, and a little data.
        let mut bytes = encoded(&GrayImage::new(8, 8).into(), ImageFormat::Png);
        bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let words = error(&bytes);
        assert!(
            words.contains("too large") || words.contains("damaged") || words.contains("unfolds"),
            "{words}"
        );
        let limits = Limits { picture_pixels: 100, ..Limits::default() };
        let large = decode(&encoded(&halves(20, 20), ImageFormat::Png), &limits).unwrap_err();
        assert_eq!(large.words, "is too large: 20 × 20 pixels, more than 100 pixels");
        assert!(large.hint.unwrap().contains("--limit picture-pixels="));
    }
}
