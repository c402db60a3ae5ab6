//! Every rule a request is held against, each broken once, and the message AWS has for it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roo_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Signing, call, http, prompt, send, url, user};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x20\x08\x02\0\0\0";
const PATH: &str = "failed to satisfy constraint:";

/// Both operations refuse each body with a message that contains the text.
async fn assert_refused(cases: impl IntoIterator<Item = (Value, &str)>) {
    let emulator = Emulator::start().await.unwrap();
    for (body, expected) in cases {
        for operation in ["converse", "converse-stream"] {
            let answer = call(&emulator, operation, &body).await;
            let (status, code, message) = answer.error();
            assert_eq!((status, code), (400, "ValidationException"), "{body}");
            assert!(message.contains(expected), "{body}\n  answered: {message}\n  expected: {expected}");
        }
    }
}

async fn assert_accepted(cases: impl IntoIterator<Item = Value>) {
    let emulator = Emulator::start().await.unwrap();
    for body in cases {
        let answer = call(&emulator, "converse", &body).await;
        assert_eq!(answer.status, 200, "{body}\n  answered: {}", answer.json());
    }
}

fn conversation(messages: Value) -> Value {
    json!({ "messages": messages })
}

fn assistant(content: Value) -> Value {
    json!({ "role": "assistant", "content": content })
}

fn hello() -> Value {
    user(json!([{ "text": "Hello" }]))
}

fn block(block: Value) -> Value {
    conversation(json!([user(json!([block]))]))
}

fn image(format: &str, bytes: &[u8]) -> Value {
    json!({ "image": { "format": format, "source": { "bytes": STANDARD.encode(bytes) } } })
}

fn with(name: &str, value: Value) -> Value {
    let mut body = prompt("Hello");
    body[name] = value;
    body
}

fn tool(name: &str) -> Value {
    json!({ "toolSpec": { "name": name, "inputSchema": { "json": { "type": "object" } } } })
}

fn tool_use(id: &str) -> Value {
    json!({ "toolUse": { "toolUseId": id, "name": "tool", "input": {} } })
}

fn tool_result(id: &str) -> Value {
    json!({ "toolResult": { "toolUseId": id, "content": [{ "text": "done" }] } })
}

/// A conversation about a tool that is defined.
fn tool_conversation(messages: Value) -> Value {
    json!({ "messages": messages, "toolConfig": { "tools": [tool("tool")] } })
}

#[tokio::test]
async fn the_envelope() {
    let must_not_be_null = "1 validation error detected: Value null at 'messages' failed to satisfy constraint: \
                            Member must not be null";
    assert_refused([
        (json!([]), "Value '[]' at '' failed to satisfy constraint: Member must be an object"),
        (json!({}), must_not_be_null),
        (json!({ "messages": null }), must_not_be_null),
        (
            conversation(json!([])),
            "'messages' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            conversation(json!("hi")),
            "Value 'hi' at 'messages' failed to satisfy constraint: Member must be a list",
        ),
        (with("modelId", json!("m")), "modelId: Extra inputs are not permitted"),
        (with("max_tokens", json!(1)), "max_tokens: Extra inputs are not permitted"),
    ])
    .await;
}

#[tokio::test]
async fn the_transport() {
    let emulator = Emulator::start().await.unwrap();
    let url = url(&emulator, "converse");
    let headers = |body: &[u8]| Signing::right_for(&emulator).headers(&url, body);
    let answer = send(http().post(&url).headers(headers(b"{")).body("{")).await.0;
    assert!(answer.error().2.starts_with("The request body is not valid JSON"), "{answer:?}");

    let key = http().post(&url).bearer_auth(emulator.bearer_token()).body(prompt("Hello").to_string());
    let answer = send(key.header("content-type", "text/plain")).await.0;
    assert_eq!(
        answer.error().2,
        "The Content-Type of the request must be application/json, not 'text/plain'."
    );

    let large = vec![b' '; 25_000_001];
    let answer = send(http().post(&url).headers(headers(&large)).body(large)).await.0;
    assert_eq!(answer.error().2, "The request body is 25000001 bytes, more than the limit of 25000000.");

    for bad_model in ["a%20b", "..%2F.."] {
        let bad_model = format!("{}/model/{bad_model}/converse", emulator.url());
        let body = prompt("Hello").to_string();
        let headers = Signing::right_for(&emulator).headers(&bad_model, body.as_bytes());
        let answer = send(http().post(bad_model).headers(headers).body(body)).await.0;
        assert_eq!(answer.error().2, "The provided model identifier is invalid.");
    }
}

