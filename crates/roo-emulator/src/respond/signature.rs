//! Signatures of reasoning: the same text always verifies, an altered one never does.
//!
//! They resist changes by mistake, not by intent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::random::Random;

/// What every signature of the emulator begins with once decoded; eighteen bytes, so that its base64 stands on
/// its own. A signature without it was made up by a script and cannot be verified.
const MARK: &str = "bedrock-emulator/1";

/// What replaying a signed text is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verification {
    Genuine,
    Altered,
    /// Not a signature of the emulator.
    Foreign,
}

/// The signature of a text, bound to the request it was made for.
pub(crate) fn sign(text: &str, random: &mut Random) -> String {
    let nonce = random.next_u64();
    STANDARD.encode(format!("{MARK}{nonce:016x}{}", seal(nonce, text)))
}

pub(crate) fn verify(text: &str, signature: &str) -> Verification {
    let Some(signed) = signature.strip_prefix(&STANDARD.encode(MARK)) else { return Verification::Foreign };
    let is_genuine = || {
        let signed = String::from_utf8(STANDARD.decode(signed).ok()?).ok()?;
        let (nonce, sealed) = signed.split_at_checked(16)?;
        Some(seal(u64::from_str_radix(nonce, 16).ok()?, text) == sealed)
    };
    if is_genuine() == Some(true) { Verification::Genuine } else { Verification::Altered }
}

fn seal(nonce: u64, text: &str) -> String {
    let mut numbers = Random::for_text(&format!("{nonce}/{text}"));
    format!("{:016x}{:016x}", numbers.next_u64(), numbers.next_u64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signed_text_verifies() {
        let signature = sign("I think.", &mut Random::for_request(1, 1));
        assert_eq!(verify("I think.", &signature), Verification::Genuine);
        assert_eq!(verify("I think!", &signature), Verification::Altered);
        assert_eq!(verify("I think.", signature.strip_suffix(|_| true).unwrap()), Verification::Altered);
        assert_eq!(verify("I think.", &STANDARD.encode(MARK)), Verification::Altered);
        assert_eq!(verify("I think.", "from a script"), Verification::Foreign);
    }
}
