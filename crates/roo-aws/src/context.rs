//! Everything outside the program that the configuration depends on, injected from one place.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;
use std::{fmt, io};

use roo_core::{Error, ErrorKind, Result, async_trait};
use roo_http::{Request, ReqwestTransport, Response, SharedTransport, Transport};

use crate::error::config;

/// Environment variables.
pub trait Variables: fmt::Debug + Send + Sync {
    /// The value of `name`, or nothing if it is not set.
    fn get(&self, name: &str) -> Option<OsString>;
}

/// Files. They are small and local, so reading blocks.
pub trait Files: fmt::Debug + Send + Sync {
    /// The whole content of `path`.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] if there is no such file, which is no fault; any other error is one.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// The time, by which credentials expire.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Now.
    fn now(&self) -> SystemTime;
}

/// Environment, files, clock and HTTP transport, as one value that every source reads.
///
/// [`real`](Self::real) is the process as it is, [`isolated`](Self::isolated) is an empty world for tests and for
/// programs that must not depend on the machine. Single variables and files can be laid over either:
///
/// ```
/// use roo_aws::{AwsConfig, AwsContext};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> roo_core::Result<()> {
/// let context = AwsContext::isolated()
///     .with_variable("HOME", "/home/me")
///     .with_file("/home/me/.aws/config", "[default]\nregion = eu-west-1\n");
/// let config = AwsConfig::builder().with_context(context).build()?;
/// assert_eq!(config.region().await?.value.as_str(), "eu-west-1");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AwsContext {
    variables: Arc<dyn Variables>,
    files: Arc<dyn Files>,
    clock: Arc<dyn Clock>,
    transport: Arc<OnceLock<SharedTransport>>,
    extra_variables: BTreeMap<String, OsString>,
    extra_files: BTreeMap<PathBuf, Vec<u8>>,
}

impl AwsContext {
    /// The process: its environment, its files, the system's clock, and a [`ReqwestTransport`] made when it is first
    /// needed. Nothing is read before a call needs it.
    pub fn real() -> Self {
        Self::new(Process, Process, OnceLock::new())
    }

    /// No variables, no files, and a transport that refuses; only the clock is the system's.
    pub fn isolated() -> Self {
        Self::new(Nothing, Nothing, OnceLock::from(Arc::new(Nothing) as SharedTransport))
    }

    fn new(
        variables: impl Variables + 'static,
        files: impl Files + 'static,
        transport: OnceLock<SharedTransport>,
    ) -> Self {
        Self {
            variables: Arc::new(variables),
            files: Arc::new(files),
            clock: Arc::new(Process),
            transport: Arc::new(transport),
            extra_variables: BTreeMap::new(),
            extra_files: BTreeMap::new(),
        }
    }

