//! What custom rules find, the law of cuts, limits, errors.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::drive::{Driven, Random, assert_cuts_change_nothing, drive, drive_once};

fn rule(id: &str, pattern: &str) -> Definition {
    Definition { id: id.to_owned(), pattern: pattern.to_owned(), ..Definition::default() }
}

fn rules(definitions: Vec<Definition>) -> CustomRules {
    CustomRules::new(definitions).unwrap()
}

/// Rules of one letter each: `test.a`, `test.b` …
fn of(patterns: &[&str]) -> CustomRules {
    let id = |place: usize| format!("test.{}", char::from(b'a' + place as u8));
    let list = patterns.iter().enumerate().map(|(place, pattern)| rule(&id(place), pattern));
    rules(list.collect())
}

fn find(rules: &CustomRules, text: &str) -> Driven {
    drive_once(|window, from| rules.search(window, from), text.as_bytes())
}

/// Where the secrets are, as text.
fn found<'a>(rules: &CustomRules, text: &'a str) -> Vec<&'a str> {
    find(rules, text).found.iter().map(|(_, start, end)| &text[*start..*end]).collect()
}

fn error(definition: Definition) -> String {
    CustomRules::new(vec![rule("test.good", "good[0-9]{8}"), definition]).unwrap_err().to_string()
}

#[test]
fn matches_are_found_where_they_are() {
    let plain = of(&["acme_[a-z0-9]{8}"]);
    assert_eq!(
        found(&plain, "a acme_01234567 acme_0123456 acme_abcdefgh9"),
        ["acme_01234567", "acme_abcdefgh"]
    );
    let words = of(&[r"\bacme_[a-z0-9]{8}\b"]);
    assert_eq!(found(&words, "acme_01234567 xacme_01234567 acme_012345678"), ["acme_01234567"]);
    let line = of(&["(?m)^pin: [0-9]{4}$"]);
    assert_eq!(
        found(&line, "pin: 0123\npin: 01234\n pin: 0123\npin: 4567"),
        ["pin: 0123", "pin: 4567"]
    );
    let text = of(&["^head[0-9]{4}"]);
    assert_eq!(found(&text, "head0123 head0123\nhead0123"), ["head0123"]);
}

#[test]
fn a_group_is_the_secret() {
    let rules = of(&[
        "(?i)acme[ =:]{1,3}([0-9a-f]{8})",
        "zeta(.)=(?P<secret>[0-9]{4,6});",
        "(beta)?[0-9]{7}",
    ]);
    assert_eq!(found(&rules, "ACME = 01234567, acme:89abcdef"), ["01234567", "89abcdef"]);
    assert_eq!(found(&rules, "zetax=12345; zetax=1234567"), ["12345", "1234567"]);
    // A group that takes no part leaves the whole match.
    assert_eq!(found(&rules, "x1234567 beta1234567"), ["1234567", "beta"]);
}

#[test]
fn a_keyword_must_stand_in_the_match() {
    let keyed = Definition {
        keywords: vec!["acme".to_owned(), "ACME".to_owned()],
        ..rule("test.keyed", "[a-zA-Z]{2,10}=[0-9]{8}")
    };
    let rules = rules(vec![keyed]);
    assert_eq!(
        found(&rules, "acme=01234567 x ACMEx=01234567 Acme=01234567"),
        ["acme=01234567", "ACMEx=01234567"]
    );
}

#[test]
fn the_earliest_place_wins_then_the_longest_then_the_first() {
    let rules = of(&["bcde", "abc[a-z]{0,4}x", "bcdefg", "b.{5}"]);
    let seen = |text: &str| find(&rules, text).found;
    assert_eq!(seen("abcdefgx"), [("test.b", 0, 8)]);
    assert_eq!(seen("abcdefg"), [("test.c", 1, 7)]);
    assert_eq!(seen("abcdefz"), [("test.d", 1, 7)]);
    assert_eq!(seen("abcdeé"), [("test.d", 1, 7)]);
    assert_eq!(seen("abcde"), [("test.a", 1, 5)]);
}

