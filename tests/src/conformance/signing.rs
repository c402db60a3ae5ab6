//! AWS's own signing test suite, and requests to Amazon Bedrock as botocore signs them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use roo_sigv4::{
    Credentials, Explanation, PayloadHash, SessionToken, SignableRequest, SignedHeaders, Signer,
    SigningSettings,
};
use serde::Deserialize;

use super::Suite;

pub(super) fn run(root: &Path) -> Vec<Suite> {
    vec![
        suite("SigV4 signing suite", &root.join("suites/aws-signing/v4"), run_official),
        suite("event-stream signing", &root.join("eventstream-signing.json"), run_events),
        suite("Bedrock signed captures", &root.join("bedrock-sigv4-vectors.json"), run_captures),
    ]
}

/// The suite that `run` fills from `path`; one that cannot be read at all has one failure.
fn suite(name: &'static str, path: &Path, run: fn(&Path, &mut Suite) -> Result<(), String>) -> Suite {
    let mut suite = Suite::new(name);
    if let Err(why) = run(path, &mut suite) {
        suite.record(&path.display().to_string(), Err(why));
    }
    suite
}

/// `context.json` of a case of the official suite.
#[derive(Deserialize)]
struct Context {
    credentials: Keys,
    expiration_in_seconds: u64,
    normalize: bool,
    region: String,
    service: String,
    sign_body: bool,
    timestamp: String,
    #[serde(default)]
    omit_session_token: bool,
}

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
}

impl Keys {
    fn credentials(&self) -> Credentials<'_> {
        let credentials = Credentials::new(&self.access_key_id, &self.secret_access_key);
        self.token.as_deref().map_or(credentials, |token| credentials.with_session_token(token))
    }
}

fn run_official(folder: &Path, suite: &mut Suite) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|why| why.to_string())?;
    let mut cases: Vec<PathBuf> = entries
        .map(|entry| Ok(entry.map_err(|why| why.to_string())?.path()))
        .collect::<Result<_, String>>()?;
    cases.sort();
    for folder in cases {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        suite.record(
            &format!("{name} (header)"),
            Case::read(&folder).and_then(|case| case.check_header_form()),
        );
        suite
            .record(&format!("{name} (query)"), Case::read(&folder).and_then(|case| case.check_query_form()));
    }
    Ok(())
}

/// One folder of the official suite.
struct Case {
    folder: PathBuf,
    context: Context,
    request: RawRequest,
    time: SystemTime,
    payload: PayloadHash,
}

impl Case {
    fn read(folder: &Path) -> Result<Self, String> {
        let context: Context =
            serde_json::from_str(&read(folder, "context.json")?).map_err(|why| why.to_string())?;
        let request = RawRequest::parse(&read(folder, "request.txt")?)?;
        let time = parse_time(&context.timestamp)?;
        // With `sign_body` off, the suite wants the hash of nothing even where there is a body.
        let payload =
            if context.sign_body { PayloadHash::sha256(request.body.as_bytes()) } else { PayloadHash::EMPTY };
        Ok(Self { folder: folder.to_owned(), context, request, time, payload })
    }

    fn signer(&self) -> Result<Signer, String> {
        let token =
            if self.context.omit_session_token { SessionToken::AddedAfter } else { SessionToken::Signed };
        let settings = SigningSettings::new(&self.context.region, &self.context.service)
            .with_signed_headers(SignedHeaders::AllExcept(&[]))
            .with_normalized_path(self.context.normalize)
            .with_content_hash_header(self.context.sign_body)
            .with_session_token(token);
        Signer::new(settings).map_err(|why| why.to_string())
    }

    fn check_header_form(&self) -> Result<(), String> {
        let (signer, credentials) = (self.signer()?, self.context.credentials.credentials());
        let explanation = signer
            .explain(&self.request.signable(), &self.payload, &credentials, self.time)
            .map_err(|why| why.to_string())?;
        self.compare("header", &explanation)?;

        // The signed request too, where it can exist at all.
        let Some(mut parts) = self.request.parts() else { return Ok(()) };
        signer.sign(&mut parts, &self.payload, &credentials, self.time).map_err(|why| why.to_string())?;
        let expected = RawRequest::parse(&read(&self.folder, "header-signed-request.txt")?)?;
        if parts.headers == expected.headers { Ok(()) } else { Err("the signed request differs".to_owned()) }
    }

