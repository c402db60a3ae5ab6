//! The one guardrail there is, whatever it is called: a text with the word `BLOCKME` is blocked, and an e-mail
//! address is masked.

use serde_json::{Value, json};

use crate::catalogue::ACCOUNT;
use crate::json::set;

/// The word that blocks.
pub(crate) const BLOCKED_WORD: &str = "BLOCKME";
/// What stands in place of a masked address.
const MASK: &str = "{EMAIL}";
const CHARACTERS_PER_UNIT: usize = 1000;

/// What the guardrail says in place of a blocked input.
pub(crate) const BLOCKED_INPUT: &str = "Sorry, the guardrail of bedrock-emulator blocked this input.";
/// What the guardrail says in place of a blocked output.
pub(crate) const BLOCKED_OUTPUT: &str = "Sorry, the guardrail of bedrock-emulator blocked this answer.";

/// What the guardrail has found in some texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Assessment {
    pub(crate) is_blocked: bool,
    addresses: Vec<String>,
    characters: usize,
    images: usize,
}

/// Which guardrail was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    /// As in an ARN.
    pub(crate) id: String,
    arn: String,
    version: String,
}

/// An e-mail address in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    pub(crate) text: &'a str,
    /// In bytes.
    start: usize,
    /// In characters.
    pub(crate) begin_offset: usize,
    /// In characters, behind the last one.
    pub(crate) end_offset: usize,
}

pub(crate) fn assess<'a>(texts: impl IntoIterator<Item = &'a str>) -> Assessment {
    let mut assessment = Assessment::default();
    for text in texts {
        assessment.is_blocked |= is_blocked(text);
        assessment.addresses.extend(addresses(text).iter().map(|address| address.text.to_owned()));
        assessment.characters += text.chars().count();
    }
    assessment
}

pub(crate) fn is_blocked(text: &str) -> bool {
    text.split(|character: char| !character.is_alphanumeric()).any(|word| word == BLOCKED_WORD)
}

/// The text with every address masked; `None` if it has none.
pub(crate) fn masked(text: &str) -> Option<String> {
    let addresses = addresses(text);
    if addresses.is_empty() {
        return None;
    }
    let mut masked = String::new();
    let mut rest = 0;
    for address in addresses {
        masked.push_str(text.get(rest..address.start).unwrap_or_default());
        masked.push_str(MASK);
        rest = address.start + address.text.len();
    }
    masked.push_str(text.get(rest..).unwrap_or_default());
    Some(masked)
}

/// Every e-mail address of a text, in order.
pub(crate) fn addresses(text: &str) -> Vec<Address<'_>> {
    let mut found: Vec<Address<'_>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = text.split_at(at);
        let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c)).len();
        let domain = after.strip_prefix('@').unwrap_or_default();
        let rest = domain.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || ".-".contains(c));
        let domain = domain.strip_suffix(rest).unwrap_or_default().trim_end_matches(['.', '-']);
        let end = at + 1 + domain.len();
        let is_address = start < at && domain.split_once('.').is_some_and(|(name, _)| !name.is_empty());
        let is_new = found.last().is_none_or(|last| last.start + last.text.len() <= start);
        if let Some(address) = text.get(start..end).filter(|_| is_address && is_new) {
            let begin_offset = text.get(..start).map_or(0, |before| before.chars().count());
            let end_offset = begin_offset + address.chars().count();
            found.push(Address { text: address, start, begin_offset, end_offset });
        }
    }
    found
}

impl Assessment {
    /// Adds images, which are counted and never refused.
    pub(crate) fn with_images(mut self, images: usize) -> Self {
        self.images = images;
        self
    }

    pub(crate) fn intervenes(&self) -> bool {
        self.is_blocked || !self.addresses.is_empty()
    }

