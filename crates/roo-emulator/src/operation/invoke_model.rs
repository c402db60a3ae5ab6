//! InvokeModel: bytes in the form of the model in, bytes in the form of the model out.

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

use super::{Call, Operation};
use crate::error::ServiceError;
use crate::model::Model;
use crate::native::{self, claude};
use crate::respond::{Outcome, Usage, respond};
use crate::response::{Body, json_response};
use crate::validate;

pub(super) const OPERATION: Operation = Operation { method: "POST", path: "/model/{modelId}/invoke", serve };

/// Settings that come back in the headers they came in.
const ECHOED: &[(&str, &str)] = &[
    ("performanceConfigLatency", "x-amzn-bedrock-performanceconfig-latency"),
    ("serviceTier", "x-amzn-bedrock-service-tier"),
];

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let model_id = call.label(0).to_owned();
    let model = Model::new(&model_id);
    validate::check_model(model, &call.service.settings)?;
    let settings = validate::invoke_settings(call)?;
    let (body, usage, latency) = if model.is_claude() {
        let mut request = claude::request::read(call.body, model, &call.service.settings)?;
        claude::guard(&mut request, &settings);
        match respond(&mut request, model, call)? {
            Outcome::Answer(answer) => {
                let message = claude::answer::message(&answer, model, &mut call.random);
                (claude::with_guardrail(message, &answer, &settings), answer.usage, answer.latency_ms())
            }
            Outcome::Response(response) => return Ok(response),
        }
    } else {
        let (body, input) = native::answer(model, call.body)?;
        if let Some(response) = call.scripted_response()? {
            return Ok(response);
        }
        (body, Usage { input, ..Usage::default() }, 100)
    };
    let mut response = json_response(StatusCode::OK, &body);
    add_counts(response.headers_mut(), &usage, latency);
    add_settings(response.headers_mut(), &settings);
    Ok(response)
}

/// The unmodelled headers that tell what an answer took.
fn add_counts(headers: &mut HeaderMap, usage: &Usage, latency: u64) {
    let cached = [
        ("x-amzn-bedrock-cache-read-input-token-count", usage.cache.read),
        ("x-amzn-bedrock-cache-write-input-token-count", usage.cache.written()),
    ];
    let always = [
        ("x-amzn-bedrock-input-token-count", usage.input),
        ("x-amzn-bedrock-output-token-count", usage.output),
        ("x-amzn-bedrock-invocation-latency", latency),
    ];
    for (name, count) in cached.into_iter().filter(|(_, count)| *count > 0).chain(always) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(count));
    }
}

pub(super) fn add_settings(headers: &mut HeaderMap, settings: &Value) {
    for (member, header) in ECHOED {
        let value = settings.get(member).and_then(Value::as_str).map(HeaderValue::from_str);
        if let Some(Ok(value)) = value {
            headers.insert(HeaderName::from_static(header), value);
        }
    }
}
