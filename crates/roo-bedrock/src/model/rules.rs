//! What holds for whole families, where the table says nothing about a model.
//!
//! This is the one place for such rules. A fact of the table always wins; of two rules the earlier one wins. `B…` and
//! `U…` name the conversion rules of this project, and "features" AWS's own table of
//! [models and features of Converse](https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html).

use roo_core::Effort;

use super::facts::{ModelFacts, ModelMode};
use super::family::{self, Generation, ModelFamily};
use super::id::ModelId;
use super::supports::Supports;

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// Adds what follows from the id and from the rules.
pub(super) fn complete(facts: &mut ModelFacts) {
    let id = ModelId::parse(&facts.id);
    if facts.vendor.is_none() {
        facts.vendor = id.vendor().map(str::to_owned);
    }
    if facts.family.is_unknown() {
        facts.family = id.family();
    }
    // The rules are about conversations, and about families of which something is known.
    if !matches!(facts.mode, None | Some(ModelMode::Chat)) || facts.family.is_unknown() {
        return;
    }
    facts.supports.add(of_family(facts));
    facts.supports.add(of_strict_tools(facts));
    facts.supports.add(of_caching(facts));
    facts.min_max_tokens = facts.min_max_tokens.or_else(|| min_max_tokens(facts));
    facts.effort_ceiling = facts.effort_ceiling.or_else(|| effort_ceiling(facts));
    facts.input_tokens_include_cached =
        facts.input_tokens_include_cached.or_else(|| input_tokens_include_cached(facts.family));
}

fn of_family(facts: &ModelFacts) -> Supports {
    let name = family::model_name(&facts.id);
    match facts.family {
        ModelFamily::Claude => claude(name, facts.generation()),
        ModelFamily::Nova | ModelFamily::Nova2 => nova(facts.family, name),
        ModelFamily::Titan => titan(name),
        ModelFamily::Ai21 => ai21(name),
        ModelFamily::Gpt => gpt(facts.generation()),
        // B30, B49.
        ModelFamily::Grok => Supports { schema_lookaround: NO, stop_sequences: NO, ..Supports::UNKNOWN },
        // B30.
        ModelFamily::Kimi => Supports { schema_lookaround: NO, ..Supports::UNKNOWN },
        // Measured by users: "This model doesn't support tool use in streaming mode."
        ModelFamily::Llama | ModelFamily::Palmyra => Supports { streaming_tools: NO, ..Supports::UNKNOWN },
        ModelFamily::Mistral => mistral(name),
        _ => Supports::UNKNOWN,
    }
}

/// Claude models that let no one force a tool on them (B32).
const CLAUDE_WITHOUT_FORCED_TOOLS: &[&str] = &["claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-1"];

fn claude(name: &str, generation: Option<Generation>) -> Supports {
    let every = Supports {
        // Features.
        documents: YES,
        streaming: YES,
        system_messages: YES,
        // Claude reads text, images and documents.
        audio: NO,
        video: NO,
        // B53: its efforts begin with `low`.
        effort_minimal: NO,
        forced_tool_use: if CLAUDE_WITHOUT_FORCED_TOOLS.contains(&name) { NO } else { None },
        ..Supports::UNKNOWN
    };
    let Some(generation) = generation else { return every };
    let since = |major, minor| generation >= Generation::new(major, minor);
    let no_longer_since = |major, minor| if since(major, minor) { NO } else { None };
    Supports {
        // Features: since Claude 3, and of these the small 3.5 sees nothing.
        images: Some(since(3, 0) && !name.starts_with("claude-3-5-haiku")),
        tools: Some(since(3, 0)),
        streaming_tools: Some(since(3, 0)),
        // Extended thinking came with 3.7; B51, B52 and the capability facts say in which form.
        reasoning: Some(since(3, 7)),
        adaptive_reasoning: Some(since(4, 6)),
        budget_reasoning: Some(since(3, 7) && !since(4, 7)),
        // B52: between the `max` of 4.6 and its `high` there is nothing.
        effort_xhigh: if since(4, 7) { None } else { NO },
        // B46, for those that are still there. Of the 3.5 models the table knows which.
        prompt_caching: if since(3, 7) { YES } else { None },
        // B46 and the capability facts.
        cache_ttl_1h: Some(since(4, 5)),
        // B59 and the capability facts: refused again since 4.7.
        native_structured_output: Some(since(4, 5) && !since(4, 7)),
        // B9.
        assistant_prefill: Some(!since(4, 6)),
        // B48.
        sampling_params: Some(!since(4, 7)),
        temperature_and_top_p_together: no_longer_since(4, 5),
        ..every
    }
}

/// B33: `strict` is for Claude alone, and among Claude for those that take a schema natively. Nothing is said about
/// older ones, about Mythos, and about those to come.
fn of_strict_tools(facts: &ModelFacts) -> Supports {
    let strict_tools = match (facts.family, facts.generation()) {
        (ModelFamily::Claude, None) => None,
        (ModelFamily::Claude, Some(generation)) => {
            let between = |first, end| (first..end).contains(&generation);
            let is_mythos = family::model_name(&facts.id).starts_with("claude-mythos");
            if between(Generation::new(4, 5), Generation::new(4, 7)) {
                YES
            } else if between(Generation::new(4, 7), Generation::new(6, 0)) && !is_mythos {
                NO
            } else {
                None
            }
        }
        _ => NO,
    };
    Supports { strict_tools, ..Supports::UNKNOWN }
}

