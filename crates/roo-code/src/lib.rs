//! One Rust API for large language models. The same program runs on every provider: text, tools, streaming, images,
//! reasoning, prompt caching.
//!
//! ```no_run
//! use roo_code::{ApiProvider, Delta, MessageRequest, ProviderSettings, RooClient, StreamEvent};
//!
//! # #[cfg(feature = "bedrock")]
//! # async fn run() -> roo_code::Result<()> {
//! let client = RooClient::new(
//!     ProviderSettings::new(ApiProvider::Bedrock, "anthropic.claude-3-sonnet-20240229-v1:0")
//!         .with_aws_region("us-east-1"),
//! )?;
//! let request =
//!     MessageRequest::new().with_system("You are a helpful assistant.").with_user("Hello, who are you?");
//! let mut stream = client.create_message(request).await?;
//! while let Some(event) = stream.next().await {
//!     if let StreamEvent::ContentBlockDelta { delta: Delta::Text(text), .. } = event? {
//!         print!("{text}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! This crate chooses a provider by name; the contract is in [`roo_core`], which is re-exported here whole. A provider
//! of your own implements [`Provider`] and goes into [`RooClient::from_provider`].
//!
//! # Features
//! - `bedrock` (default): Amazon Bedrock, [`roo_bedrock`](https://docs.rs/roo-bedrock).
//! - `emulator`: an embedded Amazon Bedrock, for trying things out and for tests.

mod client;
mod settings;

pub use crate::client::RooClient;
pub use crate::settings::{ApiProvider, ProviderSettings};
pub use roo_core::*;

/// The provider for Amazon Bedrock, and its options.
#[cfg(feature = "bedrock")]
pub use roo_bedrock as bedrock;
/// An embedded Amazon Bedrock.
#[cfg(feature = "emulator")]
pub use roo_emulator as emulator;
