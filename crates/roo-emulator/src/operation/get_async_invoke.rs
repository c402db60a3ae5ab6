//! GetAsyncInvoke: how far an invocation is.

use http::{Response, StatusCode};

use super::{Call, Operation};
use crate::error::ServiceError;
use crate::response::{Body, json_response};

pub(super) const OPERATION: Operation =
    Operation { method: "GET", path: "/async-invoke/{invocationArn}", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let service = call.service;
    let found = service.async_invocations.look_up(call.label(0), service.now());
    // The operation has no ResourceNotFoundException.
    let invocation =
        found.ok_or_else(|| ServiceError::validation("The provided invocationArn is invalid."))?;
    Ok(json_response(StatusCode::OK, &invocation.to_json()))
}
