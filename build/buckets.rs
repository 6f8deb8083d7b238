//! Sorts the anchors into eight buckets, as nibble tables: an anchor may stand where all six lookups share a bit.
//!
//! A bucket stands for more than its anchors: for each place, every byte whose halves occur there. So anchors are put
//! where they add least to how often a bucket is expected in traffic.

use crate::trigger::frequency;

/// For each of three bytes, the buckets of its low and of its high half.
#[derive(Clone, Copy, Default)]
struct Tables {
    low: [u8; 16],
    high: [u8; 16],
}

impl Tables {
    fn add(&mut self, byte: u8, bucket: u8) {
        self.low[usize::from(byte & 15)] |= bucket;
        self.high[usize::from(byte >> 4)] |= bucket;
    }

    /// How much of traffic has a byte of this bucket here.
    fn share(&self, bucket: u8) -> f64 {
        let is_here = |byte: &u8| {
            self.low[usize::from(byte & 15)] & self.high[usize::from(byte >> 4)] & bucket != 0
        };
        (0..=255).filter(is_here).map(frequency).sum()
    }
}

/// The three tables, as rows of `Nibbles`.
pub(crate) fn nibbles(anchors: &[[u8; 3]]) -> String {
    let mut anchors = anchors.to_vec();
    anchors.sort();
    anchors.dedup();
    let mut tables = [Tables::default(); 3];
    for anchor in &anchors {
        let placed = (0..8).map(|number| {
            let bucket = 1 << number;
            let before = share(&tables, bucket);
            let after = with(tables, anchor, bucket);
            (share(&after, bucket) - before, after)
        });
        if let Some((_, best)) = placed.min_by(|(a, _), (b, _)| a.total_cmp(b)) {
            tables = best;
        }
    }
    tables.map(|t| format!("Nibbles {{ low: {:?}, high: {:?} }}", t.low, t.high)).join(", ")
}

fn with(mut tables: [Tables; 3], anchor: &[u8; 3], bucket: u8) -> [Tables; 3] {
    for (table, byte) in tables.iter_mut().zip(anchor) {
        table.add(*byte, bucket);
    }
    tables
}

fn share(tables: &[Tables; 3], bucket: u8) -> f64 {
    tables.iter().map(|table| table.share(bucket)).product()
}
