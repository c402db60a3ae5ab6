//! The facade: settings, names of providers, and a client around any provider.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use roo_code::emulator::{Emulator, Reply};
use roo_code::{
    ApiProvider, Delta, ErrorKind, Message, MessageRequest, MessageStream, Origin, Provider,
    ProviderExt as _, ProviderSettings, Result, RooClient, StreamEvent, async_trait,
};

const MODEL: &str = "anthropic.claude-3-sonnet-20240229-v1:0";

fn settings(emulator: &Emulator) -> ProviderSettings {
    ProviderSettings::new(ApiProvider::Bedrock, MODEL)
        .with_aws_region(emulator.region())
        .with_aws_credentials(emulator.access_key_id(), emulator.secret_access_key(), None)
        .with_aws_endpoint_url(emulator.url())
}

#[tokio::test]
async fn the_code_of_the_readme_prints_what_comes() {
    let emulator = Emulator::start().await.unwrap();
    let client = RooClient::new(settings(&emulator)).unwrap();
    let request =
        MessageRequest::new().with_system("You are a helpful assistant.").with_user("Hello, who are you?");
    let mut stream = client.create_message(request).await.unwrap();
    let mut printed = String::new();
    while let Some(event) = stream.next().await {
        if let StreamEvent::ContentBlockDelta { delta: Delta::Text(text), .. } = event.unwrap() {
            printed.push_str(&text);
        }
    }
    assert!(printed.contains("Hello, who are you?"), "{printed}");
}

#[tokio::test]
async fn the_model_of_the_client_is_used_unless_the_request_names_one() {
    let emulator = Emulator::start().await.unwrap();
    let client = RooClient::new(settings(&emulator)).unwrap();
    client.complete(MessageRequest::new().with_user("a")).await.unwrap();
    client.complete(MessageRequest::new().with_model("amazon.nova-lite-v1:0").with_user("b")).await.unwrap();
    // A client is a provider as well, and adds its model there too.
    let provider: &dyn Provider = &client;
    provider.complete(MessageRequest::new().with_user("c")).await.unwrap();
    let paths: Vec<_> = emulator.requests().iter().map(|request| request.path().to_owned()).collect();
    let models: Vec<_> = paths.iter().map(|path| path.split('/').nth(2).unwrap()).collect();
    let default = "anthropic.claude-3-sonnet-20240229-v1%3A0";
    assert_eq!(models, [default, "amazon.nova-lite-v1%3A0", default]);
}

#[tokio::test]
async fn every_way_to_authenticate_goes_through_the_settings() {
    let emulator = Emulator::builder().with_session_token("token").start().await.unwrap();
    let base = ProviderSettings::new(ApiProvider::Bedrock, MODEL)
        .with_aws_region(emulator.region())
        .with_aws_endpoint_url(emulator.url());
    let keys = (emulator.access_key_id(), emulator.secret_access_key());
    let provider =
        roo_aws::aws_credential_types::Credentials::new(keys.0, keys.1, Some("token".into()), None, "test");
    for settings in [
        base.clone().with_aws_credentials(keys.0, keys.1, Some("token".to_owned())),
        base.clone().with_aws_credentials_provider(provider),
        base.with_aws_bearer_token(emulator.bearer_token()),
    ] {
        RooClient::new(settings).unwrap().complete(MessageRequest::new().with_user("hi")).await.unwrap();
    }
    assert!(emulator.requests().iter().all(|request| request.verdict.is_authentic()));
}

#[tokio::test]
async fn a_setting_that_has_no_setter_of_its_own_is_reached_through_the_builder() {
    let emulator = Emulator::start().await.unwrap();
    let settings = settings(&emulator).with_bedrock(|bedrock| bedrock.with_streaming(false));
    RooClient::new(settings).unwrap().complete(MessageRequest::new().with_user("hi")).await.unwrap();
    assert!(emulator.requests()[0].path().ends_with("/converse"));
}

#[test]
fn settings_show_no_secret_and_wrong_ones_are_named() {
    let settings = ProviderSettings::new(ApiProvider::Bedrock, MODEL)
        .with_aws_credentials("AKIDEXAMPLE", "hush", Some("silence".to_owned()))
        .with_aws_bearer_token("quiet")
        .with_aws_region("us-east-1");
    let shown = format!("{settings:?}");
    assert!(
        shown.contains(MODEL) && !["hush", "silence", "quiet"].iter().any(|secret| shown.contains(secret)),
        "{shown}"
    );
    let error = RooClient::new(settings.with_aws_region("not a region")).err().unwrap();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Config, Some("bedrock")));
}

#[test]
fn providers_have_names() {
    for provider in ApiProvider::ALL {
        assert_eq!(provider.as_str().parse::<ApiProvider>().unwrap(), *provider);
    }
    let error = "olama".parse::<ApiProvider>().unwrap_err();
    assert!(error.to_string().contains("olama") && error.to_string().contains("bedrock"), "{error}");
}

#[derive(Debug)]
struct Echo;

#[async_trait]
impl Provider for Echo {
    fn id(&self) -> &str {
        "echo"
    }

    async fn create_message(&self, request: MessageRequest) -> Result<MessageStream> {
        let text = format!("{}: {}", request.model.unwrap_or_default(), request.messages[0].text());
        Ok(MessageStream::from_message(Origin::new("echo"), Message::assistant(text)))
    }
}

#[tokio::test]
async fn a_provider_of_ones_own_is_as_good_as_any() {
    let client = RooClient::from_provider(Echo, "echo-1");
    assert_eq!(client.complete(MessageRequest::new().with_user("hi")).await.unwrap().text(), "echo-1: hi");
    assert_eq!(Provider::id(&client), "echo");
    let error = Provider::list_models(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Unsupported, Some("echo")));
    assert_eq!(client.provider().model_info("x").id, "x");
}

#[tokio::test]
async fn an_error_keeps_its_kind_through_the_facade() {
    let emulator = Emulator::start().await.unwrap();
    emulator.enqueue(Reply::error(429, "ThrottlingException", "slow"));
    let client = RooClient::new(settings(&emulator)).unwrap();
    let error = client.complete(MessageRequest::new().with_user("hi")).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Throttled, Some("ThrottlingException")));
}
