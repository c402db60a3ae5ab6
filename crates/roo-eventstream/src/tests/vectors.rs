//! Published frames: those of the C runtime of AWS, botocore and smithy-rs, all under Apache-2.0.

use super::{decode_error, decode_one, decode_pieces, frame, hex};
use crate::{DecodeError, Header, HeaderValue, encode};

/// Decodes `bytes` to `headers` and `payload`, and encodes these to `bytes`.
fn check(bytes: &str, headers: &[Header<'_>], payload: &[u8]) {
    let bytes = hex(bytes);
    let frame = decode_one(&bytes);
    assert_eq!(frame.headers().collect::<Vec<_>>(), headers);
    assert_eq!(frame.payload(), payload);
    let mut encoded = Vec::new();
    encode(headers, payload, &mut encoded).unwrap();
    assert_eq!(encoded, bytes);
}

#[test]
fn empty_message() {
    check("000000100000000005c248eb7d98c8ff", &[], b"");
}

#[test]
fn payload_without_headers() {
    check("0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936", &[], b"{'foo':'bar'}");
}

#[test]
fn one_string_header() {
    check(
        "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e \
         7b27666f6f273a27626172277d8d9c08b1",
        &[Header::new("content-type", "application/json")],
        b"{'foo':'bar'}",
    );
}

#[test]
fn integer_header() {
    check(
        "0000001b0000000be5c0a072056576656e74040000002004a1d47c",
        &[Header::new("event", HeaderValue::Integer(32))],
        b"",
    );
}

#[test]
fn empty_byte_array_and_string() {
    check(
        "00000022000000122d9ad245046275666606000006737472696e67070000c84cf853",
        &[Header::new("buff", HeaderValue::ByteArray(b"")), Header::new("string", "")],
        b"",
    );
}

#[test]
fn boolean_header() {
    check(
        "000000170000000729860158056576656e74004b4d2be7",
        &[Header::new("event", HeaderValue::Bool(true))],
        b"",
    );
}

#[test]
fn short_header_and_empty_payload() {
    check(
        "0000001f0000000f172dc2ab0b736f6d652d6865616465720301f4933c5cad",
        &[Header::new("some-header", HeaderValue::Short(500))],
        b"",
    );
}

#[test]
fn payload_of_text() {
    check(
        "0000002400000000516356ad616e6f746865722074657374207061796c6f61648df80e65",
        &[],
        b"another test payload",
    );
}

#[test]
fn all_ten_types() {
    check(
        "000000960000007a8bb495fb0474727565000566616c736501046279746502320573686f7274034e2003696e \
         74040007a120046c6f6e67050000000ba43b740005627974657306000a736f6d652062797465730373747207 \
         0008736f6d65207374720474696d6508000000012a05f200047575696409b79bc914de214e13b8b2bc47e85b \
         7f0b736f6d65207061796c6f616401a05860",
        &[
            Header::new("true", HeaderValue::Bool(true)),
            Header::new("false", HeaderValue::Bool(false)),
            Header::new("byte", HeaderValue::Byte(50)),
            Header::new("short", HeaderValue::Short(20_000)),
            Header::new("int", HeaderValue::Integer(500_000)),
            Header::new("long", HeaderValue::Long(50_000_000_000)),
            Header::new("bytes", HeaderValue::ByteArray(b"some bytes")),
            Header::new("str", "some str"),
            Header::new("time", HeaderValue::Timestamp(5_000_000_000)),
            Header::new(
                "uuid",
                HeaderValue::Uuid(*b"\xb7\x9b\xc9\x14\xde\x21\x4e\x13\xb8\xb2\xbc\x47\xe8\x5b\x7f\x0b"),
            ),
        ],
        b"some payload",
    );
}

#[test]
fn all_ten_types_of_botocore() {
    check(
        "000000620000005203b5cb9c0130000131010132020201330300030134040000000401350500000000000000 \
         0501360600056279746573013707000475746638013808000000000000000801390930313233343536373839 \
         61626364656663353671",
        &[
            Header::new("0", HeaderValue::Bool(true)),
            Header::new("1", HeaderValue::Bool(false)),
            Header::new("2", HeaderValue::Byte(2)),
            Header::new("3", HeaderValue::Short(3)),
            Header::new("4", HeaderValue::Integer(4)),
            Header::new("5", HeaderValue::Long(5)),
            Header::new("6", HeaderValue::ByteArray(b"bytes")),
            Header::new("7", "utf8"),
            Header::new("8", HeaderValue::Timestamp(8)),
            Header::new(
                "9",
                HeaderValue::Uuid(*b"\x30\x31\x32\x33\x34\x35\x36\x37\x38\x39\x61\x62\x63\x64\x65\x66"),
            ),
        ],
        b"",
    );
}

#[test]
fn unmodelled_error() {
    check(
        "0000005200000042bf23637e0d3a6d6573736167652d747970650700056572726f720b3a6572726f722d636f \
         6465070004636f64650e3a6572726f722d6d6573736167650700076d6573736167656b6cea3d",
        &[
            Header::new(":message-type", "error"),
            Header::new(":error-code", "code"),
            Header::new(":error-message", "message"),
        ],
        b"",
    );
}

#[test]
fn timestamp_before_the_epoch() {
    check(
        "0000001b0000000be5c0a072017408ffffffffffffffff1dcc05a2",
        &[Header::new("t", HeaderValue::Timestamp(-1))],
        b"",
    );
}

#[test]
fn bedrock_delta() {
    check(
        "000000a6000000576f4a71080b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c7461 \
         0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74 \
         7970650700056576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b22 \
         74657874223a224869227d2c2270223a226162636465666768696a6b227df42e1d39",
        &[
            Header::new(":event-type", "contentBlockDelta"),
            Header::new(":content-type", "application/json"),
            Header::new(":message-type", "event"),
        ],
        br#"{"contentBlockIndex":0,"delta":{"text":"Hi"},"p":"abcdefghijk"}"#,
    );
}

#[test]
fn all_in_one_buffer() {
    let bodies = [frame(&[], b"one"), frame(b"\x01x\x00", b""), frame(&[], b"")];
    let (frames, end) = decode_pieces([bodies.concat().as_slice()]);
    assert_eq!(end, Ok(()));
    let payloads: Vec<_> = frames.iter().map(crate::Frame::payload).collect();
    assert_eq!(payloads, [b"one".as_slice(), b"", b""]);
}

#[test]
fn impossible_lengths() {
    assert_eq!(
        decode_error(&hex("00000014 00000008 fe996619 00000000")),
        DecodeError::HeadersBeyondFrame { headers_length: 8, total_length: 20 }
    );
    assert_eq!(
        decode_error(&hex("0000000c 00000000 a0d23268 00000000")),
        DecodeError::FrameTooShort { total_length: 12 }
    );
}

#[test]
fn checksums_of_smithy() {
    let valid = hex("0000001f 0000000f 172dc2ab 0b736f6d652d686561646572 0301f4 933c5cad");
    let mut prelude = valid.clone();
    prelude[8..12].copy_from_slice(&0xdead_beef_u32.to_be_bytes());
    let error = decode_error(&prelude);
    assert_eq!(error, DecodeError::PreludeChecksum { expected: 0x172d_c2ab, found: 0xdead_beef });
    assert_eq!(error.to_string(), "the prelude's checksum is 0xdeadbeef, but its bytes have 0x172dc2ab");
    let mut message = valid.clone();
    message[27..].copy_from_slice(&0xdead_beef_u32.to_be_bytes());
    let error = decode_error(&message);
    assert_eq!(error, DecodeError::MessageChecksum { expected: 0x933c_5cad, found: 0xdead_beef });
}
