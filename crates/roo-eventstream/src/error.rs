//! What can be wrong with a frame, with a message, and with what is to be encoded.
//!
//! No message quotes a payload: payloads are what people said to a model.

use thiserror::Error;

use crate::limits::{MAX_HEADER_COUNT, MAX_HEADER_NAME_LENGTH, MAX_HEADER_VALUE_LENGTH};
use crate::limits::{MAX_HEADERS_LENGTH, MAX_PAYLOAD_LENGTH};

/// Why a stream of frames cannot be decoded any further. Lengths and offsets are in bytes.
///
/// Offsets of headers count from the start of the frame.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The checksum of the prelude does not match its lengths.
    #[error("the prelude's checksum is {found:#010x}, but its bytes have {expected:#010x}")]
    PreludeChecksum {
        /// The checksum of the bytes received.
        expected: u32,
        /// The checksum received.
        found: u32,
    },
    /// The frame claims fewer bytes than its prelude and checksums take.
    #[error("a frame of {total_length} bytes is impossible: the shortest has 16")]
    FrameTooShort {
        /// The length of the whole frame according to its prelude.
        total_length: usize,
    },
    /// The headers claim more bytes than the frame has for them.
    #[error("{headers_length} bytes of headers do not fit into a frame of {total_length} bytes")]
    HeadersBeyondFrame {
        /// The length of the headers according to the prelude.
        headers_length: usize,
        /// The length of the whole frame according to its prelude.
        total_length: usize,
    },
    /// The headers are longer than the decoder's limit.
    #[error("{length} bytes of headers exceed the limit of {limit}")]
    HeadersTooLong {
        /// The length of the headers according to the prelude.
        length: usize,
        /// The most this decoder takes.
        limit: usize,
    },
    /// The payload is longer than the decoder's limit.
    #[error("a payload of {length} bytes exceeds the limit of {limit}")]
    PayloadTooLong {
        /// The length of the payload according to the prelude.
        length: usize,
        /// The most this decoder takes.
        limit: usize,
    },
    /// The checksum of the message does not match its bytes.
    #[error("the message's checksum is {found:#010x}, but its bytes have {expected:#010x}")]
    MessageChecksum {
        /// The checksum of the bytes received.
        expected: u32,
        /// The checksum received.
        found: u32,
    },
    /// A header runs over the end of the headers.
    #[error("the header at byte {offset} needs at least {needed} bytes, but only {available} are left")]
    HeaderTruncated {
        /// Where the header starts.
        offset: usize,
        /// How many bytes the header has at least, as far as it could be read.
        needed: usize,
        /// How many bytes there are up to the end of the headers.
        available: usize,
    },
    /// A header has an empty name.
    #[error("the header at byte {offset} has an empty name")]
    HeaderNameEmpty {
        /// Where the header starts.
        offset: usize,
    },
    /// The name of a header is not UTF-8.
    #[error("the header at byte {offset} has a name that is not UTF-8")]
    HeaderNameNotUtf8 {
        /// Where the header starts.
        offset: usize,
    },
    /// The value of a string header is not UTF-8.
    #[error("the header at byte {offset} has a string value that is not UTF-8")]
    HeaderValueNotUtf8 {
        /// Where the header starts.
        offset: usize,
    },
    /// A header has a value of a type that does not exist.
    #[error("the header at byte {offset} has the type {code}, but types go from 0 to 9")]
    UnknownHeaderType {
        /// Where the header starts.
        offset: usize,
        /// The type received.
        code: u8,
    },
    /// Two headers have the same name.
    #[error("the header at byte {offset} has the name of an earlier one")]
    DuplicateHeader {
        /// Where the second of the two starts.
        offset: usize,
    },
    /// The frame has more headers than [`MAX_HEADER_COUNT`].
    #[error("the frame has more than {MAX_HEADER_COUNT} headers")]
    TooManyHeaders,
    /// The stream ended inside the prelude of a frame.
    #[error("the stream ended after {received} of the 12 bytes of a frame's prelude")]
    EndInPrelude {
        /// How many bytes of the prelude there were, 1 to 11.
        received: usize,
    },
    /// The stream ended inside a frame, after its prelude.
    #[error("the stream ended after {received} of the {total_length} bytes of a frame")]
    EndInFrame {
        /// How many bytes of the frame there were, 12 (exactly the prelude) or more.
        received: usize,
        /// The length of the whole frame.
        total_length: usize,
    },
    /// The decoder was told that the stream is over before all it holds had been asked for.
    #[error("the stream was declared over while {buffered} bytes were still to be decoded")]
    EndBeforeDecoding {
        /// How many bytes the decoder held.
        buffered: usize,
    },
}

/// Why a frame, although intact, is not a message in the sense of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MessageError {
    /// A header is missing that a message of this type has to have.
    #[error("the message has no {name} header")]
    MissingHeader {
        /// The name of the header.
        name: &'static str,
    },
    /// A header is not a string although the protocol says that it is one.
    #[error("the message's {name} header is not a string")]
    HeaderNotString {
        /// The name of the header.
        name: &'static str,
    },
    /// The message is neither an event nor an exception nor an error.
    #[error("the message is of the unknown type {message_type:?}")]
    UnknownMessageType {
        /// The first 64 characters of the `:message-type` header.
        message_type: String,
    },
}

/// Why something cannot be encoded. Lengths are in bytes, and `index` is the header's place in the slice given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The name of a header is empty or too long.
    #[error("header {index} has a name of {length} bytes: 1 to {MAX_HEADER_NAME_LENGTH} are possible")]
    HeaderNameLength {
        /// Which header.
        index: usize,
        /// The length of its name.
        length: usize,
    },
    /// The value of a header is longer than [`MAX_HEADER_VALUE_LENGTH`].
    #[error(
        "header {index} has a value of {length} bytes, which exceeds the limit of {MAX_HEADER_VALUE_LENGTH}"
    )]
    HeaderValueTooLong {
        /// Which header.
        index: usize,
        /// The length of its value.
        length: usize,
    },
    /// Two headers have the same name.
    #[error("header {index} has the name of an earlier one")]
    DuplicateHeader {
        /// The second of the two.
        index: usize,
    },
    /// There are more headers than [`MAX_HEADER_COUNT`].
    #[error("{count} headers exceed the limit of {MAX_HEADER_COUNT}")]
    TooManyHeaders {
        /// How many headers there are.
        count: usize,
    },
    /// The headers together are longer than [`MAX_HEADERS_LENGTH`].
    #[error("{length} bytes of headers exceed the limit of {MAX_HEADERS_LENGTH}")]
    HeadersTooLong {
        /// The length of the headers, encoded.
        length: usize,
    },
    /// The payload is longer than [`MAX_PAYLOAD_LENGTH`].
    #[error("a payload of {length} bytes exceeds the limit of {MAX_PAYLOAD_LENGTH}")]
    PayloadTooLong {
        /// The length of the payload.
        length: usize,
    },
}
