//! The whole configuration in injected surroundings.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use roo_core::{ErrorKind, Result};

use crate::{AwsConfig, AwsConfigBuilder, AwsContext, Files, Identity, Origin, Service};

const RUNTIME: Service = Service::BEDROCK_RUNTIME;

/// Keys in the environment, and in the profiles `default` and `dev`.
fn context() -> AwsContext {
    AwsContext::isolated()
        .with_variable("HOME", "/h")
        .with_variable("AWS_ACCESS_KEY_ID", "environment")
        .with_variable("AWS_SECRET_ACCESS_KEY", "s")
        .with_file(
            "/h/.aws/credentials",
            "[default]\naws_access_key_id = default\naws_secret_access_key = s\n\
             [dev]\naws_access_key_id = dev\naws_secret_access_key = s\nregion = eu-west-1",
        )
}

fn builder() -> AwsConfigBuilder {
    AwsConfig::builder().with_context(context())
}

fn keys(id: &str) -> Credentials {
    Credentials::from_keys(id, "s", None)
}

/// The access key id, or the bearer token and where it is from.
async fn who(builder: AwsConfigBuilder) -> Result<String> {
    Ok(match builder.build()?.identity(&RUNTIME).await? {
        Identity::Credentials(credentials) => credentials.access_key_id().to_owned(),
        Identity::BearerToken(token) => format!("{} from {}", token.as_str(), token.origin()),
    })
}

/// Files that may not be read.
#[derive(Debug)]
struct Forbidden;

impl Files for Forbidden {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        panic!("{} was read", path.display());
    }
}

#[tokio::test]
async fn the_more_explicit_identity_wins() {
    let with_token = context().with_variable("AWS_BEARER_TOKEN_BEDROCK", "token");
    let builder = AwsConfig::builder().with_context(with_token);
    let everything = builder.clone().with_credentials(keys("code")).with_bearer_token("code-token");
    assert_eq!(who(everything).await.unwrap(), "code-token from code");
    assert_eq!(who(builder.clone().with_credentials(keys("code"))).await.unwrap(), "code");
    assert_eq!(who(builder.clone().with_credentials_provider(keys("provider"))).await.unwrap(), "provider");
    assert_eq!(who(builder).await.unwrap(), "token from AWS_BEARER_TOKEN_BEDROCK");
    assert_eq!(who(self::builder()).await.unwrap(), "environment");
    assert_eq!(who(self::builder().with_profile("dev")).await.unwrap(), "dev");
}

#[tokio::test]
async fn the_last_credentials_given_in_code_count() {
    let builder = builder().with_credentials(keys("a")).with_credentials_provider(keys("b"));
    assert_eq!(who(builder.clone()).await.unwrap(), "b");
    assert_eq!(who(builder.with_credentials(keys("c"))).await.unwrap(), "c");
}

#[tokio::test]
async fn the_token_of_the_environment_beats_the_preference_and_that_of_another_service_does_not_count() {
    let token = context()
        .with_variable("AWS_BEARER_TOKEN_BEDROCK", "token")
        .with_variable("AWS_AUTH_SCHEME_PREFERENCE", "sigv4");
    assert!(who(AwsConfig::builder().with_context(token)).await.unwrap().starts_with("token"));
    let others = context()
        .with_variable("AWS_BEARER_TOKEN_FOO", "token")
        .with_variable("AWS_BEARER_TOKEN_BEDROCK", " ")
        .with_variable("AWS_AUTH_SCHEME_PREFERENCE", "httpBearerAuth");
    assert_eq!(who(AwsConfig::builder().with_context(others)).await.unwrap(), "environment");
}

#[tokio::test]
async fn the_profile_follows_when_the_environment_has_no_keys() {
    let context =
        context().with_variable("AWS_ACCESS_KEY_ID", " ").with_variable("AWS_SECRET_ACCESS_KEY", "");
    assert_eq!(who(AwsConfig::builder().with_context(context.clone())).await.unwrap(), "default");
    let context = context.with_variable("AWS_PROFILE", "dev");
    assert_eq!(who(AwsConfig::builder().with_context(context)).await.unwrap(), "dev");
}

