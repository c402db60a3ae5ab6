//! The official suites, replayed from a folder that the project does not carry.
//!
//! `cargo xtask conformance PATH` runs every suite found under `PATH` and prints one line a suite.

use std::fmt;
use std::path::Path;

mod eventstream;
mod profile;
mod signing;

/// What became of the cases of one suite.
#[derive(Debug)]
pub struct Suite {
    name: &'static str,
    passed: usize,
    failed: Vec<String>,
    skipped: Vec<String>,
}

impl Suite {
    /// An empty result for the suite called `name`.
    pub fn new(name: &'static str) -> Self {
        Self { name, passed: 0, failed: Vec::new(), skipped: Vec::new() }
    }

    /// Records one case: what went wrong, if anything did.
    pub fn record(&mut self, case: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(why) => self.failed.push(format!("{case}: {why}")),
        }
    }

    /// Records a case that does not apply, with the reason.
    pub fn skip(&mut self, case: &str, reason: &str) {
        self.skipped.push(format!("{case}: {reason}"));
    }

    /// Whether every case that applies passed, and there was at least one.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.passed > 0
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, passed, failed, skipped } = self;
        let total = passed + failed.len();
        write!(f, "{name}: {passed}/{total} passed, {} failed, {} skipped", failed.len(), skipped.len())?;
        failed.iter().try_for_each(|case| write!(f, "\n  FAILED {case}"))?;
        skipped.iter().try_for_each(|case| write!(f, "\n  skipped {case}"))
    }
}

/// Runs every suite found under `root`.
///
/// # Errors
/// A suite whose files are missing or cannot be read is reported as a suite with one failure, never left out.
pub fn run(root: &Path) -> Vec<Suite> {
    let mut suites = signing::run(root);
    suites.extend(eventstream::run(root));
    suites.extend(profile::run(root));
    suites
}
