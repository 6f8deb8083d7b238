//! Examples, waiting, and an independent decoder over every short text.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::view::testing::Random;

#[test]
fn escapes_stand_for_a_byte() {
    let cases = [
        (r"\/", b'/'),
        (r#"\""#, b'"'),
        (r"\\", b'\\'),
        (r"\'", b'\''),
        (r"\n", b'\n'),
        (r"\r", b'\r'),
        (r"\t", b'\t'),
        (r"\b", 8),
        (r"\f", 12),
        (r"\u002f", b'/'),
        (r"\u002F", b'/'),
        (r"\x2f", b'/'),
        ("%2f", b'/'),
        ("%2F", b'/'),
        ("%25", b'%'),
        ("%C3", 0xC3),
        ("&#47;", b'/'),
        ("&#047;", b'/'),
        ("&#0000047;", b'/'),
        ("&#x2F;", b'/'),
        ("&#X002f;", b'/'),
        ("&amp;", b'&'),
        ("&sol;", b'/'),
        ("&equals;", b'='),
        ("&NewLine;", b'\n'),
        // Two layers.
        (r"\\n", b'\n'),
        (r"\\\\", b'\\'),
        (r#"\\\""#, b'"'),
        (r"\\/", b'/'),
        (r"\\u002f", b'/'),
        (r"\\\/", b'/'),
        ("%252F", b'/'),
        ("&amp;quot;", b'"'),
        ("&amp;#34;", b'"'),
        ("&#38;quot;", b'"'),
        (r"\u0026quot;", b'"'),
        (r"\u00252F", b'/'),
        (r"\u005c/", b'/'),
        (r"%5C%22", b'"'),
        (r"%5Cn", b'\n'),
        (r"%5Cu002f", b'/'),
        ("%26quot%3B", b'"'),
        ("%26%23x2F%3B", b'/'),
        (r"\u0026#x2F;", b'/'),
        // Three.
        (r"\\\\n", b'\n'),
        (r"\\\\u002f", b'/'),
        (r#"\\\\\\\""#, b'"'),
        (r"\\u0026quot;", b'"'),
        ("%25252F", b'/'),
        ("%255C%2522", b'"'),
        ("&amp;amp;quot;", b'"'),
    ];
    for (text, byte) in cases {
        for more in ["", "z", "\\", "&", "%"] {
            let bytes = [text.as_bytes(), more.as_bytes()].concat();
            let seen = step(&bytes, true);
            // `\\` and its like may be the first half of a longer escape.
            let is_open = is_introducer(byte) && !more.is_empty();
            assert!(
                seen == Step::Byte { byte, len: text.len() } || is_open,
                "{text} + {more}: {seen:?}"
            );
        }
    }
}

#[test]
fn what_is_no_escape_stands_for_itself() {
    for text in [
        "",
        "a",
        "n",
        "é",
        "%",
        "%2",
        "%zz",
        "%%",
        "100% of",
        "\\",
        r"\q",
        r"\u00e9",
        r"\u0100",
        r"\uD83D",
        r"\xe9",
        "&",
        "&&",
        "& b",
        "&x",
        "&amp",
        "&amp ",
        "&am;",
        "&#;",
        "&#x;",
        "&#47",
        "&#233;",
        "&#0000000000047;",
        "&#99999999;",
        "&#4294967343;",
        "&notin;",
        "&a=b&c=d",
    ] {
        assert_eq!(step(text.as_bytes(), true), Step::Plain, "{text}");
    }
}

#[test]
fn an_escape_that_is_not_complete_is_short() {
    for text in [
        "\\",
        r"\u",
        r"\u0",
        r"\u00",
        r"\u002",
        r"\x",
        r"\x2",
        "%",
        "%2",
        "&",
        "&a",
        "&amp",
        "&#",
        "&#4",
        "&#x",
        "&#x2f",
        "&#00000",
        r"\\",
        r"\\u00",
        "%25",
        "%252",
        "%5C",
        "%5Cu",
        "&amp;",
        "&amp;quot",
        r"\u0026",
        r"\u0026quot",
        "%26quot%3",
        "&Ne",
    ] {
        assert_eq!(step(text.as_bytes(), false), Step::Short, "{text}");
    }
    for text in ["%z", "%2z", r"\q", r"\uA", "& ", "&x", "&amq", "&#z", "a", ""] {
        assert_eq!(step(text.as_bytes(), false), Step::Plain, "{text}");
    }
}

#[test]
fn an_escape_has_a_longest_length() {
    let long = format!("{}n", "\\".repeat(40));
    assert_eq!(step(long.as_bytes(), false), Step::Byte { byte: b'\\', len: 8 });
    // Each byte of the one is an escape itself.
    let entity: String = "&#47;".bytes().map(|byte| format!("&#{byte};")).collect();
    assert_eq!(step(entity.as_bytes(), true), Step::Byte { byte: b'/', len: entity.len() });
    let twice: String = entity.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert!(twice.len() > RAW_BYTES_MAX);
    assert!(matches!(step(twice.as_bytes(), false), Step::Byte { byte: b'&', .. }));
}

#[test]
fn an_escape_is_seen_from_behind() {
    for (before, len) in [
        ("a\\n", Some(2)),
        ("a\\\\n", Some(3)),
        ("a\\u0022", Some(6)),
        ("a\\x3d", Some(4)),
        ("a%2522", Some(5)),
        ("a%3D", Some(3)),
        ("%41", Some(3)),
        ("a&quot;", Some(6)),
        ("\\u00e9", None),
        ("n", None),
        ("%2", None),
        ("", None),
        ("%3Da", None),
    ] {
        assert_eq!(ending_len(before.as_bytes()), len, "{before}");
    }
}

#[test]
fn fewer_layers_read_less() {
    let at = |depth| step_to(depth, b"%25252F", true);
    assert_eq!(at(0), Step::Plain);
    assert_eq!(at(1), Step::Byte { byte: b'%', len: 3 });
    assert_eq!(at(2), Step::Byte { byte: b'%', len: 5 });
    assert_eq!(at(3), Step::Byte { byte: b'/', len: 7 });
}

/// One layer of a whole text, the plain way: a copy, and a look at what it starts with.
fn layer(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.first() {
        let (byte, len) = naive(rest).unwrap_or((*first, 1));
        out.push(byte);
        rest = &rest[len..];
    }
    out
}

fn naive(text: &[u8]) -> Option<(u8, usize)> {
    let hex = |from: usize, to: usize| {
        let digits = text.get(from..to)?;
        let digits = std::str::from_utf8(digits).ok().filter(|d| !d.starts_with('+'))?;
        u8::from_str_radix(digits, 16).ok()
    };
    let ascii = |byte: &u8| *byte < 0x80;
    match text {
        [b'%', ..] => hex(1, 3).map(|byte| (byte, 3)),
        [b'\\', b'u', b'0', b'0', ..] => hex(4, 6).filter(ascii).map(|byte| (byte, 6)),
        [b'\\', b'x', ..] => hex(2, 4).filter(ascii).map(|byte| (byte, 4)),
        [b'\\', letter, ..] => {
            let (_, byte) = [
                (b'"', b'"'),
                (b'\'', b'\''),
                (b'\\', b'\\'),
                (b'/', b'/'),
                (b'n', b'\n'),
                (b'r', b'\r'),
                (b't', b'\t'),
                (b'b', 8),
                (b'f', 12),
            ]
            .into_iter()
            .find(|(name, _)| name == letter)?;
            Some((byte, 2))
        }
        [b'&', b'#', rest @ ..] => {
            let end = rest.iter().position(|byte| *byte == b';')?;
            let (digits, radix, before) = match rest {
                [b'x' | b'X', ..] => (&rest[1..end.max(1)], 16, 3),
                _ => (&rest[..end], 10, 2),
            };
            let digits = std::str::from_utf8(digits).ok().filter(|d| !d.starts_with('+'))?;
            let value = u64::from_str_radix(digits, radix).ok().filter(|_| digits.len() <= 8)?;
            let byte = u8::try_from(value).ok().filter(ascii)?;
            Some((byte, before + digits.len() + 1))
        }
        [b'&', first, rest @ ..] => names(*first)
            .iter()
            .find(|(name, _)| rest.starts_with(name))
            .map(|(name, byte)| (*byte, name.len() + 2)),
        _ => None,
    }
}

fn check(text: &[u8]) {
    let expected = layer(&layer(&layer(text)));
    assert_eq!(decode(text), expected, "{}", text.escape_ascii());
    let whole = step(text, false);
    for cut in 0..text.len() {
        let seen = step(&text[..cut], false);
        let is_same = seen == whole || seen == Step::Short || cut == 0;
        assert!(is_same, "{}: {seen:?} at {cut}, {whole:?} at last", text.escape_ascii());
    }
}

/// Every text of a few bytes of those that escapes are made of, on top of a few beginnings.
#[test]
fn every_short_text_is_read_as_layer_by_layer() {
    let alphabet = b"\\%&#;2u0n5ax\"";
    for (start, len_max) in [("", 5), ("&am", 3), ("\\u00", 4), ("%25", 4)] {
        let len_max = if cfg!(target_arch = "wasm32") { len_max - 1 } else { len_max };
        let mut texts = vec![start.as_bytes().to_vec()];
        for len in 0..=len_max {
            texts.iter().for_each(|text| check(text));
            if len < len_max {
                let longer = |text: &Vec<u8>| -> Vec<Vec<u8>> {
                    alphabet.iter().map(|byte| [text.as_slice(), &[*byte]].concat()).collect()
                };
                texts = texts.iter().flat_map(longer).collect();
            }
        }
    }
}

/// Pieces of escapes in any order. Shorter than the limit of a single one, so that the limit changes nothing.
#[test]
fn random_pieces_are_read_as_layer_by_layer() {
    let pieces = [
        "\\", "%", "&", "amp;", "quot;", "#", "x", "u00", "2", "5", "C", "6", "3B", "n", "\"", ";",
        "&#", "&#x", "%25", "%5C", "%26", "\\u0026", "\\u005c", "38;", "34;", "a", " ",
    ];
    let mut random = Random::new(1);
    let count = if cfg!(target_arch = "wasm32") { 20_000 } else { 400_000 };
    for _ in 0..count {
        let mut text = String::new();
        while text.len() < 20 && random.below(12) != 0 {
            text += pieces[random.below(pieces.len())];
        }
        check(text.as_bytes());
    }
}
