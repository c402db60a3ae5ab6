//! Asks once and reads the answer, whole or as a stream, into the same form.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ContentBlockStart, ConversationRole, ConverseOutput,
    ConverseStreamOutput, Message, StopReason, TokenUsage, Tool, ToolConfiguration, ToolUseBlock,
};

use crate::{Outcome, document, expect, explained};

/// What the model is asked.
pub(crate) struct Question<'a> {
    pub(crate) model: &'a str,
    pub(crate) messages: Vec<Message>,
    pub(crate) tools: Vec<Tool>,
}

/// What it answered.
pub(crate) struct Answer {
    pub(crate) message: Message,
    pub(crate) stop_reason: StopReason,
    /// In how many pieces the content came.
    pub(crate) pieces: usize,
}

impl Answer {
    /// All its text.
    pub(crate) fn text(&self) -> String {
        self.message.content().iter().filter_map(|block| block.as_text().ok()).map(String::as_str).collect()
    }

    /// All its tool calls.
    pub(crate) fn tool_calls(&self) -> Vec<&ToolUseBlock> {
        self.message.content().iter().filter_map(|block| block.as_tool_use().ok()).collect()
    }
}

/// Asks with Converse.
pub(crate) async fn whole(client: &Client, question: Question<'_>) -> Outcome<Answer> {
    let request = client.converse().model_id(question.model).set_messages(Some(question.messages));
    let request = request.set_tool_config(tool_config(question.tools)?);
    let answer = request.send().await.map_err(explained)?;
    check_usage(answer.usage())?;
    let stop_reason = answer.stop_reason().clone();
    let Some(ConverseOutput::Message(message)) = answer.output else {
        return Err(format!("no message but {:?}", answer.output).into());
    };
    expect(message.role == ConversationRole::Assistant, || format!("a message of the {}", message.role))?;
    Ok(Answer { message, stop_reason, pieces: 1 })
}

/// Asks with ConverseStream.
pub(crate) async fn streamed(client: &Client, question: Question<'_>) -> Outcome<Answer> {
    let request = client.converse_stream().model_id(question.model).set_messages(Some(question.messages));
    let request = request.set_tool_config(tool_config(question.tools)?);
    let mut stream = request.send().await.map_err(explained)?.stream;
    let mut reading = Reading::default();
    while let Some(event) = stream.recv().await.map_err(explained)? {
        reading.read(event)?;
    }
    reading.finish()
}

fn tool_config(tools: Vec<Tool>) -> Outcome<Option<ToolConfiguration>> {
    if tools.is_empty() {
        return Ok(None);
    }
    Ok(Some(ToolConfiguration::builder().set_tools(Some(tools)).build()?))
}

fn check_usage(usage: Option<&TokenUsage>) -> Outcome {
    let adds_up = usage.is_some_and(|usage| {
        usage.input_tokens > 0
            && usage.output_tokens > 0
            && usage.input_tokens + usage.output_tokens == usage.total_tokens
    });
    expect(adds_up, || format!("the usage does not add up: {usage:?}"))
}

/// A stream that is being read. The events must come in the order that the service keeps.
#[derive(Default)]
struct Reading {
    role: Option<ConversationRole>,
    content: Vec<ContentBlock>,
    open: Option<OpenBlock>,
    stop_reason: Option<StopReason>,
    has_metadata: bool,
    pieces: usize,
}

/// A block without its end.
enum OpenBlock {
    Text(String),
    ToolUse { id: String, name: String, input: String },
}

impl Reading {
    fn read(&mut self, event: ConverseStreamOutput) -> Outcome {
        let seen = format!("{event:?}");
        self.step(event).map_err(|why| format!("{why}: {seen}").into())
    }

    fn step(&mut self, event: ConverseStreamOutput) -> Outcome {
        let in_message = self.role.is_some() && self.stop_reason.is_none();
        let unexpected = || Err("out of order".into());
        match event {
            ConverseStreamOutput::MessageStart(start) if self.role.is_none() => {
                self.role = Some(start.role);
                Ok(())
            }
            ConverseStreamOutput::ContentBlockStart(event) if in_message && self.open.is_none() => {
                self.check_index(event.content_block_index)?;
                let Some(ContentBlockStart::ToolUse(start)) = event.start else { return unexpected() };
                let (id, name) = (start.tool_use_id, start.name);
                self.open = Some(OpenBlock::ToolUse { id, name, input: String::new() });
                Ok(())
            }
            ConverseStreamOutput::ContentBlockDelta(event) if in_message => {
                self.check_index(event.content_block_index)?;
                self.pieces += 1;
                match (event.delta, &mut self.open) {
                    (Some(ContentBlockDelta::Text(piece)), Some(OpenBlock::Text(text))) => {
                        text.push_str(&piece);
                    }
                    (Some(ContentBlockDelta::Text(piece)), open @ None) => {
                        *open = Some(OpenBlock::Text(piece))
                    }
                    (Some(ContentBlockDelta::ToolUse(piece)), Some(OpenBlock::ToolUse { input, .. })) => {
                        input.push_str(&piece.input);
                    }
                    _ => return unexpected(),
                }
                Ok(())
            }
            ConverseStreamOutput::ContentBlockStop(event) if in_message => {
                self.check_index(event.content_block_index)?;
                let Some(open) = self.open.take() else { return unexpected() };
                self.content.push(open.close()?);
                Ok(())
            }
            ConverseStreamOutput::MessageStop(stop) if in_message && self.open.is_none() => {
                self.stop_reason = Some(stop.stop_reason);
                Ok(())
            }
            ConverseStreamOutput::Metadata(metadata) if self.stop_reason.is_some() && !self.has_metadata => {
                self.has_metadata = true;
                check_usage(metadata.usage())
            }
            _ => unexpected(),
        }
    }

    fn check_index(&self, index: i32) -> Outcome {
        expect(usize::try_from(index) == Ok(self.content.len()), || "a block out of order".to_owned())
    }

    fn finish(self) -> Outcome<Answer> {
        let (Some(role), Some(stop_reason), true) = (self.role, self.stop_reason, self.has_metadata) else {
            return Err("the stream ended too early".into());
        };
        let message = Message::builder().role(role).set_content(Some(self.content)).build()?;
        Ok(Answer { message, stop_reason, pieces: self.pieces })
    }
}

impl OpenBlock {
    fn close(self) -> Outcome<ContentBlock> {
        Ok(match self {
            Self::Text(text) => ContentBlock::Text(text),
            Self::ToolUse { id, name, input } => {
                let input = document::from_json(serde_json::from_str(&input)?);
                ContentBlock::ToolUse(
                    ToolUseBlock::builder().tool_use_id(id).name(name).input(input).build()?,
                )
            }
        })
    }
}
