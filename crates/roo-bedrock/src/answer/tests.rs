//! The stream mapping row by row (C), the counts (U), the stop reasons, and that an answer goes back as it came.
#![allow(clippy::needless_pass_by_value, reason = "calls read better without references to `json!`")]

use proptest::prelude::*;
use roo_core::{
    Blob, CitationLocation, ContentBlock, ImageBlock, MediaSource, MessageRequest, MessageStream, Reasoning,
    RedactedReasoning, Span, StreamEvent, Tool, ToolInput, ToolResult as ResultBlock, ToolResultContent,
    ToolUse, UnknownBlock,
};
use serde_json::json;

use super::*;
use crate::model::{ModelId, ModelTable};
use crate::options::Repair;
use crate::request::{ConverseRequest, Target};

const MODEL: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

type Wire = (&'static str, Value);

fn start() -> Wire {
    ("messageStart", json!({"role": "assistant", "p": "abc"}))
}

fn block_start(index: u64, start: Value) -> Wire {
    ("contentBlockStart", json!({"contentBlockIndex": index, "start": start, "p": "abc"}))
}

fn delta(index: u64, delta: Value) -> Wire {
    ("contentBlockDelta", json!({"contentBlockIndex": index, "delta": delta, "p": "abc"}))
}

fn stop(index: u64) -> Wire {
    ("contentBlockStop", json!({"contentBlockIndex": index, "p": "abc"}))
}

fn message_stop(reason: &str) -> Wire {
    ("messageStop", json!({"stopReason": reason, "p": "abc"}))
}

fn metadata() -> Wire {
    ("metadata", json!({"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}, "p": "abc"}))
}

fn call(index: u64, id: &str, name: &str) -> Wire {
    block_start(index, json!({"toolUse": {"toolUseId": id, "name": name}}))
}

fn input(index: u64, text: &str) -> Wire {
    delta(index, json!({"toolUse": {"input": text}}))
}

/// What the reader reports for these events of Bedrock; an error is the last thing.
fn read_as(reading: Reading, wire: &[Wire]) -> Result<Vec<ProviderEvent>> {
    let mut answer = Answer::new(MessageStart::new().with_model(MODEL), reading);
    let mut events = VecDeque::new();
    for (kind, payload) in wire {
        answer.event(kind, payload.to_string().as_bytes(), &mut events)?;
    }
    answer.end(&mut events);
    Ok(events.into())
}

fn read(wire: &[Wire]) -> Vec<ProviderEvent> {
    read_as(Reading::default(), wire).unwrap()
}

/// Resolves what is ready at once: nothing here waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("it waits"),
    }
}

/// What a user sees.
fn seen_as(reading: Reading, wire: &[Wire]) -> (Vec<StreamEvent>, Option<Error>) {
    let events = read_as(reading, wire).unwrap();
    let mut stream = MessageStream::from_events(origin(MODEL), events);
    let mut seen = Vec::new();
    while let Some(event) = now(stream.next()) {
        match event {
            Ok(event) => seen.push(event),
            Err(error) => return (seen, Some(error)),
        }
    }
    (seen, None)
}

fn message_as(reading: Reading, wire: &[Wire]) -> Message {
    now(MessageStream::from_events(origin(MODEL), read_as(reading, wire).unwrap()).into_message()).unwrap()
}

/// The whole message of these events between start and end.
fn message(wire: impl IntoIterator<Item = Wire>) -> Message {
    let wire: Vec<_> =
        [start()].into_iter().chain(wire).chain([message_stop("end_turn"), metadata()]).collect();
    message_as(Reading::default(), &wire)
}

/// What one event reports behind the start.
fn one(wire: Wire) -> Vec<ProviderEvent> {
    let mut events = read(&[start(), wire]);
    events.remove(0);
    events
}

fn piece(index: u64, delta: Delta) -> Vec<ProviderEvent> {
    vec![ProviderEvent::Delta { index, delta }]
}

fn raw(wire: &Wire) -> Vec<ProviderEvent> {
    let mut payload = wire.1.clone();
    payload.as_object_mut().unwrap().remove("p");
    vec![ProviderEvent::Unknown(UnknownEvent::new(PROVIDER, json!({wire.0: payload})))]
}

#[test]
fn c_row_message_start() {
    let expected = MessageStart::new().with_model(MODEL);
    assert_eq!(read(&[start()]), [ProviderEvent::MessageStart(expected.clone())]);
    // None at all, null, or an unknown member.
    assert_eq!(read(&[stop(0)])[0], ProviderEvent::MessageStart(expected.clone()));
    let odd = ("messageStart", json!({"role": null, "conversationId": "c"}));
    assert_eq!(read(&[odd]), [ProviderEvent::MessageStart(expected)]);
    // A second one, and one of another role, are odd.
    let warnings = message([start()]).warnings;
    assert!(matches!(&*warnings, [warning] if warning.kind == WarningKind::Unexpected), "{warnings:?}");
    let user = message_as(
        Reading::default(),
        &[("messageStart", json!({"role": "user"})), message_stop("end_turn")],
    );
    assert_eq!((user.role, user.warnings[0].kind), (Role::User, WarningKind::Unexpected));
}

#[test]
fn c_row_start_of_a_tool_call() {
    let started = |kind: Option<&str>| {
        let start = json!({"toolUse": {"toolUseId": "a", "name": "t", "type": kind}});
        one(block_start(3, start))
    };
    let block = |server| ToolUse::new("a", "t", json!({})).with_server(server).into();
    assert_eq!(started(None), [ProviderEvent::BlockStart { index: 3, block: block(false) }]);
    assert_eq!(
        started(Some("server_tool_use")),
        [ProviderEvent::BlockStart { index: 3, block: block(true) }]
    );
}

#[test]
fn c_row_empty_and_unknown_starts() {
    assert_eq!(one(block_start(0, json!({}))), []);
    assert_eq!(one(block_start(0, json!({"toolUse": null}))), []);
    assert_eq!(one(("contentBlockStart", json!({"contentBlockIndex": 0}))), []);
    for start in [json!({"reasoningContent": {}}), json!({"hologram": {"a": 1}})] {
        let event = block_start(0, start);
        assert_eq!(one(event.clone()), raw(&event));
    }
}

#[test]
fn c_row_start_of_a_tool_result_and_of_an_image() {
    let mut result = ResultBlock::new("a", Vec::<ToolResultContent>::new());
    result.is_error = true;
    let start = json!({"toolResult": {"toolUseId": "a", "type": "x", "status": "error"}});
    assert_eq!(one(block_start(0, start)), [ProviderEvent::BlockStart { index: 0, block: result.into() }]);
    let image = ImageBlock::new(MediaSource::bytes_of_type("image/png", Blob::default()));
    let start = json!({"image": {"format": "png"}});
    assert_eq!(one(block_start(0, start)), [ProviderEvent::BlockStart { index: 0, block: image.into() }]);
}

#[test]
fn c_row_blocks_without_a_start() {
    let reasoning = json!({"reasoningContent": {"text": "hm"}});
    let answer = message([delta(0, reasoning), stop(0), delta(1, json!({"text": "so"})), stop(1)]);
    let thought = Reasoning::new("hm").with_origin(origin(MODEL));
    assert_eq!(answer.content, [thought.into(), ContentBlock::text("so")]);
}

#[test]
fn c_row_each_delta() {
    for (wire, expected) in [
        (json!({"text": "a"}), Delta::Text("a".into())),
        (json!({"toolUse": {"input": "{\"a\\u"}}), Delta::InputJson("{\"a\\u".into())),
        (json!({"toolUse": {"input": ""}}), Delta::InputJson(String::new())),
        (json!({"toolUse": {"input": null}}), Delta::InputJson(String::new())),
        (json!({"reasoningContent": {"text": "hm"}}), Delta::Reasoning("hm".into())),
        (json!({"reasoningContent": {"signature": "c2"}}), Delta::Signature("c2".into())),
        (
            json!({"reasoningContent": {"redactedContent": "AAEC"}}),
            Delta::RedactedReasoning(vec![0, 1, 2].into()),
        ),
        (
            json!({"toolResult": [{"text": "a"}, {"json": {"b": 1}}]}),
            Delta::ToolResult(vec![ToolResultContent::text("a"), json!({"b": 1}).into()]),
        ),
        (json!({"image": {"source": {"bytes": "AAEC"}}}), Delta::Image(vec![0, 1, 2].into())),
    ] {
        assert_eq!(one(delta(2, wire)), piece(2, expected));
    }
}

#[test]
fn c_row_unknown_deltas_are_passed_on_and_no_error() {
    for wire in [
        json!({"hologram": [1]}),
        json!({"text": null, "new": true}),
        json!({"citation": "no object"}),
        json!({"toolResult": [{"hologram": 1}]}),
        json!({"image": {"error": {"message": "no"}}}),
        json!({"reasoningContent": {"new": 1}}),
        json!({}),
    ] {
        let event = delta(0, wire);
        assert_eq!(one(event.clone()), raw(&event));
    }
    let event = ("hologramEvent", json!({"a": 1, "p": "abc"}));
    assert_eq!(one(event.clone()), raw(&event));
}

#[test]
fn c_row_an_empty_text_is_no_news() {
    let (events, _) = seen_as(Reading::default(), &[start(), delta(0, json!({"text": ""})), stop(0)]);
    assert!(!events.iter().any(|event| matches!(event, StreamEvent::ContentBlockDelta { .. })), "{events:?}");
}

#[test]
fn c_row_a_signature_in_pieces_and_redacted_bytes_in_pieces() {
    let thought = |member: &str, value: &str| delta(0, json!({"reasoningContent": {member: value}}));
    let answer = message([
        thought("text", "h"),
        thought("text", "m"),
        thought("signature", "c2"),
        thought("signature", "ln"),
        stop(0),
    ]);
    let expected = Reasoning::new("hm").with_signature("c2ln").with_origin(origin(MODEL));
    assert_eq!(answer.content, [expected.into()]);
    // Each piece is base64 by itself, with padding in the middle.
    let answer = message([thought("redactedContent", "AA=="), thought("redactedContent", "AQL/"), stop(0)]);
    let expected = RedactedReasoning::new(vec![0, 1, 2, 255]).with_origin(origin(MODEL));
    assert_eq!(answer.content, [expected.into()]);
}

#[test]
fn c_row_citations_belong_to_their_block() {
    let cited = |location: Value| {
        delta(
            1,
            json!({"citation": {
                "title": "T", "source": "S", "sourceContent": [{"text": "one"}, {"text": null}], "location": location
            }}),
        )
    };
    let span = Span::new(Some(0), Some(1), Some(2));
    let place = |index: &str| json!({index: 0, "start": 1, "end": 2});
    for (wire, location) in [
        (json!({"documentChar": place("documentIndex")}), CitationLocation::DocumentChar(span)),
        (json!({"documentPage": place("documentIndex")}), CitationLocation::DocumentPage(span)),
        (json!({"documentChunk": place("documentIndex")}), CitationLocation::DocumentChunk(span)),
        (json!({"searchResultLocation": place("searchResultIndex")}), CitationLocation::SearchResult(span)),
        (
            json!({"web": {"url": "https://a.example", "domain": "a.example"}}),
            CitationLocation::Web { url: Some("https://a.example".into()), domain: Some("a.example".into()) },
        ),
        (
            json!({"hologram": {"x": 1}}),
            CitationLocation::Unknown(UnknownBlock::new(PROVIDER, json!({"hologram": {"x": 1}}))),
        ),
    ] {
        let wire =
            [delta(0, json!({"text": "a"})), delta(1, json!({"text": "b"})), cited(wire), stop(0), stop(1)];
        let content = message(wire).content;
        let [ContentBlock::Text(first), ContentBlock::Text(second)] = &content[..] else {
            panic!("{content:?}")
        };
        assert!(first.citations.is_empty());
        let [citation] = &second.citations[..] else { panic!("{second:?}") };
        assert_eq!((citation.title.as_deref(), citation.source.as_deref()), (Some("T"), Some("S")));
        assert_eq!(
            (&citation.cited_text[..], &citation.location),
            (&["one".to_owned()][..], &Some(location))
        );
    }
}

#[test]
fn c_row_the_end_of_a_block_reads_the_input() {
    for (pieces, expected) in [
        (vec![], ToolInput::Json(json!({}))),
        (vec!["", ""], ToolInput::Json(json!({}))),
        // Split inside an escape and inside a surrogate pair.
        (vec!["{\"a\": \"\\", "n\\ud83d", "\\ude00\"}"], ToolInput::Json(json!({"a": "\n\u{1f600}"}))),
        (vec!["{\"a\": "], ToolInput::Invalid("{\"a\": ".into())),
    ] {
        let pieces = pieces.into_iter().map(|text| input(0, text));
        let answer = message([call(0, "a", "t")].into_iter().chain(pieces).chain([stop(0)]));
        assert_eq!(answer.content[0].as_tool_use().unwrap().input, expected);
    }
}

#[test]
fn c_row_a_block_that_is_never_stopped() {
    assert_eq!(message([delta(0, json!({"text": "a"}))]).content, [ContentBlock::text("a")]);
    let (_, error) = seen_as(Reading::default(), &[start(), call(0, "a", "t"), input(0, "{}")]);
    let partial = error.unwrap().partial().unwrap().clone();
    assert_eq!(partial.content[0].as_tool_use().unwrap().input, ToolInput::Incomplete("{}".into()));
}

#[test]
fn c_row_message_stop_waits_for_the_counts() {
    assert_eq!(one(metadata()), [], "nothing ends without messageStop");
    let usage = read_usage(&metadata().1["usage"], false);
    let end = |usage| {
        let mut delta = MessageDelta::new().with_stop_reason(StopReason::EndTurn, "end_turn");
        delta.metadata.insert("usage".into(), metadata().1["usage"].clone());
        [ProviderEvent::MessageDelta { delta, usage }, ProviderEvent::MessageStop]
    };
    for order in [[message_stop("end_turn"), metadata()], [metadata(), message_stop("end_turn")]] {
        let mut answer = Answer::new(MessageStart::new(), Reading::default());
        let mut events = VecDeque::new();
        for (kind, payload) in order {
            answer.event(kind, payload.to_string().as_bytes(), &mut events).unwrap();
        }
        // At once, and not only when the body ends.
        assert_eq!(events.make_contiguous()[1..], end(usage));
    }
}

#[test]
fn c_row_the_stop_sequence_in_either_shape() {
    for fields in [json!({"stop_sequence": "X"}), json!({"delta": {"stop_sequence": "X"}})] {
        let stop = json!({"stopReason": "stop_sequence", "additionalModelResponseFields": fields});
        let answer = message_as(Reading::default(), &[start(), ("messageStop", stop)]);
        assert_eq!(answer.stop_sequence.as_deref(), Some("X"));
        assert_eq!(answer.metadata["additionalModelResponseFields"], fields);
    }
    let null = json!({"stopReason": "end_turn", "additionalModelResponseFields": {"stop_sequence": null}});
    assert_eq!(message_as(Reading::default(), &[start(), ("messageStop", null)]).stop_sequence, None);
    let none = json!({"stopReason": "end_turn", "additionalModelResponseFields": null});
    assert_eq!(message_as(Reading::default(), &[start(), ("messageStop", none)]).stop_sequence, None);
}

#[test]
fn c_row_latency_traces_performance_and_tier() {
    let said = json!({
        "metrics": {"latencyMs": 5},
        "trace": {"guardrail": {"actionReason": "x"}, "promptRouter": {"invokedModelId": "m"}},
        "performanceConfig": {"latency": "optimized"},
        "serviceTier": {"type": "flex"},
    });
    let answer =
        message_as(Reading::default(), &[start(), message_stop("end_turn"), ("metadata", said.clone())]);
    assert_eq!(Value::Object(answer.metadata), said);
}

#[test]
fn c_row_the_end_of_the_body() {
    assert_eq!(
        read(&[start(), delta(0, json!({"text": "a"}))]).last(),
        piece(0, Delta::Text("a".into())).last()
    );
    let (_, error) =
        seen_as(Reading::default(), &[start(), delta(0, json!({"text": "a"})), stop(0), metadata()]);
    let error = error.expect("without messageStop nothing is complete");
    assert_eq!((error.kind(), error.partial().unwrap().text().as_str()), (ErrorKind::Truncated, "a"));
    assert_eq!(read(&[start(), message_stop("end_turn")]).last(), Some(&ProviderEvent::MessageStop));
}

#[test]
fn c01_blocks_may_interleave_and_their_indices_may_have_gaps() {
    let answer = message([
        call(7, "a", "t"),
        call(3, "b", "u"),
        input(7, "{\"x\":"),
        input(3, "{\"y\":"),
        input(7, "1}"),
        stop(7),
        input(3, "2}"),
        stop(3),
    ]);
    let calls: Vec<_> = answer.tool_uses().map(|call| (call.id.as_str(), call.input.clone())).collect();
    assert_eq!(calls, [("a", json!({"x": 1}).into()), ("b", json!({"y": 2}).into())]);
}

#[test]
fn c02_the_index_that_users_see_has_no_gaps() {
    let wire = [start(), call(5, "a", "t"), stop(5), call(9, "b", "t"), stop(9), message_stop("tool_use")];
    let (events, _) = seen_as(Reading::default(), &wire);
    let starts = events.iter().filter_map(|event| match event {
        StreamEvent::ContentBlockStart { index, .. } => Some(*index),
        _ => None,
    });
    assert_eq!(starts.collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn c03_blocks_keep_their_order() {
    let thought = |index| delta(index, json!({"reasoningContent": {"text": "hm"}}));
    let text = |index| delta(index, json!({"text": "a"}));
    let answer =
        message([thought(0), stop(0), call(1, "a", "t"), stop(1), thought(2), stop(2), text(3), stop(3)]);
    let kinds: Vec<_> =
        answer.content.iter().map(|block| serde_json::to_value(block).unwrap()["type"].clone()).collect();
    assert_eq!(kinds, ["reasoning", "tool_use", "reasoning", "text"]);
}

#[test]
fn c04_the_counts_come_with_the_end() {
    let (events, _) = seen_as(Reading::default(), &[start(), message_stop("end_turn"), metadata()]);
    let [.., StreamEvent::MessageDelta { delta, usage }, StreamEvent::MessageStop] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((delta.stop_reason, usage.output_tokens), (Some(StopReason::EndTurn), Some(2)));
}

/// How an answer is read whose form is the input of the tool `json`.
fn structured() -> Reading {
    Reading { structured: StructuredOutput::Tool("json".into()), ..Reading::default() }
}

#[test]
fn c05_the_input_of_the_answers_own_tool_is_the_text() {
    let wire = [
        start(),
        delta(0, json!({"text": "Here:"})),
        stop(0),
        call(1, "a", "json"),
        input(1, "{\"x\":"),
        input(1, " 1}"),
        stop(1),
        message_stop("tool_use"),
        metadata(),
    ];
    let answer = message_as(structured(), &wire);
    assert_eq!(answer.content, [ContentBlock::text("Here:"), ContentBlock::text("{\"x\": 1}")]);
    assert_eq!(
        (answer.stop_reason, answer.raw_stop_reason.as_deref()),
        (Some(StopReason::EndTurn), Some("tool_use"))
    );
    // Without any input.
    let answer =
        message_as(structured(), &[start(), call(0, "a", "json"), stop(0), message_stop("tool_use")]);
    assert_eq!(answer.text(), "{}");
    // Another tool is called as always.
    let wire = [start(), call(0, "a", "json"), stop(0), call(1, "b", "t"), stop(1), message_stop("tool_use")];
    let answer = message_as(structured(), &wire);
    assert_eq!((answer.tool_uses().count(), answer.stop_reason), (1, Some(StopReason::ToolUse)));
}

#[test]
fn c05_in_one_piece_too() {
    let body = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"toolUse": {"toolUseId": "a", "name": "json", "input": {"x": 1}}}
        ]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
    });
    let events = read_whole(body.to_string().as_bytes(), MessageStart::new(), structured()).unwrap();
    let answer = now(MessageStream::from_events(origin(MODEL), events).into_message()).unwrap();
    assert_eq!((answer.text().as_str(), answer.stop_reason), ("{\"x\":1}", Some(StopReason::EndTurn)));
}

