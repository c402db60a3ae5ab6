use super::*;
use crate::model::{ModelFamily, ModelMode, ModelPrices};

fn facts<'a>(table: &'a ModelTable, id: &str) -> Cow<'a, ModelFacts> {
    table.facts(&ModelId::parse(id))
}

#[test]
fn the_table_that_is_compiled_in_can_be_read() {
    let table = ModelTable::from_json(BUILTIN).unwrap();
    assert_eq!(table.models().len(), 143);
    assert_eq!(ModelTable::builtin().models().len(), 143);
    assert_eq!(ModelTable::builtin().as_of(), Some("2026-11"));
    assert!(ModelTable::builtin().source().unwrap().starts_with("Public price lists"));
}

#[test]
fn the_table_that_is_compiled_in_has_one_model_a_line_sorted_and_nothing_superfluous() {
    let file: TableFile = serde_json::from_str(BUILTIN).unwrap();
    let mut ids: Vec<&str> = file.models.iter().map(|facts| facts.id.as_str()).collect();
    let lines: Vec<String> = file.models.iter().map(|facts| serde_json::to_string(facts).unwrap()).collect();
    let (_, written) = BUILTIN.split_once("\"models\": [\n").unwrap();
    assert_eq!(written, format!("{}\n]\n}}\n", lines.join(",\n")));
    assert!(ids.is_sorted());
    ids.dedup();
    assert_eq!(ids.len(), lines.len());
}

#[test]
fn the_table_that_is_compiled_in_makes_sense() {
    for facts in ModelTable::builtin().models() {
        let id = &facts.id;
        assert!(facts.vendor.is_some() && facts.mode.is_some(), "{id}");
        assert_eq!(ModelId::parse(id).base(), Some(id.as_str()));
        if let Some(date) = &facts.deprecation_date {
            assert!(date.len() == 10 && date.split('-').map(str::len).eq([4, 2, 2]), "{id}: {date}");
        }
        if let (Some(window), Some(output)) = (facts.context_window, facts.max_output_tokens) {
            assert!(output <= window, "{id}");
        }
        assert!(facts.profiles.as_ref().is_none_or(|profiles| profiles.is_sorted()), "{id}");
        if let Some(ModelPrices { input, output, cache_read, .. }) = facts.price_per_million {
            assert!([input, output, cache_read].into_iter().flatten().all(|price| price >= 0.0), "{id}");
            assert!(cache_read.is_none_or(|cached| input.is_some_and(|input| cached < input)), "{id}");
        }
    }
}

#[test]
fn known_facts_are_borrowed() {
    let table = ModelTable::builtin();
    assert!(matches!(facts(table, "global.anthropic.claude-opus-5"), Cow::Borrowed(_)));
}

#[test]
fn facts_of_one_model_are_read_as_they_are_written() {
    let table = ModelTable::builtin();
    let facts = facts(table, "us.anthropic.claude-haiku-4-5-20251001-v1:0");
    assert_eq!(facts.vendor.as_deref(), Some("anthropic"));
    assert_eq!((facts.family, facts.mode), (ModelFamily::Claude, Some(ModelMode::Chat)));
    assert_eq!((facts.context_window, facts.max_output_tokens), (Some(200_000), Some(64_000)));
    assert_eq!((facts.prompt_cache_min_tokens, facts.on_demand), (Some(4096), Some(true)));
    let prices = facts.price_per_million.unwrap();
    assert_eq!((prices.input, prices.cache_write_1h, prices.batch_output), (Some(1.0), Some(2.0), Some(2.5)));
}

#[test]
fn unknown_models_have_unknown_facts_and_what_their_family_says() {
    let table = ModelTable::builtin();
    let newer = facts(table, "eu.anthropic.claude-opus-8-20280101-v1:0");
    assert_eq!(newer.id, "anthropic.claude-opus-8-20280101-v1:0");
    assert_eq!((newer.family, newer.context_window, newer.mode), (ModelFamily::Claude, None, None));
    assert_eq!(newer.supports.sampling_params, Some(false));

    let router = "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1";
    let routed = facts(table, router);
    assert_eq!((routed.id.as_str(), routed.family), (router, ModelFamily::Claude));
    assert_eq!(routed.vendor.as_deref(), Some("anthropic"));
    assert_eq!((routed.supports.streaming, routed.supports.sampling_params), (Some(true), None));

    let opaque = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc123def456";
    assert_eq!(*facts(table, opaque), ModelFacts::new(opaque));
    let mut newcomer = ModelFacts::new("newcomer.model-1");
    newcomer.vendor = Some("newcomer".to_owned());
    assert_eq!(*facts(table, "us.newcomer.model-1"), newcomer);
}

