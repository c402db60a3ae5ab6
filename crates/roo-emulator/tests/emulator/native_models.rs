//! InvokeModel for models that embed and rank.

use roo_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::call_model;

async fn ask(emulator: &Emulator, id: &str, body: Value) -> Value {
    let answer = call_model(emulator, id, "invoke", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert!(answer.header("x-amzn-bedrock-input-token-count").parse::<u64>().is_ok());
    answer.json()
}

fn length(vector: &Value) -> (usize, f64) {
    let numbers: Vec<f64> = serde_json::from_value(vector.clone()).unwrap();
    (numbers.len(), numbers.iter().map(|number| number * number).sum::<f64>().sqrt())
}

fn assert_unit(vector: &Value, dimensions: usize) {
    let (count, norm) = length(vector);
    assert_eq!(count, dimensions);
    assert!((norm - 1.0).abs() < 1e-9, "{norm}");
}

#[tokio::test]
async fn titan() {
    let emulator = Emulator::start().await.unwrap();
    let v2 = "amazon.titan-embed-text-v2:0";
    let answer = ask(&emulator, v2, json!({ "inputText": "Hello", "dimensions": 256 })).await;
    assert_unit(&answer["embedding"], 256);
    assert_eq!(answer["inputTextTokenCount"], 2);
    assert_eq!(answer["embeddingsByType"]["float"], answer["embedding"]);
    assert_unit(&ask(&emulator, v2, json!({ "inputText": "Hello" })).await["embedding"], 1024);
    let raw = ask(&emulator, v2, json!({ "inputText": "Hello", "normalize": false })).await;
    assert!(length(&raw["embedding"]).1 > 2.0);
    let v1 = ask(&emulator, "amazon.titan-embed-text-v1", json!({ "inputText": "Hello" })).await;
    assert_eq!(length(&v1["embedding"]).0, 1536);
}

#[tokio::test]
async fn cohere() {
    let emulator = Emulator::start().await.unwrap();
    let v3 = "cohere.embed-english-v3";
    let body = json!({ "texts": ["one", "two"], "input_type": "search_document" });
    let answer = ask(&emulator, v3, body.clone()).await;
    assert_eq!(answer["response_type"], "embeddings_floats");
    assert_unit(&answer["embeddings"][1], 1024);
    assert_eq!(answer, ask(&emulator, v3, body).await);
    let body = json!({ "texts": ["one"], "input_type": "search_query", "embedding_types": ["float", "int8"], "output_dimension": 512 });
    let answer = ask(&emulator, "us.cohere.embed-v4:0", body).await;
    assert_unit(&answer["embeddings"]["float"][0], 512);
    assert_eq!(answer["embeddings"]["int8"][0].as_array().unwrap().len(), 512);
}

#[tokio::test]
async fn nova() {
    let emulator = Emulator::start().await.unwrap();
    let params =
        json!({ "embeddingPurpose": "GENERIC_INDEX", "text": { "truncationMode": "END", "value": "Hello" } });
    let body = json!({ "taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": params });
    let answer = ask(&emulator, "amazon.nova-2-multimodal-embeddings-v1:0", body).await;
    assert_eq!(answer["embeddings"][0]["embeddingType"], "TEXT");
    assert_unit(&answer["embeddings"][0]["embedding"], 3072);
}

#[tokio::test]
async fn rerank() {
    let emulator = Emulator::start().await.unwrap();
    for id in ["cohere.rerank-v3-5:0", "amazon.rerank-v1:0"] {
        let documents = ["a blue car", "an apple", "a red apple"];
        let answer =
            ask(&emulator, id, json!({ "query": "red apple", "documents": documents, "top_n": 2 })).await;
        let expected =
            json!([{ "index": 2, "relevance_score": 1.0 }, { "index": 1, "relevance_score": 0.5 }]);
        assert_eq!(answer["results"], expected);
    }
}

#[tokio::test]
async fn wrong_requests_are_malformed() {
    let emulator = Emulator::start().await.unwrap();
    let cases = [
        ("amazon.titan-embed-text-v2:0", json!({}), "#: required key [inputText] not found"),
        (
            "amazon.titan-embed-text-v2:0",
            json!({ "inputText": "x", "dimensions": 7 }),
            "#/dimensions: 7 is not a valid enum value",
        ),
        (
            "amazon.titan-embed-text-v1",
            json!({ "inputText": "x", "dimensions": 256 }),
            "#: extraneous key [dimensions] is not permitted",
        ),
        ("cohere.embed-english-v3", json!({ "texts": ["x"] }), "#: required key [input_type] not found"),
        (
            "cohere.embed-english-v3",
            json!({ "texts": vec!["x"; 97], "input_type": "search_query" }),
            "#/texts: expected maximum item count: 96, found: 97",
        ),
        (
            "cohere.rerank-v3-5:0",
            json!({ "query": "x", "documents": [] }),
            "#/documents: expected minimum item count: 1, found: 0",
        ),
    ];
    for (id, body, expected) in cases {
        let answer = call_model(&emulator, id, "invoke", &body).await;
        let (status, code, message) = answer.error();
        assert_eq!((status, code), (400, "ValidationException"));
        let expected =
            format!("Malformed input request: {expected}, please reformat your input and try again.");
        assert_eq!(message, expected);
    }
    let body = json!({ "inputText": "x" });
    let answer =
        call_model(&emulator, "amazon.titan-embed-text-v2:0", "invoke-with-response-stream", &body).await;
    assert_eq!(answer.error().2, "The model is unsupported for streaming.");
}

#[tokio::test]
async fn an_unknown_form_is_answered_honestly() {
    let emulator = Emulator::start().await.unwrap();
    let answer = ask(&emulator, "us.meta.llama3-3-70b-instruct-v1:0", json!({ "prompt": "Hello" })).await;
    assert!(answer["note"].as_str().unwrap().starts_with("This is bedrock-emulator"));
    assert_eq!(answer["received"], json!({ "prompt": "Hello" }));
}
