//! What an answer of Converse tells about its guardrails and its prompt router.

use std::collections::BTreeMap;

use roo_core::{Message, Result};
use serde::{Deserialize, Serialize};

use super::super::read;
use super::assessment::{GuardrailAssessment, read_only};
use crate::PROVIDER;

read_only! {
    /// The [trace](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseTrace.html) of an answer:
    /// a typed view of `message.metadata["trace"]`.
    AnswerTrace {
        /// What guardrails found, where a trace was asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        guardrail: Option<GuardrailTraceAssessment>,
        /// Which model a prompt router chose.
        #[serde(skip_serializing_if = "Option::is_none")]
        prompt_router: Option<PromptRouterTrace>,
    }

    /// What guardrails found. The keys of the maps are ids of guardrails.
    GuardrailTraceAssessment {
        /// What the model had said before a guardrail changed it.
        model_output: Vec<String>,
        /// In what was sent.
        input_assessment: BTreeMap<String, GuardrailAssessment>,
        /// In what the model said.
        output_assessments: BTreeMap<String, Vec<GuardrailAssessment>>,
        /// Why a guardrail intervened, in a sentence.
        #[serde(skip_serializing_if = "Option::is_none")]
        action_reason: Option<String>,
    }

    /// The choice of a prompt router.
    PromptRouterTrace {
        /// The ARN of the model or inference profile that was asked.
        #[serde(skip_serializing_if = "Option::is_none")]
        invoked_model_id: Option<String>,
    }
}

impl AnswerTrace {
    /// The trace of an answer; `None` if it has none.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`](roo_core::ErrorKind::Protocol) if it is not in the form that Bedrock documents. It can still be read from
    /// [`Message::metadata`] then.
    pub fn of(message: &Message) -> Result<Option<Self>> {
        let Some(trace) = message.metadata.get("trace").filter(|trace| !trace.is_null()) else {
            return Ok(None);
        };
        let trace = read(trace.clone(), "the trace of the answer");
        trace.map(Some).map_err(|error| error.with_provider(PROVIDER))
    }
}
