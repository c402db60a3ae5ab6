//! B20 to B35: tool calls, their results, and tools.

use roo_core::{
    CachePoint, CacheTtl, ContentBlock, ImageBlock, MessageRequest, ReasoningMode, SearchResult, Tool,
    ToolChoice, ToolInput, ToolResult, ToolResultContent, ToolUse,
};
use serde_json::{Value, json};

use super::media::PNG;
use super::{
    ADDED, CHANGED, CLAUDE, CLAUDE_4_5, CLAUDE_4_6, CLAUDE_4_7, CLAUDE_BUDGET, DROPPED, GPT, MISTRAL, MOVED,
    NOVA, RENAMED, UNKNOWN, body, hello, hello_with, is_invalid, lower, lowers, lowers_member, refuses, tool,
    tool_config, user,
};
use crate::options::{BedrockOptions, Repair};

fn call(id: &str) -> ToolUse {
    ToolUse::new(id, "t", json!({}))
}

/// A call of the tool and what came of it.
fn history(call: impl Into<ContentBlock>, result: impl Into<ContentBlock>) -> MessageRequest {
    hello().with_tool(tool()).with_assistant(call.into()).with_user(result.into())
}

fn with_input(input: ToolInput) -> MessageRequest {
    let mut call = call("a");
    call.input = input;
    history(call, ToolResult::text("a", "1"))
}

const INPUT: &str = "/messages/1/content/0/toolUse/input";
const RESULT: &str = "/messages/2/content/0/toolResult";

#[test]
fn b20_an_input_that_is_no_object_is_wrapped_in_one() {
    let place = [(CHANGED, "/messages/1/content/0/input")];
    for (input, expected) in [
        (ToolInput::Invalid("{\"a\": ".into()), json!({"invalid_input": "{\"a\": "})),
        (ToolInput::Incomplete("{\"a".into()), json!({"invalid_input": "{\"a"})),
        (ToolInput::Json(json!([1, 2])), json!({"invalid_input": [1, 2]})),
        (ToolInput::Json(Value::Null), json!({"invalid_input": null})),
    ] {
        lowers_member(CLAUDE, &with_input(input), INPUT, &expected, &place);
    }
    let object = json!({"z": 1.0, "a": [1e3, "ü"]});
    lowers_member(CLAUDE, &with_input(object.clone().into()), INPUT, &object, &[]);
}

#[test]
fn b21_no_arguments_are_an_empty_object() {
    lowers_member(CLAUDE, &with_input(ToolInput::from_text("")), INPUT, &json!({}), &[]);
}

#[test]
fn b22_ids_are_what_the_model_takes_in_call_and_result_alike() {
    let request = history(call("call/1 ü"), ToolResult::text("call/1 ü", "1"));
    let warnings = [(RENAMED, "/messages/1/content/0/id"), (RENAMED, "/messages/2/content/0/tool_use_id")];
    let lowered = body(&lower(CLAUDE, &request, Repair::Lenient).unwrap());
    let id = lowered.pointer("/messages/1/content/0/toolUse/toolUseId").unwrap().clone();
    let text = id.as_str().unwrap();
    assert!(text.starts_with("call_1___") && text.len() == 17, "{text}");
    lowers_member(CLAUDE, &request, &format!("{RESULT}/toolUseId"), &id, &warnings);

    let request = history(call("tooluse_AbCdEfGhIj"), ToolResult::text("tooluse_AbCdEfGhIj", "1"));
    lowers_member(CLAUDE, &request, &format!("{RESULT}/toolUseId"), &json!("tooluse_AbCdEfGhIj"), &[]);
    let lowered = body(&lower(MISTRAL, &request, Repair::Lenient).unwrap());
    let id = lowered.pointer("/messages/1/content/0/toolUse/toolUseId").unwrap().clone();
    assert_eq!(id.as_str().unwrap().len(), 9);
    lowers_member(MISTRAL, &request, &format!("{RESULT}/toolUseId"), &id, &warnings);
}

