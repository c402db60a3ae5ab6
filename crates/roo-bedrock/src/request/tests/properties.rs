//! What holds for any conversation, checked by rules that are written down here a second time.

use std::collections::HashSet;

use proptest::prelude::*;
use roo_core::{
    CachePoint, CacheTtl, ContentBlock, DocumentBlock, DocumentSource, Message, MessageRequest, Origin,
    Reasoning, RedactedReasoning, Role, Tool, ToolResult, ToolUse,
};
use serde_json::{Value, json};

use super::{CLAUDE, CLAUDE_4_5, CLAUDE_4_7, GPT, MISTRAL, NOVA, UNKNOWN, body, lower};
use crate::options::{BedrockOptions, Repair};

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just(" \n".into()), Just("ü".into()), "[a-z]{1,8} ?"]
}

fn ids() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "a-2", "b", "call 1", "call/1", "", "tooluse_AbCdEfGhIj", "abcDEF123"])
        .prop_map(str::to_owned)
}

fn names() -> impl Strategy<Value = String> {
    let long = "mcp__".repeat(20);
    prop::sample::select(vec!["t".to_owned(), "mcp.server/tool".into(), "ünïcode".into(), long])
}

fn points() -> impl Strategy<Value = CachePoint> {
    prop_oneof![
        Just(CachePoint::new()),
        Just(CachePoint::new().with_ttl(CacheTtl::FiveMinutes)),
        Just(CachePoint::new().with_ttl(CacheTtl::OneHour)),
    ]
}

fn origins() -> impl Strategy<Value = Option<Origin>> {
    prop::sample::select(vec![
        None,
        Some(Origin::new("bedrock").with_model(CLAUDE)),
        Some(Origin::new("bedrock").with_model(NOVA)),
        Some(Origin::new("elsewhere")),
    ])
}

fn any_role() -> impl Strategy<Value = ContentBlock> {
    prop_oneof![3 => texts().prop_map(ContentBlock::text), 1 => points().prop_map(Into::into)]
}

fn user_block() -> impl Strategy<Value = ContentBlock> {
    let document = (prop::option::of("[a-z_.!]{0,5}"), "[a-z]{1,3}").prop_map(|(name, text)| {
        let mut block = DocumentBlock::new(DocumentSource::Text { text });
        block.name = name;
        block.into()
    });
    let result = (ids(), texts(), any::<bool>()).prop_map(|(id, text, failed)| {
        if failed { ToolResult::error(id, text) } else { ToolResult::text(id, text) }.into()
    });
    prop_oneof![3 => any_role(), 1 => document, 3 => result]
}

fn assistant_block() -> impl Strategy<Value = ContentBlock> {
    let call = (ids(), names(), prop::sample::select(vec![json!({}), json!({"x": 1}), json!([1])]))
        .prop_map(|(id, name, input)| ToolUse::new(id, name, input).into());
    let thought =
        (texts(), prop::option::of(Just("c2ln")), origins()).prop_map(|(text, signature, origin)| {
            let mut thought = Reasoning::new(text);
            thought.signature = signature.map(str::to_owned);
            thought.origin = origin;
            thought.into()
        });
    let redacted = (prop::collection::vec(any::<u8>(), 1..4), origins()).prop_map(|(data, origin)| {
        let mut thought = RedactedReasoning::new(data);
        thought.origin = origin;
        thought.into()
    });
    prop_oneof![3 => any_role(), 3 => call, 2 => thought, 1 => redacted]
}

fn messages() -> impl Strategy<Value = Message> {
    let of = |role| move |content: Vec<ContentBlock>| Message::new(role, content);
    prop_oneof![
        4 => prop::collection::vec(user_block(), 0..5).prop_map(of(Role::User)),
        4 => prop::collection::vec(assistant_block(), 0..5).prop_map(of(Role::Assistant)),
        1 => prop::collection::vec(any_role(), 0..3).prop_map(of(Role::System)),
    ]
}

prop_compose! {
    fn requests()(
        system in prop::collection::vec(any_role(), 0..4),
        conversation in prop::collection::vec(messages(), 0..10),
        last in prop::option::weighted(0.8, user_block()),
        with_tools in prop::bool::weighted(0.8),
        tool_point in prop::option::of(points()),
        is_auto in any::<bool>(),
    ) -> MessageRequest {
        let mut request = MessageRequest::new().with_system(system).with_messages(conversation);
        if let Some(last) = last {
            request = request.with_user(last).with_user("go on");
        }
        if with_tools {
            let mut tool = Tool::new("t", json!({"type": "object"}));
            tool.cache = tool_point;
            request = request.with_tool(tool);
        }
        if is_auto {
            request = request.with_cache(roo_core::CacheStrategy::Auto);
        }
        request.with_options(&BedrockOptions::new().with_fill_in_user_turns(true))
    }
}

fn models() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        CLAUDE,
        CLAUDE_4_5,
        CLAUDE_4_7,
        "anthropic.claude-opus-5-5",
        GPT,
        MISTRAL,
        NOVA,
        UNKNOWN,
    ])
}

fn is_kind(block: &Value, kind: &str) -> bool {
    block.get(kind).is_some()
}

fn ids_of(content: &[Value], kind: &str) -> Vec<String> {
    let blocks = content.iter().filter_map(|block| block.get(kind));
    blocks.map(|block| block["toolUseId"].as_str().unwrap().to_owned()).collect()
}

fn matches(text: &str, marks: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter))
}

