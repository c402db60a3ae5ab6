use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value};

use crate::{
    Blob, ContentBlock, Delta, ImageBlock, MediaSource, Message, MessageStart, Origin, ProviderEvent,
    Reasoning, RedactedReasoning, Role, StreamEvent, TextBlock, ToolInput, ToolResult, ToolUse, UnknownEvent,
    Warning, WarningKind,
};

/// The one state machine of every stream: takes what a provider reports, gives what a user sees, and holds the message
/// so far. Blocks are told apart by the provider's index, because nothing promises that they do not interleave.
#[derive(Debug)]
pub(crate) struct Assembler {
    origin: Origin,
    message: Message,
    /// Parallel to the message's content while it grows: a finished block, or one that is being built.
    blocks: Vec<Slot>,
    /// The places of the blocks that are being built, by the provider's index.
    open: HashMap<u64, usize>,
    queue: VecDeque<StreamEvent>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Started,
    Finished,
}

#[derive(Debug)]
enum Slot {
    Open(OpenBlock),
    Finished(ContentBlock),
}

impl Assembler {
    /// An assembler for one answer. Thoughts without an origin get this one.
    pub(crate) fn new(origin: Origin) -> Self {
        Self {
            origin,
            message: Message { role: Role::Assistant, ..Message::default() },
            blocks: Vec::new(),
            open: HashMap::new(),
            queue: VecDeque::new(),
            state: State::Idle,
        }
    }

    /// The next event for the user, if there is one.
    pub(crate) fn next_event(&mut self) -> Option<StreamEvent> {
        self.queue.pop_front()
    }

    /// Whether the provider said that the answer is complete.
    pub(crate) fn is_finished(&self) -> bool {
        self.state == State::Finished
    }

    pub(crate) fn message(&self) -> &Message {
        &self.message
    }

    /// The message so far: what is still open is in it as it stands, with tool calls marked as cut off and without
    /// half a signature.
    pub(crate) fn partial(&self) -> Message {
        let content = self.blocks.iter().map(|slot| match slot {
            Slot::Open(block) => block.clone().interrupt(),
            Slot::Finished(block) => block.clone(),
        });
        Message { content: content.collect(), ..self.message.clone() }
    }

    /// The message, moved out.
    pub(crate) fn into_message(self) -> Message {
        let content = self.blocks.into_iter().map(|slot| match slot {
            Slot::Open(block) => block.interrupt(),
            Slot::Finished(block) => block,
        });
        Message { content: content.collect(), ..self.message }
    }

    /// Takes in what the provider reports.
    pub(crate) fn push(&mut self, event: ProviderEvent) {
        match (self.state, event) {
            (State::Finished, _) => {}
            (State::Idle, ProviderEvent::MessageStart(start)) => self.start(start),
            (State::Idle, event) => {
                self.start(MessageStart::new());
                self.push_started(event);
            }
            (State::Started, event) => self.push_started(event),
        }
    }

    fn push_started(&mut self, event: ProviderEvent) {
        match event {
            ProviderEvent::MessageStart(_) => {
                let warning = Warning::new(WarningKind::Unexpected, "the provider started the message twice");
                self.message.warnings.push(warning);
            }
            ProviderEvent::BlockStart { index, block } => {
                self.close(index, None);
                self.open(index, OpenBlock::from_start(block));
            }
            ProviderEvent::Delta { index, delta } => self.delta(index, delta),
            ProviderEvent::BlockStop { index, block } => self.close(index, block),
            ProviderEvent::MessageDelta { delta, usage } => {
                if delta.stop_reason.is_some() {
                    self.close_all();
                }
                self.message.stop_reason = delta.stop_reason.or(self.message.stop_reason);
                if delta.raw_stop_reason.is_some() {
                    self.message.raw_stop_reason.clone_from(&delta.raw_stop_reason);
                }
                if delta.stop_sequence.is_some() {
                    self.message.stop_sequence.clone_from(&delta.stop_sequence);
                }
                self.message.metadata.extend(delta.metadata.clone());
                self.message.warnings.extend(delta.warnings.iter().cloned());
                self.message.usage.update(&usage);
                self.queue.push_back(StreamEvent::MessageDelta { delta, usage });
            }
            ProviderEvent::MessageStop => {
                self.close_all();
                self.state = State::Finished;
                self.queue.push_back(StreamEvent::MessageStop);
            }
            ProviderEvent::Unknown(unknown) => self.queue.push_back(StreamEvent::Unknown(unknown)),
        }
    }

    fn start(&mut self, mut start: MessageStart) {
        self.state = State::Started;
        if start.model.is_none() {
            start.model.clone_from(&self.origin.model);
        }
        self.message.id.clone_from(&start.id);
        self.message.role = start.role;
        self.message.model.clone_from(&start.model);
        self.message.request_id.clone_from(&start.request_id);
        self.message.warnings.clone_from(&start.warnings);
        if self.origin.model.is_none() {
            self.origin.model.clone_from(&start.model);
        }
        self.queue.push_back(StreamEvent::MessageStart { message: start });
    }

