//! The types of the built-in tables, which `build.rs` fills.

use crate::view::escape::is_marker;

use super::check::{Check, Encoding};
use super::{Confidence, Exposure, Kind, Profile, Rule, Severity, example::Examples};

/// A set of bytes.
///
/// For each lower half of a byte a row of eight bits, one for each upper half: of the bytes below 0x80, and of the others. So
/// that vectors can look up sixteen bytes at once.
#[derive(Debug)]
pub(crate) struct ByteSet([[u8; 16]; 2]);

impl ByteSet {
    /// Of a bit a byte.
    #[allow(clippy::indexing_slicing)] // Made at compile time; halves of bytes are below 16.
    pub(crate) const fn new(bits: [u64; 4]) -> Self {
        let mut rows = [[0; 16]; 2];
        let mut byte = 0;
        while byte < 256 {
            let has = bits[byte / 64] >> (byte % 64) & 1 == 1;
            rows[byte / 128][byte % 16] |= (has as u8) << (byte / 16 % 8);
            byte += 1;
        }
        ByteSet(rows)
    }

    /// Whether the byte is of the set.
    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // A byte's highest bit is at most 1, its lower half at most 15.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 7)][usize::from(byte & 15)] >> (byte >> 4 & 7) & 1 == 1
    }

    /// How many of the first bytes are of the set, at most `max`.
    #[inline]
    pub(crate) fn run(&self, bytes: &[u8], max: usize) -> usize {
        let bytes = bytes.get(..max).unwrap_or(bytes);
        let long = self.long_run(bytes);
        let rest = bytes.get(long..).unwrap_or_default();
        long + rest.iter().take_while(|byte| self.has(**byte)).count()
    }

    /// Some of the run, as much of it as vectors tell.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    #[inline(always)]
    fn long_run(&self, _: &[u8]) -> usize {
        0
    }

    /// Some of the run, as much of it as vectors tell: whole sixteens of bytes.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    #[allow(unsafe_code)]
    #[inline]
    fn long_run(&self, bytes: &[u8]) -> usize {
        use std::arch::wasm32::*;
        let (chunks, _) = bytes.as_chunks::<16>();
        // SAFETY: a row and a chunk have sixteen bytes each.
        let load = |bytes: &[u8; 16]| unsafe { v128_load(bytes.as_ptr().cast()) };
        let [low, high] = &self.0;
        let (low, high) = (load(low), load(high));
        let bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
        let is_of_set = |chunk: &&[u8; 16]| {
            let bytes = load(chunk);
            let half = v128_and(bytes, u8x16_splat(15));
            let beyond = i8x16_shr(bytes, 7);
            let rows = v128_bitselect(u8x16_swizzle(high, half), u8x16_swizzle(low, half), beyond);
            let bit = u8x16_swizzle(bits, u8x16_shr(bytes, 4));
            i8x16_all_true(v128_and(rows, bit))
        };
        16 * chunks.iter().take_while(is_of_set).count()
    }
}

/// A part of a shape.
#[derive(Debug)]
pub(crate) enum Seg {
    /// These bytes.
    Literal(&'static [u8]),
    /// These letters in either case; written in lower case.
    Fold(&'static [u8]),
    /// One of these texts, the longest that fits; `fold`: letters in either case.
    OneOf { texts: &'static [&'static [u8]], fold: bool },
    /// So many bytes of a set.
    Run { set: &'static ByteSet, min: u32, max: u32 },
}

impl Seg {
    /// The upper count of an open-ended run.
    pub(crate) const OPEN: u32 = u32::MAX;
}

/// What may stand before a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// No letter or digit, save as the end of an escape.
    Word,
    /// Nor `_`, `-`, `/` or `.`: what follows is a value, and no part of a name or path.
    Value,
    /// Anything.
    Any,
}

/// One expanded shape of a rule.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The rule's place in `RULES`.
    pub(crate) rule: u16,
    /// The first profile that it is looked for in.
    pub(crate) profile: Profile,
    pub(crate) segs: &'static [Seg],
    /// The segments that are the secret: from, to.
    pub(crate) secret: (u8, u8),
    pub(crate) left: Left,
    /// The bytes that may not follow.
    pub(crate) right: Option<&'static ByteSet>,
    /// Whether it goes on as far as its last class does.
    pub(crate) open: bool,
    /// How many bytes of it, at most, can have been seen without its trigger.
    pub(crate) window: u16,
    /// How many fixed bytes it begins with.
    pub(crate) literal: u8,
    /// A fixed byte at a fixed place, where it begins with none.
    pub(crate) probe: Option<(u32, u8)>,
}

