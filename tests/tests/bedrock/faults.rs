//! Everything that can go wrong inside a stream, each through a real socket. `d…` are the rows of section D of the
//! conversion rules; the ninth is in `errors`.

use std::error::Error as _;
use std::time::Duration;

use aws_smithy_types::event_stream::{Header, HeaderValue, Message as Frame};
use roo_core::{Delta, Error, ErrorKind, Provider as _, StreamEvent, ToolInput};
use roo_emulator::{Reply, StreamStep};
use serde_json::{Value, json};

use crate::{drain, emulator_and_client, failed, outcome, request, text_of};

fn start() -> StreamStep {
    StreamStep::event("messageStart", json!({"role": "assistant", "p": "abcd"}))
}

fn text(text: &str) -> StreamStep {
    StreamStep::event(
        "contentBlockDelta",
        json!({"contentBlockIndex": 0, "delta": {"text": text}, "p": "abc"}),
    )
}

fn stop() -> StreamStep {
    StreamStep::event("contentBlockStop", json!({"contentBlockIndex": 0}))
}

fn end() -> [StreamStep; 2] {
    let usage = json!({"inputTokens": 1, "outputTokens": 2, "totalTokens": 3});
    [
        StreamStep::event("messageStop", json!({"stopReason": "end_turn"})),
        StreamStep::event("metadata", json!({"usage": usage, "metrics": {"latencyMs": 5}})),
    ]
}

/// What comes of `start`, the text `half`, and then these steps.
async fn after_half_a_text(steps: impl IntoIterator<Item = StreamStep>) -> Error {
    let (events, error) = play([start(), text("half")].into_iter().chain(steps)).await;
    let error = error.expect("the stream must fail");
    assert_eq!(text_of(&events), "half", "what was decoded before the fault is given: {error}");
    assert_eq!(error.partial().expect("the partial message is kept").text(), "half");
    assert_eq!(error.provider(), Some("bedrock"));
    assert!(error.request_id().is_some(), "{error}");
    error
}

async fn play(steps: impl IntoIterator<Item = StreamStep>) -> (Vec<StreamEvent>, Option<Error>) {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::stream(steps));
    outcome(&client, request().with_user("hello")).await
}

