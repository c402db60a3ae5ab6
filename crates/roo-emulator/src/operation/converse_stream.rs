//! ConverseStream: the same answer as a stream of events.

use http::Response;
use serde_json::{Map, Value, json};

use super::{Call, Operation, converse};
use crate::error::ServiceError;
use crate::json::set;
use crate::model::Model;
use crate::random::Random;
use crate::respond::request::ConverseRequest;
use crate::respond::{Answer, Outcome, respond};
use crate::response::Body;
use crate::script::StreamStep;
use crate::stream::{self, padded, pieces};
use crate::validate::{self, CONVERSE_STREAM};

pub(super) const OPERATION: Operation =
    Operation { method: "POST", path: "/model/{modelId}/converse-stream", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let model_id = call.label(0).to_owned();
    let model = Model::new(&model_id);
    let mut request = validate::conversation(&CONVERSE_STREAM, model, call)?;
    match respond(&mut request, model, call)? {
        Outcome::Answer(answer) => {
            let region = &call.service.settings.identities.region;
            let circumstances = converse::circumstances(&answer, &request, model, region).collect();
            let events = events(&answer, &request, circumstances, &mut call.random)?;
            stream::response(&events, &mut call.random, call.event_delay)
        }
        Outcome::Response(response) => Ok(response),
    }
}

/// The events of an answer in AWS's order.
fn events(
    answer: &Answer,
    request: &ConverseRequest,
    circumstances: Map<String, Value>,
    random: &mut Random,
) -> Result<Vec<StreamStep>, ServiceError> {
    let mut events = vec![("messageStart", json!({ "role": "assistant" }))];
    for (index, block) in answer.blocks.iter().enumerate() {
        let (start, deltas) = parts_of_block(block, random)?;
        // A block without start data has no start event: its first delta opens it.
        if let Some(start) = start {
            events.push(("contentBlockStart", json!({ "contentBlockIndex": index, "start": start })));
        }
        for delta in deltas {
            events.push(("contentBlockDelta", json!({ "contentBlockIndex": index, "delta": delta })));
        }
        events.push(("contentBlockStop", json!({ "contentBlockIndex": index })));
    }
    let mut stop = json!({ "stopReason": answer.stop_reason });
    if let Some(fields) = converse::additional_fields(answer, request) {
        set(&mut stop, "additionalModelResponseFields", fields);
    }
    events.push(("messageStop", stop));
    let mut metadata = circumstances;
    metadata.insert("metrics".to_owned(), json!({ "latencyMs": answer.latency_ms() }));
    metadata.insert("usage".to_owned(), answer.usage.to_json());
    events.push(("metadata", Value::Object(metadata)));
    Ok(events.into_iter().map(|(name, payload)| StreamStep::event(name, padded(payload, random))).collect())
}

/// The start data, if the kind of block has any, and the deltas of one block.
fn parts_of_block(block: &Value, random: &mut Random) -> Result<(Option<Value>, Vec<Value>), ServiceError> {
    let (kind, content) = block
        .as_object()
        .filter(|members| members.len() == 1)
        .and_then(|members| members.iter().next())
        .ok_or_else(|| ServiceError::internal(format!("bad script: not a content block: {block}")))?;
    match kind.as_str() {
        "text" => {
            let text = content.as_str().unwrap_or_default();
            let deltas = pieces::of_text(text, random).into_iter().map(|piece| json!({ "text": piece }));
            Ok((None, deltas.collect()))
        }
        "toolUse" => {
            let input = content.get("input").cloned().unwrap_or_else(|| json!({}));
            let start = without(content, "input");
            let deltas = pieces::of_json(&input, random)
                .into_iter()
                .map(|piece| json!({ "toolUse": { "input": piece } }));
            Ok((Some(json!({ "toolUse": start })), deltas.collect()))
        }
        "reasoningContent" => Ok((None, reasoning_deltas(content, random))),
        "image" => {
            let start = json!({ "image": { "format": content.get("format") } });
            Ok((Some(start), vec![json!({ "image": { "source": content.get("source") } })]))
        }
        "citationsContent" => Ok((None, citation_deltas(content, random))),
        other => Err(ServiceError::internal(format!("bad script: a `{other}` block cannot be streamed"))),
    }
}

fn without(object: &Value, excluded: &str) -> Value {
    let members = object.as_object().into_iter().flatten();
    members.filter(|(name, _)| *name != excluded).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The text in pieces, then the signature; or the redacted content in one piece.
fn reasoning_deltas(content: &Value, random: &mut Random) -> Vec<Value> {
    let mut deltas = Vec::new();
    if let Some(reasoning) = content.get("reasoningText") {
        let text = reasoning.get("text").and_then(Value::as_str).unwrap_or_default();
        // Reasoning that is not shown has a signature and no text.
        if !text.is_empty() {
            deltas.extend(pieces::of_text(text, random).into_iter().map(|piece| json!({ "text": piece })));
        }
        deltas.extend(reasoning.get("signature").map(|signature| json!({ "signature": signature })));
    }
    deltas.extend(content.get("redactedContent").map(|blob| json!({ "redactedContent": blob })));
    deltas.into_iter().map(|delta| json!({ "reasoningContent": delta })).collect()
}

fn citation_deltas(content: &Value, random: &mut Random) -> Vec<Value> {
    let list = |name| content.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut deltas = Vec::new();
    for text in list("content").filter_map(|part| part.get("text").and_then(Value::as_str)) {
        deltas.extend(pieces::of_text(text, random).into_iter().map(|piece| json!({ "text": piece })));
    }
    deltas.extend(list("citations").map(|citation| json!({ "citation": citation })));
    deltas
}
