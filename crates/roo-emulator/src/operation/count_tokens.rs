//! CountTokens: what a request would be charged as input, by the rule of the emulator.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Call, Operation};
use crate::error::ServiceError;
use crate::model::Model;
use crate::native::claude;
use crate::respond::tokens;
use crate::response::{Body, json_response};
use crate::validate::{self, COUNT_TOKENS};

pub(super) const OPERATION: Operation =
    Operation { method: "POST", path: "/model/{modelId}/count-tokens", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let model_id = call.label(0).to_owned();
    let model = Model::new(&model_id);
    let settings = &call.service.settings;
    validate::check_model(model, settings)?;
    let mut document = validate::body(&COUNT_TOKENS, call)?;
    let tokens = match document.pointer_mut("/input/converse").map(Value::take) {
        Some(converse) if !converse.is_null() => {
            tokens::of_request(&validate::read_conversation(converse, model, settings)?)
        }
        _ => {
            let body =
                document.pointer("/input/invokeModel/body").and_then(Value::as_str).unwrap_or_default();
            of_native_body(&STANDARD.decode(body).unwrap_or_default(), model, call)?
        }
    };
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    Ok(json_response(StatusCode::OK, &json!({ "inputTokens": tokens })))
}

fn of_native_body(body: &[u8], model: Model<'_>, call: &Call<'_>) -> Result<u64, ServiceError> {
    if model.is_claude() {
        return Ok(tokens::of_request(&claude::request::read(body, model, &call.service.settings)?));
    }
    Ok(tokens::of_text(&String::from_utf8_lossy(body)))
}
