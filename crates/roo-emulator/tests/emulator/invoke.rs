//! InvokeModel and InvokeModelWithResponseStream in the form of Claude.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roo_emulator::{Emulator, Reply};
use serde_json::{Value, json};

use crate::client::{Answer, Signing, call, http, send, url, with};

const SELF: &str = "This is bedrock-emulator, not a language model.";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x20\x08\x02\0\0\0";

fn request(messages: Value) -> Value {
    json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 2000, "messages": messages })
}

fn asked(content: Value) -> Value {
    request(json!([{ "role": "user", "content": content }]))
}

fn calculator() -> Value {
    let schema = json!({ "type": "object", "properties": { "expression": { "type": "string" } }, "required": ["expression"] });
    json!([{ "name": "calculator", "description": "Calculates.", "input_schema": schema }])
}

async fn invoke(emulator: &Emulator, body: &Value) -> Answer {
    call(emulator, "invoke", body).await
}

/// The native events of a stream.
async fn events(emulator: &Emulator, body: &Value) -> Vec<Value> {
    let frames = call(emulator, "invoke-with-response-stream", body).await.events();
    let decode = |(name, payload): &(String, Value)| {
        assert_eq!(name, "chunk");
        assert!(payload["p"].is_string());
        serde_json::from_slice(&STANDARD.decode(payload["bytes"].as_str().unwrap()).unwrap()).unwrap()
    };
    frames.iter().map(decode).collect()
}

/// Puts the content of a stream together.
fn assembled(events: &[Value]) -> Value {
    let mut content: Vec<Value> = Vec::new();
    let mut json = String::new();
    for event in events {
        let delta = &event["delta"];
        let index = event["index"].as_u64().map(|index| usize::try_from(index).unwrap());
        let mut append = |member: &str| {
            let text = content[index.unwrap()][member].as_str().unwrap().to_owned();
            content[index.unwrap()][member] = (text + delta[member].as_str().unwrap()).into();
        };
        match event["type"].as_str().unwrap() {
            "content_block_start" => content.push(event["content_block"].clone()),
            "content_block_delta" => match delta["type"].as_str().unwrap() {
                "text_delta" => append("text"),
                "thinking_delta" => append("thinking"),
                "signature_delta" => append("signature"),
                "input_json_delta" => json += delta["partial_json"].as_str().unwrap(),
                "citations_delta" => content[index.unwrap()]["citations"]
                    .as_array_mut()
                    .unwrap()
                    .push(delta["citation"].clone()),
                other => panic!("{other}"),
            },
            "content_block_stop" if !json.is_empty() => {
                content[index.unwrap()]["input"] = serde_json::from_str(&std::mem::take(&mut json)).unwrap();
            }
            _ => {}
        }
    }
    content.into()
}

/// The ids and signatures of two requests differ.
fn without_ids(mut content: Value) -> Value {
    for block in content.as_array_mut().unwrap() {
        for member in ["id", "signature"] {
            if block.get(member).is_some() {
                block[member].take();
            }
        }
    }
    content
}

#[tokio::test]
async fn a_message_is_answered_by_a_message() {
    let emulator = Emulator::start().await.unwrap();
    let answer = invoke(&emulator, &asked(json!("Hello"))).await;
    let message = answer.json();
    assert_eq!(
        message["content"],
        json!([{ "type": "text", "text": format!("{SELF} You said: \"Hello\"") }])
    );
    assert_eq!((&message["type"], &message["role"]), (&json!("message"), &json!("assistant")));
    assert_eq!((&message["stop_reason"], &message["stop_sequence"]), (&json!("end_turn"), &Value::Null));
    assert_eq!(message["usage"]["input_tokens"], 2);
    assert_eq!(answer.header("x-amzn-bedrock-input-token-count"), "2");
    let output = message["usage"]["output_tokens"].to_string();
    assert_eq!(answer.header("x-amzn-bedrock-output-token-count"), output);
    assert!(answer.header("x-amzn-bedrock-invocation-latency").parse::<u64>().is_ok());
}

#[tokio::test]
async fn a_stream_says_the_same_in_the_order_of_anthropic() {
    let emulator = Emulator::start().await.unwrap();
    let mut body = with(asked(json!("What is 15 * 24?")), "tools", calculator());
    body["thinking"] = json!({ "type": "enabled", "budget_tokens": 1024 });
    let message = invoke(&emulator, &body).await.json();
    let events = events(&emulator, &body).await;
    assert_eq!(without_ids(assembled(&events)), without_ids(message["content"].clone()));
    assert_eq!(message["stop_reason"], "tool_use");
    let mut kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    kinds.dedup();
    let block = ["content_block_start", "content_block_delta", "content_block_stop"];
    let mut expected = vec!["message_start", "content_block_start", "ping"];
    expected.extend(&block[1..]);
    expected.extend(block.into_iter().chain(block));
    expected.extend(["message_delta", "message_stop"]);
    assert_eq!(kinds, expected);
    let end = &events[events.len() - 2..];
    assert_eq!(end[0]["delta"]["stop_reason"], "tool_use");
    assert_eq!(end[0]["usage"], message["usage"]);
    let metrics = &end[1]["amazon-bedrock-invocationMetrics"];
    assert_eq!(metrics["inputTokenCount"], message["usage"]["input_tokens"]);
    assert!(metrics["firstByteLatency"].is_u64() && metrics["invocationLatency"].is_u64());
}

