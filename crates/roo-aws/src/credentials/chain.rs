//! Several sources, asked one after the other.

use std::fmt;
use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::environment::EnvironmentCredentials;
use super::pending::PendingSource;
use super::profile::ProfileCredentials;
use crate::context::AwsContext;
use crate::error::{Attempt, listing, reason};
use crate::profile::ProfilesSource;

/// Sources of credentials, asked in order until one has some. Nothing is kept between calls.
///
/// A source that is not configured is passed over. A source that is configured and fails ends the search: going on
/// would mean to act as somebody else than was asked for.
///
/// [`standard`](Self::standard) is the
/// [order of AWS](https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html). It plugs into the AWS
/// SDK, as every [`ProvideCredentials`] plugs in here:
///
/// ```
/// use roo_aws::aws_credential_types::provider::ProvideCredentials as _;
/// use roo_aws::{AwsContext, CredentialsChain};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let context = AwsContext::isolated()
///     .with_variable("HOME", "/home/me")
///     .with_file("/home/me/.aws/credentials", "[dev]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s\n");
/// let credentials = CredentialsChain::standard(context, Some("dev")).provide_credentials().await?;
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Not loaded if no source has credentials, otherwise as the failing one says (a time-out becomes a provider error).
/// The cause is a [`ChainError`].
#[derive(Debug, Clone, Default)]
pub struct CredentialsChain {
    sources: Vec<Source>,
}

#[derive(Debug, Clone)]
struct Source {
    name: String,
    provider: Arc<dyn ProvideCredentials>,
}

impl CredentialsChain {
    /// A chain without sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// The environment, then the profile. A profile chosen here, in code, is meant more seriously than the
    /// environment, which then is not asked.
    pub fn standard(context: AwsContext, profile: Option<&str>) -> Self {
        let profiles = Arc::new(ProfilesSource::new(context.clone(), profile.map(str::to_owned)));
        Self::with_profiles(context, profiles)
    }

    pub(crate) fn with_profiles(context: AwsContext, profiles: Arc<ProfilesSource>) -> Self {
        let chain = if profiles.is_chosen_in_code() {
            Self::new()
        } else {
            Self::new().with_source("environment", EnvironmentCredentials::new(context.clone()))
        };
        chain
            .with_source("profile", ProfileCredentials::with_profiles(profiles))
            .with_source("web identity", PendingSource::web_identity(context.clone()))
            .with_source("container", PendingSource::container(context.clone()))
            .with_source("EC2 instance metadata", PendingSource::instance(context))
    }

    /// Adds a source that is asked after those that are there already.
    #[must_use]
    pub fn with_source(
        mut self,
        name: impl Into<String>,
        provider: impl ProvideCredentials + 'static,
    ) -> Self {
        self.sources.push(Source { name: name.into(), provider: Arc::new(provider) });
        self
    }

    async fn load(&self) -> provider::Result {
        let mut attempts = Vec::new();
        for Source { name, provider } in &self.sources {
            let error = match provider.provide_credentials().await {
                Ok(credentials) => return Ok(credentials),
                Err(error) => error,
            };
            attempts.push(Attempt::new(name, reason(&error)));
            if !matches!(error, CredentialsError::CredentialsNotLoaded(_)) {
                return Err(ChainError::stopped(attempts, error));
            }
        }
        Err(CredentialsError::not_loaded(ChainError { attempts, cause: None }))
    }
}

impl ProvideCredentials for CredentialsChain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

/// Why a [`CredentialsChain`] has no credentials. `Display` is a summary and one line for each source.
#[derive(Debug)]
pub struct ChainError {
    attempts: Vec<Attempt>,
    cause: Option<CredentialsError>,
}

impl ChainError {
    /// The error of the source that was asked last, with the list of all that were.
    fn stopped(attempts: Vec<Attempt>, cause: CredentialsError) -> CredentialsError {
        let wrap: fn(Self) -> CredentialsError = match cause {
            CredentialsError::InvalidConfiguration(_) => CredentialsError::invalid_configuration,
            // A time-out has no room for a cause of its own.
            CredentialsError::ProviderError(_) | CredentialsError::ProviderTimedOut(_) => {
                CredentialsError::provider_error
            }
            _ => CredentialsError::unhandled,
        };
        wrap(Self { attempts, cause: Some(cause) })
    }

    /// The sources that were asked, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Whether a source failed, rather than all being not configured.
    pub fn is_failure(&self) -> bool {
        self.cause.is_some()
    }

