//! StartAsyncInvoke: begins an invocation, once for each client request token.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Call, Operation};
use crate::async_invocation::Invocation;
use crate::catalogue::{self, ACCOUNT};
use crate::error::ServiceError;
use crate::response::{Body, json_response};
use crate::validate::{self, START_ASYNC_INVOKE};

pub(super) const OPERATION: Operation = Operation { method: "POST", path: "/async-invoke", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let request = validate::body(&START_ASYNC_INVOKE, call)?;
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let region = &call.service.settings.identities.region;
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let model_id = text("modelId").unwrap_or_default();
    let model_arn = match model_id.strip_prefix("arn:") {
        Some(_) => model_id.to_owned(),
        None => catalogue::foundation_model_arn(region, model_id),
    };
    let arn = format!("arn:aws:bedrock:{region}:{ACCOUNT}:async-invoke/{}", call.random.resource_id());
    let invocation = Invocation {
        arn,
        model_arn,
        client_request_token: text("clientRequestToken").map(str::to_owned),
        submitted_at: call.service.now(),
        ended_at: None,
        request,
    };
    let arn = call.service.async_invocations.start(invocation)?;
    Ok(json_response(StatusCode::OK, &json!({ "invocationArn": arn })))
}