#[test]
fn b23_names_are_the_same_in_definition_history_and_choice() {
    let name = "mcp.server/tool name";
    let request = hello()
        .with_tool(Tool::new(name, json!({"type": "object"})))
        .with_tool_choice(ToolChoice::tool(name))
        .with_assistant(ToolUse::new("a", name, json!({})))
        .with_user(ToolResult::text("a", "1"));
    let lowered = lower(CLAUDE, &request, Repair::Lenient).unwrap();
    let wire = body(&lowered);
    let on_wire = wire.pointer("/toolConfig/tools/0/toolSpec/name").unwrap();
    assert_eq!(wire.pointer("/toolConfig/toolChoice/tool/name"), Some(on_wire));
    assert_eq!(lowered.names.original(on_wire.as_str().unwrap().to_owned()), name);
    let warnings = [(RENAMED, "/messages/1/content/0/name"), (RENAMED, "/tools/0/name")];
    lowers_member(CLAUDE, &request, "/messages/1/content/0/toolUse/name", on_wire, &warnings);
    is_invalid(CLAUDE, &hello().with_tools([tool(), tool()]), "/tools/1/name");
    is_invalid(CLAUDE, &hello().with_tool(Tool::new("", json!({"type": "object"}))), "/tools/0/name");
}

#[test]
fn b24_each_kind_of_result() {
    let image = ImageBlock::new(PNG.to_vec());
    let search = SearchResult::new("https://a.example", "A", ["one"]).with_citations(true);
    let document =
        roo_core::DocumentBlock::new(roo_core::DocumentSource::Text { text: "x".into() }).with_name("d");
    let result = ToolResult::new(
        "a",
        [
            ToolResultContent::text("1"),
            json!({"b": 2}).into(),
            image.into(),
            ToolResultContent::SearchResult(search),
            ToolResultContent::Document(document),
        ],
    );
    let content = json!([
        {"text": "1"},
        {"json": {"b": 2}},
        {"image": {"format": "png", "source": {"bytes": super::media::PNG_BASE64}}},
        {"searchResult": {
            "source": "https://a.example", "title": "A", "content": [{"text": "one"}], "citations": {"enabled": true}
        }},
        {"document": {"format": "txt", "name": "d", "source": {"text": "x"}}},
    ]);
    lowers_member(CLAUDE, &history(call("a"), result), &format!("{RESULT}/content"), &content, &[]);
}

#[test]
fn b24_what_is_no_object_is_told_as_text_and_nothing_as_nothing() {
    let place = "/messages/2/content/0/content/0";
    let list = history(call("a"), ToolResult::json("a", json!([1])));
    lowers_member(
        CLAUDE,
        &list,
        &format!("{RESULT}/content"),
        &json!([{"text": "[1]"}]),
        &[(CHANGED, place)],
    );
    let empty = history(call("a"), ToolResult::text("a", " "));
    let warnings = [(DROPPED, place), (ADDED, "/messages/2/content/0")];
    lowers_member(CLAUDE, &empty, &format!("{RESULT}/content"), &json!([{"text": "(empty)"}]), &warnings);
    let image = ToolResult::new("a", [ImageBlock::new(PNG.to_vec())]);
    refuses(GPT, &history(call("a"), image), roo_core::ErrorKind::Unsupported, place);
}

#[test]
fn b25_a_failure_is_told() {
    let expected = json!({"toolUseId": "a", "content": [{"text": "no"}], "status": "error"});
    lowers_member(CLAUDE, &history(call("a"), ToolResult::error("a", "no")), RESULT, &expected, &[]);
    let expected = json!({"toolUseId": "a", "content": [{"text": "1"}]});
    lowers_member(CLAUDE, &history(call("a"), ToolResult::text("a", "1")), RESULT, &expected, &[]);
}

