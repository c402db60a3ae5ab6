use roo_core::{
    EmbeddingProvider, EmbeddingPurpose, EmbeddingRequest, ErrorKind, RerankProvider as _, RerankRequest,
    Truncation,
};
use roo_emulator::Reply;

use crate::{assert_authentic, client_with_key, emulator_and_client, failed};

const TITAN: &str = "amazon.titan-embed-text-v2:0";
const COHERE: &str = "cohere.embed-english-v3";

#[tokio::test]
async fn every_family_gives_a_vector_for_each_text_in_order() {
    let (emulator, client) = emulator_and_client().await;
    let client: Box<dyn EmbeddingProvider> = Box::new(client);
    for (model, dimensions, length) in [
        ("amazon.titan-embed-text-v1", None, 1536),
        (TITAN, Some(256), 256),
        ("us.amazon.titan-embed-text-v2:0", None, 1024),
        (COHERE, None, 1024),
        ("cohere.embed-v4:0", Some(512), 512),
        ("amazon.nova-2-multimodal-embeddings-v1:0", Some(384), 384),
    ] {
        let mut request =
            EmbeddingRequest::new(model, ["one", "two", "one"]).with_purpose(EmbeddingPurpose::Query);
        request.dimensions = dimensions;
        let response = client.embed(&request).await.unwrap();
        assert!(response.usage.input_tokens.unwrap() > 0);
        let vectors = response.into_vectors().unwrap();
        assert_eq!(vectors.iter().map(Vec::len).collect::<Vec<_>>(), [length; 3], "{model}");
        assert!(vectors[0] == vectors[2] && vectors[0] != vectors[1]);
    }
    assert_authentic(&emulator);
}

#[tokio::test]
async fn cohere_takes_96_texts_in_a_call() {
    let (emulator, client) = emulator_and_client().await;
    let texts: Vec<String> = (0..200).map(|number| format!("text {number}")).collect();
    let request = EmbeddingRequest::new(COHERE, texts).with_truncation(Truncation::End);
    assert_eq!(client.embed(&request).await.unwrap().into_vectors().unwrap().len(), 200);
    let mut sizes: Vec<usize> = emulator
        .requests()
        .iter()
        .map(|request| request.json().unwrap()["texts"].as_array().unwrap().len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [8, 96, 96]);
    assert_eq!(emulator.requests()[0].json().unwrap()["truncate"], "END");
}

#[tokio::test]
async fn what_was_paid_for_is_kept() {
    let (_emulator, client) = emulator_and_client().await;
    // Titan refuses an empty text, and only that.
    let response = client.embed(&EmbeddingRequest::new(TITAN, ["one", "", "two"])).await.unwrap();
    let present: Vec<bool> = response.embeddings.iter().map(Option::is_some).collect();
    assert_eq!(present, [true, false, true]);
    assert_eq!(response.failures[0].texts, 1..2);
    assert!(response.usage.input_tokens.unwrap() > 0);
    assert_eq!(failed(response.into_vectors()).kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_failure_that_meets_all_ends_the_calls() {
    let (emulator, client) = emulator_and_client().await;
    let wrong = client_with_key(&emulator, "wrong");
    let error = failed(wrong.embed(&EmbeddingRequest::new(TITAN, vec!["one"; 100])).await);
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(emulator.requests().len() <= 9, "{} calls", emulator.requests().len());
    emulator.enqueue(Reply::error(429, "ThrottlingException", "Slow down."));
    let response = client.embed(&EmbeddingRequest::new(TITAN, vec!["one"; 100])).await.unwrap();
    assert_eq!(response.embeddings.len(), 100);
    assert_eq!(response.failures.len(), 1);
    assert!(response.embeddings.last().unwrap().is_none());
}

#[tokio::test]
async fn what_a_model_cannot_do_is_refused_unsent() {
    let (emulator, client) = emulator_and_client().await;
    for request in [
        EmbeddingRequest::new("amazon.titan-embed-text-v1", ["x"]).with_dimensions(256),
        EmbeddingRequest::new(COHERE, ["x"]).with_dimensions(256),
        EmbeddingRequest::new(TITAN, ["x"]).with_truncation(Truncation::Start),
        EmbeddingRequest::new("amazon.nova-lite-v1:0", ["x"]),
    ] {
        let error = failed(client.embed(&request).await);
        assert_eq!((error.kind(), error.provider()), (ErrorKind::Unsupported, Some("bedrock")));
    }
    assert_eq!(client.embed(&EmbeddingRequest::new(TITAN, [""; 0])).await.unwrap().embeddings.len(), 0);
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn documents_are_ranked() {
    let (emulator, client) = emulator_and_client().await;
    for model in ["cohere.rerank-v3-5:0", "amazon.rerank-v1:0"] {
        let request = RerankRequest::new(model, "red apples", ["green pears", "red apples", "red cars"]);
        let ranked = client.rerank(&request).await.unwrap();
        assert_eq!(ranked.results.iter().map(|one| one.index).collect::<Vec<_>>(), [1, 2, 0]);
        assert_eq!(client.rerank(&request.with_top(1)).await.unwrap().results.len(), 1);
    }
    assert_eq!(emulator.requests()[0].json().unwrap()["api_version"], 2);
    assert!(emulator.requests()[2].json().unwrap().get("api_version").is_none());
    assert_authentic(&emulator);
    let sent = emulator.requests().len();
    let none = RerankRequest::new("cohere.rerank-v3-5:0", "x", [""; 0]);
    assert_eq!(failed(client.rerank(&none).await).kind(), ErrorKind::InvalidRequest);
    let other = RerankRequest::new(TITAN, "x", ["y"]);
    assert_eq!(failed(client.rerank(&other).await).kind(), ErrorKind::Unsupported);
    assert_eq!(emulator.requests().len(), sent);
    let error =
        failed(client.rerank(&RerankRequest::new("cohere.rerank-v3-5:0", "x", ["y"]).with_top(0)).await);
    assert_eq!(error.status(), Some(400));
}