    pub(crate) fn reason(&self) -> &'static str {
        match (self.is_blocked, self.addresses.is_empty()) {
            (true, _) => "Guardrail blocked.",
            (false, false) => "Guardrail masked.",
            (false, true) => "No action.",
        }
    }

    /// A `GuardrailAssessment`; a full one names what was looked for in vain too.
    pub(crate) fn to_json(&self, applied: &Applied, is_full: bool) -> Value {
        let mut assessment = json!({
            "invocationMetrics": {
                "guardrailProcessingLatency": 10,
                "usage": self.usage(),
                "guardrailCoverage": self.coverage(),
            },
            "appliedGuardrailDetails": applied.to_json(),
        });
        if self.is_blocked || is_full {
            let action = if self.is_blocked { "BLOCKED" } else { "NONE" };
            let word = json!({ "match": BLOCKED_WORD, "action": action, "detected": self.is_blocked });
            set(&mut assessment, "wordPolicy", json!({ "customWords": [word], "managedWordLists": [] }));
        }
        if !self.addresses.is_empty() || is_full {
            let entity = |address: &String| json!({ "match": address, "type": "EMAIL", "action": "ANONYMIZED", "detected": true });
            let entities: Vec<Value> = self.addresses.iter().map(entity).collect();
            set(
                &mut assessment,
                "sensitiveInformationPolicy",
                json!({ "piiEntities": entities, "regexes": [] }),
            );
        }
        assessment
    }

    /// A `GuardrailUsage`: the two policies there are, a unit for every thousand characters begun.
    pub(crate) fn usage(&self) -> Value {
        let units = text_units(self.characters);
        json!({
            "topicPolicyUnits": 0,
            "contentPolicyUnits": 0,
            "wordPolicyUnits": units,
            "sensitiveInformationPolicyUnits": units,
            "sensitiveInformationPolicyFreeUnits": 0,
            "contextualGroundingPolicyUnits": 0,
            "contentPolicyImageUnits": self.images,
        })
    }

    /// A `GuardrailCoverage`.
    pub(crate) fn coverage(&self) -> Value {
        let mut coverage =
            json!({ "textCharacters": { "guarded": self.characters, "total": self.characters } });
        if self.images > 0 {
            set(&mut coverage, "images", json!({ "guarded": 0, "total": self.images }));
        }
        coverage
    }
}

impl Applied {
    /// From an id or an ARN.
    pub(crate) fn new(identifier: &str, version: &str, region: &str) -> Self {
        let id = identifier.rsplit('/').next().unwrap_or_default().to_owned();
        let arn = match identifier.strip_prefix("arn:") {
            Some(_) => identifier.to_owned(),
            None => format!("arn:aws:bedrock:{region}:{ACCOUNT}:guardrail/{id}"),
        };
        Self { id, arn, version: version.to_owned() }
    }

    fn to_json(&self) -> Value {
        json!({
            "guardrailId": self.id,
            "guardrailArn": self.arn,
            "guardrailVersion": self.version,
            "guardrailOrigin": ["REQUEST"],
            "guardrailOwnership": "SELF",
        })
    }
}

pub(crate) fn text_units(characters: usize) -> usize {
    characters.div_ceil(CHARACTERS_PER_UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_addresses_are_found() {
        assert!(is_blocked("please BLOCKME, now") && !is_blocked("UNBLOCKMENT blockme"));
        let found = addresses("Grüße an a.b@example.com, <c@d.org>. @x y@ z@w");
        let shown: Vec<_> = found.iter().map(|a| (a.text, a.begin_offset, a.end_offset)).collect();
        assert_eq!(shown, [("a.b@example.com", 9, 24), ("c@d.org", 27, 34)]);
        assert_eq!(masked("to é@b.c: a@b.c."), Some("to é@b.c: {EMAIL}.".to_owned()));
        assert_eq!(masked("nothing here"), None);
        assert_eq!(masked("a@@b.c"), None);
    }

    #[test]
    fn an_assessment_names_what_was_found() {
        let applied = Applied::new("abc", "1", "us-east-1");
        let assessment = assess(["BLOCKME a@b.c", &"x".repeat(1000)]);
        let json = assessment.to_json(&applied, false);
        assert_eq!(json["wordPolicy"]["customWords"][0]["action"], "BLOCKED");
        assert_eq!(json["sensitiveInformationPolicy"]["piiEntities"][0]["match"], "a@b.c");
        assert_eq!(json["invocationMetrics"]["usage"]["wordPolicyUnits"], 2);
        assert!(assess(["fine"]).to_json(&applied, false).get("wordPolicy").is_none());
        assert_eq!(
            assess(["fine"]).to_json(&applied, true)["wordPolicy"]["customWords"][0]["detected"],
            false
        );
    }
}
