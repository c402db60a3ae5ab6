//! Scripted replies and faults of every kind.

use std::time::{Duration, Instant};

use roo_emulator::{Emulator, ErrorForm, Reply, StreamStep};
use serde_json::{Value, json};

use crate::client::{assembled, call, frames, header_of, http, prompt, send, signed, url};

#[tokio::test]
async fn replies_are_taken_in_order_and_then_the_emulator_answers_itself() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::text("One.").with_usage(10, 20).with_stop_reason("guardrail_intervened"));
    emulator.enqueue(Reply::tool_use("id", "tool", json!({ "a": "ü\n" })));
    assert_eq!(emulator.pending_replies(), 2);
    let answer = call(&emulator, "converse", &prompt("Hello")).await.json();
    assert_eq!(answer["output"]["message"]["content"], json!([{ "text": "One." }]));
    assert_eq!(answer["stopReason"], "guardrail_intervened");
    assert_eq!(answer["usage"]["totalTokens"], 30);
    let events = call(&emulator, "converse-stream", &prompt("Hello")).await.events();
    let (blocks, stop_reason, _) = assembled(&events);
    assert_eq!(
        blocks,
        [json!({ "toolUse": { "toolUseId": "id", "name": "tool", "input": { "a": "ü\n" } } })]
    );
    assert_eq!((stop_reason.as_str(), emulator.pending_replies()), ("tool_use", 0));
    let own = call(&emulator, "converse", &prompt("Hello")).await.json();
    assert!(own["output"]["message"]["content"][0]["text"].as_str().unwrap().contains("bedrock-emulator"));
}

#[tokio::test]
async fn other_blocks_are_streamed_in_their_deltas() {
    let emulator = Emulator::start().await.unwrap();
    let reasoning = json!({ "reasoningContent": { "reasoningText": { "text": "Hm.", "signature": "sig" } } });
    let redacted = json!({ "reasoningContent": { "redactedContent": "AAAA" } });
    let cited =
        json!({ "citationsContent": { "content": [{ "text": "So." }], "citations": [{ "title": "t" }] } });
    emulator.enqueue(Reply::blocks([reasoning, redacted, cited]));
    let events = call(&emulator, "converse-stream", &prompt("Hello")).await.events();
    let deltas: Vec<&Value> = events.iter().filter_map(|(_, payload)| payload.get("delta")).collect();
    let expected = [
        json!({ "reasoningContent": { "text": "Hm." } }),
        json!({ "reasoningContent": { "signature": "sig" } }),
        json!({ "reasoningContent": { "redactedContent": "AAAA" } }),
        json!({ "text": "So." }),
        json!({ "citation": { "title": "t" } }),
    ];
    assert_eq!(deltas, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn errors_in_every_form() {
    let emulator = Emulator::start().await.unwrap();
    let forms = [
        (ErrorForm::Header, "ThrottlingException", r#"{"message":"Slow down"}"#),
        (
            ErrorForm::HeaderWithUri,
            "ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/",
            r#"{"message":"Slow down"}"#,
        ),
        (ErrorForm::BodyCode, "", r#"{"code":"ThrottlingException","message":"Slow down"}"#),
        (
            ErrorForm::BodyType,
            "",
            r#"{"__type":"com.amazon.coral.service#ThrottlingException","message":"Slow down"}"#,
        ),
        (ErrorForm::Empty, "", ""),
        (
            ErrorForm::Html,
            "",
            "<html><head><title>429 Too Many Requests</title></head><body><h1>Slow down</h1></body></html>",
        ),
    ];
    for (form, header, body) in forms {
        emulator.enqueue(
            Reply::error_in_form(form, 429, "ThrottlingException", "Slow down")
                .with_header("retry-after", "7"),
        );
        let answer = call(&emulator, "converse-stream", &prompt("Hello")).await;
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype"), &answer.body[..]),
            (429, header, body.as_bytes()),
            "{form:?}"
        );
        assert_eq!(answer.header("retry-after"), "7");
        assert_eq!(answer.header("content-type") == "text/html", form == ErrorForm::Html);
        assert!(!answer.header("x-amzn-requestid").is_empty());
    }
}

#[tokio::test]
async fn raw_answers() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::raw(307, [("location", "http://example.com/")], ""));
    let answer = call(&emulator, "converse", &prompt("Hello")).await;
    assert_eq!((answer.status, answer.header("location")), (307, "http://example.com/"));
    emulator.enqueue(Reply::raw(200, [("content-type", "text/plain")], "hello"));
    let answer = call(&emulator, "converse-stream", &prompt("Hello")).await;
    assert_eq!(
        (answer.status, answer.header("content-type"), &answer.body[..]),
        (200, "text/plain", &b"hello"[..])
    );
}

#[tokio::test]
async fn a_bad_script_says_so() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::raw(99, [], ""));
    emulator.enqueue(Reply::text("x").with_header("bad name", "x"));
    emulator.enqueue(Reply::blocks([json!({ "video": {} })]));
    for _ in 0..3 {
        let answer = call(&emulator, "converse-stream", &prompt("Hello")).await;
        let (status, _, message) = answer.error();
        assert!(status == 500 && message.starts_with("bad script: "), "{message}");
    }
}

