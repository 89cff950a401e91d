//! The bytes of a JPEG in four inks (CMYK) in; its pixels in sRGB out, by its colour profile where it has one.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// `None` for a JPEG of other colours, and for one that cannot be read: the usual decoder says why. The caller has looked
/// at the size.
pub fn rgb(bytes: &[u8], profile: Option<&[u8]>) -> Option<RgbImage> {
    let options = DecoderOptions::default().set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().ok()?;
    let space = decoder.input_colorspace()?;
    if !matches!(space, ColorSpace::CMYK | ColorSpace::YCCK) || decoder.info()?.components != 4 {
        return None;
    }
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let mut inks = decoder.decode().ok()?;
    if space == ColorSpace::YCCK {
        inks.chunks_exact_mut(4).for_each(to_cmyk);
    }
    // Adobe's programs, and all who mark their files as these do, store how much of an ink is missing.
    if is_adobes(bytes) {
        inks.iter_mut().for_each(|ink| *ink = 255 - *ink);
    }
    let rgb = profile.and_then(|profile| by_profile(profile, &inks)).unwrap_or_else(|| plainly(&inks));
    let (width, height) = decoder.dimensions()?;
    RgbImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, rgb)
}

/// Luma and two differences of colour to three inks (ITU-T T.871, section 7, for the complements); black stays.
fn to_cmyk(pixel: &mut [u8]) {
    let [y, cb, cr, _] = pixel else { return };
    let (luma, blue, red) = (f32::from(*y), f32::from(*cb) - 128.0, f32::from(*cr) - 128.0);
    let complement = |value: f32| 255 - value.round().clamp(0.0, 255.0) as u8;
    *y = complement(luma + 1.402 * red);
    *cb = complement(luma - 0.344_136 * blue - 0.714_136 * red);
    *cr = complement(luma + 1.772 * blue);
}

/// Whether the head of the file holds Adobe's mark (APP14).
fn is_adobes(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, mark, high, low]) = bytes.get(at..at + 4) {
        if *mark == 0xee && bytes.get(at + 4..at + 9) == Some(b"Adobe") {
            return true;
        }
        if *mark == 0xda {
            return false;
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

/// `None` where the profile is of other colours or cannot be used.
fn by_profile(profile: &[u8], inks: &[u8]) -> Option<Vec<u8>> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if profile.color_space != DataColorSpace::Cmyk {
        return None;
    }
    // The layout of four channels serves for inks too.
    let transform = profile
        .create_transform_8bit(
            Layout::Rgba,
            &ColorProfile::new_srgb(),
            Layout::Rgb,
            TransformOptions::default(),
        )
        .ok()?;
    let mut rgb = vec![0; inks.len() / 4 * 3];
    transform.transform(inks, &mut rgb).ok()?;
    Some(rgb)
}

/// What light each ink and black leave over.
fn plainly(inks: &[u8]) -> Vec<u8> {
    let left = |ink: u8, black: u8| {
        let product = u32::from(255 - ink) * u32::from(255 - black);
        ((product + 127) / 255) as u8
    };
    inks.chunks_exact(4).flat_map(|p| [left(p[0], p[3]), left(p[1], p[3]), left(p[2], p[3])]).collect()
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder};

    use crate::limits::Limits;
    use crate::load::decode_photo;
    use crate::picture::Pixels;

    /// A square of one mix of inks.
    fn square(inks: [u8; 4], kind: ColorType, profile: Option<&[u8]>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 100);
        if let Some(profile) = profile {
            encoder.add_icc_profile(profile).unwrap();
        }
        encoder.encode(&inks.repeat(32 * 32), 32, 32, kind).unwrap();
        bytes
    }

    fn colour(bytes: &[u8]) -> [u8; 3] {
        let picture = decode_photo(bytes, &Limits::default()).unwrap();
        assert_eq!((picture.width, picture.height), (32, 32));
        match &picture.pixels {
            Pixels::Grey(grey) => [grey[500]; 3],
            Pixels::Rgb(rgb) | Pixels::RgbWithMask { rgb, .. } => [rgb[1500], rgb[1501], rgb[1502]],
        }
    }

    fn assert_near(found: [u8; 3], expected: [u8; 3], room: u8) {
        assert!(
            found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= room),
            "{found:?}, not {expected:?}"
        );
    }

    /// A profile that prints every mix as a grey, the lighter the less cyan: an 8-bit table of two steps an ink
    /// (ICC.1:2010, 10.8).
    fn profile() -> Vec<u8> {
        let mut table = b"mft1\0\0\0\0\x04\x03\x02\0".to_vec();
        for n in 0..9 {
            table.extend(if n % 4 == 0 { [0, 1, 0, 0] } else { [0; 4] });
        }
        (0..4).for_each(|_| table.extend(0..=255));
        // Lightness and two colours that stand at nought.
        (0..16).for_each(|mix| table.extend([if mix < 8 { 255 } else { 0 }, 128, 128]));
        (0..3).for_each(|_| table.extend(0..=255));
        let mut profile = vec![0; 128];
        profile[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
        profile[12..24].copy_from_slice(b"prtrCMYKLab ");
        profile[36..40].copy_from_slice(b"acsp");
        profile[68..80].copy_from_slice(&[0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d]);
        profile.extend(1u32.to_be_bytes());
        profile.extend(b"A2B0");
        profile.extend(144u32.to_be_bytes());
        profile.extend((table.len() as u32).to_be_bytes());
        profile.extend(table);
        let length = (profile.len() as u32).to_be_bytes();
        profile[..4].copy_from_slice(&length);
        profile
    }

    #[test]
    fn inks_become_the_colours_that_they_print() {
        for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            assert_near(colour(&square([255, 0, 0, 0], kind, None)), [0, 255, 255], 3);
            assert_near(colour(&square([0, 255, 255, 0], kind, None)), [255, 0, 0], 3);
            assert_near(colour(&square([0, 0, 0, 255], kind, None)), [0, 0, 0], 3);
            assert_near(colour(&square([0, 0, 0, 0], kind, None)), [255, 255, 255], 3);
            assert_near(colour(&square([0, 127, 0, 127], kind, None)), [128, 64, 128], 3);
        }
    }

    #[test]
    fn inks_without_adobes_mark_are_stored_as_they_are() {
        let mut bytes = square([0, 255, 255, 255], ColorType::Cmyk, None);
        let at = bytes.windows(5).position(|w| w == b"Adobe").expect("the mark") - 4;
        bytes.drain(at..at + 16);
        // The encoder stored the complement.
        assert_near(colour(&bytes), [0, 255, 255], 3);
    }

    #[test]
    fn a_profile_of_inks_is_applied() {
        let profile = profile();
        for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
            // Without it magenta and black would be seen.
            assert_near(colour(&square([0, 200, 0, 100], kind, Some(&profile))), [255, 255, 255], 4);
            assert_near(colour(&square([255, 0, 0, 0], kind, Some(&profile))), [0, 0, 0], 4);
            let half = colour(&square([128, 9, 9, 9], kind, Some(&profile)));
            assert_near(half, [119, 119, 119], 6);
        }
        let damaged = &profile[..200];
        assert_near(colour(&square([255, 0, 0, 0], ColorType::Cmyk, Some(damaged))), [0, 255, 255], 3);
    }
}
