//! Whole signatures, against answers that AWS published or that its tools gave.

use std::time::{Duration, SystemTime};

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request};

use super::*;

const CREDENTIALS: Credentials<'_> =
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
const HOUR: Duration = Duration::from_secs(3600);
const BODY: &[u8] = br#"{"messages": [{"role": "user", "content": [{"text": "hi"}]}]}"#;

/// 2015-08-30T12:36:00Z, the time of AWS's signing test suite.
fn suite_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

/// 2026-01-02T03:04:05Z
fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045)
}

fn bedrock() -> Signer {
    Signer::new(SigningSettings::new("us-east-1", "bedrock")).unwrap()
}

fn parts<T>(request: http::request::Builder, body: T) -> Parts {
    request.body(body).unwrap().into_parts().0
}

fn converse() -> Parts {
    let url = "https://bedrock-runtime.us-east-1.amazonaws.com\
               /model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse";
    parts(Request::post(url).header("Content-Type", "application/json"), ())
}

#[test]
fn the_published_vanilla_request() {
    let signer = Signer::new(SigningSettings::new("us-east-1", "service")).unwrap();
    let request = SignableRequest {
        method: "GET",
        host: "example.amazonaws.com",
        path: "/",
        query: None,
        headers: &HeaderMap::new(),
    };
    let explanation = signer.explain(&request, &PayloadHash::EMPTY, &CREDENTIALS, suite_time()).unwrap();
    assert_eq!(
        explanation.canonical_request,
        "GET\n/\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        explanation.string_to_sign,
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n\
         bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"
    );
    assert_eq!(
        explanation.signature.as_str(),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
}

#[test]
fn the_published_vanilla_url() {
    let signer = Signer::new(SigningSettings::new("us-east-1", "service")).unwrap();
    let parts = parts(Request::get("https://example.amazonaws.com/"), ());
    let url = signer.presign(&parts, &PayloadHash::EMPTY, &CREDENTIALS, suite_time(), HOUR).unwrap();
    assert_eq!(
        url.to_string(),
        "https://example.amazonaws.com/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830\
         %2Fus-east-1%2Fservice%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host\
         &X-Amz-Expires=3600&X-Amz-Signature=e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d"
    );
}

#[test]
fn converse_as_botocore_signs_it() {
    let mut parts = converse();
    let signature = bedrock().sign(&mut parts, &PayloadHash::sha256(BODY), &CREDENTIALS, time()).unwrap();
    let expected = "0e373caf873cb15984d06cafd1282ee9c0cfa42f903125340c376dfacf9df6ba";
    assert_eq!(signature.to_string(), expected);
    assert_eq!(
        parts.headers["authorization"],
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/bedrock/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, Signature={expected}"
        )
    );
    // Of the signature's own headers only those that are needed, and no host.
    let mut names: Vec<_> = parts.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["authorization", "content-type", "x-amz-date"]);
}

#[test]
fn converse_stream_with_a_session_token_as_botocore_signs_it() {
    let url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012\
               %3Ainference-profile%2Fus.anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse-stream";
    let mut parts = parts(Request::post(url).header("content-type", "application/json"), ());
    let credentials = CREDENTIALS.with_session_token("SESSIONTOKEN");
    let signature = bedrock().sign(&mut parts, &PayloadHash::sha256(BODY), &credentials, time()).unwrap();
    assert_eq!(signature.as_str(), "c734194264756eeca5ce86f14a02b2fd160cc2cacbe352f8c0c7dc5f0f051e6e");
    assert_eq!(parts.headers["x-amz-security-token"], "SESSIONTOKEN");
}

#[test]
fn whatever_is_tampered_with_changes_the_signature() {
    let credentials = CREDENTIALS.with_session_token("token");
    let sign = |signer: &Signer, parts: &Parts, body: &[u8], credentials: &Credentials<'_>, time| {
        let explanation = signer.explain(&parts.into(), &PayloadHash::sha256(body), credentials, time);
        explanation.unwrap().signature.to_string()
    };
    let original = sign(&bedrock(), &converse(), BODY, &credentials, time());
    assert_eq!(original, sign(&bedrock(), &converse(), BODY, &credentials, time()));

    let mut signatures = vec![original];
    let tamper: [fn(&mut Parts); 7] = [
        |parts| parts.method = Method::PUT,
        |parts| parts.uri = parts.uri.to_string().replace("anthropic", "other").parse().unwrap(),
        |parts| parts.uri = format!("{}?a=b", parts.uri).parse().unwrap(),
        |parts| parts.uri = parts.uri.to_string().replace("us-east-1", "us-east-2").parse().unwrap(),
        |parts| parts.headers = HeaderMap::new(),
        |parts| drop(parts.headers.insert("content-type", HeaderValue::from_static("text/plain"))),
        |parts| drop(parts.headers.insert("x-amzn-bedrock-trace", HeaderValue::from_static("ENABLED"))),
    ];
    for change in tamper {
        let mut parts = converse();
        change(&mut parts);
        signatures.push(sign(&bedrock(), &parts, BODY, &credentials, time()));
    }
    signatures.push(sign(&bedrock(), &converse(), b"{}", &credentials, time()));
    for time in [time() + Duration::from_secs(1), time() + 24 * HOUR] {
        signatures.push(sign(&bedrock(), &converse(), BODY, &credentials, time));
    }
    for credentials in [CREDENTIALS, CREDENTIALS.with_session_token("another")] {
        signatures.push(sign(&bedrock(), &converse(), BODY, &credentials, time()));
    }
    let other_secret = Credentials::new("AKIDEXAMPLE", "other").with_session_token("token");
    signatures.push(sign(&bedrock(), &converse(), BODY, &other_secret, time()));
    for (region, service) in [("us-east-2", "bedrock"), ("us-east-1", "s3")] {
        let signer = Signer::new(SigningSettings::new(region, service)).unwrap();
        signatures.push(sign(&signer, &converse(), BODY, &credentials, time()));
    }

    let count = signatures.len();
    signatures.sort_unstable();
    signatures.dedup();
    assert_eq!(signatures.len(), count);
}

