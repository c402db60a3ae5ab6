//! How Roo Code talks HTTP: one trait with one method, [`Transport`], and its implementation on reqwest.
//!
//! Providers are written against the trait, so a test can answer in place of the network and a program can bring its
//! own client. Requests are whole ([`Bytes`]), because what was signed must be what is sent; answers are streams.

mod body;
mod reqwest;
mod transport;

pub use crate::body::Body;
pub use crate::reqwest::{ReqwestTransport, ReqwestTransportBuilder};
pub use crate::transport::{Request, Response, SharedTransport, Transport};
pub use bytes::Bytes;
