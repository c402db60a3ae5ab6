//! The rules of reasoning: what was signed comes back as it was, and its settings agree with the others.

use serde_json::Value;

use super::{Checked, MODEL_ERRORS};
use crate::model::Model;
use crate::respond::request::{ConverseRequest, Message, Reasoning, Role};
use crate::respond::signature::{Verification, verify};
use crate::respond::thinking::Thinking;

/// In tokens.
const SMALLEST_BUDGET: u64 = 1024;

pub(super) fn check(request: &ConverseRequest, model: Model<'_>) -> Checked {
    for (index, message) in request.messages.iter().enumerate() {
        for (position, block) in message.content.iter().enumerate() {
            if let Some(reasoning) = &block.reasoning_content {
                check_replayed(reasoning, model, &format!("messages.{index}.content.{position}"))?;
            }
        }
    }
    if model.is_claude() {
        let thinking = Thinking::of(request, model);
        check_settings(request, thinking)?;
        if thinking == Thinking::Budget {
            check_last_turn(&request.messages)?;
        }
    }
    Ok(())
}

fn check_replayed(reasoning: &Reasoning, model: Model<'_>, place: &str) -> Checked {
    let Some(text) = &reasoning.reasoning_text else { return Ok(()) };
    match text.signature.as_deref() {
        None | Some("") if model.is_claude() => {
            Err(format!("{MODEL_ERRORS}{place}.thinking.signature: Field required"))
        }
        Some(signature) if verify(&text.text, signature) == Verification::Altered => Err(format!(
            "{MODEL_ERRORS}{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message \
             cannot be modified. These blocks must remain as they were in the original response."
        )),
        _ => Ok(()),
    }
}

fn check_settings(request: &ConverseRequest, thinking: Thinking) -> Checked {
    if !thinking.is_on() {
        return Ok(());
    }
    let config = &request.inference_config;
    let choice = request.tool_config.as_ref().and_then(|config| config.tool_choice.as_ref());
    if choice.is_some_and(|choice| choice.any.is_some() || choice.tool.is_some()) {
        return Err(format!("{MODEL_ERRORS}Thinking may not be enabled when tool_choice forces tool use."));
    }
    if config.temperature.is_some_and(|temperature| temperature != 1.0) {
        return Err(format!(
            "{MODEL_ERRORS}`temperature` may only be set to 1 when thinking is enabled. Please consult our \
             documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
        ));
    }
    if thinking != Thinking::Budget {
        return Ok(());
    }
    let budget = request
        .additional_model_request_fields
        .pointer("/thinking/budget_tokens")
        .or_else(|| request.additional_model_request_fields.pointer("/reasoning_config/budget_tokens"));
    let Some(budget) = budget.and_then(Value::as_u64) else {
        return Err(format!("{MODEL_ERRORS}thinking.enabled.budget_tokens: Field required"));
    };
    if budget < SMALLEST_BUDGET {
        return Err(format!(
            "{MODEL_ERRORS}thinking.enabled.budget_tokens: Input should be greater than or equal to \
             {SMALLEST_BUDGET}"
        ));
    }
    if config.max_tokens.is_some_and(|max_tokens| max_tokens <= budget) {
        return Err(format!(
            "{MODEL_ERRORS}`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our \
             documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking\
             #max-tokens-and-context-window-size"
        ));
    }
    Ok(())
}

/// The turn whose tools were just used must begin with its reasoning.
fn check_last_turn(messages: &[Message]) -> Checked {
    let last = messages.iter().enumerate().rfind(|(_, message)| message.role == Role::Assistant);
    let Some((index, message)) = last.filter(|(_, message)| message.tool_uses().next().is_some()) else {
        return Ok(());
    };
    match message.content.first() {
        Some(first) if first.reasoning_content.is_none() => {
            let found = if first.tool_use.is_some() { "tool_use" } else { "text" };
            Err(format!(
                "{MODEL_ERRORS}messages.{index}.content.0.type: Expected `thinking` or `redacted_thinking`, \
                 but found `{found}`. When `thinking` is enabled, a final `assistant` message must start with a \
                 thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks)."
            ))
        }
        _ => Ok(()),
    }
}
