use roo_bedrock::{
    AnswerTrace, ApplyGuardrail, BedrockOptions, CheckMessage, GuardrailAction, GuardrailChecks,
    GuardrailConfig, GuardrailContent, GuardrailId, GuardrailOutputScope, GuardrailSource, GuardrailTrace,
};
use roo_core::{ErrorKind, Message, MessageRequest, ProviderExt as _};
use roo_emulator::Reply;
use serde_json::json;

use crate::{CLAUDE, assert_authentic, emulator_and_client, failed};

fn input(text: &str) -> ApplyGuardrail {
    let content = [GuardrailContent::text(text)];
    ApplyGuardrail::new(GuardrailId::new("abc", "1"), GuardrailSource::Input, content)
}

#[tokio::test]
async fn a_guardrail_blocks_masks_or_lets_pass() {
    let (emulator, client) = emulator_and_client().await;
    let passed = client.apply_guardrail(&input("Hello")).await.unwrap();
    assert!(!passed.intervened() && passed.outputs.is_empty());
    let blocked = client.apply_guardrail(&input("BLOCKME")).await.unwrap();
    assert_eq!((blocked.action.clone(), blocked.outputs.len()), (GuardrailAction::Intervened, 1));
    let word = &blocked.assessments[0].word_policy.as_ref().unwrap().custom_words[0];
    assert_eq!((word.r#match.as_str(), &word.action), ("BLOCKME", &GuardrailAction::Blocked));
    let masked = client.apply_guardrail(&input("Mail a@b.de")).await.unwrap();
    assert_eq!(masked.outputs[0].text.as_deref(), Some("Mail {EMAIL}"));
    let found = &masked.assessments[0].sensitive_information_policy.as_ref().unwrap().pii_entities[0];
    assert_eq!((found.r#type.as_str(), &found.action), ("EMAIL", &GuardrailAction::Anonymized));
    assert_eq!(masked.guardrail_coverage.unwrap().text_characters.unwrap().total, 11);
    let mut with_image = input("Hello").with_output_scope(GuardrailOutputScope::Full);
    with_image.content.push(GuardrailContent::image("png", b"image"));
    client.apply_guardrail(&with_image).await.unwrap();
    assert_authentic(&emulator);
}

#[tokio::test]
async fn guardrails_are_refused_by_name_and_content() {
    let (emulator, client) = emulator_and_client().await;
    let mut request = input("Hello");
    request.guardrail = GuardrailId::new("no such NAME", "1");
    assert_eq!(failed(client.apply_guardrail(&request).await).kind(), ErrorKind::InvalidRequest);
    emulator.enqueue(Reply::error(403, "AccessDeniedException", "No."));
    let error = failed(client.apply_guardrail(&input("Hello")).await);
    assert!(error.hint().unwrap().contains("bedrock:ApplyGuardrail on abc"), "{error}");
    emulator.enqueue(Reply::error(404, "ResourceNotFoundException", "Nothing."));
    let error = failed(client.apply_guardrail(&input("Hello")).await);
    assert!(error.hint().unwrap().contains("version 1 of the guardrail"), "{error}");
    let sent = emulator.requests().len();
    request.guardrail = GuardrailId::new("", "1");
    failed(client.apply_guardrail(&request).await);
    request = input("Hello");
    request.content.clear();
    failed(client.apply_guardrail(&request).await);
    assert_eq!(emulator.requests().len(), sent);
}

#[tokio::test]
async fn checks_give_scores() {
    let (emulator, client) = emulator_and_client().await;
    let request =
        GuardrailChecks::new([CheckMessage::user("BLOCKME"), CheckMessage::user("Mail ä@b.de or a@b.de")])
            .with_content_filter(["HATE"])
            .with_prompt_attack(["JAILBREAK"])
            .with_sensitive_information(["EMAIL"]);
    let answer = client.invoke_guardrail_checks(&request).await.unwrap();
    let filter = answer.results.content_filter.unwrap();
    assert_eq!((filter.results[0].category.as_str(), filter.results[0].severity_score), ("HATE", 1.0));
    let entities = answer.results.sensitive_information.unwrap();
    let entity = entities.results.last().unwrap();
    assert_eq!((entity.r#type.as_str(), entity.message_index), ("EMAIL", 1));
    assert!(entity.begin_offset < entity.end_offset && !entities.truncated);
    assert_eq!(answer.usage.prompt_attack.unwrap().text_units, 1);
    let error = failed(client.invoke_guardrail_checks(&request.with_content_filter(["NEWS"])).await);
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, Some(400)));
    assert_authentic(&emulator);
    let none = GuardrailChecks::new([CheckMessage::user("x")]);
    assert_eq!(failed(client.invoke_guardrail_checks(&none).await).status(), None);
}

#[tokio::test]
async fn the_trace_of_an_answer_is_typed() {
    let (_emulator, client) = emulator_and_client().await;
    for streaming in [true, false] {
        let guardrail = GuardrailConfig::new("abc", "1").with_trace(GuardrailTrace::Enabled);
        let options = BedrockOptions::new().with_guardrail(guardrail).with_streaming(streaming);
        let request =
            MessageRequest::new().with_model(CLAUDE).with_user("Mail a@b.de").with_options(&options);
        let answer = client.complete(request).await.unwrap();
        let guardrail = AnswerTrace::of(&answer).unwrap().unwrap().guardrail.unwrap();
        let assessment = &guardrail.input_assessment["abc"];
        let found = &assessment.sensitive_information_policy.as_ref().unwrap().pii_entities[0];
        assert_eq!(found.r#match, "a@b.de");
    }
}

#[test]
fn a_trace_keeps_what_it_does_not_know() {
    let mut message = Message::assistant("Hello");
    assert!(AnswerTrace::of(&message).unwrap().is_none());
    let finding = json!({ "newcomer": { "a": 1 } });
    let assessment = json!({
        "topicPolicy": { "topics": [{ "name": "x", "type": "DENY", "action": "SHRUGGED" }] },
        "automatedReasoningPolicy": { "findings": [{ "tooComplex": {} }, finding] },
        "futurePolicy": {},
        "wordPolicy": null,
        "contentPolicy": { "filters": null },
    });
    let trace = json!({
        "guardrail": { "outputAssessments": { "g": [assessment] } },
        "promptRouter": { "invokedModelId": "arn:x" },
    });
    message.metadata.insert("trace".to_owned(), trace);
    let trace = AnswerTrace::of(&message).unwrap().unwrap();
    assert_eq!(trace.prompt_router.unwrap().invoked_model_id.as_deref(), Some("arn:x"));
    let assessment = &trace.guardrail.unwrap().output_assessments["g"][0];
    let topic = &assessment.topic_policy.as_ref().unwrap().topics[0];
    assert_eq!(topic.action, GuardrailAction::Other("SHRUGGED".to_owned()));
    assert!(assessment.word_policy.is_none(), "null counts as absent");
    assert!(assessment.content_policy.as_ref().unwrap().filters.is_empty());
    let findings = &assessment.automated_reasoning_policy.as_ref().unwrap().findings;
    assert_eq!(serde_json::to_value(findings).unwrap(), json!([{ "tooComplex": {} }, finding]));
    message.metadata.insert("trace".to_owned(), json!("secret"));
    let error = failed(AnswerTrace::of(&message));
    assert!(error.kind() == ErrorKind::Protocol && !error.to_string().contains("secret"));
}
