//! Signing the headers of a request.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use crate::ascii::HexDigest;
use crate::canonical::{CanonicalRequest, HeaderList};
use crate::date::Timestamp;
use crate::key::KeyCache;
use crate::{
    Credentials, EventSigner, PayloadHash, SessionToken, SignableRequest, SigningError, SigningSettings,
};

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(crate) static DATE_HEADER: HeaderName = HeaderName::from_static("x-amz-date");
pub(crate) static TOKEN_HEADER: HeaderName = HeaderName::from_static("x-amz-security-token");
static CONTENT_HASH_HEADER: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Signs requests to one service in one region.
///
/// Make one and keep it: it remembers the keys that it derived, at most 16, each for one secret and day. It is
/// `Send` and `Sync`, so threads share it behind a reference.
///
/// It follows <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>; see the
/// [crate] for an example.
#[derive(Debug)]
pub struct Signer {
    settings: SigningSettings,
    /// `/region/service/aws4_request`: what follows the date in every credential scope.
    scope: String,
    keys: KeyCache,
}

impl Signer {
    /// A signer with these settings, which has not derived any key yet.
    ///
    /// # Errors
    /// [`SigningError::InvalidScope`] if the region or the service is empty or holds anything but ASCII letters,
    /// digits, `-`, `_` and `.`.
    pub fn new(settings: SigningSettings) -> Result<Self, SigningError> {
        settings.check()?;
        let scope = format!("/{}/{}/aws4_request", settings.region, settings.service);
        Ok(Self { settings, scope, keys: KeyCache::new() })
    }

    /// The settings that it was made with.
    #[must_use]
    pub fn settings(&self) -> &SigningSettings {
        &self.settings
    }

    /// Signs a request by its headers.
    ///
    /// Sets `x-amz-date`, `authorization` and, where the credentials and settings ask for them,
    /// `x-amz-security-token` and `x-amz-content-sha256`. Headers of these names that are already there, as on a
    /// retry, are replaced; a token that the credentials do not have is removed. Nothing else changes. The host is
    /// signed but no `host` header is added: that is left to the HTTP client.
    ///
    /// `time` is written to the second; AWS refuses a signature that is more than five minutes off its own clock.
    ///
    /// # Errors
    /// [`SigningError::InvalidCredentials`], [`SigningError::MissingHost`], [`SigningError::InvalidHeaderValue`],
    /// [`SigningError::TimeOutOfRange`] and [`SigningError::TooManyHeaders`]. After an error the request is as it
    /// was before.
    pub fn sign(
        &self,
        parts: &mut Parts,
        payload: &PayloadHash,
        credentials: &Credentials<'_>,
        time: SystemTime,
    ) -> Result<Signature, SigningError> {
        let timestamp = Timestamp::new(time)?;
        let signed = self.sign_headers(&(&*parts).into(), payload, credentials, &timestamp)?;

        // All that can fail comes before the first change.
        let date = header_value(timestamp.date_time().as_bytes().to_vec(), &DATE_HEADER)?;
        let authorization =
            sensitive(header_value(self.authorization(&signed, credentials, &timestamp), &AUTHORIZATION)?);
        let token = (credentials.session_token())
            .map(|token| header_value(token.as_bytes().to_vec(), &TOKEN_HEADER).map(sensitive))
            .transpose()?;
        let content_hash = (self.settings.content_hash_header)
            .then(|| header_value(payload.as_bytes().to_vec(), &CONTENT_HASH_HEADER))
            .transpose()?;
        parts.headers.try_reserve(4).map_err(|_| SigningError::TooManyHeaders)?;

        parts.headers.insert(&DATE_HEADER, date);
        parts.headers.insert(AUTHORIZATION, authorization);
        match token {
            Some(token) => parts.headers.insert(&TOKEN_HEADER, token),
            None => parts.headers.remove(&TOKEN_HEADER),
        };
        if let Some(content_hash) = content_hash {
            parts.headers.insert(&CONTENT_HASH_HEADER, content_hash);
        }
        Ok(signed.signature)
    }

