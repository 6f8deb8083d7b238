//! Telling what stands for a credential from what is one: `xxxxxxxx`, `your_token_here`, `1234567890abcdef`, the
//! examples that vendors print.
//!
//! Asked of whole matches alone, after shape and place: so it costs nothing where nothing matches, and its answer does
//! not depend on how a stream is cut.
//!
//! # How often a random token is taken for a placeholder
//! Never, for practical purposes. Let a token have `n` letters and digits out of `k` (10 for digits, 16 for hexadecimal,
//! 62 for letters of both cases and digits), each as likely as any other.
//!
//! - *Regular* ([`is_regular`]): three quarters of it have to lie in stretches of four and more that repeat or count. A
//!   stretch of `m` is there with a chance of `3 / k^(m-1)`: it repeats, counts up or counts down. The worst case is the
//!   shortest token, 12, of digits: nine of them in stretches, as one of nine (`4 · 3 / 10^8`) or as a four and a five
//!   (`20 · 3 / 10^3 · 3 / 10^4`): `2 · 10^-5`; no rule is of so few digits alone. Of 16 hexadecimal digits it is
//!   `35 · (3 / 16^3)^3 = 10^-8`, of 32 `10^-15`, of 20 letters and digits `10^-14`. A period of at most eight, three
//!   times over: `8 / k^16` of 24 bytes, `1 / k^8` of 12.
//! - *Worded* ([`is_worded`]): a word of seven letters is at one place with a chance of `(2 / 62)^7 = 4 · 10^-11`; of a
//!   hundred places and five words that makes `2 · 10^-8`. Two words between separators: less than `10^-9`.
//! - *Published*: one of a few values of 64 bits.
//!
//! The tests of the rules expand each of their examples a thousand times and lose none.

use sha2::{Digest, Sha256};

use super::words;

/// A shorter text has too few bytes to be called regular.
const REGULAR_BYTES_MIN: usize = 12;
/// Fewer bytes that repeat or count are chance.
const STRETCH_BYTES_MIN: usize = 4;
/// The longest text that is repeated three times and more to make a placeholder, in bytes.
const PERIOD_BYTES_MAX: usize = 8;

/// Whether the bytes stand for a credential rather than being one.
///
/// `distinct_min`: fewer different bytes are a placeholder. `is_random`: whether all of it ought to look random; of what
/// need not, only templates and our own replacements are placeholders beside that.
pub(super) fn is_placeholder(bytes: &[u8], distinct_min: u8, is_random: bool) -> bool {
    if distinct(bytes) < u32::from(distinct_min) || is_template(bytes) {
        return true;
    }
    is_random && (is_regular(bytes) || is_worded(bytes) || is_published(bytes))
}

fn distinct(bytes: &[u8]) -> u32 {
    let mut seen = [0_u64; 4];
    for byte in bytes {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    seen.iter().map(|word| word.count_ones()).sum()
}

/// Whether something is to be put in its place, or was already.
fn is_template(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 5] = [b"${", b"$(", b"{{", b"[REDACTED", b"*REDACTED"];
    STARTS.iter().any(|start| bytes.starts_with(start))
}

/// Whether nearly all of it repeats or counts: `xxxxxxxx`, `0123-4567-89ab`, `zyxwvu`, `deadbeefdeadbeefdeadbeef`.
fn is_regular(bytes: &[u8]) -> bool {
    let len = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    let is_stretched = || has_steps(bytes, len) && 4 * in_stretches(bytes) >= 3 * len;
    len >= REGULAR_BYTES_MIN && (is_stretched() || is_periodic(bytes))
}

/// Whether enough of so many letters and digits lead to the next one that three quarters of them may lie in stretches: a
/// quick look, which nearly all that is random fails.
fn has_steps(bytes: &[u8], len: usize) -> bool {
    // Three of four in stretches, and in a stretch of four, three steps. What separates two bytes may hide one.
    let steps = bytes.windows(2).filter(|pair| match pair {
        [one, two] => one.abs_diff(*two) <= 1 || matches!(one, b'9' | b'0'),
        _ => false,
    });
    let hidden = bytes.len() - len;
    16 * (steps.count() + hidden) >= 9 * len
}

/// Whether all of it repeats or counts, however short it is: `1234`, `aaaa`, `abcdef`.
pub(super) fn is_counted(bytes: &[u8]) -> bool {
    bytes.len() >= STRETCH_BYTES_MIN && in_stretches(bytes) == bytes.len()
}

