//! Reads a request of the Messages API, and says what is wrong in Anthropic's words.

use serde_json::{Map, Value, json};

use super::{messages, tools};
use crate::error::ServiceError;
use crate::json::set;
use crate::model::Model;
use crate::respond::request::ConverseRequest;
use crate::settings::Settings;
use crate::validate;

const VERSION: &str = "bedrock-2023-05-31";

/// Members of the request; `model` and `stream` are not among them, because the path says both.
const KNOWN: &[&str] = &[
    "anthropic_beta",
    "anthropic_version",
    "context_management",
    "max_tokens",
    "messages",
    "metadata",
    "output_config",
    "stop_sequences",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];

/// Members that Converse hands through as additional fields.
const HANDED_THROUGH: &[&str] = &["anthropic_beta", "thinking", "top_k"];

/// The request in the form of Converse.
pub(crate) fn read(
    body: &[u8],
    model: Model<'_>,
    settings: &Settings,
) -> Result<ConverseRequest, ServiceError> {
    let document: Value = serde_json::from_slice(body).map_err(|_| {
        ServiceError::validation("Malformed input request, please reformat your input and try again.")
    })?;
    let converse = document
        .as_object()
        .ok_or_else(|| "Input should be an object".to_owned())
        .and_then(in_form_of_converse)
        .map_err(ServiceError::validation)?;
    let request = ConverseRequest::read(converse)
        .map_err(|error| ServiceError::validation(format!("The request cannot be read: {error}")))?;
    validate::check_native(&request, &document, model, settings)?;
    Ok(request)
}

fn in_form_of_converse(body: &Map<String, Value>) -> Result<Value, String> {
    if let Some(name) = body.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("{name}: Extra inputs are not permitted"));
    }
    match required(body, "anthropic_version", "")?.as_str() {
        Some(VERSION) => {}
        _ => return Err(format!("anthropic_version: Input should be '{VERSION}'")),
    }
    let max_tokens = required(body, "max_tokens", "")?;
    if !max_tokens.is_u64() {
        return Err("max_tokens: Input should be a valid integer".to_owned());
    }
    if max_tokens.as_u64() == Some(0) {
        return Err("max_tokens: Input should be greater than or equal to 1".to_owned());
    }
    let mut inference = json!({ "maxTokens": max_tokens });
    for (from, to) in [("temperature", "temperature"), ("top_p", "topP")] {
        if let Some(number) = get(body, from) {
            if !number.as_f64().is_some_and(|number| (0.0..=1.0).contains(&number)) {
                return Err(format!("{from}: range: 0..1"));
            }
            set(&mut inference, to, number.clone());
        }
    }
    if let Some(sequences) = get(body, "stop_sequences") {
        if !sequences.as_array().is_some_and(|list| list.iter().all(Value::is_string)) {
            return Err("stop_sequences: Input should be a valid list of strings".to_owned());
        }
        set(&mut inference, "stopSequences", sequences.clone());
    }
    let mut converse = json!({
        "messages": messages::in_form_of_converse(required(body, "messages", "")?)?,
        "inferenceConfig": inference,
    });
    if let Some(system) = get(body, "system") {
        set(&mut converse, "system", messages::system(system)?);
    }
    if let Some(config) = tools::in_form_of_converse(get(body, "tools"), get(body, "tool_choice"))? {
        set(&mut converse, "toolConfig", config);
    }
    let handed =
        HANDED_THROUGH.iter().filter_map(|name| Some(((*name).to_owned(), get(body, name)?.clone())));
    set(&mut converse, "additionalModelRequestFields", Value::Object(handed.collect()));
    if let Some(config) = get(body, "output_config") {
        set(&mut converse, "outputConfig", output_config(config)?);
    }
    Ok(converse)
}

fn output_config(config: &Value) -> Result<Value, String> {
    let mut converse = json!({});
    if let Some(effort) = config.get("effort") {
        set(&mut converse, "effort", effort.clone());
    }
    if let Some(format) = config.get("format").filter(|format| !format.is_null()) {
        let schema = format.get("schema").ok_or("output_config.format.schema: Field required")?;
        let structure = json!({ "jsonSchema": { "schema": schema.to_string() } });
        set(&mut converse, "textFormat", json!({ "type": "json_schema", "structure": structure }));
    }
    Ok(converse)
}

/// A member that is present; `null` counts as absent.
pub(super) fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A member that must be there. The place is the path of the object with a dot behind it.
pub(super) fn required<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    place: &str,
) -> Result<&'a Value, String> {
    get(object, name).ok_or_else(|| format!("{place}{name}: Field required"))
}

pub(super) fn required_text<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    place: &str,
) -> Result<&'a str, String> {
    let value = required(object, name, place)?;
    value.as_str().ok_or_else(|| format!("{place}{name}: Input should be a valid string"))
}

/// The cache point that a mark on a block asks for.
pub(super) fn cache_point(block: &Map<String, Value>) -> Option<Value> {
    let mark = get(block, "cache_control")?;
    let mut point = json!({ "type": "default" });
    if let Some(ttl) = mark.get("ttl") {
        set(&mut point, "ttl", ttl.clone());
    }
    Some(json!({ "cachePoint": point }))
}