#[tokio::test]
async fn a_whole_turn_with_tools_and_thinking_is_replayed() {
    let emulator = Emulator::start().await.unwrap();
    let mut body = with(asked(json!("What is 15 * 24?")), "tools", calculator());
    body["thinking"] = json!({ "type": "enabled", "budget_tokens": 1024 });
    let message = invoke(&emulator, &body).await.json();
    let id = message["content"][2]["id"].clone();
    assert!(id.as_str().unwrap().starts_with("toolu_bdrk_"));
    let result = json!([{ "type": "tool_result", "tool_use_id": id, "content": "360" }]);
    let turns = body["messages"].as_array_mut().unwrap();
    turns.push(json!({ "role": "assistant", "content": message["content"] }));
    turns.push(json!({ "role": "user", "content": result }));
    let answer = invoke(&emulator, &body).await.json();
    assert_eq!(answer["content"][1]["text"], format!("{SELF} The tool `calculator` returned \"360\"."));
    body["messages"][1]["content"][0]["thinking"] = "I never thought this.".into();
    let (status, _, text) = invoke(&emulator, &body).await.error();
    assert!(status == 400 && text.contains("cannot be modified"), "{text}");
}

#[tokio::test]
async fn images_and_cited_documents_are_read() {
    let emulator = Emulator::start().await.unwrap();
    let data = STANDARD.encode(PNG);
    let image =
        json!({ "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": data } });
    let source = json!({ "type": "text", "media_type": "text/plain", "data": "The sky is blue." });
    let document =
        json!({ "type": "document", "title": "sky.txt", "source": source, "citations": { "enabled": true } });
    let body = asked(json!([image, document, { "type": "text", "text": "What?" }]));
    let content = assembled(&events(&emulator, &body).await);
    assert_eq!(content, invoke(&emulator, &body).await.json()["content"]);
    let text = content[0]["text"].as_str().unwrap();
    assert!(text.contains("a png image of 64 x 32 pixels") && text.contains("\"sky.txt\""), "{text}");
    let expected = json!({
        "type": "char_location", "cited_text": "The sky is blue.", "document_index": 0, "document_title": "sky.txt",
        "start_char_index": 0, "end_char_index": 16,
    });
    assert_eq!(content[1]["citations"], json!([expected]));
}

#[tokio::test]
async fn what_anthropic_refuses_is_refused_in_its_words() {
    let emulator = Emulator::start().await.unwrap();
    let hello = || asked(json!("Hello"));
    let mut no_version = hello();
    no_version.as_object_mut().unwrap().remove("anthropic_version");
    let turn = json!({ "role": "assistant", "content": [{ "type": "tool_use", "id": "a", "name": "t", "input": {} }] });
    let open = request(json!([{ "role": "user", "content": "x" }, turn, { "role": "user", "content": "y" }]));
    let cases = [
        (no_version, "anthropic_version: Field required"),
        (with(hello(), "max_tokens", Value::Null), "max_tokens: Field required"),
        (with(hello(), "max_tokens", json!(0)), "max_tokens: Input should be greater than or equal to 1"),
        (with(hello(), "model", json!("claude")), "model: Extra inputs are not permitted"),
        (request(json!([])), "messages: at least one message is required"),
        (
            request(json!([{ "role": "system", "content": "x" }])),
            "messages.0.role: Input should be 'user' or 'assistant'",
        ),
        (request(json!([{ "role": "user" }])), "messages.0.content: Field required"),
        (
            request(json!([{ "role": "assistant", "content": "x" }])),
            "messages: first message must use the \"user\" role",
        ),
        (asked(json!("")), "messages: text content blocks must be non-empty"),
        (asked(json!([{ "text": "x" }])), "messages.0.content.0.type: Field required"),
        (asked(json!([{ "type": "video" }])), "Input tag 'video' found using 'type'"),
        (
            asked(json!([{ "type": "tool_result", "tool_use_id": "a" }])),
            "unexpected `tool_use_id` found in `tool_result` blocks: a",
        ),
        (open, "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a."),
        (with(hello(), "tools", json!([{ "name": "t" }])), "tools.0.custom.input_schema: Field required"),
        (
            with(hello(), "tools", json!([{ "name": "a b", "input_schema": {} }])),
            "tools.0.custom.name: String should match",
        ),
        (with(hello(), "temperature", json!(2)), "temperature: range: 0..1"),
        (with(hello(), "anthropic_beta", json!(["unknown"])), "invalid beta flag"),
        (
            with(hello(), "thinking", json!({ "type": "enabled", "budget_tokens": 10 })),
            "thinking.enabled.budget_tokens: Input should be greater",
        ),
    ];
    for (body, expected) in cases {
        for operation in ["invoke", "invoke-with-response-stream"] {
            let answer = call(&emulator, operation, &body).await;
            let (status, code, message) = answer.error();
            assert_eq!((status, code), (400, "ValidationException"));
            assert!(message.contains(expected), "{message}\n{expected}");
            assert!(!message.contains("The model returned"), "{message}");
        }
    }
}