#[tokio::test]
async fn before_checks_needs_no_valid_request() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::text("for the valid request"));
    assert_eq!(send(http().post(url(&emulator, "converse"))).await.0.status, 403);
    assert_eq!(call(&emulator, "converse", &json!({ "messages": [] })).await.status, 400);
    assert_eq!(emulator.pending_replies(), 1);
    assert_eq!(call(&emulator, "converse", &prompt("Hello")).await.status, 200);
    emulator.enqueue(Reply::error(503, "ServiceUnavailableException", "later").before_checks());
    assert_eq!(send(http().post(url(&emulator, "anything"))).await.0.status, 503);
}

#[tokio::test]
async fn a_reply_can_be_late() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::text("late").after(Duration::from_millis(150)));
    let started = Instant::now();
    call(&emulator, "converse", &prompt("Hello")).await;
    assert!(started.elapsed() >= Duration::from_millis(150));
}

fn start() -> StreamStep {
    StreamStep::event("messageStart", json!({ "role": "assistant" }))
}

fn delta() -> Value {
    json!({ "contentBlockIndex": 0, "delta": { "text": "Hi" } })
}

/// Plays the steps; returns the body and whether it ended as it should.
async fn played(steps: impl IntoIterator<Item = StreamStep>) -> (bytes::Bytes, bool) {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::stream(steps));
    let (answer, is_whole) = send(signed(&emulator, "converse-stream", &prompt("Hello"))).await;
    assert_eq!(answer.header("content-type"), "application/vnd.amazon.eventstream");
    (answer.body, is_whole)
}

#[tokio::test]
async fn exception_error_and_foreign_frames() {
    let (body, is_whole) = played([
        start(),
        StreamStep::exception("throttlingException", json!({ "message": "Too many" })),
        StreamStep::error("InternalFailure", "boom"),
        StreamStep::frame([(":event-type", "chunk"), (":message-type", "event")], "not JSON"),
    ])
    .await;
    let (messages, rest) = frames(&body);
    assert!(is_whole && rest.is_empty());
    assert_eq!(&messages[0].payload()[..], br#"{"role":"assistant"}"#);
    assert_eq!(header_of(&messages[1], ":message-type"), "exception");
    assert_eq!(header_of(&messages[1], ":exception-type"), "throttlingException");
    assert_eq!(&messages[1].payload()[..], br#"{"message":"Too many"}"#);
    let error = [":message-type", ":error-code", ":error-message"].map(|name| header_of(&messages[2], name));
    assert_eq!(error, ["error", "InternalFailure", "boom"]);
    assert!(messages[2].payload().is_empty());
    assert_eq!(&messages[3].payload()[..], b"not JSON");
}

#[tokio::test]
async fn corrupt_frames() {
    for (step, problem) in [
        (StreamStep::corrupt_prelude("contentBlockDelta", delta()), "prelude"),
        (StreamStep::corrupt_message("contentBlockDelta", delta()), "message"),
    ] {
        let (body, is_whole) = played([start(), step]).await;
        let (messages, rest) = frames(&body);
        assert!(is_whole && messages.len() == 1);
        let error = aws_smithy_eventstream::frame::read_message_from(rest).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[tokio::test]
async fn cuts_of_every_kind() {
    let partial = || StreamStep::partial_frame("contentBlockDelta", delta());
    for (steps, is_whole_body, has_rest) in [
        (vec![start(), partial(), StreamStep::Close, start()], false, true),
        (vec![start(), StreamStep::Close], false, false),
        (vec![start(), partial()], true, true),
        (vec![start()], true, false),
    ] {
        let (body, is_whole) = played(steps.clone()).await;
        let (messages, rest) = frames(&body);
        assert_eq!((messages.len(), is_whole, !rest.is_empty()), (1, is_whole_body, has_rest), "{steps:?}");
    }
    assert_eq!(played([]).await, (bytes::Bytes::new(), true));
    assert_eq!(played([StreamStep::bytes("junk")]).await, (bytes::Bytes::from("junk"), true));
}

#[tokio::test]
async fn what_comes_before_a_stall_arrives_before_it() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::stream([start(), StreamStep::Stall(Duration::from_secs(60)), start()]));
    let mut response = signed(&emulator, "converse-stream", &prompt("Hello")).send().await.unwrap();
    let mut received = Vec::new();
    let reading = async {
        while let Some(chunk) = response.chunk().await.unwrap() {
            received.extend_from_slice(&chunk);
        }
    };
    assert!(tokio::time::timeout(Duration::from_millis(300), reading).await.is_err());
    let (messages, rest) = frames(&received.into());
    assert_eq!((messages.len(), rest.len()), (1, 0));
}

#[tokio::test]
async fn frames_straddle_chunks_and_a_delay_spreads_them() {
    let emulator = Emulator::builder().with_delay(Duration::from_millis(5)).start().await.unwrap();
    let mut response = signed(&emulator, "converse-stream", &prompt("Hello")).send().await.unwrap();
    let started = Instant::now();
    let mut chunks = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        chunks.push(chunk);
    }
    let (messages, _) = frames(&chunks.concat().into());
    assert!(started.elapsed() >= Duration::from_millis(5) * (u32::try_from(messages.len()).unwrap() - 1));
    let has_cut_frame = chunks.iter().any(|chunk| !frames(chunk).1.is_empty());
    assert!(has_cut_frame && chunks.len() > messages.len());
}
