//! Custom rules: credentials of one's own, told by a regular expression.
//!
//! # What a match is
//! At a place, a rule's match is the one that the expression finds exactly there (leftmost-first, as in Perl and in
//! nearly every tool that a pattern is tried with), among those of at most `length_max` bytes. Bytes beyond that are
//! not looked at, save the one right behind it, which `\b` and `$` ask for. Of several rules that match at a place the
//! longest match wins, of equally long ones the first rule. Places are taken in their order, and the search goes on
//! behind a match.
//!
//! So a match depends on the bytes from its place on and on the one before it, and on nothing else: not on how the
//! stream is cut. A place waits only while the expression could still go on from there, for `length_max` bytes at most.
//!
//! A bounded repetition is better than an open one: of `acme_[a-z0-9]{20,}` with 600 letters and a `length_max` of 512
//! the first 512 bytes are one finding, and what follows is looked at anew.

mod definition;
mod intern;
mod keywords;
mod matcher;
mod search;

use std::fmt;

use regex_syntax::hir::Hir;

pub use self::definition::Definition;
use self::matcher::{Entry, Matcher};
use crate::{
    pattern,
    rule::Rule,
    scan::{Found, Window},
};

/// How many custom rules there may be.
pub const RULES_MAX: usize = pattern::PATTERNS_MAX;
/// The bounds of `length_max`, in bytes.
pub const LENGTH_BYTES: std::ops::RangeInclusive<usize> = 16..=4_096;
/// Why custom rules are refused: which one, which of its fields, and the reason, without any value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomError {
    rule: Option<usize>,
    field: String,
    reason: String,
}

impl CustomError {
    fn new(rule: usize, field: &str, reason: impl Into<String>) -> CustomError {
        CustomError { rule: Some(rule), field: field.to_owned(), reason: reason.into() }
    }

    /// The field, as a path below the list of rules: `[3].pattern`. Empty where it is all of them together.
    pub fn field(&self) -> String {
        self.rule.map_or_else(String::new, |rule| format!("[{rule}].{}", self.field))
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for CustomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rules{}: {}", self.field(), self.reason)
    }
}

impl std::error::Error for CustomError {}

/// Custom rules, compiled.
pub struct CustomRules {
    definitions: Vec<Definition>,
    matcher: Matcher,
}

impl CustomRules {
    /// Checks and compiles rules, and tries their examples.
    ///
    /// The examples are tried here, each time a configuration is read, since a rule that does not find what its author
    /// says it finds would leak without a sign. Only those who write examples pay for that.
    ///
    /// # Errors
    /// Where a rule is not as it must be, or does not do what its examples say.
    pub fn new(definitions: Vec<Definition>) -> Result<CustomRules, CustomError> {
        if definitions.len() > RULES_MAX {
            let reason = format!("more than {RULES_MAX}");
            return Err(CustomError { rule: None, field: String::new(), reason });
        }
        let mut parsed = Vec::new();
        for (place, definition) in definitions.iter().enumerate() {
            let earlier = definitions.get(..place).unwrap_or_default();
            if earlier.iter().any(|other| other.id == definition.id) {
                return Err(CustomError::new(place, "id", "there is an earlier rule of that id"));
            }
            parsed.push(definition.check(place)?);
        }
        for (place, (definition, hir)) in definitions.iter().zip(&parsed).enumerate() {
            if !(definition.examples.is_empty() && definition.negative_examples.is_empty()) {
                let alone = std::slice::from_ref(definition);
                let matcher = matcher(alone, std::slice::from_ref(hir), place)?;
                definition.check_examples(&matcher, place)?;
            }
        }
        let matcher = matcher(&definitions, &parsed, 0)?;
        Ok(CustomRules { definitions, matcher })
    }

    /// The rules, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.matcher.rules()
    }

    /// The longest match that any of them allows, in bytes: so many may wait.
    pub fn length_max(&self) -> usize {
        self.matcher.length_max
    }

    /// The first match in the window from a place on.
    pub(crate) fn search(&self, window: &Window<'_>, from: usize) -> Found {
        self.matcher.search(window, from)
    }
}

impl PartialEq for CustomRules {
    fn eq(&self, other: &CustomRules) -> bool {
        self.definitions == other.definitions
    }
}

impl Eq for CustomRules {}

impl fmt::Debug for CustomRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.definitions.iter().map(|rule| &rule.id)).finish()
    }
}

/// Compiles rules; `first` is the place that an error gives to the first of them.
fn matcher(definitions: &[Definition], hirs: &[Hir], first: usize) -> Result<Matcher, CustomError> {
    let mut entries = Vec::new();
    for (place, definition) in definitions.iter().enumerate() {
        let rule = intern::rule(definition)
            .ok_or_else(|| CustomError::new(first + place, "id", intern::TOO_MANY))?;
        let keywords = definition.keywords.iter().map(|text| text.as_bytes().to_vec()).collect();
        entries.push(Entry { rule, keywords, length_max: definition.length_max, groups: None });
    }
    Matcher::new(entries, hirs).map_err(|error| match error.place {
        Some(place) => CustomError::new(first + place, "pattern", error.reason),
        None => CustomError { rule: None, field: String::new(), reason: error.reason },
    })
}

#[cfg(test)]
mod tests;
