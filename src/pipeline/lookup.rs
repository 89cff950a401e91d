//! A picture's key, as templates write it, in; its id and size out.

use crate::frame::ImageId;
use crate::picture::Pictures;
use crate::template::picture_key;

/// The picture behind a key, with its width and height in pixels.
pub fn picture(pictures: &Pictures, key: &str) -> Option<(ImageId, u32, u32)> {
    let number: u32 = key.rsplit(':').next()?.parse().ok()?;
    let id = ImageId(number);
    let picture = pictures.get(id).filter(|_| picture_key(id) == key)?;
    Some((id, picture.width, picture.height))
}

/// The pictures that rendered HTML names, in the order of their ids, each once.
pub fn pictures_in(pictures: &Pictures, html: &str) -> Vec<ImageId> {
    let mut found: Vec<ImageId> = (0..pictures.len() as u32)
        .map(ImageId)
        .filter(|id| {
            let key = picture_key(*id);
            html.match_indices(&key)
                .any(|(at, _)| !html[at + key.len()..].starts_with(|c: char| c.is_ascii_digit()))
        })
        .collect();
    found.dedup();
    found
}
