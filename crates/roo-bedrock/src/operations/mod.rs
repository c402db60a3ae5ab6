//! The operations of Bedrock beside Converse, each a method of [`Bedrock`].
//!
//! All take the way of [`Client::send`](crate::client::Client::send) and report errors by the one table. What is added
//! here is what differs: the permission that a refusal asks for.

use http::Method;
use http::header::HeaderMap;
use http::response::Parts;
use roo_aws::{Region, Service};
use roo_core::{Error, ErrorKind, Result};
use roo_http::{Body, Bytes};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Call, JSON};
use crate::model::ModelId;
use crate::{Bedrock, PROVIDER, answer, error};

mod async_invoke;
mod count_tokens;
mod embed;
pub mod guardrail;
mod invoke;
mod invoke_stream;
mod list_models;
mod models;
mod open_text;
mod pages;
mod profiles;
mod rerank;

pub use async_invoke::{
    AsyncInvoke, AsyncInvokeFilter, AsyncInvokeOutput, AsyncInvokeStatus, AsyncInvokeTag, SortOrder,
    StartAsyncInvoke,
};
pub use guardrail::{
    AnswerTrace, ApplyGuardrail, CheckMessage, GuardrailAction, GuardrailAssessment, GuardrailChecks,
    GuardrailChecksAnswer, GuardrailContent, GuardrailId, GuardrailOutcome, GuardrailOutputScope,
    GuardrailQualifier, GuardrailSource,
};
pub use invoke::{InvokeHead, InvokeRequest, InvokeResponse};
pub use invoke_stream::InvokeStream;
pub use models::{FoundationModel, FoundationModelFilter, ModelLifecycle};
pub use profiles::{InferenceProfile, InferenceProfileKind, ProfiledModel};

/// The most that is read of an answer, in bytes. A body of InvokeModel has at most 25 000 000.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

/// A call that asks.
fn get(service: Service, target: String, subject: &str) -> Call {
    Call {
        service,
        method: Method::GET,
        target,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        wanted: JSON.into(),
        subject: subject.to_owned(),
    }
}

/// A call that sends a JSON document.
fn post(target: String, document: &impl Serialize, subject: &str) -> Result<Call> {
    let body = serde_json::to_vec(document).map_err(|error| {
        Error::new(ErrorKind::InvalidRequest, "the request cannot be written as JSON").with_source(error)
    })?;
    Ok(Call::post(target, body.into(), JSON, subject))
}

/// A path label must not be empty, nor be lost when the URL is put in order.
fn check_label(what: &str, text: &str) -> Result<()> {
    if text.trim().is_empty() || matches!(text, "." | "..") {
        return Err(invalid(format!("the {what} is missing: `{}`", text.escape_debug())));
    }
    Ok(())
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidRequest, message)
}

impl Bedrock {
    /// The region that something belongs to: that of its ARN, or else the configured one.
    async fn region_of(&self, id_or_arn: &str) -> Result<Region> {
        self.client().region(&ModelId::parse(id_or_arn)).await
    }

    /// Sends a call. `permission` is what IAM has to allow for it.
    async fn call(&self, call: Call, region: &Region, permission: &str) -> Result<(Parts, Body)> {
        let subject = call.subject.clone();
        self.client().send(call, region).await.map_err(|error| match error.kind() {
            // For an invocation the hint is about the model already.
            ErrorKind::AccessDenied if !permission.starts_with("bedrock:InvokeModel") => {
                let on = if subject.is_empty() { String::new() } else { format!(" on {subject}") };
                error.with_hint(format!("Allow {permission}{on} in IAM, in {region}."))
            }
            _ => error,
        })
    }

    /// Sends a call and reads the whole answer as JSON.
    async fn call_json<T: DeserializeOwned>(
        &self,
        call: Call,
        region: &Region,
        permission: &str,
    ) -> Result<T> {
        let (head, body) = self.call(call, region, permission).await?;
        let body = collect(body, error::request_id(&head.headers)).await?;
        answer::parse("the answer", &body)
            .and_then(|document| read(document, "the answer"))
            .map_err(|error| error::from_unreadable(error, head.status, &head.headers, &body))
    }
}

/// Reads a body to its end. An error names the request.
async fn collect(body: Body, request_id: Option<&str>) -> Result<Bytes> {
    body.collect(MAX_ANSWER_BYTES).await.map_err(|error| match request_id {
        Some(request_id) => error.with_request_id(request_id),
        None => error,
    })
}

/// Reads a document of the service. A member that is null counts as absent, as it does in all of AWS's protocols.
fn read<T: DeserializeOwned>(mut document: Value, what: &str) -> Result<T> {
    drop_nulls(&mut document);
    // The parser's own error may quote what stands there, which is the conversation.
    T::deserialize(document)
        .map_err(|_| Error::new(ErrorKind::Protocol, format!("{what} does not have the expected form")))
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Names the provider in every error of an operation.
async fn named<T>(operation: impl Future<Output = Result<T>>) -> Result<T> {
    operation.await.map_err(|error| error.with_provider(PROVIDER))
}
