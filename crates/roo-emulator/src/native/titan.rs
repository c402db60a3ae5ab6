//! Text embeddings of Amazon Titan.

use serde_json::{Map, Value, json};

use super::{Fields, vector};
use crate::respond::tokens;

pub(super) fn answer(name: &str, fields: Fields<'_>) -> Result<Value, String> {
    let is_first = name.contains("text-v1");
    let known: &[&str] =
        if is_first { &["inputText"] } else { &["inputText", "dimensions", "normalize", "embeddingTypes"] };
    fields.only(known)?;
    let text = fields.text("inputText")?;
    if text.is_empty() {
        return Err("#/inputText: expected minLength: 1, actual: 0".to_owned());
    }
    let count = tokens::of_text(text);
    if is_first {
        return Ok(json!({ "embedding": vector::raw(text, 1536), "inputTextTokenCount": count }));
    }
    let dimensions = fields.dimension("dimensions", &[256, 512, 1024], 1024)?;
    let is_normalized = fields.flag("normalize", true)?;
    let embedding =
        if is_normalized { vector::unit(text, dimensions) } else { vector::raw(text, dimensions) };
    let types = match fields.get("embeddingTypes") {
        Some(_) => fields.texts("embeddingTypes", 2)?,
        None => vec!["float"],
    };
    let mut by_type = Map::new();
    for form in types {
        // Titan writes its bits one by one.
        let written = match form {
            "float" => json!(embedding),
            "binary" => embedding.iter().map(|component| u8::from(*component > 0.0)).collect(),
            other => return Err(format!("#/embeddingTypes: {other} is not a valid enum value")),
        };
        by_type.insert(form.to_owned(), written);
    }
    Ok(json!({ "embedding": embedding, "embeddingsByType": by_type, "inputTextTokenCount": count }))
}
