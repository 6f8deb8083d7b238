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
    /// NUL, which every other byte of a text in UTF-16 is.
    pub(super) nul: u64,
    /// The two bytes before this one and this one may begin an anchor.
    pub(super) anchor: u64,
}

/// A way of classifying blocks, one after another.
pub(super) trait Classify {
    /// What the next block has to know of the last one.
    type Carry: Copy;

    /// Nothing stands before the first block.
    const NOTHING: Self::Carry;

    fn masks(block: &[u8; BLOCK], carry: Self::Carry) -> (Masks, Self::Carry);
}

/// The masks of fewer bytes than a block has: as if NULs followed, which are of no class.
#[inline(never)]
pub(super) fn tail_masks<C: Classify>(bytes: &[u8], carry: C::Carry) -> (Masks, C::Carry) {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
    C::masks(&block, carry)
}

/// Whether the byte is one of a token: `[A-Za-z0-9_-]`.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// What a byte is, as a number: more than `ALNUM` for a letter or digit, more than `TOKEN` for one of a token.
///
/// Bits 6 to 4: digits (0x30..), letters of the columns 4 and 6 (`@A..O`, `` `a..o ``) and of 5 and 7. Bits 3 and 2: `_`
/// and `-`. Bit 0: NUL. No byte has bit 7, so that the numbers may be compared as signed ones, which is the cheaper instruction.
const CLASSES: Nibbles = Nibbles {
    low: [
        0x51, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x30, 0x20, 0x20, 0x24, 0x20,
        0x28,
    ],
    high: [0x01, 0, 0x04, 0x40, 0x20, 0x18, 0x20, 0x10, 0, 0, 0, 0, 0, 0, 0, 0],
};
const ALNUM: i8 = 0x0F;
const TOKEN: i8 = 0x03;
const NUL: i8 = 0x01;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use self::simd128::Simd128 as Portable;

/// Byte by byte, for machines without one of the others.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) struct Portable;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
impl Classify for Portable {
    type Carry = [u8; 2];
    const NOTHING: [u8; 2] = [0; 2];

    fn masks(block: &[u8; BLOCK], carry: [u8; 2]) -> (Masks, [u8; 2]) {
        one_by_one(block, carry)
    }
}

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
fn one_by_one(block: &[u8; BLOCK], mut carry: [u8; 2]) -> (Masks, [u8; 2]) {
    let [one, two, three] = &NIBBLES;
    let mut masks = Masks::default();
    for (bit, byte) in block.iter().enumerate() {
        let class = CLASSES.of(*byte).cast_signed();
        masks.token |= u64::from(class > TOKEN) << bit;
        masks.alnum |= u64::from(class > ALNUM) << bit;
        masks.nul |= u64::from(class == NUL) << bit;
        let [first, both] = carry;
        masks.anchor |= u64::from(both & three.of(*byte) != 0) << bit;
        carry = [one.of(*byte), first & two.of(*byte)];
    }
    (masks, carry)
}

/// Whether the processor has AVX2, and the instructions on bits that came with it.
#[cfg(target_arch = "x86_64")]
pub(super) fn has_avx2() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt")
}

/// The search with AVX2. To be called only where the processor has it.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(super) fn with_avx2(window: &Window<'_>, from: usize) -> Found {
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn search(window: &Window<'_>, from: usize) -> Found {
        search_with::<avx2::Avx2>(window, from)
    }
    // SAFETY: the caller has asked the processor (`has_avx2`).
    unsafe { search(window, from) }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{ALNUM, BLOCK, CLASSES, Classify, Masks, NIBBLES, NUL, TOKEN};
    use crate::rule::table::Nibbles;

    pub(in crate::scan) struct Avx2;

    /// The anchors' buckets of the first byte, and of the first two, for each of the last 32 bytes.
    #[derive(Clone, Copy)]
    pub(in crate::scan) struct Carry([[u8; 32]; 2]);

    impl Classify for Avx2 {
        type Carry = Carry;
        const NOTHING: Carry = Carry([[0; 32]; 2]);

        #[inline(always)]
        fn masks(block: &[u8; BLOCK], mut carry: Carry) -> (Masks, Carry) {
            // SAFETY: `with_avx2` alone uses this type, inside a function that enables AVX2. The loads read 32 bytes
            // at 0 and 32 of 64; each carry has 32.
            unsafe {
                let at = block.as_ptr();
                let load = |place: usize| _mm256_loadu_si256(at.add(place).cast());
                let [first, both] = &mut carry.0;
                let mut last = [first, both].map(|last| _mm256_loadu_si256(last.as_ptr().cast()));
                let low = half(load(0), &mut last);
                let high = half(load(32), &mut last);
                let place = carry.0.iter_mut().zip(last);
                place
                    .for_each(|(place, last)| _mm256_storeu_si256(place.as_mut_ptr().cast(), last));
                let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
                let masks = Masks {
                    token: join(low.0, high.0),
                    alnum: join(low.1, high.1),
                    nul: join(low.2, high.2),
                    anchor: join(low.3, high.3),
                };
                (masks, carry)
            }
        }
    }

    /// Token, letter-or-digit and anchor bits of 32 bytes.
    #[inline(always)]
    unsafe fn half(bytes: __m256i, last: &mut [__m256i; 2]) -> (u32, u32, u32, u32) {
        // SAFETY: as above; no memory is touched but the tables, which are 16 bytes long.
        unsafe {
            let nibble = _mm256_set1_epi8(0x0F);
            let table = |table: &[u8; 16]| {
                _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast()))
            };
            let low = _mm256_and_si256(bytes, nibble);
            let high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble);
            let of = |tables: &Nibbles| {
                _mm256_and_si256(
                    _mm256_shuffle_epi8(table(&tables.low), low),
                    _mm256_shuffle_epi8(table(&tables.high), high),
                )
            };
            let bits = |mask: __m256i| _mm256_movemask_epi8(mask) as u32;
            let over =
                |class: __m256i, least: i8| bits(_mm256_cmpgt_epi8(class, _mm256_set1_epi8(least)));
            let class = of(&CLASSES);
            let [one, two, three] = &NIBBLES;
            // Each lane's predecessor: the middle of both, then a byte back within each half.
            let before = |last: __m256i, this: __m256i| {
                let middle = _mm256_permute2x128_si256(last, this, 0x21);
                _mm256_alignr_epi8(this, middle, 15)
            };
            let [last_one, last_both] = *last;
            let one = of(one);
            let both = _mm256_and_si256(before(last_one, one), of(two));
            let all = _mm256_and_si256(before(last_both, both), of(three));
            *last = [one, both];
            let none = _mm256_cmpeq_epi8(all, _mm256_setzero_si256());
            let nul = bits(_mm256_cmpeq_epi8(class, _mm256_set1_epi8(NUL)));
            (over(class, TOKEN), over(class, ALNUM), nul, !bits(none))
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unsafe_code)]
mod simd128 {
    use std::arch::wasm32::*;

