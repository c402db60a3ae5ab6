//! The models that the control plane lists: one of each family, under ids of AWS, named as the emulator's.
//! Any other id can be asked all the same.

use serde_json::{Value, json};

/// The account that owns what the emulator makes up.
pub(crate) const ACCOUNT: &str = "123456789012";

/// A foundation model.
pub(crate) struct FoundationModel {
    pub(crate) id: &'static str,
    name: &'static str,
    pub(crate) provider: &'static str,
    input_modalities: &'static [&'static str],
    pub(crate) output_modalities: &'static [&'static str],
    is_streaming: bool,
    pub(crate) customizations: &'static [&'static str],
    /// `INFERENCE_PROFILE` is not in AWS's service model, yet the service sends it.
    pub(crate) inference_types: &'static [&'static str],
    /// Where there are inference profiles for it.
    geographies: &'static [Geography],
}

/// A set of regions that a profile spreads over.
struct Geography {
    prefix: &'static str,
    name: &'static str,
    regions: &'static [&'static str],
}

/// An inference profile.
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    name: String,
    description: String,
    arn: String,
    model_arns: Vec<String>,
}

const US: Geography =
    Geography { prefix: "us", name: "US", regions: &["us-east-1", "us-east-2", "us-west-2"] };
const EU: Geography =
    Geography { prefix: "eu", name: "EU", regions: &["eu-central-1", "eu-north-1", "eu-west-1"] };

const TEXT: &[&str] = &["TEXT"];
const TEXT_AND_IMAGE: &[&str] = &["TEXT", "IMAGE"];
const ON_DEMAND: &[&str] = &["ON_DEMAND"];
const PROFILE_ONLY: &[&str] = &["INFERENCE_PROFILE"];

static MODELS: &[FoundationModel] = &[
    FoundationModel {
        id: "anthropic.claude-sonnet-4-5-20250929-v1:0",
        name: "Emulated Claude",
        provider: "Anthropic",
        input_modalities: TEXT_AND_IMAGE,
        output_modalities: TEXT,
        is_streaming: true,
        customizations: &[],
        inference_types: PROFILE_ONLY,
        geographies: &[US, EU],
    },
    FoundationModel {
        id: "amazon.nova-lite-v1:0",
        name: "Emulated Nova",
        provider: "Amazon",
        input_modalities: TEXT_AND_IMAGE,
        output_modalities: TEXT,
        is_streaming: true,
        customizations: &["FINE_TUNING", "DISTILLATION"],
        inference_types: &["ON_DEMAND", "INFERENCE_PROFILE"],
        geographies: &[US, EU],
    },
    FoundationModel {
        id: "amazon.titan-embed-text-v2:0",
        name: "Emulated Titan",
        provider: "Amazon",
        input_modalities: TEXT,
        output_modalities: &["EMBEDDING"],
        is_streaming: false,
        customizations: &[],
        inference_types: ON_DEMAND,
        geographies: &[],
    },
    FoundationModel {
        id: "amazon.nova-canvas-v1:0",
        name: "Emulated Canvas",
        provider: "Amazon",
        input_modalities: TEXT_AND_IMAGE,
        output_modalities: &["IMAGE"],
        is_streaming: false,
        customizations: &["FINE_TUNING"],
        inference_types: &["ON_DEMAND", "PROVISIONED"],
        geographies: &[],
    },
    FoundationModel {
        id: "cohere.rerank-v3-5:0",
        name: "Emulated Rerank",
        provider: "Cohere",
        input_modalities: TEXT,
        output_modalities: TEXT,
        is_streaming: false,
        customizations: &[],
        inference_types: ON_DEMAND,
        geographies: &[],
    },
    FoundationModel {
        id: "meta.llama3-3-70b-instruct-v1:0",
        name: "Emulated Llama",
        provider: "Meta",
        input_modalities: TEXT,
        output_modalities: TEXT,
        is_streaming: true,
        customizations: &[],
        inference_types: PROFILE_ONLY,
        geographies: &[US],
    },
];

/// When everything in the catalogue began.
const CREATED_AT: &str = "2026-01-01T00:00:00Z";

/// Every model, in a fixed order.
pub(crate) fn models() -> impl Iterator<Item = &'static FoundationModel> {
    MODELS.iter()
}

/// The ids that cannot be asked directly.
pub(crate) fn profile_only_ids() -> impl Iterator<Item = &'static str> {
    models().filter(|model| !model.inference_types.contains(&"ON_DEMAND")).map(|model| model.id)
}

/// Every profile, in a fixed order: those of AWS, then one of the account.
pub(crate) fn profiles(region: &str) -> Vec<Profile> {
    let of_aws = models().flat_map(|model| {
        model.geographies.iter().map(|geography| {
            let id = format!("{}.{}", geography.prefix, model.id);
            Profile {
                kind: "SYSTEM_DEFINED",
                name: format!("{} {}", geography.name, model.name),
                description: format!("Routes requests to {} in {}.", model.name, geography.name),
                arn: format!("arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{id}"),
                model_arns: geography.regions.iter().map(|region| model.arn(region)).collect(),
                id,
            }
        })
    });
    let of_account = MODELS.first().map(|model| Profile {
        id: "emulated0001".to_owned(),
        kind: "APPLICATION",
        name: "Emulated application".to_owned(),
        description: "A profile of the account of the emulator.".to_owned(),
        arn: format!("arn:aws:bedrock:{region}:{ACCOUNT}:application-inference-profile/emulated0001"),
        model_arns: vec![model.arn(region)],
    });
    of_aws.chain(of_account).collect()
}

impl FoundationModel {
    pub(crate) fn arn(&self, region: &str) -> String {
        foundation_model_arn(region, self.id)
    }

    /// As in a list and in the details.
    pub(crate) fn to_json(&self, region: &str) -> Value {
        json!({
            "modelArn": self.arn(region),
            "modelId": self.id,
            "modelName": self.name,
            "providerName": self.provider,
            "inputModalities": self.input_modalities,
            "outputModalities": self.output_modalities,
            "responseStreamingSupported": self.is_streaming,
            "customizationsSupported": self.customizations,
            "inferenceTypesSupported": self.inference_types,
            "modelLifecycle": { "status": "ACTIVE", "startOfLifeTime": CREATED_AT },
        })
    }
}

impl Profile {
    /// Whether it is meant by an id or an ARN.
    pub(crate) fn is_named(&self, identifier: &str) -> bool {
        self.id == identifier || self.arn == identifier
    }

    /// As in a list and on its own.
    pub(crate) fn to_json(&self) -> Value {
        let models: Vec<Value> = self.model_arns.iter().map(|arn| json!({ "modelArn": arn })).collect();
        json!({
            "inferenceProfileName": self.name,
            "description": self.description,
            "createdAt": CREATED_AT,
            "updatedAt": CREATED_AT,
            "inferenceProfileArn": self.arn,
            "models": models,
            "inferenceProfileId": self.id,
            "status": "ACTIVE",
            "type": self.kind,
        })
    }
}

pub(crate) fn foundation_model_arn(region: &str, id: &str) -> String {
    format!("arn:aws:bedrock:{region}::foundation-model/{id}")
}
