//! The identity that signs.

use std::fmt;

use crate::SigningError;

/// An AWS access key, borrowed for the time of one signature.
///
/// `Debug` shows the access key id, which is no secret, and neither of the other parts.
///
/// ```
/// use roo_sigv4::Credentials;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("token");
/// assert!(!format!("{credentials:?}").contains("secret,"));
/// ```
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// Long-term credentials: an access key id and its secret.
    #[must_use]
    pub const fn new(access_key_id: &'a str, secret_access_key: &'a str) -> Self {
        Self { access_key_id, secret_access_key, session_token: None }
    }

    /// The same with the session token that every set of temporary credentials comes with.
    #[must_use]
    pub const fn with_session_token(self, session_token: &'a str) -> Self {
        Self { session_token: Some(session_token), ..self }
    }

    pub(crate) fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    pub(crate) fn secret_access_key(&self) -> &'a str {
        self.secret_access_key
    }

    pub(crate) fn session_token(&self) -> Option<&'a str> {
        self.session_token
    }

    /// Catches here what AWS would only answer with a bare "signature does not match".
    pub(crate) fn check(&self) -> Result<(), SigningError> {
        let fields = [
            ("access key id", self.access_key_id),
            ("secret access key", self.secret_access_key),
            // None has nothing to check.
            ("session token", self.session_token.unwrap_or("-")),
        ];
        let wrong = fields.into_iter().find(|(_, value)| value.is_empty() || !is_graphic(value));
        wrong.map_or(Ok(()), |(field, _)| Err(SigningError::InvalidCredentials { field }))
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &"(redacted)")
            .field("session_token", &self.session_token.map(|_| "(redacted)"))
            .finish()
    }
}

/// Whether `text` is visible ASCII throughout.
fn is_graphic(text: &str) -> bool {
    // Without an early end, so that the compiler can look at many bytes at once: tokens are a thousand bytes long.
    text.bytes().fold(true, |so_far, byte| so_far & byte.is_ascii_graphic())
}
