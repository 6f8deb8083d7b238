//! Patterns from a configuration: regular expressions over bytes, with a bound on what each may cost.
//!
//! Unicode is off: `.` is any byte but a line break, `\w`, `\d`, `\s`, `\b` and `(?i)` know ASCII alone. Traffic is
//! bytes, and Unicode's tables would be a third of the module.
//!
//! They are matched by a lazy DFA: its states are built as traffic needs them, so that a configuration costs little
//! when it is read, and no pattern backtracks.

use std::fmt;

use regex_automata::{
    Anchored, MatchKind,
    hybrid::dfa::{Cache, DFA},
    nfa::thompson::{Compiler, NFA, WhichCaptures, pikevm::PikeVM},
    util::start,
};
use regex_syntax::{ParserBuilder, hir::Hir};

/// How long one pattern may be, in bytes.
pub(crate) const PATTERN_BYTES_MAX: usize = 4_096;
/// How many patterns one list may have.
pub(crate) const PATTERNS_MAX: usize = 64;
/// How many groups one pattern may have: each costs memory for every part of the pattern.
const GROUPS_MAX: usize = 8;
/// How deep groups and repetitions may nest.
const NEST_MAX: u32 = 32;
/// How much memory all patterns of a list may need when compiled.
const COMPILED_BYTES_MAX: usize = 1 << 20;
/// How much memory the states of a DFA may take before they are thrown away and built anew.
const STATES_BYTES_MAX: usize = 1 << 20;

/// Why a list of patterns is refused: which one, and the reason, without a byte of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternError {
    /// Its place in the list; `None` where it is all of them together.
    pub(crate) place: Option<usize>,
    pub(crate) reason: String,
}

/// Reads one pattern.
///
/// # Errors
/// The reason, and how many bytes into the pattern. It shows nothing of the pattern.
pub(crate) fn parse(pattern: &str) -> Result<Hir, String> {
    if pattern.len() > PATTERN_BYTES_MAX {
        return Err(format!("longer than {PATTERN_BYTES_MAX} bytes"));
    }
    let mut parser = ParserBuilder::new().unicode(false).utf8(false).nest_limit(NEST_MAX).build();
    // The errors' own text quotes the pattern; their kinds do not.
    let reason = |kind: &dyn fmt::Display, at: usize| format!("{kind}, at byte {at}");
    let hir = parser.parse(pattern).map_err(|error| match &error {
        regex_syntax::Error::Parse(error) => reason(error.kind(), error.span().start.offset),
        regex_syntax::Error::Translate(error) => reason(error.kind(), error.span().start.offset),
        _ => "no regular expression".to_owned(),
    })?;
    if hir.properties().explicit_captures_len() > GROUPS_MAX {
        return Err(format!("more than {GROUPS_MAX} groups: write those without a use as (?:…)"));
    }
    Ok(hir)
}

/// Compiles patterns into one automaton, which tells them apart by their places.
///
/// # Errors
/// Where one of them, or all together, would need too much memory.
pub(crate) fn compile(hirs: &[Hir]) -> Result<DFA, PatternError> {
    let Some(nfa) = nfa(hirs, WhichCaptures::None) else {
        return Err(too_large(hirs));
    };
    let config = DFA::config()
        .match_kind(MatchKind::LeftmostFirst)
        .starts_for_each_pattern(true)
        .specialize_start_states(true)
        .cache_capacity(STATES_BYTES_MAX)
        // What a few states need is always granted. Its size follows from the compiled size, which is bounded.
        .skip_cache_capacity_check(true);
    DFA::builder().configure(config).build_from_nfa(nfa).map_err(|_| too_large(hirs))
}

/// Whether some pattern matches somewhere in bytes that are all there is.
///
/// `None` where the automaton gives up, which this one is told not to do.
pub(crate) fn has_match(dfa: &DFA, states: &mut Cache, bytes: &[u8]) -> Option<bool> {
    let mut state = dfa.start_state(states, &start::Config::new().anchored(Anchored::No)).ok()?;
    for byte in bytes {
        state = dfa.next_state(states, state, *byte).ok()?;
        if state.is_match() || state.is_dead() {
            return Some(state.is_match());
        }
    }
    Some(dfa.next_eoi_state(states, state).ok()?.is_match())
}

/// Compiles one pattern so that its groups can be told; `None` where it has none.
///
/// # Errors
/// Where it would need too much memory.
pub(crate) fn compile_groups(hir: &Hir) -> Result<Option<PikeVM>, PatternError> {
    if hir.properties().explicit_captures_len() == 0 {
        return Ok(None);
    }
    let hirs = std::slice::from_ref(hir);
    let groups = nfa(hirs, WhichCaptures::All).and_then(|nfa| PikeVM::new_from_nfa(nfa).ok());
    groups.map(Some).ok_or_else(|| too_large(hirs))
}

fn nfa(hirs: &[Hir], captures: WhichCaptures) -> Option<NFA> {
    let size = Some(COMPILED_BYTES_MAX);
    let config = NFA::config().utf8(false).nfa_size_limit(size).which_captures(captures);
    Compiler::new().configure(config).build_many_from_hir(hirs).ok()
}

fn too_large(hirs: &[Hir]) -> PatternError {
    let is_too_large = |hir| nfa(std::slice::from_ref(hir), WhichCaptures::All).is_none();
    let place = hirs.iter().position(is_too_large);
    let all = if place.is_some() { "" } else { "together " };
    let reason = format!("{all}over {COMPILED_BYTES_MAX} bytes when compiled");
    PatternError { place, reason }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn errors_say_where_and_why_and_show_nothing() {
        let cases = [
            ("planted(", "unclosed group, at byte 7"),
            (
                "planted[z-a]",
                "invalid character class range, the start must be <= the end, at byte 8",
            ),
            ("planted\\q", "unrecognized escape sequence, at byte 7"),
            ("planted\\pL", "Unicode not allowed here, at byte 7"),
            ("planted(?P<a>b)(?P<a>b)", "duplicate capture group name, at byte 19"),
            ("planted[é]", "Unicode not allowed here, at byte 8"),
        ];
        for (pattern, reason) in cases {
            assert_eq!(parse(pattern).unwrap_err(), reason);
        }
    }

    #[test]
    fn patterns_have_a_longest_length() {
        for (len, good) in [(4_095, true), (4_096, true), (4_097, false)] {
            assert_eq!(parse(&"a".repeat(len)).is_ok(), good, "{len}");
        }
    }

    #[test]
    fn groups_are_few() {
        for (count, good) in [(7, true), (8, true), (9, false)] {
            assert_eq!(parse(&"(a)(?:b)".repeat(count)).is_ok(), good, "{count}");
        }
    }

    #[test]
    fn groups_have_a_deepest_level() {
        let nested = |depth: usize| "(?:".repeat(depth) + "a" + &")".repeat(depth);
        assert!(parse(&nested(31)).is_ok());
        assert!(parse(&nested(33)).unwrap_err().starts_with("exceed"));
    }

    #[test]
    fn compiled_patterns_have_a_largest_size() {
        let hirs = ["[a-z]{8}", "(?:[a-z]{200}){200}"].map(|pattern| parse(pattern).unwrap());
        let error = compile(&hirs).unwrap_err();
        assert_eq!(
            (error.place, error.reason.as_str()),
            (Some(1), "over 1048576 bytes when compiled")
        );
        let many = vec![parse("(?:[a-z]{20}){30}").unwrap(); 64];
        let error = compile(&many).unwrap_err();
        assert_eq!(error.reason, "together over 1048576 bytes when compiled");
        assert!(compile(&hirs[..1]).is_ok());
    }
}
