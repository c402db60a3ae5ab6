//! From a [`MessageRequest`] to the body of Converse: pure, one builder for the streaming and the unary call.

use std::borrow::Cow;

use bytes::Bytes;
use roo_core::{
    ContentBlock, Error, ErrorKind, ImageBlock, ImageFormat, MediaSource, Message, MessageRequest,
    ReasoningMode, ResponseFormat, Result, Role, Tool, ToolChoice, ToolInput, ToolResult, ToolResultContent,
    ToolUse, Warning, WarningKind,
};
use serde_json::Value;

use crate::options::BedrockOptions;
use crate::{PROVIDER, wire};

/// The most that Bedrock reads, in bytes.
const MAX_BODY_BYTES: usize = 25_000_000;

/// A request ready to be signed and sent.
#[derive(Debug)]
pub(crate) struct ConverseRequest {
    /// The model as the caller named it.
    pub(crate) model: String,
    pub(crate) body: Bytes,
    /// What was changed so that Bedrock takes it.
    pub(crate) warnings: Vec<Warning>,
    pub(crate) streaming: Option<bool>,
}

impl ConverseRequest {
    /// Checks a request against what Bedrock takes and writes it down.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidRequest`] or [`ErrorKind::Unsupported`]; the message begins with the JSON pointer of the
    /// member.
    pub(crate) fn new(request: &MessageRequest) -> Result<Self> {
        let options = request.provider_options.get::<BedrockOptions>()?.unwrap_or_default();
        let model = check_model(request.model.as_deref())?;
        refuse_what_cannot_be_sent(request)?;

        let mut lowering = Lowering { warnings: Vec::new(), tools_as_text: tools_are_text(request) };
        let tool_config = lowering.tool_config(request)?;
        let body = wire::Converse {
            system: lowering.system(&request.system)?,
            messages: lowering.turns(&request.messages)?,
            inference_config: inference_config(request)?,
            tool_config,
            additional_model_request_fields: &options.additional_model_request_fields,
            request_metadata: &request.metadata,
        };
        let body = serde_json::to_vec(&body)
            .map_err(|error| invalid("", "cannot be written as JSON").with_source(error))?;
        if body.len() > MAX_BODY_BYTES {
            return Err(too_large(request, body.len()));
        }
        Ok(Self {
            model: model.to_owned(),
            body: body.into(),
            warnings: lowering.warnings,
            streaming: options.streaming,
        })
    }
}

/// Names the message that takes most of the room.
fn too_large(request: &MessageRequest, length: usize) -> Error {
    let size = |message: &Message| serde_json::to_vec(message).map_or(0, |json| json.len());
    let largest = request.messages.iter().enumerate().max_by_key(|(_, message)| size(message));
    let pointer = largest.map(|(place, _)| format!("/messages/{place}")).unwrap_or_default();
    invalid(
        &pointer,
        format!(
            "is the largest part of a request of {length} bytes, and Bedrock reads at most {MAX_BODY_BYTES}"
        ),
    )
    .with_hint("Send fewer or smaller images, or shorten the conversation.")
}

/// An error at a place in the request, named by JSON pointer.
fn invalid(pointer: &str, why: impl AsRef<str>) -> Error {
    let separator = if pointer.is_empty() { "the request " } else { ": " };
    Error::new(ErrorKind::InvalidRequest, format!("{pointer}{separator}{}", why.as_ref()))
}

fn check_model(model: Option<&str>) -> Result<&str> {
    let model = model.unwrap_or_default();
    let why = match model {
        "" => "no model was named",
        blank if blank.trim().is_empty() => "the model id is blank",
        // The URL would lose them.
        "." | ".." => "this is not a model id",
        long if long.len() > 2048 => "the model id is longer than 2048 characters",
        _ => return Ok(model),
    };
    Err(invalid("/model", why).with_hint(
        "Give a model id such as anthropic.claude-3-sonnet-20240229-v1:0, an inference profile id or an ARN.",
    ))
}

