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
    view::{
        escape::{Step, is_introducer},
        gate,
        unescaped::Unescaped,
    },
};

/// How many last bytes a literal is looked up by, as the build has it.
pub(super) const LITERAL_LENGTHS: [usize; 4] = [1, 2, 3, 5];

/// How many blocks are looked at together, at most.
pub(super) const BLOCKS_MAX: usize = 8;
/// How many places there can be: enough for another block until it is full, and two that are written whether there are any
/// or not.
const PLACES: usize = FULL + BLOCK + 2;
/// With more places than this no other block is added: most blocks have one or two.
const FULL: usize = 32;
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
    fn add(&mut self, mut bits: u64, offset: u16) {
        let count = bits.count_ones() as usize;
        let mut put = |number: usize| {
            if let Some(slot) = self.at.get_mut(self.count + number) {
                *slot = offset + bits.trailing_zeros() as u16;
            }
            bits &= bits.wrapping_sub(1);
        };
        // Two are written whether there are any or not: a block seldom has more.
        put(0);
        put(1);
        (2..count).for_each(put);
        self.count += count;
    }

    /// Keeps the places that there is a reason to try, and the reasons.
    #[inline(always)]
    fn sift(&mut self, reasons: impl Fn(usize) -> u16) {
        let mut kept = 0;
        for number in 0..self.count {
            let place = self.at.get(number).copied().unwrap_or_default() & OFFSET;
            let reasons = reasons(usize::from(place));
            if let Some(slot) = self.at.get_mut(kept) {
                *slot = place | reasons << OFFSET_BITS;
            }
            kept += usize::from(reasons != 0);
        }
        self.count = kept;
    }

    /// The next place with its reasons, or a place beyond all others.
    #[inline(always)]
    fn peek(&self, taken: usize) -> u16 {
        match self.at.get(taken) {
            Some(place) if taken < self.count => *place,
            _ => OFFSET,
        }
    }
}

/// A place has so many bits, and its reasons have the others.
const OFFSET_BITS: u32 = 10;
const OFFSET: u16 = (1 << OFFSET_BITS) - 1;

/// Why a place is worth trying.
pub(super) struct Reasons;

impl Reasons {
    /// A shape may start with the run that starts here.
    pub(super) const START: u16 = 1;
    /// A literal may end before it.
    pub(super) const LITERAL: u16 = 2;
    /// It may be assigned to a secret's name.
    pub(super) const NAME: u16 = 4;
    /// It may be an encoded text.
    pub(super) const ENCODED: u16 = 8;
    /// Any of these.
    pub(super) const RUN: u16 = 15;
    /// An anchor stands here, or an escape that may begin something.
    pub(super) const ANCHOR: u16 = 16;
    /// A character of UTF-16 stands here.
    pub(super) const WIDE: u16 = 32;
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
    pub(super) reasons: u16,
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

    /// Whether another block may not fit.
    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        self.runs.count.max(self.anchors.count) > FULL
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
    pub(super) fn sift(
        &mut self,
        window: &Window<'_>,
        unescaped: &Unescaped,
        start: usize,
        len: usize,
    ) {
        // First what takes no more than a look: that leaves one in five.
        self.anchors.sift(|offset| u16::from(may_be_anchor(window.bytes(), start + offset)));
        self.anchors.sift(|offset| anchor_reasons(window, unescaped, start + offset));
        if self.runs.count == 0 {
            return;
        }
        self.add_escaped(window, start, len);
        self.runs.sift(|offset| run_reasons(window.bytes(), start + offset));
    }

