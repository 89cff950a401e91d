//! Takes a picture and its largest printed size; gives the image that the document holds: scaled to print density,
//! photographs as JPEG, drawings and masks without loss. A JPEG that is not much larger than that stays as it is.

use std::sync::Arc;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::PdfError;
use super::deflate::Deflater;
use crate::picture::{DecodedPicture, Picture, Pixels};

/// What print needs; more would only make the file larger.
const DOTS_PER_INCH: f32 = 300.0;
/// A JPEG of no more is kept: to decode it, scale it and encode it again would cost more of its quality than of its size.
const KEPT_DOTS_PER_INCH: f32 = 600.0;
/// JPEG quality, 1 to 100: at 300 dots an inch no loss is seen in print, and twice the bytes show no more.
const QUALITY: u8 = 85;
/// A picture of no more colours than this is a drawing.
const COLOURS_OF_A_DRAWING: usize = 1024;
/// Colours that a palette can hold.
const PALETTE: usize = 256;

/// A picture as it stands in the document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EncodedPicture {
    pub width: u32,
    pub height: u32,
    pub data: Arc<Vec<u8>>,
    pub encoding: Encoding,
    /// Compressed grey rows, where parts are transparent.
    pub mask: Option<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Encoding {
    Jpeg {
        grey: bool,
    },
    /// Compressed rows with PNG's predictors.
    Rows {
        grey: bool,
    },
    /// Compressed indices into red, green, blue entries.
    Indexed {
        palette: Vec<u8>,
    },
}

/// The size in pixels for a printed size in points: its own for a JPEG that is kept, else 300 dots an inch, or what
/// there is.
pub(super) fn target_size(picture: &Picture, width: f32, height: f32) -> (u32, u32) {
    let dots = |points: f32, density: f32| (points / 72.0 * density).ceil().max(1.0) as u32;
    let (across, down) = (dots(width, DOTS_PER_INCH), dots(height, DOTS_PER_INCH));
    let is_kept = picture.source.bare_jpeg().is_some_and(|jpeg| {
        picture.width <= dots(width, KEPT_DOTS_PER_INCH)
            && picture.height <= dots(height, KEPT_DOTS_PER_INCH)
            // A byte for each dot of print: more than its quality can need.
            && jpeg.data.len() as u64 <= u64::from(across) * u64::from(down)
    });
    if is_kept {
        (picture.width, picture.height)
    } else {
        (across.min(picture.width.max(1)), down.min(picture.height.max(1)))
    }
}

/// Unfolds, scales and encodes a picture.
///
/// # Errors
/// When it cannot be unfolded, its pixels do not fit its size, or it is too large for a JPEG.
pub(super) fn encode(
    picture: &Picture,
    (width, height): (u32, u32),
    deflater: &mut Deflater,
) -> Result<EncodedPicture, PdfError> {
    if (width, height) == (picture.width, picture.height)
        && let Some(jpeg) = picture.source.bare_jpeg()
    {
        let (data, encoding) = (Arc::clone(jpeg.data), Encoding::Jpeg { grey: jpeg.grey });
        return Ok(EncodedPicture { width, height, data, encoding, mask: None });
    }
    let decoded = picture.source.pixels().map_err(|fault| PdfError::Pixels(picture.mistakes(&fault)))?;
    let is_drawing = is_drawing(&decoded.pixels);
    let scaled = scale(decoded, width, height)?;
    let (colours, grey, mask) = match scaled {
        Pixels::Grey(grey) => (grey, true, None),
        Pixels::Rgb(rgb) => (rgb, false, None),
        Pixels::RgbWithMask { rgb, mask } => (rgb, false, Some(mask)),
    };
    let mask = match mask.filter(|mask| mask.iter().any(|m| *m != 255)) {
        Some(mask) => Some(deflater.compress(&png_rows(&mask, width as usize, 1))?.to_vec()),
        None => None,
    };
    let (data, encoding) = if !is_drawing {
        (jpeg(&colours, width, height, grey)?, Encoding::Jpeg { grey })
    } else if let Some((palette, indices)) = (!grey).then(|| indexed(&colours)).flatten() {
        (deflater.compress(&indices)?.to_vec(), Encoding::Indexed { palette })
    } else {
        let channels = if grey { 1 } else { 3 };
        let rows = png_rows(&colours, width as usize * channels, channels);
        (deflater.compress(&rows)?.to_vec(), Encoding::Rows { grey })
    };
    Ok(EncodedPicture { width, height, data: Arc::new(data), encoding, mask })
}

