//! Frames and messages of `application/vnd.amazon.eventstream`.
//!
//! `eventstream-frames.json` holds the vectors of the AWS clients and more of the same kind with right checksums,
//! `smithy-restjson1-eventstream.json` the protocol tests of Smithy, `suites/eventstream` the raw files of smithy-rs.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use roo_eventstream::{DecodeError, Decoder, Frame, Header, HeaderValue, MessageKind, OwnedFrame, encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Suite;

const FRAMES: &str = "eventstream-frames.json";
const PROTOCOL: &str = "smithy-restjson1-eventstream.json";
const RAW: &str = "suites/eventstream";

pub(super) fn run(root: &Path) -> Vec<Suite> {
    vec![frames(root), raw_frames(root), protocol(root)]
}

#[derive(Deserialize)]
struct FrameFile {
    frames: Vec<FrameCase>,
}

/// One frame: what it decodes to, or the kind of error it ends with.
#[derive(Deserialize)]
struct FrameCase {
    suite: String,
    name: String,
    hex: Option<String>,
    /// How to build a frame that is too large to be listed.
    recipe: Option<String>,
    ok: Option<Content>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    headers: Vec<(String, u8, Value)>,
    payload_hex: String,
}

#[derive(Deserialize)]
struct ProtocolFile {
    cases: Vec<ProtocolCase>,
}

#[derive(Deserialize)]
struct ProtocolCase {
    id: String,
    direction: Vec<String>,
    bytes: Vec<String>,
    applies_to: Option<String>,
    failure: Option<Value>,
    decoded: Vec<Decoded>,
}

#[derive(Deserialize)]
struct Decoded {
    headers: Vec<(String, u8, Value)>,
    payload: String,
}

fn frames(root: &Path) -> Suite {
    let mut suite = Suite::new("event-stream frames");
    match read_json::<FrameFile>(&root.join(FRAMES)) {
        Ok(file) => {
            for case in &file.frames {
                suite.record(&format!("{}/{}", case.suite, case.name), check_frame(case));
            }
        }
        Err(why) => suite.record(FRAMES, Err(why)),
    }
    suite
}

fn check_frame(case: &FrameCase) -> Result<(), String> {
    let bytes = frame_bytes(case)?;
    match (&case.ok, expected_error(case)) {
        (Some(content), _) => {
            let payload = from_hex(&content.payload_hex)?;
            for frame in decode_in_every_way(&bytes, None)? {
                compare(frame.as_frame(), &content.headers, &payload)?;
            }
            check_encoder(&bytes)
        }
        (None, Some(kind)) => decode_in_every_way(&bytes, Some(kind)).map(drop),
        (None, None) => Err("the case expects nothing".to_owned()),
    }
}

fn expected_error(case: &FrameCase) -> Option<&str> {
    // The frame that has a recipe comes without a kind; its checksums are right, and the payload is too long.
    case.error.as_deref().or_else(|| case.recipe.as_ref().map(|_| "payload_len"))
}

fn frame_bytes(case: &FrameCase) -> Result<Vec<u8>, String> {
    match (&case.hex, &case.recipe) {
        (Some(hex), _) => from_hex(hex),
        (None, Some(recipe))
            if recipe == "01800021 00000000 dd3f33b1 + b\"0\"*(24*1024*1024+1) + 2ab4c5a5" =>
        {
            let mut bytes = from_hex("0180002100000000dd3f33b1")?;
            bytes.resize(bytes.len() + 24 * 1024 * 1024 + 1, b'0');
            bytes.extend(from_hex("2ab4c5a5")?);
            Ok(bytes)
        }
        (None, recipe) => Err(format!("no bytes and no recipe that is known: {recipe:?}")),
    }
}

/// Decodes a frame whole, byte by byte, and between two others in one buffer.
///
/// All must end with the error expected, if one is, and give the same frames before it.
fn decode_in_every_way(bytes: &[u8], expected_error: Option<&str>) -> Result<Vec<OwnedFrame>, String> {
    let neighbour = neighbour()?;
    let surrounded = [neighbour.as_slice(), bytes, &neighbour].concat();
    let is_valid = expected_error.is_none();
    let mut frames = decode("whole", [bytes], usize::from(is_valid), expected_error)?;
    // A frame of 24 MiB fails at its twelfth byte, hence the first bytes are all that is worth cutting.
    let first_bytes = bytes.get(..100_000).unwrap_or(bytes);
    frames.extend(decode("byte by byte", first_bytes.chunks(1), usize::from(is_valid), expected_error)?);
    let with_neighbours = if is_valid { 3 } else { 1 };
    let among_others = decode("with neighbours", [surrounded.as_slice()], with_neighbours, expected_error)?;
    frames.extend(among_others.into_iter().nth(1));
    Ok(frames)
}

