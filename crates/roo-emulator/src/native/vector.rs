//! Embeddings that come from the words of a text: texts with words in common are near each other.

use serde_json::{Value, json};

use crate::random::Random;

/// The sum of a direction for each word.
pub(super) fn raw(text: &str, dimensions: usize) -> Vec<f64> {
    let mut sum = vec![0.0; dimensions];
    let lower = text.to_lowercase();
    let mut words: Vec<&str> = words(&lower).collect();
    if words.is_empty() {
        words.push(&lower);
    }
    for word in words {
        let mut numbers = Random::for_text(word);
        for component in &mut sum {
            *component += direction(numbers.next_u64());
        }
    }
    sum
}

/// Of length one.
pub(super) fn unit(text: &str, dimensions: usize) -> Vec<f64> {
    let mut vector = raw(text, dimensions);
    let length = vector.iter().map(|component| component * component).sum::<f64>().sqrt();
    for component in &mut vector {
        *component /= length.max(f64::MIN_POSITIVE);
    }
    vector
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// A vector in one of the forms that services send; `None` for a form there is not.
pub(super) fn in_form(vector: &[f64], form: &str) -> Option<Value> {
    // The components of a unit vector are small: scaled to its largest one, they use the whole range.
    let largest = vector.iter().fold(f64::MIN_POSITIVE, |largest, component| largest.max(component.abs()));
    let scaled = |component: &f64| (component / largest * 127.0).round();
    let bits = |zero: i64| -> Vec<i64> {
        let byte = |chunk: &[f64]| {
            chunk.iter().fold(0, |byte, component| byte << 1 | i64::from(*component > 0.0)) - zero
        };
        vector.chunks(8).map(byte).collect()
    };
    match form {
        "float" => Some(json!(vector)),
        #[allow(clippy::cast_possible_truncation)]
        "int8" => Some(vector.iter().map(|component| scaled(component) as i64).collect()),
        #[allow(clippy::cast_possible_truncation)]
        "uint8" => Some(vector.iter().map(|component| scaled(component) as i64 + 128).collect()),
        "binary" => Some(json!(bits(128))),
        "ubinary" => Some(json!(bits(0))),
        _ => None,
    }
}

/// Spread evenly over -1 to 1.
fn direction(number: u64) -> f64 {
    let high = u32::try_from(number >> 32).unwrap_or_default();
    f64::from(high) / f64::from(u32::MAX) * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_unit_and_near_when_words_are_shared() {
        let cosine =
            |a: &str, b: &str| -> f64 { unit(a, 256).iter().zip(unit(b, 256)).map(|(a, b)| a * b).sum() };
        assert!((cosine("one two", "Two, one!") - 1.0).abs() < 1e-9);
        assert!(cosine("red apple", "green apple") > cosine("red apple", "blue car") + 0.2);
        assert_eq!(unit("", 8).len(), 8);
    }

    #[test]
    fn every_form_has_its_range() {
        let vector = unit("some words", 16);
        assert_eq!(in_form(&vector, "binary").unwrap().as_array().unwrap().len(), 2);
        let whole = |form| -> Vec<i64> { serde_json::from_value(in_form(&vector, form).unwrap()).unwrap() };
        assert!(whole("int8").iter().all(|value| (-127..=127).contains(value)));
        assert!(whole("uint8").iter().all(|value| (1..=255).contains(value)));
        assert!(
            whole("ubinary").iter().zip(whole("binary")).all(|(unsigned, signed)| unsigned - 128 == signed)
        );
        assert_eq!(in_form(&vector, "base64"), None);
    }
}
