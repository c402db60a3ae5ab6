//! The emulator's own answers. They depend on the request only, and never pretend to come from a model.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::request::{ConverseRequest, ImageBlock, InferenceConfig, Message, ToolResult};
use super::{Answer, Usage, tokens, tool_call};
use crate::image;
use crate::random::Random;

const SELF: &str = "This is bedrock-emulator, not a language model.";

/// Answers the last turn of the user: with its tool results, else a tool call that fits, else its images and
/// text.
pub(super) fn answer(request: &ConverseRequest, random: &mut Random) -> Answer {
    let turn = request.last_user_turn();
    let prompt = turn.map(Message::text).unwrap_or_default();
    let has_results = turn.is_some_and(|turn| turn.tool_results().next().is_some());
    let calls = match &request.tool_config {
        Some(config) if !has_results => tool_call::calls(config, &prompt),
        _ => Vec::new(),
    };
    let mut blocks = Vec::new();
    if calls.is_empty() {
        blocks.push(json!({ "text": text(request, turn, &prompt) }));
    } else {
        let names: Vec<String> = calls.iter().map(|call| format!("`{}`", call.name)).collect();
        blocks.push(json!({ "text": format!("{SELF} I call {}.", names.join(" and ")) }));
        for call in calls {
            let tool_use =
                json!({ "input": call.input, "name": call.name, "toolUseId": random.tool_use_id() });
            blocks.push(json!({ "toolUse": tool_use }));
        }
    }
    let (blocks, stop_reason) = limited(blocks, &request.inference_config);
    let usage = Usage { input: tokens::of_request(request), output: tokens::of_blocks(&blocks) };
    Answer { blocks, stop_reason: stop_reason.to_owned(), usage }
}

fn text(request: &ConverseRequest, turn: Option<&Message>, prompt: &str) -> String {
    let mut sentences = vec![SELF.to_owned()];
    sentences
        .extend(turn.into_iter().flat_map(Message::tool_results).map(|result| about_result(request, result)));
    let images = turn.into_iter().flat_map(|turn| &turn.content).filter_map(|block| block.image.as_ref());
    sentences.extend(images.map(about_image));
    if !prompt.is_empty() {
        sentences.push(format!("You said: \"{prompt}\""));
    } else if sentences.len() == 1 {
        sentences.push("You sent no text.".to_owned());
    }
    sentences.join(" ")
}

fn about_result(request: &ConverseRequest, result: &ToolResult) -> String {
    let mut uses = request.messages.iter().flat_map(Message::tool_uses);
    let name = uses.find(|tool_use| tool_use.tool_use_id == result.tool_use_id);
    let name = name.map_or("unknown", |tool_use| tool_use.name.as_str());
    let parts: Vec<String> = result
        .content
        .iter()
        .map(|content| match (&content.text, &content.json, &content.image) {
            (Some(text), ..) => format!("\"{text}\""),
            (_, Some(json), _) => json.to_string(),
            (_, _, Some(image)) => image_facts(image),
            _ => "content of another kind".to_owned(),
        })
        .collect();
    let content = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    if result.status.as_deref() == Some("error") {
        format!("The tool `{name}` failed with {content}.")
    } else {
        format!("The tool `{name}` returned {content}.")
    }
}

fn about_image(image: &ImageBlock) -> String {
    format!("I received {}.", image_facts(image))
}

fn image_facts(image: &ImageBlock) -> String {
    let bytes = image.source.bytes.as_ref().and_then(|bytes| STANDARD.decode(bytes).ok());
    match bytes.as_deref().and_then(image::read) {
        Some(facts) => format!("a {} image of {} x {} pixels", facts.format, facts.width, facts.height),
        None => format!("a {} image that is stored elsewhere", image.format),
    }
}

/// Applies stop sequences and the token limit, whichever comes first, and tells the stop reason.
///
/// A tool call is whole or absent: what does not fit the limit is left out.
fn limited(blocks: Vec<Value>, config: &InferenceConfig) -> (Vec<Value>, &'static str) {
    let mut left = config.max_tokens.unwrap_or(u64::MAX);
    let mut kept = Vec::new();
    let mut stop_reason = "end_turn";
    for block in blocks {
        if let Some(text) = block.get("text").and_then(Value::as_str) {
            let (text, cut) = limited_text(text, left, &config.stop_sequences);
            left -= tokens::of_text(text).min(left);
            // The service never sends a blank text.
            if !text.is_empty() {
                kept.push(json!({ "text": text }));
            }
            if let Some(reason) = cut {
                return (kept, reason);
            }
        } else {
            let size = tokens::of_block(&block);
            if size > left {
                return (kept, "max_tokens");
            }
            left -= size;
            stop_reason = "tool_use";
            kept.push(block);
        }
    }
    (kept, stop_reason)
}

/// The part of a text before a stop sequence and within the limit, and why it is only a part.
fn limited_text<'a>(text: &'a str, limit: u64, stop_sequences: &[String]) -> (&'a str, Option<&'static str>) {
    let stop = stop_sequences.iter().filter_map(|sequence| text.find(sequence.as_str())).min();
    let before_stop = stop.and_then(|end| text.get(..end)).unwrap_or(text);
    match before_stop.char_indices().nth(tokens::room(limit)) {
        Some((end, _)) => (before_stop.get(..end).unwrap_or_default(), Some("max_tokens")),
        None => (before_stop, stop.map(|_| "stop_sequence")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_and_the_stop_sequence_that_comes_first_win() {
        let stops = ["four".to_owned(), "three".to_owned()];
        assert_eq!(limited_text("one two three four", 100, &stops), ("one two ", Some("stop_sequence")));
        assert_eq!(limited_text("one two three four", 1, &stops), ("one ", Some("max_tokens")));
        assert_eq!(limited_text("one two", 2, &stops), ("one two", None));
    }

    #[test]
    fn a_tool_call_that_does_not_fit_is_left_out() {
        let blocks =
            || vec![json!({ "text": "abcd" }), json!({ "toolUse": { "name": "tool", "input": {} } })];
        let limit = |max_tokens| InferenceConfig { max_tokens: Some(max_tokens), stop_sequences: Vec::new() };
        assert_eq!(limited(blocks(), &limit(3)), (blocks(), "tool_use"));
        assert_eq!(limited(blocks(), &limit(2)), (vec![json!({ "text": "abcd" })], "max_tokens"));
    }
}
