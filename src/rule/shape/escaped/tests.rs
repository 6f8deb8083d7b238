//! Every rule's examples, as they are and behind escapes.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    rule::{builtin, example, table},
    view::testing::{ESCAPES, Escape, Random},
};

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 1 } else { 5 };

/// Every place of every example where a shape of its rule matches.
fn places(seed: u64) -> Vec<(&'static Shape, Vec<u8>)> {
    let mut places = Vec::new();
    for shape in table::SHAPES {
        let rule = &builtin()[usize::from(shape.rule)];
        for template in example::of(rule).unwrap().found {
            let text = example::expand(template, rule, seed).unwrap().text;
            for at in 0..text.len() {
                if matches!(shape.attempt(&text[at..], true), Match::Yes { .. }) {
                    places.push((shape, text[at..].to_vec()));
                }
            }
        }
    }
    places
}

/// What the bytes are asked for, first plainly and then through escapes, or at once through escapes.
fn text(shape: &Shape, bytes: &[u8], end: bool) -> Match {
    let unescaped = Unescaped::new();
    shape.attempt_text(&Candidate { start: 7, bytes, end, unescaped: &unescaped }, || true)
}

fn through(shape: &Shape, bytes: &[u8], end: bool) -> Match {
    let unescaped = Unescaped::new();
    shape.attempt_escaped(&Candidate { start: 7, bytes, end, unescaped: &unescaped })
}

fn id(shape: &Shape) -> &'static str {
    builtin()[usize::from(shape.rule)].id
}

/// Whether the shape itself may hold what an escape starts with.
fn holds_marker(shape: &Shape) -> bool {
    shape.segs.iter().any(|seg| match seg {
        Seg::Literal(text) | Seg::Fold(text) => has_marker(text),
        Seg::OneOf { texts, .. } => texts.iter().any(|text| has_marker(text)),
        Seg::Run { set, .. } => b"\\%&".iter().any(|byte| set.has(*byte)),
    })
}

fn escaped(text: &[u8], escape: Escape, random: &mut Random) -> (Vec<u8>, Vec<usize>) {
    let (mut out, mut places) = (Vec::new(), Vec::new());
    for byte in text {
        places.push(out.len());
        out.extend(escape(*byte, random));
    }
    places.push(out.len());
    (out, places)
}

#[test]
fn without_escapes_it_is_the_plain_answer() {
    let mut count = 0;
    for seed in 0..SEEDS {
        for (shape, text) in places(seed) {
            let stop = text.iter().position(is_marker).unwrap_or(text.len());
            for at in [0, 1, 5] {
                for len in at..=stop.max(at).min(at + 200) {
                    let bytes = &text[at.min(len).min(stop)..len.min(stop)];
                    for end in [false, true] {
                        let plain = shape.attempt(bytes, end);
                        assert_eq!(through(shape, bytes, end), plain, "{}", id(shape));
                        assert_eq!(self::text(shape, bytes, end), plain, "{}", id(shape));
                        count += 1;
                    }
                }
            }
        }
    }
    assert!(count > 10_000);
}

/// Random bytes of those that shapes are made of: mostly refused, and then alike.
#[test]
fn random_bytes_get_the_plain_answer() {
    let mut random = Random::new(7);
    let alphabet = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@= \"\n";
    for shape in table::SHAPES {
        for _ in 0..20 {
            let len = random.below(90);
            let bytes: Vec<u8> = (0..len).map(|_| alphabet[random.below(alphabet.len())]).collect();
            let plain = shape.attempt(&bytes, false);
            assert_eq!(through(shape, &bytes, false), plain, "{}", id(shape));
        }
    }
}

