//! The request of Converse and ConverseStream, member by member, as in AWS's service model.

use super::common::{
    ACCOUNT, ANY, BOOLEAN, DOCUMENT, GUARD_IMAGE_FORMAT, GUARDRAIL_ID, GUARDRAIL_VERSION, LATENCY, NON_EMPTY,
    NON_EMPTY_BLOB, QUALIFIERS, S3_URI, SERVICE_TIER_TYPE, TEXT, list, matching, only, text,
};
use super::shape::{Member, Shape};

use Member as M;

// Strings.
static TOOL_USE_ID: Shape = matching(1, 64, "[a-zA-Z0-9_.:-]+", |text| only(text, b"_.:-"));
static TOOL_NAME: Shape = matching(1, 64, "[a-zA-Z0-9_-]+", |text| only(text, b"_-"));
static REFERENCE_TYPE: Shape = text(1, 64);
static REFERENCE_NAME: Shape = text(1, 128);
static EFFORT: Shape = text(0, 16);
static METADATA_KEY: Shape = matching(1, 256, r"[a-zA-Z0-9\s:_@$#=/+,-.]{1,256}", is_metadata);
static METADATA_VALUE: Shape = matching(0, 256, r"[a-zA-Z0-9\s:_@$#=/+,-.]{0,256}", is_metadata);
static POINTER: Shape = matching(1, 256, "(/([^~]|~0|~1)*)+", is_json_pointer);

// Simple values.
static BLOB: Shape = Shape::Blob { min: 0 };
static INDEX: Shape = Shape::Integer { min: 0, max: i64::MAX };
static MAX_TOKENS: Shape = Shape::Integer { min: 1, max: i32::MAX as i64 };
static ZERO_TO_ONE: Shape = Shape::Number { min: 0.0, max: 1.0 };
static NO_MEMBERS: Shape = Shape::Structure(&[]);

// Enumerations.
static ROLE: Shape = Shape::Choice(&["user", "assistant", "system"]);
static IMAGE_FORMAT: Shape = Shape::Choice(&["png", "jpeg", "gif", "webp"]);
static DOCUMENT_FORMAT: Shape =
    Shape::Choice(&["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"]);
static VIDEO_FORMAT: Shape =
    Shape::Choice(&["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"]);
static AUDIO_FORMAT: Shape = Shape::Choice(&[
    "mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm",
    "webm",
]);
static TOOL_USE_TYPE: Shape = Shape::Choice(&["server_tool_use"]);
static RESULT_STATUS: Shape = Shape::Choice(&["success", "error"]);
static CACHE_TYPE: Shape = Shape::Choice(&["default"]);
static CACHE_TTL: Shape = Shape::Choice(&["5m", "1h"]);
static GUARDRAIL_TRACE: Shape = Shape::Choice(&["enabled", "disabled", "enabled_full"]);
static PROCESSING_MODE: Shape = Shape::Choice(&["sync", "async"]);
static OUTPUT_TYPE: Shape = Shape::Choice(&["json_schema"]);

// Media.
static S3_LOCATION: Shape =
    Shape::Structure(&[M::required("uri", &S3_URI), M::optional("bucketOwner", &ACCOUNT)]);
static MEDIA_SOURCE: Shape =
    Shape::Union(&[M::optional("bytes", &NON_EMPTY_BLOB), M::optional("s3Location", &S3_LOCATION)]);
static ERROR_BLOCK: Shape = Shape::Structure(&[M::optional("message", &TEXT)]);
static IMAGE: Shape = Shape::Structure(&[
    M::required("format", &IMAGE_FORMAT),
    M::required("source", &MEDIA_SOURCE),
    M::optional("error", &ERROR_BLOCK),
]);
static VIDEO: Shape =
    Shape::Structure(&[M::required("format", &VIDEO_FORMAT), M::required("source", &MEDIA_SOURCE)]);
