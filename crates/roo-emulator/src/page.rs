//! Lists that are handed out a page at a time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::ServiceError;

/// What a token begins with once decoded; a number of items follows.
const MARK: &str = "bedrock-emulator-page-";

/// One page, and the token for the next one if there is a next one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_token: Option<String>,
}

/// The page that a token stands for, the first one without a token.
pub(crate) fn page<T>(
    items: Vec<T>,
    max_results: Option<u64>,
    token: Option<&str>,
) -> Result<Page<T>, ServiceError> {
    let start = match token {
        None => 0,
        Some(token) => start_of(token)
            .filter(|start| *start < items.len())
            .ok_or_else(|| ServiceError::validation("The provided nextToken is invalid."))?,
    };
    let size = max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX);
    let end = start.saturating_add(size);
    let next_token = (end < items.len()).then(|| URL_SAFE_NO_PAD.encode(format!("{MARK}{end}")));
    Ok(Page { items: items.into_iter().skip(start).take(size).collect(), next_token })
}

fn start_of(token: &str) -> Option<usize> {
    let decoded = URL_SAFE_NO_PAD.decode(token).ok()?;
    std::str::from_utf8(&decoded).ok()?.strip_prefix(MARK)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_make_the_list() {
        let list = || (0..5).collect::<Vec<_>>();
        let mut seen = Vec::new();
        let mut token = None;
        loop {
            let next = page(list(), Some(2), token.as_deref()).unwrap();
            seen.extend(next.items);
            token = next.next_token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(seen, list());
        assert_eq!(page(list(), None, None).unwrap(), Page { items: list(), next_token: None });
        assert!(page(list(), None, Some("made-up")).is_err());
    }
}
