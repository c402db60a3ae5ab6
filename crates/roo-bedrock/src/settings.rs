use std::fmt;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use roo_aws::{AwsConfig, AwsConfigBuilder, AwsContext};
use roo_core::Result;
use roo_http::Transport;

use crate::{Bedrock, PROVIDER};

/// Settings of a [`Bedrock`] client. Whatever is not set comes from where AWS's SDKs find it: the environment, then
/// the files under `~/.aws`. Setters do not fail; [`build`](Self::build) names the first value that is wrong.
#[derive(Clone)]
pub struct BedrockBuilder {
    aws: AwsConfigBuilder,
    context: AwsContext,
    streaming: bool,
}

impl BedrockBuilder {
    pub(crate) fn new() -> Self {
        Self { aws: AwsConfig::builder(), context: AwsContext::real(), streaming: true }
    }

    /// The AWS region, such as `us-east-1`.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.aws = self.aws.with_region(region);
        self
    }

    /// The profile of `~/.aws/config` and `~/.aws/credentials` to use.
    #[must_use]
    pub fn with_profile(mut self, profile: impl Into<String>) -> Self {
        self.aws = self.aws.with_profile(profile);
        self
    }

    /// Credentials of your own.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.aws = self.aws.with_credentials(credentials);
        self
    }

    /// A source of credentials of your own, or one of AWS's SDK.
    #[must_use]
    pub fn with_credentials_provider(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.aws = self.aws.with_credentials_provider(provider);
        self
    }

    /// A [Bedrock API key](https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html), in place of
    /// credentials.
    #[must_use]
    pub fn with_bearer_token(mut self, token: impl Into<String>) -> Self {
        self.aws = self.aws.with_bearer_token(token);
        self
    }

    /// Sends requests to this URL in place of the region's endpoint.
    #[must_use]
    pub fn with_endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.aws = self.aws.with_endpoint_url(url);
        self
    }

    /// Chooses between ConverseStream (`true`, the default) and Converse (`false`), for accounts and models that may
    /// not stream. The events are the same; [`BedrockOptions`](crate::BedrockOptions) chooses for one request.
    #[must_use]
    pub fn with_streaming(mut self, streaming: bool) -> Self {
        self.streaming = streaming;
        self
    }

    /// Sends requests through a transport of your own.
    #[must_use]
    pub fn with_transport(mut self, transport: impl Transport + 'static) -> Self {
        self.context = self.context.with_transport(Arc::new(transport));
        self
    }

    /// Reads environment, files and time from here, and sends requests through it.
    #[must_use]
    pub fn with_context(mut self, context: AwsContext) -> Self {
        self.context = context;
        self
    }

    /// The client. Nothing is sent and nothing of the environment is read before the first call.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](roo_core::ErrorKind::Config), naming the first setting that is wrong.
    pub fn build(self) -> Result<Bedrock> {
        let aws =
            self.aws.with_context(self.context).build().map_err(|error| error.with_provider(PROVIDER))?;
        Ok(Bedrock::new(aws, self.streaming))
    }
}

impl fmt::Debug for BedrockBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BedrockBuilder").field("aws", &self.aws).field("streaming", &self.streaming).finish()
    }
}
