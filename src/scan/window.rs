//! The bytes a search may look at: those to decide, and a few already decided before them.

use crate::rule::Profile;

/// Bytes of a stream, with what stood before them.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    /// Bytes already decided. Only looked at to see what a place follows.
    before: &'a [u8],
    bytes: &'a [u8],
    /// Whether the stream ends with these bytes.
    end: bool,
    /// The longest candidate that may stay undecided.
    tail_bytes_max: usize,
    /// From where on encoded regions are looked for as well.
    views_from: Option<usize>,
    /// Where triggers are looked for.
    triggers: (usize, usize),
    /// From where on nothing is decided, if not for want of bytes.
    undecided: Option<usize>,
    profile: Profile,
}

impl<'a> Window<'a> {
    pub(crate) fn new(
        before: &'a [u8],
        bytes: &'a [u8],
        end: bool,
        tail_bytes_max: usize,
    ) -> Window<'a> {
        Window {
            before,
            bytes,
            end,
            tail_bytes_max,
            views_from: None,
            triggers: (0, usize::MAX),
            undecided: None,
            profile: Profile::Strict,
        }
    }

    /// The same, but encoded regions are looked for from a place on as well.
    pub(crate) fn with_views(self, views_from: Option<usize>) -> Window<'a> {
        Window { views_from, ..self }
    }

    /// The same, but triggers are looked for from a place up to another one only: nothing is said of what may start near the
    /// last one.
    pub(crate) fn with_triggers(self, from: usize, until: usize) -> Window<'a> {
        Window { triggers: (from, until), ..self }
    }

    /// The same, but what starts at a place or behind it is left for another search, unless it is found on the way: it takes
    /// `triggers` bytes from there on to find what starts before.
    pub(crate) fn with_undecided(self, from: usize, triggers: usize) -> Window<'a> {
        Window { undecided: Some(from), ..self.with_triggers(0, from + triggers) }
    }

    /// The same, as far as there are bytes.
    pub(crate) fn with_all(self) -> Window<'a> {
        Window { undecided: None, triggers: (0, usize::MAX), ..self }
    }

    /// From where on nothing is decided by a search from a place.
    #[inline]
    pub(super) fn undecided(&self, from: usize) -> Option<usize> {
        self.undecided.map(|place| place.max(from))
    }

    /// From where on triggers are looked for by a search from a place, and up to where.
    #[inline]
    pub(super) fn triggers(&self, from: usize) -> (usize, usize) {
        (self.triggers.0.max(from), self.triggers.1.min(self.bytes.len()))
    }

    /// Whether nothing is undecided, however near the end it starts: nothing follows, and no candidate is too long.
    #[inline]
    pub(super) fn is_decided(&self, from: usize) -> bool {
        self.end && self.bytes.len().saturating_sub(from) <= self.tail_bytes_max
    }

    /// The same, for a profile.
    pub(crate) fn with_profile(self, profile: Profile) -> Window<'a> {
        Window { profile, ..self }
    }

    /// How much is looked for.
    #[inline]
    pub(super) fn profile(&self) -> Profile {
        self.profile
    }

    /// The same, ended early: what follows is not seen yet.
    pub(crate) fn cut(self, len: usize) -> Window<'a> {
        match self.bytes.get(..len) {
            Some(bytes) => Window { bytes, end: false, ..self },
            None => self,
        }
    }

    /// Whether nothing follows the bytes.
    pub(crate) fn is_end(&self) -> bool {
        self.end
    }

    /// Whether an encoded region may start at a place.
    pub(super) fn has_views(&self, at: usize) -> bool {
        self.views_from.is_some_and(|from| at >= from)
    }

    /// The bytes from a place on, and whether nothing follows them.
    pub(super) fn rest(&self, at: usize) -> (&'a [u8], bool) {
        (self.bytes.get(at..).unwrap_or_default(), self.end)
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What a candidate at this place is matched against, and whether nothing follows that.
    pub(crate) fn candidate(&self, at: usize) -> (&'a [u8], bool) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        match rest.get(..self.tail_bytes_max) {
            Some(limited) if rest.len() > limited.len() => (limited, false),
            _ => (rest, self.end),
        }
    }

    /// Whether a candidate of this length has reached the limit.
    pub(crate) fn is_at_limit(&self, len: usize) -> bool {
        len >= self.tail_bytes_max
    }

    /// The byte before a place.
    #[inline]
    pub(crate) fn byte_before(&self, at: usize) -> Option<u8> {
        self.byte_back(at, 1)
    }

    /// The byte so many places back.
    #[inline]
    pub(super) fn byte_back(&self, at: usize, back: usize) -> Option<u8> {
        match at.checked_sub(back) {
            Some(place) => self.bytes.get(place).copied(),
            None => {
                let place = self.before.len().checked_sub(back - at)?;
                self.before.get(place).copied()
            }
        }
    }

    /// The last bytes before a place, as many as fit.
    pub(crate) fn preceding<const N: usize>(&self, at: usize) -> Recent<N> {
        let mut recent = Recent::default();
        recent.push(self.before);
        recent.push(self.bytes.get(..at).unwrap_or_default());
        recent
    }

    /// Whether a word may start at this place: no letter or digit before it, save as the end of an escape.
    pub(crate) fn starts_word(&self, at: usize) -> bool {
        match self.byte_before(at) {
            Some(byte) if byte.is_ascii_alphanumeric() => self.follows_escape(at),
            _ => true,
        }
    }

    /// Where, from a place on, a word may start because an escape ends there that began before it. A bit a place.
    pub(super) fn words_after_escapes(&self, at: usize) -> u64 {
        let bit = |place: usize, back: usize| (place + 1).checked_sub(back).map_or(0, |at| 1 << at);
        (1..=6).fold(0, |words, back| match self.byte_back(at, back) {
            Some(b'\\') => words | bit(1, back) | bit(5, back),
            Some(b'%') => words | bit(2, back) | bit(4, back),
            _ => words,
        })
    }

    /// Whether an escape ends before this place: `\n` and its kin, `\u003d`, `%3D`, `%253D`.
    fn follows_escape(&self, at: usize) -> bool {
        let back = |count| self.byte_back(at, count);
        let is_hex = |count| back(count).is_some_and(|b| b.is_ascii_hexdigit());
        let letter = matches!(back(1), Some(b'n' | b'r' | b't' | b'b' | b'f'));
        if letter && back(2) == Some(b'\\') {
            return true;
        }
        if is_hex(1) && is_hex(2) {
            let percent = back(3) == Some(b'%')
                || (back(3) == Some(b'5') && back(4) == Some(b'2') && back(5) == Some(b'%'));
            let unicode = is_hex(3) && is_hex(4) && back(5) == Some(b'u') && back(6) == Some(b'\\');
            return percent || unicode;
        }
        false
    }
}

