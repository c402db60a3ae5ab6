//! Everything of a request that is no conversation: limits, sampling, tools, the form of the answer, the model's own
//! fields.

use std::borrow::Cow;
use std::collections::BTreeMap;

use roo_core::{MessageRequest, ResponseFormat, Result, Tool, ToolChoice, WarningKind};
use serde_json::{Map, Value, json};

use super::names::{ToolNames, is_tool_name};
use super::reasoning::Thinking;
use super::report::{Report, invalid};
use crate::model::{ModelFacts, ModelFamily};
use crate::options::BedrockOptions;
use crate::wire;

/// Where the caller's fields of the model's own are.
const FIELDS: &str = "/provider_options/bedrock/additional_model_request_fields";

/// Why a field of the caller's is not sent as it is.
const OTHERWISE: &str = "another setting of the request says something else";

/// Bedrock's integers have 32 bits and a sign.
pub(super) const MAX_TOKENS: u32 = i32::MAX as u32;

/// B47 to B50: limits and sampling.
pub(super) fn inference_config<'a>(
    request: &'a MessageRequest,
    thinking: &Thinking,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<wire::InferenceConfig<'a>> {
    if request.max_tokens == Some(0) {
        return Err(invalid("/max_tokens", "must be at least 1"));
    }
    if request.max_tokens.is_some_and(|tokens| tokens > MAX_TOKENS) {
        return Err(invalid("/max_tokens", format!("is more than Bedrock can be told ({MAX_TOKENS})")));
    }
    let mut max_tokens = thinking.max_tokens.or(request.max_tokens);
    let least = facts.min_max_tokens.and_then(|least| u32::try_from(least).ok());
    if let (Some(tokens), Some(least)) = (max_tokens, least)
        && tokens < least
    {
        report.change(WarningKind::Changed, "/max_tokens", format!("this model wants at least {least}"))?;
        max_tokens = Some(least);
    }
    let mut temperature = share("/temperature", request.temperature, report)?;
    let mut top_p = share("/top_p", request.top_p, report)?;
    let refused = match (facts.supports.sampling_params, thinking.is_on) {
        (Some(false), _) => Some("this model takes no sampling parameters"),
        (_, true) => Some("a model that thinks takes no sampling parameters"),
        _ => None,
    };
    if let Some(why) = refused {
        for (pointer, value) in [("/temperature", &mut temperature), ("/top_p", &mut top_p)] {
            if value.take().is_some() {
                report.change(WarningKind::Dropped, pointer, why)?;
            }
        }
    }
    if facts.supports.temperature_and_top_p_together == Some(false)
        && temperature.is_some()
        && top_p.take().is_some()
    {
        report.change(WarningKind::Dropped, "/top_p", "this model takes temperature or top_p, not both")?;
    }
    let mut stop_sequences = Vec::with_capacity(request.stop_sequences.len());
    for (place, sequence) in request.stop_sequences.iter().enumerate() {
        let why = match facts.supports.stop_sequences {
            _ if sequence.is_empty() => "an empty stop sequence",
            Some(false) => "this model takes no stop sequences",
            _ => {
                stop_sequences.push(sequence.as_str());
                continue;
            }
        };
        report.change(WarningKind::Dropped, &format!("/stop_sequences/{place}"), why)?;
    }
    Ok(wire::InferenceConfig { max_tokens, temperature, top_p, stop_sequences })
}

/// B48: Bedrock takes values from 0 to 1; other services go further.
fn share(pointer: &str, value: Option<f64>, report: &mut Report) -> Result<Option<f64>> {
    match value {
        Some(value) if value.is_nan() => Err(invalid(pointer, "is not a number")),
        Some(value) if !(0.0..=1.0).contains(&value) => {
            report.change(WarningKind::Changed, pointer, "Bedrock takes values from 0 to 1")?;
            Ok(Some(value.clamp(0.0, 1.0)))
        }
        value => Ok(value),
    }
}

/// How the form of an answer is asked for, and so how the answer is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum StructuredOutput {
    /// Free text, a form that the model keeps to by itself, or one that it was asked for in words.
    #[default]
    Text,
    /// A tool of this name, whose input is the answer.
    Tool(String),
}

impl StructuredOutput {
    /// Whether the input of the tool of this name is the answer.
    pub(crate) fn is_answer(&self, name: &str) -> bool {
        matches!(self, Self::Tool(tool) if tool == name)
    }
}

/// B59: the form of the answer.
pub(super) struct AnswerForm<'a> {
    pub(super) structured: StructuredOutput,
    pub(super) text_format: Option<wire::TextFormat<'a>>,
    pub(super) tool: Option<wire::Tool<'a>>,
    pub(super) instruction: Option<String>,
}

