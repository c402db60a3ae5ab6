//! What a model is called by: foundation model ids, inference profiles and ARNs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::family::{self, ModelFamily};
use super::geography;

/// What a caller names a model by, in any of the forms that Bedrock's `modelId` takes.
///
/// Every text is a model id: what is not recognised is of the kind [`ModelIdKind::Unknown`] and is sent as it is.
///
/// ```
/// use roo_bedrock::{ModelId, ModelIdKind};
///
/// let id = ModelId::parse(
///     "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6",
/// );
/// assert_eq!(id.kind(), ModelIdKind::InferenceProfile);
/// assert_eq!(id.region(), Some("eu-west-1"));
/// assert_eq!(id.geography(), Some("eu"));
/// assert_eq!(id.base(), Some("anthropic.claude-sonnet-4-6"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelId {
    text: String,
}

/// What a [`ModelId`] names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelIdKind {
    /// A model of a vendor, by id or ARN.
    FoundationModel,
    /// One of Bedrock's own inference profiles: a foundation model together with a geography.
    InferenceProfile,
    /// An inference profile of the account. Its name is opaque.
    ApplicationInferenceProfile,
    /// Provisioned throughput. Its name is opaque.
    ProvisionedModel,
    /// A customised model. Its ARN names the foundation model that it was made from.
    CustomModel,
    /// A customised model, deployed for on-demand use. Its name is opaque.
    CustomModelDeployment,
    /// A model that was imported into the account. Its name is opaque.
    ImportedModel,
    /// A prompt of prompt management, which names its model itself.
    Prompt,
    /// A prompt router of the account.
    PromptRouter,
    /// One of Bedrock's own prompt routers, which chooses between models of one family.
    DefaultPromptRouter,
    /// A model of Bedrock Marketplace, behind an endpoint of SageMaker.
    #[serde(rename = "sagemaker_endpoint")]
    SageMakerEndpoint,
    /// None of these.
    Unknown,
}