#[tokio::test]
async fn d01_a_wrong_checksum_of_the_lengths() {
    let error =
        after_half_a_text([StreamStep::corrupt_prelude("contentBlockDelta", json!({})), stop()]).await;
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn d02_a_wrong_checksum_of_the_frame() {
    let damaged = json!({"contentBlockIndex": 0, "delta": {"text": "DAMAGED"}});
    let error = after_half_a_text([StreamStep::corrupt_message("contentBlockDelta", damaged), stop()]).await;
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

/// The first twelve bytes of a frame, with a checksum that holds.
fn prelude(total_length: u32, headers_length: u32) -> StreamStep {
    let mut bytes = [total_length.to_be_bytes(), headers_length.to_be_bytes()].concat();
    // AWS's own encoder makes the checksum: of a frame whose lengths are these, only the beginning is needed.
    let checksum = crc32(&bytes);
    bytes.extend(checksum.to_be_bytes());
    StreamStep::bytes(bytes)
}

/// CRC-32 of zlib, bit by bit: it is the other side's, so it is not our decoder's.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[tokio::test]
async fn d03_lengths_that_no_frame_has() {
    for (total_length, headers_length) in
        [(12, 0), (u32::MAX, 0), (30_000_000, 16), (200_000, 150_000), (20, 8)]
    {
        let error = after_half_a_text([
            prelude(total_length, headers_length),
            StreamStep::Stall(Duration::from_secs(60)),
        ])
        .await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{total_length} {headers_length}: {error}");
    }
}

#[tokio::test]
async fn d04_a_header_that_comes_twice() {
    let header =
        |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let frame = Frame::new_from_parts(
        vec![
            header(":message-type", "event"),
            header(":message-type", "event"),
            header(":event-type", "metadata"),
        ],
        "{}",
    );
    let mut bytes = Vec::new();
    aws_smithy_eventstream::frame::write_message_to(&frame, &mut bytes).unwrap();
    let error = after_half_a_text([StreamStep::bytes(bytes)]).await;
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn d05_the_end_in_the_middle_of_a_frame() {
    let error =
        after_half_a_text([StreamStep::partial_frame("contentBlockStop", json!({"contentBlockIndex": 0}))])
            .await;
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn d06_the_end_between_two_frames() {
    for steps in [vec![], vec![stop()]] {
        let error = after_half_a_text(steps).await;
        assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    }
}

#[tokio::test]
async fn d07_a_stream_without_a_frame() {
    let (events, error) = play([]).await;
    assert_eq!((events.len(), error.unwrap().kind()), (0, ErrorKind::Truncated));
}

#[tokio::test]
async fn d08_frames_of_which_none_is_known() {
    let (events, error) = play([StreamStep::event("novelty", json!({"a": 1}))]).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::Truncated);
    assert!(
        matches!(&events[1], StreamEvent::Unknown(unknown) if unknown.raw == json!({"novelty": {"a": 1}})),
        "{events:?}"
    );
}

#[tokio::test]
async fn d17_a_connection_that_breaks() {
    for steps in [
        vec![StreamStep::Close],
        vec![
            StreamStep::partial_frame("contentBlockStop", json!({"contentBlockIndex": 0})),
            StreamStep::Close,
        ],
    ] {
        let error = after_half_a_text(steps).await;
        assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
        assert!(error.source().is_some(), "the cause is kept");
    }
}

#[tokio::test]
async fn d10_d12_every_modelled_exception() {
    for (name, kind, status, retryable) in [
        ("internalServerException", ErrorKind::ServerError, 500, true),
        ("modelStreamErrorException", ErrorKind::ModelError, 424, true),
        ("validationException", ErrorKind::InvalidRequest, 400, false),
        ("throttlingException", ErrorKind::Throttled, 429, true),
        ("serviceUnavailableException", ErrorKind::Overloaded, 503, true),
        ("modelTimeoutException", ErrorKind::Timeout, 408, true),
    ] {
        let message = json!({"message": "what the service says"});
        // An exception is the end, whatever comes after it.
        let after = [StreamStep::exception(name, message.clone())].into_iter().chain(end());
        let error = after_half_a_text(after).await;
        let code = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        assert_eq!(
            (error.kind(), error.code(), error.status()),
            (kind, Some(code.as_str()), Some(status)),
            "{error}"
        );
        assert_eq!((error.message(), error.is_retryable()), ("what the service says", retryable));

        // Some gateways deliver it under the name of an event.
        let as_event = after_half_a_text([StreamStep::event(name, message)]).await;
        assert_eq!((as_event.kind(), as_event.code()), (error.kind(), error.code()));
    }
}

#[tokio::test]
async fn a_model_that_breaks_off_tells_why() {
    let payload = json!({"message": "m", "originalStatusCode": 529, "originalMessage": "Overloaded"});
    let error = after_half_a_text([StreamStep::exception("modelStreamErrorException", payload)]).await;
    assert!(error.message().contains("Overloaded") && error.message().contains("529"), "{error}");
}

#[tokio::test]
async fn d11_an_exception_that_nobody_has_described() {
    let error =
        after_half_a_text([StreamStep::exception("noveltyException", json!({"message": "new"}))]).await;
    assert_eq!((error.code(), error.message()), (Some("NoveltyException"), "new"));
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::ServerError, false));
}

#[tokio::test]
async fn d13_an_error_frame() {
    for (code, kind, retryable) in [
        ("InternalFailure", ErrorKind::ServerError, true),
        ("Internal-error", ErrorKind::ServerError, true),
        ("ThrottlingException", ErrorKind::Throttled, true),
        ("Novelty", ErrorKind::ServerError, false),
    ] {
        let error = after_half_a_text([StreamStep::error(code, "An unknown error occurred.")]).await;
        assert_eq!(
            (error.kind(), error.code(), error.is_retryable()),
            (kind, Some(code), retryable),
            "{error}"
        );
        assert_eq!(error.message(), "An unknown error occurred.");
    }
}

#[tokio::test]
async fn an_exception_instead_of_the_first_event_fails_the_call() {
    let (emulator, client) = emulator_and_client().await;
    emulator
        .enqueue(Reply::stream([StreamStep::exception("throttlingException", json!({"message": "slow"}))]));
    let error = failed(client.create_message(request().with_user("hello")).await);
    assert_eq!(
        (error.kind(), error.code(), error.status()),
        (ErrorKind::Throttled, Some("ThrottlingException"), Some(429))
    );
    assert_eq!(error.request_id(), Some(emulator.requests()[0].request_id.as_str()));
}

#[tokio::test]
async fn a_frame_that_says_not_what_it_is() {
    for headers in [
        vec![(":event-type", "messageStop")],
        vec![(":message-type", "event")],
        vec![(":message-type", "novelty")],
    ] {
        let error = after_half_a_text([StreamStep::frame(headers, "{}")]).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    }
}

#[tokio::test]
async fn d14_d15_a_payload_that_is_not_what_the_event_needs_is_told_without_quoting_it() {
    let event = |payload: &'static str| {
        StreamStep::frame([(":message-type", "event"), (":event-type", "contentBlockDelta")], payload)
    };
    for payload in [
        "my secret is out",
        r#"{"contentBlockIndex":0,"delta":{"text":"my secret"#,
        r#"{"contentBlockIndex":"my secret","delta":{"text":"x"}}"#,
        r#"{"contentBlockIndex":0,"delta":{"text":{"my secret":1}}}"#,
        r#"{"delta":{"text":"my secret"}}"#,
        r#"["my secret"]"#,
    ] {
        let error = after_half_a_text([event(payload)]).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
        assert!(error.message().contains("contentBlockDelta"), "{error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
}

#[tokio::test]
async fn d15_what_is_unknown_is_passed_on_and_nothing_is_lost() {
    let delta = |delta: Value| {
        StreamStep::event("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": delta}))
    };
    let steps = [
        start(),
        StreamStep::event("initial-response", json!({})),
        StreamStep::event("contentBlockStart", json!({"contentBlockIndex": 0, "start": {}})),
        text("one "),
        delta(json!({"hologram": [1, 2]})),
        delta(json!({"citation": "not an object"})),
        delta(json!({"text": null, "novelty": true})),
        delta(json!({"text": ""})),
        text("two"),
        StreamStep::event("contentBlockStart", json!({"contentBlockIndex": 1, "start": {"novelty": {}}})),
        stop(),
    ];
    let (events, error) = play(steps.into_iter().chain(end())).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(text_of(&events), "one two");
    let unknown = events.iter().filter(|event| matches!(event, StreamEvent::Unknown(_))).count();
    assert_eq!(unknown, 5, "{events:#?}");
    let starts = events.iter().filter(|event| matches!(event, StreamEvent::ContentBlockStart { .. })).count();
    assert_eq!(starts, 1);
}