/// What Converse has no member for in this version. Silently leaving it out would be worse than refusing it.
fn refuse_what_cannot_be_sent(request: &MessageRequest) -> Result<()> {
    let refused = [
        ("/top_k", request.top_k.is_some()),
        ("/reasoning", request.reasoning.is_some_and(|mode| mode != ReasoningMode::Off)),
        (
            "/response_format",
            request.response_format.as_ref().is_some_and(|format| *format != ResponseFormat::Text),
        ),
        ("/parallel_tool_calls", request.parallel_tool_calls.is_some()),
        ("/cache", request.cache != roo_core::CacheStrategy::Explicit),
    ];
    match refused.into_iter().find(|(_, set)| *set) {
        None => Ok(()),
        Some((pointer, _)) => {
            Err(Error::new(ErrorKind::Unsupported, format!("{pointer}: not supported for Bedrock yet")))
        }
    }
}

fn inference_config(request: &MessageRequest) -> Result<wire::InferenceConfig<'_>> {
    if request.max_tokens == Some(0) {
        return Err(invalid("/max_tokens", "must be at least 1"));
    }
    for (pointer, value) in [("/temperature", request.temperature), ("/top_p", request.top_p)] {
        if value.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
            return Err(invalid(pointer, "must be from 0 to 1"));
        }
    }
    if let Some(place) = request.stop_sequences.iter().position(String::is_empty) {
        return Err(invalid(&format!("/stop_sequences/{place}"), "is empty"));
    }
    Ok(wire::InferenceConfig {
        max_tokens: request.max_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        stop_sequences: &request.stop_sequences,
    })
}

/// Bedrock refuses tool blocks in a conversation that comes without tools, so they are told as text then.
fn tools_are_text(request: &MessageRequest) -> bool {
    request.tools.is_empty() || request.tool_choice == Some(ToolChoice::None)
}

struct Lowering {
    warnings: Vec<Warning>,
    tools_as_text: bool,
}

impl Lowering {
    fn warn(&mut self, kind: WarningKind, pointer: &str, message: &'static str) {
        self.warnings.push(Warning::new(kind, message).at(pointer));
    }

