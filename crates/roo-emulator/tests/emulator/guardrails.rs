//! The guardrail on its own, and around a model.

use roo_emulator::{Emulator, Reply};
use serde_json::{Value, json};

use crate::client::{ask, call, call_path, prompt, with};

const APPLY: &str = "/guardrail/abc123/version/DRAFT/apply";

async fn apply(emulator: &Emulator, text: &str, scope: &str) -> Value {
    let content = json!([{ "text": { "text": text } }]);
    let body = json!({ "source": "INPUT", "content": content, "outputScope": scope });
    call_path(emulator, APPLY, Some(&body)).await.json()
}

#[tokio::test]
async fn a_text_is_blocked_masked_or_left_alone() {
    let emulator = Emulator::start().await.unwrap();
    let fine = apply(&emulator, "fine", "INTERVENTIONS").await;
    assert_eq!((&fine["action"], &fine["outputs"]), (&json!("NONE"), &json!([])));
    assert!(fine["assessments"][0].get("wordPolicy").is_none());
    let full = apply(&emulator, "fine", "FULL").await;
    assert_eq!(full["assessments"][0]["wordPolicy"]["customWords"][0]["detected"], false);
    let masked = apply(&emulator, "Mail a@b.de.", "INTERVENTIONS").await;
    assert_eq!(masked["action"], "GUARDRAIL_INTERVENED");
    assert_eq!(masked["outputs"], json!([{ "text": "Mail {EMAIL}." }]));
    let entity = &masked["assessments"][0]["sensitiveInformationPolicy"]["piiEntities"][0];
    assert_eq!((&entity["match"], &entity["action"]), (&json!("a@b.de"), &json!("ANONYMIZED")));
    let blocked = apply(&emulator, "BLOCKME", "INTERVENTIONS").await;
    assert_eq!(blocked["actionReason"], "Guardrail blocked.");
    assert!(blocked["outputs"][0]["text"].as_str().unwrap().contains("blocked this input"));
    assert_eq!(blocked["usage"]["wordPolicyUnits"], 1);
    assert_eq!(blocked["guardrailCoverage"]["textCharacters"], json!({ "guarded": 7, "total": 7 }));
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let content = json!([{ "text": { "text": "x" } }]);
    let right = json!({ "source": "INPUT", "content": content });
    for (path, body, expected) in [
        ("/guardrail/ABC/version/1/apply", right.clone(), "'guardrailIdentifier' failed"),
        ("/guardrail/abc/version/01/apply", right.clone(), "'guardrailVersion' failed"),
        (APPLY, with(right.clone(), "source", json!("BOTH")), "'source' failed"),
        (APPLY, json!({ "source": "INPUT" }), "Value null at 'content'"),
        ("/guardrail-checks/invoke", json!({ "messages": [] , "checks": {} }), "'messages' failed"),
    ] {
        let (status, _, message) = call_path(&emulator, path, Some(&body)).await.error();
        assert!(status == 400 && message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn checks_score_what_is_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let messages = json!([
        { "role": "user", "content": [{ "text": "first" }] },
        { "role": "user", "content": [{ "text": "fine" }, { "text": "é a@b.de BLOCKME" }] },
    ]);
    let checks = json!({
        "contentFilter": { "categories": [{ "category": "HATE" }, { "category": "INSULTS" }] },
        "sensitiveInformation": { "entities": [{ "type": "EMAIL" }] },
    });
    let body = json!({ "messages": messages, "checks": checks });
    let answer = call_path(&emulator, "/guardrail-checks/invoke", Some(&body)).await.json();
    let scores = &answer["results"]["contentFilter"]["results"];
    assert_eq!(scores[1], json!({ "category": "INSULTS", "severityScore": 1.0 }));
    assert!(answer["results"].get("promptAttack").is_none());
    let expected = json!({
        "type": "EMAIL", "confidenceScore": 1.0, "beginOffset": 2, "endOffset": 8, "messageIndex": 1, "contentIndex": 1,
    });
    assert_eq!(answer["results"]["sensitiveInformation"]["results"], json!([expected]));
    assert_eq!(answer["usage"]["contentFilter"]["textUnits"], 1);
}

fn guarded(text: &str, trace: &str) -> Value {
    let config = json!({ "guardrailIdentifier": "abc123", "guardrailVersion": "1", "trace": trace });
    with(prompt(text), "guardrailConfig", config)
}

#[tokio::test]
async fn a_blocked_input_never_reaches_the_model() {
    let emulator = Emulator::start().await.unwrap();
    let (blocks, stop_reason, usage) = ask(&emulator, &guarded("BLOCKME", "disabled")).await;
    assert!(blocks[0]["text"].as_str().unwrap().contains("blocked this input"));
    assert_eq!((stop_reason.as_str(), &usage["totalTokens"]), ("guardrail_intervened", &json!(0)));
    emulator.enqueue(Reply::text("for another"));
    let answer = call(&emulator, "converse", &guarded("BLOCKME", "enabled")).await.json();
    assert_eq!(emulator.pending_replies(), 1);
    let word = &answer["trace"]["guardrail"]["inputAssessment"]["abc123"]["wordPolicy"]["customWords"][0];
    assert_eq!(word["action"], "BLOCKED");
}

#[tokio::test]
async fn addresses_are_masked_on_both_sides() {
    let emulator = Emulator::start().await.unwrap();
    let (blocks, stop_reason, _) = ask(&emulator, &guarded("Mail a@b.de", "disabled")).await;
    assert!(blocks[0]["text"].as_str().unwrap().ends_with("\"Mail {EMAIL}\""));
    assert_eq!(stop_reason, "guardrail_intervened");
    emulator.enqueue(Reply::text("Write to c@d.org"));
    let events = call(&emulator, "converse-stream", &guarded("Hello", "enabled")).await.events();
    let metadata = &events.last().unwrap().1;
    let trace = &metadata["trace"]["guardrail"];
    assert_eq!(trace["modelOutput"], json!(["Write to c@d.org"]));
    let entities = &trace["outputAssessments"]["abc123"][0]["sensitiveInformationPolicy"]["piiEntities"];
    assert_eq!(entities[0]["match"], "c@d.org");
    let text: String = events.iter().filter_map(|(_, event)| event["delta"]["text"].as_str()).collect();
    assert_eq!(text, "Write to {EMAIL}");
}

#[tokio::test]
async fn only_guarded_content_is_looked_at_if_there_is_some() {
    let emulator = Emulator::start().await.unwrap();
    let mut body = guarded("BLOCKME", "disabled");
    let content = body["messages"][0]["content"].as_array_mut().unwrap();
    content.push(json!({ "guardContent": { "text": { "text": "fine" } } }));
    // The input passes; the answer, which quotes it, does not.
    let answer = call(&emulator, "converse", &body).await.json();
    let text = answer["output"]["message"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("blocked this answer"), "{text}");
    let clean = ask(&emulator, &guarded("fine", "disabled")).await;
    assert_eq!(clean.1, "end_turn");
}
