//! From the contract's content blocks to Bedrock's.

use std::borrow::Cow;

use roo_core::{
    Citation, CitationLocation, ContentBlock, DocumentBlock, DocumentSource, MediaSource, Message, Reasoning,
    RedactedReasoning, Result, Role, SearchResult, Span, TextBlock, ToolInput, ToolResult, ToolResultContent,
    ToolUse, WarningKind,
};
use serde_json::{Value, json};

use super::media::MediaKind;
use super::names::{DocumentNames, ToolNames, is_tool_name, tool_use_id};
use super::report::{Report, invalid, unsupported};
use super::turns::{ASSISTANT, NOTHING_TO_CACHE, Piece, SYSTEM, Turn, Turns, USER, is_cache_point};
use crate::PROVIDER;
use crate::model::{ModelFacts, ModelFamily, ModelId};
use crate::wire::{self, Block};

/// What the blocks of one request are lowered with.
pub(super) struct Lowering<'r> {
    pub(super) facts: &'r ModelFacts,
    pub(super) names: &'r ToolNames,
    pub(super) documents: DocumentNames,
    /// Bedrock refuses tool blocks in a conversation that comes without tools, so they are told as text then (B28).
    pub(super) tools_as_text: bool,
    pub(super) report: &'r mut Report,
}

