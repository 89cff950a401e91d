//! What kind of file the bytes of a photo are, whatever its name says; and whether a JPEG or PNG is all there.

use image::ImageFormat;

/// What was found at the beginning of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Photo(ImageFormat),
    /// Known, but not to be used as a photo: its name, and what to do.
    Other {
        name: &'static str,
        hint: &'static str,
    },
    Unknown,
}

const CONVERT: &str = "open it in a picture program and save it as JPEG or PNG";
const DRAWING: &str = "export it as PNG, 1,200 pixels wide or more";
const DOWNLOAD_AGAIN: &str = "get the picture itself again, for example by a right click and `Save image as`";

/// Tells a file's kind by its first bytes.
pub fn kind(bytes: &[u8]) -> Kind {
    let other = |name, hint| Kind::Other { name, hint };
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\xff\xd8\xff") {
        return Kind::Photo(ImageFormat::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Kind::Photo(ImageFormat::Png);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Kind::Photo(ImageFormat::Gif);
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Kind::Photo(ImageFormat::WebP);
    }
    if starts(b"II*\0") || starts(b"MM\0*") {
        return Kind::Photo(ImageFormat::Tiff);
    }
    if starts(b"BM") && bytes.len() > 26 {
        return Kind::Photo(ImageFormat::Bmp);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        let brands = &bytes[8..bytes.len().min(64)];
        let has = |brand: &[u8]| brands.chunks(4).any(|b| b == brand);
        return if has(b"avif") || has(b"avis") {
            other("an AVIF picture", CONVERT)
        } else if [b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc"].iter().any(|b| has(*b)) {
            other(
                "a HEIC picture, as iPhones make",
                "send it to yourself as JPEG, or open it in a picture program and save it as JPEG",
            )
        } else {
            other("a film", "save one picture of it as JPEG or PNG")
        };
    }
    if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL ") {
        return other("a JPEG XL picture", CONVERT);
    }
    if starts(b"\0\0\0\x0cjP  ") || starts(b"\xff\x4f\xff\x51") {
        return other("a JPEG 2000 picture", CONVERT);
    }
    if starts(b"%PDF") {
        return other("a PDF", "take the picture out of it, or make a PNG of its page");
    }
    if starts(b"8BPS") {
        return other("a Photoshop file", CONVERT);
    }
    if starts(b"%!PS") {
        return other("a PostScript drawing", DRAWING);
    }
    if starts(b"PK\x03\x04") {
        return other("a ZIP archive or an office document", "take the picture out of it");
    }
    if starts(b"\0\0\x01\0") {
        return other("an icon", CONVERT);
    }
    if starts(b"version https://git-lfs") {
        return other("a pointer of Git LFS, not the picture", "fetch the picture with `git lfs pull`");
    }
    textual(bytes)
}

fn textual(bytes: &[u8]) -> Kind {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with("<svg") || (head.starts_with("<?xml") && head.contains("<svg")) {
        return Kind::Other { name: "an SVG drawing", hint: DRAWING };
    }
    if head.starts_with("<!doctype html") || head.starts_with("<html") {
        return Kind::Other { name: "a web page", hint: DOWNLOAD_AGAIN };
    }
    Kind::Unknown
}

/// True where a JPEG's marks run on to its end mark. A file that was cut off has none, and decoders fill it with grey.
pub fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // In a scan: on to the next mark that is neither a stuffed zero nor a restart.
        while !matches!(bytes.get(at..at + 2), Some([0xff, mark]) if !matches!(mark, 0 | 0xff | 0xd0..=0xd7))
        {
            if at + 2 > bytes.len() {
                return false;
            }
            at += 1;
        }
        match bytes[at + 1] {
            0xd9 => return true,
            0x01 | 0xd8 => at += 2,
            _ => match bytes.get(at + 2..at + 4) {
                Some([high, low]) => at += 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2),
                _ => return false,
            },
        }
    }
}

/// True where a PNG's chunks run on to its end chunk.
pub fn png_is_whole(bytes: &[u8]) -> bool {
    let mut at = 8usize;
    while let Some([a, b, c, d, name @ ..]) = bytes.get(at..at + 8) {
        let next =
            at.checked_add(12).and_then(|n| n.checked_add(u32::from_be_bytes([*a, *b, *c, *d]) as usize));
        match next {
            Some(next) if next <= bytes.len() => {
                if name == b"IEND" {
                    return true;
                }
                at = next;
            }
            _ => return false,
        }
    }
    false
}
