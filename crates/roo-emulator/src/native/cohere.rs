//! Embeddings of Cohere Embed, versions 3 and 4.

use serde_json::{Map, Value, json};

use super::{Fields, vector};
use crate::json::set;

const MOST_TEXTS: usize = 96;
const INPUT_TYPES: &[&str] = &["search_document", "search_query", "classification", "clustering", "image"];

pub(super) fn answer(name: &str, fields: Fields<'_>) -> Result<Value, String> {
    let is_fourth = name.contains("embed-v4");
    let shared = ["texts", "images", "input_type", "truncate", "embedding_types"];
    let of_fourth = ["inputs", "output_dimension", "max_tokens"];
    let known: Vec<&str> = shared.into_iter().chain(of_fourth.into_iter().filter(|_| is_fourth)).collect();
    fields.only(&known)?;
    fields.required("input_type")?;
    fields.choice("input_type", INPUT_TYPES)?;
    let cuts: &[&str] = if is_fourth { &["NONE", "LEFT", "RIGHT"] } else { &["NONE", "START", "END"] };
    fields.choice("truncate", cuts)?;
    let dimensions = match is_fourth {
        true => fields.dimension("output_dimension", &[256, 512, 1024, 1536], 1536)?,
        false => 1024,
    };
    let (name, embedded) = embedded(fields)?;
    let vectors: Vec<Vec<f64>> = embedded.iter().map(|text| vector::unit(text, dimensions)).collect();
    let mut answer = json!({ "id": "bedrock-emulator" });
    if let Some(forms) = fields.get("embedding_types").map(|_| fields.texts("embedding_types", 5)) {
        let mut by_type = Map::new();
        for form in forms? {
            let written: Option<Vec<Value>> =
                vectors.iter().map(|vector| vector::in_form(vector, form)).collect();
            let written =
                written.ok_or_else(|| format!("#/embedding_types: {form} is not a valid enum value"))?;
            by_type.insert(form.to_owned(), written.into());
        }
        set(&mut answer, "embeddings", by_type.into());
        set(&mut answer, "response_type", "embeddings_by_type".into());
    } else {
        set(&mut answer, "embeddings", json!(vectors));
        set(&mut answer, "response_type", "embeddings_floats".into());
    }
    set(&mut answer, name, if name == "texts" { json!(embedded) } else { json!([]) });
    Ok(answer)
}

/// What is embedded, and the member that the answer repeats it in.
fn embedded(fields: Fields<'_>) -> Result<(&'static str, Vec<String>), String> {
    if let Some(inputs) = fields.get("inputs").and_then(Value::as_array) {
        return Ok(("inputs", inputs.iter().map(Value::to_string).collect()));
    }
    if fields.get("images").is_some() {
        let images = fields.texts("images", 1)?;
        return Ok(("images", images.into_iter().map(str::to_owned).collect()));
    }
    let texts = fields.texts("texts", MOST_TEXTS)?;
    Ok(("texts", texts.into_iter().map(str::to_owned).collect()))
}