#[tokio::test]
async fn metadata_may_come_first_late_or_never() {
    let [message_stop, metadata] = end();
    for (steps, tokens) in [
        (vec![metadata.clone(), message_stop.clone()], Some(2)),
        (vec![message_stop.clone(), metadata], Some(2)),
        (vec![message_stop], None),
    ] {
        let (events, error) = play([start(), text("all"), stop()].into_iter().chain(steps)).await;
        assert!(error.is_none(), "{error:?}");
        let [.., StreamEvent::MessageDelta { delta, usage }, StreamEvent::MessageStop] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!((delta.raw_stop_reason.as_deref(), usage.output_tokens), (Some("end_turn"), tokens));
    }
}

#[tokio::test]
async fn d15_metadata_of_an_unforeseen_form_does_not_cost_the_answer() {
    let [message_stop, _] = end();
    let odd = StreamStep::event(
        "metadata",
        json!({"usage": {"inputTokens": "many", "outputTokens": 2}, "metrics": null}),
    );
    let (events, error) = play([start(), text("all"), stop(), message_stop, odd]).await;
    assert!(error.is_none(), "{error:?}");
    let message = roo_core::Message::from_events(events).unwrap();
    assert_eq!((message.usage.input_tokens, message.usage.output_tokens), (None, Some(2)));
}

