//! Invocations that end in a bucket, for models that take minutes, such as those that make videos:
//! [StartAsyncInvoke](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html),
//! [GetAsyncInvoke](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GetAsyncInvoke.html) and
//! [ListAsyncInvokes](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ListAsyncInvokes.html).

use roo_aws::Service;
use roo_core::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::open_text::open_text;
use super::pages::{Page, with_query};
use super::{check_label, get, named, post};
use crate::Bedrock;
use crate::client::label;
use crate::request::check_model;

const PATH: &str = "/async-invoke";

/// What an invocation shall do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StartAsyncInvoke {
    /// The model's id or ARN.
    #[serde(rename = "modelId")]
    pub model: String,
    /// What the model is to do, in its own form.
    pub model_input: Value,
    /// Where the result goes.
    #[serde(rename = "outputDataConfig", with = "in_s3")]
    pub output: AsyncInvokeOutput,
    /// At most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<AsyncInvokeTag>,
    /// Makes sending it again harmless: the same token starts the same invocation once. Up to 256 visible ASCII
    /// characters. Without one, each call starts an invocation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<String>,
}

/// A tag of an invocation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AsyncInvokeTag {
    /// Its name, 1 to 128 characters.
    pub key: String,
    /// Its value, up to 256 characters.
    pub value: String,
}

impl StartAsyncInvoke {
    /// An invocation whose result goes to a place in S3, such as `s3://bucket/folder`.
    pub fn new(model: impl Into<String>, model_input: Value, s3_uri: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            model_input,
            output: AsyncInvokeOutput { s3_uri: s3_uri.into(), ..AsyncInvokeOutput::default() },
            tags: Vec::new(),
            client_request_token: None,
        }
    }

    /// Sets the key that encrypts the result, by ARN.
    #[must_use]
    pub fn with_kms_key(mut self, arn: impl Into<String>) -> Self {
        self.output.kms_key_id = Some(arn.into());
        self
    }

    /// Sets the account that must own the bucket.
    #[must_use]
    pub fn with_bucket_owner(mut self, account: impl Into<String>) -> Self {
        self.output.bucket_owner = Some(account.into());
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn with_tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push(AsyncInvokeTag { key: key.into(), value: value.into() });
        self
    }

    /// Makes sending it again harmless.
    #[must_use]
    pub fn with_client_request_token(mut self, token: impl Into<String>) -> Self {
        self.client_request_token = Some(token.into());
        self
    }
}

/// Where a result goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct AsyncInvokeOutput {
    /// A bucket or a folder of one: `s3://bucket/folder`.
    pub s3_uri: String,
    /// The ARN of the key that encrypts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// The account that owns the bucket, twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_owner: Option<String>,
}

/// The union that S3 is the only member of.
mod in_s3 {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::AsyncInvokeOutput;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Written<'a> {
        s3_output_data_config: &'a AsyncInvokeOutput,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Read {
        #[serde(default)]
        s3_output_data_config: AsyncInvokeOutput,
    }

    pub(super) fn serialize<S: Serializer>(output: &AsyncInvokeOutput, to: S) -> Result<S::Ok, S::Error> {
        Written { s3_output_data_config: output }.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<AsyncInvokeOutput, D::Error> {
        Read::deserialize(from).map(|read| read.s3_output_data_config)
    }
}

open_text! {
    /// How far an invocation is.
    AsyncInvokeStatus {
        /// It runs.
        InProgress = "InProgress",
        /// Its result is there.
        Completed = "Completed",
        /// It failed: [`AsyncInvoke::failure_message`] says why.
        Failed = "Failed",
    }

    /// Which end of a list comes first.
    SortOrder {
        /// The oldest.
        Ascending = "Ascending",
        /// The newest.
        Descending = "Descending",
    }
}

/// An invocation. Moments are in RFC 3339, as the service wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AsyncInvoke {
    /// Its ARN.
    pub invocation_arn: String,
    /// The ARN of its model.
    #[serde(default)]
    pub model_arn: String,
    /// The token it was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_request_token: Option<String>,
    /// How far it is; `None` if that was not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<AsyncInvokeStatus>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_message: Option<String>,
    /// When it was started.
    #[serde(default)]
    pub submit_time: String,
    /// When it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_time: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// Where the result goes.
    #[serde(rename = "outputDataConfig", with = "in_s3")]
    pub output: AsyncInvokeOutput,
}

