//! Constructors and shapes that several operations share.

use super::shape::{Pattern, Shape};

pub(super) const ANY: usize = usize::MAX;

pub(super) const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: None }
}

pub(super) const fn matching(
    min: usize,
    max: usize,
    written: &'static str,
    accepts: fn(&str) -> bool,
) -> Shape {
    Shape::Text { min, max, pattern: Some(Pattern { written, accepts }) }
}

pub(super) const fn list(items: &'static Shape) -> Shape {
    Shape::List { items, min: 0, max: ANY }
}

pub(super) static TEXT: Shape = text(0, ANY);
pub(super) static NON_EMPTY: Shape = text(1, ANY);
pub(super) static DOCUMENT: Shape = Shape::Document;
pub(super) static BOOLEAN: Shape = Shape::Boolean;
pub(super) static NON_EMPTY_BLOB: Shape = Shape::Blob { min: 1 };
pub(super) static ACCOUNT: Shape =
    matching(12, 12, "[0-9]{12}", |text| text.bytes().all(|byte| byte.is_ascii_digit()));
pub(super) static S3_URI: Shape =
    matching(1, 1024, r"s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?", is_s3_uri);
pub(super) static QUALIFIERS: Shape = list(&QUALIFIER);
static QUALIFIER: Shape = Shape::Choice(&["grounding_source", "query", "guard_content"]);
pub(super) static GUARD_IMAGE_FORMAT: Shape = Shape::Choice(&["png", "jpeg"]);
pub(super) static GUARDRAIL_ID: Shape = matching(
    0,
    2048,
    "(|([a-z0-9]+)|(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail/[a-z0-9]+))",
    |text| text.starts_with("arn:aws") && text.contains(":guardrail/") || is_lower_alphanumeric(text),
);
pub(super) static GUARDRAIL_VERSION: Shape = matching(0, 8, "(|([1-9][0-9]{0,7})|(DRAFT))", |text| {
    text == "DRAFT" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
});
pub(super) static LATENCY: Shape = Shape::Choice(&["standard", "optimized"]);
pub(super) static SERVICE_TIER_TYPE: Shape = Shape::Choice(&["priority", "default", "flex", "reserved"]);
pub(super) static MAX_RESULTS: Shape = Shape::Integer { min: 1, max: 1000 };
pub(super) static NEXT_TOKEN: Shape =
    matching(1, 2048, r"\S*", |text| !text.chars().any(char::is_whitespace));

pub(super) fn only(text: &str, punctuation: &[u8]) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || punctuation.contains(&byte))
}

pub(super) fn is_lower_alphanumeric(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_s3_uri(text: &str) -> bool {
    let Some(location) = text.strip_prefix("s3://") else { return false };
    let bucket = location.split('/').next().unwrap_or_default();
    let inner = bucket.trim_matches(['.', '-']);
    (3..=63).contains(&bucket.len())
        && inner.len() == bucket.len()
        && bucket
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}
