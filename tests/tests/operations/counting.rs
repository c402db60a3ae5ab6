use roo_core::{ErrorKind, MessageRequest, Provider as _, ProviderExt as _, Tool};
use roo_emulator::Reply;
use serde_json::json;

use crate::{CLAUDE, assert_authentic, emulator_and_client, failed};

fn request() -> MessageRequest {
    let tool = Tool::new("calculator", json!({ "type": "object" })).with_description("Calculates.");
    MessageRequest::new()
        .with_model(CLAUDE)
        .with_system("Be kind.")
        .with_user("Hello, who are you?")
        .with_tool(tool)
        .with_max_tokens(100)
        .with_temperature(0.5)
}

#[tokio::test]
async fn the_count_is_that_of_the_same_message() {
    let (emulator, client) = emulator_and_client().await;
    let counted = client.count_tokens(&request()).await.unwrap();
    let answer = client.complete(request()).await.unwrap();
    assert_eq!(Some(counted), answer.usage.input_tokens);
    assert_authentic(&emulator);
    let requests = emulator.requests();
    let (counted, sent) = (requests[0].json().unwrap(), requests[1].json().unwrap());
    let counted = counted["input"]["converse"].as_object().unwrap();
    assert_eq!(counted.keys().collect::<Vec<_>>(), ["messages", "system", "toolConfig"]);
    for (member, value) in counted {
        assert_eq!(*value, sent[member], "{member}");
    }
}

#[tokio::test]
async fn a_native_body_is_counted_as_base64() {
    let (emulator, client) = emulator_and_client().await;
    let body = json!({
        "anthropic_version": "bedrock-2023-05-31", "max_tokens": 10,
        "messages": [{ "role": "user", "content": "Hello" }],
    });
    assert_eq!(client.count_invoke_tokens(CLAUDE, body.to_string().into_bytes()).await.unwrap(), 2);
    let error = failed(client.count_invoke_tokens(CLAUDE, b"{}").await);
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
    assert_authentic(&emulator);
}

#[tokio::test]
async fn a_profile_is_counted_by_its_model_and_else_by_itself() {
    let (emulator, client) = emulator_and_client().await;
    let profile = format!("us.{CLAUDE}");
    client.count_tokens(&request().with_model(&profile)).await.unwrap();
    emulator.enqueue(Reply::error(
        400,
        "ValidationException",
        "The provided model doesn't support counting tokens.",
    ));
    client.count_tokens(&request().with_model(&profile)).await.unwrap();
    let path = |id: &str| format!("/model/{}/count-tokens", id.replace(':', "%3A"));
    let seen: Vec<String> = emulator.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(seen, [path(CLAUDE), path(CLAUDE), path(&profile)]);
    for _ in 0..2 {
        emulator.enqueue(Reply::error(400, "ValidationException", "No counting here."));
    }
    let error = failed(client.count_tokens(&request().with_model(&profile)).await);
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidRequest, "No counting here."));
}

#[tokio::test]
async fn a_throttle_is_not_asked_about_twice() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::error(429, "ThrottlingException", "Slow down."));
    let error = failed(client.count_tokens(&request().with_model(format!("us.{CLAUDE}"))).await);
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(emulator.requests().len(), 1);
}
