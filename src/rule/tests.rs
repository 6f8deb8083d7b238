//! Every rule against its own examples, on many seeds.

use std::ops::Range;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{builtin, example};
use crate::stream::testing::{Seen, scan_once};

/// So many variants of each example.
const SEEDS: u64 = 1000;
/// So many of them stand alone; the others stand many in one text, which is a good deal faster.
const ALONE: u64 = 10;
const TOGETHER: u64 = 110;

fn expand(rule: &'static super::Rule, template: &str, seed: u64) -> example::Example {
    match example::expand(template, rule, seed) {
        Ok(example) => example,
        Err(reason) => panic!("{}: example {template:?}: {reason}", rule.id),
    }
}

/// Some variants of an example behind each other, and where each one starts. What stands between ends whatever is
/// open-ended.
struct Variants {
    text: Vec<u8>,
    examples: Vec<(u64, usize, example::Example)>,
}

impl Variants {
    fn of(rule: &'static super::Rule, template: &str, seeds: Range<u64>) -> Variants {
        let mut variants = Variants { text: Vec::new(), examples: Vec::new() };
        for seed in seeds {
            let example = expand(rule, template, seed);
            let start = variants.text.len();
            variants.text.extend_from_slice(&example.text);
            variants.text.extend_from_slice(b"\"\n");
            variants.examples.push((seed, start, example));
        }
        variants
    }

    /// All seeds, in texts of one and of many.
    fn each(rule: &'static super::Rule, template: &str) -> impl Iterator<Item = Variants> {
        let alone = (0..ALONE).map(|seed| seed..seed + 1);
        let together = (ALONE..SEEDS).step_by(TOGETHER as usize);
        let together = together.map(|seed| seed..SEEDS.min(seed + TOGETHER));
        alone.chain(together).map(move |seeds| Variants::of(rule, template, seeds))
    }

    /// What is found: in a variant that stands alone, with nothing behind it.
    fn scan(&self) -> Vec<Seen> {
        match self.examples.as_slice() {
            [(_, _, alone)] => scan_once(&alone.text),
            _ => scan_once(&self.text),
        }
    }
}

#[test]
fn examples_are_found_exactly() {
    for rule in builtin() {
        for template in example::of(rule).unwrap().found {
            for variants in Variants::each(rule, template) {
                let found = variants.scan();
                for (seed, at, example) in &variants.examples {
                    let is_it = |seen: &Seen| {
                        seen.rule == rule.id
                            && seen.start == at + example.secret.start
                            && is_end(example, seen.end - at)
                    };
                    let place =
                        found.partition_point(|seen| seen.start < at + example.secret.start);
                    let is_found = found.get(place).is_some_and(is_it);
                    assert!(
                        is_found,
                        "{}: example {template:?}, seed {seed}: not found at {:?}; found {:?}",
                        rule.id,
                        example.secret,
                        scan_once(&example.text),
                    );
                }
            }
        }
    }
}

/// Whether the secret ends there. A line break that ends a private key is kept.
fn is_end(example: &example::Example, end: usize) -> bool {
    let rest = example.text.get(end..example.secret.end);
    rest.is_some_and(|rest| rest.iter().all(|b| b"\r\n \\nr".contains(b)))
}

#[test]
fn negative_examples_are_not_found() {
    for rule in builtin() {
        for template in example::of(rule).unwrap().not_found {
            for variants in Variants::each(rule, template) {
                let found = variants.scan().into_iter().find(|seen| seen.rule == rule.id);
                assert!(found.is_none(), "{}: {template:?}: {found:?}", rule.id);
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