#[test]
fn a_rejected_match_hides_no_other() {
    let keyed = Definition { keywords: vec!["!".to_owned()], ..rule("test.keyed", "a[a-z!]{7}") };
    let rules = rules(vec![keyed, rule("test.plain", "bcd[0-9a-z]{3}")]);
    assert_eq!(find(&rules, "abcdefgh").found, [("test.plain", 1, 7)]);
    assert_eq!(find(&rules, "abcdefg!").found, [("test.keyed", 0, 8)]);
}

#[test]
fn one_byte_repeated_is_no_secret() {
    let rules = of(&[r"pw=([^\s]{8,16})"]);
    let text = "pw=******** pw=xxxxxxxx pw=[REDACTED:pw.pw] pw=hunter22";
    assert_eq!(found(&rules, text), ["hunter22"]);
}

/// Patterns of every kind that a cut might hurt, and texts in which they match, nearly match, and overlap.
#[test]
fn no_cut_changes_what_is_found() {
    let rules = of(&[
        "acme_[a-z0-9]{8,12}",
        r"(?i)zeta[:=] ?(?P<secret>[0-9a-f]{8})\b",
        r"\b[A-Z]{3}[0-9]{5,9}\b",
        "[a-z]+@corp",
        "(?:ab)*cdef",
        "(?m)^x[^\n]*?y{4}$",
        "ab[a-d]{1,4}b",
    ]);
    let pieces: [&[u8]; 19] = [
        b"acme_01234567",
        b"acme_",
        b"ZETA: ",
        b"zeta=0123abcd",
        b"0123abcd",
        b"ABC",
        b"12345678",
        b" ",
        b"\n",
        b"x",
        b"yyyy",
        b"abab",
        b"cdef",
        b"bob@corp",
        b"@",
        b"\xff\x00",
        b"abcab",
        b"a",
        b"_",
    ];
    let mut random = Random(7);
    let mut count = 0;
    for _ in 0..60 {
        let text: Vec<u8> =
            (0..12).flat_map(|_| pieces[random.below(pieces.len())].to_vec()).collect();
        let search = |window: &Window<'_>, from: usize| rules.search(window, from);
        count += assert_cuts_change_nothing(search, &text, 512).found.len();
    }
    assert!(count > 100, "{count} findings");
}

#[test]
fn no_cut_changes_what_is_found_at_the_limit() {
    let of =
        |pattern: &str| rules(vec![Definition { length_max: 16, ..rule("test.limit", pattern) }]);
    let mut random = Random(11);
    for pattern in ["a[ab]{4,}", "[ab]{5,}c", "a[ab]{3,}?c", "[ab]{3}[abc]*c", r"\ba[abc]{14}\b"] {
        let rules = of(pattern);
        for _ in 0..12 {
            let text = random.text(b"aaabbbbbbbbbbbbbbc ", 90);
            assert_cuts_change_nothing(|w, from| rules.search(w, from), &text, 16);
        }
    }
}

/// Skipping to a keyword is a matter of speed alone: a keyword of one byte, which is nowhere, turns it off.
#[test]
fn keywords_are_skipped_to() {
    let of = |keywords: &[&str], pattern: &str| {
        let keywords = keywords.iter().map(|word| (*word).to_owned()).collect();
        rules(vec![Definition { length_max: 16, keywords, ..rule("test.key", pattern) }])
    };
    let mut random = Random(17);
    let mut count = 0;
    for pattern in ["[abk]{5,}", "[ab]{3,9}k", "a[abk]{3,}?b", "[abk]*ab[k ]{2}"] {
        let (skipping, plain) =
            (of(&["abk", "kbka"], pattern), of(&["abk", "kbka", "\u{1}"], pattern));
        assert!(skipping.matcher.keywords.is_some() && plain.matcher.keywords.is_none());
        for _ in 0..20 {
            let text = random.text(b"aaabbbbabkk ", 120);
            let whole = assert_cuts_change_nothing(|w, from| skipping.search(w, from), &text, 16);
            assert_eq!(whole.found, drive_once(|w, from| plain.search(w, from), &text).found);
            count += whole.found.len();
        }
    }
    assert!(count > 100, "{count} findings");
}

