//! Microsoft's keys: Marvin32, and the two kinds of key that write it in a way of their own.
//!
//! The scheme is that of github.com/microsoft/security-utilities. A seed is eight ASCII characters, read as a
//! big-endian number: `Default0`.

use super::{
    Outcome,
    base::{self, Code, Short},
};

/// The hash of some bytes; the low half of the seed is the first word of the state.
pub(super) fn marvin32(bytes: &[u8], seed: u64) -> u32 {
    let mut state = (seed as u32, (seed >> 32) as u32);
    let (words, tail) = bytes.as_chunks::<4>();
    for word in words {
        state = block(state, u32::from_le_bytes(*word));
    }
    // The end is marked by a byte 0x80, and filled with zeros.
    let tail = tail.iter().rev().fold(0x80_u32, |word, byte| word << 8 | u32::from(*byte));
    let (a, b) = block(block(state, tail), 0);
    a ^ b
}

fn block((a, b): (u32, u32), word: u32) -> (u32, u32) {
    let a = a.wrapping_add(word);
    let b = b ^ a;
    let a = a.rotate_left(20).wrapping_add(b);
    let b = b.rotate_left(9) ^ a;
    let a = a.rotate_left(27).wrapping_add(b);
    (a, b.rotate_left(19))
}

/// The characters of an Entra client secret that are its checksum.
pub(super) const ENTRA_CHECKSUM_BYTES: usize = 3;

const ENTRA_ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
const ENTRA_SEED: u64 = u64::from_be_bytes(*b"AadPwd00");

/// Whether the secret is of the generation that has a checksum.
pub(super) fn has_entra_checksum(secret: &[u8]) -> bool {
    secret.get(3..6) == Some(b"8Q~")
}

/// The first three of five or six digits: there is no padding before they are cut.
pub(super) fn entra_digest(before: &[u8]) -> Short {
    let digits = base::number(marvin32(before, ENTRA_SEED), ENTRA_ALPHABET, ENTRA_CHECKSUM_BYTES);
    Short::from(digits.as_slice().iter().copied().take(ENTRA_CHECKSUM_BYTES))
}

const CASK_SEED: u64 = u64::from_be_bytes(*b"Default0");
/// The characters that a common annotated security key's checksum covers: sixty bytes.
const CASK_COVERED: usize = 80;

/// Whether the end of a common annotated security key is its checksum.
///
/// Issuers write it in two ways, and published keys exist that follow neither: what does not hold is not checked
/// rather than wrong.
pub(super) fn cask(secret: &[u8]) -> Outcome {
    let stated = cask_ends(secret).zip(secret.get(CASK_COVERED..));
    match stated {
        Some((ends, stated)) if ends.iter().any(|end| base::unpadded(stated) == end.as_slice()) => {
            Outcome::Holds
        }
        _ => Outcome::Unchecked,
    }
}

/// The two ways of writing the checksum: base62 of its bytes turned around, and base64 of them as they stand.
fn cask_ends(secret: &[u8]) -> Option<[Short; 2]> {
    let len = base::unpadded(secret).len().checked_sub(CASK_COVERED).filter(|len| *len >= 4)?;
    let covered = Code::Base64.decode::<60>(secret.get(..CASK_COVERED)?)?;
    let sum = marvin32(covered.as_slice(), CASK_SEED).to_le_bytes();
    let digits = base::number(u32::from_be_bytes(sum), base::BASE62, 0);
    // Short numbers are filled at their end.
    let digits = digits.as_slice().iter().copied().chain([b'0'; 6]);
    Some([Short::from(digits.take(len.min(6))), Code::Base64.text(&sum, len.min(6))])
}

pub(super) fn seal_cask(secret: &mut [u8]) -> Option<()> {
    let [end, _] = cask_ends(secret)?;
    let place = secret.get_mut(CASK_COVERED..CASK_COVERED + end.as_slice().len())?;
    place.copy_from_slice(end.as_slice());
    Some(())
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::{super::Check, *};

    /// The first from the self-test of Microsoft's SymCrypt; the others from a second implementation, in Python.
    #[test]
    fn marvin32_is_that_of_symcrypt() {
        let wide: Vec<u8> = b"Abcdefg".iter().flat_map(|byte| [*byte, 0]).collect();
        assert_eq!(marvin32(&wide, 0x5D70_D359_C498_B3F8), 0xBA62_7C81);
        for (text, hash) in [
            ("", 0xB008_92AC),
            ("h", 0xF41A_608E),
            ("he", 0x1110_7C6B),
            ("hel", 0x2405_6A46),
            ("hell", 0x7F91_E021),
            ("hello, world!", 0x00C1_8515),
        ] {
            assert_eq!(marvin32(text.as_bytes(), 0x82EF_4D88_7A4E_55C5), hash, "{text:?}");
        }
    }

    /// The secret that Microsoft's own rule generates as its test.
    #[test]
    fn an_entra_secret_ends_in_its_checksum() {
        let secret = [&b"zzz8Q~"[..], &[b'z'; 31], b"blP"].concat();
        assert_eq!(Check::EntraSecret.holds(b"", &secret), Outcome::Holds);
        let other = [&b"zzz8Q~"[..], &[b'z'; 31], b"blQ"].concat();
        assert_eq!(Check::EntraSecret.holds(b"", &other), Outcome::Broken);
        let older = [&b"zzz7Q~"[..], &[b'z'; 31]].concat();
        assert_eq!(Check::EntraSecret.holds(b"", &older), Outcome::Unchecked);
    }

    /// Computed in Python: `marvin32(b64decode(covered), "Default0")`, written both ways.
    #[test]
    fn a_cask_ends_in_its_checksum_in_either_way() {
        let covered = [
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "JQQJ99",
            "BCACAAAAAAAAAAAAAZDO01",
        ];
        let covered = covered.concat();
        assert_eq!(covered.len(), CASK_COVERED);
        for end in ["37YR", "qnjN", "37YRzQ==", "qnjNTA=="] {
            let key = format!("{covered}{end}");
            assert_eq!(cask(key.as_bytes()), Outcome::Holds, "{end}");
        }
        for end in ["0000", "000000==", ""] {
            let key = format!("{covered}{end}");
            assert_eq!(cask(key.as_bytes()), Outcome::Unchecked, "{end}");
        }
    }
}
