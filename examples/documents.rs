//! A document that the answer cites: each citation says where in the document its passage is.
//!
//! `cargo run --example documents`

use std::process::ExitCode;

use roo_code::{ContentBlock, DocumentBlock, DocumentSource, MessageRequest, Result};
use roo_examples::{connect, finish, say, show};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

const REPORT: &str = "Roo Island, annual report. The island has 214 inhabitants. Its lighthouse was built in 1903. \
                      The ferry runs twice a day, and not at all when the wind is above force eight.";

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(MODEL, None, false).await?;
    say(format!("{}\n\n", connection.notice))?;

    let report = DocumentBlock::new(DocumentSource::Text { text: REPORT.to_owned() })
        .with_name("Annual report")
        .with_context("Written by the harbour master.")
        .with_citations(true);
    let prompt = "When was the lighthouse built?";
    say(format!("> {prompt} [with a document]\n"))?;
    let request = MessageRequest::new().with_user([report.into(), ContentBlock::text(prompt)]);
    let answer = show(connection.client.create_message(request).await?).await?;

    for block in &answer.content {
        if let ContentBlock::Text(text) = block {
            for citation in &text.citations {
                let title = citation.title.as_deref().unwrap_or("?");
                say(format!("[cited: {title:?}, {:?}, at {:?}]\n", citation.cited_text, citation.location))?;
            }
        }
    }
    Ok(())
}
