//! What a service does beside answering messages: turning texts into vectors, and ranking documents. Each is a trait of
//! its own, since few providers do either.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Result, Usage};

/// A service that turns texts into vectors.
///
/// # Contract
/// - Any number of texts is taken; they are spread over as many calls as the model needs.
/// - What a model has no setting for is refused, but for the purpose: where a model makes no difference between
///   purposes, the vectors suit all of them.
/// - What was paid for is not lost: see [`EmbeddingResponse`].
///
/// The trait is dyn-safe.
#[async_trait]
pub trait EmbeddingProvider: fmt::Debug + Send + Sync {
    /// Turns each text into a vector.
    ///
    /// # Errors
    /// If the request was refused before it was sent, or if every call failed: then the first of their errors. Where
    /// some calls succeeded, the failures are in the response.
    async fn embed(&self, request: &EmbeddingRequest) -> Result<EmbeddingResponse>;
}

/// A service that ranks documents by what they say about a query. The trait is dyn-safe.
#[async_trait]
pub trait RerankProvider: fmt::Debug + Send + Sync {
    /// Ranks the documents of a request.
    ///
    /// # Errors
    /// See [`ErrorKind`] for what a caller does about each.
    async fn rerank(&self, request: &RerankRequest) -> Result<RerankResponse>;
}

/// Keeps the traits dyn-safe: this does not compile otherwise.
const _: Option<(&dyn EmbeddingProvider, &dyn RerankProvider)> = None;

macro_rules! forward {
    ($([$($generics:tt)*] $pointer:ty;)+) => {$(
        #[async_trait]
        impl<$($generics)* EmbeddingProvider + ?Sized> EmbeddingProvider for $pointer {
            async fn embed(&self, request: &EmbeddingRequest) -> Result<EmbeddingResponse> {
                (**self).embed(request).await
            }
        }

        #[async_trait]
        impl<$($generics)* RerankProvider + ?Sized> RerankProvider for $pointer {
            async fn rerank(&self, request: &RerankRequest) -> Result<RerankResponse> {
                (**self).rerank(request).await
            }
        }
    )+};
}

forward! {
    [P:] Arc<P>;
    [P:] Box<P>;
    [P:] &P;
}

/// Texts to turn into vectors.
///
/// ```
/// use roo_core::{EmbeddingPurpose, EmbeddingRequest};
///
/// let request = EmbeddingRequest::new("amazon.titan-embed-text-v2:0", ["one text", "another"])
///     .with_purpose(EmbeddingPurpose::Query)
///     .with_dimensions(256);
/// assert_eq!(request.texts.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct EmbeddingRequest {
    /// The model's id.
    pub model: String,
    /// The texts, each of which gets a vector.
    pub texts: Vec<String>,
    /// What the vectors are for; `None` is the model's own default, or [`EmbeddingPurpose::Document`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<EmbeddingPurpose>,
    /// How many numbers a vector has; `None` is the model's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<u32>,
    /// What becomes of a text that is too long; `None` is the model's default, which mostly is to refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncation: Option<Truncation>,
}

impl EmbeddingRequest {
    /// These texts, to be turned into vectors by this model.
    pub fn new(model: impl Into<String>, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let texts = texts.into_iter().map(Into::into).collect();
        Self { model: model.into(), texts, ..Self::default() }
    }

    /// Says what the vectors are for.
    #[must_use]
    pub fn with_purpose(mut self, purpose: EmbeddingPurpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    /// Sets how many numbers a vector has.
    #[must_use]
    pub fn with_dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// Says what becomes of a text that is too long.
    #[must_use]
    pub fn with_truncation(mut self, truncation: Truncation) -> Self {
        self.truncation = Some(truncation);
        self
    }
}

/// What a vector is for. Vectors of documents and of queries are made to be compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmbeddingPurpose {
    /// To be found.
    Document,
    /// To find with.
    Query,
    /// To be the input of a classifier.
    Classification,
    /// To be grouped with others.
    Clustering,
}

/// What becomes of a text that is longer than the model reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Truncation {
    /// It is refused.
    Refuse,
    /// Its beginning is left out.
    Start,
    /// Its end is left out.
    End,
}

/// Vectors, as far as they came.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct EmbeddingResponse {
    /// A vector for each text of the request, in its order; `None` where the call failed, or was not made any more
    /// because a failure before it would have met every call.
    pub embeddings: Vec<Option<Vec<f32>>>,
    /// The calls that failed. Empty if every text has its vector.
    pub failures: Vec<EmbeddingFailure>,
    /// What the calls that succeeded took, together.
    pub usage: Usage,
}

impl EmbeddingResponse {
    /// All vectors, for who needs all or none.
    ///
    /// # Errors
    /// The first failure, if there is one.
    pub fn into_vectors(self) -> Result<Vec<Vec<f32>>> {
        let missing = || Error::new(ErrorKind::Protocol, "a text has no vector");
        match self.failures.into_iter().next() {
            Some(failure) => Err(failure.error),
            None => self.embeddings.into_iter().map(|vector| vector.ok_or_else(missing)).collect(),
        }
    }
}

/// A call that failed among others.
#[derive(Debug)]
#[non_exhaustive]
pub struct EmbeddingFailure {
    /// Which texts of the request it was about.
    pub texts: Range<usize>,
    /// Why it failed.
    pub error: Error,
}

impl EmbeddingFailure {
    /// The failure of a call about these texts.
    pub fn new(texts: Range<usize>, error: Error) -> Self {
        Self { texts, error }
    }
}

/// Documents to rank.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RerankRequest {
    /// The model's id.
    pub model: String,
    /// What the documents are ranked by.
    pub query: String,
    /// The documents.
    pub documents: Vec<String>,
    /// How many of the best are wanted; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<usize>,
}

impl RerankRequest {
    /// These documents, to be ranked by this query.
    pub fn new(
        model: impl Into<String>,
        query: impl Into<String>,
        documents: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let documents = documents.into_iter().map(Into::into).collect();
        Self { model: model.into(), query: query.into(), documents, top: None }
    }

    /// Sets how many of the best are wanted.
    #[must_use]
    pub fn with_top(mut self, top: usize) -> Self {
        self.top = Some(top);
        self
    }
}

/// Documents by rank.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RerankResponse {
    /// The documents, the best first.
    pub results: Vec<RankedDocument>,
    /// What the call took.
    pub usage: Usage,
}

/// A document and how well it fits.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RankedDocument {
    /// Its place in [`RerankRequest::documents`].
    pub index: usize,
    /// How well it fits: more is better, mostly from 0 to 1. Scores of different queries do not compare.
    pub score: f64,
}

impl RankedDocument {
    /// The document at `index`, with its score.
    pub fn new(index: usize, score: f64) -> Self {
        Self { index, score }
    }
}
