//! Who a request is from, and in which of the two ways it says so.

use std::fmt;

use aws_credential_types::Credentials;
use roo_core::Result;
use url::Url;

use crate::context::AwsContext;
use crate::endpoint::{Service, is_confidential};
use crate::error::config;
use crate::origin::Origin;
use crate::profile::ProfilesSource;

/// Who a request is from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Identity {
    /// Keys that sign the request with Signature Version 4.
    Credentials(Credentials),
    /// An API key that is sent along as `Authorization: Bearer …`.
    BearerToken(BearerToken),
}

impl Identity {
    /// Whether the identity may be used at this endpoint.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](roo_core::ErrorKind::Config) if a bearer token would cross a network unencrypted, where
    /// everybody on the way could use it from then on. A signature can be sent so: it gives no key away.
    pub fn check_endpoint(&self, endpoint: &Url) -> Result<()> {
        match self {
            Self::BearerToken(token) if !is_confidential(endpoint) => Err(config(format!(
                "the bearer token from {} is not sent over http to {}",
                token.origin,
                endpoint.host_str().unwrap_or_default()
            ))
            .with_hint("Use an https endpoint; http is for the machine itself (localhost) only.")),
            Self::Credentials(_) | Self::BearerToken(_) => Ok(()),
        }
    }
}

/// An API key of Amazon Bedrock, long-term or short-term. `Debug` does not show it.
///
/// See <https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html>.
#[derive(Clone, PartialEq, Eq)]
pub struct BearerToken {
    value: String,
    origin: Origin,
}

impl BearerToken {
    /// Takes `value` without the white space around it.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](roo_core::ErrorKind::Config), naming `origin`, if it is empty or could not stand in an
    /// HTTP header.
    pub(crate) fn new(value: &str, origin: Origin) -> Result<Self> {
        // A line break at the end comes with many ways to read a secret from a file.
        let value = value.trim();
        if value.is_empty() {
            Err(config(format!("the bearer token from {origin} is empty")))
        } else if value.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self { value: value.to_owned(), origin })
        } else {
            Err(config(format!("the bearer token from {origin} has a character that no API key has"))
                .with_hint("Look for line breaks, spaces and quotation marks from copying."))
        }
    }

    /// The key itself. A secret.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Where it came from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// The token that the environment has for this service.
pub(crate) fn bearer_token(service: &Service, context: &AwsContext) -> Result<Option<BearerToken>> {
    let variable = service.bearer_token_variable();
    let value = context.variable(&variable)?;
    value.map(|value| BearerToken::new(&value, Origin::Variable(variable))).transpose()
}

/// A way to prove who a request is from, of those that Amazon Bedrock knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuthScheme {
    SigV4,
    Bearer,
}

/// The schemes in the order in which to try them: those that `AWS_AUTH_SCHEME_PREFERENCE` or else the profile prefers,
/// then the others in the order of the service.
pub(crate) fn schemes(context: &AwsContext, profiles: &ProfilesSource) -> Result<Vec<AuthScheme>> {
    let variable = "AWS_AUTH_SCHEME_PREFERENCE";
    if let Some(list) = context.variable(variable)? {
        return Ok(order(&list, &Origin::Variable(variable.to_owned())));
    }
    let profiles = profiles.current()?;
    let found = profiles.setting("auth_scheme_preference");
    Ok(found.map_or_else(|| order("sigv4", &Origin::Default), |found| order(found.value, &found.origin)))
}

fn order(list: &str, origin: &Origin) -> Vec<AuthScheme> {
    let mut names = list.split(',').map(str::trim);
    if names.clone().any(str::is_empty) {
        tracing::warn!("{origin} is ignored: a name in the list of authentication schemes is empty");
        names = "".split(',').map(str::trim);
    }
    let preferred = names.filter_map(|name| match name.rsplit_once('#').map_or(name, |(_, name)| name) {
        "sigv4" => Some(AuthScheme::SigV4),
        "httpBearerAuth" => Some(AuthScheme::Bearer),
        // Amazon Bedrock has no other.
        _ => None,
    });
    let mut schemes = Vec::new();
    for scheme in preferred.chain([AuthScheme::SigV4, AuthScheme::Bearer]) {
        if !schemes.contains(&scheme) {
            schemes.push(scheme);
        }
    }
    schemes
}

#[cfg(test)]
mod tests {
    use super::AuthScheme::{Bearer, SigV4};
    use super::*;

    #[test]
    fn preferred_schemes_come_first_and_no_scheme_is_lost() {
        for (list, expected) in [
            ("sigv4", [SigV4, Bearer]),
            ("httpBearerAuth", [Bearer, SigV4]),
            (" smithy.api#httpBearerAuth ,\taws.auth#sigv4", [Bearer, SigV4]),
            ("sigv4a, noAuth, httpBearerAuth", [Bearer, SigV4]),
            ("sigv4a", [SigV4, Bearer]),
            ("httpBearerAuth,,sigv4", [SigV4, Bearer]),
        ] {
            assert_eq!(order(list, &Origin::Code), expected, "{list}");
        }
    }

    #[test]
    fn the_preference_of_the_environment_beats_that_of_the_profile() {
        let context = AwsContext::isolated()
            .with_variable("HOME", "/h")
            .with_file("/h/.aws/config", "[default]\nauth_scheme_preference = httpBearerAuth");
        let schemes = |context: &AwsContext| {
            super::schemes(context, &ProfilesSource::new(context.clone(), None)).unwrap()
        };
        assert_eq!(schemes(&AwsContext::isolated()), [SigV4, Bearer]);
        assert_eq!(schemes(&context), [Bearer, SigV4]);
        assert_eq!(schemes(&context.with_variable("AWS_AUTH_SCHEME_PREFERENCE", "sigv4")), [SigV4, Bearer]);
    }

    #[test]
    fn the_variable_is_that_of_the_signing_name() {
        for service in [Service::BEDROCK, Service::BEDROCK_RUNTIME] {
            assert_eq!(service.bearer_token_variable(), "AWS_BEARER_TOKEN_BEDROCK");
        }
        assert_eq!(
            Service::new("X", "x", "foo-bar baz").bearer_token_variable(),
            "AWS_BEARER_TOKEN_FOO_BAR_BAZ"
        );
    }

    #[test]
    fn a_token_is_trimmed_checked_and_never_shown() {
        let token = BearerToken::new(" ABSKhush\n", Origin::Code).unwrap();
        assert_eq!(token.as_str(), "ABSKhush");
        assert!(!format!("{:?}", Identity::BearerToken(token)).contains("hush"));
        let context = AwsContext::isolated().with_variable("AWS_BEARER_TOKEN_BEDROCK", "hush\nhush");
        let error = bearer_token(&Service::BEDROCK, &context).unwrap_err();
        assert_eq!(
            error.message(),
            "the bearer token from AWS_BEARER_TOKEN_BEDROCK has a character that no API key has"
        );
        assert!(!format!("{error:?}").contains("hush"));
    }

    #[test]
    fn a_token_does_not_cross_a_network_unencrypted_but_a_signature_may() {
        let url = Url::parse("http://example.com").unwrap();
        let token = Identity::BearerToken(BearerToken::new("x", Origin::Code).unwrap());
        assert_eq!(
            token.check_endpoint(&url).unwrap_err().message(),
            "the bearer token from code is not sent over http to example.com"
        );
        assert!(token.check_endpoint(&Url::parse("http://127.0.0.1:1").unwrap()).is_ok());
        let keys = Identity::Credentials(Credentials::from_keys("a", "b", None));
        assert!(keys.check_endpoint(&url).is_ok());
    }
}
