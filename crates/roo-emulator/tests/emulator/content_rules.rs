//! The rules of the less common blocks and members.

use roo_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{call, call_model, prompt, user, with};

const PROMPT: &str = "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1";

fn point() -> Value {
    json!({ "cachePoint": { "type": "default" } })
}

fn hour() -> Value {
    json!({ "cachePoint": { "type": "default", "ttl": "1h" } })
}

fn text() -> Value {
    json!({ "text": "Hello" })
}

fn turn(content: Value) -> Value {
    json!({ "messages": [user(content)] })
}

fn assistant(content: Value) -> Value {
    json!({ "role": "assistant", "content": content })
}

async fn check(cases: impl IntoIterator<Item = (Value, Option<&str>)>) {
    let emulator = Emulator::start().await.unwrap();
    for (body, expected) in cases {
        for operation in ["converse", "converse-stream"] {
            let answer = call(&emulator, operation, &body).await;
            match expected {
                None => assert_eq!(answer.status, 200, "{body}\n{:?}", answer.body),
                Some(expected) => {
                    let (status, _, message) = answer.error();
                    assert_eq!(status, 400, "{body}");
                    assert!(message.contains(expected), "{message}\n{expected}");
                }
            }
        }
    }
}

#[tokio::test]
async fn cache_points() {
    let reasoning = json!({ "reasoningContent": { "reasoningText": { "text": "x", "signature": "s" } } });
    let after_reasoning = json!({ "messages": [
        user(json!([text()])), assistant(json!([reasoning, point(), text()])), user(json!([text()])),
    ] });
    let document = |format: &str| json!({ "document": { "format": format, "name": "d", "source": { "bytes": "AAAA" } } });
    let result = json!([{ "toolResult": { "toolUseId": "a", "content": [point()] } }]);
    check([
        (turn(json!([text(), point(), text(), point(), text(), point(), text(), point()])), None),
        (with(turn(json!([text(), point(), text(), point(), text(), point(), text(), point()])), "system", json!([text(), point()])), Some("A maximum of 4 blocks with cache_control may be provided. Found 5.")),
        (with(turn(json!([text(), point()])), "system", json!([text(), hour()])), None),
        (with(turn(json!([text(), hour()])), "system", json!([text(), point()])), Some("messages.0.content.1.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m'")),
        (turn(json!([point(), text()])), Some("messages.0.content.0.type: Field required")),
        (turn(json!([text(), document("pdf"), point()])), None),
        (turn(json!([text(), document("csv"), point()])), Some("messages.0.content.2.type: Field required")),
        (after_reasoning, Some("Cache point cannot be inserted after reasoning block.")),
        (turn(result), Some("toolResult.content.0.cachePoint: Extra inputs are not permitted")),
        (turn(json!([text(), { "cachePoint": { "type": "default", "ttl": "2h" } }])), Some("cachePoint.ttl' failed to satisfy constraint: Member must satisfy enum value set: [5m, 1h]")),
    ])
    .await;
}

#[tokio::test]
async fn reasoning() {
    let replay = |reasoning: Value| {
        let block = json!({ "reasoningContent": reasoning });
        json!({ "messages": [user(json!([text()])), assistant(json!([block, text()])), user(json!([text()]))] })
    };
    let thinking =
        |fields: Value| with(prompt("Hello"), "additionalModelRequestFields", json!({ "thinking": fields }));
    let on = || thinking(json!({ "type": "enabled", "budget_tokens": 2000 }));
    let spec = json!({ "name": "t", "inputSchema": { "json": { "type": "object" } } });
    let tools = |choice: Value| json!({ "tools": [{ "toolSpec": spec }], "toolChoice": choice });
    let call = json!({ "toolUse": { "toolUseId": "a", "name": "t", "input": {} } });
    let result = json!({ "toolResult": { "toolUseId": "a", "content": [] } });
    let mut unreasoned = with(on(), "toolConfig", tools(json!({ "auto": {} })));
    unreasoned["messages"] = json!([user(json!([text()])), assistant(json!([call])), user(json!([result]))]);
    check([
        (replay(json!({ "reasoningText": { "text": "x", "signature": "foreign" } })), None),
        (
            replay(json!({ "reasoningText": { "text": "x" } })),
            Some("messages.1.content.0.thinking.signature: Field required"),
        ),
        (replay(json!({ "redactedContent": "AAAA" })), None),
        (on(), None),
        (thinking(json!({ "type": "enabled" })), Some("budget_tokens: Field required")),
        (thinking(json!({ "type": "enabled", "budget_tokens": 5 })), Some("greater than or equal to 1024")),
        (
            with(on(), "inferenceConfig", json!({ "maxTokens": 2000 })),
            Some("`max_tokens` must be greater than `thinking.budget_tokens`"),
        ),
        (
            with(on(), "inferenceConfig", json!({ "temperature": 0.5 })),
            Some("`temperature` may only be set to 1 when thinking is enabled"),
        ),
        (
            with(on(), "toolConfig", tools(json!({ "any": {} }))),
            Some("Thinking may not be enabled when tool_choice forces tool use."),
        ),
        (unreasoned, Some("Expected `thinking` or `redacted_thinking`, but found `tool_use`")),
    ])
    .await;
    let emulator = Emulator::start().await.unwrap();
    let redacted = replay(json!({ "redactedContent": "AAAA" }));
    let answer = call_model(&emulator, "amazon.nova-lite-v1:0", "converse", &redacted).await;
    assert!(answer.error().2.contains("redactedContent is not supported"));
}

