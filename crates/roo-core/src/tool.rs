use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::content::{SearchResult, UnknownBlock};
use crate::media::{ImageBlock, VideoBlock};
use crate::open_enum::open_enum;
use crate::{CachePoint, ContentBlock, DocumentBlock, Error, ErrorKind, ProviderOptions, Result};

/// A tool that the model may call.
///
/// ```
/// use roo_core::Tool;
/// use serde_json::json;
///
/// let calculator = Tool::new("calculator", json!({
///     "type": "object",
///     "properties": {"expression": {"type": "string", "description": "The expression to calculate"}},
///     "required": ["expression"],
/// }))
/// .with_description("Perform mathematical calculations");
/// # assert_eq!(calculator.name, "calculator");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tool {
    /// What the model calls it. Providers limit the length and the letters; one that a provider refuses is a local
    /// error that names it.
    pub name: String,
    /// What it does and when to use it, for the model to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The [JSON Schema](https://json-schema.org) of the input, `"type": "object"` at the root. The order of the
    /// properties is kept on the wire.
    pub input_schema: Value,
    /// Whether the provider must hold the model to the schema; `None` is the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// Ends a cacheable prefix after this tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CachePoint>,
}

impl Tool {
    /// A tool with this name and input schema.
    pub fn new(name: impl Into<String>, input_schema: Value) -> Self {
        Self { name: name.into(), description: None, input_schema, strict: None, cache: None }
    }

    /// Says what the tool does.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Asks the provider to hold the model to the schema, or not to.
    #[must_use]
    pub fn with_strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }

    /// Ends a cacheable prefix after this tool.
    #[must_use]
    pub fn with_cache(mut self, cache: CachePoint) -> Self {
        self.cache = Some(cache);
        self
    }
}

/// Whether and which tool the model must call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// Some tool must be called.
    Any,
    /// This tool must be called.
    Tool {
        /// The name of one of the request's tools.
        name: String,
    },
    /// No tool may be called.
    None,
}

impl ToolChoice {
    /// This tool must be called.
    pub fn tool(name: impl Into<String>) -> Self {
        Self::Tool { name: name.into() }
    }
}

/// A call of a tool by the model: `{"type": "tool_use", "id", "name", "input"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolUse {
    /// The id that the result must carry.
    pub id: String,
    /// The tool to call.
    pub name: String,
    /// The arguments.
    #[serde(flatten)]
    pub input: ToolInput,
    /// Whether the provider runs the tool itself: then nothing is to be executed here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub server: bool,
    /// What the provider wants back with this block, keyed by provider.
    #[serde(default, skip_serializing_if = "ProviderOptions::is_empty")]
    pub provider_metadata: ProviderOptions,
}

impl ToolUse {
    /// A call with complete arguments.
    pub fn new(id: impl Into<String>, name: impl Into<String>, input: Value) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            input: ToolInput::Json(input),
            server: false,
            provider_metadata: ProviderOptions::new(),
        }
    }

    /// Marks a tool that the provider runs itself.
    #[must_use]
    pub fn with_server(mut self, server: bool) -> Self {
        self.server = server;
        self
    }
}

/// The arguments of a tool call. Only [`ToolInput::Json`] may be executed: arguments that are not JSON, or that were
/// cut off, are kept as the text that came and never become `{}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ToolInput {
    /// Complete arguments, almost always an object. Integers beyond 64 bits are read as floating-point numbers.
    #[serde(rename = "input")]
    Json(Value),
    /// The model ended its arguments, and they are not JSON.
    #[serde(rename = "invalid_input")]
    Invalid(String),
    /// The stream ended before the arguments did.
    #[serde(rename = "incomplete_input")]
    Incomplete(String),
}

impl ToolInput {
    /// Reads the text that a model produced as arguments. No text at all is an empty object.
    pub fn from_text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.trim().is_empty() {
            return Self::Json(Value::Object(serde_json::Map::new()));
        }
        match serde_json::from_str(&text) {
            Ok(value) => Self::Json(value),
            Err(_) => Self::Invalid(text),
        }
    }

    /// The arguments, if they are complete and valid.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::Invalid(_) | Self::Incomplete(_) => None,
        }
    }

    /// One argument by name, if the arguments are an object that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.value()?.get(name)
    }

    /// The arguments as a type of your own.
    ///
    /// # Errors
    /// [`ErrorKind::ModelError`] if they are incomplete, no JSON, or do not fit `T`. The message says which, so it can
    /// be sent back to the model as an error result.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        let refuse = |why: String| Error::new(ErrorKind::ModelError, why);
        match self {
            Self::Json(value) => {
                T::deserialize(value).map_err(|error| refuse(format!("the tool input does not fit: {error}")))
            }
            Self::Invalid(_) => Err(refuse("the tool input is not valid JSON".into())),
            Self::Incomplete(_) => Err(refuse("the tool input was cut off".into())),
        }
    }
}

