use std::sync::Arc;
use std::time::Duration;

use roo_bedrock::Bedrock;
use roo_bedrock::aws::AwsContext;
use roo_code::emulator::Emulator;
use roo_code::{ApiProvider, Error, ErrorKind, ProviderSettings, Result, RooClient};
use roo_http::ReqwestTransport;

/// A client, and what it is connected to.
#[derive(Debug)]
pub struct Connection {
    /// The client.
    pub client: RooClient,
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
    let mut settings = ProviderSettings::new(ApiProvider::Bedrock, model);
    let mut bedrock = Bedrock::builder();
    if let Some(region) = region {
        settings = settings.with_aws_region(region);
        bedrock = bedrock.with_region(region);
    }
    if live || bedrock.build()?.has_identity().await? {
        let notice = format!("Talking to Amazon Bedrock ({model}).");
        return Ok(Connection { client: RooClient::new(settings)?, notice, _emulator: None });
    }

    let mut emulator = Emulator::builder();
    if let Some(region) = region {
        emulator = emulator.with_region(region);
    }
    let emulator = emulator
        // Slow enough to see the text arrive.
        .with_delay(Duration::from_millis(15))
        .start()
        .await
        .map_err(|error| {
            Error::new(ErrorKind::Connect, "the emulator cannot be started").with_source(error)
        })?;
    let transport = Arc::new(ReqwestTransport::new()?);
    let notice = format!(
        "No AWS credentials found: talking to the embedded emulator at {}, which is no language model.",
        emulator.url()
    );
    let settings = ProviderSettings::new(ApiProvider::Bedrock, model)
        .with_aws_region(emulator.region())
        .with_aws_credentials(emulator.access_key_id(), emulator.secret_access_key(), None)
        .with_aws_endpoint_url(emulator.url())
        // What the environment says about AWS does not concern an emulator of our own.
        .with_bedrock(|bedrock| bedrock.with_context(AwsContext::isolated().with_transport(transport)));
    Ok(Connection { client: RooClient::new(settings)?, notice, _emulator: Some(emulator) })
}
