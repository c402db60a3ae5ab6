//! Texts as vectors, and documents ranked by a question.
//!
//! `cargo run --example embeddings`

use std::process::ExitCode;

use roo_code::{
    EmbeddingProvider as _, EmbeddingPurpose, EmbeddingRequest, RerankProvider as _, RerankRequest, Result,
};
use roo_examples::{connect, finish, say};

const EMBEDDER: &str = "amazon.titan-embed-text-v2:0";
const RANKER: &str = "cohere.rerank-v3-5:0";
const DOCUMENTS: [&str; 3] =
    ["The sky is blue by day.", "Which cheese melts best? Raclette does.", "A cat sleeps all day."];

#[tokio::main]
async fn main() -> ExitCode {
    finish(run().await)
}

async fn run() -> Result<()> {
    let connection = connect(EMBEDDER, None, false).await?;
    let bedrock = &connection.bedrock;
    say(format!("{}\n\n", connection.notice))?;

    let request = EmbeddingRequest::new(EMBEDDER, DOCUMENTS)
        .with_purpose(EmbeddingPurpose::Document)
        .with_dimensions(256);
    let response = bedrock.embed(&request).await?;
    let tokens = response.usage.input_tokens.unwrap_or_default();
    // Where some calls failed, `response.embeddings` still has what the others gave.
    let vectors = response.into_vectors()?;
    let length = vectors.first().map_or(0, Vec::len);
    say(format!("{} vectors of {length} numbers each, for {tokens} tokens\n\n", vectors.len()))?;

    let question = "which cheese melts?";
    say(format!("> {question}\n"))?;
    let ranked = bedrock.rerank(&RerankRequest::new(RANKER, question, DOCUMENTS).with_top(2)).await?;
    for (place, document) in ranked.results.iter().enumerate() {
        let text = DOCUMENTS.get(document.index).copied().unwrap_or_default();
        say(format!("{}. {text} ({:.2})\n", place + 1, document.score))?;
    }
    Ok(())
}
