//! What known values find, the law of cuts, limits, errors.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::drive::{Random, assert_cuts_change_nothing, drive, drive_once};

fn key() -> Rc<Fingerprinter> {
    Rc::new(Fingerprinter::new(b"a key of the tests").unwrap())
}

fn secrets(values: &[&str]) -> Vec<Secret> {
    values.iter().map(|value| Secret::from((*value).to_owned())).collect()
}

fn values(values: &[&str]) -> KnownValues {
    KnownValues::new(secrets(values), Vec::new(), None).unwrap()
}

/// Fingerprints of texts; with their lengths, or without.
fn fingerprints(texts: &[&str], with_length: bool) -> Vec<KnownFingerprint> {
    let text = |text: &str| {
        let length = if with_length { format!(":{}", text.len()) } else { String::new() };
        format!("{}{length}", key().of(text.as_bytes()))
    };
    texts.iter().map(|secret| KnownFingerprint::parse(&text(secret)).unwrap()).collect()
}

fn runs(texts: &[&str], with_length: bool) -> KnownValues {
    KnownValues::new(Vec::new(), fingerprints(texts, with_length), Some(key())).unwrap()
}

fn found<'a>(known: &KnownValues, text: &'a str) -> Vec<&'a str> {
    let driven = drive_once(|window, from| known.search(window, from), text.as_bytes());
    driven.found.iter().map(|(_, start, end)| &text[*start..*end]).collect()
}

#[test]
fn values_are_found_anywhere() {
    let known = values(&["swordfish", "correct horse", "sword\nfish"]);
    assert_eq!(
        found(&known, "aswordfishswordfish,correct horses"),
        ["swordfish", "swordfish", "correct horse"]
    );
    assert_eq!(found(&known, "swordfis swordFish sword\nfish"), ["sword\nfish"]);
    assert_eq!(found(&known, "swordswordfish"), ["swordfish"]);
}

/// A value as others write it: each byte by a function.
fn written(value: &str, write: impl Fn(char) -> String) -> String {
    value.chars().map(write).collect()
}

#[test]
fn values_are_found_behind_escapes() {
    let value = "k3y+/\"<&>' =%\\-end";
    let code = u32::from;
    let is_odd = |it: char| !it.is_ascii_alphanumeric();
    let percent = |it| if is_odd(it) { format!("%{:02X}", code(it)) } else { it.to_string() };
    let json = |it: char| if "\"\\".contains(it) { format!("\\{it}") } else { it.to_string() };
    let once = written(value, json);
    let forms = [
        written(value, percent),
        // In any case, also of one encoding.
        written(value, percent).replace("%2B", "%2b").replace("%3C", "%3c"),
        written(value, |it| format!("%{:02x}", code(it))),
        written(value, |it| format!("\\u{:04x}", code(it))),
        written(value, |it| format!("\\x{:02X}", code(it))),
        written(value, |it| format!("&#{};", code(it))),
        written(value, |it| format!("&#x{:X};", code(it))),
        written(value, |it| if it == '<' { "&lt;".into() } else { it.to_string() }),
        once.clone(),
        once.replace('/', "\\/"),
        written(&once, json),
        written(&written(&once, json), json),
        written(&written(value, percent), percent),
        written(&once, percent),
    ];
    let known = values(&[value, "k3y+/-other", "swordfish"]);
    for form in &forms {
        for text in [format!("say {form}, swordfish"), format!("{form}{form}swordfish")] {
            let times = text.matches(form.as_str()).count();
            let mut expected = vec![form.as_str(); times];
            expected.push("swordfish");
            assert_eq!(found(&known, &text), expected);
            let search = |window: &Window<'_>, from: usize| known.search(window, from);
            assert_cuts_change_nothing(search, text.as_bytes(), known.length_max());
        }
        // Another one, however near, is none.
        let near =
            form.replacen("k3y", "k4y", 1).replacen("%33", "%34", 1).replacen("0033", "0034", 1);
        let near = near.replacen("\\x33", "\\x34", 1).replacen("&#51;", "&#52;", 1);
        let near = near.replacen("&#x33;", "&#x34;", 1);
        assert_ne!(&near, form);
        assert!(found(&known, &near).is_empty(), "{near}");
    }
}

