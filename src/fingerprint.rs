//! Keyed fingerprints: what may be said of a credential, so that two of its appearances can be told to be one.
//!
//! A fingerprint is HMAC-SHA-256 (RFC 2104) of the secret's bytes, of which the first eight are kept. Without the key
//! nobody can try passwords against it. The key comes from outside, as bytes: from the environment or a vault where
//! fingerprints are to be compared over time, else a random one, whose fingerprints are *ephemeral*: they mean
//! something within one process only.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How many bytes a key must have: fewer could be guessed.
pub const KEY_BYTES_MIN: usize = 16;

/// What stands before a fingerprint whose key dies with the process.
const EPHEMERAL: &str = "ephemeral:";

/// The keyed fingerprint of a secret; shown as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// Reads 16 hexadecimal digits.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<Fingerprint, &'static str> {
        if text.starts_with(EPHEMERAL) {
            return Err("an ephemeral fingerprint means nothing to another process");
        }
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = digits.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number
            .map(|number| Fingerprint(number.to_be_bytes()))
            .ok_or("want a fingerprint of 16 hexadecimal digits")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Makes fingerprints with one key.
#[derive(Clone)]
pub struct Fingerprinter {
    /// The key, digested: every fingerprint starts from a copy of it.
    keyed: Hmac<Sha256>,
    is_ephemeral: bool,
}

impl Fingerprinter {
    /// Uses a key that others know as well, so that fingerprints can be compared over time.
    ///
    /// # Errors
    /// Where the key is shorter than [`KEY_BYTES_MIN`].
    pub fn new(key: &[u8]) -> Result<Fingerprinter, KeyError> {
        if key.len() < KEY_BYTES_MIN {
            return Err(KeyError);
        }
        let keyed = Hmac::new_from_slice(key).map_err(|_| KeyError)?;
        Ok(Fingerprinter { keyed, is_ephemeral: false })
    }

    /// Uses a random key that this process alone has.
    ///
    /// # Errors
    /// As [`Fingerprinter::new`].
    pub fn ephemeral(key: &[u8]) -> Result<Fingerprinter, KeyError> {
        Ok(Fingerprinter { is_ephemeral: true, ..Fingerprinter::new(key)? })
    }

    /// Whether the key dies with the process.
    pub fn is_ephemeral(&self) -> bool {
        self.is_ephemeral
    }

    /// The fingerprint of a secret.
    pub fn of(&self, secret: &[u8]) -> Fingerprint {
        let mut mac = self.keyed.clone();
        mac.update(secret);
        let code = mac.finalize().into_bytes();
        Fingerprint(code.first_chunk().copied().unwrap_or_default())
    }

    /// A fingerprint as records show it.
    pub(crate) fn shown(&self, fingerprint: Fingerprint) -> Shown {
        Shown { fingerprint, is_ephemeral: self.is_ephemeral }
    }
}

/// Nothing of the key.
impl fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Fingerprinter");
        shown.field("is_ephemeral", &self.is_ephemeral).finish_non_exhaustive()
    }
}

/// Whether both give the same fingerprints.
impl PartialEq for Fingerprinter {
    fn eq(&self, other: &Fingerprinter) -> bool {
        self.is_ephemeral == other.is_ephemeral && self.of(b"") == other.of(b"")
    }
}

impl Eq for Fingerprinter {}

/// A fingerprint, marked where its key is ephemeral: `3f9c…` or `ephemeral:3f9c…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    fingerprint: Fingerprint,
    is_ephemeral: bool,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.is_ephemeral { EPHEMERAL } else { "" };
        write!(f, "{mark}{}", self.fingerprint)
    }
}

/// The key is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyError;

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fingerprint key: want at least {KEY_BYTES_MIN} bytes")
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// RFC 4231, test case 1.
    #[test]
    fn it_is_the_start_of_hmac_sha_256() {
        let fingerprinter = Fingerprinter::new(&[0x0b; 20]).unwrap();
        assert_eq!(fingerprinter.of(b"Hi There").to_string(), "b0344c61d8db3853");
    }

    #[test]
    fn keys_have_a_least_length() {
        for (len, good) in [(15, false), (16, true), (17, true)] {
            assert_eq!(Fingerprinter::new(&vec![7; len]).is_ok(), good);
            assert_eq!(Fingerprinter::ephemeral(&vec![7; len]).is_ok(), good);
        }
    }

    #[test]
    fn what_is_shown_can_be_read_unless_it_is_ephemeral() {
        let key = [7; 32];
        let (kept, lost) =
            (Fingerprinter::new(&key).unwrap(), Fingerprinter::ephemeral(&key).unwrap());
        let fingerprint = kept.of(b"planted");
        assert_eq!(lost.of(b"planted"), fingerprint);
        assert_eq!(Fingerprint::parse(&kept.shown(fingerprint).to_string()), Ok(fingerprint));
        let error = Fingerprint::parse(&lost.shown(fingerprint).to_string()).unwrap_err();
        assert!(error.starts_with("an ephemeral"));
        for bad in ["", "0123", "0123456789abcdef0", "+123456789abcdef", "0123456789abcdeg"] {
            assert_eq!(Fingerprint::parse(bad), Err("want a fingerprint of 16 hexadecimal digits"));
        }
    }

    #[test]
    fn nothing_of_the_key_is_shown() {
        let fingerprinter = Fingerprinter::ephemeral(b"planted-planted-").unwrap();
        assert_eq!(format!("{fingerprinter:?}"), "Fingerprinter { is_ephemeral: true, .. }");
    }
}