#[tokio::test]
async fn turns() {
    let start = "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
    let alternate = "A conversation must alternate between user and assistant roles. Make sure the conversation \
                     alternates between user and assistant roles and try again.";
    let answer = || assistant(json!([{ "text": "Hi" }]));
    assert_refused([
        (conversation(json!([{ "content": [{ "text": "x" }] }])), "Value null at 'messages.1.member.role' failed"),
        (conversation(json!([{ "role": "user" }])), "Value null at 'messages.1.member.content' failed to satisfy constraint: Member must not be null"),
        (conversation(json!([{ "role": "tool", "content": [{ "text": "x" }] }])), "Value 'tool' at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant, system]"),
        (conversation(json!([answer(), hello()])), start),
        (conversation(json!([hello(), hello()])), alternate),
        (conversation(json!([hello(), answer(), answer()])), alternate),
        (conversation(json!([user(json!([]))])), "The content field in the Message object at messages.0 is empty."),
        (conversation(json!([{ "role": "user", "content": [{ "text": "x" }], "name": "me" }])), "messages.0.name: Extra inputs are not permitted"),
        (conversation(json!([{}, {}])), "4 validation errors detected: "),
    ])
    .await;
}

#[tokio::test]
async fn content_blocks() {
    let blank = |place: &str| {
        format!(
            "The text field in the ContentBlock object at {place} is blank. Add text to the text field, and try again."
        )
    };
    assert_refused([
        (block(json!({})), "Value '{}' at 'messages.1.member.content.1.member' failed to satisfy constraint: Member must have exactly one of the members [text, image,"),
        (block(json!({ "text": "a", "image": image("png", PNG)["image"] })), "Member must have exactly one of the members"),
        (block(json!({ "type": "text", "text": "a" })), "messages.0.content.0.type: Extra inputs are not permitted"),
        (block(json!("text")), "Value 'text' at 'messages.1.member.content.1.member' failed to satisfy constraint: Member must be an object"),
        (block(json!({ "text": 1 })), "Value '1' at 'messages.1.member.content.1.member.text' failed to satisfy constraint: Member must be a string"),
        (block(json!({ "text": "" })), &blank("messages.0.content.0")),
        (conversation(json!([hello(), assistant(json!([{ "text": "a" }, { "text": " \n" }]))])), &blank("messages.1.content.1")),
        (block(json!({ "reasoningContent": { "reasoningText": { "text": "a" } } })), "messages.0.content.0 is invalid: reasoningContent can only be provided in assistant messages."),
        (block(json!({ "cachePoint": { "type": "default", "ttl": "2h" } })), "content.1.member.cachePoint.ttl' failed to satisfy constraint: Member must satisfy enum value set: [5m, 1h]"),
        (block(json!({ "guardContent": { "text": { "text": "a", "qualifiers": ["x"] } } })), "guardContent.text.qualifiers.1.member"),
        (block(json!({ "searchResult": { "title": "t" } })), "2 validation errors detected: "),
        (block(json!({ "toolAddition": { "tool": {} } })), "toolAddition can only be provided in system messages."),
    ])
    .await;
}

