//! What is called a password or a key: whether the value is one, or a word, a label, a reference, a piece of code.
//!
//! Only the name speaks for such a value, so it has to look like a secret itself. That misses passwords which are plain
//! words: so do the labels and messages of every login page look.

use super::{Outcome, password};
use crate::rule::words::{self, Part};

/// What the name calls the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// Chosen by a person or a machine, and short.
    Password,
    /// Made by a machine, and long.
    Key,
}

impl Named {
    /// Whether the value is a secret. `lead` is what the match has before it: its last byte tells whether it is quoted.
    pub(super) fn holds(self, lead: &[u8], value: &[u8]) -> Outcome {
        let is_quoted = matches!(lead.last(), Some(b'"' | b'\'' | b'>'));
        let is_secret = !is_reference(value)
            && !is_hash_of_script(lead, value)
            && match self {
                Named::Password => is_password(value, is_quoted),
                Named::Key => is_key(value),
            };
        if is_secret { Outcome::Unchecked } else { Outcome::Other }
    }
}

/// Whether it says where the secret is instead of what it is: a URL, a path, a template, a name in a program, something
/// encrypted.
fn is_reference(value: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[
        b"/", b"~/", b"./", b"../", b"\\", b"<", b"{", b"(", b"[", b"^", b"%(", b"%s", b"%{",
        b"#{", b"@{", b"ENC(", b"ENC[", b"arn:", b"vault:", b"ref+", b"env:", b"file:", b"data:",
        b"$(", b"${", b"AQICAH",
    ];
    const PARTS: [&[u8]; 4] = [b"://", b"${", b"{{", b"</"];
    STARTS.iter().any(|start| value.starts_with(start))
        || PARTS.iter().any(|part| value.windows(part.len()).any(|window| window == *part))
        || is_variable(value)
        || is_constant(value)
        || is_path(value)
        || is_mail(value)
}

/// `$NAME`, `%NAME%`; of `$2b$10$…`, a hash, the first sign is followed by another.
fn is_variable(value: &[u8]) -> bool {
    match value {
        [b'$', rest @ ..] => {
            rest.first().is_some_and(u8::is_ascii_alphabetic) && !rest.contains(&b'$')
        }
        [b'%', name @ .., b'%'] => name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_'),
        _ => false,
    }
}

/// A constant's name: `XCN_NCRYPT_PCP_ENCRYPTION_KEY`.
fn is_constant(value: &[u8]) -> bool {
    value.contains(&b'_') && value.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}

/// Names behind each other: `process.env.DB_PASSWORD`, `this.password`, `user-settings:password`, `Auth::PASSWORD`.
fn is_path(value: &[u8]) -> bool {
    let is_name = |name: &[u8]| {
        name.first().is_none_or(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
            && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'-'))
            && words::parts(name).all(|part| part != Part::Other)
    };
    let is_between = |byte: &u8| matches!(byte, b'.' | b':' | b'/');
    value.iter().any(is_between) && value.split(is_between).all(is_name)
}

/// `name@example.com`.
fn is_mail(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|byte| *byte == b'@') else { return false };
    let host = value.get(at + 1..).unwrap_or_default();
    let is_host = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    let top = host.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    host.contains(&b'.') && host.iter().all(is_host) && top.iter().all(u8::is_ascii_alphabetic)
}

/// Whether a long value is no chain of words and numbers, a few letters of chance at their end or not.
fn is_key(value: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let parts = value.split(|byte| !byte.is_ascii_alphanumeric());
    let others = parts.filter(|part| Part::of(part) == Part::Other).map(<[u8]>::len).sum::<usize>();
    (2 * others >= value.len() || others >= OTHER_BYTES_MIN) && !value.iter().all(is_digit)
}

/// So many bytes that are no words are a key, whatever stands beside them.
const OTHER_BYTES_MIN: usize = 16;

/// Whether a script gives its names hashes: `{newPassword:"…"}`, without a space, and as long as a digest.
fn is_hash_of_script(lead: &[u8], value: &[u8]) -> bool {
    let is_script = matches!(lead, [.., name, b':', b'"' | b'\''] if name.is_ascii_alphanumeric());
    is_script && matches!(value.len(), 32 | 40 | 64) && value.iter().all(u8::is_ascii_hexdigit)
}

