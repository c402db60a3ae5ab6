use std::io::{Write as _, stdout};

use roo_code::{ContentBlock, Delta, Message, MessageStream, Result, StreamEvent, ToolInput, Usage};

/// Prints an answer as it arrives and gives it back for the history.
///
/// # Errors
/// Whatever ended the stream before its end.
pub async fn show(mut stream: MessageStream) -> Result<Message> {
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::ContentBlockDelta { delta: Delta::Text(text), .. } => {
                print!("{text}");
                // A terminal that has gone away is no reason to stop reading.
                let _ = stdout().flush();
            }
            StreamEvent::ContentBlockStop { content_block: ContentBlock::Text(_), .. } => println!(),
            StreamEvent::ContentBlockStop { content_block: ContentBlock::ToolUse(call), .. } => {
                match &call.input {
                    ToolInput::Json(input) => println!("[tool call: {} {input}]", call.name),
                    _ => println!("[tool call: {} with input that is not JSON]", call.name),
                }
            }
            _ => {}
        }
    }
    let message = stream.into_message().await?;
    let stop_reason = message.raw_stop_reason.as_deref().unwrap_or("unknown");
    let Usage { input_tokens, output_tokens, total_tokens, .. } = message.usage;
    let count = |tokens: Option<u64>| tokens.map_or_else(|| "?".to_owned(), |tokens| tokens.to_string());
    println!(
        "[stop reason: {stop_reason}; tokens: {} in + {} out = {}]\n",
        count(input_tokens),
        count(output_tokens),
        count(total_tokens),
    );
    for warning in &message.warnings {
        println!("[warning: {warning}]");
    }
    Ok(message)
}
