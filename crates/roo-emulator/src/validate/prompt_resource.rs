//! The rules of prompt resources: what the prompt has set, the caller cannot set.

use serde_json::Value;

use super::Checked;
use crate::model::Model;
use crate::respond::request::ConverseRequest;

const SET_BY_PROMPT: &[&str] = &["additionalModelRequestFields", "inferenceConfig", "system", "toolConfig"];

pub(super) fn check(request: &ConverseRequest, model: Model<'_>) -> Checked {
    if !model.is_prompt() {
        // AWS ignores `promptVariables` then.
        return Ok(());
    }
    let is_set = |name: &str| {
        request.raw.get(name).is_some_and(|value| !value.is_null() && *value != Value::Array(Vec::new()))
    };
    match SET_BY_PROMPT.iter().find(|name| is_set(name)) {
        Some(name) => Err(format!(
            "The {name} field can't be used with a prompt resource. Remove the {name} field and try again."
        )),
        None => Ok(()),
    }
}
