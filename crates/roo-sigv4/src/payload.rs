//! What a signature says about the body.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::ascii::{Ascii, HexDigest};

/// The last line of a canonical request: the SHA-256 of the body, or a literal that stands for a body whose hash
/// is not known when the request is signed.
///
/// Compute it once a request and keep it: hashing is most of the work of a signature, and every attempt of a retry
/// sends the same bytes.
///
/// ```
/// use roo_sigv4::PayloadHash;
///
/// assert_eq!(PayloadHash::sha256(b""), PayloadHash::EMPTY);
/// assert_eq!(PayloadHash::UNSIGNED.as_str(), "UNSIGNED-PAYLOAD");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PayloadHash(Kind);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Digest(HexDigest),
    Literal(&'static str),
}

impl PayloadHash {
    /// The hash of a body of zero bytes.
    pub const EMPTY: Self =
        Self(Kind::Digest(Ascii(*b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));

    /// `UNSIGNED-PAYLOAD`: the signature does not cover the body. For Amazon S3, never for Amazon Bedrock.
    pub const UNSIGNED: Self = Self::literal("UNSIGNED-PAYLOAD");

    /// `STREAMING-AWS4-HMAC-SHA256-EVENTS`: the body is an event stream whose messages are signed one by one, the
    /// first with the signature of the request as its predecessor.
    pub const STREAMING_EVENTS: Self = Self::literal("STREAMING-AWS4-HMAC-SHA256-EVENTS");

    /// The SHA-256 of `body`, which must be the bytes that are sent, exactly.
    #[must_use]
    pub fn sha256(body: &[u8]) -> Self {
        Self::from_digest(&Sha256::digest(body).into())
    }

    /// A SHA-256 that was computed elsewhere, as for a body that is read in pieces.
    #[must_use]
    pub fn from_digest(digest: &[u8; 32]) -> Self {
        Self(Kind::Digest(HexDigest::new(digest)))
    }

    /// Any other literal that a service defines in the place of a hash.
    #[must_use]
    pub const fn literal(text: &'static str) -> Self {
        Self(Kind::Literal(text))
    }

    /// The text as it stands in the canonical request: 64 lower-case hexadecimal digits, or the literal.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Kind::Digest(digest) => digest.as_str(),
            Kind::Literal(text) => text,
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Kind::Digest(digest) => digest.as_bytes(),
            Kind::Literal(text) => text.as_bytes(),
        }
    }
}

impl fmt::Debug for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PayloadHash").field(&self.as_str()).finish()
    }
}
