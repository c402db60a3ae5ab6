//! The meaning of messages.

use super::{decode_one, frame, string_headers};
use crate::{MessageError, MessageKind};

fn check(block: &[u8], expected: &Result<MessageKind<'_>, MessageError>) {
    assert_eq!(decode_one(&frame(block, b"{}")).kind(), *expected);
}

#[test]
fn events() {
    let expected = Ok(MessageKind::Event { event_type: "chunk" });
    check(&string_headers(&[(":message-type", "event"), (":event-type", "chunk")]), &expected);
    let bedrock =
        [(":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")];
    check(&string_headers(&bedrock), &expected);
    // The type decides, whatever other headers are there.
    let odd = [
        (":exception-type", "e"),
        (":message-type", "event"),
        (":error-code", "c"),
        (":event-type", "chunk"),
    ];
    check(&string_headers(&odd), &expected);
}

#[test]
fn exceptions_and_errors() {
    check(
        &string_headers(&[(":exception-type", "throttlingException"), (":message-type", "exception")]),
        &Ok(MessageKind::Exception { exception_type: "throttlingException" }),
    );
    let error = [(":message-type", "error"), (":error-code", "InternalFailure"), (":error-message", "boom")];
    check(
        &string_headers(&error),
        &Ok(MessageKind::Error { code: Some("InternalFailure"), message: Some("boom") }),
    );
    check(&string_headers(&error[..1]), &Ok(MessageKind::Error { code: None, message: None }));
}

#[test]
fn missing_headers() {
    let missing = |name| Err(MessageError::MissingHeader { name });
    check(b"", &missing(":message-type"));
    check(&string_headers(&[(":event-type", "chunk")]), &missing(":message-type"));
    check(&string_headers(&[(":message-type", "event")]), &missing(":event-type"));
    check(&string_headers(&[(":message-type", "event"), (":Event-Type", "x")]), &missing(":event-type"));
    check(
        &string_headers(&[(":message-type", "exception"), (":event-type", "x")]),
        &missing(":exception-type"),
    );
}

#[test]
fn headers_that_are_not_strings() {
    let with = |text: &[(&str, &str)], raw: &[u8]| [&string_headers(text), raw].concat();
    let wrong = |name| Err(MessageError::HeaderNotString { name });
    check(&with(&[(":event-type", "x")], b"\x0d:message-type\x06\x00\x05event"), &wrong(":message-type"));
    check(&with(&[(":message-type", "event")], b"\x0b:event-type\x06\x00\x01x"), &wrong(":event-type"));
    check(&with(&[(":message-type", "event")], b"\x0b:event-type\x00"), &wrong(":event-type"));
    check(&with(&[(":message-type", "exception")], b"\x0f:exception-type\x01"), &wrong(":exception-type"));
    check(&with(&[(":message-type", "error")], b"\x0b:error-code\x02\x05"), &wrong(":error-code"));
}

#[test]
fn unknown_types() {
    for message_type in ["", "Event", "request"] {
        let block = string_headers(&[(":message-type", message_type), (":event-type", "x")]);
        check(&block, &Err(MessageError::UnknownMessageType { message_type: message_type.into() }));
    }
    let block = string_headers(&[(":message-type", &"é".repeat(1000))]);
    let frame = frame(&block, b"");
    let (frames, _) = super::decode_pieces([frame.as_slice()]);
    assert_eq!(frames[0].kind(), Err(MessageError::UnknownMessageType { message_type: "é".repeat(64) }));
}

#[test]
fn accessors() {
    let names =
        [":message-type", ":event-type", ":exception-type", ":error-code", ":error-message", ":content-type"];
    let headers: Vec<_> = names.iter().map(|name| (*name, name.trim_start_matches(':'))).collect();
    let frame = decode_one(&frame(&string_headers(&headers), b""));
    assert_eq!(frame.message_type(), Some("message-type"));
    assert_eq!(frame.event_type(), Some("event-type"));
    assert_eq!(frame.exception_type(), Some("exception-type"));
    assert_eq!(frame.error_code(), Some("error-code"));
    assert_eq!(frame.error_message(), Some("error-message"));
    assert_eq!(frame.content_type(), Some("content-type"));
    let other = decode_one(&super::frame(b"\x0b:event-type\x00", b""));
    assert_eq!((other.event_type(), other.message_type()), (None, None));
}

/// The headers that Bedrock sends are recognised as a whole, which must not change what is made of them.
#[test]
fn the_usual_event_with_any_byte_changed() {
    let outcome = |block: &[u8]| {
        let body = super::frame(block, b"{}");
        let (frames, end) = super::decode_pieces([body.as_slice()]);
        let kind = frames.first().map(|frame| format!("{:?}", frame.kind()));
        let headers: Vec<_> = frames.iter().flat_map(crate::Frame::headers).collect();
        (kind, end.is_ok(), format!("{headers:?}"))
    };
    let usual = string_headers(&[
        (":event-type", "chünk"),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ]);
    for place in 0..usual.len() {
        for value in 0..=u8::MAX {
            let mut block = usual.clone();
            block[place] = value;
            let (kind, is_ok, headers) = outcome(&block);
            // Another header in front makes the same headers an unusual event.
            let (expected_kind, expected_ok, expected) = outcome(&[b"\x01x\x00", block.as_slice()].concat());
            assert_eq!((kind, is_ok), (expected_kind, expected_ok), "{value} at {place}");
            let first = "Header { name: \"x\", value: Bool(true) }";
            assert_eq!(headers, expected.replacen(&format!("{first}, "), "", 1).replacen(first, "", 1));
        }
    }
}
