//! The rules of tools: every call is answered in the next turn, and what is called is defined.

use std::collections::HashSet;

use serde_json::Value;

use super::{Checked, MODEL_ERRORS};
use crate::model::Model;
use crate::respond::request::{ConverseRequest, Message, Role, Tool, ToolConfig};

pub(super) fn check(request: &ConverseRequest, model: Model<'_>) -> Checked {
    check_definitions(request.tool_config.as_ref())?;
    let uses_tools = request.messages.iter().flat_map(|message| &message.content);
    if request.tool_config.is_none()
        && uses_tools.clone().any(|block| block.tool_use.is_some() || block.tool_result.is_some())
    {
        return Err("The toolConfig field must be defined when using toolUse and toolResult content blocks."
            .to_owned());
    }
    for (index, message) in request.messages.iter().enumerate() {
        check_values(index, message)?;
    }
    check_changes(request)?;
    check_pairs(&request.messages)?;
    if model.is_claude() { check_results_first(&request.messages) } else { Ok(()) }
}

/// A system message can add and remove what the request defines.
fn check_changes(request: &ConverseRequest) -> Checked {
    let tools = request.tool_config.iter().flat_map(|config| &config.tools);
    let defined: HashSet<&str> = tools.filter_map(Tool::name).collect();
    for (index, message) in request.messages.iter().enumerate() {
        for (position, block) in message.content.iter().enumerate() {
            let changed = block.tool_addition.as_ref().or(block.tool_removal.as_ref());
            let unknown =
                changed.and_then(|change| change.tool.name.as_deref()).filter(|name| !defined.contains(name));
            if let Some(name) = unknown {
                return Err(format!(
                    "The tool reference at messages.{index}.content.{position} is invalid: no tool is named \
                     '{name}' in toolConfig.tools."
                ));
            }
        }
    }
    Ok(())
}

/// Claude wants the results before anything else that the turn says.
fn check_results_first(messages: &[Message]) -> Checked {
    for (index, message) in messages.iter().enumerate() {
        let others = message.content.iter().filter(|block| block.cache_point.is_none());
        let is_late = others
            .skip_while(|block| block.tool_result.is_some())
            .find_map(|block| block.tool_result.as_ref());
        if let Some(late) = is_late {
            let turn = index.saturating_sub(1);
            return Err(format!(
                "{MODEL_ERRORS}messages.{turn}: `tool_use` ids were found without `tool_result` blocks \
                 immediately after: {}. Each `tool_use` block must have a corresponding `tool_result` block in \
                 the next message.",
                late.tool_use_id
            ));
        }
    }
    Ok(())
}

fn check_definitions(config: Option<&ToolConfig>) -> Checked {
    let Some(config) = config else { return Ok(()) };
    let mut names = HashSet::new();
    for (index, tool) in config.tools.iter().enumerate() {
        let schema = tool.tool_spec.as_ref().map(|spec| &spec.input_schema.json);
        if schema.is_some_and(|schema| schema.get("type").and_then(Value::as_str) != Some("object")) {
            return Err(format!(
                "The value at toolConfig.tools.{index}.toolSpec.inputSchema.json.type must be one of the \
                 following: object."
            ));
        }
        if let Some(name) = tool.name().filter(|name| !names.insert(*name)) {
            return Err(format!(
                "The tool at toolConfig.tools.{index} has the name of another tool: {name}."
            ));
        }
    }
    if names.is_empty() {
        return Err("The toolConfig field at toolConfig.tools must contain at least one tool.".to_owned());
    }
    let chosen = config.tool_choice.as_ref().and_then(|choice| choice.tool.as_ref());
    match chosen.filter(|chosen| !names.contains(chosen.name.as_str())) {
        Some(chosen) => Err(format!(
            "The value at toolConfig.toolChoice.tool.name is invalid: no tool is named '{}' in \
             toolConfig.tools.",
            chosen.name
        )),
        None => Ok(()),
    }
}

/// Inputs and JSON results are objects.
fn check_values(index: usize, message: &Message) -> Checked {
    let not_an_object = |place: String| {
        Err(format!(
            "The format of the value at {place} is invalid. Provide a json object for the field and try \
             again."
        ))
    };
    for (position, block) in message.content.iter().enumerate() {
        let place = format!("messages.{index}.content.{position}");
        if block.tool_use.as_ref().is_some_and(|tool_use| !tool_use.input.is_object()) {
            return not_an_object(format!("{place}.toolUse.input"));
        }
        let results = block.tool_result.iter().flat_map(|result| result.content.iter().enumerate());
        for (position, content) in results {
            let place = format!("{place}.toolResult.content.{position}");
            if content.json.as_ref().is_some_and(|json| !json.is_object()) {
                return not_an_object(format!("{place}.json"));
            }
        }
    }
    Ok(())
}

/// The results of a turn answer the calls of the turn before, each exactly once.
fn check_pairs(messages: &[Message]) -> Checked {
    let mut open: Vec<&str> = Vec::new();
    let turns = messages.iter().enumerate().filter(|(_, message)| message.role != Role::System);
    let mut next_turn = 0;
    for (index, message) in turns {
        next_turn = index + 1;
        let results: Vec<&str> = message.tool_results().map(|result| result.tool_use_id.as_str()).collect();
        let place = format!("messages.{index}.content");
        check_distinct("toolResult", &place, &results)?;
        if results.len() > open.len() {
            return Err(format!(
                "The number of toolResult blocks at {place} exceeds the number of toolUse blocks of \
                 previous turn."
            ));
        }
        check_answered(&place, &open, &results)?;
        open = message.tool_uses().map(|tool_use| tool_use.tool_use_id.as_str()).collect();
        check_distinct("toolUse", &place, &open)?;
    }
    check_answered(&format!("messages.{next_turn}.content"), &open, &[])
}

fn check_answered(place: &str, open: &[&str], results: &[&str]) -> Checked {
    let unanswered: Vec<&str> = open.iter().copied().filter(|id| !results.contains(id)).collect();
    if unanswered.is_empty() {
        return Ok(());
    }
    Err(format!("Expected toolResult blocks at {place} for the following Ids: {}", unanswered.join(", ")))
}

fn check_distinct(kind: &str, place: &str, ids: &[&str]) -> Checked {
    let mut seen = HashSet::new();
    match ids.iter().find(|id| !seen.insert(**id)) {
        Some(id) => Err(format!("The {kind} blocks at {place} contain duplicate Ids: {id}")),
        None => Ok(()),
    }
}
