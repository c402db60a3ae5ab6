//! The first twelve bytes of a frame: its lengths, and a checksum that guards them.

use crc32fast::Hasher;

use crate::error::DecodeError;
use crate::limits::Limits;

/// The two lengths, which the checksum of the prelude covers.
pub(crate) const LENGTHS_LENGTH: usize = 8;

/// The two lengths and their checksum.
pub(crate) const PRELUDE_LENGTH: usize = 12;

/// The checksum of the message, at the very end.
pub(crate) const CHECKSUM_LENGTH: usize = 4;

/// What a frame has besides headers and payload: the prelude, and the checksum of the message.
pub(crate) const FRAME_OVERHEAD: usize = PRELUDE_LENGTH + CHECKSUM_LENGTH;

/// A prelude whose checksum is right and whose lengths are consistent and within the limits.
#[derive(Debug, Clone)]
pub(crate) struct Prelude {
    pub(crate) total_length: usize,
    pub(crate) headers_length: usize,
    /// The checksum of the lengths. That of the message goes on from it, so that no byte is summed twice.
    ///
    /// It is CRC-32 as in IEEE 802.3: the specification cites RFC 3385, but does not mean CRC-32C.
    pub(crate) checksum: Hasher,
}

impl Prelude {
    /// Reads the prelude at the start of `bytes`, or `None` if it is not all there yet.
    ///
    /// The checksum comes first: a corrupted length must be found out here, and not after a wait for up to 4 GiB.
    pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Option<Self>, DecodeError> {
        let Some(&[t0, t1, t2, t3, h0, h1, h2, h3, c0, c1, c2, c3]) = bytes.first_chunk::<PRELUDE_LENGTH>()
        else {
            return Ok(None);
        };
        let found = u32::from_be_bytes([c0, c1, c2, c3]);
        let mut checksum = Hasher::new();
        checksum.update(&[t0, t1, t2, t3, h0, h1, h2, h3]);
        let expected = checksum.clone().finalize();
        if expected != found {
            return Err(DecodeError::PreludeChecksum { expected, found });
        }

        let total_length = u32::from_be_bytes([t0, t1, t2, t3]) as usize;
        let headers_length = u32::from_be_bytes([h0, h1, h2, h3]) as usize;
        let Some(content_length) = total_length.checked_sub(FRAME_OVERHEAD) else {
            return Err(DecodeError::FrameTooShort { total_length });
        };
        let Some(payload_length) = content_length.checked_sub(headers_length) else {
            return Err(DecodeError::HeadersBeyondFrame { headers_length, total_length });
        };
        if headers_length > limits.headers_length() {
            return Err(DecodeError::HeadersTooLong {
                length: headers_length,
                limit: limits.headers_length(),
            });
        }
        if payload_length > limits.payload_length() {
            return Err(DecodeError::PayloadTooLong {
                length: payload_length,
                limit: limits.payload_length(),
            });
        }
        Ok(Some(Self { total_length, headers_length, checksum }))
    }

    /// Where the headers end and the payload starts, in bytes from the start of the frame.
    pub(crate) fn headers_end(&self) -> usize {
        PRELUDE_LENGTH + self.headers_length
    }
}
