//! The bytes of a photo or logo in; read and unfolded as the program does, under a limit of pixels that keeps the fuzzer
//! quick.

use makekit::limits::Limits;
use makekit::load::Photo;
use makekit::picture::{PictureFault, PixelSource, Pixels};

/// The file is a photo.
pub fn picture(data: &[u8]) {
    let limits = Limits { picture_pixels: 1 << 18, ..Limits::default() };
    let mut photo = match Photo::open(data.to_vec(), &limits) {
        Ok(photo) => photo,
        Err(fault) => return words(&fault),
    };
    let pixels = photo.width as usize * photo.height as usize;
    assert!(pixels > 0, "a picture without pixels");
    assert!(pixels as u64 <= limits.picture_pixels, "{pixels} pixels");
    let unfolded = photo.pixels();
    let looked = photo.look_through();
    if photo.bare_jpeg().is_some() {
        assert_eq!(looked, Ok(()));
        assert_eq!(photo.pixels(), unfolded, "written anew, it is the same");
    }
    match unfolded {
        Ok(picture) => {
            assert_eq!(
                (picture.width, picture.height),
                (photo.width, photo.height),
                "the size is not what the head said"
            );
            match &picture.pixels {
                Pixels::Grey(grey) => assert_eq!(grey.len(), pixels),
                Pixels::Rgb(rgb) => assert_eq!(rgb.len(), pixels * 3),
                Pixels::RgbWithMask { rgb, mask } => {
                    assert_eq!((rgb.len(), mask.len()), (pixels * 3, pixels))
                }
            }
            assert_eq!(photo.pixels().as_ref(), Ok(&picture), "unfolded twice, it is the same");
        }
        Err(fault) => words(&fault),
    }
}

fn words(fault: &PictureFault) {
    assert!(!fault.words.is_empty() && !fault.words.contains('\n'), "{fault:?}");
}