#[test]
fn c06_an_answer_without_a_block() {
    let answer = message([]);
    assert_eq!((answer.content.len(), answer.stop_reason), (0, Some(StopReason::EndTurn)));
}

#[test]
fn c07_calls_and_the_stop_reason_are_told_apart() {
    let answer = message([call(0, "a", "t"), stop(0)]);
    assert_eq!((answer.tool_uses().count(), answer.stop_reason), (1, Some(StopReason::EndTurn)));
    let answer = message_as(Reading::default(), &[start(), message_stop("tool_use")]);
    assert_eq!((answer.tool_uses().count(), answer.stop_reason), (0, Some(StopReason::ToolUse)));
}

#[test]
fn c08_reasoning_without_a_signature_is_shown() {
    let answer = message([delta(0, json!({"reasoningContent": {"text": "hm"}})), stop(0)]);
    let [ContentBlock::Reasoning(thought)] = &answer.content[..] else { panic!("{answer:?}") };
    assert_eq!((thought.text.as_str(), thought.signature.as_deref()), ("hm", None));
}

#[test]
fn c10_what_was_read_before_a_fault_is_there() {
    let mut answer = Answer::new(MessageStart::new(), Reading::default());
    let mut events = VecDeque::new();
    answer
        .event("contentBlockDelta", br#"{"contentBlockIndex":0,"delta":{"text":"a"}}"#, &mut events)
        .unwrap();
    assert!(answer.event("contentBlockDelta", b"no JSON", &mut events).is_err());
    assert_eq!(events.len(), 2, "{events:?}");
}

#[test]
fn b23_tools_are_called_by_the_names_that_the_caller_gave() {
    let request =
        MessageRequest::new().with_user("a").with_tool(Tool::new("mcp/t", json!({"type": "object"})));
    let lowered = lower(&request);
    let wire: Value = serde_json::from_slice(&lowered.body).unwrap();
    let on_wire = wire.pointer("/toolConfig/tools/0/toolSpec/name").and_then(Value::as_str).unwrap();
    let reading = Reading { names: lowered.names, ..Reading::default() };
    let answer = message_as(reading, &[start(), call(0, "a", on_wire), stop(0), message_stop("tool_use")]);
    assert_eq!(answer.content[0].as_tool_use().unwrap().name, "mcp/t");
}

#[test]
fn every_stop_reason() {
    for (raw, expected) in [
        ("end_turn", StopReason::EndTurn),
        ("stop_sequence", StopReason::StopSequence),
        ("max_tokens", StopReason::MaxTokens),
        ("tool_use", StopReason::ToolUse),
        ("content_filtered", StopReason::ContentFilter),
        ("guardrail_intervened", StopReason::ContentFilter),
        ("model_context_window_exceeded", StopReason::ContextWindow),
        ("malformed_tool_use", StopReason::Malformed),
        ("malformed_model_output", StopReason::Malformed),
        ("something_new", StopReason::Other),
    ] {
        let answer = message_as(Reading::default(), &[start(), message_stop(raw)]);
        assert_eq!((answer.stop_reason, answer.raw_stop_reason.as_deref()), (Some(expected), Some(raw)));
    }
}

fn counted(usage: Value, counts_cached_input: bool) -> Usage {
    let reading = Reading { counts_cached_input, ..Reading::default() };
    message_as(reading, &[start(), message_stop("end_turn"), ("metadata", json!({"usage": usage}))]).usage
}

#[test]
fn u1_net_input_is_taken_as_it_is() {
    let usage = counted(
        json!({"inputTokens": 10, "outputTokens": 5, "totalTokens": 22, "cacheReadInputTokens": 4, "cacheWriteInputTokens": 3}),
        false,
    );
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.total_tokens), (Some(10), Some(5), Some(22)));
    assert_eq!((usage.cache_read_input_tokens, usage.cache_write_input_tokens), (Some(4), Some(3)));
}

