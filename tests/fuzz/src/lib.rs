//! The bodies of the fuzz targets: one function `run` a target, which panics if something is wrong.
//!
//! `cargo test -p roo-tests --test fuzz_corpus` runs the same functions over the committed corpora. To fuzz:
//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz eventstream_decoder`.

pub mod eventstream_decoder;
