//! Makes up an input that satisfies a tool's JSON schema.

use serde_json::{Map, Value, json};

/// How deep schemas are followed: enough for any tool, and an end for a schema that contains itself.
const DEEPEST: usize = 8;

/// An object with the required properties of the schema, each by its type: the first choice of an
/// enumeration, the prompt for a string, 1 for a number, and so on.
pub(super) fn object(schema: &Value, prompt: &str) -> Value {
    Filling { root: schema, prompt }.object(schema, 0)
}

/// The name of the only property, if there is exactly one and it is a string.
pub(super) fn only_string_property(schema: &Value) -> Option<&str> {
    let properties = schema.get("properties")?.as_object()?;
    let (name, property) = properties.iter().next().filter(|_| properties.len() == 1)?;
    (kind(property) == Some("string") && property.get("enum").is_none()).then_some(name)
}

struct Filling<'a> {
    /// Where local references point into.
    root: &'a Value,
    prompt: &'a str,
}

impl Filling<'_> {
    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let filled: Map<String, Value> = required
            .filter_map(Value::as_str)
            .map(|name| {
                let property = schema.get("properties").and_then(|properties| properties.get(name));
                (
                    name.to_owned(),
                    property.map_or_else(|| json!("example"), |property| self.value(property, depth)),
                )
            })
            .collect();
        Value::Object(filled)
    }

    fn value(&self, schema: &Value, depth: usize) -> Value {
        if depth > DEEPEST {
            return Value::Null;
        }
        let reference =
            schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        if let Some(target) = reference.and_then(|pointer| self.root.pointer(pointer)) {
            return self.value(target, depth + 1);
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        let first_of = |name| schema.get(name).and_then(Value::as_array).and_then(|list| list.first());
        if let Some(choice) = first_of("enum") {
            return choice.clone();
        }
        if let Some(alternative) =
            first_of("anyOf").or_else(|| first_of("oneOf")).or_else(|| first_of("allOf"))
        {
            return self.value(alternative, depth + 1);
        }
        match kind(schema) {
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
            Some("boolean") => json!(true),
            Some("null") => Value::Null,
            Some("array") => {
                let item =
                    schema.get("items").map_or_else(|| self.text(), |items| self.value(items, depth + 1));
                json!([item])
            }
            Some("object") => self.object(schema, depth + 1),
            _ => self.text(),
        }
    }

    fn text(&self) -> Value {
        let prompt = self.prompt.trim();
        json!(if prompt.is_empty() { "example" } else { prompt })
    }
}

/// The type of a schema; of several, the first that is not `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_every_type() {
        let schema = json!({
            "type": "object",
            "$defs": { "unit": { "enum": ["celsius", "kelvin"] }, "loop": { "$ref": "#/$defs/loop" } },
            "properties": {
                "text": { "type": "string" }, "count": { "type": "integer" }, "least": { "type": "number", "minimum": 3 },
                "flag": { "type": "boolean" }, "unit": { "$ref": "#/$defs/unit" }, "list": { "type": "array", "items": { "type": "integer" } },
                "inner": { "type": "object", "required": ["a"], "properties": { "a": { "type": ["null", "boolean"] } } },
                "either": { "anyOf": [{ "type": "null" }] }, "fixed": { "const": 7 }, "endless": { "$ref": "#/$defs/loop" },
                "optional": { "type": "string" },
            },
            "required": ["text", "count", "least", "flag", "unit", "list", "inner", "either", "fixed", "endless", "undeclared"],
        });
        let expected = json!({
            "text": "hi", "count": 1, "least": 3, "flag": true, "unit": "celsius", "list": [1], "inner": { "a": true },
            "either": null, "fixed": 7, "endless": null, "undeclared": "example",
        });
        assert_eq!(object(&schema, "hi"), expected);
        assert_eq!(object(&json!({ "type": "object" }), "hi"), json!({}));
    }

    #[test]
    fn a_single_string_property_is_found() {
        let schema = json!({ "properties": { "expression": { "type": "string" } } });
        assert_eq!(only_string_property(&schema), Some("expression"));
        assert_eq!(only_string_property(&json!({ "properties": { "a": { "type": "integer" } } })), None);
        assert_eq!(
            only_string_property(
                &json!({ "properties": { "a": { "type": "string" }, "b": { "type": "string" } } })
            ),
            None
        );
        assert_eq!(only_string_property(&json!({})), None);
    }
}