static AUDIO: Shape = Shape::Structure(&[
    M::required("format", &AUDIO_FORMAT),
    M::required("source", &MEDIA_SOURCE),
    M::optional("error", &ERROR_BLOCK),
]);
static CITATIONS_CONFIG: Shape = Shape::Structure(&[M::required("enabled", &BOOLEAN)]);
static TEXT_UNION: Shape = Shape::Union(&[M::optional("text", &TEXT)]);
static TEXT_UNIONS: Shape = list(&TEXT_UNION);
static DOCUMENT_SOURCE: Shape = Shape::Union(&[
    M::optional("bytes", &NON_EMPTY_BLOB),
    M::optional("s3Location", &S3_LOCATION),
    M::optional("text", &TEXT),
    M::optional("content", &TEXT_UNIONS),
]);
static DOCUMENT_NAME: Shape = text(1, 200);
static DOCUMENT_BLOCK: Shape = Shape::Structure(&[
    M::optional("format", &DOCUMENT_FORMAT),
    M::required("name", &DOCUMENT_NAME),
    M::required("source", &DOCUMENT_SOURCE),
    M::optional("context", &TEXT),
    M::optional("citations", &CITATIONS_CONFIG),
]);

// Tool calls and results.
static TOOL_USE: Shape = Shape::Structure(&[
    M::required("toolUseId", &TOOL_USE_ID),
    M::required("name", &TOOL_NAME),
    M::required("input", &DOCUMENT),
    M::optional("type", &TOOL_USE_TYPE),
]);
static SEARCH_CONTENT: Shape = Shape::Structure(&[M::required("text", &TEXT)]);
static SEARCH_CONTENTS: Shape = list(&SEARCH_CONTENT);
static SEARCH_RESULT: Shape = Shape::Structure(&[
    M::required("source", &TEXT),
    M::required("title", &TEXT),
    M::required("content", &SEARCH_CONTENTS),
    M::optional("citations", &CITATIONS_CONFIG),
]);
static TOOL_RESULT_CONTENT: Shape = Shape::Union(&[
    M::optional("json", &DOCUMENT),
    M::optional("text", &TEXT),
    M::optional("image", &IMAGE),
    M::optional("document", &DOCUMENT_BLOCK),
    M::optional("video", &VIDEO),
    M::optional("searchResult", &SEARCH_RESULT),
]);
static TOOL_RESULT_CONTENTS: Shape = list(&TOOL_RESULT_CONTENT);
static TOOL_RESULT: Shape = Shape::Structure(&[
    M::required("toolUseId", &TOOL_USE_ID),
    M::required("content", &TOOL_RESULT_CONTENTS),
    M::optional("status", &RESULT_STATUS),
    M::optional("type", &TEXT),
]);
static TOOL_REFERENCE: Shape = Shape::Structure(&[
    M::optional("type", &REFERENCE_TYPE),
    M::optional("name", &REFERENCE_NAME),
    M::optional("serverName", &REFERENCE_NAME),
]);
static TOOL_CHANGE: Shape = Shape::Structure(&[M::required("tool", &TOOL_REFERENCE)]);

// Guardrails, cache points, reasoning.
static GUARD_TEXT: Shape =
    Shape::Structure(&[M::required("text", &TEXT), M::optional("qualifiers", &QUALIFIERS)]);
static GUARD_IMAGE_SOURCE: Shape = Shape::Union(&[M::optional("bytes", &NON_EMPTY_BLOB)]);
static GUARD_IMAGE: Shape = Shape::Structure(&[
    M::required("format", &GUARD_IMAGE_FORMAT),
    M::required("source", &GUARD_IMAGE_SOURCE),
]);
static GUARD_CONTENT: Shape =
    Shape::Union(&[M::optional("text", &GUARD_TEXT), M::optional("image", &GUARD_IMAGE)]);
static CACHE_POINT: Shape =
    Shape::Structure(&[M::required("type", &CACHE_TYPE), M::optional("ttl", &CACHE_TTL)]);
static REASONING_TEXT: Shape =
    Shape::Structure(&[M::required("text", &TEXT), M::optional("signature", &TEXT)]);
static REASONING: Shape =
    Shape::Union(&[M::optional("reasoningText", &REASONING_TEXT), M::optional("redactedContent", &BLOB)]);

