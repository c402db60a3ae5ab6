//! The steps of a scripted stream.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// One step of [`Reply::stream`](crate::Reply::stream).
///
/// The steps combine: [`PartialFrame`](Self::PartialFrame) then [`Close`](Self::Close) is a connection lost
/// in the middle of a frame, `PartialFrame` last is a body that ends cleanly in the middle of one, `Close`
/// after an event is a connection lost between frames, and an event last that is not `metadata` is a stream
/// that just stops.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StreamStep {
    /// An event frame. The payload is sent as it is: no padding member is added.
    Event {
        /// Name of the event, such as `contentBlockDelta`.
        name: String,
        /// The JSON payload.
        payload: Value,
    },
    /// An exception frame (`:message-type: exception`).
    Exception {
        /// Name of the exception, such as `throttlingException`.
        name: String,
        /// The JSON payload.
        payload: Value,
    },
    /// An error frame (`:message-type: error`), without payload.
    Error {
        /// `:error-code`.
        code: String,
        /// `:error-message`.
        message: String,
    },
    /// A sound frame with any string headers and any payload.
    Frame {
        /// Names and values, in order.
        headers: Vec<(String, String)>,
        /// The payload, whatever it is.
        payload: Bytes,
    },
    /// Bytes as they are, a frame or not.
    Bytes(Bytes),
    /// An event frame whose prelude has a wrong checksum.
    CorruptPrelude {
        /// Name of the event.
        name: String,
        /// The JSON payload.
        payload: Value,
    },
    /// An event frame with a sound prelude and a wrong message checksum.
    CorruptMessage {
        /// Name of the event.
        name: String,
        /// The JSON payload.
        payload: Value,
    },
    /// The first half of an event frame.
    PartialFrame {
        /// Name of the event.
        name: String,
        /// The JSON payload.
        payload: Value,
    },
    /// Closes the connection without ending the HTTP body. Later steps are not sent.
    Close,
    /// Sends what came before, then nothing for this long.
    Stall(Duration),
}

impl StreamStep {
    /// An [`Event`](Self::Event).
    pub fn event(name: impl Into<String>, payload: Value) -> Self {
        Self::Event { name: name.into(), payload }
    }

    /// An [`Exception`](Self::Exception).
    pub fn exception(name: impl Into<String>, payload: Value) -> Self {
        Self::Exception { name: name.into(), payload }
    }

    /// An [`Error`](Self::Error).
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Error { code: code.into(), message: message.into() }
    }

    /// A [`Frame`](Self::Frame).
    pub fn frame<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        payload: impl Into<Bytes>,
    ) -> Self {
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self::Frame { headers, payload: payload.into() }
    }

    /// [`Bytes`](Self::Bytes).
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// A [`CorruptPrelude`](Self::CorruptPrelude).
    pub fn corrupt_prelude(name: impl Into<String>, payload: Value) -> Self {
        Self::CorruptPrelude { name: name.into(), payload }
    }

    /// A [`CorruptMessage`](Self::CorruptMessage).
    pub fn corrupt_message(name: impl Into<String>, payload: Value) -> Self {
        Self::CorruptMessage { name: name.into(), payload }
    }

    /// A [`PartialFrame`](Self::PartialFrame).
    pub fn partial_frame(name: impl Into<String>, payload: Value) -> Self {
        Self::PartialFrame { name: name.into(), payload }
    }
}
