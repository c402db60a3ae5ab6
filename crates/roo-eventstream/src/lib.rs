//! Encoder and incremental decoder for `application/vnd.amazon.eventstream`, without IO.
//!
//! This is the framing in which Amazon Bedrock and other AWS services stream the events of one HTTP response.
//! The specification is at <https://smithy.io/2.0/aws/amazon-eventstream.html>.
//!
//! [`Decoder`] takes the chunks of a body in whatever sizes they arrive and gives out checked [`Frame`]s,
//! [`Frame::kind`] says whether a frame is an event, a modelled exception or an unmodelled error, and [`encode`]
//! writes a frame.
//!
//! ```
//! use bytes::Bytes;
//! use roo_eventstream::{Decoder, Header, MessageKind, encode};
//!
//! let mut body = Vec::new();
//! let headers = [Header::new(":message-type", "event"), Header::new(":event-type", "messageStop")];
//! encode(&headers, br#"{"stopReason":"end_turn"}"#, &mut body)?;
//!
//! let mut decoder = Decoder::new();
//! for chunk in body.chunks(7) {
//!     decoder.push(Bytes::copy_from_slice(chunk));
//!     while let Some(frame) = decoder.next_frame()? {
//!         assert_eq!(frame.kind()?, MessageKind::Event { event_type: "messageStop" });
//!         assert_eq!(frame.payload(), br#"{"stopReason":"end_turn"}"#);
//!     }
//! }
//! decoder.finish()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod block;
mod decoder;
mod encoder;
mod error;
mod frame;
mod header;
mod limits;
mod message;
mod prelude;
#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use encoder::encode;
pub use error::{DecodeError, EncodeError, MessageError};
pub use frame::{Frame, OwnedFrame};
pub use header::{Header, HeaderValue, Headers};
pub use limits::{
    Limits, MAX_HEADER_COUNT, MAX_HEADER_NAME_LENGTH, MAX_HEADER_VALUE_LENGTH, MAX_HEADERS_LENGTH,
    MAX_PAYLOAD_LENGTH,
};
pub use message::MessageKind;
