//! B1 to B20: the system prompt, roles, text and reasoning.

use roo_core::{
    CachePoint, CacheTtl, ContentBlock, Message, MessageRequest, Origin, Reasoning, ReasoningMode,
    RedactedReasoning, Role, ToolResult, ToolUse,
};
use serde_json::{Value, json};

use super::{
    ADDED, CHANGED, CLAUDE, CLAUDE_4_6, CLAUDE_BUDGET, DROPPED, MERGED, MOVED, NOVA, UNKNOWN, assistant,
    hello, hello_with, is_invalid, lowers, tool, tool_config, user,
};
use crate::options::BedrockOptions;
use crate::{ModelTable, guard_text, tool_addition};

fn text(text: &str) -> ContentBlock {
    ContentBlock::text(text)
}

fn signed(text: &str) -> ContentBlock {
    Reasoning::new(text).with_signature("c2ln").with_origin(Origin::new("bedrock").with_model(CLAUDE)).into()
}

fn signed_on_wire(text: &str) -> Value {
    json!({"reasoningContent": {"reasoningText": {"text": text, "signature": "c2ln"}}})
}

fn with_assistant(content: impl Into<roo_core::Content>) -> MessageRequest {
    hello().with_assistant(content).with_user("go on")
}

/// What a conversation of hello, these blocks of the model, and «go on» becomes.
fn around(content: Value) -> Value {
    json!({"messages": [user(json!([{"text": "hello"}])), assistant(content), user(json!([{"text": "go on"}]))]})
}

#[test]
fn b01_the_system_prompt_goes_block_by_block_in_order() {
    let request = hello().with_system([text("one"), text("two")]);
    lowers(CLAUDE, &request, hello_with(json!({"system": [{"text": "one"}, {"text": "two"}]})), &[]);
}

#[test]
fn b01_messages_of_the_system_before_the_first_turn_are_part_of_it() {
    let request = MessageRequest::new()
        .with_system("one")
        .with_message(Message::new(Role::System, "two"))
        .with_user("hello");
    let expected = hello_with(json!({"system": [{"text": "one"}, {"text": "two"}]}));
    lowers(CLAUDE, &request, expected, &[(MOVED, "/messages/0")]);
}

#[test]
fn b02_blank_system_text_is_left_out_and_an_empty_list_too() {
    let expected = hello_with(json!({"system": [{"text": "b"}]}));
    lowers(CLAUDE, &hello().with_system([text(" "), text("b")]), expected, &[(DROPPED, "/system/0")]);
    lowers(CLAUDE, &hello().with_system("\n"), hello_with(json!({})), &[(DROPPED, "/system/0")]);
    lowers(CLAUDE, &hello(), hello_with(json!({})), &[]);
    is_invalid(CLAUDE, &hello().with_system(ContentBlock::image(vec![1])), "/system/0");
}

#[test]
fn b03_an_instruction_in_the_middle_stays_in_its_place() {
    let request =
        hello().with_assistant("hi").with_message(Message::new(Role::System, "be brief")).with_user("go");
    let messages = json!([
        user(json!([{"text": "hello"}])),
        assistant(json!([{"text": "hi"}])),
        user(json!([{"text": "[Instruction of the operator: be brief]"}, {"text": "go"}])),
    ]);
    let warnings = [(CHANGED, "/messages/2"), (MERGED, "/messages/3")];
    lowers(CLAUDE, &request, json!({"messages": messages}), &warnings);
}

/// A model that knows the role.
fn native() -> String {
    let knows = |id: &&str| {
        ModelTable::builtin().facts(&crate::ModelId::parse(id)).supports.mid_conversation_system == Some(true)
    };
    let models = ["anthropic.claude-opus-5-5", "anthropic.claude-opus-5", "anthropic.claude-sonnet-5"];
    models.iter().find(|id| knows(id)).map(ToString::to_string).expect("a model with the role system")
}

#[test]
fn b03_a_model_that_knows_the_role_is_given_it() {
    let request = hello()
        .with_message(Message::new(Role::System, vec![text("be brief"), tool_addition("t")]))
        .with_user("go")
        .with_tool(tool());
    let expected = json!({
        "messages": [
            user(json!([{"text": "hello"}])),
            {"role": "system", "content": [{"text": "be brief"}, {"toolAddition": {"tool": {"name": "t"}}}]},
            user(json!([{"text": "go"}])),
        ],
        "toolConfig": tool_config(),
    });
    lowers(&native(), &request, expected, &[]);
}