#[test]
fn provisioned_variants_have_windows_of_their_own() {
    let table = ModelTable::builtin();
    assert_eq!(facts(table, "amazon.nova-pro-v1:0").context_window, Some(300_000));
    let smaller = facts(table, "amazon.nova-pro-v1:0:24k");
    assert_eq!((smaller.id.as_str(), smaller.context_window), ("amazon.nova-pro-v1:0", Some(24_000)));
    let custom = "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-pro-v1/abcdef123456";
    assert_eq!(facts(table, custom).id, "amazon.nova-pro-v1:0");
    // Another revision is another model.
    assert_eq!(facts(table, "anthropic.claude-v2:0").context_window, None);
    assert_eq!(facts(table, "amazon.nova-pro-v1:9").context_window, None);
    assert_eq!(thousands("99999999999999999999k"), None);
    assert_eq!(thousands(&format!("{}k", u64::MAX)), None);
}

#[test]
fn an_alias_tells_what_an_opaque_name_stands_for() {
    let profile = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456";
    let table = ModelTable::builtin()
        .clone()
        .with_alias(profile, "us.amazon.nova-pro-v1:0")
        .with_alias("my-model", "anthropic.claude-opus-8");
    assert_eq!(facts(&table, profile), facts(&table, "amazon.nova-pro-v1:0"));
    assert_eq!(facts(&table, "my-model"), facts(&table, "anthropic.claude-opus-8"));
    assert_eq!(facts(ModelTable::builtin(), profile).family, ModelFamily::Unknown);
}

#[test]
fn facts_of_ones_own_replace_and_add() {
    let arn = "arn:aws:bedrock:us-east-1:123456789012:imported-model/abc123def456";
    let mut imported = ModelFacts::new(arn);
    imported.family = ModelFamily::Llama;
    let mut cheaper = ModelFacts::new("us.anthropic.claude-opus-5");
    cheaper.max_output_tokens = Some(7);
    let table = ModelTable::builtin().clone().with_model(imported).with_model(cheaper);
    assert_eq!(facts(&table, arn).supports.streaming_tools, Some(false));
    let replaced = facts(&table, "anthropic.claude-opus-5");
    assert_eq!((replaced.max_output_tokens, replaced.context_window), (Some(7), None));
    assert_eq!(table.models().len(), 144);
}

#[test]
fn a_table_that_is_not_valid_says_where() {
    let error = |json: &str| {
        let error = ModelTable::from_json(json).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        error.message().to_owned()
    };
    assert!(error("{").contains("line 1"));
    assert!(error(r#"{"models":[{"id":"a.b","contextwindow":1}]}"#).contains("contextwindow"));
    assert!(error(r#"{"models":[{"id":"a.b","supports":{"tool":true}}]}"#).contains("`tool`"));
    assert!(error(r#"{"models":[{"id":" "}]}"#).contains("without an id"));
    assert!(error(r#"{"models":[{"id":"us.a.b"},{"id":"a.b"}]}"#).contains("a.b twice"));
}

#[test]
fn a_table_comes_from_a_file() {
    let path = std::env::temp_dir().join(format!("roo-bedrock-models-{}.json", std::process::id()));
    fs::write(&path, r#"{"as_of":"2027-01","models":[{"id":"xai.grok-9","context_window":5}]}"#).unwrap();
    let table = ModelTable::from_file(&path);
    fs::write(&path, "[]").unwrap();
    let broken = ModelTable::from_file(&path).unwrap_err();
    fs::remove_file(&path).unwrap();
    let missing = ModelTable::from_file(&path).unwrap_err();

    let table = table.unwrap();
    assert_eq!((table.as_of(), table.source()), (Some("2027-01"), None));
    let facts = facts(&table, "xai.grok-9");
    assert_eq!((facts.context_window, facts.min_max_tokens), (Some(5), Some(16)));
    for error in [broken, missing] {
        assert!(error.message().contains("roo-bedrock-models"), "{error}");
    }
}

#[test]
fn an_empty_table_still_has_the_rules() {
    assert_eq!(facts(&ModelTable::empty(), "anthropic.claude-opus-5").supports.sampling_params, Some(false));
}
