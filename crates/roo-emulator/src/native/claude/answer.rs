//! An answer as a message of the Messages API.

use serde_json::{Value, json};

use crate::model::Model;
use crate::random::Random;
use crate::respond::{Answer, Usage};

/// The whole message.
pub(crate) fn message(answer: &Answer, model: Model<'_>, random: &mut Random) -> Value {
    let name = model.name().trim_start_matches("anthropic.");
    let name = name.split_once("-v1").or_else(|| name.split_once("-v2")).map_or(name, |(name, _)| name);
    // A guardrail stands outside the model.
    let stop_reason = match answer.stop_reason.as_str() {
        "guardrail_intervened" => "end_turn",
        reason => reason,
    };
    json!({
        "id": random.message_id(),
        "type": "message",
        "role": "assistant",
        "model": name,
        "content": answer.blocks.iter().flat_map(block).collect::<Vec<Value>>(),
        "stop_reason": stop_reason,
        "stop_sequence": answer.stop_sequence,
        "usage": usage(answer.usage),
    })
}

fn usage(usage: Usage) -> Value {
    let cache = usage.cache;
    json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": cache.written(),
        "cache_read_input_tokens": cache.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": cache.written_for_5_minutes,
            "ephemeral_1h_input_tokens": cache.written_for_1_hour,
        },
        "output_tokens": usage.output,
    })
}

/// A block of Converse; one that Claude does not have is left out.
fn block(block: &Value) -> Option<Value> {
    let (kind, content) = block.as_object()?.iter().next()?;
    match kind.as_str() {
        "text" => Some(json!({ "type": "text", "text": content })),
        "toolUse" => {
            let id = content.get("toolUseId").and_then(Value::as_str).unwrap_or_default();
            let id = match id.strip_prefix("tooluse_") {
                Some(id) => format!("toolu_bdrk_{id}"),
                None => id.to_owned(),
            };
            let input = content.get("input");
            Some(json!({ "type": "tool_use", "id": id, "name": content.get("name"), "input": input }))
        }
        "reasoningContent" => match content.get("reasoningText") {
            Some(reasoning) => Some(json!({
                "type": "thinking",
                "thinking": reasoning.get("text"),
                "signature": reasoning.get("signature").and_then(Value::as_str).unwrap_or_default(),
            })),
            None => Some(json!({ "type": "redacted_thinking", "data": content.get("redactedContent") })),
        },
        "citationsContent" => {
            let texts = content.get("content").and_then(Value::as_array).into_iter().flatten();
            let text: String = texts.filter_map(|part| part.get("text")?.as_str()).collect();
            let citations = content.get("citations").and_then(Value::as_array).into_iter().flatten();
            let citations: Vec<Value> = citations.filter_map(citation).collect();
            Some(json!({ "type": "text", "text": text, "citations": citations }))
        }
        _ => None,
    }
}

fn citation(citation: &Value) -> Option<Value> {
    let (kind, location) = citation.get("location")?.as_object()?.iter().next()?;
    let cited = citation.pointer("/sourceContent/0/text").and_then(Value::as_str).unwrap_or_default();
    let title = citation.get("title");
    let at = |name: &str| location.get(name);
    let document = |kind: &str, start: &str, end: &str| {
        json!({
            "type": kind, "cited_text": cited, "document_index": at("documentIndex"), "document_title": title,
            start: at("start"), end: at("end"),
        })
    };
    match kind.as_str() {
        "documentChar" => Some(document("char_location", "start_char_index", "end_char_index")),
        "documentPage" => Some(document("page_location", "start_page_number", "end_page_number")),
        "documentChunk" => Some(document("content_block_location", "start_block_index", "end_block_index")),
        "searchResultLocation" => Some(json!({
            "type": "search_result_location", "cited_text": cited, "title": title,
            "source": citation.get("source"), "search_result_index": at("searchResultIndex"),
            "start_block_index": at("start"), "end_block_index": at("end"),
        })),
        _ => None,
    }
}