#[tokio::test]
async fn a_block_that_is_never_stopped_is_closed_by_the_end() {
    let (events, error) = play([start(), text("all")].into_iter().chain(end())).await;
    assert!(error.is_none(), "{error:?}");
    assert!(events.iter().any(|event| matches!(event, StreamEvent::ContentBlockStop { .. })));
}

#[tokio::test]
async fn what_breaks_behind_the_end_of_the_message_costs_the_counts_and_not_the_answer() {
    let [message_stop, _] = end();
    for fault in [
        StreamStep::Close,
        StreamStep::exception("internalServerException", json!({"message": "late"})),
        StreamStep::partial_frame("metadata", json!({})),
        StreamStep::corrupt_message("metadata", json!({})),
    ] {
        let (events, error) = play([start(), text("all"), stop(), message_stop.clone(), fault]).await;
        assert!(error.is_none(), "{error:?}");
        let message = roo_core::Message::from_events(events).unwrap();
        assert_eq!((message.text().as_str(), message.usage.output_tokens), ("all", None));
        assert_eq!(message.warnings.len(), 1, "{:?}", message.warnings);
    }
}

#[tokio::test]
async fn names_of_exceptions_are_known_in_any_case() {
    for name in ["throttlingexception", "THROTTLINGEXCEPTION", "ThrottlingException"] {
        for step in [
            StreamStep::exception(name, json!({"message": "slow"})),
            StreamStep::event(name, json!({"message": "slow"})),
            StreamStep::error(name, "slow"),
        ] {
            let error = after_half_a_text([step]).await;
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::Throttled, Some("ThrottlingException")),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_closes_its_connection() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut first = Vec::new();
    let header =
        |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let headers = vec![header(":message-type", "event"), header(":event-type", "messageStart")];
    let frame = Frame::new_from_parts(headers, "{\"role\":\"assistant\"}");
    aws_smithy_eventstream::frame::write_message_to(&frame, &mut first).unwrap();
    let server = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 8192];
        assert!(socket.read(&mut request).await.unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(&first).await.unwrap();
        // Nothing more comes; the next thing to be read is that the other side has gone.
        socket.read(&mut request).await.unwrap_or(0)
    });
    let (emulator, _) = emulator_and_client().await;
    let client = crate::builder(&emulator).with_endpoint_url(url).build().unwrap();
    let mut stream = client.create_message(request().with_user("hello")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    let read = tokio::time::timeout(Duration::from_secs(10), server)
        .await
        .expect("the connection is closed")
        .unwrap();
    assert_eq!(read, 0);
}

#[tokio::test]
async fn a_tool_call_that_is_cut_is_never_a_call() {
    let call = json!({"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t", "name": "delete"}}});
    let input = json!({"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{\"path\": \"/tm"}}});
    let steps = [
        start(),
        StreamStep::event("contentBlockStart", call),
        StreamStep::event("contentBlockDelta", input),
    ];

    let (_, error) = play(steps.clone()).await;
    let partial = error.unwrap().partial().unwrap().clone();
    let cut = partial.tool_uses().next().unwrap();
    assert_eq!(cut.input, ToolInput::Incomplete("{\"path\": \"/tm".into()));

    // A model that reaches its token limit ends the block properly; its arguments are still no JSON.
    let (events, error) = play(steps.into_iter().chain([stop()]).chain(end())).await;
    assert!(error.is_none(), "{error:?}");
    let message = roo_core::Message::from_events(events).unwrap();
    assert_eq!(message.tool_uses().next().unwrap().input, ToolInput::Invalid("{\"path\": \"/tm".into()));
}

