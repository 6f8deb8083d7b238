//! Every rule's examples: cut anywhere, they come out as they do natively and in one piece.

use hushgate::rule::{self, Rule, example};

use super::{REDACT, assert_well, expand, expected, host, lines, native, respond};

const SEEDS: u64 = 20;

pub(super) fn found(rule: &Rule) -> &'static [&'static str] {
    example::of(rule).unwrap().found
}

/// Law 1: cutting changes nothing. Law 2: the replacement is as long as what it replaces.
#[test]
fn one_example_of_every_rule_cut_everywhere() {
    let host = host(REDACT);
    for rule in rule::builtin() {
        let text = expand(rule, found(rule)[0], 1);
        let expected = expected(REDACT, &text).body;
        assert_eq!(expected.len(), text.len(), "{}", rule.id);
        for at in 0..=text.len() {
            assert!(respond(&host, &text, [at]) == expected, "{}: cut at {at}", rule.id);
        }
        let all = respond(&host, &text, 1..text.len());
        assert!(all == expected, "{}: byte by byte", rule.id);
    }
    assert_well(&host);
}

/// An escape before a secret is no part of it, however much it looks so: `%20`, then digits.
#[test]
fn every_rule_behind_an_escape() {
    let host = host(REDACT);
    let mut failures = Vec::new();
    for rule in rule::builtin() {
        for escape in ["%20", "\\n", "\\u0020", "%2520"] {
            for seed in 0..3 {
                let text = [escape.as_bytes(), &expand(rule, found(rule)[0], seed)].concat();
                let body = respond(&host, &text, []);
                let is_same = |at| native::respond(REDACT, &text, &[at]).body == body;
                if let Some(at) = (1..text.len()).find(|at| !is_same(*at)) {
                    failures.push(format!("{}: {escape}, seed {seed}, cut at {at}", rule.id));
                }
            }
        }
    }
    let count = failures.len();
    failures.truncate(20);
    assert!(failures.is_empty(), "{count}, such as:\n{}", failures.join("\n"));
    assert_well(&host);
}

/// The module finds what the engine finds: the same rules, places, confidences and bytes.
#[test]
fn every_example_on_many_seeds_as_natively() {
    for rule in rule::builtin() {
        let host = host(REDACT);
        let mut told = Vec::new();
        for (template, seed) in found(rule).iter().flat_map(|t| (0..SEEDS).map(move |s| (t, s))) {
            let text = expand(rule, template, seed);
            let expected = expected(REDACT, &text);
            let body = respond(&host, &text, []);
            assert!(body == expected.body, "{}: {template:?}, seed {seed}", rule.id);
            told.extend(expected.lines);
        }
        assert_eq!(lines(&host), told, "{}", rule.id);
        let name = format!(" rule={} ", rule.id);
        assert!(told.iter().any(|line| line.contains(&name)), "{} is never found", rule.id);
        assert_well(&host);
    }
}

/// Law 3: what a rule calls no credential is not touched, unless another rule knows it.
#[test]
fn negative_examples_pass() {
    let host = host(REDACT);
    let (mut count, mut untouched) = (0, 0);
    for rule in rule::builtin() {
        for template in example::of(rule).unwrap().not_found {
            for seed in 0..3 {
                let text = expand(rule, template, seed);
                let expected = native::respond(REDACT, &text, &[]);
                let body = respond(&host, &text, []);
                assert!(body == expected.body, "{}: {template:?}, seed {seed}", rule.id);
                let name = format!(" rule={} ", rule.id);
                assert!(!expected.lines.iter().any(|line| line.contains(&name)), "{template:?}");
                if expected.lines.is_empty() {
                    assert!(body == text && !expected.has_written, "{}: {template:?}", rule.id);
                    untouched += 1;
                }
                count += 1;
            }
        }
    }
    assert!(untouched * 10 > count * 8, "{untouched} of {count} are untouched");
    assert_well(&host);
}

/// Redacting twice changes nothing more, and finds nothing more to rewrite.
#[test]
fn what_is_redacted_stays() {
    let mask = REDACT.replace("\"redact\"", "\"mask\"");
    let mut changed = Vec::new();
    for config in [REDACT, &mask] {
        let host = host(config);
        for rule in rule::builtin() {
            for template in found(rule) {
                let once = respond(&host, &expand(rule, template, 3), []);
                if respond(&host, &once, []) != once {
                    let action = if config == REDACT { "redact" } else { "mask" };
                    let again = expected(config, &once).lines;
                    changed.push(format!("{action} {}: {template:?}: {again:?}", rule.id));
                }
            }
        }
        assert_well(&host);
    }
    assert!(changed.is_empty(), "{} change again:\n{}", changed.len(), changed.join("\n"));
}
