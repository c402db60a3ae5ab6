//! What every stream promises, on generated messages.
#![allow(clippy::unwrap_used, reason = "tests")]

use futures_util::{StreamExt as _, stream};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use roo_core::{
    CachePoint, Citation, ContentBlock, Delta, Error, ErrorKind, ImageBlock, MediaSource, Message,
    MessageDelta, MessageStream, Origin, ProviderEvent, Reasoning, RedactedReasoning, Result, Role,
    StopReason, StreamEvent, TextBlock, ToolInput, ToolResult, ToolUse, UnknownBlock, Usage, Warning,
    WarningKind,
};
use serde_json::{Value, json};

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|number: f64| Value::from(number)),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((".{0,4}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn block() -> impl Strategy<Value = ContentBlock> {
    let origin = option::of(Just(Origin::new("bedrock").with_model("m")));
    let citations = vec(".{0,6}", 0..3).prop_map(|titles| {
        titles.into_iter().map(|title| {
            let mut citation = Citation::default();
            citation.title = Some(title);
            citation
        })
    });
    prop_oneof![
        (".{0,20}", citations).prop_map(|(text, citations)| {
            let mut block = TextBlock::new(text);
            block.citations = citations.collect();
            block.into()
        }),
        ("[a-z]{1,6}", "[a-z]{1,6}", json_value(), any::<bool>())
            .prop_map(|(id, name, input, server)| ToolUse::new(id, name, input).with_server(server).into()),
        ("[a-z]{1,6}", "(\\{\"[a-z]{0,9}|\\{\\}|)", any::<bool>()).prop_map(|(id, text, is_cut)| {
            let mut call = ToolUse::new(id, "cut", Value::Null);
            // Also text that would be JSON: what was cut must not become a call.
            call.input = if is_cut { ToolInput::Incomplete(text) } else { ToolInput::Invalid(text) };
            call.into()
        }),
        (".{0,20}", option::of("[a-z]{0,9}"), origin.clone()).prop_map(|(text, signature, origin)| {
            let mut block = Reasoning::new(text);
            block.signature = signature;
            block.origin = origin;
            block.into()
        }),
        (vec(any::<u8>(), 0..9), origin).prop_map(|(data, origin)| {
            let mut block = RedactedReasoning::new(data);
            block.origin = origin;
            block.into()
        }),
        vec(any::<u8>(), 0..9).prop_map(|data| ImageBlock::new(MediaSource::bytes_of_type(
            "image/png",
            data
        ))
        .into()),
        json_value().prop_map(|value| ToolResult::json("t", value).into()),
        json_value().prop_map(|raw| UnknownBlock::new("bedrock", raw).into()),
        Just(CachePoint::new().into()),
    ]
}

prop_compose! {
    fn message()(
        content in vec(block(), 0..6),
        id in option::of("[a-z]{1,6}"),
        model in option::of("[a-z]{1,6}"),
        reason in option::of(Just(StopReason::ToolUse)),
        stop_sequence in option::of(".{1,3}"),
        input_tokens in option::of(any::<u64>()),
        latency in any::<u32>(),
    ) -> Message {
        let mut message = Message::new(Role::Assistant, content);
        message.id = id;
        message.model = model;
        message.raw_stop_reason = reason.map(|_| "tool_use".to_owned());
        message.stop_reason = reason;
        message.stop_sequence = stop_sequence;
        message.usage.input_tokens = input_tokens;
        message.warnings = vec![Warning::new(WarningKind::Dropped, "x").at("/messages/0")];
        message.metadata.insert("latency_ms".into(), latency.into());
        message
    }
}

/// Splits every delta of a text kind at a random place, as networks do.
fn split_finer(events: Vec<ProviderEvent>, at: &[prop::sample::Index]) -> Vec<ProviderEvent> {
    let mut places = at.iter().cycle();
    let mut cut = |text: &str| {
        let place = places.next().unwrap().index(text.chars().count() + 1);
        let (a, b): (Vec<_>, Vec<_>) = text.chars().enumerate().partition(|(index, _)| *index < place);
        [a, b].map(|part| part.into_iter().map(|(_, letter)| letter).collect::<String>())
    };
    let mut finer = Vec::new();
    for event in events {
        let ProviderEvent::Delta { index, delta } = event else {
            finer.push(event);
            continue;
        };
        let pieces: Vec<Delta> = match delta {
            Delta::Text(text) => cut(&text).map(Delta::Text).into(),
            Delta::InputJson(text) => cut(&text).map(Delta::InputJson).into(),
            Delta::Reasoning(text) => cut(&text).map(Delta::Reasoning).into(),
            Delta::Signature(text) => cut(&text).map(Delta::Signature).into(),
            other => vec![other],
        };
        finer.extend(pieces.into_iter().map(|delta| ProviderEvent::Delta { index, delta }));
    }
    finer
}

fn stream_of(events: Vec<ProviderEvent>) -> MessageStream {
    MessageStream::new(Origin::default(), stream::iter(events.into_iter().map(Ok)))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Everything that a stream gives, polled on past its end.
fn drain(mut stream: MessageStream) -> Vec<Result<StreamEvent>> {
    block_on(async {
        let mut items = Vec::new();
        while let Some(item) = stream.next().await {
            items.push(item);
        }
        for _ in 0..3 {
            assert!(stream.next().await.is_none(), "a stream stays ended");
        }
        items
    })
}

proptest! {
    #[test]
    fn splitting_and_folding_gives_the_message_back(message in message()) {
        let events = message.to_events();
        prop_assert_eq!(&Message::from_events(events.clone()).unwrap(), &message);
        let stored = serde_json::to_string(&events).unwrap();
        let restored: Vec<StreamEvent> = serde_json::from_str(&stored).unwrap();
        prop_assert_eq!(restored, events);
        let stored = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<Message>(&stored).unwrap(), message);
    }

    #[test]
    fn any_fragmentation_folds_to_the_same_message(message in message(), at in vec(any::<prop::sample::Index>(), 1..5)) {
        let events = split_finer(ProviderEvent::split(message.clone()), &at);
        prop_assert_eq!(block_on(stream_of(events).into_message()).unwrap(), message);
    }

    #[test]
    fn every_event_stands_where_it_belongs(message in message(), at in vec(any::<prop::sample::Index>(), 1..5)) {
        let events: Vec<_> = drain(stream_of(split_finer(ProviderEvent::split(message.clone()), &at)))
            .into_iter().map(Result::unwrap).collect();
        let starts_right = matches!(events.first(), Some(StreamEvent::MessageStart { .. }));
        prop_assert!(starts_right);
        prop_assert_eq!(events.last(), Some(&StreamEvent::MessageStop));
        let mut finished = Vec::new();
        let mut open = None;
        for event in &events {
            match event {
                StreamEvent::ContentBlockStart { index, .. } => {
                    prop_assert_eq!((open, *index), (None, finished.len()));
                    open = Some(*index);
                }
                StreamEvent::ContentBlockDelta { index, .. } => prop_assert_eq!(open, Some(*index)),
                StreamEvent::ContentBlockStop { index, content_block } => {
                    prop_assert_eq!(open, Some(*index));
                    open = None;
                    finished.push(content_block.clone());
                }
                _ => {}
            }
        }
        prop_assert_eq!(finished, message.content);
    }

    #[test]
    fn a_cut_gives_exactly_one_error_with_the_partial_message(message in message(), cut in any::<prop::sample::Index>()) {
        let mut events = ProviderEvent::split(message.clone());
        events.truncate(cut.index(events.len()));
        let stopped = events.iter().filter(|event| matches!(event, ProviderEvent::BlockStop { .. })).count();
        let items = drain(stream_of(events));
        let (last, before) = items.split_last().unwrap();
        prop_assert!(before.iter().all(Result::is_ok));
        let error = last.as_ref().unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::Truncated);
        let partial = error.partial().unwrap();
        prop_assert_eq!(&partial.content[..stopped], &message.content[..stopped]);
        for (whole, part) in message.content.iter().zip(&partial.content).skip(stopped) {
            match (whole, part) {
                (ContentBlock::Text(whole), ContentBlock::Text(part)) => prop_assert!(whole.text.starts_with(&part.text)),
                (_, ContentBlock::ToolUse(part)) => {
                    let is_complete = matches!(part.input, ToolInput::Json(_));
                    prop_assert!(!is_complete, "a call that was cut must not look complete");
                }
                (_, ContentBlock::Reasoning(part)) => prop_assert_eq!(&part.signature, &None),
                _ => {}
            }
        }
    }

    #[test]
    fn interleaved_blocks_are_kept_apart(texts in vec(vec("[a-z]{1,3}", 0..4), 1..4), gaps in any::<u16>()) {
        // Every block gets its next piece in turn; indices are neither dense nor do they start at zero.
        let index = |block: usize| u64::from(gaps) + 7 * block as u64;
        let mut events = Vec::new();
        for round in 0..4 {
            for (block, pieces) in texts.iter().enumerate() {
                let text = pieces.get(round).cloned().unwrap_or_default();
                events.push(ProviderEvent::Delta { index: index(block), delta: Delta::Text(text) });
            }
        }
        events.push(ProviderEvent::MessageStop);
        let message = block_on(stream_of(events).into_message()).unwrap();
        let whole: Vec<_> = message.content.iter().map(|block| block.as_text().unwrap().to_owned()).collect();
        prop_assert_eq!(whole, texts.iter().map(|pieces| pieces.concat()).collect::<Vec<_>>());
    }
}

