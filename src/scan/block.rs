//! Classifying 64 bytes at once.
//!
//! Each byte becomes a bit in three masks. With vectors this is about a dozen instructions per 16 or 32 bytes, so
//! that clean traffic costs little more than reading it.

#[cfg(target_arch = "x86_64")]
use super::{Found, Window, search_with};
use crate::rule::table::NIBBLES;

/// How many bytes a mask covers.
pub(super) const BLOCK: usize = 64;

/// A bit a byte.
#[derive(Clone, Copy, Default)]
pub(super) struct Masks {
    /// `[A-Za-z0-9_-]`
    pub(super) token: u64,
    /// `[A-Za-z0-9]`
    pub(super) alnum: u64,
    /// This byte and the next two may be an anchor.
    pub(super) anchor: u64,
}

/// How many bytes are read for a mask: the last one's anchor reaches two further.
pub(super) const BLOCK_READ: usize = BLOCK + 2;

/// A way of classifying a block.
pub(super) trait Classify {
    fn masks(block: &[u8; BLOCK_READ]) -> Masks;
}

/// The masks of fewer bytes than are read for one: as if NULs followed, which are of no class.
#[inline(never)]
pub(super) fn tail_masks<C: Classify>(bytes: &[u8]) -> Masks {
    let mut block = [0; BLOCK_READ];
    block.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    C::masks(&block)
}

/// Whether the byte is one of a token: `[A-Za-z0-9_-]`.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use self::simd128::Simd128 as Portable;

/// Byte by byte, for machines without one of the others.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) struct Portable;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl Classify for Portable {
    fn masks(block: &[u8; BLOCK_READ]) -> Masks {
        one_by_one(block)
    }
}

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
fn one_by_one(block: &[u8; BLOCK_READ]) -> Masks {
    let [one, two, three] = &NIBBLES;
    let mut masks = Masks::default();
    let places = block.iter().zip(block.iter().skip(1)).zip(block.iter().skip(2));
    for (bit, ((first, second), third)) in places.enumerate() {
        let anchor = one.buckets(*first) & two.buckets(*second) & three.buckets(*third) != 0;
        masks.token |= u64::from(is_token(*first)) << bit;
        masks.alnum |= u64::from(first.is_ascii_alphanumeric()) << bit;
        masks.anchor |= u64::from(anchor) << bit;
    }
    masks
}

/// The search with AVX2. To be called only where the processor has it.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(super) fn with_avx2(window: &Window<'_>, from: usize) -> Found {
    #[target_feature(enable = "avx2")]
    fn search(window: &Window<'_>, from: usize) -> Found {
        search_with::<avx2::Avx2>(window, from)
    }
    // SAFETY: the caller has asked the processor (`is_x86_feature_detected`).
    unsafe { search(window, from) }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{BLOCK_READ, Classify, Masks, NIBBLES};
    use crate::rule::table::Nibbles;

    pub(in crate::scan) struct Avx2;

    impl Classify for Avx2 {
        #[inline(always)]
        fn masks(block: &[u8; BLOCK_READ]) -> Masks {
            // SAFETY: `with_avx2` alone uses this type, inside a function that enables AVX2. The loads read 32 bytes
            // at 0, 1, 2, 32, 33 and 34 of 66.
            unsafe {
                let at = block.as_ptr();
                let load = |place: usize| _mm256_loadu_si256(at.add(place).cast());
                let low = half([load(0), load(1), load(2)]);
                let high = half([load(32), load(33), load(34)]);
                let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
                Masks {
                    token: join(low.0, high.0),
                    alnum: join(low.1, high.1),
                    anchor: join(low.2, high.2),
                }
            }
        }
    }

    /// Token, letter-or-digit and anchor bits of 32 bytes, given them, those one further and those two further.
    #[inline(always)]
    unsafe fn half(bytes: [__m256i; 3]) -> (u32, u32, u32) {
        // SAFETY: as above; no memory is touched but the tables, which are 16 bytes long.
        unsafe {
            let all = |byte: u8| _mm256_set1_epi8(byte as i8);
            let table = |table: &[u8; 16]| {
                _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast()))
            };
            // `byte - first < count`, unsigned: the saturated rest is nothing.
            let within = |bytes: __m256i, first: u8, count: u8| {
                let moved = _mm256_sub_epi8(bytes, all(first));
                _mm256_cmpeq_epi8(_mm256_subs_epu8(moved, all(count - 1)), _mm256_setzero_si256())
            };
            let letter = within(_mm256_or_si256(bytes[0], all(0x20)), b'a', 26);
            let alnum = _mm256_or_si256(letter, within(bytes[0], b'0', 10));
            let mark = _mm256_or_si256(
                _mm256_cmpeq_epi8(bytes[0], all(b'_')),
                _mm256_cmpeq_epi8(bytes[0], all(b'-')),
            );
            let buckets = |tables: &Nibbles, bytes: __m256i| {
                let nibble = all(0x0F);
                let upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
                _mm256_and_si256(
                    _mm256_shuffle_epi8(table(&tables.low), _mm256_and_si256(bytes, nibble)),
                    _mm256_shuffle_epi8(table(&tables.high), upper),
                )
            };
            let [one, two, three] = &NIBBLES;
            let shared = _mm256_and_si256(buckets(one, bytes[0]), buckets(two, bytes[1]));
            let shared = _mm256_and_si256(shared, buckets(three, bytes[2]));
            let none = _mm256_cmpeq_epi8(shared, _mm256_setzero_si256());
            let bits = |mask: __m256i| _mm256_movemask_epi8(mask) as u32;
            (bits(_mm256_or_si256(alnum, mark)), bits(alnum), !bits(none))
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unsafe_code)]
mod simd128 {
    use std::arch::wasm32::*;