/// The limit of what may wait is that of any candidate.
#[test]
fn what_is_longer_behind_escapes_than_may_wait_is_not_found() {
    let limit = crate::stream::Limits::default().tail_bytes_max;
    for (len, good) in [(limit / 6 - 1, true), (limit / 6, true), (limit / 6 + 1, false)] {
        let value = String::from_utf8(Random(3).text(b"abcdefgh", len)).unwrap();
        let text = written(&value, |it| format!("\\u{:04x}", u32::from(it)));
        let known = values(&[&value]);
        assert_eq!(found(&known, &format!("-{text}-")).len(), usize::from(good), "{len}");
    }
}

#[test]
fn the_longest_value_wins_at_a_place() {
    let known = values(&["swordfish", "swordfish-and-chips", "fish-and"]);
    assert_eq!(found(&known, "swordfish-and-chips"), ["swordfish-and-chips"]);
    assert_eq!(found(&known, "swordfish-and-chip"), ["swordfish"]);
    assert_eq!(found(&known, "fish-and-chips"), ["fish-and"]);
}

#[test]
fn fingerprints_match_whole_runs() {
    for with_length in [false, true] {
        let known = runs(&["swordfish", "c3dvcmRmaXNo==", "a/b.c_d+e~f-g"], with_length);
        let text = "swordfish key=swordfish&x \"swordfish\" <swordfish>";
        assert_eq!(found(&known, text), ["swordfish"; 4]);
        assert_eq!(found(&known, "xswordfish swordfish/ swordfish= swordfis"), [""; 0]);
        assert_eq!(
            found(&known, "k=c3dvcmRmaXNo== c3dvcmRmaXNo= c3dvcmRmaXNo==="),
            ["c3dvcmRmaXNo=="]
        );
        assert_eq!(found(&known, "(a/b.c_d+e~f-g)"), ["a/b.c_d+e~f-g"]);
    }
}

#[test]
fn no_cut_changes_what_is_found() {
    let words = ["swordfish", "swordfish-and-chips", "fish-and-chips", "nd-chips!x"];
    let both = KnownValues::new(
        secrets(&words),
        fingerprints(&["swordfish", "c3dvcmRm==", "swordfish-and", "chips-fish"], true),
        Some(key()),
    );
    let all = [
        values(&words),
        both.unwrap(),
        runs(&["swordfish", "c3dvcmRm==", "fish-and-chips"], false),
    ];
    let pieces = [
        "sword",
        "fish",
        "-and",
        "-chips",
        "!x",
        " ",
        "=",
        "c3dvcmRm",
        "swordfish",
        "n",
        "nd",
        "\n",
    ];
    let mut random = Random(9);
    let mut count = 0;
    for _ in 0..60 {
        let text: String = (0..14).map(|_| pieces[random.below(pieces.len())]).collect();
        for known in &all {
            let search = |window: &Window<'_>, from: usize| known.search(window, from);
            count +=
                assert_cuts_change_nothing(search, text.as_bytes(), known.length_max()).found.len();
        }
    }
    assert!(count > 100, "{count} findings");
}