/// What Bedrock refuses, found in a finished body.
fn faults(model: &str, body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |what: String| faults.push(what);
    let messages = body["messages"].as_array().unwrap();
    let role = |message: &Value| message["role"].as_str().unwrap().to_owned();
    if messages.first().is_none_or(|message| role(message) == "assistant") {
        fault("the first turn is not the user's".into());
    }
    for pair in messages.windows(2) {
        if role(&pair[0]) == role(&pair[1]) {
            fault("two turns of one role".into());
        }
    }
    let mut documents = HashSet::new();
    let mut calls: HashSet<String> = HashSet::new();
    for (place, message) in messages.iter().enumerate() {
        let content = message["content"].as_array().unwrap();
        if content.iter().all(|block| is_kind(block, "cachePoint")) {
            fault(format!("{place}: nothing in it"));
        }
        let is_signed = content.iter().any(|block| is_kind(block, "reasoningContent"));
        let mut after_reasoning = false;
        let mut after_other = false;
        for block in content {
            if let Some(text) = block["text"].as_str()
                && text.trim().is_empty()
                && !(is_signed && role(message) == "assistant")
            {
                fault(format!("{place}: blank text"));
            }
            if after_reasoning && is_kind(block, "cachePoint") {
                fault(format!("{place}: a cache point after reasoning"));
            }
            after_reasoning = is_kind(block, "reasoningContent");
            if is_kind(block, "toolResult") && after_other {
                fault(format!("{place}: a result behind something else"));
            }
            after_other |= !is_kind(block, "toolResult") && !is_kind(block, "cachePoint");
            if let Some(call) = block.get("toolUse") {
                let id = call["toolUseId"].as_str().unwrap();
                let fits = if model == MISTRAL {
                    matches(id, "", 9) && id.len() == 9
                } else {
                    matches(id, "_.:-", 64)
                };
                if !fits || !matches(call["name"].as_str().unwrap(), "_-", 64) || !call["input"].is_object() {
                    fault(format!("{place}: {call}"));
                }
                if !calls.insert(id.to_owned()) {
                    fault(format!("{place}: {id} twice"));
                }
            }
            if let Some(document) = block.get("document") {
                let name = document["name"].as_str().unwrap();
                let is_clean = matches(name, " -()[]", 200) && !name.contains("  ");
                if !is_clean || !documents.insert(name.to_owned()) {
                    fault(format!("{place}: a document called {name}"));
                }
                if !content.iter().any(|block| is_kind(block, "text")) {
                    fault(format!("{place}: a document without a text"));
                }
            }
        }
        let mut asked = ids_of(content, "toolUse");
        let mut answered = messages.get(place + 1).map_or(Vec::new(), |next| {
            if role(next) == "user" {
                ids_of(next["content"].as_array().unwrap(), "toolResult")
            } else {
                Vec::new()
            }
        });
        asked.sort();
        answered.sort();
        if asked != answered {
            fault(format!("{place}: {asked:?} is answered by {answered:?}"));
        }
        if place == 0 && !ids_of(content, "toolResult").is_empty() {
            fault("a result before any call".into());
        }
    }
    let has_blocks = messages.iter().any(|message| {
        message["content"]
            .as_array()
            .unwrap()
            .iter()
            .any(|block| is_kind(block, "toolUse") || is_kind(block, "toolResult"))
    });
    if has_blocks && body.get("toolConfig").is_none() {
        fault("tool blocks without tools".into());
    }
    if body
        .get("system")
        .is_some_and(|system| system.as_array().unwrap().iter().all(|block| is_kind(block, "cachePoint")))
    {
        fault("a system prompt of cache points".into());
    }
    faults.extend(faults_of_cache_points(body));
    faults
}

fn faults_of_cache_points(body: &Value) -> Option<String> {
    let lists = [body.pointer("/toolConfig/tools"), body.get("system")];
    let contents = body["messages"].as_array().unwrap().iter().map(|message| &message["content"]);
    let blocks = lists.into_iter().flatten().chain(contents).flat_map(|list| list.as_array().unwrap());
    let points: Vec<_> = blocks.filter_map(|block| block.get("cachePoint")).collect();
    let minutes: Vec<_> = points.iter().map(|point| if point["ttl"] == "1h" { 60 } else { 5 }).collect();
    (points.len() > 4 || !minutes.is_sorted_by(|one, next| one >= next))
        .then(|| format!("cache points {minutes:?}"))
}

proptest! {
    #[test]
    fn any_conversation_becomes_one_that_bedrock_takes(request in requests(), model in models()) {
        match lower(model, &request, Repair::Lenient) {
            Ok(lowered) => {
                let body = body(&lowered);
                let faults = faults(model, &body);
                prop_assert!(faults.is_empty(), "{faults:?} in {body:#}");
                prop_assert_eq!(&lower(model, &request, Repair::Lenient).unwrap().body, &lowered.body);
                // Strictly it is the same, or nothing; and what needs no change is not refused.
                match lower(model, &request, Repair::Strict) {
                    Ok(strict) => prop_assert!(strict.body == lowered.body && lowered.warnings.is_empty()),
                    Err(_) => prop_assert!(!lowered.warnings.is_empty()),
                }
            }
            // What is not repaired: nothing to say, and more than Bedrock takes.
            Err(error) => {
                let whys = ["there is no message", "is empty", "blank text", "documents, and Bedrock takes 5"];
                prop_assert!(whys.iter().any(|why| error.message().contains(why)), "{}", error);
            }
        }
    }

    #[test]
    fn a_request_that_was_stored_is_the_same_bytes(request in requests(), model in models()) {
        // The order of the members of a request in JSON says nothing either.
        let again: MessageRequest = serde_json::from_value(serde_json::to_value(&request).unwrap()).unwrap();
        let [one, two] = [request, again].map(|request| lower(model, &request, Repair::Lenient).map(|done| done.body));
        prop_assert_eq!(one.ok(), two.ok());
    }
}
