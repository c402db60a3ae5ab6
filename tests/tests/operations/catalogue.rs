use std::collections::HashSet;

use roo_bedrock::{FoundationModelFilter, InferenceProfileKind};
use roo_core::{Capability, ErrorKind, Modality, Provider as _};
use roo_emulator::Reply;
use serde_json::json;

use crate::{assert_authentic, emulator_and_client, failed};

#[tokio::test]
async fn foundation_models_are_listed_and_filtered() {
    let (emulator, client) = emulator_and_client().await;
    let all = client.list_foundation_models(&FoundationModelFilter::new()).await.unwrap();
    assert!(all.len() > 3);
    let embedding = FoundationModelFilter::new()
        .with_provider("Amazon")
        .with_output_modality("EMBEDDING")
        .with_inference_type("ON_DEMAND");
    let found = client.list_foundation_models(&embedding).await.unwrap();
    assert_eq!(
        found.iter().map(|model| model.model_id.as_str()).collect::<Vec<_>>(),
        ["amazon.titan-embed-text-v2:0"]
    );
    assert_eq!(found[0].model_lifecycle.as_ref().unwrap().status, "ACTIVE");
    assert_eq!(client.get_foundation_model(&found[0].model_id).await.unwrap(), found[0]);
    assert_eq!(client.get_foundation_model(&found[0].model_arn).await.unwrap(), found[0]);
    let wrong = FoundationModelFilter::new().with_output_modality("SMELL");
    assert_eq!(failed(client.list_foundation_models(&wrong).await).kind(), ErrorKind::InvalidRequest);
    let error = failed(client.get_foundation_model("vendor.nothing-v1:0").await);
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    assert_eq!(failed(client.get_foundation_model("").await).status(), None);
    assert_authentic(&emulator);
}

#[tokio::test]
async fn inference_profiles_are_listed_and_asked_for() {
    let (emulator, client) = emulator_and_client().await;
    let all = client.list_inference_profiles(None).await.unwrap();
    let own = client.list_inference_profiles(Some(&InferenceProfileKind::Application)).await.unwrap();
    assert!(all.len() > own.len() && own.len() == 1);
    assert_eq!(client.get_inference_profile(&own[0].inference_profile_arn).await.unwrap(), own[0]);
    let error = failed(client.get_inference_profile("nothing").await);
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    assert_authentic(&emulator);
}

fn page(ids: &[&str], next: Option<&str>) -> Reply {
    let profile = |id: &&str| json!({ "inferenceProfileId": id, "inferenceProfileArn": format!("arn:{id}"), "type": "SYSTEM_DEFINED" });
    let profiles: Vec<_> = ids.iter().map(profile).collect();
    let body = json!({ "inferenceProfileSummaries": profiles, "nextToken": next });
    Reply::raw(200, [("content-type", "application/json")], body.to_string())
}

#[tokio::test]
async fn pages_are_followed_until_they_end_or_lead_nowhere() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(page(&["a", "b"], Some("t/1+")));
    emulator.enqueue(page(&["c"], None));
    let ids: Vec<String> = client
        .list_inference_profiles(None)
        .await
        .unwrap()
        .into_iter()
        .map(|profile| profile.inference_profile_id)
        .collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(emulator.requests()[1].query(), Some("maxResults=1000&nextToken=t%2F1%2B"));
    for _ in 0..2 {
        emulator.enqueue(page(&["a"], Some("again")));
    }
    assert_eq!(failed(client.list_inference_profiles(None).await).kind(), ErrorKind::Protocol);
    emulator.enqueue(page(&["a"], Some("next")));
    emulator.enqueue(Reply::error(429, "ThrottlingException", "Slow down."));
    assert_eq!(failed(client.list_inference_profiles(None).await).kind(), ErrorKind::Throttled);
    assert_authentic(&emulator);
}

#[tokio::test]
async fn models_and_profiles_are_merged_into_what_can_be_called() {
    let (emulator, client) = emulator_and_client().await;
    let models = client.list_models().await.unwrap();
    let ids: HashSet<&str> = models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids.len(), models.len());
    let claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert!(!ids.contains(claude), "only its profiles can be called");
    let profile = format!("us.{claude}");
    let profile = models.iter().find(|model| model.id == profile).unwrap();
    assert_eq!(profile.context_window, client.model_info(claude).context_window);
    assert!(profile.context_window.is_some());
    assert_eq!(profile.name.as_deref(), Some("US Emulated Claude"));
    assert_eq!(profile.can(Capability::Streaming), Some(true));
    let titan = models.iter().find(|model| model.id == "amazon.titan-embed-text-v2:0").unwrap();
    assert_eq!(titan.can(Capability::Streaming), Some(false));
    assert_eq!(titan.output, Some(vec![Modality::Embedding]));
    assert!(ids.iter().any(|id| id.contains(":application-inference-profile/")));
    assert_authentic(&emulator);
    emulator.enqueue(Reply::error(403, "AccessDeniedException", "No."));
    let error = failed(client.list_models().await);
    assert!(
        error.kind() == ErrorKind::AccessDenied && error.hint().unwrap().contains("bedrock:List"),
        "{error}"
    );
}