    use super::{ALNUM, BLOCK, CLASSES, Classify, Masks, NIBBLES, NUL, TOKEN};
    use crate::rule::table::Nibbles;

    pub(in crate::scan) struct Simd128;

    impl Classify for Simd128 {
        /// The anchors' buckets of the first byte, and of the first two, for each of the last 16 bytes.
        type Carry = [v128; 2];
        const NOTHING: [v128; 2] = [u64x2(0, 0); 2];

        #[inline(always)]
        fn masks(block: &[u8; BLOCK], carry: [v128; 2]) -> (Masks, [v128; 2]) {
            // SAFETY: the loads read 16 bytes at 0, 16, 32 and 48, of 64.
            let load = |place: usize| unsafe { v128_load(block.as_ptr().add(place).cast()) };
            let (one, carry) = part(load(0), carry);
            let (two, carry) = part(load(16), carry);
            let (three, carry) = part(load(32), carry);
            let (four, carry) = part(load(48), carry);
            let parts = [one, two, three, four];
            let join = |which: fn(&[u16; 4]) -> u16| {
                let [one, two, three, four] = parts.each_ref().map(|part| u64::from(which(part)));
                one | two << 16 | three << 32 | four << 48
            };
            let masks = Masks {
                token: join(|p| p[0]),
                alnum: join(|p| p[1]),
                nul: join(|p| p[2]),
                anchor: join(|p| p[3]),
            };
            (masks, carry)
        }
    }

    /// Token, letter-or-digit and anchor bits of 16 bytes.
    #[inline(always)]
    fn part(bytes: v128, last: [v128; 2]) -> ([u16; 4], [v128; 2]) {
        let (low, high) = (v128_and(bytes, u8x16_splat(0x0F)), u8x16_shr(bytes, 4));
        let of = |tables: &Nibbles| {
            v128_and(u8x16_swizzle(load(&tables.low), low), u8x16_swizzle(load(&tables.high), high))
        };
        let class = of(&CLASSES);
        let [one, two, three] = &NIBBLES;
        let [last_one, last_both] = last;
        let one = of(one);
        let both = v128_and(before(last_one, one), of(two));
        let all = v128_and(before(last_both, both), of(three));
        let none = i8x16_eq(all, i8x16_splat(0));
        let bits = [
            i8x16_bitmask(i8x16_gt(class, i8x16_splat(TOKEN))),
            i8x16_bitmask(i8x16_gt(class, i8x16_splat(ALNUM))),
            i8x16_bitmask(i8x16_eq(class, i8x16_splat(NUL))),
            !i8x16_bitmask(none),
        ];
        (bits, [one, both])
    }

    /// Each lane's predecessor.
    #[inline(always)]
    fn before(last: v128, this: v128) -> v128 {
        i8x16_shuffle::<15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30>(last, this)
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
        let blocks = |first: u8| {
            [0, 1].map(|number| {
                let mut block = [0; BLOCK];
                for (place, byte) in block.iter_mut().enumerate() {
                    *byte = first.wrapping_add((place * (place + number)) as u8);
                }
                block
            })
        };
        for first in 0..=255_u8 {
            same::<Portable>(&blocks(first));
            #[cfg(target_arch = "x86_64")]
            if has_avx2() {
                same::<avx2::Avx2>(&blocks(first));
            }
        }
    }

    fn same<C: Classify>(blocks: &[[u8; BLOCK]; 2]) {
        let (mut carry, mut expected_carry) = (C::NOTHING, [0; 2]);
        for block in blocks {
            let (expected, masks);
            (expected, expected_carry) = one_by_one(block, expected_carry);
            (masks, carry) = C::masks(block, carry);
            assert_eq!(masks.token, expected.token);
            assert_eq!(masks.alnum, expected.alnum);
            assert_eq!(masks.nul, expected.nul);
            assert_eq!(masks.anchor, expected.anchor);
            for (bit, byte) in block.iter().enumerate() {
                assert_eq!(expected.token >> bit & 1 == 1, is_token(*byte), "{byte}");
                assert_eq!(expected.alnum >> bit & 1 == 1, byte.is_ascii_alphanumeric(), "{byte}");
                assert_eq!(expected.nul >> bit & 1 == 1, *byte == 0, "{byte}");
            }
        }
    }
}
