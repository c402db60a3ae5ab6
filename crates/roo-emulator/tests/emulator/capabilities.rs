//! What one model refuses and another accepts, and what a test makes a model refuse.

use roo_emulator::{Emulator, EmulatorBuilder};
use serde_json::{Value, json};

use crate::client::{call_model, prompt, user, with};

const ERRORS: &str = "The model returned the following errors: ";
const OPUS: &str = "us.anthropic.claude-opus-4-7";
const SONNET: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

async fn refusal(builder: EmulatorBuilder, id: &str, body: &Value) -> Option<(u16, String)> {
    let emulator = builder.start().await.unwrap();
    let whole = call_model(&emulator, id, "converse", body).await;
    let stream = call_model(&emulator, id, "converse-stream", body).await;
    assert_eq!(whole.status, stream.status);
    (whole.status != 200).then(|| {
        assert_eq!(whole.error().2, stream.error().2);
        (whole.status, whole.error().2)
    })
}

async fn assert_refused(id: &str, body: &Value, expected: &str) {
    let (_, message) =
        refusal(Emulator::builder(), id, body).await.unwrap_or_else(|| panic!("{id} takes {body}"));
    assert!(message.contains(expected), "{message}\n{expected}");
}

async fn assert_accepted(id: &str, body: &Value) {
    assert_eq!(refusal(Emulator::builder(), id, body).await, None, "{id} {body}");
}

fn hello(name: &str, value: Value) -> Value {
    with(prompt("Hello"), name, value)
}

fn strict_tool() -> Value {
    let spec = json!({ "name": "t", "inputSchema": { "json": { "type": "object" } }, "strict": true });
    hello("toolConfig", json!({ "tools": [{ "toolSpec": spec }] }))
}

fn prefilled() -> Value {
    let assistant = json!({ "role": "assistant", "content": [{ "text": "I" }] });
    json!({ "messages": [user(json!([{ "text": "Hello" }])), assistant] })
}

fn structured() -> Value {
    let structure = json!({ "jsonSchema": { "schema": "{\"type\":\"object\"}" } });
    hello("outputConfig", json!({ "textFormat": { "type": "json_schema", "structure": structure } }))
}

#[tokio::test]
async fn generations_of_claude_differ() {
    let inference = |config: Value| hello("inferenceConfig", config);
    let warm = inference(json!({ "temperature": 0.5 }));
    let both = inference(json!({ "temperature": 0.5, "topP": 0.5 }));
    let top_k = hello("additionalModelRequestFields", json!({ "top_k": 5 }));
    assert_refused(OPUS, &warm, &format!("{ERRORS}`temperature` is deprecated for this model.")).await;
    assert_refused(OPUS, &top_k, "`top_k` is deprecated for this model.").await;
    assert_refused(
        OPUS,
        &strict_tool(),
        &format!("{ERRORS}tools.0.custom.strict: Extra inputs are not permitted"),
    )
    .await;
    assert_refused(OPUS, &prefilled(), "does not support assistant message prefill").await;
    assert_refused(OPUS, &structured(), "output_config.format: Extra inputs are not permitted").await;
    assert_refused("anthropic.claude-sonnet-4-20250514-v1:0", &strict_tool(), "strict: Extra inputs").await;
    assert_refused("us.anthropic.claude-sonnet-4-6", &prefilled(), "prefill").await;
    assert_refused(SONNET, &both, "`temperature` and `top_p` cannot both be specified for this model.").await;
    for body in [&warm, &top_k, &strict_tool(), &prefilled(), &structured()] {
        assert_accepted(SONNET, body).await;
    }
    assert_accepted("anthropic.claude-3-5-sonnet-20241022-v2:0", &both).await;
}

#[tokio::test]
async fn families_differ() {
    let stop = hello("inferenceConfig", json!({ "stopSequences": ["x"] }));
    let sentence = "This model doesn't support the stopSequences field. Remove stopSequences and try again.";
    for id in ["us.xai.grok-4-v1:0", "openai.gpt-5.6"] {
        assert_refused(id, &stop, sentence).await;
    }
    assert_accepted("openai.gpt-oss-120b-1:0", &stop).await;
    let cached = hello("system", json!([{ "text": "x" }, { "cachePoint": { "type": "default" } }]));
    let (status, message) =
        refusal(Emulator::builder(), "us.meta.llama3-3-70b-instruct-v1:0", &cached).await.unwrap();
    assert_eq!(status, 403);
    assert!(
        message.starts_with("You invoked an unsupported model or your request did not allow prompt caching.")
    );
    assert_accepted("amazon.nova-lite-v1:0", &cached).await;
    let beta = |flag: &str| hello("additionalModelRequestFields", json!({ "anthropic_beta": [flag] }));
    assert_refused(SONNET, &beta("prompt-caching-2024-07-31"), &format!("{ERRORS}invalid beta flag")).await;
    assert_accepted(SONNET, &beta("context-1m-2025-08-07")).await;
}

#[tokio::test]
async fn some_models_need_a_profile() {
    let body = prompt("Hello");
    let bare = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    let sentence = format!("Invocation of model ID {bare} with on-demand throughput isn’t supported.");
    assert_refused(bare, &body, &sentence).await;
    assert_accepted(&format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{bare}"), &body)
        .await;
    let builder = || Emulator::builder().with_profile_only_models(["a.model"]);
    assert_eq!(refusal(builder(), bare, &body).await, None);
    assert!(refusal(builder(), "a.model", &body).await.is_some());
    let arn = "arn:aws:bedrock:us-east-1::foundation-model/a.model";
    assert!(refusal(builder(), arn, &body).await.is_some());
}

#[tokio::test]
async fn a_test_can_make_every_model_refuse_a_field() {
    let refuse = |field: &str| Emulator::builder().refuse_field(field);
    let id = "an-unknown-model";
    for (field, body, expected) in [
        ("strict", strict_tool(), "tools.0.custom.strict: Extra inputs are not permitted"),
        (
            "temperature",
            hello("inferenceConfig", json!({ "temperature": 1 })),
            "`temperature` is deprecated for this model.",
        ),
        (
            "stopSequences",
            hello("inferenceConfig", json!({ "stopSequences": ["x"] })),
            "doesn't support the stopSequences field",
        ),
        ("outputConfig", structured(), "output_config: Extra inputs are not permitted"),
        (
            "outputConfig.effort",
            hello("outputConfig", json!({ "effort": "high" })),
            "outputConfig.effort: Extra inputs are not permitted",
        ),
        (
            "anthropic_beta",
            hello("additionalModelRequestFields", json!({ "anthropic_beta": ["x"] })),
            "invalid beta flag",
        ),
        (
            "cachePoint",
            hello("system", json!([{ "text": "x" }, { "cachePoint": { "type": "default" } }])),
            "did not allow prompt caching",
        ),
    ] {
        let (_, message) = refusal(refuse(field), id, &body).await.unwrap();
        assert!(message.contains(expected), "{message}");
        assert_eq!(refusal(refuse(field), id, &prompt("Hello")).await, None);
        assert_eq!(refusal(Emulator::builder(), id, &body).await, None, "{body}");
    }
}
