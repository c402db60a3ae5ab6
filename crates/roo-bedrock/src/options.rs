use std::collections::BTreeMap;

use roo_core::{Blob, ContentBlock, ProviderOption, UnknownBlock};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::PROVIDER;

/// What only Bedrock knows, for one request.
///
/// ```
/// use roo_bedrock::{BedrockOptions, GuardrailConfig, ServiceTier};
/// use roo_core::MessageRequest;
///
/// let options = BedrockOptions::new()
///     .with_guardrail(GuardrailConfig::new("gr1abc", "1"))
///     .with_service_tier(ServiceTier::Flex);
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
    /// Whether what Bedrock refuses is repaired or refused; `None` is the client's setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repair: Option<Repair>,
    /// Whether a conversation that begins with the model or, where the model takes no prefill, ends with it gets a turn
    /// of the user that says «Please continue.».
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fill_in_user_turns: bool,
    /// The guardrail that reads along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guardrail: Option<GuardrailConfig>,
    /// How fast the model runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Latency>,
    /// How the request is queued and priced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// The variables of a prompt of Prompt Management, whose ARN stands in place of a model id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub prompt_variables: BTreeMap<String, String>,
    /// Tools that Bedrock runs itself, by name, such as `nova_grounding`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system_tools: Vec<String>,
    /// Beta flags of Anthropic, for Claude models.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anthropic_beta: Vec<String>,
    /// Fields of the model's own, sent as `additionalModelRequestFields`. What follows from other settings wins.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub additional_model_request_fields: Map<String, Value>,
    /// Fields of the model's own answer that are wanted, as JSON pointers; at most ten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_model_response_field_paths: Vec<String>,
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

    /// Says whether what Bedrock refuses is repaired or refused.
    #[must_use]
    pub fn with_repair(mut self, repair: Repair) -> Self {
        self.repair = Some(repair);
        self
    }

    /// Fills in the turns of the user that are missing at the ends of a conversation.
    #[must_use]
    pub fn with_fill_in_user_turns(mut self, fill_in: bool) -> Self {
        self.fill_in_user_turns = fill_in;
        self
    }

    /// Sets the guardrail that reads along.
    #[must_use]
    pub fn with_guardrail(mut self, guardrail: GuardrailConfig) -> Self {
        self.guardrail = Some(guardrail);
        self
    }

    /// Sets how fast the model runs.
    #[must_use]
    pub fn with_latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Sets how the request is queued and priced.
    #[must_use]
    pub fn with_service_tier(mut self, tier: ServiceTier) -> Self {
        self.service_tier = Some(tier);
        self
    }

    /// Sets a variable of the prompt.
    #[must_use]
    pub fn with_prompt_variable(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.prompt_variables.insert(name.into(), text.into());
        self
    }

    /// Adds a tool that Bedrock runs itself.
    #[must_use]
    pub fn with_system_tool(mut self, name: impl Into<String>) -> Self {
        self.system_tools.push(name.into());
        self
    }

    /// Adds a beta flag of Anthropic.
    #[must_use]
    pub fn with_anthropic_beta(mut self, flag: impl Into<String>) -> Self {
        self.anthropic_beta.push(flag.into());
        self
    }

    /// Adds a field of the model's own, such as `top_k` for Claude.
    #[must_use]
    pub fn with_additional_model_request_field(mut self, name: impl Into<String>, value: Value) -> Self {
        self.additional_model_request_fields.insert(name.into(), value);
        self
    }

    /// Asks for a field of the model's own answer, by JSON pointer.
    #[must_use]
    pub fn with_additional_model_response_field_path(mut self, pointer: impl Into<String>) -> Self {
        self.additional_model_response_field_paths.push(pointer.into());
        self
    }
}

impl ProviderOption for BedrockOptions {
    const PROVIDER: &'static str = PROVIDER;
}

/// What becomes of a request that Bedrock would refuse although its meaning is clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Repair {
    /// It is changed so that Bedrock takes it, and each change is a [`Warning`](roo_core::Warning).
    #[default]
    Lenient,
    /// The first change that would be needed is an error, and nothing is sent.
    Strict,
}

/// A [guardrail](https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GuardrailConfig {
    /// Its id or ARN.
    pub guardrail_identifier: String,
    /// Its version, or `DRAFT`.
    pub guardrail_version: String,
    /// Whether the answer tells what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<GuardrailTrace>,
    /// Whether a stream waits for the guardrail. Streaming only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_processing_mode: Option<StreamProcessingMode>,
}

impl GuardrailConfig {
    /// A guardrail by id or ARN, and version (`DRAFT` or a number).
    pub fn new(identifier: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            guardrail_identifier: identifier.into(),
            guardrail_version: version.into(),
            trace: None,
            stream_processing_mode: None,
        }
    }

    /// Asks for what was found.
    #[must_use]
    pub fn with_trace(mut self, trace: GuardrailTrace) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Says whether a stream waits for the guardrail.
    #[must_use]
    pub fn with_stream_processing_mode(mut self, mode: StreamProcessingMode) -> Self {
        self.stream_processing_mode = Some(mode);
        self
    }
}

/// Whether an answer tells what its guardrail found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GuardrailTrace {
    /// What was found.
    Enabled,
    /// Nothing.
    Disabled,
    /// What was found and what was not.
    EnabledFull,
}

/// Whether a stream waits for its guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StreamProcessingMode {
    /// Text is held back until it is assessed.
    Sync,
    /// Text is sent at once, and the stream breaks off when something is found.
    Async,
}

/// How fast a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Latency {
    /// The usual speed.
    Standard,
    /// Faster, where the model and region offer it.
    Optimized,
}

/// How a request is queued and priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ServiceTier {
    /// Before others, for more money.
    Priority,
    /// The usual.
    Default,
    /// After others, for less money.
    Flex,
    /// On reserved capacity.
    Reserved,
}

/// A text of a message or system prompt that a guardrail assesses, in place of everything else.
///
/// `qualifiers` are Bedrock's words: `grounding_source`, `query`, `guard_content`.
pub fn guard_text(text: impl Into<String>, qualifiers: &[&str]) -> ContentBlock {
    let mut block = json!({"text": text.into()});
    if let (false, Some(members)) = (qualifiers.is_empty(), block.as_object_mut()) {
        members.insert("qualifiers".into(), json!(qualifiers));
    }
    raw(json!({"guardContent": {"text": block}}))
}

/// An image (`png` or `jpeg`) that a guardrail assesses, in place of everything else.
pub fn guard_image(format: &str, data: impl Into<Blob>) -> ContentBlock {
    let data: Blob = data.into();
    raw(json!({"guardContent": {"image": {"format": format, "source": {"bytes": data}}}}))
}

/// Makes a tool of the request known to the model from here on; in a message of the system.
pub fn tool_addition(name: impl Into<String>) -> ContentBlock {
    raw(json!({"toolAddition": {"tool": {"name": name.into()}}}))
}

/// Takes a tool of the request away from the model from here on; in a message of the system.
pub fn tool_removal(name: impl Into<String>) -> ContentBlock {
    raw(json!({"toolRemoval": {"tool": {"name": name.into()}}}))
}

/// A block in Bedrock's own JSON, for what this version does not model.
fn raw(block: Value) -> ContentBlock {
    UnknownBlock::new(PROVIDER, block).into()
}
