//! [InvokeModel](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html): bytes in the
//! model's own form, for what Converse does not know.

use std::collections::BTreeMap;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use roo_core::{Blob, Result, Usage};
use serde_json::Value;

use super::{GuardrailId, collect, invalid, named};
use crate::client::{ANY, Call, EVENT_STREAM, JSON, label};
use crate::request::check_model;
use crate::{Bedrock, GuardrailTrace, Latency, ServiceTier, error};

/// The most that Bedrock reads, in bytes.
const MAX_BODY_BYTES: usize = 25_000_000;

/// The longest header of metadata, in characters.
const MAX_METADATA: usize = 8500;

const TRACE: HeaderName = HeaderName::from_static("x-amzn-bedrock-trace");
const GUARDRAIL: HeaderName = HeaderName::from_static("x-amzn-bedrock-guardrailidentifier");
const GUARDRAIL_VERSION: HeaderName = HeaderName::from_static("x-amzn-bedrock-guardrailversion");
const LATENCY: HeaderName = HeaderName::from_static("x-amzn-bedrock-performanceconfig-latency");
const TIER: HeaderName = HeaderName::from_static("x-amzn-bedrock-service-tier");
const METADATA: HeaderName = HeaderName::from_static("x-amzn-bedrock-request-metadata");
const STREAM_ACCEPT: HeaderName = HeaderName::from_static("x-amzn-bedrock-accept");
const STREAM_CONTENT_TYPE: HeaderName = HeaderName::from_static("x-amzn-bedrock-content-type");

/// A request in the model's own form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvokeRequest {
    /// The model's id or ARN, or those of an inference profile.
    pub model: String,
    /// The body, at most 25 000 000 bytes. It is sent as it is.
    pub body: Blob,
    /// The media type of the body; `None` is `application/json`.
    pub content_type: Option<String>,
    /// The media type that the answer shall have; `None` is `application/json`.
    pub accept: Option<String>,
    /// Whether the answer tells what a guardrail found, in a member of its body.
    pub trace: Option<GuardrailTrace>,
    /// The guardrail that reads along.
    pub guardrail: Option<GuardrailId>,
    /// How fast the model runs.
    pub latency: Option<Latency>,
    /// How the request is queued and priced.
    pub tier: Option<ServiceTier>,
    /// What the log of invocations notes, at most 8500 characters as JSON.
    pub metadata: BTreeMap<String, String>,
}

impl InvokeRequest {
    /// A body for a model.
    pub fn new(model: impl Into<String>, body: impl Into<Blob>) -> Self {
        Self {
            model: model.into(),
            body: body.into(),
            content_type: None,
            accept: None,
            trace: None,
            guardrail: None,
            latency: None,
            tier: None,
            metadata: BTreeMap::new(),
        }
    }

    /// A JSON document for a model.
    pub fn json(model: impl Into<String>, document: &Value) -> Self {
        Self::new(model, document.to_string().into_bytes())
    }

    /// Sets the media type of the body.
    #[must_use]
    pub fn with_content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Sets the media type that the answer shall have.
    #[must_use]
    pub fn with_accept(mut self, media_type: impl Into<String>) -> Self {
        self.accept = Some(media_type.into());
        self
    }

    /// Says whether the answer tells what a guardrail found.
    #[must_use]
    pub fn with_trace(mut self, trace: GuardrailTrace) -> Self {
        self.trace = Some(trace);
        self
    }

    /// Sets the guardrail that reads along.
    #[must_use]
    pub fn with_guardrail(mut self, guardrail: GuardrailId) -> Self {
        self.guardrail = Some(guardrail);
        self
    }

    /// Sets how fast the model runs.
    #[must_use]
    pub fn with_latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Sets how the request is queued and priced.
    #[must_use]
    pub fn with_tier(mut self, tier: ServiceTier) -> Self {
        self.tier = Some(tier);
        self
    }

