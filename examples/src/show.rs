use std::io::{Write as _, stdout};

use roo_code::{
    ContentBlock, Delta, Error, ErrorKind, Message, MessageStream, Result, StreamEvent, ToolInput, Usage,
};

/// Prints a text at once.
///
/// # Errors
/// [`ErrorKind::Cancelled`] if nobody reads the output any more, as with `| head`.
pub fn say(text: impl AsRef<str>) -> Result<()> {
    let mut output = stdout().lock();
    let written = output.write_all(text.as_ref().as_bytes()).and_then(|()| output.flush());
    written.map_err(|error| Error::new(ErrorKind::Cancelled, "the output was closed").with_source(error))
}

/// Prints an answer as it arrives and gives it back for the history.
///
/// # Errors
/// Whatever ended the stream before its end, and as [`say`].
pub async fn show(mut stream: MessageStream) -> Result<Message> {
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::ContentBlockDelta { delta: Delta::Text(text), .. } => say(text)?,
            StreamEvent::ContentBlockStop { content_block: ContentBlock::Text(_), .. } => say("\n")?,
            StreamEvent::ContentBlockStop { content_block: ContentBlock::ToolUse(call), .. } => {
                match &call.input {
                    ToolInput::Json(input) => say(format!("[tool call: {} {input}]\n", call.name))?,
                    _ => say(format!("[tool call: {} with input that is not JSON]\n", call.name))?,
                }
            }
            _ => {}
        }
    }
    let message = stream.into_message().await?;
    let stop_reason = message.raw_stop_reason.as_deref().unwrap_or("unknown");
    let Usage { input_tokens, output_tokens, total_tokens, .. } = message.usage;
    let count = |tokens: Option<u64>| tokens.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
    say(format!(
        "[stop reason: {stop_reason}; tokens: {} in + {} out = {}]\n\n",
        count(input_tokens),
        count(output_tokens),
        count(total_tokens),
    ))?;
    for warning in &message.warnings {
        say(format!("[warning: {warning}]\n"))?;
    }
    Ok(message)
}

/// How a program ends that came to this: errors are told, and an output that was closed is no error.
pub fn finish(outcome: Result<()>) -> std::process::ExitCode {
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::Cancelled => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
