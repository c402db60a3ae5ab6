//! The rules of `ARCHITECTURE.md` about who may depend on whom, read from `cargo tree`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;
use std::process::Command;

/// All crates in the normal graph of `package`, with its default features, the package itself included.
fn graph(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([
            "tree",
            "--offline",
            "-p",
            package,
            "-e",
            "normal",
            "--prefix",
            "none",
            "--no-dedupe",
            "-f",
            "{p}",
        ])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let crates: BTreeSet<String> = String::from_utf8(output.stdout)
        .expect("names are UTF-8")
        .lines()
        // `name v1.2.3 (path)`: two versions of one crate count twice.
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert!(
        crates.iter().any(|name| name.starts_with(&format!("{package} "))),
        "{package} is not in its own graph"
    );
    crates
}

fn names(package: &str) -> BTreeSet<String> {
    graph(package).iter().filter_map(|name| name.split(' ').next().map(str::to_owned)).collect()
}

/// The crates of this workspace in the graph of `package`, itself left out.
fn ours(package: &str) -> BTreeSet<String> {
    names(package).into_iter().filter(|name| name.starts_with("roo-") && name != package).collect()
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn the_foundation_stands_alone_and_knows_no_runtime_and_no_http_client() {
    for package in ["roo-core", "roo-sigv4", "roo-eventstream"] {
        assert_eq!(ours(package), set([]), "{package}");
        for banned in ["tokio", "reqwest", "hyper"] {
            assert!(!names(package).contains(banned), "{package} depends on {banned}");
        }
    }
}

#[test]
fn each_layer_stands_on_the_ones_below_it() {
    assert_eq!(ours("roo-http"), set(["roo-core"]));
    assert_eq!(ours("roo-aws"), set(["roo-core", "roo-http", "roo-sigv4"]));
    let bedrock = set(["roo-aws", "roo-core", "roo-eventstream", "roo-http", "roo-sigv4"]);
    assert_eq!(ours("roo-bedrock"), bedrock);
}

#[test]
fn the_emulator_shares_nothing_with_what_it_judges() {
    assert_eq!(ours("roo-emulator"), set([]));
    for oracle in ["aws-sigv4", "aws-smithy-eventstream"] {
        assert!(names("roo-emulator").contains(oracle), "the emulator stands on {oracle}");
    }
}

#[test]
fn bedrock_does_without_the_aws_sdk() {
    for name in names("roo-bedrock") {
        let is_sdk = name.starts_with("aws-sdk-");
        let banned = ["aws-config", "aws-sigv4", "aws-smithy-eventstream"].contains(&name.as_str());
        assert!(!is_sdk && !banned, "roo-bedrock depends on {name}");
    }
}

#[test]
fn the_graphs_stay_small() {
    for (package, limit) in [("roo-core", 30), ("roo-bedrock", 140)] {
        let count = graph(package).len();
        assert!(count < limit, "{package} builds {count} crates, and may build fewer than {limit}");
    }
}

#[test]
fn the_commands_depend_on_nothing_of_the_workspace() {
    assert_eq!(ours("xtask"), set([]));
}
