//! Custom rules as one automaton, and what it remembers.

use std::{cell::RefCell, ops::Range};

use regex_automata::{
    Anchored,
    hybrid::dfa::{Cache, DFA},
    nfa::thompson::pikevm::PikeVM,
    util::start,
};
use regex_syntax::hir::Hir;

use super::{keywords::Keywords, search::Search};
use crate::{
    pattern::{self, PatternError},
    prefix::{self, Prefixes},
    rule::Rule,
    scan::{Found, Window},
};

/// What is known of one rule beside its pattern.
pub(super) struct Entry {
    pub(super) rule: &'static Rule,
    pub(super) keywords: Vec<Vec<u8>>,
    pub(super) length_max: usize,
    /// Finds the secret within a match, where the pattern has a group.
    pub(super) groups: Option<PikeVM>,
}

/// All custom rules as one automaton.
pub(super) struct Matcher {
    /// In the order of the patterns.
    pub(super) entries: Vec<Entry>,
    /// The longest match that any of them allows.
    pub(super) length_max: usize,
    pub(super) dfa: DFA,
    /// How every match begins, where all patterns say so.
    pub(super) prefixes: Option<Prefixes>,
    /// What every match holds, where all rules say so.
    pub(super) keywords: Option<Keywords>,
    /// The automaton's states: made as traffic needs them, bounded.
    states: RefCell<Cache>,
}

impl Matcher {
    pub(super) fn new(mut entries: Vec<Entry>, hirs: &[Hir]) -> Result<Matcher, PatternError> {
        let dfa = pattern::compile(hirs)?;
        let mut states = dfa.create_cache();
        let prefixes = prefixes(&dfa, &mut states);
        for (place, (entry, hir)) in entries.iter_mut().zip(hirs).enumerate() {
            let error = |error| PatternError { place: Some(place), ..error };
            entry.groups = pattern::compile_groups(hir).map_err(error)?;
        }
        let length_max = entries.iter().map(|entry| entry.length_max).max().unwrap_or(0);
        let keywords = Keywords::new(&entries);
        Ok(Matcher { entries, length_max, dfa, prefixes, keywords, states: RefCell::new(states) })
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.entries.iter().map(|entry| entry.rule)
    }

    /// The first match in the window from a place on.
    pub(super) fn search(&self, window: &Window<'_>, from: usize) -> Found {
        match self.states.try_borrow_mut() {
            Ok(mut states) => Search::new(self, &mut states, window).find(from),
            // A search that is called from within a search, which nobody does, has states of its own.
            Err(_) => {
                let mut states = self.dfa.create_cache();
                Search::new(self, &mut states, window).find(from)
            }
        }
    }

    /// How often the automaton's states were cleared because they took too much memory.
    #[cfg(test)]
    pub(super) fn clear_count(&self) -> usize {
        self.states.borrow().clear_count()
    }

    /// The secrets in bytes that are all there is.
    pub(super) fn find_all(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let window = Window::new(b"", bytes, true, usize::MAX);
        let (mut found, mut at) = (Vec::new(), 0);
        while let Found::Hit(hit) = self.search(&window, at) {
            at = hit.end;
            found.push(hit.secret);
        }
        found
    }
}

/// How many different beginnings are looked for by their bytes.
const BEGINNINGS_MAX: usize = 256;
/// One byte of each kind that what stands before a place may be of.
const BEFORE: [Option<u8>; 5] = [None, Some(b'a'), Some(b' '), Some(b'\n'), Some(b'\r')];

/// How matches begin, as far as a few literal beginnings say so. No match is shorter than they are.
fn prefixes(dfa: &DFA, states: &mut Cache) -> Option<Prefixes> {
    let clears = states.clear_count();
    let mut level = Vec::new();
    for before in BEFORE {
        let config = start::Config::new().anchored(Anchored::Yes).look_behind(before);
        level.push((Vec::new(), dfa.start_state(states, &config).ok()?));
    }
    for _ in 0..prefix::BYTES_MAX {
        let mut next = Vec::new();
        for (text, state) in &level {
            for byte in 0..=u8::MAX {
                let state = dfa.next_state(states, *state, byte).ok()?;
                if !state.is_dead() {
                    next.push(([text.as_slice(), &[byte]].concat(), state));
                }
            }
            // Where the states were cleared, those of this level are not there any more.
            if next.len() > BEFORE.len() * BEGINNINGS_MAX || states.clear_count() != clears {
                let texts = level.iter().map(|(text, _)| text.as_slice());
                return Prefixes::new(texts);
            }
        }
        level = next;
    }
    Prefixes::new(level.iter().map(|(text, _)| text.as_slice()))
}