impl<'a> AnswerForm<'a> {
    pub(super) fn new(
        request: &'a MessageRequest,
        thinking: &Thinking,
        facts: &ModelFacts,
        report: &mut Report,
    ) -> Result<Self> {
        let free =
            Self { structured: StructuredOutput::Text, text_format: None, tool: None, instruction: None };
        let Some(ResponseFormat::JsonSchema { name, description, schema }) = &request.response_format else {
            return Ok(free);
        };
        let text = schema.to_string();
        let can_force = facts.supports.forced_tool_use != Some(false)
            && facts.supports.tool_choice != Some(false)
            && facts.supports.tools != Some(false)
            && !thinking.is_on;
        let is_choice_free = matches!(request.tool_choice, None | Some(ToolChoice::Auto));
        if facts.supports.native_structured_output == Some(true) {
            let structure =
                wire::Structure::JsonSchema { schema: text, name, description: description.as_deref() };
            Ok(Self { text_format: Some(wire::TextFormat { kind: "json_schema", structure }), ..free })
        } else if can_force && is_choice_free && schema.get("type").and_then(Value::as_str) == Some("object")
        {
            let taken = |name: &String| request.tools.iter().any(|tool| tool.name == *name);
            let mut names =
                (1..).map(|count| if count == 1 { "json".to_owned() } else { format!("json_{count}") });
            let tool_name = names.find(|name| !taken(name)).unwrap_or_default();
            let tool = wire::Tool::Spec {
                name: Cow::Owned(tool_name.clone()),
                description: Some(description.as_deref().unwrap_or("Give the answer as JSON.")),
                input_schema: wire::InputSchema { json: Cow::Borrowed(schema) },
                strict: None,
            };
            Ok(Self { structured: StructuredOutput::Tool(tool_name), tool: Some(tool), ..free })
        } else {
            let why = "this model cannot be held to a schema: it is asked for in words";
            report.change(WarningKind::Changed, "/response_format", why)?;
            let instruction =
                format!("Answer with JSON alone, without a code fence. It must fit this JSON schema: {text}");
            Ok(Self { instruction: Some(instruction), ..free })
        }
    }
}

/// B23, B29 to B34: the tools, each with its place in the request.
pub(super) fn tools<'a>(
    request: &'a MessageRequest,
    options: &'a BedrockOptions,
    names: &ToolNames,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<Vec<(wire::Tool<'a>, String)>> {
    let mut tools = Vec::with_capacity(request.tools.len() + options.system_tools.len());
    for (place, tool) in request.tools.iter().enumerate() {
        let pointer = format!("/tools/{place}");
        if request.tools.iter().take(place).any(|other| other.name == tool.name) {
            return Err(invalid(&format!("{pointer}/name"), "is the name of another tool already"));
        }
        tools.push((lower_tool(&pointer, tool, names, facts, report)?, pointer.clone()));
        tools.extend(tool.cache.map(|point| (wire::Tool::CachePoint(wire::CachePoint::new(point)), pointer)));
    }
    for name in &options.system_tools {
        if !is_tool_name(name) {
            return Err(invalid(
                "/provider_options/bedrock/system_tools",
                format!("{name:?} is no name of a tool"),
            ));
        }
        tools.push((wire::Tool::System { name }, "/provider_options/bedrock/system_tools".to_owned()));
    }
    Ok(tools)
}

fn lower_tool<'a>(
    pointer: &str,
    tool: &'a Tool,
    names: &ToolNames,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<wire::Tool<'a>> {
    if tool.name.is_empty() {
        return Err(invalid(&format!("{pointer}/name"), "is empty"));
    }
    if !is_tool_name(&tool.name) {
        let why = "the name of a tool that Bedrock does not take";
        report.change(WarningKind::Renamed, &format!("{pointer}/name"), why)?;
    }
    let schema_pointer = format!("{pointer}/input_schema");
    let json = match (&tool.input_schema, tool.input_schema.get("type")) {
        (Value::Object(_), Some(Value::String(kind))) if kind == "object" => {
            Cow::Borrowed(&tool.input_schema)
        }
        (Value::Object(members), None) => {
            report.change(WarningKind::Changed, &schema_pointer, "the type object was added at the root")?;
            let mut members = members.clone();
            members.insert("type".to_owned(), json!("object"));
            Cow::Owned(Value::Object(members))
        }
        _ => return Err(invalid(&schema_pointer, "must be a JSON schema with \"type\": \"object\"")),
    };
    let json = match json {
        json if facts.supports.schema_lookaround == Some(false) => {
            let mut schema = json.into_owned();
            drop_lookaround(&mut schema, &schema_pointer, report)?;
            Cow::Owned(schema)
        }
        json => json,
    };
    let description = tool.description.as_deref();
    if description.is_some_and(|description| description.trim().is_empty()) {
        report.change(WarningKind::Dropped, &format!("{pointer}/description"), "a blank description")?;
    }
    // B33: a family that nobody knows may take it.
    let takes_strict = match facts.supports.strict_tools {
        None => matches!(facts.family, ModelFamily::Claude | ModelFamily::Unknown),
        Some(known) => known,
    };
    let mut strict = tool.strict;
    if strict == Some(true) && !takes_strict {
        report.change(
            WarningKind::Dropped,
            &format!("{pointer}/strict"),
            "this model takes no strict tools",
        )?;
        strict = None;
    }
    Ok(wire::Tool::Spec {
        name: names.to_wire(&tool.name),
        description: description.filter(|description| !description.trim().is_empty()),
        input_schema: wire::InputSchema { json },
        strict,
    })
}

