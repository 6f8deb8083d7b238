//! Matching a shape through escapes: the same as plainly, over the bytes that the escapes stand for.
//!
//! # An example, with bytes
//! `SG.` + 22 + `.` + 43 letters, in a query that is quoted in JSON: `SG%2Eab…`. Plainly, the third byte is `%` and not
//! `.`: no match, and that byte may start an escape. Through one layer it is `.`, of three
//! bytes, and the match is two bytes longer than the token.

use super::Match;
use crate::{
    rule::table::{Seg, Shape},
    view::{
        escape::{self, DEPTH_MAX, is_marker},
        unescaped::{Text, Unescaped},
    },
};

/// Some bytes that a shape is matched against, and the text behind their escapes.
#[derive(Clone, Copy)]
pub(crate) struct Candidate<'a> {
    /// Where the bytes stand.
    pub(crate) start: usize,
    pub(crate) bytes: &'a [u8],
    /// Whether nothing follows them.
    pub(crate) end: bool,
    pub(crate) unescaped: &'a Unescaped,
}

impl Shape {
    /// Matches at the start of the bytes, as they are or through escapes: what a place is asked for. `is_admitted` is asked
    /// before they are read through escapes.
    ///
    /// What matches as it is stands, so that a `%2F` in a URL's password is three bytes of it; only where an escape may
    /// have cut it short is the longer match taken. As with [`Shape::attempt`], no answer but [`Match::Live`] changes
    /// when more bytes follow.
    #[inline]
    pub(crate) fn attempt_text(
        &self,
        candidate: &Candidate<'_>,
        is_admitted: impl FnOnce() -> bool,
    ) -> Match {
        let bytes = candidate.bytes;
        let (plain, stop) = self.attempt_to::<false>(bytes, candidate.end);
        let escaped = match &plain {
            Match::Live => false,
            // Most attempts fail at their first byte.
            Match::No => has_marker(bytes.get(..=stop).unwrap_or(bytes)) && is_admitted(),
            Match::Yes { len, .. } => self.is_elastic() && bytes.get(*len).is_some_and(is_marker),
        };
        if escaped { longer(plain, self.attempt_escaped(candidate)) } else { plain }
    }

    /// Matches at the start of the bytes through escapes; lengths and places are those of the bytes.
    ///
    /// Where there are no escapes, and no `+` in place of a space, the answer is that of [`Shape::attempt`]. The fewest
    /// layers that give a match decide, unless yet another escape may have cut it short.
    #[inline(never)]
    fn attempt_escaped(&self, candidate: &Candidate<'_>) -> Match {
        let mut best = Match::No;
        for depth in 1..=DEPTH_MAX {
            let Candidate { start, bytes, end, unescaped } = *candidate;
            let read = unescaped.read(depth, start, (bytes, end), |text| self.attempt_in(&text));
            match read {
                // Not all is there that decides.
                None => return Match::Live,
                Some((found, again)) => {
                    best = longer(best, found);
                    if !again {
                        break;
                    }
                }
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

    /// Matches a text, in bytes of the document; says whether another layer may tell more. `None` where more is needed.
    fn attempt_in(&self, text: &Text<'_>) -> Option<(Match, bool)> {
        let is_mark = |byte: &u8| escape::is_introducer(*byte);
        match self.attempt_to::<true>(text.bytes, text.end) {
            (Match::Live, _) => None,
            (Match::No, stop) => Some((Match::No, text.bytes.iter().take(stop + 1).any(is_mark))),
            (Match::Yes { len, secret }, _) => {
                let again = self.is_elastic() && text.bytes.get(len).is_some_and(is_mark);
                let secret = text.raw_len(secret.start)..text.raw_len(secret.end);
                Some((Match::Yes { len: text.raw_len(len), secret }, again))
            }
        }
    }
}

/// All at once rather than up to the first: there is nearly never one.
#[inline]
fn has_marker(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |has, byte| has | is_marker(byte))
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
