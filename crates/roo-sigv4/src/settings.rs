//! What a service wants of its signatures.

use crate::SigningError;

/// How often the path of the canonical request is percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PathEncoding {
    /// Encode the path once more than it is on the wire: `%3A` becomes `%253A`. All services but Amazon S3.
    #[default]
    Double,
    /// Take the path as it is on the wire. Amazon S3.
    Single,
}

/// What becomes of the session token of temporary credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SessionToken {
    /// It is part of what is signed. Nearly all services.
    #[default]
    Signed,
    /// It is added to the request after signing, as AWS IoT wants it.
    AddedAfter,
}

/// Which headers of the request are part of the signature.
///
/// Whatever the choice, `host` and the headers that the signer adds itself are signed, and `authorization` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SignedHeaders {
    /// `host`, `content-type`, `accept` and all of `x-amz-*` and `x-amzn-*` but `x-amzn-trace-id`.
    ///
    /// These are what the service acts upon, and no proxy or tracing layer on the way to it changes them.
    #[default]
    Essential,
    /// All headers but those listed, whose names are compared without regard to case.
    AllExcept(&'static [&'static str]),
}

impl SignedHeaders {
    /// All headers but those that intermediaries and HTTP clients add, change or drop after signing.
    pub const ALL: Self = Self::AllExcept(&[
        "baggage",
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    ]);

    /// Whether the header called `name`, in lower case, is to be signed.
    pub(crate) fn includes(self, name: &str) -> bool {
        match self {
            Self::Essential => match name {
                "host" | "content-type" | "accept" => true,
                "x-amzn-trace-id" => false,
                _ => name.starts_with("x-amz-") || name.starts_with("x-amzn-"),
            },
            Self::AllExcept(excluded) => {
                name == "host" || !excluded.iter().any(|other| other.eq_ignore_ascii_case(name))
            }
        }
    }
}

/// The region and the service a signature is valid for, and the rules that this service follows.
///
/// ```
/// use roo_sigv4::{PathEncoding, SigningSettings};
///
/// let bedrock = SigningSettings::new("eu-central-1", "bedrock");
/// let s3 = SigningSettings::new("eu-central-1", "s3")
///     .with_path_encoding(PathEncoding::Single)
///     .with_normalized_path(false)
///     .with_content_hash_header(true);
/// assert_ne!(bedrock, s3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSettings {
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) path_encoding: PathEncoding,
    pub(crate) normalize_path: bool,
    pub(crate) session_token: SessionToken,
    pub(crate) signed_headers: SignedHeaders,
    pub(crate) content_hash_header: bool,
}

impl SigningSettings {
    /// The rules of most services, for one region and the signing name of one service.
    ///
    /// The signing name is not always part of the host name: it is `bedrock` for `bedrock-runtime.*` too.
    #[must_use]
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self {
            region: region.into(),
            service: service.into(),
            path_encoding: PathEncoding::default(),
            normalize_path: true,
            session_token: SessionToken::default(),
            signed_headers: SignedHeaders::default(),
            content_hash_header: false,
        }
    }

    /// How often the path is encoded; [`PathEncoding::Double`] unless told.
    #[must_use]
    pub fn with_path_encoding(self, path_encoding: PathEncoding) -> Self {
        Self { path_encoding, ..self }
    }

    /// Whether dot segments and doubled slashes are removed from the path that is signed; they are unless told.
    /// The path that is sent stays as it is.
    #[must_use]
    pub fn with_normalized_path(self, normalize_path: bool) -> Self {
        Self { normalize_path, ..self }
    }

    /// What becomes of a session token; [`SessionToken::Signed`] unless told.
    #[must_use]
    pub fn with_session_token(self, session_token: SessionToken) -> Self {
        Self { session_token, ..self }
    }

    /// Which headers are signed; [`SignedHeaders::Essential`] unless told.
    #[must_use]
    pub fn with_signed_headers(self, signed_headers: SignedHeaders) -> Self {
        Self { signed_headers, ..self }
    }

    /// Whether signed requests carry the hash of their body in `x-amz-content-sha256`, as Amazon S3 demands; they
    /// do not unless told. Pre-signed URLs never do.
    #[must_use]
    pub fn with_content_hash_header(self, content_hash_header: bool) -> Self {
        Self { content_hash_header, ..self }
    }

    /// The region signatures are valid for.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The signing name of the service signatures are valid for.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Refuses a scope whose text would change the shape of what is signed around it.
    pub(crate) fn check(&self) -> Result<(), SigningError> {
        for (field, value) in [("region", &self.region), ("service", &self.service)] {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if value.is_empty() || !value.bytes().all(is_plain) {
                return Err(SigningError::InvalidScope { field, value: value.clone() });
            }
        }
        Ok(())
    }
}
