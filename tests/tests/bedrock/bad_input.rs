//! What cannot be sent is refused before anything is sent, and the error names the place.

use roo_bedrock::{Bedrock, BedrockOptions, Repair};
use roo_core::{
    ContentBlock, DocumentBlock, DocumentSource, ErrorKind, MediaSource, Message, MessageRequest,
    Provider as _, ProviderExt as _, ReasoningMode, Role, Tool, ToolChoice, ToolResult, ToolUse,
};
use serde_json::json;

use crate::{context, emulator_and_client, failed, request};

fn tool(name: &str) -> Tool {
    Tool::new(name, json!({"type": "object"}))
}

#[tokio::test]
async fn what_bedrock_would_refuse_never_leaves() {
    let (emulator, client) = emulator_and_client().await;
    let hello = || request().with_user("hello");
    let cases: Vec<(&str, MessageRequest)> = vec![
        ("/model: ", MessageRequest::new().with_user("hello")),
        ("/model: ", hello().with_model("")),
        ("/model: ", hello().with_model("  ")),
        ("/model: ", hello().with_model("..")),
        ("/messages: ", request()),
        ("/messages/0/content: ", request().with_user(Vec::<ContentBlock>::new())),
        ("/messages/0/content: ", request().with_user("")),
        ("/messages/0/content: ", request().with_user(" \n\t")),
        ("/messages: ", request().with_user(roo_core::CachePoint::new())),
        ("/messages/0: ", request().with_assistant("I begin")),
        ("/system/0: ", hello().with_system(ContentBlock::image(vec![1]))),
        ("/messages/0/content/0: there are no bytes", request().with_user(ContentBlock::image(Vec::new()))),
        (
            "/messages/0/content/0: the format is none",
            request().with_user(ContentBlock::image(b"BM..".to_vec())),
        ),
        (
            "/messages/1/content/0: ",
            hello().with_assistant(ContentBlock::image(b"\x89PNG\r\n\x1a\n".to_vec())),
        ),
        ("/messages/0/content/0: ", request().with_user(ToolUse::new("a", "b", json!({})))),
        ("/tools/0/name: ", hello().with_tool(tool(""))),
        ("/tools/1/name: ", hello().with_tools([tool("twice"), tool("twice")])),
        ("/tools/0/input_schema: ", hello().with_tool(Tool::new("a", json!({"type": "string"})))),
        ("/tool_choice: ", hello().with_tool_choice(ToolChoice::Any)),
        ("/tool_choice/name: ", hello().with_tool(tool("a")).with_tool_choice(ToolChoice::tool("b"))),
        ("/max_tokens: ", hello().with_max_tokens(0)),
        ("/temperature: ", hello().with_temperature(f64::NAN)),
    ];
    for (place, request) in cases {
        let error = failed(client.create_message(request.clone()).await);
        assert!(error.message().starts_with(place), "{place:?} does not begin {error}");
        let expected = (ErrorKind::InvalidRequest, Some("bedrock"));
        assert_eq!((error.kind(), error.provider()), expected, "{error}");
    }
    assert!(emulator.requests().is_empty(), "nothing was sent");
}

/// What is repaired where repairs are allowed: the place that the warning names, and the error where they are not.
fn repaired() -> Vec<(&'static str, MessageRequest)> {
    let hello = || request().with_user("hello");
    let instruction = Message::new(Role::System, "be brief");
    let call = || ToolUse::new("a", "a", json!({}));
    vec![
        ("/messages/1", hello().with_message(instruction).with_user("go")),
        ("/system/0", hello().with_system(" ")),
        ("/messages/0/content/1", request().with_user([ContentBlock::text("hello"), ContentBlock::text("")])),
        ("/messages/1", hello().with_user("again")),
        ("/messages/1/content/0", hello().with_assistant(call()).with_user("no tools")),
        ("/messages/1/content/0", hello().with_tool(tool("a")).with_assistant(call())),
        ("/messages/1/content/0/name", {
            let call = ToolUse::new("a", "no name", json!({}));
            hello().with_tool(tool("a")).with_assistant(call).with_user(ToolResult::text("a", "1"))
        }),
        ("/messages/1/content/0/id", {
            let call = ToolUse::new("not an id", "a", json!({}));
            hello().with_tool(tool("a")).with_assistant(call).with_user(ToolResult::text("not an id", "1"))
        }),
        ("/tools/0/name", hello().with_tool(tool("has spaces"))),
        ("/tools/1/name", hello().with_tools([tool("fine"), tool(&"x".repeat(65))])),
        ("/tools/0/input_schema", hello().with_tool(Tool::new("a", json!({"properties": {}})))),
        ("/temperature", hello().with_temperature(1.5)),
        ("/top_p", hello().with_top_p(-0.1)),
        ("/stop_sequences/1", hello().with_stop_sequence("a").with_stop_sequence("")),
        ("/reasoning", hello().with_reasoning(ReasoningMode::Adaptive)),
    ]
}

#[tokio::test]
async fn what_bedrock_would_refuse_is_repaired_and_told() {
    let (emulator, client) = emulator_and_client().await;
    for (count, (place, request)) in repaired().into_iter().enumerate() {
        let answer = client.complete(request).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(answer.warnings.first().and_then(|warning| warning.pointer.as_deref()), Some(place));
        assert_eq!(emulator.requests().len(), count + 1);
    }
}

