use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use crate::Message;

/// What [`Provider`](crate::Provider)s answer with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, whether before a stream or inside it.
///
/// [`kind`](Self::kind) says what a caller does next, [`hint`](Self::hint) says it to a human. `Display` is one line
/// with everything that support will ask for; it holds no secret and no prompt. One pointer wide.
///
/// ```
/// use roo_core::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Throttled, "Too many tokens, please wait before trying again.")
///     .with_provider("bedrock")
///     .with_status(429)
///     .with_code("ThrottlingException")
///     .with_request_id("0f1e");
/// assert!(error.is_retryable());
/// assert_eq!(
///     error.to_string(),
///     "bedrock: Too many tokens, please wait before trying again. (ThrottlingException, HTTP 429, request id 0f1e)",
/// );
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    provider: Option<String>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    retryable: Option<bool>,
    hint: Option<Cow<'static, str>>,
    partial: Option<Message>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What a caller does about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Correct the setting that the message names. Nothing was sent.
    Config,
    /// Provide credentials, or other ones. The message lists the sources that were tried.
    Credentials,
    /// Get the permission that the message names; the credentials themselves are known.
    AccessDenied,
    /// Correct the request.
    InvalidRequest,
    /// Shorten the conversation: it does not fit the model's context window.
    ContextOverflow,
    /// Correct the model id, or choose a region that has the model.
    ModelNotFound,
    /// Wait a little: the model is being loaded.
    ModelNotReady,
    /// Slow down, and send it again later.
    Throttled,
    /// Ask for a higher quota; waiting does not help.
    QuotaExceeded,
    /// Send it again later: the service has no capacity now.
    Overloaded,
    /// Send it again later: the service failed.
    ServerError,
    /// The model failed on this request, or answered what cannot be used.
    ModelError,
    /// Send it again, or allow more time.
    Timeout,
    /// Look at the network, the proxy and the endpoint: no connection came about.
    Connect,
    /// Report it: the other side answered what the protocol does not allow.
    Protocol,
    /// Send it again: the answer was cut off. [`Error::partial`] has what came.
    Truncated,
    /// Choose another provider or model: this one cannot do it.
    Unsupported,
    /// Nothing: the caller ended it.
    Cancelled,
}

impl ErrorKind {
    /// Whether the same request may succeed when it is sent again.
    pub fn is_retryable(self) -> bool {
        match self {
            Self::ModelNotReady
            | Self::Throttled
            | Self::Overloaded
            | Self::ServerError
            | Self::Timeout
            | Self::Connect
            | Self::Truncated => true,
            Self::Config
            | Self::Credentials
            | Self::AccessDenied
            | Self::InvalidRequest
            | Self::ContextOverflow
            | Self::ModelNotFound
            | Self::QuotaExceeded
            | Self::ModelError
            | Self::Protocol
            | Self::Unsupported
            | Self::Cancelled => false,
        }
    }
}

impl Error {
    /// An error of this kind. The message says what is wrong in one sentence, without secrets and without the text of
    /// a prompt.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            provider: None,
            status: None,
            code: None,
            request_id: None,
            retry_after: None,
            retryable: None,
            hint: None,
            partial: None,
            source: None,
        }))
    }

    /// Names the provider, unless one is named already: the innermost knows best.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.0.provider.get_or_insert_with(|| provider.into());
        self
    }

    /// Adds the HTTP status, of the answer or the one that stands for an exception inside a stream.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the service's own name of the error, such as `ThrottlingException`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds the id to give to the provider's support, unless there is one already.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.0.request_id.get_or_insert_with(|| request_id.into());
        self
    }

    /// Adds how long the service wants the caller to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Overrides whether sending it again may help, where the kind alone does not tell.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.0.retryable = Some(retryable);
        self
    }

    /// Adds what to do, in one sentence.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds what came before the answer was cut off, unless that is there already.
    #[must_use]
    pub fn with_partial(mut self, partial: Message) -> Self {
        self.0.partial.get_or_insert(partial);
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What a caller does about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong, without the rest that `Display` adds.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The provider, as [`Provider::id`](crate::Provider::id) says.
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The HTTP status. For an exception inside a stream, whose own status was 200, the one that it stands for.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The service's own name of the error, such as `ThrottlingException`.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The id to give to the provider's support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long the service wants the caller to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same request may succeed when it is sent again.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable.unwrap_or_else(|| self.0.kind.is_retryable())
    }

    /// What to do, in one sentence.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// What came before the answer was cut off. Tool calls in it that are not complete are
    /// [`ToolInput::Incomplete`](crate::ToolInput::Incomplete).
    pub fn partial(&self) -> Option<&Message> {
        self.0.partial.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(provider) = &inner.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&inner.message)?;
        let status = inner.status.map(|status| format!("HTTP {status}"));
        let request_id = inner.request_id.as_ref().map(|id| format!("request id {id}"));
        let details: Vec<_> = [inner.code.clone(), status, request_id].into_iter().flatten().collect();
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        let Some(hint) = &inner.hint else { return Ok(()) };
        let separator = match inner.message.chars().next_back() {
            _ if inner.message.contains('\n') => "\n",
            Some('.' | '!' | '?' | '…') if details.is_empty() => " ",
            _ => ". ",
        };
        write!(f, "{separator}{hint}")
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("message", &inner.message)
            .field("provider", &inner.provider)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("request_id", &inner.request_id)
            .field("retry_after", &inner.retry_after)
            .field("retryable", &self.is_retryable())
            .field("hint", &inner.hint)
            // The text of a conversation does not belong into a log.
            .field("partial_blocks", &inner.partial.as_ref().map(|message| message.content.len()))
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide_and_can_cross_threads() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
    }

    #[test]
    fn reads_as_sentences() {
        let text =
            |message: &'static str| Error::new(ErrorKind::Config, message).with_hint("Do this.").to_string();
        assert_eq!(text("wrong"), "wrong. Do this.");
        assert_eq!(text("Wrong."), "Wrong. Do this.");
        assert_eq!(text("wrong:\n  a\n  b"), "wrong:\n  a\n  b\nDo this.");
        let coded = Error::new(ErrorKind::Throttled, "Wait.").with_code("X").with_hint("Do this.");
        assert_eq!(coded.to_string(), "Wait. (X). Do this.");
    }

    #[test]
    fn shows_nothing_of_the_conversation() {
        let error =
            Error::new(ErrorKind::Truncated, "cut").with_partial(Message::assistant("the secret plan"));
        assert_eq!(error.partial().unwrap().text(), "the secret plan");
        assert!(!format!("{error} {error:?}").contains("secret plan"));
    }
}
