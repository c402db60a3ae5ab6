//! An embedded Amazon Bedrock on a loopback port that **verifies what it receives**.
//!
//! It speaks AWS's protocol over a real socket: Signature Version 4 is checked by recomputing it with AWS's
//! own `aws-sigv4`, requests are held against the shapes of the service model and the rules of a conversation,
//! streams are encoded with AWS's own `aws-smithy-eventstream`, and every refusal has the status, the headers
//! and the words of AWS. It depends on no other crate of this workspace, so that a mistake in the client is
//! not repeated on the other side of the wire.
//!
//! It has the operations of the runtime except the bidirectional stream (Converse, InvokeModel and their
//! streams, CountTokens, the guardrails, asynchronous invocations), and those of the control plane that list
//! models and inference profiles, all on one port.
//!
//! Without a script it answers by itself, always alike for the same request, and says that it is an
//! emulator:
//!
//! - **Talk**: it quotes the prompt, calls a tool that fits, uses tool results, reads the format and the
//!   size of images, names documents and cites those that are to be cited, fills a JSON schema, and shows
//!   reasoning with a signature that it verifies when the turn comes back.
//! - **Models**: what one family or generation refuses, its ids refuse here. Claude can be asked in its own
//!   form, embeddings and rankings come from the words of a text.
//! - **Guardrails**: each blocks a text with the word `BLOCKME` and masks e-mail addresses.
//! - **Prompt cache**: a prefix that ends at a cache point is written the first time and read until its time
//!   is over; no prefix is too short for it.
//! - **Asynchronous invocations**: `InProgress` until asked for once, then `Completed`, or `Failed` if the
//!   input has the word `FAILME`.
//! - **Tokens**: four characters are a token ([`Reply::with_usage`] says otherwise for a reply).
//!
//! With a script ([`Emulator::enqueue`]) it answers what a test wants to see handled: texts, tool calls,
//! errors in each form AWS has for them, foreign HTTP answers, and streams with every kind of fault.
//! [`EmulatorBuilder::refuse_field`] makes every model refuse a member of the request.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use roo_emulator::{Emulator, Reply};
//!
//! let emulator = Emulator::start().await?;
//! emulator.enqueue(Reply::error(429, "ThrottlingException", "Too many requests"));
//! // ... point a Bedrock client at `emulator.url()`, with `emulator.access_key_id()` and
//! // `emulator.secret_access_key()`, let it call Converse, then look at what arrived:
//! assert!(emulator.requests().is_empty());
//! emulator.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod async_invocation;
mod auth;
mod catalogue;
mod clock;
mod emulator;
mod error;
mod guardrail;
mod image;
mod json;
mod model;
mod native;
mod operation;
mod page;
mod prompt_cache;
mod random;
mod received;
mod respond;
mod response;
mod script;
mod server;
mod settings;
mod stream;
mod validate;

pub use emulator::{Emulator, EmulatorBuilder, StartError};
pub use received::{ReceivedRequest, Verdict};
pub use script::{ErrorForm, Reply, StreamStep};
