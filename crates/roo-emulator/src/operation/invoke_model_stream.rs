//! InvokeModelWithResponseStream: the events of the model itself, each in a `chunk` frame.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, Response};
use serde_json::{Value, json};

use super::{Call, Operation, invoke_model};
use crate::error::ServiceError;
use crate::model::Model;
use crate::native::{self, claude};
use crate::respond::{Outcome, respond};
use crate::response::{Body, JSON};
use crate::script::StreamStep;
use crate::stream::{self, padded};
use crate::validate;

pub(super) const OPERATION: Operation =
    Operation { method: "POST", path: "/model/{modelId}/invoke-with-response-stream", serve };

/// In place of `Content-Type`, which is that of the event stream.
const CONTENT_TYPE: HeaderName = HeaderName::from_static("x-amzn-bedrock-content-type");

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let model_id = call.label(0).to_owned();
    let model = Model::new(&model_id);
    validate::check_model(model, &call.service.settings)?;
    let settings = validate::invoke_settings(call)?;
    let events = if model.is_claude() {
        let mut request = claude::request::read(call.body, model, &call.service.settings)?;
        claude::guard(&mut request, &settings);
        match respond(&mut request, model, call)? {
            Outcome::Answer(answer) => {
                let message = claude::answer::message(&answer, model, &mut call.random);
                let events = claude::events::of(&message, &answer, &mut call.random);
                claude::with_guardrail_at_end(events, &answer, &settings)
            }
            Outcome::Response(response) => return Ok(response),
        }
    } else {
        if !native::can_stream(model) {
            return Err(ServiceError::validation("The model is unsupported for streaming."));
        }
        let (body, _) = native::answer(model, call.body)?;
        if let Some(response) = call.scripted_response()? {
            return Ok(response);
        }
        vec![body]
    };
    let chunks: Vec<StreamStep> = events.iter().map(|event| chunk(event, call)).collect();
    let mut response = stream::response(&chunks, &mut call.random, call.event_delay)?;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    invoke_model::add_settings(response.headers_mut(), &settings);
    Ok(response)
}

fn chunk(event: &Value, call: &mut Call<'_>) -> StreamStep {
    let bytes = STANDARD.encode(event.to_string());
    StreamStep::event("chunk", padded(json!({ "bytes": bytes }), &mut call.random))
}
