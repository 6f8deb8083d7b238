//! Inputs to start from, made of the rules' examples: no file of this repository holds what looks like a secret.

use std::collections::BTreeSet;

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::input::HEADER_BYTES;
use crate::rule::{self, example};

/// The targets, by name.
pub const TARGETS: [&str; 8] =
    ["stream", "escape", "base64", "hex", "utf16", "custom", "config", "coding"];

/// The inputs to start from, for a target; each is of another rule or of another kind.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let examples = examples(1);
    let few = examples.iter().step_by(8);
    let headed = |number: usize, text: &[u8]| [header(number).as_slice(), text].concat();
    let numbered = examples.iter().enumerate();
    match target {
        "stream" => numbered.map(|(number, text)| headed(number, &written(number, text))).collect(),
        "escape" => {
            few.map(|text| percent(text)).chain(ESCAPES.iter().map(|it| it.to_vec())).collect()
        }
        "base64" => {
            let alone = few.map(|text| BASE64_STANDARD.encode(text).into_bytes());
            alone.enumerate().map(|(number, text)| headed(number, &text)).collect()
        }
        "hex" => few.enumerate().map(|(number, text)| headed(number, &hex(text))).collect(),
        "utf16" => few
            .enumerate()
            .map(|(number, text)| headed(number, &utf16(text, number % 2 == 1)))
            .collect(),
        "coding" => {
            let texts: Vec<Vec<u8>> = few.cloned().collect();
            super::coding::seeds(&texts).collect()
        }
        "custom" => CUSTOM.iter().enumerate().map(|(number, it)| headed(number * 5, it)).collect(),
        "config" => CONFIGS.iter().map(|json| [&[9, 0], json.as_bytes()].concat()).collect(),
        _ => Vec::new(),
    }
}

/// The words that a fuzzer would not come upon: what the rules' secrets begin with, escapes, names of a configuration.
pub fn dictionary() -> BTreeSet<Vec<u8>> {
    let beginnings = rule::builtin().iter().flat_map(|rule| {
        let templates = example::of(rule).map_or(&[][..], |examples| examples.found);
        templates.iter().filter_map(|template| {
            let secret = |seed| Some(example::expand(template, rule, seed).ok()?.secret().to_vec());
            let (one, other) = (secret(1)?, secret(2)?);
            let len = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
            one.get(..len.min(24)).map(<[u8]>::to_vec)
        })
    });
    let words =
        CONFIGS.iter().flat_map(|json| json.split('"')).map(|word| word.as_bytes().to_vec());
    let escapes = ESCAPES.iter().map(|escape| escape.to_vec());
    beginnings.chain(words).chain(escapes).filter(|word| word.len() > 1).collect()
}

/// An example of every rule and template.
fn examples(seed: u64) -> Vec<Vec<u8>> {
    let of = |rule: &'static rule::Rule| {
        let found = example::of(rule).map_or(&[][..], |examples| examples.found);
        found.iter().filter_map(move |template| example::expand(template, rule, seed).ok())
    };
    rule::builtin().iter().flat_map(of).map(|example| example.text).collect()
}

/// A header that cuts somewhere, and under other limits each time.
fn header(number: usize) -> [u8; HEADER_BYTES] {
    let number = number as u8;
    [number, number & 0x2F, number, 0, number.wrapping_mul(3), 0, number.wrapping_mul(5) | 1, 7]
}

/// Every other example in some encoding.
fn written(number: usize, text: &[u8]) -> Vec<u8> {
    match number % 14 {
        1 => percent(text),
        3 => text.iter().flat_map(|byte| format!("\\u{byte:04x}").into_bytes()).collect(),
        5 => text.iter().flat_map(|byte| format!("&#x{byte:02X};").into_bytes()).collect(),
        7 => BASE64_STANDARD.encode(text).into_bytes(),
        9 => hex(text),
        11 => utf16(text, false),
        13 => BASE64_STANDARD.encode(BASE64_STANDARD.encode(text)).into_bytes(),
        _ => text.to_vec(),
    }
}

fn percent(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()
}

fn hex(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

fn utf16(text: &[u8], big: bool) -> Vec<u8> {
    text.iter().flat_map(|byte| if big { [0, *byte] } else { [*byte, 0] }).collect()
}

const ESCAPES: &[&[u8]] = &[
    b"\\u00",
    b"\\u002f",
    b"\\\\u00",
    b"\\u0025",
    b"\\x2f",
    b"\\/",
    b"\\n",
    b"\\\\\\\"",
    b"%25",
    b"%2525",
    b"%5Cu00",
    b"%26amp%3B",
    b"&amp;",
    b"&amp;amp;",
    b"&#x2F;",
    b"&#0000047;",
    b"&quot;",
    b"&NewLine;",
    b"&equals;",
    b"\\u0026quot;",
    b"%0D%0A",
    b"%3D%3D",
];

const CUSTOM: &[&[u8]] = &[
    b"acme_[a-z0-9]{8,20}\nknown-value\nsee acme_abcdefgh12 and known-value-and-more",
    b"(?i)key=([a-z]+)\nknown-value\nKEY=letters and\nfixed_abcdefgh12",
    b"\\bab.*?cd$\nsome/known+value==\nab anything cd\nab some/known+value== cd",
    b"^start.{4,}|end\\b....\nabcdefghabcdefgh\nstart abcdefghabcdefgh-and-more end word",
    b"(a|ab)(c|bcd)(d*)e{4}\nfixed_abcdefgh12\nabcdeeee fixed_abcdefgh12-and-more",
];

const CONFIGS: &[&str] = &[
    "{}",
    r#"{"role": "inbound", "requests": "report", "responses": {"certain": "redact", "likely": "mask"}}"#,
    r#"{"accept_encoding": "scannable", "hold_headers": true, "decoded_bytes_max": 65536, "decoded_ratio_max": 2}"#,
    r#"{"coded_bodies": {"requests": "pass"}, "held_tails": "refuse", "ranges": "refuse", "signed_messages": "report", "profile": "strict"}"#,
    r#"{"tail_bytes_max": 512, "open_bytes_max": 4096, "held_bytes_max": 65536, "block_held_bytes_max": 4096}"#,
    r#"{"log_records_per_second_max": 5, "log_format": "json", "dry_run": true, "rules_off": ["github.pat", "slack.*"]}"#,
    r#"{"rules": [{"id": "acme.key", "title": "A key", "pattern": "acme_[a-z]{8}", "keywords": ["acme"],
        "length_max": 64, "kind": "token", "severity": "high", "exposure": "secret", "confidence": "likely",
        "examples": ["x <<acme_abcdefgh>> y"], "negative_examples": ["acme_"]}]}"#,
    r#"{"allow": {"rules": ["jwt.*"], "fingerprints": ["0123456789abcdef"], "patterns": ["^doc_[a-z]+"]}}"#,
    r#"{"known_values": {"values": ["some-known-value"], "fingerprints": ["0123456789abcdef:40"]}}"#,
    r#"{"replacement": {"template": "[{rule}]"}, "responses": "hash"}"#,
    r#"{"requests": "block", "role": "auto", "replacement": "label"}"#,
];
