//! Names and ids as Bedrock takes them: mapped one to one, always the same way, and back.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use roo_sigv4::PayloadHash;

/// The longest name or id of a tool, in characters.
const MAX_LENGTH: usize = 64;

/// The longest name of a document, in characters.
const MAX_DOCUMENT_NAME_LENGTH: usize = 200;

/// The names of tools that Bedrock does not take, and what they are called on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ToolNames {
    to_wire: HashMap<String, String>,
    from_wire: HashMap<String, String>,
}

impl ToolNames {
    /// Maps all names of a request: the valid ones to themselves, the others around them.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut taken: HashSet<String> =
            names.clone().filter(|name| is_tool_name(name)).map(str::to_owned).collect();
        let mut map = Self::default();
        for name in names.filter(|name| !is_tool_name(name)) {
            if map.to_wire.contains_key(name) {
                continue;
            }
            // A name that another tool has already is rare beyond measure, but then a call would reach the wrong tool.
            let candidates = (0..).map(|round| match round {
                0 => mangled(name, "_-", name),
                round => mangled(name, "_-", &format!("{name}\n{round}")),
            });
            let Some(wire) = candidates.into_iter().find(|wire| !taken.contains(wire)) else { continue };
            taken.insert(wire.clone());
            map.from_wire.insert(wire.clone(), name.to_owned());
            map.to_wire.insert(name.to_owned(), wire);
        }
        map
    }

    pub(super) fn to_wire<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.to_wire.get(name).map_or(Cow::Borrowed(name), |wire| Cow::Owned(wire.clone()))
    }

    /// What the caller calls the tool that Bedrock calls `wire`.
    pub(crate) fn original(&self, wire: String) -> String {
        self.from_wire.get(&wire).cloned().unwrap_or(wire)
    }
}

pub(super) fn is_tool_name(name: &str) -> bool {
    is_identifier(name, "_-")
}

/// An id of a tool call as Bedrock takes it; as it is if Bedrock takes it so.
///
/// Mistral's models want nine letters and digits. They are a hash: cutting would make the same of all ids that begin
/// alike, as Bedrock's own do.
pub(super) fn tool_use_id(id: &str, is_mistral: bool) -> Cow<'_, str> {
    if is_mistral {
        let is_short = id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return if is_short { Cow::Borrowed(id) } else { Cow::Owned(hash(id, 9)) };
    }
    if is_identifier(id, "_.:-") { Cow::Borrowed(id) } else { Cow::Owned(mangled(id, "_.:-", id)) }
}

fn is_identifier(text: &str, marks: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len()) && text.chars().all(|letter| is_allowed(letter, marks))
}

fn is_allowed(letter: char, marks: &str) -> bool {
    letter.is_ascii_alphanumeric() || marks.contains(letter)
}

/// What can be kept of `text`, and a hash of `whole` that tells it from its like.
fn mangled(text: &str, marks: &str, whole: &str) -> String {
    let kept = text.chars().map(|letter| if is_allowed(letter, marks) { letter } else { '_' });
    let kept: String = kept.take(MAX_LENGTH - 9).collect();
    format!("{kept}_{}", hash(whole, 8))
}

fn hash(text: &str, length: usize) -> String {
    PayloadHash::sha256(text.as_bytes()).as_str().chars().take(length).collect()
}

/// The names of the documents of a request, each given out once.
#[derive(Debug, Default)]
pub(super) struct DocumentNames(HashSet<String>);

impl DocumentNames {
    /// A name of letters, digits, single spaces, hyphens, parentheses and square brackets that no document before has.
    /// A document without one is named by its content, so that its name does not depend on what stands before it.
    pub(super) fn next(&mut self, wanted: Option<&str>, content: &[u8]) -> String {
        let cleaned = wanted.map(clean_document_name).filter(|name| !name.is_empty());
        let name = cleaned.unwrap_or_else(|| {
            format!("document-{}", PayloadHash::sha256(content).as_str().chars().take(8).collect::<String>())
        });
        let mut unique = name.clone();
        let mut count = 1;
        while !self.0.insert(unique.clone()) {
            count += 1;
            let suffix = format!(" ({count})");
            let kept: String = name.chars().take(MAX_DOCUMENT_NAME_LENGTH - suffix.len()).collect();
            unique = kept.trim_end().to_owned() + &suffix;
        }
        unique
    }
}

