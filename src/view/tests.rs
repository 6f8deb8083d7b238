//! The laws of a view: cuts, length, and what comes out decodes to what the inner redactor makes of the text.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use ::base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};

use super::{
    testing::{Random, decode, encode, view_chunks},
    unit::Unit,
    *,
};
use crate::{
    rule::{self, example},
    stream::{
        Limits,
        testing::{Kept, redact_once},
    },
};

const KINDS: [Kind; 7] = [
    Kind::Base64 { phase: 0 },
    Kind::Base64 { phase: 1 },
    Kind::Base64 { phase: 2 },
    Kind::Base64 { phase: 3 },
    Kind::Hex,
    Kind::Utf16Le,
    Kind::Utf16Be,
];

/// An example of every rule and template.
fn cases(seed: u64) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    rule::builtin().iter().flat_map(move |rule| {
        let templates = example::of(rule).unwrap().found;
        let texts = templates.iter().map(move |template| {
            let text = example::expand(template, rule, seed).unwrap().text;
            (rule.id, [b"say \"", text.as_slice(), b"\" now"].concat())
        });
        texts.filter(|(_, text)| text.is_ascii())
    })
}

#[test]
fn what_comes_out_is_the_redacted_text() {
    for (id, text) in cases(1) {
        let expected = redact_once(&text);
        for kind in KINDS {
            let raw = encode(kind, &text);
            let (kept, len) = view_chunks(kind, &raw, &[]);
            assert_eq!(len, raw.len(), "{id}: {kind:?}: all of it is a region");
            assert_eq!(kept.out.len(), raw.len(), "{id}: {kind:?}");
            let out = decode(kind, &kept.out);
            assert_eq!(out, expected.out, "{id}: {kind:?}: {}", out.escape_ascii());
            let rules = |kept: &Kept| kept.seen.iter().map(|s| s.rule).collect::<Vec<_>>();
            assert_eq!(rules(&kept), rules(&expected));
        }
    }
}

#[test]
fn every_cut_gives_what_no_cut_gives() {
    // Every encoding with a few of the examples; every example with an encoding.
    for (number, (id, text)) in cases(2).enumerate() {
        let start = text.len().min(700);
        let kind = KINDS[number % KINDS.len()];
        let raw = encode(kind, &text[..start]);
        let whole = view_chunks(kind, &raw, &[]);
        for cut in 0..raw.len() {
            assert_eq!(view_chunks(kind, &raw, &[cut]), whole, "{id}: {kind:?}: {cut}");
        }
        let all: Vec<usize> = (0..raw.len()).collect();
        assert_eq!(view_chunks(kind, &raw, &all), whole, "{id}: {kind:?}");
    }
}

#[test]
fn only_units_with_replaced_bytes_change() {
    let text = b"redis://:hunter-two@db/0 and more";
    for kind in KINDS {
        let raw = encode(kind, text);
        let (kept, _) = view_chunks(kind, &raw, &[]);
        let mut reader = Reader::new(kind);
        let (mut at, mut text_at) = (0, 0);
        while let Next::Unit(unit) = reader.next(&raw[at..], true) {
            let is_hit = text_at < 19 && text_at + unit.text().len() > 9;
            let end = at + unit.raw_len();
            assert_eq!(raw[at..end] != kept.out[at..end], is_hit, "{kind:?} at {text_at}");
            (at, text_at) = (end, text_at + unit.text().len());
        }
        assert_eq!((at, text_at), (raw.len(), text.len()));
    }
}

struct Offsets(Vec<(u64, Option<usize>, Option<Vec<u8>>)>, Vec<u8>, crate::stream::Verdict);

impl Sink for Offsets {
    fn found(&mut self, finding: &crate::Finding<'_>) -> crate::stream::Verdict {
        self.0.push((finding.offset, finding.len, finding.field().map(<[u8]>::to_vec)));
        assert_eq!(finding.offset, 100 + self.1.len() as u64);
        self.2
    }
    fn pass(&mut self, bytes: &[u8]) {
        self.1.extend_from_slice(bytes);
    }
    fn replace(&mut self, _: &[u8]) {
        panic!("nothing is to be replaced");
    }
}

