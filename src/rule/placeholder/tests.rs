//! What stands for a credential, and what does not.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::view::testing::Random;

fn is(text: &str) -> bool {
    is_placeholder(text.as_bytes(), 5, true)
}

#[test]
fn what_stands_for_a_secret_is_told() {
    for text in ["", "xxxxxxxxxxxx", "${TOKEN}", "{{ token }}", "[REDACTED:a.b]**"] {
        assert!(is(text), "{text}");
    }
    assert!(!is("abcde"));
}

#[test]
fn what_repeats_or_counts_is_no_secret() {
    for text in [
        "1234567890abcdefghijklmnopqrstuvwxyz",
        "0123456789abcdef0123456789ABCDEF",
        "01234567-89ab-cdef-0123-456789abcdef",
        "123456789012-1234567890123-abcdefghijklmnopqrstuvwx",
        "T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "zyxwvutsrqponmlkjihg9876543210",
        "deadbeefdeadbeefdeadbeef",
        "ABCDEFGHIJKLMN",
    ] {
        assert!(is(text), "{text}");
    }
    for text in ["b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ", "abcd7w1k9fq2mz5x0t", "12345-7c9e1a"]
    {
        assert!(!is(text), "{text}");
    }
}

/// A stretch is one from four bytes on; three quarters of twelve are nine.
#[test]
fn how_much_has_to_repeat() {
    assert!(is_regular(b"123456789xqk") && !is_regular(b"12345678wxqk"));
    assert!(!is_regular(b"123456789xq"));
    assert_eq!(in_stretches(b"123x1234"), 4);
    assert_eq!(in_stretches(b"12344321"), 8);
    assert!(
        is_counted(b"1234") && is_counted(b"aaaaaa") && !is_counted(b"123") && !is_counted(b"1235")
    );
}

#[test]
fn words_say_what_is_to_be_put_there() {
    for text in [
        "your_access_token_he",
        "YOUR_ACCESS_TOKEN_GO",
        "REPLACE-WITH-YOUR-TO",
        "insert-your-api-token-here",
        "please-change-me-in-production",
        "replace_with_32_random_characters",
        "IOSFODNN7EXAMPLE",
        "yourApiKeyGoesHere",
    ] {
        assert!(is(text), "{text}");
    }
    for text in ["my_kx82hq1zplw0", "live_token_9f8s7d6f", "secret-api-7hwk2"] {
        assert!(!is(text), "{text}");
    }
}

/// More than the tests of the rules: no random text of any alphabet is one.
#[test]
fn random_tokens_are_none() {
    let alphabets: [&[u8]; 4] = [
        b"0123456789abcdef",
        b"0123456789abcdefghijklmnopqrstuvwxyz",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_",
    ];
    let rounds = if cfg!(target_arch = "wasm32") { 2_000 } else { 20_000 };
    let mut random = Random::new(31);
    for alphabet in alphabets {
        for _ in 0..rounds {
            let len = 16 + random.below(64);
            let token: Vec<u8> = (0..len).map(|_| alphabet[random.below(alphabet.len())]).collect();
            assert!(!is_placeholder(&token, 5, true), "{}", token.escape_ascii());
        }
    }
}

#[test]
fn the_quick_looks_miss_nothing() {
    for word in LONG_WORDS {
        assert!(is(&format!("Zq7-{}-4kX", word.to_uppercase())), "{word}");
    }
    let mut random = Random::new(32);
    let mut regular = 0;
    for _ in 0..20_000 {
        let len = REGULAR_BYTES_MIN + random.below(30);
        let mut last = b'4';
        let text: Vec<u8> = (0..len)
            .map(|_| {
                last = match random.below(12) {
                    0 => b"-_90aZ"[random.below(6)],
                    1..=6 => last.wrapping_add(1),
                    _ => last,
                };
                last
            })
            .collect();
        let count = text.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
        let is_stretched = 4 * in_stretches(&text) >= 3 * count;
        regular += usize::from(is_stretched);
        assert!(!is_stretched || has_steps(&text, count), "{}", text.escape_ascii());
    }
    assert!(regular > 100, "{regular}");
}
