use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::run::{Outcome, cargo, program, root, run, shown};

const REQUIREMENTS: &str = "tests/boto3/requirements.txt";

/// Lets other people's clients hold a conversation with the emulator, and judge the requests that the tests lower.
pub(crate) fn e2e() -> Outcome {
    let python = python()?;
    let interop = ["build", "--quiet", "--locked", "--manifest-path", "tests/interop/Cargo.toml"];
    run(&mut cargo(&interop))?;
    let mut emulator = Emulator::start()?;
    println!("== boto3");
    emulator.serve(program(&python).arg("tests/boto3/converse.py"))?;
    println!("\n== AWS SDK for Rust");
    let interop = ["run", "--quiet", "--locked", "--manifest-path", "tests/interop/Cargo.toml", "--"];
    emulator.serve(&mut cargo(&interop))?;
    println!("\n== botocore's model of the requests");
    validate(&python)
}

/// Has botocore judge every request that the tests of the lowering make.
fn validate(python: &Path) -> Outcome {
    let bodies = root().join("target").join("e2e").join("bodies.ndjson");
    let tests = ["test", "--quiet", "-p", "roo-bedrock", "--lib", "request::"];
    run(cargo(&tests).env("ROO_BODIES", &bodies))?;
    run(program(python).arg("tests/boto3/validate.py").arg(&bodies))
}

/// The emulator as a process of its own; it ends with this value.
struct Emulator {
    process: Child,
    /// Kept open: the emulator ends if it cannot print.
    output: Option<BufReader<ChildStdout>>,
    url: String,
}

impl Emulator {
    fn start() -> Result<Self, String> {
        let example = ["--quiet", "-p", "roo-emulator", "--example", "serve"];
        run(cargo(&["build"]).args(example))?;
        // Cargo becomes the emulator, so this is the process to end.
        let mut command = cargo(&["run"]);
        command.args(example).args(["--", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process =
            command.spawn().map_err(|error| format!("{} cannot be started: {error}", shown(&command)))?;
        let output = process.stdout.take().map(BufReader::new);
        let mut emulator = Self { process, output, url: String::new() };
        emulator.url = emulator.read_url()?;
        Ok(emulator)
    }

    fn read_url(&mut self) -> Result<String, String> {
        let mut line = String::new();
        if let Some(output) = &mut self.output {
            output
                .read_line(&mut line)
                .map_err(|error| format!("the output of the emulator cannot be read: {error}"))?;
        }
        if line.is_empty() {
            let status = self.process.wait().map_err(|error| error.to_string())?;
            return Err(format!("the emulator ended with {status} before it listened"));
        }
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(url.to_owned()),
            None => Err(format!("the emulator said {line:?} instead of where it listens")),
        }
    }

    /// Runs a client with the address of the emulator as its last argument.
    fn serve(&mut self, client: &mut Command) -> Outcome {
        let outcome = run(client.arg(&self.url));
        match self.process.try_wait() {
            Ok(Some(status)) => Err(format!("the emulator ended with {status} while {} ran", shown(client))),
            _ => outcome,
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
fn python() -> Result<PathBuf, String> {
    let folder = root().join("target").join("e2e").join("python");
    let python = folder.join("bin").join("python");
    let wanted = read(&root().join(REQUIREMENTS))?;
    // Written when everything is installed: a folder without it, or with another, is made anew.
    let installed = folder.join("requirements.txt");
    if !python.exists() || read(&installed).ok().as_ref() != Some(&wanted) {
        run(program("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS];
        run(program(&python).args(install))?;
        fs::write(&installed, wanted)
            .map_err(|error| format!("{} cannot be written: {error}", installed.display()))?;
    }
    Ok(python)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}
