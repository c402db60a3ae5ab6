//! [Amazon Bedrock](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html)
//! for Roo Code: Converse and ConverseStream over reqwest, with signing, event-stream decoding and credentials of this
//! project's own crates. No AWS SDK.
//!
//! ```no_run
//! use roo_bedrock::Bedrock;
//! use roo_core::{MessageRequest, ProviderExt};
//!
//! # async fn run() -> roo_core::Result<()> {
//! // Region and credentials come from where AWS's SDKs find them.
//! let bedrock = Bedrock::builder().build()?;
//! let request = MessageRequest::new()
//!     .with_model("anthropic.claude-3-sonnet-20240229-v1:0")
//!     .with_user("Hello, who are you?");
//! println!("{}", bedrock.complete(request).await?.text());
//! # Ok(())
//! # }
//! ```

mod answer;
mod client;
mod error;
mod learned;
mod model;
mod operations;
mod options;
mod provider;
mod request;
mod settings;
mod stream;
mod wire;
mod wire_request;

pub use crate::model::{
    Generation, ModelFacts, ModelFamily, ModelId, ModelIdKind, ModelMode, ModelPrices, ModelTable,
    ReasoningStyle, Supports,
};
pub use crate::operations::*;
pub use crate::options::{
    BedrockOptions, GuardrailConfig, GuardrailTrace, Latency, Repair, ServiceTier, StreamProcessingMode,
    guard_image, guard_text, tool_addition, tool_removal,
};
pub use crate::provider::Bedrock;
pub use crate::request::{CachePlan, PlannedCachePoint};
pub use crate::settings::BedrockBuilder;
pub use crate::wire_request::WireRequest;

/// Who one is, which region and which endpoint: for the settings that have no setter of their own here.
pub use roo_aws as aws;

/// The [`Provider::id`](roo_core::Provider::id) of Bedrock.
const PROVIDER: &str = "bedrock";
