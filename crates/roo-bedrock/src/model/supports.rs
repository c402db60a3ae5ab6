//! What a model can and cannot do.

use serde::{Deserialize, Serialize};

/// Declares [`Supports`], so that a capability is named in one place only.
macro_rules! supports {
    ($($(#[$documentation:meta])* $name:ident,)+) => {
        /// What a model can (`Some(true)`) and cannot do (`Some(false)`). `None` is unknown, which is neither.
        ///
        /// What is said here holds for Converse on Bedrock; the same model may be able to do more elsewhere.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct Supports {
            $(
                $(#[$documentation])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<bool>,
            )+
        }

        impl Supports {
            /// Nothing is known.
            pub(super) const UNKNOWN: Self = Self { $($name: None,)+ };

            /// Takes over what is not known yet.
            pub(super) fn add(&mut self, more: Self) {
                $(self.$name = self.$name.or(more.$name);)+
            }
        }
    };
}

supports! {
    /// Calling tools.
    tools,
    /// Taking a tool choice.
    tool_choice,
    /// Being forced to call a tool, any or a certain one.
    forced_tool_use,
    /// `strict` in a tool, which holds the input to the schema.
    strict_tools,
    /// Switching parallel tool calls off.
    parallel_tool_use_config,
    /// Searching a large set of tools on the server's side.
    tool_search,
    /// The tools for using a computer.
    computer_use,
    /// A system prompt before the first turn.
    system_messages,
    /// Messages of the role `system` between turns.
    mid_conversation_system,
    /// Reading images.
    images,
    /// Reading documents.
    documents,
    /// Watching videos.
    video,
    /// Listening to sound.
    audio,
    /// Images inside the result of a tool.
    tool_result_images,
    /// Thinking before answering.
    reasoning,
    /// Finding out by itself how much to think.
    adaptive_reasoning,
    /// Being given a number of tokens to think with.
    budget_reasoning,
    /// Thinking cannot be switched off.
    reasoning_always_on,
    /// `output_config`, Claude's way of being told the effort.
    output_config,
    /// The effort `none`, which switches thinking off.
    effort_none,
    /// The effort `minimal`.
    effort_minimal,
    /// The effort `xhigh`.
    effort_xhigh,
    /// The effort `max`.
    effort_max,
    /// Caching prefixes of prompts, in whatever way.
    prompt_caching,
    /// Explicit cache points in the request. A model that caches by itself may refuse them.
    cache_points,
    /// Cache points that last for one hour, not only for five minutes.
    cache_ttl_1h,
    /// Holding the answer to a JSON schema in some way, natively or by a tool.
    json_schema,
    /// `outputConfig` with a JSON schema.
    native_structured_output,
    /// Look-around in the regular expressions of a schema.
    schema_lookaround,
    /// Continuing a last turn of the assistant.
    assistant_prefill,
    /// Any of temperature, top-p and top-k.
    sampling_params,
    /// Temperature and top-p in one request.
    temperature_and_top_p_together,
    /// Stop sequences.
    stop_sequences,
    /// ConverseStream.
    streaming,
    /// Tools in ConverseStream.
    streaming_tools,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_replaced() {
        let mut supports = Supports { tools: Some(false), ..Supports::UNKNOWN };
        supports.add(Supports { tools: Some(true), images: Some(true), ..Supports::UNKNOWN });
        assert_eq!(supports, Supports { tools: Some(false), images: Some(true), ..Supports::UNKNOWN });
    }

    #[test]
    fn unknown_is_written_as_nothing_and_a_misspelt_capability_is_an_error() {
        assert_eq!(serde_json::to_string(&Supports::UNKNOWN).unwrap(), "{}");
        assert!(serde_json::from_str::<Supports>(r#"{"tool":true}"#).is_err());
    }
}
