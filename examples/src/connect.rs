use std::time::Duration;

use roo_bedrock::Bedrock;
use roo_bedrock::aws::AwsContext;
use roo_bedrock::aws::aws_credential_types::Credentials;
use roo_code::emulator::Emulator;
use roo_code::{Error, ErrorKind, Result, RooClient};
use roo_http::ReqwestTransport;

/// A client, and what it is connected to.
#[derive(Debug)]
pub struct Connection {
    /// The client.
    pub client: RooClient,
    /// What the client asks, for the operations that Bedrock has beside messages.
    pub bedrock: Bedrock,
    /// One line that says who answers.
    pub notice: String,
    /// Ends when this value is dropped.
    _emulator: Option<Emulator>,
}

/// Connects to AWS if credentials are configured anywhere, and to an emulator of its own otherwise.
///
/// # Errors
/// Credentials that are configured but broken are an error, not a reason to pretend. With `live` there is no emulator.
pub async fn connect(model: &str, region: Option<&str>, live: bool) -> Result<Connection> {
    let mut builder = Bedrock::builder();
    let mut emulator = Emulator::builder();
    if let Some(region) = region {
        builder = builder.with_region(region);
        emulator = emulator.with_region(region);
    }
    let bedrock = builder.build()?;
    if live || bedrock.has_identity().await? {
        let client = RooClient::from_provider(bedrock.clone(), model);
        let notice = format!("Talking to Amazon Bedrock ({model}).");
        return Ok(Connection { client, bedrock, notice, _emulator: None });
    }

    let emulator = emulator
        // Slow enough to see the text arrive.
        .with_delay(Duration::from_millis(15))
        .start()
        .await
        .map_err(|error| {
            Error::new(ErrorKind::Connect, "the emulator cannot be started").with_source(error)
        })?;
    let notice = format!(
        "No AWS credentials found: talking to the embedded emulator at {}, which is no language model.",
        emulator.url()
    );
    let key =
        Credentials::new(emulator.access_key_id(), emulator.secret_access_key(), None, None, "emulator");
    let bedrock = Bedrock::builder()
        // What the environment says about AWS does not concern an emulator of our own.
        .with_context(AwsContext::isolated())
        .with_transport(ReqwestTransport::new()?)
        .with_region(emulator.region())
        .with_credentials(key)
        .with_endpoint_url(emulator.url())
        .build()?;
    let client = RooClient::from_provider(bedrock.clone(), model);
    Ok(Connection { client, bedrock, notice, _emulator: Some(emulator) })
}
