//! Matching a shape at a place: exact, without backtracking, and honest about what it has not seen.

mod escaped;

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
        self.attempt_to(bytes, end).0
    }

    /// The same, and the last place that was looked at for [`Match::No`].
    fn attempt_to(&self, bytes: &[u8], end: bool) -> (Match, usize) {
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
            match seg.eat(rest, end) {
                Eaten::Bytes(count) => at += count,
                Eaten::Short => return (short, bytes.len()),
                Eaten::Not => return (Match::No, at + seg.fitting(rest)),
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
    Not,
}

impl Seg {
    fn eat(&self, bytes: &[u8], end: bool) -> Eaten {
        match self {
            Seg::Literal(text) => literal(bytes, text, |a, b| a == b),
            Seg::Fold(text) => literal(bytes, text, |a, b| a.eq_ignore_ascii_case(b)),
            Seg::OneOf { texts, fold } => one_of(bytes, texts, *fold, end),
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
                    Eaten::Not
                } else {
                    Eaten::Bytes(count)
                }
            }
        }
    }
}

/// The texts are sorted by length: the first that fits is the longest, and one that may still fit has to be waited for.
fn one_of(bytes: &[u8], texts: &[&[u8]], fold: bool, end: bool) -> Eaten {
    for text in texts {
        let eaten = if fold {
            literal(bytes, text, |a, b| a.eq_ignore_ascii_case(b))
        } else {
            literal(bytes, text, |a, b| a == b)
        };
        match eaten {
            Eaten::Not => {}
            Eaten::Short if end => {}
            eaten => return eaten,
        }
    }
    Eaten::Not
}

fn literal(bytes: &[u8], text: &[u8], same: impl Fn(&u8, &u8) -> bool) -> Eaten {
    let seen = bytes.len().min(text.len());
    if !bytes.iter().zip(text).all(|(a, b)| same(a, b)) {
        Eaten::Not
    } else if seen == text.len() {
        Eaten::Bytes(seen)
    } else {
        Eaten::Short
    }
}
