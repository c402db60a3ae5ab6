//! The query of a GET, as a document with the members of its shape.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::shape::{Member, Shape};
use super::values;
use crate::error::ServiceError;
use crate::operation::Call;

/// The members of a query that the shape has; others are ignored, as the service does it.
pub(crate) fn query(members: &'static [Member], call: &Call<'_>) -> Result<Value, ServiceError> {
    let mut document = Map::new();
    for pair in call.query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if let Some(member) = members.iter().find(|member| member.name == name) {
            // A number that is none stays a text, which its shape then refuses.
            let number = matches!(member.shape, Shape::Integer { .. }).then(|| value.parse::<i64>().ok());
            document.insert(name, number.flatten().map_or_else(|| value.into(), Value::from));
        }
    }
    values(&Shape::Structure(members), document)
}

fn decoded(text: &str) -> Result<String, ServiceError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| ServiceError::validation("The query is not UTF-8."))
}