#[tokio::test]
async fn strictly_each_repair_is_an_error_and_nothing_is_sent() {
    let (emulator, _) = emulator_and_client().await;
    let client = crate::builder(&emulator).with_repair(Repair::Strict).build().unwrap();
    for (place, request) in repaired() {
        let error = failed(client.create_message(request).await);
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.message().starts_with(&format!("{place}: ")), "{place:?} does not begin {error}");
        assert!(error.hint().is_some(), "{error}");
    }
    assert!(emulator.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn what_has_no_form_is_refused_by_name_and_not_left_out() {
    let (emulator, client) = emulator_and_client().await;
    let image = ContentBlock::image(MediaSource::url("https://a.example"));
    let document = DocumentBlock::new(DocumentSource::File { file_id: "f".into() });
    for request in [request().with_user(image), request().with_user(document)] {
        let error = failed(client.create_message(request).await);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.message().starts_with("/messages/0/content/0: "), "{error}");
    }
    assert!(emulator.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn an_error_quotes_no_more_than_tells_what_is_meant() {
    let (emulator, _) = emulator_and_client().await;
    let client = crate::builder(&emulator).with_repair(Repair::Strict).build().unwrap();
    let long = "x".repeat(200_000);
    for request in [
        request().with_user("hello").with_tool(tool(&long)),
        request().with_user(ToolResult::text(&long, "b")),
    ] {
        let error = failed(client.create_message(request).await);
        assert!(error.to_string().len() < 300, "{} bytes", error.to_string().len());
    }
}

#[tokio::test]
async fn settings_that_change_nothing_are_taken() {
    let (_emulator, client) = emulator_and_client().await;
    let request = request()
        .with_user("hello")
        .with_reasoning(ReasoningMode::Off)
        .with_response_format(roo_core::ResponseFormat::Text);
    assert!(client.create_message(request).await.is_ok());
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_sent() {
    let (emulator, client) = emulator_and_client().await;
    let enough = request().with_user("hello").with_assistant("hi");
    // Each is small enough, and together they are not.
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    image.resize(3_700_000, 0);
    let images = vec![ContentBlock::image(image); 6];
    let error = failed(client.create_message(enough.with_user(images)).await);
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().starts_with("/messages/2: ") && error.message().contains("25000000"), "{error}");
    assert!(emulator.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn options_that_do_not_fit_are_an_error_and_not_ignored() {
    let (_emulator, client) = emulator_and_client().await;
    let mut request = request().with_user("hello").with_options(&BedrockOptions::new());
    request.provider_options.insert("bedrock", json!({"streeming": false}));
    let error = failed(client.create_message(request).await);
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.message().contains("streeming"), "{error}");
}

fn keys(id: &str, secret: &str) -> roo_aws::aws_credential_types::Credentials {
    roo_aws::aws_credential_types::Credentials::new(id, secret, None, None, "test")
}

#[tokio::test]
async fn wrong_settings_are_named_when_the_client_is_built() {
    for (builder, expected) in [
        (Bedrock::builder().with_region("us east"), "region"),
        (Bedrock::builder().with_region("evil.example.com/"), "region"),
        (Bedrock::builder().with_endpoint_url("not a url"), "endpoint"),
        (Bedrock::builder().with_endpoint_url("ftp://example.com"), "endpoint"),
        (Bedrock::builder().with_bearer_token(" "), "bearer token"),
        (Bedrock::builder().with_bearer_token("key").with_endpoint_url("http://example.com"), "http"),
        (Bedrock::builder().with_profile(" "), "profile"),
        (Bedrock::builder().with_credentials(keys("AKID", "with space")), "secret access key"),
        (Bedrock::builder().with_credentials(keys("AKID\n", "secret")), "access key id"),
    ] {
        let error = failed(builder.with_context(context()).build());
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.message().contains(expected), "{expected} is not in: {error}");
    }
}

#[tokio::test]
async fn missing_and_broken_surroundings_name_what_was_tried() {
    let (emulator, _) = emulator_and_client().await;
    let home = context().with_variable("HOME", "/home/me");
    let config = "/home/me/.aws/config";
    let keys = |context: roo_aws::AwsContext| {
        context.with_variable("AWS_ACCESS_KEY_ID", "AKID").with_variable("AWS_SECRET_ACCESS_KEY", "secret")
    };
    let in_region = |context: roo_aws::AwsContext| context.with_variable("AWS_REGION", "us-east-1");
    let cases = [
        (keys(home.clone()), vec!["AWS_REGION", "AWS_DEFAULT_REGION", "profile"]),
        (in_region(home.clone()), vec!["AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK", config]),
        (in_region(home.clone()).with_variable("AWS_ACCESS_KEY_ID", "AKID"), vec!["AWS_SECRET_ACCESS_KEY"]),
        (in_region(home.clone()).with_variable("AWS_SECRET_ACCESS_KEY", "hidden"), vec!["AWS_ACCESS_KEY_ID"]),
        (in_region(home.clone()).with_file(config, "[default\n"), vec![config, "line 1"]),
        (in_region(home.clone()).with_variable("AWS_PROFILE", "missing"), vec!["missing"]),
        (
            in_region(home.clone()).with_file(config, "[default]\naws_access_key_id = AKID\n"),
            vec!["aws_secret_access_key"],
        ),
    ];
    for (surroundings, expected) in cases {
        let client =
            Bedrock::builder().with_context(surroundings).with_endpoint_url(emulator.url()).build().unwrap();
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert!(matches!(error.kind(), ErrorKind::Credentials | ErrorKind::Config), "{error}");
        for text in expected {
            assert!(error.to_string().contains(text), "{text} is not in: {error}");
        }
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
    }
    assert!(emulator.requests().is_empty(), "nothing was sent");
}
