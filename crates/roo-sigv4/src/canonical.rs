//! The canonical request: one spelling for all the ways to write the same request.

use std::ops::Range;

use http::HeaderName;
use http::header::{AUTHORIZATION, HOST};

use crate::percent::{push_encoded, push_recoded};
use crate::{PathEncoding, PayloadHash, SignableRequest, SignedHeaders, SigningError, SigningSettings};

/// A canonical request and the place of its list of signed headers.
pub(crate) struct CanonicalRequest {
    text: Vec<u8>,
    signed_headers: Range<usize>,
}

impl CanonicalRequest {
    pub(crate) fn new(
        request: &SignableRequest<'_>,
        headers: &HeaderList<'_>,
        payload: &PayloadHash,
        settings: &SigningSettings,
    ) -> Result<Self, SigningError> {
        let mut text = Vec::with_capacity(estimated_length(request, headers));
        text.extend_from_slice(request.method.as_bytes());
        text.push(b'\n');
        push_path(&mut text, request.path, settings);
        text.push(b'\n');
        push_query(&mut text, request.query.unwrap_or_default());
        text.push(b'\n');
        headers.push_entries(&mut text)?;
        text.push(b'\n');
        let start = text.len();
        headers.push_names(&mut text);
        let signed_headers = start..text.len();
        text.push(b'\n');
        text.extend_from_slice(payload.as_bytes());
        Ok(Self { text, signed_headers })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    /// The names of the signed headers, joined by `;`.
    pub(crate) fn signed_headers(&self) -> &[u8] {
        self.text.get(self.signed_headers.clone()).unwrap_or_default()
    }
}

/// Room for nearly every canonical request, so that its buffer is allocated once.
fn estimated_length(request: &SignableRequest<'_>, headers: &HeaderList<'_>) -> usize {
    let headers: usize = headers.0.iter().map(|(name, value)| 2 * name.len() + value.len() + 3).sum();
    // A path or query byte may become three; method, line breaks and payload hash take a hundred.
    3 * (request.path.len() + request.query.map_or(0, str::len)) + headers + 100
}

/// The headers that are signed, sorted by name; those of one name in the order in which they are sent.
pub(crate) struct HeaderList<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> HeaderList<'a> {
    /// Those headers of `request` that `policy` includes, its host and the headers of `added`.
    ///
    /// Those that carry a former signature, `authorization` and all of `replaced`, are not taken from the request.
    pub(crate) fn new(
        request: &SignableRequest<'a>,
        policy: SignedHeaders,
        replaced: &[&HeaderName],
        added: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, SigningError> {
        let is_kept = |name: &HeaderName| {
            policy.includes(name.as_str()) && *name != AUTHORIZATION && !replaced.contains(&name)
        };
        // The host and up to three added ones.
        let mut list = Vec::with_capacity(request.headers.len() + 4);
        list.extend(
            (request.headers.iter())
                .filter(|(name, _)| is_kept(name))
                .map(|(name, value)| (name.as_str(), value.as_bytes())),
        );
        if !request.headers.contains_key(HOST) {
            if request.host.is_empty() {
                return Err(SigningError::MissingHost);
            }
            list.push(("host", request.host.as_bytes()));
        }
        list.extend(added);
        // Stable, because the order of the values of one name counts.
        list.sort_by_key(|(name, _)| *name);
        Ok(Self(list))
    }

    fn by_name(&self) -> impl Iterator<Item = (&'a str, &[(&'a str, &'a [u8])])> {
        (self.0.chunk_by(|(one, _), (other, _)| one == other))
            .filter_map(|group| group.first().map(|(name, _)| (*name, group)))
    }

    fn push_entries(&self, out: &mut Vec<u8>) -> Result<(), SigningError> {
        for (name, group) in self.by_name() {
            out.extend_from_slice(name.as_bytes());
            let mut separator = b':';
            for (_, value) in group {
                if std::str::from_utf8(value).is_err() {
                    return Err(SigningError::InvalidHeaderValue { name: name.to_owned() });
                }
                out.push(separator);
                push_value(out, value);
                separator = b',';
            }
            out.push(b'\n');
        }
        Ok(())
    }

    /// Appends the names, joined by `;`.
    pub(crate) fn push_names(&self, out: &mut Vec<u8>) {
        for (position, (name, _)) in self.by_name().enumerate() {
            if position > 0 {
                out.push(b';');
            }
            out.extend_from_slice(name.as_bytes());
        }
    }
}

/// Appends `value` without spaces at its ends and with one space for each run of them inside.
///
/// Only the space counts, as in AWS's own signer for Rust: a tab stays what it is.
fn push_value(out: &mut Vec<u8>, value: &[u8]) {
    // The usual case, and the quick one for a long session token.
    if !value.contains(&b' ') {
        out.extend_from_slice(value);
        return;
    }
    let words = value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    for (position, word) in words.enumerate() {
        if position > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

fn push_path(out: &mut Vec<u8>, path: &str, settings: &SigningSettings) {
    if settings.normalize_path {
        push_normalized_path(out, path, settings.path_encoding);
    } else if path.is_empty() {
        out.push(b'/');
    } else {
        // All of `/` and the segments between.
        for (position, segment) in segments(path).enumerate() {
            if position > 0 {
                out.push(b'/');
            }
            push_segment(out, segment, settings.path_encoding);
        }
    }
}

/// Appends `path` without empty segments and with the dot segments of RFC 3986, section 5.2.4, applied.
fn push_normalized_path(out: &mut Vec<u8>, path: &str, encoding: PathEncoding) {
    let start = out.len();
    for segment in segments(path) {
        match segment {
            b"" | b"." => {}
            b".." => {
                // No segment holds a slash, so the last slash begins the last segment.
                let written = out.get(start..).unwrap_or_default();
                let last_slash = written.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(start + last_slash);
            }
            segment => {
                out.push(b'/');
                push_segment(out, segment, encoding);
            }
        }
    }
    let names_a_folder = matches!(segments(path).next_back(), Some(b"" | b"." | b".."));
    if out.len() == start || names_a_folder {
        out.push(b'/');
    }
}

fn segments(path: &str) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.as_bytes().split(|byte| *byte == b'/')
}

fn push_segment(out: &mut Vec<u8>, segment: &[u8], encoding: PathEncoding) {
    match encoding {
        PathEncoding::Double => push_encoded(out, segment),
        PathEncoding::Single => out.extend_from_slice(segment),
    }
}

/// Appends the parameters of `query`, encoded and then sorted by name and value.
fn push_query(out: &mut Vec<u8>, query: &str) {
    let recoded = |text: &str| {
        let mut out = Vec::with_capacity(text.len());
        push_recoded(&mut out, text);
        out
    };
    let mut parameters: Vec<_> = (query.split('&'))
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| (recoded(name), recoded(value)))
        .collect();
    // By pair and not by line: `=` does not sort before all that may follow a name.
    parameters.sort_unstable();
    for (position, (name, value)) in parameters.iter().enumerate() {
        if position > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(name);
        out.push(b'=');
        out.extend_from_slice(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        // Something before it, to show that nothing reaches back into what is already written.
        let mut out = b"GET /a/b\n".to_vec();
        write(&mut out);
        String::from_utf8(out).unwrap().strip_prefix("GET /a/b\n").unwrap().to_owned()
    }

    fn path(path: &str, encoding: PathEncoding, normalize: bool) -> String {
        let settings =
            SigningSettings::new("r", "s").with_path_encoding(encoding).with_normalized_path(normalize);
        text(|out| push_path(out, path, &settings))
    }

    #[test]
    fn paths_are_normalized() {
        for (raw, expected) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/.", "/"),
            ("/..", "/"),
            ("/../..", "/"),
            ("/a/..", "/"),
            ("/a/../", "/"),
            ("/a/b/..", "/a/"),
            ("/a/b/.", "/a/b/"),
            ("/a/./b", "/a/b"),
            ("//a//b//", "/a/b/"),
            ("/../a", "/a"),
            ("/a/.../b..", "/a/.../b.."),
            ("a", "/a"),
        ] {
            assert_eq!(path(raw, PathEncoding::Double, true), expected, "{raw}");
        }
    }

    #[test]
    fn paths_stay_when_normalization_is_off() {
        for raw in ["/", "//a/./..//b/", "/a/"] {
            assert_eq!(path(raw, PathEncoding::Double, false), raw);
        }
        assert_eq!(path("", PathEncoding::Double, false), "/");
    }

    #[test]
    fn paths_are_encoded_once_more_or_not() {
        for normalize in [true, false] {
            assert_eq!(path("/v2%3A0/a:b c", PathEncoding::Double, normalize), "/v2%253A0/a%3Ab%20c");
            assert_eq!(path("/v2%3A0/a:b", PathEncoding::Single, normalize), "/v2%3A0/a:b");
        }
    }

    #[test]
    fn queries_are_recoded_and_sorted() {
        for (raw, expected) in [
            ("", ""),
            ("&&", ""),
            ("a", "a="),
            ("=", "="),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=1&a", "a=&a=1&a=2"),
            ("a-=1&a=2", "a=2&a-=1"),
            ("a=b=c", "a=b%3Dc"),
            ("t=a%20b%2fc%2Bd%3D&s=x+y", "s=x%2By&t=a%20b%2Fc%2Bd%3D"),
            ("Z=1&a=1&%C3%A9=1", "%C3%A9=1&Z=1&a=1"),
        ] {
            assert_eq!(text(|out| push_query(out, raw)), expected, "{raw}");
        }
    }

    #[test]
    fn values_are_trimmed_of_spaces_only() {
        for (raw, expected) in [
            ("", ""),
            ("  ", ""),
            (" a ", "a"),
            ("a  b   c", "a b c"),
            ("\"a  b\"", "\"a b\""),
            ("\ta\t\tb ", "\ta\t\tb"),
        ] {
            assert_eq!(text(|out| push_value(out, raw.as_bytes())), expected, "{raw:?}");
        }
    }
}
