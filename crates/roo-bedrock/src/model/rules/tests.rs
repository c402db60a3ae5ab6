use std::borrow::Cow;
use std::collections::BTreeSet;

use super::*;
use crate::model::{ModelId, ModelTable};

fn facts(id: &str) -> Cow<'static, ModelFacts> {
    ModelTable::builtin().facts(&ModelId::parse(id))
}

#[track_caller]
fn check(capability: impl Fn(&Supports) -> Option<bool>, expected: Option<bool>, ids: &[&str]) {
    for id in ids {
        assert_eq!(capability(&facts(id).supports), expected, "{id}");
    }
}

/// The models that B48, B51 and B33 name together, and those of tomorrow.
const NEWEST_CLAUDE: &[&str] = &[
    "anthropic.claude-opus-4-7",
    "anthropic.claude-opus-4-8",
    "anthropic.claude-opus-5",
    "anthropic.claude-opus-5-5",
    "anthropic.claude-sonnet-5",
    "anthropic.claude-sonnet-5-5",
    "anthropic.claude-fable-5",
    "anthropic.claude-fable-5-1",
    "anthropic.claude-haiku-5-5",
];
const CLAUDE_4_5: &[&str] = &[
    "anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-opus-4-5-20251101-v1:0",
];
const CLAUDE_4_6: &[&str] = &["anthropic.claude-opus-4-6-v1", "anthropic.claude-sonnet-4-6"];
const OLDER_CLAUDE: &[&str] = &[
    "anthropic.claude-3-7-sonnet-20250219-v1:0",
    "anthropic.claude-opus-4-20250514-v1:0",
    "anthropic.claude-opus-4-1-20250805-v1:0",
];
/// Not in the table, so that nothing but the rules speaks.
const UNLISTED_CLAUDE: &[&str] = &["anthropic.claude-opus-5-9", "anthropic.claude-sonnet-7"];

#[test]
fn b9_prefill_is_refused_since_claude_4_6() {
    check(|supports| supports.assistant_prefill, NO, CLAUDE_4_6);
    check(|supports| supports.assistant_prefill, NO, NEWEST_CLAUDE);
    check(|supports| supports.assistant_prefill, NO, UNLISTED_CLAUDE);
    check(|supports| supports.assistant_prefill, YES, CLAUDE_4_5);
    check(|supports| supports.assistant_prefill, None, &["amazon.nova-pro-v1:0", "newcomer.model-1"]);
}

#[test]
fn b24_gpt_takes_no_images_in_tool_results() {
    check(
        |supports| supports.tool_result_images,
        NO,
        &["openai.gpt-5.4", "openai.gpt-6-astra", "openai.gpt-7"],
    );
    check(
        |supports| supports.tool_result_images,
        None,
        &["openai.gpt-oss-20b-1:0", "anthropic.claude-opus-5"],
    );
}

#[test]
fn b30_grok_and_kimi_take_no_lookaround() {
    check(
        |supports| supports.schema_lookaround,
        NO,
        &["xai.grok-4.7", "moonshotai.kimi-k2.5", "moonshot.kimi-k2-thinking"],
    );
    check(|supports| supports.schema_lookaround, None, &["anthropic.claude-opus-5"]);
}

#[test]
fn b32_the_newest_claude_models_are_not_forced_to_call_a_tool() {
    check(
        |supports| supports.forced_tool_use,
        NO,
        &["anthropic.claude-opus-5-5", "anthropic.claude-sonnet-5-5", "anthropic.claude-fable-5-1"],
    );
    check(|supports| supports.forced_tool_use, YES, &["anthropic.claude-haiku-5-5"]);
    check(
        |supports| supports.forced_tool_use,
        None,
        &["anthropic.claude-opus-5", "anthropic.claude-fable-5"],
    );
}

