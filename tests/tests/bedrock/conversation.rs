use roo_bedrock::BedrockOptions;
use roo_core::{
    ContentBlock, Message, MessageRequest, Origin, Provider as _, ProviderExt as _, Reasoning, StopReason,
    StreamEvent, Tool, ToolChoice, ToolInput, ToolResult, ToolResultContent, ToolUse, WarningKind,
};
use roo_emulator::Reply;
use serde_json::{Value, json};

use crate::{builder, drain, emulator_and_client, outcome, request, text_of};

fn calculator() -> Tool {
    let schema = json!({
        "type": "object",
        "properties": {"expression": {"type": "string"}},
        "required": ["expression"]
    });
    Tool::new("calculator", schema).with_description("Perform mathematical calculations")
}

/// The request with one kind of call and with the other.
fn both_ways(request: &MessageRequest) -> [MessageRequest; 2] {
    [true, false]
        .map(|streaming| request.clone().with_options(&BedrockOptions::new().with_streaming(streaming)))
}

/// The names of the events, deltas of one block counted once: services cut them as they like.
fn shape(events: &[StreamEvent]) -> Vec<String> {
    let names =
        events.iter().map(|event| serde_json::to_value(event).unwrap()["type"].as_str().unwrap().to_owned());
    let mut names: Vec<_> = names.collect();
    names.dedup();
    names
}

#[tokio::test]
async fn text_arrives_in_pieces_and_adds_up() {
    let (emulator, client) = emulator_and_client().await;
    let stream =
        client.create_message(request().with_system("Be kind.").with_user("Grüße, 世界 🌍!")).await.unwrap();
    assert_eq!(stream.request_id(), Some(emulator.requests()[0].request_id.as_str()));
    let (events, error) = drain(stream).await;
    assert!(error.is_none());
    let deltas = events.iter().filter(|event| matches!(event, StreamEvent::ContentBlockDelta { .. })).count();
    assert!(deltas > 3, "{deltas} pieces only");
    let message = Message::from_events(events.clone()).unwrap();
    assert_eq!(message.text(), text_of(&events));
    assert!(message.text().contains("Grüße, 世界 🌍!"), "{}", message.text());
    assert_eq!(
        (message.stop_reason, message.raw_stop_reason.as_deref()),
        (Some(StopReason::EndTurn), Some("end_turn"))
    );
    let usage = message.usage;
    assert_eq!(usage.total_tokens.unwrap(), usage.input_tokens.unwrap() + usage.output_tokens.unwrap());
    assert!(message.metadata["metrics"]["latencyMs"].is_number(), "{:?}", message.metadata);
    assert_eq!(message.model.as_deref(), Some(crate::MODEL));
    assert!(message.request_id.is_some() && message.warnings.is_empty());
}

#[tokio::test]
async fn converse_gives_the_events_of_converse_stream() {
    let (_emulator, client) = emulator_and_client().await;
    for request in [
        request().with_user("hello"),
        request().with_user("Calculate 15 * 24").with_tool(calculator()),
        request().with_user("hello hello hello hello").with_max_tokens(4),
    ] {
        let mut seen = Vec::new();
        for request in both_ways(&request) {
            let (events, error) = outcome(&client, request).await;
            assert!(error.is_none(), "{error:?}");
            let mut message = Message::from_events(events.clone()).unwrap();
            message.request_id = None;
            message.metadata.clear();
            // Ids are made up for each call.
            for block in &mut message.content {
                if let ContentBlock::ToolUse(call) = block {
                    call.id.clear();
                }
            }
            seen.push((shape(&events), message));
        }
        assert_eq!(seen[0], seen[1]);
    }
}

#[tokio::test]
async fn a_tool_is_called_executed_and_its_result_used() {
    let (emulator, client) = emulator_and_client().await;
    for mut request in both_ways(&request().with_user("Calculate 15 * 24").with_tool(calculator())) {
        let answer = client.complete(request.clone()).await.unwrap();
        assert_eq!(answer.stop_reason, Some(StopReason::ToolUse));
        let call = answer.tool_uses().next().unwrap().clone();
        assert_eq!(
            (call.name.as_str(), &call.input),
            ("calculator", &ToolInput::Json(json!({"expression": "15 * 24"})))
        );

        request = request.with_message(answer).with_user(ToolResult::json(&call.id, json!({"result": 360})));
        let answer = client.complete(request).await.unwrap();
        assert!(answer.text().contains("360"), "{}", answer.text());
        let sent = emulator.requests().last().unwrap().json().unwrap();
        assert_eq!(
            sent["messages"][2]["content"][0]["toolResult"]["content"],
            json!([{"json": {"result": 360}}])
        );
    }
}