    /// Adds an entry for the log of invocations.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// The call of the operation, streamed or not.
    pub(super) fn to_call(&self, streaming: bool) -> Result<Call> {
        let model = check_model(Some(&self.model))?;
        if self.body.len() > MAX_BODY_BYTES {
            let length = self.body.len();
            let why = format!("the body has {length} bytes, and Bedrock reads at most {MAX_BODY_BYTES}");
            return Err(invalid(why));
        }
        let operation = if streaming { "invoke-with-response-stream" } else { "invoke" };
        let target = format!("/model/{}/{operation}", label(model.as_str()));
        let mut call = Call::post(target, self.body.clone().into_bytes(), JSON, model.as_str());
        self.write_headers(&mut call.headers)?;
        let accept = self.accept.as_deref().unwrap_or(JSON);
        if streaming {
            set(&mut call.headers, STREAM_ACCEPT, accept)?;
            call.wanted = EVENT_STREAM.into();
        } else {
            set(&mut call.headers, ACCEPT, accept)?;
            // A list or a range is matched by the service alone.
            let is_one_type = !accept.contains(['*', ',', ';']);
            call.wanted = if is_one_type { accept.to_owned().into() } else { ANY.into() };
        }
        Ok(call)
    }

    fn write_headers(&self, headers: &mut HeaderMap) -> Result<()> {
        set(headers, CONTENT_TYPE, self.content_type.as_deref().unwrap_or(JSON))?;
        if let Some(trace) = self.trace {
            // Upper case here, lower case in Converse.
            let word = match trace {
                GuardrailTrace::Enabled => "ENABLED",
                GuardrailTrace::Disabled => "DISABLED",
                GuardrailTrace::EnabledFull => "ENABLED_FULL",
            };
            set(headers, TRACE, word)?;
        }
        if let Some(guardrail) = &self.guardrail {
            guardrail.check()?;
            set(headers, GUARDRAIL, &guardrail.identifier)?;
            set(headers, GUARDRAIL_VERSION, &guardrail.version)?;
        }
        if let Some(latency) = self.latency {
            let word = match latency {
                Latency::Standard => "standard",
                Latency::Optimized => "optimized",
            };
            set(headers, LATENCY, word)?;
        }
        if let Some(tier) = self.tier {
            let word = match tier {
                ServiceTier::Priority => "priority",
                ServiceTier::Default => "default",
                ServiceTier::Flex => "flex",
                ServiceTier::Reserved => "reserved",
            };
            set(headers, TIER, word)?;
        }
        if !self.metadata.is_empty() {
            let json = ascii_json(&self.metadata);
            if json.len() > MAX_METADATA {
                let length = json.len();
                return Err(invalid(format!(
                    "the metadata has {length} characters as JSON, and at most {MAX_METADATA} are allowed"
                )));
            }
            set(headers, METADATA, &json)?;
            if let Some(value) = headers.get_mut(METADATA) {
                value.set_sensitive(true);
            }
        }
        Ok(())
    }
}

/// A header carries ASCII only: everything else is escaped as JSON allows it.
fn ascii_json(entries: &BTreeMap<String, String>) -> String {
    let members = entries.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    let json = Value::Object(members.collect()).to_string();
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            ascii.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<()> {
    let written = HeaderValue::from_str(value).map_err(|error| {
        invalid(format!("the value of {name} cannot stand in a header")).with_source(error)
    })?;
    headers.insert(name, written);
    Ok(())
}

/// An answer in the model's own form.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InvokeResponse {
    /// The body as it was received.
    pub body: Blob,
    /// What the headers told.
    pub head: InvokeHead,
}

/// What the headers of an answer of InvokeModel tell. Only the media type is promised by the service.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct InvokeHead {
    /// The media type of the body, or of each chunk of a stream.
    pub content_type: Option<String>,
    /// The id to give to AWS's support.
    pub request_id: Option<String>,
    /// The token counts. A stream has none here; Claude's last chunk has them.
    pub usage: Usage,
    /// How long the model took.
    pub invocation_latency: Option<Duration>,
    /// How fast the model ran: `standard` or `optimized`.
    pub latency: Option<String>,
    /// How the request was queued and priced: `priority`, `default`, `flex` or `reserved`.
    pub tier: Option<String>,
}

