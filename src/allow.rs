//! Allow lists: what is found and may pass all the same.
//!
//! A list names rules, keyed fingerprints, or patterns of the secret itself. It is asked when a finding is complete; an
//! allowed one passes and is counted as allowed. An open-ended finding (a private key, a JSON Web Token) is never there
//! as a whole when it must be decided on: it can be allowed by its rule only.
//!
//! Files may hold markers as well, for the command line: [`is_marked`]. The proxy never honours them, since whoever
//! writes the traffic could write one.

mod marker;

use std::{cell::RefCell, fmt};

use regex_automata::hybrid::dfa::{Cache, DFA};

pub use self::marker::is_marked;
use crate::{
    finding::Finding,
    fingerprint::Fingerprint,
    pattern::{self, PATTERNS_MAX},
    rule::selector::Selector,
};

/// How many entries each list may have.
pub const ENTRIES_MAX: usize = 1_024;

/// What may pass.
#[derive(Default)]
pub struct Allow {
    rules: Vec<Selector>,
    fingerprints: Vec<Fingerprint>,
    patterns: Option<Patterns>,
}

/// Patterns, of which one must match somewhere in the secret.
struct Patterns {
    texts: Vec<String>,
    dfa: DFA,
    /// The automaton's states. Made when first needed, bounded.
    states: RefCell<Option<Cache>>,
}

/// Why an allow list is refused: which entry, and the reason, without the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowError {
    field: String,
    reason: String,
}

impl AllowError {
    fn new(field: impl Into<String>, reason: impl Into<String>) -> AllowError {
        AllowError { field: field.into(), reason: reason.into() }
    }

    /// The field, as a path below the lists: `patterns[2]`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for AllowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for AllowError {}

impl Allow {
    /// Takes the lists.
    ///
    /// # Errors
    /// Where one is too long, or a pattern is none, may match nothing (it would allow everything), or is too large.
    pub fn new(
        rules: Vec<Selector>,
        fingerprints: Vec<Fingerprint>,
        patterns: Vec<String>,
    ) -> Result<Allow, AllowError> {
        let counts = [
            ("rules", rules.len(), ENTRIES_MAX),
            ("fingerprints", fingerprints.len(), ENTRIES_MAX),
            ("patterns", patterns.len(), PATTERNS_MAX),
        ];
        if let Some((field, _, max)) = counts.into_iter().find(|(_, count, max)| count > max) {
            return Err(AllowError::new(field, format!("more than {max}")));
        }
        let patterns = if patterns.is_empty() { None } else { Some(Patterns::new(patterns)?) };
        Ok(Allow { rules, fingerprints, patterns })
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.fingerprints.is_empty() && self.patterns.is_none()
    }

    /// The rules that are allowed.
    pub fn rules(&self) -> &[Selector] {
        &self.rules
    }

    /// Whether a finding may pass. Its fingerprint is that of its whole secret, where there is one.
    pub fn permits(&self, finding: &Finding<'_>, fingerprint: Option<Fingerprint>) -> bool {
        let has = |fingerprint| self.fingerprints.contains(&fingerprint);
        self.rules.iter().any(|selector| selector.names(finding.rule.id))
            || fingerprint.is_some_and(has)
            || match (&self.patterns, finding.secret()) {
                (Some(patterns), Some(secret)) => patterns.has_match(secret),
                _ => false,
            }
    }
}

impl Patterns {
    fn new(texts: Vec<String>) -> Result<Patterns, AllowError> {
        let mut hirs = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let error = |reason: String| AllowError::new(format!("patterns[{place}]"), reason);
            let hir = pattern::parse(text).map_err(error)?;
            if hir.properties().minimum_len() == Some(0) {
                return Err(error("may match nothing, and so would allow everything".to_owned()));
            }
            hirs.push(hir);
        }
        let dfa = pattern::compile(&hirs).map_err(|error| match error.place {
            Some(place) => AllowError::new(format!("patterns[{place}]"), error.reason),
            None => AllowError::new("patterns", error.reason),
        })?;
        Ok(Patterns { texts, dfa, states: RefCell::new(None) })
    }

