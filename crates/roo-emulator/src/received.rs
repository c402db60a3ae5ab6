//! What the emulator has received, for assertions.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

/// One request as it arrived, with what the emulator thinks of its signature.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// HTTP method.
    pub method: Method,
    /// Request target exactly as sent: path and query with their percent-escapes intact.
    pub target: String,
    /// Headers, names in lower case, repeated ones kept in order.
    pub headers: HeaderMap,
    /// Body bytes. Empty if the body was larger than the emulator stores (26 MB).
    pub body: Bytes,
    /// Whether the request was authentic.
    pub verdict: Verdict,
    /// The `x-amzn-RequestId` it was answered with.
    pub request_id: String,
}

impl ReceivedRequest {
    /// The path of the target, percent-escapes intact.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    /// The query of the target without its `?`, if it has one.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// The first value of a header, whatever the case of `name`; `None` if it is absent or not ASCII text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; `None` if it is not JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// What the emulator found out about the authenticity of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The Signature Version 4 signature is the one the emulator computed itself.
    Signed {
        /// Names of the signed headers, in the order of the `Authorization` header.
        signed_headers: Vec<String>,
    },
    /// The bearer key is the accepted one.
    Bearer,
    /// Not authentic. The request was answered with HTTP 403, unless a script or the route decided earlier.
    Refused {
        /// Error code, such as `InvalidSignatureException`.
        code: String,
        /// Message of the answer.
        message: String,
    },
}

impl Verdict {
    /// True for a valid signature or bearer key.
    pub fn is_authentic(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}
