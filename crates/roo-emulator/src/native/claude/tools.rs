//! Tool definitions and the tool choice.

use serde_json::{Value, json};

use super::request::{cache_point, get, required, required_text};
use crate::json::set;

pub(super) fn in_form_of_converse(
    tools: Option<&Value>,
    choice: Option<&Value>,
) -> Result<Option<Value>, String> {
    let Some(tools) = tools else {
        return match choice {
            Some(_) => Err("tool_choice: tools must be provided".to_owned()),
            None => Ok(None),
        };
    };
    let tools = tools.as_array().ok_or("tools: Input should be a valid list")?;
    let mut converted = Vec::new();
    for (index, tool) in tools.iter().enumerate() {
        converted.extend(one(tool, index)?);
    }
    let mut config = json!({ "tools": converted });
    if let Some(choice) = choice {
        set(&mut config, "toolChoice", tool_choice(choice)?);
    }
    Ok((!tools.is_empty()).then_some(config))
}

/// A tool, and the cache point behind it if it is marked.
fn one(tool: &Value, index: usize) -> Result<Vec<Value>, String> {
    let object = tool.as_object().ok_or_else(|| format!("tools.{index}: Input should be an object"))?;
    let kind = get(object, "type").and_then(Value::as_str).unwrap_or("custom");
    let place = format!("tools.{index}.{kind}.");
    let name = required_text(object, "name", &place)?;
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !(1..=128).contains(&name.len()) || !name.bytes().all(is_allowed) {
        return Err(format!("{place}name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"));
    }
    let mut converted = if kind == "custom" {
        let schema = required(object, "input_schema", &place)?;
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => {}
            Some(_) => return Err(format!("{place}input_schema.type: Input should be 'object'")),
            None => return Err(format!("{place}input_schema.type: Field required")),
        }
        let mut spec = json!({ "name": name, "inputSchema": { "json": schema } });
        for member in ["description", "strict"] {
            if let Some(value) = get(object, member) {
                set(&mut spec, member, value.clone());
            }
        }
        vec![json!({ "toolSpec": spec })]
    } else {
        // A tool that Anthropic has defined: the emulator never calls it.
        vec![json!({ "systemTool": { "name": name } })]
    };
    converted.extend(cache_point(object));
    Ok(converted)
}

fn tool_choice(choice: &Value) -> Result<Value, String> {
    match choice.get("type").and_then(Value::as_str) {
        Some(kind @ ("auto" | "any" | "none")) => Ok(json!({ kind: {} })),
        Some("tool") => match choice.get("name").and_then(Value::as_str) {
            Some(name) => Ok(json!({ "tool": { "name": name } })),
            None => Err("tool_choice.tool.name: Field required".to_owned()),
        },
        Some(other) => Err(format!(
            "tool_choice: Input tag '{other}' found using 'type' does not match any of the expected tags: \
             'auto', 'any', 'tool', 'none'"
        )),
        None => Err("tool_choice.type: Field required".to_owned()),
    }
}
