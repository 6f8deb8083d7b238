//! Failures: how long one is believed before the store is asked again.

use crate::{inject::reason::Reason, store::Retry};

/// The first wait after a passing failure, in milliseconds; each further one is twice as long.
pub const BACKOFF_MS_MIN: u64 = 250;
/// The longest, in milliseconds.
pub const BACKOFF_MS_MAX: u64 = 30_000;

/// A fetch that failed, and the failures in a row before it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: Reason,
    count: u32,
    retry_at: u64,
}

impl Failure {
    /// The next of a row of failures.
    pub(super) fn after(
        before: Option<Failure>,
        reason: Reason,
        retry: Retry,
        now_ms: u64,
        negative_ms: u64,
        random: u64,
    ) -> Failure {
        let count = before.map_or(0, |before| before.count.saturating_add(1));
        let backoff_ms = BACKOFF_MS_MIN.saturating_mul(1 << count.min(16)).min(BACKOFF_MS_MAX);
        let wait_ms = match retry {
            Retry::Never => super::spread(negative_ms, random),
            // Half of it is certain, so that the workers of many proxies do not come back together.
            Retry::Later => backoff_ms / 2 + random % (backoff_ms / 2 + 1),
            Retry::AfterMs(ms) => ms.min(BACKOFF_MS_MAX).max(backoff_ms / 2),
        };
        Failure { reason, count, retry_at: now_ms.saturating_add(wait_ms) }
    }

    /// Whether the store may be asked again.
    pub(super) fn is_over(&self, now_ms: u64) -> bool {
        now_ms >= self.retry_at
    }
}
