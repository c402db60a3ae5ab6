//! Writing frames.

use crc32fast::Hasher;

use crate::block::{NameFilter, code, first_duplicate};
use crate::error::EncodeError;
use crate::header::{Header, HeaderValue};
use crate::limits::{MAX_HEADER_COUNT, MAX_HEADER_NAME_LENGTH, MAX_HEADER_VALUE_LENGTH};
use crate::limits::{MAX_HEADERS_LENGTH, MAX_PAYLOAD_LENGTH};
use crate::prelude::{FRAME_OVERHEAD, LENGTHS_LENGTH};

/// Appends one frame with these headers, in this order, and this payload to `output`.
///
/// # Errors
/// If a name, a value, the headers together or the payload exceeds its limit, a name is empty, or two headers
/// have the same name. Then nothing is written.
///
/// ```
/// use roo_eventstream::{Header, encode};
///
/// let mut frame = Vec::new();
/// encode(&[], b"", &mut frame)?;
/// assert_eq!(frame, [0, 0, 0, 16, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff]);
///
/// let twice = [Header::new("name", "one"), Header::new("name", "another")];
/// assert!(encode(&twice, b"", &mut frame).is_err());
/// # Ok::<(), roo_eventstream::EncodeError>(())
/// ```
pub fn encode(headers: &[Header<'_>], payload: &[u8], output: &mut Vec<u8>) -> Result<(), EncodeError> {
    // Everything is checked before anything is written, so that the lengths below fit their fields.
    let headers_length = checked_headers_length(headers)?;
    if payload.len() > MAX_PAYLOAD_LENGTH {
        return Err(EncodeError::PayloadTooLong { length: payload.len() });
    }
    let total_length = FRAME_OVERHEAD + headers_length + payload.len();
    output.reserve(total_length);

    let start = output.len();
    let lengths = ((total_length as u64) << 32 | headers_length as u64).to_be_bytes();
    let mut checksum = Hasher::new();
    checksum.update(&lengths);
    output.extend_from_slice(&lengths);
    output.extend_from_slice(&checksum.clone().finalize().to_be_bytes());
    for header in headers {
        write_header(header, output);
    }
    output.extend_from_slice(payload);
    checksum.update(output.get(start + LENGTHS_LENGTH..).unwrap_or_default());
    output.extend_from_slice(&checksum.finalize().to_be_bytes());
    Ok(())
}

fn checked_headers_length(headers: &[Header<'_>]) -> Result<usize, EncodeError> {
    if headers.len() > MAX_HEADER_COUNT {
        return Err(EncodeError::TooManyHeaders { count: headers.len() });
    }
    let mut names = NameFilter::default();
    let mut headers_length = 0;
    for (index, header) in headers.iter().enumerate() {
        let name_length = header.name.len();
        if name_length == 0 || name_length > MAX_HEADER_NAME_LENGTH {
            return Err(EncodeError::HeaderNameLength { index, length: name_length });
        }
        let value_length = match header.value {
            HeaderValue::Bool(_) => 0,
            HeaderValue::Byte(_) => 1,
            HeaderValue::Short(_) => 2,
            HeaderValue::Integer(_) => 4,
            HeaderValue::Long(_) | HeaderValue::Timestamp(_) => 8,
            HeaderValue::ByteArray(bytes) => 2 + checked_value_length(index, bytes)?,
            HeaderValue::String(text) => 2 + checked_value_length(index, text.as_bytes())?,
            HeaderValue::Uuid(_) => 16,
        };
        headers_length += 1 + name_length + 1 + value_length;
        names.insert(header.name.as_bytes());
    }
    if headers_length > MAX_HEADERS_LENGTH {
        return Err(EncodeError::HeadersTooLong { length: headers_length });
    }
    if names.may_have_duplicate() {
        let names =
            headers.iter().enumerate().map(|(index, header)| (header.name.as_bytes(), index)).collect();
        if let Some(index) = first_duplicate(names) {
            return Err(EncodeError::DuplicateHeader { index });
        }
    }
    Ok(headers_length)
}

fn checked_value_length(index: usize, value: &[u8]) -> Result<usize, EncodeError> {
    match value.len() {
        length if length > MAX_HEADER_VALUE_LENGTH => Err(EncodeError::HeaderValueTooLong { index, length }),
        length => Ok(length),
    }
}

fn write_header(header: &Header<'_>, output: &mut Vec<u8>) {
    output.push(header.name.len() as u8);
    output.extend_from_slice(header.name.as_bytes());
    match header.value {
        HeaderValue::Bool(true) => output.push(code::TRUE),
        HeaderValue::Bool(false) => output.push(code::FALSE),
        HeaderValue::Byte(value) => write_value(code::BYTE, &value.to_be_bytes(), output),
        HeaderValue::Short(value) => write_value(code::SHORT, &value.to_be_bytes(), output),
        HeaderValue::Integer(value) => write_value(code::INTEGER, &value.to_be_bytes(), output),
        HeaderValue::Long(value) => write_value(code::LONG, &value.to_be_bytes(), output),
        HeaderValue::ByteArray(value) => write_long_value(code::BYTE_ARRAY, value, output),
        HeaderValue::String(value) => write_long_value(code::STRING, value.as_bytes(), output),
        HeaderValue::Timestamp(value) => write_value(code::TIMESTAMP, &value.to_be_bytes(), output),
        HeaderValue::Uuid(value) => write_value(code::UUID, &value, output),
    }
}

fn write_value(code: u8, value: &[u8], output: &mut Vec<u8>) {
    output.push(code);
    output.extend_from_slice(value);
}

fn write_long_value(code: u8, value: &[u8], output: &mut Vec<u8>) {
    output.push(code);
    output.extend_from_slice(&(value.len() as u16).to_be_bytes());
    output.extend_from_slice(value);
}
