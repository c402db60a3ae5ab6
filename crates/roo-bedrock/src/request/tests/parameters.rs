//! B47 to B60: limits, sampling, thinking, the model's own fields, the form of the answer.

use roo_core::{Effort, MessageRequest, ReasoningMode, ResponseFormat, ToolChoice};
use serde_json::{Value, json};

use super::{
    CHANGED, CLAUDE, CLAUDE_4_5, CLAUDE_4_6, CLAUDE_4_7, CLAUDE_BUDGET, DROPPED, GPT, NOVA, UNKNOWN, body,
    hello, hello_with, is_invalid, lower, lower_with, lowers, lowers_member, tool,
};
use crate::client::label;
use crate::options::{
    BedrockOptions, GuardrailConfig, GuardrailTrace, Latency, Repair, ServiceTier, StreamProcessingMode,
};

const FIELDS: &str = "/additionalModelRequestFields";
const CONFIG: &str = "/inferenceConfig";
const REASONING: &str = "/reasoning";
const NOVA_2: &str = "amazon.nova-2-lite-v1:0";
const GPT_OSS: &str = "openai.gpt-oss-120b-1:0";

fn options(options: &BedrockOptions) -> MessageRequest {
    hello().with_options(options)
}

fn effort(effort: Effort) -> MessageRequest {
    hello().with_reasoning(ReasoningMode::Effort { effort })
}

#[test]
fn b47_limits_and_sampling_have_four_members_and_top_k_is_the_models_own() {
    let request = hello()
        .with_max_tokens(100)
        .with_temperature(0.5)
        .with_top_p(0.25)
        .with_stop_sequence("STOP")
        .with_top_k(7);
    let config = json!({"maxTokens": 100, "temperature": 0.5, "topP": 0.25, "stopSequences": ["STOP"]});
    for (model, fields) in [(CLAUDE, json!({"top_k": 7})), (NOVA, json!({"inferenceConfig": {"topK": 7}}))] {
        let expected = hello_with(json!({"inferenceConfig": config, "additionalModelRequestFields": fields}));
        lowers(model, &request, expected, &[]);
    }
    for model in [UNKNOWN, "deepseek.v3-v1:0"] {
        lowers_member(model, &hello().with_top_k(7), FIELDS, &Value::Null, &[(DROPPED, "/top_k")]);
    }
    is_invalid(CLAUDE, &hello().with_max_tokens(0), "/max_tokens");
}

#[test]
fn b48_sampling_within_what_the_model_takes() {
    let request = hello().with_temperature(1.5).with_top_p(-0.1);
    let config = json!({"temperature": 1.0, "topP": 0.0});
    lowers_member(CLAUDE, &request, CONFIG, &config, &[(CHANGED, "/temperature"), (CHANGED, "/top_p")]);
    is_invalid(CLAUDE, &hello().with_temperature(f64::NAN), "/temperature");
    let both = hello().with_temperature(0.5).with_top_p(0.25);
    lowers_member(CLAUDE_4_5, &both, CONFIG, &json!({"temperature": 0.5}), &[(DROPPED, "/top_p")]);
    let all = both.with_top_k(3);
    let warnings = [(DROPPED, "/temperature"), (DROPPED, "/top_p"), (DROPPED, "/top_k")];
    lowers(CLAUDE_4_7, &all, hello_with(json!({})), &warnings);
}

#[test]
fn b49_stop_sequences() {
    let request = hello().with_stop_sequence("a").with_stop_sequence("");
    let warnings = [(DROPPED, "/stop_sequences/1")];
    lowers_member(CLAUDE, &request, CONFIG, &json!({"stopSequences": ["a"]}), &warnings);
    let warnings = [(DROPPED, "/stop_sequences/0"), (DROPPED, "/stop_sequences/1")];
    for model in [GPT, "xai.grok-4.6"] {
        lowers(model, &request, hello_with(json!({})), &warnings);
    }
}

