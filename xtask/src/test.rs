use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::run::{Outcome, cargo, run, shown};

/// One way to run an example: its arguments, whether it succeeds, and what it must have printed by its end.
struct Run {
    example: &'static str,
    arguments: &'static [&'static str],
    succeeds: bool,
    prints: &'static [&'static str],
}

const fn run_of(
    example: &'static str,
    arguments: &'static [&'static str],
    prints: &'static [&'static str],
) -> Run {
    Run { example, arguments, succeeds: true, prints }
}

const fn refusal(
    example: &'static str,
    arguments: &'static [&'static str],
    prints: &'static [&'static str],
) -> Run {
    Run { example, arguments, succeeds: false, prints }
}

const RUNS: &[Run] = &[
    run_of(
        "bedrock",
        &[],
        &["No AWS credentials found", "[tool call: calculator", "[tool result: 360]", "png"],
    ),
    run_of("bedrock", &["say hello"], &["say hello", "[stop reason: end_turn"]),
    run_of("bedrock", &["--image", "examples/assets/house.png", "What?"], &["96 x 64 pixels", "What?"]),
    run_of("bedrock", &["--region", "eu-west-1", "--model", "amazon.nova-lite-v1:0", "hi"], &["hi"]),
    refusal("bedrock", &["--live", "hi"], &["AWS_REGION"]),
    refusal("bedrock", &["--live", "--region", "us-east-1", "hi"], &["AWS_ACCESS_KEY_ID"]),
    refusal("bedrock", &["--region", "no region", "hi"], &["no region"]),
    refusal("bedrock", &["--image", "Cargo.toml"], &["png, jpeg, gif, webp"]),
    refusal("bedrock", &["--unknown"], &["usage"]),
    refusal("bedrock", &[""], &["blank"]),
    run_of("custom_provider", &[], &["MessageStop", "I turn your words around"]),
    run_of("tool_loop", &[], &["240", "[tool call: calculator"]),
    run_of("documents", &[], &["[cited: \"Annual report\""]),
    run_of("reasoning", &[], &["[thought:", "[tool call: calculator", "360"]),
    run_of("prompt_caching", &[], &["[cache point: /system/1]", "[second time:", "Some(0) tokens written"]),
    run_of("structured_output", &[], &["inhabitants]"]),
    run_of("guardrails", &[], &["let it pass", "intervened", "BLOCKME"]),
    run_of("embeddings", &[], &["256 numbers each", "1. ", "cheese"]),
    run_of("invoke_model", &[], &["[counted beforehand:", "[chunks:"]),
];

/// Runs every test offline, and closes with one line of counts.
pub(crate) fn test() -> Outcome {
    let mut counts = Counts::default();
    counts.cargo_test()?;
    run(cargo(&["build", "--quiet", "--examples"]).arg("--workspace"))?;
    RUNS.iter().for_each(|run| counts.example(run));
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
    fn example(&mut self, Run { example, arguments, succeeds, prints }: &Run) {
        let mut command = cargo(&["run", "--quiet", "--example", example, "--"]);
        let why = match command.args(*arguments).stdin(Stdio::null()).output() {
            Err(error) => Some(error.to_string()),
            Ok(output) => {
                let printed = [output.stdout, output.stderr].concat();
                let printed = String::from_utf8_lossy(&printed);
                let missing = prints.iter().find(|text| !printed.contains(**text));
                let is_as_expected = output.status.success() == *succeeds && !printed.contains("panicked");
                match missing {
                    _ if !is_as_expected => Some(format!("{}\n{printed}", output.status)),
                    Some(text) => Some(format!("{text:?} is not in what it printed:\n{printed}")),
                    None => None,
                }
            }
        };
        let name = format!("{example} {}", arguments.join(" "));
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
