use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Content, ContentBlock, Message, ProviderOption, ProviderOptions, Tool, ToolChoice};

/// One call of a model, the same for every provider.
///
/// A setting that is not given is the provider's default. One that a provider cannot carry is a local error or a
/// [`Warning`](crate::Warning), never silently left out.
///
/// ```
/// use roo_core::MessageRequest;
///
/// let request = MessageRequest::new()
///     .with_system("You are a helpful assistant.")
///     .with_user("Hello, who are you?")
///     .with_max_tokens(512)
///     .with_temperature(0.2);
/// # assert_eq!(request.messages.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MessageRequest {
    /// The model's id; `None` is the client's default model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What the model is told before the conversation. Text and cache points; a few providers take more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<ContentBlock>,
    /// The conversation, oldest message first.
    pub messages: Vec<Message>,
    /// The tools that the model may call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Whether and which tool must be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether the model may call several tools at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// How many tokens the answer may have, thoughts not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Randomness, from 0 (none) to 1 or, for some providers, 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling: the share of probability, from 0 to 1, that tokens are drawn from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// How many of the most likely tokens are drawn from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<String>,
    /// How much the model thinks before it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<ReasoningMode>,
    /// The form of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    /// Who places cache points.
    #[serde(skip_serializing_if = "CacheStrategy::is_explicit")]
    pub cache: CacheStrategy,
    /// Labels that the provider writes into its own logs.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Settings of single providers.
    #[serde(skip_serializing_if = "ProviderOptions::is_empty")]
    pub provider_options: ProviderOptions,
}

impl MessageRequest {
    /// A request with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the model.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Adds to the system prompt.
    #[must_use]
    pub fn with_system(mut self, content: impl Into<Content>) -> Self {
        self.system.extend(content.into().0);
        self
    }

    /// Adds a message of the user.
    #[must_use]
    pub fn with_user(self, content: impl Into<Content>) -> Self {
        self.with_message(Message::user(content))
    }

    /// Adds a message of the model.
    #[must_use]
    pub fn with_assistant(self, content: impl Into<Content>) -> Self {
        self.with_message(Message::assistant(content))
    }

    /// Adds a message.
    #[must_use]
    pub fn with_message(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Adds several messages, such as a stored history.
    #[must_use]
    pub fn with_messages(mut self, messages: impl IntoIterator<Item = Message>) -> Self {
        self.messages.extend(messages);
        self
    }

    /// Adds a tool.
    #[must_use]
    pub fn with_tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Adds several tools.
    #[must_use]
    pub fn with_tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools.extend(tools);
        self
    }

    /// Says whether and which tool must be called.
    #[must_use]
    pub fn with_tool_choice(mut self, choice: ToolChoice) -> Self {
        self.tool_choice = Some(choice);
        self
    }

    /// Allows or forbids several tool calls at once.
    #[must_use]
    pub fn with_parallel_tool_calls(mut self, allowed: bool) -> Self {
        self.parallel_tool_calls = Some(allowed);
        self
    }

    /// Limits the answer, in tokens.
    #[must_use]
    pub fn with_max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Sets the randomness.
    #[must_use]
    pub fn with_temperature(mut self, temperature: f64) -> Self {
        self.temperature = Some(temperature);
        self
    }

    /// Sets nucleus sampling.
    #[must_use]
    pub fn with_top_p(mut self, top_p: f64) -> Self {
        self.top_p = Some(top_p);
        self
    }

    /// Draws from this many of the most likely tokens.
    #[must_use]
    pub fn with_top_k(mut self, top_k: u32) -> Self {
        self.top_k = Some(top_k);
        self
    }

    /// Adds a text that ends the answer.
    #[must_use]
    pub fn with_stop_sequence(mut self, sequence: impl Into<String>) -> Self {
        self.stop_sequences.push(sequence.into());
        self
    }

    /// Says how much the model thinks before it answers.
    #[must_use]
    pub fn with_reasoning(mut self, reasoning: ReasoningMode) -> Self {
        self.reasoning = Some(reasoning);
        self
    }

    /// Sets the form of the answer.
    #[must_use]
    pub fn with_response_format(mut self, format: ResponseFormat) -> Self {
        self.response_format = Some(format);
        self
    }

    /// Says who places cache points.
    #[must_use]
    pub fn with_cache(mut self, strategy: CacheStrategy) -> Self {
        self.cache = strategy;
        self
    }

    /// Adds a label for the provider's logs.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Sets the options of one provider.
    #[must_use]
    pub fn with_options<O: ProviderOption>(mut self, options: &O) -> Self {
        self.provider_options.set(options);
        self
    }
}

/// How much a model thinks before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasoningMode {
    /// Not at all.
    Off,
    /// At most this many tokens.
    Budget {
        /// Tokens for thoughts, on top of [`MessageRequest::max_tokens`].
        tokens: u32,
    },
    /// As much as the model finds right.
    Adaptive,
    /// About this much.
    Effort {
        /// How much.
        effort: Effort,
    },
}

/// How much effort a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effort {
    /// The least that the model can.
    Minimal,
    /// A little.
    Low,
    /// A fair amount.
    Medium,
    /// Much.
    High,
    /// Very much.
    #[serde(rename = "xhigh")]
    ExtraHigh,
    /// The most that the model can.
    Max,
}

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ResponseFormat {
    /// Free text.
    Text,
    /// JSON that fits a [JSON Schema](https://json-schema.org).
    JsonSchema {
        /// What the schema is called.
        name: String,
        /// What it is for, for the model to read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// The schema.
        schema: Value,
    },
}

impl ResponseFormat {
    /// JSON that fits this schema.
    pub fn json_schema(name: impl Into<String>, schema: Value) -> Self {
        Self::JsonSchema { name: name.into(), description: None, schema }
    }
}

/// Who places cache points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheStrategy {
    /// The caller, with [`CachePoint`](crate::CachePoint)s; none without them.
    #[default]
    Explicit,
    /// The provider's crate, where the model's family profits from them.
    Auto,
}

impl CacheStrategy {
    fn is_explicit(&self) -> bool {
        *self == Self::Explicit
    }
}
