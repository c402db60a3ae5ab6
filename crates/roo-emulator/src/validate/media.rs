//! The rules of images and documents.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Checked;
use crate::image;
use crate::respond::request::{ConverseRequest, DocumentBlock, ImageBlock, Message};

const MOST_IMAGES: usize = 20;
const MOST_DOCUMENTS: usize = 5;
/// 3.75 MB, in bytes.
const LARGEST_IMAGE: usize = 3_932_160;
/// 4.5 MB, in bytes.
const LARGEST_DOCUMENT: usize = 4_718_592;
/// In pixels.
const LONGEST_SIDE: u32 = 8000;

pub(super) fn check(request: &ConverseRequest) -> Checked {
    request.messages.iter().enumerate().try_for_each(|(index, message)| check_message(index, message))
}

/// The rules of images, which hold in whichever form a request is written; those of documents belong to
/// Converse.
pub(super) fn check_images(request: &ConverseRequest) -> Checked {
    for (index, message) in request.messages.iter().enumerate() {
        for (position, block) in message.content.iter().enumerate() {
            let place = format!("messages.{index}.content.{position}");
            block.image.as_ref().map_or(Ok(()), |image| check_image(image, &place))?;
        }
    }
    Ok(())
}

fn check_message(index: usize, message: &Message) -> Checked {
    let images = message.content.iter().filter(|block| block.image.is_some()).count();
    if images > MOST_IMAGES {
        return Err(format!(
            "The message at messages.{index} has {images} images, more than the limit of {MOST_IMAGES}."
        ));
    }
    let documents = message.content.iter().filter(|block| block.document.is_some()).count();
    if documents > MOST_DOCUMENTS {
        return Err(format!(
            "The message at messages.{index} has {documents} documents, more than the limit of \
             {MOST_DOCUMENTS}."
        ));
    }
    if documents > 0 && !message.content.iter().any(|block| block.text.is_some()) {
        return Err(format!(
            "The model returned the following errors: messages.{index}.content: A text block must be \
             included when using documents."
        ));
    }
    for (position, block) in message.content.iter().enumerate() {
        let place = format!("messages.{index}.content.{position}");
        check_media(block.image.as_ref(), block.document.as_ref(), &place)?;
        let results = block.tool_result.iter().flat_map(|result| result.content.iter().enumerate());
        for (position, content) in results {
            let place = format!("{place}.toolResult.content.{position}");
            check_media(content.image.as_ref(), content.document.as_ref(), &place)?;
        }
    }
    Ok(())
}

fn check_media(image: Option<&ImageBlock>, document: Option<&DocumentBlock>, place: &str) -> Checked {
    image.map_or(Ok(()), |image| check_image(image, place))?;
    document.map_or(Ok(()), |document| check_document(document, place))
}

/// The bytes must be what the format says, as the model finds out when it decodes them.
fn check_image(image: &ImageBlock, place: &str) -> Checked {
    let Some(bytes) = &image.source.bytes else { return Ok(()) };
    let bytes = STANDARD.decode(bytes).unwrap_or_default();
    let failed =
        |what: String| Err(format!("The model returned the following errors: {place}.image.source: {what}"));
    if bytes.len() > LARGEST_IMAGE {
        return failed(format!("image exceeds {LARGEST_IMAGE} bytes: it has {} bytes", bytes.len()));
    }
    let Some(facts) = image::read(&bytes) else {
        return failed("Could not process image".to_owned());
    };
    if facts.format != image.format {
        let (said, is) = (&image.format, facts.format);
        return failed(format!(
            "The image was specified using the image/{said} media type, but the image appears to be a \
             image/{is} image"
        ));
    }
    if facts.width.max(facts.height) > LONGEST_SIDE {
        return failed(format!(
            "At least one of the image dimensions exceed max allowed size: {LONGEST_SIDE} pixels"
        ));
    }
    Ok(())
}

fn check_document(document: &DocumentBlock, place: &str) -> Checked {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || " -()[]_".contains(c);
    if document.name.contains("  ") || !document.name.chars().all(is_allowed) {
        return Err(format!(
            "The document file name at {place}.document.name can only contain alphanumeric characters, \
             whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more \
             than one consecutive whitespace character."
        ));
    }
    // Four characters of base64 stand for three bytes.
    let size = document.source.bytes.as_ref().map_or(0, |bytes| bytes.len() / 4 * 3);
    if size > LARGEST_DOCUMENT {
        return Err(format!(
            "The document at {place}.document is larger than the limit of {LARGEST_DOCUMENT} bytes."
        ));
    }
    Ok(())
}
