//! Replies that a test writes itself.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::operation::Call;
use crate::response::{Body, complete, insert_error_type, json_response};
use crate::stream;

mod step;

pub use step::StreamStep;

/// One scripted answer. [`Emulator::enqueue`](crate::Emulator::enqueue) puts it into the queue; the next
/// request takes it.
///
/// The same reply suits every way to ask a model: Converse and InvokeModel answer it as one document,
/// ConverseStream and InvokeModelWithResponseStream as a stream, InvokeModel in the form of Claude. Operations
/// that ask no model (CountTokens, the guardrails, asynchronous invocations, the control plane), and models
/// that do not talk, leave texts, tool calls and blocks in the queue and take any other reply.
///
/// ```
/// use roo_emulator::{ErrorForm, Reply, StreamStep};
/// use serde_json::json;
///
/// let answer = Reply::text("Four.").with_usage(12, 2); let call = Reply::tool_use("tooluse_1", "calculator",
/// json!({ "expression": "2 + 2" })); let throttled = Reply::error(429, "ThrottlingException", "Too many
/// requests").with_header("retry-after", "1"); let proxy_page = Reply::error_in_form(ErrorForm::Html, 502,
/// "", "Bad gateway"); let broken = Reply::stream([
///     StreamStep::event("messageStart", json!({ "role": "assistant" })),
///     StreamStep::partial_frame("contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": "Hi" } })),
///     StreamStep::Close,
/// ]);
/// ```
#[derive(Debug, Clone)]
pub struct Reply {
    content: Content,
    delivery: Delivery,
    is_before_checks: bool,
}

/// How a reply is delivered, whatever it says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delivery {
    headers: Vec<(String, String)>,
    /// How long the whole answer is held back.
    pub(crate) pause: Duration,
}

impl Delivery {
    /// Adds the headers of the script to an answer, in place of those of the same name.
    pub(crate) fn apply(&self, response: &mut Response<Body>) -> Result<(), ServiceError> {
        for (name, value) in &self.headers {
            let bad_header =
                || ServiceError::internal(format!("bad script: not a header: `{name}: {value}`"));
            let value = HeaderValue::from_str(value).map_err(|_| bad_header())?;
            let name = HeaderName::try_from(name.as_str()).map_err(|_| bad_header())?;
            response.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

#[derive(Debug, Clone)]
enum Content {
    Answer(ScriptedAnswer),
    Error { form: ErrorForm, status: u16, code: String, message: String },
    Raw { status: u16, body: Bytes },
    Stream(Vec<StreamStep>),
}

/// An answer of the model; what it leaves open is filled in from the request.
#[derive(Debug, Clone)]
pub(crate) struct ScriptedAnswer {
    pub(crate) blocks: Vec<Value>,
    pub(crate) stop_reason: Option<String>,
    /// Input and output tokens.
    pub(crate) usage: Option<(u64, u64)>,
}

/// Where an error answer carries its code. AWS and what stands before it use all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorForm {
    /// In the header `x-amzn-errortype`; message in the JSON body. The usual form.
    Header,
    /// In the header, followed by `:http://internal.amazon.com/…`.
    HeaderWithUri,
    /// In the member `code` of the JSON body.
    BodyCode,
    /// In the member `__type` of the JSON body, behind a namespace: `com.amazon.coral.service#Code`.
    BodyType,
    /// Nowhere: the body is empty, only the status speaks.
    Empty,
    /// Nowhere: the body is an HTML page with the message, as a proxy sends it.
    Html,
}

impl Reply {
    /// A text, with stop reason `end_turn`.
    pub fn text(text: impl Into<String>) -> Self {
        Self::blocks([json!({ "text": text.into() })])
    }

    /// One tool call, with stop reason `tool_use`.
    pub fn tool_use(id: impl Into<String>, name: impl Into<String>, input: Value) -> Self {
        let members = [("input", input), ("name", name.into().into()), ("toolUseId", id.into().into())];
        let tool_use: Value = members.into_iter().collect();
        Self::blocks([json!({ "toolUse": tool_use })])
    }

    /// Content blocks in the wire form of `ContentBlock`, such as `{"text": "…"}`. They are sent as they are;
    /// a stream can carry `text`, `toolUse`, `reasoningContent`, `image` and `citationsContent` blocks, and
    /// answers HTTP 500 for another. The stop reason is `tool_use` if there is a tool call, else `end_turn`.
    pub fn blocks(blocks: impl IntoIterator<Item = Value>) -> Self {
        let blocks = blocks.into_iter().collect();
        Self::new(Content::Answer(ScriptedAnswer { blocks, stop_reason: None, usage: None }))
    }

    /// An error in its usual form: code in `x-amzn-errortype`, `{"message": …}` in the body.
    pub fn error(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::error_in_form(ErrorForm::Header, status, code, message)
    }

    /// An error in any of the forms of [`ErrorForm`].
    pub fn error_in_form(
        form: ErrorForm,
        status: u16,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Content::Error { form, status, code: code.into(), message: message.into() })
    }

    /// Any HTTP answer: a redirect, a success with a foreign content type. The request id, the date and, if
    /// missing, a JSON content type are added. A status or header that HTTP does not allow is answered with
    /// HTTP 500 and says so.
    pub fn raw<'a>(
        status: u16,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: impl Into<Bytes>,
    ) -> Self {
        let reply = Self::new(Content::Raw { status, body: body.into() });
        headers.into_iter().fold(reply, |reply, (name, value)| reply.with_header(name, value))
    }

