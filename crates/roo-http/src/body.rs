use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::StreamExt as _;
use futures_util::stream;
use roo_core::{Error, ErrorKind, Result};

use crate::Bytes;

/// The body of an answer: a stream of byte chunks as the network delivers them, never re-cut.
///
/// After its first error it gives nothing more.
pub struct Body(Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>);

impl Body {
    /// A body that arrives in pieces.
    pub fn from_stream(chunks: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self(Box::pin(chunks))
    }

    /// Reads to the end.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] if the body is longer than `limit` bytes; what is over the limit is not read. Otherwise
    /// whatever broke the connection.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes> {
        let (prefix, complete) = self.read(limit).await?;
        if complete {
            Ok(prefix)
        } else {
            Err(Error::new(
                ErrorKind::Protocol,
                format!("the body of the answer is longer than {limit} bytes"),
            ))
        }
    }

    /// Reads at most `limit` bytes and drops the rest, for bodies of which the beginning is enough.
    ///
    /// # Errors
    /// Whatever broke the connection.
    pub async fn collect_prefix(mut self, limit: usize) -> Result<Bytes> {
        self.read(limit).await.map(|(prefix, _)| prefix)
    }

    async fn read(&mut self, limit: usize) -> Result<(Bytes, bool)> {
        let mut first = Bytes::new();
        let mut whole = Vec::new();
        while let Some(chunk) = self.0.next().await {
            let mut chunk = chunk?;
            let room = limit - whole.len().max(first.len());
            let fits = chunk.len() <= room;
            chunk.truncate(room);
            // A body of one chunk, the usual case, is not copied.
            if first.is_empty() && whole.is_empty() {
                first = chunk;
            } else {
                if whole.is_empty() {
                    whole.extend_from_slice(&first);
                }
                whole.extend_from_slice(&chunk);
            }
            if !fits {
                return Ok((if whole.is_empty() { first } else { whole.into() }, false));
            }
        }
        Ok((if whole.is_empty() { first } else { whole.into() }, true))
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        let bytes = bytes.into();
        Self::from_stream(stream::iter((!bytes.is_empty()).then_some(Ok(bytes))))
    }
}

impl Stream for Body {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(chunks: &[&'static str]) -> Body {
        Body::from_stream(stream::iter(
            chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))).collect::<Vec<_>>(),
        ))
    }

    #[tokio::test]
    async fn reads_up_to_the_limit_and_not_further() {
        assert_eq!(body(&["ab", "cd"]).collect(4).await.unwrap(), "abcd");
        assert_eq!(body(&[]).collect(0).await.unwrap(), "");
        let error = body(&["ab", "cd"]).collect(3).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Protocol, "the body of the answer is longer than 3 bytes")
        );
        assert_eq!(body(&["ab", "cd", "ef"]).collect_prefix(3).await.unwrap(), "abc");
        assert_eq!(body(&["abc"]).collect_prefix(2).await.unwrap(), "ab");
    }
}