// Citations.
static WEB_LOCATION: Shape = Shape::Structure(&[M::optional("url", &TEXT), M::optional("domain", &TEXT)]);
static DOCUMENT_LOCATION: Shape = Shape::Structure(&[
    M::optional("documentIndex", &INDEX),
    M::optional("start", &INDEX),
    M::optional("end", &INDEX),
]);
static SEARCH_LOCATION: Shape = Shape::Structure(&[
    M::optional("searchResultIndex", &INDEX),
    M::optional("start", &INDEX),
    M::optional("end", &INDEX),
]);
static CITATION_LOCATION: Shape = Shape::Union(&[
    M::optional("web", &WEB_LOCATION),
    M::optional("documentChar", &DOCUMENT_LOCATION),
    M::optional("documentPage", &DOCUMENT_LOCATION),
    M::optional("documentChunk", &DOCUMENT_LOCATION),
    M::optional("searchResultLocation", &SEARCH_LOCATION),
]);
static CITATION: Shape = Shape::Structure(&[
    M::optional("title", &TEXT),
    M::optional("source", &TEXT),
    M::optional("sourceContent", &TEXT_UNIONS),
    M::optional("location", &CITATION_LOCATION),
]);
static CITATIONS: Shape = list(&CITATION);
static CITATIONS_CONTENT: Shape =
    Shape::Structure(&[M::optional("content", &TEXT_UNIONS), M::optional("citations", &CITATIONS)]);

// Messages.
static CONTENT_BLOCK: Shape = Shape::Union(&[
    M::optional("text", &TEXT),
    M::optional("image", &IMAGE),
    M::optional("document", &DOCUMENT_BLOCK),
    M::optional("video", &VIDEO),
    M::optional("audio", &AUDIO),
    M::optional("toolUse", &TOOL_USE),
    M::optional("toolResult", &TOOL_RESULT),
    M::optional("guardContent", &GUARD_CONTENT),
    M::optional("cachePoint", &CACHE_POINT),
    M::optional("reasoningContent", &REASONING),
    M::optional("citationsContent", &CITATIONS_CONTENT),
    M::optional("searchResult", &SEARCH_RESULT),
    M::optional("toolAddition", &TOOL_CHANGE),
    M::optional("toolRemoval", &TOOL_CHANGE),
]);
static CONTENT: Shape = list(&CONTENT_BLOCK);
static MESSAGE: Shape = Shape::Structure(&[M::required("role", &ROLE), M::required("content", &CONTENT)]);
static MESSAGES: Shape = Shape::List { items: &MESSAGE, min: 1, max: ANY };
static SYSTEM_BLOCK: Shape = Shape::Union(&[
    M::optional("text", &NON_EMPTY),
    M::optional("guardContent", &GUARD_CONTENT),
    M::optional("cachePoint", &CACHE_POINT),
]);
static SYSTEM: Shape = list(&SYSTEM_BLOCK);

// Configuration.
static STOP_SEQUENCES: Shape = Shape::List { items: &NON_EMPTY, min: 0, max: 2500 };
static INFERENCE_CONFIG: Shape = Shape::Structure(&[
    M::optional("maxTokens", &MAX_TOKENS),
    M::optional("temperature", &ZERO_TO_ONE),
    M::optional("topP", &ZERO_TO_ONE),
    M::optional("stopSequences", &STOP_SEQUENCES),
]);
static INPUT_SCHEMA: Shape = Shape::Union(&[M::optional("json", &DOCUMENT)]);
static TOOL_SPEC: Shape = Shape::Structure(&[
    M::required("name", &TOOL_NAME),
    M::optional("description", &NON_EMPTY),
    M::required("inputSchema", &INPUT_SCHEMA),
    M::optional("strict", &BOOLEAN),
]);
static NAMED_TOOL: Shape = Shape::Structure(&[M::required("name", &TOOL_NAME)]);
static TOOL: Shape = Shape::Union(&[
    M::optional("toolSpec", &TOOL_SPEC),
    M::optional("systemTool", &NAMED_TOOL),
    M::optional("cachePoint", &CACHE_POINT),
]);
static TOOLS: Shape = Shape::List { items: &TOOL, min: 1, max: ANY };
static TOOL_CHOICE: Shape = Shape::Union(&[
    M::optional("auto", &NO_MEMBERS),
    M::optional("any", &NO_MEMBERS),
    M::optional("tool", &NAMED_TOOL),
]);
static TOOL_CONFIG: Shape =
    Shape::Structure(&[M::required("tools", &TOOLS), M::optional("toolChoice", &TOOL_CHOICE)]);