    fn delta(&mut self, provider_index: u64, delta: Delta) {
        if let Some((index, block)) = self.open_block(provider_index) {
            match block.push(&delta) {
                Pushed::Taken if delta.is_empty() => return,
                Pushed::Taken => {
                    self.queue.push_back(StreamEvent::ContentBlockDelta { index, delta });
                    return;
                }
                // A piece of another kind ends the block and begins the next one, so that nothing is lost.
                Pushed::Foreign => self.close(provider_index, None),
            }
        }
        match OpenBlock::from_delta(&delta) {
            Some(block) => {
                self.open(provider_index, block);
                self.delta(provider_index, delta);
            }
            None => self.stray(delta),
        }
    }

    /// A piece that belongs to no block: users see it raw.
    fn stray(&mut self, delta: Delta) {
        let unknown = match delta {
            Delta::Unknown(unknown) => unknown,
            delta => {
                let why = "a piece of a tool call or tool result came without its beginning";
                self.message.warnings.push(Warning::new(WarningKind::Unexpected, why));
                // Deltas are plain data; one that could not be written would still be reported.
                UnknownEvent::new(
                    self.origin.provider.clone(),
                    serde_json::to_value(&delta).unwrap_or_default(),
                )
            }
        };
        self.queue.push_back(StreamEvent::Unknown(unknown));
    }

    fn open(&mut self, provider_index: u64, mut block: OpenBlock) {
        block.set_origin(&self.origin);
        let index = self.blocks.len();
        self.queue.push_back(StreamEvent::ContentBlockStart { index, content_block: block.start() });
        self.blocks.push(Slot::Open(block));
        self.open.insert(provider_index, index);
    }

    fn open_block(&mut self, provider_index: u64) -> Option<(usize, &mut OpenBlock)> {
        let index = *self.open.get(&provider_index)?;
        match self.blocks.get_mut(index)? {
            Slot::Open(block) => Some((index, block)),
            Slot::Finished(_) => None,
        }
    }

    /// Ends the block that is open under this index, as `whole` if the provider gave it as a whole.
    fn close(&mut self, provider_index: u64, whole: Option<ContentBlock>) {
        match (self.open.remove(&provider_index), whole) {
            (Some(index), whole) => self.close_at(index, whole),
            (None, Some(whole)) => {
                self.open(provider_index, OpenBlock::Whole(whole));
                self.close(provider_index, None);
            }
            (None, None) => {}
        }
    }

    fn close_all(&mut self) {
        let mut open: Vec<usize> = self.open.drain().map(|(_, index)| index).collect();
        open.sort_unstable();
        for index in open {
            self.close_at(index, None);
        }
    }

    fn close_at(&mut self, index: usize, whole: Option<ContentBlock>) {
        let Some(slot) = self.blocks.get_mut(index) else { return };
        let Slot::Open(block) = slot else { return };
        let built = std::mem::replace(block, OpenBlock::Whole(ContentBlock::text("")));
        let finished = whole.unwrap_or_else(|| built.finish());
        *slot = Slot::Finished(finished.clone());
        self.queue.push_back(StreamEvent::ContentBlockStop { index, content_block: finished });
    }
}

/// A block that is being built.
#[derive(Debug, Clone)]
enum OpenBlock {
    Text(TextBlock),
    Reasoning(Reasoning),
    Redacted {
        start: RedactedReasoning,
        data: Vec<u8>,
    },
    ToolUse {
        start: ToolUse,
        json: String,
    },
    ToolResult(ToolResult),
    Image {
        start: ImageBlock,
        data: Vec<u8>,
    },
    /// A block that came in one piece.
    Whole(ContentBlock),
}

enum Pushed {
    Taken,
    Foreign,
}

impl OpenBlock {
    fn from_start(block: ContentBlock) -> Self {
        match block {
            ContentBlock::Text(block) => Self::Text(block),
            ContentBlock::Reasoning(block) => Self::Reasoning(block),
            ContentBlock::RedactedReasoning(start) => Self::Redacted { data: start.data.to_vec(), start },
            ContentBlock::ToolUse(start) => Self::ToolUse { start, json: String::new() },
            ContentBlock::ToolResult(block) => Self::ToolResult(block),
            ContentBlock::Image(ImageBlock { source: MediaSource::Bytes { media_type, data } }) => {
                Self::Image {
                    data: data.to_vec(),
                    start: ImageBlock { source: MediaSource::Bytes { media_type, data } },
                }
            }
            whole => Self::Whole(whole),
        }
    }

