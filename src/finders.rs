//! All finders at once: the built-in rules, the custom ones and the known values, as one.
//!
//! Of all matches the one that starts first wins, whoever finds it; of those that start at one place the longest, an
//! open-ended one being longer than any other; of equally long ones the known value, then the custom rule. A match
//! waits while another finder may still have one that would win over it. So what is found depends on the bytes alone.

use std::rc::Rc;

use crate::{
    custom::CustomRules,
    known::KnownValues,
    rule::Profile,
    scan::{self, Found, Window},
};

/// What is looked for beside the built-in rules.
#[derive(Debug, Clone, Default)]
pub struct Finders {
    /// How much the built-in rules look for.
    pub profile: Profile,
    /// Rules of a configuration.
    pub rules: Option<Rc<CustomRules>>,
    /// What is known.
    pub known_values: Option<Rc<KnownValues>>,
}

/// What the finders have found ahead, in one window: each looks at its bytes once, whatever the others find.
pub(crate) struct Ahead<'a> {
    finders: &'a Finders,
    window: &'a Window<'a>,
    /// By rank. `None` where it has to be looked for.
    found: [Option<Found>; 3],
}

impl<'a> Ahead<'a> {
    pub(crate) fn new(finders: &'a Finders, window: &'a Window<'a>) -> Ahead<'a> {
        let known = finders.known_values.is_none().then_some(Found::Nothing);
        let custom = finders.rules.is_none().then_some(Found::Nothing);
        Ahead { finders, window, found: [known, custom, None] }
    }

    /// The first match from a place on, which is never before that of the last call.
    pub(crate) fn next(&mut self, from: usize) -> Found {
        for rank in 0..self.found.len() {
            self.look(rank, from);
        }
        let starts = self.found.iter().flatten().filter_map(start);
        let Some(first) = starts.min() else {
            return Found::Nothing;
        };
        let at_first = |found: &&mut Option<Found>| found.as_ref().and_then(start) == Some(first);
        let mut best: Option<&mut Option<Found>> = None;
        for found in self.found.iter_mut().filter(at_first) {
            match found {
                Some(Found::Hit(_)) if best.as_ref().is_none_or(|best| len(best) < len(found)) => {
                    best = Some(found);
                }
                Some(Found::Hit(_)) => {}
                // An encoded region gives way to what begins with it.
                Some(Found::View(..)) if best.is_none() => best = Some(found),
                Some(Found::View(..)) => {}
                _ => return Found::Live(first),
            }
        }
        best.and_then(Option::take).unwrap_or(Found::Nothing)
    }

    /// Lets a finder look on, if what it has found is behind the place.
    fn look(&mut self, rank: usize, from: usize) {
        let Some(found) = self.found.get_mut(rank) else { return };
        let is_ahead = |found: &Found| start(found).is_none_or(|start| start >= from);
        if found.as_ref().is_some_and(is_ahead) {
            return;
        }
        let nothing = || Found::Nothing;
        let Finders { rules, known_values, .. } = self.finders;
        *found = Some(match rank {
            0 => known_values.as_ref().map_or_else(nothing, |it| it.search(self.window, from)),
            1 => rules.as_ref().map_or_else(nothing, |it| it.search(self.window, from)),
            _ => scan::search(self.window, from),
        });
    }
}

fn start(found: &Found) -> Option<usize> {
    match found {
        Found::Hit(hit) => Some(hit.start),
        Found::Live(start) | Found::View(start, _) => Some(*start),
        Found::Nothing => None,
    }
}

fn len(found: &Option<Found>) -> usize {
    match found {
        Some(Found::Hit(hit)) if hit.open.is_some() => usize::MAX,
        Some(Found::Hit(hit)) => hit.end - hit.start,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
