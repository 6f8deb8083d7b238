//! Sealing: authenticated encryption of what is shared.

use std::fmt;

use chacha20poly1305::{AeadInPlace, KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// How many bytes the key from the environment must have: fewer could be guessed.
pub const SEAL_KEY_BYTES_MIN: usize = 32;

const NONCE: usize = 24;
const TAG: usize = 16;

/// Seals and opens with one key (XChaCha20-Poly1305). What it is sealed under is authenticated with it, so that an entry
/// cannot be moved to another name.
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// Derives the key from bytes of the environment. `None` where they are too few.
    pub fn new(secret: &[u8]) -> Option<Sealer> {
        if secret.len() < SEAL_KEY_BYTES_MIN {
            return None;
        }
        // The bytes may be text, and may serve others: a key of our own, of the right size, is made of them.
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).ok()?;
        mac.update(b"hushgate shared data, version 1");
        let key = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        Some(Sealer(XChaCha20Poly1305::new((&*key).into())))
    }

    /// Seals bytes under a name. A nonce must never come twice: 24 random bytes do not.
    pub fn seal(&self, name: &str, bytes: &[u8], nonce: [u8; 24]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(NONCE + bytes.len() + TAG);
        sealed.extend_from_slice(&nonce);
        let mut text = Zeroizing::new(bytes.to_vec());
        let nonce = XNonce::from(nonce);
        match self.0.encrypt_in_place_detached(&nonce, name.as_bytes(), &mut text) {
            Ok(tag) => {
                sealed.extend_from_slice(&text);
                sealed.extend_from_slice(&tag);
                sealed
            }
            // Only of a text of 256 GiB: then nothing is shared.
            Err(_) => Vec::new(),
        }
    }

    /// Opens what was sealed under that name. `None` of anything else.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (text, tag) = rest.split_last_chunk::<TAG>()?;
        let mut text = Zeroizing::new(text.to_vec());
        let nonce = XNonce::from(*nonce);
        let opened =
            self.0.decrypt_in_place_detached(&nonce, name.as_bytes(), &mut text, tag.into());
        opened.ok().map(|()| text)
    }
}

/// Nothing of the key.
impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}
