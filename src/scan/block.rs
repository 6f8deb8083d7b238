//! Classifying 64 bytes at once.
//!
//! Each byte becomes a bit in three masks. With vectors this is about a dozen instructions per 16 or 32 bytes, so
//! that clean traffic costs little more than reading it. All of it are look-ups by the halves of a byte (`Nibbles`):
//! of two small tables the entries for the lower and for the upper half are joined with "and".

#[cfg(target_arch = "x86_64")]
use super::{Found, Window, search_with};
use crate::rule::table::{NIBBLES, Nibbles};

/// How many bytes a mask covers.
pub(super) const BLOCK: usize = 64;

/// A bit a byte.
#[derive(Clone, Copy, Default)]
pub(super) struct Masks {
    /// `[A-Za-z0-9_-]`
    pub(super) token: u64,
    /// `[A-Za-z0-9]`
    pub(super) alnum: u64,
    /// This byte and the next may begin an anchor.
    pub(super) anchor: u64,
}

/// How many bytes are read for a mask: the last one's anchor reaches one further.
pub(super) const BLOCK_READ: usize = BLOCK + 1;

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

/// What a byte is, as a number: more than `ALNUM` for a letter or digit, more than `TOKEN` for one of a token.
///
/// Bits 6 to 4: digits (0x30..), letters of the columns 4 and 6 (`@A..O`, `` `a..o ``) and of 5 and 7. Bits 3 and 2: `_`
/// and `-`. No byte has bit 7, so that the numbers may be compared as signed ones, which is the cheaper instruction.
const CLASSES: Nibbles = Nibbles {
    low: [
        0x50, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x30, 0x20, 0x20, 0x24, 0x20,
        0x28,
    ],
    high: [0, 0, 0x04, 0x40, 0x20, 0x18, 0x20, 0x10, 0, 0, 0, 0, 0, 0, 0, 0],
};
const ALNUM: i8 = 0x0F;
const TOKEN: i8 = 0x03;

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
    let [one, two] = &NIBBLES;
    let mut masks = Masks::default();
    for (bit, (first, second)) in block.iter().zip(block.iter().skip(1)).enumerate() {
        let class = CLASSES.of(*first).cast_signed();
        masks.token |= u64::from(class > TOKEN) << bit;
        masks.alnum |= u64::from(class > ALNUM) << bit;
        masks.anchor |= u64::from(one.of(*first) & two.of(*second) != 0) << bit;
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

    use super::{ALNUM, BLOCK_READ, CLASSES, Classify, Masks, NIBBLES, TOKEN};
    use crate::rule::table::Nibbles;

    pub(in crate::scan) struct Avx2;

    impl Classify for Avx2 {
        #[inline(always)]
        fn masks(block: &[u8; BLOCK_READ]) -> Masks {
            // SAFETY: `with_avx2` alone uses this type, inside a function that enables AVX2. The loads read 32 bytes
            // at 0, 1, 32 and 33 of 65.
            unsafe {
                let at = block.as_ptr();
                let load = |place: usize| _mm256_loadu_si256(at.add(place).cast());
                let low = half([load(0), load(1)]);
                let high = half([load(32), load(33)]);
                let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
                Masks {
                    token: join(low.0, high.0),
                    alnum: join(low.1, high.1),
                    anchor: join(low.2, high.2),
                }
            }
        }
    }

    /// Token, letter-or-digit and anchor bits of 32 bytes, given them and those one further.
    #[inline(always)]
    unsafe fn half(bytes: [__m256i; 2]) -> (u32, u32, u32) {
        // SAFETY: as above; no memory is touched but the tables, which are 16 bytes long.
        unsafe {
            let nibble = _mm256_set1_epi8(0x0F);
            let table = |table: &[u8; 16]| {
                _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast()))
            };
            let split = |bytes: __m256i| {
                let upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
                (_mm256_and_si256(bytes, nibble), upper)
            };
            let of = |tables: &Nibbles, (low, high): (__m256i, __m256i)| {
                _mm256_and_si256(
                    _mm256_shuffle_epi8(table(&tables.low), low),
                    _mm256_shuffle_epi8(table(&tables.high), high),
                )
            };
            let bits = |mask: __m256i| _mm256_movemask_epi8(mask) as u32;
            let over =
                |class: __m256i, least: i8| bits(_mm256_cmpgt_epi8(class, _mm256_set1_epi8(least)));
            let halves = split(bytes[0]);
            let class = of(&CLASSES, halves);
            let [one, two] = &NIBBLES;
            let shared = _mm256_and_si256(of(one, halves), of(two, split(bytes[1])));
            let none = _mm256_cmpeq_epi8(shared, _mm256_setzero_si256());
            (over(class, TOKEN), over(class, ALNUM), !bits(none))
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unsafe_code)]
mod simd128 {
    use std::arch::wasm32::*;

    use super::{ALNUM, BLOCK_READ, CLASSES, Classify, Masks, NIBBLES, TOKEN};
    use crate::rule::table::Nibbles;

    pub(in crate::scan) struct Simd128;

    impl Classify for Simd128 {
        #[inline(always)]
        fn masks(block: &[u8; BLOCK_READ]) -> Masks {
            // SAFETY: the loads read 16 bytes at 0, 16, 32, 48 and 49, of 65.
            let load = |place: usize| unsafe { v128_load(block.as_ptr().add(place).cast()) };
            let parts = [0, 16, 32, 48].map(|place| split(load(place)));
            let [one, two] = &NIBBLES;
            // What the next byte is, for the last part from a load of its own and for the others from the next part.
            let seconds = parts.map(|halves| of(two, halves));
            let last = of(two, split(load(49)));
            let next = [
                shift(seconds[0], seconds[1]),
                shift(seconds[1], seconds[2]),
                shift(seconds[2], seconds[3]),
                last,
            ];
            let mut masks = Masks::default();
            for (part, (halves, next)) in parts.into_iter().zip(next).enumerate() {
                let class = of(&CLASSES, halves);
                let token = i8x16_bitmask(i8x16_gt(class, i8x16_splat(TOKEN)));
                let alnum = i8x16_bitmask(i8x16_gt(class, i8x16_splat(ALNUM)));
                let none = i8x16_eq(v128_and(of(one, halves), next), i8x16_splat(0));
                masks.token |= u64::from(token) << (part * 16);
                masks.alnum |= u64::from(alnum) << (part * 16);
                masks.anchor |= u64::from(!i8x16_bitmask(none)) << (part * 16);
            }
            masks
        }
    }

    /// The lower and the upper halves.
    #[inline(always)]
    fn split(bytes: v128) -> (v128, v128) {
        (v128_and(bytes, u8x16_splat(0x0F)), u8x16_shr(bytes, 4))
    }

    #[inline(always)]
    fn of(tables: &Nibbles, (low, high): (v128, v128)) -> v128 {
        v128_and(u8x16_swizzle(load(&tables.low), low), u8x16_swizzle(load(&tables.high), high))
    }

    /// Each lane's successor.
    #[inline(always)]
    fn shift(part: v128, next: v128) -> v128 {
        i8x16_shuffle::<1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16>(part, next)
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
            for (bit, byte) in block.iter().take(BLOCK).enumerate() {
                assert_eq!(expected.token >> bit & 1 == 1, is_token(*byte), "{byte}");
                assert_eq!(expected.alnum >> bit & 1 == 1, byte.is_ascii_alphanumeric(), "{byte}");
            }
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
