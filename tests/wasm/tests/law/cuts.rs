//! Random bodies of many secrets, cut and ended at random.

use hushgate::rule;
use hushgate_test_wasm::{End, Headers, Message};

use super::{REDACT, assert_well, expand, expected, host, rules};

const BODIES: u64 = 600;

/// What may stand between two secrets.
const BETWEEN: &[&[u8]] =
    &[b"\n", b" ", b"\",\"k\":\"", b"\\n", b"%20", b"&a=", b"\xff\x00\xfe", b"<b>", b"; gh", b"--"];

/// Law 1 once more. A failure prints the seed that makes the body, the cuts and the end.
#[test]
fn random_bodies_cut_at_random() {
    let host = host(REDACT);
    for seed in 0..BODIES {
        let mut random = Random(seed);
        let body = body(&mut random);
        let expected = expected(REDACT, &body).body;
        let mut response = Message::status(200).body(&body).cut(cuts(&mut random, body.len()));
        if random.below(2) == 0 {
            response = response.header("content-length", body.len().to_string());
        }
        let end = match random.below(4) {
            0 => End::LastPiece,
            1 => End::EmptyPiece,
            2 => End::AddedTrailers(Headers::from([("x-end", "1")])),
            _ => End::Trailers(Headers::from([("x-end", "1")])),
        };
        let outcome = host.exchange(&Message::get("/"), &response.ending(end.clone()));
        assert!(outcome.client.complete && outcome.overflow.is_none(), "seed {seed}, {end:?}");
        assert!(outcome.client.body() == expected, "seed {seed}, {end:?}");
    }
    assert_well(&host);
}

/// Every rule's example, whole, with every end.
#[test]
fn every_end_of_every_rule() {
    let host = host(REDACT);
    let trailers = Headers::from([("x-end", "1")]);
    let ends = [End::EmptyPiece, End::Trailers(trailers.clone()), End::AddedTrailers(trailers)];
    for rule in rule::builtin() {
        let text = expand(rule, rules::found(rule)[0], 5);
        let expected = expected(REDACT, &text).body;
        let length = text.len().to_string();
        for (end, cut) in ends.iter().flat_map(|end| [0, text.len() / 2].map(|cut| (end, cut))) {
            let response = Message::status(200).body(&text).cut([cut]).ending(end.clone());
            for response in [response.clone().header("content-length", &length), response] {
                let outcome = host.exchange(&Message::get("/"), &response);
                let is_well = outcome.client.complete && outcome.client.body() == expected;
                assert!(is_well, "{}: cut at {cut}, {end:?}", rule.id);
            }
        }
    }
    assert_well(&host);
}

fn body(random: &mut Random) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..=random.below(6) {
        let rule = &rule::builtin()[random.below(rule::builtin().len())];
        let templates = rules::found(rule);
        let template = templates[random.below(templates.len())];
        let mut secret = expand(rule, template, random.next());
        if random.below(5) == 0 {
            secret.truncate(random.below(secret.len()));
        }
        body.extend(secret);
        body.extend_from_slice(BETWEEN[random.below(BETWEEN.len())]);
    }
    body
}

/// Pieces of up to so many bytes, in some bodies of one.
fn cuts(random: &mut Random, len: usize) -> Vec<usize> {
    let longest = [1, 3, 17, 90, 400][random.below(5)];
    let mut cuts = Vec::new();
    let mut at = 1 + random.below(longest);
    while at < len {
        cuts.push(at);
        at += 1 + random.below(longest);
    }
    cuts
}

/// A small generator (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