#[tokio::test]
async fn parallel_results_go_back_in_one_turn_however_they_are_written() {
    let (emulator, client) = emulator_and_client().await;
    let calls = [
        ToolUse::new("a", "calculator", json!({"expression": "1"})),
        ToolUse::new("b", "calculator", json!({})),
    ];
    let history = request().with_user("two").with_assistant(calls).with_tool(calculator());
    let one =
        history.clone().with_user([ToolResult::text("a", "1"), ToolResult::error("b", "no expression")]);
    let two =
        history.with_user(ToolResult::text("a", "1")).with_user(ToolResult::error("b", "no expression"));
    let first = client.complete(one).await.unwrap();
    let second = client.complete(two).await.unwrap();
    assert!(first.warnings.is_empty());
    assert_eq!(second.warnings.len(), 1);
    assert_eq!(
        (second.warnings[0].kind, second.warnings[0].pointer.as_deref()),
        (WarningKind::Merged, Some("/messages/3"))
    );
    let sent = emulator.requests();
    assert_eq!(sent[0].body, sent[1].body);
    let results = sent[0].json().unwrap()["messages"][2]["content"].clone();
    assert_eq!(
        results,
        json!([
            {"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}},
            {"toolResult": {"toolUseId": "b", "content": [{"text": "no expression"}], "status": "error"}},
        ])
    );
}

#[tokio::test]
async fn each_tool_choice_has_its_form() {
    let (emulator, client) = emulator_and_client().await;
    for (choice, expected) in [
        (ToolChoice::Auto, json!({"auto": {}})),
        (ToolChoice::Any, json!({"any": {}})),
        (ToolChoice::tool("calculator"), json!({"tool": {"name": "calculator"}})),
    ] {
        client
            .complete(request().with_user("hi").with_tool(calculator()).with_tool_choice(choice))
            .await
            .unwrap();
        assert_eq!(emulator.requests().last().unwrap().json().unwrap()["toolConfig"]["toolChoice"], expected);
    }
    let none =
        request().with_user("Calculate 1 + 1").with_tool(calculator()).with_tool_choice(ToolChoice::None);
    let answer = client.complete(none).await.unwrap();
    assert_eq!(answer.tool_uses().count(), 0);
    assert!(emulator.requests().last().unwrap().json().unwrap().get("toolConfig").is_none());
}

#[tokio::test]
async fn a_history_with_tools_goes_on_without_them() {
    let (emulator, client) = emulator_and_client().await;
    let history = request()
        .with_user("Calculate 1 + 1")
        .with_assistant(ToolUse::new("t1", "calculator", json!({"expression": "1 + 1"})))
        .with_user([ToolResult::text("t1", "2").into(), ContentBlock::text("Thanks. And now a poem.")]);
    let answer = client.complete(history).await.unwrap();
    assert_eq!(
        answer.warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>(),
        [WarningKind::Changed; 2]
    );
    let sent = emulator.requests()[0].json().unwrap();
    assert_eq!(
        sent["messages"][1]["content"],
        json!([{"text": r#"[tool call t1: calculator({"expression":"1 + 1"})]"#}])
    );
}

#[tokio::test]
async fn every_setting_reaches_its_place() {
    let (emulator, client) = emulator_and_client().await;
    let options = BedrockOptions::new().with_additional_model_request_field("top_k", json!(50));
    let request = request()
        .with_system("Be brief.")
        .with_user("hello")
        .with_max_tokens(100)
        .with_temperature(0.7)
        .with_top_p(0.9)
        .with_stop_sequence("STOP")
        .with_metadata("team", "blue")
        .with_options(&options);
    for request in [request.clone(), request.with_options(&options.clone().with_streaming(false))] {
        client.complete(request).await.unwrap();
    }
    let sent = emulator.requests();
    assert_eq!(sent[0].body, sent[1].body, "one builder for both calls");
    let expected = concat!(
        r#"{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"hello"}]}],"#,
        r#""inferenceConfig":{"maxTokens":100,"temperature":0.7,"topP":0.9,"stopSequences":["STOP"]},"#,
        r#""additionalModelRequestFields":{"top_k":50},"requestMetadata":{"team":"blue"}}"#,
    );
    assert_eq!(std::str::from_utf8(&sent[0].body).unwrap(), expected);
    assert_eq!(sent[0].path(), "/model/anthropic.claude-3-sonnet-20240229-v1%3A0/converse-stream");
    assert_eq!(sent[1].path(), "/model/anthropic.claude-3-sonnet-20240229-v1%3A0/converse");
}

#[tokio::test]
async fn the_client_chooses_the_call_where_the_request_does_not() {
    let (emulator, _) = emulator_and_client().await;
    let client = builder(&emulator).with_streaming(false).build().unwrap();
    client.complete(request().with_user("hello")).await.unwrap();
    assert!(emulator.requests()[0].path().ends_with("/converse"));
}

#[tokio::test]
async fn an_arn_is_one_label_of_the_path() {
    let (emulator, client) = emulator_and_client().await;
    let arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-5-sonnet-20241022-v2:0";
    client.complete(request().with_model(arn).with_user("hello")).await.unwrap();
    let path = "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2F\
                us.anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse-stream";
    assert_eq!(emulator.requests()[0].path(), path);
}

/// The four formats, as short as their headers are.
fn images() -> [(&'static str, Vec<u8>); 4] {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([0, 0, 0, 7, 0, 0, 0, 5, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
    let jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 5, 0, 7, 1, 1, 0x11, 0, 0xff, 0xd9];
    let mut gif = b"GIF89a".to_vec();
    gif.extend([7, 0, 5, 0, 0, 0, 0]);
    let mut webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
    webp.extend([6, 0, 0, 4, 0, 0]);
    [("png", png), ("jpeg", jpeg), ("gif", gif), ("webp", webp)]
}

#[tokio::test]
async fn all_four_image_formats_are_read_from_their_bytes() {
    let (_emulator, client) = emulator_and_client().await;
    for (format, bytes) in images() {
        let content = [ContentBlock::text("What is this?"), ContentBlock::image(bytes)];
        let answer = client.complete(request().with_user(content)).await.unwrap();
        let expected = format!("a {format} image of 7 x 5 pixels");
        assert!(answer.text().contains(&expected), "{expected} is not in {}", answer.text());
    }
}

#[tokio::test]
async fn a_wrongly_named_image_is_sent_as_what_it_is() {
    let (_emulator, client) = emulator_and_client().await;
    let [(_, png), ..] = images();
    let image = ContentBlock::image(roo_core::MediaSource::bytes_of_type("image/jpeg", png));
    let answer = client.complete(request().with_user([ContentBlock::text("?"), image])).await.unwrap();
    assert!(answer.text().contains("png"));
    assert_eq!(answer.warnings[0].pointer.as_deref(), Some("/messages/0/content/1"));
}

#[tokio::test]
async fn an_image_may_be_the_result_of_a_tool() {
    let (emulator, client) = emulator_and_client().await;
    let [(_, png), ..] = images();
    let image = ToolResultContent::Image(roo_core::ImageBlock::new(png));
    let history = request()
        .with_tool(calculator())
        .with_user("draw")
        .with_assistant(ToolUse::new("t", "calculator", json!({"expression": "x"})))
        .with_user(ToolResult::new("t", [ToolResultContent::text("drawn"), image]));
    client.complete(history).await.unwrap();
    let sent = emulator.requests()[0].json().unwrap();
    assert_eq!(sent["messages"][2]["content"][0]["toolResult"]["content"][1]["image"]["format"], "png");
}

#[tokio::test]
async fn bad_arguments_of_a_call_go_back_so_that_the_model_sees_them() {
    let (emulator, client) = emulator_and_client().await;
    let mut call = ToolUse::new("t", "calculator", Value::Null);
    call.input = ToolInput::Invalid("{\"expression\": ".into());
    let history = request()
        .with_tool(calculator())
        .with_user("go")
        .with_assistant(call)
        .with_user(ToolResult::error("t", "the input is not JSON"));
    let answer = client.complete(history).await.unwrap();
    assert_eq!(answer.warnings[0].pointer.as_deref(), Some("/messages/1/content/0/input"));
    let sent = emulator.requests()[0].json().unwrap();
    assert_eq!(
        sent["messages"][1]["content"][0]["toolUse"]["input"],
        json!({"invalid_input": "{\"expression\": "})
    );
}

#[tokio::test]
async fn only_reasoning_that_bedrock_signed_goes_back() {
    let (emulator, client) = emulator_and_client().await;
    let ours = Reasoning::new("hm").with_signature("c2ln").with_origin(Origin::new("bedrock"));
    let foreign = Reasoning::new("hm").with_signature("sig").with_origin(Origin::new("elsewhere"));
    let content: [ContentBlock; 4] =
        [ours.into(), foreign.into(), Reasoning::new("unsigned").into(), ContentBlock::text("so")];
    let history = request().with_user("a").with_assistant(content).with_user("b");
    let answer = client.complete(history).await.unwrap();
    let dropped: Vec<_> = answer.warnings.iter().filter_map(|warning| warning.pointer.as_deref()).collect();
    assert_eq!(dropped, ["/messages/1/content/1", "/messages/1/content/2"]);
    let sent = emulator.requests()[0].json().unwrap();
    let reasoning = json!({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}});
    assert_eq!(sent["messages"][1]["content"], json!([reasoning, {"text": "so"}]));
}

#[tokio::test]
async fn an_answer_goes_back_as_it_came() {
    let (emulator, client) = emulator_and_client().await;
    let blocks = vec![
        json!({"reasoningContent": {"reasoningText": {"text": "let me think", "signature": "c2ln"}}}),
        json!({"reasoningContent": {"redactedContent": "AAEC/w=="}}),
        json!({"text": "I call."}),
        json!({"toolUse": {"toolUseId": "tooluse_1", "name": "calculator", "input": {"z": 1.0, "a": [1e3, "ü"]}}}),
    ];
    for ask in both_ways(&request().with_user("go").with_tool(calculator())) {
        emulator.enqueue(Reply::blocks(blocks.clone()));
        let answer = client.complete(ask.clone()).await.unwrap();
        let history = ask.with_message(answer).with_user(ToolResult::text("tooluse_1", "1"));
        client.complete(history).await.unwrap();
        let sent = emulator.requests().last().unwrap().json().unwrap();
        assert_eq!(sent["messages"][1]["content"], Value::from(blocks.clone()));
    }
}

#[tokio::test]
async fn every_stop_reason_is_mapped_and_kept() {
    let (emulator, client) = emulator_and_client().await;
    for (raw, expected) in [
        ("end_turn", StopReason::EndTurn),
        ("tool_use", StopReason::ToolUse),
        ("max_tokens", StopReason::MaxTokens),
        ("stop_sequence", StopReason::StopSequence),
        ("content_filtered", StopReason::ContentFilter),
        ("guardrail_intervened", StopReason::ContentFilter),
        ("model_context_window_exceeded", StopReason::ContextWindow),
        ("malformed_model_output", StopReason::Malformed),
        ("malformed_tool_use", StopReason::Malformed),
        ("something_new", StopReason::Other),
    ] {
        for request in both_ways(&request().with_user("hello")) {
            emulator.enqueue(Reply::text("hi").with_stop_reason(raw).with_usage(3, 4));
            let answer = client.complete(request).await.unwrap();
            assert_eq!((answer.stop_reason, answer.raw_stop_reason.as_deref()), (Some(expected), Some(raw)));
            assert_eq!((answer.usage.input_tokens, answer.usage.output_tokens), (Some(3), Some(4)));
        }
    }
}

#[tokio::test]
async fn an_empty_answer_is_an_answer() {
    let (emulator, client) = emulator_and_client().await;
    for request in both_ways(&request().with_user("hello")) {
        emulator.enqueue(Reply::blocks([]));
        let answer = client.complete(request).await.unwrap();
        assert_eq!((answer.content.len(), answer.stop_reason), (0, Some(StopReason::EndTurn)));
    }
}