#[tokio::test]
async fn interleaved_blocks_and_split_escapes() {
    let start_call = |index: u64, id: &str| {
        let tool = json!({"toolUseId": id, "name": "say"});
        StreamStep::event(
            "contentBlockStart",
            json!({"contentBlockIndex": index, "start": {"toolUse": tool}}),
        )
    };
    let input = |index: u64, text: &str| {
        StreamStep::event(
            "contentBlockDelta",
            json!({"contentBlockIndex": index, "delta": {"toolUse": {"input": text}}}),
        )
    };
    let steps = [
        start(),
        start_call(3, "a"),
        start_call(7, "b"),
        input(3, "{\"x\":\"\\ud83d"),
        input(7, ""),
        input(3, "\\ude00\"}"),
        input(7, "{\"y\":"),
        input(7, "2}"),
    ];
    let (events, error) = play(steps.into_iter().chain(end())).await;
    assert!(error.is_none(), "{error:?}");
    let message = roo_core::Message::from_events(events).unwrap();
    let inputs: Vec<_> =
        message.tool_uses().map(|call| (call.id.as_str(), call.input.value().unwrap())).collect();
    assert_eq!(inputs, [("a", &json!({"x": "😀"})), ("b", &json!({"y": 2}))]);
}

#[tokio::test]
async fn reasoning_and_citations_arrive_whole() {
    let reasoning = |delta: Value| {
        StreamStep::event(
            "contentBlockDelta",
            json!({"contentBlockIndex": 0, "delta": {"reasoningContent": delta}}),
        )
    };
    let redacted = |data: &str| {
        let delta = json!({"reasoningContent": {"redactedContent": data}});
        StreamStep::event("contentBlockDelta", json!({"contentBlockIndex": 1, "delta": delta}))
    };
    let cited = |delta: Value| {
        StreamStep::event("contentBlockDelta", json!({"contentBlockIndex": 2, "delta": delta}))
    };
    let citation = json!({"title": "t", "sourceContent": [{"text": "s"}],
                          "location": {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}}});
    let steps = [
        start(),
        reasoning(json!({"text": "let me "})),
        reasoning(json!({"text": "think"})),
        reasoning(json!({"signature": "c2l"})),
        reasoning(json!({"signature": "n"})),
        // One byte and two bytes, each padded: the bytes are joined, not their base64.
        redacted("AA=="),
        redacted("Af8="),
        cited(json!({"text": "as it says"})),
        cited(json!({"citation": citation})),
    ];
    let (events, error) = play(steps.into_iter().chain(end())).await;
    assert!(error.is_none(), "{error:?}");
    let message = serde_json::to_value(roo_core::Message::from_events(events).unwrap()).unwrap();
    let origin = json!({"provider": "bedrock", "model": crate::MODEL});
    assert_eq!(
        message["content"],
        json!([
            {"type": "reasoning", "text": "let me think", "signature": "c2ln", "origin": origin},
            {"type": "redacted_reasoning", "data": "AAH/", "origin": origin},
            {"type": "text", "text": "as it says", "citations": [{
                "title": "t", "cited_text": ["s"],
                "location": {"type": "document_page", "index": 0, "start": 1, "end": 2}
            }]},
        ])
    );
}

#[tokio::test]
async fn a_second_start_is_odd_but_no_error() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::stream([start(), start(), text("all"), stop()].into_iter().chain(end())));
    let mut stream = client.create_message(request().with_user("hello")).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    assert_eq!(stream.warnings().len(), 1);
}

#[tokio::test]
async fn a_stream_that_is_dropped_leaves_the_client_usable() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::stream([start(), text("half"), StreamStep::Stall(Duration::from_secs(60))]));
    let mut stream = client.create_message(request().with_user("hello")).await.unwrap();
    while let Some(event) = stream.next().await {
        if matches!(event.unwrap(), StreamEvent::ContentBlockDelta { delta: Delta::Text(_), .. }) {
            break;
        }
    }
    assert_eq!(stream.partial().text(), "half");
    drop(stream);
    let (events, error) = drain(client.create_message(request().with_user("again")).await.unwrap()).await;
    assert!(error.is_none() && text_of(&events).contains("again"));
}

