use std::fmt;

use serde::{Deserialize, Serialize};

/// Something that was changed in a request so that the provider takes it, or that was odd about an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// What happened.
    pub kind: WarningKind,
    /// The place in the request, as a JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)) such as
    /// `/messages/2/content/0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What was done and why, without the text of the prompt.
    pub message: String,
}

impl Warning {
    /// A warning about the whole request or answer.
    pub fn new(kind: WarningKind, message: impl Into<String>) -> Self {
        Self { kind, pointer: None, message: message.into() }
    }

    /// Names the place in the request.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pointer {
            Some(pointer) => write!(f, "{pointer}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What a [`Warning`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WarningKind {
    /// Something was left out.
    Dropped,
    /// Several things became one.
    Merged,
    /// Something went to another place.
    Moved,
    /// A name or id was replaced.
    Renamed,
    /// A value was replaced.
    Changed,
    /// Something was put in.
    Added,
    /// The provider answered in a way it should not.
    Unexpected,
}
