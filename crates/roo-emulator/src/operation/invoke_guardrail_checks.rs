//! InvokeGuardrailChecks: scores in place of a decision. A text with the blocked word scores 1 in every
//! category that is asked for, any other 0; of the sensitive entities, e-mail addresses are found.

use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Call, Operation};
use crate::error::ServiceError;
use crate::guardrail;
use crate::response::{Body, json_response};
use crate::validate::{self, GUARDRAIL_CHECKS};

pub(super) const OPERATION: Operation = Operation { method: "POST", path: "/guardrail-checks/invoke", serve };

/// A text and where it stands: message, then block.
type Located<'a> = (usize, usize, &'a str);

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let request = validate::body(&GUARDRAIL_CHECKS, call)?;
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let texts = texts(&request);
    let units = guardrail::text_units(texts.iter().map(|(_, _, text)| text.chars().count()).sum());
    let score = if texts.iter().any(|(_, _, text)| guardrail::is_blocked(text)) { 1.0 } else { 0.0 };
    let (mut results, mut usage) = (Map::new(), Map::new());
    for check in ["contentFilter", "promptAttack", "sensitiveInformation"] {
        let Some(asked) = request.pointer(&format!("/checks/{check}")).filter(|asked| !asked.is_null())
        else {
            continue;
        };
        let found = match asked.get("categories").and_then(Value::as_array) {
            Some(categories) => {
                let scored =
                    |entry: &Value| json!({ "category": entry.get("category"), "severityScore": score });
                json!({ "results": categories.iter().map(scored).collect::<Vec<_>>() })
            }
            None => json!({ "results": entities(asked, &texts), "truncated": false }),
        };
        results.insert(check.to_owned(), found);
        usage.insert(check.to_owned(), json!({ "textUnits": units }));
    }
    Ok(json_response(StatusCode::OK, &json!({ "results": results, "usage": usage })))
}

fn texts(request: &Value) -> Vec<Located<'_>> {
    let messages = request.get("messages").and_then(Value::as_array).into_iter().flatten().enumerate();
    let blocks = messages.flat_map(|(message, value)| {
        let content = value.get("content").and_then(Value::as_array).into_iter().flatten().enumerate();
        content.map(move |(block, value)| (message, block, value))
    });
    blocks
        .filter_map(|(message, block, value)| Some((message, block, value.get("text")?.as_str()?)))
        .collect()
}

fn entities(asked: &Value, texts: &[Located<'_>]) -> Vec<Value> {
    let mut types = asked.get("entities").and_then(Value::as_array).into_iter().flatten();
    if !types.any(|entity| entity.get("type").and_then(Value::as_str) == Some("EMAIL")) {
        return Vec::new();
    }
    let found = texts.iter().flat_map(|(message, block, text)| {
        guardrail::addresses(text).into_iter().map(move |address| {
            json!({
                "type": "EMAIL",
                "confidenceScore": 1.0,
                "beginOffset": address.begin_offset,
                "endOffset": address.end_offset,
                "messageIndex": message,
                "contentIndex": block,
            })
        })
    });
    found.collect()
}
