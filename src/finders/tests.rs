//! The law of cuts and the order of finders, through a whole stream.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    custom::Definition,
    drive::Random,
    rule::{self, example},
    secret::Secret,
    stream::{Limits, Redactor, testing::Kept},
};

fn rule(id: &str, pattern: &str) -> Definition {
    Definition { id: id.to_owned(), pattern: pattern.to_owned(), ..Definition::default() }
}

fn finders(rules: &[(&str, &str)], values: &[&str]) -> Finders {
    let definitions = rules.iter().map(|(id, pattern)| rule(id, pattern)).collect();
    let values = values.iter().map(|value| Secret::from((*value).to_owned())).collect();
    Finders {
        profile: rule::Profile::Default,
        rules: Some(Rc::new(CustomRules::new(definitions).unwrap())),
        known_values: Some(Rc::new(KnownValues::new(values, Vec::new(), None).unwrap())),
        ..Finders::default()
    }
}

fn needles(values: &[&str], needles_alone: bool) -> Finders {
    let values = values.iter().map(|value| Secret::from((*value).to_owned()));
    let values = values.map(|value| (value, &crate::known::NEEDLE as &'static rule::Rule));
    let needles = KnownValues::needles(values.collect()).map(Rc::new);
    Finders {
        needles,
        needles_alone,
        ..finders(&[("acme.key", "acme_[0-9a-f]{8,24}")], &["planted-value"])
    }
}

/// A value from a vault is found whatever else stands around it, wherever the text is cut.
#[test]
fn whatever_overlaps_a_needle_gives_way() {
    let finders = needles(&["0123abcd4567ef89"], false);
    for (text, expected) in [
        ("x acme_0123abcd4567ef89 y", vec![("inject.value", 7, 23)]),
        ("x acme_00000123abcd4567ef89 y", vec![("inject.value", 11, 27)]),
        ("x acme_0123abcd y planted-value", vec![("acme.key", 2, 15), ("known.value", 18, 31)]),
        // What waits for the end of a needle is the second match, and not the first.
        (
            "x planted-value acme_abcdefabcdefabcdefabcde0123abcd4567ef89 y",
            vec![("known.value", 2, 15), ("inject.value", 44, 60)],
        ),
        ("mysql://app:pw-0123abcd4567ef89-x@db/", vec![("inject.value", 15, 31)]),
        (
            "0123abcd4567ef890123abcd4567ef89",
            vec![("inject.value", 0, 16), ("inject.value", 16, 32)],
        ),
    ] {
        assert_eq!(found(&finders, text), expected, "{text}");
        let whole = redact(&finders, [text.as_bytes()]);
        for cut in 0..=text.len() {
            let (first, second) = text.as_bytes().split_at(cut);
            assert_eq!(redact(&finders, [first, second]), whole, "{text} cut at {cut}");
        }
        assert_eq!(redact(&finders, text.as_bytes().chunks(1)), whole, "{text}");
    }
}

#[test]
fn needles_alone_are_all_that_is_found() {
    let finders = needles(&["0123abcd4567ef89"], true);
    let text = "acme_0123abcd mysql://app:hunter2-hunter2@db/ planted-value \
                -----BEGIN PRIVATE KEY-----\nMIIE0123abcd4567ef89 0123abcd4567ef89";
    let seen = found(&finders, text);
    assert_eq!(seen.iter().map(|found| found.0).collect::<Vec<_>>(), ["inject.value"; 2]);
    // And where it stands encoded: the look into encodings goes on.
    let hex = "prefix 6b65793d2230313233616263643435363765663839222c2278223a31 suffix";
    assert_eq!(found(&finders, hex).len(), 1);
    let whole = redact(&finders, [text.as_bytes()]);
    for cut in 0..=text.len() {
        let (first, second) = text.as_bytes().split_at(cut);
        assert_eq!(redact(&finders, [first, second]), whole, "cut at {cut}");
    }
}

fn redact<'a>(finders: &Finders, chunks: impl IntoIterator<Item = &'a [u8]>) -> Kept {
    let mut kept = Kept::default();
    let mut redactor = Redactor::with(Limits::default(), finders.clone());
    for chunk in chunks {
        redactor.write(chunk, &mut kept);
    }
    redactor.finish(&mut kept);
    kept
}

fn found(finders: &Finders, text: &str) -> Vec<(&'static str, usize, usize)> {
    let seen = redact(finders, [text.as_bytes()]).seen;
    seen.iter().map(|seen| (seen.rule, seen.start, seen.end)).collect()
}

fn token(id: &str, seed: u64) -> String {
    let rule = rule::find(id).unwrap();
    let template = example::of(rule).unwrap().found[0];
    let example = example::expand(template, rule, seed).unwrap();
    String::from_utf8(example.secret().to_vec()).unwrap()
}

#[test]
fn the_first_match_wins_then_the_longest_then_the_known() {
    let pat = token("github.pat", 1);
    let finders = finders(
        &[("test.short", "ghp_[0-9A-Za-z]{8}"), ("test.early", "k=(?P<secret>gh.{38})")],
        &[&pat, "swordfish"],
    );
    assert_eq!(found(&finders, &pat), [("known.value", 0, 40)]);
    let other = token("github.pat", 2);
    assert_eq!(found(&finders, &other), [("github.pat", 0, 40)]);
    assert_eq!(found(&finders, &format!("k={other}")), [("test.early", 2, 42)]);
    assert_eq!(
        found(&finders, &format!("k={pat} swordfish")),
        [("test.early", 2, 42), ("known.value", 43, 52)]
    );
    assert_eq!(found(&finders, "ghp_0123456789"), [("test.short", 0, 12)]);
}

#[test]
fn no_cut_changes_what_all_finders_find() {
    let (pat, jwt) = (token("github.pat", 1), token("jwt.token", 1));
    let finders = finders(
        &[
            ("test.short", "ghp_[0-9A-Za-z]{8}"),
            ("test.group", "key=(?P<secret>[a-z]{4,9})[0-9]"),
            ("test.long", "[a-z]+://[^ ]{4,60}[.]"),
            ("test.jwt", r"eyJ[A-Za-z0-9_-]{10,}\.eyJ"),
        ],
        &["swordfish", "fish@cache:6379", &pat],
    );
    let user_info = ["redis://:swordfish", "@cache:6379"].concat();
    let pieces = [
        pat.as_str(),
        &pat[..20],
        &jwt,
        &jwt[..30],
        &user_info,
        "sword",
        "fish",
        "swordfish",
        "key=",
        "7",
        ".",
        " ",
        "\n",
        "@cache:6379",
        "://",
        "redis",
    ];
    let mut random = Random(13);
    let mut count = 0;
    for _ in 0..40 {
        let text: String = (0..9).map(|_| pieces[random.below(pieces.len())]).collect();
        let text = text.as_bytes();
        let whole = redact(&finders, [text]);
        for at in 0..=text.len() {
            let (first, second) = text.split_at(at);
            assert_eq!(redact(&finders, [first, second]), whole, "cut at {at}");
        }
        assert_eq!(redact(&finders, text.chunks(1)), whole);
        assert_eq!(redact(&finders, text.chunks(7)), whole);
        count += whole.seen.len();
    }
    assert!(count > 80, "{count} findings");
}

/// A short encoded region is looked into for needles too, where nothing else of a configuration is looked for.
#[test]
fn a_needle_is_found_in_an_encoded_region() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let value = "0123abcd4567ef89";
    let finders = Finders { rules: None, known_values: None, ..needles(&[value], false) };
    let encoded = STANDARD.encode(format!("the key was: {value}, as sent"));
    let text = format!("{{\"a\": \"{encoded}\", \"b\": \"{}\"}}", "more. ".repeat(200));
    let seen: Vec<_> = found(&finders, &text).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(seen, ["inject.value"]);
}
