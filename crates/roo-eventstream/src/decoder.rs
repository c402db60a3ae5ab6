//! The incremental decoder.

use std::collections::VecDeque;
use std::{fmt, mem};

use bytes::{Buf, Bytes};

use crate::error::DecodeError;
use crate::frame::{self, Frame};
use crate::limits::Limits;
use crate::prelude::{PRELUDE_LENGTH, Prelude};

/// What is allocated at first for a frame that has to be assembled: room for most of them.
const FIRST_ALLOCATION: usize = 512;

/// Turns the chunks of a body into frames.
///
/// Push each chunk as it arrives, then take frames until there are none; when the body is over, call
/// [`finish`](Self::finish). Chunks may be cut anywhere, may hold many frames and may be empty.
///
/// A frame that lies inside one chunk is not copied (see [what it pins](Frame#what-a-frame-pins)). One that is
/// spread over chunks is assembled once, in memory that grows with the bytes received and never past the end of
/// that frame: a length on the wire allocates nothing by itself.
///
/// An error is fatal, because nothing says where the next frame starts: after one the decoder drops what it holds,
/// ignores what is pushed and returns no more frames. Frames that precede the bad one are all returned first.
///
/// ```
/// use bytes::Bytes;
/// use roo_eventstream::{DecodeError, Decoder};
///
/// let frame = Bytes::from_static(b"\x00\x00\x00\x10\x00\x00\x00\x00\x05\xc2\x48\xeb\x7d\x98\xc8\xff");
/// let mut decoder = Decoder::new();
/// decoder.push(frame.clone());
/// decoder.push(frame.slice(..12));
///
/// let first = decoder.next_frame()?.ok_or("a whole frame was pushed")?;
/// assert_eq!(first.headers().count(), 0);
/// assert_eq!(decoder.next_frame()?, None);
/// assert_eq!(decoder.finish(), Err(DecodeError::EndInFrame { received: 12, total_length: 16 }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct Decoder {
    limits: Limits,
    /// What has been pushed and not looked at. None of the chunks is empty.
    chunks: VecDeque<Bytes>,
    /// The start of a frame that the chunks so far did not complete.
    partial: Vec<u8>,
    /// The prelude of the frame in `partial`, once that has all of it.
    prelude: Option<Prelude>,
    /// The error that ended this decoder.
    error: Option<DecodeError>,
}

impl Decoder {
    /// A decoder with the limits of the specification.
    pub fn new() -> Self {
        Self::default()
    }

    /// A decoder with other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The limits of this decoder.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes the next chunk of the body. It is looked at when [`next_frame`](Self::next_frame) is called.
    pub fn push(&mut self, chunk: Bytes) {
        if self.error.is_none() && !chunk.is_empty() {
            self.chunks.push_back(chunk);
        }
    }

    /// The next frame, or `None` if it takes more chunks to complete it.
    ///
    /// # Errors
    /// If what was pushed is not a sequence of valid frames: checked are, in this order, the checksum of the
    /// prelude (as soon as twelve bytes are there), the lengths and limits, the checksum of the message, the
    /// headers. From then on this returns `None`.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        self.take_frame().inspect_err(|error| {
            *self = Self { error: Some(error.clone()), ..Self::with_limits(self.limits) };
        })
    }

    /// How many bytes the decoder holds that are not part of a frame returned.
    ///
    /// After [`next_frame`](Self::next_frame) has returned `None`, less than one frame.
    pub fn buffered(&self) -> usize {
        self.partial.len() + self.chunks.iter().map(Bytes::len).sum::<usize>()
    }

    /// Says that the body is over, and checks that it did not end inside a frame.
    ///
    /// # Errors
    /// If the body ended inside a frame, or if frames were not taken. If [`next_frame`](Self::next_frame) has
    /// failed, its error once more.
    pub fn finish(self) -> Result<(), DecodeError> {
        let buffered = self.buffered();
        if let Some(error) = self.error {
            return Err(error);
        }
        if !self.chunks.is_empty() {
            return Err(DecodeError::EndBeforeDecoding { buffered });
        }
        match self.prelude {
            Some(Prelude { total_length, .. }) => {
                Err(DecodeError::EndInFrame { received: buffered, total_length })
            }
            None if buffered > 0 => Err(DecodeError::EndInPrelude { received: buffered }),
            None => Ok(()),
        }
    }

    fn take_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        if self.partial.is_empty()
            && let Some(chunk) = self.chunks.front_mut()
            && let Some(prelude) = Prelude::read(chunk, &self.limits)?
            && let Some(bytes) = chunk.get(..prelude.total_length)
        {
            frame::check(bytes, &prelude)?;
            let bytes = chunk.split_to(prelude.total_length);
            if chunk.is_empty() {
                self.chunks.pop_front();
            }
            return Ok(Some(Frame::from_checked(bytes, &prelude)));
        }
        self.assemble_frame()
    }

    /// Moves bytes from the chunks to `partial` until that is a frame or no chunk is left.
    fn assemble_frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        while let Some(chunk) = self.chunks.front_mut() {
            let goal = self.prelude.as_ref().map_or(PRELUDE_LENGTH, |prelude| prelude.total_length);
            let missing = goal.saturating_sub(self.partial.len());
            let available = chunk.get(..missing).unwrap_or(chunk);
            append(&mut self.partial, available, goal);
            let taken = available.len();
            chunk.advance(taken);
            if chunk.is_empty() {
                self.chunks.pop_front();
            }
            if taken < missing {
                continue;
            }
            match self.prelude.take() {
                None => self.prelude = Prelude::read(&self.partial, &self.limits)?,
                Some(prelude) => {
                    frame::check(&self.partial, &prelude)?;
                    let bytes = Bytes::from(mem::take(&mut self.partial));
                    return Ok(Some(Frame::from_checked(bytes, &prelude)));
                }
            }
        }
        Ok(None)
    }
}

