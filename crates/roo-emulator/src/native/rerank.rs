//! Ranking by Cohere Rerank and Amazon Rerank: the more words of the query a document has, the better.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Fields, vector};

const MOST_DOCUMENTS: usize = 1000;

pub(super) fn answer(fields: Fields<'_>) -> Result<Value, String> {
    fields.only(&["query", "documents", "top_n", "api_version", "max_tokens_per_doc"])?;
    let query = fields.text("query")?.to_lowercase();
    let documents = fields.texts("documents", MOST_DOCUMENTS)?;
    let most = match fields.get("top_n") {
        Some(number) => number
            .as_u64()
            .filter(|number| *number > 0)
            .and_then(|number| usize::try_from(number).ok())
            .ok_or_else(|| format!("#/top_n: {number} is not greater or equal to 1"))?,
        None => documents.len(),
    };
    let wanted: HashSet<&str> = vector::words(&query).collect();
    let mut ranked: Vec<(usize, f64)> =
        documents.iter().map(|document| score(&wanted, document)).enumerate().collect();
    // Stable: of equals, the first stays first.
    ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let result = |(index, score)| json!({ "index": index, "relevance_score": score });
    Ok(json!({ "results": ranked.into_iter().take(most).map(result).collect::<Vec<Value>>() }))
}

/// The share of the words of the query, from 0 to 1.
fn score(wanted: &HashSet<&str>, document: &str) -> f64 {
    let document = document.to_lowercase();
    let words: HashSet<&str> = vector::words(&document).collect();
    let count = |number: usize| u32::try_from(number).map_or(f64::from(u32::MAX), f64::from);
    count(wanted.intersection(&words).count()) / count(wanted.len().max(1))
}
