//! Which family a model belongs to, and which generation of it.

use serde::{Deserialize, Serialize};

/// Models that behave alike on Converse. The rules for requests are written for families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelFamily {
    /// Jamba and Jurassic of AI21.
    Ai21,
    /// Claude of Anthropic.
    Claude,
    /// Command, Embed and Rerank of Cohere.
    Cohere,
    /// R1 of DeepSeek.
    #[serde(rename = "deepseek_r1")]
    DeepSeekR1,
    /// V3 of DeepSeek.
    #[serde(rename = "deepseek_v3")]
    DeepSeekV3,
    /// Gemma of Google.
    Gemma,
    /// GLM of Z.ai.
    Glm,
    /// GPT of OpenAI, hosted under its licence.
    Gpt,
    /// The open-weight gpt-oss of OpenAI.
    GptOss,
    /// Grok of xAI.
    Grok,
    /// Kimi of Moonshot AI.
    Kimi,
    /// Llama of Meta.
    Llama,
    /// The models of MiniMax.
    #[serde(rename = "minimax")]
    MiniMax,
    /// The models of Mistral AI.
    Mistral,
    /// Nemotron of Nvidia.
    Nvidia,
    /// Nova of Amazon, first generation.
    Nova,
    /// Nova of Amazon, second generation.
    Nova2,
    /// Palmyra of Writer.
    Palmyra,
    /// Qwen of Alibaba.
    Qwen,
    /// The image models of Stability AI.
    Stability,
    /// Titan of Amazon.
    Titan,
    /// Marengo and Pegasus of TwelveLabs.
    #[serde(rename = "twelvelabs")]
    TwelveLabs,
    /// Not known.
    #[default]
    Unknown,
}

/// Families by vendor and the start of the model's name; the first entry that fits counts.
const FAMILIES: &[(&str, &str, ModelFamily)] = &[
    ("ai21", "", ModelFamily::Ai21),
    ("amazon", "nova-2-", ModelFamily::Nova2),
    ("amazon", "nova-", ModelFamily::Nova),
    ("amazon", "titan-", ModelFamily::Titan),
    ("anthropic", "claude", ModelFamily::Claude),
    ("cohere", "", ModelFamily::Cohere),
    ("deepseek", "r1", ModelFamily::DeepSeekR1),
    ("deepseek", "v3", ModelFamily::DeepSeekV3),
    ("google", "gemma", ModelFamily::Gemma),
    ("luma", "", ModelFamily::Unknown),
    ("meta", "llama", ModelFamily::Llama),
    ("minimax", "", ModelFamily::MiniMax),
    ("mistral", "", ModelFamily::Mistral),
    ("moonshot", "kimi", ModelFamily::Kimi),
    ("moonshotai", "kimi", ModelFamily::Kimi),
    ("nvidia", "", ModelFamily::Nvidia),
    ("openai", "gpt-oss", ModelFamily::GptOss),
    ("openai", "gpt-", ModelFamily::Gpt),
    ("qwen", "", ModelFamily::Qwen),
    ("stability", "", ModelFamily::Stability),
    ("twelvelabs", "", ModelFamily::TwelveLabs),
    ("writer", "palmyra", ModelFamily::Palmyra),
    ("xai", "grok", ModelFamily::Grok),
    ("zai", "glm", ModelFamily::Glm),
];

impl ModelFamily {
    /// The family of a foundation model id without geography; [`Unknown`](Self::Unknown) for everything else.
    pub fn of(id: &str) -> Self {
        let Some((vendor, model)) = id.split_once('.') else { return Self::Unknown };
        FAMILIES
            .iter()
            .find(|(of, start, _)| *of == vendor && model.starts_with(start))
            .map_or(Self::Unknown, |(_, _, family)| *family)
    }

