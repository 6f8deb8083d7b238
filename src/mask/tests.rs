//! What replacements look like, and where they are valid.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{fingerprint::Fingerprinter, rule};

fn fingerprint() -> Fingerprint {
    Fingerprinter::new(b"a key of the tests").unwrap().of(b"planted")
}

fn masked(id: &str, len: usize, prefix: usize, style: Style, text: &str) -> String {
    let rule = rule::find(id).unwrap();
    let finding = Finding {
        rule,
        confidence: rule::Confidence::Certain,
        offset: 0,
        len: (rule.kind != rule::Kind::PrivateKey).then_some(len),
        len_min: len,
        label: rule.label,
        is_encoded: false,
        prefix,
        before: b"",
        secret: b"",
    };
    let mut out = Vec::new();
    let mut masker = Masker::new(&finding, style);
    for byte in text.as_bytes() {
        masker.write(&[*byte], |masked| out.extend_from_slice(masked));
    }
    assert_eq!(out.len(), text.len());
    String::from_utf8(out).unwrap()
}

#[test]
fn a_label_is_padded_to_the_length() {
    let text = "ghp_".to_owned() + &"0".repeat(36);
    assert_eq!(
        masked("github.pat", 40, 4, Style::Label, &text),
        "[REDACTED:github.pat]*******************"
    );
    assert_eq!(
        masked("github.pat", 40, 4, Style::UrlLabel, &text),
        "*REDACTED*github.pat********************"
    );
    assert_eq!(
        masked("github.pat", 40, 4, Style::Prefix, &text),
        "ghp_************************************"
    );
}

#[test]
fn what_is_shorter_than_the_label_is_filled() {
    assert_eq!(masked("github.pat", 20, 4, Style::Label, "abcdefghijklmnopqrst"), "*".repeat(20));
}

#[test]
fn a_hash_falls_back_to_the_label_and_to_nothing() {
    let digits = fingerprint().to_string();
    let of = |style: Style, len: usize| {
        masked("github.pat", len, 4, style.hashed(Some(fingerprint())), &"a".repeat(len))
    };
    let hash = format!("[REDACTED:github.pat:{digits}]");
    assert_eq!(hash.len(), 38);
    assert_eq!(of(Style::Label, 39), hash.clone() + "*");
    assert_eq!(of(Style::Label, 38), hash);
    assert_eq!(of(Style::Label, 37), "[REDACTED:github.pat]".to_owned() + &"*".repeat(16));
    assert_eq!(of(Style::Label, 21), "[REDACTED:github.pat]");
    assert_eq!(of(Style::Label, 20), "*".repeat(20));
    assert_eq!(of(Style::UrlLabel, 38), format!("*REDACTED*github.pat*{digits}*"));
    assert_eq!(of(Style::Prefix, 20), "aaaa".to_owned() + &"*".repeat(16));
    // An open-ended finding has no fingerprint.
    assert_eq!(Style::Label.hashed(None), Style::Label);
    assert_eq!(Style::UrlLabel.hashed(None), Style::UrlLabel);
}

/// Whatever the rule, the style and the length: nothing that JSON, HTML, a header or a URL would have to escape.
#[test]
fn a_replacement_is_valid_everywhere() {
    let url = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~*".contains(&byte);
    let plain = |byte: u8| url(byte) || b"[]:".contains(&byte);
    for rule in rule::builtin().iter().filter(|rule| rule.kind != rule::Kind::PrivateKey) {
        for len in (1..100).step_by(7) {
            let of = |style: Style| masked(rule.id, len, 0, style, &"\u{1}".repeat(len));
            for style in [Style::Label, Style::Prefix, Style::Hash(fingerprint())] {
                assert!(of(style).bytes().all(plain), "{} {style:?}", rule.id);
            }
            for style in [Style::UrlLabel, Style::UrlHash(fingerprint())] {
                assert!(of(style).bytes().all(url), "{} {style:?}", rule.id);
            }
        }
    }
}
