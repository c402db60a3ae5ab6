use serde::{Deserialize, Serialize};

use crate::media::{AudioBlock, DocumentSource, ImageBlock, MediaSource, VideoBlock};
use crate::open_enum::{open_enum, unknown_value};
use crate::{Blob, ProviderOptions, ToolResult, ToolUse};

/// One piece of a message. A message is an ordered list of them, and the order is part of its meaning: a model that
/// thinks between two tool calls must get its thoughts back in the same places.
///
/// A `type` that this version does not know is kept as [`ContentBlock::Unknown`] and written back as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContentBlock {
    /// Text, with the sources it cites.
    Text(TextBlock),
    /// An image.
    Image(ImageBlock),
    /// A document.
    Document(DocumentBlock),
    /// A video.
    Video(VideoBlock),
    /// A sound recording.
    Audio(AudioBlock),
    /// A call of a tool.
    ToolUse(ToolUse),
    /// What came of a tool call.
    ToolResult(ToolResult),
    /// What the model thought before it answered.
    Reasoning(Reasoning),
    /// Thoughts that only the provider can read.
    RedactedReasoning(RedactedReasoning),
    /// A search hit that can be cited.
    SearchResult(SearchResult),
    /// The end of a cacheable prefix.
    CachePoint(CachePoint),
    /// A block that this version does not know, as it came from its provider.
    #[serde(skip)]
    Unknown(UnknownBlock),
}

open_enum!(
    ContentBlock,
    UnknownBlock,
    [
        "text",
        "image",
        "document",
        "video",
        "audio",
        "tool_use",
        "tool_result",
        "reasoning",
        "redacted_reasoning",
        "search_result",
        "cache_point",
    ]
);

unknown_value! {
    /// A content block that this version does not know. A provider sends its own ones back as they are and leaves
    /// those of other providers out.
    UnknownBlock
}

impl ContentBlock {
    /// A text block.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextBlock::new(text))
    }

    /// An image whose format is read from its bytes.
    pub fn image(source: impl Into<MediaSource>) -> Self {
        Self::Image(ImageBlock::new(source))
    }

    /// The text, if this is a text block.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(block) => Some(&block.text),
            _ => None,
        }
    }

    /// The call, if this is one.
    pub fn as_tool_use(&self) -> Option<&ToolUse> {
        match self {
            Self::ToolUse(call) => Some(call),
            _ => None,
        }
    }
}

/// What becomes the content of a message: a text, a block, or a list of blocks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Content(pub Vec<ContentBlock>);

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self(vec![ContentBlock::text(text)])
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self(vec![ContentBlock::text(text)])
    }
}

impl<B: Into<ContentBlock>> From<B> for Content {
    fn from(block: B) -> Self {
        Self(vec![block.into()])
    }
}

impl<B: Into<ContentBlock>> From<Vec<B>> for Content {
    fn from(blocks: Vec<B>) -> Self {
        Self(blocks.into_iter().map(Into::into).collect())
    }
}

impl<B: Into<ContentBlock>, const N: usize> From<[B; N]> for Content {
    fn from(blocks: [B; N]) -> Self {
        Self(blocks.into_iter().map(Into::into).collect())
    }
}

macro_rules! into_block {
    ($($variant:ident($block:ty)),+ $(,)?) => {$(
        impl From<$block> for ContentBlock {
            fn from(block: $block) -> Self {
                Self::$variant(block)
            }
        }
    )+};
}

into_block!(
    Text(TextBlock),
    Image(ImageBlock),
    Document(DocumentBlock),
    Video(VideoBlock),
    Audio(AudioBlock),
    Reasoning(Reasoning),
    RedactedReasoning(RedactedReasoning),
    SearchResult(SearchResult),
    CachePoint(CachePoint),
    Unknown(UnknownBlock),
);

/// Text: `{"type": "text", "text", "citations"?}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextBlock {
    /// The text.
    pub text: String,
    /// The sources that the text cites, in the order in which the model named them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// What the provider wants back with this block, keyed by provider.
    #[serde(default, skip_serializing_if = "ProviderOptions::is_empty")]
    pub provider_metadata: ProviderOptions,
}

impl TextBlock {
    /// A text without citations.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// A source that a text cites.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Citation {
    /// The title of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the source is from, as the request or the search named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The cited passages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cited_text: Vec<String>,
    /// Where in the source the passage is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<CitationLocation>,
}

/// Where in its source a cited passage is. Positions count from zero; the end is exclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CitationLocation {
    /// A web page.
    Web {
        /// The address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// The domain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
    },
    /// Characters of a document of the request.
    DocumentChar(Span),
    /// Pages of a document of the request.
    DocumentPage(Span),
    /// Chunks of a document of the request.
    DocumentChunk(Span),
    /// Blocks of a search result of the request.
    SearchResult(Span),
    /// A place that this version does not know.
    #[serde(skip)]
    Unknown(UnknownBlock),
}

open_enum!(
    CitationLocation,
    UnknownBlock,
    ["web", "document_char", "document_page", "document_chunk", "search_result"]
);

/// A stretch of one of the request's documents or search results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Span {
    /// Which document or search result, counted over the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Where it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
    /// Where it ends, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
}

impl Span {
    /// The stretch from `start` to `end` of the source with this index.
    pub fn new(index: Option<u64>, start: Option<u64>, end: Option<u64>) -> Self {
        Self { index, start, end }
    }
}

