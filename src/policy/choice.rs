//! Which action a finding gets: the first entry of a list that it falls under, else the word for its confidence.

use std::rc::Rc;

use super::{Action, Actions, Direction, Place, Role};
use crate::rule::{Confidence, Exposure, Kind, Rule, Severity, selector::Selector};

/// How many entries a list of actions may have: one bit each.
pub const ENTRIES_MAX: usize = 64;

/// An action for some findings. Of each list any one must fit; an empty one fits all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which rules.
    pub rules: Vec<Selector>,
    /// Which kinds of credentials.
    pub kinds: Vec<Kind>,
    /// Which severities.
    pub severities: Vec<Severity>,
    /// Which exposures.
    pub exposures: Vec<Exposure>,
    /// Which confidences.
    pub confidences: Vec<Confidence>,
    /// In which messages.
    pub directions: Vec<Direction>,
    /// In which parts of one.
    pub places: Vec<Place>,
    /// For a proxy in which roles.
    pub roles: Vec<Role>,
    /// What is done.
    pub action: Action,
}

impl Entry {
    /// The entry that every finding falls under.
    pub fn of(action: Action) -> Entry {
        Entry {
            rules: Vec::new(),
            kinds: Vec::new(),
            severities: Vec::new(),
            exposures: Vec::new(),
            confidences: Vec::new(),
            directions: Vec::new(),
            places: Vec::new(),
            roles: Vec::new(),
            action,
        }
    }

    /// One bit for each word that fits, all of a group whose list is empty.
    fn mask(&self) -> u32 {
        group(KIND, self.kinds.iter().map(|it| *it as u32))
            | group(SEVERITY, self.severities.iter().map(|it| *it as u32))
            | group(EXPOSURE, self.exposures.iter().map(|it| *it as u32))
            | group(CONFIDENCE, self.confidences.iter().map(|it| *it as u32))
            | group(DIRECTION, self.directions.iter().map(|it| *it as u32))
            | group(PLACE, self.places.iter().map(|it| *it as u32))
            | group(ROLE, self.roles.iter().map(|it| *it as u32))
    }
}

/// A group of bits: its first, and how many there are.
type Group = (u32, u32);

const KIND: Group = (0, 9);
const SEVERITY: Group = (9, 4);
const EXPOSURE: Group = (13, 3);
const CONFIDENCE: Group = (16, 3);
const DIRECTION: Group = (19, 2);
const PLACE: Group = (21, 4);
const ROLE: Group = (25, 2);

fn group((first, len): Group, words: impl Iterator<Item = u32>) -> u32 {
    let bits = words.fold(0, |bits, word| bits | bit((first, len), word));
    if bits == 0 { ((1 << len) - 1) << first } else { bits }
}

fn bit((first, len): Group, word: u32) -> u32 {
    // A group that is too small would give one of its neighbours' bits; `groups_have_room` tries every word.
    1 << (first + word.min(len - 1))
}

/// A list of entries, as a table: what a finding asks of it are two words of bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    entries: Vec<Entry>,
    masks: Vec<u32>,
    /// The entries that name no rule.
    unnamed: u64,
    /// For each rule that is named, by its id, the entries that name it. Sorted.
    named: Vec<(&'static str, u64)>,
}

impl Overrides {
    /// Makes the table. `rules` are all there are; of more than [`ENTRIES_MAX`] entries the others fit nothing.
    pub fn new(entries: Vec<Entry>, rules: impl Iterator<Item = &'static Rule>) -> Overrides {
        let bits_where = |is: &dyn Fn(&Entry) -> bool| {
            let fitting = entries.iter().take(ENTRIES_MAX).enumerate().filter(|(_, it)| is(it));
            fitting.fold(0, |bits, (place, _)| bits | 1_u64 << place)
        };
        let unnamed = bits_where(&|entry| entry.rules.is_empty());
        let mut named: Vec<(&'static str, u64)> = rules
            .map(|rule| (rule.id, bits_where(&|it| it.rules.iter().any(|its| its.names(rule.id)))))
            .filter(|(_, bits)| *bits != 0)
            .collect();
        named.sort_unstable();
        named.dedup();
        let masks = entries.iter().map(Entry::mask).collect();
        Overrides { entries, masks, unnamed, named }
    }

    /// The entries, in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The action of the first entry that fits.
    fn choose(&self, rule: &Rule, words: u32) -> Option<Action> {
        let place = self.named.binary_search_by(|(id, _)| (*id).cmp(rule.id)).ok();
        let named = place.and_then(|place| self.named.get(place)).map_or(0, |(_, bits)| *bits);
        let mut left = self.unnamed | named;
        while left != 0 {
            let place = left.trailing_zeros() as usize;
            left &= left - 1;
            if self.masks.get(place).is_some_and(|mask| mask & words == words) {
                return self.entries.get(place).map(|entry| entry.action);
            }
        }
        None
    }

    /// Whether an entry that fits these words has such an action.
    fn has(&self, words: u32, is: impl Fn(Action) -> bool) -> bool {
        let mut entries = self.masks.iter().zip(&self.entries);
        entries.any(|(mask, entry)| mask & words == words && is(entry.action))
    }
}

/// What is done with the findings of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    words: Actions,
    overrides: Rc<Overrides>,
    role: Role,
    direction: Direction,
}

