//! Prompt caching: where the cache points stand, before anything is sent, and what the cache gave, afterwards.
//!
//! `cargo run --example prompt_caching`

use std::process::ExitCode;

use roo_bedrock::Bedrock;
use roo_code::{CacheStrategy, MessageRequest, Result};
use roo_examples::{calculator_tool, connect, finish, say, show};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(MODEL, None, false).await?;
    say(format!("{}\n\n", connection.notice))?;
    let manual = "Rule: answer in one sentence. ".repeat(400);
    let request = MessageRequest::new()
        .with_model(MODEL)
        .with_system(manual)
        .with_tool(calculator_tool())
        .with_user("What is the rule?")
        // Tools, system prompt and the last two turns of the user, within the four points that Bedrock allows.
        .with_cache(CacheStrategy::Auto);

    let plan = Bedrock::builder().build()?.cache_plan(&request)?;
    for point in &plan.points {
        say(format!("[cache point: {}]\n", point.pointer))?;
    }
    say(format!("[cached from {:?} tokens on]\n\n", plan.min_tokens))?;

    for round in ["first", "second"] {
        say(format!("> What is the rule? ({round} time)\n"))?;
        let answer = show(connection.client.create_message(request.clone()).await?).await?;
        let usage = answer.usage;
        say(format!(
            "[{round} time: {:?} tokens written to the cache, {:?} read from it]\n\n",
            usage.cache_write_input_tokens, usage.cache_read_input_tokens
        ))?;
    }
    Ok(())
}
