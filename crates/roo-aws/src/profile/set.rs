//! What the two files say, merged.

use std::collections::BTreeMap;
use std::fmt;

/// One of the two files. The config file holds settings and may hold keys; the credentials file wins where both have
/// the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileFile {
    /// `~/.aws/config`
    Config,
    /// `~/.aws/credentials`
    Credentials,
}

impl fmt::Display for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "config file",
            Self::Credentials => "credentials file",
        })
    }
}

/// All sections of both files, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileSet {
    pub(super) profiles: BTreeMap<String, Section>,
    pub(super) sso_sessions: BTreeMap<String, Section>,
    pub(super) services: BTreeMap<String, Section>,
}

impl ProfileSet {
    /// The profile called `name`.
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// The section `[sso-session name]`.
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// The section `[services name]`.
    pub fn services(&self, name: &str) -> Option<&Section> {
        self.services.get(name)
    }

    /// Every profile and its name, sorted.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.profiles.iter().map(|(name, section)| (name.as_str(), section))
    }

    /// Every `[sso-session]` and its name, sorted.
    pub fn sso_sessions(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.sso_sessions.iter().map(|(name, section)| (name.as_str(), section))
    }
}

/// The properties of one profile, SSO session or group of services. Keys are in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    pub(super) properties: BTreeMap<String, Property>,
}

impl Section {
    /// The value of `key`, which may be empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.property(key).map(Property::value)
    }

    /// The value of `key` and where it is written.
    pub fn property(&self, key: &str) -> Option<&Property> {
        self.properties.get(key)
    }

    /// Every property and its key, sorted.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Property)> {
        self.properties.iter().map(|(key, property)| (key.as_str(), property))
    }
}

/// A value and where it is written. `Debug` does not show the value: it may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Property {
    pub(super) value: String,
    pub(super) file: ProfileFile,
    pub(super) line: usize,
}

impl Property {
    /// The value. Continued lines are joined with `\n`; sub-properties are one `\nname = value` each.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The file that it is in.
    pub fn file(&self) -> ProfileFile {
        self.file
    }

    /// Its line in that file, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The sub-property called `name`, whatever its case.
    pub(crate) fn sub_property(&self, name: &str) -> Option<&str> {
        // Sub-properties begin on a line of their own, and the last of a name counts.
        let lines = self.value.strip_prefix('\n')?.lines();
        lines
            .filter_map(|line| line.split_once('='))
            .filter(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .next_back()
    }
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Property").field("file", &self.file).field("line", &self.line).finish_non_exhaustive()
    }
}