    /// Sets one environment variable for this context alone, over what [`Variables`] says.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.extra_variables.insert(name.into(), value.into());
        self
    }

    /// Puts one file into this context alone, over what [`Files`] says.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.extra_files.insert(path.into(), content.into());
        self
    }

    /// Reads environment variables from here.
    #[must_use]
    pub fn with_variables(mut self, variables: impl Variables + 'static) -> Self {
        self.variables = Arc::new(variables);
        self
    }

    /// Reads files from here.
    #[must_use]
    pub fn with_files(mut self, files: impl Files + 'static) -> Self {
        self.files = Arc::new(files);
        self
    }

    /// Reads the time from here.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sends requests through here, those that fetch credentials among them.
    #[must_use]
    pub fn with_transport(mut self, transport: SharedTransport) -> Self {
        self.transport = Arc::new(OnceLock::from(transport));
        self
    }

    /// The value of an environment variable. One that is blank counts as not set.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], naming the variable, if its value is not UTF-8.
    pub fn variable(&self, name: &str) -> Result<Option<String>> {
        let Some(value) = self.raw_variable(name) else { return Ok(None) };
        let value = value
            .into_string()
            .map_err(|_| config(format!("the value of the environment variable {name} is not UTF-8")))?;
        Ok(Some(value).filter(|value| !value.trim().is_empty()))
    }

    /// The value of an environment variable that holds a path, and so need not be UTF-8.
    pub(crate) fn path_variable(&self, name: &str) -> Option<OsString> {
        self.raw_variable(name).filter(|value| !is_blank(value))
    }

    fn raw_variable(&self, name: &str) -> Option<OsString> {
        self.extra_variables.get(name).cloned().or_else(|| self.variables.get(name))
    }

    /// The whole content of a file.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.extra_files.get(path).map_or_else(|| self.files.read(path), |content| Ok(content.clone()))
    }

    /// The time.
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// The transport, which is made now if this is the first call.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the TLS library cannot be set up.
    pub fn transport(&self) -> Result<SharedTransport> {
        if let Some(transport) = self.transport.get() {
            return Ok(Arc::clone(transport));
        }
        let made: SharedTransport = Arc::new(ReqwestTransport::new()?);
        // Another thread may have been faster; all use the one that came first.
        Ok(Arc::clone(self.transport.get_or_init(|| made)))
    }
}

impl Default for AwsContext {
    fn default() -> Self {
        Self::real()
    }
}

impl fmt::Debug for AwsContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names only: the values may be secrets.
        f.debug_struct("AwsContext")
            .field("variables", &self.variables)
            .field("files", &self.files)
            .field("clock", &self.clock)
            .field("extra_variables", &self.extra_variables.keys())
            .field("extra_files", &self.extra_files.keys())
            .finish_non_exhaustive()
    }
}

fn is_blank(value: &OsStr) -> bool {
    value.to_str().is_some_and(|value| value.trim().is_empty())
}

/// What surrounds this process.
#[derive(Debug)]
struct Process;

impl Variables for Process {
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

impl Files for Process {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
}

impl Clock for Process {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// An empty world.
#[derive(Debug)]
struct Nothing;

impl Variables for Nothing {
    fn get(&self, _name: &str) -> Option<OsString> {
        None
    }
}

impl Files for Nothing {
    fn read(&self, _path: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[async_trait]
impl Transport for Nothing {
    async fn send(&self, _request: Request) -> Result<Response> {
        Err(Error::new(ErrorKind::Connect, "this AWS context is isolated and has no HTTP transport")
            .with_retryable(false)
            .with_hint("Give it one with `AwsContext::with_transport`."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_variables_count_as_not_set() {
        let context = AwsContext::isolated().with_variable("A", " \t").with_variable("B", " b ");
        assert_eq!(context.variable("A").unwrap(), None);
        assert_eq!(context.path_variable("A"), None);
        assert_eq!(context.variable("B").unwrap().as_deref(), Some(" b "));
        assert_eq!(context.variable("C").unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_utf8_is_an_error_that_names_it() {
        use std::os::unix::ffi::OsStringExt as _;

        let context = AwsContext::isolated().with_variable("AWS_REGION", OsString::from_vec(vec![0xff]));
        let error = context.variable("AWS_REGION").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.message(), "the value of the environment variable AWS_REGION is not UTF-8");
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let context = AwsContext::isolated().with_variable("KEY", "hush").with_file("/f", "hush");
        let shown = format!("{context:?}");
        assert!(shown.contains("KEY") && shown.contains("/f") && !shown.contains("hush"), "{shown}");
    }

    #[tokio::test]
    async fn an_isolated_context_never_reaches_the_network() {
        let transport = AwsContext::isolated().transport().unwrap();
        let error = transport.send(Request::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
    }

    #[test]
    fn the_transport_is_made_once_and_shared_by_clones() {
        let context = AwsContext::real();
        let first = context.clone().transport().unwrap();
        assert!(Arc::ptr_eq(&first, &context.transport().unwrap()));
    }
}