#[test]
fn b50_a_limit_below_the_least_is_raised() {
    let request = hello().with_max_tokens(5);
    for model in [GPT, "xai.grok-4.6", "moonshotai.kimi-k3"] {
        lowers_member(model, &request, CONFIG, &json!({"maxTokens": 16}), &[(CHANGED, "/max_tokens")]);
    }
    lowers_member(CLAUDE, &request, CONFIG, &json!({"maxTokens": 5}), &[]);
}

#[test]
fn b51_a_budget_comes_on_top_of_the_answer_and_rules_out_sampling() {
    let request = hello().with_reasoning(ReasoningMode::Budget { tokens: 2000 });
    let fields = json!({"thinking": {"type": "enabled", "budget_tokens": 2000}});
    for (request, tokens) in [(request.clone(), 6096), (request.clone().with_max_tokens(100), 2100)] {
        let config = json!({"maxTokens": tokens});
        let expected = hello_with(json!({"inferenceConfig": config, "additionalModelRequestFields": fields}));
        lowers(CLAUDE_BUDGET, &request, expected, &[]);
    }
    let sampled = request.with_temperature(0.5).with_top_p(0.5).with_top_k(5);
    let warnings = [(DROPPED, "/temperature"), (DROPPED, "/top_p"), (DROPPED, "/top_k")];
    lowers_member(CLAUDE_BUDGET, &sampled, FIELDS, &fields, &warnings);
    let small = hello().with_reasoning(ReasoningMode::Budget { tokens: 10 }).with_max_tokens(1);
    let fields = json!({"thinking": {"type": "enabled", "budget_tokens": 1024}});
    lowers_member(CLAUDE_BUDGET, &small, FIELDS, &fields, &[(CHANGED, REASONING)]);
    lowers_member(CLAUDE_BUDGET, &small, CONFIG, &json!({"maxTokens": 1025}), &[(CHANGED, REASONING)]);
}

#[test]
fn b52_adaptive_thinking_shows_a_summary_and_keeps_to_the_ceiling() {
    let thinking = json!({"thinking": {"type": "adaptive", "display": "summarized"}});
    let adaptive = hello().with_reasoning(ReasoningMode::Adaptive);
    for model in [CLAUDE_4_6, CLAUDE_4_7] {
        lowers(model, &adaptive, hello_with(json!({"additionalModelRequestFields": thinking})), &[]);
    }
    for (model, wanted, told, is_less) in [
        (CLAUDE_4_6, Effort::High, "high", false),
        (CLAUDE_4_6, Effort::Max, "max", false),
        (CLAUDE_4_6, Effort::ExtraHigh, "high", true),
        (CLAUDE_4_7, Effort::ExtraHigh, "xhigh", false),
        (CLAUDE_4_7, Effort::Max, "xhigh", true),
    ] {
        let expected =
            hello_with(json!({"additionalModelRequestFields": thinking, "outputConfig": {"effort": told}}));
        let warnings = [(CHANGED, REASONING)];
        lowers(model, &effort(wanted), expected, if is_less { &warnings } else { &[] });
    }
    // A budget has no place where a model finds out by itself, and is told as an effort.
    let budget = hello().with_reasoning(ReasoningMode::Budget { tokens: 4000 });
    lowers_member(CLAUDE_4_7, &budget, "/outputConfig", &json!({"effort": "high"}), &[(CHANGED, REASONING)]);
    let off = hello().with_reasoning(ReasoningMode::Off);
    lowers_member(CLAUDE_4_6, &off, FIELDS, &json!({"thinking": {"type": "disabled"}}), &[]);
}

#[test]
fn b53_efforts_as_budgets() {
    for (wanted, tokens) in [
        (Effort::Minimal, 1024),
        (Effort::Low, 1024),
        (Effort::Medium, 2048),
        (Effort::High, 4096),
        (Effort::ExtraHigh, 8192),
        (Effort::Max, 16_384),
    ] {
        let fields = json!({"thinking": {"type": "enabled", "budget_tokens": tokens}});
        lowers_member(CLAUDE_BUDGET, &effort(wanted), FIELDS, &fields, &[]);
    }
    lowers(CLAUDE_BUDGET, &hello().with_reasoning(ReasoningMode::Off), hello_with(json!({})), &[]);
}