#[test]
fn a_provider_may_leave_out_what_its_service_leaves_out() {
    let call = ToolUse::new("t", "add", json!({}));
    let delta = MessageDelta::new().with_stop_reason(StopReason::ToolUse, "tool_use");
    let items = drain(stream_of(vec![
        ProviderEvent::Delta { index: 0, delta: Delta::Reasoning("hm".into()) },
        ProviderEvent::Delta { index: 0, delta: Delta::Text("so".into()) },
        ProviderEvent::BlockStart { index: 1, block: call.into() },
        ProviderEvent::Delta { index: 1, delta: Delta::InputJson("{\"a\":1}".into()) },
        ProviderEvent::MessageDelta { delta, usage: Usage::new().with_output_tokens(3) },
        ProviderEvent::MessageStop,
        ProviderEvent::Delta { index: 0, delta: Delta::Text("after the end".into()) },
    ]));
    let events: Vec<_> = items.into_iter().map(|item| serde_json::to_value(item.unwrap()).unwrap()).collect();
    assert_eq!(
        Value::from(events),
        json!([
            {"type": "message_start", "message": {"role": "assistant"}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "reasoning", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "reasoning_delta", "reasoning": "hm"}},
            {"type": "content_block_stop", "index": 0, "content_block": {"type": "reasoning", "text": "hm"}},
            {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "so"}},
            {"type": "content_block_start", "index": 2,
             "content_block": {"type": "tool_use", "id": "t", "name": "add", "input": {}}},
            {"type": "content_block_delta", "index": 2,
             "delta": {"type": "input_json_delta", "partial_json": "{\"a\":1}"}},
            {"type": "content_block_stop", "index": 1, "content_block": {"type": "text", "text": "so"}},
            {"type": "content_block_stop", "index": 2,
             "content_block": {"type": "tool_use", "id": "t", "name": "add", "input": {"a": 1}}},
            {"type": "message_delta", "delta": {"stop_reason": "tool_use", "raw_stop_reason": "tool_use"},
             "usage": {"output_tokens": 3}},
            {"type": "message_stop"},
        ])
    );
}

