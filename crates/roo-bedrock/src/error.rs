//! From what Bedrock says went wrong to an [`Error`]: one table for HTTP answers and for exceptions inside a stream, so
//! that the same throttle is the same error wherever it comes from.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use roo_core::{Error, ErrorKind};
use serde_json::{Map, Value};

use crate::PROVIDER;
use crate::model::{ModelId, ModelTable};

/// How much of an error body is read. AWS's are a few hundred bytes.
pub(crate) const MAX_ERROR_BODY_BYTES: usize = 64 * 1024;

/// How much of the service's own message is passed on, in bytes.
const MAX_MESSAGE_BYTES: usize = 2_000;

/// Where a call went, for the hints.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) model: &'a str,
    pub(crate) region: &'a str,
}

/// An answer of AWS that is an error, by the rules of
/// [restJson1](https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization).
pub(crate) fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8], place: Place<'_>) -> Error {
    let parsed = ErrorBody::parse(body);
    let code = header(headers, "x-amzn-errortype").or(parsed.code()).map(bare_code);
    let message = parsed.message().map(str::to_owned).unwrap_or_else(|| {
        let form = match header(headers, "content-type") {
            _ if body.is_empty() => "an empty body".to_owned(),
            Some(media_type) => format!("a body of type {media_type}"),
            None => "a body without a type".to_owned(),
        };
        format!("the answer was {status} with {form}")
    });
    let error = match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Error::new(ErrorKind::Connect, message)
            .with_status(status.as_u16())
            .with_retryable(false)
            .with_hint("The proxy wants a user name and a password: put them into the proxy variable."),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => {
            Error::new(ErrorKind::Protocol, message).with_status(status.as_u16()).with_hint(
                "The endpoint redirects, which a signed request cannot follow. Check the endpoint URL.",
            )
        }
        _ => service_error(code, Some(status.as_u16()), &message, place),
    };
    finish(error.with_provider(PROVIDER), headers)
}

/// A 200 whose body is not what was asked for: a proxy's page, or the answer of AWS to a path that it does not know.
pub(crate) fn from_wrong_content(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    wanted: &str,
    place: Place<'_>,
) -> Error {
    let parsed = ErrorBody::parse(body);
    let found = header(headers, "content-type").unwrap_or("without a content type");
    let said = parsed.message().map(|text| format!(": {}", shortened(text))).unwrap_or_default();
    let error = Error::new(ErrorKind::Protocol, format!("the answer is {found} instead of {wanted}{said}"))
        .with_provider(PROVIDER)
        .with_status(status.as_u16())
        .with_hint(format!(
            "Check that the endpoint is Bedrock Runtime in {} and that no proxy answers in its place.",
            place.region
        ));
    let error = match header(headers, "x-amzn-errortype").or(parsed.code()) {
        Some(code) => error.with_code(bare_code(code)),
        None => error,
    };
    finish(error, headers)
}

/// A success of the right type that could not be read: it may still say what went wrong.
pub(crate) fn from_unreadable(error: Error, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let error = match ErrorBody::parse(body).code() {
        Some(code) => error.with_code(bare_code(code)),
        None => error,
    };
    finish(error.with_status(status.as_u16()), headers)
}

/// Adds what the headers of every answer may have.
fn finish(mut error: Error, headers: &HeaderMap) -> Error {
    if let Some(request_id) = request_id(headers) {
        error = error.with_request_id(request_id);
    }
    match retry_after(headers) {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// An exception frame, or an exception that came under an event's name. `name` is the member of the union, such as
/// `throttlingException`.
pub(crate) fn from_exception(name: &str, payload: &[u8], place: Place<'_>) -> Error {
    let body = ErrorBody::parse(payload);
    let mut message = body.message().unwrap_or("the stream was ended by an exception").to_owned();
    if let Some(original) = body.string("originalMessage") {
        message = format!("{message} The model said: {original}");
    }
    if let Some(status) = body.member("originalStatusCode").find_map(Value::as_u64) {
        message = format!("{message} (status {status} of the model)");
    }
    service_error(Some(name), None, &message, place)
}

/// An `error` frame: an error that the service did not model.
pub(crate) fn from_error_frame(code: Option<&str>, message: Option<&str>, place: Place<'_>) -> Error {
    let error = service_error(code, None, message.unwrap_or("the stream was ended by an error"), place);
    let internal = code.is_some_and(|code| code.to_ascii_lowercase().contains("internal"));
    if internal { error.with_retryable(true) } else { error }
}

/// Whether an event's name is that of an exception, which some gateways deliver as an event.
pub(crate) fn is_exception_name(event_type: &str) -> bool {
    event_type.to_ascii_lowercase().ends_with("exception")
}

pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    header(headers, "x-amzn-requestid").or_else(|| header(headers, "x-amz-request-id"))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|value| !value.is_empty())
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let milliseconds = header(headers, "x-amz-retry-after").and_then(|value| value.parse().ok());
    milliseconds.map(Duration::from_millis).or_else(|| {
        header(headers, "retry-after").and_then(|value| value.parse().ok()).map(Duration::from_secs)
    })
}