    fn has_match(&self, secret: &[u8]) -> bool {
        let Ok(mut states) = self.states.try_borrow_mut() else {
            return false;
        };
        let states = states.get_or_insert_with(|| self.dfa.create_cache());
        pattern::has_match(&self.dfa, states, secret).unwrap_or(false)
    }
}

impl PartialEq for Allow {
    fn eq(&self, other: &Allow) -> bool {
        let texts = |allow: &Allow| allow.patterns.as_ref().map(|it| it.texts.clone());
        self.rules == other.rules
            && self.fingerprints == other.fingerprints
            && texts(self) == texts(other)
    }
}

impl Eq for Allow {}

/// A pattern may say much of a secret: the rules are all that is shown.
impl fmt::Debug for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allow").field("rules", &self.rules).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::{fingerprint::Fingerprinter, rule};

    fn finding(id: &str, secret: &'static [u8], is_open: bool) -> Finding<'static> {
        let rule = rule::find(id).unwrap();
        Finding {
            rule,
            confidence: rule.confidence,
            offset: 0,
            len: (!is_open).then_some(secret.len()),
            len_min: secret.len(),
            label: true,
            is_encoded: false,
            prefix: 0,
            before: b"",
            secret,
        }
    }

    fn patterns(list: &[&str]) -> Result<Allow, String> {
        let list = list.iter().map(|text| (*text).to_owned()).collect();
        Allow::new(Vec::new(), Vec::new(), list).map_err(|error| error.to_string())
    }

    #[test]
    fn findings_are_allowed_by_rule_fingerprint_and_pattern() {
        let found = finding("github.pat", b"ghp_planted_for_a_test", false);
        let by_rule = |text: &str| {
            let selectors = vec![Selector::parse(text).unwrap()];
            Allow::new(selectors, Vec::new(), Vec::new()).unwrap().permits(&found, None)
        };
        assert!(by_rule("github.pat") && by_rule("github.*") && !by_rule("gitlab.*"));

        let fingerprinter = Fingerprinter::new(b"a key of the tests").unwrap();
        let fingerprint = found.fingerprint(&fingerprinter);
        let allow = Allow::new(Vec::new(), vec![fingerprint.unwrap()], Vec::new()).unwrap();
        assert!(allow.permits(&found, fingerprint) && !allow.permits(&found, None));
        assert!(!allow.permits(&found, Some(fingerprinter.of(b"another"))));

        assert!(patterns(&["x{9}", "_for_a_"]).unwrap().permits(&found, None));
        assert!(patterns(&["^ghp_planted"]).unwrap().permits(&found, None));
        assert!(!patterns(&["^planted", "x{9}"]).unwrap().permits(&found, None));
        assert!(!Allow::default().permits(&found, fingerprint));
    }

    #[test]
    fn an_open_ended_finding_is_allowed_by_its_rule_only() {
        let found = finding("generic.private_key", b"MIIE", true);
        let fingerprinter = Fingerprinter::new(b"a key of the tests").unwrap();
        assert_eq!(found.fingerprint(&fingerprinter), None);
        assert!(!patterns(&["MIIE"]).unwrap().permits(&found, None));
        let selectors = vec![Selector::parse("generic.*").unwrap()];
        assert!(Allow::new(selectors, Vec::new(), Vec::new()).unwrap().permits(&found, None));
    }

    #[test]
    fn errors_name_the_entry_and_show_nothing() {
        assert_eq!(
            patterns(&["abc", "planted("]).unwrap_err(),
            "patterns[1]: unclosed group, at byte 7"
        );
        let everything = "patterns[0]: may match nothing, and so would allow everything";
        for pattern in ["", ".*", "(?:planted)?", "^$"] {
            assert_eq!(patterns(&[pattern]).unwrap_err(), everything);
        }
        for (count, good) in [(63, true), (64, true), (65, false)] {
            assert_eq!(patterns(&vec!["abc"; count]).is_ok(), good);
        }
        for (count, good) in [(1_023, true), (1_024, true), (1_025, false)] {
            let selectors = vec![Selector::parse("github.*").unwrap(); count];
            assert_eq!(Allow::new(selectors, Vec::new(), Vec::new()).is_ok(), good);
        }
        let allow = patterns(&["planted"]).unwrap();
        assert!(!format!("{allow:?}").contains("planted"));
    }
}
