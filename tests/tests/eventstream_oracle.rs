//! Our encoder and decoder of event streams against those of the AWS SDK, on arbitrary messages.
#![allow(clippy::expect_used, reason = "all of this is test code")]

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder, read_message_from, write_message_to};
use aws_smithy_types::DateTime;
use aws_smithy_types::event_stream::{Header as TheirHeader, HeaderValue as TheirValue, Message};
use bytes::{Buf, Bytes};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::string::string_regex;
use roo_eventstream::{DecodeError, Decoder, Frame, Header, HeaderValue, OwnedFrame, encode};

/// A header value that owns its text, to be turned into both kinds.
#[derive(Debug, Clone, PartialEq)]
enum OwnedValue {
    Bool(bool),
    Byte(i8),
    Short(i16),
    Integer(i32),
    Long(i64),
    ByteArray(Vec<u8>),
    String(String),
    Timestamp(i64),
    Uuid([u8; 16]),
}

impl OwnedValue {
    fn ours(&self) -> HeaderValue<'_> {
        match self {
            Self::Bool(value) => HeaderValue::Bool(*value),
            Self::Byte(value) => HeaderValue::Byte(*value),
            Self::Short(value) => HeaderValue::Short(*value),
            Self::Integer(value) => HeaderValue::Integer(*value),
            Self::Long(value) => HeaderValue::Long(*value),
            Self::ByteArray(value) => HeaderValue::ByteArray(value),
            Self::String(value) => HeaderValue::String(value),
            Self::Timestamp(value) => HeaderValue::Timestamp(*value),
            Self::Uuid(value) => HeaderValue::Uuid(*value),
        }
    }

    fn theirs(&self) -> TheirValue {
        match self.clone() {
            Self::Bool(value) => TheirValue::Bool(value),
            Self::Byte(value) => TheirValue::Byte(value),
            Self::Short(value) => TheirValue::Int16(value),
            Self::Integer(value) => TheirValue::Int32(value),
            Self::Long(value) => TheirValue::Int64(value),
            Self::ByteArray(value) => TheirValue::ByteArray(value.into()),
            Self::String(value) => TheirValue::String(value.into()),
            Self::Timestamp(value) => TheirValue::Timestamp(DateTime::from_millis(value)),
            Self::Uuid(value) => TheirValue::Uuid(u128::from_be_bytes(value)),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct OwnedMessage {
    headers: Vec<(String, OwnedValue)>,
    payload: Vec<u8>,
}

impl OwnedMessage {
    fn encode(&self) -> Vec<u8> {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| Header::new(name, value.ours())).collect();
        let mut bytes = Vec::new();
        encode(&headers, &self.payload, &mut bytes).expect("the message is within the limits");
        bytes
    }

    fn theirs(&self) -> Message {
        let headers = self.headers.iter().map(|(name, value)| TheirHeader::new(name.clone(), value.theirs()));
        Message::new_from_parts(headers.collect(), self.payload.clone())
    }

    fn encode_theirs(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_message_to(&self.theirs(), &mut bytes).expect("the message is within the limits");
        bytes
    }
}

/// Whether a frame of ours says the same as a message of theirs.
fn is_same(frame: Frame<'_>, message: &Message) -> bool {
    frame.payload() == message.payload()
        && frame.headers().count() == message.headers().len()
        && frame.headers().zip(message.headers()).all(|(ours, theirs)| {
            ours.name == theirs.name().as_str()
                && match (ours.value, theirs.value()) {
                    (HeaderValue::Bool(ours), TheirValue::Bool(theirs)) => ours == *theirs,
                    (HeaderValue::Byte(ours), TheirValue::Byte(theirs)) => ours == *theirs,
                    (HeaderValue::Short(ours), TheirValue::Int16(theirs)) => ours == *theirs,
                    (HeaderValue::Integer(ours), TheirValue::Int32(theirs)) => ours == *theirs,
                    (HeaderValue::Long(ours), TheirValue::Int64(theirs)) => ours == *theirs,
                    (HeaderValue::ByteArray(ours), TheirValue::ByteArray(theirs)) => ours == theirs,
                    (HeaderValue::String(ours), TheirValue::String(theirs)) => ours == theirs.as_str(),
                    (HeaderValue::Timestamp(ours), TheirValue::Timestamp(theirs)) => {
                        DateTime::from_millis(ours) == *theirs
                    }
                    (HeaderValue::Uuid(ours), TheirValue::Uuid(theirs)) => {
                        u128::from_be_bytes(ours) == *theirs
                    }
                    _ => false,
                }
        })
}

fn value() -> impl Strategy<Value = OwnedValue> {
    prop_oneof![
        any::<bool>().prop_map(OwnedValue::Bool),
        any::<i8>().prop_map(OwnedValue::Byte),
        any::<i16>().prop_map(OwnedValue::Short),
        any::<i32>().prop_map(OwnedValue::Integer),
        any::<i64>().prop_map(OwnedValue::Long),
        vec(any::<u8>(), 0..60).prop_map(OwnedValue::ByteArray),
        string_regex("[a-zA-Z/äß€😀]{0,40}").expect("valid").prop_map(OwnedValue::String),
        any::<i64>().prop_map(OwnedValue::Timestamp),
        any::<[u8; 16]>().prop_map(OwnedValue::Uuid),
    ]
}

prop_compose! {
    fn message()(
        headers in vec((string_regex("[:a-zé-]{1,20}").expect("valid"), value()), 0..10),
        payload in vec(any::<u8>(), 0..400),
    ) -> OwnedMessage {
        let mut distinct: Vec<(String, OwnedValue)> = Vec::new();
        for (name, value) in headers {
            if distinct.iter().all(|(other, _)| *other != name) {
                distinct.push((name, value));
            }
        }
        OwnedMessage { headers: distinct, payload }
    }
}

/// Cuts `body` at these places.
fn cut<'a>(body: &'a [u8], places: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(body.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut start = 0;
    for end in places.into_iter().chain([body.len()]) {
        pieces.push(body.get(start..end).unwrap_or_default());
        start = end;
    }
    pieces
}

fn decode_ours(pieces: &[&[u8]]) -> (Vec<OwnedFrame>, Result<(), DecodeError>) {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.push(Bytes::copy_from_slice(piece));
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(OwnedFrame::from(frame)),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, decoder.finish())
}

