//! A circuit breaker: a store that fails again and again is left alone for a while, whoever asks.

/// How many failures in a row open it.
pub(crate) const FAILURES_MAX: u32 = 5;
/// How long it stays open, in milliseconds; then one fetch is let through to see.
pub(crate) const OPEN_MS: u64 = 5_000;

/// The breaker before one store.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    open_until_ms: Option<u64>,
}

impl Breaker {
    /// How long it lets nothing through from now on. `None`: a fetch may start. The first one after a while of rest is
    /// let through alone: until that has ended, the next may not.
    pub fn closed_for(&mut self, now_ms: u64) -> Option<u64> {
        let until_ms = self.open_until_ms?;
        if now_ms < until_ms {
            return Some(until_ms - now_ms);
        }
        self.open_until_ms = Some(now_ms.saturating_add(OPEN_MS));
        None
    }

    /// Takes note of how a fetch ended: whether the store answered, be it by a refusal.
    pub fn note(&mut self, has_answered: bool, now_ms: u64) {
        if has_answered {
            *self = Breaker::default();
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            self.open_until_ms = Some(now_ms.saturating_add(OPEN_MS));
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn failed(count: u32) -> Breaker {
        let mut breaker = Breaker::default();
        (0..count).for_each(|_| breaker.note(false, 100));
        breaker
    }

    /// Limit - 1, limit, limit + 1.
    #[test]
    fn it_opens_after_failures_in_a_row() {
        for (count, closed_for) in [
            (FAILURES_MAX - 1, None),
            (FAILURES_MAX, Some(OPEN_MS)),
            (FAILURES_MAX + 1, Some(OPEN_MS)),
        ] {
            assert_eq!(failed(count).closed_for(100), closed_for, "{count}");
        }
        let mut breaker = failed(FAILURES_MAX - 1);
        breaker.note(true, 100);
        breaker.note(false, 100);
        assert_eq!(breaker.closed_for(100), None);
    }

    #[test]
    fn after_a_while_one_is_let_through() {
        let mut breaker = failed(FAILURES_MAX);
        let end = 100 + OPEN_MS;
        assert_eq!(breaker.closed_for(end - 1), Some(1));
        assert_eq!(breaker.closed_for(end), None);
        assert_eq!(breaker.closed_for(end + 1), Some(OPEN_MS - 1), "the others wait for it");
        breaker.note(true, end + 10);
        assert_eq!(breaker.closed_for(end + 10), None);
    }
}
