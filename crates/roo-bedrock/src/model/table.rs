//! All models that are known, found by what a caller names them by.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::LazyLock;
use std::{fmt, fs};

use roo_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use super::facts::ModelFacts;
use super::id::ModelId;
use super::rules;

/// The table that is compiled in: one model a line, sorted by id. It holds what price lists and manuals say about a
/// model and nothing that follows from a rule, so that a newer list can take its place.
const BUILTIN: &str = include_str!("../../data/models.json");

/// What is known about the models of Bedrock.
///
/// The table that is compiled in ages. A file, a text or single facts take its place at run time:
///
/// ```
/// use roo_bedrock::{ModelId, ModelTable};
///
/// let table = ModelTable::builtin()
///     .clone()
///     // What an opaque name stands for is known to its owner only.
///     .with_alias(
///         "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123def456",
///         "anthropic.claude-sonnet-4-6",
///     );
/// let id = ModelId::parse(
///     "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123def456",
/// );
/// assert_eq!(table.facts(&id).context_window, Some(1_000_000));
/// // Nothing is known about this one, and it can be called all the same.
/// assert_eq!(table.facts(&ModelId::parse("newcomer.model-1")).context_window, None);
/// ```
#[derive(Clone, Default)]
pub struct ModelTable {
    source: Option<String>,
    as_of: Option<String>,
    models: BTreeMap<String, ModelFacts>,
    /// From what a caller writes to what the table has.
    aliases: BTreeMap<String, String>,
}

/// A table as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    as_of: Option<String>,
    models: Vec<ModelFacts>,
}

impl ModelTable {
    /// No models: only the rules for families apply.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The table that is compiled in, read once.
    ///
    /// It is read without failing, which a test proves at each build. If it failed all the same, the table would be
    /// empty and [`source`](Self::source) would say why: the models can still be called.
    pub fn builtin() -> &'static Self {
        static TABLE: LazyLock<ModelTable> = LazyLock::new(|| {
            ModelTable::from_json(BUILTIN)
                .unwrap_or_else(|error| ModelTable { source: Some(error.to_string()), ..ModelTable::empty() })
        });
        &TABLE
    }

    /// Reads a table in the form of the one that is compiled in: an object with `source`, `as_of` (both optional) and
    /// `models`, a list of [`ModelFacts`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if it is not such an object, has a member that is not known, or names a model twice; the
    /// message says where.
    pub fn from_json(json: &str) -> Result<Self> {
        let file: TableFile = serde_json::from_str(json).map_err(|error| {
            invalid(format!("the table of models is not valid: {error}")).with_source(error)
        })?;
        let mut table = Self { source: file.source, as_of: file.as_of, ..Self::empty() };
        for facts in file.models {
            if facts.id.trim().is_empty() {
                return Err(invalid("the table of models has a model without an id"));
            }
            let (key, facts) = completed(facts);
            match table.models.entry(key) {
                Entry::Vacant(entry) => {
                    entry.insert(facts);
                }
                Entry::Occupied(entry) => {
                    return Err(invalid(format!("the table of models has {} twice", entry.key())));
                }
            }
        }
        Ok(table)
    }

    /// Reads a table from a file, as [`from_json`](Self::from_json) reads it from a text. This blocks on the disk.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], with the path, if the file cannot be read or is not a table.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let json = fs::read_to_string(path).map_err(|error| {
            invalid(format!("{}: the table of models cannot be read: {error}", path.display()))
                .with_source(error)
        })?;
        Self::from_json(&json)
            .map_err(|error| invalid(format!("{}: {}", path.display(), error.message())).with_source(error))
    }

    /// Adds a model, or puts these facts in place of what was known about it. What they leave open follows from the
    /// rules for its family, not from the facts that were there before.
    #[must_use]
    pub fn with_model(mut self, facts: ModelFacts) -> Self {
        let (key, facts) = completed(facts);
        self.models.insert(key, facts);
        self
    }

    /// Says what a name stands for that does not tell it: an application inference profile, a provisioned or imported
    /// model, a prompt. The name counts exactly as it is written in requests; `base` is a model in any form that
    /// [`ModelId`] resolves.
    #[must_use]
    pub fn with_alias(mut self, id_or_arn: impl Into<String>, base: &str) -> Self {
        let base = ModelId::parse(base).base().unwrap_or(base).to_owned();
        self.aliases.insert(id_or_arn.into(), base);
        self
    }

    /// What is known about a model. Of one that is not in the table, what follows from its vendor and family is known,
    /// or only its id.
    pub fn facts(&self, id: &ModelId) -> Cow<'_, ModelFacts> {
        let base = match self.aliases.get(id.as_str()) {
            Some(base) => base,
            None => id.base().unwrap_or(id.as_str()),
        };
        self.find(base).unwrap_or_else(|| {
            let mut facts = ModelFacts::new(base);
            rules::complete(&mut facts);
            Cow::Owned(facts)
        })
    }

    /// All models, sorted by id.
    pub fn models(&self) -> impl ExactSizeIterator<Item = &ModelFacts> {
        self.models.values()
    }

    /// Where the facts come from; `None` if the table does not say.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// The month or the day on which they were collected, as `YYYY-MM` or `YYYY-MM-DD`; `None` if the table does not
    /// say.
    pub fn as_of(&self) -> Option<&str> {
        self.as_of.as_deref()
    }

    fn find(&self, base: &str) -> Option<Cow<'_, ModelFacts>> {
        if let Some(facts) = self.models.get(base) {
            return Some(Cow::Borrowed(facts));
        }
        match base.rsplit_once(':') {
            // ARNs of custom models leave the revision out.
            None => self.models.get(&format!("{base}:0")).map(Cow::Borrowed),
            // Provisioned throughput has ids of its own for smaller context windows: `amazon.nova-pro-v1:0:24k`.
            Some((model, variant)) => {
                let facts = self.models.get(model)?;
                Some(match thousands(variant) {
                    None => Cow::Borrowed(facts),
                    window => Cow::Owned(ModelFacts { context_window: window, ..facts.clone() }),
                })
            }
        }
    }
}

impl fmt::Debug for ModelTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelTable")
            .field("source", &self.source)
            .field("as_of", &self.as_of)
            .field("models", &self.models.len())
            .field("aliases", &self.aliases)
            .finish()
    }
}

/// The facts with all that follows from them, and the name under which they are found.
fn completed(mut facts: ModelFacts) -> (String, ModelFacts) {
    if let Some(base) = ModelId::parse(&facts.id).base() {
        base.clone_into(&mut facts.id);
    }
    rules::complete(&mut facts);
    (facts.id.clone(), facts)
}

/// The tokens of `24k`.
fn thousands(variant: &str) -> Option<u64> {
    variant.strip_suffix('k')?.parse::<u64>().ok()?.checked_mul(1000)
}

fn invalid(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests;
