//! Where the first keyword stands: before it, nothing can match that must hold one.

use super::matcher::Entry;
use crate::prefix::Prefixes;

/// The keywords of all rules, where each rule has some.
pub(super) struct Keywords {
    words: Vec<Vec<u8>>,
    prefixes: Prefixes,
    len_min: usize,
}

impl Keywords {
    /// `None` where a rule has none, or one is too short to be looked for.
    pub(super) fn new(entries: &[Entry]) -> Option<Keywords> {
        if entries.iter().any(|entry| entry.keywords.is_empty()) {
            return None;
        }
        let words: Vec<_> = entries.iter().flat_map(|entry| entry.keywords.clone()).collect();
        let prefixes = Prefixes::new(words.iter().map(Vec::as_slice))?;
        let len_min = words.iter().map(Vec::len).min()?;
        Some(Keywords { words, prefixes, len_min })
    }

    /// How long the shortest is.
    pub(super) fn len_min(&self) -> usize {
        self.len_min
    }

    /// Where, from a place on, the first keyword has been seen at the earliest; `None` where there is none.
    pub(super) fn next_end(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = self.prefixes.next(bytes, from);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if self.words.iter().any(|word| rest.starts_with(word)) {
                // Another that begins later may end earlier.
                return Some(at + self.len_min);
            }
            at = self.prefixes.next(bytes, at + 1);
        }
        None
    }
}
