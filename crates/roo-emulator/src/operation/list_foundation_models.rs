//! ListFoundationModels: the catalogue, filtered.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Call, Operation};
use crate::catalogue::{self, FoundationModel};
use crate::error::ServiceError;
use crate::response::{Body, json_response};
use crate::validate::{self, LIST_FOUNDATION_MODELS};

pub(super) const OPERATION: Operation = Operation { method: "GET", path: "/foundation-models", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let query = validate::query(LIST_FOUNDATION_MODELS, call)?;
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let wanted = |name: &str| query.get(name).and_then(Value::as_str);
    let has = |name: &str, values: &[&str]| wanted(name).is_none_or(|value| values.contains(&value));
    let is_wanted = |model: &&FoundationModel| {
        wanted("byProvider").is_none_or(|provider| model.provider.eq_ignore_ascii_case(provider))
            && has("byCustomizationType", model.customizations)
            && has("byOutputModality", model.output_modalities)
            && has("byInferenceType", model.inference_types)
    };
    let region = &call.service.settings.identities.region;
    let summaries: Vec<Value> =
        catalogue::models().filter(is_wanted).map(|model| model.to_json(region)).collect();
    Ok(json_response(StatusCode::OK, &json!({ "modelSummaries": summaries })))
}