#[test]
fn every_example_matches_behind_every_escape() {
    let mut random = Random::new(3);
    for seed in 0..SEEDS {
        for (shape, text) in places(seed) {
            // What has escapes of its own is another text behind more of them.
            let Match::Yes { len, secret } = shape.attempt(&text, true) else { continue };
            if has_marker(&text)
                && (holds_marker(shape) || has_marker(&text[..=len.min(text.len() - 1)]))
            {
                continue;
            }
            for (name, escape) in ESCAPES {
                let (bytes, places) = escaped(&text, *escape, &mut random);
                let expected = Match::Yes {
                    len: places[len],
                    secret: places[secret.start]..places[secret.end],
                };
                let seen = through(shape, &bytes, true);
                // `%` and `&` of a URL's password are the password's own where that fits as well.
                let text = self::text(shape, &bytes, true);
                if holds_marker(shape) {
                    assert!(matches!(text, Match::Yes { .. }), "{}: {name}: {text:?}", id(shape));
                } else {
                    assert_eq!(seen, expected, "{}: {name}: {}", id(shape), bytes.escape_ascii());
                    assert_eq!(text, expected, "{}: {name}", id(shape));
                }
            }
        }
    }
}

/// The law of cuts rests on this.
#[test]
fn no_answer_but_live_changes() {
    let mut random = Random::new(4);
    for (number, (shape, text)) in places(1).into_iter().enumerate() {
        // Every escape with every few places, and every place with a few escapes.
        for (name, escape) in ESCAPES.iter().skip(number % 3).step_by(3) {
            let (bytes, _) = escaped(&text, *escape, &mut random);
            let bytes = &bytes[..bytes.len().min(300)];
            for attempt in [through, self::text] {
                let mut decided = Match::Live;
                for cut in 0..=bytes.len() {
                    let seen = attempt(shape, &bytes[..cut], false);
                    let is_same = decided == Match::Live || seen == decided;
                    assert!(is_same, "{}: {name}: {decided:?}, at {cut} {seen:?}", id(shape));
                    decided = seen;
                }
                if decided != Match::Live {
                    assert_eq!(attempt(shape, bytes, true), decided, "{}: {name}", id(shape));
                }
            }
        }
    }
}

fn shape_of(id: &str) -> &'static Shape {
    table::SHAPES.iter().find(|shape| builtin()[usize::from(shape.rule)].id == id).unwrap()
}

#[test]
fn what_follows_is_looked_at_through_escapes() {
    let shape = shape_of("github.pat");
    let token = ["ghp", &"a1B2c3D4e5F6".repeat(3)].join("_");
    let attempt = |follows: &str| {
        let text = format!("{}{follows}", token.replace('_', "\\u005f"));
        self::text(shape, text.as_bytes(), true)
    };
    let found = Match::Yes { len: 45, secret: 0..45 };
    for follows in ["", "\\u0022", "%22", "&quot;", "\\n", "\\\\n", "\\", "%", "\"", "%zz"] {
        assert_eq!(attempt(follows), found, "{follows}");
    }
    // Behind as many layers as the token; a further one is not asked.
    assert_eq!(attempt("\\\\u0061"), found);
    for follows in ["a", "\\u0061", "%61", "&#97;"] {
        assert_eq!(attempt(follows), Match::No, "{follows}");
    }
}

#[test]
fn a_plain_match_stands_and_grows_through_an_escape() {
    let shape = shape_of("generic.url_password");
    let url = |text: &str| self::text(shape, text.as_bytes(), true);
    // `%40` is the password's own.
    assert_eq!(url("://app:hunter%40two@db"), Match::Yes { len: 20, secret: 7..19 });
    // Behind one layer it is `%40` as well, and not the end.
    let text = "%3A%2F%2Fapp%3Ahunter%2540two%40db";
    assert_eq!(url(text), Match::Yes { len: 32, secret: 15..29 });
    assert_eq!(url("\\u003a//app:hunter-two\\u0040db"), Match::Yes { len: 28, secret: 12..22 });
}

#[test]
fn a_form_writes_a_space_as_plus() {
    let shape = shape_of("generic.bearer_header");
    let token = "a1B2c3D4e5F6".repeat(3);
    let text = format!("authorization%3A+bearer+{token}");
    assert_eq!(shape.attempt(text.as_bytes(), true), Match::No);
    assert!(matches!(
        table::SHAPES
            .iter()
            .map(|shape| self::text(shape, text.as_bytes(), true))
            .find(|m| *m != Match::No),
        Some(Match::Yes { .. })
    ));
}
