use serde::{Deserialize, Serialize};

/// What is known about a model. `None` means unknown, and an unknown model is never refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelInfo {
    /// The id to put into a request.
    pub id: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// How many tokens fit, question and answer together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// How many tokens an answer may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u64>,
    /// What it reads; `None` if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Vec<Modality>>,
    /// What it writes; `None` if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Vec<Modality>>,
    /// What it is known to be able to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// What it is known not to be able to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Capability>,
}

impl ModelInfo {
    /// A model of which nothing is known but its id.
    pub fn unknown(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Whether the model can do this; `None` if that is not known.
    pub fn can(&self, capability: Capability) -> Option<bool> {
        if self.capabilities.contains(&capability) {
            return Some(true);
        }
        self.lacks.contains(&capability).then_some(false)
    }
}

/// A kind of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Modality {
    /// Text.
    Text,
    /// Images.
    Image,
    /// Documents.
    Document,
    /// Video.
    Video,
    /// Sound.
    Audio,
    /// Vectors.
    Embedding,
}

/// Something that some models can do and others cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Capability {
    /// Answer in a stream.
    Streaming,
    /// Call tools.
    Tools,
    /// Call tools while streaming.
    StreamingTools,
    /// Take a system prompt.
    System,
    /// Think before answering.
    Reasoning,
    /// Cache prefixes at explicit places.
    CachePoints,
    /// Keep to a JSON schema.
    StructuredOutput,
}
