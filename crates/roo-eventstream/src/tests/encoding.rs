//! The limits of the encoder; its results are compared with published frames in `vectors`.

use super::decode_one;
use crate::{
    EncodeError, Header, HeaderValue, MAX_HEADER_COUNT, MAX_HEADERS_LENGTH, MAX_PAYLOAD_LENGTH, encode,
};

/// The error of encoding this, after which the output is as before.
fn error(headers: &[Header<'_>], payload: &[u8]) -> EncodeError {
    let mut output = b"before".to_vec();
    let error = encode(headers, payload, &mut output).unwrap_err();
    assert_eq!(output, b"before");
    error
}

#[test]
fn a_frame_is_appended() {
    let mut output = b"before".to_vec();
    encode(&[Header::new("a", HeaderValue::Timestamp(-1))], b"payload", &mut output).unwrap();
    let frame = decode_one(output.strip_prefix(b"before").unwrap());
    assert_eq!(frame.header("a"), Some(HeaderValue::Timestamp(-1)));
    assert_eq!(frame.payload(), b"payload");
}

#[test]
fn names() {
    let (longest, too_long) = ("n".repeat(255), "n".repeat(256));
    assert!(encode(&[Header::new(&longest, "")], b"", &mut Vec::new()).is_ok());
    let good = Header::new("good", "");
    assert_eq!(
        error(&[good, Header::new("", "")], b""),
        EncodeError::HeaderNameLength { index: 1, length: 0 }
    );
    assert_eq!(
        error(&[Header::new(&too_long, "")], b""),
        EncodeError::HeaderNameLength { index: 0, length: 256 }
    );
}

#[test]
fn values() {
    let (longest, too_long) = ("v".repeat(32_767), "v".repeat(32_768));
    let expected = EncodeError::HeaderValueTooLong { index: 0, length: 32_768 };
    assert!(encode(&[Header::new("a", longest.as_str())], b"", &mut Vec::new()).is_ok());
    assert!(
        encode(&[Header::new("a", HeaderValue::ByteArray(longest.as_bytes()))], b"", &mut Vec::new()).is_ok()
    );
    assert_eq!(error(&[Header::new("a", too_long.as_str())], b""), expected);
    assert_eq!(error(&[Header::new("a", HeaderValue::ByteArray(too_long.as_bytes()))], b""), expected);
}

#[test]
fn duplicates() {
    let headers = [Header::new("a", "1"), Header::new("b", "2"), Header::new("a", "3")];
    assert_eq!(error(&headers, b""), EncodeError::DuplicateHeader { index: 2 });
    assert!(encode(&headers[..2], b"", &mut Vec::new()).is_ok());
}

#[test]
fn totals() {
    let names: Vec<String> = (0..=MAX_HEADER_COUNT).map(|index| index.to_string()).collect();
    let headers: Vec<_> = names.iter().map(|name| Header::new(name, "")).collect();
    assert!(encode(&headers[1..], b"", &mut Vec::new()).is_ok());
    assert_eq!(error(&headers, b""), EncodeError::TooManyHeaders { count: MAX_HEADER_COUNT + 1 });

    // Four headers of 5 bytes and a value, which fill the block exactly.
    let value = "v".repeat(MAX_HEADERS_LENGTH / 4 - 5);
    let longer = "v".repeat(value.len() + 1);
    let mut headers: Vec<_> = ["a", "b", "c", "d"].map(|name| Header::new(name, value.as_str())).into();
    assert!(encode(&headers, b"", &mut Vec::new()).is_ok());
    headers[0].value = HeaderValue::String(&longer);
    assert_eq!(error(&headers, b""), EncodeError::HeadersTooLong { length: MAX_HEADERS_LENGTH + 1 });

    let payload = vec![0; MAX_PAYLOAD_LENGTH + 1];
    assert!(encode(&[], &payload[1..], &mut Vec::new()).is_ok());
    assert_eq!(error(&[], &payload), EncodeError::PayloadTooLong { length: MAX_PAYLOAD_LENGTH + 1 });
}