#[test]
fn headers_that_others_change_are_not_signed() {
    let mut changed = converse();
    for name in
        ["user-agent", "x-amzn-trace-id", "content-length", "traceparent", "amz-sdk-request", "cookie"]
    {
        changed.headers.insert(name, HeaderValue::from_static("any"));
    }
    let sign =
        |mut parts: Parts| bedrock().sign(&mut parts, &PayloadHash::EMPTY, &CREDENTIALS, time()).unwrap();
    assert_eq!(sign(changed), sign(converse()));
}

#[test]
fn the_policy_all_signs_all_but_what_others_change() {
    let settings = SigningSettings::new("us-east-1", "bedrock").with_signed_headers(SignedHeaders::ALL);
    let signer = Signer::new(settings).unwrap();
    let mut parts = converse();
    for name in ["user-agent", "connection", "content-length", "authorization", "cookie"] {
        parts.headers.insert(name, HeaderValue::from_static("any"));
    }
    signer.sign(&mut parts, &PayloadHash::EMPTY, &CREDENTIALS, time()).unwrap();
    let authorization = parts.headers["authorization"].to_str().unwrap();
    assert!(authorization.contains("SignedHeaders=content-type;cookie;host;x-amz-date,"), "{authorization}");
}

#[test]
fn signing_again_replaces_the_former_signature() {
    let signer = bedrock();
    let payload = PayloadHash::sha256(BODY);
    let mut parts = converse();
    for name in ["Authorization", "X-Amz-Date", "X-Amz-Security-Token"] {
        parts.headers.append(name, HeaderValue::from_static("old"));
        parts.headers.append(name, HeaderValue::from_static("older"));
    }
    signer.sign(&mut parts, &payload, &CREDENTIALS.with_session_token("token"), time()).unwrap();
    signer.sign(&mut parts, &payload, &CREDENTIALS, time()).unwrap();
    let mut fresh = converse();
    signer.sign(&mut fresh, &payload, &CREDENTIALS, time()).unwrap();
    assert_eq!(parts.headers, fresh.headers);
}

#[test]
fn presigning_again_replaces_the_former_signature() {
    let (signer, mut parts) = (bedrock(), parts(Request::get("https://example.com/a?b=c"), ()));
    let first = signer.presign(&parts, &PayloadHash::EMPTY, &CREDENTIALS, time(), HOUR).unwrap();
    parts.uri = signer
        .presign(
            &parts,
            &PayloadHash::EMPTY,
            &CREDENTIALS.with_session_token("token"),
            time() + HOUR,
            2 * HOUR,
        )
        .unwrap();
    assert_eq!(signer.presign(&parts, &PayloadHash::EMPTY, &CREDENTIALS, time(), HOUR).unwrap(), first);
}

#[test]
fn a_token_added_after_is_sent_and_not_signed() {
    let settings = SigningSettings::new("us-east-1", "bedrock").with_session_token(SessionToken::AddedAfter);
    let signer = Signer::new(settings).unwrap();
    let (mut with, mut without) = (converse(), converse());
    let token = CREDENTIALS.with_session_token("token");
    let signature = signer.sign(&mut with, &PayloadHash::EMPTY, &token, time()).unwrap();
    assert_eq!(signer.sign(&mut without, &PayloadHash::EMPTY, &CREDENTIALS, time()).unwrap(), signature);
    assert_eq!(with.headers["x-amz-security-token"], "token");
}