impl Lowering<'_> {
    /// B1, B2, B4: the system prompt, block by block, and what messages of the system before the first turn add to it.
    pub(super) fn system<'a>(
        &mut self,
        system: &'a [ContentBlock],
        messages: &'a [Message],
    ) -> Result<Vec<Piece<'a>>> {
        let mut pieces = Vec::with_capacity(system.len());
        for (place, block) in system.iter().enumerate() {
            pieces.extend(self.system_block(&format!("/system/{place}"), block)?);
        }
        for (place, message) in messages.iter().take(leading_system(messages)).enumerate() {
            let pointer = format!("/messages/{place}");
            let why = "instructions before the first turn are part of the system prompt";
            self.report.change(WarningKind::Moved, &pointer, why)?;
            for (place, block) in message.content.iter().enumerate() {
                pieces.extend(self.system_block(&format!("{pointer}/content/{place}"), block)?);
            }
        }
        // A cache point ends a prefix, and there is none.
        if pieces.iter().all(is_cache_point) {
            for piece in pieces.drain(..) {
                self.report.change(WarningKind::Dropped, &piece.pointer, NOTHING_TO_CACHE)?;
            }
        }
        Ok(pieces)
    }

    fn system_block<'a>(&mut self, pointer: &str, block: &'a ContentBlock) -> Result<Vec<Piece<'a>>> {
        match block {
            ContentBlock::Text(_) | ContentBlock::CachePoint(_) | ContentBlock::Unknown(_) => {
                self.block(pointer, Role::System, false, block)
            }
            _ => Err(invalid(pointer, "a system prompt takes text and cache points only")),
        }
    }

    /// The conversation, turn by turn as the caller wrote it.
    pub(super) fn turns<'a>(&mut self, messages: &'a [Message]) -> Result<Turns<'a>> {
        let mut turns: Vec<Turn<'a>> = Vec::with_capacity(messages.len());
        for (place, message) in messages.iter().enumerate().skip(leading_system(messages)) {
            let pointer = format!("/messages/{place}");
            let is_native_system = self.facts.supports.mid_conversation_system == Some(true);
            let role = match message.role {
                Role::User => USER,
                Role::Assistant => ASSISTANT,
                Role::System if is_native_system => SYSTEM,
                Role::System => {
                    let why = "this model takes no instructions in the middle: sent as a message of the user";
                    self.report.change(WarningKind::Changed, &pointer, why)?;
                    USER
                }
                _ => return Err(unsupported(&format!("{pointer}/role"), "this role is not supported")),
            };
            let mut pieces = Vec::with_capacity(message.content.len());
            let is_signed = message.content.iter().any(|block| self.is_ours(block));
            for (place, block) in message.content.iter().enumerate() {
                let pointer = format!("{pointer}/content/{place}");
                pieces.extend(self.block(&pointer, message.role, is_signed, block)?);
            }
            if message.role == Role::System && role == USER {
                // B3: in its place, and told apart from what the user says.
                for piece in &mut pieces {
                    if let Block::Text(text) = &mut piece.block {
                        *text = Cow::Owned(format!("[Instruction of the operator: {text}]"));
                    }
                }
            }
            if pieces.is_empty() {
                // Without the last word of the user, the model would be asked to go on with its own.
                let last_spoke = turns.iter().rev().find(|turn| !turn.pieces.is_empty());
                let is_last = place + 1 == messages.len();
                if message.role == Role::User && is_last && last_spoke.is_none_or(|turn| turn.role != USER) {
                    let why = if message.content.is_empty() {
                        "is empty"
                    } else {
                        "has nothing in it but blank text"
                    };
                    return Err(invalid(&format!("{pointer}/content"), why));
                }
                self.report.change(WarningKind::Dropped, &pointer, "a turn with nothing to send back")?;
            }
            turns.push(Turn { role, pieces, pointer });
        }
        Ok(Turns(turns))
    }

    fn block<'a>(
        &mut self,
        pointer: &str,
        role: Role,
        is_signed: bool,
        block: &'a ContentBlock,
    ) -> Result<Vec<Piece<'a>>> {
        let dropped = |report: &mut Report, why: &str| {
            report.change(WarningKind::Dropped, pointer, why).map(|()| Vec::new())
        };
        let lowered = match block {
            // B12: Bedrock signed the turn as it was, with this text in it.
            ContentBlock::Text(text)
                if text.text.trim().is_empty() && is_signed && role == Role::Assistant =>
            {
                Block::Text(Cow::Borrowed(&text.text))
            }
            // B11: Bedrock refuses blank text everywhere.
            ContentBlock::Text(text) if text.text.trim().is_empty() => {
                return dropped(self.report, "a blank text");
            }
            ContentBlock::Text(text) if text.citations.is_empty() || role != Role::Assistant => {
                Block::Text(Cow::Borrowed(&text.text))
            }
            ContentBlock::Text(text) => Block::CitationsContent(citations(text)),
            ContentBlock::Image(image) => {
                self.only_user(pointer, role, "images")?;
                Block::Image(self.media(pointer, MediaKind::Image, &image.source)?)
            }
            ContentBlock::Video(video) => {
                self.only_user(pointer, role, "videos")?;
                Block::Video(self.media(pointer, MediaKind::Video, &video.source)?)
            }
            ContentBlock::Audio(audio) => {
                self.only_user(pointer, role, "recordings")?;
                Block::Audio(self.media(pointer, MediaKind::Audio, &audio.source)?)
            }
            ContentBlock::Document(document) => {
                self.only_user(pointer, role, "documents")?;
                Block::Document(self.document(pointer, document)?)
            }
            ContentBlock::SearchResult(result) => {
                self.only_user(pointer, role, "search results")?;
                Block::SearchResult(search_result(result))
            }
            ContentBlock::ToolUse(call) if role == Role::Assistant => self.tool_use(pointer, call)?,
            ContentBlock::ToolUse(_) => return Err(invalid(pointer, "only the model calls tools")),
            ContentBlock::ToolResult(result) if role != Role::System && self.tools_as_text => {
                return self.result_as_text(pointer, role, result);
            }
            ContentBlock::ToolResult(result) if role == Role::User => self.tool_result(pointer, result)?,
            // The result of a tool that Bedrock ran itself is part of the model's turn.
            ContentBlock::ToolResult(result) if role == Role::Assistant => {
                self.tool_result(pointer, result)?
            }
            ContentBlock::ToolResult(_) => {
                return Err(invalid(pointer, "tool results belong into a message of the user"));
            }
            ContentBlock::Reasoning(Reasoning { text, signature: Some(signature), .. })
                if self.is_ours(block) =>
            {
                Block::ReasoningContent(wire::Reasoning::ReasoningText { text, signature })
            }
            ContentBlock::RedactedReasoning(RedactedReasoning { data, .. }) if self.is_ours(block) => {
                Block::ReasoningContent(wire::Reasoning::RedactedContent(data))
            }
            // B15, B16: what Bedrock did not sign is not Bedrock's, and raw thoughts would look like an answer.
            ContentBlock::Reasoning(_) => {
                return dropped(self.report, "reasoning that this model did not sign");
            }
            ContentBlock::RedactedReasoning(_) => {
                return dropped(self.report, "redacted reasoning of another model");
            }
            ContentBlock::CachePoint(point) => Block::CachePoint(wire::CachePoint::new(*point)),
            ContentBlock::Unknown(unknown) if unknown.provider == PROVIDER => Block::Raw(&unknown.raw),
            ContentBlock::Unknown(_) => {
                return dropped(self.report, "a block that only another provider understands");
            }
            _ => return Err(unsupported(pointer, "this kind of block is not supported")),
        };
        Ok(vec![Piece { block: lowered, pointer: pointer.to_owned() }])
    }

    /// Whether a thought is Bedrock's own and signed, and of the family that is to read it: another one refuses it.
    fn is_ours(&self, block: &ContentBlock) -> bool {
        let origin = match block {
            ContentBlock::Reasoning(block) if block.signature.is_some() => &block.origin,
            ContentBlock::RedactedReasoning(block) => &block.origin,
            _ => return false,
        };
        let Some(origin) = origin.as_ref().filter(|origin| origin.provider == PROVIDER) else { return false };
        let family =
            origin.model.as_deref().map_or(ModelFamily::Unknown, |model| ModelId::parse(model).family());
        // Of a model whose family nobody knows it may be its own.
        family.is_unknown() || self.facts.family.is_unknown() || family == self.facts.family
    }

    /// B41: media are the user's.
    fn only_user(&self, pointer: &str, role: Role, what: &str) -> Result<()> {
        if role == Role::User {
            Ok(())
        } else {
            Err(invalid(pointer, format!("only messages of the user may hold {what}")))
        }
    }

    /// B36, B37, B38: a picture, video or recording.
    fn media<'a>(
        &mut self,
        pointer: &str,
        kind: MediaKind,
        source: &'a MediaSource,
    ) -> Result<wire::Media<'a>> {
        let unknown =
            || invalid(pointer, format!("the format is none that Bedrock takes here ({})", kind.known()));
        let (format, source) = match source {
            MediaSource::Bytes { data, .. } if data.is_empty() => {
                return Err(invalid(pointer, "there are no bytes"));
            }
            MediaSource::Bytes { media_type, data } => {
                let named = media_type.as_deref().and_then(|media_type| kind.named(media_type));
                let is_named = media_type.as_deref().is_some_and(|media_type| !media_type.ends_with("/*"));
                let format = match kind {
                    // The bytes of an image do not lie, and Bedrock looks at them.
                    MediaKind::Image => kind.sniffed(data).ok_or_else(unknown)?,
                    _ if is_named => named.ok_or_else(unknown)?,
                    _ => kind.sniffed(data).ok_or_else(unknown)?,
                };
                if is_named && named != Some(format) {
                    let why = format!("sent as {format}, which the bytes are, and not as what was named");
                    self.report.change(WarningKind::Changed, pointer, why)?;
                }
                (format, wire::Source::Bytes(data))
            }
            MediaSource::S3 { uri, media_type, bucket_owner } => {
                let format = media_type
                    .as_deref()
                    .and_then(|media_type| kind.named(media_type))
                    .ok_or_else(unknown)?;
                (format, s3(pointer, uri, bucket_owner.as_deref())?)
            }
            _ => {
                return Err(unsupported(pointer, "Bedrock takes bytes or an object in S3")
                    .with_hint("Fetch it and send its bytes."));
            }
        };
        Ok(wire::Media { format, source })
    }

    fn document<'a>(&mut self, pointer: &str, document: &'a DocumentBlock) -> Result<wire::Document<'a>> {
        let kind = MediaKind::Document;
        let unknown =
            || invalid(pointer, format!("the format is none that Bedrock takes here ({})", kind.known()));
        let (format, source, content): (_, _, &[u8]) = match &document.source {
            DocumentSource::Bytes { data, .. } if data.is_empty() => {
                return Err(invalid(pointer, "there are no bytes"));
            }
            DocumentSource::Bytes { media_type, data } => {
                let is_named = !media_type.is_empty() && !media_type.ends_with("/*");
                let format = if is_named { kind.named(media_type) } else { kind.sniffed(data) };
                (format.ok_or_else(unknown)?, wire::DocumentSource::Other(wire::Source::Bytes(data)), data)
            }
            DocumentSource::Text { text } if text.trim().is_empty() => {
                return Err(invalid(pointer, "the text is blank"));
            }
            DocumentSource::Text { text } => ("txt", wire::DocumentSource::Text(text), text.as_bytes()),
            DocumentSource::Content { content } => {
                let pieces: Vec<_> = content.iter().map(|text| wire::TextPiece { text }).collect();
                let first = content.first().ok_or_else(|| invalid(pointer, "the content is empty"))?;
                ("txt", wire::DocumentSource::Content(pieces), first.as_bytes())
            }
            DocumentSource::S3 { uri, media_type, bucket_owner } => {
                let format = kind.named(media_type).ok_or_else(unknown)?;
                let source = s3(pointer, uri, bucket_owner.as_deref())?;
                (format, wire::DocumentSource::Other(source), uri.as_bytes())
            }
            _ => {
                return Err(unsupported(
                    pointer,
                    "Bedrock takes documents as bytes, text or an object in S3",
                )
                .with_hint("Fetch it and send its bytes."));
            }
        };
        let name = self.documents.next(document.name.as_deref(), content);
        if document.name.as_deref().is_some_and(|wanted| wanted != name) {
            let why = "the name of a document was cleaned or made unique";
            self.report.change(WarningKind::Renamed, &format!("{pointer}/name"), why)?;
        }
        let context = document.context.as_deref();
        if context.is_some_and(|context| context.trim().is_empty()) {
            self.report.change(WarningKind::Dropped, &format!("{pointer}/context"), "a blank text")?;
        }
        Ok(wire::Document {
            format,
            name,
            source,
            context: context.filter(|context| !context.trim().is_empty()),
            // B42: only where it is wanted.
            citations: document.citations.then_some(wire::CitationsConfig { enabled: true }),
        })
    }

    fn tool_use<'a>(&mut self, pointer: &str, call: &'a ToolUse) -> Result<Block<'a>> {
        // B20, B21: an object, or what the model wrote instead in one, so that it sees its mistake.
        let input = match &call.input {
            ToolInput::Json(Value::Object(members)) => wire::ToolInput::Object(members),
            ToolInput::Json(value) => wire::ToolInput::NotAnObject(value),
            ToolInput::Invalid(text) | ToolInput::Incomplete(text) => wire::ToolInput::Invalid(text),
            _ => return Err(invalid(&format!("{pointer}/input"), "this kind of input is not supported")),
        };
        if self.tools_as_text {
            self.report.change(
                WarningKind::Changed,
                pointer,
                "a tool call told as text, since there are no tools",
            )?;
            let input = as_json(pointer, &input)?;
            return Ok(Block::Text(format!("[tool call {}: {}({input})]", call.id, call.name).into()));
        }
        if !matches!(input, wire::ToolInput::Object(_)) {
            let why = "an input that is no object was wrapped in one";
            self.report.change(WarningKind::Changed, &format!("{pointer}/input"), why)?;
        }
        if !is_tool_name(&call.name) {
            let why = "the name of a tool that Bedrock does not take";
            self.report.change(WarningKind::Renamed, &format!("{pointer}/name"), why)?;
        }
        Ok(Block::ToolUse(wire::ToolUse {
            tool_use_id: self.id(&format!("{pointer}/id"), &call.id)?,
            name: self.names.to_wire(&call.name),
            input,
            kind: call.server.then_some("server_tool_use"),
        }))
    }

    /// B22: an id as this model takes it.
    fn id<'a>(&mut self, pointer: &str, id: &'a str) -> Result<Cow<'a, str>> {
        let wire = tool_use_id(id, self.facts.family == ModelFamily::Mistral);
        if wire != id {
            self.report.change(
                WarningKind::Renamed,
                pointer,
                "an id of a tool call that the model does not take",
            )?;
        }
        Ok(wire)
    }

    /// B24: what a tool gave.
    fn tool_result_contents<'a>(
        &mut self,
        pointer: &str,
        result: &'a ToolResult,
    ) -> Result<Vec<wire::ToolResultContent<'a>>> {
        let mut content = Vec::with_capacity(result.content.len());
        for (place, piece) in result.content.iter().enumerate() {
            content.extend(self.tool_result_content(&format!("{pointer}/content/{place}"), piece)?);
        }
        if content.is_empty() {
            self.report.change(
                WarningKind::Added,
                pointer,
                "a result with nothing in it says so in words",
            )?;
            content.push(wire::ToolResultContent::Text("(empty)".into()));
        }
        Ok(content)
    }

    /// B28: a result told as text, with the media that it has beside it.
    fn result_as_text<'a>(
        &mut self,
        pointer: &str,
        role: Role,
        result: &'a ToolResult,
    ) -> Result<Vec<Piece<'a>>> {
        let why = "a tool result told as text, since there are no tools";
        self.report.change(WarningKind::Changed, pointer, why)?;
        let mut told = Vec::with_capacity(result.content.len());
        let mut media = Vec::new();
        for content in self.tool_result_contents(pointer, result)? {
            match content {
                // Media are the user's.
                content if role != Role::User => told.push(content),
                wire::ToolResultContent::Image(image) => media.push(Block::Image(image)),
                wire::ToolResultContent::Document(document) => media.push(Block::Document(document)),
                wire::ToolResultContent::Video(video) => media.push(Block::Video(video)),
                wire::ToolResultContent::SearchResult(result) => media.push(Block::SearchResult(result)),
                content => told.push(content),
            }
        }
        let told = as_json(pointer, &told)?;
        let failed = if result.is_error { "failed " } else { "" };
        let text = Block::Text(format!("[{failed}tool result for {}: {told}]", result.tool_use_id).into());
        let pieces = std::iter::once(text).chain(media);
        Ok(pieces.map(|block| Piece { block, pointer: pointer.to_owned() }).collect())
    }

    /// B25: what came of a call.
    fn tool_result<'a>(&mut self, pointer: &str, result: &'a ToolResult) -> Result<Block<'a>> {
        let content = self.tool_result_contents(pointer, result)?;
        Ok(Block::ToolResult(wire::ToolResult {
            tool_use_id: self.id(&format!("{pointer}/tool_use_id"), &result.tool_use_id)?,
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
                self.report.change(WarningKind::Dropped, pointer, "a blank text")?;
                return Ok(None);
            }
            ToolResultContent::Text { text } => wire::ToolResultContent::Text(Cow::Borrowed(text)),
            ToolResultContent::Json { value: value @ Value::Object(_) } => {
                wire::ToolResultContent::Json(Cow::Borrowed(value))
            }
            ToolResultContent::Json { value } => {
                self.report.change(
                    WarningKind::Changed,
                    pointer,
                    "JSON that is no object is sent as its text",
                )?;
                wire::ToolResultContent::Text(value.to_string().into())
            }
            ToolResultContent::Image(_) if self.facts.supports.tool_result_images == Some(false) => {
                return Err(unsupported(pointer, "this model takes no images in the results of tools")
                    .with_hint("Put the image beside the result, into the same message."));
            }
            ToolResultContent::Image(image) => {
                wire::ToolResultContent::Image(self.media(pointer, MediaKind::Image, &image.source)?)
            }
            ToolResultContent::Video(video) => {
                wire::ToolResultContent::Video(self.media(pointer, MediaKind::Video, &video.source)?)
            }
            ToolResultContent::Document(document) => {
                wire::ToolResultContent::Document(self.document(pointer, document)?)
            }
            ToolResultContent::SearchResult(result) => {
                wire::ToolResultContent::SearchResult(search_result(result))
            }
            ToolResultContent::Unknown(unknown) if unknown.provider == PROVIDER => {
                wire::ToolResultContent::Raw(&unknown.raw)
            }
            ToolResultContent::Unknown(_) => {
                self.report.change(
                    WarningKind::Dropped,
                    pointer,
                    "a piece that only another provider understands",
                )?;
                return Ok(None);
            }
            _ => return Err(unsupported(pointer, "this kind of tool result is not supported")),
        };
        Ok(Some(lowered))
    }
}

