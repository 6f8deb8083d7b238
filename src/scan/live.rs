//! The end of a window: what may still become a match has to wait.

use once_cell::unsync::Lazy;

use super::{Window, block::is_token, name::Name};
use crate::{
    rule::{
        shape::{Match, escaped::Candidate},
        table::{self, Left, Shape},
    },
    view::{
        escape::{self, Step, is_introducer},
        unescaped::Unescaped,
    },
};

/// The first undecided place of the window before `limit`, or `limit`.
///
/// Triggers have been looked at up to `seen`. A shape whose trigger lies before that was tried there; the places
/// that are left are so near to it that a shape may start there without that. How near, each shape knows (`window`).
pub(super) fn before(
    window: &Window<'_>,
    unescaped: &Unescaped,
    from: usize,
    limit: usize,
    seen: usize,
) -> usize {
    let bytes = window.bytes();
    let lengths = Lengths::of(window, unescaped, seen, from);
    let rest = bytes.get(lengths.first..).unwrap_or_default();
    // Most shapes begin with bytes of their own; the others are of a few classes, which the end must be of.
    let is_class = |byte: &&u8| {
        table::LIVE_SET.has(**byte)
            || (lengths.is_escaped && matches!(**byte, b'\\' | b'%' | b'&' | b'#' | b';'))
    };
    let last = bytes.len() - rest.iter().rev().take_while(is_class).count();
    let is_open = |at: usize| {
        let Some(len) = lengths.at(at) else { return false };
        let end = End { window, unescaped, at, len };
        end.is_at_head() || (at >= last && end.is_in_class())
    };
    let place = (lengths.first..limit).find(|at| is_open(*at)).unwrap_or(limit);
    match wide_start(window) {
        Some(start) if start >= from && window.has_views(start) => place.min(start),
        _ => place,
    }
}

/// How many bytes of text there are from a place near the end on: so many of a trigger have been seen.
struct Lengths {
    /// The first place from which there may be too few.
    first: usize,
    seen: usize,
    /// Whether there is an escape.
    is_escaped: bool,
    /// From the last place on, backwards, where there are escapes.
    lengths: [u8; LENGTHS],
}

const LENGTHS: usize = table::WINDOW_MAX + ESCAPED_BYTES_MAX;

impl Lengths {
    fn of(window: &Window<'_>, unescaped: &Unescaped, seen: usize, from: usize) -> Lengths {
        let (bytes, end) = (window.bytes(), window.is_end());
        let near = |len: usize| seen.saturating_sub(len).max(from);
        let mut lengths = [0_u8; LENGTHS];
        // What is plain for so long is enough for all before it, as below.
        let behind = bytes.get(near(ENOUGH + escape::RAW_BYTES_MAX)..).unwrap_or_default();
        if !behind.iter().fold(false, |has, byte| has | is_introducer(*byte)) {
            return Lengths { first: near(table::WINDOW_MAX), seen, is_escaped: false, lengths };
        }
        let (widest, mut enough) = (near(LENGTHS), 0);
        for at in (widest..seen.min(bytes.len())).rev() {
            let len = match unescaped.step(bytes, end, at) {
                Step::Plain => Some(1),
                Step::Byte { len, .. } => Some(len),
                Step::Short => None,
            };
            // What is not complete may stand for anything, and for nothing.
            let next = len.and_then(|len| seen.checked_sub(at + len));
            let after = match next {
                Some(0) | None => 0,
                Some(back) => lengths.get(back - 1).copied().unwrap_or_default(),
            };
            let text = after.saturating_add(u8::from(next.is_some()));
            if let Some(slot) = lengths.get_mut(seen - at - 1) {
                *slot = text;
            }
            // No step leads over so many places: whatever stands before them has as much text, and more.
            enough = if usize::from(text) < ENOUGH { 0 } else { enough + 1 };
            if enough == escape::RAW_BYTES_MAX {
                return Lengths { first: at + enough, seen, is_escaped: true, lengths };
            }
        }
        Lengths { first: widest, seen, is_escaped: true, lengths }
    }

