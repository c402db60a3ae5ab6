//! Who is let in, and in which words everyone else is refused.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderValue};
use roo_emulator::{Emulator, Verdict};

use crate::client::{Answer, Signing, http, prompt, send, url};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
     Secret Access Key and signing method. Consult the service documentation for details.";

async fn post(emulator: &Emulator, headers: HeaderMap, body: &str) -> Answer {
    send(http().post(url(emulator, "converse")).headers(headers).body(body.to_owned())).await.0
}

/// Signs with the identity after a change, then sends.
async fn signed_with(emulator: &Emulator, change: impl FnOnce(&mut Signing)) -> Answer {
    let body = prompt("Hello").to_string();
    let mut signing = Signing::right_for(emulator);
    change(&mut signing);
    post(emulator, signing.headers(&url(emulator, "converse"), body.as_bytes()), &body).await
}

/// Signs rightly, then changes the headers.
async fn tampered(emulator: &Emulator, change: impl FnOnce(&mut HeaderMap)) -> Answer {
    let body = prompt("Hello").to_string();
    let mut headers = Signing::right_for(emulator).headers(&url(emulator, "converse"), body.as_bytes());
    change(&mut headers);
    post(emulator, headers, &body).await
}

fn assert_refused(emulator: &Emulator, answer: &Answer, code: &str, message: &str) {
    assert_eq!(answer.error(), (403, code, message.to_owned()));
    let suffix = ":http://internal.amazon.com/coral/com.amazon.coral.service/";
    assert!(answer.header("x-amzn-errortype").ends_with(suffix));
    let refused = Verdict::Refused { code: code.to_owned(), message: message.to_owned() };
    assert_eq!(emulator.requests().last().unwrap().verdict, refused);
}

#[tokio::test]
async fn a_signed_request_is_accepted() {
    let emulator = Emulator::start().await.unwrap();
    let answer = signed_with(&emulator, |_| {}).await;
    assert_eq!(answer.status, 200);
    let received = emulator.requests().pop().unwrap();
    assert!(received.verdict.is_authentic());
    let names = ["content-type", "host", "x-amz-date"].map(str::to_owned).to_vec();
    assert_eq!(received.verdict, Verdict::Signed { signed_headers: names });
    assert_eq!(received.path(), "/model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse");
    assert_eq!(received.json(), Some(prompt("Hello")));
    assert_eq!(answer.header("x-amzn-requestid"), received.request_id);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(!answer.header("date").is_empty());
}

/// A known answer: botocore's signature of a request to the real host.
#[tokio::test]
async fn a_request_signed_by_botocore_is_accepted() {
    let emulator = Emulator::builder()
        .with_credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .with_clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045))
        .start()
        .await
        .unwrap();
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=0e373caf873cb15984d06cafd1282ee9c0cfa42f903125340c376dfacf9df6ba";
    let request = http()
        .post(url(&emulator, "converse"))
        .header("host", "bedrock-runtime.us-east-1.amazonaws.com")
        .header("content-type", "application/json")
        .header("x-amz-date", "20260102T030405Z")
        .header("authorization", authorization)
        .body(r#"{"messages": [{"role": "user", "content": [{"text": "hi"}]}]}"#);
    let answer = send(request).await.0;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("date"), "Fri, 02 Jan 2026 03:04:05 GMT");
}

#[tokio::test]
async fn what_was_changed_after_signing_is_noticed() {
    let emulator = Emulator::start().await.unwrap();
    let body = prompt("Hello").to_string();
    let headers = Signing::right_for(&emulator).headers(&url(&emulator, "converse"), body.as_bytes());
    let answer = post(&emulator, headers.clone(), &body.replace("Hello", "Hallo")).await;
    assert_refused(&emulator, &answer, "InvalidSignatureException", MISMATCH);

    let other_path =
        http().post(url(&emulator, "converse-stream")).headers(headers.clone()).body(body.clone());
    let answer = send(other_path).await.0;
    assert_refused(&emulator, &answer, "InvalidSignatureException", MISMATCH);

    let with_query = http().post(url(&emulator, "converse") + "?a=b").headers(headers).body(body);
    let answer = send(with_query).await.0;
    assert_refused(&emulator, &answer, "InvalidSignatureException", MISMATCH);

    let charset = HeaderValue::from_static("application/json; charset=utf-8");
    let answer = tampered(&emulator, |headers| _ = headers.insert("content-type", charset)).await;
    assert_refused(&emulator, &answer, "InvalidSignatureException", MISMATCH);
}

#[tokio::test]
async fn the_wrong_identity_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let unrecognized = "The security token included in the request is invalid.";
    let answer = signed_with(&emulator, |signing| signing.secret_access_key.push('x')).await;
    assert_refused(&emulator, &answer, "InvalidSignatureException", MISMATCH);
    let answer = signed_with(&emulator, |signing| signing.access_key_id.push('X')).await;
    assert_refused(&emulator, &answer, "UnrecognizedClientException", unrecognized);
    let answer = signed_with(&emulator, |signing| signing.session_token = Some("surplus".to_owned())).await;
    assert_refused(&emulator, &answer, "UnrecognizedClientException", unrecognized);
    let answer = signed_with(&emulator, |signing| signing.region = "eu-west-1".to_owned()).await;
    let message = "Credential should be scoped to a valid region.";
    assert_refused(&emulator, &answer, "InvalidSignatureException", message);
    let answer = signed_with(&emulator, |signing| signing.service = "bedrock-runtime".to_owned()).await;
    let message = "Credential should be scoped to correct service: 'bedrock'.";
    assert_refused(&emulator, &answer, "InvalidSignatureException", message);
}

