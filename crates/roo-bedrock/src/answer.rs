//! What Bedrock answers, event by event or in one piece, as [`ProviderEvent`]s. Pure: no IO and no clock.
//!
//! Unions are open: a member that this version does not know is passed on raw, never an error. `null` is absent, and
//! the padding member `p` of every event is ignored.

use std::collections::{HashMap, VecDeque};

use roo_core::{
    ContentBlock, Delta, Error, ErrorKind, Message, MessageDelta, MessageStart, Origin, ProviderEvent,
    Result, Role, StopReason, UnknownEvent, Usage, Warning, WarningKind,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use self::wire::{BlockDelta, BlockStart, BlockStartUnion, BlockStop, Converse, Start, Stop, read_block};
use crate::PROVIDER;
use crate::request::{StructuredOutput, ToolNames};

mod wire;

/// How an answer is to be read, which follows from how it was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reading {
    /// What the caller calls the tools.
    pub(crate) names: ToolNames,
    /// Whether the input of a tool is the answer.
    pub(crate) structured: StructuredOutput,
    /// Whether the model's family counts cached tokens as input, where the sum does not tell.
    pub(crate) counts_cached_input: bool,
}

/// The answer so far, as far as single events do not tell: `messageStop` and `metadata` make the end together, in
/// either order, and the second may be missing.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What is known before the first event, until it is told.
    start: Option<MessageStart>,
    reading: Reading,
    /// The indices of blocks whose tool input is the answer, with whether any of it came.
    answers: HashMap<u64, bool>,
    /// Whether a tool was called that is the caller's.
    calls_tools: bool,
    end: MessageDelta,
    usage: Usage,
    stopped: bool,
    metadata_seen: bool,
    finished: bool,
}

impl Answer {
    pub(crate) fn new(start: MessageStart, reading: Reading) -> Self {
        Self {
            start: Some(start),
            reading,
            answers: HashMap::new(),
            calls_tools: false,
            end: MessageDelta::new(),
            usage: Usage::new(),
            stopped: false,
            metadata_seen: false,
            finished: false,
        }
    }

    /// Takes in one event of ConverseStream.
    ///
    /// # Errors
    /// [`ErrorKind::Protocol`] if the payload lacks what is needed.
    pub(crate) fn event(
        &mut self,
        event_type: &str,
        payload: &[u8],
        events: &mut VecDeque<ProviderEvent>,
    ) -> Result<()> {
        if let Some(mut start) = self.start.take() {
            let role = match event_type {
                "messageStart" => parse::<Start>(event_type, payload)?.role(),
                _ => Role::Assistant,
            };
            if role != Role::Assistant {
                let why = "the answer is not said to be the assistant's";
                start.warnings.push(Warning::new(WarningKind::Unexpected, why));
            }
            events.push_back(ProviderEvent::MessageStart(start.with_role(role)));
            if event_type == "messageStart" {
                return Ok(());
            }
        }
        match event_type {
            "contentBlockDelta" => {
                let BlockDelta { content_block_index: index, delta } = parse(event_type, payload)?;
                match delta.into_delta() {
                    Some(delta) => {
                        let delta = self.read_delta(index, delta);
                        events.push_back(ProviderEvent::Delta { index, delta });
                    }
                    None => events.push_back(unknown(event_type, payload)?),
                }
            }
            "contentBlockStart" => {
                let BlockStart { content_block_index: index, start } = parse(event_type, payload)?;
                match start.and_then(BlockStartUnion::into_block) {
                    Some(block) => {
                        let block = self.read_start(index, block);
                        events.push_back(ProviderEvent::BlockStart { index, block });
                    }
                    // An empty start announces a block whose kind its first delta will tell.
                    None if has_empty_start(payload) => {}
                    None => events.push_back(unknown(event_type, payload)?),
                }
            }
            "contentBlockStop" => {
                let BlockStop { content_block_index: index } = parse(event_type, payload)?;
                // A tool without arguments is called with an empty object.
                if self.answers.remove(&index) == Some(false) {
                    events.push_back(ProviderEvent::Delta { index, delta: Delta::Text("{}".into()) });
                }
                events.push_back(ProviderEvent::BlockStop { index, block: None });
            }
            "messageStop" => {
                let Stop { stop_reason, additional_model_response_fields } = parse(event_type, payload)?;
                self.stop(stop_reason, additional_model_response_fields);
            }
            "metadata" => self.metadata(parse(event_type, payload)?),
            "messageStart" => events.push_back(ProviderEvent::MessageStart(MessageStart::new())),
            _ => events.push_back(unknown(event_type, payload)?),
        }
        if self.stopped && self.metadata_seen {
            self.end(events);
        }
        Ok(())
    }

