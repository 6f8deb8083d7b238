//! The end of a window: what may still become a match has to wait.

use once_cell::unsync::Lazy;

use super::Window;
use crate::{
    rule::{
        shape::Match,
        table::{self, Left, Shape},
    },
    view::escape::{self, Step, is_introducer},
};

/// The first undecided place of the window before `limit`, or `limit`.
///
/// Triggers have been looked at up to `seen`. A shape whose trigger lies before that was tried there; the places
/// that are left are so near to it that a shape may start there without that. How near, each shape knows (`window`).
pub(super) fn before(window: &Window<'_>, from: usize, limit: usize, seen: usize) -> usize {
    let bytes = window.bytes();
    let widest = seen.saturating_sub(table::WINDOW_MAX + ESCAPED_BYTES_MAX).max(from);
    // Through escapes a trigger is longer: then it may lie further back.
    let is_escaped = bytes.get(widest..).unwrap_or_default().iter().any(|b| is_introducer(*b));
    let extra = if is_escaped { ESCAPED_BYTES_MAX } else { 0 };
    let first = seen.saturating_sub(table::WINDOW_MAX + extra).max(from);
    let rest = bytes.get(first..).unwrap_or_default();
    // Most shapes begin with bytes of their own; the others are of a few classes, which the end must be of.
    let is_class = |byte: &&u8| is_escaped || table::LIVE_SET.has(**byte);
    let last = first + rest.len() - rest.iter().rev().take_while(is_class).count();
    let is_open = |at: usize| {
        let end = End { window, at, seen, extra };
        end.is_at_head() || (at >= last && end.is_in_class())
    };
    (first..limit).find(|at| is_open(*at)).unwrap_or(limit)
}

/// The most bytes that the three of a trigger may take.
const ESCAPED_BYTES_MAX: usize = 3 * escape::RAW_BYTES_MAX;

/// A place near the end.
struct End<'a> {
    window: &'a Window<'a>,
    at: usize,
    seen: usize,
    /// How many bytes more a trigger may take because of escapes.
    extra: usize,
}

impl End<'_> {
    /// Whether a shape that begins with certain bytes is, or may become, a match here.
    #[inline]
    fn is_at_head(&self) -> bool {
        let (rest, end) = self.window.rest(self.at);
        match *rest {
            [first, second, ..] if !(is_introducer(first) | is_introducer(second)) => {
                self.is_at(table::key(&[first, second]))
            }
            _ => self.is_at_escaped_head(rest, end),
        }
    }

    fn is_at(&self, key: u64) -> bool {
        table::LIVE_HEADS.may_have(key) && self.is_open(table::LIVE_HEADS.of(key).iter())
    }

    /// The same, where one of the first two bytes is an escape, or there is one byte only.
    #[inline(never)]
    fn is_at_escaped_head(&self, rest: &[u8], end: bool) -> bool {
        let read = |at: usize| {
            let rest = rest.get(at..).unwrap_or_default();
            match (escape::step(rest, end), rest.first()) {
                (Step::Byte { byte, len }, _) => Some((byte, at + len)),
                (Step::Plain, Some(byte)) => Some((*byte, at + 1)),
                _ => None,
            }
        };
        match read(0).map(|(first, at)| (first, read(at))) {
            Some((first, Some((second, _)))) => {
                // As they stand, and as what they stand for.
                let plain = rest.get(..2).is_some_and(|head| self.is_at(table::key(head)));
                plain || self.is_at(table::key(&[first, second]))
            }
            Some((first, None)) => {
                !end && self.is_open(table::FIRST_INDEX.of(usize::from(first)).iter())
            }
            // An escape that may go on: it may stand for anything.
            None => !end && !rest.is_empty(),
        }
    }

    /// Whether another one is.
    fn is_in_class(&self) -> bool {
        let (rest, end) = self.window.rest(self.at);
        let first = match (escape::step(rest, end), rest.first()) {
            (Step::Byte { byte, .. }, _) => byte,
            (_, first) => first.copied().unwrap_or_default(),
        };
        self.is_open(table::LIVE_INDEX.of(usize::from(first)).iter())
    }

    /// Whether one of the shapes is, or may become, a match here, and was not tried yet.
    fn is_open<'s>(&self, shapes: impl Iterator<Item = &'s u32>) -> bool {
        let (bytes, ends) = self.window.candidate(self.at);
        if ends {
            return false;
        }
        let is_word = Lazy::new(|| self.window.starts_word(self.at));
        shapes.filter_map(|number| table::SHAPES.get(*number as usize)).any(|shape: &Shape| {
            self.seen < self.at + usize::from(shape.window) + self.extra
                && (shape.left == Left::Any || *is_word)
                && shape.attempt_text(bytes, false) != Match::No
                && self.window.admits(shape, self.at)
        })
    }
}