#[test]
fn b33_strict_tools_only_for_claude_and_not_for_the_newest() {
    check(|supports| supports.strict_tools, YES, CLAUDE_4_5);
    check(|supports| supports.strict_tools, YES, CLAUDE_4_6);
    check(|supports| supports.strict_tools, NO, NEWEST_CLAUDE);
    check(|supports| supports.strict_tools, NO, &["anthropic.claude-sonnet-4-20250514-v1:0"]);
    check(|supports| supports.strict_tools, None, OLDER_CLAUDE);
    check(
        |supports| supports.strict_tools,
        None,
        &["anthropic.claude-mythos-5", "newcomer.model-1", "anthropic.claude-opus-6"],
    );
    check(
        |supports| supports.strict_tools,
        NO,
        &["amazon.nova-pro-v1:0", "openai.gpt-6-sol", "xai.grok-4.7"],
    );
}

#[test]
fn b46_families_with_cache_points() {
    check(|supports| supports.cache_points, YES, NEWEST_CLAUDE);
    check(|supports| supports.cache_points, YES, UNLISTED_CLAUDE);
    check(
        |supports| supports.cache_points,
        YES,
        &["anthropic.claude-3-5-haiku-20241022-v1:0", "amazon.nova-pro-v1:0"],
    );
    check(|supports| supports.cache_points, YES, &["amazon.nova-lite-v2:0", "amazon.nova-2-lite-v1:0"]);
    check(|supports| supports.cache_points, None, &["anthropic.claude-3-opus-20240229-v1:0"]);
}

#[test]
fn b46_families_without_cache_points() {
    let ids =
        ["openai.gpt-5.4", "openai.gpt-6-sol", "openai.gpt-oss-20b-1:0", "xai.grok-4.7", "meta.llama5-1"];
    check(|supports| supports.cache_points, NO, &ids);
    check(|supports| supports.cache_points, NO, &["deepseek.v3.2", "mistral.mistral-large-3-675b-instruct"]);
    // The table says that they cache, which B46 does not know.
    check(|supports| supports.cache_points, None, &["moonshotai.kimi-k3", "zai.glm-5.3"]);
}

#[test]
fn b46_unknown_models_keep_their_cache_points() {
    check(|supports| supports.cache_points, None, &["newcomer.model-1", "abc123def456"]);
}

#[test]
fn b46_one_hour_since_claude_4_5() {
    check(|supports| supports.cache_ttl_1h, YES, CLAUDE_4_5);
    check(|supports| supports.cache_ttl_1h, YES, CLAUDE_4_6);
    check(|supports| supports.cache_ttl_1h, YES, NEWEST_CLAUDE);
    check(|supports| supports.cache_ttl_1h, YES, &["anthropic.claude-mythos-preview"]);
    check(|supports| supports.cache_ttl_1h, NO, OLDER_CLAUDE);
    check(|supports| supports.cache_ttl_1h, NO, &["amazon.nova-pro-v1:0"]);
}

#[test]
fn b46_an_hour_has_a_price_exactly_where_the_rule_says_so() {
    for facts in ModelTable::builtin().models().filter(|facts| facts.family == ModelFamily::Claude) {
        let priced = facts.price_per_million.is_some_and(|prices| prices.cache_write_1h.is_some());
        assert_eq!(facts.supports.cache_ttl_1h == YES, priced, "{}", facts.id);
    }
}

#[test]
fn b48_no_sampling_since_claude_4_7() {
    check(|supports| supports.sampling_params, NO, NEWEST_CLAUDE);
    check(|supports| supports.sampling_params, NO, UNLISTED_CLAUDE);
    check(|supports| supports.sampling_params, YES, CLAUDE_4_6);
    check(|supports| supports.sampling_params, YES, OLDER_CLAUDE);
}

#[test]
fn b48_temperature_and_top_p_exclude_each_other_since_claude_4_5() {
    check(|supports| supports.temperature_and_top_p_together, NO, CLAUDE_4_5);
    check(|supports| supports.temperature_and_top_p_together, NO, CLAUDE_4_6);
    check(|supports| supports.temperature_and_top_p_together, None, OLDER_CLAUDE);
    check(|supports| supports.temperature_and_top_p_together, None, &["amazon.nova-pro-v1:0"]);
}

