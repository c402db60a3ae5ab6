//! Paths, methods, and the life of the emulator.

use bytes::Bytes;
use roo_emulator::{Emulator, StartError};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Signing, call, http, prompt, send, url};

const ARN: &str =
    "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-v2%3A0";

#[tokio::test]
async fn an_escaped_arn_is_a_model_and_a_raw_slash_is_an_unknown_operation() {
    let emulator = Emulator::start().await.unwrap();
    let body = prompt("Hello").to_string();
    let escaped = format!("{}/model/{ARN}/converse", emulator.url());
    let raw = escaped.replace("%2F", "/");
    let headers = |url| Signing::right_for(&emulator).headers(url, body.as_bytes());
    let answer = send(http().post(&escaped).headers(headers(&escaped)).body(body.clone())).await.0;
    assert_eq!(answer.json()["stopReason"], "end_turn");
    let answer = send(http().post(&raw).headers(headers(&raw)).body(body.clone())).await.0;
    let unknown = json!({ "Output": { "__type": "com.amazon.coral.service#UnknownOperationException" }, "Version": "1.0" });
    assert_eq!((answer.status, answer.json()), (200, unknown));
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(emulator.requests().iter().all(|request| request.verdict.is_authentic()));
}

#[tokio::test]
async fn another_method_is_not_allowed() {
    let emulator = Emulator::start().await.unwrap();
    let answer = send(http().get(url(&emulator, "converse"))).await.0;
    assert_eq!(answer.error().0, 405);
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn a_body_that_is_far_too_large_is_answered_all_the_same() {
    let emulator = Emulator::start().await.unwrap();
    let (answer, _) = send(http().post(url(&emulator, "converse")).body(vec![b'x'; 27 << 20])).await;
    assert_eq!(answer.error().0, 413);
    assert_eq!(emulator.requests()[0].body, Bytes::new());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let mut bodies = Vec::new();
    for seed in [1, 1, 2] {
        let emulator = Emulator::builder().with_seed(seed).start().await.unwrap();
        let answer = call(&emulator, "converse-stream", &prompt("Hello")).await;
        bodies.push((answer.header("x-amzn-requestid").to_owned(), answer.body));
    }
    assert_eq!(bodies[0], bodies[1]);
    assert_ne!(bodies[0], bodies[2]);
}

#[tokio::test]
async fn it_stops_when_told_and_when_dropped() {
    let emulator = Emulator::start().await.unwrap();
    let port = emulator.port();
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    // Half a request: the emulator is waiting for the rest on this connection.
    connection.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
    emulator.shutdown().await;
    assert!(matches!(connection.read(&mut [0; 1]).await, Ok(0) | Err(_)));
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());

    let again = Emulator::builder().with_port(port).start().await.unwrap();
    let taken = Emulator::builder().with_port(port).start().await.unwrap_err();
    assert!(matches!(taken, StartError::Bind { address, .. } if address.port() == port));
    drop(again);
    tokio::task::yield_now().await;
    assert!(Emulator::builder().with_port(port).start().await.is_ok());
}

#[test]
fn debug_output_keeps_the_secret() {
    let builder = Emulator::builder().with_credentials("AKID", "very-secret");
    assert!(!format!("{builder:?}").contains("very-secret"));
}
