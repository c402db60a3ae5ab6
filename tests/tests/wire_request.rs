//! The request as it would be sent: shown without secrets, and as commands of other programs.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::sync::Arc;

use roo_aws::AwsContext;
use roo_aws::aws_credential_types::Credentials;
use roo_bedrock::{Bedrock, BedrockBuilder, BedrockOptions};
use roo_core::{MessageRequest, ProviderExt as _};
use roo_emulator::Emulator;
use roo_http::ReqwestTransport;

const ARN: &str =
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0";

fn builder(emulator: &Emulator) -> BedrockBuilder {
    let transport = Arc::new(ReqwestTransport::new().unwrap());
    Bedrock::builder()
        .with_context(AwsContext::isolated().with_transport(transport))
        .with_region(emulator.region())
        .with_endpoint_url(emulator.url())
}

fn with_keys(emulator: &Emulator) -> Bedrock {
    let token = emulator.session_token().map(str::to_owned);
    let keys = Credentials::new(emulator.access_key_id(), emulator.secret_access_key(), token, None, "test");
    builder(emulator).with_credentials(keys).build().unwrap()
}

fn request() -> MessageRequest {
    MessageRequest::new().with_model(ARN).with_user("It's \"quoted\" $HOME `here`\n")
}

#[tokio::test]
async fn what_is_shown_is_what_is_sent_without_its_secrets() {
    let emulator = Emulator::builder().with_session_token("token-that-is-secret").start().await.unwrap();
    let client = with_keys(&emulator);
    let wire = client.to_wire(&request()).await.unwrap();
    assert!(emulator.requests().is_empty(), "nothing was sent");
    client.complete(request()).await.unwrap();
    let sent = emulator.requests().remove(0);
    assert_eq!(
        (wire.method.as_str(), wire.url.as_str()),
        ("POST", format!("{}{}", emulator.url(), sent.target).as_str())
    );
    assert_eq!(wire.body, sent.body);
    for (name, value) in &wire.headers {
        match name.as_str() {
            "authorization" | "x-amz-security-token" => assert_eq!(value, "(hidden)"),
            "x-amz-date" => assert_eq!(value.len(), 16),
            _ => assert_eq!(sent.header(name), Some(value.as_str()), "{name}"),
        }
    }
    assert!(!format!("{wire:?}").contains("token-that-is-secret"));
}

#[tokio::test]
async fn no_credentials_are_needed_to_look() {
    let emulator = Emulator::start().await.unwrap();
    let wire = builder(&emulator).build().unwrap().to_wire(&request()).await.unwrap();
    assert!(wire.headers.iter().all(|(name, _)| name != "authorization"));
    assert!(wire.is_streaming());
}

/// Runs a line of shell, if the program that it begins with is here.
fn shell(emulator: &Emulator, line: &str) -> Option<String> {
    let program = line.split(' ').next().unwrap();
    let found =
        std::process::Command::new("sh").arg("-c").arg(format!("command -v {program}")).output().unwrap();
    if !found.status.success() {
        println!("skipped: {program} is not installed");
        return None;
    }
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("{line} --silent --show-error --noproxy '*'"))
        .env("AWS_BEARER_TOKEN_BEDROCK", emulator.bearer_token())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_curl_command_works() {
    let emulator = Emulator::start().await.unwrap();
    let client = with_keys(&emulator);
    let options = BedrockOptions::new().with_streaming(false);
    let wire = client.to_wire(&request().with_options(&options)).await.unwrap();
    let curl = wire.curl();
    assert!(!curl.contains(emulator.secret_access_key()));
    let answer = tokio::task::block_in_place(|| shell(&emulator, &curl));
    if let Some(answer) = answer {
        assert!(answer.contains("bedrock-emulator"), "{answer}");
        let sent = emulator.requests().remove(0);
        assert_eq!(sent.header("content-type"), Some("application/json"));
        assert_eq!(sent.body, wire.body);
        assert!(wire.url.ends_with(&sent.target));
        assert!(sent.verdict.is_authentic());
    }
}

#[tokio::test]
async fn the_command_of_the_cli_is_one_word_an_argument() {
    let emulator = Emulator::start().await.unwrap();
    let wire = with_keys(&emulator).to_wire(&request()).await.unwrap();
    let line = wire.aws_cli().replacen("aws ", "printf '%s\\n' ", 1);
    let output = std::process::Command::new("sh").arg("-c").arg(line).output().unwrap();
    let words: Vec<String> =
        String::from_utf8(output.stdout).unwrap().split("\n--").map(str::to_owned).collect();
    let json = words.last().unwrap().strip_prefix("cli-input-json\n").unwrap();
    let sent: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(sent["messages"][0]["content"][0]["text"], "It's \"quoted\" $HOME `here`\n");
}
