//! Passwords that are none: the words that stand for one, and the user's own name.

use super::{
    Outcome,
    base::{Code, unpadded},
};
use crate::rule::{placeholder::is_counted, words};

/// The longest Basic credentials that are looked into, in bytes: 684 characters.
const BASIC_BYTES_MAX: usize = 512;

/// Words of which what stands for a password is made, in documents and in the images of databases.
const WORDS: &[&str] = &[
    "admin",
    "api",
    "app",
    "bar",
    "baz",
    "change",
    "changeit",
    "changeme",
    "client",
    "database",
    "db",
    "default",
    "demo",
    "dev",
    "dummy",
    "enter",
    "example",
    "foo",
    "guest",
    "here",
    "hidden",
    "key",
    "local",
    "login",
    "masked",
    "me",
    "mongo",
    "my",
    "mysql",
    "new",
    "none",
    "null",
    "old",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "placeholder",
    "postgres",
    "pwd",
    "rabbitmq",
    "redacted",
    "redis",
    "root",
    "sample",
    "secret",
    "service",
    "some",
    "string",
    "super",
    "test",
    "testing",
    "the",
    "this",
    "to",
    "token",
    "user",
    "username",
    "value",
    "welcome",
    "with",
    "your",
];

/// Those behind which a number says nothing more: `password123`, `test1`.
const NUMBERED: &[&str] =
    &["changeme", "example", "my", "pass", "passwd", "password", "pwd", "secret", "test", "your"];

/// The published examples of Basic credentials: RFC 7617, §2 and §2.1.
const PUBLISHED: [(&[u8], &[u8]); 2] = [(b"Aladdin", b"open sesame"), (b"test", b"123\xC2\xA3")];

/// Whether a password is one: `lead` ends with the user's name where there is one, and a colon.
pub(super) fn of_user(lead: &[u8], password: &[u8]) -> Outcome {
    let user = lead.strip_suffix(b":").unwrap_or_default();
    let start = user.iter().rposition(|byte| matches!(byte, b'/' | b':')).map_or(0, |at| at + 1);
    judged(is_dummy(user.get(start..).unwrap_or_default(), password))
}

/// The same of Basic credentials (RFC 7617). What is no text with a colon is left to the shape.
pub(super) fn basic(value: &[u8]) -> Outcome {
    let decoded = Code::Base64.decode::<BASIC_BYTES_MAX>(unpadded(value));
    let text = decoded.as_ref().map(|decoded| decoded.as_slice()).unwrap_or_default();
    if text.iter().any(u8::is_ascii_control) || std::str::from_utf8(text).is_err() {
        return Outcome::Unchecked;
    }
    let Some(colon) = text.iter().position(|byte| *byte == b':') else {
        return Outcome::Unchecked;
    };
    let (user, password) = (text.get(..colon), text.get(colon + 1..));
    let (user, password) = (user.unwrap_or_default(), password.unwrap_or_default());
    judged(PUBLISHED.contains(&(user, password)) || is_dummy(user, password))
}

fn judged(is_dummy: bool) -> Outcome {
    if is_dummy { Outcome::Other } else { Outcome::Unchecked }
}

/// Whether the text stands for a password, or everybody knows it for that user.
pub(super) fn is_dummy(user: &[u8], password: &[u8]) -> bool {
    if password.is_empty() || password.eq_ignore_ascii_case(user) || is_counted(password) {
        return true;
    }
    let is_masked = words::contains(password, "***") || words::contains(password, "xxxx");
    if is_masked || password.ends_with(b"...") {
        return true;
    }
    let letters: Vec<u8> = password.iter().copied().filter(u8::is_ascii_alphabetic).collect();
    let digits: Vec<u8> = password.iter().copied().filter(u8::is_ascii_digit).collect();
    let is_number = b"1234567890".starts_with(&digits) && password.ends_with(&digits);
    match digits.len() {
        0 => words::is_made_of(&letters, WORDS),
        _ => is_number && words::is_made_of(&letters, NUMBERED),
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use base64::{Engine as _, prelude::BASE64_STANDARD};

    use super::*;

    #[test]
    fn words_for_a_password_are_none() {
        for password in [
            "password",
            "PASSWORD",
            "your_password",
            "myPassword",
            "YOUR-PASSWORD-HERE",
            "changeme",
            "secret",
            "password123",
            "test1",
            "123456",
            "aaaa",
            "abcdef",
            "mysecretpassword",
            "****",
            "ab****",
            "<password>",
            "xxxxxx",
            "",
        ] {
            assert!(is_dummy(b"app", password.as_bytes()), "{password}");
        }
        for password in [
            "hunter2",
            "admin123",
            "correct-horse",
            "P@ssw0rd",
            "passw",
            "secretsanta",
            "password7",
        ] {
            assert!(!is_dummy(b"app", password.as_bytes()), "{password}");
        }
    }

    #[test]
    fn the_name_of_the_user_is_no_password() {
        for (lead, password, outcome) in [
            ("://guest:", "guest", Outcome::Other),
            ("://Scott:", "scott", Outcome::Other),
            ("://scott:", "tiger7", Outcome::Unchecked),
            ("://:", "tiger7", Outcome::Unchecked),
            ("jdbc:x?password=", "tiger7", Outcome::Unchecked),
            ("jdbc:oracle:thin:app/", "tiger7", Outcome::Unchecked),
        ] {
            assert_eq!(of_user(lead.as_bytes(), password.as_bytes()), outcome, "{lead}{password}");
        }
    }

    #[test]
    fn basic_credentials_are_read() {
        let of = |text: &str| basic(BASE64_STANDARD.encode(text).as_bytes());
        for text in
            ["Aladdin:open sesame", "test:123£", "user:pass", "username:password", "a:a", "a:"]
        {
            assert_eq!(of(text), Outcome::Other, "{text}");
        }
        for text in ["app:correct-horse-7", "no colon", ":hunter2", "Aladdin:open sesames"] {
            assert_eq!(of(text), Outcome::Unchecked, "{text}");
        }
        assert_eq!(basic(&[b'e'; 2000]), Outcome::Unchecked);
    }
}