    use super::{BLOCK_READ, Classify, Masks, NIBBLES};
    use crate::rule::table::Nibbles;

    pub(in crate::scan) struct Simd128;

    impl Classify for Simd128 {
        #[inline(always)]
        fn masks(block: &[u8; BLOCK_READ]) -> Masks {
            let mut masks = Masks::default();
            for part in 0..4 {
                // SAFETY: the loads read 16 bytes at 0, 16, 32, 48 and up to two further, of 66.
                let bytes = unsafe {
                    let at = block.as_ptr().add(part * 16);
                    [v128_load(at.cast()), v128_load(at.add(1).cast()), v128_load(at.add(2).cast())]
                };
                let (token, alnum, anchor) = quarter(bytes);
                masks.token |= u64::from(token) << (part * 16);
                masks.alnum |= u64::from(alnum) << (part * 16);
                masks.anchor |= u64::from(anchor) << (part * 16);
            }
            masks
        }
    }

    /// Token, letter-or-digit and anchor bits of 16 bytes, given them, those one further and those two further.
    #[inline(always)]
    fn quarter(bytes: [v128; 3]) -> (u16, u16, u16) {
        let within = |bytes: v128, first: u8, count: u8| {
            u8x16_lt(u8x16_sub(bytes, u8x16_splat(first)), u8x16_splat(count))
        };
        let letter = within(v128_or(bytes[0], u8x16_splat(0x20)), b'a', 26);
        let alnum = v128_or(letter, within(bytes[0], b'0', 10));
        let mark =
            v128_or(u8x16_eq(bytes[0], u8x16_splat(b'_')), u8x16_eq(bytes[0], u8x16_splat(b'-')));
        let buckets = |tables: &Nibbles, bytes: v128| {
            v128_and(
                u8x16_swizzle(load(&tables.low), v128_and(bytes, u8x16_splat(0x0F))),
                u8x16_swizzle(load(&tables.high), u8x16_shr(bytes, 4)),
            )
        };
        let [one, two, three] = &NIBBLES;
        let shared = v128_and(buckets(one, bytes[0]), buckets(two, bytes[1]));
        let anchor = u8x16_ne(v128_and(shared, buckets(three, bytes[2])), u8x16_splat(0));
        (u8x16_bitmask(v128_or(alnum, mark)), u8x16_bitmask(alnum), u8x16_bitmask(anchor))
    }

    #[inline(always)]
    fn load(table: &[u8; 16]) -> v128 {
        // SAFETY: the table is 16 bytes long.
        unsafe { v128_load(table.as_ptr().cast()) }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// Every byte next to every other, so that every lane sees every value.
    #[test]
    fn all_ways_classify_alike() {
        for first in 0..=255_u8 {
            let mut block = [0; BLOCK_READ];
            for (place, byte) in block.iter_mut().enumerate() {
                *byte = first.wrapping_add((place * place) as u8);
            }
            let expected = one_by_one(&block);
            let same = |masks: Masks| {
                assert_eq!(masks.token, expected.token);
                assert_eq!(masks.alnum, expected.alnum);
                assert_eq!(masks.anchor, expected.anchor);
            };
            same(Portable::masks(&block));
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                same(avx2::Avx2::masks(&block));
            }
        }
    }
}