fn clean_document_name(name: &str) -> String {
    let kept = |letter: char| letter.is_ascii_alphanumeric() || "-()[]".contains(letter);
    let spaced: String = name.chars().map(|letter| if kept(letter) { letter } else { ' ' }).collect();
    let cleaned: Vec<&str> = spaced.split_whitespace().collect();
    let cleaned: String = cleaned.join(" ").chars().take(MAX_DOCUMENT_NAME_LENGTH).collect();
    cleaned.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b23_tool_names_are_mapped_one_to_one_and_back() {
        let long = "mcp__".repeat(20);
        let names =
            ["fine", "has space", "has.space", "has/space", "ünïcode", "", long.as_str(), "has_space"];
        let map = ToolNames::new(names.into_iter());
        let wire: Vec<_> = names.iter().map(|name| map.to_wire(name).into_owned()).collect();
        assert!(wire.iter().all(|name| is_tool_name(name)), "{wire:?}");
        assert_eq!(wire.iter().collect::<HashSet<_>>().len(), names.len());
        for (name, wire) in names.iter().zip(wire) {
            assert_eq!(map.original(wire), *name);
        }
        assert_eq!(map.to_wire("fine"), "fine");
        assert_eq!(map, ToolNames::new(names.into_iter()));
    }

    #[test]
    fn b23_a_mapped_name_never_takes_the_place_of_a_valid_one() {
        let mangled = mangled("a b", "_-", "a b");
        let names = ["a b", mangled.as_str()];
        let map = ToolNames::new(names.into_iter());
        assert_ne!(map.to_wire("a b"), mangled);
        assert_eq!(map.to_wire(&mangled), mangled);
    }

    #[test]
    fn b22_ids_are_mapped_without_collision() {
        assert_eq!(tool_use_id("tooluse_a.b:c-d", false), "tooluse_a.b:c-d");
        let long = "x".repeat(65);
        let ids = ["call 1", "call/1", "call|1", long.as_str(), ""];
        let mapped: HashSet<_> = ids.iter().map(|id| tool_use_id(id, false).into_owned()).collect();
        assert_eq!(mapped.len(), ids.len());
        assert!(mapped.iter().all(|id| is_identifier(id, "_.:-")), "{mapped:?}");
    }

    #[test]
    fn b22_mistral_gets_nine_letters_that_differ_where_the_ids_do() {
        let [one, two] =
            ["tooluse_AbCdEfGhIj", "tooluse_AbCdEfGhIk"].map(|id| tool_use_id(id, true).into_owned());
        assert!(one.len() == 9 && two.len() == 9 && one != two, "{one} {two}");
        assert_eq!(tool_use_id("abcDEF123", true), "abcDEF123");
    }

    #[test]
    fn b39_document_names_are_clean_unique_and_always_the_same() {
        let name = |wanted: &str| DocumentNames::default().next(Some(wanted), b"");
        assert_eq!(name("Annual_report 2026.v2 (final) [a].pdf"), "Annual report 2026 v2 (final) [a] pdf");
        assert_eq!(name("a\u{3000}b\t\tc"), "a b c");
        assert_eq!(name(&"x".repeat(300)).len(), 200);
        let mut names = DocumentNames::default();
        assert_eq!(names.next(Some("a"), b""), "a");
        assert_eq!(names.next(Some("a!"), b""), "a (2)");
        let by_content = names.next(None, b"content");
        assert_eq!(by_content, DocumentNames::default().next(Some("???"), b"content"));
        assert!(by_content.starts_with("document-"));
    }
}
