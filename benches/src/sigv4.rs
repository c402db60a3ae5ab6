//! Signing one Converse request with a body of 2 KB: `roo-sigv4` against `aws-sigv4`.
//!
//! Both start from a request without signature headers and end with one that carries them, once with the body still
//! to be hashed and once, as on a retry, with its hash at hand. Each is used as it is meant to be: `roo-sigv4` keeps
//! the signing key from one signature to the next, for which `aws-sigv4` has no place.

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::request::Parts;

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const URL: &str = "https://bedrock-runtime.us-east-1.amazonaws.com\
                   /model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse";
const BODY_LENGTH: usize = 2048;
const ROUNDS: usize = 101;
const SIGNATURES_A_ROUND: u32 = 500;

/// Measures both in turns and prints the median times of one signature.
pub fn run() {
    let body = vec![b'x'; BODY_LENGTH];
    let hash = roo_sigv4::PayloadHash::sha256(&body);
    let hash_text = hash.as_str().to_owned();
    let (ours, theirs) = (Ours::new(), Theirs::new());
    compare(
        "sign a 2 KB Converse request",
        |request| ours.sign(request, &roo_sigv4::PayloadHash::sha256(&body)),
        |request| theirs.sign(request, SignableBody::Bytes(&body)),
    );
    compare(
        "sign it again, body hash known",
        |request| ours.sign(request, &hash),
        |request| theirs.sign(request, SignableBody::Precomputed(hash_text.clone())),
    );
}

struct Ours {
    signer: roo_sigv4::Signer,
}

impl Ours {
    fn new() -> Self {
        let settings = roo_sigv4::SigningSettings::new("us-east-1", "bedrock");
        Self { signer: roo_sigv4::Signer::new(settings).expect("the scope is a valid one") }
    }

    fn sign(&self, parts: &mut Parts, payload: &roo_sigv4::PayloadHash) {
        let credentials = roo_sigv4::Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        self.signer.sign(parts, payload, &credentials, time()).expect("the request can be signed");
    }
}

struct Theirs {
    identity: Identity,
}

impl Theirs {
    fn new() -> Self {
        let credentials =
            aws_credential_types::Credentials::from_keys(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None);
        Self { identity: credentials.into() }
    }

    fn sign(&self, parts: &mut Parts, body: SignableBody<'_>) {
        let params = v4::SigningParams::builder()
            .identity(&self.identity)
            .region("us-east-1")
            .name("bedrock")
            .time(time())
            .settings(SigningSettings::default())
            .build()
            .expect("all parameters are set")
            .into();
        let headers = parts.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().expect("values are ASCII")));
        let request = SignableRequest::new(parts.method.as_str(), parts.uri.to_string(), headers, body)
            .expect("the request can be signed");
        let output = aws_sigv4::http_request::sign(request, &params).expect("the request can be signed");
        // By hand, because theirs wants a whole request; it inserts the same headers.
        for header in output.into_parts().0.into_parts().0 {
            let mut value = http::HeaderValue::try_from(header.value()).expect("values are valid");
            value.set_sensitive(header.sensitive());
            parts.headers.insert(header.name(), value);
        }
    }
}

fn compare(name: &str, ours: impl Fn(&mut Parts), theirs: impl Fn(&mut Parts)) {
    let (mut one, mut other) = (request(), request());
    ours(&mut one);
    theirs(&mut other);
    assert_eq!(one.headers, other.headers, "both sides do the same work");

    let rounds = (0..ROUNDS).map(|_| (time_of(&ours), time_of(&theirs)));
    let (ours, theirs): (Vec<_>, Vec<_>) = rounds.unzip();
    crate::print_row(name, median(ours), median(theirs));
}

/// 2026-01-02T03:04:05Z
fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045)
}

fn request() -> Parts {
    let request = http::Request::post(URL).header("content-type", "application/json").body(());
    request.expect("the request is valid").into_parts().0
}

/// The time of one signature, over one round.
fn time_of(sign: &impl Fn(&mut Parts)) -> Duration {
    // Made beforehand, so that only signing is measured.
    let mut requests: Vec<_> = (0..SIGNATURES_A_ROUND).map(|_| request()).collect();
    let start = Instant::now();
    for request in &mut requests {
        sign(black_box(request));
    }
    let elapsed = start.elapsed();
    drop(black_box(requests));
    elapsed / SIGNATURES_A_ROUND
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
