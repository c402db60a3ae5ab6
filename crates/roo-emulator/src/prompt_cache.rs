//! Which prefixes of requests have been seen at a cache point, and for how long they are remembered.
//!
//! Unlike the service, the emulator has no smallest prefix: a short prompt can be cached too.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use crate::server::lock;

/// What is remembered: the fingerprint of a prefix with the model, and when it is forgotten.
#[derive(Default)]
pub(crate) struct PromptCache(Mutex<HashMap<u64, SystemTime>>);

/// A cache point of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CachePoint {
    /// Of everything before the point.
    pub(crate) fingerprint: u64,
    /// Of everything before the point.
    pub(crate) tokens: u64,
    pub(crate) ttl: Ttl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ttl {
    FiveMinutes,
    OneHour,
}

impl Ttl {
    /// From the member `ttl`; absent, it is five minutes.
    pub(crate) fn of(written: Option<&str>) -> Self {
        if written == Some("1h") { Self::OneHour } else { Self::FiveMinutes }
    }

    fn duration(self) -> Duration {
        match self {
            Self::FiveMinutes => Duration::from_secs(5 * 60),
            Self::OneHour => Duration::from_secs(60 * 60),
        }
    }
}

/// How the cache served a request, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CacheUse {
    pub(crate) read: u64,
    pub(crate) written_for_5_minutes: u64,
    pub(crate) written_for_1_hour: u64,
}

impl CacheUse {
    pub(crate) fn written(&self) -> u64 {
        self.written_for_5_minutes + self.written_for_1_hour
    }
}

impl PromptCache {
    /// Looks the points of a request up, from the longest prefix down, and remembers them all.
    pub(crate) fn serve(&self, points: &[CachePoint], now: SystemTime) -> CacheUse {
        let mut known = lock(&self.0);
        known.retain(|_, forgotten_at| *forgotten_at > now);
        let read = points.iter().filter(|point| known.contains_key(&point.fingerprint));
        let mut used =
            CacheUse { read: read.map(|point| point.tokens).max().unwrap_or(0), ..CacheUse::default() };
        let mut covered = used.read;
        for point in points {
            let written = point.tokens.saturating_sub(covered);
            covered += written;
            match point.ttl {
                Ttl::FiveMinutes => used.written_for_5_minutes += written,
                Ttl::OneHour => used.written_for_1_hour += written,
            }
            known.insert(point.fingerprint, now + point.ttl.duration());
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_written_once_and_then_read_until_it_is_forgotten() {
        let cache = PromptCache::default();
        let start = SystemTime::UNIX_EPOCH;
        let after = |seconds| start + Duration::from_secs(seconds);
        let point = |fingerprint, tokens, ttl| CachePoint { fingerprint, tokens, ttl };
        let points = [point(1, 10, Ttl::OneHour), point(2, 25, Ttl::FiveMinutes)];
        let used =
            |read, short, long| CacheUse { read, written_for_5_minutes: short, written_for_1_hour: long };
        assert_eq!(cache.serve(&points, start), used(0, 15, 10));
        assert_eq!(cache.serve(&points, after(60)), used(25, 0, 0));
        // Reading has prolonged it.
        assert_eq!(cache.serve(&points, after(350)), used(25, 0, 0));
        assert_eq!(cache.serve(&points, after(1000)), used(10, 15, 0));
        assert_eq!(cache.serve(&[], start), CacheUse::default());
    }
}
