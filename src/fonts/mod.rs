//! Takes text with a wish (families, weight, language); gives the face that prints each part of it, and what none can.
//!
//! Only fonts that came with the program or were named with `--fonts` are used, never the system's, so that two
//! machines print the same. `docs/scripts.md` says which script prints with which face.

mod built_in;
mod catalogue;
mod face;
mod itemise;
mod missing;
mod scripts;
mod select;
mod user;

pub use catalogue::Catalogue;
pub use face::{Face, FaceId, FontBytes, Generic};
pub use itemise::{FaceRun, Missing};
pub use missing::{Defect, Explanation, explain_missing, stray_bidi_controls};
pub use select::FaceRequest;
pub use user::{FontError, is_font_file};
