//! The name that a value is assigned to: `DATADOG_API_KEY=…`, `"apiKey": "…"`, `X-Api-Key: …`, `token => '…'`.
//!
//! Rules with a context are judged by it. It is read backwards from the value, over a few bytes at most.

use super::Window;
use crate::view::escape;

/// The longest name that is read, in bytes; of a longer one, its end.
const NAME_BYTES_MAX: usize = 40;
/// How many bytes before a value are read where they are escaped.
const ESCAPED_BYTES_MAX: usize = 96;
/// How many quotes, spaces and backslashes there may be on one side of the sign.
const PADDING_BYTES_MAX: usize = 4;

/// A shorter word of a context has to stand where a part of the name begins.
const WHOLE_BYTES_MIN: usize = 5;

/// What the last word of a name says that it holds a credential.
const SECRET_WORDS: &[&str] = &[
    "api",
    "auth",
    "bearer",
    "cred",
    "credential",
    "key",
    "pass",
    "passwd",
    "password",
    "pat",
    "pwd",
    "secret",
    "sid",
    "token",
];

/// A name, in lower case.
pub(super) struct Name {
    bytes: [u8; NAME_BYTES_MAX],
    /// Where it starts in `bytes`: it fills them from the end.
    start: usize,
}

impl Name {
    /// The name that a value at this place is assigned to.
    pub(super) fn before(window: &Window<'_>, at: usize) -> Option<Name> {
        // `%22key%22%3A%22`, `&quot;key&quot;:&quot;`: it is read as it would stand without escapes.
        let is = |back: usize, byte: u8| window.byte_back(at, back) == Some(byte);
        if is(1, b';') || is(3, b'%') || is(5, b'%') {
            let text = escape::decode(window.preceding::<ESCAPED_BYTES_MAX>(at).bytes());
            return Name::plainly_before(&Window::new(&text, b"", true, 0), 0);
        }
        Name::plainly_before(window, at)
    }

