use bytes::Bytes;

use crate::{DecodeError, Decoder, Frame, OwnedFrame};

mod encoding;
mod header_checks;
mod kinds;
mod streams;
mod vectors;

/// A frame with right checksums around whatever is given, independent of the encoder.
pub(crate) fn frame(header_block: &[u8], payload: &[u8]) -> Vec<u8> {
    let total_length = u32::try_from(16 + header_block.len() + payload.len()).unwrap();
    let mut bytes = prelude(total_length, u32::try_from(header_block.len()).unwrap());
    bytes.extend_from_slice(header_block);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

/// A prelude with these lengths and the right checksum.
pub(crate) fn prelude(total_length: u32, headers_length: u32) -> Vec<u8> {
    let mut bytes = [total_length.to_be_bytes(), headers_length.to_be_bytes()].concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    bytes
}

/// The header block of `:message-type` etc.: string headers only.
pub(crate) fn string_headers(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(u8::try_from(name.len()).unwrap());
        block.extend_from_slice(name.as_bytes());
        block.push(7);
        block.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        block.extend_from_slice(value.as_bytes());
    }
    block
}

/// What decoding a whole body gives: the frames before the first error, and how it ended.
pub(crate) type Outcome = (Vec<Frame<'static>>, Result<(), DecodeError>);

/// A frame for the rest of the test run.
pub(crate) fn keep(frame: Frame<'_>) -> Frame<'static> {
    Box::leak(Box::new(OwnedFrame::from(frame))).as_frame()
}

/// Decodes `pieces` as a reader of a body would.
pub(crate) fn decode_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(Bytes::copy_from_slice(piece));
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(keep(frame)),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_frame(), Ok(None), "an error is given once");
                    return (frames, Err(error));
                }
            }
        }
    }
    (frames, decoder.finish())
}

/// Decodes `body` in one piece, byte by byte and cut in two at every position, which must all give the same.
pub(crate) fn decode(body: &[u8]) -> Outcome {
    let whole = decode_pieces([body]);
    assert_eq!(decode_pieces(body.chunks(1)), whole, "byte by byte");
    for cut in 0..=body.len() {
        let (start, end) = body.split_at(cut);
        assert_eq!(decode_pieces([start, &[], end]), whole, "cut at {cut}");
    }
    whole
}

/// The error of a body that has nothing valid in it.
pub(crate) fn decode_error(body: &[u8]) -> DecodeError {
    let (frames, end) = decode(body);
    assert_eq!(frames, []);
    end.unwrap_err()
}

/// The only frame of a body.
pub(crate) fn decode_one(body: &[u8]) -> Frame<'static> {
    let (mut frames, end) = decode(body);
    assert_eq!((frames.len(), end), (1, Ok(())));
    frames.remove(0)
}

/// The bytes that `text` spells, white space ignored.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|character| character.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}