    /// Whether the model has ended its answer, even if something about it is still to come.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The body broke off behind the end of the answer: what is missing are the counts, and nothing of what was paid
    /// for.
    pub(crate) fn end_without_metadata(&mut self, why: &Error, events: &mut VecDeque<ProviderEvent>) {
        let text = format!("the stream broke off after the end of the message: {}", why.message());
        self.end.warnings.push(Warning::new(WarningKind::Unexpected, text));
        self.end(events);
    }

    /// The body is at its end: an answer that was stopped is complete, even if its metadata never came.
    pub(crate) fn end(&mut self, events: &mut VecDeque<ProviderEvent>) {
        if self.stopped && !self.finished {
            self.finished = true;
            let delta = std::mem::take(&mut self.end);
            events.extend([
                ProviderEvent::MessageDelta { delta, usage: self.usage },
                ProviderEvent::MessageStop,
            ]);
        }
    }

    /// A tool under the name that the caller gave it, or the text that it stands for.
    fn read_start(&mut self, index: u64, block: ContentBlock) -> ContentBlock {
        let ContentBlock::ToolUse(mut call) = block else { return block };
        if self.reading.structured.is_answer(&call.name) {
            self.answers.insert(index, false);
            return ContentBlock::text("");
        }
        self.calls_tools = true;
        call.name = self.reading.names.original(call.name);
        call.into()
    }

    fn read_delta(&mut self, index: u64, delta: Delta) -> Delta {
        match (delta, self.answers.get_mut(&index)) {
            (Delta::InputJson(text), Some(any)) => {
                *any |= !text.is_empty();
                Delta::Text(text)
            }
            (delta, _) => delta,
        }
    }

    fn stop(&mut self, stop_reason: Option<String>, additional: Option<Value>) {
        self.stopped = true;
        let mapped = map_stop_reason(stop_reason.as_deref().unwrap_or_default());
        // The call of the answer's own tool is the answer, and there is nothing to run.
        let is_answered = self.reading.structured != StructuredOutput::Text && !self.calls_tools;
        self.end.stop_reason =
            Some(if mapped == StopReason::ToolUse && is_answered { StopReason::EndTurn } else { mapped });
        self.end.raw_stop_reason = stop_reason;
        if let Some(fields) = additional {
            let sequence = fields.get("stop_sequence").or_else(|| fields.pointer("/delta/stop_sequence"));
            self.end.stop_sequence = sequence.and_then(Value::as_str).map(str::to_owned);
            self.end.metadata.insert("additionalModelResponseFields".into(), fields);
        }
    }

    fn metadata(&mut self, mut members: Map<String, Value>) {
        self.metadata_seen = true;
        members.remove("p");
        if let Some(usage) = members.get("usage") {
            self.usage.update(&read_usage(usage, self.reading.counts_cached_input));
        }
        self.end.metadata.extend(members);
    }
}

/// The answer of Converse, which comes in one piece, as the events that ConverseStream would have sent.
///
/// # Errors
/// [`ErrorKind::Protocol`] if the body lacks what is needed.
pub(crate) fn read_whole(body: &[u8], start: MessageStart, reading: Reading) -> Result<Vec<ProviderEvent>> {
    let Converse { output, stop_reason, additional_model_response_fields, other } =
        parse("the answer", body)?;
    let mut answer = Answer::new(MessageStart::new(), reading);
    let mut blocks = Vec::with_capacity(output.message.content.len());
    for (index, block) in (0..).zip(output.message.content) {
        blocks.push(match read_block(&block)? {
            ContentBlock::ToolUse(call) if answer.reading.structured.is_answer(&call.name) => {
                ContentBlock::text(call.input.value().map(Value::to_string).unwrap_or_default())
            }
            block => answer.read_start(index, block),
        });
    }
    answer.stop(stop_reason, additional_model_response_fields);
    answer.metadata(other);
    let MessageDelta { stop_reason, raw_stop_reason, stop_sequence, metadata, .. } = answer.end;

    let mut message = Message::new(Start { role: output.message.role }.role(), blocks);
    message.model = start.model;
    message.request_id = start.request_id;
    message.warnings = start.warnings;
    message.stop_reason = stop_reason;
    message.raw_stop_reason = raw_stop_reason;
    message.stop_sequence = stop_sequence;
    message.usage = answer.usage;
    message.metadata = metadata;
    Ok(ProviderEvent::split(message))
}