    fn plainly_before(window: &Window<'_>, at: usize) -> Option<Name> {
        let mut back = sign_before(window, at)?;
        back = skip(window, at, back, is_padding);
        let mut name = Name { bytes: [0; NAME_BYTES_MAX], start: NAME_BYTES_MAX };
        while let Some(byte) = window.byte_back(at, back).filter(|byte| is_name(*byte))
            && let Some(place) = name.start.checked_sub(1)
            && let Some(slot) = name.bytes.get_mut(place)
        {
            *slot = byte.to_ascii_lowercase();
            name.start = place;
            back += 1;
        }
        (name.start < NAME_BYTES_MAX).then_some(name)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Whether it ends in a word for a credential; an `s` may follow, or a number.
    pub(super) fn is_secret(&self) -> bool {
        let name = self.without_number();
        let ends = |name: &[u8]| SECRET_WORDS.iter().any(|word| name.ends_with(word.as_bytes()));
        ends(name) || name.strip_suffix(b"s").is_some_and(ends)
    }

    /// The name without a number at its end.
    fn without_number(&self) -> &[u8] {
        let is_tail = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        let bytes = self.bytes();
        let end = match bytes.last() {
            Some(last) if last.is_ascii_digit() => {
                bytes.iter().rposition(|byte| !is_tail(byte)).map_or(0, |last| last + 1)
            }
            _ => bytes.len(),
        };
        bytes.get(..end).unwrap_or_default()
    }

    /// Whether it holds the word, or ends in it where a `$` follows; a short or joined one only where a part of the name begins: `fal` is not in
    /// `default_key`, and `dd_api` not in `add_api_key`.
    pub(super) fn has(&self, word: &str) -> bool {
        if let Some(end) = word.strip_suffix('$') {
            return self.without_number().ends_with(end.as_bytes());
        }
        let is_whole = word.len() < WHOLE_BYTES_MIN || word.contains(['_', '-']);
        let mut before = None;
        self.bytes().windows(word.len()).any(|window| {
            let starts_part = before
                .replace(window.first().copied())
                .is_none_or(|byte| !byte.is_some_and(|byte: u8| byte.is_ascii_alphanumeric()));
            window == word.as_bytes() && (starts_part || !is_whole)
        })
    }
}

/// How far before a value the sign stands that assigns it: `=`, `:` or `=>`.
#[inline]
fn sign_before(window: &Window<'_>, at: usize) -> Option<usize> {
    let back = skip(window, at, 1, is_padding);
    match window.byte_back(at, back) {
        Some(b'=' | b':') => Some(back + 1),
        Some(b'>') if window.byte_back(at, back + 1) == Some(b'=') => Some(back + 2),
        _ => None,
    }
}

/// Goes back over some bytes of a kind.
#[inline]
fn skip(window: &Window<'_>, at: usize, from: usize, is_kind: fn(u8) -> bool) -> usize {
    let count = (from..from + PADDING_BYTES_MAX)
        .take_while(|back| window.byte_back(at, *back).is_some_and(is_kind))
        .count();
    from + count
}

fn is_padding(byte: u8) -> bool {
    matches!(byte, b' ' | b'"' | b'\'' | b'\\')
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Whether a value may be assigned to a secret's name, by the eight bytes before it as a number (the last one highest).
///
/// Asked of every long run: most stand behind something else, and most names end otherwise.
#[inline]
pub(super) fn may_be_secret(before: u64) -> bool {
    let last = |bytes: u64| (bytes >> 56) as u8;
    // A quote and a space, on either side of the sign; no branches, since all of it is as likely as not.
    let quote = |bytes: u64| {
        let is_quote = (last(bytes) == b'"') | (last(bytes) == b'\'');
        bytes << (8 * u32::from(is_quote))
    };
    let space = |bytes: u64| bytes << (8 * u32::from(last(bytes) == b' '));
    let signed = space(quote(before));
    let sign = last(signed);
    let name = quote(space(signed << 8));
    let end = [name >> 40, name >> 48, name >> 56].map(|byte| byte as u8);
    let is_secret = ENDS.has(end) | end[2].is_ascii_digit();
    // Other ways of writing it are looked at closely: `\"key\":\"`, `key => `, `key  = `.
    let is_other =
        (sign == b'\\') | (sign == b'>') | (sign == b' ') | (end[2] == b'\\') | (end[2] == b' ');
    // `%3D` and `&quot;` end so; an entity or a hexadecimal number may as well.
    let byte = |number: u32| (before >> (8 * number)) as u8;
    let is_escaped = (last(before) == b';') | (byte(5) == b'%') | (byte(3) == b'%');
    is_escaped
        | ((sign == b'=') | (sign == b':')) & (is_secret | is_other | (end[0] == 0))
        | is_other & (sign != b' ')
}

/// The last three letters of the words for a credential, and of their plurals.
struct Ends([u64; 64]);

static ENDS: Ends = Ends::of(SECRET_WORDS);

impl Ends {
    #[allow(clippy::indexing_slicing)] // A word has three letters at least, and a slot is below 64 * 64.
    const fn of(words: &[&str]) -> Ends {
        let mut ends = Ends([0; 64]);
        let mut number = 0;
        while number < words.len() {
            let word = words[number].as_bytes();
            let [a, b, c] = [word[word.len() - 3], word[word.len() - 2], word[word.len() - 1]];
            let slot = Self::slot([a, b, c]);
            ends.0[slot / 64] |= 1 << (slot % 64);
            let slot = Self::slot([b, c, b's']);
            ends.0[slot / 64] |= 1 << (slot % 64);
            number += 1;
        }
        ends
    }

    const fn slot(bytes: [u8; 3]) -> usize {
        let [a, b, c] = bytes;
        let key = (a as u32 | 0x20) | (b as u32 | 0x20) << 8 | (c as u32 | 0x20) << 16;
        (key.wrapping_mul(0x9E37_79B1) >> 20) as usize
    }

    #[allow(clippy::indexing_slicing)] // As above.
    #[inline]
    fn has(&self, bytes: [u8; 3]) -> bool {
        let slot = Self::slot(bytes);
        self.0[slot / 64] >> (slot % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn name(before: &str) -> Option<String> {
        let window = Window::new(before.as_bytes(), b"value", false, 64);
        let name = Name::before(&window, 0)?;
        Some(String::from_utf8(name.bytes().to_vec()).unwrap())
    }

    #[test]
    fn names_stand_before_a_sign() {
        for (before, expected) in [
            ("DATADOG_API_KEY=", "datadog_api_key"),
            ("{\"apiKey\": \"", "apikey"),
            ("{\\\"apiKey\\\": \\\"", "apikey"),
            ("x-api-key: ", "x-api-key"),
            ("'token' => '", "token"),
            ("a b.c = ", "b.c"),
        ] {
            assert_eq!(name(before).as_deref(), Some(expected), "{before}");
        }
        for before in ["", "\"", "key ", "[\"a\",\"", "=", " : ", "key>", "key|"] {
            assert_eq!(name(before), None, "{before}");
        }
    }

    /// What the quick look refuses is no secret's name.
    #[test]
    fn the_quick_look_misses_nothing() {
        for word in SECRET_WORDS {
            for (name, sign) in [
                ((*word).to_owned(), "="),
                (format!("X_{}", word.to_uppercase()), ": "),
                (format!("my{word}s"), "\": \""),
                (format!("{word}_2"), "\\\":\\\""),
                ((*word).to_owned(), "' => '"),
                (format!("{word}."), "=\""),
            ] {
                let text = format!("        {name}{sign}");
                let before = text.as_bytes().last_chunk::<8>().unwrap();
                let window = Window::new(text.as_bytes(), b"value", false, 64);
                if Name::before(&window, 0).is_some_and(|name| name.is_secret()) {
                    assert!(may_be_secret(u64::from_le_bytes(*before)), "{text}");
                }
            }
        }
        let may = |text: &[u8; 8]| may_be_secret(u64::from_le_bytes(*text));
        assert!(!may(b"{\"id\":\"x") && !may(b"etag\":\"\"") && !may(b"a, b, c "));
    }

    #[test]
    fn of_a_long_name_the_end_is_read() {
        let long = "a".repeat(100) + "_key=";
        let read = name(&long).unwrap();
        assert_eq!((read.len(), read.ends_with("_key")), (NAME_BYTES_MAX, true));
    }

    #[test]
    fn short_words_begin_a_part_of_the_name() {
        let has = |before: &str, word: &str| {
            let window = Window::new(before.as_bytes(), b"value", false, 64);
            Name::before(&window, 0).unwrap().has(word)
        };
        for (before, word) in [
            ("FAL_KEY=", "fal"),
            ("my.fal-key: ", "fal"),
            ("_authToken=", "_authtoken"),
            ("myDatadogApiKey=", "datadog"),
            ("x_dd_api_key=", "dd_api"),
        ] {
            assert!(has(before, word), "{before} {word}");
        }
        for (before, word) in
            [("default_key=", "fal"), ("add_api_key=", "dd_api"), ("oauth=", "auth")]
        {
            assert!(!has(before, word), "{before} {word}");
        }
    }

    #[test]
    fn secret_names_end_in_a_word_for_it() {
        let is_secret = |before: &str| {
            let window = Window::new(before.as_bytes(), b"value", false, 64);
            Name::before(&window, 0).unwrap().is_secret()
        };
        for before in ["API_KEY=", "apiKeys:", "token_2=", "x-auth: ", "account_sid=", "pass="] {
            assert!(is_secret(before), "{before}");
        }
        for before in ["id=", "key_id=", "hash:", "token_type=", "\"s\":\"", "_="] {
            assert!(!is_secret(before), "{before}");
        }
    }
}
