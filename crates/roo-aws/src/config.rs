//! What a client needs to know about AWS before its first request.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use roo_core::{Error, ErrorKind, Result};
use url::Url;

use crate::context::AwsContext;
use crate::credentials::{ChainError, CredentialsCache, CredentialsChain};
use crate::endpoint::{self, Service};
use crate::error::{Attempt, config, listing, reason};
use crate::identity::{self, AuthScheme, BearerToken, Identity};
use crate::origin::{Found, Origin};
use crate::profile::ProfilesSource;
use crate::region::{self, Region};

/// Identity, region and endpoint: from code where the code says something, else from the surroundings.
///
/// Building it reads nothing. The environment is looked at with each call; the profile files are read with the first
/// call that needs them and again whenever credentials are fetched. Credentials are kept until five minutes before
/// they expire, for ever if they do not; [`forget`](Self::forget) drops them earlier. Clones share all that.
///
/// ```
/// use roo_aws::aws_credential_types::Credentials;
/// use roo_aws::{AwsConfig, AwsContext, Identity, Service};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> roo_core::Result<()> {
/// let config = AwsConfig::builder()
///     .with_region("eu-west-1")
///     .with_credentials(Credentials::new("AKIDEXAMPLE", "secret", None, None, "example"))
///     .with_context(AwsContext::isolated())
///     .build()?;
///
/// let endpoint = config.endpoint(&Service::BEDROCK_RUNTIME).await?;
/// assert_eq!(endpoint.value.as_str(), "https://bedrock-runtime.eu-west-1.amazonaws.com/");
/// let identity = config.identity(&Service::BEDROCK_RUNTIME).await?;
/// assert!(matches!(identity, Identity::Credentials(keys) if keys.access_key_id() == "AKIDEXAMPLE"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct AwsConfig(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    region: Option<Region>,
    endpoint: Option<Url>,
    bearer_token: Option<BearerToken>,
    /// Whether the credentials, or their provider, were given in code.
    has_credentials: bool,
    credentials: CredentialsCache,
    profiles: Arc<ProfilesSource>,
    context: AwsContext,
}

impl AwsConfig {
    /// A configuration whose settings are to be given.
    pub fn builder() -> AwsConfigBuilder {
        AwsConfigBuilder::default()
    }

    /// The surroundings.
    pub fn context(&self) -> &AwsContext {
        &self.0.context
    }

