//! Cuts a text or a JSON document into the deltas of a stream.

use serde_json::Value;

use crate::random::Random;

/// Pieces of a text: mostly whole words, sometimes cut between the characters of a word that is not ASCII, so
/// that an emoji and its modifier part. Never inside a character. An empty text is one empty piece.
pub(crate) fn of_text(text: &str, random: &mut Random) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut words_left = random.between(1, 3);
    for character in text.chars() {
        piece.push(character);
        let is_cut = if character.is_whitespace() {
            words_left = words_left.saturating_sub(1);
            words_left == 0
        } else {
            !character.is_ascii() && random.one_in(3)
        };
        if is_cut {
            pieces.push(std::mem::take(&mut piece));
            words_left = random.between(1, 3);
        }
    }
    if !piece.is_empty() || pieces.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// Pieces of a JSON document, cut anywhere between two characters, inside escapes too. As models do, the
/// first piece is empty; an empty object has no other piece.
pub(crate) fn of_json(document: &Value, random: &mut Random) -> Vec<String> {
    let mut pieces = vec![String::new()];
    if document.as_object().is_some_and(serde_json::Map::is_empty) {
        return pieces;
    }
    let text = ascii_json(document);
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (piece, remainder) = rest.split_at(random.between(1, 7).min(rest.len()));
        pieces.push(piece.to_owned());
        rest = remainder;
    }
    pieces
}

/// JSON with everything outside ASCII written as `\u` escapes: legal, and a cut may then fall between the two
/// halves of a surrogate pair.
fn ascii_json(document: &Value) -> String {
    let mut ascii = String::new();
    for character in document.to_string().chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pieces_of_text_make_the_text() {
        for (number, text) in
            ["", "word", "one two three four five six", "naïve 👩‍👩‍👧 日本語のテキスト"].iter().enumerate()
        {
            let pieces = of_text(text, &mut Random::for_request(0, number as u64));
            assert_eq!(pieces.concat(), *text);
        }
        assert!(of_text("one two three four five six", &mut Random::for_request(0, 0)).len() > 1);
    }

    #[test]
    fn pieces_of_json_make_the_document_and_cut_escapes() {
        let document = json!({ "text": "a \"quoted\" word,\n👩 and a tab\t." });
        let mut is_escape_cut = false;
        for number in 0..20 {
            let pieces = of_json(&document, &mut Random::for_request(0, number));
            assert_eq!(pieces[0], "");
            assert_eq!(serde_json::from_str::<Value>(&pieces.concat()).unwrap(), document);
            is_escape_cut |= pieces.iter().any(|piece| piece.ends_with('\\'));
        }
        assert!(is_escape_cut);
        assert_eq!(of_json(&json!({}), &mut Random::for_request(0, 0)), [""]);
    }
}