/// B30: some families refuse a schema whose regular expressions look around.
fn drop_lookaround(schema: &mut Value, pointer: &str, report: &mut Report) -> Result<()> {
    match schema {
        Value::Object(members) => {
            let looks_around =
                |pattern: &str| ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look));
            if members.get("pattern").and_then(Value::as_str).is_some_and(looks_around) {
                members.shift_remove("pattern");
                let why = "this model takes no look-around in a regular expression";
                report.change(WarningKind::Dropped, &format!("{pointer}/pattern"), why)?;
            }
            members.iter_mut().try_for_each(|(name, member)| {
                drop_lookaround(member, &format!("{pointer}/{}", token(name)), report)
            })
        }
        Value::Array(members) => members
            .iter_mut()
            .enumerate()
            .try_for_each(|(place, member)| drop_lookaround(member, &format!("{pointer}/{place}"), report)),
        _ => Ok(()),
    }
}

/// A name as a part of a JSON pointer.
fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// B31, B32: which tool must be called. `None` leaves it to the model.
pub(super) fn tool_choice<'a>(
    request: &'a MessageRequest,
    names: &ToolNames,
    thinking: &Thinking,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<Option<wire::ToolChoice<'a>>> {
    let choice = match &request.tool_choice {
        None | Some(ToolChoice::None) => return Ok(None),
        // It is what a model does that cannot be told.
        Some(ToolChoice::Auto) if facts.supports.tool_choice == Some(false) => return Ok(None),
        Some(ToolChoice::Auto) => return Ok(Some(wire::ToolChoice::Auto {})),
        Some(_) if request.tools.is_empty() => {
            return Err(invalid("/tool_choice", "asks for a tool, and there are no tools"));
        }
        Some(ToolChoice::Any) => wire::ToolChoice::Any {},
        Some(ToolChoice::Tool { name }) if request.tools.iter().any(|tool| tool.name == *name) => {
            wire::ToolChoice::Tool { name: names.to_wire(name) }
        }
        Some(ToolChoice::Tool { .. }) => {
            return Err(invalid("/tool_choice/name", "names a tool that is not among the tools"));
        }
        Some(_) => return Err(super::report::unsupported("/tool_choice", "this choice is not supported")),
    };
    if facts.supports.tool_choice == Some(false) {
        report.change(
            WarningKind::Dropped,
            "/tool_choice",
            "this model cannot be told which tool to call",
        )?;
        return Ok(None);
    }
    let why = match (thinking.is_on, facts.supports.forced_tool_use) {
        (true, _) => "a model that thinks cannot be forced to call a tool",
        (_, Some(false)) => "this model cannot be forced to call a tool",
        _ => return Ok(Some(choice)),
    };
    report.change(WarningKind::Changed, "/tool_choice", why)?;
    Ok(Some(wire::ToolChoice::Auto {}))
}

