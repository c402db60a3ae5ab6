//! An embedded Amazon Bedrock runtime on a loopback port that **verifies what it receives**.
//!
//! It speaks AWS's protocol over a real socket: Signature Version 4 is checked by recomputing it with AWS's
//! own `aws-sigv4`, requests are held against the Converse shapes and the conversation rules of the service,
//! streams are encoded with AWS's own `aws-smithy-eventstream`, and every refusal has the status, the headers
//! and the words of AWS. It depends on no other crate of this workspace, so that a mistake in the client is
//! not repeated on the other side of the wire.
//!
//! Without a script it answers by itself, always alike for the same request, and says that it is an emulator:
//! it quotes the prompt, calls a tool that fits, uses tool results, and reads the format and the size of
//! images. With a script ([`Emulator::enqueue`]) it answers what a test wants to see handled: texts, tool
//! calls, errors in each form AWS has for them, foreign HTTP answers, and streams with every kind of fault.
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

mod auth;
mod clock;
mod emulator;
mod error;
mod image;
mod operation;
mod random;
mod received;
mod respond;
mod response;
mod script;
mod server;
mod stream;
mod validate;

pub use emulator::{Emulator, EmulatorBuilder, StartError};
pub use received::{ReceivedRequest, Verdict};
pub use script::{ErrorForm, Reply, StreamStep};
