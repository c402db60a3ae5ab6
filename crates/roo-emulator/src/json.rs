//! Building JSON objects.

use serde_json::Value;

/// Sets a member of an object. A value that is no object is left alone.
pub(crate) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
