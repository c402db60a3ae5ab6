//! A frame that has passed all checks.

use std::fmt;

use bytes::{Buf, Bytes};

use crate::block::{self, RawHeaders};
use crate::error::{DecodeError, MessageError};
use crate::header::{Header, HeaderValue, Headers};
use crate::message::MessageKind;
use crate::prelude::{CHECKSUM_LENGTH, LENGTHS_LENGTH, PRELUDE_LENGTH, Prelude};

/// Checks the checksum of the message and the headers of `bytes`, which are one whole frame.
#[inline]
pub(crate) fn check(bytes: &[u8], prelude: &Prelude) -> Result<(), DecodeError> {
    let total_length = bytes.len();
    let (covered, found) = bytes.split_last_chunk().ok_or(DecodeError::FrameTooShort { total_length })?;
    let mut checksum = prelude.checksum.clone();
    checksum.update(covered.get(LENGTHS_LENGTH..).unwrap_or_default());
    let expected = checksum.finalize();
    let found = u32::from_be_bytes(*found);
    if expected != found {
        return Err(DecodeError::MessageChecksum { expected, found });
    }
    block::check(bytes.get(PRELUDE_LENGTH..prelude.headers_end()).unwrap_or_default())
}

/// One frame of a stream, with both checksums verified and every header checked.
///
/// A frame borrows from what was received: headers are read in place, and the payload is a slice.
///
/// # What a frame pins
/// A frame that lay inside one pushed chunk keeps the memory of that whole chunk alive, and so does the payload
/// taken out of it. One that was spread over several chunks has memory of its own, that of one frame. To keep a
/// small payload for long, copy it: `Bytes::copy_from_slice(frame.payload())`.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// The whole frame, which is cheaper to have than the frame without its checksums.
    bytes: Bytes,
    headers_end: usize,
}

impl Frame {
    /// A frame that [`check`] has passed: `bytes` is all of it.
    #[inline]
    pub(crate) fn from_checked(bytes: Bytes, prelude: &Prelude) -> Self {
        Self { bytes, headers_end: prelude.headers_end() }
    }

    /// The headers in the order in which they were sent.
    pub fn headers(&self) -> Headers<'_> {
        Headers::new(self.header_block())
    }

    /// The value of the header called `name`, if there is one. Names are case-sensitive and occur only once.
    pub fn header(&self, name: &str) -> Option<HeaderValue<'_>> {
        let raw = self.raw_headers().find(|header| header.name == name.as_bytes())?;
        Some(Header::from_raw(raw)?.value)
    }

    /// The payload, possibly empty.
    pub fn payload(&self) -> &[u8] {
        self.bytes.get(self.headers_end..self.payload_end()).unwrap_or_default()
    }

    /// The payload, possibly empty, without a copy. See [what it pins](Self#what-a-frame-pins).
    pub fn into_payload(self) -> Bytes {
        let payload_end = self.payload_end();
        let mut payload = self.bytes;
        payload.truncate(payload_end);
        payload.advance(self.headers_end);
        payload
    }

    /// The `:message-type` header, if it is a string.
    pub fn message_type(&self) -> Option<&str> {
        self.string_header(":message-type")
    }

    /// The `:event-type` header, if it is a string.
    pub fn event_type(&self) -> Option<&str> {
        self.string_header(":event-type")
    }

    /// The `:exception-type` header, if it is a string.
    pub fn exception_type(&self) -> Option<&str> {
        self.string_header(":exception-type")
    }

    /// The `:error-code` header, if it is a string.
    pub fn error_code(&self) -> Option<&str> {
        self.string_header(":error-code")
    }

    /// The `:error-message` header, if it is a string.
    pub fn error_message(&self) -> Option<&str> {
        self.string_header(":error-message")
    }

    /// The `:content-type` header, if it is a string.
    pub fn content_type(&self) -> Option<&str> {
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
    pub fn kind(&self) -> Result<MessageKind<'_>, MessageError> {
        MessageKind::from_block(self.header_block())
    }

    fn string_header(&self, name: &str) -> Option<&str> {
        self.header(name)?.as_str()
    }

    fn raw_headers(&self) -> RawHeaders<'_> {
        RawHeaders::new(self.header_block())
    }

    fn header_block(&self) -> &[u8] {
        self.bytes.get(PRELUDE_LENGTH..self.headers_end).unwrap_or_default()
    }

    fn payload_end(&self) -> usize {
        self.bytes.len().saturating_sub(CHECKSUM_LENGTH)
    }
}

/// The payload appears as its length only: it may be what somebody said to a model.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("headers", &self.headers().collect::<Vec<_>>())
            .field("payload_length", &self.payload().len())
            .finish()
    }
}
