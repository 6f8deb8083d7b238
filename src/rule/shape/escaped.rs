//! Matching a shape through escapes: the same as plainly, over the bytes that the escapes stand for.
//!
//! # An example, with bytes
//! `SG.` + 22 + `.` + 43 letters, in a query that is quoted in JSON: `SG%2Eab…`. Plainly, the third byte is `%` and not
//! `.`: no match, and that byte may start an escape. Through one layer it is `.`, of three
//! bytes, and the match is two bytes longer than the token.

use super::{Eaten, Match};
use crate::{
    rule::table::{Seg, Shape},
    view::escape::{self, DEPTH_MAX, Step},
};

impl Shape {
    /// Matches at the start of `bytes`, as they are or through escapes: what a place is asked for.
    ///
    /// What matches as it is stands, so that a `%2F` in a URL's password is three bytes of it; only where an escape may
    /// have cut it short is the longer match taken. As with [`Shape::attempt`], no answer but [`Match::Live`] changes
    /// when more bytes follow.
    #[inline]
    pub(crate) fn attempt_text(&self, bytes: &[u8], end: bool) -> Match {
        let (plain, stop) = self.attempt_to(bytes, end);
        let escaped = match &plain {
            Match::Live => false,
            // Most attempts fail at their first byte.
            Match::No => bytes.iter().take(stop + 1).any(is_marker),
            Match::Yes { len, .. } => self.is_elastic() && bytes.get(*len).is_some_and(is_marker),
        };
        if escaped { longer(plain, self.attempt_escaped(bytes, end)) } else { plain }
    }

    /// Matches at the start of `bytes` through escapes; lengths and places are those of `bytes`.
    ///
    /// Where there are no escapes, and no `+` in place of a space, the answer is that of [`Shape::attempt`]. The fewest
    /// layers that give a match decide, unless yet another escape may have cut it short.
    #[inline(never)]
    pub(crate) fn attempt_escaped(&self, bytes: &[u8], end: bool) -> Match {
        let mut best = Match::No;
        for depth in 1..=DEPTH_MAX {
            let mut text = Text { bytes, end, depth, last: 0, introducer: false };
            let found = self.attempt_in(&mut text);
            let again = match found {
                Match::Live => return Match::Live,
                Match::No => text.introducer,
                Match::Yes { .. } => self.is_elastic() && escape::is_introducer(text.last),
            };
            best = longer(best, found);
            if !again {
                break;
            }
        }
        best
    }

    /// Whether a match may have come out shorter than it could be. Only where the byte behind it has been looked at: the
    /// answer may not depend on whether that one is there yet.
    fn is_elastic(&self) -> bool {
        let last = self.segs.last();
        self.right.is_some()
            && matches!(last, Some(Seg::Run { min, max, .. }) if min != max && *max != Seg::OPEN)
    }

    fn attempt_in(&self, text: &mut Text<'_>) -> Match {
        let (mut at, mut secret) = (0, 0..0);
        for (number, seg) in self.segs.iter().enumerate() {
            if number == usize::from(self.secret.0) {
                secret.start = at;
            }
            if number == usize::from(self.secret.1) {
                secret.end = at;
            }
            match seg.eat_text(text, at) {
                Eaten::Bytes(count) => at += count,
                Eaten::Short if !text.end => return Match::Live,
                Eaten::Short | Eaten::Not => return Match::No,
            }
        }
        if self.segs.len() == usize::from(self.secret.1) {
            secret.end = at;
        }
        let Some(not) = self.right else {
            return Match::Yes { len: at, secret };
        };
        match text.read(at) {
            Read::Short => Match::Live,
            Read::Byte { byte, .. } if not.has(byte) => Match::No,
            Read::Byte { .. } | Read::End => Match::Yes { len: at, secret },
        }
    }
}

impl Seg {
    /// [`Seg::eat`], over a text; counts the bytes of the document.
    fn eat_text(&self, text: &mut Text<'_>, at: usize) -> Eaten {
        match self {
            Seg::Literal(literal) => text.literal(at, literal, false),
            Seg::Fold(literal) => text.literal(at, literal, true),
            Seg::OneOf { texts, fold } => {
                for literal in *texts {
                    match text.literal(at, literal, *fold) {
                        Eaten::Not => {}
                        Eaten::Short if text.end => {}
                        eaten => return eaten,
                    }
                }
                Eaten::Not
            }
            Seg::Run { set, min, max } => {
                let max = if *max == Seg::OPEN { *min } else { *max };
                let mut end = at;
                for count in 0..max {
                    match text.read(end) {
                        Read::Byte { byte, len } if set.has(byte) => end += len,
                        Read::Short => return Eaten::Short,
                        _ if count < *min => return Eaten::Not,
                        _ => break,
                    }
                }
                Eaten::Bytes(end - at)
            }
        }
    }

    /// How many bytes fit, as far as they do.
    pub(super) fn fitting(&self, bytes: &[u8]) -> usize {
        let common = |literal: &[u8], fold: bool| {
            let same = |(a, b): &(&u8, &u8)| a == b || (fold && a.eq_ignore_ascii_case(b));
            bytes.iter().zip(literal).take_while(same).count()
        };
        match self {
            Seg::Literal(literal) => common(literal, false),
            Seg::Fold(literal) => common(literal, true),
            Seg::OneOf { texts, fold } => {
                texts.iter().map(|text| common(text, *fold)).max().unwrap_or(0)
            }
            Seg::Run { set, max, .. } => set.run(bytes, *max as usize),
        }
    }
}

/// The text behind so many layers of escapes.
struct Text<'a> {
    bytes: &'a [u8],
    end: bool,
    depth: u8,
    /// The last byte that was read.
    last: u8,
    /// Whether an introducer was read: there may be a further layer.
    introducer: bool,
}

enum Read {
    /// A byte of the text, and how many of the document stand for it.
    Byte { byte: u8, len: usize },
    /// More bytes of the document are needed.
    Short,
    /// There are no more.
    End,
}

impl Text<'_> {
    #[inline]
    fn read(&mut self, at: usize) -> Read {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let Some(first) = rest.first() else {
            return if self.end { Read::End } else { Read::Short };
        };
        let (byte, len) = match escape::step_to(self.depth, rest, self.end) {
            Step::Plain => (*first, 1),
            Step::Byte { byte, len } => (byte, len),
            Step::Short => return Read::Short,
        };
        self.last = byte;
        self.introducer |= escape::is_introducer(byte);
        Read::Byte { byte, len }
    }

    fn literal(&mut self, at: usize, literal: &[u8], fold: bool) -> Eaten {
        let mut end = at;
        for expected in literal {
            match self.read(end) {
                Read::Byte { byte, len } if is_same(byte, *expected, fold) => end += len,
                Read::Byte { .. } => return Eaten::Not,
                Read::Short | Read::End => return Eaten::Short,
            }
        }
        Eaten::Bytes(end - at)
    }
}

/// A form writes a space as `+`.
fn is_same(byte: u8, expected: u8, fold: bool) -> bool {
    byte == expected
        || (byte == b'+' && expected == b' ')
        || (fold && byte.eq_ignore_ascii_case(&expected))
}

/// What plain matching may have taken for something else.
#[inline]
fn is_marker(byte: &u8) -> bool {
    escape::is_introducer(*byte) || *byte == b'+'
}

fn longer(one: Match, other: Match) -> Match {
    match (&one, &other) {
        (_, Match::Live) => other,
        (Match::No, _) => other,
        (Match::Yes { len: one, .. }, Match::Yes { len: two, .. }) if two > one => other,
        _ => one,
    }
}

#[cfg(test)]
mod tests;
