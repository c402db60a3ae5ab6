//! Lists that come in pages.

use std::fmt::Write as _;

use roo_aws::{Region, Service};
use roo_core::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;

use super::get;
use crate::Bedrock;
use crate::client::label;

/// As many pages are followed at most; of the usual size they hold some hundred thousand entries.
const MAX_PAGES: usize = 1000;

/// One page of a list.
pub(super) trait Page: DeserializeOwned {
    type Item;

    /// Its entries, and the token of the next page.
    fn into_parts(self) -> (Vec<Self::Item>, Option<String>);
}

/// A path with those parameters that are set. Values are escaped here.
pub(super) fn with_query<'a>(
    path: &str,
    parameters: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> String {
    let mut target = path.to_owned();
    let mut separator = '?';
    for (name, value) in parameters {
        if let Some(value) = value {
            // Writing into a `String` cannot fail.
            let _ = write!(target, "{separator}{name}={}", label(value));
            separator = '&';
        }
    }
    target
}

impl Bedrock {
    /// Follows the pages of a list until the last one, or until `limit` entries are there.
    pub(super) async fn pages<P: Page>(
        &self,
        service: Service,
        target: &str,
        permission: &str,
        region: &Region,
        limit: usize,
    ) -> Result<Vec<P::Item>> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let separator = if target.contains('?') { '&' } else { '?' };
            let page = match &token {
                Some(token) => format!("{target}{separator}nextToken={}", label(token)),
                None => target.to_owned(),
            };
            let page: P = self.call_json(get(service, page, ""), region, permission).await?;
            let (more, next) = page.into_parts();
            items.extend(more);
            items.truncate(limit);
            let next = next.filter(|next| !next.is_empty());
            if next.is_none() || items.len() == limit {
                return Ok(items);
            }
            if next == token {
                break;
            }
            token = next;
        }
        Err(Error::new(ErrorKind::Protocol, "the list does not end: its pages lead back to each other"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_set_stands_in_the_query_and_is_escaped() {
        assert_eq!(with_query("/a", [("b", None)]), "/a");
        assert_eq!(
            with_query("/a", [("b", Some("c d+")), ("e", None), ("f", Some("g"))]),
            "/a?b=c%20d%2B&f=g"
        );
    }
}