/// Their messages up to the first error, and whether they reject the body or what it ends with.
fn decode_theirs(body: &[u8]) -> (Vec<Message>, bool) {
    let mut decoder = MessageFrameDecoder::new();
    let mut messages = Vec::new();
    let mut rest = body;
    // The place behind the last whole message: the decoder itself does not tell that it holds a prelude.
    let mut end = 0;
    loop {
        match decoder.decode_frame(&mut rest) {
            Ok(DecodedFrame::Complete(message)) => {
                messages.push(message);
                end = body.len() - rest.remaining();
            }
            Ok(DecodedFrame::Incomplete) => return (messages, end != body.len()),
            Err(_) => return (messages, true),
        }
    }
}

/// Whether this is one of the errors that we have and they do not, by choice.
///
/// The specification forbids empty and duplicate names; they accept both. They have no limits on what they read.
/// And where a wrong length makes them wait for more, we may have noticed already that the checksum is wrong, but
/// then they reject the end of the body.
fn is_stricter_by_choice(error: &DecodeError) -> bool {
    matches!(
        error,
        DecodeError::HeaderNameEmpty { .. }
            | DecodeError::DuplicateHeader { .. }
            | DecodeError::TooManyHeaders
            | DecodeError::HeadersTooLong { .. }
            | DecodeError::PayloadTooLong { .. }
    )
}

/// Decodes `body` with both, and requires that they agree but for what is stricter by choice.
fn compare(body: &[u8], places: &[Index]) -> Result<(), TestCaseError> {
    let (frames, end) = decode_ours(&cut(body, places));
    let (messages, is_rejected) = decode_theirs(body);
    for (frame, message) in frames.iter().map(OwnedFrame::as_frame).zip(&messages) {
        prop_assert!(is_same(frame, message), "{frame:?} and {message:?}");
    }
    match end {
        Err(error) if is_stricter_by_choice(&error) => prop_assert!(frames.len() <= messages.len()),
        Err(error) => {
            prop_assert!(is_rejected, "only we reject the body: {error}");
            prop_assert_eq!(frames.len(), messages.len());
        }
        Ok(()) => {
            prop_assert!(!is_rejected, "only they reject the body");
            prop_assert_eq!(frames.len(), messages.len());
        }
    }
    Ok(())
}

