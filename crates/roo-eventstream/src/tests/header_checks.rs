//! Everything that can be wrong with the headers of a frame whose checksums are right.

use std::time::{Duration, Instant};

use super::{decode_error, decode_one, decode_pieces, frame, string_headers};
use crate::{DecodeError, HeaderValue, MAX_HEADER_COUNT, MAX_HEADERS_LENGTH};

/// The error of a frame with this header block; the payload would be read if the block were overrun.
fn error(block: &[u8]) -> DecodeError {
    decode_error(&frame(block, b"\x00\x00payload that must not be taken for headers"))
}

#[test]
fn each_type_cut_at_each_byte() {
    let values: [&[u8]; 10] = [
        b"\x00",
        b"\x01",
        b"\x021",
        b"\x0312",
        b"\x041234",
        b"\x0512345678",
        b"\x06\x00\x03abc",
        b"\x07\x00\x03abc",
        b"\x0812345678",
        b"\x09123456789abcdef0",
    ];
    for value in values {
        let block = [b"\x04name", value].concat();
        assert!(decode_one(&frame(&block, b"payload")).header("name").is_some());
        for available in 1..block.len() {
            let (offset, limit) = (12, block.len());
            match error(&block[..available]) {
                DecodeError::HeaderTruncated { offset: 12, needed, available: found } => {
                    assert_eq!(found, available);
                    assert!(available < needed && needed <= limit, "{needed} at {available} of {limit}");
                }
                other => panic!("{other:?} at {offset} of {limit}"),
            }
        }
    }
}

#[test]
fn a_value_that_runs_over_the_end_of_the_headers() {
    assert_eq!(
        error(b"\x01s\x07\xff\xffshort"),
        DecodeError::HeaderTruncated { offset: 12, needed: 5 + 65_535, available: 10 }
    );
    assert_eq!(
        error(b"\x01a\x00\x01s\x06\x00\x01"),
        DecodeError::HeaderTruncated { offset: 15, needed: 6, available: 5 }
    );
    assert_eq!(error(b"\x05"), DecodeError::HeaderTruncated { offset: 12, needed: 7, available: 1 });
}

#[test]
fn empty_names() {
    assert_eq!(error(b"\x00\x00"), DecodeError::HeaderNameEmpty { offset: 12 });
    assert_eq!(error(b"\x01a\x00\x00"), DecodeError::HeaderNameEmpty { offset: 15 });
}

#[test]
fn types_that_do_not_exist() {
    for code in 10..=u8::MAX {
        assert_eq!(error(&[1, b'a', code, 0, 0]), DecodeError::UnknownHeaderType { offset: 12, code });
    }
}

#[test]
fn text_that_is_not_utf8() {
    assert_eq!(error(b"\x02\xc3\x28\x00"), DecodeError::HeaderNameNotUtf8 { offset: 12 });
    assert_eq!(error(b"\x01a\x00\x01s\x07\x00\x02\xc3\x28"), DecodeError::HeaderValueNotUtf8 { offset: 15 });
    let block = "\x02é\x07\x00\x04häß".as_bytes();
    assert!(matches!(error(block), DecodeError::HeaderValueNotUtf8 { .. }), "cut inside a character");
    let block = "\x02é\x07\x00\x05häß".as_bytes();
    assert_eq!(decode_one(&frame(block, b"")).header("é"), Some(HeaderValue::String("häß")));
    let bytes = decode_one(&frame(b"\x01b\x06\x00\x02\xc3\x28", b""));
    assert_eq!(bytes.header("b"), Some(HeaderValue::ByteArray(b"\xc3\x28")));
}

#[test]
fn empty_and_long_values_are_tolerated() {
    let frame_of_empty = decode_one(&frame(b"\x01b\x06\x00\x00\x01s\x07\x00\x00", b""));
    assert_eq!(frame_of_empty.header("b"), Some(HeaderValue::ByteArray(b"")));
    assert_eq!(frame_of_empty.header("s"), Some(HeaderValue::String("")));
    let longest = "x".repeat(65_535);
    let (frames, end) = decode_pieces([frame(&string_headers(&[("s", &longest)]), b"").as_slice()]);
    assert_eq!(end, Ok(()));
    assert_eq!(frames[0].header("s"), Some(HeaderValue::String(&longest)));
}

#[test]
fn duplicate_names() {
    assert_eq!(error(b"\x01a\x00\x01a\x01"), DecodeError::DuplicateHeader { offset: 15 });
    assert_eq!(
        error(b"\x01a\x00\x01b\x00\x01c\x00\x01b\x00\x01a\x00"),
        DecodeError::DuplicateHeader { offset: 21 }
    );
    let twice =
        string_headers(&[(":message-type", "event"), (":event-type", "a"), (":message-type", "event")]);
    assert!(matches!(error(&twice), DecodeError::DuplicateHeader { .. }));
    // Names that the filter takes for the same, but that are not.
    assert_eq!(decode_one(&frame(b"\x02xb\x00\x02yb\x00\x02zb\x00", b"")).headers().count(), 3);
    assert_eq!(decode_one(&frame(b"\x01a\x00\x01A\x00", b"")).headers().count(), 2);
}

fn many_headers(count: usize) -> Vec<u8> {
    (0..count).flat_map(|index| [b"\x08", format!("{index:08}").as_bytes(), b"\x00"].concat()).collect()
}

#[test]
fn the_number_of_headers() {
    let (frames, end) = decode_pieces([frame(&many_headers(MAX_HEADER_COUNT), b"").as_slice()]);
    assert_eq!((frames[0].headers().count(), end), (MAX_HEADER_COUNT, Ok(())));
    let (_, end) = decode_pieces([frame(&many_headers(MAX_HEADER_COUNT + 1), b"").as_slice()]);
    assert_eq!(end, Err(DecodeError::TooManyHeaders));
}

#[test]
fn a_full_block_of_headers_is_cheap_to_check() {
    let mut block = Vec::new();
    for index in 0..MAX_HEADER_COUNT {
        block.push(126);
        block.extend_from_slice(format!("{index:0126}").as_bytes());
        block.push(0);
    }
    assert_eq!(block.len(), MAX_HEADERS_LENGTH);
    let body = frame(&block, b"");
    let start = Instant::now();
    let (frames, end) = decode_pieces([body.as_slice()]);
    assert_eq!((frames.len(), end), (1, Ok(())));
    // A hundred times what it takes without optimisation.
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn headers_are_found_by_name() {
    let frame = decode_one(&frame(b"\x01a\x02\xff\x01b\x05\x00\x00\x00\x00\x00\x00\x00\x09", b"payload"));
    assert_eq!(frame.header("a"), Some(HeaderValue::Byte(-1)));
    assert_eq!(frame.header("b"), Some(HeaderValue::Long(9)));
    assert_eq!(frame.header("c"), None);
    assert_eq!(frame.header(""), None);
    let names: Vec<_> = frame.headers().map(|header| header.name).collect();
    assert_eq!(names, ["a", "b"]);
}
