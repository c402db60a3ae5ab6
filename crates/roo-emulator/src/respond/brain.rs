//! The emulator's own answers. They depend on the request only, and never pretend to come from a model.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::request::{
    ContentBlock, ConverseRequest, DocumentBlock, ImageBlock, InferenceConfig, Message, ToolResult,
    ToolResultContent,
};
use super::thinking::Thinking;
use super::{Answer, Usage, citing, fill, tokens, tool_call};
use crate::image;
use crate::model::Model;
use crate::random::Random;

/// What every text of the emulator begins with.
pub(crate) const SELF: &str = "This is bedrock-emulator, not a language model.";

/// Answers the last turn of the user: with its tool results, else a tool call that fits, else its media and
/// text. Reasoning that was asked for comes first, citations come last.
pub(super) fn answer(request: &ConverseRequest, model: Model<'_>, random: &mut Random) -> Answer {
    let turn = request.last_user_turn();
    let prompt = turn.map(Message::text).unwrap_or_default();
    let has_results = turn.is_some_and(|turn| turn.tool_results().next().is_some());
    let calls = match &request.tool_config {
        Some(config) if !has_results => tool_call::calls(config, &prompt),
        _ => Vec::new(),
    };
    let thinking = Thinking::of(request, model);
    let mut blocks =
        Vec::from_iter(thinking.block(&prompt, &request.additional_model_request_fields, random));
    if !calls.is_empty() {
        // A model that is told to call a tool does so without a word before it.
        if !request.is_tool_use_forced() {
            let names: Vec<String> = calls.iter().map(|call| format!("`{}`", call.name)).collect();
            blocks.push(json!({ "text": format!("{SELF} I call {}.", names.join(" and ")) }));
        }
        for call in calls {
            let tool_use =
                json!({ "input": call.input, "name": call.name, "toolUseId": random.tool_use_id() });
            blocks.push(json!({ "toolUse": tool_use }));
        }
    } else if let Some(format) = &request.output_config.text_format {
        let schema = serde_json::from_str(&format.structure.json_schema.schema).unwrap_or_default();
        blocks.push(json!({ "text": fill::object(&schema, &prompt).to_string() }));
    } else {
        blocks.push(json!({ "text": text(request, turn, &prompt) }));
        blocks.extend(turn.into_iter().flat_map(citing::blocks));
    }
    let Limited { blocks, stop_reason, stop_sequence } = limited(blocks, &request.inference_config);
    Answer {
        blocks,
        stop_reason: stop_reason.to_owned(),
        stop_sequence,
        usage: Usage::default(),
        guardrail_trace: None,
    }
}

fn text(request: &ConverseRequest, turn: Option<&Message>, prompt: &str) -> String {
    let mut sentences = vec![SELF.to_owned()];
    sentences
        .extend(turn.into_iter().flat_map(Message::tool_results).map(|result| about_result(request, result)));
    sentences.extend(turn.into_iter().flat_map(|turn| &turn.content).filter_map(about_media));
    for (name, variable) in &request.prompt_variables {
        let value = variable.text.as_deref().unwrap_or_default();
        sentences.push(format!("The prompt variable `{name}` is \"{value}\"."));
    }
    if !prompt.is_empty() {
        sentences.push(format!("You said: \"{prompt}\""));
    } else if sentences.len() == 1 {
        sentences.push("You sent no text.".to_owned());
    }
    sentences.join(" ")
}

/// What there is to say of a block that is no text.
fn about_media(block: &ContentBlock) -> Option<String> {
    let what = if let Some(image) = &block.image {
        image_facts(image)
    } else if let Some(document) = &block.document {
        document_facts(document)
    } else if let Some(result) = &block.search_result {
        format!("the search result \"{}\"", result.title)
    } else if let Some(video) = &block.video {
        format!("a {} video", format_of(video))
    } else if let Some(audio) = &block.audio {
        format!("a {} sound", format_of(audio))
    } else {
        return None;
    };
    Some(format!("I received {what}."))
}

fn format_of(block: &Value) -> &str {
    block.get("format").and_then(Value::as_str).unwrap_or_default()
}

fn document_facts(document: &DocumentBlock) -> String {
    format!("the {} document \"{}\"", document.format(), document.name)
}

fn about_result(request: &ConverseRequest, result: &ToolResult) -> String {
    let mut uses = request.messages.iter().flat_map(Message::tool_uses);
    let name = uses.find(|tool_use| tool_use.tool_use_id == result.tool_use_id);
    let name = name.map_or("unknown", |tool_use| tool_use.name.as_str());
    let parts: Vec<String> = result.content.iter().map(about_result_content).collect();
    let content = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
    if result.status.as_deref() == Some("error") {
        format!("The tool `{name}` failed with {content}.")
    } else {
        format!("The tool `{name}` returned {content}.")
    }
}

