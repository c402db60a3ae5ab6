//! Where a value came from.

use std::fmt;
use std::path::PathBuf;

/// A value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// The place that decided it.
    pub origin: Origin,
}

impl<T> Found<T> {
    pub(crate) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// The place that decided a value. `Display` names it so that a human finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The program that built the [`AwsConfig`](crate::AwsConfig).
    Code,
    /// The environment variable of this name.
    Variable(String),
    /// A line in one of the two profile files.
    #[non_exhaustive]
    File {
        /// The key as it is documented, in lower case.
        key: String,
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// Nobody chose; this is how AWS names its endpoints, or the name of the profile that is used by default.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("code"),
            Self::Variable(name) => f.write_str(name),
            Self::File { key, path, line } => write!(f, "`{key}` in {}, line {line}", path.display()),
            Self::Default => f.write_str("the default"),
        }
    }
}
