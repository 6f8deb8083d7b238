//! Checksums and structures that credentials carry (`docs/rule-format.md`, "Checks").

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The largest JWT header that is decoded, in bytes of base64.
const JWT_HEADER_BYTES_MAX: usize = 2048;

/// How a rule's matches are checked.
#[derive(Debug)]
pub(crate) enum Check {
    None,
    /// The last `len` bytes are the CRC-32/IEEE of those before them, without the first `skip` and the last `gap`.
    Crc32 {
        skip: usize,
        encoding: Encoding,
        len: usize,
        gap: usize,
    },
    /// Bytes 78 to 85 are base32 of the SHA-256 of the first 77.
    GithubFineGrained,
    /// What stands before the first dot is a JSON object with `alg`, in base64url (RFC 7515 §4.1.1).
    Jwt,
    /// The secret contains a marker.
    Contains(&'static str),
}

/// How a CRC-32 is written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    /// `0-9A-Za-z`, most significant first, padded with `0`.
    Base62,
    /// The same over `0-9a-zA-Z`.
    Base62Lower,
    /// `0-9a-z`.
    Base36,
    /// Eight lower-case digits, big-endian.
    Hex,
    /// The same in upper case.
    HexUpper,
    /// Eight lower-case digits of the little-endian bytes.
    HexLe,
    /// Standard base64 of the little-endian bytes, without its padding.
    Base64Le,
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is no checksum; a structure that is asked for is there.
    Unchecked,
    /// A checksum that is right.
    Holds,
    /// A checksum that is wrong.
    Broken,
    /// A structure that is not there: something else.
    Other,
}

impl Check {
    pub(crate) fn holds(&self, secret: &[u8]) -> Outcome {
        let structure = |holds| {
            if holds { Outcome::Unchecked } else { Outcome::Other }
        };
        match self {
            Check::None => Outcome::Unchecked,
            Check::Crc32 { .. } | Check::GithubFineGrained => self.checksum(secret),
            Check::Jwt => structure(is_jwt_header(secret)),
            Check::Contains(text) => structure(contains(secret, text.as_bytes())),
        }
    }

    fn checksum(&self, secret: &[u8]) -> Outcome {
        let (at, len) = match self {
            Check::Crc32 { len, .. } => (secret.len().saturating_sub(*len), *len),
            Check::GithubFineGrained => (77, 8),
            _ => return Outcome::Unchecked,
        };
        let stated = secret.get(at..at + len);
        match (self.digest(secret.get(..at).unwrap_or_default()), stated) {
            (Some(digest), Some(stated)) if digest.get(..len) == Some(stated) => Outcome::Holds,
            _ => Outcome::Broken,
        }
    }

    /// The checksum that follows these first bytes of a secret, if the check is one.
    pub(crate) fn digest(&self, before: &[u8]) -> Option<Vec<u8>> {
        match self {
            Check::Crc32 { skip, encoding, len, gap } => {
                let covered = before.get(*skip..before.len().checked_sub(*gap)?)?;
                Some(encoding.write(crc32fast::hash(covered), *len))
            }
            Check::GithubFineGrained => Some(base32(&Sha256::digest(before), 8)),
            _ => None,
        }
    }
}