    fn tool_config<'a>(&mut self, request: &'a MessageRequest) -> Result<Option<wire::ToolConfig<'a>>> {
        let known = |name: &str| request.tools.iter().any(|tool| tool.name == name);
        let tool_choice = match &request.tool_choice {
            None => None,
            Some(ToolChoice::None) => return Ok(None),
            Some(ToolChoice::Auto) => Some(wire::ToolChoice::Auto {}),
            Some(_) if request.tools.is_empty() => {
                return Err(invalid("/tool_choice", "asks for a tool, and there are no tools"));
            }
            Some(ToolChoice::Any) => Some(wire::ToolChoice::Any {}),
            Some(ToolChoice::Tool { name }) if known(name) => Some(wire::ToolChoice::Tool { name }),
            Some(ToolChoice::Tool { .. }) => {
                return Err(invalid("/tool_choice/name", "names a tool that is not among the tools"));
            }
            Some(_) => {
                return Err(Error::new(ErrorKind::Unsupported, "/tool_choice: not supported for Bedrock"));
            }
        };
        let mut tools = Vec::with_capacity(request.tools.len());
        for (place, tool) in request.tools.iter().enumerate() {
            if request.tools.iter().take(place).any(|other| other.name == tool.name) {
                return Err(invalid(&format!("/tools/{place}/name"), "is the name of another tool already"));
            }
            tools.push(lower_tool(&format!("/tools/{place}"), tool)?);
            tools.extend(tool.cache.map(|point| wire::Tool::CachePoint(wire::CachePoint::new(point))));
        }
        Ok((!tools.is_empty()).then_some(wire::ToolConfig { tools, tool_choice }))
    }

    fn system<'a>(&mut self, system: &'a [ContentBlock]) -> Result<Vec<wire::Block<'a>>> {
        let mut blocks = Vec::with_capacity(system.len());
        for (place, block) in system.iter().enumerate() {
            let pointer = format!("/system/{place}");
            match block {
                ContentBlock::Text(_) | ContentBlock::CachePoint(_) | ContentBlock::Unknown(_) => {
                    blocks.extend(self.block(&pointer, Role::System, block)?);
                }
                _ => return Err(invalid(&pointer, "a system prompt takes text and cache points only")),
            }
        }
        Ok(blocks)
    }

    /// One turn for each run of messages of the same role: Bedrock wants the roles to alternate.
    fn turns<'a>(&mut self, messages: &'a [Message]) -> Result<Vec<wire::Turn<'a>>> {
        if messages.is_empty() {
            return Err(invalid("/messages", "there is no message"));
        }
        let mut turns: Vec<wire::Turn<'a>> = Vec::with_capacity(messages.len());
        for (place, message) in messages.iter().enumerate() {
            let pointer = format!("/messages/{place}");
            let role = match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
                _ => {
                    let message =
                        format!("{pointer}/role: only user and assistant are supported for Bedrock yet");
                    return Err(Error::new(ErrorKind::Unsupported, message)
                        .with_hint("Put instructions into the system prompt."));
                }
            };
            let mut content = Vec::with_capacity(message.content.len());
            for (place, block) in message.content.iter().enumerate() {
                content.extend(self.block(&format!("{pointer}/content/{place}"), message.role, block)?);
            }
            if content.iter().all(|block| matches!(block, wire::Block::CachePoint(_))) {
                if message.role == Role::User {
                    return Err(invalid(&format!("{pointer}/content"), "is empty"));
                }
                self.warn(WarningKind::Dropped, &pointer, "a turn of the model with nothing to send back");
                continue;
            }
            match turns.last_mut() {
                Some(turn) if turn.role == role => {
                    self.warn(
                        WarningKind::Merged,
                        &pointer,
                        "joined with the message of the same role before it",
                    );
                    turn.content.append(&mut content);
                }
                _ => turns.push(wire::Turn { role, content }),
            }
        }
        match turns.first() {
            Some(turn) if turn.role == "user" => Ok(turns),
            _ => Err(invalid("/messages/0", "a conversation begins with a message of the user")),
        }
    }

    fn block<'a>(
        &mut self,
        pointer: &str,
        role: Role,
        block: &'a ContentBlock,
    ) -> Result<Option<wire::Block<'a>>> {
        let lowered = match block {
            ContentBlock::Text(block) if block.text.trim().is_empty() => {
                if role != Role::Assistant {
                    return Err(invalid(pointer, "the text is blank"));
                }
                // Models write blank text between two calls, and Bedrock refuses to read it again.
                self.warn(WarningKind::Dropped, pointer, "a blank text of the model");
                return Ok(None);
            }
            ContentBlock::Text(block) => wire::Block::Text(Cow::Borrowed(&block.text)),
            ContentBlock::Image(image) if role == Role::User => {
                wire::Block::Image(self.image(pointer, image)?)
            }
            ContentBlock::Image(_) => {
                return Err(invalid(pointer, "only messages of the user may hold images"));
            }
            ContentBlock::ToolUse(call) if role == Role::Assistant => self.tool_use(pointer, call)?,
            ContentBlock::ToolUse(_) => return Err(invalid(pointer, "only the model calls tools")),
            ContentBlock::ToolResult(result) if role == Role::User => self.tool_result(pointer, result)?,
            ContentBlock::ToolResult(_) => {
                return Err(invalid(pointer, "tool results belong into a message of the user"));
            }
            ContentBlock::Reasoning(block) => {
                let ours = block.origin.as_ref().is_some_and(|origin| origin.provider == PROVIDER);
                match &block.signature {
                    Some(signature) if ours => {
                        wire::Block::ReasoningContent(wire::Reasoning::ReasoningText {
                            text: &block.text,
                            signature,
                        })
                    }
                    _ => {
                        let why = "reasoning that Bedrock did not sign is not sent back";
                        self.warn(WarningKind::Dropped, pointer, why);
                        return Ok(None);
                    }
                }
            }
            ContentBlock::RedactedReasoning(block) => match &block.origin {
                Some(origin) if origin.provider == PROVIDER => {
                    wire::Block::ReasoningContent(wire::Reasoning::RedactedContent(&block.data))
                }
                _ => {
                    self.warn(WarningKind::Dropped, pointer, "redacted reasoning of another provider");
                    return Ok(None);
                }
            },
            ContentBlock::CachePoint(point) => wire::Block::CachePoint(wire::CachePoint::new(*point)),
            ContentBlock::Unknown(unknown) if unknown.provider == PROVIDER => wire::Block::Raw(&unknown.raw),
            ContentBlock::Unknown(_) => {
                self.warn(WarningKind::Dropped, pointer, "a block that only another provider understands");
                return Ok(None);
            }
            _ => {
                let message = format!("{pointer}: this kind of block is not supported for Bedrock yet");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        };
        Ok(Some(lowered))
    }

    fn image<'a>(&mut self, pointer: &str, image: &'a ImageBlock) -> Result<wire::Image<'a>> {
        let (format, source) = match &image.source {
            MediaSource::Bytes { data, .. } if data.is_empty() => {
                return Err(invalid(pointer, "the image is empty"));
            }
            MediaSource::Bytes { media_type, data } => {
                let Some(format) = ImageFormat::sniff(data) else {
                    let why = "the bytes are no image that Bedrock reads (png, jpeg, gif or webp)";
                    return Err(invalid(pointer, why));
                };
                if let Some(named) = media_type
                    && ImageFormat::from_media_type(named) != Some(format)
                {
                    let why = "sent as the format that the bytes have, which is not the one that was named";
                    self.warn(WarningKind::Changed, pointer, why);
                }
                (format, wire::Source::Bytes(data))
            }
            MediaSource::S3 { uri, media_type, bucket_owner } => {
                let format = media_type.as_deref().and_then(ImageFormat::from_media_type).ok_or_else(|| {
                    invalid(pointer, "an image in S3 needs a media type: image/png, image/jpeg, image/gif or image/webp")
                })?;
                (format, wire::Source::S3Location { uri, bucket_owner: bucket_owner.as_deref() })
            }
            _ => {
                let message = format!("{pointer}: Bedrock takes images as bytes or from S3");
                return Err(Error::new(ErrorKind::Unsupported, message)
                    .with_hint("Fetch the image and send its bytes."));
            }
        };
        Ok(wire::Image { format: format.as_str(), source })
    }

    fn tool_use<'a>(&mut self, pointer: &str, call: &'a ToolUse) -> Result<wire::Block<'a>> {
        let input = match &call.input {
            ToolInput::Json(Value::Object(members)) => wire::ToolInput::Object(members),
            ToolInput::Json(value) => wire::ToolInput::NotAnObject(value),
            ToolInput::Invalid(text) | ToolInput::Incomplete(text) => wire::ToolInput::Invalid(text),
            _ => return Err(invalid(&format!("{pointer}/input"), "this kind of input is not supported")),
        };
        if self.tools_as_text {
            self.warn(
                WarningKind::Changed,
                pointer,
                "a tool call told as text, since the request has no tools",
            );
            let input = serde_json::to_string(&input)
                .map_err(|error| invalid(pointer, "cannot be written as JSON").with_source(error))?;
            return Ok(wire::Block::Text(format!("[tool call {}: {}({input})]", call.id, call.name).into()));
        }
        if !matches!(input, wire::ToolInput::Object(_)) {
            let why = "an input that is no object was wrapped in one";
            self.warn(WarningKind::Changed, &format!("{pointer}/input"), why);
        }
        check_tool_name(&format!("{pointer}/name"), &call.name)?;
        check_tool_use_id(&format!("{pointer}/id"), &call.id)?;
        let kind = call.server.then_some("server_tool_use");
        Ok(wire::Block::ToolUse(wire::ToolUse { tool_use_id: &call.id, name: &call.name, input, kind }))
    }

    fn tool_result<'a>(&mut self, pointer: &str, result: &'a ToolResult) -> Result<wire::Block<'a>> {
        check_tool_use_id(&format!("{pointer}/tool_use_id"), &result.tool_use_id)?;
        let mut content = Vec::with_capacity(result.content.len());
        for (place, piece) in result.content.iter().enumerate() {
            content.extend(self.tool_result_content(&format!("{pointer}/content/{place}"), piece)?);
        }
        if content.is_empty() {
            self.warn(WarningKind::Added, pointer, "a result with nothing in it says so in words");
            content.push(wire::ToolResultContent::Text("(empty)".into()));
        }
        if self.tools_as_text {
            self.warn(
                WarningKind::Changed,
                pointer,
                "a tool result told as text, since the request has no tools",
            );
            let content = serde_json::to_string(&content)
                .map_err(|error| invalid(pointer, "cannot be written as JSON").with_source(error))?;
            return Ok(wire::Block::Text(
                format!("[tool result for {}: {content}]", result.tool_use_id).into(),
            ));
        }
        Ok(wire::Block::ToolResult(wire::ToolResult {
            tool_use_id: &result.tool_use_id,
            content,
            status: result.is_error.then_some("error"),
        }))
    }

    fn tool_result_content<'a>(
        &mut self,
        pointer: &str,
        piece: &'a ToolResultContent,
    ) -> Result<Option<wire::ToolResultContent<'a>>> {
        let lowered = match piece {
            ToolResultContent::Text { text } if text.trim().is_empty() => {
                self.warn(WarningKind::Dropped, pointer, "a blank text");
                return Ok(None);
            }
            ToolResultContent::Text { text } => wire::ToolResultContent::Text(Cow::Borrowed(text)),
            ToolResultContent::Json { value: value @ Value::Object(_) } => {
                wire::ToolResultContent::Json(value)
            }
            ToolResultContent::Json { value } => {
                self.warn(WarningKind::Changed, pointer, "JSON that is no object is sent as its text");
                wire::ToolResultContent::Text(value.to_string().into())
            }
            ToolResultContent::Image(image) => wire::ToolResultContent::Image(self.image(pointer, image)?),
            ToolResultContent::Unknown(unknown) if unknown.provider == PROVIDER => {
                wire::ToolResultContent::Raw(&unknown.raw)
            }
            _ => {
                let message = format!("{pointer}: this kind of tool result is not supported for Bedrock yet");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        };
        Ok(Some(lowered))
    }
}

