use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use roo_core::Result;

use crate::{Body, Bytes};

/// A request with its whole body.
pub type Request = http::Request<Bytes>;

/// An answer whose body may still be arriving.
pub type Response = http::Response<Body>;

/// A transport that several clients use.
pub type SharedTransport = Arc<dyn Transport>;

/// Sends one request and gives the answer.
///
/// # Contract
/// - Method, target, headers and body go out exactly as they are: a signature covers them. Only headers that the
///   protocol itself needs may be added.
/// - Every answer is `Ok`, whatever its status; redirects are answers and are not followed.
/// - `Err` means that there is no answer: [`Connect`](roo_core::ErrorKind::Connect) if nothing can have been sent,
///   [`Timeout`](roo_core::ErrorKind::Timeout) if a time limit passed, [`Truncated`](roo_core::ErrorKind::Truncated) if
///   the connection broke after that.
/// - Dropping the future or the body closes the connection, or leaves it clean for the next request.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends `request`; answers as soon as the head of the answer is there.
    ///
    /// # Errors
    /// As the contract says.
    async fn send(&self, request: Request) -> Result<Response>;
}

#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request) -> Result<Response> {
        (**self).send(request).await
    }
}