impl Encoding {
    fn write(self, crc: u32, len: usize) -> Vec<u8> {
        let hex = |bytes: [u8; 4]| bytes.iter().flat_map(|b| [b >> 4, b & 15]).collect::<Vec<u8>>();
        match self {
            Encoding::Base62 => {
                number(crc, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", len)
            }
            Encoding::Base62Lower => {
                number(crc, b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", len)
            }
            Encoding::Base36 => number(crc, b"0123456789abcdefghijklmnopqrstuvwxyz", len),
            Encoding::Hex => digits(&hex(crc.to_be_bytes()), b"0123456789abcdef"),
            Encoding::HexUpper => digits(&hex(crc.to_be_bytes()), b"0123456789ABCDEF"),
            Encoding::HexLe => digits(&hex(crc.to_le_bytes()), b"0123456789abcdef"),
            Encoding::Base64Le => {
                let text = base64::prelude::BASE64_STANDARD_NO_PAD.encode(crc.to_le_bytes());
                text.into_bytes()
            }
        }
    }
}

fn digits(values: &[u8], alphabet: &[u8]) -> Vec<u8> {
    values.iter().filter_map(|value| alphabet.get(usize::from(*value)).copied()).collect()
}

/// A number in the base of the alphabet, padded to `len`.
fn number(mut value: u32, alphabet: &[u8], len: usize) -> Vec<u8> {
    let base = alphabet.len() as u32;
    let mut values = Vec::new();
    while value > 0 || values.len() < len {
        values.push((value % base) as u8);
        value /= base;
    }
    values.reverse();
    digits(&values, alphabet)
}

/// The first `len` digits of RFC 4648 base32.
fn base32(bytes: &[u8], len: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for group in bytes.chunks(5) {
        let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let bits = bits << (8 * (5 - group.len()));
        out.extend((0..8).rev().map(|place| (bits >> (5 * place) & 31) as u8));
    }
    out.truncate(len);
    digits(&out, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}

#[derive(Deserialize)]
struct JwtHeader {
    #[serde(rename = "alg")]
    _alg: String,
}

fn is_jwt_header(token: &[u8]) -> bool {
    let header = token.split(|byte| *byte == b'.').next().unwrap_or_default();
    header.len() <= JWT_HEADER_BYTES_MAX
        && BASE64URL
            .decode(header)
            .is_ok_and(|json| serde_json::from_slice::<JwtHeader>(&json).is_ok())
}

fn contains(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len().max(1)).any(|window| window == marker)
}

/// Whether the bytes stand for a credential rather than being one: `xxxxxxxx`, `${TOKEN}`, our own replacement.
pub(crate) fn is_placeholder(bytes: &[u8], distinct_min: u8) -> bool {
    let mut seen = [0_u64; 4];
    for byte in bytes {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    let distinct: u32 = seen.iter().map(|word| word.count_ones()).sum();
    let templates: [&[u8]; 5] = [b"${", b"$(", b"{{", b"[REDACTED", b"*REDACTED"];
    distinct < u32::from(distinct_min) || templates.iter().any(|start| bytes.starts_with(start))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn crc32_is_written_in_every_encoding() {
        // The CRC-32 check value of "123456789" (CRC catalogue, CRC-32/ISO-HDLC) is 0xCBF43926.
        let crc = crc32fast::hash(b"123456789");
        assert_eq!(crc, 0xCBF4_3926);
        assert_eq!(Encoding::Hex.write(crc, 8), b"cbf43926");
        assert_eq!(Encoding::HexUpper.write(crc, 8), b"CBF43926");
        assert_eq!(Encoding::HexLe.write(crc, 8), b"2639f4cb");
        assert_eq!(Encoding::Base62.write(0, 6), b"000000");
        assert_eq!(Encoding::Base62.write(61, 6), b"00000z");
        assert_eq!(Encoding::Base62Lower.write(61, 6), b"00000Z");
        assert_eq!(Encoding::Base36.write(35, 7), b"000000z");
        assert_eq!(Encoding::Base64Le.write(0, 6), b"AAAAAA");
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        assert_eq!(base32(b"foobar", 10), b"MZXW6YTBOI");
        assert_eq!(base32(b"fooba", 8), b"MZXW6YTB");
    }

    #[test]
    fn a_jwt_header_names_its_algorithm() {
        let encode = |text: &str| BASE64URL.encode(text).into_bytes();
        assert_eq!(Check::Jwt.holds(&encode(r#"{"alg":"HS256"}"#)), Outcome::Unchecked);
        assert_eq!(Check::Jwt.holds(&encode(r#"{"typ":"JWT"}"#)), Outcome::Other);
        assert_eq!(Check::Jwt.holds(b"eyJ"), Outcome::Other);
    }

    #[test]
    fn placeholders_are_told_from_secrets() {
        for text in ["", "xxxxxxxxxxxx", "${TOKEN}", "{{ token }}", "[REDACTED:a.b]**"] {
            assert!(is_placeholder(text.as_bytes(), 5), "{text}");
        }
        assert!(!is_placeholder(b"abcde", 5));
    }
}
