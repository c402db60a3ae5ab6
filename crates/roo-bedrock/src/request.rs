//! From a [`MessageRequest`] to the body of Converse: pure, one builder for the streaming and the unary call.
//!
//! Each block is lowered by itself ([`blocks`]), then the rules of a conversation are applied ([`turns`]), then what
//! depends on the whole: reasoning, tools, the form of the answer, cache points. Every change is a warning with the place
//! in the caller's request, or an error where nothing may be changed. The same request is always the same bytes.

use bytes::Bytes;
use roo_core::{
    ContentBlock, Error, Message, MessageRequest, Result, Role, ToolChoice, Warning, WarningKind,
};

use crate::model::{ModelFacts, ModelFamily, ModelId, ModelIdKind};
use crate::options::{BedrockOptions, Repair};
use crate::wire;

mod blocks;
mod cache;
mod limits;
mod media;
mod names;
mod parameters;
mod reasoning;
mod report;
mod turns;

pub use cache::{CachePlan, PlannedCachePoint};
pub(crate) use names::ToolNames;
pub(crate) use parameters::StructuredOutput;

use blocks::Lowering;
use parameters::AnswerForm;
use reasoning::Thinking;
use report::{Report, invalid};
use turns::{Ends, Piece};

/// The most that Bedrock reads, in bytes.
const MAX_BODY_BYTES: usize = 25_000_000;

/// What a request is lowered for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'t> {
    pub(crate) facts: &'t ModelFacts,
    pub(crate) kind: ModelIdKind,
    /// The client's setting; the request's own wins.
    pub(crate) streaming: bool,
    /// The client's setting; the request's own wins.
    pub(crate) repair: Repair,
    /// Whether the model refused a beta flag before.
    pub(crate) betas_refused: bool,
}

/// A request ready to be signed and sent.
#[derive(Debug)]
pub(crate) struct ConverseRequest {
    pub(crate) body: Bytes,
    /// What was changed so that Bedrock takes it.
    pub(crate) warnings: Vec<Warning>,
    pub(crate) streaming: bool,
    pub(crate) names: ToolNames,
    pub(crate) structured: StructuredOutput,
    pub(crate) cache: CachePlan,
}

impl ConverseRequest {
    /// Checks a request against what Bedrock takes, repairs it, and writes it down.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`](roo_core::ErrorKind::InvalidRequest) or
    /// [`ErrorKind::Unsupported`](roo_core::ErrorKind::Unsupported); the message begins with the JSON pointer of the
    /// member.
    pub(crate) fn new(request: &MessageRequest, target: Target<'_>) -> Result<Self> {
        let mut options = request.provider_options.get::<BedrockOptions>()?.unwrap_or_default();
        let Target { facts, kind, .. } = target;
        let mut report = Report::new(options.repair.unwrap_or(target.repair));
        if target.betas_refused && !options.anthropic_beta.is_empty() {
            let pointer = "/provider_options/bedrock/anthropic_beta";
            report.change(WarningKind::Dropped, pointer, "the model refused a beta flag")?;
            options.anthropic_beta.clear();
        }
        parameters::check_metadata(&request.metadata)?;
        parameters::check_field_paths(&options.additional_model_response_field_paths)?;
        if kind == ModelIdKind::Prompt {
            check_prompt(request, &options)?;
        } else if !options.prompt_variables.is_empty() {
            let pointer = "/provider_options/bedrock/prompt_variables";
            report.change(WarningKind::Dropped, pointer, "only a prompt has variables")?;
            options.prompt_variables.clear();
        }

        let names = ToolNames::new(tool_names(request));
        let has_tools = !request.tools.is_empty() || !options.system_tools.is_empty();
        let tools_as_text = !has_tools || request.tool_choice == Some(ToolChoice::None);
        let cannot_stream = facts.supports.streaming == Some(false)
            || (!tools_as_text && facts.supports.streaming_tools == Some(false));
        if cannot_stream && options.streaming == Some(true) {
            let pointer = "/provider_options/bedrock/streaming";
            report.change(WarningKind::Changed, pointer, "this model does not stream this")?;
        }
        // The events are the same, so nothing is lost where streaming was not asked for by name.
        let streaming = !cannot_stream && options.streaming.unwrap_or(target.streaming);
        let mut lowering = Lowering {
            facts,
            names: &names,
            documents: names::DocumentNames::default(),
            tools_as_text,
            report: &mut report,
        };
        let mut system = lowering.system(&request.system, &request.messages)?;
        let turns = lowering.turns(&request.messages)?;
        let ends = Ends { prefill: facts.supports.assistant_prefill, fill_in: options.fill_in_user_turns };
        let mut turns = if kind == ModelIdKind::Prompt && turns.0.is_empty() {
            turns
        } else {
            turns.settle(ends, facts.family == ModelFamily::Mistral, &mut report)?
        };
        limits::check(&turns)?;

        let thinking = Thinking::new(request.reasoning, request.max_tokens, &turns, facts, &mut report)?;
        let form = AnswerForm::new(request, &thinking, facts, &mut report)?;
        if let Some(instruction) = form.instruction {
            let block = wire::Block::Text(instruction.into());
            system.push(Piece { block, pointer: "/response_format".to_owned() });
        }
        let is_without_tools = request.tool_choice == Some(ToolChoice::None);
        let mut tools = match is_without_tools {
            true => Vec::new(),
            false => parameters::tools(request, &options, &names, facts, &mut report)?,
        };
        let mut tool_choice = parameters::tool_choice(request, &names, &thinking, facts, &mut report)?;
        if let Some(tool) = form.tool {
            tools.push((tool, "/response_format".to_owned()));
            tool_choice = Some(wire::ToolChoice::Any {});
        }
        cache::settle(&mut tools, &mut system, &mut turns, request.cache, facts, &mut report)?;

        let inference_config = parameters::inference_config(request, &thinking, facts, &mut report)?;
        let additional_model_request_fields =
            parameters::additional_fields(request, &options, &thinking, facts, &mut report)?;
        let mut guardrail_config = options.guardrail.clone();
        if let Some(guardrail) = guardrail_config.as_mut().filter(|_| !streaming)
            && guardrail.stream_processing_mode.take().is_some()
        {
            let pointer = "/provider_options/bedrock/guardrail/streamProcessingMode";
            report.change(WarningKind::Dropped, pointer, "the answer is not streamed")?;
        }
        let body = wire::Converse {
            system: system.into_iter().map(|piece| piece.block).collect(),
            messages: turns.0.into_iter().map(wire::Turn::from).collect(),
            inference_config,
            tool_config: (!tools.is_empty()).then(|| wire::ToolConfig {
                tools: tools.into_iter().map(|(tool, _)| tool).collect(),
                tool_choice,
            }),
            guardrail_config,
            additional_model_request_fields,
            prompt_variables: options
                .prompt_variables
                .iter()
                .map(|(name, text)| (name.as_str(), wire::PromptVariable { text }))
                .collect(),
            additional_model_response_field_paths: &options.additional_model_response_field_paths,
            request_metadata: &request.metadata,
            performance_config: options.latency.map(|latency| wire::PerformanceConfig { latency }),
            service_tier: options.service_tier.map(|kind| wire::ServiceTierConfig { kind }),
            output_config: wire::OutputConfig { text_format: form.text_format, effort: thinking.effort },
        };
        let cache = cache::plan(&body, facts);
        let body = serde_json::to_vec(&body)
            .map_err(|error| invalid("", "cannot be written as JSON").with_source(error))?;
        if body.len() > MAX_BODY_BYTES {
            return Err(too_large(request, body.len()));
        }
        Ok(Self {
            body: body.into(),
            warnings: report.into_warnings(),
            streaming,
            names,
            structured: form.structured,
            cache,
        })
    }
}

