//! What one family of models refuses and another accepts.

use serde_json::Value;

use super::{Checked, MODEL_ERRORS};
use crate::model::Model;
use crate::respond::request::{ConverseRequest, Reasoning, Role};

/// The beta features of Claude that Bedrock knows.
const BETA_FLAGS: &[&str] = &[
    "computer-use-2024-10-22",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-1m-2025-08-07",
    "context-management-2025-06-27",
    "dev-full-thinking-2025-05-14",
    "effort-2025-11-24",
    "fine-grained-tool-streaming-2025-05-14",
    "interleaved-thinking-2025-05-14",
    "output-128k-2025-02-19",
    "thinking-binding-controls-2026-08-01",
    "token-efficient-tools-2025-02-19",
    "tool-examples-2025-10-29",
    "tool-search-tool-2025-10-19",
];

pub(super) fn check(request: &ConverseRequest, model: Model<'_>) -> Checked {
    if model.refuses_stop_sequences() && !request.inference_config.stop_sequences.is_empty() {
        return Err(unsupported("stopSequences"));
    }
    if model.is_claude() {
        check_sampling(request, model)?;
        check_beta_flags(&request.additional_model_request_fields)?;
    } else if let Some(index) = redacted_turn(request) {
        // Another family cannot read what Claude has hidden.
        return Err(format!(
            "{MODEL_ERRORS}messages.{index}: reasoningContent.redactedContent is not supported by this model."
        ));
    }
    check_strict(request, model)?;
    if model.refuses_output_format() && request.output_config.text_format.is_some() {
        return Err(format!("{MODEL_ERRORS}output_config.format: Extra inputs are not permitted"));
    }
    let is_prefilled = request.messages.last().is_some_and(|message| message.role == Role::Assistant);
    if is_prefilled && model.refuses_prefill() {
        return Err(format!(
            "{MODEL_ERRORS}This model does not support assistant message prefill. The conversation must end \
             with a user message."
        ));
    }
    Ok(())
}

/// The sentence of the service for a member of `inferenceConfig` that a model does not have.
pub(super) fn unsupported(field: &str) -> String {
    format!("This model doesn't support the {field} field. Remove {field} and try again.")
}

/// The sentence of Claude for a sampling parameter that it no longer has.
pub(super) fn deprecated(parameter: &str) -> String {
    format!("{MODEL_ERRORS}`{parameter}` is deprecated for this model.")
}

fn check_sampling(request: &ConverseRequest, model: Model<'_>) -> Checked {
    let config = &request.inference_config;
    let fields = &request.additional_model_request_fields;
    let has =
        |in_config: bool, name: &str| in_config || fields.get(name).is_some_and(|value| !value.is_null());
    let temperature = has(config.temperature.is_some(), "temperature");
    let top_p = has(config.top_p.is_some(), "top_p");
    let parameters = [("temperature", temperature), ("top_p", top_p), ("top_k", has(false, "top_k"))];
    match parameters.iter().find(|(_, is_set)| *is_set) {
        Some((name, _)) if model.refuses_sampling() => Err(deprecated(name)),
        _ if temperature && top_p && model.samples_in_one_way() => Err(format!(
            "{MODEL_ERRORS}`temperature` and `top_p` cannot both be specified for this model. Please use only \
             one."
        )),
        _ => Ok(()),
    }
}

fn check_beta_flags(fields: &Value) -> Checked {
    let flags = fields.get("anthropic_beta").and_then(Value::as_array).into_iter().flatten();
    let is_known = |flag: &Value| flag.as_str().is_some_and(|flag| BETA_FLAGS.contains(&flag));
    match flags.clone().all(is_known) {
        true => Ok(()),
        false => Err(format!("{MODEL_ERRORS}invalid beta flag")),
    }
}

fn check_strict(request: &ConverseRequest, model: Model<'_>) -> Checked {
    let mut tools = request.tool_config.iter().flat_map(|config| &config.tools);
    let strict = tools.position(|tool| tool.tool_spec.as_ref().is_some_and(|spec| spec.strict.is_some()));
    match strict {
        Some(index) if model.refuses_strict() => Err(refused_strict(index)),
        _ => Ok(()),
    }
}

pub(super) fn refused_strict(tool: usize) -> String {
    format!("{MODEL_ERRORS}tools.{tool}.custom.strict: Extra inputs are not permitted")
}

fn redacted_turn(request: &ConverseRequest) -> Option<usize> {
    let is_redacted = |reasoning: &Reasoning| reasoning.redacted_content.is_some();
    request.messages.iter().position(|message| {
        message.content.iter().any(|block| block.reasoning_content.as_ref().is_some_and(is_redacted))
    })
}
