//! The signing key: derived once a day from the secret, and kept.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::ascii::{Ascii, HexDigest};

type HmacSha256 = Hmac<Sha256>;

/// A key for one secret, day, region and service, ready to be fed with a string to sign.
#[derive(Clone)]
pub(crate) struct SigningKey(HmacSha256);

impl SigningKey {
    fn derive(secret: &str, date: &Ascii<8>, region: &str, service: &str) -> Self {
        let seed = Zeroizing::new(["AWS4", secret].concat());
        let mut key = keyed(seed.as_bytes());
        for text in [date.as_bytes(), region.as_bytes(), service.as_bytes(), b"aws4_request"] {
            key.update(text);
            key = keyed(&key.finalize().into_bytes());
        }
        Self(key)
    }

    pub(crate) fn sign(self, text: &[u8]) -> HexDigest {
        let Self(mut mac) = self;
        mac.update(text);
        HexDigest::new(&mac.finalize().into_bytes().into())
    }
}

/// HMAC-SHA-256 under a key of any length.
fn keyed(key: &[u8]) -> HmacSha256 {
    // The step of RFC 2104 that fits a key to the block, done here because this way it has no error to report.
    let mut block = Key::<HmacSha256>::default();
    if key.len() > block.len() {
        block.iter_mut().zip(Sha256::digest(key)).for_each(|(place, byte)| *place = byte);
    } else {
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    }
    HmacSha256::new(&block)
}

/// The keys of one region and service, by secret and day.
///
/// The access key id is no part of the lookup because it is no part of the derivation: two secrets that share one
/// cannot be mixed up, and neither can two days.
pub(crate) struct KeyCache {
    entries: Mutex<VecDeque<Entry>>,
}

struct Entry {
    secret: Zeroizing<String>,
    date: Ascii<8>,
    key: SigningKey,
}

/// Enough for the credentials of one client on both sides of midnight and of a rotation, several times over.
const CAPACITY: usize = 16;

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self { entries: Mutex::new(VecDeque::new()) }
    }

    /// The key for `secret` on `date`, derived only if it is not among the last ones.
    ///
    /// `region` and `service` must be the same in all calls.
    pub(crate) fn get(&self, secret: &str, date: &Ascii<8>, region: &str, service: &str) -> SigningKey {
        // A thread that panicked while it held the lock left complete entries behind: they are pushed whole.
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.iter().find(|entry| entry.date == *date && *entry.secret == secret) {
            return entry.key.clone();
        }
        // Under the lock, so that threads that ask for the same key derive it once; it takes a microsecond or two.
        let key = SigningKey::derive(secret, date, region, service);
        // The oldest goes first, used or not: bookkeeping on every hit would cost more than it saves.
        if entries.len() == CAPACITY {
            entries.pop_front();
        }
        entries.push_back(Entry { secret: Zeroizing::new(secret.to_owned()), date: *date, key: key.clone() });
        key
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: Ascii<8> = Ascii(*b"20150830");
    const OTHER_DATE: Ascii<8> = Ascii(*b"20150831");

    fn len(cache: &KeyCache) -> usize {
        cache.entries.lock().unwrap().len()
    }

    fn signature(key: SigningKey) -> String {
        key.sign(b"text").as_str().to_owned()
    }

    #[test]
    fn a_key_longer_than_a_block_is_hashed_first() {
        // RFC 4231, test case 6.
        let mut mac = keyed(&[0xAA; 131]);
        mac.update(b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(
            HexDigest::new(&mac.finalize().into_bytes().into()).as_str(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn keys_of_every_length_agree_with_the_general_constructor() {
        for length in 0..200 {
            let key = vec![b'k'; length];
            let general =
                HmacSha256::new_from_slice(&key).unwrap().chain_update(b"text").finalize().into_bytes();
            assert_eq!(keyed(&key).chain_update(b"text").finalize().into_bytes(), general);
        }
    }

    #[test]
    fn a_hit_gives_the_derived_key() {
        let cache = KeyCache::new();
        let derived = signature(SigningKey::derive("secret", &DATE, "us-east-1", "bedrock"));
        for _ in 0..3 {
            assert_eq!(signature(cache.get("secret", &DATE, "us-east-1", "bedrock")), derived);
        }
        assert_eq!(len(&cache), 1);
    }

    #[test]
    fn neither_secrets_nor_days_are_mixed_up() {
        let cache = KeyCache::new();
        for (secret, date) in
            [("one", DATE), ("two", DATE), ("one", OTHER_DATE), ("two", OTHER_DATE)].repeat(2)
        {
            let derived = signature(SigningKey::derive(secret, &date, "us-east-1", "bedrock"));
            assert_eq!(signature(cache.get(secret, &date, "us-east-1", "bedrock")), derived);
        }
        assert_eq!(len(&cache), 4);
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = KeyCache::new();
        for round in 0..10 * CAPACITY {
            cache.get(&format!("secret {round}"), &DATE, "us-east-1", "bedrock");
            assert!(len(&cache) <= CAPACITY);
        }
        assert!(!format!("{cache:?}").contains("secret"));
    }
}
