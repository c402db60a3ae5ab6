//! The forms that models have of their own, as InvokeModel carries them.

use serde_json::{Map, Value, json};

use crate::error::ServiceError;
use crate::model::Model;
use crate::respond::{SELF, tokens};

pub(crate) mod claude;
mod cohere;
mod nova;
mod rerank;
mod titan;
mod vector;

/// The answer of a model that is not Claude, and its input tokens.
pub(crate) fn answer(model: Model<'_>, body: &[u8]) -> Result<(Value, u64), ServiceError> {
    let document = read(body)?;
    let fields = Fields(&document);
    let name = model.name();
    let answered = if name.starts_with("amazon.titan-embed-text") {
        titan::answer(name, fields)
    } else if name.starts_with("cohere.embed") {
        cohere::answer(name, fields)
    } else if name.starts_with("amazon.nova") && name.contains("embeddings") {
        nova::answer(fields)
    } else if name.starts_with("cohere.rerank") || name.starts_with("amazon.rerank") {
        rerank::answer(fields)
    } else {
        let note = format!("{SELF} I do not know the form in which {name} answers, so this is mine.");
        Ok(json!({ "note": note, "received": document }))
    };
    let answer = answered.map_err(|error| malformed(&error))?;
    Ok((answer, tokens::of_text(&String::from_utf8_lossy(body))))
}

/// Whether a model answers in pieces: those that embed and rank do not.
pub(crate) fn can_stream(model: Model<'_>) -> bool {
    !["embed", "rerank", "canvas", "image"].iter().any(|kind| model.name().contains(kind))
}

/// A body that is a JSON object.
fn read(body: &[u8]) -> Result<Map<String, Value>, ServiceError> {
    serde_json::from_slice(body).map_err(|_| {
        ServiceError::validation("Malformed input request, please reformat your input and try again.")
    })
}

fn malformed(detail: &str) -> ServiceError {
    ServiceError::validation(format!(
        "Malformed input request: {detail}, please reformat your input and try again."
    ))
}

/// The members of a native request. The errors are what comes after `Malformed input request: `.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    fn only(self, known: &[&str]) -> Result<(), String> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(format!("#: extraneous key [{name}] is not permitted")),
            None => Ok(()),
        }
    }

    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn required(self, name: &str) -> Result<&'a Value, String> {
        self.get(name).ok_or_else(|| format!("#: required key [{name}] not found"))
    }

    fn text(self, name: &str) -> Result<&'a str, String> {
        self.required(name)?.as_str().ok_or_else(|| format!("#/{name}: expected type: String"))
    }

    fn object(self, name: &str) -> Result<Self, String> {
        let object = self.required(name)?.as_object();
        object.map(Self).ok_or_else(|| format!("#/{name}: expected type: JSONObject"))
    }

    fn flag(self, name: &str, default: bool) -> Result<bool, String> {
        let Some(value) = self.get(name) else { return Ok(default) };
        value.as_bool().ok_or_else(|| format!("#/{name}: expected type: Boolean"))
    }

    /// One of the numbers, the default if it is absent.
    fn dimension(self, name: &str, allowed: &[usize], default: usize) -> Result<usize, String> {
        let Some(value) = self.get(name) else { return Ok(default) };
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number
            .filter(|number| allowed.contains(number))
            .ok_or_else(|| format!("#/{name}: {value} is not a valid enum value"))
    }

    /// One of the words, if it is present.
    fn choice(self, name: &str, allowed: &[&str]) -> Result<Option<&'a str>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let word = value.as_str().filter(|word| allowed.contains(word));
        word.map(Some).ok_or_else(|| format!("#/{name}: {value} is not a valid enum value"))
    }

    /// A list of texts of one of the lengths.
    fn texts(self, name: &str, most: usize) -> Result<Vec<&'a str>, String> {
        let list =
            self.required(name)?.as_array().ok_or_else(|| format!("#/{name}: expected type: JSONArray"))?;
        if list.is_empty() || list.len() > most {
            let (limit, count) = if list.is_empty() { ("minimum", 1) } else { ("maximum", most) };
            return Err(format!("#/{name}: expected {limit} item count: {count}, found: {}", list.len()));
        }
        let texts = list.iter().enumerate().map(|(index, value)| {
            value.as_str().ok_or_else(|| format!("#/{name}/{index}: expected type: String"))
        });
        texts.collect()
    }
}
