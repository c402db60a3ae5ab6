//! What is known about one model.

use roo_core::{Effort, Modality};
use serde::{Deserialize, Serialize};

use super::family::{Generation, ModelFamily};
use super::geography;
use super::supports::Supports;

/// What is known about one model. `None` is unknown, and what is unknown is not refused.
///
/// Facts of your own begin with [`new`](Self::new), or with a clone of those in the table:
///
/// ```
/// use roo_bedrock::{ModelFacts, ModelId, ModelTable};
///
/// let mut facts = ModelFacts::new("anthropic.claude-opus-6");
/// facts.context_window = Some(2_000_000);
/// let table = ModelTable::builtin().clone().with_model(facts);
/// let facts = table.facts(&ModelId::parse("eu.anthropic.claude-opus-6"));
/// assert_eq!(facts.context_window, Some(2_000_000));
/// // What holds for all newer Claude models was added.
/// assert_eq!(facts.supports.assistant_prefill, Some(false));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelFacts {
    /// The id of the foundation model, without geography; for a model of which only the ARN is known, the ARN.
    pub id: String,
    /// Who made it, as its id says: `anthropic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// The family whose rules apply. If it is not given it is taken from the id.
    #[serde(default, skip_serializing_if = "ModelFamily::is_unknown")]
    pub family: ModelFamily,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<ModelMode>,
    /// How many tokens fit, question and answer together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// How many tokens an answer may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// The least `maxTokens` that it takes, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_max_tokens: Option<u64>,
    /// The shortest prefix that it caches, in tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_cache_min_tokens: Option<u64>,
    /// Whether `inputTokens` of its usage contains the tokens that were read from a cache or written to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens_include_cached: Option<bool>,
    /// The highest effort that it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort_ceiling: Option<Effort>,
    /// Whether price lists have its bare id. This does not promise that it can be called without a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_demand: Option<bool>,
    /// The geographic prefixes of its inference profiles: `["eu", "us"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profiles: Option<Vec<String>>,
    /// The day on which Bedrock stops serving it, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecation_date: Option<String>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_per_million: Option<ModelPrices>,
    /// What it can and cannot do.
    #[serde(default, skip_serializing_if = "nothing_known")]
    pub supports: Supports,
}

fn nothing_known(supports: &Supports) -> bool {
    *supports == Supports::UNKNOWN
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelMode {
    /// Conversations.
    Chat,
    /// Turning content into vectors.
    Embedding,
    /// Making images.
    ImageGeneration,
    /// Ordering documents by how well they answer a question.
    Rerank,
}

/// Prices in US dollars per million tokens, on demand. `None` is unknown, not free.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelPrices {
    /// Tokens of the request that have nothing to do with a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<f64>,
    /// Tokens of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<f64>,
    /// Tokens read from a cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read: Option<f64>,
    /// Tokens written to a cache for five minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
    /// Tokens written to a cache for one hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_1h: Option<f64>,
    /// Tokens of a request in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_input: Option<f64>,
    /// Tokens of an answer in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_output: Option<f64>,
}

/// How a model is asked to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasoningStyle {
    /// There is nothing to ask for: it does not think, or it always does in its own way.
    None,
    /// Claude's `thinking` with a budget in tokens.
    ClaudeBudget,
    /// Claude's `thinking` of the type `adaptive`, with an effort in `output_config`.
    ClaudeAdaptive,
    /// Either of Claude's two.
    ClaudeAdaptiveOrBudget,
    /// `reasoningConfig` with `maxReasoningEffort`.
    Nova2,
    /// `reasoning_effort`, as gpt-oss takes it.
    GptOss,
    /// `reasoning` with an `effort`, as GPT takes it.
    Gpt,
    /// `reasoning_effort`, as DeepSeek V3 takes it.
    #[serde(rename = "deepseek_v3")]
    DeepSeekV3,
    /// Not known.
    Unknown,
}

impl ModelFacts {
    /// A model of which nothing is known but its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// The version in its name, for the families whose rules differ by it: Claude, GPT and Kimi. `None` for the others,
    /// and if the name has none.
    pub fn generation(&self) -> Option<Generation> {
        match self.family {
            ModelFamily::Claude | ModelFamily::Gpt | ModelFamily::Kimi => Generation::of(&self.id),
            _ => None,
        }
    }

