use std::fmt;

use http::HeaderMap;
use roo_aws::Region;
use roo_http::{Bytes, Request};
use serde_json::Value;

use crate::model::ModelId;

/// A request as it would be sent, for looking at.
#[derive(Clone)]
#[non_exhaustive]
pub struct WireRequest {
    /// The HTTP method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The headers, with what is secret hidden.
    pub headers: Vec<(String, String)>,
    /// The body, which is JSON. It holds the conversation.
    pub body: Bytes,
    model: String,
    region: String,
    operation: &'static str,
}

impl WireRequest {
    pub(crate) fn new(request: Request, model: &ModelId, region: &Region) -> Self {
        let (parts, body) = request.into_parts();
        let is_stream = parts.uri.path().ends_with("/converse-stream");
        Self {
            method: parts.method.to_string(),
            url: parts.uri.to_string(),
            headers: shown(&parts.headers),
            body,
            model: model.as_str().to_owned(),
            region: region.as_str().to_owned(),
            // The command line knows Converse alone: it does not print streams.
            operation: if is_stream { "converse-stream" } else { "converse" },
        }
    }

    /// The request as a `curl` command, with the API key that `AWS_BEARER_TOKEN_BEDROCK` holds. It is not signed: the
    /// signer of curl encodes paths in another way than AWS before version 8.
    pub fn curl(&self) -> String {
        format!(
            "curl -X {} {} -H 'content-type: application/json' \
             -H \"authorization: Bearer $AWS_BEARER_TOKEN_BEDROCK\" --data-binary {}",
            self.method,
            quoted(&self.url),
            quoted(&self.text())
        )
    }

    /// The request as a command of the AWS CLI. It is Converse in any case: the CLI prints no streams.
    pub fn aws_cli(&self) -> String {
        format!(
            "aws bedrock-runtime converse --endpoint-url {} --region {} --model-id {} --cli-binary-format base64 \
             --cli-input-json {}",
            quoted(self.url.split("/model/").next().unwrap_or_default()),
            quoted(&self.region),
            quoted(&self.model),
            quoted(&self.converse())
        )
    }

    /// Whether the answer would be streamed.
    pub fn is_streaming(&self) -> bool {
        self.operation == "converse-stream"
    }

    /// The body without the one member that Converse does not know and ConverseStream does.
    fn converse(&self) -> String {
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(mut body) => {
                if let Some(guardrail) = body.get_mut("guardrailConfig").and_then(Value::as_object_mut) {
                    guardrail.shift_remove("streamProcessingMode");
                }
                body.to_string()
            }
            Err(_) => self.text(),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Without the conversation.
impl fmt::Debug for WireRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WireRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |value: &http::HeaderValue| match value.to_str() {
        _ if value.is_sensitive() => "(hidden)".to_owned(),
        Ok(text) => text.to_owned(),
        Err(_) => "(not text)".to_owned(),
    };
    headers.iter().map(|(name, value)| (name.to_string(), shown(value))).collect()
}

/// A word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
