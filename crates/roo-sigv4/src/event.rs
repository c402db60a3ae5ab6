//! Signing the messages of an event stream, each in a chain with the one before it.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::ascii::HexDigest;
use crate::date::Timestamp;
use crate::{Credentials, Signature, Signer, SigningError};

const ALGORITHM: &str = "AWS4-HMAC-SHA256-PAYLOAD";

/// Signs the messages of one event stream, made by [`Signer::events`].
///
/// Each message that is sent is wrapped into another with exactly two headers, in this order: `:date`, a timestamp, and
/// `:chunk-signature`, a byte array; its payload is the encoded message. The last one wraps nothing: its payload is
/// empty. A signature covers the one before it, so messages cannot be dropped, repeated or reordered.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use roo_sigv4::{Credentials, PayloadHash, SignedHeaders, Signer, SigningSettings};
///
/// let settings = SigningSettings::new("us-east-1", "demo")
///     .with_signed_headers(SignedHeaders::ALL)
///     .with_content_hash_header(true);
/// let signer = Signer::new(settings)?;
/// let credentials = Credentials::new("access", "secret");
/// let request = http::Request::post("https://demo.us-east-1.amazonaws.com/streaming")
///     .header("content-encoding", "application/vnd.amazon.eventstream")
///     .body(())?;
/// let (mut parts, ()) = request.into_parts();
/// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(348_474_600); // 1981-01-16T06:30:00Z
/// let signature = signer.sign(&mut parts, &PayloadHash::STREAMING_EVENTS, &credentials, time)?;
///
/// let mut events = signer.events(signature);
/// let first = events.sign(b"A", &credentials, time + Duration::from_secs(1))?;
/// assert_eq!(first.signature.as_str(), "7aabf85b765e6a4d0d500b6e968657b14726fa3e1eb7e839302728ffd77629a5");
/// assert_eq!(first.milliseconds, 348_474_601_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventSigner<'s> {
    signer: &'s Signer,
    prior: Signature,
}

/// What the headers of a signed message hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedEvent {
    /// For `:date`: milliseconds since 1970, a whole second.
    pub milliseconds: i64,
    /// For `:chunk-signature`, as [bytes](Signature::to_bytes).
    pub signature: Signature,
}

impl<'s> EventSigner<'s> {
    pub(crate) fn new(signer: &'s Signer, request: Signature) -> Self {
        Self { signer, prior: request }
    }

    /// Signs the next message: `payload` is that message as it is encoded, or nothing for the end of the stream.
    ///
    /// # Errors
    /// [`SigningError::InvalidCredentials`] and [`SigningError::TimeOutOfRange`]. After an error the chain is as it was.
    pub fn sign(
        &mut self,
        payload: &[u8],
        credentials: &Credentials<'_>,
        time: SystemTime,
    ) -> Result<SignedEvent, SigningError> {
        credentials.check()?;
        let timestamp = Timestamp::new(time)?;
        let milliseconds = whole_seconds(time)?.checked_mul(1_000).ok_or(SigningError::TimeOutOfRange)?;
        let string_to_sign = [
            ALGORITHM.as_bytes(),
            b"\n",
            timestamp.date_time().as_bytes(),
            b"\n",
            timestamp.date().as_bytes(),
            self.signer.scope().as_bytes(),
            b"\n",
            self.prior.as_str().as_bytes(),
            b"\n",
            hash(&date_header(milliseconds)).as_bytes(),
            b"\n",
            hash(payload).as_bytes(),
        ]
        .concat();
        let signature = self.signer.seal_text(&string_to_sign, credentials, &timestamp);
        self.prior = signature;
        Ok(SignedEvent { milliseconds, signature })
    }
}

fn whole_seconds(time: SystemTime) -> Result<i64, SigningError> {
    let since_epoch = time.duration_since(UNIX_EPOCH).map_err(|_| SigningError::TimeOutOfRange)?;
    i64::try_from(since_epoch.as_secs()).map_err(|_| SigningError::TimeOutOfRange)
}

/// The header `:date` as it is encoded: the length of its name, the name, the type, the value.
fn date_header(milliseconds: i64) -> [u8; 15] {
    let [a, b, c, d, e, f, g, h] = milliseconds.to_be_bytes();
    [5, b':', b'd', b'a', b't', b'e', 8, a, b, c, d, e, f, g, h]
}

fn hash(bytes: &[u8]) -> HexDigest {
    HexDigest::new(&Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_hashed_as_it_is_encoded() {
        // The value that AWS's signer for Rust has in its own test, for 1973-11-29T21:33:09Z.
        let expected = "0c0e3b3bf66b59b976181bd7d401927bbd624107303c713fd1e5f3d3c8dd1b1e";
        assert_eq!(hash(&date_header(123_456_789_000)).as_str(), expected);
    }
}