fn decode<'a>(
    way: &str,
    chunks: impl IntoIterator<Item = &'a [u8]>,
    expected_frames: usize,
    expected_error: Option<&str>,
) -> Result<Vec<OwnedFrame>, String> {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    let mut error = None;
    for chunk in chunks {
        decoder.push(Bytes::copy_from_slice(chunk));
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(OwnedFrame::from(frame)),
                Ok(None) => break,
                Err(first) => error = Some(first),
            }
        }
    }
    let error = error.or_else(|| decoder.finish().err());
    let found = error.as_ref().map(error_kind);
    if found.as_deref() != expected_error {
        return Err(format!("{way}: expected {expected_error:?}, got {found:?} ({error:?})"));
    }
    if frames.len() != expected_frames {
        return Err(format!("{way}: expected {expected_frames} frames, got {}", frames.len()));
    }
    Ok(frames)
}

/// The name that the file of vectors has for an error.
fn error_kind(error: &DecodeError) -> String {
    let kind = match error {
        DecodeError::PreludeChecksum { .. } => "prelude_crc",
        DecodeError::FrameTooShort { .. } => "total_len",
        DecodeError::HeadersBeyondFrame { .. } | DecodeError::HeadersTooLong { .. } => "headers_len",
        DecodeError::PayloadTooLong { .. } => "payload_len",
        DecodeError::MessageChecksum { .. } => "message_crc",
        DecodeError::HeaderTruncated { .. } => "header_truncated",
        DecodeError::HeaderNameEmpty { .. } => "header_name_empty",
        DecodeError::HeaderNameNotUtf8 { .. } => "header_name_utf8",
        DecodeError::HeaderValueNotUtf8 { .. } => "header_value_utf8",
        DecodeError::DuplicateHeader { .. } => "duplicate_header",
        DecodeError::UnknownHeaderType { code, .. } => return format!("header_type:{code}"),
        other => return format!("{other:?}"),
    };
    kind.to_owned()
}

