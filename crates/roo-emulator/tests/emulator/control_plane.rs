//! Models and inference profiles, on the same port.

use roo_emulator::Emulator;
use serde_json::Value;

use crate::client::{call_path, escaped};

async fn get(emulator: &Emulator, path: &str) -> Value {
    let answer = call_path(emulator, path, None).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

async fn model_ids(emulator: &Emulator, query: &str) -> Vec<String> {
    let list = get(emulator, &format!("/foundation-models?{query}")).await;
    let summaries = list["modelSummaries"].as_array().unwrap();
    summaries.iter().map(|summary| summary["modelId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn models_are_filtered() {
    let emulator = Emulator::start().await.unwrap();
    let all = model_ids(&emulator, "").await;
    assert!(all.len() >= 5);
    assert_eq!(
        model_ids(&emulator, "byProvider=anthropic").await,
        ["anthropic.claude-sonnet-4-5-20250929-v1:0"]
    );
    assert_eq!(model_ids(&emulator, "byOutputModality=EMBEDDING").await, ["amazon.titan-embed-text-v2:0"]);
    assert_eq!(model_ids(&emulator, "byInferenceType=PROVISIONED").await, ["amazon.nova-canvas-v1:0"]);
    assert_eq!(model_ids(&emulator, "byCustomizationType=DISTILLATION").await, ["amazon.nova-lite-v1:0"]);
    let wrong = call_path(&emulator, "/foundation-models?byOutputModality=SMELL", None).await;
    assert!(wrong.error().2.contains("'byOutputModality' failed"));
    for id in all {
        let details = get(&emulator, &format!("/foundation-models/{}", escaped(&id))).await;
        let arn = details["modelDetails"]["modelArn"].as_str().unwrap().to_owned();
        assert_eq!(get(&emulator, &format!("/foundation-models/{}", escaped(&arn))).await, details);
        let name = details["modelDetails"]["modelName"].as_str().unwrap();
        assert!(name.starts_with("Emulated") && name.len() <= 20);
    }
    let unknown = call_path(&emulator, "/foundation-models/a.b", None).await;
    assert_eq!((unknown.error().0, unknown.error().1), (404, "ResourceNotFoundException"));
}

#[tokio::test]
async fn profiles_are_filtered_and_paged() {
    let emulator = Emulator::builder().with_region("eu-west-1").start().await.unwrap();
    let mut ids = Vec::new();
    let mut token = String::new();
    loop {
        let page = get(&emulator, &format!("/inference-profiles?maxResults=2{token}")).await;
        let summaries = page["inferenceProfileSummaries"].as_array().unwrap();
        ids.extend(summaries.iter().map(|it| it["inferenceProfileId"].as_str().unwrap().to_owned()));
        let Some(next) = page["nextToken"].as_str() else { break };
        token = format!("&nextToken={next}");
    }
    let sonnet = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert!(ids.contains(&format!("us.{sonnet}")) && ids.contains(&format!("eu.{sonnet}")));
    let own = get(&emulator, "/inference-profiles?type=APPLICATION").await;
    let own = &own["inferenceProfileSummaries"][0];
    assert_eq!(ids.last().unwrap(), own["inferenceProfileId"].as_str().unwrap());
    let arn = own["inferenceProfileArn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/"));
    assert_eq!(&get(&emulator, &format!("/inference-profiles/{}", escaped(arn))).await, own);
    for id in ids {
        let profile = get(&emulator, &format!("/inference-profiles/{}", escaped(&id))).await;
        assert!(!profile["models"].as_array().unwrap().is_empty());
    }
    let unknown = call_path(&emulator, "/inference-profiles/eu.a.b", None).await;
    assert_eq!((unknown.error().0, unknown.error().1), (404, "ResourceNotFoundException"));
}