fn lower_tool<'a>(pointer: &str, tool: &'a Tool) -> Result<wire::Tool<'a>> {
    check_tool_name(&format!("{pointer}/name"), &tool.name)?;
    if tool.input_schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(invalid(
            &format!("{pointer}/input_schema"),
            "must be a JSON schema with \"type\": \"object\"",
        ));
    }
    Ok(wire::Tool::ToolSpec {
        name: &tool.name,
        description: tool.description.as_deref().filter(|description| !description.trim().is_empty()),
        input_schema: wire::InputSchema { json: &tool.input_schema },
        strict: tool.strict,
    })
}

fn check_tool_name(pointer: &str, name: &str) -> Result<()> {
    check_identifier(pointer, name, "_-", "letters, digits, _ and -")
}

fn check_tool_use_id(pointer: &str, id: &str) -> Result<()> {
    check_identifier(pointer, id, "_.:-", "letters, digits, _ . : and -")
}

fn check_identifier(pointer: &str, text: &str, marks: &str, allowed: &str) -> Result<()> {
    let fits = text.chars().all(|letter| letter.is_ascii_alphanumeric() || marks.contains(letter));
    if fits && (1..=64).contains(&text.len()) {
        return Ok(());
    }
    // As much as tells which one it is.
    let shown: String = text.chars().take(80).collect();
    Err(invalid(pointer, format!("{shown:?} is not taken by Bedrock: 1 to 64 {allowed}")))
}