#[tokio::test]
async fn settings_come_in_headers_and_go_back_in_them() {
    let emulator = Emulator::start().await.unwrap();
    let body = asked(json!("Mail a@b.de")).to_string();
    let ask = async |operation: &str, headers: &[(&'static str, &str)]| {
        let url = url(&emulator, operation);
        let mut all = Signing::right_for(&emulator).headers(&url, body.as_bytes());
        for (name, value) in headers {
            all.insert(*name, value.parse().unwrap());
        }
        send(http().post(url).headers(all).body(body.clone())).await.0
    };
    let guardrail = [("x-amzn-bedrock-guardrailidentifier", "abc"), ("x-amzn-bedrock-guardrailversion", "1")];
    let settings =
        [("x-amzn-bedrock-service-tier", "flex"), ("x-amzn-bedrock-performanceconfig-latency", "optimized")];
    for operation in ["invoke", "invoke-with-response-stream"] {
        let answer = ask(operation, &settings).await;
        assert_eq!(answer.header("x-amzn-bedrock-service-tier"), "flex");
        assert_eq!(answer.header("x-amzn-bedrock-performanceconfig-latency"), "optimized");
        for (wrong, expected) in [
            (vec![("x-amzn-bedrock-trace", "enabled")], "'trace' failed to satisfy constraint"),
            (vec![("x-amzn-bedrock-service-tier", "best")], "'serviceTier' failed"),
            (vec![("x-amzn-bedrock-request-metadata", "no json")], "'requestMetadata' failed"),
            (guardrail[..1].to_vec(), "must be provided together"),
        ] {
            let (status, _, message) = ask(operation, &wrong).await.error();
            assert!(status == 400 && message.contains(expected), "{message}");
        }
    }
    assert_eq!(
        ask("invoke-with-response-stream", &[]).await.header("x-amzn-bedrock-content-type"),
        "application/json"
    );
    let guarded =
        ask("invoke", &[guardrail.as_slice(), &[("x-amzn-bedrock-trace", "ENABLED")]].concat()).await.json();
    assert_eq!(guarded["amazon-bedrock-guardrailAction"], "INTERVENED");
    assert!(guarded["content"][0]["text"].as_str().unwrap().ends_with("\"Mail {EMAIL}\""));
    assert!(guarded["amazon-bedrock-trace"]["guardrail"]["input"]["abc"].is_object());
}

#[tokio::test]
async fn marks_on_blocks_are_cache_points() {
    let emulator = Emulator::start().await.unwrap();
    let marked =
        json!([{ "type": "text", "text": "A long document.", "cache_control": { "type": "ephemeral" } }]);
    let body = with(asked(json!("Hello")), "system", marked);
    let first = invoke(&emulator, &body).await.json()["usage"].clone();
    assert_eq!((&first["cache_creation_input_tokens"], &first["input_tokens"]), (&json!(4), &json!(2)));
    assert_eq!(first["cache_creation"]["ephemeral_5m_input_tokens"], 4);
    let again = invoke(&emulator, &body).await;
    assert_eq!(again.json()["usage"]["cache_read_input_tokens"], 4);
    assert_eq!(again.header("x-amzn-bedrock-cache-read-input-token-count"), "4");
}

#[tokio::test]
async fn a_scripted_answer_takes_the_native_form() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::tool_use("tooluse_1", "calculator", json!({ "a": 1 })));
    let body = asked(json!("Hello"));
    let message = invoke(&emulator, &body).await.json();
    assert_eq!(
        message["content"],
        json!([{ "type": "tool_use", "id": "toolu_bdrk_1", "name": "calculator", "input": { "a": 1 } }])
    );
    emulator.enqueue(Reply::error(503, "ServiceUnavailableException", "Later"));
    assert_eq!(invoke(&emulator, &body).await.error().0, 503);
}