    /// What [`Signer::sign`] would sign and how, to compare with the texts that AWS quotes when it refuses a
    /// signature.
    ///
    /// # Errors
    /// Those of [`Signer::sign`].
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use http::HeaderMap;
    /// use roo_sigv4::{Credentials, PayloadHash, SignableRequest, Signer, SigningSettings};
    ///
    /// let signer = Signer::new(SigningSettings::new("us-east-1", "service"))?;
    /// let request = SignableRequest {
    ///     method: "GET",
    ///     host: "example.amazonaws.com",
    ///     path: "/example space/",
    ///     query: None,
    ///     headers: &HeaderMap::new(),
    /// };
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    /// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// let explanation = signer.explain(&request, &PayloadHash::EMPTY, &credentials, time)?;
    /// assert!(explanation.canonical_request.starts_with("GET\n/example%20space/\n"));
    /// # Ok::<(), roo_sigv4::SigningError>(())
    /// ```
    pub fn explain(
        &self,
        request: &SignableRequest<'_>,
        payload: &PayloadHash,
        credentials: &Credentials<'_>,
        time: SystemTime,
    ) -> Result<Explanation, SigningError> {
        Ok(self.sign_headers(request, payload, credentials, &Timestamp::new(time)?)?.into())
    }

    /// Makes a URL that carries its own signature, for whoever holds it to use once or many times until it expires.
    ///
    /// The signature covers the headers of `parts` that the settings choose, so whoever uses the URL must send them
    /// unchanged. A former signature does not count: its parameters in the query are replaced, and its headers are not
    /// signed. `expires` is counted in whole seconds from `time`, 1 to 604800 (seven days).
    ///
    /// Treat the URL as a secret: it holds the session token, and it is all that is needed to send the request.
    ///
    /// # Errors
    /// Those of [`Signer::sign`], [`SigningError::InvalidExpiry`] and [`SigningError::InvalidUri`].
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use roo_sigv4::{Credentials, PayloadHash, Signer, SigningSettings};
    ///
    /// let signer = Signer::new(SigningSettings::new("us-east-1", "service"))?;
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    /// let (parts, ()) = http::Request::get("https://example.amazonaws.com/").body(())?.into_parts();
    /// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// let hour = Duration::from_secs(3600);
    /// let url = signer.presign(&parts, &PayloadHash::EMPTY, &credentials, time, hour)?;
    /// let signature = "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
    /// assert!(url.to_string().ends_with(signature));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign(
        &self,
        parts: &Parts,
        payload: &PayloadHash,
        credentials: &Credentials<'_>,
        time: SystemTime,
        expires: Duration,
    ) -> Result<http::Uri, SigningError> {
        crate::presign::uri(self, parts, payload, credentials, time, expires)
    }

    /// What [`Signer::presign`] would sign and how.
    ///
    /// # Errors
    /// Those of [`Signer::presign`].
    pub fn explain_presigned(
        &self,
        request: &SignableRequest<'_>,
        payload: &PayloadHash,
        credentials: &Credentials<'_>,
        time: SystemTime,
        expires: Duration,
    ) -> Result<Explanation, SigningError> {
        let (signed, _) = crate::presign::sign_query(self, request, payload, credentials, time, expires)?;
        Ok(signed.into())
    }

    fn sign_headers(
        &self,
        request: &SignableRequest<'_>,
        payload: &PayloadHash,
        credentials: &Credentials<'_>,
        timestamp: &Timestamp,
    ) -> Result<Signed, SigningError> {
        let token = match self.settings.session_token {
            SessionToken::Signed => credentials.session_token(),
            SessionToken::AddedAfter => None,
        };
        let content_hash = self.settings.content_hash_header.then_some(payload);
        let added = [
            Some((DATE_HEADER.as_str(), timestamp.date_time().as_bytes())),
            token.map(|token| (TOKEN_HEADER.as_str(), token.as_bytes())),
            content_hash.map(|hash| (CONTENT_HASH_HEADER.as_str(), hash.as_bytes())),
        ];
        let replaced: &[&HeaderName] = match content_hash {
            Some(_) => &[&DATE_HEADER, &TOKEN_HEADER, &CONTENT_HASH_HEADER],
            None => &[&DATE_HEADER, &TOKEN_HEADER],
        };
        let headers =
            HeaderList::new(request, self.settings.signed_headers, replaced, added.into_iter().flatten())?;
        self.seal(request, &headers, payload, credentials, timestamp)
    }

    /// The one place where a signature is made.
    pub(crate) fn seal(
        &self,
        request: &SignableRequest<'_>,
        headers: &HeaderList<'_>,
        payload: &PayloadHash,
        credentials: &Credentials<'_>,
        timestamp: &Timestamp,
    ) -> Result<Signed, SigningError> {
        credentials.check()?;
        let canonical_request = CanonicalRequest::new(request, headers, payload, &self.settings)?;
        let digest = HexDigest::new(&Sha256::digest(canonical_request.as_bytes()).into());
        let string_to_sign = [
            ALGORITHM.as_bytes(),
            b"\n",
            timestamp.date_time().as_bytes(),
            b"\n",
            timestamp.date().as_bytes(),
            self.scope.as_bytes(),
            b"\n",
            digest.as_bytes(),
        ]
        .concat();
        let signature = self.seal_text(&string_to_sign, credentials, timestamp);
        Ok(Signed { canonical_request, string_to_sign, signature })
    }

    /// The signature of a string to sign.
    pub(crate) fn seal_text(
        &self,
        text: &[u8],
        credentials: &Credentials<'_>,
        timestamp: &Timestamp,
    ) -> Signature {
        let SigningSettings { region, service, .. } = &self.settings;
        let key = self.keys.get(credentials.secret_access_key(), timestamp.date(), region, service);
        Signature(key.sign(text))
    }

    /// `/region/service/aws4_request`.
    pub(crate) fn scope(&self) -> &str {
        &self.scope
    }

    /// Signs the messages of an event stream whose request has this signature. The request itself is signed with
    /// [`PayloadHash::STREAMING_EVENTS`] or, by some of AWS's clients, with [`PayloadHash::EMPTY`].
    pub fn events(&self, request: Signature) -> EventSigner<'_> {
        EventSigner::new(self, request)
    }

    /// `access key id/date/region/service/aws4_request`.
    pub(crate) fn credential(&self, credentials: &Credentials<'_>, timestamp: &Timestamp) -> String {
        [credentials.access_key_id(), "/", timestamp.date().as_str(), &self.scope].concat()
    }

    fn authorization(
        &self,
        signed: &Signed,
        credentials: &Credentials<'_>,
        timestamp: &Timestamp,
    ) -> Vec<u8> {
        [
            ALGORITHM.as_bytes(),
            b" Credential=",
            credentials.access_key_id().as_bytes(),
            b"/",
            timestamp.date().as_bytes(),
            self.scope.as_bytes(),
            b", SignedHeaders=",
            signed.canonical_request.signed_headers(),
            b", Signature=",
            signed.signature.0.as_bytes(),
        ]
        .concat()
    }
}