    /// Whether this is not known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// The vendor in a foundation model id.
pub(super) fn vendor(id: &str) -> Option<&str> {
    id.split_once('.').map(|(vendor, _)| vendor)
}

/// Whether a vendor is known to offer models on Bedrock.
pub(super) fn is_vendor(name: &str) -> bool {
    FAMILIES.iter().any(|(vendor, _, _)| *vendor == name)
}

/// The name of the model in a foundation model id, without its revision.
pub(super) fn model_name(id: &str) -> &str {
    let name = id.split_once('.').map_or(id, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

/// The version in a model's name: `4.6` of `claude-opus-4-6-v1`, `5.0` of `claude-opus-5`, `5.6` of `gpt-5.6-sol`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Generation {
    /// The number before the point.
    pub major: u8,
    /// The number after the point; 0 if there is none.
    pub minor: u8,
}

impl Generation {
    /// A generation.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }

    /// The generation in the id of a foundation model; `None` if it names none. Only for families whose first number is
    /// a version: that of `gpt-oss-120b-1` is none.
    pub(super) fn of(id: &str) -> Option<Self> {
        let mut words = model_name(id).split(['-', '.']);
        let major = words.find_map(|word| {
            version_number(word.trim_start_matches(|letter: char| letter.is_ascii_lowercase()))
        })?;
        Some(Self { major, minor: words.next().and_then(version_number).unwrap_or(0) })
    }
}

/// A version has at most two digits: `20250514` is a date.
fn version_number(word: &str) -> Option<u8> {
    let is_version = (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| is_version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModelMode, ModelTable};

    #[test]
    fn every_chat_model_of_the_table_has_a_family() {
        for facts in ModelTable::builtin().models().filter(|facts| facts.mode == Some(ModelMode::Chat)) {
            assert!(!facts.family.is_unknown(), "{}", facts.id);
        }
    }

    #[test]
    fn every_entry_of_the_list_can_be_reached() {
        for (vendor, start, family) in FAMILIES {
            assert_eq!(ModelFamily::of(&format!("{vendor}.{start}1")), *family, "{vendor}.{start}");
        }
    }

    #[test]
    fn families_next_to_each_other() {
        for (id, family) in [
            ("amazon.nova-2-lite-v1:0", ModelFamily::Nova2),
            ("amazon.nova-lite-v1:0", ModelFamily::Nova),
            ("amazon.rerank-v1:0", ModelFamily::Unknown),
            ("openai.gpt-oss-safeguard-20b", ModelFamily::GptOss),
            ("openai.gpt-5.6-luna", ModelFamily::Gpt),
            ("deepseek.v3-v1:0", ModelFamily::DeepSeekV3),
            ("deepseek.r1-v1:0", ModelFamily::DeepSeekR1),
            ("deepseek.v4", ModelFamily::Unknown),
            ("moonshot.kimi-k2-thinking", ModelFamily::Kimi),
            ("claude-opus-5", ModelFamily::Unknown),
            ("notanthropic.claude-opus-5", ModelFamily::Unknown),
        ] {
            assert_eq!(ModelFamily::of(id), family, "{id}");
        }
    }

    #[test]
    fn families_are_written_as_their_vendors_write_them() {
        for (family, written) in [
            (ModelFamily::DeepSeekR1, "\"deepseek_r1\""),
            (ModelFamily::GptOss, "\"gpt_oss\""),
            (ModelFamily::MiniMax, "\"minimax\""),
            (ModelFamily::Nova2, "\"nova2\""),
        ] {
            assert_eq!(serde_json::to_string(&family).unwrap(), written);
        }
    }

    #[test]
    fn generations() {
        for (id, generation) in [
            ("anthropic.claude-v2:1", Some((2, 0))),
            ("anthropic.claude-instant-v1", Some((1, 0))),
            ("anthropic.claude-3-sonnet-20240229-v1:0", Some((3, 0))),
            ("anthropic.claude-3-5-sonnet-20241022-v2:0", Some((3, 5))),
            ("anthropic.claude-opus-4-20250514-v1:0", Some((4, 0))),
            ("anthropic.claude-opus-4-1-20250805-v1:0", Some((4, 1))),
            ("anthropic.claude-opus-4-6-v1", Some((4, 6))),
            ("anthropic.claude-opus-5", Some((5, 0))),
            ("anthropic.claude-fable-5-1", Some((5, 1))),
            ("anthropic.claude-mythos-preview", None),
            ("anthropic.claude:1", None),
            ("openai.gpt-5.6-luna", Some((5, 6))),
            ("openai.gpt-6-astra", Some((6, 0))),
            ("moonshotai.kimi-k3", Some((3, 0))),
            ("moonshotai.kimi-k2.5", Some((2, 5))),
        ] {
            let expected = generation.map(|(major, minor)| Generation::new(major, minor));
            assert_eq!(Generation::of(id), expected, "{id}");
        }
    }
}
