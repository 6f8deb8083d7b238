//! A quick look for the first bytes of some texts: most bytes of clean traffic cost a multiplication and a bit test.

/// How many first bytes are looked at.
pub(crate) const BYTES_MAX: usize = 4;
/// With fewer, too many places look like a start.
const BYTES_MIN: usize = 3;

/// The first bytes of some texts, hashed: says where none of them can begin.
#[derive(Clone)]
pub(crate) struct Prefixes {
    bits: Box<[u64; 256]>,
    /// Keeps so many of four bytes.
    mask: u32,
    /// `BYTES_MIN <= len <= BYTES_MAX`.
    len: usize,
}

impl Prefixes {
    /// Learns the texts; `None` where one of them is too short to be looked for so, or there are none.
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a [u8]> + Clone) -> Option<Prefixes> {
        let len = texts.clone().map(<[u8]>::len).min()?.min(BYTES_MAX);
        if len < BYTES_MIN {
            return None;
        }
        let mask = if len == BYTES_MAX { u32::MAX } else { 0x00FF_FFFF };
        let mut prefixes = Prefixes { bits: Box::new([0; 256]), mask, len };
        for text in texts {
            let mut first = [0; BYTES_MAX];
            first.iter_mut().zip(text.iter().take(len)).for_each(|(to, from)| *to = *from);
            let (word, bit) = prefixes.slot(u32::from_le_bytes(first));
            if let Some(word) = prefixes.bits.get_mut(usize::from(word)) {
                *word |= 1 << bit;
            }
        }
        Some(prefixes)
    }

    /// The first place, from one on, where a text may begin: what it looks like, or too near to the end to say.
    #[inline]
    pub(crate) fn next(&self, bytes: &[u8], from: usize) -> usize {
        let rest = bytes.get(from..).unwrap_or_default();
        let full = rest.windows(BYTES_MAX).position(|four| {
            let four = four.first_chunk().copied().unwrap_or_default();
            self.has(u32::from_le_bytes(four))
        });
        if let Some(at) = full {
            return from + at;
        }
        // Fewer than four bytes are left behind these places; of three, the first may still be told.
        let last = rest.len().saturating_sub(BYTES_MAX - 1);
        match rest.get(last..) {
            Some([a, b, c]) if self.len < BYTES_MAX => {
                let may = self.has(u32::from_le_bytes([*a, *b, *c, 0]));
                from + last + usize::from(!may)
            }
            _ => from + last,
        }
    }

    #[inline(always)]
    fn has(&self, four: u32) -> bool {
        let (word, bit) = self.slot(four);
        self.bits.get(usize::from(word)).is_some_and(|word| word >> bit & 1 == 1)
    }

    #[inline(always)]
    fn slot(&self, four: u32) -> (u8, u32) {
        let hash = (four & self.mask).wrapping_mul(0x9E37_79B1);
        ((hash >> 24) as u8, hash >> 18 & 63)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn prefixes(texts: &[&str]) -> Option<Prefixes> {
        Prefixes::new(texts.iter().map(|text| text.as_bytes()))
    }

    #[test]
    fn no_start_is_missed() {
        for texts in [&["acme_", "zeta"][..], &["sk_"], &["sk_", "longer"]] {
            let prefixes = prefixes(texts).unwrap();
            for text in texts {
                for before in 0..9 {
                    let bytes = [".".repeat(before).as_bytes(), text.as_bytes(), b"...."].concat();
                    assert_eq!(prefixes.next(&bytes, 0), before, "{text}");
                    // A start that the end cuts off is a place that cannot be told.
                    for end in before + 1..before + text.len() {
                        assert!(prefixes.next(&bytes[..end], 0) <= before, "{text} {end}");
                    }
                }
            }
        }
    }

    #[test]
    fn clean_bytes_are_skipped_but_for_the_last() {
        let four = prefixes(&["acme_"]).unwrap();
        assert_eq!(four.next(b"................", 0), 13);
        assert_eq!(four.next(b"................", 15), 15);
        let three = prefixes(&["sk_"]).unwrap();
        assert_eq!(three.next(b"................", 0), 14);
    }

    #[test]
    fn short_texts_are_not_looked_for_so() {
        assert!(prefixes(&[]).is_none() && prefixes(&["acme", "ab"]).is_none());
    }
}