#[tokio::test]
async fn a_session_token_must_be_sent_equal_and_signed() {
    let emulator = Emulator::builder().with_session_token("token").start().await.unwrap();
    let unrecognized = "The security token included in the request is invalid.";
    assert_eq!(signed_with(&emulator, |_| {}).await.status, 200);
    for wrong in [None, Some("other".to_owned())] {
        let answer = signed_with(&emulator, |signing| signing.session_token = wrong).await;
        assert_refused(&emulator, &answer, "UnrecognizedClientException", unrecognized);
    }
    let body = prompt("Hello").to_string();
    let mut signing = Signing::right_for(&emulator);
    signing.session_token = None;
    let mut headers = signing.headers(&url(&emulator, "converse"), body.as_bytes());
    headers.insert("x-amz-security-token", HeaderValue::from_static("token"));
    let message = "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.";
    assert_refused(&emulator, &post(&emulator, headers, &body).await, "InvalidSignatureException", message);
}

#[tokio::test]
async fn the_date_may_be_five_minutes_off_and_no_more() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let emulator = Emulator::builder().with_clock(move || now).start().await.unwrap();
    for time in [now, now - minutes(5), now + minutes(5)] {
        assert_eq!(signed_with(&emulator, |signing| signing.time = time).await.status, 200);
    }
    let answer = signed_with(&emulator, |signing| signing.time = now - minutes(10)).await;
    let message = "Signature expired: 20260102T025405Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)";
    assert_refused(&emulator, &answer, "InvalidSignatureException", message);
    let answer = signed_with(&emulator, |signing| signing.time = now + minutes(10)).await;
    let message = "Signature not yet current: 20260102T031405Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)";
    assert_refused(&emulator, &answer, "InvalidSignatureException", message);
}

#[tokio::test]
async fn an_incomplete_signature_is_told_apart() {
    let emulator = Emulator::start().await.unwrap();
    let code = "IncompleteSignatureException";
    let answer = tampered(&emulator, |headers| _ = headers.remove("x-amz-date")).await;
    let message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
    assert_refused(&emulator, &answer, code, message);
    let iso = HeaderValue::from_static("2026-01-02T03:04:05Z");
    let answer = tampered(&emulator, |headers| _ = headers.insert("x-amz-date", iso)).await;
    let message = "Date must be in ISO-8601 'basic format'. Got '2026-01-02T03:04:05Z'. See \
                   http://en.wikipedia.org/wiki/ISO_8601";
    assert_refused(&emulator, &answer, code, message);
    let basic = HeaderValue::from_static("Basic Zm9vOmJhcg==");
    let answer = tampered(&emulator, |headers| _ = headers.insert("authorization", basic)).await;
    assert_refused(&emulator, &answer, code, "Unsupported AWS 'algorithm': 'Basic'.");
}

/// Replaces a part of the `Authorization` header.
fn edit_authorization(headers: &mut HeaderMap, from: &str, to: &str) {
    let edited = headers["authorization"].to_str().unwrap().replace(from, to);
    headers.insert("authorization", edited.parse().unwrap());
}

#[tokio::test]
async fn the_scope_and_the_signed_headers_are_checked() {
    let emulator = Emulator::start().await.unwrap();
    let code = "InvalidSignatureException";
    let answer =
        tampered(&emulator, |headers| edit_authorization(headers, "aws4_request", "aws3_request")).await;
    assert_refused(
        &emulator,
        &answer,
        code,
        "Credential should be scoped with a valid terminator: 'aws4_request'.",
    );
    let answer = tampered(&emulator, |headers| edit_authorization(headers, ";host;", ";")).await;
    let message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    assert_refused(&emulator, &answer, code, message);
    let extra = HeaderValue::from_static("1");
    let answer = tampered(&emulator, |headers| _ = headers.insert("x-amz-extra", extra)).await;
    assert_refused(
        &emulator,
        &answer,
        code,
        "'x-amz-extra' must be a 'SignedHeader' in the AWS Authorization.",
    );
    let answer =
        tampered(&emulator, |headers| edit_authorization(headers, "AKIDEMULATOR/2", "AKIDEMULATOR/1")).await;
    let (_, code, message) = answer.error();
    assert_eq!(code, "InvalidSignatureException");
    assert!(message.starts_with("Date in Credential scope does not match YYYYMMDD"), "{message}");
}

#[tokio::test]
async fn a_bearer_key_is_an_alternative() {
    let emulator = Emulator::builder().with_bearer_token("key").start().await.unwrap();
    let body = prompt("Hello").to_string();
    let with_key = |key: &str| {
        let json = http().post(url(&emulator, "converse")).header("content-type", "application/json");
        json.bearer_auth(key).body(body.clone())
    };
    assert_eq!(send(with_key("key")).await.0.status, 200);
    assert_eq!(emulator.requests().last().unwrap().verdict, Verdict::Bearer);
    let answer = send(with_key("other")).await.0;
    let message = "Authentication failed: Please make sure your API Key is valid.";
    assert_refused(&emulator, &answer, "AccessDeniedException", message);
}

#[tokio::test]
async fn no_authentication_is_missing_authentication() {
    let emulator = Emulator::start().await.unwrap();
    let answer = tampered(&emulator, |headers| _ = headers.remove("authorization")).await;
    assert_refused(&emulator, &answer, "MissingAuthenticationTokenException", "Missing Authentication Token");
}
