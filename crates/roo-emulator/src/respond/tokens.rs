//! Token counts by a rule, not by a tokenizer: a text has a token for every four characters begun, a document
//! for every four bytes, an image, a video and a sound have a fixed number, and whatever else is sent counts
//! as its JSON text.

use serde_json::Value;

use super::request::{
    CachePointBlock, ContentBlock, ConverseRequest, DocumentBlock, Reasoning, SearchResult, SystemBlock,
    Tool, ToolResultContent,
};
use crate::model::Model;
use crate::prompt_cache::{CachePoint, Ttl};
use crate::random::fingerprint;

const CHARACTERS_PER_TOKEN: usize = 4;
const TOKENS_PER_IMAGE: u64 = 1000;
/// A video or a sound.
const TOKENS_PER_RECORDING: u64 = 1000;

pub(crate) fn of_text(text: &str) -> u64 {
    text.chars().count().div_ceil(CHARACTERS_PER_TOKEN) as u64
}

/// How many characters a number of tokens has room for.
pub(super) fn room(tokens: u64) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(CHARACTERS_PER_TOKEN)
}

/// Output tokens: the texts of the blocks, and names and inputs of tool calls.
pub(super) fn of_blocks(blocks: &[Value]) -> u64 {
    blocks.iter().map(of_block).sum()
}

pub(super) fn of_block(block: &Value) -> u64 {
    if let Some(text) = block.get("text").and_then(Value::as_str) {
        return of_text(text);
    }
    if let Some(text) = block.pointer("/reasoningContent/reasoningText/text").and_then(Value::as_str) {
        return of_text(text);
    }
    if let Some(tool_use) = block.get("toolUse") {
        let name = tool_use.get("name").and_then(Value::as_str).unwrap_or_default();
        let input = tool_use.get("input").map(Value::to_string).unwrap_or_default();
        return of_text(name) + of_text(&input);
    }
    of_text(&block.to_string())
}

/// Input tokens: tool definitions, system prompt and messages.
pub(crate) fn of_request(request: &ConverseRequest) -> u64 {
    let tools = request.tool_config.iter().flat_map(|config| &config.tools).map(of_tool);
    let system = request.system.iter().map(of_system);
    let content = request.messages.iter().flat_map(|message| &message.content).map(of_content);
    tools.chain(system).chain(content).sum()
}

/// The cache points of a request in the order in which a model reads it: tools, system prompt, messages.
pub(super) fn cache_points(request: &ConverseRequest, model: Model<'_>) -> Vec<CachePoint> {
    let mut prefix = Prefix { text: model.name().to_owned(), tokens: 0, points: Vec::new() };
    let raw = |pointer: &str| request.raw.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let tools = request.tool_config.iter().flat_map(|config| &config.tools);
    for (tool, raw) in tools.zip(raw("/toolConfig/tools")) {
        prefix.extend(of_tool(tool), tool.cache_point.as_ref(), raw);
    }
    for (block, raw) in request.system.iter().zip(raw("/system")) {
        prefix.extend(of_system(block), block.cache_point.as_ref(), raw);
    }
    for (message, raw) in request.messages.iter().zip(raw("/messages")) {
        prefix.text.push_str(message.role.name());
        let raw = raw.get("content").and_then(Value::as_array).into_iter().flatten();
        for (block, raw) in message.content.iter().zip(raw) {
            prefix.extend(of_content(block), block.cache_point.as_ref(), raw);
        }
    }
    prefix.points
}

/// The request up to some place in it.
struct Prefix {
    text: String,
    tokens: u64,
    points: Vec<CachePoint>,
}

impl Prefix {
    /// Goes on by one element: a cache point, or something that is sent to the model.
    fn extend(&mut self, tokens: u64, cache_point: Option<&CachePointBlock>, raw: &Value) {
        match cache_point {
            Some(point) => self.points.push(CachePoint {
                fingerprint: fingerprint(self.text.as_bytes()),
                tokens: self.tokens,
                ttl: Ttl::of(point.ttl.as_deref()),
            }),
            None => {
                self.text.push_str(&raw.to_string());
                self.tokens += tokens;
            }
        }
    }
}

