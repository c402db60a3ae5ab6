//! ApplyGuardrail: what the guardrail thinks of some texts.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Call, Operation};
use crate::error::ServiceError;
use crate::guardrail::{self, Applied, BLOCKED_INPUT, BLOCKED_OUTPUT};
use crate::response::{Body, json_response};
use crate::validate::{self, APPLY_GUARDRAIL};

pub(super) const OPERATION: Operation = Operation {
    method: "POST",
    path: "/guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply",
    serve,
};

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    validate::guardrail_labels(call)?;
    let request = validate::body(&APPLY_GUARDRAIL, call)?;
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let content = || request.get("content").and_then(Value::as_array).into_iter().flatten();
    let texts: Vec<&str> = content().filter_map(|block| block.pointer("/text/text")?.as_str()).collect();
    let images = content().filter(|block| block.get("image").is_some()).count();
    let assessment = guardrail::assess(texts.iter().copied()).with_images(images);
    let is = |member: &str, value: &str| request.get(member).and_then(Value::as_str) == Some(value);
    let outputs: Vec<Value> = if assessment.is_blocked {
        vec![json!({ "text": if is("source", "INPUT") { BLOCKED_INPUT } else { BLOCKED_OUTPUT } })]
    } else if assessment.intervenes() {
        let masked = |text: &&str| guardrail::masked(text).unwrap_or_else(|| (*text).to_owned());
        texts.iter().map(|text| json!({ "text": masked(text) })).collect()
    } else {
        Vec::new()
    };
    let applied = Applied::new(call.label(0), call.label(1), &call.service.settings.identities.region);
    let body = json!({
        "usage": assessment.usage(),
        "action": if assessment.intervenes() { "GUARDRAIL_INTERVENED" } else { "NONE" },
        "actionReason": assessment.reason(),
        "outputs": outputs,
        "assessments": [assessment.to_json(&applied, is("outputScope", "FULL"))],
        "guardrailCoverage": assessment.coverage(),
    });
    Ok(json_response(StatusCode::OK, &body))
}
