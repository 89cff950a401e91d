//! Pictures as plain pixels: what `load` decodes a photo or logo to, and what `pdf` scales and encodes; data only.

use std::sync::Arc;

use crate::frame::ImageId;

/// A decoded picture, upright, in sRGB. Nothing of its file is kept: no metadata, no name.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub pixels: Pixels,
    /// SHA-256 of the file's bytes, so that caches and build marks know the picture again.
    pub file_hash: [u8; 32],
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

/// The pictures of a run, by id; one entry a file however often it is used.
#[derive(Debug, Clone, Default)]
pub struct Pictures {
    pictures: Vec<Arc<Picture>>,
}

impl Pictures {
    pub fn add(&mut self, picture: Picture) -> ImageId {
        self.pictures.push(Arc::new(picture));
        ImageId((self.pictures.len() - 1) as u32)
    }

    pub fn get(&self, id: ImageId) -> Option<&Arc<Picture>> {
        self.pictures.get(id.0 as usize)
    }

    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }
}