#[test]
fn a_finding_is_told_in_bytes_of_the_document_and_kept_as_it_is() {
    let token = ["ghp", &"a1B2c3D4e5F6".repeat(3)].join("_");
    let text = format!("{{\"access\":\"{token}\"}}");
    for (kind, offset, len) in [
        (Kind::Base64 { phase: 0 }, 100 + 11 / 3 * 4, 14 * 4),
        (Kind::Hex, 100 + 22, 80),
        (Kind::Utf16Le, 100 + 22, 80),
    ] {
        let raw = encode(kind, text.as_bytes());
        let mut kept = Offsets(Vec::new(), Vec::new(), crate::stream::Verdict::Keep);
        let mut view = View::new(kind, 100, Redactor::new(Default::default()));
        let taken = view.write(&raw, true, &mut kept);
        assert_eq!(taken, Taken { len: raw.len(), is_over: true });
        view.finish(&mut kept);
        assert_eq!(kept.1, raw);
        let (seen_at, seen_len, field) = kept.0.remove(0);
        assert_eq!((seen_at, field.as_deref()), (offset, Some(&b"access"[..])), "{kind:?}");
        // Of base64, whole groups.
        assert_eq!(seen_len, Some(len), "{kind:?}");
    }
}

/// Every text of a few bytes, against another decoder.
#[test]
fn base64_is_read_as_others_read_it() {
    let engine = BASE64_STANDARD;
    let mut random = Random::new(1);
    for _ in 0..2_000 {
        let text: Vec<u8> = (0..random.below(40)).map(|_| b' ' + random.below(95) as u8).collect();
        let run = engine.encode(&text);
        for raw in [run.as_str(), run.trim_end_matches('=')] {
            let raw =
                raw.replace('/', ["/", "_"][random.below(2) & usize::from(!run.contains('+'))]);
            let (mut reader, mut at, mut seen) = (Reader::new(KINDS[0]), 0, Vec::new());
            while let Next::Unit(unit) = reader.next(&raw.as_bytes()[at..], true) {
                at += unit.raw_len();
                seen.extend_from_slice(unit.text());
            }
            assert_eq!((at, seen), (raw.len(), text.clone()), "{raw}");
        }
    }
}

#[test]
fn a_group_is_rewritten_as_others_write_it() {
    let engine = BASE64_STANDARD;
    let mut random = Random::new(2);
    for _ in 0..5_000 {
        let count = 1 + random.below(3);
        let mut bytes = || -> Vec<u8> { (0..count).map(|_| random.below(256) as u8).collect() };
        let (old, new) = (bytes(), bytes());
        let mut raw = engine.encode(&old).into_bytes();
        let padded = |bytes: &[u8]| {
            let mut three = [0; 3];
            three.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            three
        };
        let unit =
            Unit { skip: 0, len: 4, bytes: padded(&old), count: count as u8, variant: false };
        base64::rewrite(&mut raw, &unit, padded(&new));
        assert_eq!(raw, engine.encode(&new).into_bytes());
    }
}

fn ends_at(raw: &str) -> usize {
    let whole = view_chunks(KINDS[0], raw.as_bytes(), &[]);
    for cut in 0..raw.len() {
        assert_eq!(view_chunks(KINDS[0], raw.as_bytes(), &[cut]), whole, "{raw} cut at {cut}");
    }
    whole.1
}

#[test]
fn a_region_ends_where_its_text_does() {
    let run = |text: &str| BASE64_STANDARD_NO_PAD.encode(text);
    let twelve = run("twelve bytes");
    for (follows, more) in [
        ("\"", 0),
        ("=", 0),
        (".x", 0),
        ("/ghp_abcdefgh", 0),
        ("_AKIA", 0),
        ("QQ==\"", 4),
        ("QUI\"", 3),
        ("Q", 0),
        ("QQ%3D%3D", 8),
        ("QUI\\u003d", 9),
        // Another alphabet: the last group has three characters.
        ("YWI/YWI-YWI", 7),
        ("YWI_YWI/YWI", 7),
        // The line was too short.
        ("\ndHdlbHZlIGJ5dGVz", 0),
        // Not text.
        ("\u{0}", 0),
        ("gAAA", 0),
    ] {
        assert_eq!(ends_at(&format!("{twelve}{follows}")), twelve.len() + more, "{follows:?}");
    }
}