/// How many letters and digits are part of a stretch that repeats, counts up or counts down. What separates them is
/// skipped.
fn in_stretches(bytes: &[u8]) -> usize {
    let (mut covered, mut last, mut step, mut len) = (0, None, None, 0);
    let ends = |len: usize| if len >= STRETCH_BYTES_MIN { len } else { 0 };
    for byte in bytes.iter().copied().filter(u8::is_ascii_alphanumeric) {
        let next = last.and_then(|last| step_between(last, byte));
        if next.is_some() && (next == step || len == 1) {
            len += 1;
        } else {
            covered += ends(len);
            // The last byte may begin another stretch, unless it ended one.
            len = if next.is_some() && len < STRETCH_BYTES_MIN { 2 } else { 1 };
        }
        step = next.filter(|_| len > 1);
        last = Some(byte);
    }
    covered + ends(len)
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Same,
    Up,
    Down,
}

/// How one byte leads to the next, where it does: 0 follows 9, and `a` as well, since so hexadecimal digits count.
fn step_between(one: u8, two: u8) -> Option<Step> {
    match (one, two) {
        _ if one == two => Some(Step::Same),
        (b'9', b'0' | b'a' | b'A') => Some(Step::Up),
        (b'0', b'9') => Some(Step::Down),
        _ if one.checked_add(1) == Some(two) => Some(Step::Up),
        _ if two.checked_add(1) == Some(one) => Some(Step::Down),
        _ => None,
    }
}

/// Whether a short text is repeated three times and more.
fn is_periodic(bytes: &[u8]) -> bool {
    (1..=PERIOD_BYTES_MAX.min(bytes.len() / 3)).any(|period| {
        let shifted = bytes.iter().skip(period);
        bytes.iter().zip(shifted).all(|(one, two)| one == two)
    })
}

/// Words that no token has by chance. What they begin with, [`is_worded`] knows.
const LONG_WORDS: &[&str] = &["changeme", "example", "placeholder", "redacted", "replace_me"];

/// Words that say what is to be done with it.
const TELLING: &[&str] = &[
    "change", "dummy", "enter", "fake", "fill", "goes", "here", "insert", "my", "paste", "please",
    "put", "replace", "sample", "todo", "with", "xxx", "xxxx", "your",
];

/// Words that say what it stands for.
const NAMING: &[&str] = &[
    "access",
    "account",
    "api",
    "apikey",
    "auth",
    "bearer",
    "bot",
    "characters",
    "client",
    "code",
    "database",
    "id",
    "key",
    "me",
    "number",
    "org",
    "password",
    "private",
    "production",
    "project",
    "random",
    "secret",
    "string",
    "the",
    "this",
    "token",
    "user",
    "username",
    "value",
    "webhook",
];

/// Whether words say that something is to be put in its place: `your_access_token_here`, `AKIA…EXAMPLE`.
fn is_worded(bytes: &[u8]) -> bool {
    // Few places begin as one of them does.
    let begins = |byte: &u8| matches!(byte | 0x20, b'c' | b'e' | b'p' | b'r');
    let has_long_word = bytes.iter().enumerate().any(|(place, byte)| {
        let rest = bytes.get(place..).filter(|_| begins(byte)).unwrap_or_default();
        let is_at = |word: &&str| {
            let start = rest.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        };
        LONG_WORDS.iter().any(is_at)
    });
    if has_long_word {
        return true;
    }
    let is_one_of = |list: &[&str], part: &[u8]| {
        list.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(part))
    };
    let parts = || bytes.split(|byte| !byte.is_ascii_alphanumeric());
    let telling = parts().filter(|part| is_one_of(TELLING, part)).count();
    let naming = parts().filter(|part| is_one_of(NAMING, part)).count();
    let is_yours = bytes.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"your"));
    (telling > 0 && telling + naming > 1)
        || (is_yours && NAMING.iter().any(|word| word.len() > 2 && words::contains(bytes, word)))
        || bytes.ends_with(b"...")
}

/// Values that documents print as examples, as the first eight bytes of their SHA-256.
const PUBLISHED: &[[u8; 8]] = &[
    // The seed of a one-time password on the page that describes its URI.
    [0x8b, 0xe5, 0xd1, 0x13, 0xc0, 0x87, 0x1c, 0xe1],
];
/// The lengths of those.
const PUBLISHED_LENGTHS: &[usize] = &[16];

fn is_published(bytes: &[u8]) -> bool {
    PUBLISHED_LENGTHS.contains(&bytes.len())
        && PUBLISHED.iter().any(|start| Sha256::digest(bytes).starts_with(start))
}

#[cfg(test)]
mod tests;
