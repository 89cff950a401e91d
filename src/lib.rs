//! makekit: case files and templates in, a printed kit for a letter-writing event out.
//!
//! The stages stand in the order in which data flows; `docs/architecture.md` maps them.

pub mod cli;
pub mod diag;
pub mod fonts;
pub mod frame;
pub mod geometry;
pub mod guard;
pub mod impose;
pub mod layout;
pub mod limits;
pub mod load;
pub mod markup;
pub mod model;
pub mod pdf;
pub mod picture;
pub mod pipeline;
pub mod plan;
pub mod postal;
pub mod resolve;
pub mod template;
pub mod write;