    /// Adds the words that start inside the runs, because an escape ends there.
    #[inline(always)]
    fn add_escaped(&mut self, window: &Window<'_>, start: usize, len: usize) {
        for number in 0..self.runs.count {
            let offset = usize::from(self.runs.peek(number));
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
        let (run, anchor) = (self.runs.peek(self.taken[0]), self.anchors.peek(self.taken[1]));
        let word = match self.words.get(self.taken[2]) {
            Some(word) if self.taken[2] < self.words_count => *word | Reasons::RUN << OFFSET_BITS,
            _ => OFFSET,
        };
        let first = (run & OFFSET).min(anchor & OFFSET).min(word & OFFSET);
        if first == OFFSET {
            return None;
        }
        let mut reasons = 0;
        for (place, taken) in [run, anchor, word].into_iter().zip(&mut self.taken) {
            let is_first = place & OFFSET == first;
            reasons |= if is_first { place >> OFFSET_BITS } else { 0 };
            *taken += usize::from(is_first);
        }
        Some(Place { offset: usize::from(first), reasons })
    }
}

/// Why a run that starts here may be the start of a shape, or follow a literal or a name of one: nearly none may.
#[inline(always)]
fn run_reasons(bytes: &[u8], at: usize) -> u16 {
    let around = bytes.get(at.wrapping_sub(8)..).and_then(|rest| rest.first_chunk::<16>());
    let Some(around) = around else {
        return Reasons::RUN;
    };
    let around = u128::from_le_bytes(*around);
    let (before, after) = (around as u64, (around >> 64) as u64);
    let is_probed =
        table::PROBED.iter().any(|(_, probe, byte)| bytes.get(at + probe) == Some(byte));
    let is_start = table::STARTS.may_have(after & 0xFF_FFFF) | is_probed;
    let start = if is_start { Reasons::START } else { 0 };
    // Inside a run that is all there may be.
    if is_token((before >> 56) as u8) {
        return start;
    }
    let of = |is: bool, reason: u16| if is { reason } else { 0 };
    start
        | of(is_after_literal(before), Reasons::LITERAL)
        | of(name::may_be_secret(before), Reasons::NAME)
        | of(gate::may_be_encoded(after.to_le_bytes()), Reasons::ENCODED)
}

/// Whether a literal may end in these bytes; the last one is the highest.
#[inline(always)]
fn is_after_literal(before: u64) -> bool {
    table::LITERAL_ENDS.has(table::hash((before >> 48) | 0x2020)) && is_known_literal(before)
}

/// Whether a literal ends so, by as many of its last bytes as it is looked up by.
#[inline(never)]
fn is_known_literal(before: u64) -> bool {
    let last = |len: usize| (before | 0x2020_2020_2020_2020) >> (64 - 8 * len);
    LITERAL_LENGTHS.into_iter().any(|len| table::LITERALS.may_have(last(len)))
}

/// Whether the first bytes here are those of some anchor, of an escape, or of a character of UTF-16. Without a branch.
#[inline(always)]
fn may_be_anchor(bytes: &[u8], at: usize) -> bool {
    let head = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied();
    let head = u32::from_le_bytes(head.unwrap_or_default());
    let [first, second, ..] = head.to_le_bytes();
    // Near the end there are no four bytes: no anchor has a NUL, so that the place is kept.
    table::ANCHORS.may_have(u64::from(head & 0xFF_FFFF)) | is_introducer(first) | (second == 0)
}

/// Whether an anchor stands here, or an escape that may begin something, or a character of UTF-16: the masks say so of some
/// other bytes as well.
#[inline(always)]
fn anchor_reasons(window: &Window<'_>, unescaped: &Unescaped, at: usize) -> u16 {
    let bytes = window.bytes();
    let rest = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
    let Some(head) = rest else { return Reasons::ANCHOR | Reasons::WIDE };
    let [first, second, ..] = *head;
    let key = u64::from(u32::from_le_bytes(*head) & 0xFF_FFFF);
    let is_anchor = (table::ANCHORS.may_have(key) && has_anchor(bytes, at, key))
        || (is_introducer(first) && may_start_escaped(window, unescaped, at));
    let wide = if second == 0 { Reasons::WIDE } else { 0 };
    if is_anchor { Reasons::ANCHOR | wide } else { wide }
}

/// Whether all fixed bytes of some anchor stand here that begins so, or may.
#[inline(never)]
fn has_anchor(bytes: &[u8], at: usize, key: u64) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    // Near the end the shape itself has to tell.
    let Some(bytes) = rest.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes)) else {
        return true;
    };
    let anchored = |number: u32| table::ANCHORED.get(number as usize);
    table::ANCHORS.of(key).filter_map(anchored).any(|anchored| anchored.is_at(bytes))
}

/// Whether something may begin with the escape that starts here, or end with it.
#[inline(never)]
fn may_start_escaped(window: &Window<'_>, unescaped: &Unescaped, at: usize) -> bool {
    let (bytes, end) = (window.bytes(), window.is_end());
    let (byte, len) = match unescaped.step(bytes, end, at) {
        Step::Byte { byte, len } => (byte, len),
        Step::Plain => return false,
        Step::Short => return true,
    };
    let before = u64::from(window.byte_before(at).unwrap_or(0));
    let is_head = |head: u64| {
        let behind = (head << 8 | before) & 0xFF_FFFF;
        table::STARTS.may_have(head)
            | table::ANCHORS.may_have(head)
            | table::ANCHORS.may_have(behind)
    };
    if table::BEGINS.has(byte) && unescaped.head::<3>(bytes, end, at).is_none_or(is_head) {
        return true;
    }
    // A literal may end with it.
    let run = bytes.get(at + len..).unwrap_or_default();
    run.iter().take(RUN_BYTES_MIN).take_while(|byte| is_token(**byte)).count() == RUN_BYTES_MIN
}
