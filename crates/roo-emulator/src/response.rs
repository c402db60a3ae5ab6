//! Answers: bodies, headers and the form of errors.

use std::fmt;

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::{Value, json};

use crate::error::ServiceError;

/// The body of an answer: complete, or a stream that may break off.
pub(crate) type Body = UnsyncBoxBody<Bytes, ConnectionCut>;

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const EVENT_STREAM: HeaderValue = HeaderValue::from_static("application/vnd.amazon.eventstream");
pub(crate) const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Reported to the HTTP server in place of the rest of a body: it closes the connection without ending the
/// body.
#[derive(Debug)]
pub(crate) struct ConnectionCut;

impl fmt::Display for ConnectionCut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the script cuts the connection here")
    }
}

impl std::error::Error for ConnectionCut {}

/// A body known in full, sent with its length.
pub(crate) fn complete(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body sent in chunks as they come.
pub(crate) fn chunked(
    chunks: impl Stream<Item = Result<Frame<Bytes>, ConnectionCut>> + Send + 'static,
) -> Body {
    StreamBody::new(chunks).boxed_unsync()
}

/// An answer with a JSON body.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(complete(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// The usual form of an error: the code in a header, the message in the body.
pub(crate) fn error_response(error: &ServiceError) -> Response<Body> {
    let mut response = json_response(error.status, &json!({ "message": error.message }));
    insert_error_type(&mut response, &error.code);
    response
}

/// AWS's answer for a request that matches no operation: a success by its status, a failure by its body.
pub(crate) fn unknown_operation() -> Response<Body> {
    let body = json!({
        "Output": { "__type": "com.amazon.coral.service#UnknownOperationException" },
        "Version": "1.0",
    });
    json_response(StatusCode::OK, &body)
}

/// Puts the error code into its header. A code that cannot stand in a header is left out.
pub(crate) fn insert_error_type(response: &mut Response<Body>, code: &str) {
    if let Ok(value) = HeaderValue::from_str(code) {
        response.headers_mut().insert(ERROR_TYPE, value);
    }
}
