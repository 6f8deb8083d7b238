//! Keys whose decoded bytes hold their own checksum.
//!
//! All of them are checked alike: decode, write the checksum that the other bytes ask for into its place, compare.

use sha2::{Digest, Sha256};

use super::{
    Outcome, azure,
    base::{Code, Key, unpadded},
};

/// Where the checksum stands, and which it is.
#[derive(Debug)]
pub(crate) enum Sealed {
    /// An Azure identifiable key: base64, the last four bytes are a Marvin32, little-endian. The marks that such keys
    /// have before it say which seeds may have been taken; a key without a mark is of an older kind.
    Marvin32(&'static [Mark]),
    /// An Azure DevOps access token of the older kind: base32, with a CRC-32 spread over four of its bytes.
    DevopsPat,
    /// Base58, the last four bytes are the start of a doubled SHA-256: keys of Bitcoin.
    Base58Check,
    /// Base32, the last two bytes are a CRC-16/XMODEM, little-endian: seeds of NATS and Stellar.
    Base32Crc16,
}

/// Four characters in an Azure key, and the seeds of the keys that have them.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) text: &'static str,
    pub(crate) seeds: &'static [u64],
}

/// Where an Azure key's mark stands, from the end: before four bytes of checksum.
const MARK_FROM_END: usize = 10;

/// What the CRC-32 of a DevOps token is combined with: those of users and those of applications.
const DEVOPS_MASKS: &[u64] = &[0xE0B9_692D, 0x1019_F92E];
/// Where a DevOps token holds its CRC-32, least significant byte first.
const DEVOPS_PLACES: [usize; 4] = [22, 8, 7, 2];

impl Sealed {
    pub(super) fn holds(&self, secret: &[u8]) -> Outcome {
        let text = unpadded(secret);
        let variants = self.variants(text);
        if variants.is_empty() {
            return Outcome::Unchecked;
        }
        let Some(key) = self.code().decode(text) else { return Outcome::Broken };
        let is_own = |variant: &u64| self.sealed(key, *variant) == Some(key);
        if variants.iter().any(is_own) { Outcome::Holds } else { Outcome::Broken }
    }

    /// Rewrites a secret so that its checksum holds.
    pub(super) fn seal(&self, secret: &mut [u8]) -> Option<()> {
        let len = unpadded(secret).len();
        let text = secret.get_mut(..len)?;
        let key = self.sealed(self.code().decode(text)?, *self.variants(text).first()?)?;
        self.code().write_over(key.as_slice(), text);
        Some(())
    }

    fn code(&self) -> Code {
        match self {
            Sealed::Marvin32(_) => Code::Base64,
            Sealed::DevopsPat | Sealed::Base32Crc16 => Code::Base32,
            Sealed::Base58Check => Code::Base58,
        }
    }

    /// The numbers that the checksum may have been made with; none where there is no checksum.
    fn variants(&self, text: &[u8]) -> &'static [u64] {
        match self {
            Sealed::Marvin32(marks) => {
                let rest = text.len().checked_sub(MARK_FROM_END).and_then(|at| text.get(at..));
                let rest = rest.unwrap_or_default();
                let mark = marks.iter().find(|mark| rest.starts_with(mark.text.as_bytes()));
                mark.map(|mark| mark.seeds).unwrap_or_default()
            }
            Sealed::DevopsPat => DEVOPS_MASKS,
            Sealed::Base58Check | Sealed::Base32Crc16 => &[0],
        }
    }

    /// The key with the checksum that its other bytes ask for.
    fn sealed(&self, mut key: Key, variant: u64) -> Option<Key> {
        match self {
            Sealed::Marvin32(_) => {
                let (body, end) = key.as_mut_slice().split_last_chunk_mut::<4>()?;
                *end = azure::marvin32(body, variant).to_le_bytes();
            }
            Sealed::DevopsPat => seal_devops(key.as_mut_slice(), variant as u32)?,
            Sealed::Base58Check => {
                let (body, end) = key.as_mut_slice().split_last_chunk_mut::<4>()?;
                *end = *Sha256::digest(Sha256::digest(body)).first_chunk()?;
            }
            Sealed::Base32Crc16 => {
                let (body, end) = key.as_mut_slice().split_last_chunk_mut::<2>()?;
                *end = crc16(body).to_le_bytes();
            }
        }
        Some(key)
    }
}

fn seal_devops(key: &mut [u8], mask: u32) -> Option<()> {
    let mut crc = crc32fast::Hasher::new();
    for (place, byte) in key.iter().enumerate() {
        if !DEVOPS_PLACES.contains(&place) {
            crc.update(&[*byte]);
        }
    }
    let sum = (crc.finalize() ^ mask).to_le_bytes();
    for (place, byte) in DEVOPS_PLACES.into_iter().zip(sum) {
        *key.get_mut(place)? = byte;
    }
    Some(())
}

