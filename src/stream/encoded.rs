//! Encoded secrets through the whole stream: found, replaced in place, and the same wherever it is cut.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::testing::{Kept, redact_chunks, redact_once, redact_secrets};
use super::*;
use crate::{
    rule::{self, Exposure, example},
    view::{
        Kind as Encoding,
        testing::{ESCAPES, Random, decode, encode},
    },
};

/// An example of every rule of a secret, with something around it.
fn examples() -> impl Iterator<Item = (&'static rule::Rule, example::Example)> {
    let rules = rule::builtin().iter().filter(|rule| rule.exposure == Exposure::Secret);
    rules.map(|rule| {
        let template = example::of(rule).unwrap().found[0];
        (rule, example::expand(template, rule, 11).unwrap())
    })
}

/// Their literals end in a sign that HTML may write as `&equals;` or `&amp;`, behind another layer: that is not looked for.
const NOT_SEEN: &[&str] = &[
    "azure.managed_key",
    "dingtalk.webhook",
    "gitlab.session",
    "tableau.access_token",
    "teams.webhook",
    "teams.workflow_signature",
];

fn cut_once(bytes: &[u8], at: usize) -> Kept {
    let (first, second) = bytes.split_at(at);
    redact_chunks([first, second], Limits::default())
}

/// Every place where the bytes may be cut; of long ones, and in wasm, some of them. Byte by byte covers the others.
fn cuts(bytes: &[u8], random: &mut Random) -> Vec<usize> {
    let count = if cfg!(target_arch = "wasm32") { 4 } else { 60 };
    if bytes.len() <= count {
        return (0..=bytes.len()).collect();
    }
    (0..count).map(|_| random.below(bytes.len())).collect()
}

fn assert_law(name: &str, bytes: &[u8], random: &mut Random) -> Kept {
    let whole = redact_once(bytes);
    assert_eq!(whole.out.len(), bytes.len(), "{name}");
    for at in cuts(bytes, random) {
        assert_eq!(cut_once(bytes, at), whole, "{name}: cut at {at}");
    }
    let single = redact_chunks(bytes.chunks(1), Limits::default());
    assert_eq!(single, whole, "{name}: byte by byte");
    whole
}

/// Each example behind one of the ways of escaping, another one a rule: what is found plainly is found behind it.
#[test]
fn escaped_secrets_are_found_wherever_they_are_cut() {
    let mut random = Random::new(21);
    let mut missed = Vec::new();
    for (number, (rule, example)) in examples().enumerate() {
        for turn in 0..2 {
            // Two of twenty ways a rule: one of the common ones among them.
            let (name, escape) = ESCAPES[(7 * number + 10 * turn) % ESCAPES.len()];
            let text: Vec<u8> =
                example.text.iter().flat_map(|byte| escape(*byte, &mut random)).collect();
            let text = [b"{\"a\": \"", text.as_slice(), b"\"}"].concat();
            let whole = assert_law(&format!("{} {name}", rule.id), &text, &mut random);
            // No one escapes letters and digits, but to hide them; then beginnings alone are looked for.
            let is_usual = !["all", "some", "hexadecimal", "script", "percent in json"]
                .iter()
                .any(|w| name.contains(w));
            if whole.seen.is_empty() && is_usual && !NOT_SEEN.contains(&rule.id) {
                missed.push((rule.id, name));
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {missed:?}", missed.len());
}

/// Each example inside another encoding of the whole text.
#[test]
fn encoded_secrets_are_found_wherever_they_are_cut() {
    let mut random = Random::new(22);
    let encodings = [
        Encoding::Base64 { phase: 0 },
        Encoding::Base64 { phase: 1 },
        Encoding::Base64 { phase: 3 },
        Encoding::Hex,
        Encoding::Utf16Le,
        Encoding::Utf16Be,
    ];
    let mut missed = Vec::new();
    for (number, (rule, example)) in examples().enumerate() {
        let plain = [b"some text: ", example.text.as_slice(), b" and more"].concat();
        if redact_once(&plain).seen.is_empty() {
            continue;
        }
        let kind = encodings[number % encodings.len()];
        let text = [b"{\"a\": \"", encode(kind, &plain).as_slice(), b"\"}"].concat();
        let whole = assert_law(&format!("{} {kind:?}", rule.id), &text, &mut random);
        if whole.seen.is_empty() {
            missed.push((rule.id, kind));
            continue;
        }
        // The document is still one, and what it stands for is redacted as if it stood there plainly.
        let inside = &whole.out[7..whole.out.len() - 2];
        let expected = redact_once(&plain).out;
        assert_eq!(decode(kind, inside), expected, "{} {kind:?}", rule.id);
    }
    assert!(missed.is_empty(), "{} missed: {missed:?}", missed.len());
}

#[test]
fn base64_is_looked_into_twice_and_not_three_times() {
    let rule = rule::find("github.pat").unwrap();
    let token = example::expand("the token is ghp_{alnum:30}{check} today", rule, 4).unwrap().text;
    let base64 = |text: &[u8]| encode(Encoding::Base64 { phase: 0 }, text);
    let (once, twice) = (base64(&token), base64(&base64(&token)));
    let mut random = Random::new(23);
    for text in [&once, &twice] {
        assert_eq!(assert_law("nested", text, &mut random).seen.len(), 1);
    }
    let thrice = base64(&twice);
    assert_eq!(assert_law("nested", &thrice, &mut random).seen.len(), 0);
}

/// An encoded text is clean after its redaction, as any other is.
#[test]
fn redacting_twice_changes_nothing_more() {
    for (rule, example) in examples() {
        for kind in [Encoding::Base64 { phase: 0 }, Encoding::Hex, Encoding::Utf16Le] {
            let plain = [b"some text: ", example.text.as_slice(), b" and more"].concat();
            let once = redact_secrets(&encode(kind, &plain));
            assert_eq!(redact_secrets(&once), once, "{} {kind:?}", rule.id);
        }
    }
}

/// Plain secrets stand among encoded ones, directly behind them and inside their regions.
#[test]
fn plain_and_encoded_secrets_meet() {
    let rule = rule::find("github.pat").unwrap();
    let expand = |template: &str, seed| example::expand(template, rule, seed).unwrap().text;
    let token = |seed| expand("ghp_{alnum:30}{check}", seed);
    let encoded = |seed| {
        encode(Encoding::Base64 { phase: 0 }, &[b"see: ", token(seed).as_slice(), b" !!!"].concat())
    };
    let mut random = Random::new(24);
    for between in ["", " ", "/", "-", "_", "\n", "\"", ".", "=", "&", "\\n", "%20"] {
        let text = [
            encoded(1),
            between.into(),
            token(2),
            between.into(),
            encoded(3),
            between.into(),
            encoded(4),
        ];
        let whole = assert_law(between, &text.concat(), &mut random);
        if !between.is_empty() {
            assert!(whole.seen.len() >= 3, "{between:?}: {:?}", whole.seen);
        }
    }
}
