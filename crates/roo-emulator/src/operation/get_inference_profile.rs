//! GetInferenceProfile: one profile of the catalogue.

use http::{Response, StatusCode};

use super::{Call, Operation};
use crate::catalogue;
use crate::error::ServiceError;
use crate::response::{Body, json_response};

pub(super) const OPERATION: Operation =
    Operation { method: "GET", path: "/inference-profiles/{inferenceProfileIdentifier}", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let identifier = call.label(0);
    let profiles = catalogue::profiles(&call.service.settings.identities.region);
    let profile = profiles.iter().find(|profile| profile.is_named(identifier)).ok_or_else(|| {
        ServiceError::not_found(format!("Could not find the inference profile {identifier}."))
    })?;
    Ok(json_response(StatusCode::OK, &profile.to_json()))
}
