//! The parts of a Converse request that the rules and the answers look at. It is read after its shape was
//! checked, so everything else may be skipped here.

use std::collections::BTreeMap;

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
    pub(crate) guardrail_config: Option<GuardrailConfig>,
    #[serde(default)]
    pub(crate) additional_model_request_fields: Value,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) additional_model_response_field_paths: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) prompt_variables: BTreeMap<String, TextMember>,
    pub(crate) performance_config: Option<Value>,
    pub(crate) service_tier: Option<Value>,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) output_config: OutputConfig,
    /// The request as it was sent.
    #[serde(skip)]
    pub(crate) raw: Value,
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
    pub(crate) reasoning_content: Option<Reasoning>,
    pub(crate) citations_content: Option<Value>,
    pub(crate) guard_content: Option<GuardContent>,
    pub(crate) search_result: Option<SearchResult>,
    pub(crate) cache_point: Option<CachePointBlock>,
    pub(crate) tool_addition: Option<ToolChange>,
    pub(crate) tool_removal: Option<ToolChange>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ImageBlock {
    pub(crate) format: String,
    pub(crate) source: Source,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DocumentBlock {
    /// Absent, it is `txt`.
    pub(crate) format: Option<String>,
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) citations: Option<Citations>,
}

/// Only what is inline is looked at; what is elsewhere is taken as it is.
#[derive(Debug, Deserialize)]
pub(crate) struct Source {
    /// Base64.
    pub(crate) bytes: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) content: Option<Vec<TextMember>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SearchResult {
    pub(crate) source: String,
    pub(crate) title: String,
    pub(crate) content: Vec<TextMember>,
    pub(crate) citations: Option<Citations>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Citations {
    pub(crate) enabled: bool,
}

/// A structure or union of which only the text matters.
#[derive(Debug, Deserialize)]
pub(crate) struct TextMember {
    pub(crate) text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reasoning {
    pub(crate) reasoning_text: Option<ReasoningText>,
    /// Base64.
    pub(crate) redacted_content: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReasoningText {
    pub(crate) text: String,
    pub(crate) signature: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GuardContent {
    pub(crate) text: Option<TextMember>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CachePointBlock {
    pub(crate) ttl: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolChange {
    pub(crate) tool: ToolReference,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolReference {
    pub(crate) name: Option<String>,
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
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResultContent {
    pub(crate) json: Option<Value>,
    pub(crate) text: Option<String>,
    pub(crate) image: Option<ImageBlock>,
    pub(crate) document: Option<DocumentBlock>,
    pub(crate) video: Option<Value>,
    pub(crate) search_result: Option<SearchResult>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SystemBlock {
    pub(crate) text: Option<String>,
    pub(crate) guard_content: Option<GuardContent>,
    pub(crate) cache_point: Option<CachePointBlock>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceConfig {
    pub(crate) max_tokens: Option<u64>,
    pub(crate) temperature: Option<f64>,
    pub(crate) top_p: Option<f64>,
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
    pub(crate) cache_point: Option<CachePointBlock>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolSpec {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(crate) description: String,
    pub(crate) input_schema: InputSchema,
    pub(crate) strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct InputSchema {
    pub(crate) json: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolChoice {
    /// Not in Converse, whose callers leave the tools out; Claude's own form has it.
    pub(crate) none: Option<Value>,
    pub(crate) any: Option<Value>,
    pub(crate) tool: Option<NamedTool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NamedTool {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuardrailConfig {
    #[serde(default)]
    pub(crate) guardrail_identifier: String,
    #[serde(default)]
    pub(crate) guardrail_version: String,
    pub(crate) trace: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputConfig {
    pub(crate) text_format: Option<TextFormat>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TextFormat {
    pub(crate) structure: OutputStructure,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputStructure {
    pub(crate) json_schema: JsonSchema,
}

#[derive(Debug, Deserialize)]
pub(crate) struct JsonSchema {
    /// JSON as text.
    pub(crate) schema: String,
}

impl ConverseRequest {
    pub(crate) fn read(document: Value) -> Result<Self, serde_json::Error> {
        let mut request = Self::deserialize(&document)?;
        request.raw = document;
        Ok(request)
    }

    /// Whether some tool, or a certain one, has to be called.
    pub(crate) fn is_tool_use_forced(&self) -> bool {
        let choice = self.tool_config.as_ref().and_then(|config| config.tool_choice.as_ref());
        choice.is_some_and(|choice| choice.any.is_some() || choice.tool.is_some())
    }

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
        let texts: Vec<&str> = self.content.iter().filter_map(ContentBlock::said).collect();
        texts.join("\n")
    }
}

impl ContentBlock {
    /// Its text, guarded or not.
    pub(crate) fn said(&self) -> Option<&str> {
        self.text.as_deref().or_else(|| self.guard_content.as_ref()?.text.as_ref()?.text.as_deref())
    }

    /// As [`said`](Self::said).
    pub(crate) fn said_mut(&mut self) -> Option<&mut String> {
        match &mut self.text {
            Some(text) => Some(text),
            None => self.guard_content.as_mut()?.text.as_mut()?.text.as_mut(),
        }
    }
}

impl DocumentBlock {
    pub(crate) fn format(&self) -> &str {
        self.format.as_deref().unwrap_or("txt")
    }

    pub(crate) fn has_citations(&self) -> bool {
        self.citations.as_ref().is_some_and(|citations| citations.enabled)
    }
}

impl SearchResult {
    pub(crate) fn has_citations(&self) -> bool {
        self.citations.as_ref().is_some_and(|citations| citations.enabled)
    }
}

impl Reasoning {
    pub(crate) fn text(&self) -> &str {
        self.reasoning_text.as_ref().map_or("", |reasoning| &reasoning.text)
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
