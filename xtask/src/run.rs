//! Running other programs, always from the root of the workspace and never with the caller's AWS settings.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command of this program comes to: nothing, or why it failed.
pub(crate) type Outcome = Result<(), String>;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that runs this program.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// A program in the root of the workspace, without any AWS setting of the caller: a test must neither find an account
/// nor depend on its absence.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_some_and(|name| name.starts_with("AWS_")) {
            command.env_remove(variable);
        }
    }
    for (variable, value) in isolation() {
        command.env(variable, value);
    }
    command
}

/// No AWS files of the user, and no metadata service.
fn isolation() -> [(&'static str, PathBuf); 3] {
    let nowhere = root().join("target").join("no-aws-files");
    [
        ("AWS_CONFIG_FILE", nowhere.join("config")),
        ("AWS_SHARED_CREDENTIALS_FILE", nowhere.join("credentials")),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
    ]
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status =
        command.status().map_err(|error| format!("{} cannot be started: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// The command line, for people.
pub(crate) fn shown(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
