//! End-to-end tests across crates, the oracles, and the runner of the official suites.

pub mod conformance;