    pub(crate) fn summary(&self) -> String {
        match self.attempts.last().filter(|_| self.is_failure()) {
            Some(failed) => format!("the source `{}` of AWS credentials failed", failed.source()),
            None => "no AWS credentials were found".to_owned(),
        }
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&listing(&self.summary(), &self.attempts))
    }
}

impl std::error::Error for ChainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::time::Duration;

    use aws_credential_types::Credentials;

    use super::*;

    /// Fails in the way that the function makes.
    #[derive(Debug)]
    struct Failing(Failure);

    type Failure = fn() -> CredentialsError;

    impl ProvideCredentials for Failing {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err((self.0)()))
        }
    }

    fn keys() -> Credentials {
        Credentials::from_keys("a", "s", None)
    }

    fn chain_error(error: &CredentialsError) -> &ChainError {
        error.source().unwrap().downcast_ref().unwrap()
    }

    #[tokio::test]
    async fn a_source_that_is_not_configured_is_passed_over() {
        let chain = CredentialsChain::new()
            .with_source("first", Failing(|| CredentialsError::not_loaded("nothing here")))
            .with_source("second", keys());
        assert_eq!(chain.provide_credentials().await.unwrap(), keys());
    }

    #[tokio::test]
    async fn every_other_failure_ends_the_search_and_keeps_its_kind() {
        let failures: [(Failure, CredentialsError, &str); 4] = [
            (
                || CredentialsError::invalid_configuration("why"),
                CredentialsError::invalid_configuration(""),
                "why",
            ),
            (|| CredentialsError::provider_error("why"), CredentialsError::provider_error(""), "why"),
            (|| CredentialsError::unhandled("why"), CredentialsError::unhandled(""), "why"),
            (
                || CredentialsError::provider_timed_out(Duration::from_secs(7)),
                CredentialsError::provider_error(""),
                "credentials provider timed out after 7 seconds",
            ),
        ];
        for (failure, kind, why) in failures {
            let chain = CredentialsChain::new()
                .with_source("zeroth", Failing(|| CredentialsError::not_loaded("nothing here")))
                .with_source("first", Failing(failure))
                .with_source("second", keys());
            let error = chain.provide_credentials().await.unwrap_err();
            assert_eq!(error.to_string(), kind.to_string());
            let error = chain_error(&error);
            assert!(error.is_failure());
            assert_eq!(
                error.to_string(),
                format!(
                    "the source `first` of AWS credentials failed.\n  zeroth: nothing here.\n  first: {why}."
                )
            );
        }
    }

    #[tokio::test]
    async fn the_error_lists_every_source() {
        let chain = CredentialsChain::standard(AwsContext::isolated(), None);
        let error = chain.provide_credentials().await.unwrap_err();
        assert!(matches!(error, CredentialsError::CredentialsNotLoaded(_)));
        let error = chain_error(&error);
        let names: Vec<_> = error.attempts().iter().map(Attempt::source).collect();
        assert_eq!(names, ["environment", "profile", "web identity", "container", "EC2 instance metadata"]);
        assert!(!error.is_failure());
    }

    #[tokio::test]
    async fn the_environment_comes_first_unless_a_profile_is_chosen_in_code() {
        let context = AwsContext::isolated()
            .with_variable("HOME", "/h")
            .with_variable("AWS_ACCESS_KEY_ID", "environment")
            .with_variable("AWS_SECRET_ACCESS_KEY", "s")
            .with_file("/h/.aws/credentials", "[p]\naws_access_key_id = profile\naws_secret_access_key = s")
            .with_variable("AWS_PROFILE", "p");
        let id = async |profile| {
            let chain = CredentialsChain::standard(context.clone(), profile);
            chain.provide_credentials().await.unwrap().access_key_id().to_owned()
        };
        assert_eq!(id(None).await, "environment");
        assert_eq!(id(Some("p")).await, "profile");
    }

    #[tokio::test]
    async fn variables_that_ask_for_a_source_of_a_later_version_are_an_error() {
        for name in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            let chain = CredentialsChain::standard(AwsContext::isolated().with_variable(name, "x"), None);
            let error = chain.provide_credentials().await.unwrap_err();
            assert!(matches!(error, CredentialsError::InvalidConfiguration(_)));
            assert!(
                chain_error(&error)
                    .to_string()
                    .contains(&format!("{name} is set, which is not supported yet"))
            );
        }
    }
}
