//! Answers that cite the documents and search results of a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::request::{DocumentBlock, Message, SearchResult, TextMember};
use crate::json::set;

/// The longest quotation, in characters.
const LONGEST: usize = 80;

/// A block for each source of the turn that is to be cited.
pub(super) fn blocks(turn: &Message) -> Vec<Value> {
    let documents = turn.content.iter().filter_map(|block| block.document.as_ref()).enumerate();
    let cited = documents.filter(|(_, document)| document.has_citations());
    let of_documents = cited.map(|(index, document)| of_document(index, document));
    let results = turn.content.iter().filter_map(|block| block.search_result.as_ref()).enumerate();
    let cited = results.filter(|(_, result)| result.has_citations());
    let of_results = cited.map(|(index, result)| of_search_result(index, result));
    of_documents.chain(of_results).collect()
}

/// Text is cited by characters, given chunks by their number, and everything that has pages by page.
fn of_document(index: usize, document: &DocumentBlock) -> Value {
    let source = &document.source;
    let plain = || {
        let bytes = source.bytes.as_ref().and_then(|bytes| STANDARD.decode(bytes).ok())?;
        String::from_utf8(bytes).ok().filter(|_| matches!(document.format(), "txt" | "md" | "csv" | "html"))
    };
    let at = |start: usize, end: usize| json!({ "documentIndex": index, "start": start, "end": end });
    let text = source.text.clone().or_else(plain);
    let (location, quoted) = match (text, &source.content) {
        (Some(text), _) => {
            let quoted = quotation(&text);
            (json!({ "documentChar": at(0, quoted.chars().count()) }), Some(quoted))
        }
        (None, Some(chunks)) => (json!({ "documentChunk": at(0, 1) }), first_text(chunks)),
        (None, None) => (json!({ "documentPage": at(1, 2) }), None),
    };
    let said = match &quoted {
        Some(quoted) => format!("The document \"{}\" begins: \"{quoted}\"", document.name),
        None => format!("The document \"{}\" has a first page.", document.name),
    };
    block(&said, &document.name, quoted, location)
}

fn of_search_result(index: usize, result: &SearchResult) -> Value {
    let quoted = first_text(&result.content).unwrap_or_default();
    let said = format!("The search result \"{}\" says: \"{quoted}\"", result.title);
    let location = json!({ "searchResultLocation": { "searchResultIndex": index, "start": 0, "end": 1 } });
    let mut block = block(&said, &result.title, Some(quoted), location);
    if let Some(citation) = block.pointer_mut("/citationsContent/citations/0") {
        set(citation, "source", result.source.as_str().into());
    }
    block
}

fn block(said: &str, title: &str, quoted: Option<String>, location: Value) -> Value {
    let mut citation = json!({ "title": title });
    if let Some(quoted) = quoted {
        set(&mut citation, "sourceContent", json!([{ "text": quoted }]));
    }
    set(&mut citation, "location", location);
    json!({ "citationsContent": { "content": [{ "text": said }], "citations": [citation] } })
}

/// The first line, or as much of it as is quoted.
fn quotation(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(LONGEST).collect()
}

fn first_text(chunks: &[TextMember]) -> Option<String> {
    chunks.first().and_then(|chunk| chunk.text.as_deref()).map(quotation)
}
