//! The places of some blocks where a credential may be found, and which of them are worth trying.
//!
//! Places are collected first and sifted then, both nearly without branches: what is where in traffic cannot be
//! predicted, and a wrong prediction costs as much as a whole block. What is left is about one place in a kilobyte.

use super::{
    RUN_BYTES_MIN, Window,
    block::{BLOCK, is_token},
    name,
};
use crate::{
    rule::table,
    view::{escape::is_introducer, gate},
};

/// How many blocks are looked at together, at most.
pub(super) const BLOCKS_MAX: usize = 8;
/// Twice the places there can be, so that an index may be masked instead of checked.
const PLACES: usize = 2 * BLOCKS_MAX * BLOCK;
/// How many places there are for words that start where an escape ends: two a run, and six that go on.
const WORDS_MAX: usize = 2 * BLOCKS_MAX * BLOCK / 16 + 6;

/// Places in rising order, as offsets from the batch's start.
struct Places {
    at: [u16; PLACES],
    count: usize,
}

impl Places {
    const NONE: Places = Places { at: [0; PLACES], count: 0 };

    /// Adds the set bits.
    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Masked to the length, which is a power of two.
    fn add(&mut self, mut bits: u64, offset: u16) {
        let count = bits.count_ones() as usize;
        let mut put = |number: usize| {
            self.at[(self.count + number) % PLACES] = offset + bits.trailing_zeros() as u16;
            bits &= bits.wrapping_sub(1);
        };
        // Two are written whether there are any or not: a block seldom has more.
        put(0);
        put(1);
        (2..count).for_each(put);
        self.count += count;
    }

    /// Keeps the places that are worth it.
    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // As above.
    fn sift(&mut self, is_worth: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for number in 0..self.count {
            let place = self.at[number % PLACES];
            self.at[kept % PLACES] = place;
            kept += usize::from(is_worth(usize::from(place)));
        }
        self.count = kept;
    }

    fn next(&self, taken: usize) -> Option<usize> {
        self.at.get(..self.count)?.get(taken).map(|place| usize::from(*place))
    }
}

/// The places of some blocks.
pub(super) struct Batch {
    runs: Places,
    anchors: Places,
    words: [u16; WORDS_MAX],
    words_count: usize,
    taken: [usize; 3],
}

/// A place that is worth trying, and why.
pub(super) struct Place {
    pub(super) offset: usize,
    /// A run starts here, or a word at the end of an escape.
    pub(super) is_run: bool,
    pub(super) is_anchor: bool,
}

impl Batch {
    #[inline(always)]
    pub(super) fn new() -> Batch {
        Batch {
            runs: Places::NONE,
            anchors: Places::NONE,
            words: [0; WORDS_MAX],
            words_count: 0,
            taken: [0; 3],
        }
    }

    #[inline(always)]
    pub(super) fn clear(&mut self) {
        (self.runs.count, self.anchors.count, self.words_count) = (0, 0, 0);
        self.taken = [0; 3];
    }

    /// Adds what the masks of a block say.
    #[inline(always)]
    pub(super) fn add(&mut self, runs: u64, anchors: u64, offset: usize) {
        self.runs.add(runs, offset as u16);
        self.anchors.add(anchors, offset as u16);
    }

    /// Adds those of the words which start where an escape ends that are long: a bit a place.
    pub(super) fn add_words(
        &mut self,
        window: &Window<'_>,
        start: usize,
        mut bits: u64,
        offset: usize,
    ) {
        while bits != 0 {
            let place = offset + bits.trailing_zeros() as usize;
            let rest = window.bytes().get(start + place..).unwrap_or_default();
            let is_long = rest.iter().take(RUN_BYTES_MIN).filter(|byte| is_token(**byte)).count();
            if is_long == RUN_BYTES_MIN
                && let Some(slot) = self.words.get_mut(self.words_count)
            {
                *slot = place as u16;
                self.words_count += 1;
            }
            bits &= bits - 1;
        }
    }

    /// Drops the places where nothing can be. The batch starts at `start`, and has `len` bytes.
    #[inline(always)]
    pub(super) fn sift(&mut self, window: &Window<'_>, start: usize, len: usize) {
        self.anchors.sift(|offset| is_anchor(window.bytes(), start + offset));
        if self.runs.count == 0 {
            return;
        }
        self.add_escaped(window, start, len);
        self.runs.sift(|offset| is_promising(window.bytes(), start + offset));
    }

    /// Adds the words that start inside the runs, because an escape ends there.
    #[inline(always)]
    fn add_escaped(&mut self, window: &Window<'_>, start: usize, len: usize) {
        for number in 0..self.runs.count {
            let Some(offset) = self.runs.next(number) else { return };
            let words = match window.byte_before(start + offset) {
                Some(b'\\') => [1, 5],
                Some(b'%') => [2, 4],
                _ => continue,
            };
            for word in words.into_iter().filter(|word| offset + word < len) {
                self.add_words(window, start, 1 << word, offset);
            }
        }
    }

    /// The next place that is worth trying.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<Place> {
        let [run, anchor, word] = [
            self.runs.next(self.taken[0]),
            self.anchors.next(self.taken[1]),
            self.words
                .get(..self.words_count)
                .and_then(|w| w.get(self.taken[2]))
                .map(|w| usize::from(*w)),
        ];
        let offset = [run, anchor, word].into_iter().flatten().min()?;
        let is = [run, anchor, word].map(|place| place == Some(offset));
        self.taken.iter_mut().zip(is).for_each(|(taken, is)| *taken += usize::from(is));
        Some(Place { offset, is_run: is[0] || is[2], is_anchor: is[1] })
    }
}

/// Whether a run that starts here may be the start of a shape, or follow a literal or a name of one: nearly none is.
#[inline(always)]
fn is_promising(bytes: &[u8], at: usize) -> bool {
    let around = bytes.get(at.wrapping_sub(8)..).and_then(|rest| rest.first_chunk::<16>());
    let Some(around) = around else {
        return true;
    };
    let around = u128::from_le_bytes(*around);
    let (before, after) = (around as u64, (around >> 64) as u64);
    let is_start = table::STARTS.may_have(after & 0xFF_FFFF);
    let is_probed =
        table::PROBED.iter().any(|(_, probe, byte)| bytes.get(at + probe) == Some(byte));
    let is_named = is_after_literal(before) | name::may_be_secret(before);
    is_start | is_probed | is_named || gate::may_be_encoded(bytes.get(at..).unwrap_or_default())
}

/// Whether a literal may end in these bytes; the last one is the highest.
#[inline(always)]
pub(super) fn is_after_literal(before: u64) -> bool {
    table::LITERAL_ENDS.has(table::hash((before >> 48) | 0x2020))
}

/// Whether an anchor stands here, or an escape or a character of UTF-16: the masks say so of some other bytes as well.
#[inline(always)]
fn is_anchor(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    let Some(head) = rest else { return true };
    let [first, second, ..] = *head;
    let is_mark = is_introducer(first) | (second == 0);
    is_mark | table::ANCHORS.may_have(u64::from(u32::from_le_bytes(*head) & 0xFF_FFFF))
}
