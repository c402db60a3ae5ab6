//! A small language for the shapes of an API, and the walk that holds a document against one.

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::path::Path;

/// What a JSON value must be.
pub(crate) enum Shape {
    /// A string: bounds of its length in characters, and the characters it may have.
    Text {
        min: usize,
        max: usize,
        pattern: Option<Pattern>,
    },
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A whole number within bounds.
    Integer {
        min: i64,
        max: i64,
    },
    /// A number within bounds.
    Number {
        min: f64,
        max: f64,
    },
    Boolean,
    /// Any JSON value.
    Document,
    /// Base64 of at least this many bytes.
    Blob {
        min: usize,
    },
    /// A list of values of one shape.
    List {
        items: &'static Shape,
        min: usize,
        max: usize,
    },
    /// An object with keys that the caller chooses.
    Map {
        keys: &'static Shape,
        values: &'static Shape,
        min: usize,
        max: usize,
    },
    /// An object with these members.
    Structure(&'static [Member]),
    /// An object with exactly one of these members.
    Union(&'static [Member]),
}

/// A member of a structure or union.
pub(crate) struct Member {
    pub(super) name: &'static str,
    pub(super) shape: &'static Shape,
    pub(super) is_required: bool,
}

impl Member {
    pub(super) const fn required(name: &'static str, shape: &'static Shape) -> Self {
        Self { name, shape, is_required: true }
    }

    pub(super) const fn optional(name: &'static str, shape: &'static Shape) -> Self {
        Self { name, shape, is_required: false }
    }
}

/// A restriction of a string: the regular expression AWS documents, and the same thing as code.
pub(crate) struct Pattern {
    pub(super) written: &'static str,
    pub(super) accepts: fn(&str) -> bool,
}

/// What a walk has found.
#[derive(Default)]
struct Findings {
    /// Members that are not in the shape, as whole sentences.
    extra: Vec<String>,
    /// Violated constraints, as AWS words them.
    violations: Vec<String>,
}

/// Holds a document against a shape; the message names every violation with its path.
pub(super) fn check(shape: &Shape, document: &Value) -> Result<(), String> {
    let mut findings = Findings::default();
    walk(shape, document, &Path::Root, &mut findings);
    let Findings { extra, violations } = findings;
    match violations.len() {
        _ if !extra.is_empty() => Err(extra.join("; ")),
        0 => Ok(()),
        1 => Err(format!("1 validation error detected: {}", violations.join("; "))),
        count => Err(format!("{count} validation errors detected: {}", violations.join("; "))),
    }
}

/// The message for one missing member.
pub(super) fn missing(path: &Path<'_>) -> String {
    format!("1 validation error detected: {}", missing_member(path))
}

fn missing_member(path: &Path<'_>) -> String {
    format!("Value null at '{}' failed to satisfy constraint: Member must not be null", path.in_constraint())
}

impl Findings {
    fn violation(&mut self, path: &Path<'_>, value: &Value, constraint: &str) {
        let shown = shown(value);
        let place = path.in_constraint();
        self.violations
            .push(format!("Value '{shown}' at '{place}' failed to satisfy constraint: {constraint}"));
    }

    fn length(&mut self, path: &Path<'_>, value: &Value, length: usize, min: usize, max: usize) {
        if length < min {
            self.violation(path, value, &format!("Member must have length greater than or equal to {min}"));
        }
        if length > max {
            self.violation(path, value, &format!("Member must have length less than or equal to {max}"));
        }
    }

    fn range<N: PartialOrd + Display>(
        &mut self,
        path: &Path<'_>,
        value: &Value,
        number: &N,
        min: &N,
        max: &N,
    ) {
        if number < min {
            self.violation(path, value, &format!("Member must have value greater than or equal to {min}"));
        }
        if number > max {
            self.violation(path, value, &format!("Member must have value less than or equal to {max}"));
        }
    }
}

/// The value for a message: whole if it is short.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 64;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= LONGEST {
        text
    } else {
        text.chars().take(LONGEST).chain("...".chars()).collect()
    }
}

