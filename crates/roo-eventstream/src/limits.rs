//! How large the parts of a frame may be.

use crate::prelude::FRAME_OVERHEAD;

/// The most bytes a header name may have: its length travels in one byte.
pub const MAX_HEADER_NAME_LENGTH: usize = u8::MAX as usize;

/// The most bytes a string or byte array may have in a header that is encoded.
///
/// The decoder accepts the 65 535 bytes that the length field can express, as the AWS clients do.
pub const MAX_HEADER_VALUE_LENGTH: usize = i16::MAX as usize;

/// The most headers a frame may have, when encoding and when decoding.
///
/// The specification names no number. This is the one of the C runtime of AWS, far above the three headers of
/// an event; it bounds what a frame costs to check.
pub const MAX_HEADER_COUNT: usize = 1024;

/// The most bytes all headers of a frame may have together, as encoded: 128 KiB.
pub const MAX_HEADERS_LENGTH: usize = 128 * 1024;

/// The most bytes a payload may have: 24 MiB.
pub const MAX_PAYLOAD_LENGTH: usize = 24 * 1024 * 1024;

/// The largest frame that a [`Decoder`](crate::Decoder) takes, which is also the most it ever buffers of one frame.
///
/// By default these are the limits of the [specification](https://smithy.io/2.0/aws/amazon-eventstream.html):
/// [`MAX_HEADERS_LENGTH`] and [`MAX_PAYLOAD_LENGTH`], hence frames of at most 24 MiB + 128 KiB + 16 bytes.
///
/// ```
/// use roo_eventstream::{Decoder, Limits};
///
/// let decoder = Decoder::with_limits(Limits::default().with_payload_length(1024 * 1024));
/// assert_eq!(decoder.limits().frame_length(), 1024 * 1024 + 128 * 1024 + 16);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    headers_length: usize,
    payload_length: usize,
}

impl Limits {
    /// Sets the most bytes of headers, as encoded.
    #[must_use]
    pub const fn with_headers_length(self, headers_length: usize) -> Self {
        Self { headers_length, ..self }
    }

    /// Sets the most bytes of payload.
    #[must_use]
    pub const fn with_payload_length(self, payload_length: usize) -> Self {
        Self { payload_length, ..self }
    }

    /// The most bytes of headers, as encoded.
    pub const fn headers_length(&self) -> usize {
        self.headers_length
    }

    /// The most bytes of payload.
    pub const fn payload_length(&self) -> usize {
        self.payload_length
    }

    /// The most bytes of a whole frame, with its prelude and its checksums.
    pub const fn frame_length(&self) -> usize {
        self.headers_length.saturating_add(self.payload_length).saturating_add(FRAME_OVERHEAD)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { headers_length: MAX_HEADERS_LENGTH, payload_length: MAX_PAYLOAD_LENGTH }
    }
}
