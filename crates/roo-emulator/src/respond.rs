//! What is answered to a valid request: the script if there is one, else the emulator's own answer.

use http::Response;
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::operation::Call;
use crate::response::Body;
use crate::script::ScriptedAnswer;

mod arithmetic;
mod brain;
mod fill;
pub(crate) mod request;
mod tokens;
mod tool_call;

use request::ConverseRequest;

/// An answer of the model, in no particular form yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Content blocks in their wire form.
    pub(crate) blocks: Vec<Value>,
    pub(crate) stop_reason: String,
    pub(crate) usage: Usage,
}

/// Token counts that add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) input: u64,
    pub(crate) output: u64,
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
}

impl Usage {
    pub(crate) fn to_json(self) -> Value {
        json!({
            "cacheReadInputTokens": 0,
            "cacheWriteInputTokens": 0,
            "inputTokens": self.input,
            "outputTokens": self.output,
            // Not in AWS's service model, yet the service sends it.
            "serverToolUsage": {},
            "totalTokens": self.input + self.output,
        })
    }
}

/// Answers a request that has been found valid.
pub(crate) fn respond(request: &ConverseRequest, call: &mut Call<'_>) -> Result<Outcome, ServiceError> {
    let Some(reply) = call.take_reply() else {
        return Ok(Outcome::Answer(brain::answer(request, &mut call.random)));
    };
    match reply.into_answer() {
        Ok(scripted) => Ok(Outcome::Answer(complete(scripted, request))),
        Err(reply) => reply.into_response(call).map(Outcome::Response),
    }
}

/// Fills in what a scripted answer leaves open.
fn complete(scripted: ScriptedAnswer, request: &ConverseRequest) -> Answer {
    let ScriptedAnswer { blocks, stop_reason, usage } = scripted;
    let has_tool_use = blocks.iter().any(|block| block.get("toolUse").is_some());
    let natural_reason = if has_tool_use { "tool_use" } else { "end_turn" };
    let (input, output) = usage.unwrap_or_else(|| (tokens::of_request(request), tokens::of_blocks(&blocks)));
    Answer {
        blocks,
        stop_reason: stop_reason.unwrap_or_else(|| natural_reason.to_owned()),
        usage: Usage { input, output },
    }
}