#[test]
fn u2_writes_by_lifetime() {
    let usage = counted(
        json!({"inputTokens": 1, "outputTokens": 1, "totalTokens": 12, "cacheWriteInputTokens": 10, "cacheDetails": [
            {"ttl": "5m", "inputTokens": 3}, {"ttl": "1h", "inputTokens": 5}, {"ttl": "5m", "inputTokens": 2},
            {"ttl": "2d", "inputTokens": 1}, {"ttl": null}, {}
        ]}),
        false,
    );
    assert_eq!((usage.cache_write_5m_input_tokens, usage.cache_write_1h_input_tokens), (Some(5), Some(5)));
}

#[test]
fn u3_cached_tokens_are_counted_once() {
    for (input, total, gross) in [(10, 22, false), (17, 22, true)] {
        let usage = counted(
            json!({"inputTokens": input, "outputTokens": 5, "totalTokens": total, "cacheReadInputTokens": 4, "cacheWriteInputTokens": 3}),
            // The sum tells, whatever the family is said to do.
            !gross,
        );
        let sum = [
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_input_tokens,
            usage.cache_write_input_tokens,
        ];
        assert_eq!(sum.into_iter().flatten().sum::<u64>(), usage.total_tokens.unwrap());
    }
}

#[test]
fn u4_where_the_sum_does_not_tell_the_family_does() {
    let usage = json!({"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 4});
    assert_eq!(counted(usage.clone(), true).input_tokens, Some(6));
    assert_eq!(counted(usage, false).input_tokens, Some(10));
    // Never less than nothing.
    let odd = json!({"inputTokens": 1, "outputTokens": 5, "totalTokens": 6, "cacheReadInputTokens": 4});
    assert_eq!(counted(odd, true).input_tokens, Some(0));
}

#[test]
fn u5_without_metadata_the_counts_are_unknown() {
    let answer = message_as(Reading::default(), &[start(), message_stop("end_turn")]);
    assert_eq!(answer.usage, Usage::new());
    let odd = counted(json!({"inputTokens": "many", "outputTokens": 2, "totalTokens": -1}), false);
    assert_eq!((odd.input_tokens, odd.output_tokens, odd.total_tokens), (None, Some(2), None));
}

#[test]
fn u6_after_a_fault_the_counts_are_unknown() {
    let (_, error) = seen_as(Reading::default(), &[start(), delta(0, json!({"text": "a"}))]);
    assert_eq!(error.unwrap().partial().unwrap().usage, Usage::new());
}

fn lower(request: &MessageRequest) -> ConverseRequest {
    let id = ModelId::parse(MODEL);
    let facts = ModelTable::builtin().facts(&id);
    let target = Target {
        facts: &facts,
        kind: id.kind(),
        streaming: true,
        repair: Repair::Lenient,
        betas_refused: false,
    };
    ConverseRequest::new(request, target).unwrap()
}

/// Blocks as Bedrock makes them: each as it would be answered whole.
fn blocks() -> impl Strategy<Value = Vec<Value>> {
    let text = "[a-z \u{e9}\u{1f600}]{1,12}x";
    let texts = text.prop_map(|text| json!({"text": text}));
    let thoughts = ("[a-z \n]{0,12}", "[A-Za-z0-9+/]{4,12}").prop_map(|(text, signature)| {
        json!({"reasoningContent": {"reasoningText": {"text": text, "signature": signature}}})
    });
    let redacted = prop::collection::vec(any::<u8>(), 1..9)
        .prop_map(|data| json!({"reasoningContent": {"redactedContent": Blob::from(data)}}));
    let numbers = prop_oneof![
        any::<i64>().prop_map(|number| json!(number)),
        (-1e9..1e9).prop_map(|number: f64| json!(number))
    ];
    let inputs = prop::collection::vec(("[a-z\"\\\\\n\u{e9}]{0,4}", numbers), 0..3);
    let calls = (any::<u32>(), inputs).prop_map(|(id, members)| {
        let input: Map<String, Value> = members.into_iter().collect();
        json!({"toolUse": {"toolUseId": format!("tooluse_{id}"), "name": "t", "input": input}})
    });
    let cited = (text, "[a-z]{1,5}", 0_u64..9).prop_map(|(text, title, at)| {
        let location = json!({"documentChar": {"documentIndex": 0, "start": at, "end": at + 1}});
        let citation = json!({"title": title, "sourceContent": [{"text": "s"}], "location": location});
        json!({"citationsContent": {"content": [{"text": text}], "citations": [citation]}})
    });
    prop::collection::vec(prop_oneof![texts, thoughts, redacted, calls, cited], 1..7).prop_map(
        |mut blocks| {
            let mut seen = std::collections::HashSet::new();
            blocks.retain(|block| {
                block.get("toolUse").is_none_or(|call| seen.insert(call["toolUseId"].to_string()))
            });
            blocks
        },
    )
}

/// A text in pieces of at most `size` letters.
fn cut(text: &str, size: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(size).map(|piece| piece.iter().collect()).collect()
}

/// The events that bring a block, in pieces.
fn stream(index: u64, block: &Value, size: usize) -> Vec<Wire> {
    let mut events = Vec::new();
    let mut say = |member: Value| events.push(delta(index, member));
    if let Some(text) = block["text"].as_str() {
        cut(text, size).into_iter().for_each(|piece| say(json!({"text": piece})));
    } else if let Some(thought) = block.pointer("/reasoningContent/reasoningText") {
        for member in ["text", "signature"] {
            for piece in cut(thought[member].as_str().unwrap(), size) {
                say(json!({"reasoningContent": {member: piece}}));
            }
        }
    } else if let Some(data) = block.pointer("/reasoningContent/redactedContent") {
        let data: Blob = serde_json::from_value(data.clone()).unwrap();
        for piece in data.chunks(size) {
            say(json!({"reasoningContent": {"redactedContent": Blob::from(piece.to_vec())}}));
        }
    } else if let Some(cited) = block.get("citationsContent") {
        let text = cited.pointer("/content/0/text").and_then(Value::as_str).unwrap();
        cut(text, size).into_iter().for_each(|piece| say(json!({"text": piece})));
        say(json!({"citation": cited["citations"][0]}));
    } else {
        let call = &block["toolUse"];
        cut(&call["input"].to_string(), size)
            .into_iter()
            .for_each(|piece| say(json!({"toolUse": {"input": piece}})));
        let start = json!({"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}});
        events.insert(0, block_start(index, start));
    }
    events.push(stop(index));
    events
}

proptest! {
    #[test]
    fn an_answer_goes_back_byte_for_byte(blocks in blocks(), size in 1_usize..6, is_whole in any::<bool>()) {
        let answer = if is_whole {
            let body = json!({"output": {"message": {"role": "assistant", "content": blocks}}, "stopReason": "end_turn"});
            let events = read_whole(body.to_string().as_bytes(), MessageStart::new(), Reading::default()).unwrap();
            now(MessageStream::from_events(origin(MODEL), events).into_message()).unwrap()
        } else {
            message((0..).zip(&blocks).flat_map(|(index, block)| stream(index, block, size)))
        };
        // Stored and read again.
        let answer: Message = serde_json::from_str(&serde_json::to_string(&answer).unwrap()).unwrap();
        let results: Vec<_> = answer.tool_uses().map(|call| ResultBlock::text(&call.id, "1").into()).collect();
        let history = MessageRequest::new()
            .with_tool(Tool::new("t", json!({"type": "object"})))
            .with_user("go")
            .with_message(answer)
            .with_user(results.into_iter().chain([ContentBlock::text("on")]).collect::<Vec<_>>());
        let lowered = lower(&history);
        prop_assert!(lowered.warnings.is_empty(), "{:?}", lowered.warnings);
        let sent = std::str::from_utf8(&lowered.body).unwrap();
        let expected = Value::from(blocks).to_string();
        prop_assert!(sent.contains(&expected), "{expected} is not in {sent}");
    }
}
