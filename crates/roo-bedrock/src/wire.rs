//! The JSON of [Converse](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html), request
//! side. These types borrow from the request and serialise in the order of their fields, so that the same request is
//! always the same bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use roo_core::{Blob, CacheTtl};

use crate::options::{GuardrailConfig, Latency, ServiceTier};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// The body of Converse and ConverseStream alike.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Converse<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) system: Vec<Block<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "InferenceConfig::is_empty")]
    pub(crate) inference_config: InferenceConfig<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guardrail_config: Option<GuardrailConfig>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) additional_model_request_fields: Map<String, Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) prompt_variables: BTreeMap<&'a str, PromptVariable<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(crate) additional_model_response_field_paths: &'a [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) request_metadata: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) performance_config: Option<PerformanceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service_tier: Option<ServiceTierConfig>,
    #[serde(skip_serializing_if = "OutputConfig::is_empty")]
    pub(crate) output_config: OutputConfig<'a>,
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct Turn<'a> {
    pub(crate) role: &'static str,
    pub(crate) content: Vec<Block<'a>>,
}

/// A union: a JSON object with exactly one member.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Block<'a> {
    Text(Cow<'a, str>),
    Image(Image<'a>),
    Document(Document<'a>),
    Video(Media<'a>),
    Audio(Media<'a>),
    ToolUse(ToolUse<'a>),
    ToolResult(ToolResult<'a>),
    ReasoningContent(Reasoning<'a>),
    CitationsContent(CitationsContent<'a>),
    SearchResult(SearchResult<'a>),
    CachePoint(CachePoint),
    /// A block of Bedrock's own that this version does not know.
    #[serde(untagged)]
    Raw(&'a Value),
}

/// An image, a video or a recording.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Media<'a> {
    pub(crate) format: &'static str,
    pub(crate) source: Source<'a>,
}

pub(crate) type Image<'a> = Media<'a>;

#[derive(Debug, serde::Serialize)]
pub(crate) struct Document<'a> {
    pub(crate) format: &'static str,
    pub(crate) name: String,
    pub(crate) source: DocumentSource<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) citations: Option<CitationsConfig>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum DocumentSource<'a> {
    Text(&'a str),
    Content(Vec<TextPiece<'a>>),
    #[serde(untagged)]
    Other(Source<'a>),
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct TextPiece<'a> {
    pub(crate) text: &'a str,
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct CitationsConfig {
    pub(crate) enabled: bool,
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct SearchResult<'a> {
    pub(crate) source: &'a str,
    pub(crate) title: &'a str,
    pub(crate) content: Vec<TextPiece<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) citations: Option<CitationsConfig>,
}

/// A text of the model with the sources it cites, as it goes back.
#[derive(Debug, serde::Serialize)]
pub(crate) struct CitationsContent<'a> {
    pub(crate) content: [TextPiece<'a>; 1],
    pub(crate) citations: Vec<Citation<'a>>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Citation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) source_content: Vec<TextPiece<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Value>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Source<'a> {
    Bytes(&'a Blob),
    #[serde(rename_all = "camelCase")]
    S3Location {
        uri: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        bucket_owner: Option<&'a str>,
    },
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolUse<'a> {
    pub(crate) tool_use_id: Cow<'a, str>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) input: ToolInput<'a>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
}

/// The input of a call, which must be an object.
#[derive(Debug)]
pub(crate) enum ToolInput<'a> {
    Object(&'a Map<String, Value>),
    /// What the model wrote instead of an object, so that it sees its own mistake.
    Invalid(&'a str),
    NotAnObject(&'a Value),
}

impl Serialize for ToolInput<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Object(members) = self {
            return members.serialize(serializer);
        }
        let mut wrapper = serializer.serialize_map(Some(1))?;
        match self {
            Self::Object(_) => {}
            Self::Invalid(text) => wrapper.serialize_entry("invalid_input", text)?,
            Self::NotAnObject(value) => wrapper.serialize_entry("invalid_input", value)?,
        }
        wrapper.end()
    }
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult<'a> {
    pub(crate) tool_use_id: Cow<'a, str>,
    pub(crate) content: Vec<ToolResultContent<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ToolResultContent<'a> {
    Text(Cow<'a, str>),
    Json(Cow<'a, Value>),
    Image(Image<'a>),
    Document(Document<'a>),
    Video(Media<'a>),
    SearchResult(SearchResult<'a>),
    #[serde(untagged)]
    Raw(&'a Value),
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reasoning<'a> {
    ReasoningText { text: &'a str, signature: &'a str },
    RedactedContent(&'a Blob),
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct CachePoint {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<CacheTtl>,
}

impl CachePoint {
    pub(crate) fn new(point: roo_core::CachePoint) -> Self {
        Self { kind: "default", ttl: point.ttl }
    }
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_p: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) stop_sequences: Vec<&'a str>,
}

impl InferenceConfig<'_> {
    fn is_empty(&self) -> bool {
        let Self { max_tokens, temperature, top_p, stop_sequences } = self;
        max_tokens.is_none() && temperature.is_none() && top_p.is_none() && stop_sequences.is_empty()
    }
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolConfig<'a> {
    pub(crate) tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_choice: Option<ToolChoice<'a>>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Tool<'a> {
    #[serde(rename = "toolSpec", rename_all = "camelCase")]
    Spec {
        name: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        input_schema: InputSchema<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
    #[serde(rename = "systemTool")]
    System {
        name: &'a str,
    },
    CachePoint(CachePoint),
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct InputSchema<'a> {
    pub(crate) json: Cow<'a, Value>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ToolChoice<'a> {
    Auto {},
    Any {},
    Tool { name: Cow<'a, str> },
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct PromptVariable<'a> {
    pub(crate) text: &'a str,
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct PerformanceConfig {
    pub(crate) latency: Latency,
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct ServiceTierConfig {
    #[serde(rename = "type")]
    pub(crate) kind: ServiceTier,
}

#[derive(Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text_format: Option<TextFormat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effort: Option<&'static str>,
}

impl OutputConfig<'_> {
    fn is_empty(&self) -> bool {
        self.text_format.is_none() && self.effort.is_none()
    }
}

#[derive(Debug, serde::Serialize)]
pub(crate) struct TextFormat<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) structure: Structure<'a>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Structure<'a> {
    JsonSchema {
        /// The schema as text: here Bedrock wants a string.
        schema: String,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
    },
}
