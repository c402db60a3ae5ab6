use std::env;

use crate::run::{Outcome, cargo, run};

/// Runs the official suites found under `path`, which is relative to where the caller stands.
pub(crate) fn conformance(path: &str) -> Outcome {
    let path = env::current_dir().map_err(|error| error.to_string())?.join(path);
    run(cargo(&["run", "--quiet", "-p", "roo-tests", "--bin", "conformance", "--"]).arg(path))
}