/// The last bytes of a stream, as many as fit.
#[derive(Clone, Copy)]
pub(crate) struct Recent<const N: usize> {
    bytes: [u8; N],
    /// Where they start: they stand at the end.
    start: usize,
}

impl<const N: usize> Default for Recent<N> {
    fn default() -> Self {
        Recent { bytes: [0; N], start: N }
    }
}

impl<const N: usize> Recent<N> {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Takes the bytes that come next.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let last = bytes.get(bytes.len().saturating_sub(N)..).unwrap_or_default();
        self.bytes.copy_within(last.len().., 0);
        if let Some(place) = self.bytes.get_mut(N - last.len()..) {
            place.copy_from_slice(last);
        }
        self.start = self.start.saturating_sub(last.len());
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn starts_word(before: &str, bytes: &str) -> bool {
        Window::new(before.as_bytes(), bytes.as_bytes(), false, 64).starts_word(0)
    }

    #[test]
    fn words_start_after_separators_and_escapes() {
        for before in ["", " ", "\"", "a=", "x_", "\\n", "\\t", "%20", "%3D", "%253d", "\\u003d"] {
            assert!(starts_word(before, "ghp_"), "{before}");
        }
        for before in ["a", "0", "an", "nn", "20", "%2", "u003d", "ab20"] {
            assert!(!starts_word(before, "ghp_"), "{before}");
        }
    }

    #[test]
    fn the_last_bytes_are_kept() {
        let mut recent = Recent::<4>::default();
        for (bytes, kept) in
            [("", ""), ("ab", "ab"), ("c", "abc"), ("de", "bcde"), ("fghij", "ghij")]
        {
            recent.push(bytes.as_bytes());
            assert_eq!(recent.bytes(), kept.as_bytes());
        }
    }

    #[test]
    fn a_candidate_is_limited() {
        let window = Window::new(b"", b"0123456789", true, 4);
        assert_eq!(window.candidate(0), (&b"0123"[..], false));
        assert_eq!(window.candidate(6), (&b"6789"[..], true));
        assert!(window.is_at_limit(4) && !window.is_at_limit(3));
    }
}
