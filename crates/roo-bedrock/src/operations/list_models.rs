//! What the control plane lists, as every provider tells it.

use futures_util::future;
use roo_core::{Capability, Modality, ModelInfo, Provider as _, Result};

use super::{FoundationModel, FoundationModelFilter, InferenceProfile, InferenceProfileKind};
use crate::Bedrock;
use crate::model::ModelId;

impl Bedrock {
    /// The answer of [`Provider::list_models`](roo_core::Provider::list_models).
    pub(crate) async fn list_callable_models(&self) -> Result<Vec<ModelInfo>> {
        let filter = FoundationModelFilter::new();
        let models = self.list_foundation_models(&filter);
        let (models, profiles) = future::try_join(models, self.list_inference_profiles(None)).await?;
        let on_demand = models.iter().filter(|model| model.is_on_demand()).map(|model| {
            let info = self.model_info(&model.model_id);
            told(info, model)
        });
        let profiled = profiles.iter().map(|profile| self.profile_info(profile, &models));
        Ok(on_demand.chain(profiled).collect())
    }

    fn profile_info(&self, profile: &InferenceProfile, models: &[FoundationModel]) -> ModelInfo {
        // Bedrock takes the bare id of its own profiles only.
        let id = match profile.kind {
            InferenceProfileKind::SystemDefined => &profile.inference_profile_id,
            _ => &profile.inference_profile_arn,
        };
        let served = profile.models.iter().find_map(|model| model.model_arn.as_deref()).map(ModelId::parse);
        let served = served.as_ref().and_then(ModelId::base);
        let mut info = self.model_info(served.unwrap_or(id));
        if let Some(model) = models.iter().find(|model| served == Some(&model.model_id)) {
            info = told(info, model);
        }
        info.id.clone_from(id);
        if !profile.inference_profile_name.is_empty() {
            info.name = Some(profile.inference_profile_name.clone());
        }
        info
    }
}

/// Adds what the service tells about a model.
fn told(mut info: ModelInfo, model: &FoundationModel) -> ModelInfo {
    info.name = model.model_name.clone().or(info.name);
    info.vendor = info.vendor.or_else(|| model.provider_name.clone());
    // The table knows documents, sound and more, of which the service says nothing.
    info.input = info.input.or_else(|| modalities(&model.input_modalities));
    info.output = info.output.or_else(|| modalities(&model.output_modalities));
    if let Some(streams) = model.response_streaming_supported {
        info.capabilities.retain(|capability| *capability != Capability::Streaming);
        info.lacks.retain(|capability| *capability != Capability::Streaming);
        let told = if streams { &mut info.capabilities } else { &mut info.lacks };
        told.push(Capability::Streaming);
    }
    info
}

/// `None` where the service tells nothing, or only words that nobody knows.
fn modalities(words: &[String]) -> Option<Vec<Modality>> {
    let known = words.iter().filter_map(|word| match word.as_str() {
        "TEXT" => Some(Modality::Text),
        "IMAGE" => Some(Modality::Image),
        "VIDEO" => Some(Modality::Video),
        "AUDIO" | "SPEECH" => Some(Modality::Audio),
        "EMBEDDING" => Some(Modality::Embedding),
        _ => None,
    });
    Some(known.collect::<Vec<_>>()).filter(|known| !known.is_empty())
}