    fn check_query_form(&self) -> Result<(), String> {
        let (signer, credentials) = (self.signer()?, self.context.credentials.credentials());
        let expires = Duration::from_secs(self.context.expiration_in_seconds);
        let explanation = signer
            .explain_presigned(&self.request.signable(), &self.payload, &credentials, self.time, expires)
            .map_err(|why| why.to_string())?;
        self.compare("query", &explanation)?;

        let Some(parts) = self.request.parts() else { return Ok(()) };
        let uri = signer
            .presign(&parts, &self.payload, &credentials, self.time, expires)
            .map_err(|why| why.to_string())?;
        let expected = RawRequest::parse(&read(&self.folder, "query-signed-request.txt")?)?;
        same("signed URL", &uri.to_string(), &expected.target)
    }

    fn compare(&self, form: &str, explanation: &Explanation) -> Result<(), String> {
        let expected = |what: &str| read(&self.folder, &format!("{form}-{what}.txt"));
        same("canonical request", &explanation.canonical_request, &expected("canonical-request")?)?;
        same("string to sign", &explanation.string_to_sign, &expected("string-to-sign")?)?;
        same("signature", explanation.signature.as_str(), &expected("signature")?)
    }
}

/// A request as it is written in the suite, which no HTTP library would accept in all cases.
struct RawRequest {
    method: String,
    target: String,
    headers: HeaderMap,
    body: String,
}

impl RawRequest {
    fn parse(text: &str) -> Result<Self, String> {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end_matches('\n'), ""));
        // A line that starts with a space continues the one before.
        let head = head.lines().fold(String::new(), |mut head, line| {
            if !head.is_empty() && !line.starts_with(' ') {
                head.push('\n');
            }
            head + line
        });
        let mut lines = head.lines();
        let request_line = lines.next().unwrap_or_default();
        // The target itself may hold spaces.
        let (method, rest) = request_line.split_once(' ').ok_or("no method")?;
        let (target, _version) = rest.rsplit_once(' ').ok_or("no HTTP version")?;
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(':').ok_or_else(|| format!("no header: {line}"))?;
            let name = HeaderName::try_from(name).map_err(|why| why.to_string())?;
            headers.append(name, HeaderValue::try_from(value).map_err(|why| why.to_string())?);
        }
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers, body: body.to_owned() })
    }

    fn signable(&self) -> SignableRequest<'_> {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target.as_str(), None),
        };
        SignableRequest { method: &self.method, host: "", path, query, headers: &self.headers }
    }

    /// The same request for an HTTP library; `None` if its target is not a URI.
    fn parts(&self) -> Option<http::request::Parts> {
        let uri = Uri::try_from(&self.target).ok()?;
        let (mut parts, ()) =
            http::Request::builder().method(self.method.as_str()).uri(uri).body(()).ok()?.into_parts();
        parts.headers = self.headers.clone();
        Some(parts)
    }
}

/// `bedrock-sigv4-vectors.json`.
#[derive(Deserialize)]
struct Captures {
    timestamp: String,
    credentials: Keys,
    service: String,
    cases: Vec<Capture>,
}

#[derive(Deserialize)]
struct Capture {
    name: String,
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
    #[serde(flatten)]
    signed: Option<SignedCapture>,
}

impl Capture {
    fn is_bearer(&self) -> bool {
        self.headers.get("Authorization").is_some_and(|value| value.starts_with("Bearer "))
    }
}

#[derive(Deserialize)]
struct SignedCapture {
    canonical_request: String,
    string_to_sign: String,
    signature: String,
}

fn run_captures(file: &Path, suite: &mut Suite) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|why| why.to_string())?;
    let captures: Captures = serde_json::from_str(&text).map_err(|why| why.to_string())?;
    let time = parse_time(&captures.timestamp)?;
    for capture in &captures.cases {
        match &capture.signed {
            Some(expected) => suite.record(&capture.name, check_capture(&captures, capture, expected, time)),
            None if capture.is_bearer() => suite.skip(&capture.name, "sent with a bearer token, not signed"),
            None => suite.record(&capture.name, Err("the capture holds no signature".to_owned())),
        }
    }
    Ok(())
}