/// `value` as that of the header `name`.
fn header_value(value: Vec<u8>, name: &HeaderName) -> Result<HeaderValue, SigningError> {
    HeaderValue::try_from(value).map_err(|_| SigningError::InvalidHeaderValue { name: name.to_string() })
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

/// A signature and all that led to it.
pub(crate) struct Signed {
    canonical_request: CanonicalRequest,
    string_to_sign: Vec<u8>,
    pub(crate) signature: Signature,
}

/// The texts behind a signature, as AWS names them.
///
/// The canonical request holds the session token if that is signed; `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The request in the one spelling that both sides hash.
    pub canonical_request: String,
    /// The time, the scope and the hash of the canonical request.
    pub string_to_sign: String,
    /// What comes of the string to sign under the signing key.
    pub signature: Signature,
}

impl From<Signed> for Explanation {
    fn from(signed: Signed) -> Self {
        // Both are UTF-8 already, so nothing is lost.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            canonical_request: text(signed.canonical_request.as_bytes()),
            string_to_sign: text(&signed.string_to_sign),
            signature: signed.signature,
        }
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("string_to_sign", &self.string_to_sign)
            .field("signature", &self.signature)
            .finish_non_exhaustive()
    }
}

/// A signature: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(HexDigest);

impl Signature {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The bytes that the digits spell, as event streams carry them.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(self.0.as_bytes().as_chunks::<2>().0) {
            *byte = pair.iter().fold(0, |value, digit| value << 4 | digit_value(*digit));
        }
        bytes
    }
}

/// The value of a lower-case hexadecimal digit.
fn digit_value(digit: u8) -> u8 {
    if digit.is_ascii_digit() { digit - b'0' } else { digit.wrapping_sub(b'a' - 10) }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signature").field(&self.as_str()).finish()
    }
}
