//! What a model refuses is left out once it said so, and nothing else is learned from a refusal.

use roo_bedrock::{BedrockOptions, Repair};
use roo_core::{ErrorKind, ProviderExt as _, WarningKind};
use roo_emulator::Reply;

use crate::{builder, emulator_and_client, request};

fn refusal(message: &str) -> Reply {
    Reply::error(400, "ValidationException", message)
}

const TEMPERATURE: &str =
    "This model doesn't support the temperature field. Remove temperature and try again.";

#[tokio::test]
async fn a_refused_field_is_left_out_from_then_on() {
    let (emulator, client) = emulator_and_client().await;
    let warm = request().with_user("Hello").with_temperature(0.5).with_max_tokens(9);
    emulator.enqueue(refusal(TEMPERATURE));
    for attempts in [2, 3] {
        let answer = client.complete(warm.clone()).await.unwrap();
        let warning = &answer.warnings[0];
        assert_eq!((warning.kind, warning.pointer.as_deref()), (WarningKind::Dropped, Some("/temperature")));
        assert_eq!(emulator.requests().len(), attempts);
    }
    let sent: Vec<_> = emulator.requests().iter().map(|request| request.json().unwrap()).collect();
    assert_eq!(sent[0]["inferenceConfig"]["temperature"], 0.5);
    assert!(sent[1..].iter().all(|body| body["inferenceConfig"] == serde_json::json!({"maxTokens": 9})));
    assert!(emulator.requests().iter().all(|request| request.verdict.is_authentic()), "signed again");
}

#[tokio::test]
async fn a_refusal_of_what_was_not_sent_teaches_nothing() {
    let (emulator, client) = emulator_and_client().await;
    for message in
        [TEMPERATURE, "invalid beta flag", "tools.0.strict: not permitted", "stop_sequences is invalid"]
    {
        let before = emulator.requests().len();
        emulator.enqueue(refusal(message));
        let error = client.complete(request().with_user("Hello")).await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidRequest, message));
        assert_eq!(emulator.requests().len(), before + 1, "{message}");
    }
    let warm = request().with_user("Hello").with_temperature(0.5).with_stop_sequence("x");
    assert!(client.complete(warm).await.unwrap().warnings.is_empty());
}

#[tokio::test]
async fn without_learning_and_without_repairs_the_refusal_is_the_answer() {
    let (emulator, client) = emulator_and_client().await;
    let mute = builder(&emulator).with_learning(false).build().unwrap();
    let warm = request().with_user("Hello").with_temperature(0.5);
    let strict = warm.clone().with_options(&BedrockOptions::new().with_repair(Repair::Strict));
    for (client, request) in [(&mute, &warm), (&client, &strict)] {
        let before = emulator.requests().len();
        emulator.enqueue(refusal(TEMPERATURE));
        let error = client.complete(request.clone()).await.unwrap_err();
        assert_eq!((error.message(), error.status()), (TEMPERATURE, Some(400)));
        assert_eq!(emulator.requests().len(), before + 1);
    }
}
