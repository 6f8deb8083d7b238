//! The best of the shapes that have been tried at one place: the longest match, and what has to wait for more bytes.

use super::{Found, Hit};
use crate::rule::table::Shape;

/// The best of what has been tried at a place.
#[derive(Default)]
pub(super) struct Best {
    hit: Option<((u8, usize), Hit)>,
    /// Where the first undecided candidate starts.
    live: Option<usize>,
    /// Where the first candidate starts that matches: it has to wait with those that may be longer.
    matched: Option<usize>,
}

fn earlier(place: Option<usize>, other: usize) -> Option<usize> {
    Some(place.map_or(other, |place| place.min(other)))
}

impl Best {
    pub(super) fn wait(&mut self, start: usize) {
        self.live = earlier(self.live, start);
    }

    /// Keeps the longer match; a bounded one before an open-ended one, whose length says nothing.
    pub(super) fn take(&mut self, shape: &Shape, start: usize, hit: Option<Hit>) {
        let Some(hit) = hit else {
            return;
        };
        self.matched = earlier(self.matched, start);
        // What only a name tells gives way to what is known by itself.
        let rank = match (hit.rule.check.is_named(), shape.open) {
            (true, _) => (0, hit.end - hit.secret.start),
            (_, true) => (1, 0),
            _ => (2, hit.end - hit.secret.start),
        };
        if self.hit.as_ref().is_none_or(|(best, _)| rank > *best) {
            self.hit = Some((rank, hit));
        }
    }

    pub(super) fn found(self) -> Found {
        match (self.live, self.hit) {
            (Some(live), _) => Found::Live(self.matched.map_or(live, |start| start.min(live))),
            (None, Some((_, hit))) => Found::Hit(hit),
            (None, None) => Found::Nothing,
        }
    }
}
