//! `roo-bedrock` against the emulator: real sockets, signatures verified by AWS's own code, frames encoded by it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    reason = "tests"
)]

use std::sync::Arc;
use std::time::SystemTime;

use roo_aws::aws_credential_types::Credentials;
use roo_aws::{AwsContext, Clock};
use roo_bedrock::{Bedrock, BedrockBuilder};
use roo_core::{Error, MessageRequest, MessageStream, Provider as _, Result, StreamEvent};
use roo_emulator::Emulator;
use roo_http::ReqwestTransport;

mod authentication;
mod bad_input;
mod conversation;
mod errors;
mod faults;
mod learning;

const MODEL: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

/// Surroundings without variables and files, but with a real network.
fn context() -> AwsContext {
    AwsContext::isolated()
        .with_transport(Arc::new(ReqwestTransport::builder().without_proxy().build().unwrap()))
}

fn credentials(emulator: &Emulator) -> Credentials {
    let token = emulator.session_token().map(str::to_owned);
    Credentials::new(emulator.access_key_id(), emulator.secret_access_key(), token, None, "test")
}

fn builder(emulator: &Emulator) -> BedrockBuilder {
    Bedrock::builder()
        .with_context(context())
        .with_region(emulator.region())
        .with_endpoint_url(emulator.url())
        .with_credentials(credentials(emulator))
}

async fn emulator_and_client() -> (Emulator, Bedrock) {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    (emulator, client)
}

fn request() -> MessageRequest {
    MessageRequest::new().with_model(MODEL)
}

/// Everything that a stream gives: its events, and the error that ended it, if one did.
async fn drain(mut stream: MessageStream) -> (Vec<StreamEvent>, Option<Error>) {
    let mut events = Vec::new();
    while let Some(item) = stream.next().await {
        match item {
            Ok(event) => events.push(event),
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing comes after an error");
                return (events, Some(error));
            }
        }
    }
    (events, None)
}

/// What a call comes to, whether it fails before its stream or inside it.
async fn outcome(client: &Bedrock, request: MessageRequest) -> (Vec<StreamEvent>, Option<Error>) {
    match client.create_message(request).await {
        Ok(stream) => drain(stream).await,
        Err(error) => (Vec::new(), Some(error)),
    }
}

/// The text of all deltas.
fn text_of(events: &[StreamEvent]) -> String {
    let text = |event: &StreamEvent| match event {
        StreamEvent::ContentBlockDelta { delta: roo_core::Delta::Text(text), .. } => Some(text.clone()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

/// A clock that stands still.
#[derive(Debug)]
struct Fixed(SystemTime);

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        self.0
    }
}

/// An error that must be there.
fn failed<T>(result: Result<T>) -> Error {
    match result {
        Ok(_) => panic!("this should have failed"),
        Err(error) => error,
    }
}
