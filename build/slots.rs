//! Tables of lists by slot: by a byte, or by the hash of some bytes.

use std::{cmp::Reverse, collections::BTreeMap};

/// How many hashes there are; `hash` and `key` of the engine's `table.rs` are the same as here.
const HASHES: usize = 1 << 15;
/// Which entries stand in which slot of a table.
#[derive(Default)]
pub(crate) struct Slots(pub(crate) BTreeMap<usize, Vec<usize>>);

impl Slots {
    pub(crate) fn add(&mut self, slot: usize, entry: usize) {
        let list = self.0.entry(slot).or_default();
        if !list.contains(&entry) {
            list.push(entry);
        }
    }

    /// A table of lists by slot.
    fn index(&self, slots: usize) -> String {
        let (mut starts, mut list) = (vec![0], Vec::new());
        for slot in 0..slots {
            list.extend(self.0.get(&slot).into_iter().flatten().copied());
            starts.push(list.len());
        }
        format!("Index {{ starts: {starts:?}, list: &{list:?} }}")
    }

    /// A table by byte.
    pub(crate) fn by_byte(&self, name: &str) -> String {
        format!("pub(crate) static {name}: Index<257> = {};\n", self.index(256))
    }

    /// A table by hash; the slots are whole hashes.
    pub(crate) fn hashed(&self, name: &str, order: impl Fn(usize) -> Reverse<u32>) -> String {
        let mut by_slot = Slots::default();
        // The rest of the hash stands in the entry.
        for (hash, entries) in &self.0 {
            entries.iter().for_each(|entry| by_slot.add(hash >> 3, entry | (hash & 7) << 29));
        }
        for list in by_slot.0.values_mut() {
            list.sort_by_key(|entry| order(*entry & ((1 << 29) - 1)));
        }
        let (bits, index) = (self.bits(), by_slot.index(HASHES >> 3));
        format!("pub(crate) static {name}: Hashed = Hashed {{ bits: {bits}, index: {index} }};\n")
    }

    /// Which hashes occur.
    pub(crate) fn bits(&self) -> String {
        let mut bits = vec![0; HASHES / 64];
        self.0.keys().for_each(|hash| bits[hash / 64] |= 1_u64 << (hash % 64));
        format!("Bits({bits:?})")
    }
}

/// Keeps the order of the files.
pub(crate) fn as_they_are(_: usize) -> Reverse<u32> {
    Reverse(0)
}

/// As the engine's `hash(key(bytes))`.
pub(crate) fn slot(bytes: &[u8]) -> usize {
    let key = bytes.iter().rev().fold(0_u64, |key, byte| key << 8 | u64::from(*byte));
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 49) as usize
}

/// As the engine's `hash(folded_key(bytes))`.
pub(crate) fn folded_slot(bytes: &[u8]) -> usize {
    slot(&bytes.iter().map(|byte| byte | 0x20).collect::<Vec<_>>())
}
