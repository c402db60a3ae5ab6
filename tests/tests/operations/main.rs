//! Every operation of `roo-bedrock` beside Converse against the emulator: real sockets, signatures verified by AWS's own
//! code.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use roo_aws::AwsContext;
use roo_aws::aws_credential_types::Credentials;
use roo_bedrock::Bedrock;
use roo_core::{Error, Result};
use roo_emulator::Emulator;
use roo_http::ReqwestTransport;

mod async_invokes;
mod catalogue;
mod counting;
mod guardrails;
mod invoking;
mod vectors;

const CLAUDE: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

fn client_with_key(emulator: &Emulator, secret: &str) -> Bedrock {
    let transport = ReqwestTransport::builder().without_proxy().build().unwrap();
    Bedrock::builder()
        .with_context(AwsContext::isolated().with_transport(Arc::new(transport)))
        .with_region(emulator.region())
        .with_endpoint_url(emulator.url())
        .with_credentials(Credentials::new(emulator.access_key_id(), secret, None, None, "test"))
        .build()
        .unwrap()
}

async fn emulator_and_client() -> (Emulator, Bedrock) {
    let emulator = Emulator::start().await.unwrap();
    let client = client_with_key(&emulator, emulator.secret_access_key());
    (emulator, client)
}

/// All that arrived was signed rightly.
fn assert_authentic(emulator: &Emulator) {
    let requests = emulator.requests();
    assert!(!requests.is_empty());
    for request in requests {
        assert!(request.verdict.is_authentic(), "{} {:?}", request.path(), request.query());
    }
}

/// An error that must be there.
fn failed<T>(result: Result<T>) -> Error {
    match result {
        Ok(_) => panic!("this should have failed"),
        Err(error) => error,
    }
}