/// True for pictures of few colours, whose edges JPEG would smear.
fn is_drawing(pixels: &Pixels) -> bool {
    let rgb = match pixels {
        Pixels::Grey(grey) => {
            // A photograph has most greys; a drawing mostly paper and ink.
            let mut counts = [0usize; 256];
            grey.iter().for_each(|g| counts[usize::from(*g)] += 1);
            counts.sort_unstable_by(|a, b| b.cmp(a));
            return counts[..4].iter().sum::<usize>() * 10 > grey.len() * 9;
        }
        Pixels::Rgb(rgb) | Pixels::RgbWithMask { rgb, .. } => rgb,
    };
    let mut colours = FxHashSet::with_capacity_and_hasher(COLOURS_OF_A_DRAWING + 1, FxBuildHasher);
    let mut last = None;
    rgb.chunks_exact(3).all(|c| {
        let colour = u32::from_le_bytes([c[0], c[1], c[2], 0]);
        if last.replace(colour) != Some(colour) {
            colours.insert(colour);
        }
        colours.len() <= COLOURS_OF_A_DRAWING
    })
}

fn scale(picture: DecodedPicture, width: u32, height: u32) -> Result<Pixels, PdfError> {
    let expected = picture.width as usize * picture.height as usize;
    let complete = match &picture.pixels {
        Pixels::Grey(grey) => grey.len() == expected,
        Pixels::Rgb(rgb) => rgb.len() == expected * 3,
        Pixels::RgbWithMask { rgb, mask } => rgb.len() == expected * 3 && mask.len() == expected,
    };
    if !complete || expected == 0 {
        return Err(PdfError::Picture(format!("{}x{} pixels were announced", picture.width, picture.height)));
    }
    if (width, height) == (picture.width, picture.height) {
        return Ok(picture.pixels);
    }
    let resize = |pixels: &[u8], kind: PixelType| {
        let fault = |error: String| PdfError::Picture(error);
        let source =
            ImageRef::new(picture.width, picture.height, pixels, kind).map_err(|e| fault(e.to_string()))?;
        let mut target = Image::new(width, height, kind);
        // Lanczos with three lobes, alpha multiplied in while scaling: so no colour of a transparent part bleeds in.
        let options = ResizeOptions::new();
        Resizer::new().resize(&source, &mut target, &options).map_err(|e| fault(e.to_string()))?;
        Ok(target.into_vec())
    };
    Ok(match &picture.pixels {
        Pixels::Grey(grey) => Pixels::Grey(resize(grey, PixelType::U8)?),
        Pixels::Rgb(rgb) => Pixels::Rgb(resize(rgb, PixelType::U8x3)?),
        Pixels::RgbWithMask { rgb, mask } => {
            let rgba: Vec<u8> =
                rgb.chunks_exact(3).zip(mask).flat_map(|(c, m)| [c[0], c[1], c[2], *m]).collect();
            let rgba = resize(&rgba, PixelType::U8x4)?;
            let rgb = rgba.chunks_exact(4).flat_map(|c| [c[0], c[1], c[2]]).collect();
            Pixels::RgbWithMask { rgb, mask: rgba.chunks_exact(4).map(|c| c[3]).collect() }
        }
    })
}

