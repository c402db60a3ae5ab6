//! A client that signs with `aws-sigv4` and reads streams with the decoder of `aws-smithy-eventstream`.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::event_stream::Message;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue};
use roo_emulator::Emulator;
use serde_json::{Value, json};

pub(crate) const MODEL: &str = "anthropic.claude-3-5-sonnet-20241022-v2%3A0";

/// What a request is signed with; each field can be set wrong.
#[derive(Clone)]
pub(crate) struct Signing {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) time: SystemTime,
}

impl Signing {
    pub(crate) fn right_for(emulator: &Emulator) -> Self {
        Self {
            access_key_id: emulator.access_key_id().to_owned(),
            secret_access_key: emulator.secret_access_key().to_owned(),
            session_token: emulator.session_token().map(str::to_owned),
            region: emulator.region().to_owned(),
            service: "bedrock".to_owned(),
            time: SystemTime::now(),
        }
    }

    /// The headers of a signed POST of JSON.
    pub(crate) fn headers(&self, url: &str, body: &[u8]) -> HeaderMap {
        self.headers_for("POST", url, body)
    }

    pub(crate) fn headers_for(&self, method: &str, url: &str, body: &[u8]) -> HeaderMap {
        let host = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let signed = [("host", host), ("content-type", "application/json")];
        let identity =
            Credentials::from_keys(&self.access_key_id, &self.secret_access_key, self.session_token.clone())
                .into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(&self.service)
            .time(self.time)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let request =
            SignableRequest::new(method, url, signed.into_iter(), SignableBody::Bytes(body)).unwrap();
        let instructions = sign(request, &params).unwrap().into_parts().0;
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        for (name, value) in instructions.headers() {
            headers.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        headers
    }
}

/// An answer read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status, error code and message of an error in its usual form.
    pub(crate) fn error(&self) -> (u16, &str, String) {
        let code = self.header("x-amzn-errortype").split(':').next().unwrap();
        (self.status, code, self.json()["message"].as_str().unwrap_or_default().to_owned())
    }

    /// The events of a whole stream, by name and payload.
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        assert_eq!(self.header("content-type"), "application/vnd.amazon.eventstream");
        let (messages, rest) = frames(&self.body);
        assert!(rest.is_empty());
        messages
            .iter()
            .map(|message| {
                assert_eq!(header_of(message, ":message-type"), "event");
                assert_eq!(header_of(message, ":content-type"), "application/json");
                (header_of(message, ":event-type"), serde_json::from_slice(message.payload()).unwrap())
            })
            .collect()
    }
}

/// The frames of a body, and what is left of an unfinished one.
pub(crate) fn frames(body: &Bytes) -> (Vec<Message>, Bytes) {
    let mut decoder = MessageFrameDecoder::new();
    let mut rest = body.clone();
    let mut messages = Vec::new();
    loop {
        let before = rest.clone();
        match decoder.decode_frame(&mut rest) {
            Ok(DecodedFrame::Complete(message)) => messages.push(message),
            _ => return (messages, before),
        }
    }
}

pub(crate) fn header_of(message: &Message, name: &str) -> String {
    let header = message.headers().iter().find(|header| header.name().as_str() == name);
    header.map(|header| header.value().as_string().unwrap().as_str().to_owned()).unwrap_or_default()
}

pub(crate) fn url(emulator: &Emulator, operation: &str) -> String {
    format!("{}/model/{MODEL}/{operation}", emulator.url())
}

/// Sends anything and reads the answer until its end or until the connection breaks; the flag tells which.
pub(crate) async fn send(request: reqwest::RequestBuilder) -> (Answer, bool) {
    let mut response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = BytesMut::new();
    let is_whole = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break true,
            Err(_) => break false,
        }
    };
    (Answer { status, headers, body: body.freeze() }, is_whole)
}

pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}

/// A request that is signed as it should be.
pub(crate) fn signed(emulator: &Emulator, operation: &str, body: &Value) -> reqwest::RequestBuilder {
    let (url, body) = (url(emulator, operation), body.to_string());
    let headers = Signing::right_for(emulator).headers(&url, body.as_bytes());
    http().post(url).headers(headers).body(body)
}