/// How many messages of the system come before the first turn.
fn leading_system(messages: &[Message]) -> usize {
    messages.iter().take_while(|message| message.role == Role::System).count()
}

fn s3<'a>(pointer: &str, uri: &'a str, bucket_owner: Option<&'a str>) -> Result<wire::Source<'a>> {
    let bucket = uri.strip_prefix("s3://").and_then(|path| path.split('/').next()).unwrap_or_default();
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    let is_bucket = (3..=63).contains(&bucket.len())
        && bucket.bytes().all(is_inner)
        && !bucket.starts_with(['.', '-'])
        && !bucket.ends_with(['.', '-']);
    if !is_bucket || uri.len() > 1024 {
        return Err(invalid(pointer, "an object in S3 is named s3://bucket/key, in at most 1024 bytes"));
    }
    let is_account = |owner: &str| owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit());
    if bucket_owner.is_some_and(|owner| !is_account(owner)) {
        return Err(invalid(pointer, "the owner of a bucket is an account of twelve digits"));
    }
    Ok(wire::Source::S3Location { uri, bucket_owner })
}

fn search_result(result: &SearchResult) -> wire::SearchResult<'_> {
    wire::SearchResult {
        source: &result.source,
        title: &result.title,
        content: result.content.iter().map(|text| wire::TextPiece { text }).collect(),
        citations: result.citations.then_some(wire::CitationsConfig { enabled: true }),
    }
}