#[tokio::test]
async fn an_answer_of_converse_that_is_not_what_it_should_be() {
    let (emulator, client) = emulator_and_client().await;
    let options = roo_bedrock::BedrockOptions::new().with_streaming(false);
    for body in [
        r#"{"my secret": 1}"#,
        "my secret",
        r#"{"output":{"message":{"content":[{"text":["my secret"]}]}}}"#,
        "",
    ] {
        emulator.enqueue(Reply::raw(200, [("content-type", "application/json")], body));
        let error = failed(client.create_message(request().with_user("hello").with_options(&options)).await);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        assert!(error.request_id().is_some(), "{error}");
    }
    let unknown_operation =
        r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#;
    emulator.enqueue(Reply::raw(200, [("content-type", "application/json")], unknown_operation));
    let error = failed(client.create_message(request().with_user("hello").with_options(&options)).await);
    assert_eq!((error.code(), error.status()), (Some("UnknownOperationException"), Some(200)), "{error}");

    let unknown = r#"{"output":{"message":{"role":"assistant","content":[{"hologram":{"a":1}},{"text":"x"},
                      {"toolUse":{"toolUseId":"t","name":"n"}},{"citationsContent":"odd"}]}},
                      "stopReason":"end_turn","usage":null}"#;
    emulator.enqueue(Reply::raw(200, [("content-type", "application/json")], unknown));
    let (events, error) = outcome(&client, request().with_user("hello").with_options(&options)).await;
    assert!(error.is_none(), "{error:?}");
    let message = serde_json::to_value(roo_core::Message::from_events(events).unwrap()).unwrap();
    let kept = json!({"type": "unknown", "provider": "bedrock", "raw": {"hologram": {"a": 1}}});
    let call = json!({"type": "tool_use", "id": "t", "name": "n", "input": {}});
    let odd = json!({"type": "unknown", "provider": "bedrock", "raw": {"citationsContent": "odd"}});
    assert_eq!(message["content"], json!([kept, {"type": "text", "text": "x"}, call, odd]));
}

#[tokio::test]
async fn c09_a_piece_is_given_as_soon_as_it_is_there() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::stream([start(), text("first"), StreamStep::Stall(Duration::from_secs(60))]));
    let mut stream = client.create_message(request().with_user("hello")).await.unwrap();
    let first = async {
        loop {
            if let StreamEvent::ContentBlockDelta { delta: Delta::Text(text), .. } =
                stream.next().await.unwrap().unwrap()
            {
                return text;
            }
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), first).await.expect("it waits"), "first");
}

#[tokio::test]
async fn c10_all_that_one_read_brings_is_given_before_the_fault_in_it() {
    let frame = |payload: &'static str| {
        let header =
            |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
        let headers = vec![header(":message-type", "event"), header(":event-type", "contentBlockDelta")];
        let mut bytes = Vec::new();
        let frame = Frame::new_from_parts(headers, payload);
        aws_smithy_eventstream::frame::write_message_to(&frame, &mut bytes).unwrap();
        bytes
    };
    let mut bytes = [
        frame(r#"{"contentBlockIndex":0,"delta":{"text":"a"}}"#),
        frame(r#"{"contentBlockIndex":0,"delta":{"text":"b"}}"#),
        frame(r#"{"contentBlockIndex":0,"delta":{"text":"damaged"}}"#),
    ]
    .concat();
    *bytes.last_mut().unwrap() ^= 1;
    let (events, error) = play([start(), StreamStep::bytes(bytes)]).await;
    assert_eq!((text_of(&events).as_str(), error.unwrap().kind()), ("ab", ErrorKind::Protocol));
}
