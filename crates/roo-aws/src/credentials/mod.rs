//! Where credentials come from. Every source is an
//! [`aws_credential_types::provider::ProvideCredentials`], so it works in the AWS SDK and the SDK's work here.

mod cache;
mod chain;
mod environment;
mod pending;
mod profile;

pub(crate) use cache::CredentialsCache;
pub use chain::{ChainError, CredentialsChain};
pub use environment::EnvironmentCredentials;
pub use profile::ProfileCredentials;
