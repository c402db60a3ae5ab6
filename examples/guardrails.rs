//! A guardrail that reads along: what it blocks, and what it says about it.
//!
//! `cargo run --example guardrails` (against AWS: set `GUARDRAIL_ID`, the id of a guardrail of your account)

use std::process::ExitCode;

use roo_bedrock::{BedrockOptions, GuardrailConfig, GuardrailTrace};
use roo_code::{MessageRequest, Result, StopReason};
use roo_examples::{connect, finish, say, show};

const MODEL: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(MODEL, None, false).await?;
    say(format!("{}\n\n", connection.notice))?;
    let id = std::env::var("GUARDRAIL_ID").unwrap_or_else(|_| "guardrail1".to_owned());
    let guardrail = GuardrailConfig::new(id, "1").with_trace(GuardrailTrace::Enabled);
    let options = BedrockOptions::new().with_guardrail(guardrail);
    // The emulator's guardrail blocks the word BLOCKME and nothing else.
    for prompt in ["Good morning!", "Please BLOCKME."] {
        say(format!("> {prompt}\n"))?;
        let request = MessageRequest::new().with_user(prompt).with_options(&options);
        let answer = show(connection.client.create_message(request).await?).await?;
        let verdict =
            if answer.stop_reason == Some(StopReason::ContentFilter) { "intervened" } else { "let it pass" };
        say(format!("[the guardrail {verdict}]\n"))?;
        if let Some(trace) = answer.metadata.get("trace") {
            say(format!("[what it found: {trace}]\n\n"))?;
        }
    }
    Ok(())
}
