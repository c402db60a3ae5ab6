//! Claude's own form: the Messages API of Anthropic, as Bedrock carries it.
//!
//! A request is read into the form of Converse and answered like one, so that both ways to ask say the same.

use serde_json::{Value, json};

use crate::json::set;
use crate::respond::Answer;
use crate::respond::request::{ConverseRequest, GuardrailConfig};

pub(crate) mod answer;
pub(crate) mod events;
mod messages;
pub(crate) mod request;
mod tools;

/// Hands the guardrail that the headers name to the request.
pub(crate) fn guard(request: &mut ConverseRequest, settings: &Value) {
    let text = |name: &str| settings.get(name).and_then(Value::as_str);
    let Some(identifier) = text("guardrailIdentifier").filter(|identifier| !identifier.is_empty()) else {
        return;
    };
    request.guardrail_config = Some(GuardrailConfig {
        guardrail_identifier: identifier.to_owned(),
        guardrail_version: text("guardrailVersion").unwrap_or_default().to_owned(),
        trace: text("trace").map(str::to_lowercase),
    });
}

/// Adds what the guardrail did to a whole answer.
pub(crate) fn with_guardrail(mut message: Value, answer: &Answer, settings: &Value) -> Value {
    if settings.get("guardrailIdentifier").is_some() {
        let action = if answer.stop_reason == "guardrail_intervened" { "INTERVENED" } else { "NONE" };
        set(&mut message, "amazon-bedrock-guardrailAction", action.into());
    }
    if let Some(trace) = &answer.guardrail_trace {
        let part = |name: &str| trace.get(name).cloned().unwrap_or_default();
        let guardrail = json!({
            "input": part("inputAssessment"),
            "outputs": [part("outputAssessments")],
            "actionReason": part("actionReason"),
        });
        set(&mut message, "amazon-bedrock-trace", json!({ "guardrail": guardrail }));
    }
    message
}

/// Adds what the guardrail did to the last event of a stream.
pub(crate) fn with_guardrail_at_end(mut events: Vec<Value>, answer: &Answer, settings: &Value) -> Vec<Value> {
    if let Some(last) = events.pop() {
        events.push(with_guardrail(last, answer, settings));
    }
    events
}
