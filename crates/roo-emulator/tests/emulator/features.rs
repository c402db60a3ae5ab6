//! What an answer has because the request asked for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roo_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{call, call_model, prompt, user, with};

async fn content(emulator: &Emulator, id: &str, body: &Value) -> Vec<Value> {
    let answer = call_model(emulator, id, "converse", body).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    answer.json()["output"]["message"]["content"].as_array().unwrap().clone()
}

async fn deltas(emulator: &Emulator, body: &Value) -> Vec<Value> {
    let events = call(emulator, "converse-stream", body).await.events();
    let deltas = events.into_iter().filter(|(name, _)| name == "contentBlockDelta");
    deltas.map(|(_, payload)| payload["delta"].clone()).collect()
}

#[tokio::test]
async fn documents_and_search_results_are_cited() {
    let emulator = Emulator::start().await.unwrap();
    let document = |source: Value| json!({ "document": { "format": "txt", "name": "d", "source": source, "citations": { "enabled": true } } });
    let pages = json!({ "document": { "format": "pdf", "name": "p", "source": { "bytes": STANDARD.encode("%PDF") }, "citations": { "enabled": true } } });
    let result = json!({ "searchResult": { "source": "https://a.b", "title": "t", "content": [{ "text": "Found." }], "citations": { "enabled": true } } });
    let body = json!({ "messages": [user(json!([
        document(json!({ "text": "Sky is blue.\nMore." })), document(json!({ "content": [{ "text": "One." }] })),
        document(json!({ "bytes": STANDARD.encode("Grün") })), pages, result, { "text": "Well?" },
    ]))] });
    let blocks = content(&emulator, "amazon.nova-lite-v1:0", &body).await;
    assert!(blocks[0]["text"].as_str().unwrap().contains("the pdf document \"p\""));
    let citations: Vec<&Value> =
        blocks[1..].iter().map(|block| &block["citationsContent"]["citations"][0]).collect();
    let locations: Vec<&Value> = citations.iter().map(|citation| &citation["location"]).collect();
    let expected = [
        json!({ "documentChar": { "documentIndex": 0, "start": 0, "end": 12 } }),
        json!({ "documentChunk": { "documentIndex": 1, "start": 0, "end": 1 } }),
        json!({ "documentChar": { "documentIndex": 2, "start": 0, "end": 4 } }),
        json!({ "documentPage": { "documentIndex": 3, "start": 1, "end": 2 } }),
        json!({ "searchResultLocation": { "searchResultIndex": 0, "start": 0, "end": 1 } }),
    ];
    assert!(locations.iter().copied().eq(&expected), "{locations:?}");
    assert_eq!(citations[0]["sourceContent"], json!([{ "text": "Sky is blue." }]));
    assert_eq!(citations[4]["source"], "https://a.b");
    let streamed: Vec<Value> =
        deltas(&emulator, &body).await.iter().filter_map(|delta| delta.get("citation").cloned()).collect();
    assert!(streamed.iter().eq(citations));
}

#[tokio::test]
async fn reasoning_is_shown_as_the_family_shows_it() {
    let emulator = Emulator::start().await.unwrap();
    let ask = |fields: Value| with(prompt("Hello"), "additionalModelRequestFields", fields);
    let budget = ask(json!({ "thinking": { "type": "enabled", "budget_tokens": 1024 } }));
    let adaptive = |display: Value| ask(json!({ "thinking": { "type": "adaptive", "display": display } }));
    for (id, body, is_shown, is_signed) in [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", budget.clone(), true, true),
        ("us.anthropic.claude-opus-4-7", adaptive(Value::Null), false, true),
        ("us.anthropic.claude-opus-4-7", adaptive(json!("summarized")), true, true),
        ("us.anthropic.claude-opus-4-6", adaptive(Value::Null), true, true),
        ("us.amazon.nova-2-lite-v1:0", ask(json!({ "reasoningConfig": { "type": "enabled" } })), true, true),
        ("openai.gpt-oss-120b-1:0", ask(json!({ "reasoning_effort": "low" })), true, false),
        ("openai.gpt-5.5", ask(json!({ "reasoning": { "effort": "high" } })), true, false),
    ] {
        let blocks = content(&emulator, id, &body).await;
        let reasoning = &blocks[0]["reasoningContent"]["reasoningText"];
        assert_eq!(reasoning["text"].as_str().unwrap().contains("Hello"), is_shown, "{id}");
        assert_eq!(reasoning.get("signature").is_some(), is_signed, "{id}");
        assert!(blocks[1]["text"].is_string());
    }
    let off = ask(json!({ "thinking": { "type": "disabled" } }));
    assert_eq!(content(&emulator, "anthropic.claude-v2", &off).await.len(), 1);
    let streamed = deltas(&emulator, &budget).await;
    let texts: String = streamed.iter().filter_map(|it| it["reasoningContent"]["text"].as_str()).collect();
    assert!(texts.contains("Hello"));
    let signatures = streamed.iter().filter(|it| it["reasoningContent"]["signature"].is_string());
    assert_eq!(signatures.count(), 1);
}

