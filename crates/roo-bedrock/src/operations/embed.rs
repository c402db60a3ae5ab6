//! Embeddings, each family in its own form of InvokeModel:
//! [Titan](https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html),
//! [Cohere](https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html) and
//! [Nova](https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html).

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use roo_core::{
    EmbeddingFailure, EmbeddingProvider, EmbeddingPurpose, EmbeddingRequest, EmbeddingResponse, Error,
    ErrorKind, Result, Truncation, Usage,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{InvokeRequest, named};
use crate::request::check_model;
use crate::{Bedrock, PROVIDER, answer};

/// As many calls of one request are under way at most.
const MAX_CALLS_AT_ONCE: usize = 8;

/// As many texts Cohere takes in one call.
const COHERE_TEXTS: usize = 96;

/// The form in which a model is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    TitanFirst,
    TitanSecond,
    CohereThird,
    CohereFourth,
    Nova,
}

impl Family {
    fn of(model: &str) -> Option<Self> {
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| model.starts_with(prefix));
        match () {
            () if starts(&["amazon.titan-embed-text-v1", "amazon.titan-embed-g1-text"]) => {
                Some(Self::TitanFirst)
            }
            () if starts(&["amazon.titan-embed-text"]) => Some(Self::TitanSecond),
            () if starts(&["cohere.embed-english", "cohere.embed-multilingual"]) => Some(Self::CohereThird),
            () if starts(&["cohere.embed"]) => Some(Self::CohereFourth),
            () if starts(&["amazon.nova"]) && model.contains("embeddings") => Some(Self::Nova),
            () => None,
        }
    }

    /// How many texts one call takes.
    fn batch(self) -> usize {
        match self {
            Self::CohereThird | Self::CohereFourth => COHERE_TEXTS,
            Self::TitanFirst | Self::TitanSecond | Self::Nova => 1,
        }
    }

    /// Refuses what the model has no setting for.
    fn check(self, request: &EmbeddingRequest) -> Result<()> {
        let refused = |pointer: &str| {
            let message = format!("{pointer}: {} has no setting for this", request.model);
            Err(Error::new(ErrorKind::Unsupported, message))
        };
        if request.dimensions.is_some() && matches!(self, Self::TitanFirst | Self::CohereThird) {
            return refused("/dimensions");
        }
        let is_titan = matches!(self, Self::TitanFirst | Self::TitanSecond);
        if is_titan && request.truncation.is_some_and(|truncation| truncation != Truncation::Refuse) {
            return refused("/truncation");
        }
        Ok(())
    }

    fn body(self, request: &EmbeddingRequest, texts: &[String]) -> Value {
        let text = texts.first().map(String::as_str).unwrap_or_default();
        let mut body = match self {
            Self::TitanFirst => return json!({ "inputText": text }),
            Self::TitanSecond => json!({ "inputText": text }),
            Self::CohereThird | Self::CohereFourth => {
                json!({ "texts": texts, "input_type": cohere_purpose(request.purpose) })
            }
            Self::Nova => return nova_body(request, text),
        };
        let mut set = |name: &str, value: Value| {
            if let Some(members) = body.as_object_mut() {
                members.insert(name.to_owned(), value);
            }
        };
        if let Some(dimensions) = request.dimensions {
            let name = if self == Self::TitanSecond { "dimensions" } else { "output_dimension" };
            set(name, dimensions.into());
        }
        if let (Some(truncation), Self::CohereThird | Self::CohereFourth) = (request.truncation, self) {
            let word = match (truncation, self == Self::CohereFourth) {
                (Truncation::Start, true) => "LEFT",
                (Truncation::End, true) => "RIGHT",
                (Truncation::Start, false) => "START",
                (Truncation::End, false) => "END",
                _ => "NONE",
            };
            set("truncate", word.into());
        }
        body
    }

    /// The vectors of an answer, and the tokens if the body tells them.
    fn read(self, body: &[u8]) -> Result<(Vec<Vec<f32>>, Option<u64>)> {
        let what = "the answer of the embedding model";
        Ok(match self {
            Self::TitanFirst | Self::TitanSecond => {
                let answer: TitanAnswer = answer::parse(what, body)?;
                (vec![answer.embedding], answer.input_text_token_count)
            }
            Self::CohereThird | Self::CohereFourth => {
                match answer::parse::<CohereAnswer>(what, body)?.embeddings {
                    CohereEmbeddings::Floats(float) | CohereEmbeddings::ByType { float } => (float, None),
                }
            }
            Self::Nova => {
                let answer: NovaAnswer = answer::parse(what, body)?;
                (answer.embeddings.into_iter().map(|vector| vector.embedding).collect(), None)
            }
        })
    }
}

