//! Each rule of lowering by its number: what goes in, the exact body that comes out, and what is said about it.
#![allow(clippy::needless_pass_by_value, reason = "calls read better without references to `json!`")]

use std::fs::File;
use std::io::Write as _;
use std::sync::{Mutex, OnceLock};

use roo_core::{ErrorKind, MessageRequest, Result, WarningKind};
use serde_json::{Value, json};

use super::{ConverseRequest, Target};
use crate::model::{ModelId, ModelTable};
use crate::options::Repair;

mod media;
mod parameters;
mod properties;
mod tools;
mod turns;

/// Claude 3: tools and images, no thinking, nothing special.
const CLAUDE: &str = "anthropic.claude-3-sonnet-20240229-v1:0";
/// Thinks with a budget.
const CLAUDE_BUDGET: &str = "anthropic.claude-3-7-sonnet-20250219-v1:0";
/// Takes a schema natively, `strict`, and cache points for an hour.
const CLAUDE_4_5: &str = "anthropic.claude-sonnet-4-5-20250929-v1:0";
/// Thinks adaptively or with a budget, and takes no prefill.
const CLAUDE_4_6: &str = "anthropic.claude-opus-4-6-v1";
/// Thinks adaptively only; no sampling, no `strict`.
const CLAUDE_4_7: &str = "anthropic.claude-opus-4-7";
const NOVA: &str = "amazon.nova-lite-v1:0";
const GPT: &str = "openai.gpt-5.6-sol";
const MISTRAL: &str = "mistral.mistral-large-2407-v1:0";
/// Nobody knows anything about it.
const UNKNOWN: &str = "acme.thinker-v1:0";

const DROPPED: WarningKind = WarningKind::Dropped;
const MERGED: WarningKind = WarningKind::Merged;
const MOVED: WarningKind = WarningKind::Moved;
const RENAMED: WarningKind = WarningKind::Renamed;
const CHANGED: WarningKind = WarningKind::Changed;
const ADDED: WarningKind = WarningKind::Added;

/// Lowers a request as the provider does, and writes the body down where `ROO_BODIES` says, for `tests/boto3`.
fn lower_with(
    model: &str,
    request: &MessageRequest,
    repair: Repair,
    streaming: bool,
) -> Result<ConverseRequest> {
    let id = ModelId::parse(model);
    let facts = ModelTable::builtin().facts(&id);
    let target = Target { facts: &facts, kind: id.kind(), streaming, repair, betas_refused: false };
    let lowered = ConverseRequest::new(request, target)?;
    record(model, &lowered);
    Ok(lowered)
}

fn record(model: &str, lowered: &ConverseRequest) {
    static FILE: OnceLock<Option<Mutex<File>>> = OnceLock::new();
    let file = FILE.get_or_init(|| Some(Mutex::new(File::create(std::env::var_os("ROO_BODIES")?).unwrap())));
    let Some(file) = file else { return };
    let body: Value = serde_json::from_slice(&lowered.body).unwrap();
    let line = json!({"model": model, "body": body, "streaming": lowered.streaming}).to_string();
    writeln!(file.lock().unwrap(), "{line}").unwrap();
}

fn lower(model: &str, request: &MessageRequest, repair: Repair) -> Result<ConverseRequest> {
    lower_with(model, request, repair, true)
}

fn body(lowered: &ConverseRequest) -> Value {
    serde_json::from_slice(&lowered.body).unwrap()
}

/// The request becomes this body with these warnings, twice the same; strictly, the first warning is an error.
#[track_caller]
fn lowers(model: &str, request: &MessageRequest, expected: Value, warnings: &[(WarningKind, &str)]) {
    let lowered = lower(model, request, Repair::Lenient).unwrap();
    let said: Vec<_> = lowered
        .warnings
        .iter()
        .map(|warning| (warning.kind, warning.pointer.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!((body(&lowered), &*said), (expected, warnings));
    assert_eq!(lower(model, request, Repair::Lenient).unwrap().body, lowered.body, "the same bytes again");
    match (lower(model, request, Repair::Strict), warnings.first()) {
        (Ok(strict), None) => assert_eq!(strict.body, lowered.body),
        (Err(error), Some((_, pointer))) => {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
            let begin = format!("{pointer}: would have to be changed");
            assert!(error.message().starts_with(&begin), "{begin:?} does not begin {error}");
        }
        (Ok(_), Some(_)) => panic!("strictly, this should be refused"),
        (Err(error), None) => panic!("{error}"),
    }
}

/// As [`lowers`], for what the messages become; `tools` and the like are left aside.
#[track_caller]
fn lowers_member(
    model: &str,
    request: &MessageRequest,
    member: &str,
    expected: &Value,
    warnings: &[(WarningKind, &str)],
) {
    let mut whole = body(&lower(model, request, Repair::Lenient).unwrap());
    let found = whole.pointer(member).cloned().unwrap_or_default();
    assert_eq!(found, *expected, "{member}");
    whole = body(&lower(model, request, Repair::Lenient).unwrap());
    lowers(model, request, whole, warnings);
}

/// The request is refused, leniently and strictly alike, with a message that begins with this place.
#[track_caller]
fn refuses(model: &str, request: &MessageRequest, kind: ErrorKind, place: &str) {
    for repair in [Repair::Lenient, Repair::Strict] {
        match lower(model, request, repair) {
            Ok(_) => panic!("{place}: this should be refused"),
            Err(error) => {
                assert!(
                    error.message().starts_with(&format!("{place}: ")),
                    "{place:?} does not begin {error}"
                );
                assert_eq!(error.kind(), kind, "{error}");
            }
        }
    }
}

#[track_caller]
fn is_invalid(model: &str, request: &MessageRequest, place: &str) {
    refuses(model, request, ErrorKind::InvalidRequest, place);
}

fn hello() -> MessageRequest {
    MessageRequest::new().with_user("hello")
}

/// What [`hello`] becomes, with more members.
fn hello_with(members: Value) -> Value {
    let mut body = json!({"messages": [user(json!([{"text": "hello"}]))]});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

fn user(content: Value) -> Value {
    json!({"role": "user", "content": content})
}

fn assistant(content: Value) -> Value {
    json!({"role": "assistant", "content": content})
}

/// A tool named `t` and what it becomes.
fn tool() -> roo_core::Tool {
    roo_core::Tool::new("t", json!({"type": "object"}))
}

fn tool_config() -> Value {
    json!({"tools": [{"toolSpec": {"name": "t", "inputSchema": {"json": {"type": "object"}}}}]})
}