fn jpeg(pixels: &[u8], width: u32, height: u32, grey: bool) -> Result<Vec<u8>, PdfError> {
    let side =
        |v: u32| u16::try_from(v).map_err(|_| PdfError::Picture(format!("{width}x{height} is too large")));
    let mut data = Vec::with_capacity(pixels.len() / 8);
    let mut encoder = Encoder::new(&mut data, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    let kind = if grey { ColorType::Luma } else { ColorType::Rgb };
    encoder
        .encode(pixels, side(width)?, side(height)?, kind)
        .map_err(|error| PdfError::Picture(error.to_string()))?;
    Ok(data)
}

/// A palette in the order of first use, and each pixel's place in it, if the colours are few enough.
fn indexed(rgb: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut places = FxHashMap::with_capacity_and_hasher(PALETTE, FxBuildHasher);
    let mut palette = Vec::new();
    let mut indices = Vec::with_capacity(rgb.len() / 3);
    for colour in rgb.chunks_exact(3) {
        let next = places.len();
        let key = u32::from_le_bytes([colour[0], colour[1], colour[2], 0]);
        let place = *places.entry(key).or_insert(next);
        if place == next {
            if next == PALETTE {
                return None;
            }
            palette.extend_from_slice(colour);
        }
        indices.push(place as u8);
    }
    Some((palette, indices))
}

/// Rows as PNG writes them: each with the filter, of none, sub and up, that leaves the smallest differences.
fn png_rows(pixels: &[u8], row_length: usize, channels: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(pixels.len() + pixels.len() / row_length.max(1) + 1);
    let blank = vec![0; row_length];
    let mut above: &[u8] = &blank;
    for row in pixels.chunks_exact(row_length.max(1)) {
        let left = |i: usize| if i < channels { 0 } else { row[i - channels] };
        let sub = || row.iter().enumerate().map(|(i, v)| v.wrapping_sub(left(i)));
        let up = || row.iter().zip(above).map(|(v, u)| v.wrapping_sub(*u));
        let cost = |bytes: &mut dyn Iterator<Item = u8>| -> u64 {
            bytes.map(|b| u64::from(b.min(b.wrapping_neg()))).sum()
        };
        let costs = [cost(&mut row.iter().copied()), cost(&mut sub()), cost(&mut up())];
        let best = (0..3).min_by_key(|i| costs[*i]).unwrap_or(0);
        out.push(best as u8);
        match best {
            0 => out.extend_from_slice(row),
            1 => out.extend(sub()),
            _ => out.extend(up()),
        }
        above = row;
    }
    out
}

#[cfg(test)]
mod tests {
    use fast_image_resize::CpuExtensions;
    use sha2::{Digest, Sha256};

    use super::*;

    /// Encoding as well: with this processor's own instructions the bytes are those that were had without them.
    #[test]
    fn encoding_does_not_depend_on_the_processor() {
        let (width, height) = (157u32, 93u32);
        let value = |i: u32| ((i.wrapping_mul(2_654_435_761) >> 25) + i / 97 % 128) as u8;
        let rgb: Vec<u8> = (0..width * height * 3).map(value).collect();
        let hash =
            |bytes: &[u8]| Sha256::digest(bytes)[..8].iter().map(|b| format!("{b:02x}")).collect::<String>();
        let colour = jpeg(&rgb, width, height, false).expect("a JPEG");
        let grey = jpeg(&rgb[..(width * height) as usize], width, height, true).expect("a JPEG");
        assert_eq!([hash(&colour), hash(&grey)], ["8a3ea7816cb79e42", "670c8ace672c4b32"]);
    }

    /// The same kit has the same bytes on every machine: each way of scaling that this processor has gives the same.
    #[test]
    fn scaling_does_not_depend_on_the_processor() {
        let (width, height) = (301u32, 203u32);
        let noise: Vec<u8> =
            (0..width * height * 4).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for (kind, channels) in [(PixelType::U8, 1), (PixelType::U8x3, 3), (PixelType::U8x4, 4)] {
            let source = ImageRef::new(width, height, &noise[..(width * height) as usize * channels], kind)
                .expect("a picture");
            let scaled = |extensions: CpuExtensions| {
                let mut resizer = Resizer::new();
                // SAFETY: only what the processor has is asked for.
                unsafe { resizer.set_cpu_extensions(extensions) };
                let mut target = Image::new(117, 64, kind);
                resizer.resize(&source, &mut target, &ResizeOptions::new()).expect("a smaller picture");
                target.into_vec()
            };
            let plain = scaled(CpuExtensions::None);
            #[cfg(target_arch = "x86_64")]
            for extensions in [CpuExtensions::Sse4_1, CpuExtensions::Avx2] {
                if extensions.is_supported() {
                    assert_eq!(scaled(extensions), plain, "{kind:?} {extensions:?}");
                }
            }
            #[cfg(target_arch = "aarch64")]
            assert_eq!(scaled(CpuExtensions::Neon), plain, "{kind:?}");
        }
    }
}