pub(crate) async fn call(emulator: &Emulator, operation: &str, body: &Value) -> Answer {
    let (answer, is_whole) = send(signed(emulator, operation, body)).await;
    assert!(is_whole);
    answer
}

/// A signed GET, or a POST if there is a body, of any path and query.
pub(crate) async fn call_path(emulator: &Emulator, path: &str, body: Option<&Value>) -> Answer {
    let url = format!("{}{path}", emulator.url());
    let signing = Signing::right_for(emulator);
    let request = match body.map(Value::to_string) {
        Some(body) => http().post(&url).headers(signing.headers(&url, body.as_bytes())).body(body),
        None => http().get(&url).headers(signing.headers_for("GET", &url, b"")),
    };
    let (answer, is_whole) = send(request).await;
    assert!(is_whole);
    answer
}

/// Asks an operation of some model.
pub(crate) async fn call_model(emulator: &Emulator, id: &str, operation: &str, body: &Value) -> Answer {
    call_path(emulator, &format!("/model/{}/{operation}", escaped(id)), Some(body)).await
}

/// A label of a path.
pub(crate) fn escaped(label: &str) -> String {
    label.replace(':', "%3A").replace('/', "%2F")
}

/// What is added to a request.
pub(crate) fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

pub(crate) fn user(content: Value) -> Value {
    json!({ "role": "user", "content": content })
}

/// A request with one text of the user.
pub(crate) fn prompt(text: &str) -> Value {
    json!({ "messages": [user(json!([{ "text": text }]))] })
}

/// Puts a stream together: its blocks, stop reason and usage, after checking the order of the events.
pub(crate) fn assembled(events: &[(String, Value)]) -> (Vec<Value>, String, Value) {
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[0], "messageStart");
    assert_eq!(names[names.len() - 2..], ["messageStop", "metadata"]);
    let mut blocks: Vec<Value> = Vec::new();
    let mut open: Option<(Value, String)> = None;
    for (name, payload) in events {
        let padding = payload["p"].as_str().unwrap();
        assert!("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".starts_with(padding));
        if name.starts_with("contentBlock") {
            assert_eq!(payload["contentBlockIndex"], blocks.len());
        }
        match name.as_str() {
            "contentBlockStart" => open = Some((payload["start"]["toolUse"].clone(), String::new())),
            "contentBlockDelta" => {
                let open = open.get_or_insert((Value::Null, String::new()));
                let delta = &payload["delta"];
                open.1 += delta["text"].as_str().or(delta["toolUse"]["input"].as_str()).unwrap();
            }
            "contentBlockStop" => {
                let (mut tool_use, text) = open.take().unwrap();
                blocks.push(if tool_use.is_null() {
                    json!({ "text": text })
                } else {
                    tool_use["input"] = serde_json::from_str(&text).unwrap();
                    json!({ "toolUse": tool_use })
                });
            }
            _ => {}
        }
    }
    let stop_reason = events[events.len() - 2].1["stopReason"].as_str().unwrap().to_owned();
    (blocks, stop_reason, events[events.len() - 1].1["usage"].clone())
}

/// Asks in both forms, checks that they say the same, and returns blocks, stop reason and usage.
pub(crate) async fn ask(emulator: &Emulator, body: &Value) -> (Vec<Value>, String, Value) {
    let whole = call(emulator, "converse", body).await.json();
    let (mut blocks, stop_reason, usage) = assembled(&call(emulator, "converse-stream", body).await.events());
    let mut whole_blocks = whole["output"]["message"]["content"].as_array().unwrap().clone();
    for block in blocks.iter_mut().chain(&mut whole_blocks).filter(|block| block.get("toolUse").is_some()) {
        // The ids of two requests differ, as they do at AWS.
        let id = block["toolUse"]["toolUseId"].take();
        assert!(id.as_str().unwrap().starts_with("tooluse_"));
    }
    assert_eq!(whole_blocks, blocks);
    assert_eq!(whole["stopReason"], stop_reason);
    assert_eq!(whole["usage"], usage);
    assert_eq!(whole["output"]["message"]["role"], "assistant");
    assert_eq!(
        usage["totalTokens"].as_u64().unwrap(),
        usage["inputTokens"].as_u64().unwrap() + usage["outputTokens"].as_u64().unwrap()
    );
    (blocks, stop_reason, usage)
}