#[tokio::test]
async fn a_cached_prefix_is_written_then_read_then_forgotten() {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    // Signatures may be five minutes off, to both sides.
    let start = SystemTime::now() - Duration::from_secs(200);
    let now = move || start + Duration::from_secs(clock.load(Ordering::Relaxed));
    let emulator = Emulator::builder().with_clock(now).start().await.unwrap();
    let system = json!([{ "text": "12345678" }, { "cachePoint": { "type": "default", "ttl": "1h" } }]);
    let ask = |text: &str| {
        let content = json!([{ "text": "abcd" }, { "cachePoint": { "type": "default" } }, { "text": text }]);
        json!({ "messages": [user(content)], "system": system })
    };
    let usage = async |text: &str| call(&emulator, "converse", &ask(text)).await.json()["usage"].clone();
    let first = usage("hi").await;
    let counts = |usage: &Value| {
        ["inputTokens", "cacheWriteInputTokens", "cacheReadInputTokens"]
            .map(|name| usage[name].as_u64().unwrap())
    };
    assert_eq!(counts(&first), [1, 3, 0]);
    let details = json!([{ "ttl": "5m", "inputTokens": 1 }, { "ttl": "1h", "inputTokens": 2 }]);
    assert_eq!(first["cacheDetails"], details);
    assert_eq!(
        first["totalTokens"].as_u64().unwrap(),
        first["outputTokens"].as_u64().unwrap() + counts(&first).iter().sum::<u64>()
    );
    let again = usage("other").await;
    assert_eq!((counts(&again), again.get("cacheDetails")), ([2, 0, 3], None));
    seconds.store(301, Ordering::Relaxed);
    assert_eq!(counts(&usage("hi").await), [1, 1, 2]);
    let stream = call(&emulator, "converse-stream", &ask("hi")).await.events();
    assert_eq!(counts(&stream.last().unwrap().1["usage"]), [1, 0, 3]);
}

#[tokio::test]
async fn structured_output_fits_its_schema() {
    let emulator = Emulator::start().await.unwrap();
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" }, "s": { "type": "string" } }, "required": ["n", "s"] });
    let structure = json!({ "jsonSchema": { "schema": schema.to_string(), "name": "answer" } });
    let config = json!({ "textFormat": { "type": "json_schema", "structure": structure }, "effort": "low" });
    let body = with(prompt("Hello"), "outputConfig", config);
    let whole = content(&emulator, "anthropic.claude-3-5-sonnet-20241022-v2:0", &body).await;
    let streamed: String =
        deltas(&emulator, &body).await.iter().filter_map(|it| it["text"].as_str()).collect();
    assert_eq!(whole[0]["text"], streamed);
    assert_eq!(serde_json::from_str::<Value>(&streamed).unwrap(), json!({ "n": 1, "s": "Hello" }));
}

#[tokio::test]
async fn settings_are_echoed_and_fields_handed_out() {
    let emulator = Emulator::start().await.unwrap();
    let mut body = prompt("Hello");
    body["performanceConfig"] = json!({ "latency": "optimized" });
    body["serviceTier"] = json!({ "type": "flex" });
    body["inferenceConfig"] = json!({ "stopSequences": [", not"] });
    body["additionalModelResponseFieldPaths"] = json!(["/stop_sequence", "/delta/stop_sequence", "/nowhere"]);
    let router = "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1";
    let whole = call_model(&emulator, router, "converse", &body).await.json();
    let events = call_model(&emulator, router, "converse-stream", &body).await.events();
    let [(_, stop), (_, metadata)] = &events[events.len() - 2..] else { panic!() };
    let fields = json!({ "stop_sequence": ", not", "delta": { "stop_sequence": ", not" } });
    assert_eq!(whole["additionalModelResponseFields"], fields);
    assert_eq!(stop["additionalModelResponseFields"], fields);
    for answer in [&whole, metadata] {
        assert_eq!(answer["performanceConfig"], body["performanceConfig"]);
        assert_eq!(answer["serviceTier"], body["serviceTier"]);
        let invoked = answer["trace"]["promptRouter"]["invokedModelId"].as_str().unwrap();
        assert!(invoked.starts_with("arn:aws:bedrock:us-east-1::foundation-model/"));
    }
    let plain = call(&emulator, "converse", &prompt("Hello")).await.json();
    for absent in ["trace", "serviceTier", "performanceConfig", "additionalModelResponseFields"] {
        assert!(plain.get(absent).is_none());
    }
}