/// What is buffered appears as its length only: it may be what somebody said to a model.
impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("limits", &self.limits)
            .field("buffered", &self.buffered())
            .field("error", &self.error)
            .finish()
    }
}

/// Appends `bytes` to a buffer that is to have `goal` bytes in the end.
///
/// The buffer doubles, which keeps the cost linear however small the pieces are, but not past `goal`: and `goal` is
/// not allocated at once, because whoever sent the length may not send the bytes.
fn append(buffer: &mut Vec<u8>, bytes: &[u8], goal: usize) {
    let length = buffer.len() + bytes.len();
    if length > buffer.capacity() {
        let doubled = (2 * buffer.capacity()).min(goal);
        buffer.reserve_exact(doubled.max(length).max(FIRST_ALLOCATION) - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::frame;

    #[test]
    fn a_length_allocates_nothing_by_itself() {
        let body = frame(&[], &vec![b'x'; 1024 * 1024]);
        let mut decoder = Decoder::new();
        decoder.push(Bytes::copy_from_slice(&body[..12]));
        assert_eq!(decoder.next_frame(), Ok(None));
        assert_eq!(decoder.partial.capacity(), FIRST_ALLOCATION);
    }

    #[test]
    fn memory_stays_within_twice_what_was_received_and_within_the_frame() {
        let body = frame(&[], &vec![b'x'; 100_000]);
        let mut decoder = Decoder::new();
        let mut growths = 0;
        let mut capacity = 0;
        for (received, byte) in body.iter().enumerate().take(body.len() - 1) {
            decoder.push(Bytes::copy_from_slice(&[*byte]));
            assert_eq!(decoder.next_frame(), Ok(None));
            assert_eq!(decoder.buffered(), received + 1);
            assert!(decoder.partial.capacity() <= (2 * decoder.buffered()).max(FIRST_ALLOCATION));
            assert!(decoder.partial.capacity() <= body.len());
            growths += usize::from(decoder.partial.capacity() != capacity);
            capacity = decoder.partial.capacity();
        }
        assert!(growths < 12, "the buffer was moved {growths} times");
    }

    #[test]
    fn an_error_frees_everything() {
        let mut decoder = Decoder::new();
        decoder.push(Bytes::from(vec![0; 7]));
        assert_eq!(decoder.next_frame(), Ok(None));
        decoder.push(Bytes::from(vec![0; 5000]));
        let expected = DecodeError::PreludeChecksum { expected: crc32fast::hash(&[0; 8]), found: 0 };
        assert_eq!(decoder.next_frame(), Err(expected.clone()));
        decoder.push(Bytes::from_static(b"more"));
        assert_eq!(decoder.next_frame(), Ok(None));
        assert_eq!((decoder.buffered(), decoder.partial.capacity(), decoder.chunks.len()), (0, 0, 0));
        assert_eq!(decoder.finish(), Err(expected));
    }
}
