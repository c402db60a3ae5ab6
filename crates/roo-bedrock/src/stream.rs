//! From the frames of [ConverseStream](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html)
//! to [`ProviderEvent`]s.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use roo_core::{Error, ErrorKind, MessageStart, ProviderEvent, Result};
use roo_eventstream::{DecodeError, Decoder, Frame, MessageKind};
use roo_http::Body;

use crate::answer::{Answer, Reading};
use crate::error::{self, Place};

/// The events of an answer while its body arrives. Every event that was decoded is given before an error behind it.
pub(crate) struct ConverseStream {
    body: Option<Body>,
    frames: Decoder,
    answer: Answer,
    events: VecDeque<ProviderEvent>,
    failure: Option<Error>,
    any_frame: bool,
    model: String,
    region: String,
}

impl ConverseStream {
    /// Reads `body`; `start` is what is known before it.
    pub(crate) fn new(
        body: Body,
        start: MessageStart,
        reading: Reading,
        model: String,
        region: String,
    ) -> Self {
        Self {
            body: Some(body),
            frames: Decoder::new(),
            answer: Answer::new(start, reading),
            events: VecDeque::new(),
            failure: None,
            any_frame: false,
            model,
            region,
        }
    }

    fn take_in(&mut self, chunk: roo_http::Bytes) {
        self.frames.push(chunk);
        loop {
            let outcome = match self.frames.next_frame() {
                Ok(None) => return,
                Ok(Some(frame)) => {
                    self.any_frame = true;
                    let place = Place { model: &self.model, region: &self.region };
                    read_frame(frame, &mut self.answer, &mut self.events, place)
                }
                Err(error) => Err(damaged(error)),
            };
            if let Err(error) = outcome {
                return self.fail(error);
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.body = None;
        if self.answer.is_stopped() {
            self.answer.end_without_metadata(&error, &mut self.events);
        } else {
            self.failure = Some(error);
        }
    }

    /// The body is at its end. Whether the answer is, the last events tell.
    fn end(&mut self) {
        self.body = None;
        match finish(std::mem::take(&mut self.frames), self.any_frame) {
            Ok(()) => self.answer.end(&mut self.events),
            Err(error) => self.fail(error),
        }
    }
}

impl Stream for ConverseStream {
    type Item = Result<ProviderEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Poll::Ready(Some(Ok(event)));
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

fn read_frame(
    frame: Frame<'_>,
    answer: &mut Answer,
    events: &mut VecDeque<ProviderEvent>,
    place: Place<'_>,
) -> Result<()> {
    let (event_type, payload) = read_event(frame, place)?;
    answer.event(event_type, payload, events)
}

/// The type and the payload of an event. Exceptions and errors that come as frames are errors.
pub(crate) fn read_event<'f>(frame: Frame<'f>, place: Place<'_>) -> Result<(&'f str, &'f [u8])> {
    let kind = frame
        .kind()
        .map_err(|error| corrupt(format!("a frame is not understood: {error}")).with_source(error))?;
    match kind {
        MessageKind::Event { event_type } if error::is_exception_name(event_type) => {
            Err(error::from_exception(event_type, frame.payload(), place))
        }
        MessageKind::Event { event_type } => Ok((event_type, frame.payload())),
        MessageKind::Exception { exception_type } => {
            Err(error::from_exception(exception_type, frame.payload(), place))
        }
        MessageKind::Error { code, message } => Err(error::from_error_frame(code, message, place)),
    }
}

/// Frames that cannot be decoded.
pub(crate) fn damaged(error: DecodeError) -> Error {
    corrupt(format!("the event stream is damaged: {error}")).with_source(error)
}

/// The body is at its end: it must not have ended inside a frame, nor before the first one.
pub(crate) fn finish(frames: Decoder, any_frame: bool) -> Result<()> {
    if let Err(error) = frames.finish() {
        let message = format!("the answer was cut off: {error}");
        return Err(Error::new(ErrorKind::Truncated, message).with_source(error));
    }
    if !any_frame {
        return Err(Error::new(ErrorKind::Truncated, "the answer is an event stream without an event"));
    }
    Ok(())
}

fn corrupt(message: String) -> Error {
    Error::new(ErrorKind::Protocol, message)
}
