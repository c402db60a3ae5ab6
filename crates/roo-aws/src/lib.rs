//! AWS configuration without the AWS SDK: credentials, region, profiles and endpoints.
//!
//! [`AwsConfig`] answers three questions: who a request is from ([`Identity`]), which [`Region`] it goes to, and at
//! which URL. What the program does not say comes from where every AWS tool looks: environment variables,
//! `~/.aws/config` and `~/.aws/credentials`.
//!
//! ```no_run
//! use roo_aws::{AwsConfig, Service};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> roo_core::Result<()> {
//! let config = AwsConfig::builder().with_profile("dev").build()?;
//! let region = config.region().await?;
//! println!("{} (from {})", region.value, region.origin);
//! let identity = config.identity(&Service::BEDROCK_RUNTIME).await?;
//! let endpoint = config.endpoint(&Service::BEDROCK_RUNTIME).await?;
//! identity.check_endpoint(&endpoint.value)?;
//! # Ok(())
//! # }
//! ```
//!
//! - **Nothing is global.** Variables, files, clock and transport come from one [`AwsContext`], so tests and programs
//!   with several tenants give each configuration a world of its own.
//! - **Sources plug in.** Each is an [`aws_credential_types::provider::ProvideCredentials`], the trait of the AWS SDK,
//!   and works there too.
//! - **Nothing is skipped silently.** A source that is configured and broken is an error that names the variable, or
//!   the file and the line, rather than a reason to act as somebody else.
//!
//! The rules are those of the [AWS SDKs and Tools Reference Guide](https://docs.aws.amazon.com/sdkref/latest/guide/).

mod authorizer;
mod config;
mod context;
mod credentials;
mod endpoint;
mod error;
mod identity;
mod origin;
mod partition;
pub mod profile;
mod region;
#[cfg(test)]
mod tests;

pub use crate::authorizer::Authorizer;
pub use crate::config::{AwsConfig, AwsConfigBuilder};
pub use crate::context::{AwsContext, Clock, Files, Variables};
pub use crate::credentials::{ChainError, CredentialsChain, EnvironmentCredentials, ProfileCredentials};
pub use crate::endpoint::{EndpointParameters, Service, resolve_endpoint};
pub use crate::error::Attempt;
pub use crate::identity::{BearerToken, Identity};
pub use crate::origin::{Found, Origin};
pub use crate::partition::Partition;
pub use crate::region::Region;

/// The types in which credentials come and go, re-exported so that a program needs no further crate.
pub use aws_credential_types;
