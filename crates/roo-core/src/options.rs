use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, ErrorKind, Result};

/// Settings of one provider that ride on a request, as a type of that provider's crate.
///
/// ```
/// use roo_core::{MessageRequest, ProviderOption};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct EchoOptions {
///     loud: bool,
/// }
///
/// impl ProviderOption for EchoOptions {
///     const PROVIDER: &'static str = "echo";
/// }
///
/// let request = MessageRequest::new().with_options(&EchoOptions { loud: true });
/// assert_eq!(request.provider_options.get::<EchoOptions>()?, Some(EchoOptions { loud: true }));
/// # Ok::<(), roo_core::Error>(())
/// ```
pub trait ProviderOption: Serialize + DeserializeOwned {
    /// The [`Provider::id`](crate::Provider::id) that reads these options.
    const PROVIDER: &'static str;
}

/// JSON values keyed by provider: settings on a request, or what a provider wants back with a block. A provider reads
/// its own entry and ignores the others, so one request can carry settings for several.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderOptions(BTreeMap<String, Value>);

impl ProviderOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets the options of one provider, replacing earlier ones.
    pub fn set<O: ProviderOption>(&mut self, options: &O) {
        // A type that is no JSON is kept as the reason, which `get` then reports: setters do not fail.
        let value = serde_json::to_value(options).unwrap_or_else(|error| Value::String(error.to_string()));
        self.0.insert(O::PROVIDER.to_owned(), value);
    }

    /// The options of one provider.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if what is stored does not fit the type; the message names the member.
    pub fn get<O: ProviderOption>(&self) -> Result<Option<O>> {
        let Some(value) = self.0.get(O::PROVIDER) else { return Ok(None) };
        O::deserialize(value).map(Some).map_err(|error| {
            Error::new(ErrorKind::Config, format!("provider_options.{} does not fit: {error}", O::PROVIDER))
        })
    }

    /// Sets the raw value for a provider, replacing an earlier one.
    pub fn insert(&mut self, provider: impl Into<String>, value: Value) {
        self.0.insert(provider.into(), value);
    }

    /// The raw value for a provider.
    pub fn raw(&self, provider: &str) -> Option<&Value> {
        self.0.get(provider)
    }
}