/// Puts right checksums over a body that is one frame with the lengths it says.
fn repair(frame: &mut Vec<u8>) {
    let prelude_checksum = checksum(frame.get(..8).unwrap_or_default());
    if let Some(place) = frame.get_mut(8..12) {
        place.copy_from_slice(&prelude_checksum.to_be_bytes());
    }
    frame.truncate(frame.len() - 4);
    let message_checksum = checksum(frame);
    frame.extend_from_slice(&message_checksum.to_be_bytes());
}

fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_encode_the_same_bytes(message in message()) {
        prop_assert_eq!(message.encode(), message.encode_theirs());
    }

    #[test]
    fn they_decode_what_we_encode(message in message()) {
        let decoded = read_message_from(&mut message.encode().as_slice());
        prop_assert_eq!(decoded.expect("a valid frame"), message.theirs());
    }

    #[test]
    fn we_decode_what_they_encode(messages in vec(message(), 1..5), places in vec(any::<Index>(), 0..20)) {
        let body: Vec<u8> = messages.iter().flat_map(OwnedMessage::encode_theirs).collect();
        let (frames, end) = decode_ours(&cut(&body, &places));
        prop_assert_eq!(end, Ok(()));
        prop_assert_eq!(frames.len(), messages.len());
        for (frame, message) in frames.iter().map(OwnedFrame::as_frame).zip(&messages) {
            prop_assert!(is_same(frame, &message.theirs()));
        }
    }

    #[test]
    fn both_reject_corrupted_bodies(
        messages in vec(message(), 1..4),
        corruptions in vec((any::<Index>(), 1..=u8::MAX), 1..3),
        end in any::<Index>(),
        is_cut_off in any::<bool>(),
        places in vec(any::<Index>(), 0..8),
    ) {
        let mut body: Vec<u8> = messages.iter().flat_map(OwnedMessage::encode_theirs).collect();
        for (place, difference) in corruptions {
            let place = place.index(body.len());
            body.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= difference);
        }
        if is_cut_off {
            body.truncate(end.index(body.len()));
        }
        compare(&body, &places)?;
    }

    /// With right checksums, so that the checks behind them are reached.
    #[test]
    fn both_reject_corrupted_headers(
        message in message(),
        corruptions in vec((any::<Index>(), any::<u8>()), 1..4),
        headers_length in proptest::option::of(0_u32..200),
        places in vec(any::<Index>(), 0..8),
    ) {
        let mut body = message.encode_theirs();
        let headers_end = body.len() - 4 - message.payload.len();
        for (place, value) in corruptions {
            let place = 12 + place.index(headers_end - 12 + 1);
            body.iter_mut().skip(place).take(1).for_each(|byte| *byte = value);
        }
        if let (Some(length), Some(place)) = (headers_length, body.get_mut(4..8)) {
            place.copy_from_slice(&length.to_be_bytes());
        }
        repair(&mut body);
        compare(&body, &places)?;
    }
}

/// What the documentation of `is_stricter_by_choice` says, on the smallest examples.
#[test]
fn they_accept_what_the_specification_forbids() {
    let accepted = |block: &[u8]| {
        let total_length = u32::try_from(16 + block.len()).expect("short").to_be_bytes();
        let headers_length = u32::try_from(block.len()).expect("short").to_be_bytes();
        let mut body = [&total_length, &headers_length, &[0; 4], block, &[0; 4]].concat();
        repair(&mut body);
        let (messages, is_rejected) = decode_theirs(&body);
        (messages.len() == 1 && !is_rejected, decode_ours(&[&body]).1)
    };
    assert_eq!(accepted(b"\x01a\x00\x01a\x00"), (true, Err(DecodeError::DuplicateHeader { offset: 15 })));
    assert_eq!(accepted(b"\x00\x00"), (true, Err(DecodeError::HeaderNameEmpty { offset: 12 })));
    assert_eq!(accepted(b"\x01a\x00"), (true, Ok(())));
}