impl From<Value> for ToolInput {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// What came of a tool call: `{"type": "tool_result", "tool_use_id", "content", "is_error"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolResult {
    /// The [`ToolUse::id`] that this answers.
    pub tool_use_id: String,
    /// What the model gets to read.
    #[serde(default)]
    pub content: Vec<ToolResultContent>,
    /// Whether the tool failed; the content then says how.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

impl ToolResult {
    /// The result of the call with this id: text, JSON, an image, or several of them.
    pub fn new<C: Into<ToolResultContent>>(
        tool_use_id: impl Into<String>,
        content: impl IntoIterator<Item = C>,
    ) -> Self {
        Self {
            tool_use_id: tool_use_id.into(),
            content: content.into_iter().map(Into::into).collect(),
            is_error: false,
        }
    }

    /// A result that is a text.
    pub fn text(tool_use_id: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(tool_use_id, [ToolResultContent::text(text)])
    }

    /// A result that is a JSON value.
    pub fn json(tool_use_id: impl Into<String>, value: Value) -> Self {
        Self::new(tool_use_id, [ToolResultContent::Json { value }])
    }

    /// The failure of a tool, told to the model.
    pub fn error(tool_use_id: impl Into<String>, message: impl Into<String>) -> Self {
        Self { is_error: true, ..Self::text(tool_use_id, message) }
    }
}

/// One piece of a tool's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ToolResultContent {
    /// A text.
    Text {
        /// The text.
        text: String,
    },
    /// A JSON value.
    Json {
        /// The value.
        value: Value,
    },
    /// An image.
    Image(ImageBlock),
    /// A document.
    Document(DocumentBlock),
    /// A video.
    Video(VideoBlock),
    /// A search hit that can be cited.
    SearchResult(SearchResult),
    /// Something this version does not know.
    #[serde(skip)]
    Unknown(UnknownBlock),
}

open_enum!(ToolResultContent, UnknownBlock, ["text", "json", "image", "document", "video", "search_result"]);

impl ToolResultContent {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

impl From<&str> for ToolResultContent {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for ToolResultContent {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<Value> for ToolResultContent {
    fn from(value: Value) -> Self {
        Self::Json { value }
    }
}

impl From<ImageBlock> for ToolResultContent {
    fn from(image: ImageBlock) -> Self {
        Self::Image(image)
    }
}

impl From<ToolUse> for ContentBlock {
    fn from(call: ToolUse) -> Self {
        Self::ToolUse(call)
    }
}

impl From<ToolResult> for ContentBlock {
    fn from(result: ToolResult) -> Self {
        Self::ToolResult(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bad_arguments_stay_what_they_are() {
        assert_eq!(ToolInput::from_text(""), ToolInput::Json(json!({})));
        assert_eq!(ToolInput::from_text("{\"a\": 1}"), ToolInput::Json(json!({"a": 1})));
        assert_eq!(ToolInput::from_text("{\"a\": "), ToolInput::Invalid("{\"a\": ".into()));
        let error = ToolInput::from_text("{").parse::<Value>().unwrap_err();
        assert!(error.to_string().contains("not valid JSON"), "{error}");
    }

    #[test]
    fn serialises_under_the_usual_names_and_keeps_the_order_of_members() {
        let call = ToolUse::new("t1", "add", json!({"z": 1, "a": 2}));
        let text = serde_json::to_string(&ContentBlock::from(call.clone())).unwrap();
        assert_eq!(text, r#"{"type":"tool_use","id":"t1","name":"add","input":{"z":1,"a":2}}"#);
        assert_eq!(serde_json::from_str::<ContentBlock>(&text).unwrap(), ContentBlock::from(call.clone()));
        let cut = ToolUse { input: ToolInput::Incomplete("{\"z".into()), ..call };
        let text = serde_json::to_string(&cut).unwrap();
        assert_eq!(serde_json::from_str::<ToolUse>(&text).unwrap(), cut);
    }
}
