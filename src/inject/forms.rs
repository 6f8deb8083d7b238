//! The forms in which a value comes back: what encoders make of it.
//!
//! An upstream echoes a key in a JSON text, an error page or a debug dump, each with its own way of writing it. What is
//! looked for is each form that a usual encoder gives, as exact bytes wherever they stand; the scanner's own look into
//! encodings comes on top of that.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};

use super::{config::Forms, json};
use crate::known::VALUE_BYTES;

/// How short a value may be to be looked for, in bytes: shorter ones stand in many texts by chance.
pub const NEEDLE_BYTES_MIN: usize = 12;

/// Every form of a value, each once; the value itself first. None of one that is too short.
pub(crate) fn of(value: &[u8], forms: Forms) -> Vec<Vec<u8>> {
    if value.len() < NEEDLE_BYTES_MIN {
        return Vec::new();
    }
    let mut all = vec![value.to_vec()];
    if forms == Forms::Every {
        percent(value, &mut all);
        escapes(value, &mut all);
        base64(value, &mut all);
        let digits = |upper: bool| -> Vec<u8> {
            let digit =
                |byte: &u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
            value.iter().map(digit).collect::<String>().into_bytes()
        };
        all.extend([digits(false), digits(true)]);
    }
    let mut each: Vec<Vec<u8>> = Vec::new();
    for form in all {
        if VALUE_BYTES.contains(&form.len()) && !each.contains(&form) {
            each.push(form);
        }
    }
    each
}

/// As URLs and forms write it.
fn percent(value: &[u8], all: &mut Vec<Vec<u8>>) {
    // What RFC 3986, JavaScript's encodeURIComponent, HTML forms and the path of a URL leave as it is.
    for kept in [&b"-._~"[..], b"-._~!'()*", b"-._*", b"-._~!$&'()*+,;=:@"] {
        for upper in [true, false] {
            for plus in [true, false] {
                let mut text = Vec::new();
                for byte in value {
                    match byte {
                        b' ' if plus => text.push(b'+'),
                        _ if byte.is_ascii_alphanumeric() || kept.contains(byte) => {
                            text.push(*byte)
                        }
                        _ if upper => text.extend(format!("%{byte:02X}").bytes()),
                        _ => text.extend(format!("%{byte:02x}").bytes()),
                    }
                }
                all.push(text);
            }
        }
    }
}

/// As JSON and HTML write it.
fn escapes(value: &[u8], all: &mut Vec<Vec<u8>>) {
    let Ok(text) = std::str::from_utf8(value) else { return };
    let quoted = json::quoted(text);
    let plain = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_vec();
    let replaced = |escape: &dyn Fn(u8) -> Option<String>| -> Vec<u8> {
        plain
            .iter()
            .flat_map(|byte| escape(*byte).map_or(vec![*byte], String::into_bytes))
            .collect()
    };
    let slash = |byte: u8| (byte == b'/').then(|| "\\/".to_owned());
    // Go and many others write these as escapes in JSON; some write more of them.
    let unsafe_bytes: [&[u8]; 3] = [b"<>&", b"<>&'", b"<>&'+\"`="];
    all.push(replaced(&slash));
    for set in unsafe_bytes {
        for upper in [true, false] {
            all.push(replaced(&|byte| {
                let digits =
                    if upper { format!("\\u{byte:04X}") } else { format!("\\u{byte:04x}") };
                set.contains(&byte).then_some(digits)
            }));
        }
    }
    all.push(plain.clone());
    let names = [("&#39;", "&quot;"), ("&#x27;", "&quot;"), ("&#039;", "&#34;"), ("'", "&quot;")];
    for (apostrophe, quote) in names {
        let entity = |byte: &u8| match byte {
            b'&' => b"&amp;".to_vec(),
            b'<' => b"&lt;".to_vec(),
            b'>' => b"&gt;".to_vec(),
            b'"' => quote.into(),
            b'\'' => apostrophe.into(),
            byte => vec![*byte],
        };
        all.push(value.iter().flat_map(entity).collect());
    }
}

/// As it stands within base64, after any number of other bytes: the characters that the value alone decides.
fn base64(value: &[u8], all: &mut Vec<Vec<u8>>) {
    for before in 0..3 {
        let whole: Vec<u8> = std::iter::repeat_n(0, before).chain(value.iter().copied()).collect();
        // So many characters are shared with the bytes before, and from there on with those behind.
        let (start, end) = ((before * 8).div_ceil(6), whole.len() * 8 / 6);
        for text in [BASE64_STANDARD_NO_PAD.encode(&whole), BASE64_URL_SAFE_NO_PAD.encode(&whole)] {
            all.push(text.as_bytes().get(start..end).unwrap_or_default().to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn contains(forms: &[Vec<u8>], form: &str) -> bool {
        forms.iter().any(|one| one == form.as_bytes())
    }

    #[test]
    fn a_plain_key_has_few_forms() {
        let forms = of(b"plain_key-value", Forms::Every);
        // Itself, hexadecimal twice, and base64 at three places: both alphabets agree here or there.
        assert!((6..=9).contains(&forms.len()), "{}", forms.len());
        assert_eq!(of(b"plain_key-value", Forms::Plain), [b"plain_key-value".to_vec()]);
    }

    #[test]
    fn encoders_agree() {
        let forms = of(br#"a+/ b<"'&=cd efgh"#, Forms::Every);
        for form in [
            "a%2B%2F%20b%3C%22%27%26%3Dcd%20efgh",
            "a%2b%2f+b%3c%22%27%26%3dcd+efgh",
            r#"a+/ b<\"'&=cd efgh"#,
            r#"a+\/ b<\"'&=cd efgh"#,
            r#"a+/ b\u003c\"'\u0026=cd efgh"#,
            "a+/ b&lt;&quot;&#39;&amp;=cd efgh",
            "612b2f20623c2227263d636420656667680a".trim_end_matches("0a"),
        ] {
            assert!(contains(&forms, form), "{form}");
        }
    }

    #[test]
    fn base64_is_known_at_every_place() {
        let value = b"k3y-value-of-any-length";
        let forms = of(value, Forms::Every);
        for before in 0..7 {
            for after in 0..4 {
                let text = [&vec![b'x'; before][..], value, &vec![b'y'; after]].concat();
                let text = BASE64_STANDARD_NO_PAD.encode(text);
                let found =
                    forms.iter().any(|form| text.contains(std::str::from_utf8(form).unwrap()));
                assert!(found, "{before} {after}");
            }
        }
    }

    /// Limit - 1, limit, limit + 1.
    #[test]
    fn short_values_are_not_looked_for() {
        for (len, found) in [(11, false), (12, true), (13, true)] {
            assert_eq!(!of(&vec![b'a'; len], Forms::Every).is_empty(), found, "{len}");
        }
    }
}
