//! A model asked in its own form, for what no common form has: here Claude's Messages API, at once and as a stream.
//!
//! `cargo run --example invoke_model`

use std::process::ExitCode;

use futures_util::StreamExt as _;
use roo_bedrock::InvokeRequest;
use roo_code::{Error, ErrorKind, Result};
use roo_examples::{connect, finish, say};
use serde_json::{Value, json};

const MODEL: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(MODEL, None, false).await?;
    let bedrock = &connection.bedrock;
    say(format!("{}\n\n", connection.notice))?;

    let body = json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": "Hello from a body of my own"}],
    });
    let counted = bedrock.count_invoke_tokens(MODEL, body.to_string().into_bytes()).await?;
    say(format!("[counted beforehand: {counted} tokens]\n\n> at once\n"))?;

    let request = InvokeRequest::json(MODEL, &body);
    let answer = bedrock.invoke_model(&request).await?;
    let document = read(&answer.body)?;
    let text = document.pointer("/content/0/text").and_then(Value::as_str).unwrap_or_default();
    let usage = answer.head.usage;
    say(format!(
        "{text}\n[tokens: {:?} in, {:?} out]\n\n> as a stream\n",
        usage.input_tokens, usage.output_tokens
    ))?;

    let mut chunks = bedrock.invoke_model_stream(&request).await?;
    let mut count = 0_u32;
    while let Some(chunk) = chunks.next().await {
        count += 1;
        let event = read(&chunk?)?;
        if let Some(text) = event.pointer("/delta/text").and_then(Value::as_str) {
            say(text)?;
        }
    }
    say(format!("\n[chunks: {count}]\n"))
}

fn read(body: &[u8]) -> Result<Value> {
    serde_json::from_slice(body)
        .map_err(|error| Error::new(ErrorKind::Protocol, "the model answered in no JSON").with_source(error))
}