#[test]
fn lines_go_on_where_they_are_text() {
    let run = BASE64_STANDARD.encode("a line of base64 with enough characters in it");
    for line in ["\n", "\r\n", "\\n", "\\r\\n", "\\\\n", "%0A", "%0D%0A", "&#10;", "\n    ", "\r"] {
        let raw = format!("{run}{line}{run}{line}dHdvIQ==\"");
        assert_eq!(ends_at(&raw), raw.len() - 1, "{line:?}");
    }
    for next in
        ["2026-11-24 INFO", "ghp_abcdefghijkl", "INFO starting", "xoxb-1234567890", "\"", "\n"]
    {
        let raw = format!("{run}\n{next}");
        assert_eq!(ends_at(&raw), run.len(), "{next:?}");
    }
}

/// The bytes of a `?`, `>` or `~` may stand in a character that cannot be rewritten.
#[test]
fn escaped_characters_are_rewritten_where_an_escape_of_that_length_can() {
    let password = "hu?nt~er?tw~-x?";
    let text = format!("x;pwd={password};server=db");
    let run = BASE64_STANDARD.encode(&text);
    assert!(run.contains('/') && run.contains('+'));
    for (slash, plus) in [
        ("/", "+"),
        ("\\/", "+"),
        ("%2F", "%2B"),
        ("\\u002f", "\\u002b"),
        ("%252F", "%252B"),
        ("&#x2F;", "&#x2B;"),
        ("&#047;", "&#043;"),
        ("&#47;", "&#43;"),
    ] {
        let raw = run.replace('/', slash).replace('+', plus);
        let (kept, len) = view_chunks(KINDS[0], raw.as_bytes(), &[]);
        assert_eq!((len, kept.out.len()), (raw.len(), raw.len()));
        let out = String::from_utf8(escape::decode(&kept.out)).unwrap();
        let out = BASE64_STANDARD.decode(out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let masked = match slash {
            // Two bytes can stand for none of the new characters,
            "\\/" => "**?*****?*****?",
            // and decimal digits only for those under 100.
            "&#47;" => "**?**~**?**~**?",
            _ => "***************",
        };
        assert_eq!(out[6..6 + password.len()], *masked, "{raw}");
        for cut in 0..raw.len() {
            assert_eq!(view_chunks(KINDS[0], raw.as_bytes(), &[cut]).0.out, kept.out);
        }
    }
}

/// The example of the module's documentation.
#[test]
fn the_example_is_true() {
    let (kept, len) = view_chunks(KINDS[0], b"cmVkaXM6Ly86aHVudGVyLXR3b0Bk\"", &[]);
    assert_eq!((kept.out.as_slice(), len), (&b"cmVkaXM6Ly86KioqKioqKioqKkBk"[..], 28));
}

#[test]
fn other_characters_than_ascii_are_text() {
    let text = "{\"größe\":\"€uro 😀\",\"url\":\"redis://:hunter-two@db/ß\"}\n";
    let expected = redact_once(text.as_bytes()).out;
    for kind in KINDS.into_iter().take(5) {
        let raw = encode(kind, text.as_bytes());
        let whole = view_chunks(kind, &raw, &[]);
        assert_eq!((whole.1, decode(kind, &whole.0.out)), (raw.len(), expected.clone()));
        for cut in 0..raw.len() {
            assert_eq!(view_chunks(kind, &raw, &[cut]), whole, "{kind:?}: {cut}");
        }
    }
    // In UTF-16 they are the end, and what is neither is no region at all.
    assert_eq!(view_chunks(Kind::Utf16Le, &encode(Kind::Utf16Le, text.as_bytes()), &[]).1, 8);
    assert_eq!(view_chunks(Kind::Utf16Be, b"plain", &[]).1, 0);
    assert_eq!(view_chunks(Kind::Hex, b"c3c3", &[]).1, 2);
}

#[test]
fn hexadecimal_keeps_its_case() {
    let text = b"JKL redis://:hunter-two@db/0";
    let lower = encode(Kind::Hex, text);
    let upper = lower.to_ascii_uppercase();
    let (kept, _) = view_chunks(Kind::Hex, &lower, &[]);
    assert_eq!(view_chunks(Kind::Hex, &upper, &[]).0.out, kept.out.to_ascii_uppercase());
    assert_eq!(kept.out, encode(Kind::Hex, &redact_once(text).out));
}

/// What waits is what the inner redactor's tail needs, whatever the region's length.
#[test]
fn a_view_waits_for_no_more_than_its_tail() {
    let token = ["ghp", &"a1B2c3D4e5F6".repeat(3)].join("_");
    let text = format!("some text {token}, ").repeat(300);
    for kind in KINDS {
        let raw = encode(kind, text.as_bytes());
        let mut kept = Kept::default();
        let mut view = View::new(kind, 0, Redactor::new(Limits::default()));
        let mut at = 0;
        for end in (0..raw.len()).step_by(50).chain([raw.len()]) {
            at += view.write(&raw[at..end], end == raw.len(), &mut kept).len;
            assert!(view.tail_len() <= 4 * 64, "{kind:?}: {}", view.tail_len());
        }
        view.finish(&mut kept);
        assert_eq!(decode(kind, &kept.out), redact_once(text.as_bytes()).out, "{kind:?}");
    }
}

#[test]
fn base64_in_base64_is_redacted_in_place() {
    let text = "say redis://:hunter-two@db/0 now";
    let inner_raw = encode(KINDS[0], text.as_bytes());
    let outer_raw = encode(KINDS[0], &inner_raw);
    // By hand what a redactor does that starts views: the inner one's sink encodes for the outer one.
    let mut kept = Kept::default();
    let mut reader = Reader::new(KINDS[0]);
    let mut waiting = Waiting::new(0);
    let mut view = View::new(KINDS[0], 0, Redactor::new(Default::default()));
    let (mut at, mut decoded) = (0, Vec::new());
    while let Next::Unit(unit) = reader.next(&outer_raw[at..], true) {
        let mut read = Decoded::default();
        read.push(&unit);
        waiting.push(&outer_raw[at..at + read.raw_len], &read);
        at += unit.raw_len();
        decoded.extend_from_slice(unit.text());
        let mut sink = Recode { waiting: &mut waiting, reader: &reader, sink: &mut kept };
        let taken = view.write(&decoded, false, &mut sink);
        decoded.drain(..taken.len);
    }
    let mut sink = Recode { waiting: &mut waiting, reader: &reader, sink: &mut kept };
    view.write(&decoded, true, &mut sink);
    view.finish(&mut sink);
    let out = decode(KINDS[0], &decode(KINDS[0], &kept.out));
    assert_eq!(out, redact_once(text.as_bytes()).out);
}

#[test]
fn what_waits_can_be_masked() {
    for kind in KINDS {
        let raw = encode(kind, b"wait for ghp_ab");
        let mut kept = Kept::default();
        let mut view = View::new(kind, 0, Redactor::new(Default::default()));
        let taken = view.write(&raw, false, &mut kept);
        assert!(view.tail_len() > 0 && !taken.is_over, "{kind:?}");
        view.resolve(&mut kept);
        view.finish(&mut kept);
        let out = decode(kind, &[kept.out.as_slice(), &raw[taken.len..]].concat());
        assert!(out.starts_with(b"wait for *****"), "{kind:?} {}", out.escape_ascii());
    }
}

mod gates {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::view::gate::{self, Gate};

    #[test]
    fn every_text_of_enough_bytes_passes() {
        let mut random = Random::new(3);
        for _ in 0..5_000 {
            let len = 12 + random.below(30);
            let text: Vec<u8> = (0..len)
                .map(|_| match random.below(20) {
                    0 => b'\n',
                    1 => b'\t',
                    2 => b'\r',
                    _ => b' ' + random.below(95) as u8,
                })
                .collect();
            for kind in KINDS {
                let mut raw = encode(kind, &text);
                while raw.last() == Some(&b'=') {
                    raw.pop();
                }
                let gate = match kind {
                    Kind::Base64 { .. } => gate::base64(&raw, true),
                    Kind::Hex => gate::hex(&raw, true),
                    Kind::Utf16Le | Kind::Utf16Be => gate::utf16(&raw, true),
                };
                match gate {
                    Gate::Yes(seen) if seen == kind => {}
                    // What stands before may be text as well, by chance.
                    Gate::Yes(Kind::Base64 { phase: seen }) => {
                        assert!(matches!(kind, Kind::Base64 { phase } if seen < phase));
                    }
                    gate => panic!("{kind:?}: {gate:?}: {}", raw.escape_ascii()),
                }
            }
        }
    }

    #[test]
    fn no_answer_but_short_changes() {
        let mut random = Random::new(4);
        for _ in 0..3_000 {
            let text: Vec<u8> = (0..24).map(|_| b' ' + random.below(95) as u8).collect();
            let mut raw = encode(KINDS[random.below(KINDS.len())], &text);
            raw.truncate(random.below(40));
            raw.extend_from_slice(b"\"..");
            for gate in [gate::base64, gate::hex, gate::utf16] {
                let whole = gate(&raw, true);
                for cut in 0..raw.len() {
                    let seen = gate(&raw[..cut], false);
                    assert!(seen == whole || seen == Gate::Short, "{seen:?} {whole:?}");
                }
            }
        }
    }

    #[test]
    fn what_only_looks_like_it_does_not_pass() {
        for text in [
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "123e4567-e89b-12d3-a456-426614174000",
            "getElementsByClassName",
            "addEventListenerOptions",
            "some-long-kebab-case-name",
            "SOME_CONSTANT_NAME_HERE",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB",
            "R0lGODlhAQABAIAAAAAAAP",
            "d09GMgABAAAAAAYMAA4AAAAAC",
        ] {
            assert_eq!(gate::base64(text.as_bytes(), true), Gate::No, "{text}");
            assert_eq!(gate::hex(text.as_bytes(), true), Gate::No, "{text}");
        }
    }
}

mod basic_credentials {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn masked(value: &str) -> Option<String> {
        let out = basic::mask_password(value.as_bytes())?;
        assert_eq!(out.len(), value.len());
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_password_is_masked() {
        let engine = BASE64_STANDARD;
        for (text, expected) in [
            ("user:pass", "user:****"),
            ("user:pa:ss", "user:*****"),
            (":secret", ":******"),
            ("u:p", "u:*"),
            ("user:pässword", "user:*********"),
        ] {
            let value = engine.encode(text);
            assert_eq!(masked(&value), Some(engine.encode(expected)), "{text}");
            let bare = value.trim_end_matches('=');
            assert_eq!(
                masked(bare).as_deref(),
                Some(engine.encode(expected).trim_end_matches('='))
            );
            let escaped = value.replace('=', "%3D");
            let expected = engine.encode(expected).replace('=', "%3D");
            assert_eq!(masked(&escaped), Some(expected), "{text}");
        }
        let escaped = engine.encode("a:b?c?d~e>f").replace('/', "\\/");
        assert!(escaped.contains("\\/"));
        let out = masked(&escaped).unwrap().replace("\\/", "/");
        assert_eq!(engine.decode(out).unwrap(), b"a:***?*****".to_vec());
    }

    #[test]
    fn what_has_no_password_is_none() {
        for value in ["", "dXNlcg==", "dXNlcjo=", "dXNlcjpwYXNz.", "not base64!", "dXNlcjpwYXNz "] {
            assert_eq!(masked(value), None, "{value}");
        }
        let long = "dXNlcjpw".repeat(basic::VALUE_BYTES_MAX / 8 + 1);
        assert_eq!(masked(&long), None);
    }
}