fn walk(shape: &Shape, value: &Value, path: &Path<'_>, findings: &mut Findings) {
    match shape {
        Shape::Text { min, max, pattern } => match value.as_str() {
            Some(text) => {
                findings.length(path, value, text.chars().count(), *min, *max);
                if let Some(pattern) = pattern.as_ref().filter(|pattern| !(pattern.accepts)(text)) {
                    let constraint =
                        format!("Member must satisfy regular expression pattern: {}", pattern.written);
                    findings.violation(path, value, &constraint);
                }
            }
            None => findings.violation(path, value, "Member must be a string"),
        },
        Shape::Choice(choices) => {
            if !value.as_str().is_some_and(|text| choices.contains(&text)) {
                let constraint = format!("Member must satisfy enum value set: [{}]", choices.join(", "));
                findings.violation(path, value, &constraint);
            }
        }
        Shape::Integer { min, max } => match value.as_i64() {
            Some(number) => findings.range(path, value, &number, min, max),
            None => findings.violation(path, value, "Member must be an integer"),
        },
        Shape::Number { min, max } => match value.as_f64() {
            Some(number) => findings.range(path, value, &number, min, max),
            None => findings.violation(path, value, "Member must be a number"),
        },
        Shape::Boolean if value.is_boolean() => {}
        Shape::Boolean => findings.violation(path, value, "Member must be a boolean"),
        Shape::Document => {}
        Shape::Blob { min } => match value.as_str().map(|text| STANDARD.decode(text)) {
            Some(Ok(bytes)) => findings.length(path, value, bytes.len(), *min, usize::MAX),
            _ => findings.violation(path, value, "Member must be base64 (standard alphabet, padded)"),
        },
        Shape::List { items, min, max } => match value.as_array() {
            Some(list) => {
                findings.length(path, value, list.len(), *min, *max);
                for (index, item) in list.iter().enumerate() {
                    walk(items, item, &path.item(index), findings);
                }
            }
            None => findings.violation(path, value, "Member must be a list"),
        },
        Shape::Map { keys, values, min, max } => match value.as_object() {
            Some(map) => {
                findings.length(path, value, map.len(), *min, *max);
                for (key, value) in map {
                    let path = path.member(key);
                    walk(keys, &Value::String(key.clone()), &path, findings);
                    walk(values, value, &path, findings);
                }
            }
            None => findings.violation(path, value, "Member must be an object"),
        },
        Shape::Structure(members) => match value.as_object() {
            Some(object) => {
                walk_members(members, object, path, findings);
            }
            None => findings.violation(path, value, "Member must be an object"),
        },
        Shape::Union(members) => match value.as_object() {
            Some(object) => {
                let is_sound = walk_members(members, object, path, findings);
                let present = object.values().filter(|value| !value.is_null()).count();
                // A member of a name that is not known has been reported already.
                if is_sound && present != 1 {
                    let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                    let constraint =
                        format!("Member must have exactly one of the members [{}]", names.join(", "));
                    findings.violation(path, value, &constraint);
                }
            }
            None => findings.violation(path, value, "Member must be an object"),
        },
    }
}

/// Walks the members of an object. A member that is `null` counts as absent. False if there were extra
/// members.
fn walk_members(
    members: &'static [Member],
    object: &Map<String, Value>,
    path: &Path<'_>,
    findings: &mut Findings,
) -> bool {
    let mut has_extra = false;
    for name in object.keys().filter(|name| !members.iter().any(|member| member.name == *name)) {
        has_extra = true;
        findings.extra.push(format!("{}: Extra inputs are not permitted", path.member(name)));
    }
    for member in members {
        let path = path.member(member.name);
        match object.get(member.name).filter(|value| !value.is_null()) {
            Some(value) => walk(member.shape, value, &path, findings),
            None if member.is_required => findings.violations.push(missing_member(&path)),
            None => {}
        }
    }
    !has_extra
}
