//! The parts of a request that a signature covers.

use http::request::Parts;
use http::uri::Scheme;
use http::{HeaderMap, Uri};

/// A request as the signer sees it.
///
/// [`Signer::sign`](crate::Signer::sign) makes one of [`Parts`]. Build it by hand for a path or query that
/// [`http::Uri`] refuses, such as one with a raw space.
///
/// `Debug` is that of its parts: header values that are marked sensitive are not shown.
#[derive(Debug, Clone, Copy)]
pub struct SignableRequest<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The host, and `:port` unless it is the default port of the scheme. A `host` header has precedence.
    pub host: &'a str,
    /// The path as it is sent, without the query.
    pub path: &'a str,
    /// What follows the `?`, if there is one, as it is sent. A `+` is a plus sign here, never a space.
    pub query: Option<&'a str>,
    /// The headers, of which the settings choose those that are signed.
    pub headers: &'a HeaderMap,
}

impl<'a> From<&'a Parts> for SignableRequest<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            method: parts.method.as_str(),
            host: host(&parts.uri),
            path: parts.uri.path(),
            query: parts.uri.query(),
            headers: &parts.headers,
        }
    }
}

/// The `host` header that an HTTP client makes of `uri`; empty if `uri` has no authority.
fn host(uri: &Uri) -> &str {
    let Some(authority) = uri.authority() else { return "" };
    // Clients send neither user names nor default ports.
    let host = authority.as_str().rsplit('@').next().unwrap_or_default();
    let default_port = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTP => ":80",
        Some(scheme) if *scheme == Scheme::HTTPS => ":443",
        _ => "",
    };
    host.strip_suffix(default_port).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_a_client_sends() {
        for (uri, expected) in [
            ("https://example.com/", "example.com"),
            ("https://example.com:443/", "example.com"),
            ("http://example.com:443/", "example.com:443"),
            ("http://example.com:80", "example.com"),
            ("https://example.com:80/", "example.com:80"),
            ("https://user:443@example.com:8443/", "example.com:8443"),
            ("https://user:pass@example.com/", "example.com"),
            ("http://[::1]:8080/", "[::1]:8080"),
            ("http://[::80]/", "[::80]"),
            ("/path", ""),
        ] {
            assert_eq!(host(&uri.parse().unwrap()), expected, "{uri}");
        }
    }
}
