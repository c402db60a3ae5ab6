use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use roo_aws::{AwsConfig, AwsConfigBuilder, AwsContext};
use roo_core::Result;
use roo_http::Transport;

use crate::model::ModelTable;
use crate::provider::ClientSettings;
use crate::{Bedrock, PROVIDER, Repair};

/// Settings of a [`Bedrock`] client. Whatever is not set comes from where AWS's SDKs find it: the environment, then
/// the files under `~/.aws`. Setters do not fail; [`build`](Self::build) names the first value that is wrong.
#[derive(Clone)]
pub struct BedrockBuilder {
    aws: AwsConfigBuilder,
    context: AwsContext,
    client: ClientSettings,
}

impl BedrockBuilder {
    pub(crate) fn new() -> Self {
        let client = ClientSettings {
            streaming: true,
            repair: Repair::Lenient,
            learning: true,
            inference_profiles: false,
            models: Cow::Borrowed(ModelTable::builtin()),
        };
        Self { aws: AwsConfig::builder(), context: AwsContext::real(), client }
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
        self.client.streaming = streaming;
        self
    }

    /// Says whether what Bedrock would refuse is repaired with a warning (the default) or refused;
    /// [`BedrockOptions`](crate::BedrockOptions) says so for one request.
    #[must_use]
    pub fn with_repair(mut self, repair: Repair) -> Self {
        self.client.repair = repair;
        self
    }

    /// Says whether a refusal that names a part of a request (a beta flag, `strict`, a sampling parameter, …) is learned
    /// from: the request is sent once more without that part, with a warning, and the part is left out for this model
    /// from then on. It is unless told.
    #[must_use]
    pub fn with_learning(mut self, learning: bool) -> Self {
        self.client.learning = learning;
        self
    }

    /// Says whether a bare model id is called through the inference profile that serves the region, if the model has
    /// one. It is not unless told.
    #[must_use]
    pub fn with_inference_profiles(mut self, profiles: bool) -> Self {
        self.client.inference_profiles = profiles;
        self
    }

    /// Replaces the table of what is known about models.
    #[must_use]
    pub fn with_models(mut self, models: ModelTable) -> Self {
        self.client.models = Cow::Owned(models);
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
        Ok(Bedrock::new(aws, self.client))
    }
}

impl fmt::Debug for BedrockBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BedrockBuilder").field("aws", &self.aws).field("client", &self.client).finish()
    }
}