#[tokio::test]
async fn a_config_from_code_alone_reads_no_file() {
    let context = AwsContext::isolated().with_variable("HOME", "/h").with_files(Forbidden);
    let config = AwsConfig::builder()
        .with_context(context)
        .with_region("eu-west-1")
        .with_endpoint_url("https://example.com/path")
        .with_credentials(keys("code"))
        .build()
        .unwrap();
    assert!(config.identity(&RUNTIME).await.is_ok());
    assert_eq!(config.region().await.unwrap().origin, Origin::Code);
    assert_eq!(config.endpoint(&RUNTIME).await.unwrap().value.as_str(), "https://example.com/path");
}

#[tokio::test]
async fn without_an_identity_the_error_lists_every_place() {
    let config = AwsConfig::builder().with_context(AwsContext::isolated().with_variable("HOME", "/h"));
    let error = who(config).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(
        error.to_string(),
        "no AWS credentials were found.\n  \
         code: neither credentials nor a bearer token given.\n  \
         AWS_BEARER_TOKEN_BEDROCK: not set or blank.\n  \
         environment: AWS_ACCESS_KEY_ID is not set or blank.\n  \
         profile: `default` is not defined; /h/.aws/config does not exist, /h/.aws/credentials does not exist.\n  \
         web identity: AWS_WEB_IDENTITY_TOKEN_FILE not set.\n  \
         container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI not set.\n  \
         EC2 instance metadata: not supported yet.\n\
         Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_BEARER_TOKEN_BEDROCK, or run `aws configure`."
    );
}

#[tokio::test]
async fn an_unknown_profile_is_named_with_those_that_exist() {
    for (config, origin) in [
        (builder().with_profile("dve"), "code"),
        (
            AwsConfig::builder().with_context(
                context()
                    .with_variable("AWS_PROFILE", "dve")
                    .with_variable("AWS_ACCESS_KEY_ID", "")
                    .with_variable("AWS_SECRET_ACCESS_KEY", ""),
            ),
            "AWS_PROFILE",
        ),
    ] {
        let error = who(config).await.unwrap_err();
        let expected = format!("profile: `dve` (from {origin}) is not defined, only `default`, `dev`; ");
        assert!(error.message().contains(&expected), "{error}");
        assert!(!error.message().contains("aws_secret"));
    }
}

#[tokio::test]
async fn half_a_pair_is_a_credentials_error_that_names_the_field() {
    let context = context().with_variable("AWS_SECRET_ACCESS_KEY", "");
    let error = who(AwsConfig::builder().with_context(context)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(error.message().starts_with("the source `environment` of AWS credentials failed."), "{error}");
    assert!(error.message().contains("AWS_SECRET_ACCESS_KEY is not set or blank"), "{error}");
}

#[tokio::test]
async fn a_failing_provider_from_code_gives_its_reason() {
    #[derive(Debug)]
    struct Failing;
    impl ProvideCredentials for Failing {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::provider_error("the vault is sealed")))
        }
    }
    let error = who(builder().with_credentials_provider(Failing)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!(error.message(), "the AWS credentials cannot be had: the vault is sealed");
}

#[tokio::test]
async fn expired_credentials_from_code_are_a_local_error() {
    let expiry = SystemTime::now() - Duration::from_secs(1);
    let expired = Credentials::new("a", "s", None, Some(expiry), "test");
    let error = who(builder().with_credentials(expired)).await.unwrap_err();
    assert!(error.message().ends_with("have expired"), "{error}");
}

#[tokio::test]
async fn the_profile_chosen_in_code_gives_the_region() {
    let region = builder().with_profile("dev").build().unwrap().region().await.unwrap();
    assert_eq!(region.value.as_str(), "eu-west-1");
    assert_eq!(region.origin.to_string(), "`region` in /h/.aws/credentials, line 7");
    let config = builder().with_profile("dev").with_region("us-east-1").build().unwrap();
    assert_eq!(
        config.endpoint(&Service::BEDROCK).await.unwrap().value.as_str(),
        "https://bedrock.us-east-1.amazonaws.com/"
    );
}

