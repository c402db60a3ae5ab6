//! A provider of your own in a few lines: it implements `Provider`, reports what it has, and gets well-formed events,
//! the folded message, truncation errors and the facade for nothing.
//!
//! `cargo run --example custom_provider`
#![allow(clippy::print_stdout, reason = "an example talks to a terminal")]

use roo_code::{
    Delta, Error, ErrorKind, Message, MessageDelta, MessageRequest, MessageStream, Origin, Provider,
    ProviderEvent, Result, RooClient, StopReason, Usage, async_trait,
};

/// Answers with what it heard, word by word, backwards.
#[derive(Debug)]
struct Backwards;

#[async_trait]
impl Provider for Backwards {
    fn id(&self) -> &str {
        "backwards"
    }

    async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
        let heard = request.messages.last().map(Message::text).unwrap_or_default();
        if heard.trim().is_empty() {
            let error = Error::new(ErrorKind::InvalidRequest, "/messages: there is nothing to turn around");
            return Err(error.with_provider(self.id()));
        }
        let words: Vec<String> = heard.split_whitespace().rev().map(|word| format!("{word} ")).collect();
        let count = words.len() as u64;
        let deltas =
            words.into_iter().map(|word| ProviderEvent::Delta { index: 0, delta: Delta::Text(word) });
        let end = ProviderEvent::MessageDelta {
            delta: MessageDelta::new().with_stop_reason(StopReason::EndTurn, "done"),
            usage: Usage::new().with_input_tokens(count).with_output_tokens(count),
        };
        let events: Vec<_> = deltas.chain([end, ProviderEvent::MessageStop]).collect();
        let origin = Origin::new(self.id()).with_model(request.model.unwrap_or_default());
        // A real provider maps the frames of its connection here; see `roo-bedrock`.
        Ok(MessageStream::from_events(origin, events))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let client = RooClient::from_provider(Backwards, "mirror-1");
    let mut stream =
        client.create_message(MessageRequest::new().with_user("around words your turn I")).await?;
    while let Some(event) = stream.next().await {
        println!("{:?}", event?);
    }
    println!("\nThe whole answer: {}", stream.into_message().await?.text());

    let error = client.complete(MessageRequest::new().with_user(" ")).await.err();
    println!("A refusal: {}", error.map(|error| error.to_string()).unwrap_or_default());
    Ok(())
}
