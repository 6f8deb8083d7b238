//! Bech32 (BIP-173): `AGE-SECRET-KEY-1…`, `nsec1…`.

use super::base::Short;

/// The characters of the checksum.
pub(super) const CHECKSUM_BYTES: usize = 6;

const CHARSET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3];

/// The checksum that follows: a human-readable part, the last `1`, the data. In upper case where those are.
///
/// A text of both cases is no Bech32, and has no checksum.
pub(super) fn digest(before: &[u8]) -> Option<Short> {
    let is_upper = before.iter().any(u8::is_ascii_uppercase);
    if is_upper && before.iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let separator = before.iter().rposition(|byte| *byte == b'1').filter(|at| *at > 0)?;
    let (readable, data) = before.split_at_checked(separator)?;
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    let mut sum = 1;
    readable.iter().map(lower).for_each(|byte| sum = step(sum, byte >> 5));
    sum = step(sum, 0);
    readable.iter().map(lower).for_each(|byte| sum = step(sum, byte & 31));
    for byte in data.iter().skip(1).map(lower) {
        sum = step(sum, CHARSET.iter().position(|b| *b == byte)? as u8);
    }
    sum = (0..CHECKSUM_BYTES).fold(sum, |sum, _| step(sum, 0)) ^ 1;
    let character = |place: usize| {
        let value = sum >> (5 * (CHECKSUM_BYTES - 1 - place)) & 31;
        let byte = CHARSET.get(value as usize).copied().unwrap_or(b'q');
        if is_upper { byte.to_ascii_uppercase() } else { byte }
    };
    Some(Short::from((0..CHECKSUM_BYTES).map(character)))
}

fn step(sum: u32, value: u8) -> u32 {
    let top = sum >> 25;
    let sum = (sum & 0x01FF_FFFF) << 5 ^ u32::from(value);
    GENERATOR
        .iter()
        .enumerate()
        .filter(|(bit, _)| top >> bit & 1 == 1)
        .fold(sum, |sum, (_, generator)| sum ^ generator)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::super::{Check, Outcome};

    fn holds(text: &str) -> bool {
        Check::Bech32.holds(b"", text.as_bytes()) == Outcome::Holds
    }

    /// BIP-173, "Test vectors".
    #[test]
    fn the_valid_vectors_of_bip_173() {
        for text in [
            "A12UEL5L",
            "a12uel5l",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
            "?1ezyfcl",
        ] {
            assert!(holds(text), "{text}");
        }
    }

    #[test]
    fn the_invalid_vectors_of_bip_173() {
        for text in [
            "pzry9x0s0muk",
            "1pzry9x0s0muk",
            "x1b4n0q5v",
            "li1dgmt3",
            "A1G7SGD8",
            "10a06t8",
            "1qzzfhee",
        ] {
            assert!(!holds(text), "{text}");
        }
        assert!(!holds("a12UEL5L"));
        assert!(!holds(""));
    }

    /// The examples of NIP-19, of `age-keygen(1)` and of c2sp.org/age, in pieces so that no secret stands here.
    #[test]
    fn published_keys_hold() {
        for parts in [
            ["nse", "c1vl029mgpspedva04g90vltkh6fvh240zq", "tv9k0t9af8935ke9laqsnlfe5"],
            ["AGE-SECRET-", "KEY-1N9JEPW6DWJ0ZQUDX63F5A03GX8QUW7P", "XDE39N8UYF82VZ9PC8UFS3M7XA9"],
            [
                "AGE-SECRET-",
                "KEY-PQ-1K30MYPZAHAXHR22YHH27EGDVLU0QN",
                "SUH3DSV7J7NR3X6D9LHXNWSDLTV4T",
            ],
            [
                "AGE-SECRET-",
                "KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X0",
                "6SE84UN3VPM33W6HWDX0H3SK3ZQFR",
            ],
        ] {
            let text = parts.concat();
            assert!(holds(&text), "{text}");
            // One other character, and it does not.
            assert!(!holds(&text.replace("3", "4")), "{text}");
        }
    }
}