#[test]
fn b49_grok_and_newer_gpt_take_no_stop_sequences() {
    check(
        |supports| supports.stop_sequences,
        NO,
        &["xai.grok-4.6", "openai.gpt-5.6-sol", "openai.gpt-6.1-terra", "openai.gpt-7"],
    );
    check(
        |supports| supports.stop_sequences,
        None,
        &["openai.gpt-5.5", "openai.gpt-oss-20b-1:0", "anthropic.claude-opus-5"],
    );
}

#[test]
fn b50_some_want_room_for_sixteen_tokens() {
    for id in ["openai.gpt-5.4", "openai.gpt-6-sol", "xai.grok-4.7", "moonshotai.kimi-k3"] {
        assert_eq!(facts(id).min_max_tokens, Some(16), "{id}");
    }
    for id in
        ["moonshotai.kimi-k2.5", "openai.gpt-oss-20b-1:0", "anthropic.claude-opus-5", "newcomer.model-1"]
    {
        assert_eq!(facts(id).min_max_tokens, None, "{id}");
    }
}

#[test]
fn b51_budgets_from_claude_3_7_to_4_6() {
    check(|supports| supports.budget_reasoning, YES, OLDER_CLAUDE);
    check(|supports| supports.budget_reasoning, YES, CLAUDE_4_5);
    check(|supports| supports.budget_reasoning, YES, CLAUDE_4_6);
    check(|supports| supports.budget_reasoning, NO, NEWEST_CLAUDE);
    check(|supports| supports.budget_reasoning, NO, UNLISTED_CLAUDE);
    check(|supports| supports.budget_reasoning, NO, &["anthropic.claude-3-5-sonnet-20240620-v1:0"]);
}

#[test]
fn b52_adaptive_since_claude_4_6() {
    check(|supports| supports.adaptive_reasoning, NO, CLAUDE_4_5);
    check(|supports| supports.adaptive_reasoning, YES, CLAUDE_4_6);
    check(|supports| supports.adaptive_reasoning, YES, NEWEST_CLAUDE);
    check(|supports| supports.adaptive_reasoning, YES, UNLISTED_CLAUDE);
}

#[test]
fn b52_ceilings_that_the_table_leaves_open() {
    for (id, ceiling) in [
        ("anthropic.claude-sonnet-4-6", Some(Effort::Max)),
        ("anthropic.claude-opus-5-5", Some(Effort::ExtraHigh)),
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", None),
        ("amazon.nova-2-lite-v1:0", None),
    ] {
        assert_eq!(facts(id).effort_ceiling, ceiling, "{id}");
    }
}

#[test]
fn b52_the_table_and_the_rule_name_the_same_ceilings() {
    for facts in ModelTable::builtin().models() {
        let mut open = facts.clone();
        open.effort_ceiling = None;
        complete(&mut open);
        assert_eq!(open.effort_ceiling, facts.effort_ceiling, "{}", facts.id);
    }
}

#[test]
fn b59_a_schema_natively_with_claude_4_5_and_4_6() {
    check(|supports| supports.native_structured_output, YES, CLAUDE_4_5);
    check(|supports| supports.native_structured_output, YES, CLAUDE_4_6);
    check(|supports| supports.native_structured_output, NO, NEWEST_CLAUDE);
    check(|supports| supports.native_structured_output, NO, OLDER_CLAUDE);
    // The table knows better.
    check(|supports| supports.native_structured_output, YES, &["anthropic.claude-mythos-5", "zai.glm-5.3"]);
}

#[test]
fn u4_the_openai_family_counts_cached_tokens_as_input() {
    for (id, includes) in [
        ("openai.gpt-6-sol", YES),
        ("openai.gpt-oss-120b-1:0", YES),
        ("anthropic.claude-opus-5", NO),
        ("amazon.nova-pro-v1:0", NO),
        ("zai.glm-5.3", None),
    ] {
        assert_eq!(facts(id).input_tokens_include_cached, includes, "{id}");
    }
}

