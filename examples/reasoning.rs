//! Thinking over two turns with a tool in between: the signed thoughts go back with the call, exactly as they came.
//!
//! `cargo run --example reasoning`

use std::process::ExitCode;

use roo_code::{ContentBlock, Effort, MessageRequest, ReasoningMode, Result, ToolResult};
use roo_examples::{calculate, calculator_tool, connect, finish, say, show};
use serde_json::{Value, json};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(MODEL, None, false).await?;
    say(format!("{}\n\n", connection.notice))?;
    let prompt = "Calculate 15 * 24 with the calculator, and think about it.";
    say(format!("> {prompt}\n"))?;
    let mut request = MessageRequest::new()
        .with_user(prompt)
        .with_tool(calculator_tool())
        // One setting for every family: Claude gets a budget of tokens for it, others a word.
        .with_reasoning(ReasoningMode::Effort { effort: Effort::Low });

    let answer = show(connection.client.create_message(request.clone()).await?).await?;
    for block in &answer.content {
        if let ContentBlock::Reasoning(thought) = block {
            let signature = thought.signature.as_deref().map_or(0, str::len);
            say(format!("[thought: {:?}, signed with {signature} characters]\n", thought.text))?;
        }
    }
    let results: Vec<ToolResult> = answer
        .tool_uses()
        .map(|call| {
            let expression = call.input.get("expression").and_then(Value::as_str).unwrap_or_default();
            match calculate(expression) {
                Ok(value) => ToolResult::json(&call.id, json!({"result": value})),
                Err(why) => ToolResult::error(&call.id, why),
            }
        })
        .collect();
    // The thoughts are part of the message: nothing else is to be kept for the next turn.
    request = request.with_message(answer).with_user(results);
    show(connection.client.create_message(request).await?).await?;
    Ok(())
}
