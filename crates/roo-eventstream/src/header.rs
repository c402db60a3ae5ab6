//! Headers as a program sees them.

use std::iter::FusedIterator;
use std::str;

use crate::block::{RawHeader, RawHeaders, code};

/// One header of a frame.
///
/// ```
/// use roo_eventstream::{Header, HeaderValue};
///
/// let header = Header::new(":event-type", "chunk");
/// assert_eq!(header.value, HeaderValue::String("chunk"));
/// assert_eq!(Header::new(":date", HeaderValue::Timestamp(0)).value.as_str(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name, 1 to 255 bytes long. Names that start with a colon are those of the protocol.
    pub name: &'a str,
    /// The value.
    pub value: HeaderValue<'a>,
}

impl<'a> Header<'a> {
    /// A header; a `&str` as its value makes it a string header.
    pub fn new(name: &'a str, value: impl Into<HeaderValue<'a>>) -> Self {
        Self { name, value: value.into() }
    }

    /// The header that `raw` stands for, or `None` if it is not well-formed.
    pub(crate) fn from_raw(raw: RawHeader<'a>) -> Option<Self> {
        Some(Self {
            name: str::from_utf8(raw.name).ok()?,
            value: HeaderValue::from_raw(raw.code, raw.value)?,
        })
    }
}

/// The value of a header.
///
/// The specification declares the types fixed and not open to extension, hence this is exhaustive. Two of the ten
/// types on the wire, true and false, are one here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderValue<'a> {
    /// True or false (types 0 and 1).
    Bool(bool),
    /// A signed integer of 8 bits (type 2).
    Byte(i8),
    /// A signed integer of 16 bits (type 3).
    Short(i16),
    /// A signed integer of 32 bits (type 4).
    Integer(i32),
    /// A signed integer of 64 bits (type 5).
    Long(i64),
    /// Bytes, at most 65 535 (type 6).
    ByteArray(&'a [u8]),
    /// Text, at most 65 535 bytes of UTF-8 (type 7).
    String(&'a str),
    /// Milliseconds since the Unix epoch, negative before it (type 8).
    Timestamp(i64),
    /// The sixteen bytes of a UUID (type 9).
    Uuid([u8; 16]),
}

impl<'a> HeaderValue<'a> {
    /// The text of a string header, or `None` for every other type.
    pub fn as_str(&self) -> Option<&'a str> {
        match *self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    fn from_raw(code: u8, value: &'a [u8]) -> Option<Self> {
        Some(match code {
            code::TRUE => Self::Bool(true),
            code::FALSE => Self::Bool(false),
            code::BYTE => Self::Byte(i8::from_be_bytes(value.try_into().ok()?)),
            code::SHORT => Self::Short(i16::from_be_bytes(value.try_into().ok()?)),
            code::INTEGER => Self::Integer(i32::from_be_bytes(value.try_into().ok()?)),
            code::LONG => Self::Long(i64::from_be_bytes(value.try_into().ok()?)),
            code::BYTE_ARRAY => Self::ByteArray(value),
            code::STRING => Self::String(str::from_utf8(value).ok()?),
            code::TIMESTAMP => Self::Timestamp(i64::from_be_bytes(value.try_into().ok()?)),
            code::UUID => Self::Uuid(value.try_into().ok()?),
            _ => return None,
        })
    }
}

impl<'a> From<&'a str> for HeaderValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(text)
    }
}

/// The headers of a frame in the order in which they were sent, as returned by
/// [`Frame::headers`](crate::Frame::headers).
#[derive(Debug, Clone)]
pub struct Headers<'a> {
    raw: RawHeaders<'a>,
}

impl<'a> Headers<'a> {
    /// Iterates over a block that has been checked: what is not well-formed would end it silently.
    pub(crate) fn new(checked_block: &'a [u8]) -> Self {
        Self { raw: RawHeaders::new(checked_block) }
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        self.raw.next().and_then(Header::from_raw)
    }
}

impl FusedIterator for Headers<'_> {}
