//! A conversation with Amazon Bedrock, printed as it arrives.
//!
//! `cargo run --example bedrock` runs three turns: a text; a tool call that is executed here and whose result goes back;
//! an image. `cargo run --example bedrock -- "any prompt" [--image FILE] [--model ID] [--region R] [--live]` runs yours.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to a terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::{Long, Short, ValueExt as _};
use roo_code::{ContentBlock, Error, ErrorKind, Message, MessageRequest, Result, RooClient, ToolResult};
use roo_examples::{calculate, calculator_tool, connect, finish, say, show};
use serde_json::{Value, json};

const USAGE: &str = "usage: bedrock [PROMPT] [--image FILE] [--model ID] [--region R] [--live]";

#[derive(Debug)]
struct Options {
    prompt: Option<String>,
    image: Option<PathBuf>,
    model: String,
    region: Option<String>,
    live: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    finish(run(options).await)
}

async fn run(options: Options) -> Result<()> {
    let connection = connect(&options.model, options.region.as_deref(), options.live).await?;
    say(format!("{}\n\n", connection.notice))?;
    let client = &connection.client;
    if options.prompt.is_none() && options.image.is_none() {
        text(client).await?;
        tool(client).await?;
        return image(client, "What is in this picture?", include_bytes!("assets/house.png").to_vec()).await;
    }
    let prompt = options.prompt.unwrap_or_else(|| "What is in this picture?".to_owned());
    match options.image {
        Some(path) => {
            let bytes = std::fs::read(&path).map_err(|error| {
                Error::new(ErrorKind::Config, format!("{} cannot be read: {error}", path.display()))
            })?;
            image(client, &prompt, bytes).await
        }
        None => {
            say(format!("> {prompt}\n"))?;
            show(client.create_message(MessageRequest::new().with_user(prompt)).await?).await.map(|_| ())
        }
    }
}

async fn text(client: &RooClient) -> Result<()> {
    say("> Hello, who are you?\n")?;
    let request =
        MessageRequest::new().with_system("You are a helpful assistant.").with_user("Hello, who are you?");
    show(client.create_message(request).await?).await.map(|_| ())
}

async fn tool(client: &RooClient) -> Result<()> {
    say("> Calculate 15 * 24\n")?;
    let mut request = MessageRequest::new()
        .with_system("You are a helpful assistant with access to tools.")
        .with_user("Calculate 15 * 24")
        .with_tool(calculator_tool());
    let answer = show(client.create_message(request.clone()).await?).await?;

    let results = run_calls(&answer)?;
    if results.is_empty() {
        return Ok(());
    }
    request = request.with_message(answer).with_user(results);
    show(client.create_message(request).await?).await.map(|_| ())
}

/// Executes the calculator; a failure is told to the model.
fn run_calls(answer: &Message) -> Result<Vec<ToolResult>> {
    let run = |input: Option<&Value>| {
        let expression = input.and_then(|input| input.get("expression")).and_then(Value::as_str);
        calculate(expression.ok_or("the input has no expression")?)
    };
    let mut results = Vec::new();
    for call in answer.tool_uses() {
        let result = match run(call.input.value()) {
            Ok(value) => {
                say(format!("[tool result: {value}]\n"))?;
                ToolResult::json(&call.id, json!({"result": value}))
            }
            Err(why) => {
                say(format!("[tool failed: {why}]\n"))?;
                ToolResult::error(&call.id, why)
            }
        };
        results.push(result);
    }
    Ok(results)
}

async fn image(client: &RooClient, prompt: &str, bytes: Vec<u8>) -> Result<()> {
    say(format!("> {prompt} [image of {} bytes]\n", bytes.len()))?;
    let request = MessageRequest::new().with_user([ContentBlock::text(prompt), ContentBlock::image(bytes)]);
    show(client.create_message(request).await?).await.map(|_| ())
}

impl Options {
    /// `None` if help was asked for.
    fn parse() -> std::result::Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            prompt: None,
            image: None,
            model: "anthropic.claude-3-sonnet-20240229-v1:0".to_owned(),
            region: None,
            live: false,
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                lexopt::Arg::Value(prompt) if options.prompt.is_none() => {
                    options.prompt = Some(prompt.string()?);
                }
                Long("image") => options.image = Some(arguments.value()?.into()),
                Long("model") => options.model = arguments.value()?.string()?,
                Long("region") => options.region = Some(arguments.value()?.string()?),
                Long("live") => options.live = true,
                Long("help") | Short('h') => return Ok(None),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(options))
    }
}
