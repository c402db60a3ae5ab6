use super::*;
use crate::model::ModelTable;
use crate::model::geography::GEOGRAPHIES;

fn parse(text: &str) -> ModelId {
    ModelId::parse(text)
}

#[test]
fn ids_without_an_arn() {
    for (text, kind, geography, base) in [
        ("amazon.nova-pro-v1:0", ModelIdKind::FoundationModel, None, Some("amazon.nova-pro-v1:0")),
        ("deepseek.v3.2", ModelIdKind::FoundationModel, None, Some("deepseek.v3.2")),
        ("us.deepseek.v3.2", ModelIdKind::InferenceProfile, Some("us"), Some("deepseek.v3.2")),
        (
            "us-gov.openai.gpt-oss-20b-1:0",
            ModelIdKind::InferenceProfile,
            Some("us-gov"),
            Some("openai.gpt-oss-20b-1:0"),
        ),
        // A geography of tomorrow, told by the vendor behind it.
        (
            "sa.anthropic.claude-opus-5",
            ModelIdKind::InferenceProfile,
            Some("sa"),
            Some("anthropic.claude-opus-5"),
        ),
        // A vendor of tomorrow, told by the geography before it.
        ("us.newcomer.model-1", ModelIdKind::InferenceProfile, Some("us"), Some("newcomer.model-1")),
        // Both of tomorrow: nothing tells them apart from a vendor with a dotted model.
        ("zz.newcomer.model-1", ModelIdKind::FoundationModel, None, Some("zz.newcomer.model-1")),
        ("abcdef123456", ModelIdKind::Unknown, None, None),
        ("us.", ModelIdKind::Unknown, None, None),
        (".model", ModelIdKind::Unknown, None, None),
        ("", ModelIdKind::Unknown, None, None),
        ("https://example.com/model", ModelIdKind::Unknown, None, None),
    ] {
        let id = parse(text);
        assert_eq!((id.kind(), id.geography(), id.base()), (kind, geography, base), "{text}");
        assert_eq!((id.region(), id.account(), id.partition()), (None, None, None), "{text}");
    }
}

#[test]
fn arns_tell_kind_region_and_account() {
    use ModelIdKind::*;
    for (resource, kind) in [
        ("application-inference-profile/abc123def456", ApplicationInferenceProfile),
        ("provisioned-model/abc123def456", ProvisionedModel),
        ("custom-model-deployment/abc123def456", CustomModelDeployment),
        ("imported-model/abc123def456", ImportedModel),
        ("prompt/ABCDEFGHIJ", Prompt),
        ("prompt-router/abc123def456", PromptRouter),
        ("default-prompt-router/anthropic.claude:1", DefaultPromptRouter),
        ("something-new/anthropic.claude-opus-5", Unknown),
    ] {
        let text = format!("arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:{resource}");
        let id = parse(&text);
        assert_eq!((id.kind(), id.base(), id.geography()), (kind, None, None), "{text}");
        assert_eq!(id.partition(), Some("aws-us-gov"));
        assert_eq!(id.region(), Some("us-gov-west-1"));
        assert_eq!(id.account(), Some("123456789012"));
        assert_eq!(id.as_str(), text);
    }
    let endpoint = parse("arn:aws:sagemaker:us-east-2:123456789012:endpoint/my-endpoint");
    assert_eq!((endpoint.kind(), endpoint.region()), (SageMakerEndpoint, Some("us-east-2")));
}

#[test]
fn a_foundation_model_belongs_to_no_account() {
    let id = parse("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-5");
    assert_eq!((id.kind(), id.account()), (ModelIdKind::FoundationModel, None));
}

#[test]
fn a_prompt_has_a_version_or_is_a_draft() {
    let version = |name: &str| {
        let id = parse(&format!("arn:aws:bedrock:us-east-1:123456789012:prompt/{name}"));
        id.prompt_version().map(str::to_owned)
    };
    assert_eq!(version("ABCDEFGHIJ:12").as_deref(), Some("12"));
    assert_eq!(version("ABCDEFGHIJ"), None);
}

#[test]
fn a_default_prompt_router_shows_its_family() {
    let id = parse("arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1");
    assert_eq!((id.family(), id.vendor()), (ModelFamily::Claude, Some("anthropic")));
    assert_eq!(
        parse("arn:aws:bedrock:us-east-1:123456789012:prompt-router/x").family(),
        ModelFamily::Unknown
    );
}

#[test]
fn arns_of_other_services_and_broken_ones_are_unknown() {
    for text in [
        "arn:aws:s3:::bucket/anthropic.claude",
        "arn:aws:bedrock:us-east-1:123456789012",
        "arn:aws:bedrock:us-east-1:123456789012:anthropic.claude-opus-5",
        "arn:",
    ] {
        assert_eq!(parse(text).kind(), ModelIdKind::Unknown, "{text}");
        assert_eq!((parse(text).base(), parse(text).vendor()), (None, None), "{text}");
    }
}

/// Every form in which one foundation model can be named.
fn forms(base: &str) -> Vec<String> {
    let mut names = vec![base.to_owned()];
    names.extend(GEOGRAPHIES.iter().chain(&["sa", "me-central"]).map(|prefix| format!("{prefix}.{base}")));
    let mut forms = names.clone();
    forms.extend(
        names.iter().map(|name| format!("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/{name}")),
    );
    forms.push(format!("arn:aws-cn:bedrock:cn-north-1::foundation-model/{base}"));
    forms.push(format!("arn:aws:bedrock:us-east-1:123456789012:custom-model/{base}/abcdef123456"));
    forms
}

#[test]
fn every_form_of_every_model_resolves_to_the_same_facts() {
    let table = ModelTable::builtin();
    for facts in table.models() {
        for form in forms(&facts.id) {
            let id = parse(&form);
            assert_eq!(id.base(), Some(facts.id.as_str()), "{form}");
            assert_eq!(&*table.facts(&id), facts, "{form}");
        }
    }
}

#[test]
fn no_piece_of_an_id_breaks_the_parser() {
    let table = ModelTable::builtin();
    for form in forms("anthropic.claude-opus-4-5-20251101-v1:0").iter().chain(&forms("déjà.vu-1:0")) {
        for (place, _) in form.char_indices() {
            let (head, tail) = form.split_at(place);
            for text in
                [head, tail, &format!("{head}{form}"), &format!("{head}/{tail}"), &format!("{head}:{tail}")]
            {
                let id = parse(text);
                assert_eq!(id.as_str(), text);
                assert!(id.base().is_none_or(|base| !base.is_empty() && text.contains(base)), "{text}");
                assert_eq!(table.facts(&id).id.is_empty(), text.is_empty(), "{text}");
            }
        }
    }
}
