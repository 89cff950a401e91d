//! makekit as a library.
