//! Authentication: the signature is recomputed with AWS's own signer, and refusals use AWS's words.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::{HeaderMap, StatusCode, header};

use crate::clock::{amz_date, parse_amz_date};
use crate::error::ServiceError;
use crate::received::Verdict;

mod authorization;

use authorization::Authorization;

/// The name of the service in the credential scope, for the runtime and the control plane alike.
const SIGNING_NAME: &str = "bedrock";
/// How far the date of a signature may lie from the clock of the service.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);
/// What the service appends to the code of an error that comes from its front door.
const ERROR_TYPE_SUFFIX: &str = ":http://internal.amazon.com/coral/com.amazon.coral.service/";

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check \
     your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const UNKNOWN_TOKEN: &str = "The security token included in the request is invalid.";

/// The identities the emulator knows, and its region.
#[derive(Clone)]
pub(crate) struct Identities {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) bearer_token: String,
    pub(crate) region: String,
}

/// The parts of a request that its signature covers, as they were sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedParts<'a> {
    pub(crate) method: &'a str,
    /// Path and query with their percent-escapes intact.
    pub(crate) target: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Why a request is not authentic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalCode {
    AccessDenied,
    IncompleteSignature,
    InvalidSignature,
    MissingAuthenticationToken,
    UnrecognizedClient,
}

impl RefusalCode {
    fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "AccessDeniedException",
            Self::IncompleteSignature => "IncompleteSignatureException",
            Self::InvalidSignature => "InvalidSignatureException",
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::UnrecognizedClient => "UnrecognizedClientException",
        }
    }
}

/// A refusal before it is an answer.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: RefusalCode,
    message: String,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(RefusalCode::InvalidSignature, message)
    }

    pub(crate) fn incomplete(message: impl Into<String>) -> Self {
        Self::new(RefusalCode::IncompleteSignature, message)
    }

    fn unrecognized() -> Self {
        Self::new(RefusalCode::UnrecognizedClient, UNKNOWN_TOKEN)
    }
}

/// The answer to a request that is not authentic; `None` if it is.
pub(crate) fn refusal_error(verdict: &Verdict) -> Option<ServiceError> {
    let Verdict::Refused { code, message } = verdict else { return None };
    Some(ServiceError::new(StatusCode::FORBIDDEN, &format!("{code}{ERROR_TYPE_SUFFIX}"), message))
}

/// Decides whether a request comes from one of the known identities.
pub(crate) fn verify(identities: &Identities, now: SystemTime, parts: SignedParts<'_>) -> Verdict {
    match verified(identities, now, parts) {
        Ok(verdict) => verdict,
        Err(Refusal { code, message }) => Verdict::Refused { code: code.name().to_owned(), message },
    }
}

fn verified(identities: &Identities, now: SystemTime, parts: SignedParts<'_>) -> Result<Verdict, Refusal> {
    let missing = || Refusal::new(RefusalCode::MissingAuthenticationToken, "Missing Authentication Token");
    let value = parts.headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let value = value.to_str().map_err(|_| missing())?.trim();
    if value.is_empty() {
        return Err(missing());
    }
    if let Some(token) = value.strip_prefix("Bearer ") {
        return if same(token.trim().as_bytes(), identities.bearer_token.as_bytes()) {
            Ok(Verdict::Bearer)
        } else {
            let message = "Authentication failed: Please make sure your API Key is valid.";
            Err(Refusal::new(RefusalCode::AccessDenied, message))
        };
    }
    verify_signature(identities, now, parts, &Authorization::parse(value)?)
}

fn verify_signature(
    identities: &Identities,
    now: SystemTime,
    parts: SignedParts<'_>,
    authorization: &Authorization<'_>,
) -> Result<Verdict, Refusal> {
    let date_text = header_text(parts.headers, "x-amz-date").ok_or_else(|| {
        Refusal::incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        )
    })?;
    let date = parse_amz_date(date_text).ok_or_else(|| {
        Refusal::incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date_text}'. See \
             http://en.wikipedia.org/wiki/ISO_8601"
        ))
    })?;
    check_identity(identities, parts.headers, authorization)?;
    check_scope(identities, date_text, authorization)?;
    check_signed_headers(parts.headers, authorization)?;
    check_freshness(date, now)?;
    if !same(
        expected_signature(identities, date, parts, authorization)?.as_bytes(),
        authorization.signature.as_bytes(),
    ) {
        return Err(Refusal::invalid(MISMATCH));
    }
    Ok(Verdict::Signed {
        signed_headers: authorization.signed_headers.iter().map(|&name| name.to_owned()).collect(),
    })
}

