//! JSON as the SDK has it.

use aws_smithy_types::{Document, Number};
use serde_json::Value;

/// The same value as a document of the SDK.
pub(crate) fn from_json(value: Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(bool) => Document::Bool(bool),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
        Value::String(string) => Document::String(string),
        Value::Array(values) => Document::Array(values.into_iter().map(from_json).collect()),
        Value::Object(members) => {
            Document::Object(members.into_iter().map(|(name, value)| (name, from_json(value))).collect())
        }
    }
}
