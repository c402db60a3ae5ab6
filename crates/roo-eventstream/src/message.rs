//! What a frame means to the protocol.

use std::str;

use crate::block::{RawHeader, RawHeaders, code};
use crate::error::MessageError;

const MESSAGE_TYPE: &str = ":message-type";
const EVENT_TYPE: &str = ":event-type";
const EXCEPTION_TYPE: &str = ":exception-type";
const ERROR_CODE: &str = ":error-code";
const ERROR_MESSAGE: &str = ":error-message";

/// How much of an unknown message type an error quotes, in characters.
const QUOTED_CHARACTERS: usize = 64;

/// The meaning of a frame, as returned by [`Frame::kind`](crate::Frame::kind).
///
/// After an exception or an error the service sends nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind<'a> {
    /// A modelled event: the payload is what the event carries.
    Event {
        /// Which event: the `:event-type` header.
        event_type: &'a str,
    },
    /// A modelled error: the payload describes it, as JSON in the case of Bedrock.
    Exception {
        /// Which error: the `:exception-type` header.
        exception_type: &'a str,
    },
    /// An error that the model of the service does not know; there is no payload.
    Error {
        /// The `:error-code` header. The protocol requires it, but an error without it is still one.
        code: Option<&'a str>,
        /// The `:error-message` header. The protocol requires it, but an error without it is still one.
        message: Option<&'a str>,
    },
}

impl<'a> MessageKind<'a> {
    /// The kind of message that has these headers, which have been checked.
    pub(crate) fn from_headers(headers: RawHeaders<'a>) -> Result<Self, MessageError> {
        let mut message_type = None;
        let mut event_type = None;
        let mut exception_type = None;
        let mut error_code = None;
        let mut error_message = None;
        for header in headers {
            // As bytes, because nothing is gained by checking once more that a name is UTF-8.
            match header.name {
                b":message-type" => message_type = Some(header),
                b":event-type" => event_type = Some(header),
                b":exception-type" => exception_type = Some(header),
                b":error-code" => error_code = Some(header),
                b":error-message" => error_message = Some(header),
                _ => {}
            }
        }
        match required(MESSAGE_TYPE, message_type)? {
            "event" => Ok(Self::Event { event_type: required(EVENT_TYPE, event_type)? }),
            "exception" => Ok(Self::Exception { exception_type: required(EXCEPTION_TYPE, exception_type)? }),
            "error" => Ok(Self::Error {
                code: optional(ERROR_CODE, error_code)?,
                message: optional(ERROR_MESSAGE, error_message)?,
            }),
            other => {
                let message_type = other.chars().take(QUOTED_CHARACTERS).collect();
                Err(MessageError::UnknownMessageType { message_type })
            }
        }
    }
}

fn required<'a>(name: &'static str, header: Option<RawHeader<'a>>) -> Result<&'a str, MessageError> {
    text(name, header.ok_or(MessageError::MissingHeader { name })?)
}

fn optional<'a>(name: &'static str, header: Option<RawHeader<'a>>) -> Result<Option<&'a str>, MessageError> {
    header.map(|header| text(name, header)).transpose()
}

fn text<'a>(name: &'static str, header: RawHeader<'a>) -> Result<&'a str, MessageError> {
    let text = if header.code == code::STRING { str::from_utf8(header.value).ok() } else { None };
    text.ok_or(MessageError::HeaderNotString { name })
}