fn check_identity(
    identities: &Identities,
    headers: &HeaderMap,
    authorization: &Authorization<'_>,
) -> Result<(), Refusal> {
    let known_token = identities.session_token.as_deref();
    let token = header_text(headers, "x-amz-security-token");
    if authorization.access_key_id == identities.access_key_id && token == known_token {
        Ok(())
    } else {
        Err(Refusal::unrecognized())
    }
}

fn check_scope(
    identities: &Identities,
    date_text: &str,
    authorization: &Authorization<'_>,
) -> Result<(), Refusal> {
    if authorization.terminator != "aws4_request" {
        return Err(Refusal::invalid("Credential should be scoped with a valid terminator: 'aws4_request'."));
    }
    if authorization.region != identities.region {
        return Err(Refusal::invalid("Credential should be scoped to a valid region."));
    }
    if authorization.service != SIGNING_NAME {
        return Err(Refusal::invalid(format!(
            "Credential should be scoped to correct service: '{SIGNING_NAME}'."
        )));
    }
    let day = date_text.get(..8).unwrap_or_default();
    if authorization.date != day {
        return Err(Refusal::invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{}' != '{day}', from '{date_text}'.",
            authorization.date
        )));
    }
    Ok(())
}

/// `Host` and everything under `X-Amz-` must be signed, whatever else is.
fn check_signed_headers(headers: &HeaderMap, authorization: &Authorization<'_>) -> Result<(), Refusal> {
    let is_signed = |name: &str| authorization.signed_headers.contains(&name);
    if !is_signed("host") {
        return Err(Refusal::invalid(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    let unsigned =
        headers.keys().find(|name| name.as_str().starts_with("x-amz-") && !is_signed(name.as_str()));
    match unsigned {
        Some(name) => {
            Err(Refusal::invalid(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")))
        }
        None => Ok(()),
    }
}

fn check_freshness(date: SystemTime, now: SystemTime) -> Result<(), Refusal> {
    // The wire has whole seconds; so has the comparison, or the last second of the tolerance would be lost.
    let (signed, current) = (amz_date(date), amz_date(now));
    let (oldest, newest) = (amz_date(now - TOLERANCE), amz_date(now + TOLERANCE));
    if signed < oldest {
        return Err(Refusal::invalid(format!(
            "Signature expired: {signed} is now earlier than {oldest} ({current} - 5 min.)"
        )));
    }
    if signed > newest {
        return Err(Refusal::invalid(format!(
            "Signature not yet current: {signed} is still later than {newest} ({current} + 5 min.)"
        )));
    }
    Ok(())
}

/// The signature AWS's signer makes of what was received.
fn expected_signature(
    identities: &Identities,
    date: SystemTime,
    parts: SignedParts<'_>,
    authorization: &Authorization<'_>,
) -> Result<String, Refusal> {
    // The signer adds these two itself, from the date and the identity, which have been checked already.
    let added_by_signer = ["x-amz-date", "x-amz-security-token"];
    let mut headers = Vec::new();
    for &name in authorization.signed_headers.iter().filter(|name| !added_by_signer.contains(name)) {
        for value in parts.headers.get_all(name) {
            headers.push((name, value.to_str().map_err(|_| Refusal::invalid(MISMATCH))?));
        }
    }
    let identity = Credentials::from_keys(
        &identities.access_key_id,
        &identities.secret_access_key,
        identities.session_token.clone(),
    )
    .into();
    let mut settings = SigningSettings::default();
    // The client decides what is signed: exactly the headers it lists, even those an AWS client would leave
    // out.
    settings.excluded_headers = None;
    let cannot_sign = |_| Refusal::invalid(MISMATCH);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&identities.region)
        .name(SIGNING_NAME)
        .time(date)
        .settings(settings)
        .build()
        .map_err(|_| Refusal::invalid(MISMATCH))?
        .into();
    // The authority only completes the address: the `Host` that counts is the signed header.
    let uri = format!("http://localhost{}", parts.target);
    let signable =
        SignableRequest::new(parts.method, uri, headers.into_iter(), SignableBody::Bytes(parts.body))
            .map_err(cannot_sign)?;
    Ok(sign(signable, &params).map_err(cannot_sign)?.into_parts().1)
}

fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// Compares without stopping at the first difference, so that the time taken tells nothing about the secret.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}
