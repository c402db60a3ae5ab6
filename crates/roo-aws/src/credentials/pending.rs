//! The sources that AWS knows and this version does not. A setting that asks for one is an error that says so: to go
//! on would be to act as somebody else.

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use crate::context::AwsContext;
use crate::origin::Origin;
use crate::profile::Profiles;

/// Profile settings, in the order in which AWS looks at them, and what they ask for.
const SETTINGS: [(&str, &str); 10] = [
    ("credential_source", "assuming a role"),
    ("web_identity_token_file", "web identity"),
    ("role_arn", "assuming a role"),
    ("sso_session", "IAM Identity Center"),
    ("sso_start_url", "IAM Identity Center"),
    ("sso_region", "IAM Identity Center"),
    ("sso_account_id", "IAM Identity Center"),
    ("sso_role_name", "IAM Identity Center"),
    ("login_session", "`aws login`"),
    ("credential_process", "running a program"),
];

/// Refuses a profile whose credentials come from a source that is not supported yet.
pub(super) fn in_profile(profiles: &Profiles) -> Result<(), CredentialsError> {
    let asked = SETTINGS.iter().find_map(|(key, what)| Some((what, profiles.setting(key)?.origin)));
    let Some((what, origin)) = asked else { return Ok(()) };
    let title = profiles.title();
    let command = format!("aws configure export-credentials --profile {} --format env", profiles.name());
    // Keys in the environment do not count beside a profile chosen in code.
    let condition = if *profiles.origin() == Origin::Code { " and choose no profile in code" } else { "" };
    Err(not_yet(&format!("{title} asks for {what} ({origin})"), &command, condition))
}

fn not_yet(what: &str, command: &str, condition: &str) -> CredentialsError {
    CredentialsError::invalid_configuration(format!(
        "{what}, which is not supported yet by this version; put the output of `{command}` into the \
         environment{condition}, or give a credentials provider in code"
    ))
}

/// A source that comes after the profile in the chain.
#[derive(Debug)]
pub(super) struct PendingSource {
    context: AwsContext,
    /// Any one of them asks for this source.
    variables: &'static [&'static str],
}

impl PendingSource {
    /// The role of a web identity token, as in Kubernetes.
    pub(super) fn web_identity(context: AwsContext) -> Self {
        Self { context, variables: &["AWS_WEB_IDENTITY_TOKEN_FILE"] }
    }

    /// The role of an ECS task or an EKS pod.
    pub(super) fn container(context: AwsContext) -> Self {
        let variables = &["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
        Self { context, variables }
    }

    /// The role of an EC2 instance, which nothing in the environment asks for.
    pub(super) fn instance(context: AwsContext) -> Self {
        Self { context, variables: &[] }
    }

    fn load(&self) -> provider::Result {
        for name in self.variables {
            let value = self.context.variable(name).map_err(CredentialsError::invalid_configuration)?;
            if value.is_some() {
                let command = "aws configure export-credentials --format env";
                return Err(not_yet(&format!("{name} is set"), command, ""));
            }
        }
        let why = match self.variables {
            [] => "not supported yet".to_owned(),
            names => format!("{} not set", names.join(", ")),
        };
        Err(CredentialsError::not_loaded(why))
    }
}

impl ProvideCredentials for PendingSource {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(self.load())
    }
}