#[test]
fn b26_of_two_calls_and_results_with_one_id_the_first_counts() {
    let request = hello()
        .with_tool(tool())
        .with_assistant([ToolUse::new("a", "t", json!({"n": 1})), ToolUse::new("a", "t", json!({"n": 2}))])
        .with_user([ToolResult::text("a", "1"), ToolResult::text("a", "2")]);
    let messages = json!([
        user(json!([{"text": "hello"}])),
        super::assistant(json!([{"toolUse": {"toolUseId": "a", "name": "t", "input": {"n": 1}}}])),
        user(json!([{"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}}])),
    ]);
    let warnings = [(DROPPED, "/messages/1/content/1"), (DROPPED, "/messages/2/content/1")];
    lowers(CLAUDE, &request, json!({"messages": messages, "toolConfig": tool_config()}), &warnings);
}

#[test]
fn b26_a_later_call_with_the_same_id_gets_another() {
    for (model, is_id) in [
        (CLAUDE, (|id: &str| id == "a12345678-3") as fn(&str) -> bool),
        (MISTRAL, |id: &str| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())),
    ] {
        // An id that is taken later is not given out.
        let later = if model == CLAUDE { "a12345678-2" } else { "b12345678" };
        let request = history(call("a12345678"), ToolResult::text("a12345678", "1"))
            .with_assistant([call("a12345678"), call(later)])
            .with_user([ToolResult::text("a12345678", "2"), ToolResult::text(later, "3")]);
        let lowered = body(&lower(model, &request, Repair::Lenient).unwrap());
        let id = lowered.pointer("/messages/3/content/0/toolUse/toolUseId").unwrap();
        assert!(is_id(id.as_str().unwrap()), "{id}");
        let warnings = [(RENAMED, "/messages/3/content/0")];
        lowers_member(model, &request, "/messages/4/content/0/toolResult/toolUseId", id, &warnings);
        let second = lowered.pointer("/messages/4/content/1/toolResult/toolUseId").unwrap();
        assert_eq!(second, later);
    }
}

#[test]
fn b27_a_call_without_a_result_gets_one_and_a_result_without_a_call_goes() {
    let missing = json!({"toolResult": {
        "toolUseId": "a", "content": [{"text": "The tool was not run."}], "status": "error"
    }});
    let [hello_, called] = [
        user(json!([{"text": "hello"}])),
        super::assistant(json!([{"toolUse": {"toolUseId": "a", "name": "t", "input": {}}}])),
    ];
    let whole = |messages: Value| json!({"messages": messages, "toolConfig": tool_config()});
    let added = (ADDED, "/messages/1/content/0");
    let unanswered = hello().with_tool(tool()).with_assistant(call("a"));
    lowers(CLAUDE, &unanswered, whole(json!([hello_, called, user(json!([missing]))])), &[added]);
    let ignored = unanswered.clone().with_user("never mind");
    let last = user(json!([missing, {"text": "never mind"}]));
    lowers(
        CLAUDE,
        &ignored,
        whole(json!([hello_, called, last])),
        &[added, (MOVED, "/messages/1/content/0")],
    );
    let late = unanswered
        .with_user("wait")
        .with_assistant("ok")
        .with_user(vec![ToolResult::text("a", "late").into(), ContentBlock::text("here")]);
    let messages = json!([
        hello_,
        called,
        user(json!([missing, {"text": "wait"}])),
        super::assistant(json!([{"text": "ok"}])),
        user(json!([{"text": "here"}])),
    ]);
    let warnings = [added, (DROPPED, "/messages/4/content/0"), (MOVED, "/messages/1/content/0")];
    lowers(CLAUDE, &late, whole(messages), &warnings);
}

#[test]
fn b27_a_tool_that_bedrock_ran_itself_wants_no_result() {
    let request = hello()
        .with_options(&BedrockOptions::new().with_system_tool("nova_grounding"))
        .with_assistant(vec![
            ToolUse::new("a", "nova_grounding", json!({})).with_server(true).into(),
            ToolResult::text("a", "found").into(),
            ContentBlock::text("so"),
        ])
        .with_user("more");
    let content = json!([
        {"toolUse": {"toolUseId": "a", "name": "nova_grounding", "input": {}, "type": "server_tool_use"}},
        {"toolResult": {"toolUseId": "a", "content": [{"text": "found"}]}},
        {"text": "so"},
    ]);
    lowers_member(NOVA, &request, "/messages/1/content", &content, &[]);
}

#[test]
fn b28_without_tools_their_blocks_are_told_as_text() {
    let image = ImageBlock::new(PNG.to_vec());
    let result = ToolResult::new("a", [ToolResultContent::text("1"), image.into()]);
    let request = hello().with_assistant(ToolUse::new("a", "t", json!({"x": 1}))).with_user(result);
    let messages = json!([
        user(json!([{"text": "hello"}])),
        super::assistant(json!([{"text": "[tool call a: t({\"x\":1})]"}])),
        user(json!([
            {"text": "[tool result for a: [{\"text\":\"1\"}]]"},
            {"image": {"format": "png", "source": {"bytes": super::media::PNG_BASE64}}},
        ])),
    ]);
    let warnings = [(CHANGED, "/messages/1/content/0"), (CHANGED, "/messages/2/content/0")];
    lowers(CLAUDE, &request, json!({"messages": messages}), &warnings);
    // And where no tool may be called.
    let none = request.with_tool(tool()).with_tool_choice(ToolChoice::None);
    lowers(CLAUDE, &none, json!({"messages": messages}), &warnings);
    let failed = hello().with_assistant(call("a")).with_user(ToolResult::error("a", "no"));
    let told = json!([{"text": "[failed tool result for a: [{\"text\":\"no\"}]]"}]);
    lowers_member(CLAUDE, &failed, "/messages/2/content", &told, &warnings);
}

#[test]
fn b29_a_tool_with_all_it_has() {
    let schema = json!({"type": "object", "properties": {"b": {"type": "string"}, "a": {}}});
    let full = Tool::new("t", schema.clone()).with_description("Does it.").with_strict(true);
    let spec = json!([{"toolSpec": {
        "name": "t", "description": "Does it.", "inputSchema": {"json": schema}, "strict": true
    }}]);
    lowers(CLAUDE_4_5, &hello().with_tool(full), hello_with(json!({"toolConfig": {"tools": spec}})), &[]);
    let blank = tool().with_description(" ");
    let expected = hello_with(json!({"toolConfig": tool_config()}));
    lowers(CLAUDE, &hello().with_tool(blank), expected, &[(DROPPED, "/tools/0/description")]);
    let options = BedrockOptions::new().with_system_tool("nova_grounding");
    let expected = hello_with(json!({"toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}}));
    lowers(NOVA, &hello().with_options(&options), expected, &[]);
}

#[test]
fn b30_the_root_of_a_schema_is_an_object() {
    let with = |schema: Value| hello().with_tool(Tool::new("t", schema));
    let properties = json!({"properties": {"a": {}}});
    let json = "/toolConfig/tools/0/toolSpec/inputSchema/json";
    let typed = json!({"properties": {"a": {}}, "type": "object"});
    lowers_member(CLAUDE, &with(properties), json, &typed, &[(CHANGED, "/tools/0/input_schema")]);
    for schema in [json!({"type": "string"}), json!([]), json!(true), Value::Null] {
        is_invalid(CLAUDE, &with(schema), "/tools/0/input_schema");
    }
    let looking = json!({"type": "object", "properties": {
        "pattern": {"type": "string", "pattern": "^(?!x)"}, "b/c": {"pattern": "^a"}, "d": {"anyOf": [{"pattern": "(?<=a)b"}]}
    }});
    lowers_member(CLAUDE, &with(looking.clone()), json, &looking, &[]);
    let cleaned = json!({"type": "object", "properties": {
        "pattern": {"type": "string"}, "b/c": {"pattern": "^a"}, "d": {"anyOf": [{}]}
    }});
    let warnings = [
        (DROPPED, "/tools/0/input_schema/properties/pattern/pattern"),
        (DROPPED, "/tools/0/input_schema/properties/d/anyOf/0/pattern"),
    ];
    lowers_member("xai.grok-4.6", &with(looking), json, &cleaned, &warnings);
}

#[test]
fn b31_each_choice() {
    let with = |choice: ToolChoice| hello().with_tool(tool()).with_tool_choice(choice);
    for (choice, expected) in [
        (ToolChoice::Auto, json!({"auto": {}})),
        (ToolChoice::Any, json!({"any": {}})),
        (ToolChoice::tool("t"), json!({"tool": {"name": "t"}})),
    ] {
        lowers_member(CLAUDE, &with(choice), "/toolConfig/toolChoice", &expected, &[]);
    }
    lowers(CLAUDE, &with(ToolChoice::None), hello_with(json!({})), &[]);
    lowers(CLAUDE, &hello().with_tool_choice(ToolChoice::Auto), hello_with(json!({})), &[]);
    is_invalid(CLAUDE, &with(ToolChoice::tool("other")), "/tool_choice/name");
    is_invalid(CLAUDE, &hello().with_tool_choice(ToolChoice::Any), "/tool_choice");
}

#[test]
fn b31_parallel_calls_are_switched_off_with_claude_only() {
    let request = hello().with_tool(tool()).with_parallel_tool_calls(false);
    let fields = json!({"tool_choice": {"disable_parallel_tool_use": true}});
    lowers_member(CLAUDE_4_5, &request, "/additionalModelRequestFields", &fields, &[]);
    let warnings = [(DROPPED, "/parallel_tool_calls")];
    lowers_member(NOVA, &request, "/additionalModelRequestFields", &Value::Null, &warnings);
}

#[test]
fn b32_who_thinks_or_is_too_new_is_not_forced() {
    let request = hello().with_tool(tool()).with_tool_choice(ToolChoice::Any);
    let auto = json!({"auto": {}});
    let warnings = [(CHANGED, "/tool_choice")];
    lowers_member("anthropic.claude-opus-5-5", &request, "/toolConfig/toolChoice", &auto, &warnings);
    let thinking = request.with_reasoning(ReasoningMode::Budget { tokens: 1024 });
    lowers_member(CLAUDE_BUDGET, &thinking, "/toolConfig/toolChoice", &auto, &warnings);
}

#[test]
fn b33_strict_only_where_it_is_taken() {
    let request = hello().with_tool(tool().with_strict(true));
    let strict = "/toolConfig/tools/0/toolSpec/strict";
    for model in [CLAUDE_4_5, CLAUDE_4_6, UNKNOWN] {
        lowers_member(model, &request, strict, &json!(true), &[]);
    }
    for model in [CLAUDE_4_7, "anthropic.claude-sonnet-5", NOVA, GPT] {
        lowers_member(model, &request, strict, &Value::Null, &[(DROPPED, "/tools/0/strict")]);
    }
}

#[test]
fn b34_a_cache_point_follows_its_tool() {
    let cached = tool().with_cache(CachePoint::new().with_ttl(CacheTtl::OneHour));
    let request = hello().with_tools([cached, Tool::new("u", json!({"type": "object"}))]);
    let tools = json!([
        {"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}}},
        {"cachePoint": {"type": "default", "ttl": "1h"}},
        {"toolSpec": {"name": "u", "inputSchema": {"json": {"type": "object"}}}},
    ]);
    lowers(CLAUDE_4_5, &request, hello_with(json!({"toolConfig": {"tools": tools}})), &[]);
}

#[test]
fn b35_tools_of_anthropic_go_among_the_fields_of_the_model() {
    let bash = json!([{"type": "bash_20250124", "name": "bash"}]);
    let options = BedrockOptions::new()
        .with_additional_model_request_field("tools", bash.clone())
        .with_anthropic_beta("computer-use-2025-01-24");
    let fields = json!({"tools": bash, "anthropic_beta": ["computer-use-2025-01-24"]});
    let expected = hello_with(json!({"additionalModelRequestFields": fields}));
    lowers(CLAUDE_4_5, &hello().with_options(&options), expected, &[]);
}

#[test]
fn b31_models_that_cannot_be_told_choose_themselves() {
    let llama = "meta.llama3-1-8b-instruct-v1:0";
    let asked = hello().with_tool(tool()).with_tool_choice(roo_core::ToolChoice::Any);
    lowers_member(llama, &asked, "/toolConfig/toolChoice", &Value::Null, &[(DROPPED, "/tool_choice")]);
    let free = hello().with_tool(tool()).with_tool_choice(roo_core::ToolChoice::Auto);
    lowers_member(llama, &free, "/toolConfig/toolChoice", &Value::Null, &[]);
    // And nobody can be told about tools that are not there.
    let alone = hello().with_parallel_tool_calls(false);
    lowers_member(
        CLAUDE,
        &alone,
        "/additionalModelRequestFields",
        &Value::Null,
        &[(DROPPED, "/parallel_tool_calls")],
    );
}

#[test]
fn models_that_do_not_stream_tool_calls_answer_in_one_piece() {
    let llama = "meta.llama3-1-8b-instruct-v1:0";
    let with_tool = hello().with_tool(tool());
    assert!(lower(llama, &hello(), Repair::Strict).unwrap().streaming);
    assert!(!lower(llama, &with_tool, Repair::Strict).unwrap().streaming);
    assert!(lower(CLAUDE, &with_tool, Repair::Strict).unwrap().streaming);
    let asked = with_tool.with_options(&BedrockOptions::new().with_streaming(true));
    let pointer = "/provider_options/bedrock/streaming";
    lowers_member(llama, &asked, "/messages/0/role", &json!("user"), &[(CHANGED, pointer)]);
}
