//! The files of `templates/`, put into the binary when it is built.

include!(concat!(env!("OUT_DIR"), "/templates.rs"));