    /// Who requests to this service are from. The first of these that there is:
    ///
    /// 1. the bearer token from code;
    /// 2. the credentials from code;
    /// 3. the bearer token from the environment, `AWS_BEARER_TOKEN_BEDROCK` for Amazon Bedrock;
    /// 4. the [`CredentialsChain`], in which a profile chosen in code takes the place of keys in the environment.
    ///
    /// `AWS_AUTH_SCHEME_PREFERENCE` and the profile's `auth_scheme_preference` order what is left after step 3, as
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-auth-scheme-preference.html> says. Before it is sent,
    /// [`Identity::check_endpoint`] says whether it may be.
    ///
    /// Any number of callers makes one fetch at a time, and dropping the future of one of them leaves the others
    /// unharmed.
    ///
    /// # Errors
    /// [`ErrorKind::Credentials`] with one line for each place that was asked if there is no identity, or if a source
    /// failed. [`ErrorKind::Config`] if a bearer token or a profile file is malformed.
    pub async fn identity(&self, service: &Service) -> Result<Identity> {
        let inner = &*self.0;
        if let Some(token) = &inner.bearer_token {
            return Ok(Identity::BearerToken(token.clone()));
        }
        if inner.has_credentials {
            return self.credentials(service).await;
        }
        if let Some(token) = identity::bearer_token(service, &inner.context)? {
            return Ok(Identity::BearerToken(token));
        }
        let mut failure = None;
        for scheme in identity::schemes(&inner.context, &inner.profiles)? {
            let outcome = match scheme {
                AuthScheme::SigV4 => self.credentials(service).await,
                // The one source of tokens left, IAM Identity Center, is not supported yet.
                AuthScheme::Bearer => continue,
            };
            match outcome {
                Ok(identity) => return Ok(identity),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or_else(|| Error::new(ErrorKind::Credentials, "no AWS identity was found")))
    }

    /// Whether anything says who one is. A source that is configured and broken is an error here too, and so is a
    /// profile that was chosen and does not exist.
    ///
    /// # Errors
    /// As [`identity`](Self::identity), except that having found nothing anywhere is no error.
    pub async fn has_identity(&self, service: &Service) -> Result<bool> {
        match self.identity(service).await {
            Ok(_) => Ok(true),
            Err(error) if is_absence(&error) && !self.0.profiles.current()?.is_misnamed() => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn credentials(&self, service: &Service) -> Result<Identity> {
        let outcome = self.0.credentials.get().await;
        outcome.map(Identity::Credentials).map_err(|error| self.no_credentials(service, error))
    }

    fn no_credentials(&self, service: &Service, error: Arc<CredentialsError>) -> Error {
        let chain = error.source().and_then(|cause| cause.downcast_ref::<ChainError>());
        let variable = service.bearer_token_variable();
        let (message, hint) = match chain.filter(|_| !self.0.has_credentials) {
            None => (
                format!("the AWS credentials cannot be had: {}", reason(&error)),
                "Look at the credentials or the provider that the program gives.".to_owned(),
            ),
            Some(chain) => {
                let mut attempts = vec![
                    Attempt::new("code", "neither credentials nor a bearer token given"),
                    Attempt::new(variable.clone(), "not set or blank"),
                ];
                attempts.extend_from_slice(chain.attempts());
                let hint = if chain.is_failure() {
                    "Correct this source, or remove it so that the next one is asked.".to_owned()
                } else {
                    format!(
                        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or {variable}, or run `aws configure`."
                    )
                };
                (listing(&chain.summary(), &attempts), hint)
            }
        };
        Error::new(ErrorKind::Credentials, message).with_hint(hint).with_source(error)
    }

    /// The region: from code, `AWS_REGION`, `AWS_DEFAULT_REGION`, or the profile.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] with one line for each place that was asked if there is none, or naming the place if what
    /// it says is not a region, or if a profile file cannot be read.
    pub async fn region(&self) -> Result<Found<Region>> {
        let inner = &*self.0;
        match &inner.region {
            Some(region) => Ok(Found::new(region.clone(), Origin::Code)),
            None => region::find(&inner.context, &inner.profiles),
        }
    }

    /// The URL of a service: from code, the service's own variable (`AWS_ENDPOINT_URL_BEDROCK_RUNTIME`),
    /// `AWS_ENDPOINT_URL`, the `services` section of the profile, `endpoint_url` of the profile, or else the service's
    /// endpoint in the region.
    ///
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`, `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT` and their profile
    /// settings count, as <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html> says. With an
    /// endpoint from code no file is read.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if a region is needed and there is none, if a setting is malformed, or if FIPS or
    /// dual-stack is wanted of an endpoint that was configured.
    pub async fn endpoint(&self, service: &Service) -> Result<Found<Url>> {
        self.find_endpoint(service, self.0.region.as_ref())
    }

    /// As [`endpoint`](Self::endpoint), but in this region where the region decides.
    ///
    /// # Errors
    /// As [`endpoint`](Self::endpoint).
    pub async fn endpoint_in(&self, service: &Service, region: &Region) -> Result<Found<Url>> {
        self.find_endpoint(service, Some(region))
    }

    fn find_endpoint(&self, service: &Service, region: Option<&Region>) -> Result<Found<Url>> {
        let inner = &*self.0;
        endpoint::find(service, inner.endpoint.as_ref(), region, &inner.context, &inner.profiles)
    }

    /// Drops the credentials and the profile files that were read, so that the next call reads them anew: for when a
    /// service says that a token has expired.
    pub fn forget(&self) {
        self.0.credentials.forget();
        self.0.profiles.forget();
    }
}

/// Settings of an [`AwsConfig`]. Whatever is not set comes from the surroundings when it is needed.
#[derive(Clone, Default)]
pub struct AwsConfigBuilder {
    region: Option<String>,
    profile: Option<String>,
    credentials: Option<InCode>,
    bearer_token: Option<String>,
    endpoint_url: Option<String>,
    context: Option<AwsContext>,
}

#[derive(Clone)]
enum InCode {
    Keys(Credentials),
    Provider(Arc<dyn ProvideCredentials>),
}

impl AwsConfigBuilder {
    /// The region, such as `us-east-1`.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The profile, in place of `AWS_PROFILE`. Then keys in the environment do not count.
    #[must_use]
    pub fn with_profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Credentials, before those of the surroundings. Replaces a provider given earlier.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(InCode::Keys(credentials));
        self
    }

    /// A source of credentials in place of the [`CredentialsChain`]. Replaces credentials given earlier.
    #[must_use]
    pub fn with_credentials_provider(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(InCode::Provider(Arc::new(provider)));
        self
    }

    /// An API key of Amazon Bedrock, before everything else that identifies.
    #[must_use]
    pub fn with_bearer_token(mut self, token: impl Into<String>) -> Self {
        self.bearer_token = Some(token.into());
        self
    }

    /// The endpoint in place of the service's own, such as `https://vpce-1.bedrock-runtime.us-east-1.vpce.amazonaws.com`.
    /// A path in front of those of the operations is possible.
    #[must_use]
    pub fn with_endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.endpoint_url = Some(url.into());
        self
    }

    /// The surroundings, [`AwsContext::real`] if not set.
    #[must_use]
    pub fn with_context(mut self, context: AwsContext) -> Self {
        self.context = Some(context);
        self
    }

    /// The configuration. Reads nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], naming the first of the settings that cannot work: a region that is not a host label, an
    /// empty profile, empty keys, an empty or malformed bearer token, an endpoint that is not an http or https URL, or
    /// a bearer token together with an endpoint to which it would travel unencrypted.
    pub fn build(self) -> Result<AwsConfig> {
        let region = self.region.map(|name| region::parse(&name, Origin::Code)).transpose()?;
        if self.profile.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(config("the profile from code is blank"));
        }
        if let Some(InCode::Keys(keys)) = &self.credentials {
            check_keys(keys)?;
        }
        let bearer_token =
            self.bearer_token.map(|token| BearerToken::new(&token, Origin::Code)).transpose()?;
        let endpoint = self.endpoint_url.map(|url| endpoint::parse(&url, Origin::Code)).transpose()?;
        if let (Some(token), Some(endpoint)) = (&bearer_token, &endpoint) {
            Identity::BearerToken(token.clone()).check_endpoint(&endpoint.value)?;
        }

        let context = self.context.unwrap_or_default();
        let profiles = Arc::new(ProfilesSource::new(context.clone(), self.profile));
        let has_credentials = self.credentials.is_some();
        let provider: Arc<dyn ProvideCredentials> = match self.credentials {
            Some(InCode::Keys(keys)) => Arc::new(keys),
            Some(InCode::Provider(provider)) => provider,
            None => Arc::new(CredentialsChain::with_profiles(context.clone(), Arc::clone(&profiles))),
        };
        Ok(AwsConfig(Arc::new(Inner {
            region: region.map(|found| found.value),
            endpoint: endpoint.map(|found| found.value),
            bearer_token,
            has_credentials,
            credentials: CredentialsCache::new(provider, context.clone()),
            profiles,
            context,
        })))
    }
}

/// Whether the error says that no source was configured, and not that one is broken.
fn is_absence(error: &Error) -> bool {
    let cause = StdError::source(error).and_then(|cause| cause.downcast_ref::<Arc<CredentialsError>>());
    let chain = cause.and_then(|cause| cause.source()).and_then(|cause| cause.downcast_ref::<ChainError>());
    chain.is_some_and(|chain| !chain.is_failure())
}

fn check_keys(keys: &Credentials) -> Result<()> {
    let fields = [
        ("access key id", Some(keys.access_key_id())),
        ("secret access key", Some(keys.secret_access_key())),
        ("session token", keys.session_token()),
    ];
    let is_wrong = |value: &str| value.is_empty() || value.contains(char::is_whitespace);
    let wrong = fields.into_iter().find(|(_, value)| value.is_some_and(is_wrong));
    wrong.map_or(Ok(()), |(field, _)| {
        let why = format!("the {field} of the credentials from code is blank or has white space in it");
        Err(config(why).with_hint("Look for spaces and line breaks from copying."))
    })
}

impl fmt::Debug for AwsConfigBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The endpoint is not checked yet and may hold a password.
        f.debug_struct("AwsConfigBuilder")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("credentials", &self.credentials.is_some())
            .field("bearer_token", &self.bearer_token.is_some())
            .field("endpoint_url", &self.endpoint_url.is_some())
            .field("context", &self.context)
            .finish()
    }
}