/// B46: only Claude and Nova take cache points, and only the price list knows who else keeps a prefix for an hour.
fn of_caching(facts: &ModelFacts) -> Supports {
    let cached = facts.supports.prompt_caching;
    let cache_points = match facts.family {
        ModelFamily::Claude | ModelFamily::Nova | ModelFamily::Nova2 => cached,
        // They cache by themselves.
        ModelFamily::Gpt | ModelFamily::GptOss => NO,
        // The table says that they cache and the rule that they take no points: that is not known, then.
        _ if cached == YES => None,
        _ => NO,
    };
    let priced = facts.price_per_million.is_some_and(|prices| prices.cache_write_1h.is_some());
    let cache_ttl_1h = match facts.family {
        _ if priced => YES,
        ModelFamily::Claude => None,
        _ => NO,
    };
    Supports { cache_points, cache_ttl_1h, ..Supports::UNKNOWN }
}

/// The models of Nova for conversations. Those for images, films and speech share only the name.
fn nova(family: ModelFamily, name: &str) -> Supports {
    let size = name.trim_start_matches("nova-").trim_start_matches("2-");
    let size = size.split('-').next().unwrap_or(size);
    if !["micro", "lite", "pro", "premier"].contains(&size) {
        return Supports::UNKNOWN;
    }
    let every = Supports {
        // Features.
        streaming: YES,
        streaming_tools: YES,
        system_messages: YES,
        tools: YES,
        // B46.
        prompt_caching: YES,
        // B54.
        reasoning: Some(family == ModelFamily::Nova2),
        ..Supports::UNKNOWN
    };
    if family == ModelFamily::Nova2 {
        return every;
    }
    // Features: the smallest one reads text alone, the others watch videos too.
    let sees = Some(size != "micro");
    Supports { images: sees, documents: sees, video: sees, audio: NO, ..every }
}

/// Features.
fn titan(name: &str) -> Supports {
    if !name.starts_with("titan-text") {
        return Supports::UNKNOWN;
    }
    Supports {
        documents: Some(!name.starts_with("titan-text-premier")),
        images: NO,
        streaming: YES,
        streaming_tools: NO,
        system_messages: NO,
        tools: NO,
        ..Supports::UNKNOWN
    }
}

/// Features, but for the streaming of tools: AWS says that Jamba 1.5 does it, and its own service refuses.
fn ai21(name: &str) -> Supports {
    let is_jamba = name.starts_with("jamba");
    let is_instruct = name.starts_with("jamba-instruct");
    let with_tools = Some(is_jamba && !is_instruct);
    Supports {
        documents: with_tools,
        images: NO,
        streaming: Some(is_jamba),
        streaming_tools: NO,
        system_messages: Some(is_jamba),
        tools: with_tools,
        ..Supports::UNKNOWN
    }
}

/// Measured by users, as for Llama.
fn mistral(name: &str) -> Supports {
    let is_7b = name.starts_with("mistral-7b-instruct");
    Supports {
        streaming_tools: if is_7b || name.starts_with("pixtral") { NO } else { None },
        system_messages: if is_7b { NO } else { None },
        ..Supports::UNKNOWN
    }
}

fn gpt(generation: Option<Generation>) -> Supports {
    let without_stop_sequences = generation.is_some_and(|generation| generation >= Generation::new(5, 6));
    Supports {
        // B24.
        tool_result_images: NO,
        // B49.
        stop_sequences: if without_stop_sequences { NO } else { None },
        ..Supports::UNKNOWN
    }
}

/// B50.
fn min_max_tokens(facts: &ModelFacts) -> Option<u64> {
    let is_kimi_3 = || facts.generation().is_some_and(|generation| generation.major == 3);
    let has_minimum = match facts.family {
        ModelFamily::Gpt | ModelFamily::Grok => true,
        ModelFamily::Kimi => is_kimi_3(),
        _ => false,
    };
    has_minimum.then_some(16)
}

/// B52.
fn effort_ceiling(facts: &ModelFacts) -> Option<Effort> {
    if facts.family != ModelFamily::Claude {
        return None;
    }
    let generation = facts.generation()?;
    if generation >= Generation::new(4, 7) {
        Some(Effort::ExtraHigh)
    } else if generation == Generation::new(4, 6) {
        Some(Effort::Max)
    } else {
        let is_opus_4_5 = family::model_name(&facts.id).starts_with("claude-opus-4-5");
        is_opus_4_5.then_some(Effort::High)
    }
}

/// U4.
fn input_tokens_include_cached(family: ModelFamily) -> Option<bool> {
    match family {
        ModelFamily::Gpt | ModelFamily::GptOss => YES,
        ModelFamily::Claude | ModelFamily::Nova | ModelFamily::Nova2 => NO,
        _ => None,
    }
}

#[cfg(test)]
mod tests;
