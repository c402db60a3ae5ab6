//! Lets the AWS SDK for Rust hold conversations with the emulator: `roo-interop URL`.
//!
//! Prints a line for each check, then their counts, and fails if one of them did.

use std::future::Future;
use std::process::ExitCode;

use aws_sdk_bedrockruntime::Client;

mod answer;
mod client;
mod conversation;
mod document;
mod refusal;

use conversation::{MODEL, PROFILE};

/// What a check comes to: nothing, or why it failed.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(url) = std::env::args().nth(1) else {
        eprintln!("usage: roo-interop URL");
        return ExitCode::FAILURE;
    };
    let mut counts = Counts::default();
    check_conversations(&mut counts, &client::signing(&url)).await;
    check_identities(&mut counts, &url).await;
    println!("{} passed, {} failed", counts.passed, counts.failed);
    if counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn check_conversations(counts: &mut Counts, client: &Client) {
    counts.check("streamed text", conversation::streamed_text(client)).await;
    let streamed = conversation::with_tool_call(client, answer::streamed);
    counts.check("streamed conversation with a tool call", streamed).await;
    let whole = conversation::with_tool_call(client, answer::whole);
    counts.check("conversation with a tool call", whole).await;
    counts.check("model id with a colon", conversation::greeting(client, MODEL)).await;
    counts.check("ARN of an inference profile", conversation::greeting(client, PROFILE)).await;
    counts.check("blank text", refusal::blank_text(client)).await;
}

async fn check_identities(counts: &mut Counts, url: &str) {
    let with_key = client::with_api_key(url, client::API_KEY);
    counts.check("API key", conversation::greeting(&with_key, MODEL)).await;

    let wrong_secret = client::signing_with(url, client::ACCESS_KEY_ID, "wrong");
    let refused = refusal::both_ways(&wrong_secret, "InvalidSignatureException");
    counts.check("wrong secret key", refused).await;

    let unknown_id = client::signing_with(url, "AKIDUNKNOWN", client::SECRET_ACCESS_KEY);
    let refused = refusal::both_ways(&unknown_id, "UnrecognizedClientException");
    counts.check("unknown key id", refused).await;

    let wrong_key = client::with_api_key(url, "wrong");
    counts.check("wrong API key", refusal::both_ways(&wrong_key, "AccessDeniedException")).await;
}

#[derive(Default)]
struct Counts {
    passed: u32,
    failed: u32,
}

impl Counts {
    async fn check(&mut self, name: &str, check: impl Future<Output = Outcome>) {
        match check.await {
            Ok(()) => {
                println!("ok {name}");
                self.passed += 1;
            }
            Err(why) => {
                println!("FAILED {name}: {why}");
                self.failed += 1;
            }
        }
    }
}

/// Fails with what was seen unless the condition holds.
fn expect(condition: bool, seen: impl FnOnce() -> String) -> Outcome {
    if condition { Ok(()) } else { Err(seen().into()) }
}

/// An error of the SDK with everything that caused it.
fn explained(error: impl std::error::Error) -> String {
    aws_sdk_bedrockruntime::error::DisplayErrorContext(error).to_string()
}