#[test]
fn b54_each_family_in_its_own_words() {
    for (model, fields) in [
        (NOVA_2, json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "high"}})),
        (GPT_OSS, json!({"reasoning_effort": "high"})),
        (GPT, json!({"reasoning": {"effort": "high"}})),
        ("deepseek.v3-v1:0", json!({"reasoning_effort": "high"})),
        (UNKNOWN, json!({"reasoning_effort": "high"})),
    ] {
        lowers(
            model,
            &effort(Effort::High),
            hello_with(json!({"additionalModelRequestFields": fields})),
            &[],
        );
    }
    for model in ["deepseek.r1-v1:0", NOVA, CLAUDE] {
        lowers(model, &effort(Effort::High), hello_with(json!({})), &[(DROPPED, REASONING)]);
    }
    let off = hello().with_reasoning(ReasoningMode::Off);
    lowers_member(NOVA_2, &off, FIELDS, &json!({"reasoningConfig": {"type": "disabled"}}), &[]);
    lowers_member(GPT_OSS, &off, FIELDS, &Value::Null, &[(DROPPED, REASONING)]);
}

#[test]
fn b55_fields_of_the_models_own_and_derived_ones_win() {
    let own = BedrockOptions::new()
        .with_additional_model_request_field("seed", json!(1))
        .with_additional_model_request_field("top_k", json!(1))
        .with_additional_model_request_field("tool_choice", json!({"type": "any", "more": 1}));
    let pointer = "/provider_options/bedrock/additional_model_request_fields";
    let [type_pointer, top_k_pointer] = ["tool_choice/type", "top_k"].map(|name| format!("{pointer}/{name}"));
    let fields = json!({"seed": 1, "top_k": 5, "tool_choice": {"more": 1}});
    let warnings = [(DROPPED, type_pointer.as_str()), (CHANGED, top_k_pointer.as_str())];
    lowers_member(CLAUDE, &options(&own).with_top_k(5), FIELDS, &fields, &warnings);
    // What says the same is no change.
    let same = BedrockOptions::new().with_additional_model_request_field("top_k", json!(5));
    lowers_member(CLAUDE, &options(&same).with_top_k(5), FIELDS, &json!({"top_k": 5}), &[]);
}

#[test]
fn b56_beta_flags_once_each_in_the_body_and_for_claude_only() {
    let flagged = BedrockOptions::new()
        .with_additional_model_request_field("anthropic_beta", json!(["a"]))
        .with_anthropic_beta("b")
        .with_anthropic_beta("a")
        .with_anthropic_beta("b");
    lowers_member(CLAUDE, &options(&flagged), FIELDS, &json!({"anthropic_beta": ["a", "b"]}), &[]);
    let flagged = options(&BedrockOptions::new().with_anthropic_beta("b"));
    let pointer = "/provider_options/bedrock/anthropic_beta";
    lowers(NOVA, &flagged, hello_with(json!({})), &[(DROPPED, pointer)]);
    let text = BedrockOptions::new()
        .with_additional_model_request_field("anthropic_beta", json!("a"))
        .with_anthropic_beta(" ")
        .with_anthropic_beta("b");
    let blank = [(DROPPED, "/provider_options/bedrock/anthropic_beta/0")];
    lowers_member(CLAUDE, &options(&text), FIELDS, &json!({"anthropic_beta": ["a", "b"]}), &blank);
    // Refused once, they are not sent again.
    let id = crate::ModelId::parse(CLAUDE);
    let facts = crate::ModelTable::builtin().facts(&id);
    let target = super::Target {
        facts: &facts,
        kind: id.kind(),
        streaming: true,
        repair: Repair::Lenient,
        betas_refused: true,
    };
    let lowered = super::ConverseRequest::new(&flagged, target).unwrap();
    assert_eq!(body(&lowered), hello_with(json!({})));
    assert_eq!(lowered.warnings[0].pointer.as_deref(), Some(pointer));
}

