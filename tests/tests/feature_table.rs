//! The README's table of what works on Bedrock, made from what was just seen to work: a row that nothing proves cannot
//! stand there.
//!
//! `ROO_UPDATE_README=1 cargo test -p roo-tests --test feature_table` writes the table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use futures_util::StreamExt as _;
use roo_aws::AwsContext;
use roo_aws::aws_credential_types::Credentials;
use roo_bedrock::{
    ApplyGuardrail, Bedrock, BedrockOptions, GuardrailConfig, GuardrailContent, GuardrailId, GuardrailSource,
    InvokeRequest, Repair, ServiceTier, StartAsyncInvoke,
};
use roo_code::emulator::Emulator;
use roo_code::{
    ApiProvider, CachePoint, CacheStrategy, ContentBlock, DocumentBlock, DocumentSource, Effort,
    EmbeddingProvider as _, EmbeddingRequest, Message, MessageRequest, Provider as _, ProviderSettings,
    ReasoningMode, RerankProvider as _, RerankRequest, ResponseFormat, RooClient, SearchResult, StopReason,
    Tool, ToolChoice, ToolResult,
};
use roo_http::ReqwestTransport;
use serde_json::{Value, json};

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const BEGIN: &str = "<!-- This table is made by tests/tests/feature_table.rs. -->\n";
const END: &str = "<!-- End of the table. -->\n";

struct World {
    emulator: Emulator,
    client: RooClient,
}

impl World {
    async fn new() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let settings = ProviderSettings::new(ApiProvider::Bedrock, CLAUDE)
            .with_aws_region(emulator.region())
            .with_aws_credentials(emulator.access_key_id(), emulator.secret_access_key(), None)
            .with_aws_endpoint_url(emulator.url());
        Self { client: RooClient::new(settings).unwrap(), emulator }
    }

    /// The answer, by the streaming and by the unary call, which must be of one mind.
    async fn ask(&self, request: &MessageRequest) -> Message {
        let mut options = request.provider_options.get::<BedrockOptions>().unwrap().unwrap_or_default();
        let mut answers = Vec::new();
        for streaming in [true, false] {
            options.streaming = Some(streaming);
            answers.push(self.client.complete(request.clone().with_options(&options)).await.unwrap());
        }
        assert_eq!(answers[0].stop_reason, answers[1].stop_reason);
        assert_eq!(answers[0].content.len(), answers[1].content.len());
        answers.remove(0)
    }

    /// What Bedrock does beside answering.
    async fn operations(&self) -> Vec<(&'static str, &'static str)> {
        let emulator = &self.emulator;
        let key =
            Credentials::new(emulator.access_key_id(), emulator.secret_access_key(), None, None, "test");
        let bedrock = Bedrock::builder()
            .with_context(AwsContext::isolated())
            .with_transport(ReqwestTransport::new().unwrap())
            .with_region(emulator.region())
            .with_credentials(key)
            .with_endpoint_url(emulator.url())
            .build()
            .unwrap();
        let mut rows = Vec::new();

        assert!(bedrock.count_tokens(&prompt("Hello").with_model(CLAUDE)).await.unwrap() > 0);
        rows.push(("Counting tokens beforehand", "`Provider::count_tokens`"));

        assert!(bedrock.list_models().await.unwrap().iter().any(|model| model.id == CLAUDE));
        assert!(!bedrock.list_inference_profiles(None).await.unwrap().is_empty());
        rows.push((
            "Models and inference profiles of the account",
            "`list_models`, `list_inference_profiles`",
        ));

        let texts = EmbeddingRequest::new("cohere.embed-v4:0", ["one", "two"]);
        assert_eq!(bedrock.embed(&texts).await.unwrap().into_vectors().unwrap().len(), 2);
        let documents = RerankRequest::new("cohere.rerank-v3-5:0", "b", ["a", "b"]);
        assert_eq!(bedrock.rerank(&documents).await.unwrap().results[0].index, 1);
        rows.push((
            "Embeddings (Titan, Cohere, Nova) and reranking",
            "`EmbeddingProvider`, `RerankProvider`",
        ));

        let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]});
        let native = InvokeRequest::json(CLAUDE, &body);
        assert!(bedrock.invoke_model(&native).await.unwrap().head.usage.input_tokens.is_some());
        let mut chunks = bedrock.invoke_model_stream(&native).await.unwrap();
        assert!(chunks.next().await.unwrap().unwrap().starts_with(b"{"));
        rows.push((
            "Bodies in a model's own form, streamed as well",
            "`invoke_model`, `invoke_model_stream`",
        ));

        let guardrail = GuardrailId::new("guardrail1", "1");
        let text = [GuardrailContent::text("BLOCKME")];
        let applied = ApplyGuardrail::new(guardrail, GuardrailSource::Input, text);
        assert!(bedrock.apply_guardrail(&applied).await.unwrap().intervened());
        rows.push(("Guardrails and checks by themselves", "`apply_guardrail`, `invoke_guardrail_checks`"));

        let film = json!({"taskType": "TEXT_VIDEO"});
        let film = StartAsyncInvoke::new("amazon.nova-reel-v1:0", film, "s3://a-bucket/films");
        let arn = bedrock.start_async_invoke(&film).await.unwrap();
        assert_eq!(bedrock.get_async_invoke(&arn).await.unwrap().invocation_arn, arn);
        rows.push((
            "Asynchronous invocations",
            "`start_async_invoke`, `get_async_invoke`, `list_async_invokes`",
        ));

        assert!(bedrock.to_wire(&prompt("Hello").with_model(CLAUDE)).await.unwrap().curl().contains("curl"));
        rows.push(("Requests shown without being sent", "`to_wire`, `cache_plan`"));
        rows
    }

    /// The body of the last request.
    fn sent(&self) -> Value {
        self.emulator.requests().last().unwrap().json().unwrap()
    }
}