#[test]
fn an_error_of_the_provider_carries_what_came_and_who_to_ask() {
    let events = vec![
        Ok(ProviderEvent::Delta { index: 0, delta: Delta::Text("half an ans".into()) }),
        Err(Error::new(ErrorKind::Throttled, "slow down").with_code("ThrottlingException")),
        Ok(ProviderEvent::MessageStop),
    ];
    let stream = MessageStream::new(Origin::new("bedrock"), stream::iter(events)).with_request_id("r-1");
    let items = drain(stream);
    assert_eq!(items.len(), 4);
    let error = items.last().unwrap().as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.provider(), error.request_id()),
        (ErrorKind::Throttled, Some("bedrock"), Some("r-1"))
    );
    assert_eq!(error.partial().unwrap().text(), "half an ans");
}

#[test]
fn what_comes_after_the_end_neither_fails_the_answer_nor_delays_it() {
    let never = stream::pending::<Result<ProviderEvent>>();
    let finished = || stream::iter([Ok(ProviderEvent::MessageStop)]);
    assert!(drain(MessageStream::new(Origin::default(), finished().chain(never))).iter().all(Result::is_ok));
    let broken = stream::iter([Err(Error::new(ErrorKind::Truncated, "reset"))]);
    assert!(drain(MessageStream::new(Origin::default(), finished().chain(broken))).iter().all(Result::is_ok));
}