#[test]
fn b57_a_guardrail_with_its_stream_mode_where_there_is_a_stream() {
    let guardrail = GuardrailConfig::new("gr1abc", "1")
        .with_trace(GuardrailTrace::EnabledFull)
        .with_stream_processing_mode(StreamProcessingMode::Async);
    let request = options(&BedrockOptions::new().with_guardrail(guardrail));
    let config = json!({
        "guardrailIdentifier": "gr1abc", "guardrailVersion": "1", "trace": "enabled_full",
        "streamProcessingMode": "async",
    });
    lowers(CLAUDE, &request, hello_with(json!({"guardrailConfig": config})), &[]);
    let whole = lower_with(CLAUDE, &request, Repair::Lenient, false).unwrap();
    let config = json!({"guardrailIdentifier": "gr1abc", "guardrailVersion": "1", "trace": "enabled_full"});
    assert_eq!(body(&whole), hello_with(json!({"guardrailConfig": config})));
    let pointer = "/provider_options/bedrock/guardrail/streamProcessingMode";
    assert_eq!(whole.warnings[0].pointer.as_deref(), Some(pointer));
    let error = lower_with(CLAUDE, &request, Repair::Strict, false).unwrap_err();
    assert!(error.message().starts_with(pointer), "{error}");
}

#[test]
fn b58_performance_tier_metadata_and_field_paths() {
    for (latency, word) in [(Latency::Standard, "standard"), (Latency::Optimized, "optimized")] {
        let request = options(&BedrockOptions::new().with_latency(latency));
        lowers(CLAUDE, &request, hello_with(json!({"performanceConfig": {"latency": word}})), &[]);
    }
    for (tier, word) in [
        (ServiceTier::Priority, "priority"),
        (ServiceTier::Default, "default"),
        (ServiceTier::Flex, "flex"),
        (ServiceTier::Reserved, "reserved"),
    ] {
        let request = options(&BedrockOptions::new().with_service_tier(tier));
        lowers(CLAUDE, &request, hello_with(json!({"serviceTier": {"type": word}})), &[]);
    }
    let labelled = hello().with_metadata("b", "").with_metadata("a", "x y:_@$#=/+,-.");
    lowers(CLAUDE, &labelled, hello_with(json!({"requestMetadata": {"a": "x y:_@$#=/+,-.", "b": ""}})), &[]);
    is_invalid(CLAUDE, &hello().with_metadata("a/b~", "x!"), "/metadata/a~1b~0");
    is_invalid(CLAUDE, &hello().with_metadata("a", "x\u{3000}y"), "/metadata/a");
    is_invalid(CLAUDE, &hello().with_metadata("a", "x".repeat(257)), "/metadata/a");
    let many = (0..17).fold(hello(), |request, place| request.with_metadata(format!("k{place}"), "v"));
    is_invalid(CLAUDE, &many, "/metadata");
    let paths = BedrockOptions::new().with_additional_model_response_field_path("/stop_sequence");
    let expected = hello_with(json!({"additionalModelResponseFieldPaths": ["/stop_sequence"]}));
    lowers(CLAUDE, &options(&paths), expected, &[]);
    let wrong = BedrockOptions::new().with_additional_model_response_field_path("stop_sequence");
    let place = "/provider_options/bedrock/additional_model_response_field_paths/0";
    is_invalid(CLAUDE, &options(&wrong), place);
}

#[test]
fn b58_a_prompt_takes_variables_and_nothing_that_it_brings_along() {
    let prompt = "arn:aws:bedrock:us-east-1:123456789012:prompt/PROMPT12AB:1";
    let variables = BedrockOptions::new().with_prompt_variable("genre", "pop");
    let request = MessageRequest::new().with_options(&variables);
    lowers(prompt, &request, json!({"promptVariables": {"genre": {"text": "pop"}}}), &[]);
    is_invalid(prompt, &request.clone().with_max_tokens(5), "/max_tokens");
    is_invalid(prompt, &request.with_system("s"), "/system");
    let place = "/provider_options/bedrock/prompt_variables";
    lowers(CLAUDE, &options(&variables), hello_with(json!({})), &[(DROPPED, place)]);
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "integer"}}})
}

