//! Arbitrary bytes in arbitrary cuts, through the decoder of event streams.

use bytes::Bytes;
use roo_eventstream::{DecodeError, Decoder, Limits, OwnedFrame, encode};

/// Small, so that inputs reach them.
const HEADERS_LENGTH: usize = 512;
const PAYLOAD_LENGTH: usize = 1024;

/// Decodes the body that `data` describes, whole and cut, and checks what must hold whatever it is.
///
/// Bit 0 of the first byte says what follows: the body itself, or the contents of frames that are to be given right
/// checksums, which no fuzzer guesses. The other bits say where the body is cut.
pub fn run(data: &[u8]) {
    let Some((&control, rest)) = data.split_first() else { return };
    let body = if control & 1 == 0 { rest.to_vec() } else { frames_of(rest) };

    let whole = decode([body.as_slice()]);
    assert_eq!(decode(cut(&body, control >> 1)), whole, "cut and whole differ");
    assert_eq!(decode(body.chunks(1)), whole, "byte by byte and whole differ");

    let (frames, end) = &whole;
    let mut encoded = Vec::new();
    let is_encodable = frames.iter().all(|frame| {
        let frame = frame.as_frame();
        let _ = (frame.kind(), format!("{frame:?}"));
        let headers: Vec<_> = frame.headers().collect();
        encode(&headers, frame.payload(), &mut encoded).is_ok()
    });
    if is_encodable {
        assert!(body.starts_with(&encoded), "encoding what was decoded gives other bytes");
        assert!(end.is_err() || body.len() == encoded.len(), "bytes were lost");
    }
}

/// Frames around pieces of `rest`, each after two bytes that give the lengths of its headers and its payload.
fn frames_of(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some((&[headers_length, payload_length], content)) = rest.split_first_chunk() {
        let (headers, content) = split(content, usize::from(headers_length));
        let (payload, following) = split(content, usize::from(payload_length));
        rest = following;

        let start = body.len();
        let total_length = 16 + headers.len() + payload.len();
        body.extend_from_slice(&(total_length as u32).to_be_bytes());
        body.extend_from_slice(&(headers.len() as u32).to_be_bytes());
        body.extend_from_slice(&checksum(body.iter().skip(start)).to_be_bytes());
        body.extend_from_slice(headers);
        body.extend_from_slice(payload);
        body.extend_from_slice(&checksum(body.iter().skip(start)).to_be_bytes());
    }
    body
}

fn split(bytes: &[u8], at: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(at).unwrap_or((bytes, &[]))
}

/// CRC-32 bit by bit, so that it shares nothing with what is tested.
fn checksum<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    !bytes.fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

/// Pieces of 0 to 63 bytes, of which `seed` determines the lengths.
fn cut(mut body: &[u8], seed: u8) -> Vec<&[u8]> {
    let mut state = u32::from(seed) + 1;
    let mut pieces = Vec::new();
    while !body.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (piece, following) = split(body, (state >> 26) as usize);
        pieces.push(piece);
        body = following;
    }
    pieces
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<OwnedFrame>, Result<(), DecodeError>) {
    let limits = Limits::default().with_headers_length(HEADERS_LENGTH).with_payload_length(PAYLOAD_LENGTH);
    let mut decoder = Decoder::with_limits(limits);
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(Bytes::copy_from_slice(piece));
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(OwnedFrame::from(frame)),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_frame(), Ok(None), "an error does not end the decoder");
                    assert_eq!(decoder.buffered(), 0, "an error leaves bytes behind");
                    assert_eq!(decoder.finish(), Err(error.clone()), "the end forgets the error");
                    return (frames, Err(error));
                }
            }
        }
        assert!(decoder.buffered() < limits.frame_length(), "more than a frame is buffered");
    }
    (frames, decoder.finish())
}
