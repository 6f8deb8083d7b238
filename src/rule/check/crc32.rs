//! CRC-32/IEEE as text: the commonest checksum of tokens.

use super::base::{self, Code, Short};

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

const BASE62_LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";
const HEX_UPPER: &[u8] = b"0123456789ABCDEF";

impl Encoding {
    pub(super) fn write(self, crc: u32, len: usize) -> Short {
        match self {
            Encoding::Base62 => base::number(crc, base::BASE62, len),
            Encoding::Base62Lower => base::number(crc, BASE62_LOWER, len),
            Encoding::Base36 => base::number(crc, BASE36, len),
            Encoding::Hex => base::number(crc, HEX, 8),
            Encoding::HexUpper => base::number(crc, HEX_UPPER, 8),
            Encoding::HexLe => base::number(crc.swap_bytes(), HEX, 8),
            Encoding::Base64Le => Code::Base64.text(&crc.to_le_bytes(), 6),
        }
    }
}

/// What GitLab's routable tokens end in: two characters for the length of the payload, seven for the CRC-32.
pub(super) const ROUTABLE_BYTES: usize = 9;

/// The end of a routable token: `glpat-` payload `.01.`, or `glrt-t1_` payload `.01.`, or without the version.
pub(super) fn routable(before: &[u8]) -> Option<Short> {
    let prefix = before.iter().position(|byte| *byte == b'-')? + 1;
    let payload = match before.get(prefix..)? {
        // Runner tokens say their type first: `t1_`.
        [b't', b'0'..=b'9', b'_', rest @ ..] if before.starts_with(b"glrt") => rest,
        rest => rest,
    };
    let len = payload.iter().position(|byte| *byte == b'.')?;
    let len = base::number(u32::try_from(len).ok()?, BASE36, 2);
    let mut crc = crc32fast::Hasher::new();
    crc.update(before);
    crc.update(len.as_slice());
    let crc = Encoding::Base36.write(crc.finalize(), 7);
    Some(Short::from(len.as_slice().iter().chain(crc.as_slice()).copied()))
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
        for (encoding, crc, len, text) in [
            (Encoding::Hex, crc, 8, "cbf43926"),
            (Encoding::HexUpper, crc, 8, "CBF43926"),
            (Encoding::HexLe, crc, 8, "2639f4cb"),
            (Encoding::Hex, 1, 8, "00000001"),
            (Encoding::Base62, 0, 6, "000000"),
            (Encoding::Base62, 61, 6, "00000z"),
            (Encoding::Base62Lower, 61, 6, "00000Z"),
            (Encoding::Base36, 35, 7, "000000z"),
            (Encoding::Base64Le, 0, 6, "AAAAAA"),
            // base64.b64encode((0xCBF43926).to_bytes(4, "little")) in Python: "Jjn0yw==".
            (Encoding::Base64Le, crc, 6, "Jjn0yw"),
        ] {
            assert_eq!(encoding.write(crc, len).as_slice(), text.as_bytes(), "{encoding:?}");
        }
    }

    /// Computed with Python's `binascii.crc32`, by the generator that GitLab's documentation describes.
    #[test]
    fn routable_tokens_end_in_length_and_crc() {
        let payload = "bzoxCnU6MQp".repeat(3);
        for (before, end) in [
            (format!("glpat-{payload}.01."), "0x0623004"),
            (format!("glpat-{payload}."), "0x0arhqyn"),
            (format!("glrt-t3_{payload}.01."), "0x0ezh193"),
        ] {
            let written = routable(before.as_bytes()).unwrap();
            assert_eq!(written.as_slice().escape_ascii().to_string(), end, "{before}");
        }
        assert!(routable(b"glpat-no-dot").is_none());
        assert!(routable(b"").is_none());
    }
}