fn structured() -> MessageRequest {
    let format = ResponseFormat::JsonSchema {
        name: "person".into(),
        description: Some("Who it is.".into()),
        schema: schema(),
    };
    hello().with_response_format(format)
}

#[test]
fn b59_a_schema_natively() {
    let structure = json!({"jsonSchema": {
        "schema": schema().to_string(), "name": "person", "description": "Who it is."
    }});
    let format = json!({"textFormat": {"type": "json_schema", "structure": structure}});
    lowers(CLAUDE_4_5, &structured(), hello_with(json!({"outputConfig": format})), &[]);
    let with_effort = structured().with_reasoning(ReasoningMode::Effort { effort: Effort::Low });
    let config = json!({"textFormat": format["textFormat"], "effort": "low"});
    lowers_member(CLAUDE_4_6, &with_effort, "/outputConfig", &config, &[]);
}

#[test]
fn b59_a_schema_by_a_tool_or_in_words() {
    let json_tool = |name: &str| json!({"toolSpec": {"name": name, "description": "Who it is.", "inputSchema": {"json": schema()}}});
    let config = json!({"tools": [json_tool("json")], "toolChoice": {"any": {}}});
    lowers(CLAUDE, &structured(), hello_with(json!({"toolConfig": config})), &[]);
    let taken = structured().with_tool(roo_core::Tool::new("json", json!({"type": "object"})));
    lowers_member(CLAUDE, &taken, "/toolConfig/tools/1", &json_tool("json_2"), &[]);

    let instruction =
        format!("Answer with JSON alone, without a code fence. It must fit this JSON schema: {}", schema());
    let system = json!([{"text": instruction}]);
    let warnings = [(CHANGED, "/response_format")];
    let thinking = structured().with_reasoning(ReasoningMode::Budget { tokens: 2000 });
    lowers_member(CLAUDE_BUDGET, &thinking, "/system", &system, &warnings);
    let chosen = structured().with_tool(tool()).with_tool_choice(ToolChoice::tool("t"));
    lowers_member(CLAUDE, &chosen, "/system", &system, &warnings);
    let list = hello().with_response_format(ResponseFormat::json_schema("l", json!({"type": "array"})));
    let lowered = lower(CLAUDE, &list, Repair::Lenient).unwrap();
    assert_eq!(lowered.warnings[0].pointer.as_deref(), Some("/response_format"));
}

#[test]
fn b60_a_model_is_one_label_of_the_path() {
    for (model, escaped) in [
        (CLAUDE, "anthropic.claude-3-sonnet-20240229-v1%3A0"),
        (
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-7",
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.anthropic.claude-opus-4-7",
        ),
        ("a b%ü~-_.", "a%20b%25%C3%BC~-_."),
    ] {
        assert_eq!(label(model).to_string(), escaped);
    }
}

#[test]
fn b51_no_limit_is_more_than_bedrock_reads() {
    is_invalid(CLAUDE_BUDGET, &hello().with_max_tokens(u32::MAX), "/max_tokens");
    let budget = ReasoningMode::Budget { tokens: i32::MAX as u32 };
    is_invalid(CLAUDE_BUDGET, &hello().with_reasoning(budget), REASONING);
}

#[test]
fn b60_a_prompt_is_told_nothing_that_it_brings() {
    let prompt = "arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ";
    is_invalid(
        prompt,
        &options(&BedrockOptions::new().with_system_tool("nova_grounding")),
        "/provider_options/bedrock/system_tools",
    );
    is_invalid(
        prompt,
        &options(&BedrockOptions::new().with_anthropic_beta("a")),
        "/provider_options/bedrock/anthropic_beta",
    );
    is_invalid(prompt, &hello().with_parallel_tool_calls(false), "/parallel_tool_calls");
}
