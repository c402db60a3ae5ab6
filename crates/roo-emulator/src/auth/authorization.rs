//! The `Authorization` header of Signature Version 4.

use super::Refusal;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The header taken apart; nothing in it has been believed yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
    pub(super) signed_headers: Vec<&'a str>,
    pub(super) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Takes `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` apart.
    pub(super) fn parse(value: &'a str) -> Result<Self, Refusal> {
        let (algorithm, parameters) = value.split_once(' ').unwrap_or((value, ""));
        if algorithm != ALGORITHM {
            return Err(Refusal::incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")));
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for parameter in parameters.split(',').map(str::trim).filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parameter.split_once('=').ok_or_else(|| {
                Refusal::incomplete(format!(
                    "'{parameter}' not a valid key=value pair (missing equal-sign) in Authorization header."
                ))
            })?;
            match key {
                "Credential" => credential = Some(value),
                "SignedHeaders" => signed_headers = Some(value),
                "Signature" => signature = Some(value),
                // AWS ignores what it does not know here.
                _ => {}
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) =
            (credential, signed_headers, signature)
        else {
            let required = [
                ("Credential", credential.is_none()),
                ("Signature", signature.is_none()),
                ("SignedHeaders", signed_headers.is_none()),
            ];
            let sentences: Vec<String> = required
                .iter()
                .filter(|(_, is_missing)| *is_missing)
                .map(|(name, _)| format!("Authorization header requires '{name}' parameter."))
                .collect();
            return Err(Refusal::incomplete(sentences.join(" ")));
        };
        let elements: Vec<&str> = credential.split('/').collect();
        let &[access_key_id, date, region, service, terminator] = elements.as_slice() else {
            return Err(Refusal::incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            )));
        };
        let signed_headers: Vec<&str> = signed_headers.split(';').collect();
        let in_canonical_order = signed_headers.iter().zip(signed_headers.iter().skip(1)).all(|(a, b)| a < b);
        let in_lower_case = signed_headers.iter().all(|name| !name.bytes().any(|b| b.is_ascii_uppercase()));
        if !in_canonical_order || !in_lower_case {
            return Err(Refusal::incomplete(
                "'SignedHeaders' must be in lower case, sorted, each once, and separated by ';'.",
            ));
        }
        Ok(Self { access_key_id, date, region, service, terminator, signed_headers, signature })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_header_apart() {
        let value = "AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/bedrock/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=abc";
        let parsed = Authorization::parse(value).unwrap();
        assert_eq!(parsed.access_key_id, "AKID");
        assert_eq!(parsed.date, "20260102");
        assert_eq!(
            (parsed.region, parsed.service, parsed.terminator),
            ("us-east-1", "bedrock", "aws4_request")
        );
        assert_eq!(parsed.signed_headers, ["host", "x-amz-date"]);
        assert_eq!(parsed.signature, "abc");
    }

    #[test]
    fn says_what_is_missing() {
        for (value, problem) in [
            ("Basic Zm9vOmJhcg==", "Unsupported AWS 'algorithm': 'Basic'."),
            ("AWS4-HMAC-SHA256", "Authorization header requires 'Credential' parameter."),
            ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host", "requires 'Signature' parameter."),
            (
                "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=s",
                "exactly 5 slash-delimited elements",
            ),
            ("AWS4-HMAC-SHA256 nonsense", "'nonsense' not a valid key=value pair"),
            (
                "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=x;a, Signature=s",
                "must be in lower case, sorted",
            ),
            (
                "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=Host, Signature=s",
                "must be in lower case, sorted",
            ),
        ] {
            let refusal = Authorization::parse(value).unwrap_err();
            assert!(refusal.message.contains(problem), "{value}: {refusal:?}");
        }
    }
}
