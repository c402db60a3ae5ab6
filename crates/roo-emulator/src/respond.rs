//! What is answered to a valid request: the script if there is one, else the emulator's own answer.

use http::Response;
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::json::set;
use crate::model::Model;
use crate::operation::Call;
use crate::prompt_cache::CacheUse;
use crate::response::Body;
use crate::script::ScriptedAnswer;

mod arithmetic;
mod brain;
mod citing;
mod fill;
mod guarding;
pub(crate) mod request;
pub(crate) mod signature;
pub(crate) mod thinking;
pub(crate) mod tokens;
mod tool_call;

use guarding::Guard;
use request::ConverseRequest;

pub(crate) use brain::SELF;

/// An answer of the model, in no particular form yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Content blocks in their wire form.
    pub(crate) blocks: Vec<Value>,
    pub(crate) stop_reason: String,
    /// The sequence that ended the answer, if one did.
    pub(crate) stop_sequence: Option<String>,
    pub(crate) usage: Usage,
    /// A `GuardrailTraceAssessment`, if one was asked for.
    pub(crate) guardrail_trace: Option<Value>,
}

/// Token counts that add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Without what the cache has served or taken in.
    pub(crate) input: u64,
    pub(crate) output: u64,
    pub(crate) cache: CacheUse,
}

/// An answer of the model, or an HTTP answer that a script dictates.
pub(crate) enum Outcome {
    Answer(Answer),
    Response(Response<Body>),
}

impl Answer {
    /// A made-up latency that depends on the answer only, so that the same request has the same answer.
    pub(crate) fn latency_ms(&self) -> u64 {
        100 + 10 * self.usage.output
    }

    /// The answer of the model itself, as far as `additionalModelResponseFieldPaths` can point into it: in the
    /// form of a whole answer and in that of a stream.
    pub(crate) fn model_fields(&self) -> Value {
        let thinking = self.blocks.iter().filter(|block| block.get("reasoningContent").is_some());
        let stop = json!({ "stop_reason": self.stop_reason, "stop_sequence": self.stop_sequence });
        json!({
            "stop_reason": self.stop_reason,
            "stop_sequence": self.stop_sequence,
            "delta": stop,
            "usage": {
                "input_tokens": self.usage.input,
                "output_tokens": self.usage.output,
                "output_tokens_details": { "thinking_tokens": thinking.map(tokens::of_block).sum::<u64>() },
            },
        })
    }
}

impl Usage {
    pub(crate) fn to_json(self) -> Value {
        let Self { input, output, cache } = self;
        let mut usage = json!({
            "cacheReadInputTokens": cache.read,
            "cacheWriteInputTokens": cache.written(),
            "inputTokens": input,
            "outputTokens": output,
            // Not in AWS's service model, yet the service sends it.
            "serverToolUsage": {},
            "totalTokens": input + output + cache.read + cache.written(),
        });
        let written = [("5m", cache.written_for_5_minutes), ("1h", cache.written_for_1_hour)];
        let details: Vec<Value> = written
            .iter()
            .filter(|(_, tokens)| *tokens > 0)
            .map(|(ttl, tokens)| json!({ "ttl": ttl, "inputTokens": tokens }))
            .collect();
        if !details.is_empty() {
            set(&mut usage, "cacheDetails", details.into());
        }
        usage
    }
}

/// Answers a request that has been found valid.
pub(crate) fn respond(
    request: &mut ConverseRequest,
    model: Model<'_>,
    call: &mut Call<'_>,
) -> Result<Outcome, ServiceError> {
    if let Some(response) = call.scripted_response()? {
        return Ok(Outcome::Response(response));
    }
    let mut guard = Guard::of(request, call);
    if let Some(refusal) = guard.as_mut().and_then(|guard| guard.check_input(request)) {
        return Ok(Outcome::Answer(refusal));
    }
    let mut answer = match call.take_reply() {
        None => brain::answer(request, model, &mut call.random),
        Some(reply) => match reply.into_answer() {
            Ok(scripted) => complete(scripted),
            Err(reply) => return reply.into_response(call).map(Outcome::Response),
        },
    };
    if answer.usage == Usage::default() {
        answer.usage = usage(request, model, &answer.blocks, call);
    }
    if let Some(guard) = &mut guard {
        guard.check_output(&mut answer);
    }
    Ok(Outcome::Answer(answer))
}

/// What is not served by the cache counts as input.
fn usage(request: &ConverseRequest, model: Model<'_>, blocks: &[Value], call: &Call<'_>) -> Usage {
    let points = tokens::cache_points(request, model);
    let cached = points.last().map_or(0, |point| point.tokens);
    Usage {
        input: tokens::of_request(request) - cached,
        output: tokens::of_blocks(blocks),
        cache: call.service.prompt_cache.serve(&points, call.service.now()),
    }
}

/// Fills in the stop reason of a scripted answer, if it leaves that open.
fn complete(scripted: ScriptedAnswer) -> Answer {
    let ScriptedAnswer { blocks, stop_reason, usage } = scripted;
    let has_tool_use = blocks.iter().any(|block| block.get("toolUse").is_some());
    let natural_reason = if has_tool_use { "tool_use" } else { "end_turn" };
    let usage = usage.map(|(input, output)| Usage { input, output, ..Usage::default() });
    Answer {
        blocks,
        stop_reason: stop_reason.unwrap_or_else(|| natural_reason.to_owned()),
        stop_sequence: None,
        usage: usage.unwrap_or_default(),
        guardrail_trace: None,
    }
}