#[test]
fn a_match_has_a_longest_length() {
    let rule =
        |pattern: &str| rules(vec![Definition { length_max: 20, ..rule("test.long", pattern) }]);
    let (open, closed, bound) = (rule("k=[0-9]{4,}"), rule("k=[0-9]{4,};"), rule(r"k=[0-9]{4,}\b"));
    for (digits, at_limit) in [(17, true), (18, true), (19, false)] {
        let text = format!("k={}", "01234567890123456789".get(..digits).unwrap());
        assert_eq!(found(&open, &text), [&text[..20.min(text.len())]], "{digits}");
        let closed_text = format!(
            "{};",
            text.get(1..).map(|rest| format!("k{}", &rest[..rest.len() - 1])).unwrap()
        );
        assert_eq!(found(&closed, &closed_text).len(), usize::from(at_limit), "{digits}");
        // A word that goes on behind the limit ends nowhere before it.
        assert_eq!(found(&bound, &text).len(), usize::from(at_limit), "{digits}");
    }
}

/// The longest wait is that of a match which is as long as it may be, and not a byte more.
#[test]
fn no_byte_waits_without_a_reason() {
    let rules = of(&["acme_[a-z0-9]{8,12}", r"zeta\b.[0-9]{4}"]);
    let tails =
        |text: &str| drive(|w, from| rules.search(w, from), text.as_bytes().chunks(1)).tails;
    assert_eq!(tails("a-acm-"), [1, 0, 1, 2, 3, 0, 0]);
    assert_eq!(tails("acme_01234567."), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 0]);
    assert_eq!(tails("zetazeta;"), [1, 2, 3, 4, 1, 2, 3, 4, 5, 0]);
    // What no next byte can change is decided at once.
    let fixed = of(&["acme_[0-9]{4}", "acme_[0-9]{4}", r"zeta[0-9]{4}\b"]);
    let tails =
        |text: &str| drive(|w, from| fixed.search(w, from), text.as_bytes().chunks(1)).tails;
    assert_eq!(tails("acme_0123"), [1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
    assert_eq!(tails("zeta0123."), [1, 2, 3, 4, 5, 6, 7, 8, 0, 0]);
    let open = of(&["[a-z]{4,}0"]);
    // Of one byte alone, the 512 that a match may have are decided: they are no secret.
    for (text, waited) in [("ab".repeat(600), 512), ("a".repeat(1_200), 511)] {
        let driven = drive(|w, from| open.search(w, from), text.as_bytes().chunks(7));
        assert_eq!(driven.tail_max(), waited);
    }
}

/// States that need more memory than there is are built anew, and nothing else changes.
#[test]
fn states_are_bounded() {
    let rules = of(&["a[ab]{24}c", "b[abd]{9}a[ad]{9}d", "[ab]{3}d{4,9}"]);
    let text = Random(5).text(b"aaaabbbbbabababaaabbc aaabbbbdd", 40_000);
    let search = |window: &Window<'_>, from: usize| rules.search(window, from);
    let whole = drive_once(search, &text);
    assert!(whole.found.len() > 10, "{}", whole.found.len());
    for size in [1, 7, 1_000] {
        assert_eq!(drive(search, text.chunks(size)).found, whole.found, "{size}");
    }
    assert!(rules.matcher.clear_count() > 2, "{}", rules.matcher.clear_count());
}

/// Clean bytes are skipped where every pattern begins with literal bytes, in whatever case.
#[test]
fn literal_beginnings_are_looked_for() {
    let has = |patterns: &[&str]| of(patterns).matcher.prefixes.is_some();
    assert!(has(&["acme_[0-9]{4}"]) && has(&["(?i)acme[0-9]{4}", r"\bzeta(?:a|b)[a-z]*"]));
    assert!(has(&["(?m)^acme", "(?:sk|pk)_(?:live|test)_[0-9]{4}", "abc[0-9a-z]{9}"]));
    assert!(!has(&["acme_[0-9]{4}", "[a-z]{9}"]) && !has(&["[a-z]*acme"]) && !has(&["a..{9}"]));
}

#[test]
fn every_error_names_field_and_reason() {
    let good = || rule("test.bad", "planted[0-9]{4}");
    let with = |change: &dyn Fn(&mut Definition)| {
        let mut definition = good();
        change(&mut definition);
        error(definition)
    };
    let ids = ["", "planted", "planted.", ".planted", "planted.a.b", "Planted.a", "planted.ä"];
    for id in ids.map(str::to_owned).into_iter().chain([format!("planted.{}", "a".repeat(57))]) {
        assert_eq!(
            error(rule(&id, "planted[0-9]{4}")),
            "rules[1].id: want vendor.kind of [a-z0-9_], at most 64 bytes"
        );
    }
    assert!(CustomRules::new(vec![rule(&format!("planted.{}", "a".repeat(56)), "abcd")]).is_ok());
    assert_eq!(
        error(rule("test.good", "abcd")),
        "rules[1].id: there is an earlier rule of that id"
    );
    assert_eq!(error(rule("github.pat", "abcd")), "rules[1].id: a built-in rule has that id");
    assert_eq!(error(rule("test.bad", "planted(")), "rules[1].pattern: unclosed group, at byte 7");
    assert_eq!(error(rule("test.bad", "abc")), "rules[1].pattern: may match fewer than 4 bytes");
    assert_eq!(error(rule("test.bad", "abcd|")), "rules[1].pattern: may match fewer than 4 bytes");
    let nothing = "rules[1].pattern: matches nothing of at most length_max bytes";
    assert_eq!(error(rule("test.bad", "[a-z]{513}")), nothing);
    assert_eq!(error(rule("test.bad", r"[^\x00-\xff]{4}")), nothing);
    assert_eq!(
        error(rule("test.bad", "(?:[a-z]{0,200}){200}abcd")),
        "rules[1].pattern: over 1048576 bytes when compiled"
    );
    assert_eq!(
        with(&|rule| rule.length_max = 15),
        "rules[1].length_max: want a whole number from 16 to 4096"
    );
    assert!(with(&|rule| rule.title = "t".repeat(1_025)).starts_with("rules[1].title: longer"));
    assert_eq!(
        with(&|rule| rule.keywords = vec![String::new()]),
        "rules[1].keywords[0]: want 1 to 1024 bytes"
    );
    assert_eq!(
        with(&|rule| rule.examples = vec!["a".to_owned(); 17]),
        "rules[1].examples: more than 16"
    );
}

#[test]
fn limits_hold_at_their_edges() {
    let many = |count: usize| {
        CustomRules::new((0..count).map(|n| rule(&format!("test.n{n}"), "abcd")).collect())
    };
    assert!(many(63).is_ok() && many(64).is_ok());
    assert_eq!(many(65).unwrap_err().to_string(), "rules: more than 64");
    for (length_max, good) in
        [(15, false), (16, true), (17, true), (4_095, true), (4_096, true), (4_097, false)]
    {
        let definition = Definition { length_max, ..rule("test.edge", "abcd") };
        assert_eq!(CustomRules::new(vec![definition]).is_ok(), good, "{length_max}");
    }
    for (len, good) in [(511, true), (512, true), (513, false)] {
        assert_eq!(
            CustomRules::new(vec![rule("test.edge", &format!("[a-z]{{{len}}}"))]).is_ok(),
            good
        );
    }
}

#[test]
fn examples_are_tried() {
    let with = |examples: &[&str], negative: &[&str]| {
        let list = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let mut definition = rule("test.tried", "acme-([a-f0-9]{8})-[a-z]");
        (definition.examples, definition.negative_examples) = (list(examples), list(negative));
        CustomRules::new(vec![definition]).map(drop).map_err(|error| error.to_string())
    };
    let good = with(&["key acme-<<0123abcd>>-x", "<<>>"], &["acme-0123abc-x", "acme-0123abcd"]);
    assert_eq!(good.unwrap_err(), "rules[0].examples[1]: the rule does not find the secret there");
    assert_eq!(with(&["key acme-<<0123abcd>>-x"], &["acme-0123abc-x", "acme-0123abcd"]), Ok(()));
    assert_eq!(
        with(&["acme-<<0123abcd>>-x", "acme-0123abcd-x"], &[]),
        Err("rules[0].examples[1]: the rule does not find the secret there".to_owned())
    );
    assert_eq!(
        with(&[], &["acme-0123abcd-x"]),
        Err("rules[0].negative_examples[0]: the rule finds something there".to_owned())
    );
}

#[test]
fn nothing_of_a_rule_is_shown_but_its_id() {
    let definition = rule("test.shown", "planted[0-9]{4}");
    assert_eq!(format!("{definition:?}"), "Definition { id: \"test.shown\", .. }");
    let rules = rules(vec![definition]);
    assert_eq!(format!("{rules:?}"), "[\"test.shown\"]");
}

/// The definition of a match, written down with another engine and without any thought of speed.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn what_is_found_is_what_the_definition_says() {
    use regex::bytes::{Regex, RegexBuilder};

    let reference = |compiled: &[Regex], text: &[u8]| {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let limited = &text[..text.len().min(at + 16)];
            let longest = compiled
                .iter()
                .enumerate()
                .filter_map(|(place, regex)| {
                    let hit = regex.find_at(limited, at).filter(|hit| hit.start() == at)?;
                    let is_secret = hit.as_bytes().iter().any(|byte| *byte != hit.as_bytes()[0]);
                    is_secret.then_some((place, hit.end()))
                })
                .min_by_key(|(place, end)| (usize::MAX - end, *place));
            at = match longest {
                Some((place, end)) => {
                    found.push((place, at, end));
                    end
                }
                None => at + 1,
            };
        }
        found
    };
    let mut random = Random(3);
    let atoms = ["a", "b", "[ab]", "[a-c]", "(?:ab|c)", "(?:a|ab)", "c", "[^c]"];
    let counts = ["", "", "{2}", "{1,3}", "*", "+", "?", "{2,}?", "*?", "{3,}"];
    let mut count = 0;
    for _ in 0..300 {
        let patterns: Vec<String> = (0..1 + random.below(3))
            .map(|_| {
                let part = |random: &mut Random| {
                    let atom = atoms[random.below(atoms.len())];
                    format!("{atom}{}", counts[random.below(counts.len())])
                };
                let parts: String = (0..1 + random.below(4)).map(|_| part(&mut random)).collect();
                format!("abca{parts}|{parts}[ab]c[abc]{{2}}")
            })
            .collect();
        let definitions = patterns.iter().enumerate().map(|(place, pattern)| Definition {
            length_max: 16,
            ..rule(&format!("test.{}", char::from(b'a' + place as u8)), pattern)
        });
        let rules = rules(definitions.collect());
        let build = |pattern: &String| RegexBuilder::new(pattern).unicode(false).build().unwrap();
        let compiled: Vec<_> = patterns.iter().map(build).collect();
        for _ in 0..4 {
            let alphabet: &[u8] =
                if random.below(2) == 0 { b"aabbccc" } else { b"aaaaaaaaaaaaaaaaaabc" };
            let text = random.text(alphabet, 70);
            let expected: Vec<_> = reference(&compiled, &text)
                .into_iter()
                .map(|(place, start, end)| (rules.rules().nth(place).unwrap().id, start, end))
                .collect();
            let search = |window: &Window<'_>, from: usize| rules.search(window, from);
            let whole = drive_once(search, &text);
            assert_eq!(whole.found, expected, "{patterns:?} {}", text.escape_ascii());
            assert_eq!(drive(search, text.chunks(1)).found, expected, "{patterns:?}");
            count += expected.len();
        }
    }
    assert!(count > 2_000, "{count} findings");
}
