//! Matching a shape at a place: exact, without backtracking, and honest about what it has not seen.

pub(crate) mod escaped;

use std::ops::Range;

use super::table::{Seg, Shape};

/// What a shape has to say of a place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is not here, whatever follows.
    No,
    /// It may be here: that depends on bytes not yet seen.
    Live,
    /// It is here.
    Yes {
        /// The length of the match. For an open-ended shape: up to where it became certain.
        len: usize,
        /// The secret within it.
        secret: Range<usize>,
    },
}

impl Shape {
    /// Matches at the start of `bytes`. `end` says that nothing follows them.
    ///
    /// The answer for some bytes never changes when more follow, unless it was [`Match::Live`]: this is what the law
    /// of cuts rests on.
    pub(crate) fn attempt(&self, bytes: &[u8], end: bool) -> Match {
        self.attempt_to::<false>(bytes, end).0
    }

    /// Whether its first bytes stand here as they are: so many, which its first segment has.
    pub(crate) fn begins(&self, bytes: &[u8], len: usize) -> bool {
        let first = match self.segs.first() {
            Some(Seg::Literal(text) | Seg::Fold(text)) => text.get(..len),
            _ => None,
        };
        let fold = matches!(self.segs.first(), Some(Seg::Fold(_)));
        first.zip(bytes.get(..len)).is_some_and(|(text, bytes)| {
            if fold { bytes.eq_ignore_ascii_case(text) } else { bytes == text }
        })
    }

    /// The same, and the last place that was looked at for [`Match::No`]. `FORM`: a form writes a space as `+`.
    fn attempt_to<const FORM: bool>(&self, bytes: &[u8], end: bool) -> (Match, usize) {
        if let Some((at, byte)) = self.probe
            && bytes.get(at as usize).is_some_and(|b| *b != byte)
        {
            return (Match::No, at as usize);
        }
        let short = if end { Match::No } else { Match::Live };
        let (mut at, mut secret) = (0, 0..0);
        for (number, seg) in self.segs.iter().enumerate() {
            if number == usize::from(self.secret.0) {
                secret.start = at;
            }
            if number == usize::from(self.secret.1) {
                secret.end = at;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            match seg.eat::<FORM>(rest, end) {
                Eaten::Bytes(count) => at += count,
                Eaten::Short => return (short, bytes.len()),
                Eaten::Not(fitting) => return (Match::No, at + fitting),
            }
        }
        if self.segs.len() == usize::from(self.secret.1) {
            secret.end = at;
        }
        let found = match (self.right, bytes.get(at)) {
            (Some(_), None) if !end => Match::Live,
            (Some(not), Some(byte)) if not.has(*byte) => Match::No,
            _ => Match::Yes { len: at, secret },
        };
        (found, at)
    }
}

enum Eaten {
    Bytes(usize),
    /// The bytes end before it can be told.
    Short,
    /// So many bytes fit, and then one that does not.
    Not(usize),
}

impl Seg {
    #[inline]
    fn eat<const FORM: bool>(&self, bytes: &[u8], end: bool) -> Eaten {
        match self {
            Seg::Literal(text) => literal(bytes, text, is_same::<FORM, false>),
            Seg::Fold(text) => literal(bytes, text, is_same::<FORM, true>),
            Seg::OneOf { texts, fold: false } => one_of(bytes, texts, is_same::<FORM, false>, end),
            Seg::OneOf { texts, fold: true } => one_of(bytes, texts, is_same::<FORM, true>, end),
            Seg::Run { set, min, max } => {
                let (min, open) = (*min as usize, *max == Seg::OPEN);
                // An open-ended run is certain at its minimum, wherever the bytes were cut.
                let max = if open { min } else { *max as usize };
                let count = set.run(bytes, max);
                if count == max {
                    Eaten::Bytes(count)
                } else if count == bytes.len() && !end {
                    Eaten::Short
                } else if count < min {
                    Eaten::Not(count)
                } else {
                    Eaten::Bytes(count)
                }
            }
        }
    }
}

/// Whether a byte is the expected one, letters in either case where `FOLD` says so.
#[inline]
fn is_same<const FORM: bool, const FOLD: bool>(byte: u8, expected: u8) -> bool {
    byte == expected
        || (FOLD && byte.eq_ignore_ascii_case(&expected))
        || (FORM && byte == b'+' && expected == b' ')
}

/// The texts are sorted by length: the first that fits is the longest, and one that may still fit has to be waited for.
#[inline]
fn one_of(bytes: &[u8], texts: &[&[u8]], same: impl Fn(u8, u8) -> bool + Copy, end: bool) -> Eaten {
    let mut most = 0;
    for text in texts {
        match literal(bytes, text, same) {
            Eaten::Not(fitting) => most = most.max(fitting),
            Eaten::Short if end => most = most.max(bytes.len()),
            eaten => return eaten,
        }
    }
    Eaten::Not(most)
}

#[inline(always)]
fn literal(bytes: &[u8], text: &[u8], same: impl Fn(u8, u8) -> bool) -> Eaten {
    for (number, expected) in text.iter().enumerate() {
        match bytes.get(number) {
            Some(byte) if same(*byte, *expected) => {}
            Some(_) => return Eaten::Not(number),
            None => return Eaten::Short,
        }
    }
    Eaten::Bytes(text.len())
}
