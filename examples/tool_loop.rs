//! The loop that every agent has: send, run the tools that the model calls, send their results, until it calls none.
//!
//! `cargo run --example tool_loop`

use std::process::ExitCode;

use roo_code::{Error, ErrorKind, MessageRequest, Result, Tool, ToolInput, ToolResult, ToolUse};
use roo_examples::{calculate, calculator_tool, connect, finish, say, show};
use serde_json::{Value, json};

const MODEL: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

/// A model that only ever calls tools would cost without end.
const MAX_ROUNDS: usize = 8;

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(MODEL, None, false).await?;
    say(format!("{}\n\n", connection.notice))?;
    let prompt = "Use the calculator for (17 + 3) * 12.";
    say(format!("> {prompt}\n"))?;

    let mut request = MessageRequest::new()
        .with_system("You are a helpful assistant with access to tools.")
        .with_tools([calculator_tool(), clock_tool()])
        .with_user(prompt);
    for _ in 0..MAX_ROUNDS {
        let answer = show(connection.client.create_message(request.clone()).await?).await?;
        // Decide on the calls and not on the stop reason: models stop for `end_turn` with calls, and the reverse.
        let results: Vec<ToolResult> = answer.tool_uses().map(run_tool).collect();
        if results.is_empty() {
            return Ok(());
        }
        for result in &results {
            say(format!("[tool result: {}]\n", serde_json::to_string(&result.content).unwrap_or_default()))?;
        }
        // All results of a turn go into one message.
        request = request.with_message(answer).with_user(results);
    }
    Err(Error::new(ErrorKind::ModelError, format!("the model still calls tools after {MAX_ROUNDS} rounds")))
}

fn clock_tool() -> Tool {
    Tool::new("clock", json!({"type": "object", "properties": {}})).with_description("Tells the time of day")
}

/// Runs one call. Whatever goes wrong is told to the model, which can then try something else.
fn run_tool(call: &ToolUse) -> ToolResult {
    let outcome = match (call.name.as_str(), &call.input) {
        ("calculator", ToolInput::Json(input)) => {
            let expression = input.get("expression").and_then(Value::as_str);
            expression.ok_or_else(|| "the input has no expression".to_owned()).and_then(calculate)
        }
        ("clock", ToolInput::Json(_)) => Ok(json!({"seconds_since_1970": seconds_since_1970()})),
        (_, ToolInput::Json(_)) => Err(format!("there is no tool called {}", call.name)),
        // Never run a call whose arguments are not what the model meant.
        _ => Err("the input is not valid JSON".to_owned()),
    };
    match outcome {
        Ok(value) => ToolResult::json(&call.id, json!({"result": value})),
        Err(message) => ToolResult::error(&call.id, message),
    }
}

fn seconds_since_1970() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map(|elapsed| elapsed.as_secs()).unwrap_or_default()
}