/// Reads JSON, and tells where it is wrong without telling what stands there: that would be the conversation.
pub(crate) fn parse<'de, T: Deserialize<'de>>(what: &str, json: &'de [u8]) -> Result<T> {
    serde_json::from_slice(json).map_err(|error| {
        let why = match error.classify() {
            serde_json::error::Category::Data => "does not have the expected form",
            serde_json::error::Category::Io | serde_json::error::Category::Syntax => "is not JSON",
            serde_json::error::Category::Eof => "is cut off",
        };
        let place = format!("line {}, column {}", error.line(), error.column());
        Error::new(ErrorKind::Protocol, format!("{what} {why} ({place} of {} bytes)", json.len()))
    })
}

fn unknown(event_type: &str, payload: &[u8]) -> Result<ProviderEvent> {
    let mut payload: Value = parse(event_type, payload)?;
    if let Some(members) = payload.as_object_mut() {
        members.remove("p");
    }
    let raw = Value::Object(Map::from_iter([(event_type.to_owned(), payload)]));
    Ok(ProviderEvent::Unknown(UnknownEvent::new(PROVIDER, raw)))
}

fn has_empty_start(payload: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Loose {
        start: Option<Map<String, Value>>,
    }
    serde_json::from_slice(payload)
        .is_ok_and(|Loose { start }| start.is_none_or(|members| members.values().all(Value::is_null)))
}

fn map_stop_reason(raw: &str) -> StopReason {
    match raw {
        "end_turn" => StopReason::EndTurn,
        "tool_use" => StopReason::ToolUse,
        "max_tokens" => StopReason::MaxTokens,
        "stop_sequence" => StopReason::StopSequence,
        "content_filtered" | "guardrail_intervened" => StopReason::ContentFilter,
        "model_context_window_exceeded" => StopReason::ContextWindow,
        "malformed_model_output" | "malformed_tool_use" => StopReason::Malformed,
        "refusal" => StopReason::Refusal,
        "pause_turn" => StopReason::PauseTurn,
        _ => StopReason::Other,
    }
}

/// Token counts, with the input net of what was read from or written to a cache (U1, U4).
///
/// Claude and Nova count so themselves; the OpenAI family counts everything as input. The total tells which: it is the
/// sum of what was counted.
fn read_usage(usage: &Value, counts_cached_input: bool) -> Usage {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64);
    let mut read = Usage::new();
    read.input_tokens = count("inputTokens");
    read.output_tokens = count("outputTokens");
    read.total_tokens = count("totalTokens");
    read.cache_read_input_tokens = count("cacheReadInputTokens");
    read.cache_write_input_tokens = count("cacheWriteInputTokens");
    let cached = read.cache_read_input_tokens.unwrap_or(0) + read.cache_write_input_tokens.unwrap_or(0);
    if let (Some(input), 1..) = (read.input_tokens, cached) {
        let is_gross = match (read.total_tokens, read.output_tokens) {
            (Some(total), Some(output)) if total == input + output => true,
            (Some(total), Some(output)) if total == input + output + cached => false,
            _ => counts_cached_input,
        };
        if is_gross {
            read.input_tokens = Some(input.saturating_sub(cached));
        }
    }
    for detail in usage.get("cacheDetails").and_then(Value::as_array).into_iter().flatten() {
        let Some(tokens) = detail.get("inputTokens").and_then(Value::as_u64) else { continue };
        match detail.get("ttl").and_then(Value::as_str) {
            Some("5m") => *read.cache_write_5m_input_tokens.get_or_insert(0) += tokens,
            Some("1h") => *read.cache_write_1h_input_tokens.get_or_insert(0) += tokens,
            _ => {}
        }
    }
    read
}

/// Who a thought of this answer comes from.
pub(crate) fn origin(model: &str) -> Origin {
    Origin::new(PROVIDER).with_model(model)
}

#[cfg(test)]
mod tests;
