use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::run::{Outcome, cargo, run, shown};

/// The examples, and what each must have printed by its end.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("bedrock", &["360", "[tool call: calculator", "[stop reason: tool_use", "emulator", "png"]),
    ("custom_provider", &["MessageStop", "I turn your words around"]),
    ("tool_loop", &["240", "[tool call: calculator"]),
];

/// Runs every test offline, and closes with one line of counts.
pub(crate) fn test() -> Outcome {
    let mut counts = Counts::default();
    counts.cargo_test()?;
    run(cargo(&["build", "--quiet", "--examples"]).arg("--workspace"))?;
    for (example, expected) in EXAMPLES {
        counts.example(example, expected);
    }
    println!("\n{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    if counts.failed == 0 { Ok(()) } else { Err("some tests failed".to_owned()) }
}

#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// The tests of all crates, doc tests and the README's code among them.
    fn cargo_test(&mut self) -> Outcome {
        let mut command = cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", shown(&command)))?;
        for line in child.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
            let line = line.map_err(|error| format!("the output of the tests cannot be read: {error}"))?;
            println!("{line}");
            self.read(&line);
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        // A crate that does not compile has no line of counts.
        if !status.success() && self.failed == 0 {
            return Err(format!("{} ended with {status}", shown(&command)));
        }
        Ok(())
    }

    /// Adds up lines such as `test result: ok. 7 passed; 0 failed; 1 ignored; …`.
    fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        for count in counts.split([';', '.']) {
            let mut words = count.split_whitespace();
            let number = words.next().and_then(|number| number.parse::<u64>().ok());
            match (number, words.next()) {
                (Some(number), Some("passed")) => self.passed += number,
                (Some(number), Some("failed")) => self.failed += number,
                (Some(number), Some("ignored")) => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Runs an example to its end and looks at what it printed.
    fn example(&mut self, name: &str, expected: &[&str]) {
        let output = cargo(&["run", "--quiet", "--example", name]).stdin(Stdio::null()).output();
        let why = match output {
            Err(error) => Some(error.to_string()),
            Ok(output) => {
                let printed = String::from_utf8_lossy(&output.stdout).into_owned();
                let missing = expected.iter().find(|text| !printed.contains(**text));
                match (output.status.success(), missing) {
                    (true, None) => None,
                    (true, Some(text)) => Some(format!("{text:?} is not in what it printed:\n{printed}")),
                    (false, _) => {
                        Some(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
                    }
                }
            }
        };
        match why {
            None => {
                println!("example {name} ... ok");
                self.passed += 1;
            }
            Some(why) => {
                println!("example {name} ... FAILED: {why}");
                self.failed += 1;
            }
        }
    }
}
