//! Messages, their blocks, and the system prompt.

use serde_json::{Map, Value, json};

use super::request::{cache_point, get, required, required_text};

/// The kinds of block that a message can have.
const KINDS: &str = "'document', 'image', 'redacted_thinking', 'search_result', 'text', 'thinking', \
                     'tool_result', 'tool_use'";

/// All messages; consecutive ones of the same role become one, as Anthropic does it.
pub(super) fn in_form_of_converse(messages: &Value) -> Result<Value, String> {
    let list = messages.as_array().ok_or("messages: Input should be a valid list")?;
    if list.is_empty() {
        return Err("messages: at least one message is required".to_owned());
    }
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    for (index, message) in list.iter().enumerate() {
        let place = format!("messages.{index}.");
        let object =
            message.as_object().ok_or_else(|| format!("messages.{index}: Input should be an object"))?;
        let role @ ("user" | "assistant") = required_text(object, "role", &place)? else {
            return Err(format!("{place}role: Input should be 'user' or 'assistant'"));
        };
        let content = content(required(object, "content", &place)?, &place)?;
        match turns.last_mut() {
            Some((last, blocks)) if *last == role => blocks.extend(content),
            _ => turns.push((role, content)),
        }
    }
    if turns.first().is_some_and(|(role, _)| *role != "user") {
        return Err("messages: first message must use the \"user\" role".to_owned());
    }
    check_pairs(&turns)?;
    Ok(turns.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect())
}

/// A text or a list of texts.
pub(super) fn system(system: &Value) -> Result<Value, String> {
    match system {
        Value::String(text) if text.is_empty() => Ok(json!([])),
        Value::String(text) => Ok(json!([{ "text": text }])),
        _ => content(system, "system.").map(Value::from),
    }
}

/// A text, or a list of blocks.
fn content(content: &Value, place: &str) -> Result<Vec<Value>, String> {
    if let Some(text) = content.as_str() {
        return Ok(vec![json!({ "text": non_blank(text)? })]);
    }
    let blocks = content.as_array().ok_or_else(|| format!("{place}content: Input should be a valid list"))?;
    let prefix = if place == "system." { "system".to_owned() } else { format!("{place}content") };
    let mut converted = Vec::new();
    for (position, value) in blocks.iter().enumerate() {
        let place = format!("{prefix}.{position}");
        let object = value.as_object().ok_or_else(|| format!("{place}: Input should be an object"))?;
        converted.push(block(object, &place)?);
        converted.extend(cache_point(object));
    }
    if converted.is_empty() && place.starts_with("messages") {
        return Err(format!("{}: messages must have non-empty content", place.trim_end_matches('.')));
    }
    Ok(converted)
}

fn block(object: &Map<String, Value>, place: &str) -> Result<Value, String> {
    let kind = required_text(object, "type", &format!("{place}."))?;
    let inner = format!("{place}.{kind}.");
    let text = |name: &str| required_text(object, name, &inner);
    match kind {
        "text" => Ok(json!({ "text": non_blank(text("text")?)? })),
        "image" => Ok(json!({ "image": media(object, &inner)? })),
        "document" => document(object, &inner),
        "search_result" => Ok(json!({ "searchResult": {
            "source": text("source")?,
            "title": text("title")?,
            "content": required(object, "content", &inner)?,
            "citations": get(object, "citations"),
        } })),
        "tool_use" => {
            let input = required(object, "input", &inner)?;
            if !input.is_object() {
                return Err(format!("{inner}input: Input should be an object"));
            }
            let tool_use = json!({ "toolUseId": text("id")?, "name": text("name")?, "input": input });
            Ok(json!({ "toolUse": tool_use }))
        }
        "tool_result" => {
            let content = match get(object, "content") {
                None => Vec::new(),
                Some(value) => content(value, &inner)?,
            };
            let is_error = get(object, "is_error").and_then(Value::as_bool).unwrap_or(false);
            Ok(json!({ "toolResult": {
                "toolUseId": text("tool_use_id")?,
                "content": content,
                "status": if is_error { "error" } else { "success" },
            } }))
        }
        "thinking" => {
            let reasoning = json!({ "text": text("thinking")?, "signature": text("signature")? });
            Ok(json!({ "reasoningContent": { "reasoningText": reasoning } }))
        }
        "redacted_thinking" => Ok(json!({ "reasoningContent": { "redactedContent": text("data")? } })),
        other => Err(format!(
            "{place}: Input tag '{other}' found using 'type' does not match any of the expected tags: {KINDS}"
        )),
    }
}