#[tokio::test]
async fn files_are_read_anew_with_the_credentials_and_after_forgetting() {
    #[derive(Debug)]
    struct Counting(AtomicUsize);
    impl Files for Counting {
        fn read(&self, _path: &Path) -> io::Result<Vec<u8>> {
            // Two files make one round.
            let round = self.0.fetch_add(1, Ordering::Relaxed) / 2 + 1;
            let keys = format!("aws_access_key_id = id{round}\naws_secret_access_key = s");
            Ok(format!("[default]\nregion = r{round}\n{keys}").into_bytes())
        }
    }
    let context = AwsContext::isolated()
        .with_variable("AWS_CONFIG_FILE", "/c")
        .with_variable("AWS_SHARED_CREDENTIALS_FILE", "/d")
        .with_files(Counting(AtomicUsize::new(0)));
    let config = AwsConfig::builder().with_context(context).build().unwrap();
    let region = async || config.region().await.unwrap().value.to_string();
    let id = async || match config.identity(&RUNTIME).await.unwrap() {
        Identity::Credentials(credentials) => credentials.access_key_id().to_owned(),
        Identity::BearerToken(token) => format!("{token:?}"),
    };
    assert_eq!((region().await, region().await), ("r1".into(), "r1".into()));
    assert_eq!((id().await, id().await, region().await), ("id2".into(), "id2".into(), "r2".into()));
    config.forget();
    assert_eq!(region().await, "r3");
    assert_eq!(id().await, "id4");
}

#[test]
fn build_names_the_first_setting_that_cannot_work() {
    let cases = [
        (
            builder().with_region("us east").with_bearer_token(""),
            "the region from code is wrong: `us east` is not",
        ),
        (builder().with_profile(" "), "the profile from code is blank"),
        (builder().with_credentials(keys("")), "the access key id of the credentials from code is blank"),
        (
            builder().with_credentials(Credentials::from_keys("a", " ", None)),
            "the secret access key of the credentials from code is blank",
        ),
        (
            builder().with_credentials(Credentials::from_keys("a", "b", Some(String::new()))),
            "the session token of the credentials from code is blank",
        ),
        (builder().with_bearer_token(" "), "the bearer token from code is empty"),
        (builder().with_bearer_token("a b"), "the bearer token from code has a character"),
        (builder().with_endpoint_url("localhost"), "the endpoint URL from code is wrong: relative URL"),
        (
            builder().with_endpoint_url("localhost:80"),
            "the endpoint URL from code is wrong: its scheme is `localhost`",
        ),
        (
            builder().with_endpoint_url("http://example.com").with_bearer_token("x"),
            "the bearer token from code is not sent over http to example.com",
        ),
    ];
    for (builder, message) in cases {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().starts_with(message), "{error}");
    }
    assert!(builder().with_endpoint_url("http://localhost:1").with_bearer_token("x").build().is_ok());
    assert!(builder().with_endpoint_url("http://example.com").with_credentials(keys("a")).build().is_ok());
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let context = context().with_variable("AWS_SECRET_ACCESS_KEY", "hush-environment").with_file(
        "/h/.aws/credentials",
        "[default]\naws_access_key_id = a\naws_secret_access_key = hush-profile",
    );
    let builder = AwsConfig::builder()
        .with_context(context)
        .with_credentials(Credentials::from_keys("a", "hush-code", Some("hush-session".into())))
        .with_bearer_token("hush-token")
        .with_endpoint_url("https://me:hush@example.com");
    assert!(!format!("{builder:?}").contains("hush"));
    let config = builder.with_endpoint_url("https://example.com").build().unwrap();
    config.region().await.unwrap_err();
    let identity = config.identity(&RUNTIME).await.unwrap();
    assert!(!format!("{config:?} {identity:?}").contains("hush"));
}

#[tokio::test]
async fn nothing_configured_is_told_apart_from_something_broken() {
    let home = AwsContext::isolated().with_variable("HOME", "/h");
    let has_identity = async |context: &AwsContext| {
        let config = AwsConfig::builder().with_context(context.clone()).build().unwrap();
        config.has_identity(&Service::BEDROCK_RUNTIME).await
    };
    assert!(!has_identity(&home).await.unwrap());
    assert!(
        !has_identity(&home.clone().with_file("/h/.aws/config", "[default]\nregion = us-east-1"))
            .await
            .unwrap()
    );
    let token = home.clone().with_variable("AWS_BEARER_TOKEN_BEDROCK", "key");
    assert!(has_identity(&token).await.unwrap());
    let half = home.clone().with_variable("AWS_ACCESS_KEY_ID", "id");
    assert_eq!(has_identity(&half).await.unwrap_err().kind(), ErrorKind::Credentials);
    let misnamed = home.with_variable("AWS_PROFILE", "typo");
    assert!(has_identity(&misnamed).await.unwrap_err().to_string().contains("typo"));
}
