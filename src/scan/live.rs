//! The end of a window: what may still become a match has to wait.

use once_cell::unsync::Lazy;

use super::Window;
use crate::rule::{
    shape::Match,
    table::{self, Left, Shape},
};

/// The first undecided place of the window before `limit`, or `limit`.
///
/// Triggers have been looked at up to `seen`. A shape whose trigger lies before that was tried there; the places
/// that are left are so near to it that a shape may start there without that. How near, each shape knows (`window`).
pub(super) fn before(window: &Window<'_>, from: usize, limit: usize, seen: usize) -> usize {
    let first = seen.saturating_sub(table::WINDOW_MAX).max(from);
    let rest = window.bytes().get(first..).unwrap_or_default();
    // Most shapes begin with bytes of their own; the others are of a few classes, which the end must be of.
    let last =
        rest.len() - rest.iter().rev().take_while(|byte| table::LIVE_SET.has(**byte)).count();
    let is_open = |at: usize| {
        let end = End { window, at, seen };
        end.is_at_head() || (at >= first + last && end.is_in_class())
    };
    (first..limit).find(|at| is_open(*at)).unwrap_or(limit)
}

/// A place near the end.
struct End<'a> {
    window: &'a Window<'a>,
    at: usize,
    seen: usize,
}

impl End<'_> {
    /// Whether a shape that begins with certain bytes is, or may become, a match here.
    #[inline]
    fn is_at_head(&self) -> bool {
        let rest = self.window.bytes().get(self.at..).unwrap_or_default();
        match rest.first_chunk::<2>() {
            Some(head) => {
                let key = table::key(head);
                table::LIVE_HEADS.may_have(key) && self.is_open(table::LIVE_HEADS.of(key).iter())
            }
            None => rest
                .first()
                .is_some_and(|byte| self.is_open(table::FIRST_INDEX.of(usize::from(*byte)).iter())),
        }
    }

    /// Whether another one is.
    fn is_in_class(&self) -> bool {
        let first = self.window.bytes().get(self.at).copied().unwrap_or_default();
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
            self.seen < self.at + usize::from(shape.window)
                && (shape.left == Left::Any || *is_word)
                && shape.attempt(bytes, false) != Match::No
                && self.window.admits(shape, self.at)
        })
    }
}
