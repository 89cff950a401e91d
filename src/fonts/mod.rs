//! Font files in; for a text and its language, the faces that can draw it.

/// Names one face of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FaceId(pub u16);

/// The generic families of CSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generic {
    Serif,
    Sans,
    Mono,
}
