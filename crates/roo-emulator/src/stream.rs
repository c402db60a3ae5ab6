//! Event streams on the wire: frames made by AWS's encoder, cut into HTTP chunks at odd places.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::{Response, header};
use hyper::body::Frame;
use serde_json::Value;

use crate::error::ServiceError;
use crate::random::Random;
use crate::response::{Body, ConnectionCut, EVENT_STREAM, chunked};
use crate::script::StreamStep;

pub(crate) mod pieces;

/// What the body of a stream is made of.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Data(Bytes),
    Wait(Duration),
    /// The connection ends here, without the end of the body.
    Cut,
}

/// An answer that plays the steps, with a pause of `delay` before each frame.
pub(crate) fn response(
    steps: &[StreamStep],
    random: &mut Random,
    delay: Duration,
) -> Result<Response<Body>, ServiceError> {
    let mut parts = Vec::new();
    for step in steps {
        match step {
            StreamStep::Stall(duration) => parts.push(Part::Wait(*duration)),
            StreamStep::Close => parts.push(Part::Cut),
            frame => {
                if !delay.is_zero() {
                    parts.push(Part::Wait(delay));
                }
                parts.push(Part::Data(bytes_of(frame)?));
            }
        }
    }
    let parts = cut_at_odd_places(parts, random);
    let mut response = Response::new(chunked(stream::unfold(parts, next_chunk)));
    response.headers_mut().insert(header::CONTENT_TYPE, EVENT_STREAM);
    Ok(response)
}

/// Yields one chunk. Giving way to the runtime before each one makes the server flush the one before.
async fn next_chunk(
    mut parts: VecDeque<Part>,
) -> Option<(Result<Frame<Bytes>, ConnectionCut>, VecDeque<Part>)> {
    loop {
        match parts.pop_front()? {
            Part::Wait(duration) => tokio::time::sleep(duration).await,
            Part::Data(bytes) => {
                tokio::task::yield_now().await;
                return Some((Ok(Frame::data(bytes)), parts));
            }
            Part::Cut => {
                tokio::task::yield_now().await;
                return Some((Err(ConnectionCut), VecDeque::new()));
            }
        }
    }
}

/// Cuts the data anew, so that frames straddle chunks. Everything is sent before a wait and before a cut:
/// what a client has seen by then does not depend on the seed.
fn cut_at_odd_places(parts: Vec<Part>, random: &mut Random) -> VecDeque<Part> {
    let mut cut = VecDeque::new();
    let mut held = BytesMut::new();
    for part in parts {
        if let Part::Data(bytes) = part {
            held.extend_from_slice(&bytes);
            // Keep a little, so that the next chunk begins in the middle of a frame.
            let kept = random.between(0, 40);
            emit(&mut cut, &mut held, kept, random);
        } else {
            emit(&mut cut, &mut held, 0, random);
            cut.push_back(part);
        }
    }
    emit(&mut cut, &mut held, 0, random);
    cut
}

fn emit(cut: &mut VecDeque<Part>, held: &mut BytesMut, kept: usize, random: &mut Random) {
    while held.len() > kept {
        let length = random.between(1, 64 + held.len() / 4).min(held.len());
        cut.push_back(Part::Data(held.split_to(length).freeze()));
    }
}