fn citations(block: &TextBlock) -> wire::CitationsContent<'_> {
    wire::CitationsContent {
        content: [wire::TextPiece { text: &block.text }],
        citations: block.citations.iter().map(citation).collect(),
    }
}

fn citation(citation: &Citation) -> wire::Citation<'_> {
    let span = |kind: &str, index: &str, span: &Span| {
        let members = [(index, span.index), ("start", span.start), ("end", span.end)];
        let members =
            members.into_iter().filter_map(|(name, number)| Some((name.to_owned(), json!(number?))));
        json!({kind: Value::Object(members.collect())})
    };
    let location = citation.location.as_ref().map(|location| match location {
        CitationLocation::Web { url, domain } => {
            let members = [("url", url), ("domain", domain)];
            let members =
                members.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
            json!({"web": Value::Object(members.collect())})
        }
        CitationLocation::DocumentChar(place) => span("documentChar", "documentIndex", place),
        CitationLocation::DocumentPage(place) => span("documentPage", "documentIndex", place),
        CitationLocation::DocumentChunk(place) => span("documentChunk", "documentIndex", place),
        CitationLocation::SearchResult(place) => span("searchResultLocation", "searchResultIndex", place),
        CitationLocation::Unknown(unknown) => unknown.raw.clone(),
        _ => Value::Null,
    });
    wire::Citation {
        title: citation.title.as_deref(),
        source: citation.source.as_deref(),
        source_content: citation.cited_text.iter().map(|text| wire::TextPiece { text }).collect(),
        location: location.filter(|location| !location.is_null()),
    }
}

fn as_json(pointer: &str, value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| invalid(pointer, "cannot be written as JSON").with_source(error))
}
