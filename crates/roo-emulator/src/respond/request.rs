//! The parts of a Converse request that the rules and the answers look at. It is read after its shape was
//! checked, so everything else may be skipped here.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConverseRequest {
    #[serde(default)]
    pub(crate) messages: Vec<Message>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) system: Vec<SystemBlock>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) inference_config: InferenceConfig,
    pub(crate) tool_config: Option<ToolConfig>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) role: Role,
    pub(crate) content: Vec<ContentBlock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    User,
    Assistant,
    System,
}

/// A union: one member is present. What it is can be told without an enum, which would have to know all of
/// them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContentBlock {
    pub(crate) text: Option<String>,
    pub(crate) image: Option<ImageBlock>,
    pub(crate) document: Option<DocumentBlock>,
    pub(crate) video: Option<Value>,
    pub(crate) audio: Option<Value>,
    pub(crate) tool_use: Option<ToolUse>,
    pub(crate) tool_result: Option<ToolResult>,
    pub(crate) reasoning_content: Option<Value>,
    pub(crate) tool_addition: Option<Value>,
    pub(crate) tool_removal: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ImageBlock {
    pub(crate) format: String,
    pub(crate) source: Source,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DocumentBlock {
    pub(crate) name: String,
    pub(crate) source: Source,
}

/// Only inline bytes are looked at; a document elsewhere is taken as it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Source {
    /// Base64.
    pub(crate) bytes: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolUse {
    pub(crate) tool_use_id: String,
    pub(crate) name: String,
    pub(crate) input: Value,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult {
    pub(crate) tool_use_id: String,
    pub(crate) content: Vec<ToolResultContent>,
    pub(crate) status: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolResultContent {
    pub(crate) json: Option<Value>,
    pub(crate) text: Option<String>,
    pub(crate) image: Option<ImageBlock>,
    pub(crate) document: Option<DocumentBlock>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SystemBlock {
    pub(crate) text: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceConfig {
    pub(crate) max_tokens: Option<u64>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) stop_sequences: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolConfig {
    pub(crate) tools: Vec<Tool>,
    pub(crate) tool_choice: Option<ToolChoice>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tool {
    pub(crate) tool_spec: Option<ToolSpec>,
    pub(crate) system_tool: Option<NamedTool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolSpec {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) description: String,
    pub(crate) input_schema: InputSchema,
}

#[derive(Debug, Deserialize)]
pub(crate) struct InputSchema {
    pub(crate) json: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolChoice {
    pub(crate) any: Option<Value>,
    pub(crate) tool: Option<NamedTool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NamedTool {
    pub(crate) name: String,
}

impl ConverseRequest {
    /// The last message of the user, which is what is to be answered.
    pub(crate) fn last_user_turn(&self) -> Option<&Message> {
        self.messages.iter().rfind(|message| message.role == Role::User)
    }
}

impl Role {
    /// As on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }
}

impl Message {
    pub(crate) fn tool_uses(&self) -> impl Iterator<Item = &ToolUse> {
        self.content.iter().filter_map(|block| block.tool_use.as_ref())
    }

    pub(crate) fn tool_results(&self) -> impl Iterator<Item = &ToolResult> {
        self.content.iter().filter_map(|block| block.tool_result.as_ref())
    }

    /// All its texts, one a line.
    pub(crate) fn text(&self) -> String {
        let texts: Vec<&str> = self.content.iter().filter_map(|block| block.text.as_deref()).collect();
        texts.join("\n")
    }
}

impl Tool {
    /// The name it is called by; a cache point has none.
    pub(crate) fn name(&self) -> Option<&str> {
        let spec = self.tool_spec.as_ref().map(|spec| spec.name.as_str());
        spec.or_else(|| self.system_tool.as_ref().map(|tool| tool.name.as_str()))
    }
}

/// The service takes `null` for an absent member.
fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
