//! A frame that has passed all checks.

use std::fmt;

use crate::block::{self, RawHeaders};
use crate::error::{DecodeError, MessageError};
use crate::header::{Header, HeaderValue, Headers};
use crate::message::MessageKind;
use crate::prelude::{LENGTHS_LENGTH, PRELUDE_LENGTH, Prelude};

/// One frame of a stream, with both checksums verified and every header checked.
///
/// A frame is lent by its decoder until the next call: headers and payload are read in place, and nothing is copied
/// unless the frame was spread over chunks. What is to be kept is copied: see [`OwnedFrame`].
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    headers: &'a [u8],
    payload: &'a [u8],
    /// The type of an event whose headers are those that Bedrock sends, which nearly all are.
    usual_event_type: Option<&'a str>,
}

impl<'a> Frame<'a> {
    /// Checks the checksum of the message and the headers of `bytes`, which are one whole frame.
    #[inline]
    pub(crate) fn check(bytes: &'a [u8], prelude: &Prelude) -> Result<Self, DecodeError> {
        let total_length = bytes.len();
        let (covered, found) = bytes.split_last_chunk().ok_or(DecodeError::FrameTooShort { total_length })?;
        let mut checksum = prelude.checksum.clone();
        checksum.update(covered.get(LENGTHS_LENGTH..).unwrap_or_default());
        let expected = checksum.finalize();
        let found = u32::from_be_bytes(*found);
        if expected != found {
            return Err(DecodeError::MessageChecksum { expected, found });
        }
        let (before, payload) = covered.split_at_checked(prelude.headers_end()).unwrap_or((covered, &[]));
        let headers = before.get(PRELUDE_LENGTH..).unwrap_or_default();
        let usual_event_type = block::check(headers)?;
        Ok(Self { headers, payload, usual_event_type })
    }

    /// The headers in the order in which they were sent.
    pub fn headers(&self) -> Headers<'a> {
        Headers::new(self.headers)
    }

    /// The value of the header called `name`, if there is one. Names are case-sensitive and occur only once.
    pub fn header(&self, name: &str) -> Option<HeaderValue<'a>> {
        let raw = self.raw_headers().find(|header| header.name == name.as_bytes())?;
        Some(Header::from_raw(raw)?.value)
    }

    /// The payload. For an event of Bedrock it is JSON.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The `:message-type` header, if it is a string.
    pub fn message_type(&self) -> Option<&'a str> {
        self.string_header(":message-type")
    }

    /// The `:event-type` header, if it is a string.
    pub fn event_type(&self) -> Option<&'a str> {
        self.string_header(":event-type")
    }

    /// The `:exception-type` header, if it is a string.
    pub fn exception_type(&self) -> Option<&'a str> {
        self.string_header(":exception-type")
    }

    /// The `:error-code` header, if it is a string.
    pub fn error_code(&self) -> Option<&'a str> {
        self.string_header(":error-code")
    }

    /// The `:error-message` header, if it is a string.
    pub fn error_message(&self) -> Option<&'a str> {
        self.string_header(":error-message")
    }

    /// The `:content-type` header, if it is a string.
    pub fn content_type(&self) -> Option<&'a str> {
        self.string_header(":content-type")
    }

    /// What the frame means to the protocol, in one pass over its headers.
    ///
    /// A missing `:content-type` is fine. So are types of events and exceptions that nobody has heard of: what to
    /// do about them is for the caller to say.
    ///
    /// # Errors
    /// If `:message-type` or the header that goes with it is missing or not a string, or if the message is of a
    /// type that does not exist. An `error` message is one even without its code and its text.
    ///
    /// ```
    /// use roo_eventstream::{Decoder, Header, MessageKind, encode};
    ///
    /// let mut body = Vec::new();
    /// let headers = [
    ///     Header::new(":message-type", "exception"),
    ///     Header::new(":exception-type", "throttlingException"),
    /// ];
    /// encode(&headers, br#"{"message":"Too many requests"}"#, &mut body)?;
    ///
    /// let mut decoder = Decoder::new();
    /// decoder.push(body.into());
    /// let frame = decoder.next_frame()?.ok_or("a whole frame was pushed")?;
    /// assert_eq!(frame.kind()?, MessageKind::Exception { exception_type: "throttlingException" });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kind(&self) -> Result<MessageKind<'a>, MessageError> {
        match self.usual_event_type {
            Some(event_type) => Ok(MessageKind::Event { event_type }),
            None => MessageKind::from_headers(self.raw_headers()),
        }
    }

    fn string_header(&self, name: &str) -> Option<&'a str> {
        self.header(name)?.as_str()
    }

    fn raw_headers(&self) -> RawHeaders<'a> {
        RawHeaders::new(self.headers)
    }
}

/// The payload appears as its length only: it may be what somebody said to a model.
impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("headers", &self.headers().collect::<Vec<_>>())
            .field("payload_length", &self.payload().len())
            .finish()
    }
}

impl PartialEq for Frame<'_> {
    fn eq(&self, other: &Self) -> bool {
        // The event type only says once more what is in the headers.
        self.headers == other.headers && self.payload == other.payload
    }
}

impl Eq for Frame<'_> {}

/// A frame with memory of its own, for keeping and for sending to another thread.
///
/// ```
/// use roo_eventstream::{Decoder, Header, OwnedFrame, encode};
///
/// let mut body = Vec::new();
/// encode(&[Header::new(":event-type", "chunk")], b"{}", &mut body)?;
/// let mut decoder = Decoder::new();
/// decoder.push(body.into());
/// let kept = decoder.next_frame()?.map(OwnedFrame::from).ok_or("a whole frame was pushed")?;
/// drop(decoder);
/// assert_eq!(kept.as_frame().event_type(), Some("chunk"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedFrame {
    headers: Box<[u8]>,
    payload: Box<[u8]>,
}

impl OwnedFrame {
    /// The frame, to look at.
    pub fn as_frame(&self) -> Frame<'_> {
        Frame { headers: &self.headers, payload: &self.payload, usual_event_type: None }
    }
}

impl From<Frame<'_>> for OwnedFrame {
    fn from(frame: Frame<'_>) -> Self {
        Self { headers: frame.headers.into(), payload: frame.payload.into() }
    }
}

impl fmt::Debug for OwnedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_frame().fmt(f)
    }
}