impl ModelId {
    /// Reads an id. This never fails, and nothing is changed: [`as_str`](Self::as_str) is what was given.
    pub fn parse(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// The id as it was given and as it is sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it names.
    pub fn kind(&self) -> ModelIdKind {
        self.parts().kind
    }

    /// The partition of the ARN, such as `aws` or `aws-us-gov`; `None` if this is no ARN.
    pub fn partition(&self) -> Option<&str> {
        self.parts().partition
    }

    /// The region of the ARN. The request has to go there, whatever region is configured. `None` if none is named.
    pub fn region(&self) -> Option<&str> {
        self.parts().region
    }

    /// The account of the ARN, twelve digits; `None` if none is named.
    pub fn account(&self) -> Option<&str> {
        self.parts().account
    }

    /// The geographic prefix, such as `us`, `apac` or `global`; `None` if there is none.
    pub fn geography(&self) -> Option<&str> {
        self.parts().geography
    }

    /// The id of the foundation model, without geography, such as `anthropic.claude-sonnet-4-6`; `None` if the id does
    /// not tell. [`ModelTable::with_alias`](super::ModelTable::with_alias) tells it for one that does not.
    pub fn base(&self) -> Option<&str> {
        self.parts().base
    }

    /// The version of the prompt; `None` for its draft, and for everything that is not a prompt.
    pub fn prompt_version(&self) -> Option<&str> {
        self.parts().prompt_version
    }

    /// Who made the model, such as `anthropic`; `None` if the id does not tell.
    pub fn vendor(&self) -> Option<&str> {
        let parts = self.parts();
        match parts.base {
            Some(base) => family::vendor(base),
            None => family::vendor(parts.resource).filter(|vendor| family::is_vendor(vendor)),
        }
    }

    /// The family of the model, also where the model itself is not known: a default prompt router names only a family.
    pub fn family(&self) -> ModelFamily {
        let parts = self.parts();
        ModelFamily::of(parts.base.unwrap_or(parts.resource))
    }

    fn parts(&self) -> Parts<'_> {
        Parts::of_arn(&self.text).unwrap_or_else(|| Parts::of_name(&self.text))
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<&str> for ModelId {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

impl From<String> for ModelId {
    fn from(text: String) -> Self {
        Self { text }
    }
}

/// An id taken apart.
struct Parts<'a> {
    kind: ModelIdKind,
    partition: Option<&'a str>,
    region: Option<&'a str>,
    account: Option<&'a str>,
    geography: Option<&'a str>,
    base: Option<&'a str>,
    prompt_version: Option<&'a str>,
    /// The name behind the ARN's last type, or all of what is no ARN.
    resource: &'a str,
}

impl<'a> Parts<'a> {
    fn new(kind: ModelIdKind, resource: &'a str) -> Self {
        Self {
            kind,
            partition: None,
            region: None,
            account: None,
            geography: None,
            base: None,
            prompt_version: None,
            resource,
        }
    }

    /// `arn:partition:service:region:account:type/name`; `None` if it is not one of Bedrock or SageMaker.
    fn of_arn(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        let mut field = || fields.next();
        if field()? != "arn" {
            return None;
        }
        let (partition, service, region, account) = (field()?, field()?, field()?, field()?);
        let (resource_type, name) = field()?.split_once('/')?;
        let parts = match (service, resource_type) {
            ("bedrock", resource_type) => Self::of_resource(resource_type, name),
            ("sagemaker", "endpoint") => Self::new(ModelIdKind::SageMakerEndpoint, name),
            _ => return None,
        };
        let named = |field: &'a str| Some(field).filter(|field| !field.is_empty());
        Some(Self { partition: named(partition), region: named(region), account: named(account), ..parts })
    }

    fn of_resource(resource_type: &str, name: &'a str) -> Self {
        let kind = match resource_type {
            "foundation-model" => ModelIdKind::FoundationModel,
            "inference-profile" => ModelIdKind::InferenceProfile,
            "application-inference-profile" => ModelIdKind::ApplicationInferenceProfile,
            "provisioned-model" => ModelIdKind::ProvisionedModel,
            "custom-model" => ModelIdKind::CustomModel,
            "custom-model-deployment" => ModelIdKind::CustomModelDeployment,
            "imported-model" => ModelIdKind::ImportedModel,
            "prompt" => ModelIdKind::Prompt,
            "prompt-router" => ModelIdKind::PromptRouter,
            "default-prompt-router" => ModelIdKind::DefaultPromptRouter,
            _ => ModelIdKind::Unknown,
        };
        let parts = Self::new(kind, name);
        match kind {
            ModelIdKind::FoundationModel | ModelIdKind::InferenceProfile => {
                Self { kind, ..Self::of_name(name) }
            }
            ModelIdKind::CustomModel => {
                let base = name.split('/').next().filter(|base| is_foundation_id(base));
                Self { base, ..parts }
            }
            ModelIdKind::Prompt => {
                Self { prompt_version: name.split_once(':').map(|(_, version)| version), ..parts }
            }
            _ => parts,
        }
    }

    fn of_name(text: &'a str) -> Self {
        let (geography, base) = geography::split(text);
        if !is_foundation_id(base) {
            return Self::new(ModelIdKind::Unknown, text);
        }
        let kind =
            if geography.is_some() { ModelIdKind::InferenceProfile } else { ModelIdKind::FoundationModel };
        Self { geography, base: Some(base), ..Self::new(kind, text) }
    }
}

/// Whether a text has the form `vendor.model`.
fn is_foundation_id(text: &str) -> bool {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '-';
    text.split_once('.').is_some_and(|(vendor, model)| {
        !vendor.is_empty()
            && vendor.chars().all(plain)
            && !model.is_empty()
            && model.chars().all(|character| plain(character) || matches!(character, '.' | ':' | '_'))
    })
}

#[cfg(test)]
mod tests;
