//! [InvokeModelWithResponseStream](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html):
//! the model's own events, as bytes.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::StreamExt as _;
use roo_core::{Blob, Error, Result};
use roo_eventstream::Decoder;
use roo_http::{Body, Bytes};
use serde::Deserialize;

use super::{InvokeHead, InvokeRequest, named};
use crate::error::Place;
use crate::{Bedrock, PROVIDER, answer, stream};

/// The chunks of an answer in the model's own form, in order. For Claude each is one JSON event of the
/// [Messages API](https://docs.anthropic.com/en/api/messages-streaming).
///
/// The stream ends with `None` where the service ended it between two chunks, or else with one error: the exceptions of
/// the service by the same table as everywhere, [`ErrorKind::Truncated`](roo_core::ErrorKind::Truncated) if it broke off
/// inside a frame or before the first chunk. Every chunk that was received comes before the error. Whether the model had
/// said all, only its own last event tells.
pub struct InvokeStream {
    head: InvokeHead,
    body: Option<Body>,
    frames: Decoder,
    ready: VecDeque<Blob>,
    failure: Option<Error>,
    any_frame: bool,
    model: String,
    region: String,
}

#[derive(Deserialize)]
struct PayloadPart {
    bytes: Option<Blob>,
}

impl InvokeStream {
    fn new(head: InvokeHead, body: Body, model: String, region: String) -> Self {
        Self {
            head,
            body: Some(body),
            frames: Decoder::new(),
            ready: VecDeque::new(),
            failure: None,
            any_frame: false,
            model,
            region,
        }
    }

    /// What the headers of the answer told.
    pub fn head(&self) -> &InvokeHead {
        &self.head
    }

    fn take_in(&mut self, chunk: Bytes) {
        self.frames.push(chunk);
        loop {
            let place = Place { model: &self.model, region: &self.region };
            let outcome = match self.frames.next_frame() {
                Ok(None) => return,
                Ok(Some(frame)) => {
                    self.any_frame = true;
                    stream::read_event(frame, place)
                }
                Err(error) => Err(stream::damaged(error)),
            };
            let chunk = outcome.and_then(|(event_type, payload)| match event_type {
                "chunk" => answer::parse::<PayloadPart>("a chunk", payload).map(|part| part.bytes),
                // A kind of event that this version does not know is none of the model's bytes.
                _ => Ok(None),
            });
            match chunk {
                Ok(bytes) => self.ready.extend(bytes),
                Err(error) => return self.fail(error),
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.body = None;
        let error = match &self.head.request_id {
            Some(request_id) => error.with_request_id(request_id),
            None => error,
        };
        self.failure = Some(error.with_provider(PROVIDER));
    }

    fn end(&mut self) {
        self.body = None;
        if let Err(error) = stream::finish(std::mem::take(&mut self.frames), self.any_frame) {
            self.fail(error);
        }
    }
}

impl Stream for InvokeStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(chunk) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(chunk.into_bytes())));
            }
            if let Some(error) = self.failure.take() {
                return Poll::Ready(Some(Err(error)));
            }
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_next(context)) {
                Some(Ok(chunk)) => self.take_in(chunk),
                Some(Err(error)) => self.fail(error),
                None => self.end(),
            }
        }
    }
}

/// The chunks do not appear: they are what somebody said to a model.
impl fmt::Debug for InvokeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvokeStream").field("head", &self.head).field("model", &self.model).finish()
    }
}

impl Bedrock {
    /// Sends a body to a model as it is, and gives the answer in the chunks in which it comes.
    ///
    /// # Errors
    /// As [`invoke_model`](Self::invoke_model). An exception in place of the first chunk is an error of this call;
    /// one behind it is the last item of the stream.
    pub async fn invoke_model_stream(&self, request: &InvokeRequest) -> Result<InvokeStream> {
        named(async {
            let call = request.to_call(true)?;
            let region = self.region_of(&request.model).await?;
            let permission = "bedrock:InvokeModelWithResponseStream";
            let (head, body) = self.call(call, &region, permission).await?;
            let head = InvokeHead::read(&head.headers);
            let mut chunks = InvokeStream::new(head, body, request.model.clone(), region.as_str().to_owned());
            if let Some(first) = chunks.next().await.transpose()? {
                chunks.ready.push_front(first.into());
            }
            Ok(chunks)
        })
        .await
    }
}
