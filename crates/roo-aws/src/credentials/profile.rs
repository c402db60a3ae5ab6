//! Credentials from the chosen profile.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::pending;
use crate::context::AwsContext;
use crate::profile::{Profiles, ProfilesSource};

/// The credentials of one profile of `~/.aws/config` and `~/.aws/credentials`, which are read anew for each call.
///
/// This version knows profiles with `aws_access_key_id` and `aws_secret_access_key`. See
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.
///
/// # Errors
/// Not loaded if there is no such profile or nothing about credentials in it. Invalid configuration if a file cannot
/// be read or is malformed, if one of the two keys is missing, or if the profile wants a source of credentials that
/// this version does not support.
#[derive(Debug, Clone)]
pub struct ProfileCredentials {
    profiles: Arc<ProfilesSource>,
}

impl ProfileCredentials {
    /// Credentials of this profile; without a name, of the one that `AWS_PROFILE` names, or else of `default`.
    pub fn new(context: AwsContext, profile: Option<&str>) -> Self {
        Self::with_profiles(Arc::new(ProfilesSource::new(context, profile.map(str::to_owned))))
    }

    pub(crate) fn with_profiles(profiles: Arc<ProfilesSource>) -> Self {
        Self { profiles }
    }

    fn load(&self) -> provider::Result {
        let profiles = self.profiles.reload().map_err(CredentialsError::invalid_configuration)?;
        if profiles.selected().is_none() {
            // The next source is asked, as in every SDK. Who misspelled the name has to see it.
            if profiles.is_misnamed() {
                tracing::warn!("AWS profile {}", profiles.why_without("credentials"));
            }
            return Err(CredentialsError::not_loaded(profiles.why_without("credentials")));
        }
        // Each of these comes before static keys, so keys beside them may be those of somebody else.
        pending::in_profile(&profiles)?;
        static_keys(&profiles)
    }
}

fn static_keys(profiles: &Profiles) -> provider::Result {
    let setting = |key| profiles.setting(key).map(|found| found.value.to_owned());
    let half = |missing, present| {
        let why = format!("{} has no {missing}, although it has {present}", profiles.title());
        CredentialsError::invalid_configuration(why)
    };
    match (setting("aws_access_key_id"), setting("aws_secret_access_key")) {
        (Some(access_key_id), Some(secret_access_key)) => {
            let mut credentials = Credentials::builder()
                .access_key_id(access_key_id)
                .secret_access_key(secret_access_key)
                .provider_name("profile");
            credentials.set_session_token(setting("aws_session_token"));
            credentials.set_account_id(setting("aws_account_id").map(Into::into));
            Ok(credentials.build())
        }
        (Some(_), None) => Err(half("aws_secret_access_key", "aws_access_key_id")),
        (None, Some(_)) => Err(half("aws_access_key_id", "aws_secret_access_key")),
        (None, None) => Err(CredentialsError::not_loaded(profiles.why_without("credentials"))),
    }
}

impl ProvideCredentials for ProfileCredentials {
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

    fn load(config: &str, credentials: &str, profile: Option<&str>) -> provider::Result {
        let context = AwsContext::isolated()
            .with_variable("HOME", "/h")
            .with_file("/h/.aws/config", config)
            .with_file("/h/.aws/credentials", credentials);
        ProfileCredentials::new(context, profile).load()
    }

    const KEYS: &str = "aws_access_key_id = a\naws_secret_access_key = s\n";

    #[test]
    fn static_keys_may_be_in_either_file_or_spread_over_both() {
        for (config, credentials) in [
            (format!("[default]\n{KEYS}"), String::new()),
            (String::new(), format!("[default]\n{KEYS}")),
            ("[default]\naws_access_key_id = a".into(), "[default]\naws_secret_access_key = s".into()),
        ] {
            let credentials = load(&config, &credentials, None).unwrap();
            assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("a", "s"));
            assert_eq!(credentials.session_token(), None);
        }
        let more = format!("[x]\n{KEYS}aws_session_token = t\naws_account_id = 1");
        let credentials = load("", &more, Some("x")).unwrap();
        assert_eq!(
            (credentials.session_token(), credentials.account_id().unwrap().as_str()),
            (Some("t"), "1")
        );
    }

    #[test]
    fn an_absent_profile_lets_the_next_source_be_asked() {
        for (config, profile) in [("", None), ("[default]\nregion = x", None), ("[default]\n", Some("dev"))] {
            let error = load(config, "", profile).unwrap_err();
            assert!(matches!(error, CredentialsError::CredentialsNotLoaded(_)), "{config}");
        }
        let error = load("[profile dev]", "", Some("dve")).unwrap_err();
        assert_eq!(
            reason(&error),
            "`dve` (from code) is not defined, only `dev`; read /h/.aws/config, read /h/.aws/credentials"
        );
    }

    #[test]
    fn half_a_pair_is_an_error_that_names_the_other_half() {
        for (text, why) in [
            (
                "[default]\naws_access_key_id = a",
                "`default` has no aws_secret_access_key, although it has aws_access_key_id",
            ),
            (
                "[default]\naws_secret_access_key = a\naws_access_key_id =",
                "`default` has no aws_access_key_id, although it has aws_secret_access_key",
            ),
        ] {
            let error = load("", text, None).unwrap_err();
            assert!(matches!(error, CredentialsError::InvalidConfiguration(_)));
            assert_eq!(reason(&error), why);
        }
    }

    #[test]
    fn a_malformed_file_is_an_error_that_names_the_line() {
        let error = load("[default", "", None).unwrap_err();
        assert!(matches!(error, CredentialsError::InvalidConfiguration(_)));
        assert!(reason(&error).starts_with("/h/.aws/config, line 1: Profile definition must end with ']'"));
    }

    #[test]
    fn keys_do_not_stand_in_for_a_source_that_is_not_supported_yet() {
        for (setting, name) in [
            ("role_arn = r\nsource_profile = b", "role_arn"),
            ("credential_source = Environment", "credential_source"),
            ("web_identity_token_file = f", "web_identity_token_file"),
            ("sso_session = s", "sso_session"),
            ("sso_start_url = s", "sso_start_url"),
            ("login_session = l", "login_session"),
            ("credential_process = hush", "credential_process"),
        ] {
            let error = load(&format!("[default]\n{setting}\n{KEYS}"), "", None).unwrap_err();
            assert!(matches!(error, CredentialsError::InvalidConfiguration(_)), "{setting}");
            let why = reason(&error);
            assert!(why.contains(&format!("`{name}`")) && why.contains("not supported yet"), "{why}");
            assert!(why.contains("/h/.aws/config, line 2") && !why.contains("hush"), "{why}");
        }
    }

    #[test]
    fn the_advice_for_a_profile_chosen_in_code_works_there() {
        let config = "[default]\nsso_session = s\n[profile dev]\nsso_session = s";
        let why = |profile| reason(&load(config, "", profile).unwrap_err());
        assert_eq!(
            why(Some("dev")),
            "`dev` (from code) asks for IAM Identity Center (`sso_session` in /h/.aws/config, line 4), which is not \
             supported yet by this version; put the output of `aws configure export-credentials --profile dev \
             --format env` into the environment and choose no profile in code, or give a credentials provider in code"
        );
        assert!(!why(None).contains("choose no profile"));
    }
}