fn about_result_content(content: &ToolResultContent) -> String {
    if let Some(text) = &content.text {
        format!("\"{text}\"")
    } else if let Some(json) = &content.json {
        json.to_string()
    } else if let Some(image) = &content.image {
        image_facts(image)
    } else if let Some(document) = &content.document {
        document_facts(document)
    } else if let Some(result) = &content.search_result {
        format!("the search result \"{}\"", result.title)
    } else {
        "content of another kind".to_owned()
    }
}

fn image_facts(image: &ImageBlock) -> String {
    let bytes = image.source.bytes.as_ref().and_then(|bytes| STANDARD.decode(bytes).ok());
    match bytes.as_deref().and_then(image::read) {
        Some(facts) => format!("a {} image of {} x {} pixels", facts.format, facts.width, facts.height),
        None => format!("a {} image that is stored elsewhere", image.format),
    }
}

/// What is left of an answer, and why it ends where it ends.
#[derive(Debug, PartialEq)]
struct Limited {
    blocks: Vec<Value>,
    stop_reason: &'static str,
    stop_sequence: Option<String>,
}

/// Applies stop sequences and the token limit, whichever comes first.
///
/// A block that is not a text is whole or absent: what does not fit the limit is left out.
fn limited(blocks: Vec<Value>, config: &InferenceConfig) -> Limited {
    let mut left = config.max_tokens.unwrap_or(u64::MAX);
    let mut limited = Limited { blocks: Vec::new(), stop_reason: "end_turn", stop_sequence: None };
    for block in blocks {
        if let Some(text) = block.get("text").and_then(Value::as_str) {
            let (text, cut) = limited_text(text, left, &config.stop_sequences);
            left -= tokens::of_text(text).min(left);
            // The service never sends a blank text.
            if !text.is_empty() {
                limited.blocks.push(json!({ "text": text }));
            }
            match cut {
                Some(Cut::Limit) => return Limited { stop_reason: "max_tokens", ..limited },
                Some(Cut::Stop(sequence)) => {
                    let stop_sequence = Some(sequence.to_owned());
                    return Limited { stop_reason: "stop_sequence", stop_sequence, ..limited };
                }
                None => {}
            }
        } else {
            let size = tokens::of_block(&block);
            if size > left {
                return Limited { stop_reason: "max_tokens", ..limited };
            }
            left -= size;
            if block.get("toolUse").is_some() {
                limited.stop_reason = "tool_use";
            }
            limited.blocks.push(block);
        }
    }
    limited
}

/// Why a text is only a part of what was to be said.
#[derive(Debug, PartialEq)]
enum Cut<'a> {
    Limit,
    Stop(&'a str),
}

/// The part of a text before a stop sequence and within the limit.
fn limited_text<'a, 's>(
    text: &'a str,
    limit: u64,
    stop_sequences: &'s [String],
) -> (&'a str, Option<Cut<'s>>) {
    let found = |sequence: &'s String| text.find(sequence.as_str()).map(|at| (at, sequence.as_str()));
    let stop = stop_sequences.iter().filter_map(found).min();
    let before_stop = stop.and_then(|(end, _)| text.get(..end)).unwrap_or(text);
    match before_stop.char_indices().nth(tokens::room(limit)) {
        Some((end, _)) => (before_stop.get(..end).unwrap_or_default(), Some(Cut::Limit)),
        None => (before_stop, stop.map(|(_, sequence)| Cut::Stop(sequence))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_and_the_stop_sequence_that_comes_first_win() {
        let stops = ["four".to_owned(), "three".to_owned()];
        assert_eq!(limited_text("one two three four", 100, &stops), ("one two ", Some(Cut::Stop("three"))));
        assert_eq!(limited_text("one two three four", 1, &stops), ("one ", Some(Cut::Limit)));
        assert_eq!(limited_text("one two", 2, &stops), ("one two", None));
    }

    #[test]
    fn a_tool_call_that_does_not_fit_is_left_out() {
        let blocks =
            || vec![json!({ "text": "abcd" }), json!({ "toolUse": { "name": "tool", "input": {} } })];
        let limit = |max_tokens| {
            let config = InferenceConfig { max_tokens: Some(max_tokens), ..InferenceConfig::default() };
            let limited = limited(blocks(), &config);
            (limited.blocks, limited.stop_reason)
        };
        assert_eq!(limit(3), (blocks(), "tool_use"));
        assert_eq!(limit(2), (vec![json!({ "text": "abcd" })], "max_tokens"));
    }
}
