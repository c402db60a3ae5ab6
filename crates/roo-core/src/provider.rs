use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Error, ErrorKind, Message, MessageRequest, MessageStream, ModelInfo, Result};

/// A service that answers messages.
///
/// # Contract
/// - [`create_message`](Self::create_message) answers `Ok` once the service has *accepted* the request: a refusal, or
///   an exception that comes instead of the first event, is an `Err` of this call and nothing was shown to anybody.
/// - What cannot be sent is refused locally, before any byte leaves, with the member's name in the message.
/// - Nothing that the caller set is silently left out: it is sent, refused, or reported as a
///   [`Warning`](crate::Warning).
/// - Dropping the future or the stream ends the call.
///
/// The trait is dyn-safe: programs hold an `Arc<dyn Provider>`. Conveniences for callers are in [`ProviderExt`], which
/// nobody implements.
#[async_trait]
pub trait Provider: fmt::Debug + Send + Sync {
    /// The short name of the provider, such as `bedrock`.
    fn id(&self) -> &str;

    /// Sends a request and answers with the stream of events.
    ///
    /// # Errors
    /// See [`ErrorKind`] for what a caller does about each.
    async fn create_message(&self, request: MessageRequest) -> Result<MessageStream>;

    /// What is known about a model, without asking anybody.
    fn model_info(&self, model: &str) -> ModelInfo {
        ModelInfo::unknown(model)
    }

    /// Asks the service how many tokens a request would read.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where the service cannot tell; otherwise as
    /// [`create_message`](Self::create_message).
    async fn count_tokens(&self, request: &MessageRequest) -> Result<u64> {
        let _ = request;
        Err(unsupported(self.id(), "counting tokens"))
    }

    /// Asks the service which models there are.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] where the service cannot tell; otherwise as
    /// [`create_message`](Self::create_message).
    async fn list_models(&self) -> Result<Vec<ModelInfo>> {
        Err(unsupported(self.id(), "listing models"))
    }
}

fn unsupported(provider: &str, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{what} is not supported")).with_provider(provider)
}

/// What callers do with any [`Provider`].
pub trait ProviderExt: Provider {
    /// Sends a request and waits for the whole answer.
    ///
    /// # Errors
    /// As [`Provider::create_message`], and whatever ends the stream; [`Error::partial`] then has what came.
    fn complete(&self, request: MessageRequest) -> impl Future<Output = Result<Message>> + Send {
        async move { self.create_message(request).await?.into_message().await }
    }
}

impl<P: Provider + ?Sized> ProviderExt for P {}

/// Keeps the trait dyn-safe: this does not compile otherwise.
const _: Option<&dyn Provider> = None;

macro_rules! forward {
    ($($(#[$attribute:meta])* [$($generics:tt)*] $pointer:ty;)+) => {$(
        // A method with a default that is not forwarded would silently answer the default.
        #[deny(clippy::missing_trait_methods)]
        #[async_trait]
        impl<$($generics)*> Provider for $pointer {
            fn id(&self) -> &str {
                (**self).id()
            }

            async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
                (**self).create_message(request).await
            }

            fn model_info(&self, model: &str) -> ModelInfo {
                (**self).model_info(model)
            }

            async fn count_tokens(&self, request: &MessageRequest) -> Result<u64> {
                (**self).count_tokens(request).await
            }

            async fn list_models(&self) -> Result<Vec<ModelInfo>> {
                (**self).list_models().await
            }
        }
    )+};
}

forward! {
    [P: Provider + ?Sized] Arc<P>;
    [P: Provider + ?Sized] Box<P>;
    [P: Provider + ?Sized] &P;
}
