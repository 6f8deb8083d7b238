//! The end of a window: what may still become a match has to wait.

use super::Window;
use crate::rule::{shape::Match, table};

/// The first undecided place of the window before `limit`, or `limit`.
///
/// Triggers have been looked at up to `seen`. A shape whose trigger lies before that was tried there; the places
/// that are left are so near to it that a shape may start there without that. How near, each shape knows (`window`).
pub(super) fn before(window: &Window<'_>, from: usize, limit: usize, seen: usize) -> usize {
    let first = seen.saturating_sub(table::WINDOW_MAX).max(from);
    (first..limit).find(|at| is_open(window, *at, seen)).unwrap_or(limit)
}

/// Whether some shape is, or may become, a match here, and was not tried yet.
fn is_open(window: &Window<'_>, at: usize, seen: usize) -> bool {
    let (bytes, ends) = window.candidate(at);
    let Some(first) = bytes.first().filter(|_| !ends) else {
        return false;
    };
    let shapes = table::LIVE_INDEX.of(usize::from(*first)).iter();
    shapes
        .filter_map(|number| table::SHAPES.get(*number as usize))
        // The tables have the widest first.
        .take_while(|shape| seen < at + usize::from(shape.window))
        .any(|shape| shape.attempt(bytes, false) != Match::No && window.admits(shape, at))
}
