//! Credentials from environment variables.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use crate::context::AwsContext;

const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, and if they are set `AWS_SESSION_TOKEN` and `AWS_ACCOUNT_ID`.
///
/// They are read anew for each call. See <https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html>.
///
/// ```
/// use roo_aws::aws_credential_types::provider::ProvideCredentials as _;
/// use roo_aws::{AwsContext, EnvironmentCredentials};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let context = AwsContext::isolated()
///     .with_variable("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
///     .with_variable("AWS_SECRET_ACCESS_KEY", "secret");
/// let credentials = EnvironmentCredentials::new(context).provide_credentials().await?;
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Not loaded if neither key is set. Invalid configuration if only one is, or if a value is not UTF-8.
#[derive(Debug, Clone)]
pub struct EnvironmentCredentials {
    context: AwsContext,
}

impl EnvironmentCredentials {
    /// Credentials from the environment of this context.
    pub fn new(context: AwsContext) -> Self {
        Self { context }
    }

    fn load(&self) -> provider::Result {
        let variable = |name| self.context.variable(name).map_err(CredentialsError::invalid_configuration);
        // Some SDKs skip half a pair. Then a mistyped name would silently act as whoever the next source knows.
        let half = |missing, present| {
            let why = format!("{missing} is not set or blank, although {present} is set");
            CredentialsError::invalid_configuration(why)
        };
        match (variable(ACCESS_KEY_ID)?, variable(SECRET_ACCESS_KEY)?) {
            (Some(access_key_id), Some(secret_access_key)) => {
                let mut credentials = Credentials::builder()
                    .access_key_id(access_key_id)
                    .secret_access_key(secret_access_key)
                    .provider_name("environment");
                credentials.set_session_token(variable("AWS_SESSION_TOKEN")?);
                credentials.set_account_id(variable("AWS_ACCOUNT_ID")?.map(Into::into));
                Ok(credentials.build())
            }
            (Some(_), None) => Err(half(SECRET_ACCESS_KEY, ACCESS_KEY_ID)),
            (None, Some(_)) => Err(half(ACCESS_KEY_ID, SECRET_ACCESS_KEY)),
            (None, None) => Err(CredentialsError::not_loaded(format!("{ACCESS_KEY_ID} is not set or blank"))),
        }
    }
}

impl ProvideCredentials for EnvironmentCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.load())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::reason;

    fn load(variables: &[(&str, &str)]) -> provider::Result {
        let context = variables
            .iter()
            .fold(AwsContext::isolated(), |context, (name, value)| context.with_variable(*name, *value));
        EnvironmentCredentials::new(context).load()
    }

    #[test]
    fn reads_all_four_variables() {
        let credentials = load(&[
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_SESSION_TOKEN", "t"),
            ("AWS_ACCOUNT_ID", "1"),
        ])
        .unwrap();
        assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("a", "s"));
        assert_eq!(credentials.session_token(), Some("t"));
        assert_eq!(credentials.account_id().unwrap().as_str(), "1");
        assert_eq!(credentials.expiry(), None);
    }

    #[test]
    fn blank_counts_as_not_set() {
        let blank = [("AWS_ACCESS_KEY_ID", " "), ("AWS_SECRET_ACCESS_KEY", "")];
        assert!(matches!(load(&blank), Err(CredentialsError::CredentialsNotLoaded(_))));
        let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", " ")];
        assert_eq!(load(&keys).unwrap().session_token(), None);
    }

    #[test]
    fn half_a_pair_is_an_error_that_names_the_other_half() {
        let cases = [
            (
                [("AWS_ACCESS_KEY_ID", "hush"), ("AWS_SECRET_ACCESS_KEY", " ")],
                "AWS_SECRET_ACCESS_KEY is not set or blank, although AWS_ACCESS_KEY_ID is set",
            ),
            (
                [("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_SESSION_TOKEN", "t")],
                "AWS_ACCESS_KEY_ID is not set or blank, although AWS_SECRET_ACCESS_KEY is set",
            ),
        ];
        for (variables, why) in cases {
            let error = load(&variables).unwrap_err();
            assert!(matches!(error, CredentialsError::InvalidConfiguration(_)));
            assert_eq!(reason(&error), why);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf8_is_an_error_that_names_the_variable() {
        use std::os::unix::ffi::OsStringExt as _;

        let value = std::ffi::OsString::from_vec(vec![0xff]);
        let context = AwsContext::isolated().with_variable("AWS_SECRET_ACCESS_KEY", value);
        let error = EnvironmentCredentials::new(context).load().unwrap_err();
        assert!(matches!(error, CredentialsError::InvalidConfiguration(_)));
        assert_eq!(
            reason(&error),
            "the value of the environment variable AWS_SECRET_ACCESS_KEY is not UTF-8"
        );
    }
}
