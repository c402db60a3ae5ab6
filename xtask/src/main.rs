//! The developer commands of this workspace: `cargo xtask COMMAND`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "commands talk to a terminal")]

use std::process::ExitCode;

mod bench;
mod check;
mod conformance;
mod e2e;
mod run;
mod test;

const HELP: &str = "\
cargo xtask COMMAND

  test                runs every test offline: unit, integration, doc tests, README code, examples
  check               checks format, lints, docs, features and dependency rules
  conformance PATH    runs the official suites found under PATH
  e2e                 lets boto3 and the AWS SDK for Rust talk to the emulator (needs python3 and the package registries)
  bench               compares with the alternatives and prints ratios
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["test"] => test::test(),
        ["check"] => check::check(),
        ["conformance", path] => conformance::conformance(path),
        ["e2e"] => e2e::e2e(),
        ["bench"] => bench::bench(),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown command\n\n{HELP}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
