use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::assembler::Assembler;
use crate::{Delta, Error, ErrorKind, Message, Origin, ProviderEvent, Result, StreamEvent, Warning};

type ProviderEvents = Pin<Box<dyn Stream<Item = Result<ProviderEvent>> + Send>>;

/// An answer while it arrives: a [`Stream`] of [`StreamEvent`]s.
///
/// It ends exactly once, with [`StreamEvent::MessageStop`] or with one `Err`, and gives nothing after that. An answer
/// that breaks off before the provider's own end is an error of kind [`ErrorKind::Truncated`], never a success; every
/// error carries what came so far in [`Error::partial`]. Dropping the stream closes the connection.
///
/// Memory: it holds the message so far, once, and the events that one network read brought.
pub struct MessageStream {
    events: Option<ProviderEvents>,
    assembler: Assembler,
    origin: Origin,
    request_id: Option<String>,
    failed: bool,
}

impl MessageStream {
    /// The stream of what a provider reports. `origin` names the provider and the model; it marks errors and thoughts.
    pub fn new(origin: Origin, events: impl Stream<Item = Result<ProviderEvent>> + Send + 'static) -> Self {
        Self {
            events: Some(Box::pin(events)),
            assembler: Assembler::new(origin.clone()),
            origin,
            request_id: None,
            failed: false,
        }
    }

    /// The stream of events that are all there already.
    pub fn from_events(origin: Origin, events: impl IntoIterator<Item = ProviderEvent>) -> Self {
        let mut events = events.into_iter().collect::<VecDeque<_>>();
        Self::new(origin, Ready(move || events.pop_front().map(Ok)))
    }

    /// The stream of an answer that came in one piece.
    pub fn from_message(origin: Origin, message: Message) -> Self {
        Self::from_events(origin, ProviderEvent::split(message))
    }

    /// Sets the id to give to the provider's support, which every error will carry.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// The id to give to the provider's support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref().or(self.assembler.message().request_id.as_deref())
    }

    /// What was changed in the request or is odd about the answer. Complete once the stream has ended; what was
    /// changed in the request is known from the first event on.
    pub fn warnings(&self) -> &[Warning] {
        &self.assembler.message().warnings
    }

    /// The message so far. Tool calls that are not complete are marked as such.
    pub fn partial(&self) -> Message {
        self.assembler.partial()
    }

    /// The next event; `None` after the end.
    pub async fn next(&mut self) -> Option<Result<StreamEvent>> {
        poll_fn(|context| self.poll_event(context)).await
    }

    /// Reads to the end and gives the whole message.
    ///
    /// # Errors
    /// Whatever ended the stream; [`Error::partial`] has what came before.
    pub async fn into_message(mut self) -> Result<Message> {
        while let Some(event) = self.next().await {
            event?;
        }
        if self.assembler.is_finished() {
            return Ok(self.assembler.into_message());
        }
        // Whoever saw the error and went on must not take half an answer for a whole one.
        let message = "the answer broke off, which was an error of the stream before";
        Err(self.fail(Error::new(ErrorKind::Truncated, message)))
    }

    /// The text alone, as it arrives.
    pub fn text(self) -> TextStream {
        TextStream(self)
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<StreamEvent>>> {
        loop {
            if let Some(event) = self.assembler.next_event() {
                return Poll::Ready(Some(Ok(event)));
            }
            let Some(events) = &mut self.events else { return Poll::Ready(None) };
            let next = events.as_mut().poll_next(context);
            if self.assembler.is_finished() {
                // The answer is complete, whatever comes now. The one poll lets a body that is at its end give its
                // connection back; one that is not must not make the user wait.
                self.events = None;
                return Poll::Ready(None);
            }
            match ready!(next) {
                Some(Ok(event)) => self.assembler.push(event),
                Some(Err(error)) => return Poll::Ready(Some(Err(self.fail(error)))),
                None => {
                    let message = "the answer ended before it was complete";
                    return Poll::Ready(Some(Err(self.fail(Error::new(ErrorKind::Truncated, message)))));
                }
            }
        }
    }

    fn fail(&mut self, mut error: Error) -> Error {
        self.events = None;
        self.failed = true;
        error = error.with_provider(self.origin.provider.as_str()).with_partial(self.assembler.partial());
        match self.request_id() {
            Some(request_id) => error.with_request_id(request_id.to_owned()),
            None => error,
        }
    }
}

impl Stream for MessageStream {
    type Item = Result<StreamEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl fmt::Debug for MessageStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageStream")
            .field("origin", &self.origin)
            .field("request_id", &self.request_id())
            .field("finished", &self.assembler.is_finished())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// The text of an answer as it arrives, made by [`MessageStream::text`]. It ends as that stream does.
#[derive(Debug)]
pub struct TextStream(MessageStream);

impl TextStream {
    /// The next piece of text; `None` after the end.
    pub async fn next(&mut self) -> Option<Result<String>> {
        poll_fn(|context| self.poll_text(context)).await
    }

    fn poll_text(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<String>>> {
        loop {
            match ready!(self.0.poll_event(context)) {
                Some(Ok(StreamEvent::ContentBlockDelta { delta: Delta::Text(text), .. })) => {
                    return Poll::Ready(Some(Ok(text)));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Stream for TextStream {
    type Item = Result<String>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_text(context)
    }
}

/// A stream that is always ready, from a closure.
struct Ready<F>(F);

impl<T, F: FnMut() -> Option<T> + Unpin> Stream for Ready<F> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        Poll::Ready((self.0)())
    }
}
