//! The way of one call to AWS and back, the same for every operation: region, endpoint, identity, signature, transport,
//! and the one place that tells an answer from an error.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::response::Parts;
use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use roo_aws::{Authorizer, AwsConfig, Region, Service};
use roo_core::{Error, ErrorKind, Result};
use roo_http::{Body, Bytes, Request, Response};

use crate::error::{self, MAX_ERROR_BODY_BYTES, Place};
use crate::model::ModelId;

/// The media type of a body that is one JSON value.
pub(crate) const JSON: &str = "application/json";

/// The media type of a body that is a stream of events.
pub(crate) const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// Any media type, for answers in a form that only the caller knows.
pub(crate) const ANY: &str = "*/*";

/// A label of a path or a value of a query: everything but the unreserved characters of RFC 3986 is escaped.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a label of a path or a value of a query.
pub(crate) fn label(text: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(text, LABEL)
}

/// One call of an operation of AWS.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) method: Method,
    /// Path and query, escaped, with the slash at the beginning.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The media type that the answer must have.
    pub(crate) wanted: Cow<'static, str>,
    /// What the call is about, for hints: a model id, mostly.
    pub(crate) subject: String,
}

impl Call {
    /// A POST of JSON to Bedrock Runtime.
    pub(crate) fn post(
        target: String,
        body: Bytes,
        wanted: &'static str,
        subject: impl Into<String>,
    ) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        let service = Service::BEDROCK_RUNTIME;
        let (wanted, subject) = (wanted.into(), subject.into());
        Self { service, method: Method::POST, target, headers, body, wanted, subject }
    }
}

/// What every operation is called with.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) aws: AwsConfig,
    authorizer: Authorizer,
}

impl Client {
    pub(crate) fn new(aws: AwsConfig) -> Self {
        // Both services of Bedrock sign under the same name.
        Self { aws, authorizer: Authorizer::new(Service::BEDROCK_RUNTIME) }
    }

    /// The region of a call: that of the model's ARN, if it has one, or else the configured one.
    pub(crate) async fn region(&self, model: &ModelId) -> Result<Region> {
        match model.region() {
            Some(region) => Region::new(region),
            None => Ok(self.aws.region().await?.value),
        }
    }

    /// Sends a call and gives its answer, if that is a success of the wanted type.
    pub(crate) async fn send(&self, call: Call, region: &Region) -> Result<(Parts, Body)> {
        let (wanted, subject) = (call.wanted.clone(), call.subject.clone());
        let outgoing = self.outgoing(call, region, true).await?;
        let response = self.aws.context().transport()?.send(outgoing).await?;
        accepted(response, &wanted, Place { model: &subject, region: region.as_str() }).await
    }

    /// The request as it goes out. What is sent is signed, and nothing is added after that.
    pub(crate) async fn outgoing(&self, call: Call, region: &Region, authorize: bool) -> Result<Request> {
        let endpoint = self.aws.endpoint_in(&call.service, region).await?.value;
        let url = format!("{}{}", endpoint.as_str().trim_end_matches('/'), call.target);
        let mut request =
            http::Request::builder().method(call.method).uri(&url).body(call.body).map_err(|error| {
                Error::new(ErrorKind::Config, format!("{url} is not a valid URL")).with_source(error)
            })?;
        *request.headers_mut() = call.headers;
        let agent = HeaderValue::from_static(concat!("roo-code-rust/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        if !authorize {
            return Ok(request);
        }
        let (mut parts, body) = request.into_parts();
        let identity = self.aws.identity(&call.service).await?;
        self.authorizer.authorize(&mut parts, &body, &identity, region, self.aws.context().now())?;
        Ok(Request::from_parts(parts, body))
    }
}

/// The body of an answer that is a success of the wanted type; everything else is an error.
async fn accepted(response: Response, wanted: &str, place: Place<'_>) -> Result<(Parts, Body)> {
    let (parts, body) = response.into_parts();
    let media_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_wanted = wanted == ANY
        || media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted));
    if parts.status.is_success() && is_wanted {
        return Ok((parts, body));
    }
    // A body that breaks off still leaves the status and the headers, which say more than the break.
    let body = body.collect_prefix(MAX_ERROR_BODY_BYTES).await.unwrap_or_default();
    Err(if parts.status.is_success() && parts.status != StatusCode::NO_CONTENT {
        error::from_wrong_content(parts.status, &parts.headers, &body, wanted, place)
    } else {
        error::from_response(parts.status, &parts.headers, &body, place)
    })
}