/// The bytes of a step that sends something.
fn bytes_of(step: &StreamStep) -> Result<Bytes, ServiceError> {
    match step {
        StreamStep::Event { name, payload } => event_frame(name, payload).map(BytesMut::freeze),
        StreamStep::Exception { name, payload } => {
            let headers = [
                (":exception-type", name.as_str()),
                (":content-type", "application/json"),
                (":message-type", "exception"),
            ];
            encode(&headers, payload.to_string()).map(BytesMut::freeze)
        }
        StreamStep::Error { code, message } => {
            let headers = [(":message-type", "error"), (":error-code", code), (":error-message", message)];
            encode(&headers, Bytes::new()).map(BytesMut::freeze)
        }
        StreamStep::Frame { headers, payload } => {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            encode(&headers, payload.clone()).map(BytesMut::freeze)
        }
        StreamStep::Bytes(bytes) => Ok(bytes.clone()),
        StreamStep::CorruptPrelude { name, payload } => {
            // Bytes 8 to 11 are the checksum of the prelude.
            let mut frame = event_frame(name, payload)?;
            flip_a_bit(frame.get_mut(8));
            Ok(frame.freeze())
        }
        StreamStep::CorruptMessage { name, payload } => {
            // The last four bytes are the checksum of the message.
            let mut frame = event_frame(name, payload)?;
            flip_a_bit(frame.last_mut());
            Ok(frame.freeze())
        }
        StreamStep::PartialFrame { name, payload } => {
            let mut frame = event_frame(name, payload)?;
            frame.truncate(frame.len() / 2);
            Ok(frame.freeze())
        }
        StreamStep::Close | StreamStep::Stall(_) => Ok(Bytes::new()),
    }
}

fn flip_a_bit(byte: Option<&mut u8>) {
    if let Some(byte) = byte {
        *byte ^= 1;
    }
}

/// A frame with the headers of an event, in AWS's order.
fn event_frame(name: &str, payload: &Value) -> Result<BytesMut, ServiceError> {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    encode(&headers, payload.to_string())
}

fn encode(headers: &[(&str, &str)], payload: impl Into<Bytes>) -> Result<BytesMut, ServiceError> {
    let headers = headers
        .iter()
        .map(|&(name, value)| Header::new(name.to_owned(), HeaderValue::String(value.to_owned().into())))
        .collect();
    let message = Message::new_from_parts(headers, payload);
    let mut frame = BytesMut::new();
    write_message_to(&message, &mut frame).map_err(|error| {
        ServiceError::internal(format!("bad script: the frame cannot be encoded: {error}"))
    })?;
    Ok(frame)
}

/// Adds the padding member `p` and puts the members in AWS's order, which is alphabetical.
pub(crate) fn padded(payload: Value, random: &mut Random) -> Value {
    let Value::Object(members) = payload else { return payload };
    let mut sorted: BTreeMap<String, Value> = members.into_iter().collect();
    sorted.insert("p".to_owned(), random.padding().into());
    sorted.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_encoded_as_aws_encodes_it() {
        // The first frame of a ConverseStream answer, as recorded in the suite of known frames.
        let known = "00000081000000526cc176930b3a6576656e742d7479706507000c6d65737361676553746172740d3a636f6e74656e\
                     742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e74\
                     7b2270223a2261626364222c22726f6c65223a22617373697374616e74227df512a005";
        let frame = event_frame("messageStart", &json!({ "p": "abcd", "role": "assistant" })).unwrap();
        let hexadecimal: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hexadecimal, known);
    }

    #[test]
    fn padding_stands_in_alphabetical_order() {
        let mut random = Random::for_request(1, 1);
        let payload = padded(json!({ "usage": {}, "metrics": {} }), &mut random);
        let names: Vec<&String> = payload.as_object().unwrap().keys().collect();
        assert_eq!(names, ["metrics", "p", "usage"]);
    }

    #[test]
    fn cutting_keeps_the_bytes_and_sends_everything_before_a_wait() {
        let mut random = Random::for_request(5, 5);
        let wait = || Part::Wait(Duration::from_millis(1));
        let data = |byte| Part::Data(Bytes::from(vec![byte; 300]));
        let cut = cut_at_odd_places(vec![data(1), data(2), wait(), data(3), Part::Cut], &mut random);
        let mut before_wait = Vec::new();
        let mut chunks = 0;
        for part in cut.iter().take_while(|part| **part != wait()) {
            let Part::Data(bytes) = part else { panic!("{part:?}") };
            before_wait.extend_from_slice(bytes);
            chunks += 1;
        }
        assert_eq!(before_wait, [vec![1; 300], vec![2; 300]].concat());
        assert!(chunks > 2);
        assert_eq!(cut.back(), Some(&Part::Cut));
    }
}
