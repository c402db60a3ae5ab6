use crate::run::{Outcome, cargo, run};

/// Compares with the alternatives, ours and theirs in one run.
pub(crate) fn bench() -> Outcome {
    run(&mut cargo(&["run", "--release", "--quiet", "--manifest-path", "benches/Cargo.toml"]))
}
