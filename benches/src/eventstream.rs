//! Decoding a stream of Bedrock deltas: ours against the decoder of the AWS SDK.

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_eventstream::smithy::parse_response_headers;
use bytes::Bytes;
use roo_eventstream::{Decoder, Header, MessageKind, encode};

const FRAMES: usize = 1_000;
const ROUNDS: usize = 301;

/// Times both decoders in interleaved rounds, and prints for each layout of the body the median time a frame takes.
///
/// Both check the checksums and the headers, find the message type and the event type, and get the payload.
pub fn run() {
    let frame = delta();
    let body = Bytes::from(frame.repeat(FRAMES));
    let per_read = 8 * 1024;
    let layouts = [
        ("decode a delta, 1000 in one chunk", vec![body.clone()]),
        ("decode a delta, each a chunk", (0..FRAMES).map(|_| Bytes::copy_from_slice(&frame)).collect()),
        (
            "decode a delta, in chunks of 8 KiB, frames cut",
            body.chunks(per_read).map(Bytes::copy_from_slice).collect(),
        ),
    ];
    for (name, chunks) in layouts {
        compare(name, &chunks);
    }
}

fn compare(name: &str, chunks: &[Bytes]) {
    let expected = FRAMES * delta_payload().len();
    let (mut ours, mut theirs) = (Vec::with_capacity(ROUNDS), Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        ours.push(time_per_frame(|| decode_ours(black_box(chunks)), expected));
        theirs.push(time_per_frame(|| decode_theirs(black_box(chunks)), expected));
    }
    crate::print_row(name, median(ours), median(theirs));
}

/// Returns the bytes of payload of all `contentBlockDelta` events, as do the others.
fn decode_ours(chunks: &[Bytes]) -> usize {
    let mut decoder = Decoder::new();
    let mut length = 0;
    for chunk in chunks {
        decoder.push(chunk.clone());
        while let Some(frame) = decoder.next_frame().expect("the frames are valid") {
            let MessageKind::Event { event_type } = frame.kind().expect("the messages are valid") else {
                panic!("the messages are events");
            };
            let is_delta = black_box(event_type) == "contentBlockDelta";
            length += if is_delta { black_box(frame.payload()).len() } else { 0 };
        }
    }
    decoder.finish().expect("the last frame is complete");
    length
}

fn decode_theirs(chunks: &[Bytes]) -> usize {
    let mut decoder = MessageFrameDecoder::new();
    let mut length = 0;
    let mut buffer = Bytes::new();
    for chunk in chunks {
        // Joined where the SDK chains: one small copy a chunk, and only if a frame is cut.
        buffer = if buffer.is_empty() { chunk.clone() } else { [buffer, chunk.clone()].concat().into() };
        while let DecodedFrame::Complete(message) =
            decoder.decode_frame(&mut buffer).expect("the frames are valid")
        {
            let headers = parse_response_headers(&message).expect("the messages are valid");
            assert_eq!(headers.message_type.as_str(), "event");
            let is_delta = black_box(headers.smithy_type.as_str()) == "contentBlockDelta";
            length += if is_delta { black_box(message.payload()).len() } else { 0 };
        }
    }
    assert!(buffer.is_empty());
    length
}

/// A delta of twelve characters with the padding that Bedrock adds.
fn delta() -> Vec<u8> {
    let headers = [
        Header::new(":event-type", "contentBlockDelta"),
        Header::new(":content-type", "application/json"),
        Header::new(":message-type", "event"),
    ];
    let mut frame = Vec::new();
    encode(&headers, delta_payload(), &mut frame).expect("the headers are valid");
    frame
}

fn delta_payload() -> &'static [u8] {
    br#"{"contentBlockIndex":0,"delta":{"text":"twelve chars"},"p":"abcdefghijk"}"#
}

fn time_per_frame(decode: impl FnOnce() -> usize, expected: usize) -> Duration {
    let start = Instant::now();
    let length = decode();
    let elapsed = start.elapsed();
    assert_eq!(length, expected);
    elapsed / FRAMES as u32
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