    /// HTTP 200 with an event stream of exactly these steps. It ends as an HTTP body should, unless
    /// [`StreamStep::Close`] cuts it.
    pub fn stream(steps: impl IntoIterator<Item = StreamStep>) -> Self {
        Self::new(Content::Stream(steps.into_iter().collect()))
    }

    /// Sets the stop reason of a text, tool call or blocks, sent as it is. Other replies are left alone.
    #[must_use]
    pub fn with_stop_reason(mut self, stop_reason: impl Into<String>) -> Self {
        if let Content::Answer(answer) = &mut self.content {
            answer.stop_reason = Some(stop_reason.into());
        }
        self
    }

    /// Sets the token counts of a text, tool call or blocks; the total is their sum. Other replies are left
    /// alone.
    #[must_use]
    pub fn with_usage(mut self, input_tokens: u64, output_tokens: u64) -> Self {
        if let Content::Answer(answer) = &mut self.content {
            answer.usage = Some((input_tokens, output_tokens));
        }
        self
    }

    /// Adds a header to the answer, in place of one of the same name. One that HTTP does not allow is
    /// answered with HTTP 500, which says so.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.delivery.headers.push((name.into(), value.into()));
        self
    }

    /// Holds the whole answer back for this long, the status line included.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.delivery.pause = pause;
        self
    }

    /// Gives an error, raw or stream reply to the next request whatever it is, without a look at route,
    /// signature and content. A text, tool call or blocks always wait for a valid request.
    #[must_use]
    pub fn before_checks(mut self) -> Self {
        self.is_before_checks = true;
        self
    }

    fn new(content: Content) -> Self {
        Self { content, delivery: Delivery::default(), is_before_checks: false }
    }

    pub(crate) fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    pub(crate) fn skips_checks(&self) -> bool {
        self.is_before_checks && !self.is_answer()
    }

    /// Whether it is an answer of a model: a text, a tool call or blocks.
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self.content, Content::Answer(_))
    }

    /// The answer of the model, or the reply itself if it is of another kind.
    pub(crate) fn into_answer(self) -> Result<ScriptedAnswer, Self> {
        match self.content {
            Content::Answer(answer) => Ok(answer),
            _ => Err(self),
        }
    }

    /// The HTTP answer of a reply that is not an answer of the model.
    pub(crate) fn into_response(self, call: &mut Call<'_>) -> Result<Response<Body>, ServiceError> {
        match self.content {
            Content::Answer(_) => Err(ServiceError::internal("an answer needs a request to answer")),
            Content::Error { form, status, code, message } => {
                Ok(error_in_form(form, status_code(status)?, &code, &message))
            }
            Content::Raw { status, body } => {
                Ok(with_status(status_code(status)?, Response::new(complete(body))))
            }
            Content::Stream(steps) => stream::response(&steps, &mut call.random, call.event_delay),
        }
    }
}

fn status_code(status: u16) -> Result<StatusCode, ServiceError> {
    StatusCode::from_u16(status)
        .map_err(|_| ServiceError::internal(format!("bad script: {status} is not an HTTP status")))
}

fn error_in_form(form: ErrorForm, status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let in_header = |value: &str| {
        let mut response = json_response(status, &json!({ "message": message }));
        insert_error_type(&mut response, value);
        response
    };
    match form {
        ErrorForm::Header => in_header(code),
        ErrorForm::HeaderWithUri => {
            in_header(&format!("{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"))
        }
        ErrorForm::BodyCode => json_response(status, &json!({ "code": code, "message": message })),
        ErrorForm::BodyType => {
            let qualified = format!("com.amazon.coral.service#{code}");
            json_response(status, &json!({ "__type": qualified, "message": message }))
        }
        ErrorForm::Empty => with_status(status, Response::new(complete(Bytes::new()))),
        ErrorForm::Html => {
            let page =
                format!("<html><head><title>{status}</title></head><body><h1>{message}</h1></body></html>");
            let mut response = with_status(status, Response::new(complete(page)));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
            response
        }
    }
}

fn with_status(status: StatusCode, mut response: Response<Body>) -> Response<Body> {
    *response.status_mut() = status;
    response
}
