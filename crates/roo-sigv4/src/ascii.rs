//! Short ASCII texts whose length is known when compiling, so that they need no allocation.

/// `N` ASCII characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ascii<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize> Ascii<N> {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // Only ASCII is ever put in, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A SHA-256 digest in lower-case hexadecimal, the form in which all of SigV4 spells one.
pub(crate) type HexDigest = Ascii<64>;

impl HexDigest {
    pub(crate) fn new(digest: &[u8; 32]) -> Self {
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(digest) {
            *pair = [lower_digit(byte >> 4), lower_digit(byte & 0xF)];
        }
        Self(text)
    }
}

/// The lower-case hexadecimal digit for a value below 16.
const fn lower_digit(value: u8) -> u8 {
    // Arithmetic and not a table: the compiler turns the loop around it into vector instructions.
    if value < 10 { b'0' + value } else { b'a' - 10 + value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_lower_case_and_in_order() {
        let digest: [u8; 32] = std::array::from_fn(|index| (index * 9) as u8);
        let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(HexDigest::new(&digest).as_str(), expected);
        assert_eq!(HexDigest::new(&[0xFF; 32]).as_str(), "ff".repeat(32));
    }
}