#[test]
fn the_content_hash_header_replaces_one_that_is_there() {
    let settings = SigningSettings::new("us-east-1", "s3").with_content_hash_header(true);
    let mut parts = converse();
    parts.headers.insert("x-amz-content-sha256", HeaderValue::from_static("old"));
    let signer = Signer::new(settings).unwrap();
    signer.sign(&mut parts, &PayloadHash::UNSIGNED, &CREDENTIALS, time()).unwrap();
    assert_eq!(parts.headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    let authorization = parts.headers["authorization"].to_str().unwrap();
    assert!(authorization.contains(";host;x-amz-content-sha256;x-amz-date,"), "{authorization}");
}

#[test]
fn a_host_header_has_precedence_over_the_url() {
    let mut parts = parts(Request::get("https://127.0.0.1:8080/").header("Host", "example.com"), ());
    let explanation = bedrock().explain(&(&parts).into(), &PayloadHash::EMPTY, &CREDENTIALS, time()).unwrap();
    assert!(explanation.canonical_request.contains("\nhost:example.com\n"));
    bedrock().sign(&mut parts, &PayloadHash::EMPTY, &CREDENTIALS, time()).unwrap();
    assert_eq!(parts.headers["host"], "example.com");
}

#[test]
fn secrets_are_marked_and_not_printed() {
    let signer = bedrock();
    let credentials = Credentials::new("AKIDEXAMPLE", "TOPSECRET").with_session_token("SESSIONTOKEN");
    let mut parts = converse();
    signer.sign(&mut parts, &PayloadHash::sha256(BODY), &credentials, time()).unwrap();
    assert!(parts.headers["authorization"].is_sensitive());
    assert!(parts.headers["x-amz-security-token"].is_sensitive());

    let request = SignableRequest::from(&parts);
    let explanation = signer.explain(&request, &PayloadHash::EMPTY, &credentials, time()).unwrap();
    let printed = format!("{signer:?} {credentials:?} {parts:?} {request:?} {explanation:?}");
    assert!(!printed.contains("TOPSECRET"), "{printed}");
    assert!(!printed.contains("SESSIONTOKEN"), "{printed}");
}

#[test]
fn after_an_error_nothing_has_changed() {
    let mut not_text = converse();
    not_text.headers.append("X-Amz-Meta", HeaderValue::from_bytes(b"\xFF").unwrap());
    let no_host = parts(Request::get("/path").header("x-amz-date", "old"), ());
    let long_ago = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let empty_token = CREDENTIALS.with_session_token("");
    let line_break = Credentials::new("AKIDEXAMPLE", "secret\n");
    let access_key = Credentials::new("AKID EXAMPLE", "secret");

    let invalid_value = SigningError::InvalidHeaderValue { name: "x-amz-meta".to_owned() };
    let invalid = |field| SigningError::InvalidCredentials { field };
    for (mut parts, credentials, time, expected) in [
        (not_text, CREDENTIALS, time(), invalid_value),
        (no_host, CREDENTIALS, time(), SigningError::MissingHost),
        (converse(), CREDENTIALS, long_ago, SigningError::TimeOutOfRange),
        (converse(), empty_token, time(), invalid("session token")),
        (converse(), line_break, time(), invalid("secret access key")),
        (converse(), access_key, time(), invalid("access key id")),
    ] {
        let before = (parts.uri.clone(), parts.headers.clone());
        assert_eq!(bedrock().sign(&mut parts, &PayloadHash::EMPTY, &credentials, time), Err(expected));
        assert_eq!((parts.uri, parts.headers), before);
    }
}

#[test]
fn values_that_are_not_text_may_be_sent_unsigned() {
    let mut parts = converse();
    parts.headers.insert("cookie", HeaderValue::from_bytes(b"\xFF").unwrap());
    assert!(bedrock().sign(&mut parts, &PayloadHash::EMPTY, &CREDENTIALS, time()).is_ok());
}

#[test]
fn scopes_and_expiries_are_checked() {
    for (region, service, field) in
        [("", "bedrock", "region"), ("us-east-1\n", "bedrock", "region"), ("us-east-1", "a/b", "service")]
    {
        let error = Signer::new(SigningSettings::new(region, service)).unwrap_err();
        assert!(matches!(error, SigningError::InvalidScope { field: wrong, .. } if wrong == field));
    }
    for seconds in [0, 604_801] {
        let expires = Duration::from_secs(seconds);
        assert_eq!(
            bedrock().presign(&converse(), &PayloadHash::EMPTY, &CREDENTIALS, time(), expires),
            Err(SigningError::InvalidExpiry { seconds })
        );
    }
    let long = parts(Request::get(format!("https://example.com/{}", "a".repeat(65_400))), ());
    assert_eq!(
        bedrock().presign(&long, &PayloadHash::EMPTY, &CREDENTIALS, time(), HOUR),
        Err(SigningError::InvalidUri)
    );
}

#[test]
fn a_signer_is_shared_between_threads() {
    let signer = bedrock();
    let signatures: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let signer = &signer;
                scope.spawn(move || {
                    let secret = format!("secret {thread}").replace(' ', "-");
                    let credentials = Credentials::new("AKIDEXAMPLE", &secret);
                    let sign =
                        || signer.sign(&mut converse(), &PayloadHash::EMPTY, &credentials, time()).unwrap();
                    let first = sign();
                    assert!((0..100).all(|_| sign() == first));
                    first.to_string()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(signatures.iter().all(|one| signatures.iter().filter(|other| *other == one).count() == 1));
}
