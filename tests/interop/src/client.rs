//! Clients of the SDK, each with an identity of its own.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Builder, Config, Credentials, Region, Token};

// The fixed identity of the emulator; its `serve` example prints the key pair.
pub(crate) const ACCESS_KEY_ID: &str = "AKIDEMULATOR";
pub(crate) const SECRET_ACCESS_KEY: &str = "this-is-not-a-secret-but-the-key-of-the-emulator";
pub(crate) const API_KEY: &str = "bedrock-api-key-of-the-emulator";

/// A client with the emulator's key pair.
pub(crate) fn signing(url: &str) -> Client {
    signing_with(url, ACCESS_KEY_ID, SECRET_ACCESS_KEY)
}

/// A client with any key pair.
pub(crate) fn signing_with(url: &str, key_id: &str, secret: &str) -> Client {
    let credentials = Credentials::new(key_id, secret, None, None, "roo-interop");
    Client::from_conf(settings(url).credentials_provider(credentials).build())
}

/// A client that sends an API key in place of a signature.
pub(crate) fn with_api_key(url: &str, key: &str) -> Client {
    Client::from_conf(settings(url).bearer_token(Token::new(key, None)).build())
}

/// Asks once, over plain HTTP and without a proxy.
fn settings(url: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("us-east-1"))
        .retry_config(RetryConfig::disabled())
}
