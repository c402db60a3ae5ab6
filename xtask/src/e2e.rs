use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::run::{Outcome, cargo, program, root, run, shown};

/// Lets other people's clients hold a conversation with the emulator.
pub(crate) fn e2e() -> Outcome {
    let emulator = Emulator::start()?;
    println!("== boto3");
    run(python()?.arg("tests/boto3/converse.py").arg(&emulator.url))?;
    println!("\n== AWS SDK for Rust");
    let interop = ["run", "--quiet", "--manifest-path", "tests/interop/Cargo.toml", "--"];
    run(cargo(&interop).arg(&emulator.url))
}

/// The emulator as a process of its own; it ends with this value.
struct Emulator {
    process: Child,
    url: String,
}

impl Emulator {
    fn start() -> Result<Self, String> {
        run(&mut cargo(&["build", "--quiet", "-p", "roo-emulator", "--example", "serve"]))?;
        let mut command = cargo(&["run", "--quiet", "-p", "roo-emulator", "--example", "serve"]);
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", shown(&command)))?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
        }
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(Self { url: url.to_owned(), process }),
            None => Err(format!("the emulator said {line:?} instead of where it listens")),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It is gone already if it failed; there is nothing else to do about it here.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A Python with boto3 of its own under `target/`.
fn python() -> Result<Command, String> {
    let folder: PathBuf = root().join("target").join("e2e").join("python");
    let python = folder.join("bin").join("python");
    if !python.exists() {
        run(program("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let requirements = "tests/boto3/requirements.txt";
    run(program(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]))?;
    Ok(program(&python))
}
