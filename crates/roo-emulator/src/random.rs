//! A small reproducible source of numbers: the same seed and request number always give the same reply.

/// SplitMix64. Not for secrets: it decides paddings, identifiers and where a stream is cut.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

const ALPHANUMERIC: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const LOWER_ALPHANUMERIC: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// FNV-1a. It tells texts apart; it withstands no attack.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

impl Random {
    /// The source of one request, independent of how many numbers other requests have drawn.
    pub(crate) fn for_request(seed: u64, request_number: u64) -> Self {
        let mut random = Self { state: seed };
        let scrambled = random.next_u64();
        Self { state: scrambled ^ request_number.wrapping_mul(0xD6E8_FEB8_6659_FD93) }
    }

    /// The source that belongs to a text: the same text always gives the same numbers.
    pub(crate) fn for_text(text: &str) -> Self {
        Self { state: fingerprint(text.as_bytes()) }
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in `low..=high`; `low` if the range is empty.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        let width = high.saturating_sub(low) as u64 + 1;
        low + usize::try_from(self.next_u64() % width).unwrap_or_default()
    }

    /// True once in `n` draws on average.
    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.next_u64().is_multiple_of(n.max(1))
    }

    /// A random UUID (version 4 form), as AWS uses for request ids.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next_u64(), self.next_u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0x0FFF,
            0x8000 | ((low >> 48) & 0x3FFF),
            low & 0xFFFF_FFFF_FFFF,
        )
    }

    /// An id of the form Bedrock gives tool calls: `tooluse_` and 22 alphanumerics.
    pub(crate) fn tool_use_id(&mut self) -> String {
        format!("tooluse_{}", self.characters(22, ALPHANUMERIC))
    }

    /// Twelve lower-case letters and digits, as AWS ends the ARN of an invocation with.
    pub(crate) fn resource_id(&mut self) -> String {
        self.characters(12, LOWER_ALPHANUMERIC)
    }

    /// Characters of the form of Anthropic's ids.
    pub(crate) fn message_id(&mut self) -> String {
        format!("msg_bdrk_01{}", self.characters(22, ALPHANUMERIC))
    }

    fn characters(&mut self, count: usize, alphabet: &[u8]) -> String {
        let draw = |_| alphabet.get(self.between(0, alphabet.len() - 1)).map(|&byte| char::from(byte));
        (0..count).filter_map(draw).collect()
    }

    /// The member `p` of a stream event: a prefix of a fixed alphabet, which hides the length of the payload.
    pub(crate) fn padding(&mut self) -> &'static str {
        let length = self.between(1, ALPHANUMERIC.len());
        ALPHANUMERIC.get(..length).and_then(|prefix| std::str::from_utf8(prefix).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_and_request_give_the_same_numbers() {
        let draw = |seed, number| Random::for_request(seed, number).uuid();
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn identifiers_have_the_form_of_aws() {
        let mut random = Random::for_request(1, 1);
        let uuid = random.uuid();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert_eq!(random.tool_use_id().len(), 30);
        assert!(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".starts_with(random.padding())
        );
    }

    #[test]
    fn between_stays_within_its_bounds() {
        let mut random = Random::for_request(3, 9);
        for _ in 0..1000 {
            assert!((2..=5).contains(&random.between(2, 5)));
        }
        assert_eq!(random.between(4, 4), 4);
    }
}
