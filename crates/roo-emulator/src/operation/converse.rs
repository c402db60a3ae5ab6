//! Converse: the whole answer as one JSON document.

use http::{Response, StatusCode};
use serde_json::json;

use super::{Call, Operation};
use crate::error::ServiceError;
use crate::respond::{Answer, Outcome, respond};
use crate::response::{Body, json_response};
use crate::validate::{self, CONVERSE};

pub(super) const OPERATION: Operation =
    Operation { method: "POST", path: "/model/{modelId}/converse", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let request = validate::conversation(&CONVERSE, call)?;
    match respond(&request, call)? {
        Outcome::Answer(answer) => Ok(document(&answer)),
        Outcome::Response(response) => Ok(response),
    }
}

fn document(answer: &Answer) -> Response<Body> {
    let body = json!({
        "metrics": { "latencyMs": answer.latency_ms() },
        "output": { "message": { "content": answer.blocks, "role": "assistant" } },
        "stopReason": answer.stop_reason,
        "usage": answer.usage.to_json(),
    });
    json_response(StatusCode::OK, &body)
}
