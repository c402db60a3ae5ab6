//! Where frames start and end in the chunks of a body, and what that costs.

use bytes::Bytes;

use super::{decode_error, decode_pieces, frame, prelude, string_headers};
use crate::{DecodeError, Decoder, Limits, MAX_HEADERS_LENGTH, MAX_PAYLOAD_LENGTH};

fn delta() -> Vec<u8> {
    let headers = string_headers(&[
        (":event-type", "contentBlockDelta"),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ]);
    frame(&headers, br#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abc"}"#)
}

#[test]
fn a_payload_within_one_chunk_is_a_slice_of_it() {
    let chunk = Bytes::from([delta(), delta(), delta()[..20].to_vec()].concat());
    let range = chunk.as_ptr_range();
    let mut decoder = Decoder::new();
    decoder.push(chunk.clone());
    for _ in 0..2 {
        let payload = decoder.next_frame().unwrap().unwrap().payload();
        assert!(payload.starts_with(br#"{"contentBlockIndex""#) && payload.ends_with(b"}"));
        assert!(
            range.contains(&payload.as_ptr()) && range.contains(&payload.last_chunk::<1>().unwrap().as_ptr())
        );
    }
    assert_eq!(decoder.next_frame(), Ok(None));
    // The beginning of the third frame has been copied, so that the chunk is not pinned by it.
    assert_eq!(decoder.next_frame(), Ok(None));
    assert!(chunk.is_unique());
}

#[test]
fn a_kept_frame_is_the_same_frame() {
    for body in [delta(), frame(&[], b""), frame(&[], b"x"), frame(b"\x01x\x00", b"")] {
        let mut decoder = Decoder::new();
        decoder.push(body.into());
        let lent = decoder.next_frame().unwrap().unwrap();
        let kept = crate::OwnedFrame::from(lent);
        assert_eq!((kept.as_frame(), kept.as_frame().kind()), (lent, lent.kind()));
    }
}

#[test]
fn the_end_of_the_stream_at_every_place() {
    let body = delta();
    for received in 0..body.len() {
        let expected = match received {
            0 => Ok(()),
            1..12 => Err(DecodeError::EndInPrelude { received }),
            _ => Err(DecodeError::EndInFrame { received, total_length: body.len() }),
        };
        assert_eq!(decode_pieces([&body[..received]]), (Vec::new(), expected.clone()));
        assert_eq!(decode_pieces(body[..received].chunks(1)), (Vec::new(), expected.clone()));
        let (frames, end) = decode_pieces([[&body, &body[..received]].concat().as_slice()]);
        assert_eq!((frames.len(), end), (1, expected), "a whole frame before it");
    }
}

#[test]
fn the_end_before_frames_were_taken() {
    let mut decoder = Decoder::new();
    decoder.push(delta().into());
    assert_eq!(decoder.finish(), Err(DecodeError::EndBeforeDecoding { buffered: delta().len() }));
}

#[test]
fn chunks_pushed_without_taking_frames() {
    let body = [delta(), delta(), delta()].concat();
    let mut decoder = Decoder::new();
    for chunk in body.chunks(3) {
        decoder.push(Bytes::copy_from_slice(chunk));
    }
    assert_eq!(decoder.buffered(), body.len());
    for taken in 1..=3 {
        assert_eq!(decoder.next_frame().unwrap().unwrap().event_type(), Some("contentBlockDelta"));
        assert_eq!(decoder.buffered(), body.len() / 3 * (3 - taken));
    }
    assert_eq!(decoder.next_frame(), Ok(None));
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn empty_chunks_change_nothing() {
    let mut decoder = Decoder::new();
    for byte in delta() {
        decoder.push(Bytes::new());
        decoder.push(vec![byte].into());
        decoder.push(Bytes::new());
    }
    assert!(decoder.next_frame().unwrap().is_some());
    decoder.push(Bytes::new());
    assert_eq!(decoder.next_frame(), Ok(None));
    assert_eq!(decoder.finish(), Ok(()));
}

#[test]
fn frames_before_a_bad_one_are_given_out_first() {
    let mut bad = delta();
    bad[40] ^= 1;
    let body = [delta(), delta(), bad, delta()].concat();
    for pieces in [vec![body.as_slice()], body.chunks(1).collect(), body.chunks(50).collect()] {
        let (frames, end) = decode_pieces(pieces);
        assert_eq!(frames.len(), 2);
        assert!(matches!(end, Err(DecodeError::MessageChecksum { .. })));
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let body = delta();
    for bit in 0..body.len() * 8 {
        let mut corrupted = body.clone();
        corrupted[bit / 8] ^= 1 << (bit % 8);
        let (frames, end) = decode_pieces([corrupted.as_slice()]);
        assert_eq!(frames, []);
        assert_eq!(matches!(end, Err(DecodeError::PreludeChecksum { .. })), bit < 12 * 8);
        assert_eq!(matches!(end, Err(DecodeError::MessageChecksum { .. })), bit >= 12 * 8);
    }
}

#[test]
fn a_corrupted_length_fails_at_the_twelfth_byte() {
    let mut decoder = Decoder::new();
    for byte in [0xff; 11] {
        decoder.push(vec![byte].into());
        assert_eq!(decoder.next_frame(), Ok(None));
    }
    decoder.push(vec![0].into());
    assert!(matches!(decoder.next_frame(), Err(DecodeError::PreludeChecksum { .. })));
}

#[test]
fn lengths_beyond_the_limits_fail_at_the_twelfth_byte() {
    let most_headers = u32::try_from(MAX_HEADERS_LENGTH).unwrap();
    let most_payload = u32::try_from(MAX_PAYLOAD_LENGTH).unwrap();
    let most = most_headers + most_payload + 16;
    assert_eq!(Limits::default().frame_length(), most as usize);
    assert_eq!(
        decode_pieces([prelude(most, most_headers).as_slice()]).1,
        Err(DecodeError::EndInFrame { received: 12, total_length: most as usize })
    );
    assert_eq!(
        decode_error(&prelude(most + 1, most_headers)),
        DecodeError::PayloadTooLong { length: MAX_PAYLOAD_LENGTH + 1, limit: MAX_PAYLOAD_LENGTH }
    );
    assert_eq!(
        decode_error(&prelude(most, most_headers + 1)),
        DecodeError::HeadersTooLong { length: MAX_HEADERS_LENGTH + 1, limit: MAX_HEADERS_LENGTH }
    );
    assert_eq!(
        decode_error(&prelude(u32::MAX, 0)),
        DecodeError::PayloadTooLong { length: u32::MAX as usize - 16, limit: MAX_PAYLOAD_LENGTH }
    );
    // A payload may not use up what the headers leave of the frame.
    assert_eq!(
        decode_error(&prelude(most_payload + 17, 0)),
        DecodeError::PayloadTooLong { length: MAX_PAYLOAD_LENGTH + 1, limit: MAX_PAYLOAD_LENGTH }
    );
    assert_eq!(decode_error(&prelude(15, 0)), DecodeError::FrameTooShort { total_length: 15 });
    assert_eq!(
        decode_error(&prelude(16, 1)),
        DecodeError::HeadersBeyondFrame { headers_length: 1, total_length: 16 }
    );
}

#[test]
fn limits_of_ones_own() {
    let limits = Limits::default().with_headers_length(3).with_payload_length(4);
    assert_eq!((limits.headers_length(), limits.payload_length(), limits.frame_length()), (3, 4, 23));
    let next = |body: Vec<u8>| {
        let mut decoder = Decoder::with_limits(limits);
        decoder.push(body.into());
        decoder.next_frame().map(|frame| frame.map(super::keep))
    };
    assert!(next(frame(b"\x01x\x00", b"1234")).is_ok());
    assert_eq!(next(frame(&[], b"12345")), Err(DecodeError::PayloadTooLong { length: 5, limit: 4 }));
    assert_eq!(next(frame(b"\x02xx\x00", b"")), Err(DecodeError::HeadersTooLong { length: 4, limit: 3 }));
}

#[test]
fn the_largest_frame_is_accepted() {
    let body = frame(&[], &vec![b'x'; MAX_PAYLOAD_LENGTH]);
    let (frames, end) = decode_pieces(body.chunks(100_000));
    assert_eq!((frames.len(), end), (1, Ok(())));
    assert_eq!(frames[0].payload().len(), MAX_PAYLOAD_LENGTH);
}

#[test]
fn debug_does_not_show_the_payload() {
    let mut decoder = Decoder::new();
    decoder.push(delta()[..100].to_vec().into());
    decoder.push(delta()[100..].to_vec().into());
    let shown = format!("{decoder:?}");
    assert!(
        shown.contains(&format!("buffered: {}", delta().len())) && !shown.contains("contentBlock"),
        "{shown}"
    );

    let (frames, _) = decode_pieces([delta().as_slice()]);
    let shown = format!("{:?}", frames[0]);
    assert!(shown.contains("contentBlockDelta") && shown.contains("payload_length: 55"), "{shown}");
    assert!(!shown.contains("Hi") && !shown.contains("contentBlockIndex"), "{shown}");
}
