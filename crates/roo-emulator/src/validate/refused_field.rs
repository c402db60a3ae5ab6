//! Members that a model does not know, wherever they stand in a request.

use serde_json::Value;

use super::path::Path;
use super::{MODEL_ERRORS, family};
use crate::error::ServiceError;

/// Members below which everything is the caller's own.
const FREE_DOCUMENTS: &[&str] = &["json", "input", "input_schema", "schema"];

/// Refuses a request that has the member: by its name, or by the end of its path.
pub(super) fn check(document: &Value, field: &str) -> Result<(), ServiceError> {
    let wanted: Vec<&str> = field.split('.').collect();
    let Some(path) = find(document, &wanted, &Path::Root) else { return Ok(()) };
    let name = wanted.last().copied().unwrap_or_default();
    Err(match name {
        "cachePoint" | "cache_control" => ServiceError::access_denied(
            "You invoked an unsupported model or your request did not allow prompt caching. See the \
             documentation for more information.",
        ),
        "anthropic_beta" => ServiceError::validation(format!("{MODEL_ERRORS}invalid beta flag")),
        "strict" => ServiceError::validation(family::refused_strict(first_number(&path))),
        "temperature" | "top_p" | "top_k" => ServiceError::validation(family::deprecated(name)),
        "topP" => ServiceError::validation(family::deprecated("top_p")),
        "stopSequences" | "toolConfig" | "system" => ServiceError::validation(family::unsupported(name)),
        "outputConfig" | "textFormat" => {
            let path = if name == "textFormat" { "output_config.format" } else { "output_config" };
            ServiceError::validation(format!("{MODEL_ERRORS}{path}: Extra inputs are not permitted"))
        }
        _ => ServiceError::validation(format!("{MODEL_ERRORS}{path}: Extra inputs are not permitted")),
    })
}

/// The path of the first member found, with slots counted from zero.
fn find(value: &Value, wanted: &[&str], path: &Path<'_>) -> Option<String> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, value)| {
            let path = path.member(name);
            if !value.is_null() && ends_with(&path, wanted) {
                return Some(path.to_string());
            }
            if FREE_DOCUMENTS.contains(&name.as_str()) { None } else { find(value, wanted, &path) }
        }),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| find(item, wanted, &path.item(index)))
        }
        _ => None,
    }
}

fn ends_with(path: &Path<'_>, wanted: &[&str]) -> bool {
    let Some((last, before)) = wanted.split_last() else { return true };
    match path {
        Path::Member(parent, name) => name == last && ends_with(parent, before),
        Path::Item(..) | Path::Root => false,
    }
}

fn first_number(path: &str) -> usize {
    path.split('.').find_map(|step| step.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_by_name_and_by_the_end_of_their_path() {
        let request = json!({
            "toolConfig": { "tools": [{ "toolSpec": { "inputSchema": { "json": { "effort": 1 } }, "strict": true } }] },
            "outputConfig": { "effort": "high" },
        });
        let found = |field: &str| find(&request, &field.split('.').collect::<Vec<_>>(), &Path::Root);
        assert_eq!(found("strict").as_deref(), Some("toolConfig.tools.0.toolSpec.strict"));
        assert_eq!(found("effort").as_deref(), Some("outputConfig.effort"));
        assert_eq!(found("outputConfig.effort").as_deref(), Some("outputConfig.effort"));
        assert_eq!(found("inferenceConfig.effort"), None);
        assert!(
            check(&request, "strict")
                .unwrap_err()
                .message
                .ends_with("tools.0.custom.strict: Extra inputs are not permitted")
        );
    }
}