/// A valid frame to put before and after another.
fn neighbour() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    encode(&[Header::new("neighbour", HeaderValue::Bool(true))], b"neighbour", &mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// What a frame decodes to must encode to that frame.
fn check_encoder(bytes: &[u8]) -> Result<(), String> {
    for frame in decode("whole", [bytes], 1, None)? {
        let frame = frame.as_frame();
        let headers: Vec<_> = frame.headers().collect();
        let mut encoded = Vec::new();
        encode(&headers, frame.payload(), &mut encoded).map_err(|error| format!("encoding: {error}"))?;
        if encoded != bytes {
            return Err("encoding gives other bytes".to_owned());
        }
    }
    Ok(())
}

fn compare(frame: Frame<'_>, headers: &[(String, u8, Value)], payload: &[u8]) -> Result<(), String> {
    let found: Vec<_> = frame.headers().map(|header| describe(&header)).collect();
    if found != headers {
        return Err(format!("expected the headers {headers:?}, got {found:?}"));
    }
    if frame.payload() != payload {
        return Err(format!("expected a payload of {} bytes, got another", payload.len()));
    }
    Ok(())
}

/// A header as the files of vectors write it, with bytes in hexadecimal digits.
fn describe(header: &Header<'_>) -> (String, u8, Value) {
    let (code, value) = match header.value {
        HeaderValue::Bool(true) => (0, true.into()),
        HeaderValue::Bool(false) => (1, false.into()),
        HeaderValue::Byte(value) => (2, value.into()),
        HeaderValue::Short(value) => (3, value.into()),
        HeaderValue::Integer(value) => (4, value.into()),
        HeaderValue::Long(value) => (5, value.into()),
        HeaderValue::ByteArray(value) => (6, format!("hex:{}", to_hex(value)).into()),
        HeaderValue::String(value) => (7, value.into()),
        HeaderValue::Timestamp(value) => (8, value.into()),
        HeaderValue::Uuid(value) => (9, format!("uuid:{}", to_hex(&value)).into()),
    };
    (header.name.to_owned(), code, value)
}

/// The files that smithy-rs itself tests with. They are among the frames above as well; this guards the transcript.
fn raw_frames(root: &Path) -> Suite {
    const EXPECTED: [(&str, Option<&str>); 11] = [
        ("invalid_header_name_length", Some("message_crc")),
        ("invalid_header_name_length_too_long", Some("message_crc")),
        ("invalid_header_string_length_cut_off", Some("message_crc")),
        ("invalid_header_string_value_length", Some("message_crc")),
        ("invalid_header_value_type", Some("message_crc")),
        ("invalid_headers_length", Some("headers_len")),
        ("invalid_message_checksum", Some("message_crc")),
        ("invalid_prelude_checksum", Some("prelude_crc")),
        ("valid_empty_payload", None),
        ("valid_no_headers", None),
        ("valid_with_all_headers_and_payload", None),
    ];
    let mut suite = Suite::new("event-stream raw frames of smithy-rs");
    for (name, error) in EXPECTED {
        let outcome =
            fs::read(root.join(RAW).join(name)).map_err(|error| error.to_string()).and_then(|bytes| {
                decode_in_every_way(&bytes, error)?;
                if error.is_none() { check_encoder(&bytes) } else { Ok(()) }
            });
        suite.record(name, outcome);
    }
    suite
}

fn protocol(root: &Path) -> Suite {
    let mut suite = Suite::new("Smithy event-stream protocol");
    match read_json::<ProtocolFile>(&root.join(PROTOCOL)) {
        Ok(file) => {
            for case in &file.cases {
                match reason_to_skip(case) {
                    Some(reason) => suite.skip(&case.id, reason),
                    None => suite.record(&case.id, check_protocol(case)),
                }
            }
        }
        Err(why) => suite.record(PROTOCOL, Err(why)),
    }
    suite
}

fn reason_to_skip(case: &ProtocolCase) -> Option<&'static str> {
    if case.bytes.is_empty() {
        Some("an HTTP message without any frame")
    } else if !case.direction.iter().any(|direction| direction == "response") {
        Some("a request, which a server decodes")
    } else if case.applies_to.as_deref() == Some("server") {
        Some("for servers")
    } else if case.id.ends_with("MissingRequiredInitialResponseOutput") {
        Some("the frame is valid: what is missing is a header of the HTTP response")
    } else {
        None
    }
}

fn check_protocol(case: &ProtocolCase) -> Result<(), String> {
    let mut body = Vec::new();
    for frame in &case.bytes {
        body.extend(BASE64_STANDARD.decode(frame).map_err(|error| error.to_string())?);
    }
    for chunk_length in [body.len(), 1, 7] {
        let frames = decode("in chunks", body.chunks(chunk_length), case.decoded.len(), None)?;
        let mut is_failure = false;
        for (frame, expected) in frames.iter().map(OwnedFrame::as_frame).zip(&case.decoded) {
            let headers = expected.headers.iter().map(with_hex).collect::<Result<Vec<_>, _>>()?;
            compare(frame, &headers, expected.payload.as_bytes())?;
            is_failure |= !matches!(frame.kind(), Ok(MessageKind::Event { .. }));
            check_kind(frame, case.failure.as_ref())?;
        }
        if is_failure != case.failure.is_some() {
            return Err(format!("expected failure {:?}, got failure {is_failure}", case.failure));
        }
    }
    Ok(())
}

/// A failure that has a name is an exception of the service; the name itself is that of its Smithy shape.
fn check_kind(frame: Frame<'_>, failure: Option<&Value>) -> Result<(), String> {
    let is_modelled = matches!(failure, Some(Value::String(_)));
    let is_exception = matches!(frame.kind(), Ok(MessageKind::Exception { .. }));
    if is_modelled == is_exception {
        Ok(())
    } else {
        Err(format!("expected {failure:?}, got {:?}", frame.kind()))
    }
}

/// The protocol tests write bytes in Base64.
fn with_hex((name, code, value): &(String, u8, Value)) -> Result<(String, u8, Value), String> {
    let value = match value.as_str().and_then(|text| text.strip_prefix("base64:")) {
        Some(text) => {
            let bytes = BASE64_STANDARD.decode(text).map_err(|error| error.to_string())?;
            format!("hex:{}", to_hex(&bytes)).into()
        }
        None => value.clone(),
    };
    Ok((name.clone(), *code, value))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2)).ok_or("not hexadecimal digits")?;
    Ok(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
