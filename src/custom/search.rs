//! One search for custom rules in a window.
//!
//! Two passes share one automaton. The first runs over the bytes once and looks for a place where any match *ends*:
//! in clean traffic there is none, and a byte costs one step however many rules there are. Only then, and at the end
//! of a window, are the places tried where such a match may *start*, each on its own, the first first.
//!
//! A byte may change what the one before it means (`\b`), so that the automaton says one byte late that a match has
//! ended. At the end of a window it is therefore asked what any next byte would lead to.
//!
//! # An example, with bytes
//! The pattern is `ab+c|bb`, the window `xabbb`. The first pass sees that `bb` has ended before the byte at 4. Its
//! start is at 2, but the place 1 is tried before it: from there `abbb` is no match and may become one (`abbbc`), so
//! the answer is that all from 1 on has to wait.

use std::ops::Range;

use regex_automata::{
    Anchored, Input, PatternID,
    hybrid::{LazyStateID, dfa::Cache},
    util::start,
};

use super::matcher::{Entry, Matcher};
use crate::scan::{Found, Hit, Window};

/// What a pattern makes of a place.
enum Run {
    No,
    /// It may still become a match, or a longer one.
    Live,
    /// It is a match of so many bytes, and no other.
    Match(usize),
}

/// One search under way.
pub(super) struct Search<'a> {
    matcher: &'a Matcher,
    states: &'a mut Cache,
    window: &'a Window<'a>,
    /// Where the next keyword ends, as far as that is known: valid before its end.
    keyword_end: usize,
    /// Where a run of one repeated byte ends, as far as that is known: valid within it.
    run_end: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        matcher: &'a Matcher,
        states: &'a mut Cache,
        window: &'a Window<'a>,
    ) -> Search<'a> {
        Search { matcher, states, window, keyword_end: 0, run_end: 0 }
    }

    /// The first match from a place on.
    pub(super) fn find(&mut self, from: usize) -> Found {
        let length_max = self.matcher.length_max;
        let mut at = self.skip_to_keyword(from);
        while let Some(end) = self.first_end(at) {
            // A match that starts further back than this cannot be one that ends here.
            match self.first_start(at.max(end.saturating_sub(length_max)), end) {
                Found::Nothing => at = self.skip_to_keyword(end),
                found => return found,
            }
        }
        let end = self.window.bytes().len();
        self.first_start(at.max(end.saturating_sub(length_max)), end)
    }

    /// The first place from one on where a match may start that holds a keyword, or has room for one.
    fn skip_to_keyword(&mut self, at: usize) -> usize {
        let Some(keywords) = &self.matcher.keywords else {
            return at;
        };
        let bytes = self.window.bytes();
        if self.keyword_end < at + keywords.len_min() {
            // Where there is none, one may follow the window.
            self.keyword_end = keywords.next_end(bytes, at).unwrap_or(bytes.len());
        }
        at.max(self.keyword_end.saturating_sub(self.matcher.length_max))
    }

    /// The first place from one on where a match may be more than one byte repeated, which is no secret.
    fn skip_run(&mut self, at: usize) -> usize {
        let rest = self.window.bytes().get(at..).unwrap_or_default();
        if self.run_end <= at {
            let run = rest.iter().take_while(|byte| Some(*byte) == rest.first());
            self.run_end = at + run.count();
        }
        at.max((self.run_end + 1).saturating_sub(self.matcher.length_max))
    }

    /// The first place from one on where a match of any length ends.
    fn first_end(&mut self, from: usize) -> Option<usize> {
        let bytes = self.window.bytes();
        let mut at = from;
        let mut state = self.start(Anchored::No, at)?;
        while let Some(byte) = bytes.get(at) {
            // In its first state it remembers nothing, so that the next place where a match may start will do.
            if state.is_start()
                && let Some(next) = self.skip(at)
            {
                at = next;
                state = self.start(Anchored::No, at)?;
                continue;
            }
            state = self.step(state, *byte)?;
            if state.is_match() {
                // It says so one byte late, since that byte may matter (`\b`).
                return Some(at);
            }
            if state.is_dead() {
                return None;
            }
            at += 1;
        }
        let is_over = self.window.candidate(at).1;
        (is_over && self.end(state)?.is_match()).then_some(bytes.len())
    }

    /// The next place, if it is another one, where a match may start; at the end, where that cannot be told.
    fn skip(&self, at: usize) -> Option<usize> {
        let prefixes = self.matcher.prefixes.as_ref()?;
        Some(prefixes.next(self.window.bytes(), at)).filter(|next| *next > at)
    }

    /// What the first of these places holds that holds anything.
    fn first_start(&mut self, from: usize, to: usize) -> Found {
        let mut at = from;
        while at < to {
            at = self.skip(at).unwrap_or(at);
            at = self.skip_run(at);
            if at >= to {
                break;
            }
            match self.try_at(at) {
                Found::Nothing => at += 1,
                found => return found,
            }
        }
        Found::Nothing
    }

    fn try_at(&mut self, at: usize) -> Found {
        let matcher = self.matcher;
        let first = self.run(Anchored::Yes, at, matcher.length_max);
        if matches!(first, Run::No) {
            return Found::Nothing;
        }
        let mut best: Option<Hit> = None;
        for (place, entry) in matcher.entries.iter().enumerate() {
            let run = match &first {
                first if matcher.entries.len() == 1 => first,
                _ => {
                    let pattern = Anchored::Pattern(PatternID::new_unchecked(place));
                    &self.run(pattern, at, entry.length_max)
                }
            };
            match run {
                Run::No => {}
                Run::Live => return Found::Live(at),
                Run::Match(len) => {
                    let is_longer = best.as_ref().is_none_or(|hit| at + len > hit.end);
                    if is_longer && let Some(hit) = self.hit(entry, at..at + len) {
                        best = Some(hit);
                    }
                }
            }
        }
        best.map_or(Found::Nothing, Found::Hit)
    }

    /// Runs from a place for at most so many bytes, and one more, which decides about the last.
    fn run(&mut self, anchored: Anchored, at: usize, length_max: usize) -> Run {
        self.try_run(anchored, at, length_max).unwrap_or(Run::No)
    }

    fn try_run(&mut self, anchored: Anchored, at: usize, length_max: usize) -> Option<Run> {
        let (bytes, is_over) = self.window.candidate(at);
        let mut state = self.start(anchored, at)?;
        let mut matched = Run::No;
        for (len, byte) in bytes.iter().take(length_max.saturating_add(1)).enumerate() {
            state = self.step(state, *byte)?;
            if state.is_match() {
                matched = Run::Match(len);
            } else if state.is_dead() {
                return Some(matched);
            }
        }
        if bytes.len() > length_max {
            return Some(matched);
        }
        if !is_over {
            return Some(self.settled(state, matched, bytes.len()).unwrap_or(Run::Live));
        }
        Some(if self.end(state)?.is_match() { Run::Match(bytes.len()) } else { matched })
    }

    /// What it comes to whatever follows, where that is one thing: `acme_[0-9]{8}` is decided with its last digit.
    fn settled(&mut self, state: LazyStateID, matched: Run, len: usize) -> Option<Run> {
        let clears = self.states.clear_count();
        let ends = self.peek_end(state, clears)?.is_match();
        for byte in self.next_bytes() {
            let next = self.peek(state, byte, clears)?;
            let is_over = next.is_dead() || next.is_match() && self.is_last(next, clears)?;
            if !is_over || next.is_match() != ends {
                return None;
            }
        }
        Some(if ends { Run::Match(len) } else { matched })
    }

    /// Whether nothing comes after a state.
    fn is_last(&mut self, state: LazyStateID, clears: usize) -> Option<bool> {
        for byte in self.next_bytes() {
            if !self.peek(state, byte, clears)?.is_dead() {
                return Some(false);
            }
        }
        Some(!self.peek_end(state, clears)?.is_match())
    }

    /// One byte of each class that the patterns tell apart.
    fn next_bytes(&self) -> impl Iterator<Item = u8> + use<'a> {
        let matcher: &'a Matcher = self.matcher;
        matcher.dfa.byte_classes().representatives(..).filter_map(|unit| unit.as_u8())
    }

    /// A step, where one from the same state follows: `None` where the states were cleared, and this one with them.
    fn peek(&mut self, state: LazyStateID, byte: u8, clears: usize) -> Option<LazyStateID> {
        let next = self.step(state, byte)?;
        (self.states.clear_count() == clears).then_some(next)
    }

    fn peek_end(&mut self, state: LazyStateID, clears: usize) -> Option<LazyStateID> {
        let next = self.end(state)?;
        (self.states.clear_count() == clears).then_some(next)
    }

    /// The finding that a match is, if it is one.
    fn hit(&self, entry: &Entry, span: Range<usize>) -> Option<Hit> {
        let matched = self.window.bytes().get(span.clone())?;
        let has = |word: &Vec<u8>| matched.windows(word.len()).any(|window| window == word);
        if !(entry.keywords.is_empty() || entry.keywords.iter().any(has)) {
            return None;
        }
        let secret = self.secret(entry, &span).unwrap_or_else(|| span.clone());
        let confidence = entry.rule.judge_own(self.window.bytes().get(secret.clone())?)?;
        Some(Hit {
            rule: entry.rule,
            confidence,
            start: span.start,
            secret,
            end: span.end,
            open: None,
            label: true,
            // Nobody has said how much of it is public.
            prefix: 0,
        })
    }

    /// The group that holds the secret, where there is one with anything in it.
    fn secret(&self, entry: &Entry, span: &Range<usize>) -> Option<Range<usize>> {
        let groups = entry.groups.as_ref()?;
        let (pattern, info) = (PatternID::ZERO, groups.get_nfa().group_info());
        let slot = info.slot(pattern, info.to_index(pattern, "secret").unwrap_or(1))?;
        // The same match again, with the bytes around it that it may have asked for.
        let before = self.window.byte_before(span.start);
        let shift = usize::from(before.is_some());
        let bytes = self.window.bytes().get(span.start..)?;
        let bytes = bytes.get(..=span.len()).unwrap_or(bytes);
        let text: Vec<u8> = before.iter().chain(bytes).copied().collect();
        let input = Input::new(&text).span(shift..shift + span.len()).anchored(Anchored::Yes);
        let mut slots = vec![None; info.slot_len()];
        // Made anew for each: matches are few, and kept it would be the largest part of a VM.
        groups.search_slots(&mut groups.create_cache(), &input, &mut slots)?;
        let end = |slot: usize| Some(slots.get(slot).copied()??.get() + span.start - shift);
        Some(end(slot)?..end(slot + 1)?).filter(|secret| !secret.is_empty())
    }

    // The three steps fail only where a DFA may give up or quit, and this one is told to do neither.

    fn start(&mut self, anchored: Anchored, at: usize) -> Option<LazyStateID> {
        let before = self.window.byte_before(at);
        let config = start::Config::new().anchored(anchored).look_behind(before);
        self.matcher.dfa.start_state(self.states, &config).ok()
    }

    #[inline(always)]
    fn step(&mut self, state: LazyStateID, byte: u8) -> Option<LazyStateID> {
        self.matcher.dfa.next_state(self.states, state, byte).ok()
    }

    fn end(&mut self, state: LazyStateID) -> Option<LazyStateID> {
        self.matcher.dfa.next_eoi_state(self.states, state).ok()
    }
}
