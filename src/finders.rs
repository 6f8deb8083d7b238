//! All finders at once: the built-in rules, the custom ones and the known values, as one.
//!
//! Of all matches the one that starts first wins, whoever finds it; of those that start at one place the longest, an
//! open-ended one being longer than any other; of equally long ones the known value, then the custom rule. A match
//! waits while another finder may still have one that would win over it. So what is found depends on the bytes alone.
//!
//! Needles are before all of this: what overlaps a value from a vault gives way to it, wherever it starts.

use std::rc::Rc;

use crate::{
    custom::CustomRules,
    known::{self, KnownValues},
    policy::{Action, Direction},
    rule::{Profile, Rule},
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
    /// What is looked for before all of that.
    pub needles: Option<Rc<KnownValues>>,
    /// Whether that is all: then what the rules find is nothing, and only their look into encodings counts.
    pub needles_alone: bool,
}

/// What one exchange looks for before everything else: the values that a vault has given, and what stands for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Needles {
    pub(crate) requests: Option<Rc<KnownValues>>,
    pub(crate) responses: Option<Rc<KnownValues>>,
    /// Whether a placeholder that stands in a request where none belongs stops it.
    pub(crate) blocks_placeholders: bool,
    /// Whether nothing else is looked for.
    pub(crate) alone: bool,
}

impl Needles {
    /// What is done with such a finding, whatever the configuration says of others. `None` of another one.
    pub(crate) fn action(&self, rule: &Rule, direction: Direction) -> Option<Action> {
        let (is_value, is_honeytoken) =
            (rule.id == known::NEEDLE.id, rule.id == known::HONEYTOKEN.id);
        match direction {
            Direction::Request if is_value || is_honeytoken => Some(Action::Block),
            Direction::Request if rule.id == known::PLACEHOLDER.id => {
                Some(if self.blocks_placeholders { Action::Block } else { Action::Report })
            }
            Direction::Response if is_value => Some(Action::Redact),
            _ => None,
        }
    }
}

/// How many finders there are.
const RANKS: usize = 4;

impl Finders {
    /// The same without named keys, unless the profile is `strict`: in requests and headers they are so called by design.
    pub(crate) fn without_names(self) -> Finders {
        Finders { profile: self.profile.without_names(), ..self }
    }
}

/// What the finders have found ahead, in one window: each looks at its bytes once, whatever the others find.
pub(crate) struct Ahead<'a> {
    finders: &'a Finders,
    window: &'a Window<'a>,
    /// By rank. `None` where it has to be looked for.
    found: [Option<Found>; RANKS],
}

impl<'a> Ahead<'a> {
    pub(crate) fn new(finders: &'a Finders, window: &'a Window<'a>) -> Ahead<'a> {
        let absent = |is_there: bool| (!is_there).then_some(Found::Nothing);
        let is_all = !finders.needles_alone;
        let needles = absent(finders.needles.is_some());
        let known = absent(is_all && finders.known_values.is_some());
        let custom = absent(is_all && finders.rules.is_some());
        Ahead { finders, window, found: [needles, known, custom, None] }
    }

    /// The first match from a place on, which is never before that of the last call.
    pub(crate) fn next(&mut self, from: usize) -> Found {
        for rank in 0..self.found.len() {
            self.look(rank, from);
        }
        self.give_way();
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
        let Finders { rules, known_values, needles, .. } = self.finders;
        *found = Some(match rank {
            0 => needles.as_ref().map_or_else(nothing, |it| it.search(self.window, from)),
            1 => known_values.as_ref().map_or_else(nothing, |it| it.search(self.window, from)),
            2 => rules.as_ref().map_or_else(nothing, |it| it.search(self.window, from)),
            _ => builtin(self.finders, self.window, from),
        });
    }

    /// Drops matches that overlap a needle; where one may be, but is not there as a whole, they wait. Those before them do
    /// not.
    fn give_way(&mut self) {
        let [Some(needle), ..] = &self.found else { return };
        let Some(at) = start(needle) else { return };
        let end = match needle {
            Found::Hit(needle) => Some(needle.end),
            _ => None,
        };
        for rank in 1..RANKS {
            let Some(Some(Found::Hit(hit))) = self.found.get(rank) else { continue };
            if !(hit.start <= at && at < hit.end) {
                continue;
            }
            let waits = end.is_none().then_some(Found::Live(hit.start));
            if let Some(found) = self.found.get_mut(rank) {
                *found = waits;
            }
            if let Some(end) = end {
                self.look(rank, end);
            }
        }
    }
}

/// The built-in rules' next match, or the next encoded region.
fn builtin(finders: &Finders, window: &Window<'_>, from: usize) -> Found {
    let mut at = from;
    loop {
        match scan::search(window, at) {
            Found::Hit(hit) if finders.needles_alone => at = hit.end.max(at + 1),
            found => return found,
        }
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