/// The body of an error: a JSON object whose members AWS writes in upper and lower case. Only the top level counts, but
/// for the answer to a path that AWS does not know, which is one level down.
#[derive(Debug, Default)]
struct ErrorBody(Map<String, Value>);

impl ErrorBody {
    /// Empty for whatever is no JSON object: an HTML page, say. The status still tells something then.
    fn parse(body: &[u8]) -> Self {
        Self(serde_json::from_slice(body).unwrap_or_default())
    }

    fn member(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn string(&self, name: &str) -> Option<&str> {
        self.member(name).filter_map(Value::as_str).map(str::trim).find(|text| !text.is_empty())
    }

    fn code(&self) -> Option<&str> {
        let nested = || self.member("Output").find_map(|output| output.get("__type")?.as_str());
        self.string("code").or_else(|| self.string("__type")).or_else(nested)
    }

    fn message(&self) -> Option<&str> {
        self.string("message").or_else(|| self.string("errorMessage"))
    }
}

/// `com.amazon.coral#ValidationException:http://internal…` is `ValidationException`.
fn bare_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code)
}

fn upper_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// AWS's names for errors, each with its kind and the status that it stands for.
const KNOWN: &[(&str, ErrorKind, u16)] = &[
    ("AccessDeniedException", ErrorKind::AccessDenied, 403),
    ("AccessDenied", ErrorKind::AccessDenied, 403),
    ("OptInRequired", ErrorKind::AccessDenied, 403),
    ("UnrecognizedClientException", ErrorKind::Credentials, 403),
    ("InvalidSignatureException", ErrorKind::Credentials, 403),
    ("SignatureDoesNotMatch", ErrorKind::Credentials, 403),
    ("IncompleteSignatureException", ErrorKind::Credentials, 403),
    ("IncompleteSignature", ErrorKind::Credentials, 403),
    ("MissingAuthenticationTokenException", ErrorKind::Credentials, 403),
    ("MissingAuthenticationToken", ErrorKind::Credentials, 403),
    ("InvalidClientTokenId", ErrorKind::Credentials, 403),
    ("ExpiredTokenException", ErrorKind::Credentials, 403),
    ("ExpiredToken", ErrorKind::Credentials, 403),
    ("RequestExpired", ErrorKind::Credentials, 403),
    ("RequestTimeTooSkewed", ErrorKind::Credentials, 403),
    ("NotAuthorized", ErrorKind::Credentials, 403),
    ("ValidationException", ErrorKind::InvalidRequest, 400),
    ("ValidationError", ErrorKind::InvalidRequest, 400),
    ("SerializationException", ErrorKind::InvalidRequest, 400),
    ("ConflictException", ErrorKind::InvalidRequest, 400),
    ("ResourceNotFoundException", ErrorKind::ModelNotFound, 404),
    ("ModelNotReadyException", ErrorKind::ModelNotReady, 429),
    ("ThrottlingException", ErrorKind::Throttled, 429),
    ("Throttling", ErrorKind::Throttled, 429),
    ("ThrottledException", ErrorKind::Throttled, 429),
    ("RequestThrottledException", ErrorKind::Throttled, 429),
    ("RequestThrottled", ErrorKind::Throttled, 429),
    ("TooManyRequestsException", ErrorKind::Throttled, 429),
    ("ProvisionedThroughputExceededException", ErrorKind::Throttled, 429),
    ("TransactionInProgressException", ErrorKind::Throttled, 429),
    ("RequestLimitExceeded", ErrorKind::Throttled, 429),
    ("BandwidthLimitExceeded", ErrorKind::Throttled, 429),
    ("LimitExceededException", ErrorKind::Throttled, 429),
    ("SlowDown", ErrorKind::Throttled, 429),
    ("PriorRequestNotComplete", ErrorKind::Throttled, 429),
    ("EC2ThrottledException", ErrorKind::Throttled, 429),
    ("ServiceQuotaExceededException", ErrorKind::QuotaExceeded, 400),
    ("ServiceUnavailableException", ErrorKind::Overloaded, 503),
    ("ServiceUnavailable", ErrorKind::Overloaded, 503),
    ("InternalServerException", ErrorKind::ServerError, 500),
    ("InternalFailure", ErrorKind::ServerError, 500),
    ("InternalServerError", ErrorKind::ServerError, 500),
    ("InternalError", ErrorKind::ServerError, 500),
    ("ModelTimeoutException", ErrorKind::Timeout, 408),
    ("RequestTimeout", ErrorKind::Timeout, 408),
    ("RequestTimeoutException", ErrorKind::Timeout, 408),
    ("ModelErrorException", ErrorKind::ModelError, 424),
    ("ModelStreamErrorException", ErrorKind::ModelError, 424),
    ("UnknownOperationException", ErrorKind::Protocol, 404),
];