impl Choice {
    /// The entries, and the words for what falls under none.
    pub fn new(
        words: Actions,
        overrides: Rc<Overrides>,
        role: Role,
        direction: Direction,
    ) -> Choice {
        Choice { words, overrides, role, direction }
    }

    /// What is done with a finding of this rule and confidence here.
    pub fn choose(&self, rule: &Rule, confidence: Confidence, place: Place) -> Action {
        if self.overrides.entries.is_empty() {
            return self.words.choose(confidence, rule.exposure);
        }
        let words = bit(KIND, rule.kind as u32)
            | bit(SEVERITY, rule.severity as u32)
            | bit(EXPOSURE, rule.exposure as u32)
            | bit(CONFIDENCE, confidence as u32)
            | bit(DIRECTION, self.direction as u32)
            | bit(PLACE, place as u32)
            | bit(ROLE, self.role as u32);
        let chosen = self.overrides.choose(rule, words);
        chosen.unwrap_or_else(|| self.words.choose(confidence, rule.exposure))
    }

    /// Whether nothing is to be looked for.
    pub fn is_off(&self) -> bool {
        self.words.is_off() && !self.has(|action| action != Action::Off)
    }

    /// Whether any finding is stopped from passing.
    pub fn is_enforcing(&self) -> bool {
        self.words.is_enforcing() || self.has(Action::is_enforcing)
    }

    /// Whether any finding is replaced by something else.
    pub fn is_rewriting(&self) -> bool {
        self.words.is_rewriting() || self.has(Action::is_rewriting)
    }

    /// Whether any finding in a body refuses the message.
    pub fn blocks_bodies(&self) -> bool {
        let place = bit(PLACE, Place::Body as u32);
        self.words.is_blocking()
            || self.overrides.has(self.words_of_message() | place, |it| it == Action::Block)
    }

    fn has(&self, is: impl Fn(Action) -> bool) -> bool {
        self.overrides.has(self.words_of_message(), is)
    }