/// B47, B55, B56: the fields of the model's own. What follows from other settings wins over what the caller wrote.
pub(super) fn additional_fields(
    request: &MessageRequest,
    options: &BedrockOptions,
    thinking: &Thinking,
    facts: &ModelFacts,
    report: &mut Report,
) -> Result<Map<String, Value>> {
    let mut fields = options.additional_model_request_fields.clone();
    let mut derived = Map::new();
    if let Some(top_k) = request.top_k {
        match facts.family {
            _ if facts.supports.sampling_params == Some(false) || thinking.is_on => {
                report.change(
                    WarningKind::Dropped,
                    "/top_k",
                    "this model takes no sampling parameters here",
                )?;
            }
            ModelFamily::Claude => {
                derived.insert("top_k".to_owned(), json!(top_k));
            }
            ModelFamily::Nova | ModelFamily::Nova2 => {
                let config = fields.entry("inferenceConfig").or_insert_with(|| json!({}));
                let Some(config) = config.as_object_mut() else {
                    return Err(invalid(&format!("{FIELDS}/inferenceConfig"), "must be a JSON object"));
                };
                let theirs = config.insert("topK".to_owned(), json!(top_k));
                if theirs.is_some_and(|theirs| theirs != json!(top_k)) {
                    let pointer = format!("{FIELDS}/inferenceConfig/topK");
                    report.change(WarningKind::Changed, &pointer, OTHERWISE)?;
                }
            }
            _ => {
                report.change(WarningKind::Dropped, "/top_k", "nobody knows how this model is told top_k")?;
            }
        }
    }
    let has_tools = !(request.tools.is_empty() && options.system_tools.is_empty())
        && request.tool_choice != Some(ToolChoice::None);
    if let Some(parallel) = request.parallel_tool_calls {
        if !has_tools {
            report.change(WarningKind::Dropped, "/parallel_tool_calls", "there are no tools")?;
        } else if facts.family == ModelFamily::Claude
            && facts.supports.parallel_tool_use_config != Some(false)
        {
            derived.insert("tool_choice".to_owned(), json!({"disable_parallel_tool_use": !parallel}));
        } else {
            report.change(WarningKind::Dropped, "/parallel_tool_calls", "this model cannot be told")?;
        }
    } else if let Some(Value::Object(choice)) = fields.get_mut("tool_choice") {
        // The tool choice proper is a member of the request, and Bedrock refuses to be told twice.
        if choice.shift_remove("type").is_some() {
            let pointer = format!("{FIELDS}/tool_choice/type");
            report.change(WarningKind::Dropped, &pointer, "the tool choice is a setting of the request")?;
        }
    }
    derived.extend(thinking.fields.clone());
    for (name, value) in derived {
        if fields.get(&name).is_some_and(|theirs| *theirs != value) {
            report.change(WarningKind::Changed, &format!("{FIELDS}/{}", token(&name)), OTHERWISE)?;
        }
        fields.insert(name, value);
    }
    betas(options, facts, &mut fields, report)?;
    Ok(fields)
}

fn betas(
    options: &BedrockOptions,
    facts: &ModelFacts,
    fields: &mut Map<String, Value>,
    report: &mut Report,
) -> Result<()> {
    if options.anthropic_beta.is_empty() {
        return Ok(());
    }
    let pointer = "/provider_options/bedrock/anthropic_beta";
    if !matches!(facts.family, ModelFamily::Claude | ModelFamily::Unknown) {
        return report.change(
            WarningKind::Dropped,
            pointer,
            "only Claude models take beta flags of Anthropic",
        );
    }
    let mut flags: Vec<Value> = match fields.remove("anthropic_beta") {
        Some(Value::Array(flags)) => flags,
        Some(flag @ Value::String(_)) => vec![flag],
        None | Some(Value::Null) => Vec::new(),
        Some(_) => {
            return Err(invalid(&format!("{FIELDS}/anthropic_beta"), "must be a list of flags"));
        }
    };
    for (place, flag) in options.anthropic_beta.iter().enumerate() {
        if flag.trim().is_empty() {
            report.change(WarningKind::Dropped, &format!("{pointer}/{place}"), "a blank flag")?;
            continue;
        }
        let flag = json!(flag);
        if !flags.contains(&flag) {
            flags.push(flag);
        }
    }
    fields.insert("anthropic_beta".to_owned(), Value::Array(flags));
    Ok(())
}

/// B58: labels, at most sixteen, of letters, digits, white space and a few marks.
pub(super) fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<()> {
    let is_allowed =
        |letter: char| letter.is_ascii_alphanumeric() || " \t\n\r\x0b\x0c:_@$#=/+,-.".contains(letter);
    let fits = |text: &str, least: usize| {
        (least..=256).contains(&text.chars().count()) && text.chars().all(is_allowed)
    };
    if metadata.len() > 16 {
        return Err(invalid("/metadata", "has more than the sixteen labels that Bedrock takes"));
    }
    match metadata.iter().find(|(key, value)| !fits(key, 1) || !fits(value, 0)) {
        None => Ok(()),
        Some((key, _)) => {
            let why = "a key or value is too long (256) or has letters that Bedrock does not take";
            Err(invalid(&format!("/metadata/{}", token(key)), why))
        }
    }
}

/// The fields of the answer that are asked for must be JSON pointers.
pub(super) fn check_field_paths(paths: &[String]) -> Result<()> {
    let pointer = "/provider_options/bedrock/additional_model_response_field_paths";
    if paths.len() > 10 {
        return Err(invalid(pointer, "has more than the ten pointers that Bedrock takes"));
    }
    let is_pointer = |path: &String| path.starts_with('/') && path.chars().count() <= 256;
    match paths.iter().position(|path| !is_pointer(path)) {
        None => Ok(()),
        Some(place) => Err(invalid(
            &format!("{pointer}/{place}"),
            "is no JSON pointer (RFC 6901) of at most 256 letters",
        )),
    }
}
