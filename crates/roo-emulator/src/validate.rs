//! Whether a request is what the service accepts: first its shape, then the rules of a conversation.
//!
//! The shape is data ([`converse`]) and one walk over it ([`shape`]); the rules that span members are code,
//! one file a subject.

use http::header;
use serde_json::Value;

use crate::error::ServiceError;
use crate::operation::Call;
use crate::respond::request::ConverseRequest;

mod converse;
mod media;
mod path;
mod shape;
mod tools;
mod turns;

pub(crate) use converse::{CONVERSE, CONVERSE_STREAM};
use path::Path;
use shape::Shape;

/// The largest body the service takes, in bytes.
const BODY_LIMIT: usize = 25_000_000;

/// The outcome of one rule: nothing, or the message of a `ValidationException`.
type Checked = Result<(), String>;

/// Reads and checks the request of Converse or ConverseStream.
pub(crate) fn conversation(shape: &Shape, call: &Call<'_>) -> Result<ConverseRequest, ServiceError> {
    let model_id = call.labels.first().map(String::as_str).unwrap_or_default();
    check_all(shape, model_id, call).map_err(ServiceError::validation)
}

fn check_all(shape: &Shape, model_id: &str, call: &Call<'_>) -> Result<ConverseRequest, String> {
    if call.body.len() > BODY_LIMIT {
        return Err(format!(
            "The request body is {} bytes, more than the limit of {BODY_LIMIT}.",
            call.body.len()
        ));
    }
    check_model_id(model_id)?;
    check_content_type(call)?;
    let document: Value = serde_json::from_slice(call.body)
        .map_err(|error| format!("The request body is not valid JSON: {error}"))?;
    shape::check(shape, &document)?;
    let is_prompt_resource = model_id.starts_with("arn:") && model_id.contains(":prompt/");
    if document.get("messages").is_none_or(Value::is_null) && !is_prompt_resource {
        return Err(shape::missing(&Path::Root.member("messages")));
    }
    let request: ConverseRequest =
        serde_json::from_value(document).map_err(|error| format!("The request cannot be read: {error}"))?;
    turns::check(&request)?;
    media::check(&request)?;
    tools::check(&request)?;
    Ok(request)
}

fn check_model_id(model_id: &str) -> Checked {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte);
    if (1..=2048).contains(&model_id.len()) && model_id.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err("The provided model identifier is invalid.".to_owned())
    }
}

fn check_content_type(call: &Call<'_>) -> Checked {
    let content_type =
        call.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(format!("The Content-Type of the request must be application/json, not '{content_type}'."))
    }
}
