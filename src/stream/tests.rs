//! The law of cuts, identity, idempotence, limits.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::testing::{Kept, redact_chunks, redact_once, redact_secrets};
use super::*;
use crate::rule::{self, example};

/// One example of every rule and template, with the seed, inside some other text.
fn cases(seed: u64) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    rule::builtin().iter().flat_map(move |rule| {
        let templates = example::of(rule).unwrap();
        templates.found.iter().chain(templates.not_found).map(move |template| {
            let text = example::expand(template, rule, seed).unwrap().text;
            (rule.id, text)
        })
    })
}

fn cut_once(bytes: &[u8], at: usize) -> Kept {
    let (first, second) = bytes.split_at(at);
    redact_chunks([first, second], Limits::default())
}

#[test]
fn every_cut_gives_what_no_cut_gives() {
    for (id, text) in cases(1) {
        let whole = redact_once(&text);
        assert_eq!(whole.out.len(), text.len(), "{id}");
        for at in 0..=text.len() {
            assert_eq!(cut_once(&text, at), whole, "{id}: cut at {at}");
        }
    }
}

#[test]
fn single_bytes_give_what_no_cut_gives() {
    for (id, text) in cases(2) {
        let single = redact_chunks(text.chunks(1), Limits::default());
        assert_eq!(single, redact_once(&text), "{id}");
    }
}

/// All examples in one text, so that blocks, runs and tails meet each other.
fn all_examples(escape: impl Fn(u8) -> Vec<u8>) -> Vec<u8> {
    let text = cases(3).flat_map(|(_, text)| [text, b"\n".to_vec()].concat());
    text.flat_map(escape).collect()
}

/// Cut in pseudo-random places: chunks have less than `most` bytes.
fn assert_cuts_change_nothing(text: &[u8], seeds: std::ops::Range<u64>, most: usize) {
    let whole = redact_once(text);
    for seed in seeds {
        let mut random = seed;
        let mut rest = text;
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let (chunk, tail) = rest.split_at(rest.len().min((random >> 33) as usize % most));
            chunks.push(chunk);
            rest = tail;
        }
        let cut = redact_chunks(chunks, Limits::default());
        assert!(
            cut == whole,
            "seed {seed}, chunks below {most}: {:?}",
            cut.first_difference(&whole)
        );
    }
}

#[test]
fn random_cuts_give_what_no_cut_gives() {
    assert_cuts_change_nothing(&all_examples(|byte| vec![byte]), 1..50, 200);
}

/// Only a part of a long chunk is joined with the tail before it.
#[test]
fn tails_are_decided_by_the_start_of_a_long_chunk() {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => vec![byte],
        _ => format!("%{byte:02X}").into_bytes(),
    };
    let entities = |byte: u8| match byte {
        b'_' | b'-' | b'/' | b'+' | b'=' | b'"' | b':' => format!("&#{byte};").into_bytes(),
        _ => vec![byte],
    };
    for text in [all_examples(|byte| vec![byte]), all_examples(escaped), all_examples(entities)] {
        assert_cuts_change_nothing(&text, 100..130, 4 * SEAM_BYTES);
    }
}

#[test]
fn redacting_twice_changes_nothing_more() {
    for (id, text) in cases(4) {
        let once = redact_secrets(&text);
        assert_eq!(redact_secrets(&once), once, "{id}");
    }
}

#[test]
fn nothing_found_is_nothing_changed() {
    let text = include_str!("tests.rs").as_bytes();
    for size in [1, 7, 64, 65, 4096] {
        let kept = redact_chunks(text.chunks(size), Limits::default());
        assert_eq!(kept.out, text);
        assert_eq!(kept.seen, []);
    }
}

/// A shape that is longer than may wait is closed at the limit, wherever it is cut.
#[test]
fn a_candidate_at_the_limit_is_masked() {
    let rule = rule::find("jwt.token").unwrap();
    let text = example::expand("{jwt}", rule, 5).unwrap().text;
    let decided = text.iter().rposition(|b| *b == b'.').unwrap() + 1 + 20;
    for tail_bytes_max in [decided - 1, decided, decided + 1] {
        let limits = Limits { tail_bytes_max, ..Limits::default() };
        let whole = redact_chunks([text.as_slice()], limits);
        assert_eq!(whole.out.len(), text.len());
        assert_eq!(whole.seen.len(), 1, "{tail_bytes_max}");
        assert!(!whole.out.windows(8).any(|w| text.windows(8).any(|t| t == w)));
        assert_eq!(redact_chunks(text.chunks(1), limits), whole);
    }
}

#[test]
fn an_open_ended_finding_ends_at_its_limit() {
    let rule = rule::find("jwt.token").unwrap();
    let head = example::expand("{jwt}", rule, 6).unwrap().text;
    for (more, passed) in [(99, 0), (100, 0), (101, 1)] {
        let text = [head.clone(), vec![b'a'; more]].concat();
        let limits = Limits { open_bytes_max: head.len() + 100, ..Limits::default() };
        let kept = redact_chunks(text.chunks(13), limits);
        let last = kept.out.iter().rev().take_while(|b| **b == b'a').count();
        assert_eq!(last, passed, "{more}");
        assert_eq!(redact_chunks([text.as_slice()], limits), kept);
    }
}

#[test]
fn a_private_key_keeps_its_line_breaks_and_escapes() {
    let begin = concat!("-----BEGIN ", "PRIVATE KEY-----");
    for (body, kept) in [
        (
            "MIIE\nv+Bc\nAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
            "[RED\nACTE\nD:generic.private_key]*****",
        ),
        (
            r"MIIE\nv+Bc\nAAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
            r"[RED\nACTE\nD:generic.private_key]*****",
        ),
        (
            "MIIE%0Av%2FBc%0AAAABBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
            "[RED%0AACTED:%0Ageneric.private_key]****",
        ),
    ] {
        let line = if body.contains('%') {
            "%0A"
        } else if body.contains('\\') {
            r"\n"
        } else {
            "\n"
        };
        let text = format!("{begin}{line}{body}-----END");
        let out = String::from_utf8(redact_once(text.as_bytes()).out).unwrap();
        assert!(out.starts_with(&format!("{begin}{line}{kept}")), "{out}");
        assert!(out.ends_with("*-----END"), "{out}");
    }
}

#[test]
fn resolving_masks_what_waits() {
    let mut kept = Kept::default();
    let mut redactor = Redactor::new(Limits::default());
    redactor.write(b"a ghp_abc", &mut kept);
    assert_eq!((kept.out.as_slice(), redactor.tail_len()), (&b"a "[..], 7));
    redactor.resolve(&mut kept);
    assert_eq!((kept.out.as_slice(), redactor.tail_len()), (&b"a *******"[..], 0));
    redactor.write(b"def", &mut kept);
    redactor.finish(&mut kept);
    assert_eq!(kept.out, b"a *******def");
}