fn is_password(value: &[u8], is_quoted: bool) -> bool {
    if password::is_dummy(b"", value) || !value.iter().any(u8::is_ascii_alphabetic) {
        return false;
    }
    // Unquoted, it may be a piece of a program; quoted, one of a text.
    let is_code =
        |byte: &u8| matches!(byte, b'(' | b')' | b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'`');
    let ends_code = matches!(value.last(), Some(b',' | b';' | b':'));
    if !is_quoted && (ends_code || value.iter().any(is_code)) || is_markup(value) {
        return false;
    }
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
    // Signs that no name or label has inside.
    let is_strong =
        |b: &u8| matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'*' | b'+' | b'~');
    if has_digit && inner.iter().any(is_strong) {
        return true;
    }
    let mut parts = words::parts(value);
    match (parts.next(), parts.next()) {
        (Some(Part::Numbered), None) => !is_type(value),
        (first, second) => {
            let is_other = first.into_iter().chain(second).chain(parts).any(is_other);
            is_other && (has_digit || words::is_jumble(value))
        }
    }
}

fn is_other(part: Part) -> bool {
    part == Part::Other
}

/// Whether there are entities or tags in it: a label.
fn is_markup(value: &[u8]) -> bool {
    let entity = value.iter().position(|byte| *byte == b'&');
    entity.is_some_and(|at| value.iter().skip(at).any(|byte| *byte == b';'))
}

/// Words that a number follows without making a password of it: types, algorithms, fields.
const TYPES: &[&str] = &[
    "base", "bytes", "char", "col", "error", "field", "float", "form", "input", "int", "item",
    "key", "label", "level", "line", "md", "number", "option", "param", "part", "rule", "sha",
    "step", "string", "text", "type", "uint", "user", "utf", "value", "varchar", "version",
];

fn is_type(value: &[u8]) -> bool {
    let end = value.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(value.len());
    words::is_made_of(value.get(..end).unwrap_or_default(), TYPES)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn is_password(lead: &str, value: &str) -> bool {
        Named::Password.holds(lead.as_bytes(), value.as_bytes()) == Outcome::Unchecked
    }

    #[test]
    fn passwords_are_found() {
        for value in [
            "hunter2",
            "admin123",
            "Winter2024!",
            "P@ssw0rd",
            "Tr0ub4dor&3",
            "s3cr3t",
            "aB3xK9mQ",
            "x7#kd!2mzq",
            "correct-horse-b4ttery",
            "aHVudGVyMg==",
            "k8Jz.pQ2w",
        ] {
            assert!(is_password("\"", value), "{value}");
        }
        for value in ["hunter2", "s3cr3t!", "aB3xK9mQ"] {
            assert!(is_password("=", value), "{value}");
        }
    }

    #[test]
    fn labels_rules_and_types_are_none() {
        for value in [
            "Password",
            "Passwort",
            "Contrasena",
            "password",
            "string",
            "required",
            "Password*",
            "Password:",
            "current-password",
            "new-password",
            "forgotPassword",
            "required|min:8",
            "required,min=8,max=64",
            "sha256",
            "input2",
            "varchar255",
            "field_12",
            "********",
            "12345678",
            "84736251",
            "Forgot&nbsp;password1?",
            "true",
            "undefined",
            "col-md-6",
            "user-pass-2",
            "^[A-Za-z0-9]{8,}$",
            "min:12",
        ] {
            assert!(!is_password("\"", value), "{value}");
        }
    }

    #[test]
    fn references_and_code_are_none() {
        for value in [
            "process.env.DB_PASSWORD2",
            "this.password1",
            "var.db_password",
            "e.password,",
            "$PASSWORD",
            "${DB_PASSWORD}",
            "{{password}}",
            "%(password)s",
            "%DB_PASSWORD1%",
            "<password1>",
            "/run/secrets/db1",
            "https://example.com/a1",
            "arn:aws:secret1",
            "ENC(abc123)",
            "generate16(",
            "getPassword()",
            "os.environ['A1']",
            "me1@example.com",
            "hash2,",
            "vault:secret/data/a1#b",
            "XCN_NCRYPT_PCP_KEYATTESTATION_FLAG",
            "!0",
            "t[1].value",
        ] {
            assert!(!is_password("=", value), "{value}");
        }
        assert!(is_password("\"", "$2b$10$abcdefgh"));
    }

    #[test]
    fn keys_are_no_chain_of_words() {
        let is_key = |value: &str| Named::Key.holds(b"", value.as_bytes()) == Outcome::Unchecked;
        for value in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "aZ3kQ9xLmP2vR7tYwB",
            "6b1f2c3d-1234-4abc-8def-0123456789ab",
        ] {
            assert!(is_key(value), "{value}");
        }
        for value in [
            "my-tls-secret-name",
            "user_settings_api_key_label",
            "ClientSecretCredential",
            "12345678901234567",
            "registry-credentials-2",
            "process.env.API_KEY_VALUE",
            "settings.security.apiKey",
            "XCN_NCRYPT_PCP_ENCRYPTION_KEY",
        ] {
            assert!(!is_key(value), "{value}");
        }
    }
}
