//! The checks of the rules on their own examples.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::rule::{self, example};

/// What an example ends with `{check}` or `{seal}` for is a checksum that holds.
#[test]
fn examples_with_a_checksum_hold() {
    let mut checked = 0;
    for rule in rule::builtin() {
        let templates = example::of(rule).unwrap().found.iter();
        for template in templates.filter(|text| text.contains("{check}") || text.contains("{seal"))
        {
            for seed in 0..20 {
                let example = example::expand(template, rule, seed).unwrap();
                let outcome = rule.check.holds(b"", example.secret());
                assert_eq!(outcome, Outcome::Holds, "{}: {template:?}, seed {seed}", rule.id);
                checked += 1;
            }
        }
    }
    assert!(checked > 500, "{checked}");
}

/// A wrong checksum lowers and a structure that is missing drops: nothing else does either.
#[test]
fn only_structures_drop_a_finding() {
    let junk = b"0O+/_-.~ \xFF\0";
    for rule in rule::builtin() {
        for secret in [&junk[..], b"", &[b'z'; 5000]] {
            let may_drop = match &rule.check {
                Check::Jwt { .. } | Check::Contains(_) | Check::Pem | Check::Password => true,
                Check::Basic | Check::Named(_) => true,
                Check::Base64(base64) => !base64.lowers,
                _ => false,
            };
            let outcome = rule.check.holds(b"", secret);
            assert!(may_drop || outcome != Outcome::Other, "{}", rule.id);
        }
    }
}
