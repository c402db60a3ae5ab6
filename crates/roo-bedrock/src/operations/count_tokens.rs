//! [CountTokens](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html).

use std::collections::BTreeMap;

use roo_core::{Blob, ErrorKind, MessageRequest, Result};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{named, post};
use crate::client::label;
use crate::model::ModelId;
use crate::request::check_model;
use crate::{Bedrock, answer};

/// The members of Converse that are counted. They are taken from the lowered request as they stand in it.
const COUNTED: &[&str] = &["messages", "system", "toolConfig", "additionalModelRequestFields"];

#[derive(Serialize)]
struct Request<'a> {
    input: Input<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Input<'a> {
    Converse(BTreeMap<&'a str, &'a RawValue>),
    InvokeModel { body: &'a Blob },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    input_tokens: u64,
}

impl Bedrock {
    /// Counts the tokens of what [`create_message`](roo_core::Provider::create_message) would send.
    pub(crate) async fn count_converse_tokens(&self, request: &MessageRequest) -> Result<u64> {
        let model = check_model(request.model.as_deref())?;
        let converse = self.lower(request, &model)?;
        let mut members: BTreeMap<&str, &RawValue> = answer::parse("the request", &converse.body)?;
        members.retain(|name, _| COUNTED.contains(name));
        self.count(&model, Input::Converse(members)).await
    }

    /// Counts the tokens that a body of [`invoke_model`](Self::invoke_model) would be charged as input: 1 to
    /// 25 000 000 bytes, in the model's own form. Nothing is charged. Not every model can be asked.
    ///
    /// An inference profile is asked about under the id of its foundation model, since
    /// [CountTokens](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html) takes only
    /// those of most models; if that is refused, under its own.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] if the model cannot be asked or the body is not in its form; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn count_invoke_tokens(&self, model: &str, body: impl Into<Blob>) -> Result<u64> {
        named(async {
            let model = check_model(Some(model))?;
            self.count(&model, Input::InvokeModel { body: &body.into() }).await
        })
        .await
    }

    async fn count(&self, model: &ModelId, input: Input<'_>) -> Result<u64> {
        let region = self.client().region(model).await?;
        let mut call = post(String::new(), &Request { input }, model.as_str())?;
        let base = model.base().filter(|base| *base != model.as_str());
        let candidates = base.into_iter().chain([model.as_str()]);
        let mut refusal = None;
        for candidate in candidates {
            call.target = format!("/model/{}/count-tokens", label(candidate));
            match self.call_json(call.clone(), &region, "bedrock:CountTokens").await {
                Ok(Counted { input_tokens }) => return Ok(input_tokens),
                Err(error) if may_be_the_name(error.kind()) => refusal = refusal.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or_else(|| super::invalid("there is no model to ask".to_owned())))
    }
}

/// Whether a refusal may be about the form of the model's name.
fn may_be_the_name(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidRequest | ErrorKind::ModelNotFound)
}