/// Checks a model id as far as Bedrock's own check would not tell what is wrong.
pub(crate) fn check_model(model: Option<&str>) -> Result<ModelId> {
    let model = model.unwrap_or_default();
    let why = match model {
        "" => "no model was named",
        blank if blank.trim().is_empty() => "the model id is blank",
        // The URL would lose them.
        "." | ".." => "this is not a model id",
        long if long.len() > 2048 => "the model id is longer than 2048 characters",
        _ => return Ok(ModelId::parse(model)),
    };
    Err(invalid("/model", why).with_hint(
        "Give a model id such as anthropic.claude-3-sonnet-20240229-v1:0, an inference profile id or an ARN.",
    ))
}

/// Names the message that takes most of the room.
fn too_large(request: &MessageRequest, length: usize) -> Error {
    let size = |message: &Message| serde_json::to_vec(message).map_or(0, |json| json.len());
    let largest = request.messages.iter().enumerate().max_by_key(|(_, message)| size(message));
    let pointer = largest.map(|(place, _)| format!("/messages/{place}")).unwrap_or_default();
    let why = format!(
        "is the largest part of a request of {length} bytes, and Bedrock reads at most {MAX_BODY_BYTES}"
    );
    invalid(&pointer, why).with_hint("Send fewer or smaller images, or shorten the conversation.")
}

/// A prompt of Prompt Management brings these along, and Bedrock refuses to be told them again.
fn check_prompt(request: &MessageRequest, options: &BedrockOptions) -> Result<()> {
    let refused = [
        ("/system", !request.system.is_empty()),
        ("/messages/0", request.messages.first().is_some_and(|first| first.role == Role::System)),
        ("/tools", !request.tools.is_empty()),
        ("/tool_choice", request.tool_choice.is_some()),
        ("/max_tokens", request.max_tokens.is_some()),
        ("/temperature", request.temperature.is_some()),
        ("/top_p", request.top_p.is_some()),
        ("/top_k", request.top_k.is_some()),
        ("/stop_sequences", !request.stop_sequences.is_empty()),
        ("/reasoning", request.reasoning.is_some()),
        ("/response_format", request.response_format.is_some()),
        ("/parallel_tool_calls", request.parallel_tool_calls.is_some()),
        ("/provider_options/bedrock/system_tools", !options.system_tools.is_empty()),
        ("/provider_options/bedrock/anthropic_beta", !options.anthropic_beta.is_empty()),
        (
            "/provider_options/bedrock/additional_model_request_fields",
            !options.additional_model_request_fields.is_empty(),
        ),
    ];
    match refused.into_iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((pointer, _)) => Err(invalid(pointer, "cannot be set for a prompt, which brings its own")),
    }
}

/// All names of tools in a request, in definitions and in the history.
fn tool_names(request: &MessageRequest) -> impl Iterator<Item = &str> + Clone {
    let defined = request.tools.iter().map(|tool| tool.name.as_str());
    let called =
        request.messages.iter().flat_map(|message| &message.content).filter_map(|block| match block {
            ContentBlock::ToolUse(call) => Some(call.name.as_str()),
            _ => None,
        });
    defined.chain(called)
}

impl<'a> From<turns::Turn<'a>> for wire::Turn<'a> {
    fn from(turn: turns::Turn<'a>) -> Self {
        Self { role: turn.role, content: turn.pieces.into_iter().map(|piece| piece.block).collect() }
    }
}

#[cfg(test)]
mod tests;
