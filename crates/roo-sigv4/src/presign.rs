//! Signing the query of a URL.

use std::time::{Duration, SystemTime};

use http::Uri;
use http::request::Parts;
use http::uri::PathAndQuery;

use crate::canonical::HeaderList;
use crate::date::Timestamp;
use crate::percent::push_encoded;
use crate::sign::{ALGORITHM, DATE_HEADER, Signed, Signer, TOKEN_HEADER};
use crate::{Credentials, PayloadHash, SessionToken, SignableRequest, SigningError};

/// Seven days.
const LONGEST_SECONDS: u64 = 604_800;

/// The parameters that make up a signature.
const PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// The URI of a request with its signature in the query.
pub(crate) fn uri(
    signer: &Signer,
    parts: &Parts,
    payload: &PayloadHash,
    credentials: &Credentials<'_>,
    time: SystemTime,
    expires: Duration,
) -> Result<Uri, SigningError> {
    let (_, query) = sign_query(signer, &parts.into(), payload, credentials, time, expires)?;
    let path_and_query = PathAndQuery::try_from([parts.uri.path(), "?", &query].concat());
    let mut uri = parts.uri.clone().into_parts();
    uri.path_and_query = Some(path_and_query.map_err(|_| SigningError::InvalidUri)?);
    Uri::from_parts(uri).map_err(|_| SigningError::InvalidUri)
}

/// A signature and the whole query that carries it.
pub(crate) fn sign_query(
    signer: &Signer,
    request: &SignableRequest<'_>,
    payload: &PayloadHash,
    credentials: &Credentials<'_>,
    time: SystemTime,
    expires: Duration,
) -> Result<(Signed, String), SigningError> {
    let seconds = expires.as_secs();
    if !(1..=LONGEST_SECONDS).contains(&seconds) {
        return Err(SigningError::InvalidExpiry { seconds });
    }
    let timestamp = Timestamp::new(time)?;
    // The query takes the place of these headers.
    let replaced = [&DATE_HEADER, &TOKEN_HEADER];
    let headers = HeaderList::new(request, signer.settings().signed_headers, &replaced, [])?;
    let mut names = Vec::new();
    headers.push_names(&mut names);

    let mut query = Query::without_signature(request.query.unwrap_or_default());
    query.push("X-Amz-Algorithm", ALGORITHM.as_bytes());
    query.push("X-Amz-Credential", signer.credential(credentials, &timestamp).as_bytes());
    query.push("X-Amz-Date", timestamp.date_time().as_bytes());
    query.push("X-Amz-SignedHeaders", &names);
    query.push("X-Amz-Expires", seconds.to_string().as_bytes());
    let token = credentials.session_token();
    if let (Some(token), SessionToken::Signed) = (token, signer.settings().session_token) {
        query.push("X-Amz-Security-Token", token.as_bytes());
    }
    let request = SignableRequest { query: Some(&query.0), ..*request };
    let signed = signer.seal(&request, &headers, payload, credentials, &timestamp)?;
    if let (Some(token), SessionToken::AddedAfter) = (token, signer.settings().session_token) {
        query.push("X-Amz-Security-Token", token.as_bytes());
    }
    query.push("X-Amz-Signature", signed.signature.as_str().as_bytes());
    Ok((signed, query.0))
}

/// A query string that grows.
struct Query(String);

impl Query {
    /// What is left of `query` without the parameters of a former signature.
    fn without_signature(query: &str) -> Self {
        let is_foreign = |parameter: &&str| {
            let name = parameter.split('=').next().unwrap_or_default();
            !PARAMETERS.contains(&name)
        };
        Self(query.split('&').filter(is_foreign).collect::<Vec<_>>().join("&"))
    }

    fn push(&mut self, name: &str, value: &[u8]) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        let mut encoded = Vec::with_capacity(value.len());
        push_encoded(&mut encoded, value);
        // Encoded text is ASCII.
        self.0.push_str(&String::from_utf8_lossy(&encoded));
    }
}