fn check_capture(
    captures: &Captures,
    capture: &Capture,
    expected: &SignedCapture,
    time: SystemTime,
) -> Result<(), String> {
    // The third line of a string to sign is the scope: date/region/service/aws4_request.
    let region = expected.string_to_sign.lines().nth(2).and_then(|scope| scope.split('/').nth(1));
    let settings = SigningSettings::new(region.ok_or("no scope")?, &captures.service);
    let signer = Signer::new(settings).map_err(|why| why.to_string())?;

    // All headers of the capture are there, its signature included: the signer has to choose and to replace.
    let mut builder = http::Request::builder().method(capture.method.as_str()).uri(&capture.url);
    for (name, value) in &capture.headers {
        builder = builder.header(name, value);
    }
    let (mut parts, ()) = builder.body(()).map_err(|why| why.to_string())?.into_parts();
    let before = parts.headers.clone();
    let payload = PayloadHash::sha256(capture.body.as_bytes());
    let token = capture.headers.get("X-Amz-Security-Token");
    let credentials = captures.credentials.credentials();
    let credentials = token.map_or(credentials, |token| credentials.with_session_token(token));

    let explanation =
        signer.explain(&(&parts).into(), &payload, &credentials, time).map_err(|why| why.to_string())?;
    same("canonical request", &explanation.canonical_request, &expected.canonical_request)?;
    same("string to sign", &explanation.string_to_sign, &expected.string_to_sign)?;
    same("signature", explanation.signature.as_str(), &expected.signature)?;
    signer.sign(&mut parts, &payload, &credentials, time).map_err(|why| why.to_string())?;
    if parts.headers == before { Ok(()) } else { Err("the signed request differs".to_owned()) }
}

/// A request whose body is an event stream, and its messages.
#[derive(Deserialize)]
struct EventSigning {
    credentials: Keys,
    region: String,
    service: String,
    request: EventRequest,
    events: Vec<SignedMessage>,
}

#[derive(Deserialize)]
struct EventRequest {
    path: String,
    timestamp: String,
    headers: BTreeMap<String, String>,
    signature: String,
}

#[derive(Deserialize)]
struct SignedMessage {
    timestamp: String,
    payload: String,
    signature: String,
}

fn run_events(path: &Path, suite: &mut Suite) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|why| why.to_string())?;
    let file: EventSigning = serde_json::from_str(&text).map_err(|why| why.to_string())?;
    let settings = SigningSettings::new(&file.region, &file.service)
        .with_signed_headers(SignedHeaders::ALL)
        .with_content_hash_header(true);
    let signer = Signer::new(settings).map_err(|why| why.to_string())?;
    let host = file.request.headers.get("host").map(String::as_str).unwrap_or_default();
    let mut request = http::Request::post(format!("https://{host}{}", file.request.path));
    for (name, value) in file.request.headers.iter().filter(|(name, _)| *name != "host") {
        request = request.header(name, value);
    }
    let (mut parts, ()) = request.body(()).map_err(|why| why.to_string())?.into_parts();
    let credentials = file.credentials.credentials();
    let time = parse_time(&file.request.timestamp)?;
    let signature = signer
        .sign(&mut parts, &PayloadHash::STREAMING_EVENTS, &credentials, time)
        .map_err(|why| why.to_string())?;
    suite.record("the request", same("signature", signature.as_str(), &file.request.signature));
    let mut events = signer.events(signature);
    for SignedMessage { timestamp, payload, signature } in &file.events {
        let signed = events.sign(payload.as_bytes(), &credentials, parse_time(timestamp)?);
        let signed = signed.map_err(|why| why.to_string())?.signature;
        let bytes: String = signed.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let outcome =
            same("signature", signed.as_str(), signature).and_then(|()| same("bytes", &bytes, signature));
        suite.record(&format!("the message {payload:?}"), outcome);
    }
    Ok(())
}

fn read(folder: &Path, file: &str) -> Result<String, String> {
    fs::read_to_string(folder.join(file)).map_err(|why| format!("{file}: {why}"))
}

fn same(what: &str, ours: &str, expected: &str) -> Result<(), String> {
    if ours == expected { Ok(()) } else { Err(format!("{what}: {ours:?}, not {expected:?}")) }
}

/// The time of `yyyyMMddTHHmmssZ`, also with `-` and `:` between the fields.
fn parse_time(text: &str) -> Result<SystemTime, String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let field = |from: usize, to: usize| -> Result<u64, String> {
        digits.get(from..to).and_then(|field| field.parse().ok()).ok_or_else(|| format!("not a time: {text}"))
    };
    let (year, month, day) = (field(0, 4)?, field(4, 6)?, field(6, 8)?);
    // Days before a date, counted in years that begin in March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    let seconds = days * 86_400 + field(8, 10)? * 3600 + field(10, 12)? * 60 + field(12, 14)?;
    Ok(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}