    /// The empty block that a piece without a start belongs to. A tool call has no id without a start, so there is none.
    fn from_delta(delta: &Delta) -> Option<Self> {
        match delta {
            Delta::Text(_) | Delta::Citation(_) => Some(Self::Text(TextBlock::default())),
            Delta::Reasoning(_) | Delta::Signature(_) => Some(Self::Reasoning(Reasoning::default())),
            Delta::RedactedReasoning(_) => {
                Some(Self::Redacted { start: RedactedReasoning::default(), data: Vec::new() })
            }
            Delta::Image(_) => {
                let start = ImageBlock::new(MediaSource::bytes(Blob::default()));
                Some(Self::Image { start, data: Vec::new() })
            }
            Delta::InputJson(_) | Delta::ToolResult(_) | Delta::Unknown(_) => None,
        }
    }

    fn set_origin(&mut self, origin: &Origin) {
        let slot = match self {
            Self::Reasoning(block) => &mut block.origin,
            Self::Redacted { start, .. } => &mut start.origin,
            _ => return,
        };
        if slot.is_none() && !origin.provider.is_empty() {
            *slot = Some(origin.clone());
        }
    }

    /// The block as it is announced.
    fn start(&self) -> ContentBlock {
        match self {
            Self::Text(block) => block.clone().into(),
            Self::Reasoning(block) => block.clone().into(),
            Self::Redacted { start, .. } => start.clone().into(),
            Self::ToolUse { start, .. } => start.clone().into(),
            Self::ToolResult(block) => block.clone().into(),
            Self::Image { start, .. } => start.clone().into(),
            Self::Whole(block) => block.clone(),
        }
    }

    fn push(&mut self, delta: &Delta) -> Pushed {
        match (self, delta) {
            (Self::Text(block), Delta::Text(text)) => block.text.push_str(text),
            (Self::Text(block), Delta::Citation(citation)) => block.citations.push(citation.clone()),
            (Self::Reasoning(block), Delta::Reasoning(text)) => block.text.push_str(text),
            (Self::Reasoning(block), Delta::Signature(part)) => {
                block.signature.get_or_insert_default().push_str(part);
            }
            (Self::Redacted { data, .. }, Delta::RedactedReasoning(part)) => data.extend_from_slice(part),
            (Self::ToolUse { json, .. }, Delta::InputJson(part)) => json.push_str(part),
            (Self::ToolResult(block), Delta::ToolResult(parts)) => {
                block.content.extend(parts.iter().cloned());
            }
            (Self::Image { data, .. }, Delta::Image(part)) => data.extend_from_slice(part),
            (_, Delta::Unknown(_)) => {}
            _ => return Pushed::Foreign,
        }
        Pushed::Taken
    }

    fn finish(self) -> ContentBlock {
        match self {
            Self::ToolUse { start, json } => {
                // A call that came in one piece has its input already.
                let input = if json.is_empty() { start.input } else { ToolInput::from_text(json) };
                ToolUse { input, ..start }.into()
            }
            other => other.into_block(),
        }
    }

    /// The block as it stands when the stream breaks off.
    fn interrupt(self) -> ContentBlock {
        match self {
            // A call that came in one piece has its input already.
            Self::ToolUse { start, json } if json.is_empty() && start.input != ToolInput::default() => {
                start.into()
            }
            Self::ToolUse { start, json } => ToolUse { input: ToolInput::Incomplete(json), ..start }.into(),
            // Half a signature, or one over half a thought, fails when it is sent back.
            Self::Reasoning(block) => Reasoning { signature: None, ..block }.into(),
            other => other.into_block(),
        }
    }

    fn into_block(self) -> ContentBlock {
        match self {
            Self::Text(block) => block.into(),
            Self::Reasoning(block) => block.into(),
            Self::Redacted { start, data } => RedactedReasoning { data: data.into(), ..start }.into(),
            Self::ToolUse { start, .. } => start.into(),
            Self::ToolResult(block) => block.into(),
            Self::Image { start, data } => match start.source {
                MediaSource::Bytes { media_type, .. } => {
                    ImageBlock { source: MediaSource::Bytes { media_type, data: data.into() } }.into()
                }
                source => ImageBlock { source }.into(),
            },
            Self::Whole(block) => block,
        }
    }
}

impl Delta {
    /// Whether there is nothing in it to show. An empty text still opens its block.
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) | Self::InputJson(text) | Self::Reasoning(text) => text.is_empty(),
            Self::RedactedReasoning(data) | Self::Image(data) => data.is_empty(),
            Self::ToolResult(parts) => parts.is_empty(),
            Self::Signature(_) | Self::Citation(_) | Self::Unknown(_) => false,
        }
    }
}

/// An empty object: the input of a call before its first fragment.
impl Default for ToolInput {
    fn default() -> Self {
        Self::Json(Value::Object(Map::new()))
    }
}
