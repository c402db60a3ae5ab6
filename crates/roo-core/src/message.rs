use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::assembler::Assembler;
use crate::{
    Content, ContentBlock, Error, ErrorKind, Origin, ProviderEvent, Result, StreamEvent, ToolUse, Usage,
    Warning,
};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The user, or the program that acts for one. Tool results are the user's.
    #[default]
    User,
    /// The model.
    Assistant,
    /// An instruction in the middle of a conversation, where the model knows that role. What comes before the first
    /// message belongs into [`MessageRequest::system`](crate::MessageRequest::system).
    System,
}

/// One turn of a conversation.
///
/// The answer of a model is a `Message` too, and then says how it ended and what it cost; it goes into the history as
/// it is. Those members are empty in a message that you write.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<ContentBlock>,
    /// The provider's id of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The model that answered, as the provider or else the request named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why the model stopped. `None` while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// The provider's own word for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_stop_reason: Option<String>,
    /// The stop sequence that was met, if the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// Token counts, as far as the provider gave them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub usage: Usage,
    /// The id to give to the provider's support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What was changed in the request or was odd about the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// What else the provider said about the answer, under its own names (latency, service tier, traces).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Message {
    /// A message of this role.
    pub fn new(role: Role, content: impl Into<Content>) -> Self {
        Self { role, content: content.into().0, ..Self::default() }
    }

    /// A message of the user: a text, a block, or a list of blocks.
    pub fn user(content: impl Into<Content>) -> Self {
        Self::new(Role::User, content)
    }

    /// A message of the model.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self::new(Role::Assistant, content)
    }

    /// All text blocks, joined without a separator.
    pub fn text(&self) -> String {
        self.content.iter().filter_map(ContentBlock::as_text).collect()
    }

    /// The calls of tools, in order, those with bad arguments included. Decide on these and not on
    /// [`stop_reason`](Self::stop_reason): models stop for `end_turn` with calls, and for `tool_use` without.
    pub fn tool_uses(&self) -> impl Iterator<Item = &ToolUse> {
        self.content.iter().filter_map(ContentBlock::as_tool_use).filter(|call| !call.server)
    }

    /// The events that a stream would have shown for this message.
    pub fn to_events(&self) -> Vec<StreamEvent> {
        let mut assembler = Assembler::new(Origin::default());
        let mut events = Vec::new();
        for event in ProviderEvent::split(self.clone()) {
            assembler.push(event);
            events.extend(std::iter::from_fn(|| assembler.next_event()));
        }
        events
    }

    /// Folds events back into the message, for instance ones that were stored or sent over a wire.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`], with the partial message inside, if the events do not end with
    /// [`StreamEvent::MessageStop`].
    pub fn from_events(events: impl IntoIterator<Item = StreamEvent>) -> Result<Self> {
        let mut assembler = Assembler::new(Origin::default());
        for event in events {
            assembler.push(event.into());
            while assembler.next_event().is_some() {}
        }
        if assembler.is_finished() {
            Ok(assembler.into_message())
        } else {
            Err(Error::new(ErrorKind::Truncated, "the events end before message_stop")
                .with_partial(assembler.partial()))
        }
    }
}

/// Why a model stopped, in the terms of every provider. The provider's own word is beside it, in
/// [`Message::raw_stop_reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// It said what it had to say.
    EndTurn,
    /// It waits for the results of its tool calls.
    ToolUse,
    /// It reached the token limit of the request or of the model.
    MaxTokens,
    /// It met a stop sequence.
    StopSequence,
    /// A filter or guardrail of the provider cut the answer.
    ContentFilter,
    /// The model refused to answer.
    Refusal,
    /// The conversation no longer fits the context window.
    ContextWindow,
    /// The model produced something that is no message or no tool call; asking again may help.
    Malformed,
    /// The provider paused a long turn: send the conversation back to go on.
    PauseTurn,
    /// Another reason; the provider's own word is all there is.
    #[serde(other)]
    Other,
}
