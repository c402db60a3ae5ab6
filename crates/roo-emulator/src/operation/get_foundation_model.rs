//! GetFoundationModel: one model of the catalogue.

use http::{Response, StatusCode};
use serde_json::json;

use super::{Call, Operation};
use crate::catalogue;
use crate::error::ServiceError;
use crate::response::{Body, json_response};

pub(super) const OPERATION: Operation =
    Operation { method: "GET", path: "/foundation-models/{modelIdentifier}", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let identifier = call.label(0);
    let region = &call.service.settings.identities.region;
    let model = catalogue::models()
        .find(|model| model.id == identifier || model.arn(region) == identifier)
        .ok_or_else(|| ServiceError::not_found(format!("Could not find the model {identifier}.")))?;
    Ok(json_response(StatusCode::OK, &json!({ "modelDetails": model.to_json(region) })))
}