/// Which invocations are wanted; nothing set is all of them, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AsyncInvokeFilter {
    /// Started after this moment, in RFC 3339: `2026-01-02T03:04:05Z`.
    pub submitted_after: Option<String>,
    /// Started before this moment.
    pub submitted_before: Option<String>,
    /// As far as this.
    pub status: Option<AsyncInvokeStatus>,
    /// Which end comes first.
    pub sort_order: Option<SortOrder>,
    /// As many at most; `None` is all.
    pub limit: Option<usize>,
}

impl AsyncInvokeFilter {
    /// All invocations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those started after this moment, in RFC 3339.
    #[must_use]
    pub fn with_submitted_after(mut self, moment: impl Into<String>) -> Self {
        self.submitted_after = Some(moment.into());
        self
    }

    /// Only those started before this moment, in RFC 3339.
    #[must_use]
    pub fn with_submitted_before(mut self, moment: impl Into<String>) -> Self {
        self.submitted_before = Some(moment.into());
        self
    }

    /// Only those that are as far as this.
    #[must_use]
    pub fn with_status(mut self, status: AsyncInvokeStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Says which end comes first.
    #[must_use]
    pub fn with_sort_order(mut self, order: SortOrder) -> Self {
        self.sort_order = Some(order);
        self
    }

    /// At most so many.
    #[must_use]
    pub fn with_limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    invocation_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InvocationPage {
    #[serde(default)]
    async_invoke_summaries: Vec<AsyncInvoke>,
    next_token: Option<String>,
}

impl Page for InvocationPage {
    type Item = AsyncInvoke;

    fn into_parts(self) -> (Vec<AsyncInvoke>, Option<String>) {
        (self.async_invoke_summaries, self.next_token)
    }
}

impl Bedrock {
    /// Starts an invocation and gives its ARN. See
    /// [StartAsyncInvoke](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest) if the place in S3 is malformed, the model
    /// has no such invocations, or the token belongs to another request; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn start_async_invoke(&self, request: &StartAsyncInvoke) -> Result<String> {
        named(async {
            let model = check_model(Some(&request.model))?;
            let region = self.client().region(&model).await?;
            let call = post(PATH.to_owned(), request, model.as_str())?;
            let started: Started = self.call_json(call, &region, "bedrock:InvokeModel").await?;
            Ok(started.invocation_arn)
        })
        .await
    }

    /// Asks how far an invocation is, by its ARN. See
    /// [GetAsyncInvoke](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GetAsyncInvoke.html).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest) if there is no such invocation; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn get_async_invoke(&self, arn: &str) -> Result<AsyncInvoke> {
        named(async {
            check_label("ARN of the invocation", arn)?;
            let call = get(Service::BEDROCK_RUNTIME, format!("{PATH}/{}", label(arn)), arn);
            let region = self.region_of(arn).await?;
            self.call_json(call, &region, "bedrock:GetAsyncInvoke").await
        })
        .await
    }

    /// Lists invocations, following the pages as far as the limit of the filter. See
    /// [ListAsyncInvokes](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ListAsyncInvokes.html).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest) if a moment of the filter is malformed;
    /// [`ErrorKind::Protocol`](roo_core::ErrorKind::Protocol) if the pages do not end; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn list_async_invokes(&self, filter: &AsyncInvokeFilter) -> Result<Vec<AsyncInvoke>> {
        named(async {
            let limit = filter.limit.unwrap_or(usize::MAX);
            if limit == 0 {
                return Ok(Vec::new());
            }
            let page_size = limit.min(1000).to_string();
            let target = with_query(
                PATH,
                [
                    ("submitTimeAfter", filter.submitted_after.as_deref()),
                    ("submitTimeBefore", filter.submitted_before.as_deref()),
                    ("statusEquals", filter.status.as_ref().map(AsyncInvokeStatus::as_str)),
                    ("sortOrder", filter.sort_order.as_ref().map(SortOrder::as_str)),
                    ("maxResults", Some(page_size.as_str())),
                ],
            );
            let region = self.aws().region().await?.value;
            let permission = "bedrock:ListAsyncInvokes";
            let service = Service::BEDROCK_RUNTIME;
            self.pages::<InvocationPage>(service, &target, permission, &region, limit).await
        })
        .await
    }
}