#[test]
fn b03_an_instruction_between_calls_and_results_goes_behind_them() {
    let request = hello()
        .with_tool(tool())
        .with_assistant(ToolUse::new("a", "t", json!({})))
        .with_message(Message::new(Role::System, "be brief"))
        .with_user(ToolResult::text("a", "1"));
    let call = assistant(json!([{"toolUse": {"toolUseId": "a", "name": "t", "input": {}}}]));
    let result = json!({"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}});
    let hello = user(json!([{"text": "hello"}]));
    let system = json!({"role": "system", "content": [{"text": "be brief"}]});
    let messages = json!([hello, call, user(json!([result])), system]);
    let expected = json!({"messages": messages, "toolConfig": tool_config()});
    lowers(&native(), &request, expected, &[(MOVED, "/messages/2")]);

    let instruction = json!({"text": "[Instruction of the operator: be brief]"});
    let messages = json!([hello, call, user(json!([result, instruction]))]);
    let warnings = [(CHANGED, "/messages/2"), (MERGED, "/messages/3"), (MOVED, "/messages/3/content/0")];
    lowers(CLAUDE, &request, json!({"messages": messages, "toolConfig": tool_config()}), &warnings);
}

#[test]
fn b04_a_cache_point_follows_its_system_text() {
    let request = hello().with_system([
        text("one"),
        CachePoint::new().with_ttl(CacheTtl::OneHour).into(),
        text("two"),
        CachePoint::new().into(),
    ]);
    let system = json!([
        {"text": "one"},
        {"cachePoint": {"type": "default", "ttl": "1h"}},
        {"text": "two"},
        {"cachePoint": {"type": "default"}},
    ]);
    lowers(super::CLAUDE_4_5, &request, hello_with(json!({"system": system})), &[]);
    let alone = hello().with_system([text(" "), CachePoint::new().into()]);
    lowers(CLAUDE, &alone, hello_with(json!({})), &[(DROPPED, "/system/0"), (DROPPED, "/system/1")]);
}

#[test]
fn b05_messages_of_one_role_become_one() {
    let request = hello()
        .with_user("and")
        .with_assistant("a")
        .with_assistant(ToolUse::new("a", "t", json!({})))
        .with_user(ToolResult::text("a", "1"))
        .with_user("go on")
        .with_tool(tool());
    let messages = json!([
        user(json!([{"text": "hello"}, {"text": "and"}])),
        assistant(json!([{"text": "a"}, {"toolUse": {"toolUseId": "a", "name": "t", "input": {}}}])),
        user(json!([{"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}}, {"text": "go on"}])),
    ]);
    let warnings = [(MERGED, "/messages/1"), (MERGED, "/messages/3"), (MERGED, "/messages/5")];
    lowers(CLAUDE, &request, json!({"messages": messages, "toolConfig": tool_config()}), &warnings);
}

#[test]
fn b06_a_turn_with_nothing_in_it_goes_and_its_neighbours_meet() {
    let expected = json!({"messages": [user(json!([{"text": "hello"}, {"text": "go on"}]))]});
    let warnings = [(DROPPED, "/messages/1/content/0"), (DROPPED, "/messages/1"), (MERGED, "/messages/2")];
    lowers(CLAUDE, &with_assistant(" "), expected.clone(), &warnings);
    let empty = with_assistant(Vec::<ContentBlock>::new());
    lowers(CLAUDE, &empty, expected, &[(DROPPED, "/messages/1"), (MERGED, "/messages/2")]);

    let blank_user = hello().with_assistant("a").with_user(" ").with_assistant("b").with_user("c");
    let messages = json!([
        user(json!([{"text": "hello"}])),
        assistant(json!([{"text": "a"}, {"text": "b"}])),
        user(json!([{"text": "c"}])),
    ]);
    let warnings = [(DROPPED, "/messages/2/content/0"), (DROPPED, "/messages/2"), (MERGED, "/messages/3")];
    lowers(CLAUDE, &blank_user, json!({"messages": messages}), &warnings);
}

#[test]
fn b06_the_last_word_of_the_user_is_not_left_out() {
    // It would make the model go on with its own words.
    let request = hello().with_assistant("a").with_user(" ");
    let error = super::lower(CLAUDE, &request, crate::Repair::Lenient).unwrap_err();
    assert!(error.message().starts_with("/messages/2/content: "), "{error}");
    let point = hello().with_assistant("a").with_user(CachePoint::new());
    let messages = json!([user(json!([{"text": "hello"}])), assistant(json!([{"text": "a"}]))]);
    lowers(CLAUDE, &point, json!({"messages": messages}), &[(DROPPED, "/messages/2/content/0")]);
}

#[test]
fn b07_a_conversation_begins_with_the_user() {
    let request = MessageRequest::new().with_assistant("a").with_user("b");
    is_invalid(CLAUDE, &request, "/messages/0");
    let filled = request.with_options(&BedrockOptions::new().with_fill_in_user_turns(true));
    let messages = json!([
        user(json!([{"text": "Please continue."}])),
        assistant(json!([{"text": "a"}])),
        user(json!([{"text": "b"}])),
    ]);
    lowers(CLAUDE, &filled, json!({"messages": messages}), &[(ADDED, "/messages/0")]);
}

#[test]
fn b08_a_request_without_a_message_is_refused() {
    is_invalid(CLAUDE, &MessageRequest::new(), "/messages");
    is_invalid(CLAUDE, &MessageRequest::new().with_system("be brief"), "/messages");
}

#[test]
fn b09_a_prefill_only_where_the_model_takes_one() {
    let request = hello().with_assistant("so");
    let [first, second] = [user(json!([{"text": "hello"}])), assistant(json!([{"text": "so"}]))];
    lowers(CLAUDE, &request, json!({"messages": [first, second]}), &[]);
    // Nobody knows, so it is not refused.
    lowers(UNKNOWN, &request, json!({"messages": [first, second]}), &[]);
    is_invalid(CLAUDE_4_6, &request, "/messages/1");
    let filled = request.with_options(&BedrockOptions::new().with_fill_in_user_turns(true));
    let third = user(json!([{"text": "Please continue."}]));
    lowers(CLAUDE_4_6, &filled, json!({"messages": [first, second, third]}), &[(ADDED, "/messages/1")]);
}

#[test]
fn b10_results_lead_their_turn_with_their_cache_points() {
    let request = hello()
        .with_tool(tool())
        .with_assistant([ToolUse::new("a", "t", json!({})), ToolUse::new("b", "t", json!({}))])
        .with_user(vec![
            text("look"),
            ToolResult::text("a", "1").into(),
            CachePoint::new().into(),
            text("and"),
            ToolResult::text("b", "2").into(),
        ]);
    let content = json!([
        {"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}},
        {"cachePoint": {"type": "default"}},
        {"toolResult": {"toolUseId": "b", "content": [{"text": "2"}]}},
        {"text": "look"},
        {"text": "and"},
    ]);
    // Of Claude 3 nobody knows whether it takes cache points.
    super::lowers_member(
        CLAUDE_BUDGET,
        &request,
        "/messages/2/content",
        &content,
        &[(MOVED, "/messages/2/content/4")],
    );
}

#[test]
fn b11_blank_text_goes_everywhere() {
    let request = MessageRequest::new()
        .with_user([text(""), text("hello"), text("\u{3000}\n")])
        .with_assistant([text("a"), text(" ")])
        .with_user("b");
    let messages = json!([
        user(json!([{"text": "hello"}])),
        assistant(json!([{"text": "a"}])),
        user(json!([{"text": "b"}])),
    ]);
    let places = ["/messages/0/content/0", "/messages/0/content/2", "/messages/1/content/1"];
    lowers(CLAUDE, &request, json!({"messages": messages}), &places.map(|place| (DROPPED, place)));
}

#[test]
fn b12_blank_text_of_a_signed_turn_stays() {
    let request = with_assistant(vec![signed("a"), text(""), signed("b"), text("c")]);
    let content = json!([signed_on_wire("a"), {"text": ""}, signed_on_wire("b"), {"text": "c"}]);
    lowers(CLAUDE, &request, around(content), &[]);
    // Only signed by Bedrock, not by just anyone.
    let foreign = Reasoning::new("a").with_signature("s").with_origin(Origin::new("elsewhere"));
    let request = with_assistant(vec![foreign.into(), text(""), text("c")]);
    let warnings = [(DROPPED, "/messages/1/content/0"), (DROPPED, "/messages/1/content/1")];
    lowers(CLAUDE, &request, around(json!([{"text": "c"}])), &warnings);
}

#[test]
fn b13_white_space_at_the_end_of_a_prefill_goes() {
    let request =
        hello().with_assistant("one \n").with_user("b ").with_assistant([text("x "), text(" two \n")]);
    let messages = json!([
        user(json!([{"text": "hello"}])),
        assistant(json!([{"text": "one \n"}])),
        user(json!([{"text": "b "}])),
        assistant(json!([{"text": "x "}, {"text": " two"}])),
    ]);
    lowers(CLAUDE, &request, json!({"messages": messages}), &[(CHANGED, "/messages/3/content/1")]);
}

#[test]
fn b14_signed_reasoning_goes_back_byte_for_byte() {
    for thought in [" a\n ", "", "\u{1f600} ü"] {
        let request = with_assistant(vec![signed(thought), text("b")]);
        lowers(CLAUDE, &request, around(json!([signed_on_wire(thought), {"text": "b"}])), &[]);
    }
}

#[test]
fn b15_unsigned_reasoning_goes() {
    let thought = Reasoning::new("secret").with_origin(Origin::new("bedrock").with_model(CLAUDE));
    let request = with_assistant(vec![thought.into(), text("b")]);
    lowers(CLAUDE, &request, around(json!([{"text": "b"}])), &[(DROPPED, "/messages/1/content/0")]);
}

#[test]
fn b16_reasoning_of_another_provider_or_family_goes() {
    let thought = |origin: Option<Origin>| {
        let mut thought = Reasoning::new("a").with_signature("c2ln");
        thought.origin = origin;
        with_assistant(vec![thought.into(), text("b")])
    };
    let bedrock = || Origin::new("bedrock");
    for (model, origin, stays) in [
        (CLAUDE, Some(bedrock().with_model("us.anthropic.claude-opus-4-6-v1")), true),
        (CLAUDE, Some(bedrock()), true),
        (CLAUDE, Some(bedrock().with_model(NOVA)), false),
        (NOVA, Some(bedrock().with_model(CLAUDE)), false),
        (UNKNOWN, Some(bedrock().with_model(CLAUDE)), true),
        (CLAUDE, Some(Origin::new("anthropic").with_model("claude-opus-4-6")), false),
        (CLAUDE, None, false),
    ] {
        if stays {
            let content = json!([signed_on_wire("a"), {"text": "b"}]);
            lowers(model, &thought(origin), around(content), &[]);
        } else {
            let content = around(json!([{"text": "b"}]));
            lowers(model, &thought(origin), content, &[(DROPPED, "/messages/1/content/0")]);
        }
    }
}

#[test]
fn b17_redacted_reasoning_goes_back_as_its_bytes() {
    let ours = RedactedReasoning::new(vec![0, 1, 2, 255])
        .with_origin(Origin::new("bedrock").with_model("anthropic.claude-opus-4-6-v1"));
    let request = with_assistant(vec![ours.into(), text("b")]);
    let content = json!([{"reasoningContent": {"redactedContent": "AAEC/w=="}}, {"text": "b"}]);
    lowers(CLAUDE, &request, around(content), &[]);
    lowers(NOVA, &request, around(json!([{"text": "b"}])), &[(DROPPED, "/messages/1/content/0")]);
    let foreign = RedactedReasoning::new(vec![1]).with_origin(Origin::new("anthropic"));
    let request = with_assistant(vec![foreign.into(), text("b")]);
    lowers(CLAUDE, &request, around(json!([{"text": "b"}])), &[(DROPPED, "/messages/1/content/0")]);
}

#[test]
fn b18_blocks_keep_their_order() {
    let call = |id: &str| ContentBlock::from(ToolUse::new(id, "t", json!({})));
    let request = hello()
        .with_tool(tool())
        .with_assistant(vec![signed("one"), call("a"), signed("two"), text("so"), call("b"), text("done")])
        .with_user([ToolResult::text("a", "1"), ToolResult::text("b", "2")]);
    let call = |id: &str| json!({"toolUse": {"toolUseId": id, "name": "t", "input": {}}});
    let content = json!([
        signed_on_wire("one"),
        call("a"),
        signed_on_wire("two"),
        {"text": "so"},
        call("b"),
        {"text": "done"},
    ]);
    super::lowers_member(CLAUDE, &request, "/messages/1/content", &content, &[]);
}

#[test]
fn b19_thinking_is_left_out_after_calls_without_thoughts() {
    let history = |blocks: Vec<ContentBlock>| {
        hello()
            .with_tool(tool())
            .with_reasoning(ReasoningMode::Budget { tokens: 2000 })
            .with_assistant(blocks)
            .with_user(ToolResult::text("a", "1"))
    };
    let call = ContentBlock::from(ToolUse::new("a", "t", json!({})));
    let fields = "/additionalModelRequestFields";
    let thoughtless = history(vec![call.clone()]);
    super::lowers_member(CLAUDE_BUDGET, &thoughtless, fields, &Value::Null, &[(DROPPED, "/reasoning")]);
    let thoughtful = history(vec![signed("hm"), call]);
    let thinking = json!({"thinking": {"type": "enabled", "budget_tokens": 2000}});
    super::lowers_member(CLAUDE_BUDGET, &thoughtful, fields, &thinking, &[]);
    // A new question begins a new turn of thinking.
    let asked = thoughtless.with_assistant("done").with_user("next");
    super::lowers_member(CLAUDE_BUDGET, &asked, fields, &thinking, &[]);
}

#[test]
fn b57_guard_content_goes_as_it_is() {
    let request = MessageRequest::new().with_user([text("context"), guard_text("check me", &["query"])]);
    let guarded = json!({"guardContent": {"text": {"text": "check me", "qualifiers": ["query"]}}});
    lowers(CLAUDE, &request, json!({"messages": [user(json!([{"text": "context"}, guarded]))]}), &[]);
}
