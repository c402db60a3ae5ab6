//! What every provider tells about a model, from what Bedrock's facts say.

use roo_core::{Capability, ModelInfo};

use super::facts::ModelFacts;

impl From<&ModelFacts> for ModelInfo {
    fn from(facts: &ModelFacts) -> Self {
        let mut info = Self::unknown(&facts.id);
        info.vendor.clone_from(&facts.vendor);
        info.context_window = facts.context_window;
        info.max_output_tokens = facts.max_output_tokens;
        info.input = facts.input();
        info.output = facts.output();
        let supports = &facts.supports;
        for (capability, known) in [
            (Capability::Streaming, supports.streaming),
            (Capability::Tools, supports.tools),
            (Capability::StreamingTools, supports.streaming_tools),
            (Capability::System, supports.system_messages),
            (Capability::Reasoning, supports.reasoning),
            (Capability::CachePoints, supports.cache_points),
            (Capability::StructuredOutput, structured_output(facts)),
        ] {
            match known {
                Some(true) => info.capabilities.push(capability),
                Some(false) => info.lacks.push(capability),
                None => {}
            }
        }
        info
    }
}

/// B59: natively, or else by a tool. A model that can do neither is still given an instruction, which is no promise.
fn structured_output(facts: &ModelFacts) -> Option<bool> {
    let supports = &facts.supports;
    let ways = [supports.native_structured_output, supports.json_schema, supports.tools];
    if ways.contains(&Some(true)) {
        return Some(true);
    }
    ways.iter().all(|way| *way == Some(false)).then_some(false)
}

#[cfg(test)]
mod tests {
    use roo_core::Modality;

    use super::*;
    use crate::model::{ModelId, ModelTable};

    fn info(id: &str) -> ModelInfo {
        ModelInfo::from(&*ModelTable::builtin().facts(&ModelId::parse(id)))
    }

    #[test]
    fn known_facts_are_told() {
        let info = info("us.anthropic.claude-opus-4-6-v1");
        assert_eq!(info.id, "anthropic.claude-opus-4-6-v1");
        assert_eq!(info.vendor.as_deref(), Some("anthropic"));
        assert_eq!(info.context_window, Some(1_000_000));
        assert_eq!(info.input, Some(vec![Modality::Text, Modality::Image, Modality::Document]));
        assert_eq!(info.output, Some(vec![Modality::Text]));
        assert_eq!(info.can(Capability::CachePoints), Some(true));
        assert_eq!(info.can(Capability::StreamingTools), Some(true));
    }

    #[test]
    fn unknown_is_neither_a_capability_nor_a_lack() {
        let info = info("newcomer.model-1");
        assert_eq!((info.capabilities.len(), info.lacks.len()), (0, 0));
        assert_eq!((info.input, info.output), (None, None));
    }

    #[test]
    fn b59_structured_output_by_a_tool_counts() {
        assert_eq!(info("anthropic.claude-opus-5").can(Capability::StructuredOutput), Some(true));
        assert_eq!(info("deepseek.r1-v1:0").can(Capability::StructuredOutput), None);
    }
}
