//! The emulator from outside: how it is started, asked and stopped.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::received::ReceivedRequest;
use crate::script::Reply;
use crate::server::{self, Service};
use crate::settings::Settings;

/// A Bedrock runtime on a loopback port. It runs as a task of the runtime it was started in, and stops when
/// it is shut down or dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use roo_emulator::Emulator;
///
/// let emulator = Emulator::start().await?;
/// assert_eq!(emulator.url(), format!("http://127.0.0.1:{}", emulator.port()));
/// assert_eq!(emulator.region(), "us-east-1");
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    service: Arc<Service>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// The emulator could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// No socket could be opened at the address.
    #[error("cannot listen on {address}")]
    Bind {
        /// The loopback address that was asked for.
        address: SocketAddr,
        /// Why the system refused.
        source: std::io::Error,
    },
}

impl Emulator {
    /// Starts an emulator with the default settings on a free port.
    ///
    /// # Errors
    /// [`StartError::Bind`] if no loopback socket can be opened.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Settings to start an emulator with.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// The base address, without a slash at the end: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The TCP port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The region that signatures must be scoped to.
    pub fn region(&self) -> &str {
        &self.service.settings.identities.region
    }

    /// The access key id it accepts.
    pub fn access_key_id(&self) -> &str {
        &self.service.settings.identities.access_key_id
    }

    /// The secret access key that belongs to [`access_key_id`](Self::access_key_id).
    pub fn secret_access_key(&self) -> &str {
        &self.service.settings.identities.secret_access_key
    }

    /// The session token that must come with the key, if there is one.
    pub fn session_token(&self) -> Option<&str> {
        self.service.settings.identities.session_token.as_deref()
    }

    /// The bearer key it accepts in place of a signature.
    pub fn bearer_token(&self) -> &str {
        &self.service.settings.identities.bearer_token
    }

    /// What was received so far, in order of arrival, refused requests included: the last 10,000 requests, and of
    /// those the last whose bodies come to 256 MiB.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.service.requests()
    }

    /// Appends a reply to the script. Each request takes one, in order; with an empty script the emulator
    /// answers by itself. A request that is refused (signature, validation) takes none, unless the reply is
    /// [`Reply::before_checks`].
    pub fn enqueue(&self, reply: Reply) {
        self.service.enqueue(reply);
    }

    /// The number of scripted replies that no request has taken yet.
    pub fn pending_replies(&self) -> usize {
        self.service.pending_replies()
    }

    /// Stops listening, closes every connection, and returns when that is done.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The only outcome of an aborted task is that it was aborted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Emulator").field("url", &self.url()).field("region", &self.region()).finish()
    }
}

/// Settings of an [`Emulator`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::{Duration, SystemTime};
/// use roo_emulator::Emulator;
///
/// let emulator = Emulator::builder()
///     .with_region("eu-central-1")
///     .with_session_token("a-session-token")
///     .with_clock(|| SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045))
///     .start()
///     .await?;
/// assert_eq!(emulator.session_token(), Some("a-session-token"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct EmulatorBuilder {
    settings: Settings,
    port: u16,
}

impl EmulatorBuilder {
    /// The key pair to accept. Default: a fixed pair that is obviously none of AWS's.
    #[must_use]
    pub fn with_credentials(
        mut self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
    ) -> Self {
        self.settings.identities.access_key_id = access_key_id.into();
        self.settings.identities.secret_access_key = secret_access_key.into();
        self
    }

    /// Makes the key pair a temporary one: every signed request must carry and sign this session token.
    /// Default: none, and a request that carries one is refused.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        self.settings.identities.session_token = Some(token.into());
        self
    }

    /// The bearer key to accept. Default: a fixed one.
    #[must_use]
    pub fn with_bearer_token(mut self, token: impl Into<String>) -> Self {
        self.settings.identities.bearer_token = token.into();
        self
    }

    /// The region that signatures must be scoped to. Default: `us-east-1`.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.settings.identities.region = region.into();
        self
    }

    /// What the emulator takes for the present moment, to judge signatures and to write `Date` headers.
    /// Default: the clock of the system.
    #[must_use]
    pub fn with_clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.settings.clock = Clock::new(now);
        self
    }

    /// The port on 127.0.0.1. Default: 0, any free one.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What request ids, tool-use ids, paddings and cuts are derived from, with the number of the request.
    /// Default: 0.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// A pause before each event of a stream, so that one sees it arrive. Default: none.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.settings.delay = delay;
        self
    }

    /// Refuses every model request that has this member, in AWS's words, as a model does that does not know
    /// the feature. Default: none beyond what the family of the model refuses.
    ///
    /// The member is named as on the wire (`strict`, `outputConfig`, `anthropic_beta`, `temperature`,
    /// `stopSequences`, `cachePoint`), or by the end of its path (`outputConfig.effort`). What callers may
    /// shape freely is not searched: tool schemas, tool inputs and JSON results. Can be called repeatedly.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = roo_emulator::Emulator::builder().refuse_field("strict").start().await?;
    /// // A tool with `strict` is now answered: HTTP 400, ValidationException,
    /// // "The model returned the following errors: tools.0.custom.strict: Extra inputs are not permitted".
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn refuse_field(mut self, field: impl Into<String>) -> Self {
        self.settings.refused_fields.push(field.into());
        self
    }

    /// The foundation models that can be asked through an inference profile only: their bare ids are refused
    /// as AWS does it. Default: those of the catalogue that have no on-demand throughput.
    #[must_use]
    pub fn with_profile_only_models(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.profile_only = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Starts the emulator as a task of the current Tokio runtime.
    ///
    /// # Errors
    /// [`StartError::Bind`] if the port cannot be opened.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let bind_error = |source| StartError::Bind { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(bind_error)?;
        let address = listener.local_addr().map_err(bind_error)?;
        let service = Arc::new(Service::new(self.settings));
        let task = tokio::spawn(server::run(listener, Arc::clone(&service)));
        Ok(Emulator { service, address, task })
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EmulatorBuilder")
            .field("access_key_id", &self.settings.identities.access_key_id)
            .field("region", &self.settings.identities.region)
            .field("seed", &self.settings.seed)
            .field("port", &self.port)
            .field("delay", &self.settings.delay)
            .finish_non_exhaustive()
    }
}