#[test]
fn half_an_answer_is_never_taken_for_a_whole_one() {
    let half = || stream_of(vec![ProviderEvent::Delta { index: 0, delta: Delta::Text("half".into()) }]);
    let error = block_on(async {
        let mut stream = half();
        // A loop that stops at the error without looking at it.
        while let Some(Ok(_)) = stream.next().await {}
        stream.into_message().await
    })
    .unwrap_err();
    assert_eq!((error.kind(), error.partial().unwrap().text().as_str()), (ErrorKind::Truncated, "half"));
    assert_eq!(block_on(half().into_message()).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn a_source_that_goes_on_for_ever_does_not_keep_anybody() {
    let endless = stream::repeat_with(|| Ok(ProviderEvent::MessageStop));
    let events = drain(MessageStream::new(Origin::default(), endless));
    assert_eq!(events.len(), 2);
}

#[test]
fn pieces_without_a_beginning_are_shown_and_told() {
    let delta = Delta::InputJson("{\"path\":".into());
    let mut stream = stream_of(vec![ProviderEvent::Delta { index: 4, delta }, ProviderEvent::MessageStop]);
    let events = block_on(async {
        let mut events = Vec::new();
        while let Some(event) = stream.next().await {
            events.push(event.unwrap());
        }
        events
    });
    let raw = json!({"type": "input_json_delta", "partial_json": "{\"path\":"});
    assert!(matches!(&events[1], StreamEvent::Unknown(unknown) if unknown.raw == raw), "{events:?}");
    assert_eq!(stream.warnings().len(), 1);
}

#[test]
fn events_that_were_stored_without_their_deltas_fold_to_the_same_message() {
    let message =
        Message::assistant([ContentBlock::text("a"), ToolUse::new("t", "add", json!({"x": 1})).into()]);
    let without_deltas = |event: &StreamEvent| !matches!(event, StreamEvent::ContentBlockDelta { .. });
    let stops_alone = |event: &StreamEvent| {
        without_deltas(event) && !matches!(event, StreamEvent::ContentBlockStart { .. })
    };
    for kept in [&without_deltas as &dyn Fn(&StreamEvent) -> bool, &stops_alone] {
        let events = message.to_events().into_iter().filter(|event| kept(event));
        assert_eq!(Message::from_events(events).unwrap().content, message.content);
    }
}

#[test]
fn many_blocks_take_time_in_proportion() {
    // Two hundred thousand blocks that nobody closes: with a scan over them this would take minutes.
    let deltas = (0..200_000).map(|index| ProviderEvent::Delta { index, delta: Delta::Text("x".into()) });
    let message =
        block_on(stream_of(deltas.chain([ProviderEvent::MessageStop]).collect()).into_message()).unwrap();
    assert_eq!(message.content.len(), 200_000);
}

#[test]
fn the_text_comes_alone_where_only_text_is_wanted() {
    let message =
        Message::assistant([ContentBlock::text("a"), Reasoning::new("hm").into(), ContentBlock::text("b")]);
    let mut text = MessageStream::from_message(Origin::new("x"), message).text();
    let pieces = block_on(async {
        let mut pieces = Vec::new();
        while let Some(piece) = text.next().await {
            pieces.push(piece.unwrap());
        }
        pieces
    });
    assert_eq!(pieces, ["a", "b"]);
}