/// An error's name as AWS writes it in most places: streams write it with a small letter at the beginning.
fn canonical(code: &str) -> (String, Option<(ErrorKind, u16)>) {
    match KNOWN.iter().find(|(known, ..)| known.eq_ignore_ascii_case(code)) {
        Some((known, kind, status)) => ((*known).to_owned(), Some((*kind, *status))),
        None => (upper_first(code), None),
    }
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        100..=399 => ErrorKind::Protocol,
        401 => ErrorKind::Credentials,
        403 => ErrorKind::AccessDenied,
        404 => ErrorKind::ModelNotFound,
        408 => ErrorKind::Timeout,
        424 => ErrorKind::ModelError,
        429 => ErrorKind::Throttled,
        502 | 503 | 504 | 529 => ErrorKind::Overloaded,
        500..=599 => ErrorKind::ServerError,
        _ => ErrorKind::InvalidRequest,
    }
}

fn service_error(code: Option<&str>, status: Option<u16>, message: &str, place: Place<'_>) -> Error {
    let (code, known) = code.map(canonical).unzip();
    let (code, known) = (code.as_deref(), known.flatten());
    let kind = match (known, status) {
        (Some((kind, _)), _) => kind,
        (None, Some(status)) => by_status(status),
        // An exception that nobody has described ends the stream as a failure of the service would.
        (None, None) => ErrorKind::ServerError,
    };
    let kind = by_message(kind, message);
    let mut error = Error::new(kind, shortened(message)).with_provider(PROVIDER);
    if let Some(status) = status.or(known.map(|(_, status)| status)) {
        error = error.with_status(status);
    }
    if known.is_none() && status.is_none() {
        error = error.with_retryable(false);
    }
    // The model broke off in the middle of its answer; it may not do so again.
    if code == Some("ModelStreamErrorException") {
        error = error.with_retryable(true);
    }
    if let Some(code) = code {
        error = error.with_code(code);
    }
    match hint(kind, code, message, place) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// A refusal of many kinds comes as one exception; only its text tells them apart.
fn by_message(kind: ErrorKind, message: &str) -> ErrorKind {
    let text = message.to_ascii_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    match kind {
        ErrorKind::InvalidRequest
            if says(&[
                "too long for requested model",
                "prompt is too long",
                "context window",
                "context length",
                "exceed context limit",
                "maximum context",
                "too many input tokens",
            ]) =>
        {
            ErrorKind::ContextOverflow
        }
        ErrorKind::InvalidRequest if says(&["on-demand throughput", "model identifier is invalid"]) => {
            ErrorKind::ModelNotFound
        }
        ErrorKind::AccessDenied if says(&["api key", "security token included in the request"]) => {
            ErrorKind::Credentials
        }
        other => other,
    }
}

fn shortened(message: &str) -> String {
    if message.len() <= MAX_MESSAGE_BYTES {
        return message.to_owned();
    }
    let end = message.floor_char_boundary(MAX_MESSAGE_BYTES);
    format!("{}…", message.get(..end).unwrap_or_default())
}

fn hint(kind: ErrorKind, code: Option<&str>, message: &str, place: Place<'_>) -> Option<String> {
    let Place { model, region } = place;
    let text = message.to_ascii_lowercase();
    Some(match kind {
        ErrorKind::AccessDenied => format!(
            "Allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on {model} in IAM, and enable the \
             model in the Bedrock console of {region}."
        ),
        ErrorKind::Credentials if code.is_some_and(|code| code.starts_with("ExpiredToken")) => {
            "The session has expired: renew the credentials.".to_owned()
        }
        ErrorKind::Credentials if text.contains("expired") || text.contains("not yet current") => {
            "The clock of this machine is off by more than five minutes: set it.".to_owned()
        }
        ErrorKind::Credentials if text.contains("api key") => {
            "Check the Bedrock API key (AWS_BEARER_TOKEN_BEDROCK).".to_owned()
        }
        ErrorKind::Credentials if code == Some("UnrecognizedClientException") => {
            "AWS does not know these keys: check the access key id, and the session token if the keys are temporary."
                .to_owned()
        }
        ErrorKind::Credentials => "Check the secret access key and the region that the request was signed for.".to_owned(),
        ErrorKind::ModelNotFound if text.contains("on-demand throughput") => match profile(model, region) {
            Some(profile) => format!("{model} is called through an inference profile, such as {profile}."),
            None => format!("{model} is called through an inference profile of {region}: use the id or ARN of one."),
        },
        ErrorKind::ModelNotFound => {
            format!("Check the model id {model}, and that the model is offered and enabled in {region}.")
        }
        ErrorKind::ContextOverflow => "Shorten the conversation, or choose a model with a larger window.".to_owned(),
        ErrorKind::Throttled => "Wait before sending again, or ask for a higher quota in Service Quotas.".to_owned(),
        ErrorKind::QuotaExceeded => "Ask for a higher quota in Service Quotas.".to_owned(),
        _ => return None,
    })
}

/// The inference profile that serves a foundation model from a region: that of the table, or the likely one of a model
/// that the table does not know.
fn profile(model: &str, region: &str) -> Option<String> {
    let id = ModelId::parse(model);
    if id.base() != Some(model) {
        return None;
    }
    let facts = ModelTable::builtin().facts(&id);
    if facts.profiles.is_some() {
        return facts.profile_for(region);
    }
    let geography = match region.split('-').next().unwrap_or_default() {
        "eu" => "eu",
        "ap" => "apac",
        "us" if region.starts_with("us-gov-") => "us-gov",
        "us" if !region.starts_with("us-iso") => "us",
        _ => return None,
    };
    Some(format!("{geography}.{model}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { model: "anthropic.claude-x", region: "eu-west-1" };

    fn response(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Error {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)))
            .collect();
        from_response(StatusCode::from_u16(status).unwrap(), &headers, body.as_bytes(), PLACE)
    }

    #[test]
    fn the_code_comes_from_the_header_then_the_body() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("x-amzn-errortype", "FooError")], "{}"),
            (
                &[(
                    "x-amzn-errortype",
                    "FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/",
                )],
                "{}",
            ),
            (
                &[("x-amzn-errortype", "aws.protocoltests.restjson#FooError:http://internal.amazon.com/")],
                "{}",
            ),
            (&[], r#"{"code": "FooError"}"#),
            (&[], r#"{"Code": "aws.protocoltests.restjson#FooError"}"#),
            (&[], r#"{"code": "aws.protocoltests.restjson#FooError:http://internal.amazon.com/"}"#),
            (&[], r#"{"__type": "FooError"}"#),
            (&[], r#"{"__type": "aws.protocoltests.restjson#FooError:http://internal.amazon.com/"}"#),
            (&[("x-amzn-errortype", "FooError")], r#"{"__type": "Other", "code": "Other"}"#),
            (&[], r#"{"code": "FooError", "__type": "Other"}"#),
        ];
        for (headers, body) in cases {
            assert_eq!(response(500, headers, body).code(), Some("FooError"), "{headers:?} {body}");
        }
        let nested = response(500, &[], r#"{"inner": {"__type": "Nested"}, "message": "m"}"#);
        assert_eq!((nested.code(), nested.message()), (None, "m"));
    }

    #[test]
    fn odd_members_do_not_hide_the_others() {
        for body in [
            r#"{"__type":"ValidationException","message":"w","Message":"w"}"#,
            r#"{"__type":"ValidationException","Message":"w","message":null}"#,
            r#"{"code":400,"__type":"ValidationException","message":"w"}"#,
            r#"{"__type":"ValidationException","message":"w","Output":"odd"}"#,
            r#"{"CODE":"ValidationException","MESSAGE":"w"}"#,
            r#"{"code":"validationexception","message":" w "}"#,
        ] {
            let error = response(400, &[], body);
            assert_eq!((error.code(), error.message()), (Some("ValidationException"), "w"), "{body}");
        }
    }

    #[test]
    fn names_of_errors_are_known_in_any_case() {
        for name in
            ["throttlingException", "ThrottlingException", "throttlingexception", "THROTTLINGEXCEPTION"]
        {
            let frame = from_exception(name, br#"{"message":"m"}"#, PLACE);
            let error = from_error_frame(Some(name), Some("m"), PLACE);
            assert_eq!(
                (frame.kind(), frame.code()),
                (ErrorKind::Throttled, Some("ThrottlingException")),
                "{name}"
            );
            assert_eq!((error.kind(), error.code()), (frame.kind(), frame.code()), "{name}");
            assert!(is_exception_name(name));
        }
    }

    #[test]
    fn odd_statuses_are_what_they_are() {
        assert_eq!(response(204, &[], "").kind(), ErrorKind::Protocol);
        let not_modified = response(304, &[], "");
        assert_eq!((not_modified.kind(), not_modified.hint()), (ErrorKind::Protocol, None));
        let proxy = response(407, &[], "");
        assert!(proxy.kind() == ErrorKind::Connect && proxy.hint().unwrap().contains("proxy"), "{proxy}");
    }

    #[test]
    fn a_profile_is_only_advised_where_there_is_one() {
        assert_eq!(profile("anthropic.x", "eu-west-1").as_deref(), Some("eu.anthropic.x"));
        // Japan has a profile of its own for this model, and none of all Asia.
        let known = profile("anthropic.claude-sonnet-4-6", "ap-northeast-1");
        assert_eq!(known.as_deref(), Some("jp.anthropic.claude-sonnet-4-6"));
        for (model, region) in [
            ("us.anthropic.x", "us-east-1"),
            ("arn:aws:bedrock:us-east-1::foundation-model/anthropic.x", "us-east-1"),
            ("anthropic.x", "cn-north-1"),
            ("anthropic.x", "us-iso-east-1"),
        ] {
            assert_eq!(profile(model, region), None, "{model} {region}");
        }
    }

    #[test]
    fn a_body_that_is_no_json_is_told_by_its_status() {
        for (body, form) in
            [("", "an empty body"), ("<html><b>Bad Gateway</b></html>", "a body of type text/html")]
        {
            let error = response(502, &[("content-type", "text/html"), ("x-amzn-requestid", "r-1")], body);
            assert_eq!(
                (error.kind(), error.status(), error.request_id()),
                (ErrorKind::Overloaded, Some(502), Some("r-1"))
            );
            assert_eq!(error.message(), format!("the answer was 502 Bad Gateway with {form}"));
        }
    }

    #[test]
    fn a_throttle_is_the_same_as_an_answer_and_as_a_frame() {
        let answer =
            response(429, &[("x-amzn-errortype", "ThrottlingException")], r#"{"message":"Too many tokens"}"#);
        let frame = from_exception("throttlingException", br#"{"message":"Too many tokens"}"#, PLACE);
        assert_eq!(answer.to_string(), frame.to_string());
        assert_eq!((answer.kind(), answer.is_retryable()), (frame.kind(), frame.is_retryable()));
    }

    #[test]
    fn what_only_the_text_tells_has_its_own_kind() {
        let validation = |text: &str| from_exception("validationException", text.as_bytes(), PLACE);
        let long = validation(r#"{"message":"Input is too long for requested model."}"#);
        assert_eq!(long.kind(), ErrorKind::ContextOverflow);
        let profile = validation(
            r#"{"message":"Invocation of model ID x with on-demand throughput isn’t supported."}"#,
        );
        assert_eq!(profile.kind(), ErrorKind::ModelNotFound);
        assert!(profile.hint().unwrap().contains("eu.anthropic.claude-x"), "{profile}");
    }

    #[test]
    fn a_model_that_broke_off_tells_what_it_said_and_may_be_asked_again() {
        let payload = br#"{"message":"m","originalStatusCode":529,"originalMessage":"overloaded"}"#;
        let error = from_exception("modelStreamErrorException", payload, PLACE);
        assert_eq!(
            (error.kind(), error.status(), error.is_retryable()),
            (ErrorKind::ModelError, Some(424), true)
        );
        assert_eq!(error.message(), "m The model said: overloaded (status 529 of the model)");
    }

    #[test]
    fn a_huge_message_is_cut_at_a_letter() {
        let body = format!(r#"{{"message":"{}"}}"#, "é".repeat(5_000));
        let error = response(400, &[], &body);
        assert!(error.message().len() < 2_010 && error.message().ends_with('…'));
    }

    #[test]
    fn the_wait_that_the_service_asks_for_is_kept() {
        assert_eq!(response(429, &[("retry-after", "3")], "").retry_after(), Some(Duration::from_secs(3)));
        assert_eq!(
            response(429, &[("x-amz-retry-after", "1500")], "").retry_after(),
            Some(Duration::from_millis(1500))
        );
        assert_eq!(response(429, &[("retry-after", "soon")], "").retry_after(), None);
    }
}
