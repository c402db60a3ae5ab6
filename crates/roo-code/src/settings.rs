use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use roo_core::{Error, ErrorKind, Provider, Result};

/// The providers that this program was compiled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiProvider {
    /// Amazon Bedrock (feature `bedrock`).
    #[cfg(feature = "bedrock")]
    Bedrock,
}

impl ApiProvider {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        #[cfg(feature = "bedrock")]
        Self::Bedrock,
    ];

    /// The name, as [`Provider::id`] says.
    pub fn as_str(self) -> &'static str {
        match self {
            #[cfg(feature = "bedrock")]
            Self::Bedrock => "bedrock",
        }
    }
}

impl fmt::Display for ApiProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApiProvider {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.iter().copied().find(|provider| provider.as_str() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|provider| provider.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Error::new(
                ErrorKind::Config,
                format!("{name:?} is no provider of this program, which has: {known}"),
            )
            .with_hint("Other providers are features of the crate roo-code.")
        })
    }
}

/// Which provider and model a [`RooClient`](crate::RooClient) uses, and how it gets there. Setters do not fail:
/// [`RooClient::new`](crate::RooClient::new) names the first value that is wrong.
///
/// `Debug` shows no secret.
#[derive(Clone)]
pub struct ProviderSettings {
    api_provider: ApiProvider,
    model: String,
    #[cfg(feature = "bedrock")]
    bedrock: roo_bedrock::BedrockBuilder,
}

impl ProviderSettings {
    /// The default settings of a provider, and the model that requests use unless they name one.
    pub fn new(api_provider: ApiProvider, model: impl Into<String>) -> Self {
        Self {
            api_provider,
            model: model.into(),
            #[cfg(feature = "bedrock")]
            bedrock: roo_bedrock::Bedrock::builder(),
        }
    }

    /// The provider.
    pub fn api_provider(&self) -> ApiProvider {
        self.api_provider
    }

    /// The model that requests use unless they name one.
    pub fn model(&self) -> &str {
        &self.model
    }

    pub(crate) fn build(self) -> Result<Arc<dyn Provider>> {
        match self.api_provider {
            #[cfg(feature = "bedrock")]
            ApiProvider::Bedrock => Ok(Arc::new(self.bedrock.build()?)),
        }
    }
}

/// Settings of Amazon Bedrock. What is not set comes from where AWS's SDKs find it: the environment, then the files
/// under `~/.aws`.
#[cfg(feature = "bedrock")]
impl ProviderSettings {
    /// The AWS region, such as `us-east-1`.
    #[must_use]
    pub fn with_aws_region(self, region: impl Into<String>) -> Self {
        self.with_bedrock(|bedrock| bedrock.with_region(region))
    }

    /// The profile of `~/.aws/config` and `~/.aws/credentials`.
    #[must_use]
    pub fn with_aws_profile(self, profile: impl Into<String>) -> Self {
        self.with_bedrock(|bedrock| bedrock.with_profile(profile))
    }

    /// Credentials, with the session token of temporary ones.
    #[must_use]
    pub fn with_aws_credentials(
        self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: Option<String>,
    ) -> Self {
        let credentials = aws_credential_types::Credentials::new(
            access_key_id,
            secret_access_key,
            session_token,
            None,
            "ProviderSettings",
        );
        self.with_bedrock(|bedrock| bedrock.with_credentials(credentials))
    }

    /// A source of credentials of your own, or one of AWS's SDK.
    #[must_use]
    pub fn with_aws_credentials_provider(
        self,
        provider: impl aws_credential_types::provider::ProvideCredentials + 'static,
    ) -> Self {
        self.with_bedrock(|bedrock| bedrock.with_credentials_provider(provider))
    }

    /// A [Bedrock API key](https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html), in place of
    /// credentials.
    #[must_use]
    pub fn with_aws_bearer_token(self, token: impl Into<String>) -> Self {
        self.with_bedrock(|bedrock| bedrock.with_bearer_token(token))
    }

    /// Sends requests to this URL in place of the region's endpoint.
    #[must_use]
    pub fn with_aws_endpoint_url(self, url: impl Into<String>) -> Self {
        self.with_bedrock(|bedrock| bedrock.with_endpoint_url(url))
    }

    /// Changes any other setting of Bedrock.
    ///
    /// ```
    /// use roo_code::{ApiProvider, ProviderSettings};
    ///
    /// let settings = ProviderSettings::new(ApiProvider::Bedrock, "anthropic.claude-3-haiku-20240307-v1:0")
    ///     .with_bedrock(|bedrock| bedrock.with_streaming(false));
    /// # let _ = settings;
    /// ```
    #[must_use]
    pub fn with_bedrock(
        mut self,
        change: impl FnOnce(roo_bedrock::BedrockBuilder) -> roo_bedrock::BedrockBuilder,
    ) -> Self {
        self.bedrock = change(self.bedrock);
        self
    }
}

impl fmt::Debug for ProviderSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ProviderSettings");
        shown.field("api_provider", &self.api_provider).field("model", &self.model);
        #[cfg(feature = "bedrock")]
        shown.field("bedrock", &self.bedrock);
        shown.finish()
    }
}
