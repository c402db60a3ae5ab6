//! AWS Signature Version 4, without IO.
//!
//! A [`Signer`] turns a request, the hash of its body, credentials and a time into a signature. It opens no
//! connection, reads no clock, no file and no environment: whatever it needs is handed to it, so the same input
//! gives the same signature everywhere. It follows
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use roo_sigv4::{Credentials, PayloadHash, Signer, SigningSettings};
//!
//! let signer = Signer::new(SigningSettings::new("us-east-1", "bedrock"))?;
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
//!
//! let body = r#"{"messages": [{"role": "user", "content": [{"text": "hi"}]}]}"#;
//! let url = "https://bedrock-runtime.us-east-1.amazonaws.com\
//!            /model/anthropic.claude-3-5-sonnet-20241022-v2%3A0/converse";
//! let request = http::Request::post(url).header("content-type", "application/json").body(body)?;
//!
//! let (mut parts, body) = request.into_parts();
//! // Once a request: a retry signs again with a new time, but its body has not changed.
//! let payload = PayloadHash::sha256(body.as_bytes());
//! let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045); // 2026-01-02T03:04:05Z
//! let signature = signer.sign(&mut parts, &payload, &credentials, time)?;
//!
//! assert_eq!(signature.as_str(), "0e373caf873cb15984d06cafd1282ee9c0cfa42f903125340c376dfacf9df6ba");
//! assert_eq!(parts.headers["x-amz-date"], "20260102T030405Z");
//! assert!(parts.headers["authorization"].is_sensitive());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The defaults are those of most AWS services, Amazon Bedrock among them. Amazon S3 differs in all of
//! [`SigningSettings::with_path_encoding`], [`SigningSettings::with_normalized_path`] and
//! [`SigningSettings::with_content_hash_header`].

mod ascii;
mod canonical;
mod credentials;
mod date;
mod error;
mod event;
mod key;
mod payload;
mod percent;
mod presign;
mod request;
mod settings;
mod sign;
#[cfg(test)]
mod tests;

pub use credentials::Credentials;
pub use error::SigningError;
pub use event::{EventSigner, SignedEvent};
pub use payload::PayloadHash;
pub use request::SignableRequest;
pub use settings::{PathEncoding, SessionToken, SignedHeaders, SigningSettings};
pub use sign::{Explanation, Signature, Signer};
