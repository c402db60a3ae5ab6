//! Token counts by a rule, not by a tokenizer: a text has a token for every four characters begun, an image
//! has a fixed number, and whatever else is sent counts as its JSON text.

use serde_json::Value;

use super::request::{ContentBlock, ConverseRequest};

const CHARACTERS_PER_TOKEN: usize = 4;
const TOKENS_PER_IMAGE: u64 = 1000;

pub(super) fn of_text(text: &str) -> u64 {
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
    if let Some(tool_use) = block.get("toolUse") {
        let name = tool_use.get("name").and_then(Value::as_str).unwrap_or_default();
        let input = tool_use.get("input").map(Value::to_string).unwrap_or_default();
        return of_text(name) + of_text(&input);
    }
    of_text(&block.to_string())
}

/// Input tokens: system prompt, messages and tool definitions.
pub(super) fn of_request(request: &ConverseRequest) -> u64 {
    let system = request.system.iter().filter_map(|block| block.text.as_deref()).map(of_text);
    let content = request.messages.iter().flat_map(|message| &message.content).map(of_content);
    let tools = request.tool_config.iter().flat_map(|config| &config.tools);
    let specs = tools.filter_map(|tool| tool.tool_spec.as_ref());
    let definitions = specs.map(|spec| {
        of_text(&spec.name) + of_text(&spec.description) + of_text(&spec.input_schema.json.to_string())
    });
    system.chain(content).chain(definitions).sum()
}

fn of_content(block: &ContentBlock) -> u64 {
    let mut tokens = block.text.as_deref().map_or(0, of_text);
    tokens += block.image.as_ref().map_or(0, |_| TOKENS_PER_IMAGE);
    tokens += block.reasoning_content.as_ref().map_or(0, |reasoning| of_text(&reasoning.to_string()));
    tokens += block
        .tool_use
        .as_ref()
        .map_or(0, |tool_use| of_text(&tool_use.name) + of_text(&tool_use.input.to_string()));
    for content in block.tool_result.iter().flat_map(|result| &result.content) {
        tokens += content.text.as_deref().map_or(0, of_text);
        tokens += content.json.as_ref().map_or(0, |json| of_text(&json.to_string()));
        tokens += content.image.as_ref().map_or(0, |_| TOKENS_PER_IMAGE);
    }
    tokens
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
        let request = serde_json::from_value(json!({
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
