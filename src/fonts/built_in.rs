//! The faces inside the program, as `build.rs` found them in `fonts/`: static tables, nothing is parsed at start-up.

use super::face::{Coverage, Face, FaceId, Family, FontBytes};
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/fonts.rs"));