/// CRC-16/XMODEM: polynomial 0x1021, from zero, not reflected.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 { shifted } else { shifted ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const STORAGE: Sealed = Sealed::Marvin32(&[
        Mark { text: "+ASt", seeds: &[u64::from_be_bytes(*b"Default0")] },
        Mark {
            text: "ACDb",
            seeds: &[u64::from_be_bytes(*b"MastRW00"), u64::from_be_bytes(*b"MastRO00")],
        },
    ]);

    #[test]
    fn crc16_is_that_of_the_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(crc16(b""), 0);
    }

    /// Published keys, in pieces so that no secret stands here: the examples of NATS' and Stellar's documentation,
    /// the Bitcoin wiki's of WIF (both forms of one key), and BIP-32's first test vector.
    #[test]
    fn published_keys_hold() {
        for (sealed, parts) in [
            (
                Sealed::Base32Crc16,
                ["SUACSSL3UAHUDXKFSNVUZRF5UHP", "MWZ6BFDTJ7M6USDXIED", "NPPQYYYCU3VY"],
            ),
            (
                Sealed::Base32Crc16,
                ["SBU2RRGLXH3E5CQHTD3ODLDF2B", "WDCYUSSBLLZ5GNW7JXH", "DIYKXZWHOKR"],
            ),
            (Sealed::Base58Check, ["5HueCGU8rMjxEXxiPuD5BDk", "u4MkFqeZyd4dZ1jvhTV", "qvbTLvyTJ"]),
            (Sealed::Base58Check, ["KwdMAjGmerYanjeui5SHS7Jk", "mpZvVipYvB2LJGU1ZxJ", "wYvP98617"]),
            (
                Sealed::Base58Check,
                [
                    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2n",
                    "Rk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5k",
                    "ejMRNNU3TGtRBeJgk33yuGBxrMPHi",
                ],
            ),
        ] {
            let mut text = parts.concat().into_bytes();
            assert_eq!(sealed.holds(&text), Outcome::Holds, "{parts:?}");
            let before = text.clone();
            sealed.seal(&mut text).unwrap();
            assert_eq!(text, before, "{parts:?}");
            text[20] ^= 1;
            assert_eq!(sealed.holds(&text), Outcome::Broken, "{parts:?}");
        }
    }

    /// Made in Python, from the bytes 0, 1, 2 …: `key[:60] + marvin32(key[:60], seed)` with the mark in its place.
    #[test]
    fn azure_keys_are_sealed_by_the_seed_of_their_mark() {
        let key = |end: &str| {
            format!(
                "{}{end}==",
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4"
            )
        };
        for (end, outcome) in [
            ("+AStY5ep4A", Outcome::Holds),
            ("ACDbdvoKbA", Outcome::Holds),
            ("ACDbsQCcPg", Outcome::Holds),
            // By the seed of the other mark.
            ("ACDbY5ep4A", Outcome::Broken),
            ("ACDcY5ep4A", Outcome::Unchecked),
        ] {
            assert_eq!(STORAGE.holds(key(end).as_bytes()), outcome, "{end}");
        }
        assert_eq!(STORAGE.holds(b""), Outcome::Unchecked);
        assert_eq!(STORAGE.holds(b"\xFF\xFF+ASt......"), Outcome::Broken);
    }

    /// Made in Python, from the bytes 0, 1, 2 … with `binascii.crc32` and the four bytes in their places.
    #[test]
    fn devops_tokens_of_users_and_applications() {
        for parts in [
            ["aaatwayeaudnhgajbifqydiob4i", "bceqtcqkucfyydenbwha5dypq"],
            ["aaa4wayeaudhgcajbifqydiob4i", "bceqtcqkuefyydenbwha5dypq"],
        ] {
            let token = parts.concat();
            assert_eq!(Sealed::DevopsPat.holds(token.as_bytes()), Outcome::Holds, "{token}");
            let mut other = token.as_bytes().to_vec();
            other[30] = b'z';
            assert_eq!(Sealed::DevopsPat.holds(&other), Outcome::Broken, "{token}");
        }
        // The one published in Microsoft's tests is one that does not hold.
        assert_eq!(Sealed::DevopsPat.holds(&b"deadbeef".repeat(7)[..52]), Outcome::Broken);
    }

    #[test]
    fn what_is_too_long_or_too_short_does_not_hold() {
        for sealed in [Sealed::DevopsPat, Sealed::Base58Check, Sealed::Base32Crc16] {
            for text in [&b"A"[..], &[b'A'; 300], b"0", b"\xFF"] {
                assert_eq!(sealed.holds(text), Outcome::Broken, "{sealed:?}");
            }
        }
    }
}