    /// What all findings of the message have in common.
    fn words_of_message(&self) -> u32 {
        bit(ROLE, self.role as u32) | bit(DIRECTION, self.direction as u32)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::rule::{self, find};

    fn choice(entries: Vec<Entry>, words: Action, role: Role, direction: Direction) -> Choice {
        let overrides = Overrides::new(entries, rule::builtin().iter());
        Choice::new(Actions::of(words), Rc::new(overrides), role, direction)
    }

    fn selectors(texts: &[&str]) -> Vec<Selector> {
        texts.iter().map(|text| Selector::parse(text).unwrap()).collect()
    }

    /// A word whose bit lay outside its group would be a word of the next one.
    #[test]
    fn groups_have_room() {
        let groups = [KIND, SEVERITY, EXPOSURE, CONFIDENCE, DIRECTION, PLACE, ROLE];
        let mut next = 0;
        for (first, len) in groups {
            assert_eq!(first, next);
            next = first + len;
        }
        assert!(next <= u32::BITS);
        assert_eq!(Kind::Identifier as u32 + 1, KIND.1);
        assert_eq!(Severity::Critical as u32 + 1, SEVERITY.1);
        assert_eq!(Exposure::Secret as u32 + 1, EXPOSURE.1);
        assert_eq!(Confidence::Certain as u32 + 1, CONFIDENCE.1);
        assert_eq!(Direction::Response as u32 + 1, DIRECTION.1);
        assert_eq!(Place::Trailer as u32 + 1, PLACE.1);
        assert_eq!(Role::Outbound as u32 + 1, ROLE.1);
    }

    #[test]
    fn the_first_entry_that_fits_wins() {
        let entries = vec![
            Entry {
                rules: selectors(&["github.*"]),
                places: vec![Place::Header],
                ..Entry::of(Action::Block)
            },
            Entry { rules: selectors(&["github.pat"]), ..Entry::of(Action::Mask) },
            Entry { kinds: vec![Kind::Token], ..Entry::of(Action::Hash) },
        ];
        let choice = choice(entries, Action::Redact, Role::Inbound, Direction::Response);
        let of = |id: &str, place| choice.choose(find(id).unwrap(), Confidence::Certain, place);
        assert_eq!(of("github.pat", Place::Header), Action::Block);
        assert_eq!(of("github.pat", Place::Body), Action::Mask);
        assert_eq!(of("gitlab.pat", Place::Header), Action::Hash);
        let key = rule::builtin().iter().find(|rule| rule.kind == Kind::PrivateKey).unwrap();
        assert_eq!(of(key.id, Place::Body), Action::Redact, "none fits: the word");
    }

    /// Each group decides by itself: an entry that fits but for one word fits not.
    #[test]
    fn every_condition_counts() {
        let rule = find("github.pat").unwrap();
        let fitting = Entry {
            rules: selectors(&["github.pat"]),
            kinds: vec![rule.kind],
            severities: vec![rule.severity],
            exposures: vec![rule.exposure],
            confidences: vec![Confidence::Likely],
            directions: vec![Direction::Response],
            places: vec![Place::Trailer],
            roles: vec![Role::Outbound],
            action: Action::Block,
        };
        let of =
            |entry: &Entry| {
                choice(vec![entry.clone()], Action::Off, Role::Outbound, Direction::Response)
                    .choose(rule, Confidence::Likely, Place::Trailer)
            };
        assert_eq!(of(&fitting), Action::Block);
        for other in [
            Entry { rules: selectors(&["gitlab.*"]), ..fitting.clone() },
            Entry { kinds: vec![Kind::Password], ..fitting.clone() },
            Entry { severities: vec![Severity::Low], ..fitting.clone() },
            Entry { exposures: vec![Exposure::Public], ..fitting.clone() },
            Entry { confidences: vec![Confidence::Certain], ..fitting.clone() },
            Entry { directions: vec![Direction::Request], ..fitting.clone() },
            Entry { places: vec![Place::Body, Place::Header, Place::Path], ..fitting.clone() },
            Entry { roles: vec![Role::Inbound], ..fitting.clone() },
        ] {
            assert_eq!(of(&other), Action::Off, "{other:?}");
        }
    }

    /// What a message is prepared for depends on entries that can apply to it, and on no others.
    #[test]
    fn entries_count_where_they_can_apply() {
        let only = |directions: &[Direction], roles: &[Role], action| Entry {
            directions: directions.to_vec(),
            roles: roles.to_vec(),
            ..Entry::of(action)
        };
        let of = |entry, words| choice(vec![entry], words, Role::Inbound, Direction::Response);
        let blocks = of(only(&[Direction::Response], &[], Action::Block), Action::Off);
        assert!(!blocks.is_off() && blocks.is_enforcing() && !blocks.is_rewriting());
        let rewrites = of(only(&[], &[Role::Inbound], Action::Hash), Action::Report);
        assert!(rewrites.is_enforcing() && rewrites.is_rewriting());
        for elsewhere in [
            only(&[Direction::Request], &[], Action::Redact),
            only(&[], &[Role::Outbound], Action::Redact),
        ] {
            let choice = of(elsewhere, Action::Off);
            assert!(choice.is_off() && !choice.is_enforcing() && !choice.is_rewriting());
        }
        let of_place = |places: &[Place]| Entry {
            places: places.to_vec(),
            ..only(&[Direction::Response], &[], Action::Block)
        };
        assert!(!of(of_place(&[Place::Header, Place::Trailer]), Action::Redact).blocks_bodies());
        assert!(of(of_place(&[Place::Body]), Action::Redact).blocks_bodies());
        assert!(of(of_place(&[Place::Header]), Action::Block).blocks_bodies());
        assert!(of(Entry::of(Action::Off), Action::Off).is_off());
        assert!(of(Entry::of(Action::Off), Action::Redact).is_enforcing());
    }
}
