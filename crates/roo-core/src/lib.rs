//! The contract of Roo Code for Rust: what a request to a large language model is, what comes back, and what a
//! [`Provider`] promises. No IO, no async runtime, no HTTP library.
//!
//! - [`MessageRequest`] is one call: system prompt, [`Message`]s made of ordered [`ContentBlock`]s, [`Tool`]s and
//!   settings.
//! - [`Provider::create_message`] answers with a [`MessageStream`] of [`StreamEvent`]s. They are the same events for
//!   every provider, and the stream ends exactly once: with [`StreamEvent::MessageStop`] or with one [`Error`].
//! - [`ProviderExt::complete`] folds that stream into the answer, a [`Message`] that goes straight into the history.
//!
//! A provider of your own implements [`Provider`] and reports [`ProviderEvent`]s; the stream turns them into
//! well-formed events, closes what was left open, and keeps the partial message for the error if the answer is cut.
//!
//! ```
//! use roo_core::{Message, MessageRequest, MessageStream, Origin, Provider, ProviderExt, Result, async_trait};
//!
//! #[derive(Debug)]
//! struct Echo;
//!
//! #[async_trait]
//! impl Provider for Echo {
//!     fn id(&self) -> &str {
//!         "echo"
//!     }
//!
//!     async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
//!         let heard = request.messages.last().map(Message::text).unwrap_or_default();
//!         Ok(MessageStream::from_message(Origin::new("echo"), Message::assistant(format!("You said: {heard}"))))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! let answer = Echo.complete(MessageRequest::new().with_user("hello")).await?;
//! assert_eq!(answer.text(), "You said: hello");
//! # Ok(())
//! # }
//! ```
//!
//! The vocabulary is that of the [Anthropic Messages API](https://docs.anthropic.com/en/api/messages); everything
//! here serialises with serde under those names.

mod assembler;
mod blob;
mod content;
mod embedding;
mod error;
mod event;
mod media;
mod message;
mod model;
mod open_enum;
mod options;
mod provider;
mod request;
mod stream;
mod tool;
mod usage;
mod warning;

pub use crate::blob::Blob;
pub use crate::content::{
    CachePoint, CacheTtl, Citation, CitationLocation, Content, ContentBlock, DocumentBlock, Origin,
    Reasoning, RedactedReasoning, SearchResult, Span, TextBlock, UnknownBlock,
};
pub use crate::embedding::{
    EmbeddingFailure, EmbeddingProvider, EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse,
    RankedDocument, RerankProvider, RerankRequest, RerankResponse, Truncation,
};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::event::{Delta, MessageDelta, MessageStart, ProviderEvent, StreamEvent, UnknownEvent};
pub use crate::media::{AudioBlock, DocumentSource, ImageBlock, ImageFormat, MediaSource, VideoBlock};
pub use crate::message::{Message, Role, StopReason};
pub use crate::model::{Capability, Modality, ModelInfo};
pub use crate::options::{ProviderOption, ProviderOptions};
pub use crate::provider::{Provider, ProviderExt};
pub use crate::request::{CacheStrategy, Effort, MessageRequest, ReasoningMode, ResponseFormat};
pub use crate::stream::{MessageStream, TextStream};
pub use crate::tool::{Tool, ToolChoice, ToolInput, ToolResult, ToolResultContent, ToolUse};
pub use crate::usage::Usage;
pub use crate::warning::{Warning, WarningKind};

/// Writes the `async fn`s of a [`Provider`] implementation, re-exported so that a provider needs no further crate.
pub use async_trait::async_trait;
