//! What the emulator answers by itself, in both forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roo_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{ask, call, prompt, user, with};

const SELF: &str = "This is bedrock-emulator, not a language model.";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x20\x08\x02\0\0\0";

fn calculator() -> Value {
    let schema = json!({ "type": "object", "properties": { "expression": { "type": "string" } }, "required": ["expression"] });
    json!({ "toolSpec": { "name": "calculator", "description": "Calculates.", "inputSchema": { "json": schema } } })
}

#[tokio::test]
async fn a_text_quotes_the_prompt() {
    let emulator = Emulator::start().await.unwrap();
    let (blocks, stop_reason, usage) = ask(&emulator, &prompt("Grüße 👩‍👩‍👧!")).await;
    assert_eq!(blocks, [json!({ "text": format!("{SELF} You said: \"Grüße 👩‍👩‍👧!\"") })]);
    assert_eq!(stop_reason, "end_turn");
    assert_eq!(usage["inputTokens"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_on_many_threads_too() {
    let emulator = Emulator::start().await.unwrap();
    ask(&emulator, &prompt("Hello")).await;
}

#[tokio::test]
async fn a_calculation_is_a_tool_call() {
    let emulator = Emulator::start().await.unwrap();
    let body = with(prompt("What is 15 * 24?"), "toolConfig", json!({ "tools": [calculator()] }));
    let (blocks, stop_reason, _) = ask(&emulator, &body).await;
    assert_eq!(blocks[0], json!({ "text": format!("{SELF} I call `calculator`.") }));
    assert_eq!(blocks[1]["toolUse"]["name"], "calculator");
    assert_eq!(blocks[1]["toolUse"]["input"], json!({ "expression": "15 * 24" }));
    assert_eq!(stop_reason, "tool_use");
}

#[tokio::test]
async fn an_unfitting_tool_is_left_alone_unless_chosen() {
    let emulator = Emulator::start().await.unwrap();
    let config = |choice| json!({ "tools": [calculator()], "toolChoice": choice });
    let (_, stop_reason, _) =
        ask(&emulator, &with(prompt("Hello"), "toolConfig", config(json!({ "auto": {} })))).await;
    assert_eq!(stop_reason, "end_turn");
    for choice in [json!({ "any": {} }), json!({ "tool": { "name": "calculator" } })] {
        let (blocks, _, _) = ask(&emulator, &with(prompt("Hello"), "toolConfig", config(choice))).await;
        assert_eq!(blocks.len(), 1, "a call that is forced comes without a word");
        assert_eq!(blocks[0]["toolUse"]["input"], json!({ "expression": "Hello" }));
    }
}

#[tokio::test]
async fn every_tool_result_is_used() {
    let emulator = Emulator::start().await.unwrap();
    let tool_use = |id| json!({ "toolUse": { "toolUseId": id, "name": "calculator", "input": {} } });
    let result = |id, content: Value, status| json!({ "toolResult": { "toolUseId": id, "content": content, "status": status } });
    let results = json!([
        result("a", json!([{ "text": "360" }]), "success"),
        result("b", json!([{ "json": { "reason": "overflow" } }]), "error"),
        result("c", json!([]), "success"),
    ]);
    let calls = json!([tool_use("a"), tool_use("b"), tool_use("c")]);
    let body = json!({
        "messages": [user(json!([{ "text": "15 * 24?" }])), { "role": "assistant", "content": calls }, user(results)],
        "toolConfig": { "tools": [calculator()], "toolChoice": { "any": {} } },
    });
    let (blocks, stop_reason, _) = ask(&emulator, &body).await;
    let text = format!(
        "{SELF} The tool `calculator` returned \"360\". The tool `calculator` failed with {{\"reason\":\"overflow\"}}. \
         The tool `calculator` returned nothing."
    );
    assert_eq!(blocks, [json!({ "text": text })]);
    assert_eq!(stop_reason, "end_turn");
}

#[tokio::test]
async fn an_image_is_described() {
    let emulator = Emulator::start().await.unwrap();
    let image = json!({ "image": { "format": "png", "source": { "bytes": STANDARD.encode(PNG) } } });
    let body = json!({ "messages": [user(json!([image, { "text": "What is it?" }]))] });
    let (blocks, _, usage) = ask(&emulator, &body).await;
    let text = format!("{SELF} I received a png image of 64 x 32 pixels. You said: \"What is it?\"");
    assert_eq!(blocks, [json!({ "text": text })]);
    assert_eq!(usage["inputTokens"], 1003);
}

#[tokio::test]
async fn limits_are_respected() {
    let emulator = Emulator::start().await.unwrap();
    let limit = |config| with(prompt("Hello"), "inferenceConfig", config);
    let (blocks, stop_reason, usage) = ask(&emulator, &limit(json!({ "maxTokens": 2 }))).await;
    assert_eq!((blocks, stop_reason.as_str()), (vec![json!({ "text": "This is " })], "max_tokens"));
    assert_eq!(usage["outputTokens"], 2);
    let (blocks, stop_reason, _) =
        ask(&emulator, &limit(json!({ "stopSequences": ["model", ", not"] }))).await;
    assert_eq!(
        (blocks, stop_reason.as_str()),
        (vec![json!({ "text": "This is bedrock-emulator" })], "stop_sequence")
    );
}

#[tokio::test]
async fn a_stream_has_the_events_of_aws_in_their_order() {
    let emulator = Emulator::start().await.unwrap();
    let body = with(prompt("What is 1 + 1?"), "toolConfig", json!({ "tools": [calculator()] }));
    let events = call(&emulator, "converse-stream", &body).await.events();
    let mut names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    // The text block opens with a delta; only the tool call has a start event.
    let expected = [
        "messageStart",
        "contentBlockDelta",
        "contentBlockStop",
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ];
    assert_eq!(names, expected);
    let deltas =
        |kind: &str| events.iter().filter(|(_, payload)| payload["delta"].get(kind).is_some()).count();
    assert!(deltas("text") > 1 && deltas("toolUse") > 1);
    assert!(events.last().unwrap().1["metrics"]["latencyMs"].is_u64());
}