impl InvokeHead {
    pub(super) fn read(headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
        let number = |name: &'static str| text(HeaderName::from_static(name))?.parse::<u64>().ok();
        let mut usage = Usage::new();
        usage.input_tokens = number("x-amzn-bedrock-input-token-count");
        usage.output_tokens = number("x-amzn-bedrock-output-token-count");
        usage.cache_read_input_tokens = number("x-amzn-bedrock-cache-read-input-token-count");
        usage.cache_write_input_tokens = number("x-amzn-bedrock-cache-write-input-token-count");
        Self {
            // In a stream the usual header tells the type of the frames.
            content_type: text(STREAM_CONTENT_TYPE).or_else(|| text(CONTENT_TYPE)),
            request_id: error::request_id(headers).map(str::to_owned),
            usage,
            invocation_latency: number("x-amzn-bedrock-invocation-latency").map(Duration::from_millis),
            latency: text(LATENCY),
            tier: text(TIER),
        }
    }
}

impl Bedrock {
    /// Sends a body to a model as it is, and gives the answer as it came.
    /// See [InvokeModel](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html); the
    /// forms of the models are
    /// [here](https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest) if a setting cannot stand in a header, the
    /// body is too long, or the model does not understand it; [`ErrorKind::Protocol`](roo_core::ErrorKind::Protocol)
    /// if the answer is of another media type than was asked for; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn invoke_model(&self, request: &InvokeRequest) -> Result<InvokeResponse> {
        named(async {
            let call = request.to_call(false)?;
            let region = self.region_of(&request.model).await?;
            let (head, body) = self.call(call, &region, "bedrock:InvokeModel").await?;
            let head = InvokeHead::read(&head.headers);
            let body = collect(body, head.request_id.as_deref()).await?;
            Ok(InvokeResponse { body: body.into(), head })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_goes_out_as_ascii_and_reads_the_same() {
        let entries = BTreeMap::from([("team".to_owned(), "Größe \"😀\"\u{7f}".to_owned())]);
        let json = ascii_json(&entries);
        assert!(json.bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{json}");
        assert_eq!(serde_json::from_str::<BTreeMap<String, String>>(&json).unwrap(), entries);
    }

    #[test]
    fn every_setting_has_its_header() {
        let request = InvokeRequest::new("m.x", b"{}")
            .with_trace(GuardrailTrace::EnabledFull)
            .with_guardrail(GuardrailId::new("abc", "1"))
            .with_latency(Latency::Optimized)
            .with_tier(ServiceTier::Flex)
            .with_metadata("a", "b")
            .with_accept("image/png")
            .with_content_type("text/plain");
        let call = request.to_call(false).unwrap();
        let header = |call: &Call, name: &str| call.headers[name].to_str().unwrap().to_owned();
        for (name, value) in [
            ("content-type", "text/plain"),
            ("accept", "image/png"),
            ("x-amzn-bedrock-trace", "ENABLED_FULL"),
            ("x-amzn-bedrock-guardrailidentifier", "abc"),
            ("x-amzn-bedrock-guardrailversion", "1"),
            ("x-amzn-bedrock-performanceconfig-latency", "optimized"),
            ("x-amzn-bedrock-service-tier", "flex"),
            ("x-amzn-bedrock-request-metadata", r#"{"a":"b"}"#),
        ] {
            assert_eq!(header(&call, name), value);
        }
        assert_eq!(call.wanted, "image/png");
        let call = request.to_call(true).unwrap();
        assert_eq!(header(&call, "x-amzn-bedrock-accept"), "image/png");
        assert!(!call.headers.contains_key("accept") && call.wanted == EVENT_STREAM);
        let wrong = InvokeRequest::new("m.x", b"").with_accept("a\nb");
        assert!(wrong.to_call(false).unwrap_err().message().contains("accept"));
    }
}
