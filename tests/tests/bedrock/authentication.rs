use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http::HeaderValue;
use roo_aws::aws_credential_types::Credentials;
use roo_bedrock::Bedrock;
use roo_core::{Error, ErrorKind, Provider as _, ProviderExt as _, Result};
use roo_emulator::Emulator;
use roo_http::{Bytes, Request, Response, SharedTransport, Transport};

use crate::{Fixed, builder, context, emulator_and_client, failed, request};

/// A transport that changes requests after they were signed, as a bad proxy would.
struct Tampering {
    transport: SharedTransport,
    tamper: fn(&mut Request),
}

impl std::fmt::Debug for Tampering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tampering")
    }
}

#[async_trait]
impl Transport for Tampering {
    async fn send(&self, mut request: Request) -> Result<Response> {
        (self.tamper)(&mut request);
        self.transport.send(request).await
    }
}

async fn tampered(tamper: fn(&mut Request)) -> Error {
    let emulator = Emulator::start().await.unwrap();
    let transport = context().transport().unwrap();
    let client = builder(&emulator).with_transport(Tampering { transport, tamper }).build().unwrap();
    let error = failed(client.create_message(request().with_user("hello")).await);
    assert!(!emulator.requests()[0].verdict.is_authentic());
    error
}

#[tokio::test]
async fn an_untouched_request_is_authentic() {
    let (emulator, client) = emulator_and_client().await;
    client.complete(request().with_user("hello")).await.unwrap();
    assert!(emulator.requests()[0].verdict.is_authentic());
}

#[tokio::test]
async fn one_changed_byte_of_the_body_is_refused() {
    let error = tampered(|request| {
        let mut body = request.body().to_vec();
        let place = body.iter().position(|byte| *byte == b'h').unwrap();
        body[place] = b'H';
        *request.body_mut() = Bytes::from(body);
    })
    .await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Credentials, Some("InvalidSignatureException")));
    assert_eq!(error.status(), Some(403));
    assert!(error.request_id().is_some() && error.hint().is_some(), "{error}");
}

#[tokio::test]
async fn one_changed_header_is_refused() {
    let error = tampered(|request| {
        let value = HeaderValue::from_static("application/json; charset=utf-8");
        request.headers_mut().insert("content-type", value);
    })
    .await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Credentials, Some("InvalidSignatureException")));
}

#[tokio::test]
async fn a_date_ten_minutes_off_is_refused_and_the_clock_is_blamed() {
    let emulator = Emulator::start().await.unwrap();
    let ten_minutes = Duration::from_secs(600);
    for time in [SystemTime::now() - ten_minutes, SystemTime::now() + ten_minutes] {
        let client = builder(&emulator).with_context(context().with_clock(Fixed(time))).build().unwrap();
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert_eq!((error.kind(), error.code()), (ErrorKind::Credentials, Some("InvalidSignatureException")));
        assert!(error.hint().unwrap().contains("clock"), "{error}");
    }
}

#[tokio::test]
async fn wrong_keys_are_told_apart_from_a_wrong_secret() {
    let emulator = Emulator::start().await.unwrap();
    for (id, secret, code) in [
        ("AKIDUNKNOWN", emulator.secret_access_key(), "UnrecognizedClientException"),
        (
            emulator.access_key_id(),
            "another secret".replace(' ', "-").leak() as &str,
            "InvalidSignatureException",
        ),
    ] {
        let keys = Credentials::new(id, secret, None, None, "test");
        let client = builder(&emulator).with_credentials(keys).build().unwrap();
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert_eq!((error.kind(), error.code()), (ErrorKind::Credentials, Some(code)));
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}

#[tokio::test]
async fn a_session_token_is_sent_and_signed() {
    let emulator = Emulator::builder().with_session_token("token-of-a-session").start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    client.complete(request().with_user("hello")).await.unwrap();

    let keys = Credentials::new(emulator.access_key_id(), emulator.secret_access_key(), None, None, "test");
    let client = builder(&emulator).with_credentials(keys).build().unwrap();
    let error = failed(client.create_message(request().with_user("hello")).await);
    assert_eq!(error.code(), Some("UnrecognizedClientException"));
}

#[tokio::test]
async fn an_api_key_takes_the_place_of_a_signature() {
    let emulator = Emulator::start().await.unwrap();
    let client = |token: &str| {
        Bedrock::builder()
            .with_context(context())
            .with_region(emulator.region())
            .with_endpoint_url(emulator.url())
            .with_bearer_token(token)
            .build()
            .unwrap()
    };
    client(emulator.bearer_token()).complete(request().with_user("hello")).await.unwrap();
    let received = &emulator.requests()[0];
    assert!(received.verdict.is_authentic() && received.header("x-amz-date").is_none());

    let error = failed(client("bedrock-api-key-wrong").create_message(request().with_user("hello")).await);
    assert_eq!((error.kind(), error.status()), (ErrorKind::Credentials, Some(403)));
    assert!(error.hint().unwrap().contains("API key"), "{error}");
}

#[tokio::test]
async fn everything_may_come_from_the_environment() {
    let emulator = Emulator::start().await.unwrap();
    let surroundings = context()
        .with_variable("AWS_REGION", emulator.region())
        .with_variable("AWS_ACCESS_KEY_ID", emulator.access_key_id())
        .with_variable("AWS_SECRET_ACCESS_KEY", emulator.secret_access_key())
        .with_variable("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", emulator.url());
    let client = Bedrock::builder().with_context(surroundings).build().unwrap();
    client.complete(request().with_user("hello")).await.unwrap();
}

#[tokio::test]
async fn everything_may_come_from_the_files() {
    let emulator = Emulator::start().await.unwrap();
    let config =
        format!("[profile work]\nregion = {}\nendpoint_url = {}\n", emulator.region(), emulator.url());
    let keys = format!(
        "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        emulator.access_key_id(),
        emulator.secret_access_key()
    );
    let surroundings = context()
        .with_variable("HOME", "/home/me")
        .with_file("/home/me/.aws/config", config)
        .with_file("/home/me/.aws/credentials", keys);
    for client in [
        Bedrock::builder().with_context(surroundings.clone()).with_profile("work"),
        Bedrock::builder().with_context(surroundings.with_variable("AWS_PROFILE", "work")),
    ] {
        client.build().unwrap().complete(request().with_user("hello")).await.unwrap();
    }
}

#[tokio::test]
async fn one_client_serves_many_calls_at_once() {
    let (emulator, client) = emulator_and_client().await;
    let client = Arc::new(client);
    let calls: Vec<_> = (0..50)
        .map(|number| {
            let client = Arc::clone(&client);
            tokio::spawn(async move {
                let prompt = format!("prompt number {number}");
                let answer = client.complete(request().with_user(prompt.as_str())).await.unwrap();
                assert!(answer.text().contains(&prompt));
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(emulator.requests().len(), 50);
}
