//! Exact matches of values.

use super::{
    behind::{Answer, Behind, Escapes},
    hit,
};
use crate::{
    prefix::Prefixes,
    rule::Rule,
    scan::{Found, Window},
    secret::Secret,
    view::escape::is_introducer,
};

/// How many first bytes values are ordered and looked up by.
const KEY_BYTES: usize = 4;

/// Some values, at least one.
pub(super) struct Values {
    /// In the order of their bytes, each with what it is found as.
    sorted: Vec<(Secret, &'static Rule)>,
    prefixes: Prefixes,
    length_min: usize,
    length_max: usize,
}

impl Values {
    /// `None` where there are none.
    pub(super) fn new(values: Vec<(Secret, &'static Rule)>) -> Option<Values> {
        let prefixes = Prefixes::new(values.iter().map(|(value, _)| value.expose()))?;
        let length_min = values.iter().map(|(value, _)| value.expose().len()).min()?;
        let length_max = values.iter().map(|(value, _)| value.expose().len()).max()?;
        // They are few; a sort would be kilobytes of the module.
        let mut sorted: Vec<(Secret, &'static Rule)> = Vec::new();
        for value in values {
            let place = sorted.partition_point(|other| other.0.expose() < value.0.expose());
            sorted.insert(place, value);
        }
        Some(Values { sorted, prefixes, length_min, length_max })
    }

    pub(super) fn length_min(&self) -> usize {
        self.length_min
    }

    pub(super) fn length_max(&self) -> usize {
        self.length_max
    }

    /// The first match from a place on, the longest there: as it is, or behind escapes.
    pub(super) fn search(&self, window: &Window<'_>, from: usize) -> Found {
        let bytes = window.bytes();
        let mut escapes = Escapes::new(bytes, from);
        let mut next =
            |from: usize| self.prefixes.next(bytes, from).min(escapes.near(from, KEY_BYTES));
        let mut at = next(from);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (candidate, is_over) = window.candidate(at);
            let mut best: Option<(usize, &'static Rule)> = None;
            for (value, rule) in self.candidates(rest) {
                if rest.starts_with(value) {
                    // They come in the order of their bytes: the longest last.
                    best = Some((value.len(), *rule));
                } else if !is_over && value.starts_with(rest) {
                    return Found::Live(at);
                }
            }
            // What is longer than may wait is not looked for.
            let end = is_over || candidate.len() < rest.len();
            match self.behind(Behind { bytes: candidate, end }) {
                (Answer::Live, _) => return Found::Live(at),
                (Answer::Yes(len), Some(rule)) if best.is_none_or(|(best, _)| best < len) => {
                    best = Some((len, rule));
                }
                _ => {}
            }
            if let Some((len, rule)) = best {
                return hit(rule, at, len);
            }
            at = next(at + 1);
        }
        Found::Nothing
    }

    /// The longest value that stands at the start of the bytes behind escapes.
    fn behind(&self, behind: Behind<'_>) -> (Answer, Option<&'static Rule>) {
        let bytes = behind.bytes;
        let is_early = bytes.iter().take(KEY_BYTES).any(|byte| is_introducer(*byte));
        // Else it begins as it is, and escapes come later.
        let is_cut = |(value, _): (&[u8], &&'static Rule)| {
            let same = value.iter().zip(bytes).take_while(|(one, other)| one == other).count();
            same < value.len() && bytes.get(same).is_some_and(|byte| is_introducer(*byte))
        };
        if !is_early && !self.candidates(bytes).any(is_cut) {
            return (Answer::No, None);
        }
        let found = behind.first(|depth| {
            let (head, len, mut again) = behind.head::<KEY_BYTES>(depth);
            let mut best = (Answer::No, None);
            for (value, rule) in self.candidates(head.get(..len).unwrap_or_default()) {
                let (answer, more) = behind.starts_with(value, depth);
                again |= more;
                match (answer, best.0) {
                    (Answer::Live, _) => return (Some((Answer::Live, None)), false),
                    (Answer::Yes(len), Answer::Yes(other)) if len <= other => {}
                    (Answer::Yes(_), _) => best = (answer, Some(*rule)),
                    (Answer::No, _) => {}
                }
            }
            (Some(best).filter(|(answer, _)| *answer != Answer::No), again)
        });
        found.unwrap_or((Answer::No, None))
    }

    /// The values that begin as these bytes do, as far as a few first bytes tell.
    fn candidates(&self, rest: &[u8]) -> impl Iterator<Item = (&[u8], &&'static Rule)> {
        let key = rest.get(..KEY_BYTES).unwrap_or(rest);
        let first = self.sorted.partition_point(|(value, _)| value.expose() < key);
        let values = self.sorted.get(first..).unwrap_or_default().iter();
        let values = values.map(|(value, rule)| (value.expose(), rule));
        values.take_while(move |(value, _)| value.starts_with(key))
    }
}

/// Whether they are the same values, in whatever order they were given.
impl PartialEq for Values {
    fn eq(&self, other: &Values) -> bool {
        let parts = |values: &Values| -> Vec<(Vec<u8>, &'static str)> {
            values.sorted.iter().map(|(value, rule)| (value.expose().to_vec(), rule.id)).collect()
        };
        parts(self) == parts(other)
    }
}

impl Eq for Values {}