fn of_tool(tool: &Tool) -> u64 {
    tool.tool_spec.as_ref().map_or(0, |spec| {
        of_text(&spec.name) + of_text(&spec.description) + of_text(&spec.input_schema.json.to_string())
    })
}

fn of_system(block: &SystemBlock) -> u64 {
    let guarded = block.guard_content.as_ref().and_then(|guarded| guarded.text.as_ref());
    of_texts(block.text.as_deref().into_iter().chain(guarded.and_then(|text| text.text.as_deref())))
}

fn of_content(block: &ContentBlock) -> u64 {
    let mut tokens = block.said().map_or(0, of_text);
    tokens += block.image.as_ref().map_or(0, |_| TOKENS_PER_IMAGE);
    tokens += block.video.as_ref().or(block.audio.as_ref()).map_or(0, |_| TOKENS_PER_RECORDING);
    tokens += block.document.as_ref().map_or(0, of_document);
    tokens += block.search_result.as_ref().map_or(0, of_search_result);
    tokens += block.citations_content.as_ref().map_or(0, |citations| of_text(&citations.to_string()));
    tokens += block.reasoning_content.as_ref().map_or(0, of_reasoning);
    tokens += block
        .tool_use
        .as_ref()
        .map_or(0, |tool_use| of_text(&tool_use.name) + of_text(&tool_use.input.to_string()));
    let results = block.tool_result.iter().flat_map(|result| &result.content);
    tokens + results.map(of_result).sum::<u64>()
}

fn of_result(content: &ToolResultContent) -> u64 {
    let mut tokens = content.text.as_deref().map_or(0, of_text);
    tokens += content.json.as_ref().map_or(0, |json| of_text(&json.to_string()));
    tokens += content.image.as_ref().map_or(0, |_| TOKENS_PER_IMAGE);
    tokens += content.video.as_ref().map_or(0, |_| TOKENS_PER_RECORDING);
    tokens += content.document.as_ref().map_or(0, of_document);
    tokens + content.search_result.as_ref().map_or(0, of_search_result)
}

/// The texts of a document; bytes count as characters.
fn of_document(document: &DocumentBlock) -> u64 {
    let source = &document.source;
    let chunks = source.content.iter().flatten().filter_map(|chunk| chunk.text.as_deref());
    // Four characters of base64 stand for three bytes.
    let bytes = source.bytes.as_ref().map_or(0, |bytes| bytes.len() / 4 * 3);
    of_text(&document.name)
        + of_texts(source.text.as_deref().into_iter().chain(chunks))
        + bytes.div_ceil(CHARACTERS_PER_TOKEN) as u64
}

fn of_search_result(result: &SearchResult) -> u64 {
    let texts = result.content.iter().filter_map(|content| content.text.as_deref());
    of_texts(texts.chain([result.title.as_str(), result.source.as_str()]))
}

fn of_reasoning(reasoning: &Reasoning) -> u64 {
    of_texts([reasoning.text(), reasoning.redacted_content.as_deref().unwrap_or_default()])
}

fn of_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    texts.into_iter().map(of_text).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn four_characters_begun_are_a_token() {
        assert_eq!([of_text(""), of_text("a"), of_text("abcd"), of_text("äöüße")], [0, 1, 1, 2]);
        assert_eq!(
            of_blocks(&[json!({ "text": "abcde" }), json!({ "toolUse": { "name": "tool", "input": {} } })]),
            4
        );
    }

    #[test]
    fn everything_sent_is_counted() {
        let request = ConverseRequest::read(json!({
            "system": [{ "text": "abcd" }],
            "messages": [
                { "role": "user", "content": [{ "text": "abcde" }, { "image": { "format": "png", "source": {} } }] },
                { "role": "assistant", "content": [{ "toolUse": { "toolUseId": "1", "name": "tool", "input": {} } }] },
                { "role": "user", "content": [{ "toolResult": { "toolUseId": "1", "content": [{ "json": { "a": 1 } }] } }] },
            ],
            "toolConfig": { "tools": [{ "toolSpec": { "name": "tool", "inputSchema": { "json": {} } } }] },
        }));
        assert_eq!(of_request(&request.unwrap()), 1 + 2 + 1000 + 2 + 2 + 2);
    }
}
