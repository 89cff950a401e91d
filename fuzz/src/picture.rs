//! The bytes of a photo or logo in; decoded as the program does, under a limit of pixels that keeps the fuzzer quick.

use makekit::limits::Limits;
use makekit::load::decode_photo;
use makekit::picture::Pixels;

/// The file is a photo.
pub fn picture(data: &[u8]) {
    let limits = Limits { picture_pixels: 1 << 18, ..Limits::default() };
    match decode_photo(data, &limits) {
        Ok(picture) => {
            let pixels = picture.width as usize * picture.height as usize;
            assert!(pixels > 0, "a picture without pixels");
            assert!(pixels as u64 <= limits.picture_pixels, "{pixels} pixels");
            match &picture.pixels {
                Pixels::Grey(grey) => assert_eq!(grey.len(), pixels),
                Pixels::Rgb(rgb) => assert_eq!(rgb.len(), pixels * 3),
                Pixels::RgbWithMask { rgb, mask } => {
                    assert_eq!((rgb.len(), mask.len()), (pixels * 3, pixels))
                }
            }
            assert_eq!(decode_photo(data, &limits).as_ref(), Ok(&picture), "decoded twice, it is the same");
        }
        Err(error) => {
            assert!(!error.words.is_empty());
            assert!(!error.words.contains('\n'), "{}", error.words);
        }
    }
}
