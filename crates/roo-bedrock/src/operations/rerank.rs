//! [Ranking](https://docs.aws.amazon.com/bedrock/latest/userguide/rerank.html) by Cohere Rerank and Amazon Rerank, in
//! their own form of InvokeModel.

use async_trait::async_trait;
use roo_core::{Error, ErrorKind, RankedDocument, RerankProvider, RerankRequest, RerankResponse, Result};
use serde::Deserialize;
use serde_json::json;

use super::{InvokeRequest, invalid, named};
use crate::request::check_model;
use crate::{Bedrock, answer};

/// As many documents a model ranks at most.
const MAX_DOCUMENTS: usize = 1000;

/// The version of Cohere's API whose form is used.
const COHERE_API: u32 = 2;

#[derive(Deserialize)]
struct Answer {
    results: Vec<Ranked>,
}

#[derive(Deserialize)]
struct Ranked {
    index: usize,
    relevance_score: f64,
}

/// Cohere Rerank and Amazon Rerank: 1 to 1000 documents in one call.
#[async_trait]
impl RerankProvider for Bedrock {
    async fn rerank(&self, request: &RerankRequest) -> Result<RerankResponse> {
        named(self.rank(request)).await
    }
}

impl Bedrock {
    async fn rank(&self, request: &RerankRequest) -> Result<RerankResponse> {
        check_model(Some(&request.model))?;
        let model = self.model_facts(&request.model).id;
        let is_cohere = model.starts_with("cohere.rerank");
        if !is_cohere && !model.starts_with("amazon.rerank") {
            let message = format!("{} is not known to rank documents", request.model);
            return Err(Error::new(ErrorKind::Unsupported, message)
                .with_hint("Name a model of Cohere Rerank or Amazon Rerank."));
        }
        let count = request.documents.len();
        if !(1..=MAX_DOCUMENTS).contains(&count) {
            let why =
                format!("/documents: there are {count} documents, and 1 to {MAX_DOCUMENTS} can be ranked");
            return Err(invalid(why));
        }
        let mut body = json!({ "query": request.query, "documents": request.documents });
        if let Some(members) = body.as_object_mut() {
            if let Some(top) = request.top {
                members.insert("top_n".to_owned(), top.into());
            }
            if is_cohere {
                members.insert("api_version".to_owned(), COHERE_API.into());
            }
        }
        let response = self.invoke_model(&InvokeRequest::json(&request.model, &body)).await?;
        let answer: Answer = answer::parse("the answer of the ranking model", &response.body)?;
        if let Some(stray) = answer.results.iter().find(|ranked| ranked.index >= count) {
            let message = format!("document {} was ranked, and {count} were sent", stray.index);
            return Err(Error::new(ErrorKind::Protocol, message));
        }
        let mut ranked = RerankResponse::default();
        ranked.results =
            answer.results.iter().map(|one| RankedDocument::new(one.index, one.relevance_score)).collect();
        ranked.results.sort_by(|one, other| other.score.total_cmp(&one.score));
        ranked.usage = response.head.usage;
        Ok(ranked)
    }
}
