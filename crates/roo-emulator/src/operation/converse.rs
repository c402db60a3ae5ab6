//! Converse: the whole answer as one JSON document.

use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Call, Operation};
use crate::catalogue;
use crate::error::ServiceError;
use crate::json::set;
use crate::model::Model;
use crate::respond::request::ConverseRequest;
use crate::respond::{Answer, Outcome, respond};
use crate::response::{Body, json_response};
use crate::validate::{self, CONVERSE};

pub(super) const OPERATION: Operation =
    Operation { method: "POST", path: "/model/{modelId}/converse", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let model_id = call.label(0).to_owned();
    let model = Model::new(&model_id);
    let mut request = validate::conversation(&CONVERSE, model, call)?;
    match respond(&mut request, model, call)? {
        Outcome::Answer(answer) => Ok(document(&answer, &request, model, call)),
        Outcome::Response(response) => Ok(response),
    }
}

fn document(answer: &Answer, request: &ConverseRequest, model: Model<'_>, call: &Call<'_>) -> Response<Body> {
    let mut body = Map::from_iter([
        ("metrics".to_owned(), json!({ "latencyMs": answer.latency_ms() })),
        ("output".to_owned(), json!({ "message": { "content": answer.blocks, "role": "assistant" } })),
        ("stopReason".to_owned(), answer.stop_reason.as_str().into()),
        ("usage".to_owned(), answer.usage.to_json()),
    ]);
    if let Some(fields) = additional_fields(answer, request) {
        body.insert("additionalModelResponseFields".to_owned(), fields);
    }
    body.extend(circumstances(answer, request, model, &call.service.settings.identities.region));
    json_response(StatusCode::OK, &Value::Object(body))
}

/// The fields of the model's own answer that were asked for; a path that leads nowhere is ignored.
pub(super) fn additional_fields(answer: &Answer, request: &ConverseRequest) -> Option<Value> {
    let known = answer.model_fields();
    let mut fields = json!({});
    let paths = request.additional_model_response_field_paths.iter();
    let found = paths.filter_map(|path| known.pointer(path).map(|value| (path, value)));
    for (path, value) in found {
        put(&mut fields, path, value.clone());
    }
    fields.as_object().is_some_and(|fields| !fields.is_empty()).then_some(fields)
}

/// Sets the value that a JSON pointer leads to, and makes the objects on the way to it.
fn put(object: &mut Value, path: &str, value: Value) {
    let Some((parents, name)) = path.rsplit_once('/') else { return };
    let mut place = object;
    for parent in parents.split('/').skip(1) {
        if place.get(parent).is_none() {
            set(place, parent, json!({}));
        }
        let Some(inner) = place.get_mut(parent) else { return };
        place = inner;
    }
    set(place, name, value);
}

/// How the answer came about: traces, and the settings that it was made with.
pub(super) fn circumstances(
    answer: &Answer,
    request: &ConverseRequest,
    model: Model<'_>,
    region: &str,
) -> impl Iterator<Item = (String, Value)> {
    let router = model.is_prompt_router().then(|| {
        let invoked = catalogue::models().next().map(|model| model.arn(region));
        json!({ "invokedModelId": invoked })
    });
    let traces: Map<String, Value> =
        [("guardrail", answer.guardrail_trace.clone()), ("promptRouter", router)]
            .into_iter()
            .filter_map(|(name, trace)| Some((name.to_owned(), trace?)))
            .collect();
    let members = [
        ("performanceConfig", request.performance_config.clone()),
        ("serviceTier", request.service_tier.clone()),
        ("trace", (!traces.is_empty()).then_some(Value::Object(traces))),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}