    /// How many bytes of a trigger have been seen from a place on; `None` if those are enough for any shape.
    fn at(&self, at: usize) -> Option<usize> {
        let Some(back) = self.seen.checked_sub(at).filter(|_| self.is_escaped) else {
            return Some(self.seen.saturating_sub(at));
        };
        let text = back.checked_sub(1).and_then(|back| self.lengths.get(back));
        let text = text.map_or(0, |len| usize::from(*len));
        // A trigger through escapes is told by so many bytes from its start on.
        let len = if text == back { text } else { text.saturating_sub(TOLD_BYTES) };
        (len < table::WINDOW_MAX).then_some(len)
    }
}

/// How far behind a shape's start its trigger ends at most, where nothing is escaped.
pub(crate) const TRIGGER_BYTES_MAX: usize = table::WINDOW_MAX;

/// How many bytes tell an anchor.
const TOLD_BYTES: usize = 8;

/// So many bytes of text are enough to tell every trigger, through escapes as well.
const ENOUGH: usize = table::WINDOW_MAX + TOLD_BYTES;

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
pub(crate) const ESCAPED_BYTES_MAX: usize = 8 * escape::RAW_BYTES_MAX + ESCAPED_BACK_MAX;

/// A place near the end.
struct End<'a> {
    window: &'a Window<'a>,
    unescaped: &'a Unescaped,
    at: usize,
    /// How many bytes have been seen of what starts here.
    len: usize,
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

    #[inline]
    fn is_at(&self, key: u64) -> bool {
        let (heads, inside) = (&table::LIVE_HEADS, &table::LIVE_INSIDE);
        (heads.may_have(key) && self.window.starts_word(self.at) && self.is_open(heads.of(key)))
            || (inside.may_have(key) && self.is_open(inside.of(key)))
    }

    /// The same, where one of the first two bytes is an escape, or there is one byte only.
    #[inline(never)]
    fn is_at_escaped_head(&self, rest: &[u8], end: bool) -> bool {
        let read = |at: usize| {
            let step = self.unescaped.step(self.window.bytes(), end, self.at + at);
            match (step, rest.get(at)) {
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
                !end && self.is_open(table::FIRST_INDEX.of(usize::from(first)).iter().copied())
            }
            // An escape that may go on: it may stand for anything.
            None => !end && !rest.is_empty(),
        }
    }

    /// Whether another one is.
    fn is_in_class(&self) -> bool {
        let (bytes, end) = (self.window.bytes(), self.window.is_end());
        let first = match self.unescaped.step(bytes, end, self.at) {
            Step::Byte { byte, .. } => byte,
            _ => bytes.get(self.at).copied().unwrap_or_default(),
        };
        let first = usize::from(first);
        let is_named = || Name::before(self.window, self.at).is_some_and(|name| name.is_secret());
        let named = table::LIVE_NAMED.of(first);
        self.is_open(table::LIVE_INDEX.of(first).iter().copied())
            || (!named.is_empty()
                && self.window.starts_word(self.at)
                && is_named()
                && self.is_open(named.iter().copied()))
    }

    /// Whether one of the shapes is, or may become, a match here, and was not tried yet.
    fn is_open(&self, shapes: impl Iterator<Item = u32>) -> bool {
        // At the end nothing waits, not even what is longer than the limit.
        if self.window.is_end() {
            return false;
        }
        let (bytes, _) = self.window.candidate(self.at);
        let candidate = Candidate { start: self.at, bytes, end: false, unescaped: self.unescaped };
        let is_word = Lazy::new(|| self.window.starts_word(self.at));
        shapes
            .filter_map(|number| table::SHAPES.get(number as usize))
            // The tables have the widest first.
            .take_while(|shape| self.len < usize::from(shape.window))
            .any(|shape: &Shape| {
                shape.profile <= self.window.profile()
                    && (shape.left == Left::Any || *is_word)
                    && shape.attempt_text(&candidate, || true) != Match::No
                    && self.window.admits(shape, self.at)
            })
    }
}
