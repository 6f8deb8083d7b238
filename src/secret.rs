//! A credential that this process knows.

use std::fmt;

use zeroize::Zeroizing;

/// Bytes that must not be seen: no way to print, copy or serialise them, and erased when dropped.
///
/// What cannot be erased are the copies that others made: the text of a configuration, a proxy's own memory.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over, without another copy.
    pub fn new(bytes: Vec<u8>) -> Secret {
        Secret(Zeroizing::new(bytes))
    }

    /// The bytes themselves, for whoever must compare or send them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret::new(text.into_bytes())
    }
}

/// Not even its length.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn nothing_is_shown() {
        let secret = Secret::from("planted".to_owned());
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret { .. } Secret { .. }");
        assert_eq!(secret.expose(), b"planted");
    }
}
