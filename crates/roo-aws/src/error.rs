//! What was tried, and how that reads in an error.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};

use aws_credential_types::provider::error::CredentialsError;
use roo_core::{Error, ErrorKind};

/// One place that was asked, and why it had nothing to give. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    source: String,
    outcome: String,
}

impl Attempt {
    pub(crate) fn new(source: impl Into<String>, outcome: impl Into<String>) -> Self {
        Self { source: source.into(), outcome: outcome.into() }
    }

    /// The place, down to the variable or the file.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Why it had nothing to give.
    pub fn outcome(&self) -> &str {
        &self.outcome
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.source, self.outcome)
    }
}

/// A summary line, then one line for each attempt.
pub(crate) fn listing(summary: &str, attempts: &[Attempt]) -> String {
    attempts.iter().fold(format!("{summary}."), |mut text, attempt| {
        // Writing into a `String` cannot fail. The outcome may have been a sentence already.
        let _ = write!(text, "\n  {}.", attempt.to_string().trim_end_matches('.'));
        text
    })
}

/// A setting is wrong.
pub(crate) fn config(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}

/// Why a source failed. `CredentialsError` itself says only which variant it is; the reason is in its causes.
pub(crate) fn reason(error: &CredentialsError) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        // Many errors repeat their cause in their own text.
        if !text.contains(&part) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&part);
        }
        cause = error.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_has_one_line_for_each_attempt() {
        let attempts = [Attempt::new("AWS_REGION", "not set"), Attempt::new("files", "Nothing there.")];
        assert_eq!(
            listing("no region", &attempts),
            "no region.\n  AWS_REGION: not set.\n  files: Nothing there."
        );
    }

    #[test]
    fn the_reason_is_in_the_causes_and_said_once() {
        let inner = Error::new(ErrorKind::Config, "a: b").with_source(std::io::Error::other("b"));
        assert_eq!(reason(&CredentialsError::provider_error(inner)), "a: b");
        let bare = CredentialsError::not_loaded_no_source();
        assert_eq!(reason(&bare), bare.to_string());
    }
}
