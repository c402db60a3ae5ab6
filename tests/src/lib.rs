//! End-to-end tests across crates, the oracles, and the runner of the official suites.

pub mod conformance;

/// The README's code, compiled and run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
