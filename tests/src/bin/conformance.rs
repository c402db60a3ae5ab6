//! Runs the official suites found under the folder given as the only argument.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command that reports to a terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(root), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: conformance PATH (the folder that holds the vectors and `suites/`)");
        return ExitCode::from(2);
    };
    let suites = roo_tests::conformance::run(&PathBuf::from(root));
    for suite in &suites {
        println!("{suite}");
    }
    if suites.iter().all(roo_tests::conformance::Suite::is_success) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