    /// How it is asked to think (B51, B52, B54).
    pub fn reasoning_style(&self) -> ReasoningStyle {
        let supports = &self.supports;
        if supports.reasoning == Some(false) {
            return ReasoningStyle::None;
        }
        match self.family {
            ModelFamily::Claude => match (supports.adaptive_reasoning, supports.budget_reasoning) {
                (Some(true), Some(true)) => ReasoningStyle::ClaudeAdaptiveOrBudget,
                (Some(true), _) => ReasoningStyle::ClaudeAdaptive,
                (_, Some(true)) => ReasoningStyle::ClaudeBudget,
                _ => ReasoningStyle::Unknown,
            },
            ModelFamily::DeepSeekR1 => ReasoningStyle::None,
            ModelFamily::DeepSeekV3 => ReasoningStyle::DeepSeekV3,
            ModelFamily::Gpt => ReasoningStyle::Gpt,
            ModelFamily::GptOss => ReasoningStyle::GptOss,
            ModelFamily::Nova2 => ReasoningStyle::Nova2,
            _ => ReasoningStyle::Unknown,
        }
    }

    /// The effort to ask for in place of the wanted one: the highest that is not above it, not above the ceiling, and
    /// not known to be refused. `low` is the least there is, where `minimal` is refused.
    pub fn effort(&self, wanted: Effort) -> Effort {
        let highest = self.effort_ceiling.map_or(wanted, |ceiling| wanted.min(ceiling));
        let refused = |effort: Effort| match effort {
            Effort::Minimal => self.supports.effort_minimal == Some(false),
            Effort::ExtraHigh => self.supports.effort_xhigh == Some(false),
            Effort::Max => self.supports.effort_max == Some(false),
            _ => false,
        };
        [Effort::Max, Effort::ExtraHigh, Effort::High, Effort::Medium, Effort::Low, Effort::Minimal]
            .into_iter()
            .find(|effort| *effort <= highest && !refused(*effort))
            .unwrap_or(Effort::Low)
    }

    /// What it reads; `None` as long as it is unknown for any kind of content, because a list that lacks one would deny
    /// it.
    pub fn input(&self) -> Option<Vec<Modality>> {
        let Supports { images, documents, video, audio, .. } = self.supports;
        let mut modalities = vec![Modality::Text];
        for (reads, modality) in [
            (images?, Modality::Image),
            (documents?, Modality::Document),
            (video?, Modality::Video),
            (audio?, Modality::Audio),
        ] {
            if reads {
                modalities.push(modality);
            }
        }
        Some(modalities)
    }

    /// What it writes; `None` if unknown.
    pub fn output(&self) -> Option<Vec<Modality>> {
        match self.mode? {
            ModelMode::Chat => Some(vec![Modality::Text]),
            ModelMode::Embedding => Some(vec![Modality::Embedding]),
            ModelMode::ImageGeneration => Some(vec![Modality::Image]),
            // Scores.
            ModelMode::Rerank => None,
        }
    }

    /// The id of the inference profile through which a region calls this model: the narrowest geography that has one,
    /// then `global`. `None` if no profile is known that serves the region.
    ///
    /// A geography decides where data may be processed, so this is for hints and for callers who asked for it.
    ///
    /// ```
    /// use roo_bedrock::{ModelId, ModelTable};
    ///
    /// let facts = ModelTable::builtin().facts(&ModelId::parse("anthropic.claude-sonnet-4-6"));
    /// assert_eq!(facts.profile_for("ap-northeast-1").as_deref(), Some("jp.anthropic.claude-sonnet-4-6"));
    /// assert_eq!(facts.profile_for("sa-east-1").as_deref(), Some("global.anthropic.claude-sonnet-4-6"));
    /// ```
    pub fn profile_for(&self, region: &str) -> Option<String> {
        let profiles = self.profiles.as_ref()?;
        geography::serving(region)
            .iter()
            .find(|geography| profiles.iter().any(|profile| profile == *geography))
            .map(|geography| format!("{geography}.{}", self.id))
    }
}

#[cfg(test)]
mod tests;
