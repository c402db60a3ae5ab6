use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::open_enum::{open_enum, unknown_value};
use crate::{
    Blob, Citation, ContentBlock, Message, Reasoning, RedactedReasoning, Role, StopReason, TextBlock,
    ToolInput, ToolResultContent, Usage, Warning,
};

/// What a user sees of an answer while it arrives. For every provider the order is
///
/// 1. one [`MessageStart`](Self::MessageStart);
/// 2. for each block a [`ContentBlockStart`](Self::ContentBlockStart), its deltas, and a
///    [`ContentBlockStop`](Self::ContentBlockStop) with the finished block; `index` is its place in
///    [`Message::content`];
/// 3. one or more [`MessageDelta`](Self::MessageDelta), the last with the stop reason and the usage;
/// 4. one [`MessageStop`](Self::MessageStop), after which nothing comes.
///
/// A user who does not care for deltas reads `ContentBlockStop` alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StreamEvent {
    /// The provider accepted the request.
    MessageStart {
        /// What is known before the first word.
        message: MessageStart,
    },
    /// A block begins.
    ContentBlockStart {
        /// Its place in the message.
        index: usize,
        /// The block without what the deltas will bring: a tool call has its id and name, a text is empty.
        content_block: ContentBlock,
    },
    /// A piece of a block.
    ContentBlockDelta {
        /// The block that it belongs to.
        index: usize,
        /// The piece.
        delta: Delta,
    },
    /// A block ends.
    ContentBlockStop {
        /// Its place in the message.
        index: usize,
        /// The finished block; a tool call has its parsed input.
        content_block: ContentBlock,
    },
    /// Something about the whole message.
    MessageDelta {
        /// What became known.
        delta: MessageDelta,
        /// Token counts, as far as they are known; totals, not increments.
        #[serde(default)]
        usage: Usage,
    },
    /// The answer is complete.
    MessageStop,
    /// An event that this version does not know, as it came from the provider.
    #[serde(skip)]
    Unknown(UnknownEvent),
}

open_enum!(
    StreamEvent,
    UnknownEvent,
    [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
);

unknown_value! {
    /// A stream event, or a piece of a block, that this version does not know.
    UnknownEvent
}

/// What is known when a provider has accepted a request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageStart {
    /// The provider's id of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Who speaks: the assistant, unless the provider says otherwise.
    pub role: Role,
    /// The model that answers, as the provider or else the request named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The id to give to the provider's support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What was changed in the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl MessageStart {
    /// The start of an answer of the assistant.
    pub fn new() -> Self {
        Self { role: Role::Assistant, ..Self::default() }
    }

    /// Sets who speaks.
    #[must_use]
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Sets the model that answers.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the id to give to the provider's support.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// Sets what was changed in the request.
    #[must_use]
    pub fn with_warnings(mut self, warnings: Vec<Warning>) -> Self {
        self.warnings = warnings;
        self
    }
}

/// What becomes known about a message while it arrives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MessageDelta {
    /// Why the model stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// The provider's own word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_stop_reason: Option<String>,
    /// The stop sequence that was met, if the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// What else the provider said about the answer, under its own names.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// What was odd about the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

impl MessageDelta {
    /// Nothing new.
    pub fn new() -> Self {
        Self::default()
    }

    /// The model stopped, in the contract's term and in the provider's own.
    #[must_use]
    pub fn with_stop_reason(mut self, stop_reason: StopReason, raw: impl Into<String>) -> Self {
        self.stop_reason = Some(stop_reason);
        self.raw_stop_reason = Some(raw.into());
        self
    }
}

