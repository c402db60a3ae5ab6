//! What can go wrong, and what to do about it.

/// Why a request could not be signed.
///
/// No variant carries a secret: texts that come from credentials or header values are never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The region or the service of the scope cannot be part of a signature.
    #[error(
        "{value:?} is not a {field} that can be signed for: use letters, digits, `-`, `_` and `.` only, as in \
         `us-east-1`"
    )]
    InvalidScope {
        /// `region` or `service`.
        field: &'static str,
        /// What was given.
        value: String,
    },
    /// A part of the credentials cannot be one that AWS issued.
    #[error(
        "the {field} is empty or holds white space, a control character or something that is not ASCII: check \
         where it is read from (a trailing line break is the usual cause)"
    )]
    InvalidCredentials {
        /// `access key id`, `secret access key` or `session token`.
        field: &'static str,
    },
    /// Nothing says which host the request goes to.
    #[error("the request names no host: use an absolute URL or set a `host` header")]
    MissingHost,
    /// The value of a header that is to be signed is not text.
    #[error(
        "the value of the header `{name}` is not UTF-8, so it cannot be signed: encode it, or leave the header \
         out of the signature"
    )]
    InvalidHeaderValue {
        /// The header, in lower case.
        name: String,
    },
    /// The header map has no room for the headers that carry the signature.
    #[error("the request has too many headers to add those of the signature: send fewer")]
    TooManyHeaders,
    /// The time cannot be written with the four digits of a year that SigV4 allows.
    #[error("the signing time is outside the years 1970 to 9999: check the system clock")]
    TimeOutOfRange,
    /// A pre-signed URL cannot live for so long, or for so short.
    #[error("a pre-signed URL lives for 1 to 604800 seconds (seven days), not for {seconds}")]
    InvalidExpiry {
        /// The duration asked for, in whole seconds.
        seconds: u64,
    },
    /// The URL with its signature is not a valid URI, in practice because it is too long.
    #[error("the pre-signed URL is not a valid URI: it may not exceed 65534 bytes with its signature")]
    InvalidUri,
}
