use std::borrow::Cow;

use super::*;
use crate::model::{ModelId, ModelTable};

fn facts(id: &str) -> Cow<'static, ModelFacts> {
    ModelTable::builtin().facts(&ModelId::parse(id))
}

#[test]
fn b54_each_family_is_asked_to_think_in_its_own_way() {
    for (id, style) in [
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", ReasoningStyle::None),
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", ReasoningStyle::ClaudeBudget),
        ("anthropic.claude-opus-4-5-20251101-v1:0", ReasoningStyle::ClaudeBudget),
        ("anthropic.claude-opus-4-6-v1", ReasoningStyle::ClaudeAdaptiveOrBudget),
        ("anthropic.claude-sonnet-4-6", ReasoningStyle::ClaudeAdaptiveOrBudget),
        ("anthropic.claude-opus-4-7", ReasoningStyle::ClaudeAdaptive),
        ("anthropic.claude-haiku-5-5", ReasoningStyle::ClaudeAdaptive),
        ("anthropic.claude-mythos-5", ReasoningStyle::ClaudeAdaptive),
        ("anthropic.claude-opus-7", ReasoningStyle::ClaudeAdaptive),
        ("anthropic.claude-mythos-preview", ReasoningStyle::Unknown),
        ("amazon.nova-pro-v1:0", ReasoningStyle::None),
        ("us.amazon.nova-2-lite-v1:0", ReasoningStyle::Nova2),
        ("openai.gpt-oss-120b-1:0", ReasoningStyle::GptOss),
        ("us.openai.gpt-5.6-luna", ReasoningStyle::Gpt),
        ("deepseek.r1-v1:0", ReasoningStyle::None),
        ("deepseek.v3.2", ReasoningStyle::DeepSeekV3),
        ("zai.glm-5", ReasoningStyle::Unknown),
        ("newcomer.model-1", ReasoningStyle::Unknown),
    ] {
        assert_eq!(facts(id).reasoning_style(), style, "{id}");
    }
}

#[test]
fn b52_the_effort_stays_under_the_ceiling() {
    use Effort::*;
    for (id, wanted, asked) in [
        ("anthropic.claude-opus-4-5-20251101-v1:0", Max, High),
        ("anthropic.claude-opus-4-6-v1", Max, Max),
        ("anthropic.claude-opus-4-6-v1", ExtraHigh, High),
        ("anthropic.claude-opus-4-7", Max, ExtraHigh),
        ("anthropic.claude-opus-5", Max, ExtraHigh),
        ("anthropic.claude-opus-5", Medium, Medium),
        // B53.
        ("anthropic.claude-opus-5", Minimal, Low),
        ("openai.gpt-6-sol", Minimal, Low),
        ("openai.gpt-6-sol", Max, Max),
        ("newcomer.model-1", Max, Max),
        ("newcomer.model-1", Minimal, Minimal),
    ] {
        assert_eq!(facts(id).effort(wanted), asked, "{id} {wanted:?}");
    }
}

#[test]
fn g10_the_profile_of_a_region_is_one_that_the_model_has() {
    let everywhere = "anthropic.claude-opus-5";
    for (id, region, geography) in [
        (everywhere, "us-west-2", Some("us")),
        (everywhere, "us-gov-west-1", Some("us-gov")),
        (everywhere, "eu-north-1", Some("eu")),
        (everywhere, "ap-northeast-3", Some("jp")),
        (everywhere, "ap-northeast-2", Some("apac")),
        (everywhere, "ap-southeast-4", Some("au")),
        (everywhere, "ap-south-1", Some("apac")),
        (everywhere, "ca-central-1", Some("us")),
        (everywhere, "sa-east-1", Some("global")),
        (everywhere, "us-iso-east-1", None),
        (everywhere, "cn-north-1", None),
        ("amazon.nova-pro-v1:0", "ap-northeast-1", Some("apac")),
        ("amazon.nova-pro-v1:0", "ap-southeast-2", Some("apac")),
        ("amazon.nova-pro-v1:0", "sa-east-1", None),
        ("amazon.nova-pro-v1:0", "us-gov-west-1", None),
        ("moonshotai.kimi-k3", "ap-south-1", Some("in")),
        ("moonshotai.kimi-k3", "eu-west-1", Some("global")),
        ("qwen.qwen3-32b-v1:0", "us-east-1", None),
        ("newcomer.model-1", "us-east-1", None),
    ] {
        let expected = geography.map(|geography| format!("{geography}.{id}"));
        assert_eq!(facts(id).profile_for(region), expected, "{id} {region}");
    }
}

#[test]
fn an_input_is_listed_only_if_all_of_it_is_known() {
    assert_eq!(facts("amazon.nova-micro-v1:0").input(), Some(vec![Modality::Text]));
    assert_eq!(facts("meta.llama3-3-70b-instruct-v1:0").input(), None);
}

#[test]
fn outputs() {
    assert_eq!(facts("amazon.titan-embed-text-v2:0").output(), Some(vec![Modality::Embedding]));
    assert_eq!(facts("amazon.nova-canvas-v1:0").output(), Some(vec![Modality::Image]));
    assert_eq!(facts("newcomer.model-1").output(), None);
}

#[test]
fn facts_survive_being_written() {
    for facts in ModelTable::builtin().models() {
        let written = serde_json::to_string(facts).unwrap();
        assert_eq!(&serde_json::from_str::<ModelFacts>(&written).unwrap(), facts);
    }
}