#[tokio::test]
async fn images_and_documents() {
    let errors = "The model returned the following errors: messages.0.content.0.image.source: ";
    let raw = |bytes: &str| block(json!({ "image": { "format": "png", "source": { "bytes": bytes } } }));
    let document =
        |name: &str| json!({ "document": { "format": "pdf", "name": name, "source": { "text": "x" } } });
    let mut too_wide = PNG.to_vec();
    too_wide[18] = 0xFF;
    let mut too_heavy = PNG.to_vec();
    too_heavy.resize(4_000_000, 0);
    let as_jpeg = format!(
        "{errors}The image was specified using the image/jpeg media type, but the image appears to be a image/png image"
    );
    assert_refused([
        (block(image("bmp", PNG)), "Value 'bmp' at 'messages.1.member.content.1.member.image.format' failed to satisfy constraint: Member must satisfy enum value set: [png, jpeg, gif, webp]"),
        (block(json!({ "image": { "format": "png" } })), "Value null at 'messages.1.member.content.1.member.image.source'"),
        (block(json!({ "image": { "format": "png", "source": {} } })), "Member must have exactly one of the members [bytes, s3Location]"),
        (raw(""), "image.source.bytes' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        (raw("data:image/png;base64,AAAA"), "image.source.bytes' failed to satisfy constraint: Member must be base64"),
        (raw("iVBORw0KGgo"), "Member must be base64 (standard alphabet, padded)"),
        (block(image("png", b"not an image")), &format!("{errors}Could not process image")),
        (block(image("jpeg", PNG)), &as_jpeg),
        (block(image("png", &too_wide)), &format!("{errors}At least one of the image dimensions exceed max allowed size")),
        (block(image("png", &too_heavy)), &format!("{errors}image exceeds 3932160 bytes")),
        (conversation(json!([user(json!(vec![image("png", PNG); 21]))])), "has 21 images, more than the limit of 20"),
        (conversation(json!([hello(), assistant(json!([image("png", PNG)]))])), "messages.1.content.0 is invalid: image can only be provided in user messages."),
        (block(document("report")), "messages.0.content: A text block must be included when using documents."),
        (conversation(json!([user(json!([document("a.pdf"), { "text": "x" }]))])), "The document file name at messages.0.content.0.document.name can only contain alphanumeric characters"),
        (block(json!({ "image": { "format": "png", "source": { "s3Location": { "uri": "http://x" } } } })), "s3Location.uri' failed to satisfy constraint: Member must satisfy regular expression pattern"),
    ])
    .await;
    assert_accepted([
        block(image("png", PNG)),
        conversation(json!([user(json!([document("a (1) [b]-c"), { "text": "x" }]))])),
        block(json!({ "image": { "format": "png", "source": { "s3Location": { "uri": "s3://bucket/key", "bucketOwner": "123456789012" } } } })),
    ])
    .await;
}

#[tokio::test]
async fn tool_calls_and_results() {
    let ask = hello;
    let called =
        |blocks: Value, results: Value| tool_conversation(json!([ask(), assistant(blocks), user(results)]));
    let with_use = |tool_use: Value| called(json!([{ "toolUse": tool_use }]), json!([tool_result("a")]));
    let with_result = |content: Value| {
        called(json!([tool_use("a")]), json!([{ "toolResult": { "toolUseId": "a", "content": content } }]))
    };
    let no_config =
        conversation(json!([ask(), assistant(json!([tool_use("a")])), user(json!([tool_result("a")]))]));
    assert_refused([
        (no_config, "The toolConfig field must be defined when using toolUse and toolResult content blocks."),
        (with_use(json!({ "toolUseId": "a b", "name": "tool", "input": {} })), "toolUse.toolUseId' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+"),
        (with_use(json!({ "toolUseId": "x".repeat(65), "name": "tool", "input": {} })), "Member must have length less than or equal to 64"),
        (with_use(json!({ "toolUseId": "a", "name": "to.ol", "input": {} })), "toolUse.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+"),
        (with_use(json!({ "toolUseId": "a", "name": "tool" })), "Value null at 'messages.2.member.content.1.member.toolUse.input'"),
        (with_use(json!({ "toolUseId": "a", "name": "tool", "input": "{}" })), "The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field and try again."),
        (with_result(json!("done")), "toolResult.content' failed to satisfy constraint: Member must be a list"),
        (with_result(json!([{ "json": [1] }])), "messages.2.content.0.toolResult.content.0.json is invalid. Provide a json object"),
        (with_result(json!([image("jpeg", PNG)])), "messages.2.content.0.toolResult.content.0.image.source: The image was specified"),
        (called(json!([tool_use("a"), tool_use("b"), tool_use("c")]), json!([tool_result("b")])), "Expected toolResult blocks at messages.2.content for the following Ids: a, c"),
        (called(json!([tool_use("a")]), json!([{ "text": "no result" }])), "Expected toolResult blocks at messages.2.content for the following Ids: a"),
        (tool_conversation(json!([ask(), assistant(json!([tool_use("a")]))])), "Expected toolResult blocks at messages.2.content for the following Ids: a"),
        (called(json!([tool_use("a")]), json!([tool_result("other")])), "Expected toolResult blocks at messages.2.content for the following Ids: a"),
        (called(json!([tool_use("a")]), json!([tool_result("a"), tool_result("b")])), "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn."),
        (tool_conversation(json!([user(json!([tool_result("a")]))])), "The number of toolResult blocks at messages.0.content exceeds"),
        (called(json!([tool_use("a"), tool_use("b")]), json!([tool_result("a"), tool_result("a")])), "The toolResult blocks at messages.2.content contain duplicate Ids: a"),
        (called(json!([tool_use("a"), tool_use("a")]), json!([tool_result("a")])), "The toolUse blocks at messages.1.content contain duplicate Ids: a"),
        (tool_conversation(json!([user(json!([tool_use("a")]))])), "toolUse can only be provided in assistant messages."),
    ])
    .await;
    assert_accepted([
        called(
            json!([{ "text": "I call." }, tool_use("a"), tool_use("b")]),
            json!([tool_result("b"), tool_result("a"), { "text": "and?" }]),
        ),
        with_result(json!([])),
        with_result(json!([{ "json": {} }, image("png", PNG)])),
    ])
    .await;
}

#[tokio::test]
async fn tool_configuration() {
    let config = |config: Value| with("toolConfig", config);
    let schema = |schema: Value| {
        config(json!({ "tools": [{ "toolSpec": { "name": "tool", "inputSchema": schema } }] }))
    };
    let choice = |choice: Value| config(json!({ "tools": [tool("tool")], "toolChoice": choice }));
    assert_refused([
        (config(json!({})), "Value null at 'toolConfig.tools' failed"),
        (config(json!({ "tools": [] })), "Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1"),
        (config(json!({ "tools": [{ "cachePoint": { "type": "default" } }] })), "toolConfig.tools must contain at least one tool"),
        (config(json!({ "tools": [tool("a tool")] })), "Value 'a tool' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+"),
        (config(json!({ "tools": [tool("tool"), tool("tool")] })), "The tool at toolConfig.tools.1 has the name of another tool: tool."),
        (config(json!({ "tools": [{ "name": "tool" }] })), "toolConfig.tools.0.name: Extra inputs are not permitted"),
        (schema(json!({})), "'toolConfig.tools.1.member.toolSpec.inputSchema' failed to satisfy constraint: Member must have exactly one of the members [json]"),
        (schema(json!({ "json": { "type": "string" } })), "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object."),
        (schema(json!({ "json": {} })), "inputSchema.json.type must be one of the following: object."),
        (choice(json!({})), "'toolConfig.toolChoice' failed to satisfy constraint: Member must have exactly one of the members [auto, any, tool]"),
        (choice(json!({ "none": {} })), "toolConfig.toolChoice.none: Extra inputs are not permitted"),
        (choice(json!({ "auto": {}, "any": {} })), "Member must have exactly one of the members [auto, any, tool]"),
        (choice(json!({ "tool": { "name": "other" } })), "no tool is named 'other' in toolConfig.tools."),
    ])
    .await;
}

#[tokio::test]
async fn inference_and_system() {
    let inference = |config: Value| with("inferenceConfig", config);
    assert_refused([
        (inference(json!({ "maxTokens": 0 })), "Value '0' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1"),
        (inference(json!({ "maxTokens": 1.5 })), "Member must be an integer"),
        (inference(json!({ "temperature": 1.1 })), "'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1"),
        (inference(json!({ "temperature": "hot" })), "Member must be a number"),
        (inference(json!({ "topP": -0.1 })), "Member must have value greater than or equal to 0"),
        (inference(json!({ "topK": 5 })), "inferenceConfig.topK: Extra inputs are not permitted"),
        (inference(json!({ "stopSequences": [""] })), "'inferenceConfig.stopSequences.1.member' failed to satisfy constraint: Member must have length"),
        (with("system", json!("Be brief.")), "Value 'Be brief.' at 'system' failed to satisfy constraint: Member must be a list"),
        (with("system", json!([{ "text": "" }])), "'system.1.member.text' failed to satisfy constraint: Member must have length"),
        (with("system", json!([{ "text": " " }])), "The text field in the SystemContentBlock object at system.0 is blank."),
        (with("system", json!([{ "image": {} }])), "system.0.image: Extra inputs are not permitted"),
    ])
    .await;
}

#[tokio::test]
async fn other_configuration() {
    assert_refused([
        (with("serviceTier", json!({ "type": "best" })), PATH),
        (with("performanceConfig", json!({ "latency": "fast" })), PATH),
        (with("requestMetadata", json!({})), PATH),
        (
            with("requestMetadata", json!({ "key": "ü" })),
            "'requestMetadata.key' failed to satisfy constraint",
        ),
        (with("guardrailConfig", json!({ "guardrailIdentifier": "UPPER" })), PATH),
        (with("guardrailConfig", json!({ "trace": "ENABLED" })), PATH),
        (with("additionalModelResponseFieldPaths", json!(["no-slash"])), PATH),
        (
            with("outputConfig", json!({ "textFormat": { "type": "json_schema" } })),
            "'outputConfig.textFormat.structure'",
        ),
        (with("promptVariables", json!({ "a": "b" })), PATH),
    ])
    .await;
    // The mode belongs to the stream alone.
    let emulator = Emulator::start().await.unwrap();
    let body =
        with("guardrailConfig", json!({ "guardrailIdentifier": "abc", "streamProcessingMode": "sync" }));
    assert_eq!(
        call(&emulator, "converse", &body).await.error().2,
        "guardrailConfig.streamProcessingMode: Extra inputs are not permitted"
    );
    assert_eq!(call(&emulator, "converse-stream", &body).await.status, 200);
}

#[tokio::test]
async fn everything_the_service_knows_is_accepted() {
    let all = json!({
        "messages": [
            user(json!([
                { "text": "Hello" },
                { "cachePoint": { "type": "default" } },
                { "guardContent": { "text": { "text": "x", "qualifiers": ["query"] } } },
                { "video": { "format": "mp4", "source": { "bytes": "AAAA" } } },
                { "audio": { "format": "mp3", "source": { "bytes": "AAAA" } } },
                { "searchResult": { "source": "s", "title": "t", "content": [{ "text": "x" }], "citations": { "enabled": true } } },
            ])),
            assistant(json!([
                { "reasoningContent": { "reasoningText": { "text": "", "signature": "s" } } },
                { "reasoningContent": { "redactedContent": "AAAA" } },
                { "text": "" },
                { "citationsContent": { "content": [{ "text": "x" }], "citations": [{ "location": { "documentChar": { "start": 1 } } }] } },
            ])),
            { "role": "system", "content": [{ "toolRemoval": { "tool": { "type": "tool", "name": "tool" } } }] },
            hello(),
        ],
        "system": [{ "text": "Be brief." }, { "cachePoint": { "type": "default" } }],
        "inferenceConfig": { "maxTokens": 100, "temperature": 0, "topP": 1.0, "stopSequences": ["never said"] },
        "toolConfig": { "tools": [tool("tool"), { "systemTool": { "name": "grounding" } }, { "cachePoint": { "type": "default", "ttl": "1h" } }], "toolChoice": { "auto": {} } },
        "guardrailConfig": { "guardrailIdentifier": "abc123", "guardrailVersion": "DRAFT", "trace": "enabled_full" },
        "additionalModelRequestFields": { "anything": [1] },
        "promptVariables": { "name": { "text": "x" } },
        "additionalModelResponseFieldPaths": ["/stop_sequence"],
        "requestMetadata": { "team": "a b" },
        "performanceConfig": { "latency": "optimized" },
        "serviceTier": { "type": "flex" },
        "outputConfig": { "textFormat": { "type": "json_schema", "structure": { "jsonSchema": { "schema": "{}" } } }, "effort": "high" },
    });
    let nulls = json!({ "messages": [hello()], "system": null, "inferenceConfig": null, "toolConfig": null });
    assert_accepted([
        all,
        nulls,
        conversation(json!([hello(), assistant(json!([{ "text": "Prefilled" }]))])),
    ])
    .await;
}
