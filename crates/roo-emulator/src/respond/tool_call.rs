//! Whether a prompt is answered by a tool call, and by which.

use serde_json::{Value, json};

use super::request::{ToolConfig, ToolSpec};
use super::{arithmetic, fill};

/// One call the emulator wants to make.
#[derive(Debug, PartialEq)]
pub(super) struct ToolCall<'a> {
    pub(super) name: &'a str,
    pub(super) input: Value,
}

/// The calls for a prompt; none if it is to be answered by a text.
///
/// A choice of none calls none. A named tool choice calls that tool. Else an arithmetic expression in the prompt goes to a calculator, and
/// each tool whose name stands in the prompt is called. A choice of `any` calls one tool: the first of these,
/// or the first there is.
pub(super) fn calls<'a>(config: &'a ToolConfig, prompt: &str) -> Vec<ToolCall<'a>> {
    let specs: Vec<&ToolSpec> = config.tools.iter().filter_map(|tool| tool.tool_spec.as_ref()).collect();
    let choice = config.tool_choice.as_ref();
    if choice.is_some_and(|choice| choice.none.is_some()) {
        return Vec::new();
    }
    if let Some(chosen) = choice.and_then(|choice| choice.tool.as_ref()) {
        let chosen = specs.iter().find(|spec| spec.name == chosen.name);
        return chosen
            .map(|spec| calculation(spec, prompt).unwrap_or_else(|| filled(spec, prompt)))
            .into_iter()
            .collect();
    }
    let calculation = specs.iter().find_map(|spec| calculation(spec, prompt));
    let mut calls = match calculation {
        Some(calculation) => vec![calculation],
        None => {
            let named = specs.iter().filter(|spec| is_named(&spec.name, prompt));
            named.map(|spec| filled(spec, prompt)).collect()
        }
    };
    if choice.is_some_and(|choice| choice.any.is_some()) {
        if calls.is_empty() {
            calls.extend(specs.first().map(|spec| filled(spec, prompt)));
        }
        calls.truncate(1);
    }
    calls
}

/// The expression of the prompt for a tool that calculates and takes one string.
fn calculation<'a>(spec: &'a ToolSpec, prompt: &str) -> Option<ToolCall<'a>> {
    let about = format!("{} {}", spec.name, spec.description).to_lowercase();
    if !about.contains("calculat") && !about.contains("math") {
        return None;
    }
    let property = fill::only_string_property(&spec.input_schema.json)?;
    let expression = arithmetic::find(prompt)?;
    Some(ToolCall { name: &spec.name, input: json!({ property: expression }) })
}

fn filled<'a>(spec: &'a ToolSpec, prompt: &str) -> ToolCall<'a> {
    ToolCall { name: &spec.name, input: fill::object(&spec.input_schema.json, prompt) }
}

/// Whether the name stands in the prompt as a word, whatever its case.
fn is_named(name: &str, prompt: &str) -> bool {
    let belongs_to_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    prompt.split(|c: char| !belongs_to_name(c)).any(|word| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(choice: Value) -> ToolConfig {
        let tool = |name: &str, description: &str, property: &str| {
            let schema = json!({ "type": "object", "properties": { property: { "type": "string" } }, "required": [property] });
            json!({ "toolSpec": { "name": name, "description": description, "inputSchema": { "json": schema } } })
        };
        let tools = json!([
            tool("get_weather", "The weather at a place.", "place"),
            tool("reckon", "Does math.", "expression"),
            tool("clock", "The time.", "zone"),
        ]);
        let mut config = json!({ "tools": tools });
        config["toolChoice"] = choice;
        serde_json::from_value(config).unwrap()
    }

    fn called(choice: Value, prompt: &str) -> Vec<(String, Value)> {
        calls(&config(choice), prompt).into_iter().map(|call| (call.name.to_owned(), call.input)).collect()
    }

    fn call(name: &str, input: Value) -> (String, Value) {
        (name.to_owned(), input)
    }

    #[test]
    fn a_calculation_goes_to_the_calculator() {
        let expected = [call("reckon", json!({ "expression": "15 * 24" }))];
        assert_eq!(called(json!({ "auto": {} }), "What is 15 * 24?"), expected);
        assert_eq!(called(json!({ "any": {} }), "What is 15 * 24?"), expected);
        assert_eq!(called(json!({ "tool": { "name": "reckon" } }), "What is 15 * 24?"), expected);
    }

    #[test]
    fn named_tools_are_called() {
        let prompt = "Use GET_WEATHER and clock.";
        let weather = call("get_weather", json!({ "place": prompt }));
        assert_eq!(called(Value::Null, prompt), [weather.clone(), call("clock", json!({ "zone": prompt }))]);
        assert_eq!(called(json!({ "any": {} }), prompt), [weather]);
    }

    #[test]
    fn without_a_fit_only_a_choice_calls() {
        assert!(called(Value::Null, "Hello, clockwork!").is_empty());
        assert_eq!(called(json!({ "any": {} }), "Hello"), [call("get_weather", json!({ "place": "Hello" }))]);
        assert_eq!(
            called(json!({ "tool": { "name": "clock" } }), ""),
            [call("clock", json!({ "zone": "example" }))]
        );
    }
}