/// A piece of a content block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "wire::Delta", into = "wire::Delta")]
#[non_exhaustive]
pub enum Delta {
    /// More text: `{"type": "text_delta", "text"}`.
    Text(String),
    /// More of a tool call's arguments, a fragment of JSON text: `{"type": "input_json_delta", "partial_json"}`.
    InputJson(String),
    /// More of a thought: `{"type": "reasoning_delta", "reasoning"}`.
    Reasoning(String),
    /// More of a thought's signature: `{"type": "signature_delta", "signature"}`.
    Signature(String),
    /// More sealed thoughts: `{"type": "redacted_reasoning_delta", "data"}`.
    RedactedReasoning(Blob),
    /// A source that the text cites: `{"type": "citations_delta", "citation"}`.
    Citation(Citation),
    /// More of the result of a tool that the provider ran: `{"type": "tool_result_delta", "content"}`.
    ToolResult(Vec<ToolResultContent>),
    /// More bytes of an image: `{"type": "image_delta", "data"}`.
    Image(Blob),
    /// A piece that this version does not know.
    Unknown(UnknownEvent),
}

/// The tagged form of [`Delta`]: serde cannot tag a variant that holds a bare string.
mod wire {
    use super::{Blob, Citation, Deserialize, Serialize, ToolResultContent, UnknownEvent, open_enum};

    #[derive(Clone, Serialize, Deserialize)]
    #[serde(remote = "Self", tag = "type")]
    pub(super) enum Delta {
        #[serde(rename = "text_delta")]
        Text { text: String },
        #[serde(rename = "input_json_delta")]
        InputJson { partial_json: String },
        #[serde(rename = "reasoning_delta")]
        Reasoning { reasoning: String },
        #[serde(rename = "signature_delta")]
        Signature { signature: String },
        #[serde(rename = "redacted_reasoning_delta")]
        RedactedReasoning { data: Blob },
        #[serde(rename = "citations_delta")]
        Citation { citation: Citation },
        #[serde(rename = "tool_result_delta")]
        ToolResult { content: Vec<ToolResultContent> },
        #[serde(rename = "image_delta")]
        Image { data: Blob },
        #[serde(skip)]
        Unknown(UnknownEvent),
    }

    open_enum!(
        Delta,
        UnknownEvent,
        [
            "text_delta",
            "input_json_delta",
            "reasoning_delta",
            "signature_delta",
            "redacted_reasoning_delta",
            "citations_delta",
            "tool_result_delta",
            "image_delta",
        ]
    );

    impl From<Delta> for super::Delta {
        fn from(delta: Delta) -> Self {
            match delta {
                Delta::Text { text } => Self::Text(text),
                Delta::InputJson { partial_json } => Self::InputJson(partial_json),
                Delta::Reasoning { reasoning } => Self::Reasoning(reasoning),
                Delta::Signature { signature } => Self::Signature(signature),
                Delta::RedactedReasoning { data } => Self::RedactedReasoning(data),
                Delta::Citation { citation } => Self::Citation(citation),
                Delta::ToolResult { content } => Self::ToolResult(content),
                Delta::Image { data } => Self::Image(data),
                Delta::Unknown(unknown) => Self::Unknown(unknown),
            }
        }
    }

    impl From<super::Delta> for Delta {
        fn from(delta: super::Delta) -> Self {
            match delta {
                super::Delta::Text(text) => Self::Text { text },
                super::Delta::InputJson(partial_json) => Self::InputJson { partial_json },
                super::Delta::Reasoning(reasoning) => Self::Reasoning { reasoning },
                super::Delta::Signature(signature) => Self::Signature { signature },
                super::Delta::RedactedReasoning(data) => Self::RedactedReasoning { data },
                super::Delta::Citation(citation) => Self::Citation { citation },
                super::Delta::ToolResult(content) => Self::ToolResult { content },
                super::Delta::Image(data) => Self::Image { data },
                super::Delta::Unknown(unknown) => Self::Unknown(unknown),
            }
        }
    }
}

