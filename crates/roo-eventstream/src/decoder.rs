//! The incremental decoder.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;

use crate::error::DecodeError;
use crate::frame::Frame;
use crate::limits::Limits;
use crate::prelude::{PRELUDE_LENGTH, Prelude};

/// What is allocated at first for a frame that has to be assembled: room for most of them.
const FIRST_ALLOCATION: usize = 512;

/// What is kept of the buffer for such frames from one to the next.
const MAX_KEPT_ALLOCATION: usize = 64 * 1024;

/// Turns the chunks of a body into frames.
///
/// Push each chunk as it arrives, then take frames until there are none; when the body is over, call
/// [`finish`](Self::finish). Chunks may be cut anywhere, may hold many frames and may be empty.
///
/// A frame that lies inside one chunk is not copied. One that is
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
    /// What was pushed and is not read to its end.
    chunks: VecDeque<Bytes>,
    /// How much of the first chunk is read.
    position: usize,
    /// The beginning of a frame that is spread over chunks.
    partial: Vec<u8>,
    /// The prelude of that frame, once it is there.
    prelude: Option<Prelude>,
    /// The frame that was returned last, whose bytes are free with the next call.
    lent: Option<Lent>,
    error: Option<DecodeError>,
}

/// Where the bytes of a frame are.
#[derive(Clone, Copy)]
enum Lent {
    /// In the first chunk, so many bytes from its position on.
    InChunk(usize),
    /// In `partial`, as a whole.
    Partial,
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
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, DecodeError> {
        self.release();
        let (lent, prelude) = match self.locate() {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.error = Some(error.clone());
                self.release();
                return Err(error);
            }
        };
        self.lent = Some(lent);
        let bytes = match lent {
            Lent::InChunk(length) => {
                let chunk = self.chunks.front().map(|chunk| &**chunk).unwrap_or_default();
                chunk.get(self.position..self.position + length).unwrap_or_default()
            }
            Lent::Partial => &self.partial,
        };
        match Frame::check(bytes, &prelude) {
            Ok(frame) => Ok(Some(frame)),
            Err(error) => {
                self.error = Some(error.clone());
                Err(error)
            }
        }
    }

    /// How many bytes the decoder holds that are not part of a frame returned.
    ///
    /// After [`next_frame`](Self::next_frame) has returned `None`, less than one frame.
    pub fn buffered(&self) -> usize {
        if self.error.is_some() {
            return 0;
        }
        let lent = match self.lent {
            Some(Lent::InChunk(length)) => length,
            Some(Lent::Partial) => self.partial.len(),
            None => 0,
        };
        self.partial.len() + self.chunks.iter().map(Bytes::len).sum::<usize>() - self.position - lent
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

    /// Lets go of the frame that was returned last, and of everything after an error.
    fn release(&mut self) {
        if self.error.is_some() {
            self.chunks = VecDeque::new();
            self.partial = Vec::new();
            self.position = 0;
            self.prelude = None;
            self.lent = None;
            return;
        }
        match self.lent.take() {
            Some(Lent::InChunk(length)) => self.advance(length),
            Some(Lent::Partial) => {
                self.partial.clear();
                // One large frame must not be paid for until the end of the stream.
                self.partial.shrink_to(MAX_KEPT_ALLOCATION);
            }
            None => {}
        }
    }

    /// Marks so many bytes of the first chunk as read.
    fn advance(&mut self, length: usize) {
        self.position += length;
        if self.chunks.front().is_some_and(|chunk| chunk.len() <= self.position) {
            self.chunks.pop_front();
            self.position = 0;
        }
    }

    /// Finds the next whole frame.
    fn locate(&mut self) -> Result<Option<(Lent, Prelude)>, DecodeError> {
        if self.partial.is_empty()
            && let Some(chunk) = self.chunks.front()
            && let Some(rest) = chunk.get(self.position..)
            && let Some(prelude) = Prelude::read(rest, &self.limits)?
            && rest.len() >= prelude.total_length
        {
            return Ok(Some((Lent::InChunk(prelude.total_length), prelude)));
        }
        self.assemble()
    }

    /// Moves bytes from the chunks to `partial` until that is a frame or no chunk is left.
    fn assemble(&mut self) -> Result<Option<(Lent, Prelude)>, DecodeError> {
        while let Some(chunk) = self.chunks.front() {
            let goal = self.prelude.as_ref().map_or(PRELUDE_LENGTH, |prelude| prelude.total_length);
            let missing = goal.saturating_sub(self.partial.len());
            let rest = chunk.get(self.position..).unwrap_or_default();
            let available = rest.get(..missing).unwrap_or(rest);
            append(&mut self.partial, available, goal);
            let taken = available.len();
            self.advance(taken);
            if taken < missing {
                continue;
            }
            match self.prelude.take() {
                None => self.prelude = Prelude::read(&self.partial, &self.limits)?,
                Some(prelude) => return Ok(Some((Lent::Partial, prelude))),
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
