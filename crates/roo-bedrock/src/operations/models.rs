//! The foundation models of a region:
//! [ListFoundationModels](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html) and
//! [GetFoundationModel](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModel.html).

use roo_aws::Service;
use roo_core::Result;
use serde::{Deserialize, Serialize};

use super::pages::with_query;
use super::{check_label, get, named};
use crate::Bedrock;
use crate::client::label;

/// A foundation model, as the control plane tells it. Lists hold AWS's own words, in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FoundationModel {
    /// Its id.
    pub model_id: String,
    /// Its ARN.
    pub model_arn: String,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_name: Option<String>,
    /// What it reads: `TEXT`, `IMAGE`, `EMBEDDING`, and words that AWS does not document.
    #[serde(default)]
    pub input_modalities: Vec<String>,
    /// What it writes, in the same words.
    #[serde(default)]
    pub output_modalities: Vec<String>,
    /// Whether it can stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_streaming_supported: Option<bool>,
    /// How it can be customised: `FINE_TUNING`, `CONTINUED_PRE_TRAINING`, `DISTILLATION`.
    #[serde(default)]
    pub customizations_supported: Vec<String>,
    /// How it can be called: `ON_DEMAND`, `PROVISIONED`, and, undocumented, `INFERENCE_PROFILE`.
    #[serde(default)]
    pub inference_types_supported: Vec<String>,
    /// How long it will be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_lifecycle: Option<ModelLifecycle>,
}

impl FoundationModel {
    /// Whether a request can name it by its own id, as opposed to that of an inference profile or of provisioned
    /// throughput.
    pub fn is_on_demand(&self) -> bool {
        let types = &self.inference_types_supported;
        types.is_empty() || types.iter().any(|kind| kind == "ON_DEMAND")
    }
}

/// How long a model will be there. Moments are in RFC 3339, as the service wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct ModelLifecycle {
    /// `ACTIVE` or `LEGACY`.
    pub status: String,
    /// When it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_of_life_time: Option<String>,
    /// When it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_of_life_time: Option<String>,
    /// Since when it is `LEGACY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legacy_time: Option<String>,
    /// Until when everybody can still use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_extended_access_time: Option<String>,
}

/// Which foundation models are wanted; nothing set is all of them. The service filters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FoundationModelFilter {
    /// Who made it, such as `Anthropic`.
    pub provider: Option<String>,
    /// How it can be customised: `FINE_TUNING`, `CONTINUED_PRE_TRAINING` or `DISTILLATION`.
    pub customization: Option<String>,
    /// What it writes: `TEXT`, `IMAGE` or `EMBEDDING`.
    pub output_modality: Option<String>,
    /// How it can be called: `ON_DEMAND` or `PROVISIONED`.
    pub inference_type: Option<String>,
}

impl FoundationModelFilter {
    /// All models.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those of one maker.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Only those that can be customised in this way.
    #[must_use]
    pub fn with_customization(mut self, customization: impl Into<String>) -> Self {
        self.customization = Some(customization.into());
        self
    }

    /// Only those that write this.
    #[must_use]
    pub fn with_output_modality(mut self, modality: impl Into<String>) -> Self {
        self.output_modality = Some(modality.into());
        self
    }

    /// Only those that can be called in this way.
    #[must_use]
    pub fn with_inference_type(mut self, inference_type: impl Into<String>) -> Self {
        self.inference_type = Some(inference_type.into());
        self
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(default)]
    model_summaries: Vec<FoundationModel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    model_details: FoundationModel,
}

impl Bedrock {
    /// Lists the foundation models that the configured region has, whether or not the account may use them. See
    /// [ListFoundationModels](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest) if the service does not know a word of the
    /// filter; otherwise as [`create_message`](roo_core::Provider::create_message).
    pub async fn list_foundation_models(
        &self,
        filter: &FoundationModelFilter,
    ) -> Result<Vec<FoundationModel>> {
        named(async {
            let target = with_query(
                "/foundation-models",
                [
                    ("byProvider", filter.provider.as_deref()),
                    ("byCustomizationType", filter.customization.as_deref()),
                    ("byOutputModality", filter.output_modality.as_deref()),
                    ("byInferenceType", filter.inference_type.as_deref()),
                ],
            );
            let region = self.aws().region().await?.value;
            let call = get(Service::BEDROCK, target, "");
            let listed: Listed = self.call_json(call, &region, "bedrock:ListFoundationModels").await?;
            Ok(listed.model_summaries)
        })
        .await
    }

    /// Asks about one foundation model, by id or ARN. See
    /// [GetFoundationModel](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModel.html).
    ///
    /// # Errors
    /// [`ErrorKind::ModelNotFound`](roo_core::ErrorKind::ModelNotFound) if the region does not have it; otherwise as
    /// [`create_message`](roo_core::Provider::create_message).
    pub async fn get_foundation_model(&self, model: &str) -> Result<FoundationModel> {
        named(async {
            check_label("model id", model)?;
            let call = get(Service::BEDROCK, format!("/foundation-models/{}", label(model)), model);
            let region = self.region_of(model).await?;
            let details: Details = self.call_json(call, &region, "bedrock:GetFoundationModel").await?;
            Ok(details.model_details)
        })
        .await
    }
}