/// An image; its bytes come inline.
fn media(object: &Map<String, Value>, place: &str) -> Result<Value, String> {
    let source = source(object, place)?;
    let inner = format!("{place}source.base64.");
    if source.get("type").and_then(Value::as_str) != Some("base64") {
        return Err(format!("{place}source.type: Input should be 'base64'"));
    }
    let media_type = required_text(source, "media_type", &inner)?;
    let format =
        ["png", "jpeg", "gif", "webp"].into_iter().find(|format| media_type == format!("image/{format}"));
    let format = format.ok_or_else(|| {
        format!("{inner}media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'")
    })?;
    Ok(json!({ "format": format, "source": { "bytes": required_text(source, "data", &inner)? } }))
}

fn document(object: &Map<String, Value>, place: &str) -> Result<Value, String> {
    let source = source(object, place)?;
    let data = |name: &str| required_text(source, name, &format!("{place}source."));
    let (format, converted) = match required_text(source, "type", &format!("{place}source."))? {
        "base64" => ("pdf", json!({ "bytes": data("data")? })),
        "text" => ("txt", json!({ "text": data("data")? })),
        "content" => ("txt", json!({ "content": required(source, "content", place)? })),
        _ => return Err(format!("{place}source.type: Input should be 'base64', 'text' or 'content'")),
    };
    let name = get(object, "title").and_then(Value::as_str).unwrap_or("document");
    let citations = get(object, "citations");
    Ok(json!({ "document": { "format": format, "name": name, "source": converted, "citations": citations } }))
}

fn source<'a>(object: &'a Map<String, Value>, place: &str) -> Result<&'a Map<String, Value>, String> {
    let source = required(object, "source", place)?;
    source.as_object().ok_or_else(|| format!("{place}source: Input should be an object"))
}

fn non_blank(text: &str) -> Result<&str, String> {
    if text.is_empty() {
        Err("messages: text content blocks must be non-empty".to_owned())
    } else if text.trim().is_empty() {
        Err("messages: text content blocks must contain non-whitespace text".to_owned())
    } else {
        Ok(text)
    }
}

/// Each call is answered at the head of the next turn, and nothing else is answered.
fn check_pairs(turns: &[(&str, Vec<Value>)]) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for (index, (_, content)) in turns.iter().enumerate() {
        let ids = |pointer: &str| -> Vec<&str> {
            content.iter().filter_map(|block| block.pointer(pointer).and_then(Value::as_str)).collect()
        };
        let results = ids("/toolResult/toolUseId");
        if let Some(id) = results.iter().find(|id| !open.contains(id)) {
            return Err(format!(
                "messages.{index}.content.0: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each \
                 `tool_result` block must have a corresponding `tool_use` block in the previous message."
            ));
        }
        unanswered(index, &open, &results)?;
        open = ids("/toolUse/toolUseId");
    }
    unanswered(turns.len(), &open, &[])
}

fn unanswered(index: usize, open: &[&str], results: &[&str]) -> Result<(), String> {
    let missing: Vec<&str> = open.iter().copied().filter(|id| !results.contains(id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
         `tool_use` block must have a corresponding `tool_result` block in the next message.",
        index.saturating_sub(1),
        missing.join(", ")
    ))
}
