//! Every rule against its own examples, on many seeds.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{builtin, example};
use crate::stream::testing::{Seen, scan_once};

/// Fewer in wasm: there the point is that it is the same engine.
const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 20 } else { 200 };

fn expand(rule: &'static super::Rule, template: &str, seed: u64) -> example::Example {
    match example::expand(template, rule, seed) {
        Ok(example) => example,
        Err(reason) => panic!("{}: example {template:?}: {reason}", rule.id),
    }
}

#[test]
fn examples_are_found_exactly() {
    for rule in builtin() {
        for template in example::of(rule).unwrap().found {
            for seed in 0..SEEDS {
                let example = expand(rule, template, seed);
                // A line break that ends a private key is kept.
                let rest = |seen: &Seen| example.text.get(seen.end..example.secret.end);
                let open = |seen: &Seen| {
                    seen.end <= example.secret.end
                        && rest(seen)
                            .is_some_and(|rest| rest.iter().all(|b| b"\r\n \\nr".contains(b)))
                };
                let found = scan_once(&example.text).into_iter().any(|seen| {
                    seen.rule == rule.id && seen.start == example.secret.start && open(&seen)
                });
                assert!(
                    found,
                    "{}: example {template:?}, seed {seed}: not found at {:?}; found {:?}",
                    rule.id,
                    example.secret,
                    scan_once(&example.text),
                );
            }
        }
    }
}

#[test]
fn negative_examples_are_not_found() {
    for rule in builtin() {
        for template in example::of(rule).unwrap().not_found {
            for seed in 0..SEEDS {
                let example = expand(rule, template, seed);
                let found = scan_once(&example.text).into_iter().find(|seen| seen.rule == rule.id);
                assert!(found.is_none(), "{}: {template:?}, seed {seed}: {found:?}", rule.id);
            }
        }
    }
}

#[test]
fn a_checksum_makes_certain_and_its_failure_lowers() {
    let rule = super::find("github.pat").unwrap();
    let confidence = |template: &str| {
        let example = expand(rule, template, 7);
        scan_once(&example.text).first().map(|seen| seen.confidence)
    };
    assert_eq!(confidence("ghp_{alnum:30}{check}"), Some(super::Confidence::Certain));
    let broken = confidence("ghp_{alnum:30}000000");
    assert!(broken < Some(super::Confidence::Certain) && broken.is_some());
}

#[test]
fn home_hosts_are_whole_names() {
    let rule = super::find("github.pat").unwrap();
    for host in ["github.com", "api.github.com"] {
        assert!(rule.is_home(host.as_bytes()), "{host}");
    }
    for host in ["", "evilgithub.com", "github.com.evil.example", ".github.com", "com"] {
        assert!(!rule.is_home(host.as_bytes()), "{host}");
    }
}

#[test]
fn a_specific_rule_names_what_a_generic_one_finds() {
    let rule = super::find("github.pat").unwrap();
    let url = "https://x-access-token:<<ghp_{alnum:30}{check}>>@github.com/a/b";
    let example = expand(rule, url, 3);
    let seen = scan_once(&example.text);
    let found: Vec<_> = seen.iter().map(|seen| (seen.rule, seen.confidence)).collect();
    assert_eq!(found, [("github.pat", super::Confidence::Certain)]);
    // Inside user info a label is not valid, whoever names it.
    let redacted = crate::stream::testing::redact_once(&example.text).out;
    assert_eq!(&redacted[example.secret.clone()], b"*".repeat(40));
}