/// A document: `{"type": "document", "source", "name"?, "context"?, "citations"?}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DocumentBlock {
    /// Where the document is.
    pub source: DocumentSource,
    /// What the model calls it. Do not put text from strangers here: the model reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the model should know about the document without citing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Whether the answer may cite it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub citations: bool,
}

impl DocumentBlock {
    /// A document with this source.
    pub fn new(source: DocumentSource) -> Self {
        Self { source, name: None, context: None, citations: false }
    }

    /// Names the document for the model.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Tells the model about the document.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<String>) -> Self {
        self.context = Some(context.into());
        self
    }

    /// Lets the answer cite the document.
    #[must_use]
    pub fn with_citations(mut self, citations: bool) -> Self {
        self.citations = citations;
        self
    }
}

/// What the model thought. A signed thought must go back exactly as it came, to the provider that it came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reasoning {
    /// The thought; may be empty beside a signature, when the provider shows none.
    pub text: String,
    /// The provider's proof that it wrote the thought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Who wrote it. Without one it is display text and is never sent back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Reasoning {
    /// An unsigned thought.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Adds the provider's signature.
    #[must_use]
    pub fn with_signature(mut self, signature: impl Into<String>) -> Self {
        self.signature = Some(signature.into());
        self
    }

    /// Says who wrote it.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }
}

/// Thoughts that only the provider can read. They must go back exactly as they came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RedactedReasoning {
    /// The sealed thoughts.
    pub data: Blob,
    /// Who sealed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl RedactedReasoning {
    /// Sealed thoughts.
    pub fn new(data: impl Into<Blob>) -> Self {
        Self { data: data.into(), origin: None }
    }

    /// Says who sealed them.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }
}

/// Who wrote a block that only its author understands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// The provider, as [`Provider::id`](crate::Provider::id) says.
    pub provider: String,
    /// The model, as the request named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Origin {
    /// A provider.
    pub fn new(provider: impl Into<String>) -> Self {
        Self { provider: provider.into(), model: None }
    }

    /// A model of that provider.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }
}

/// A search hit that the answer can cite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SearchResult {
    /// Where it is from, such as an address.
    pub source: String,
    /// Its title.
    pub title: String,
    /// Its text, in pieces that citations can point at.
    pub content: Vec<String>,
    /// Whether the answer may cite it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub citations: bool,
}

impl SearchResult {
    /// A search hit.
    pub fn new(
        source: impl Into<String>,
        title: impl Into<String>,
        content: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self {
            source: source.into(),
            title: title.into(),
            content: content.into_iter().map(Into::into).collect(),
            citations: false,
        }
    }

    /// Lets the answer cite it.
    #[must_use]
    pub fn with_citations(mut self, citations: bool) -> Self {
        self.citations = citations;
        self
    }
}

/// The end of a prefix that the provider may cache: everything before this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CachePoint {
    /// How long the prefix is kept; `None` is the provider's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<CacheTtl>,
}

impl CachePoint {
    /// A cache point with the provider's default lifetime.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long the prefix is kept.
    #[must_use]
    pub fn with_ttl(mut self, ttl: CacheTtl) -> Self {
        self.ttl = Some(ttl);
        self
    }
}

/// How long a cached prefix is kept after its last use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CacheTtl {
    /// Five minutes.
    #[serde(rename = "5m")]
    FiveMinutes,
    /// One hour.
    #[serde(rename = "1h")]
    OneHour,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_unknown_type_is_kept_and_a_broken_known_one_is_refused() {
        let future = json!({"type": "hologram", "depth": 3});
        let block: ContentBlock = serde_json::from_value(future.clone()).unwrap();
        assert!(matches!(&block, ContentBlock::Unknown(unknown) if unknown.provider.is_empty()));
        assert_eq!(serde_json::to_value(&block).unwrap(), future);

        let foreign =
            ContentBlock::Unknown(UnknownBlock::new("bedrock", json!({"futureBlock": {"a": [1, null]}})));
        let stored = serde_json::to_value(&foreign).unwrap();
        assert_eq!(
            stored,
            json!({"type": "unknown", "provider": "bedrock", "raw": {"futureBlock": {"a": [1, null]}}})
        );
        assert_eq!(serde_json::from_value::<ContentBlock>(stored).unwrap(), foreign);

        let error = serde_json::from_value::<ContentBlock>(json!({"type": "text", "txt": "x"})).unwrap_err();
        assert!(error.to_string().contains("missing field `text`"), "{error}");
    }

    #[test]
    fn every_variant_is_listed_as_known() {
        let blocks: Vec<ContentBlock> = vec![
            ContentBlock::text("a"),
            ContentBlock::image(vec![1]),
            DocumentBlock::new(DocumentSource::Text { text: "a".into() }).into(),
            VideoBlock::new(vec![1]).into(),
            AudioBlock::new(vec![1]).into(),
            ToolUse::new("1", "a", json!({})).into(),
            ToolResult::text("1", "a").into(),
            Reasoning::new("a").into(),
            RedactedReasoning::new(vec![1]).into(),
            SearchResult::new("a", "b", ["c"]).into(),
            CachePoint::new().with_ttl(CacheTtl::OneHour).into(),
        ];
        assert_eq!(blocks.len(), ContentBlock::TAGS.len());
        for block in blocks {
            let stored = serde_json::to_value(&block).unwrap();
            assert_eq!(serde_json::from_value::<ContentBlock>(stored).unwrap(), block);
        }
    }
}
