use crate::run::{Outcome, cargo, run};

/// The workspaces that stand beside the main one, each with a lock file of its own.
const OTHER_WORKSPACES: &[&str] =
    &["benches/Cargo.toml", "tests/fuzz/Cargo.toml", "tests/interop/Cargo.toml"];

/// The features of the facade, each of which must build alone.
const FEATURES: &[&str] = &["bedrock", "emulator"];

/// Format, lints, docs, features and dependency rules.
pub(crate) fn check() -> Outcome {
    step("format");
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    for manifest in OTHER_WORKSPACES {
        run(&mut cargo(&["fmt", "--manifest-path", manifest, "--check"]))?;
    }
    step("lints");
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))?;
    // Not part of the main workspace, so nothing else would notice if they no longer compiled.
    for manifest in ["benches/Cargo.toml", "tests/fuzz/Cargo.toml"] {
        run(&mut cargo(&["clippy", "--quiet", "--manifest-path", manifest, "--", "-D", "warnings"]))?;
    }
    step("docs");
    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--all-features", "--document-private-items"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    step("features");
    run(&mut cargo(&["check", "--quiet", "-p", "roo-code", "--no-default-features"]))?;
    for feature in FEATURES {
        run(&mut cargo(&[
            "check",
            "--quiet",
            "-p",
            "roo-code",
            "--no-default-features",
            "--features",
            feature,
        ]))?;
    }
    step("dependency rules");
    run(&mut cargo(&["test", "--quiet", "-p", "roo-tests", "--test", "dependency_rules"]))
}

fn step(name: &str) {
    println!("\n== {name}");
}
