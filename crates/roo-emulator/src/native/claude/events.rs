//! An answer as the events of a stream of the Messages API.

use crate::json::set;
use crate::prompt_cache::CacheUse;
use serde_json::{Value, json};

use crate::random::Random;
use crate::respond::Answer;
use crate::stream::pieces;

/// The events that make a message, in Anthropic's order; the last one has the metrics of Bedrock.
pub(crate) fn of(message: &Value, answer: &Answer, random: &mut Random) -> Vec<Value> {
    let mut start = message.clone();
    set(&mut start, "content", json!([]));
    set(&mut start, "stop_reason", Value::Null);
    set(&mut start, "stop_sequence", Value::Null);
    // Anthropic counts the first token before it knows the others.
    if let Some(usage) = start.get_mut("usage") {
        set(usage, "output_tokens", 1.into());
    }
    let mut events = vec![json!({ "type": "message_start", "message": start })];
    let blocks = message.get("content").and_then(Value::as_array).into_iter().flatten();
    for (index, block) in blocks.enumerate() {
        let (empty, deltas) = parts_of_block(block, random);
        events.push(json!({ "type": "content_block_start", "index": index, "content_block": empty }));
        if index == 0 {
            events.push(json!({ "type": "ping" }));
        }
        let deltas = deltas.into_iter();
        events.extend(
            deltas.map(|delta| json!({ "type": "content_block_delta", "index": index, "delta": delta })),
        );
        events.push(json!({ "type": "content_block_stop", "index": index }));
    }
    let part = |name: &str| message.get(name);
    events.push(json!({
        "type": "message_delta",
        "delta": { "stop_reason": part("stop_reason"), "stop_sequence": part("stop_sequence") },
        "usage": part("usage"),
    }));
    events.push(json!({ "type": "message_stop", "amazon-bedrock-invocationMetrics": metrics(answer) }));
    events
}

fn metrics(answer: &Answer) -> Value {
    let usage = answer.usage;
    let mut metrics = json!({
        "inputTokenCount": usage.input,
        "outputTokenCount": usage.output,
        "invocationLatency": answer.latency_ms(),
        "firstByteLatency": 100,
    });
    if usage.cache != CacheUse::default() {
        set(&mut metrics, "cacheReadInputTokenCount", usage.cache.read.into());
        set(&mut metrics, "cacheWriteInputTokenCount", usage.cache.written().into());
    }
    metrics
}

/// A block as it begins, and what is added to it.
fn parts_of_block(block: &Value, random: &mut Random) -> (Value, Vec<Value>) {
    let text = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut empty = block.clone();
    let mut deltas: Vec<Value> = Vec::new();
    match text("type") {
        "text" => {
            set(&mut empty, "text", "".into());
            deltas.extend(texts("text_delta", "text", text("text"), random));
            if let Some(citations) = block.get("citations").and_then(Value::as_array) {
                set(&mut empty, "citations", json!([]));
                let cited = citations.iter();
                deltas
                    .extend(cited.map(|citation| json!({ "type": "citations_delta", "citation": citation })));
            }
        }
        "thinking" => {
            set(&mut empty, "thinking", "".into());
            set(&mut empty, "signature", "".into());
            deltas.extend(texts("thinking_delta", "thinking", text("thinking"), random));
            deltas.push(json!({ "type": "signature_delta", "signature": text("signature") }));
        }
        "tool_use" => {
            set(&mut empty, "input", json!({}));
            let input = block.get("input").cloned().unwrap_or_default();
            let pieces = pieces::of_json(&input, random).into_iter();
            deltas.extend(pieces.map(|piece| json!({ "type": "input_json_delta", "partial_json": piece })));
        }
        _ => {}
    }
    (empty, deltas)
}

fn texts(kind: &str, member: &str, text: &str, random: &mut Random) -> Vec<Value> {
    if text.is_empty() {
        return Vec::new();
    }
    pieces::of_text(text, random).into_iter().map(|piece| json!({ "type": kind, member: piece })).collect()
}
