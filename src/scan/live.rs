//! The end of a window: what may still become a match has to wait.

use once_cell::unsync::Lazy;

use super::{Window, block::is_token, name::Name};
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
    let is_class = |byte: &&u8| {
        table::LIVE_SET.has(**byte)
            || (is_escaped && matches!(**byte, b'\\' | b'%' | b'&' | b'#' | b';'))
    };
    let last = first + rest.len() - rest.iter().rev().take_while(is_class).count();
    let is_open = |at: usize| {
        let end = End { window, at, seen, extra };
        end.is_at_head() || (at >= last && end.is_in_class())
    };
    let place = (first..limit).find(|at| is_open(*at)).unwrap_or(limit);
    match wide_start(window) {
        Some(start) if start >= from && window.has_views(start) => place.min(start),
        _ => place,
    }
}

/// Where a text in UTF-16 may start with the last bytes.
fn wide_start(window: &Window<'_>) -> Option<usize> {
    let bytes = window.bytes();
    let last = bytes.len().checked_sub(1).filter(|_| !window.is_end())?;
    match (window.byte_before(last), bytes.last()?) {
        (_, 0) => Some(last),
        (Some(0), byte) if byte.is_ascii_alphanumeric() => last.checked_sub(1),
        (before, byte) if byte.is_ascii_alphanumeric() && !before.is_some_and(is_token) => {
            Some(last)
        }
        _ => None,
    }
}

/// How many bytes more than plainly a shape may start before its trigger, because there are escapes between.
pub(super) const ESCAPED_BACK_MAX: usize = 160;
/// How many bytes more than plainly there may be up to the end of a trigger, which is told by eight bytes.
const ESCAPED_BYTES_MAX: usize = 8 * escape::RAW_BYTES_MAX + ESCAPED_BACK_MAX;

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
        let is_named =
            Lazy::new(|| Name::before(self.window, self.at).is_some_and(|name| name.is_secret()));
        shapes
            .filter_map(|number| table::SHAPES.get(*number as usize))
            // The tables have the widest first.
            .take_while(|shape| self.seen < self.at + usize::from(shape.window) + self.extra)
            .any(|shape: &Shape| {
                shape.profile <= self.window.profile()
                    && (shape.left == Left::Any || *is_word)
                    && (!shape.named || *is_named)
                    && shape.attempt_text(bytes, false) != Match::No
                    && self.window.admits(shape, self.at)
            })
    }
}
