use roo_core::ProviderOption;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What only Bedrock knows, for one request.
///
/// ```
/// use roo_bedrock::BedrockOptions;
/// use roo_core::MessageRequest;
/// use serde_json::json;
///
/// let options = BedrockOptions::new().with_additional_model_request_field("top_k", json!(50));
/// let request = MessageRequest::new().with_user("Hello").with_options(&options);
/// # let _ = request;
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BedrockOptions {
    /// Whether to use ConverseStream (`true`) or Converse (`false`); `None` is the client's setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streaming: Option<bool>,
    /// Fields of the model's own, sent as `additionalModelRequestFields`.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub additional_model_request_fields: Map<String, Value>,
}

impl BedrockOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses between ConverseStream and Converse.
    #[must_use]
    pub fn with_streaming(mut self, streaming: bool) -> Self {
        self.streaming = Some(streaming);
        self
    }

    /// Adds a field of the model's own, such as `top_k` for Claude.
    #[must_use]
    pub fn with_additional_model_request_field(mut self, name: impl Into<String>, value: Value) -> Self {
        self.additional_model_request_fields.insert(name.into(), value);
        self
    }
}

impl ProviderOption for BedrockOptions {
    const PROVIDER: &'static str = crate::PROVIDER;
}
