//! The scanner: the first credential in a window of bytes, or the first place that may still become one.
//!
//! A machine-made credential is a long run of token bytes (`[A-Za-z0-9_-]`), which words, numbers and markup are
//! not. So blocks of 64 bytes become bit masks (`block`), and only three kinds of places are looked at, the triggers:
//!
//! 1. a run of sixteen and more starts, or goes on after `_` or `-`: is it the start of a shape?
//! 2. such a run follows another byte (`SG.` + run): does a literal of some shape end here?
//! 3. an anchor: three bytes in a row that some shape has at a fixed offset (`://`, `-BE`).
//!
//! Triggers are taken in the order of their places, each with the longest match there. That order depends on the
//! bytes alone, so neither does what is found depend on how they were cut, as long as nothing is given up that a
//! later byte could turn into a match: that is what [`live`] looks for at the end of the window.

mod batch;
mod best;
mod block;
mod candidate;
mod live;
mod name;
mod specific;
mod window;

use std::ops::Range;

use crate::{
    rule::{Confidence, Rule},
    view::{Kind, gate::Gate, unescaped::Unescaped},
};

use self::{
    batch::{BLOCKS_MAX, Batch, Reasons},
    block::{BLOCK, Masks},
    candidate::Candidates,
};
pub(crate) use self::{
    live::{ESCAPED_BYTES_MAX, TRIGGER_BYTES_MAX},
    window::{Recent, Window},
};

/// How many token bytes in a row are a run.
const RUN_BYTES_MIN: usize = 16;

/// A decided match. Places are relative to the window's bytes.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) rule: &'static Rule,
    pub(crate) confidence: Confidence,
    /// Where the match starts, at or before the secret.
    pub(crate) start: usize,
    /// The secret: what a replacement covers.
    pub(crate) secret: Range<usize>,
    /// Where the match ends; the search goes on behind the secret.
    pub(crate) end: usize,
    /// Whether the secret goes on after `end`: it is open-ended, or was cut at the limit.
    pub(crate) open: Option<&'static crate::rule::table::ByteSet>,
    /// Whether a replacement may name the rule here.
    pub(crate) label: bool,
    /// How many bytes the vendor's public prefix has.
    pub(crate) prefix: usize,
}

/// What a search found.
#[derive(Debug)]
pub(crate) enum Found {
    /// The first decided match.
    Hit(Hit),
    /// Nothing is decided from this place on; all before it is free of matches.
    Live(usize),
    /// An encoded region starts here; all before it is free of matches.
    View(usize, Kind),
    /// There is nothing.
    Nothing,
}

/// Searches the window from a place on.
pub(crate) fn search(window: &Window<'_>, from: usize) -> Found {
    #[cfg(target_arch = "x86_64")]
    if block::has_avx2() {
        return block::with_avx2(window, from);
    }
    search_with::<block::Portable>(window, from)
}

/// The search, over one way of classifying a block.
#[inline(always)]
fn search_with<C: block::Classify>(window: &Window<'_>, from: usize) -> Found {
    let bytes = window.bytes();
    let (mut at, end) = window.triggers(from);
    let mut before = Before::of(window, at);
    let (mut current, mut carry) = masks_at::<C>(bytes, at, C::NOTHING);
    let mut batch = Batch::new();
    let unescaped = Unescaped::new();
    // Where there was a finding there may be more of them: it starts small.
    let mut blocks = 1;
    while at < end {
        let start = at;
        batch.clear();
        for _ in 0..blocks {
            let next;
            (next, carry) = masks_at::<C>(bytes, at + BLOCK, carry);
            // A run starts, or goes on with a word after `_` or `-`.
            let starts = current.token & !(current.token << 1 | before.token)
                | current.alnum & !(current.alnum << 1 | before.alnum);
            let runs = starts & run_starts(current.token, next.token);
            // The mask's bits stand at the third byte of an anchor.
            let anchors = current.anchor >> 2 | next.anchor << (BLOCK - 2);
            // A letter and a NUL: they are looked at like one.
            let wide = current.alnum & (current.nul >> 1 | next.nul << (BLOCK - 1));
            let anchors = anchors | wide;
            batch.add(runs, anchors, at - start);
            before = Before { token: current.token >> 63, alnum: current.alnum >> 63 };
            current = next;
            at += BLOCK;
            if at >= end || batch.is_full() {
                break;
            }
        }
        batch.add_words(window, start, window.words_after_escapes(start), 0);
        batch.sift(window, &unescaped, start, at - start);
        while let Some(place) = batch.next().filter(|place| start + place.offset < bytes.len()) {
            let at = start + place.offset;
            let candidates = Candidates { window, unescaped: &unescaped, from, at };
            let is_run = place.reasons & Reasons::RUN != 0;
            let may_be_view = place.reasons & (Reasons::ENCODED | Reasons::WIDE) != 0;
            let live = match candidates.decide(place.reasons) {
                Found::Nothing if may_be_view && window.has_views(at) => {
                    match candidates.gate(is_run) {
                        Gate::Yes(kind) => return candidates.view(kind),
                        Gate::Short => candidates.view_start(is_run),
                        Gate::No => continue,
                    }
                }
                Found::Nothing => continue,
                Found::Live(live) => live,
                hit => return hit,
            };
            return Found::Live(live::before(window, &unescaped, from, live, candidates.at + 1));
        }
        blocks = BLOCKS_MAX.min(blocks * 2);
    }
    if let Some(place) = window.undecided(from) {
        return Found::Live(place);
    }
    if end < bytes.len() || window.is_decided(from) {
        return Found::Nothing;
    }
    match live::before(window, &unescaped, from, bytes.len(), bytes.len()) {
        place if place < bytes.len() => Found::Live(place),
        _ => Found::Nothing,
    }
}

/// What the byte before a block is, as the lowest bit.
struct Before {
    token: u64,
    alnum: u64,
}

impl Before {
    fn of(window: &Window<'_>, at: usize) -> Before {
        let is_token = window.byte_before(at).is_some_and(block::is_token);
        Before { token: u64::from(is_token), alnum: u64::from(!window.starts_word(at)) }
    }
}

/// The masks of the block at a place; what lies beyond the bytes is of no class.
#[inline(always)]
fn masks_at<C: block::Classify>(bytes: &[u8], at: usize, carry: C::Carry) -> (Masks, C::Carry) {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(block) => C::masks(block, carry),
        None => block::tail_masks::<C>(bytes.get(at..).unwrap_or_default(), carry),
    }
}

/// Where sixteen token bytes stand in a row, from the bit on, looking into the next block.
#[inline(always)]
fn run_starts(current: u64, next: u64) -> u64 {
    // Every line doubles the length that a set bit stands for: 2, 4, 8, 16.
    let both = |current: u64, next: u64, by: u32| {
        (current & (current >> by | next << (64 - by)), next & (next >> by))
    };
    let (current, next) = both(current, next, 1);
    let (current, next) = both(current, next, 2);
    let (current, next) = both(current, next, 4);
    both(current, next, 8).0
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn runs_of_sixteen_start_where_they_do() {
        assert_eq!(run_starts(0xFFFF, 0), 1);
        assert_eq!(run_starts(0x7FFF, 0), 0);
        assert_eq!(run_starts(0x1_FFFF, 0), 0b11);
        assert_eq!(run_starts(1 << 63, 0x7FFF), 1 << 63);
        assert_eq!(run_starts(1 << 63, 0x3FFF), 0);
        assert_eq!(run_starts(0xFF << 56, 0xFF), 1 << 56);
    }
}