static GUARDRAIL_CONFIG: Shape = Shape::Structure(&[
    M::optional("guardrailIdentifier", &GUARDRAIL_ID),
    M::optional("guardrailVersion", &GUARDRAIL_VERSION),
    M::optional("trace", &GUARDRAIL_TRACE),
]);
static GUARDRAIL_STREAM_CONFIG: Shape = Shape::Structure(&[
    M::optional("guardrailIdentifier", &GUARDRAIL_ID),
    M::optional("guardrailVersion", &GUARDRAIL_VERSION),
    M::optional("trace", &GUARDRAIL_TRACE),
    M::optional("streamProcessingMode", &PROCESSING_MODE),
]);
static PROMPT_VARIABLES: Shape = Shape::Map { keys: &TEXT, values: &TEXT_UNION, min: 0, max: ANY };
static RESPONSE_FIELD_PATHS: Shape = Shape::List { items: &POINTER, min: 0, max: 10 };
static REQUEST_METADATA: Shape = Shape::Map { keys: &METADATA_KEY, values: &METADATA_VALUE, min: 1, max: 16 };
static PERFORMANCE_CONFIG: Shape = Shape::Structure(&[M::optional("latency", &LATENCY)]);
static SERVICE_TIER: Shape = Shape::Structure(&[M::required("type", &SERVICE_TIER_TYPE)]);
static JSON_SCHEMA: Shape = Shape::Structure(&[
    M::required("schema", &TEXT),
    M::optional("name", &TEXT),
    M::optional("description", &TEXT),
]);
static OUTPUT_STRUCTURE: Shape = Shape::Union(&[M::optional("jsonSchema", &JSON_SCHEMA)]);
static OUTPUT_FORMAT: Shape =
    Shape::Structure(&[M::required("type", &OUTPUT_TYPE), M::required("structure", &OUTPUT_STRUCTURE)]);
static OUTPUT_CONFIG: Shape =
    Shape::Structure(&[M::optional("textFormat", &OUTPUT_FORMAT), M::optional("effort", &EFFORT)]);

/// The two requests differ in the guardrail configuration only.
macro_rules! request {
    ($guardrail:expr) => {
        Shape::Structure(&[
            M::optional("messages", &MESSAGES),
            M::optional("system", &SYSTEM),
            M::optional("inferenceConfig", &INFERENCE_CONFIG),
            M::optional("toolConfig", &TOOL_CONFIG),
            M::optional("guardrailConfig", $guardrail),
            M::optional("additionalModelRequestFields", &DOCUMENT),
            M::optional("promptVariables", &PROMPT_VARIABLES),
            M::optional("additionalModelResponseFieldPaths", &RESPONSE_FIELD_PATHS),
            M::optional("requestMetadata", &REQUEST_METADATA),
            M::optional("performanceConfig", &PERFORMANCE_CONFIG),
            M::optional("serviceTier", &SERVICE_TIER),
            M::optional("outputConfig", &OUTPUT_CONFIG),
        ])
    };
}

/// The body of Converse. `messages` may be absent, because a prompt resource can take their place.
pub(crate) static CONVERSE: Shape = request!(&GUARDRAIL_CONFIG);
/// The body of ConverseStream.
pub(crate) static CONVERSE_STREAM: Shape = request!(&GUARDRAIL_STREAM_CONFIG);

/// The body of CountTokens.
pub(crate) static COUNT_TOKENS: Shape = Shape::Structure(&[M::required("input", &COUNT_TOKENS_INPUT)]);
static COUNT_TOKENS_INPUT: Shape = Shape::Union(&[
    M::optional("invokeModel", &INVOKE_MODEL_TOKENS),
    M::optional("converse", &CONVERSE_TOKENS),
]);
static INVOKE_MODEL_TOKENS: Shape = Shape::Structure(&[M::required("body", &BLOB)]);
static CONVERSE_TOKENS: Shape = Shape::Structure(&[
    M::optional("messages", &MESSAGES),
    M::optional("system", &SYSTEM),
    M::optional("toolConfig", &TOOL_CONFIG),
    M::optional("additionalModelRequestFields", &DOCUMENT),
]);

fn is_metadata(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c.is_whitespace() || ":_@$#=/+,-.".contains(c))
}

/// RFC 6901: a slash before each member, and a tilde in a name written as `~0` or `~1`.
fn is_json_pointer(text: &str) -> bool {
    text.starts_with('/') && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}
