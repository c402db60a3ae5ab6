//! The members of Bedrock's answers, and what they are in `roo-core`.

use roo_core::{
    Blob, Citation, CitationLocation, ContentBlock, Delta, ImageBlock, MediaSource, Reasoning,
    RedactedReasoning, Result, Role, Span, TextBlock, ToolResult, ToolResultContent, ToolUse, UnknownBlock,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::parse;
use crate::PROVIDER;

/// One block of an answer that came in one piece.
pub(super) fn read_block(json: &RawValue) -> Result<ContentBlock> {
    let unknown = || {
        parse::<Value>("a content block", json.get().as_bytes())
            .map(|raw| UnknownBlock::new(PROVIDER, raw).into())
    };
    let block: Block = parse("a content block", json.get().as_bytes())?;
    let known = match block {
        Block { text: Some(text), .. } => Some(TextBlock::new(text).into()),
        Block { tool_use: Some(call), .. } => {
            let BlockToolUse { tool_use_id, name, input, kind } = call;
            let server = kind.as_deref() == Some("server_tool_use");
            // A tool without arguments is called with an empty object.
            let input = input.unwrap_or_else(|| Value::Object(Map::new()));
            Some(ToolUse::new(tool_use_id, name, input).with_server(server).into())
        }
        Block { reasoning_content: Some(reasoning), .. } => reasoning.into_block(),
        Block { citations_content: Some(cited), .. } => {
            CitationsContent::deserialize(cited).ok().map(|cited| {
                let text: String = cited.content.into_iter().filter_map(|piece| piece.text).collect();
                let mut block = TextBlock::new(text);
                block.citations = cited.citations.into_iter().map(CitationWire::into_citation).collect();
                block.into()
            })
        }
        Block { image: Some(image), .. } => match ImageWire::deserialize(image) {
            Ok(ImageWire { format, source: Some(SourceWire { bytes: Some(data) }) }) => {
                Some(ImageBlock::new(MediaSource::bytes_of_type(format!("image/{format}"), data)).into())
            }
            _ => None,
        },
        _ => None,
    };
    known.map_or_else(unknown, Ok)
}

#[derive(Deserialize)]
pub(super) struct Start {
    pub(super) role: Option<String>,
}

impl Start {
    pub(super) fn role(&self) -> Role {
        match self.role.as_deref() {
            Some("user") => Role::User,
            Some("system") => Role::System,
            _ => Role::Assistant,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockStart {
    pub(super) content_block_index: u64,
    pub(super) start: Option<BlockStartUnion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockStartUnion {
    tool_use: Option<ToolUseStart>,
    tool_result: Option<ToolResultStart>,
    image: Option<ImageStart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUseStart {
    tool_use_id: String,
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolResultStart {
    tool_use_id: String,
    status: Option<String>,
}

#[derive(Deserialize)]
struct ImageStart {
    format: String,
}

impl BlockStartUnion {
    pub(super) fn into_block(self) -> Option<ContentBlock> {
        match self {
            Self { tool_use: Some(ToolUseStart { tool_use_id, name, kind }), .. } => {
                let server = kind.as_deref() == Some("server_tool_use");
                Some(ToolUse::new(tool_use_id, name, Value::Object(Map::new())).with_server(server).into())
            }
            Self { tool_result: Some(ToolResultStart { tool_use_id, status }), .. } => {
                let mut result = ToolResult::new(tool_use_id, Vec::<ToolResultContent>::new());
                result.is_error = status.as_deref() == Some("error");
                Some(result.into())
            }
            Self { image: Some(ImageStart { format }), .. } => Some(
                ImageBlock::new(MediaSource::bytes_of_type(format!("image/{format}"), Blob::default()))
                    .into(),
            ),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockDelta {
    pub(super) content_block_index: u64,
    pub(super) delta: DeltaUnion,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeltaUnion {
    text: Option<String>,
    tool_use: Option<ToolUseDelta>,
    reasoning_content: Option<ReasoningDelta>,
    // An answer does not fail because one of these has an unforeseen form: it is passed on raw then.
    citation: Option<Value>,
    tool_result: Option<Value>,
    image: Option<Value>,
}

#[derive(Deserialize)]
struct ToolUseDelta {
    input: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReasoningDelta {
    text: Option<String>,
    signature: Option<String>,
    redacted_content: Option<Blob>,
}

#[derive(Deserialize)]
struct ToolResultDelta {
    text: Option<String>,
    json: Option<Value>,
}

#[derive(Deserialize)]
struct ImageDelta {
    source: Option<SourceWire>,
}

impl DeltaUnion {
    pub(super) fn into_delta(self) -> Option<Delta> {
        match self {
            Self { text: Some(text), .. } => Some(Delta::Text(text)),
            Self { tool_use: Some(ToolUseDelta { input }), .. } => {
                Some(Delta::InputJson(input.unwrap_or_default()))
            }
            Self { reasoning_content: Some(reasoning), .. } => {
                let ReasoningDelta { text, signature, redacted_content } = reasoning;
                let text = text.map(Delta::Reasoning).or(signature.map(Delta::Signature));
                text.or(redacted_content.map(Delta::RedactedReasoning))
            }
            Self { citation: Some(citation), .. } => CitationWire::deserialize(citation)
                .ok()
                .map(|citation| Delta::Citation(citation.into_citation())),
            Self { tool_result: Some(pieces), .. } => {
                let pieces = Vec::<ToolResultDelta>::deserialize(pieces).ok()?;
                pieces
                    .into_iter()
                    .map(ToolResultDelta::into_content)
                    .collect::<Option<_>>()
                    .map(Delta::ToolResult)
            }
            Self { image: Some(image), .. } => {
                ImageDelta::deserialize(image).ok()?.source?.bytes.map(Delta::Image)
            }
            _ => None,
        }
    }
}

impl ToolResultDelta {
    fn into_content(self) -> Option<ToolResultContent> {
        self.text.map(ToolResultContent::text).or(self.json.map(ToolResultContent::from))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockStop {
    pub(super) content_block_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stop {
    pub(super) stop_reason: Option<String>,
    pub(super) additional_model_response_fields: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Converse {
    pub(super) output: Output,
    pub(super) stop_reason: Option<String>,
    pub(super) additional_model_response_fields: Option<Value>,
    #[serde(flatten)]
    pub(super) other: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Output {
    pub(super) message: OutputMessage,
}

#[derive(Deserialize)]
pub(super) struct OutputMessage {
    pub(super) role: Option<String>,
    pub(super) content: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block {
    text: Option<String>,
    tool_use: Option<BlockToolUse>,
    reasoning_content: Option<ReasoningBlock>,
    // An answer does not fail because one of these has an unforeseen form: it is passed on raw then.
    citations_content: Option<Value>,
    image: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockToolUse {
    tool_use_id: String,
    name: String,
    input: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReasoningBlock {
    reasoning_text: Option<ReasoningText>,
    redacted_content: Option<Blob>,
}

#[derive(Deserialize)]
struct ReasoningText {
    text: Option<String>,
    signature: Option<String>,
}

impl ReasoningBlock {
    pub(super) fn into_block(self) -> Option<ContentBlock> {
        if let Some(ReasoningText { text, signature }) = self.reasoning_text {
            let mut block = Reasoning::new(text.unwrap_or_default());
            block.signature = signature;
            return Some(block.into());
        }
        self.redacted_content.map(|data| RedactedReasoning::new(data).into())
    }
}

#[derive(Deserialize)]
struct CitationsContent {
    #[serde(default)]
    content: Vec<TextPiece>,
    #[serde(default)]
    citations: Vec<CitationWire>,
}

#[derive(Deserialize)]
struct TextPiece {
    text: Option<String>,
}

#[derive(Deserialize)]
struct ImageWire {
    format: String,
    source: Option<SourceWire>,
}

#[derive(Deserialize)]
struct SourceWire {
    bytes: Option<Blob>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CitationWire {
    title: Option<String>,
    source: Option<String>,
    source_content: Option<Vec<TextPiece>>,
    location: Option<Map<String, Value>>,
}

impl CitationWire {
    fn into_citation(self) -> Citation {
        let mut citation = Citation::default();
        citation.title = self.title;
        citation.source = self.source;
        citation.cited_text =
            self.source_content.into_iter().flatten().filter_map(|piece| piece.text).collect();
        citation.location = self.location.map(read_location);
        citation
    }
}

fn read_location(members: Map<String, Value>) -> CitationLocation {
    let span = |place: &Value, index: &str| {
        let number = |name: &str| place.get(name).and_then(Value::as_u64);
        Span::new(number(index), number("start"), number("end"))
    };
    let Some((kind, place)) = members.iter().find(|(_, place)| !place.is_null()) else {
        return CitationLocation::Unknown(UnknownBlock::new(PROVIDER, Value::Object(members)));
    };
    let text = |name: &str| place.get(name).and_then(Value::as_str).map(str::to_owned);
    match kind.as_str() {
        "web" => CitationLocation::Web { url: text("url"), domain: text("domain") },
        "documentChar" => CitationLocation::DocumentChar(span(place, "documentIndex")),
        "documentPage" => CitationLocation::DocumentPage(span(place, "documentIndex")),
        "documentChunk" => CitationLocation::DocumentChunk(span(place, "documentIndex")),
        "searchResultLocation" => CitationLocation::SearchResult(span(place, "searchResultIndex")),
        _ => CitationLocation::Unknown(UnknownBlock::new(PROVIDER, Value::Object(members))),
    }
}