#[test]
fn features_of_converse() {
    check(|supports| supports.system_messages, YES, &["anthropic.claude-v2:1", "amazon.nova-micro-v1:0"]);
    check(|supports| supports.system_messages, NO, &["amazon.titan-text-express-v1", "ai21.j2-mid-v1"]);
    check(
        |supports| supports.tools,
        NO,
        &["anthropic.claude-v2:1", "amazon.titan-text-lite-v1", "ai21.jamba-instruct-v1:0"],
    );
    check(
        |supports| supports.images,
        NO,
        &["anthropic.claude-3-5-haiku-20241022-v1:0", "amazon.nova-micro-v1:0"],
    );
    check(|supports| supports.images, YES, &["anthropic.claude-3-haiku-20240307-v1:0"]);
    check(|supports| supports.documents, NO, &["amazon.titan-text-premier-v1:0", "amazon.nova-micro-v1:0"]);
    check(|supports| supports.streaming, YES, &["amazon.titan-text-express-v1", "anthropic.claude-opus-5"]);
}

#[test]
fn some_call_tools_only_in_one_piece() {
    let refusing = [
        "meta.llama3-3-70b-instruct-v1:0",
        "meta.llama4-scout-17b-instruct-v1:0",
        "ai21.jamba-1-5-large-v1:0",
        "mistral.pixtral-large-2502-v1:0",
        "writer.palmyra-x5-v1:0",
    ];
    check(|supports| supports.streaming_tools, NO, &refusing);
    check(|supports| supports.tools, YES, &refusing);
    check(|supports| supports.streaming_tools, None, &["mistral.mistral-large-3-675b-instruct"]);
    check(|supports| supports.system_messages, NO, &["mistral.mistral-7b-instruct-v0:2"]);
}

#[test]
fn the_rules_are_silent_about_what_only_shares_a_name() {
    for id in ["amazon.nova-sonic-v1:0", "amazon.nova-reel-v1:0", "amazon.titan-image-generator-v9"] {
        let Supports { tools, system_messages, streaming, .. } = facts(id).supports;
        assert_eq!((tools, system_messages, streaming), (None, None, None), "{id}");
    }
    assert_eq!(facts("cohere.embed-v4:0").supports, Supports::UNKNOWN);
}

#[test]
fn a_fact_wins_over_a_rule() {
    let mut own = ModelFacts::new("anthropic.claude-opus-9");
    own.supports.assistant_prefill = YES;
    own.effort_ceiling = Some(Effort::Max);
    complete(&mut own);
    assert_eq!((own.supports.assistant_prefill, own.effort_ceiling), (YES, Some(Effort::Max)));
    assert_eq!(own.supports.sampling_params, NO);
}

#[test]
fn completing_twice_changes_nothing() {
    for facts in ModelTable::builtin().models() {
        let mut again = facts.clone();
        complete(&mut again);
        assert_eq!(&again, facts);
    }
}

/// Where the table says something else than a rule would, somebody has looked at it.
#[test]
fn the_table_contradicts_the_rules_only_where_that_is_known() {
    let mut contradictions = BTreeSet::new();
    for facts in ModelTable::builtin().models() {
        let mut ruled = ModelFacts::new(&facts.id);
        ruled.mode = facts.mode;
        complete(&mut ruled);
        let (ruled, told) = (serde_json::to_value(ruled.supports), serde_json::to_value(facts.supports));
        let (ruled, told) = (ruled.unwrap(), told.unwrap());
        for (capability, value) in ruled.as_object().unwrap() {
            if told[capability] != *value {
                contradictions.insert(format!("{} {capability}", facts.id));
            }
        }
    }
    let known = [
        // B59 says that a schema is refused since 4.7 and does not name Mythos.
        "anthropic.claude-mythos-5 native_structured_output",
        "anthropic.claude-mythos-5-1 native_structured_output",
        // B46 knows no other family that takes cache points, and the table has these cache and does not say how.
        "moonshotai.kimi-k3 cache_points",
        "zai.glm-5.3 cache_points",
    ];
    assert_eq!(contradictions, known.into_iter().map(str::to_owned).collect::<BTreeSet<String>>());
}
