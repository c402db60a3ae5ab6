use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::response::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use roo_aws::{Authorizer, AwsConfig, Region, Service};
use roo_core::{Error, ErrorKind, MessageRequest, MessageStart, MessageStream, Provider, Result};
use roo_http::{Body, Request, Response};

use crate::error::{self, MAX_ERROR_BODY_BYTES, Place};
use crate::request::ConverseRequest;
use crate::settings::BedrockBuilder;
use crate::stream::ConverseStream;
use crate::{PROVIDER, answer};

/// The most that is read of an answer that comes in one piece, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;

const SERVICE: Service = Service::BEDROCK_RUNTIME;

/// A label of a path: everything but the unreserved characters of RFC 3986 is escaped.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A client of Amazon Bedrock. Cloning shares connections and credentials.
#[derive(Debug, Clone)]
pub struct Bedrock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    aws: AwsConfig,
    authorizer: Authorizer,
    streaming: bool,
}

impl Bedrock {
    /// A client whose settings are to be given.
    pub fn builder() -> BedrockBuilder {
        BedrockBuilder::new()
    }

    pub(crate) fn new(aws: AwsConfig, streaming: bool) -> Self {
        Self { inner: Arc::new(Inner { aws, authorizer: Authorizer::new(SERVICE), streaming }) }
    }

    /// The AWS configuration: whose credentials, which region, which endpoint.
    pub fn aws(&self) -> &AwsConfig {
        &self.inner.aws
    }

    /// Whether credentials or an API key are configured anywhere, without sending anything to Bedrock.
    ///
    /// # Errors
    /// As the first request would fail if what is configured is broken.
    pub async fn has_identity(&self) -> Result<bool> {
        self.inner.aws.has_identity(&SERVICE).await.map_err(|error| error.with_provider(PROVIDER))
    }

    async fn converse(&self, request: &MessageRequest) -> Result<MessageStream> {
        let converse = ConverseRequest::new(request)?;
        let streaming = converse.streaming.unwrap_or(self.inner.streaming);
        let region = self.inner.aws.region().await?.value;
        let outgoing = self.outgoing(&converse, streaming, &region).await?;
        let response = self.inner.aws.context().transport()?.send(outgoing).await?;

        let place = Place { model: &converse.model, region: region.as_str() };
        let wanted = if streaming { "application/vnd.amazon.eventstream" } else { "application/json" };
        let (head, body) = accepted(response, wanted, place).await?;
        let request_id = error::request_id(&head.headers).map(str::to_owned);
        let mut start = MessageStart::new().with_model(&converse.model).with_warnings(converse.warnings);
        start.request_id.clone_from(&request_id);

        let origin = answer::origin(&converse.model);
        let marked = |error: Error| match &request_id {
            Some(request_id) => error.with_request_id(request_id),
            None => error,
        };
        let stream = if streaming {
            let mut events = ConverseStream::new(body, start, converse.model, region.as_str().to_owned());
            // Until the first event is there the service may still refuse.
            let first = events.next().await.transpose().map_err(marked)?;
            MessageStream::new(origin, stream::iter(first.map(Ok)).chain(events))
        } else {
            let body = body.collect(MAX_ANSWER_BYTES).await.map_err(marked)?;
            let events = answer::read_whole(&body, start)
                .map_err(|error| error::from_unreadable(error, head.status, &head.headers, &body))?;
            MessageStream::from_events(origin, events)
        };
        Ok(match request_id {
            Some(request_id) => stream.with_request_id(request_id),
            None => stream,
        })
    }

    /// The request as it goes out: whatever is sent is signed, and nothing is added after that.
    async fn outgoing(
        &self,
        converse: &ConverseRequest,
        streaming: bool,
        region: &Region,
    ) -> Result<Request> {
        let Inner { aws, authorizer, .. } = &*self.inner;
        let endpoint = aws.endpoint(&SERVICE).await?.value;
        let model = utf8_percent_encode(&converse.model, LABEL);
        let operation = if streaming { "converse-stream" } else { "converse" };
        let url = format!("{}/model/{model}/{operation}", endpoint.as_str().trim_end_matches('/'));
        let (mut parts, body) = http::Request::post(&url)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(
                USER_AGENT,
                HeaderValue::from_static(concat!("roo-code-rust/", env!("CARGO_PKG_VERSION"))),
            )
            .body(converse.body.clone())
            .map_err(|error| {
                Error::new(ErrorKind::Config, format!("{url} is not a valid URL")).with_source(error)
            })?
            .into_parts();
        authorizer.authorize(
            &mut parts,
            &body,
            &aws.identity(&SERVICE).await?,
            region,
            aws.context().now(),
        )?;
        Ok(Request::from_parts(parts, body))
    }
}

#[async_trait]
impl Provider for Bedrock {
    fn id(&self) -> &str {
        PROVIDER
    }

    async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
        self.converse(&request).await.map_err(|error| error.with_provider(PROVIDER))
    }
}

/// The body of an answer that is a success of the wanted type; everything else is an error.
async fn accepted(response: Response, wanted: &str, place: Place<'_>) -> Result<(Parts, Body)> {
    let (parts, body) = response.into_parts();
    let media_type =
        parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_wanted =
        media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted));
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
