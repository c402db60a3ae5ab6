//! CountTokens agrees with the usage of the same request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roo_emulator::{Emulator, Reply};
use serde_json::{Value, json};

use crate::client::{call, call_model, prompt};

fn converse(request: &Value) -> Value {
    json!({ "input": { "converse": request } })
}

#[tokio::test]
async fn it_counts_what_converse_charges() {
    let emulator = Emulator::start().await.unwrap();
    let mut request = prompt("How many tokens is this?");
    request["system"] = json!([{ "text": "Be brief." }]);
    let schema = json!({ "type": "object" });
    request["toolConfig"] =
        json!({ "tools": [{ "toolSpec": { "name": "tool", "inputSchema": { "json": schema } } }] });
    let counted = call(&emulator, "count-tokens", &converse(&request)).await.json();
    let charged = call(&emulator, "converse", &request).await.json();
    assert_eq!(counted, json!({ "inputTokens": charged["usage"]["inputTokens"] }));
}

#[tokio::test]
async fn it_counts_the_native_form_of_claude_and_the_bytes_of_others() {
    let emulator = Emulator::start().await.unwrap();
    let native =
        |body: &Value| json!({ "input": { "invokeModel": { "body": STANDARD.encode(body.to_string()) } } });
    let message = json!({ "role": "user", "content": "Hello" });
    let body = json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 10, "messages": [message] });
    assert_eq!(call(&emulator, "count-tokens", &native(&body)).await.json()["inputTokens"], 2);
    let titan = call_model(&emulator, "amazon.titan-text-lite-v1", "count-tokens", &native(&json!({}))).await;
    assert_eq!(titan.json()["inputTokens"], 1);
    let (status, _, message) = call(&emulator, "count-tokens", &native(&json!({}))).await.error();
    assert_eq!((status, message.as_str()), (400, "anthropic_version: Field required"));
}

#[tokio::test]
async fn the_rules_of_converse_hold() {
    let emulator = Emulator::start().await.unwrap();
    for (body, expected) in [
        (json!({}), "Value null at 'input'"),
        (json!({ "input": {} }), "exactly one of the members [invokeModel, converse]"),
        (converse(&json!({ "inferenceConfig": {} })), "input.converse.inferenceConfig: Extra inputs"),
        (converse(&prompt(" ")), "is blank"),
        (converse(&json!({ "messages": [{ "role": "user" }] })), "input.converse.messages.1.member.content"),
    ] {
        let answer = call(&emulator, "count-tokens", &body).await;
        let (status, code, message) = answer.error();
        assert_eq!((status, code), (400, "ValidationException"));
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn it_takes_errors_of_the_script_and_leaves_answers_in_it() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::error(429, "ThrottlingException", "Slow down"));
    emulator.enqueue(Reply::text("For Converse."));
    let body = converse(&prompt("Hello"));
    assert_eq!(call(&emulator, "count-tokens", &body).await.status, 429);
    assert_eq!(call(&emulator, "count-tokens", &body).await.status, 200);
    assert_eq!(emulator.pending_replies(), 1);
}
