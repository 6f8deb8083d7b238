//! The lease on a fetch: one worker fetches, and if it goes away, the next one may after a while.

/// How long a lease lasts, in milliseconds: longer than a store may take, shorter than a request may wait.
pub const LEASE_MS: u64 = 3_000;

/// Who fetches, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The worker's own random number. 0 is nobody.
    pub holder: u64,
    /// When it was taken.
    pub taken_ms: u64,
}

impl Lease {
    /// What a lease that has been given back says.
    pub fn free(now_ms: u64) -> Lease {
        Lease { holder: 0, taken_ms: now_ms }
    }

    /// The bytes of it.
    pub fn write(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let (holder, taken) = bytes.split_at_mut(8);
        holder.copy_from_slice(&self.holder.to_le_bytes());
        taken.copy_from_slice(&self.taken_ms.to_le_bytes());
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Lease> {
        let (holder, rest) = bytes.split_first_chunk::<8>()?;
        let taken: [u8; 8] = rest.try_into().ok()?;
        Some(Lease { holder: u64::from_le_bytes(*holder), taken_ms: u64::from_le_bytes(taken) })
    }

    /// Whether a worker other than the one that asks holds it. One taken in the future is none: clocks step back.
    pub(super) fn is_held_by_another(self, me: Lease) -> bool {
        let age = me.taken_ms.checked_sub(self.taken_ms);
        let is_live = age.is_some_and(|age| age < LEASE_MS);
        self.holder != 0 && self.holder != me.holder && is_live
    }
}
