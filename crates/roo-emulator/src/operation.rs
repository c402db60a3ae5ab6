//! The operations of the service and the route to them. Each operation is one file and one entry in the
//! table.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use percent_encoding::percent_decode_str;

use crate::error::ServiceError;
use crate::random::Random;
use crate::response::Body;
use crate::script::{Delivery, Reply};
use crate::server::Service;

mod apply_guardrail;
mod converse;
mod converse_stream;
mod count_tokens;
mod get_async_invoke;
mod get_foundation_model;
mod get_inference_profile;
mod invoke_guardrail_checks;
mod invoke_model;
mod invoke_model_stream;
mod list_async_invokes;
mod list_foundation_models;
mod list_inference_profiles;
mod start_async_invoke;

/// Every operation the emulator has.
static OPERATIONS: &[Operation] = &[
    apply_guardrail::OPERATION,
    converse::OPERATION,
    converse_stream::OPERATION,
    count_tokens::OPERATION,
    get_async_invoke::OPERATION,
    get_foundation_model::OPERATION,
    get_inference_profile::OPERATION,
    invoke_guardrail_checks::OPERATION,
    invoke_model::OPERATION,
    invoke_model_stream::OPERATION,
    list_async_invokes::OPERATION,
    list_foundation_models::OPERATION,
    list_inference_profiles::OPERATION,
    start_async_invoke::OPERATION,
];

/// One operation of the service.
pub(crate) struct Operation {
    /// The HTTP method, in upper case.
    method: &'static str,
    /// The path with its labels in braces. A label is one segment: it never contains a slash.
    path: &'static str,
    /// Answers an authentic request.
    pub(crate) serve: fn(&mut Call<'_>) -> Result<Response<Body>, ServiceError>,
}

/// One request on its way to its answer.
pub(crate) struct Call<'a> {
    pub(crate) service: &'a Service,
    /// The labels of the path, percent-decoded, in order.
    pub(crate) labels: Vec<String>,
    /// The raw query, without its `?`.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
    pub(crate) random: Random,
    /// The pause before each event of a stream.
    pub(crate) event_delay: Duration,
    /// What the script asks of the delivery of the answer.
    pub(crate) delivery: Delivery,
}

impl Call<'_> {
    /// A label of the path; empty if the path has no such label.
    pub(crate) fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", String::as_str)
    }

    /// A request header as text; `None` if it is absent or not ASCII.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The answer that the script dictates in place of any other: an error, a raw answer or a stream. To be
    /// asked for once the request has been found valid.
    pub(crate) fn scripted_response(&mut self) -> Result<Option<Response<Body>>, ServiceError> {
        let Some(reply) = self.service.take_reply_that_is_no_answer() else { return Ok(None) };
        self.delivery = reply.delivery().clone();
        reply.into_response(self).map(Some)
    }

    /// Takes the next scripted reply, if there is one. To be called once the request has been found valid.
    pub(crate) fn take_reply(&mut self) -> Option<Reply> {
        let reply = self.service.take_reply()?;
        self.delivery = reply.delivery().clone();
        Some(reply)
    }
}

/// Where a request leads.
pub(crate) enum Route {
    /// To an operation, with the decoded labels of its path.
    Found(&'static Operation, Vec<String>),
    /// To a path that answers another method only.
    WrongMethod(&'static str),
    /// Nowhere.
    Unknown,
}

/// Finds the operation of a raw path. Escapes are decoded after the path has been split, as AWS does it:
/// `%2F` is part of a label, `/` ends it.
pub(crate) fn route(method: &Method, raw_path: &str) -> Route {
    let mut other_method = None;
    for operation in OPERATIONS {
        let Some(labels) = labels(operation.path, raw_path) else { continue };
        if operation.method == method.as_str() {
            return Route::Found(operation, labels);
        }
        other_method = Some(operation.method);
    }
    other_method.map_or(Route::Unknown, Route::WrongMethod)
}

/// The decoded labels of a raw path, if it matches the template.
fn labels(template: &str, raw_path: &str) -> Option<Vec<String>> {
    let mut segments = raw_path.split('/');
    let mut labels = Vec::new();
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            labels.push(percent_decode_str(segment).decode_utf8().ok()?.into_owned());
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_decoded_after_the_path_was_split() {
        let template = "/model/{modelId}/converse";
        let labels_of = |path| labels(template, path);
        assert_eq!(labels_of("/model/a.b-v1%3A0/converse"), Some(vec!["a.b-v1:0".to_owned()]));
        assert_eq!(labels_of("/model/arn%3Aaws%2Fx/converse"), Some(vec!["arn:aws/x".to_owned()]));
        for path in [
            "/model/arn:aws/x/converse",
            "/model//converse",
            "/model/x/converse/",
            "/model/x",
            "/model/%FF/converse",
        ] {
            assert_eq!(labels_of(path), None, "{path}");
        }
    }

    #[test]
    fn a_known_path_with_another_method_is_not_unknown() {
        assert!(matches!(route(&Method::POST, "/model/m/converse"), Route::Found(..)));
        assert!(matches!(route(&Method::GET, "/model/m/converse-stream"), Route::WrongMethod("POST")));
        assert!(matches!(route(&Method::GET, "/async-invoke"), Route::Found(..)));
        assert!(matches!(route(&Method::POST, "/async-invoke"), Route::Found(..)));
        assert!(matches!(route(&Method::POST, "/models"), Route::Unknown));
    }
}
