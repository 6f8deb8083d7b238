//! Exact matches of values.

use super::{VALUE, hit};
use crate::{
    prefix::Prefixes,
    scan::{Found, Window},
    secret::Secret,
};

/// How many first bytes values are ordered and looked up by.
const KEY_BYTES: usize = 4;

/// Some values, at least one.
pub(super) struct Values {
    /// In the order of their bytes.
    sorted: Vec<Secret>,
    prefixes: Prefixes,
    length_max: usize,
}

impl Values {
    /// `None` where there are none.
    pub(super) fn new(values: Vec<Secret>) -> Option<Values> {
        let prefixes = Prefixes::new(values.iter().map(Secret::expose))?;
        let length_max = values.iter().map(|value| value.expose().len()).max()?;
        // They are few; a sort would be kilobytes of the module.
        let mut sorted: Vec<Secret> = Vec::new();
        for value in values {
            let place = sorted.partition_point(|other| other.expose() < value.expose());
            sorted.insert(place, value);
        }
        Some(Values { sorted, prefixes, length_max })
    }

    pub(super) fn length_max(&self) -> usize {
        self.length_max
    }

    /// The first match from a place on, the longest there.
    pub(super) fn search(&self, window: &Window<'_>, from: usize) -> Found {
        let bytes = window.bytes();
        let mut at = self.prefixes.next(bytes, from);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let is_over = window.candidate(at).1;
            let mut best = 0;
            for value in self.candidates(rest) {
                if rest.starts_with(value) {
                    best = best.max(value.len());
                } else if !is_over && value.starts_with(rest) {
                    return Found::Live(at);
                }
            }
            if best > 0 {
                return hit(&VALUE, at, best);
            }
            at = self.prefixes.next(bytes, at + 1);
        }
        Found::Nothing
    }

    /// The values that begin as these bytes do, as far as a few first bytes tell.
    fn candidates(&self, rest: &[u8]) -> impl Iterator<Item = &[u8]> {
        let key = rest.get(..KEY_BYTES).unwrap_or(rest);
        let first = self.sorted.partition_point(|value| value.expose() < key);
        let values = self.sorted.get(first..).unwrap_or_default().iter().map(Secret::expose);
        values.take_while(move |value| value.starts_with(key))
    }
}

/// Whether they are the same values, in whatever order they were given.
impl PartialEq for Values {
    fn eq(&self, other: &Values) -> bool {
        let (mine, others) = (self.sorted.iter(), other.sorted.iter());
        mine.map(Secret::expose).eq(others.map(Secret::expose))
    }
}

impl Eq for Values {}
