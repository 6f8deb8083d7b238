//! How much of a body was looked at, and how much of it waited.

/// The volume of one message's body.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// Bytes that were scanned.
    pub scanned_bytes: u64,
    /// The most bytes of it that the proxy held for the filter at one time; 0 where nothing was held.
    pub held_bytes: u64,
}

impl Volume {
    /// Takes note of bytes that were scanned, and of how many the proxy holds now.
    pub(super) fn note(&mut self, scanned: usize, held: usize) {
        self.scanned_bytes = self.scanned_bytes.saturating_add(scanned as u64);
        self.held_bytes = self.held_bytes.max(held as u64);
    }
}