/// What a provider reports. A [`MessageStream`](crate::MessageStream) turns it into [`StreamEvent`]s.
///
/// A provider may leave out what its service leaves out: a delta for an index that is not open opens the block that
/// its kind tells, whatever is still open when the message stops is closed, and a missing start is supplied. `index`
/// is the provider's own: it only tells blocks apart that are open at the same time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ProviderEvent {
    /// The service accepted the request.
    MessageStart(MessageStart),
    /// A block begins, with whatever of it is known.
    BlockStart {
        /// The provider's index.
        index: u64,
        /// The block so far.
        block: ContentBlock,
    },
    /// A piece of a block.
    Delta {
        /// The provider's index.
        index: u64,
        /// The piece.
        delta: Delta,
    },
    /// A block ends.
    BlockStop {
        /// The provider's index.
        index: u64,
        /// The finished block, from services that give it as a whole; otherwise it is built from its pieces.
        block: Option<ContentBlock>,
    },
    /// Something about the whole message.
    MessageDelta {
        /// What became known.
        delta: MessageDelta,
        /// Token counts; totals, not increments.
        usage: Usage,
    },
    /// The service's own end of the answer.
    MessageStop,
    /// Something that the provider does not understand; users see it as [`StreamEvent::Unknown`].
    Unknown(UnknownEvent),
}

impl ProviderEvent {
    /// The events of a whole answer, for services and models that answer in one piece.
    pub fn split(message: Message) -> Vec<Self> {
        let Message {
            role,
            content,
            id,
            model,
            stop_reason,
            raw_stop_reason,
            stop_sequence,
            usage,
            request_id,
            warnings,
            metadata,
        } = message;
        let mut events = vec![Self::MessageStart(MessageStart { id, role, model, request_id, warnings })];
        for (index, block) in (0..).zip(content) {
            let (start, deltas) = split_block(block);
            events.push(Self::BlockStart { index, block: start });
            events.extend(deltas.into_iter().map(|delta| Self::Delta { index, delta }));
            events.push(Self::BlockStop { index, block: None });
        }
        let delta =
            MessageDelta { stop_reason, raw_stop_reason, stop_sequence, metadata, warnings: Vec::new() };
        events.extend([Self::MessageDelta { delta, usage }, Self::MessageStop]);
        events
    }
}

/// A block as it begins, and the deltas that complete it.
fn split_block(block: ContentBlock) -> (ContentBlock, Vec<Delta>) {
    match block {
        ContentBlock::Text(TextBlock { text, citations, provider_metadata }) => {
            let start = TextBlock { provider_metadata, ..TextBlock::default() };
            let text = (!text.is_empty()).then_some(Delta::Text(text));
            (start.into(), text.into_iter().chain(citations.into_iter().map(Delta::Citation)).collect())
        }
        ContentBlock::ToolUse(mut call) => {
            match &call.input {
                ToolInput::Json(Value::Object(members)) if members.is_empty() => (call.into(), Vec::new()),
                ToolInput::Json(value) => {
                    let text = value.to_string();
                    call.input = ToolInput::default();
                    (call.into(), vec![Delta::InputJson(text)])
                }
                // Pieces would be read anew, and might then look like arguments.
                ToolInput::Invalid(_) | ToolInput::Incomplete(_) => (call.into(), Vec::new()),
            }
        }
        ContentBlock::Reasoning(Reasoning { text, signature, origin }) => {
            let start = Reasoning { origin, ..Reasoning::default() };
            let text = (!text.is_empty()).then_some(Delta::Reasoning(text));
            (start.into(), text.into_iter().chain(signature.map(Delta::Signature)).collect())
        }
        ContentBlock::RedactedReasoning(RedactedReasoning { data, origin }) => {
            let start = RedactedReasoning { data: Blob::default(), origin };
            (start.into(), vec![Delta::RedactedReasoning(data)])
        }
        whole => (whole, Vec::new()),
    }
}

impl From<StreamEvent> for ProviderEvent {
    fn from(event: StreamEvent) -> Self {
        match event {
            StreamEvent::MessageStart { message } => Self::MessageStart(message),
            StreamEvent::ContentBlockStart { index, content_block } => {
                Self::BlockStart { index: index as u64, block: content_block }
            }
            StreamEvent::ContentBlockDelta { index, delta } => Self::Delta { index: index as u64, delta },
            StreamEvent::ContentBlockStop { index, content_block } => {
                Self::BlockStop { index: index as u64, block: Some(content_block) }
            }
            StreamEvent::MessageDelta { delta, usage } => Self::MessageDelta { delta, usage },
            StreamEvent::MessageStop => Self::MessageStop,
            StreamEvent::Unknown(unknown) => Self::Unknown(unknown),
        }
    }
}