/// Where the start of a shape lies before the end of a literal.
#[derive(Debug)]
pub(crate) enum Back {
    /// So many bytes.
    Fixed(u32),
    /// The literal, and the bytes of a class before it.
    Lead { set: &'static ByteSet, min: u32, max: u32 },
}

/// A shape that is looked for where a run follows a literal.
#[derive(Debug)]
pub(crate) struct AfterLiteral {
    pub(crate) shape: u16,
    pub(crate) literal: &'static [u8],
    pub(crate) fold: bool,
    pub(crate) back: Back,
}

/// A shape that is looked for where some fixed bytes stand.
#[derive(Debug)]
pub(crate) struct Anchored {
    /// The first shape, and how many there are: a family is looked for together.
    pub(crate) shape: u16,
    pub(crate) count: u16,
    /// How far before those bytes it starts: at least, at most.
    pub(crate) back: (u16, u16),
    /// Of eight bytes, as a number, those that are fixed.
    pub(crate) mask: u64,
    /// The bits that tell the cases of their letters, where either is taken.
    pub(crate) fold: u64,
    /// What they are.
    pub(crate) value: u64,
    /// What tells the shapes of a family apart.
    pub(crate) members: Option<&'static Members>,
}

/// Shapes of one rule that begin with the same word: where that is, the bytes behind it rule most of them out.
#[derive(Debug)]
pub(crate) struct Members {
    /// How many bytes the word has.
    pub(crate) len: u8,
    /// For each byte behind it, by its lower and its upper half: the shapes that it may belong to, a bit each.
    pub(crate) behind: [[[u16; 16]; 2]; 4],
}

impl Members {
    /// The shapes that may stand where these bytes stand behind the word. What stands behind an escape is another matter.
    pub(crate) fn fitting(&self, behind: &[u8]) -> u16 {
        let plain = behind.iter().take_while(|byte| !is_marker(byte)).zip(&self.behind);
        let of = |table: &[u16; 16], half: u8| table.get(usize::from(half)).copied().unwrap_or(0);
        plain.fold(u16::MAX, |fitting, (byte, [low, high])| {
            fitting & of(low, byte & 15) & of(high, byte >> 4)
        })
    }
}

impl Anchored {
    /// Whether these eight bytes may be it, or begin it up to an escape.
    #[inline(always)]
    pub(crate) fn is_at(&self, bytes: u64) -> bool {
        let differs = ((bytes | self.fold) & self.mask) ^ self.value;
        if differs == 0 {
            return true;
        }
        // The first byte that differs may begin an escape.
        let next = (bytes >> (differs.trailing_zeros() & 0b11_1000)) as u8;
        is_marker(&next)
    }
}

/// Lists of numbers by slot: slot `s` holds `list[starts[s]..starts[s + 1]]`.
#[derive(Debug)]
pub(crate) struct Index<const N: usize> {
    pub(crate) starts: [u16; N],
    pub(crate) list: &'static [u32],
}

impl<const N: usize> Index<N> {
    /// The numbers of a slot; none where there is no such slot.
    #[inline]
    pub(crate) fn of(&self, slot: usize) -> &'static [u32] {
        match (self.starts.get(slot), self.starts.get(slot + 1)) {
            (Some(start), Some(end)) => {
                self.list.get(usize::from(*start)..usize::from(*end)).unwrap_or_default()
            }
            _ => &[],
        }
    }
}

/// What a byte is, as look-ups by its halves: the bits that both have.
#[derive(Debug)]
pub(crate) struct Nibbles {
    pub(crate) low: [u8; 16],
    pub(crate) high: [u8; 16],
}

impl Nibbles {
    /// What both halves of the byte share.
    #[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
    #[inline]
    pub(crate) fn of(&self, byte: u8) -> u8 {
        let of = |table: &[u8; 16], half: u8| table.get(usize::from(half)).copied().unwrap_or(0);
        of(&self.low, byte & 15) & of(&self.high, byte >> 4)
    }
}

/// Lists of numbers by the hash of some bytes.
#[derive(Debug)]
pub(crate) struct Hashed {
    /// A bit for each hash that occurs: nearly every look-up ends here, in four kilobytes.
    pub(crate) bits: Bits,
    /// By the upper bits of the hash; the lower ones are the highest of each number.
    pub(crate) index: Index<4097>,
}

impl Hashed {
    /// Whether there may be numbers for these bytes ([`key`]).
    #[inline(always)]
    pub(crate) fn may_have(&self, key: u64) -> bool {
        self.bits.has(hash(key))
    }

    /// The numbers for these bytes, and for others of the same hash.
    #[inline(always)]
    pub(crate) fn of(&self, key: u64) -> impl Iterator<Item = u32> {
        let hash = hash(key);
        let numbers = if self.bits.has(hash) { self.index.of(hash >> 3) } else { &[] };
        let numbers = numbers.iter().filter(move |number| (**number >> 29) as usize == hash & 7);
        numbers.map(|number| number & ((1 << 29) - 1))
    }
}

/// A bit for each hash.
#[derive(Debug)]
pub(crate) struct Bits(pub(crate) [u64; 512]);

impl Bits {
    /// Whether the hash occurs.
    #[inline(always)]
    #[allow(clippy::indexing_slicing)] // Masked to nine bits.
    pub(crate) fn has(&self, hash: usize) -> bool {
        self.0[(hash / 64) & 511] >> (hash % 64) & 1 == 1
    }
}

/// Fifteen bits of a key.
#[inline(always)]
pub(crate) const fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 49) as usize
}

/// Up to eight bytes as a number, the first one lowest.
#[inline(always)]
pub(crate) fn key(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// The same, letters in either case being one.
#[inline(always)]
pub(crate) fn folded_key(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |key, byte| key << 8 | u64::from(byte | 0x20))
}

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
