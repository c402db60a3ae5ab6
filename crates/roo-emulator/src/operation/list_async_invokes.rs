//! ListAsyncInvokes: invocations by time and status, a page at a time.

use std::time::SystemTime;

use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::{Call, Operation};
use crate::async_invocation::Invocation;
use crate::clock::parse_iso_date;
use crate::error::ServiceError;
use crate::json::set;
use crate::page::page;
use crate::response::{Body, json_response};
use crate::validate::{self, LIST_ASYNC_INVOKES};

pub(super) const OPERATION: Operation = Operation { method: "GET", path: "/async-invoke", serve };

fn serve(call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
    let query = validate::query(LIST_ASYNC_INVOKES, call)?;
    if let Some(response) = call.scripted_response()? {
        return Ok(response);
    }
    let text = |name: &str| query.get(name).and_then(Value::as_str);
    let moment = |name: &str| text(name).and_then(parse_iso_date);
    let (after, before) = (moment("submitTimeAfter"), moment("submitTimeBefore"));
    let is_within = |submitted: SystemTime| {
        after.is_none_or(|after| submitted > after) && before.is_none_or(|before| submitted < before)
    };
    let mut invocations = call.service.async_invocations.all();
    invocations.retain(|invocation| {
        is_within(invocation.submitted_at)
            && text("statusEquals").is_none_or(|status| status == invocation.status())
    });
    if text("sortOrder") != Some("Ascending") {
        invocations.reverse();
    }
    let max_results = query.get("maxResults").and_then(Value::as_u64);
    let page = page(invocations, max_results, text("nextToken"))?;
    let summaries: Vec<Value> = page.items.iter().map(Invocation::to_json).collect();
    let mut body = json!({ "asyncInvokeSummaries": summaries });
    if let Some(token) = page.next_token {
        set(&mut body, "nextToken", token.into());
    }
    Ok(json_response(StatusCode::OK, &body))
}
