//! How many media a message may hold, and how large they may be (B41).

use roo_core::Result;

use super::report::invalid;
use super::turns::{Piece, Turns};
use crate::wire::{Block, DocumentSource, Source, ToolResultContent};

const MAX_IMAGES: usize = 20;
const MAX_IMAGE_BYTES: usize = 3_750_000;
const MAX_IMAGE_PIXELS: usize = 8_000;
const MAX_DOCUMENTS: usize = 5;
const MAX_DOCUMENT_BYTES: usize = 4_500_000;

/// Refuses what Bedrock would refuse after reading all of it.
pub(super) fn check(turns: &Turns<'_>) -> Result<()> {
    for turn in &turns.0 {
        let count =
            |wanted: fn(&Block<'_>) -> bool| turn.pieces.iter().filter(|piece| wanted(&piece.block)).count();
        let images = count(|block| matches!(block, Block::Image(_)));
        if images > MAX_IMAGES {
            return Err(invalid(
                &turn.pointer,
                format!("{images} images, and Bedrock takes {MAX_IMAGES} in a message"),
            ));
        }
        let documents = count(|block| matches!(block, Block::Document(_)));
        if documents > MAX_DOCUMENTS {
            let why = format!("{documents} documents, and Bedrock takes {MAX_DOCUMENTS} in a message");
            return Err(invalid(&turn.pointer, why));
        }
        turn.pieces.iter().try_for_each(check_piece)?;
    }
    Ok(())
}

fn check_piece(piece: &Piece<'_>) -> Result<()> {
    match &piece.block {
        Block::Image(image) => check_image(&piece.pointer, &image.source),
        Block::Document(document) => check_document(&piece.pointer, &document.source),
        Block::ToolResult(result) => result.content.iter().try_for_each(|content| match content {
            ToolResultContent::Image(image) => check_image(&piece.pointer, &image.source),
            ToolResultContent::Document(document) => check_document(&piece.pointer, &document.source),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

fn check_image(pointer: &str, source: &Source<'_>) -> Result<()> {
    let Source::Bytes(data) = source else { return Ok(()) };
    if data.len() > MAX_IMAGE_BYTES {
        let why = format!("an image of {} bytes, and Bedrock takes {MAX_IMAGE_BYTES}", data.len());
        return Err(invalid(pointer, why));
    }
    // An image whose size cannot be read may still be one that the model reads.
    match imagesize::blob_size(data) {
        Ok(size) if size.width.max(size.height) > MAX_IMAGE_PIXELS => {
            let why = format!(
                "an image of {} x {} pixels, and Bedrock takes {MAX_IMAGE_PIXELS}",
                size.width, size.height
            );
            Err(invalid(pointer, why))
        }
        _ => Ok(()),
    }
}

fn check_document(pointer: &str, source: &DocumentSource<'_>) -> Result<()> {
    match source {
        DocumentSource::Other(Source::Bytes(data)) if data.len() > MAX_DOCUMENT_BYTES => {
            let why = format!("a document of {} bytes, and Bedrock takes {MAX_DOCUMENT_BYTES}", data.len());
            Err(invalid(pointer, why))
        }
        _ => Ok(()),
    }
}
