//! Multimodal embeddings of Amazon Nova
//! (<https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html>), one at a time.

use serde_json::{Value, json};

use super::{Fields, vector};

const PURPOSES: &[&str] = &[
    "GENERIC_INDEX",
    "GENERIC_RETRIEVAL",
    "TEXT_RETRIEVAL",
    "IMAGE_RETRIEVAL",
    "VIDEO_RETRIEVAL",
    "DOCUMENT_RETRIEVAL",
    "AUDIO_RETRIEVAL",
    "CLASSIFICATION",
    "CLUSTERING",
];
const MODALITIES: &[&str] = &["text", "image", "audio", "video"];

pub(super) fn answer(fields: Fields<'_>) -> Result<Value, String> {
    fields.only(&["schemaVersion", "taskType", "singleEmbeddingParams"])?;
    fields.choice("schemaVersion", &["nova-multimodal-embed-v1"])?;
    fields.required("taskType")?;
    fields.choice("taskType", &["SINGLE_EMBEDDING"])?;
    let params = fields.object("singleEmbeddingParams")?;
    params.required("embeddingPurpose")?;
    params.choice("embeddingPurpose", PURPOSES)?;
    let dimensions = params.dimension("embeddingDimension", &[256, 384, 1024, 3072], 3072)?;
    let present: Vec<&str> =
        MODALITIES.iter().copied().filter(|modality| params.get(modality).is_some()).collect();
    let [modality] = present.as_slice() else {
        return Err(format!("#/singleEmbeddingParams: expected exactly one of [{}]", MODALITIES.join(", ")));
    };
    let content = params.object(modality)?;
    let text = match *modality {
        "text" => {
            content.required("truncationMode")?;
            content.choice("truncationMode", &["START", "END", "NONE"])?;
            match content.get("value") {
                Some(_) => content.text("value")?.to_owned(),
                None => content.required("source")?.to_string(),
            }
        }
        _ => content.required("source")?.to_string(),
    };
    let embedding = vector::unit(&text, dimensions);
    Ok(json!({ "embeddings": [{ "embeddingType": modality.to_uppercase(), "embedding": embedding }] }))
}
