//! ListInferenceProfiles: the profiles of the catalogue, a page at a time.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Call, Operation};
use crate::catalogue::{self, Profile};
use crate::error::ServiceError;
use crate::json::set;
use crate::page::page;
use crate::response::{Body, json_response};
use crate::validate::{self, LIST_INFERENCE_PROFILES};

pub(super) const OPERATION: Operation = Operation { method: "GET", path: "/inference-profiles", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let query = validate::query(LIST_INFERENCE_PROFILES, call)?;
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let text = |name: &str| query.get(name).and_then(Value::as_str);
    let mut profiles = catalogue::profiles(&call.service.settings.identities.region);
    profiles.retain(|profile| text("type").is_none_or(|kind| kind == profile.kind));
    let max_results = query.get("maxResults").and_then(Value::as_u64);
    let page = page(profiles, max_results, text("nextToken"))?;
    let summaries: Vec<Value> = page.items.iter().map(Profile::to_json).collect();
    let mut body = json!({ "inferenceProfileSummaries": summaries });
    if let Some(token) = page.next_token {
        set(&mut body, "nextToken", token.into());
    }
    Ok(json_response(StatusCode::OK, &body))
}
