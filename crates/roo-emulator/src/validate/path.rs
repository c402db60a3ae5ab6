//! The place of a value in a request, in the two notations AWS uses.

use std::fmt;

/// A path from the root of the document, each step on the stack of the walk that made it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    /// An item of a list, counted from zero.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) fn member(&'a self, name: &'a str) -> Path<'a> {
        Path::Member(self, name)
    }

    pub(super) fn item(&'a self, index: usize) -> Path<'a> {
        Path::Item(self, index)
    }

    /// The notation of constraint violations: `messages.1.member.content`, counted from one.
    pub(super) fn in_constraint(self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Member(parent, name) => joined(parent.in_constraint(), name),
            Self::Item(parent, index) => joined(parent.in_constraint(), &format!("{}.member", index + 1)),
        }
    }
}

fn joined(parent: String, step: &str) -> String {
    if parent.is_empty() { step.to_owned() } else { parent + "." + step }
}

/// The notation of everything else: `messages.0.content`, counted from zero.
impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parent, step): (_, &dyn fmt::Display) = match self {
            Self::Root => return Ok(()),
            Self::Member(parent, name) => (parent, name),
            Self::Item(parent, index) => (parent, index),
        };
        match parent {
            Path::Root => write!(formatter, "{step}"),
            parent => write!(formatter, "{parent}.{step}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations() {
        let messages = Path::Root.member("messages");
        let first = messages.item(0);
        let content = first.member("content");
        assert_eq!(content.to_string(), "messages.0.content");
        assert_eq!(content.in_constraint(), "messages.1.member.content");
        assert_eq!(Path::Root.to_string(), "");
    }
}