#[test]
fn no_byte_waits_without_a_reason() {
    let tails = |known: &KnownValues, text: &str| {
        drive(|w, from| known.search(w, from), text.as_bytes().chunks(1)).tails
    };
    let known = values(&["swordfish", "fishbone"]);
    assert_eq!(tails(&known, "a swordfisx"), [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
    assert_eq!(tails(&known, "swordfishbone"), [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0]);
    assert_eq!(tails(&known, "sfishb"), [1, 1, 2, 3, 4, 5, 0]);
    // An escape may be any byte until it is there, but not that of another value.
    assert_eq!(tails(&known, "a%73w%7"), [0, 1, 2, 3, 4, 5, 6, 0]);
    assert_eq!(tails(&known, "%74\\n%2"), [1, 2, 0, 1, 0, 1, 2, 0]);
    let known = runs(&["swordfish"], true);
    assert_eq!(tails(&known, "ab cdefghijkl"), [1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0]);
}

#[test]
fn lengths_hold_at_their_edges() {
    for (len, good) in
        [(7, false), (8, true), (9, true), (4_095, true), (4_096, true), (4_097, false)]
    {
        let text = String::from_utf8(Random(1).text(b"abcdefgh", len)).unwrap();
        match KnownValues::new(secrets(&["swordfish", &text]), Vec::new(), None) {
            Ok(known) => {
                assert!(good, "{len}");
                assert_eq!(found(&known, &format!("-{text}-")), [&text]);
            }
            Err(error) => {
                assert!(!good, "{len}");
                assert_eq!(error.to_string(), "values[1]: want 8 to 4096 bytes");
            }
        }
    }
    for (len, good) in [(7, false), (8, true), (9, true), (511, true), (512, true), (513, false)] {
        let text = String::from_utf8(Random(2).text(b"abcdefgh", len)).unwrap();
        let fingerprint =
            vec![KnownFingerprint::parse(&key().of(text.as_bytes()).to_string()).unwrap()];
        let known = KnownValues::new(Vec::new(), fingerprint, Some(key())).unwrap();
        assert_eq!(found(&known, &format!(" {text}!")).len(), usize::from(good), "{len}");
        let search = |window: &Window<'_>, from: usize| known.search(window, from);
        let driven = drive(search, format!(" {text}!").as_bytes().chunks(3));
        assert_eq!(
            (driven.found.len(), driven.tail_max() <= 512),
            (usize::from(good), true),
            "{len}"
        );
        assert_eq!(KnownFingerprint::parse(&format!("0123456789abcdef:{len}")).is_ok(), good);
    }
}

#[test]
fn counts_hold_at_their_edges() {
    for (count, good) in [(63, true), (64, true), (65, false)] {
        let list: Vec<_> = (0..count).map(|n| Secret::from(format!("planted-{n}"))).collect();
        let known = KnownValues::new(list, Vec::new(), None);
        assert_eq!(known.is_ok(), good);
        assert!(known.is_ok() || known.unwrap_err().to_string() == "values: more than 64");
    }
    for (count, good) in [(255, true), (256, true), (257, false)] {
        let known = KnownValues::new(
            Vec::new(),
            vec![fingerprints(&["planted-0"], false)[0]; count],
            Some(key()),
        );
        assert_eq!(known.is_ok(), good);
    }
}

#[test]
fn fingerprints_need_a_lasting_key() {
    let ephemeral = Rc::new(Fingerprinter::ephemeral(b"a key of the tests").unwrap());
    for key in [None, Some(ephemeral)] {
        let error =
            KnownValues::new(Vec::new(), fingerprints(&["planted-0"], false), key).unwrap_err();
        assert_eq!(
            error.to_string(),
            "fingerprints: want a fingerprint key that outlives the process, and there is none"
        );
    }
    assert!(
        KnownFingerprint::parse("ephemeral:0123456789abcdef")
            .unwrap_err()
            .starts_with("an ephemeral")
    );
    for bad in ["", ":8", "0123456789abcdef:", "0123456789abcdef:x", "planted"] {
        assert!(
            KnownFingerprint::parse(bad).is_err_and(|reason| reason.starts_with("want")),
            "{bad}"
        );
    }
}

#[test]
fn nothing_is_shown() {
    let known = values(&["planted-planted"]);
    assert_eq!(format!("{known:?}"), "KnownValues { .. }");
    assert!(
        !known.is_empty() && KnownValues::new(Vec::new(), Vec::new(), None).unwrap().is_empty()
    );
}

#[test]
fn the_same_values_are_equal() {
    assert!(values(&["swordfish", "fish-and"]) == values(&["fish-and", "swordfish"]));
    assert!(values(&["swordfish"]) != values(&["swordfisx"]));
    assert!(runs(&["swordfish"], false) == runs(&["swordfish"], false));
    assert!(runs(&["swordfish"], false) != runs(&["swordfish"], true));
}
