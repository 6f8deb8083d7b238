//! Rules that live as long as the process.
//!
//! A finding names its rule by `&'static Rule`, so that records, counters and replacements share it without counting
//! references, for built-in and custom rules alike. A custom rule is therefore never freed. That is no leak which
//! grows: each distinct rule is kept once, however often a configuration is read again, and there is a most of them.

use std::sync::{Mutex, PoisonError};

use super::Definition;
use crate::rule::Rule;

/// How many distinct custom rules a process may have met: with the longest of texts, under three megabytes.
const INTERNED_MAX: usize = 1_024;

/// What is said where there are more.
pub(super) const TOO_MANY: &str = "too many distinct custom rules since the process has started";

static INTERNED: Mutex<Vec<&'static Rule>> = Mutex::new(Vec::new());

/// The rule that a definition stands for; `None` where there would be too many.
pub(super) fn rule(definition: &Definition) -> Option<&'static Rule> {
    // A list of references that a panic elsewhere left behind is still one.
    let mut interned = INTERNED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rule) = interned.iter().find(|rule| is_same(rule, definition)) {
        return Some(rule);
    }
    if interned.len() >= INTERNED_MAX {
        return None;
    }
    let id: &'static str = definition.id.clone().leak();
    let rule: &'static Rule = Box::leak(Box::new(Rule {
        id,
        title: definition.title.clone().leak(),
        provider: id.split('.').next().unwrap_or(id),
        kind: definition.kind,
        severity: definition.severity,
        exposure: definition.exposure,
        confidence: definition.confidence,
        // One byte repeated is no secret: it is what a redacted one looks like.
        distinct_min: 2,
        ..Rule::PLAIN
    }));
    interned.push(rule);
    Some(rule)
}

/// What tells rules apart. Their patterns are not part of what a finding names.
fn is_same(rule: &Rule, definition: &Definition) -> bool {
    rule.id == definition.id
        && rule.title == definition.title
        && rule.kind == definition.kind
        && rule.severity == definition.severity
        && rule.exposure == definition.exposure
        && rule.confidence == definition.confidence
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn the_same_rule_is_kept_once() {
        let definition = Definition { id: "intern.once".to_owned(), ..Definition::default() };
        let first = rule(&definition).unwrap();
        for _ in 0..2 * INTERNED_MAX {
            assert!(std::ptr::eq(rule(&definition).unwrap(), first));
        }
        let other = Definition { title: "Another".to_owned(), ..definition };
        assert_eq!(rule(&other).unwrap().title, "Another");
        assert_eq!((first.provider, first.title), ("intern", ""));
    }
}
