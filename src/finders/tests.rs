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
