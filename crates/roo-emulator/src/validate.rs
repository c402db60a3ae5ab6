//! Whether a request is what the service accepts: first its shape, then the rules of a conversation, then
//! what the model refuses.
//!
//! The shapes are data ([`converse`], [`guardrail`], [`invocation`], [`control`]) and one walk over it
//! ([`shape`]); the rules that span members are code, one file a subject.

use http::header;
use serde_json::{Map, Value};

use crate::error::ServiceError;
use crate::model::Model;
use crate::operation::Call;
use crate::respond::request::ConverseRequest;
use crate::settings::Settings;

mod cache_points;
mod common;
mod control;
mod converse;
mod family;
mod guardrail;
mod invocation;
mod media;
mod path;
mod prompt_resource;
mod query;
mod reasoning;
mod refused_field;
mod shape;
mod tools;
mod turns;

pub(crate) use control::{LIST_FOUNDATION_MODELS, LIST_INFERENCE_PROFILES};
pub(crate) use converse::{CONVERSE, CONVERSE_STREAM, COUNT_TOKENS};
pub(crate) use guardrail::{APPLY_GUARDRAIL, GUARDRAIL_CHECKS, guardrail_labels};
pub(crate) use invocation::{LIST_ASYNC_INVOKES, START_ASYNC_INVOKE, invoke_settings};
use path::Path;
pub(crate) use query::query;
use shape::Shape;

/// The largest body the service takes, in bytes.
const BODY_LIMIT: usize = 25_000_000;
/// What precedes a refusal that comes from the model and not from the service.
const MODEL_ERRORS: &str = "The model returned the following errors: ";

/// The outcome of one rule: nothing, or the message of a `ValidationException`.
type Checked = Result<(), String>;

/// Reads and checks the request of Converse or ConverseStream.
pub(crate) fn conversation(
    shape: &Shape,
    model: Model<'_>,
    call: &Call<'_>,
) -> Result<ConverseRequest, ServiceError> {
    let settings = &call.service.settings;
    check_model(model, settings)?;
    let document = body(shape, call)?;
    read_conversation(document, model, settings)
}

/// Checks what has the shape of a Converse request by the rules that span members.
pub(crate) fn read_conversation(
    document: Value,
    model: Model<'_>,
    settings: &Settings,
) -> Result<ConverseRequest, ServiceError> {
    if document.get("messages").is_none_or(Value::is_null) && !model.is_prompt() {
        return Err(ServiceError::validation(shape::missing(&Path::Root.member("messages"))));
    }
    let request = ConverseRequest::read(document)
        .map_err(|error| ServiceError::validation(format!("The request cannot be read: {error}")))?;
    let rules = || {
        prompt_resource::check(&request, model)?;
        turns::check(&request)?;
        media::check(&request)?;
        tools::check(&request, model)?;
        cache_points::check(&request, model)?;
        reasoning::check(&request, model)?;
        family::check(&request, model)
    };
    rules().map_err(ServiceError::validation)?;
    refuse_fields(&request.raw, model, settings)?;
    Ok(request)
}

/// The rules that hold for Claude's own form too: those of the model. There they have no preamble.
pub(crate) fn check_native(
    request: &ConverseRequest,
    document: &Value,
    model: Model<'_>,
    settings: &Settings,
) -> Result<(), ServiceError> {
    let rules = || {
        media::check_images(request)?;
        cache_points::check(request, model)?;
        reasoning::check(request, model)?;
        family::check(request, model)
    };
    let checked = rules().map_err(ServiceError::validation);
    checked.and_then(|()| refuse_fields(document, model, settings)).map_err(|mut error| {
        if let Some(message) = error.message.strip_prefix(MODEL_ERRORS) {
            error.message = message.to_owned();
        }
        error
    })
}

/// Whether the model can be asked at all.
pub(crate) fn check_model(model: Model<'_>, settings: &Settings) -> Result<(), ServiceError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte);
    let id = model.id();
    let is_misplaced_slash = id.contains('/') && !id.starts_with("arn:");
    if !(1..=2048).contains(&id.len()) || !id.bytes().all(is_allowed) || is_misplaced_slash {
        return Err(ServiceError::validation("The provided model identifier is invalid."));
    }
    if model.is_on_demand() && settings.profile_only.iter().any(|name| name == model.name()) {
        return Err(ServiceError::validation(format!(
            "Invocation of model ID {id} with on-demand throughput isn’t supported. Retry your request with \
             the ID or ARN of an inference profile that contains this model."
        )));
    }
    Ok(())
}

/// What a model refuses that the service as such accepts: fields that the script names, and cache points.
fn refuse_fields(document: &Value, model: Model<'_>, settings: &Settings) -> Result<(), ServiceError> {
    for field in &settings.refused_fields {
        refused_field::check(document, field)?;
    }
    if model.refuses_cache_points() {
        refused_field::check(document, "cachePoint")?;
    }
    Ok(())
}

/// The JSON body, if it is of the shape.
pub(crate) fn body(shape: &Shape, call: &Call<'_>) -> Result<Value, ServiceError> {
    let read = || {
        check_size(call)?;
        check_content_type(call)?;
        let document: Value = serde_json::from_slice(call.body)
            .map_err(|error| format!("The request body is not valid JSON: {error}"))?;
        shape::check(shape, &document)?;
        Ok::<_, String>(document)
    };
    read().map_err(ServiceError::validation)
}

/// Values that came outside of the body, if together they are of the shape.
fn values(shape: &Shape, values: Map<String, Value>) -> Result<Value, ServiceError> {
    let values = Value::Object(values);
    shape::check(shape, &values).map_err(ServiceError::validation)?;
    Ok(values)
}

fn check_size(call: &Call<'_>) -> Checked {
    let size = call.body.len();
    if size > BODY_LIMIT {
        return Err(format!("The request body is {size} bytes, more than the limit of {BODY_LIMIT}."));
    }
    Ok(())
}

fn check_content_type(call: &Call<'_>) -> Checked {
    let content_type = call.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(format!("The Content-Type of the request must be application/json, not '{content_type}'."))
    }
}
