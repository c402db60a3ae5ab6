use futures_util::StreamExt as _;
use roo_bedrock::{GuardrailId, GuardrailTrace, InvokeRequest, Latency, ServiceTier};
use roo_core::{Error, ErrorKind};
use roo_emulator::{Reply, StreamStep};
use serde_json::{Value, json};

use crate::{CLAUDE, assert_authentic, client_with_key, emulator_and_client, failed};

fn asked(text: &str) -> InvokeRequest {
    let body = json!({
        "anthropic_version": "bedrock-2023-05-31", "max_tokens": 1000,
        "messages": [{ "role": "user", "content": text }],
    });
    InvokeRequest::json(CLAUDE, &body)
}

fn chunk(text: &str) -> StreamStep {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.encode(text);
    StreamStep::event("chunk", json!({ "bytes": bytes, "p": "abc" }))
}

/// The chunks of a stream, and the error that ended it.
async fn drain(client: &roo_bedrock::Bedrock) -> (Vec<String>, Option<Error>) {
    let mut stream = match client.invoke_model_stream(&asked("Hello")).await {
        Ok(stream) => stream,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut chunks = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(chunk) => chunks.push(String::from_utf8(chunk.to_vec()).unwrap()),
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing comes after an error");
                return (chunks, Some(error));
            }
        }
    }
    (chunks, None)
}

#[tokio::test]
async fn bytes_go_out_and_come_back_with_what_the_headers_tell() {
    let (emulator, client) = emulator_and_client().await;
    let request = asked("Mail a@b.de")
        .with_guardrail(GuardrailId::new("abc", "1"))
        .with_trace(GuardrailTrace::Enabled)
        .with_latency(Latency::Optimized)
        .with_tier(ServiceTier::Flex)
        .with_metadata("team", "Größe");
    let response = client.invoke_model(&request).await.unwrap();
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(body["amazon-bedrock-guardrailAction"], "INTERVENED");
    let head = response.head;
    assert_eq!(head.usage.input_tokens, body["usage"]["input_tokens"].as_u64());
    assert!(head.usage.output_tokens.is_some() && head.invocation_latency.is_some());
    assert_eq!((head.latency.as_deref(), head.tier.as_deref()), (Some("optimized"), Some("flex")));
    assert_eq!(head.content_type.as_deref(), Some("application/json"));
    assert_eq!(head.request_id.as_deref(), Some(emulator.requests()[0].request_id.as_str()));
    assert_eq!(emulator.requests()[0].body, *request.body);
    assert_authentic(&emulator);
}

#[tokio::test]
async fn refusals_are_those_of_every_operation() {
    let (emulator, client) = emulator_and_client().await;
    let error = failed(client.invoke_model(&InvokeRequest::new(CLAUDE, b"{}")).await);
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
    assert!(error.request_id().is_some());
    emulator.enqueue(Reply::error(403, "AccessDeniedException", "No."));
    let error = failed(client.invoke_model(&asked("Hello")).await);
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.hint().unwrap().contains("enable the model"), "{error}");
    let error = failed(client_with_key(&emulator, "wrong").invoke_model(&asked("Hello")).await);
    assert_eq!(error.kind(), ErrorKind::Credentials);
    // Nothing is sent for these.
    let sent = emulator.requests().len();
    for request in [
        InvokeRequest::new("", b"{}"),
        InvokeRequest::new(CLAUDE, vec![b' '; 25_000_001]),
        asked("x").with_guardrail(GuardrailId::new("abc", "")),
        asked("x").with_metadata("a", "b".repeat(9000)),
    ] {
        assert_eq!(failed(client.invoke_model(&request).await).kind(), ErrorKind::InvalidRequest);
        assert_eq!(failed(client.invoke_model_stream(&request).await).kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!(emulator.requests().len(), sent);
}

#[tokio::test]
async fn another_media_type_than_was_asked_for_is_no_answer() {
    let (emulator, client) = emulator_and_client().await;
    let page = || Reply::raw(200, [("content-type", "text/html")], "<html>Sign in</html>");
    emulator.enqueue(page());
    assert_eq!(failed(client.invoke_model(&asked("Hello")).await).kind(), ErrorKind::Protocol);
    emulator.enqueue(page());
    let response = client.invoke_model(&asked("Hello").with_accept("*/*")).await.unwrap();
    assert_eq!(response.head.content_type.as_deref(), Some("text/html"));
}

#[tokio::test]
async fn a_stream_gives_the_events_of_the_model() {
    let (emulator, client) = emulator_and_client().await;
    let stream = client.invoke_model_stream(&asked("Hello")).await.unwrap();
    assert_eq!(stream.head().content_type.as_deref(), Some("application/json"));
    assert!(stream.head().request_id.is_some());
    let (chunks, error) = drain(&client).await;
    assert!(error.is_none(), "{error:?}");
    let events: Vec<Value> = chunks.iter().map(|chunk| serde_json::from_str(chunk).unwrap()).collect();
    assert_eq!(events[0]["type"], "message_start");
    assert_eq!(events.last().unwrap()["type"], "message_stop");
    assert_authentic(&emulator);
}

#[tokio::test]
async fn a_stream_ends_between_two_chunks_or_with_an_error() {
    let (emulator, client) = emulator_and_client().await;
    let unknown = StreamStep::event("newcomer", json!({ "a": 1 }));
    emulator.enqueue(Reply::stream([chunk("a"), unknown, chunk("b")]));
    assert!(matches!(drain(&client).await, (chunks, None) if chunks == ["a", "b"]));

    let throttle = || StreamStep::exception("throttlingException", json!({ "message": "Slow down." }));
    for (steps, chunks, kind) in [
        (vec![chunk("a"), throttle()], 1, ErrorKind::Throttled),
        (vec![throttle()], 0, ErrorKind::Throttled),
        (
            vec![chunk("a"), StreamStep::exception("modelTimeoutException", json!({ "message": "x" }))],
            1,
            ErrorKind::Timeout,
        ),
        (vec![chunk("a"), StreamStep::error("InternalError", "x")], 1, ErrorKind::ServerError),
        (
            vec![chunk("a"), StreamStep::partial_frame("chunk", json!({ "bytes": "YQ==" }))],
            1,
            ErrorKind::Truncated,
        ),
        (
            vec![chunk("a"), StreamStep::corrupt_message("chunk", json!({ "bytes": "YQ==" }))],
            1,
            ErrorKind::Protocol,
        ),
        (vec![chunk("a"), StreamStep::event("chunk", json!({ "bytes": "?" }))], 1, ErrorKind::Protocol),
        (vec![], 0, ErrorKind::Truncated),
    ] {
        emulator.enqueue(Reply::stream(steps));
        let (seen, error) = drain(&client).await;
        let error = error.unwrap();
        assert_eq!((seen.len(), error.kind()), (chunks, kind), "{error:?}");
        assert_eq!(error.provider(), Some("bedrock"));
        assert!(error.request_id().is_some(), "{error:?}");
    }
}
