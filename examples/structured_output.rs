//! An answer that fits a JSON schema. How that is asked for depends on the model (by itself, by a tool, or in words); the
//! answer reads the same.
//!
//! `cargo run --example structured_output`

use std::process::ExitCode;

use roo_code::{Error, ErrorKind, MessageRequest, ResponseFormat, Result};
use roo_examples::{connect, finish, say, show};
use serde::Deserialize;
use serde_json::json;

/// One model that keeps to a schema by itself, and one that is given a tool for it.
const MODELS: [&str; 2] =
    ["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-3-sonnet-20240229-v1:0"];

#[derive(Debug, Deserialize)]
struct City {
    name: String,
    inhabitants: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let schema = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "inhabitants": {"type": "integer"}},
        "required": ["name", "inhabitants"],
        "additionalProperties": false
    });
    for model in MODELS {
        let connection = connect(model, None, false).await?;
        say(format!("{}\n\n> Tell me about a city. ({model})\n", connection.notice))?;
        let request = MessageRequest::new()
            .with_user("Tell me about a city.")
            .with_response_format(ResponseFormat::json_schema("city", schema.clone()));
        let answer = show(connection.client.create_message(request).await?).await?;
        let city: City = serde_json::from_str(&answer.text()).map_err(|error| {
            Error::new(ErrorKind::ModelError, "the answer does not fit the schema").with_source(error)
        })?;
        say(format!("[the city {:?} has {} inhabitants]\n\n", city.name, city.inhabitants))?;
    }
    Ok(())
}