#[tokio::test]
async fn a_signed_turn_comes_back_as_it_was() {
    let emulator = Emulator::start().await.unwrap();
    let thinking = json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } });
    let mut body = with(prompt("Hello"), "additionalModelRequestFields", thinking);
    let answer = call(&emulator, "converse", &body).await.json();
    let turns = body["messages"].as_array_mut().unwrap();
    turns.push(answer["output"]["message"].clone());
    turns.push(user(json!([text()])));
    assert_eq!(call(&emulator, "converse", &body).await.status, 200);
    let pointer = "/messages/1/content/0/reasoningContent/reasoningText/text";
    *body.pointer_mut(pointer).unwrap() = "Trimmed.".into();
    let message = call(&emulator, "converse", &body).await.error().2;
    assert!(message.contains("messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified."));
}

#[tokio::test]
async fn results_come_first_and_changes_of_tools_name_a_tool() {
    let tool =
        |name: &str| json!({ "toolSpec": { "name": name, "inputSchema": { "json": { "type": "object" } } } });
    let call = json!({ "toolUse": { "toolUseId": "a", "name": "t", "input": {} } });
    let result = json!({ "toolResult": { "toolUseId": "a", "content": [
        { "json": {} }, { "searchResult": { "source": "s", "title": "t", "content": [{ "text": "x" }] } },
        { "video": { "format": "mp4", "source": { "bytes": "AAAA" } } },
        { "document": { "format": "pdf", "name": "d", "source": { "bytes": "AAAA" } } },
    ], "status": "error" } });
    let conversation = |last: Value| {
        let messages = json!([user(json!([text()])), assistant(json!([call])), user(last)]);
        json!({ "messages": messages, "toolConfig": { "tools": [tool("t")] } })
    };
    let changed = |name: &str| {
        let change = json!({ "toolAddition": { "tool": { "type": "tool", "name": name } } });
        let messages = json!([user(json!([text()])), { "role": "system", "content": [change] }]);
        json!({ "messages": messages, "toolConfig": { "tools": [tool("t")] } })
    };
    check([
        (conversation(json!([result, point(), text()])), None),
        (
            conversation(json!([text(), result])),
            Some("messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a."),
        ),
        (changed("t"), None),
        (changed("other"), Some("no tool is named 'other' in toolConfig.tools.")),
        (
            turn(json!([text(), { "toolRemoval": { "tool": {} } }])),
            Some("toolRemoval can only be provided in system messages."),
        ),
        (
            turn(json!([{ "citationsContent": { "content": [{ "text": "x" }] } }])),
            Some("citationsContent can only be provided in assistant messages."),
        ),
    ])
    .await;
}

#[tokio::test]
async fn documents() {
    let document = |format: &str, name: &str, source: Value| {
        turn(json!([{ "document": { "format": format, "name": name, "source": source } }, text()]))
    };
    let bytes = || json!({ "bytes": "AAAA" });
    check([
        (document("md", "a", json!({ "text": "x" })), None),
        (document("md", "a", json!({ "content": [{ "text": "x" }] })), None),
        (document("md", "a", json!({ "s3Location": { "uri": "s3://bucket/key" } })), None),
        (document("rtf", "a", bytes()), Some("document.format' failed")),
        (
            document("md", "a", json!({})),
            Some("exactly one of the members [bytes, s3Location, text, content]"),
        ),
        (document("md", "a", json!({ "bytes": "AAAA", "text": "x" })), Some("exactly one of")),
        (document("md", "", bytes()), Some("document.name' failed")),
        (document("md", "two  spaces", bytes()), Some("more than one consecutive whitespace character")),
        (document("md", "name\u{3000}x", bytes()), Some("The document file name")),
        (
            turn(json!(vec![json!({ "document": { "name": "d", "source": { "text": "x" } } }); 6])),
            Some("has 6 documents, more than the limit of 5"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn prompt_resources() {
    let emulator = Emulator::start().await.unwrap();
    let body = json!({ "promptVariables": { "name": { "text": "Ada" } } });
    let answer = call_model(&emulator, PROMPT, "converse", &body).await.json();
    let said = answer["output"]["message"]["content"][0]["text"].as_str().unwrap();
    assert!(said.contains("The prompt variable `name` is \"Ada\"."), "{said}");
    for (field, value) in [
        ("system", json!([text()])),
        ("inferenceConfig", json!({ "maxTokens": 1 })),
        ("toolConfig", json!({ "tools": [{ "systemTool": { "name": "t" } }] })),
        ("additionalModelRequestFields", json!({ "a": 1 })),
    ] {
        let (status, _, message) =
            call_model(&emulator, PROMPT, "converse", &with(body.clone(), field, value)).await.error();
        assert_eq!(status, 400);
        assert!(
            message.starts_with(&format!("The {field} field can't be used with a prompt resource.")),
            "{message}"
        );
    }
}

#[tokio::test]
async fn pointers_and_metadata() {
    let paths = |paths: Value| with(prompt("Hello"), "additionalModelResponseFieldPaths", paths);
    let metadata = |count: usize| {
        let entries: Value = (0..count).map(|index| (format!("key{index}"), json!("value"))).collect();
        with(prompt("Hello"), "requestMetadata", entries)
    };
    check([
        (paths(json!(["/a~0b/c~1d"])), None),
        (paths(json!([""])), Some("additionalModelResponseFieldPaths.1.member' failed")),
        (paths(json!(["/a~2"])), Some("additionalModelResponseFieldPaths.1.member' failed")),
        (paths(json!(vec!["/a"; 11])), Some("Member must have length less than or equal to 10")),
        (metadata(16), None),
        (metadata(17), Some("Member must have length less than or equal to 16")),
    ])
    .await;
}