fn prompt(text: &str) -> MessageRequest {
    MessageRequest::new().with_user(text)
}

fn calculator() -> Tool {
    let schema = json!({"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]});
    Tool::new("calculator", schema).with_description("Perform mathematical calculations")
}

fn png() -> Vec<u8> {
    include_bytes!("../../examples/assets/house.png").to_vec()
}

#[tokio::test]
async fn the_readme_claims_what_works_and_nothing_else() {
    let world = World::new().await;
    let mut rows: Vec<(&str, &str)> = Vec::new();

    let answer = world.ask(&prompt("Hello").with_system("Be brief.")).await;
    assert!(answer.text().contains("Hello") && answer.usage.total_tokens.is_some());
    rows.push(("Text, system prompt, streaming, usage", "`with_user`, `with_system`"));

    let calculate = prompt("Calculate 15 * 24").with_tool(calculator());
    let answer = world.ask(&calculate).await;
    let call = answer.tool_uses().next().unwrap().clone();
    let history =
        calculate.clone().with_message(answer).with_user(ToolResult::json(&call.id, json!({"result": 360})));
    assert!(world.ask(&history).await.text().contains("360"));
    rows.push(("Tool calls and results, in parallel as well", "`with_tool`, `ToolResult`"));

    let forced = prompt("Hello").with_tool(calculator()).with_tool_choice(ToolChoice::tool("calculator"));
    assert_eq!(world.ask(&forced).await.stop_reason, Some(StopReason::ToolUse));
    rows.push(("Tool choice: auto, any, one, none", "`with_tool_choice`"));

    let picture = MessageRequest::new().with_user([ContentBlock::text("What?"), ContentBlock::image(png())]);
    assert!(world.ask(&picture).await.text().contains("96 x 64"));
    rows.push(("Images: png, jpeg, gif, webp; from S3 as well", "`ContentBlock::image`"));

    let document =
        DocumentBlock::new(DocumentSource::Text { text: "The sky is blue.".into() }).with_citations(true);
    let asked = MessageRequest::new().with_user([document.into(), ContentBlock::text("Which colour?")]);
    let cited = world.ask(&asked).await;
    let is_cited =
        |block: &ContentBlock| matches!(block, ContentBlock::Text(text) if !text.citations.is_empty());
    assert!(cited.content.iter().any(is_cited), "{cited:?}");
    rows.push(("Documents in nine formats, with citations", "`DocumentBlock::with_citations`"));

    let found = SearchResult::new("https://example.com", "An example", ["The sky is blue."]);
    world.ask(&MessageRequest::new().with_user([found.into(), ContentBlock::text("Which colour?")])).await;
    assert_eq!(world.sent()["messages"][0]["content"][0]["searchResult"]["title"], "An example");
    rows.push(("Search results of your own", "`SearchResult`"));

    let thinking = calculate.with_reasoning(ReasoningMode::Effort { effort: Effort::Low });
    let answer = world.ask(&thinking).await;
    assert!(matches!(&answer.content[0], ContentBlock::Reasoning(thought) if thought.signature.is_some()));
    let call = answer.tool_uses().next().unwrap().clone();
    world.ask(&thinking.with_message(answer).with_user(ToolResult::text(&call.id, "360"))).await;
    assert!(
        world.sent()["messages"][1]["content"][0]["reasoningContent"]["reasoningText"]["signature"]
            .is_string()
    );
    rows.push(("Reasoning, signed and replayed over tool calls", "`with_reasoning`"));

    let cached =
        prompt("Hello").with_system([ContentBlock::text("x ".repeat(3_000)), CachePoint::new().into()]);
    world.ask(&cached).await;
    assert!(world.ask(&cached).await.usage.cache_read_input_tokens > Some(0));
    world.ask(&prompt("Hello").with_system("rules").with_cache(CacheStrategy::Auto)).await;
    assert!(world.sent()["system"][1]["cachePoint"].is_object());
    rows.push(("Prompt caching, by hand or by strategy", "`CachePoint`, `with_cache`"));

    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]});
    for model in [CLAUDE, "anthropic.claude-3-sonnet-20240229-v1:0"] {
        let form = ResponseFormat::json_schema("number", schema.clone());
        let answer = world.ask(&prompt("A number").with_model(model).with_response_format(form)).await;
        assert!(serde_json::from_str::<Value>(&answer.text()).unwrap()["n"].is_i64());
    }
    rows.push(("Structured output, native or by a tool", "`with_response_format`"));

    let guarded = BedrockOptions::new().with_guardrail(GuardrailConfig::new("guardrail1", "1"));
    let answer = world.ask(&prompt("BLOCKME").with_options(&guarded)).await;
    assert_eq!(answer.stop_reason, Some(StopReason::ContentFilter));
    rows.push(("Guardrails", "`BedrockOptions::with_guardrail`"));

    let tiered = BedrockOptions::new().with_service_tier(ServiceTier::Flex);
    let answer = world.ask(&prompt("Hello").with_metadata("team", "blue").with_options(&tiered)).await;
    assert_eq!(answer.metadata["serviceTier"]["type"], "flex");
    rows.push(("Service tier, latency, request metadata, prompt variables", "`BedrockOptions`"));

    let broken = MessageRequest::new().with_user("a").with_user("b");
    let answer = world.ask(&broken).await;
    assert_eq!(answer.warnings[0].pointer.as_deref(), Some("/messages/1"));
    let strict = BedrockOptions::new().with_repair(Repair::Strict);
    assert!(world.client.complete(broken.with_options(&strict)).await.is_err());
    rows.push(("Repairs with a report, or none at all", "`Message::warnings`, `Repair::Strict`"));

    let wide = prompt("Hello").with_temperature(1.5);
    assert_eq!(world.ask(&wide).await.warnings.len(), 1);
    rows.push(("Sampling, limits and stop sequences, as the model takes them", "`with_temperature`, …"));

    rows.extend(world.operations().await);

    let mut table = String::from("| What works | How |\n|---|---|\n");
    for (what, how) in rows {
        writeln!(table, "| {what} | {how} |").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the table");
    let (found, after) = rest.split_once(END).expect("the table ends");
    if std::env::var_os("ROO_UPDATE_README").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(found, table, "run this test with ROO_UPDATE_README=1");
    }
}