/// Cohere must be told.
fn cohere_purpose(purpose: Option<EmbeddingPurpose>) -> &'static str {
    match purpose {
        Some(EmbeddingPurpose::Query) => "search_query",
        Some(EmbeddingPurpose::Classification) => "classification",
        Some(EmbeddingPurpose::Clustering) => "clustering",
        _ => "search_document",
    }
}

fn nova_body(request: &EmbeddingRequest, text: &str) -> Value {
    let purpose = match request.purpose {
        Some(EmbeddingPurpose::Query) => "GENERIC_RETRIEVAL",
        Some(EmbeddingPurpose::Classification) => "CLASSIFICATION",
        Some(EmbeddingPurpose::Clustering) => "CLUSTERING",
        _ => "GENERIC_INDEX",
    };
    // Nova must be told, and has no default.
    let truncation = match request.truncation {
        Some(Truncation::Start) => "START",
        Some(Truncation::End) => "END",
        _ => "NONE",
    };
    let mut params = json!({
        "embeddingPurpose": purpose,
        "text": { "truncationMode": truncation, "value": text },
    });
    if let (Some(dimensions), Some(members)) = (request.dimensions, params.as_object_mut()) {
        members.insert("embeddingDimension".to_owned(), dimensions.into());
    }
    json!({
        "schemaVersion": "nova-multimodal-embed-v1",
        "taskType": "SINGLE_EMBEDDING",
        "singleEmbeddingParams": params,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TitanAnswer {
    embedding: Vec<f32>,
    input_text_token_count: Option<u64>,
}

#[derive(Deserialize)]
struct CohereAnswer {
    embeddings: CohereEmbeddings,
}

/// Which of the two comes depends on the version and on what was asked for.
#[derive(Deserialize)]
#[serde(untagged)]
enum CohereEmbeddings {
    Floats(Vec<Vec<f32>>),
    ByType { float: Vec<Vec<f32>> },
}

#[derive(Deserialize)]
struct NovaAnswer {
    embeddings: Vec<NovaEmbedding>,
}

#[derive(Deserialize)]
struct NovaEmbedding {
    embedding: Vec<f32>,
}

/// Titan (G1 and V2), Cohere Embed (3 and 4) and Nova Multimodal Embeddings, for texts. Cohere is sent 96 texts at a
/// time, the others one; at most eight calls are under way at once.
///
/// A text may have 8192 tokens (Titan, Nova), 2048 characters (Cohere 3) or about 128 000 tokens (Cohere 4).
///
/// A failure that is about its texts alone leaves the others to go on; after any other, no further call is begun.
#[async_trait]
impl EmbeddingProvider for Bedrock {
    async fn embed(&self, request: &EmbeddingRequest) -> Result<EmbeddingResponse> {
        named(self.embed_all(request)).await
    }
}

impl Bedrock {
    async fn embed_all(&self, request: &EmbeddingRequest) -> Result<EmbeddingResponse> {
        check_model(Some(&request.model))?;
        let family = Family::of(&self.model_facts(&request.model).id).ok_or_else(|| {
            let message = format!("{} is not known to turn texts into vectors", request.model);
            Error::new(ErrorKind::Unsupported, message).with_hint(
                "Name a model of Titan Text Embeddings, Cohere Embed or Nova Multimodal Embeddings. \
                 Any other can be asked in its own form by `invoke_model`.",
            )
        })?;
        family.check(request)?;

        let is_halted = AtomicBool::new(false);
        let batches = (0..request.texts.len())
            .step_by(family.batch())
            .map(|start| start..(start + family.batch()).min(request.texts.len()));
        let mut outcomes = stream::iter(batches)
            .map(|texts| self.embed_batch(family, request, texts, &is_halted))
            .buffered(MAX_CALLS_AT_ONCE);
        let mut response = EmbeddingResponse::default();
        response.embeddings.reserve(request.texts.len());
        while let Some((texts, outcome)) = outcomes.next().await {
            match outcome {
                Some(Ok((vectors, tokens))) => {
                    response.embeddings.extend(vectors.into_iter().map(Some));
                    add(&mut response.usage, tokens);
                }
                Some(Err(error)) => {
                    response.embeddings.extend(texts.clone().map(|_| None));
                    response.failures.push(EmbeddingFailure::new(texts, error.with_provider(PROVIDER)));
                }
                None => response.embeddings.extend(texts.map(|_| None)),
            }
        }
        // Where nothing came, nothing is lost by an error.
        if response.embeddings.iter().all(Option::is_none)
            && let Some(first) = response.failures.drain(..).next()
        {
            return Err(first.error);
        }
        Ok(response)
    }

    /// The vectors of some of the texts and the tokens they took; `None` if it came to no call any more.
    async fn embed_batch(
        &self,
        family: Family,
        request: &EmbeddingRequest,
        texts: Range<usize>,
        is_halted: &AtomicBool,
    ) -> (Range<usize>, Option<Result<(Vec<Vec<f32>>, Option<u64>)>>) {
        if is_halted.load(Ordering::Relaxed) {
            return (texts, None);
        }
        let batch = request.texts.get(texts.clone()).unwrap_or_default();
        let outcome = self.embed_in_one_call(family, request, batch).await;
        if let Err(error) = &outcome
            && !is_about_its_texts(error.kind())
        {
            is_halted.store(true, Ordering::Relaxed);
        }
        (texts, Some(outcome))
    }

    async fn embed_in_one_call(
        &self,
        family: Family,
        request: &EmbeddingRequest,
        texts: &[String],
    ) -> Result<(Vec<Vec<f32>>, Option<u64>)> {
        let invocation = InvokeRequest::json(&request.model, &family.body(request, texts));
        let response = self.invoke_model(&invocation).await?;
        let (vectors, tokens) = family.read(&response.body)?;
        if vectors.len() != texts.len() {
            let message = format!("{} texts were sent and {} vectors came", texts.len(), vectors.len());
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        Ok((vectors, tokens.or(response.head.usage.input_tokens)))
    }
}

/// Whether other texts may fare better.
fn is_about_its_texts(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidRequest | ErrorKind::ContextOverflow | ErrorKind::ModelError)
}

fn add(usage: &mut Usage, tokens: Option<u64>) {
    if let Some(tokens) = tokens {
        usage.input_tokens = Some(usage.input_tokens.unwrap_or(0).saturating_add(tokens));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_told_by_their_ids() {
        for (model, family) in [
            ("amazon.titan-embed-text-v1", Some(Family::TitanFirst)),
            ("amazon.titan-embed-g1-text-02", Some(Family::TitanFirst)),
            ("amazon.titan-embed-text-v2:0", Some(Family::TitanSecond)),
            ("cohere.embed-english-v3", Some(Family::CohereThird)),
            ("cohere.embed-multilingual-v3", Some(Family::CohereThird)),
            ("cohere.embed-v4:0", Some(Family::CohereFourth)),
            ("amazon.nova-2-multimodal-embeddings-v1:0", Some(Family::Nova)),
            ("amazon.nova-lite-v1:0", None),
            ("amazon.titan-embed-image-v1", None),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
    }

    #[test]
    fn cohere_answers_in_two_forms() {
        for body in [r#"{"embeddings":[[1,2]]}"#, r#"{"embeddings":{"float":[[1,2]]},"id":"x"}"#] {
            assert_eq!(Family::CohereFourth.read(body.as_bytes()).unwrap().0, [[1.0, 2.0]]);
        }
    }
}
