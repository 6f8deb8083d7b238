//! Paths of a store: checked when they are configured, percent-encoded when they are sent.

use std::fmt::Write as _;

/// How long a path may be, in bytes.
const PATH_BYTES_MAX: usize = 1_024;

/// Takes a path without a slash at its end.
///
/// # Errors
/// The reason, without the path.
pub(super) fn checked(path: &str) -> Result<String, &'static str> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() || path.len() > PATH_BYTES_MAX {
        return Err("want a path of 1 to 1024 bytes");
    }
    if path.starts_with('/') || path.starts_with("v1/") {
        return Err("want a path without a leading slash and without v1/");
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("want a path without empty, . or .. segments");
    }
    if path.bytes().any(|byte| byte.is_ascii_control() || b"?#\\%".contains(&byte)) {
        return Err(
            "want a path as the store names it, without query, fragment, backslash or percent-encoding",
        );
    }
    Ok(path.to_owned())
}

/// Percent-encodes all but unreserved characters (RFC 3986) and slashes.
pub(super) fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn paths_are_plain() {
        assert_eq!(checked("team/stripe/"), Ok("team/stripe".to_owned()));
        for bad in
            ["", "/", "/a", "v1/a", "a//b", "a/../b", "./a", "a?b", "a#b", "a%2fb", "a\\b", "a\nb"]
        {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
        for (len, good) in [(1_024, true), (1_025, false)] {
            assert_eq!(checked(&"a".repeat(len)).is_ok(), good);
        }
    }

    #[test]
    fn what_is_sent_is_encoded() {
        assert_eq!(encoded("team a/ü+b@c"), "team%20a/%C3%BC%2Bb%40c");
    }
}
