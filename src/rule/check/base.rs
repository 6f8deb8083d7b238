//! Bytes as text and back: base32, base58, base64, and numbers in a base. Without a heap.

/// At most `N` bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fixed<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

/// A checksum as it is written.
pub(crate) type Short = Fixed<16>;

/// A decoded key.
pub(crate) type Key = Fixed<96>;

impl<const N: usize> Fixed<N> {
    pub(crate) const EMPTY: Fixed<N> = Fixed { bytes: [0; N], len: 0 };

    /// `None` where there is no room.
    pub(crate) fn push(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.len)? = byte;
        self.len += 1;
        Some(())
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.len).unwrap_or_default()
    }

    /// Without what does not fit.
    pub(crate) fn from(bytes: impl IntoIterator<Item = u8>) -> Fixed<N> {
        let mut out = Fixed::EMPTY;
        bytes.into_iter().take(N).for_each(|byte| _ = out.push(byte));
        out
    }
}

pub(crate) const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A number in the base of the alphabet, most significant first, padded to `len` with its zero.
pub(crate) fn number(mut value: u32, alphabet: &[u8], len: usize) -> Short {
    let base = alphabet.len().max(2) as u32;
    let mut out = Short::EMPTY;
    while value > 0 || out.len < len {
        let digit = alphabet.get((value % base) as usize).copied();
        if digit.and_then(|digit| out.push(digit)).is_none() {
            break;
        }
        value /= base;
    }
    out.as_mut_slice().reverse();
    out
}

/// How a key's bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// RFC 4648, letters in either case.
    Base32,
    /// As Bitcoin has it.
    Base58,
    /// RFC 4648, either alphabet.
    Base64,
}

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Code {
    fn alphabet(self) -> &'static [u8] {
        match self {
            Code::Base32 => BASE32,
            Code::Base58 => BASE58,
            Code::Base64 => BASE64,
        }
    }

    pub(crate) fn value(self, byte: u8) -> Option<u8> {
        match self {
            Code::Base32 => match byte {
                b'A'..=b'Z' => Some(byte - b'A'),
                b'a'..=b'z' => Some(byte - b'a'),
                b'2'..=b'7' => Some(byte - b'2' + 26),
                _ => None,
            },
            Code::Base58 => BASE58.iter().position(|b| *b == byte).map(|at| at as u8),
            Code::Base64 => match byte {
                b'A'..=b'Z' => Some(byte - b'A'),
                b'a'..=b'z' => Some(byte - b'a' + 26),
                b'0'..=b'9' => Some(byte - b'0' + 52),
                b'+' | b'-' => Some(62),
                b'/' | b'_' => Some(63),
                _ => None,
            },
        }
    }

    /// The bits of a character, where it stands for whole bits.
    fn bits(self) -> Option<u32> {
        match self {
            Code::Base32 => Some(5),
            Code::Base58 => None,
            Code::Base64 => Some(6),
        }
    }

    /// The bytes of a text without padding; bits that make no byte are dropped.
    pub(crate) fn decode<const N: usize>(self, text: &[u8]) -> Option<Fixed<N>> {
        let Some(bits) = self.bits() else { return self.decode_number(text) };
        let mut out = Fixed::EMPTY;
        let (mut held, mut count) = (0_u32, 0);
        for byte in text {
            held = held << bits | u32::from(self.value(*byte)?);
            count += bits;
            if count >= 8 {
                count -= 8;
                out.push((held >> count) as u8)?;
            }
        }
        Some(out)
    }

    /// The text as one big number, without leading zeros: none of the keys here has any.
    fn decode_number<const N: usize>(self, text: &[u8]) -> Option<Fixed<N>> {
        // Least significant first, until the end.
        let mut out = Fixed::EMPTY;
        for byte in text {
            let mut carry = u32::from(self.value(*byte)?);
            for digit in out.as_mut_slice() {
                carry += u32::from(*digit) * 58;
                *digit = carry as u8;
                carry >>= 8;
            }
            while carry > 0 {
                out.push(carry as u8)?;
                carry >>= 8;
            }
        }
        out.as_mut_slice().reverse();
        Some(out)
    }

    /// Writes the bytes over a text that decoded to as many. Characters that stay the same keep their case and
    /// alphabet.
    pub(crate) fn write_over(self, bytes: &[u8], text: &mut [u8]) {
        let is_lower = self == Code::Base32 && text.iter().any(u8::is_ascii_lowercase);
        let mut digits = self.digits(bytes, text.len()).into_iter();
        for place in text {
            let digit = digits.next().unwrap_or(0);
            if self.value(*place) != Some(digit) {
                let byte = self.alphabet().get(usize::from(digit)).copied().unwrap_or(b'0');
                *place = if is_lower { byte.to_ascii_lowercase() } else { byte };
            }
        }
    }

    /// The values of `len` characters that stand for the bytes.
    fn digits(self, bytes: &[u8], len: usize) -> Vec<u8> {
        if let Some(bits) = self.bits() {
            return (0..len).map(|place| digit(bytes, bits as usize, place)).collect();
        }
        let mut number = bytes.to_vec();
        let mut out: Vec<u8> = (0..len)
            .map(|_| {
                let mut rest = 0_u32;
                for byte in &mut number {
                    rest = rest << 8 | u32::from(*byte);
                    *byte = (rest / 58) as u8;
                    rest %= 58;
                }
                rest as u8
            })
            .collect();
        out.reverse();
        out
    }

    /// The first `len` characters of the text of some bytes; none where a character is not whole bits.
    pub(crate) fn text(self, bytes: &[u8], len: usize) -> Short {
        let bits = self.bits().unwrap_or(0) as usize;
        let values = (0..len * bits.min(1)).map(|place| digit(bytes, bits, place));
        Short::from(values.filter_map(|value| self.alphabet().get(usize::from(value)).copied()))
    }
}

/// The value of the character at a place, of so many bits each; beyond the bytes are zeros.
fn digit(bytes: &[u8], bits: usize, place: usize) -> u8 {
    let bit = |at: usize| bytes.get(at / 8).copied().unwrap_or(0) >> (7 - at % 8) & 1;
    (place * bits..(place + 1) * bits).fold(0, |value, at| value << 1 | bit(at))
}

/// A text without the `=` at its end.
pub(crate) fn unpadded(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b'='] = text {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn decoded(code: Code, text: &[u8]) -> Option<Vec<u8>> {
        Some(code.decode::<96>(text)?.as_slice().to_vec())
    }

    /// RFC 4648 §10.
    #[test]
    fn the_vectors_of_rfc_4648() {
        for (bytes, base64, base32) in [
            ("f", "Zg", "MY"),
            ("fo", "Zm8", "MZXQ"),
            ("foo", "Zm9v", "MZXW6"),
            ("foob", "Zm9vYg", "MZXW6YQ"),
            ("fooba", "Zm9vYmE", "MZXW6YTB"),
            ("foobar", "Zm9vYmFy", "MZXW6YTBOI"),
        ] {
            for (code, text) in [(Code::Base64, base64), (Code::Base32, base32)] {
                assert_eq!(decoded(code, text.as_bytes()).as_deref(), Some(bytes.as_bytes()));
                assert_eq!(code.text(bytes.as_bytes(), text.len()).as_slice(), text.as_bytes());
            }
        }
        assert_eq!(decoded(Code::Base64, b"-_+/"), decoded(Code::Base64, b"+/-_"));
        assert_eq!(decoded(Code::Base32, b"MZ=="), None);
        assert_eq!(decoded(Code::Base64, b"Zg="), None);
    }

    /// draft-msporny-base58 §5.
    #[test]
    fn the_vectors_of_base58() {
        let text = b"2NEpo7TZRRrLZSi2U";
        assert_eq!(decoded(Code::Base58, text).as_deref(), Some(&b"Hello World!"[..]));
        assert_eq!(decoded(Code::Base58, b"0"), None);
        let mut over = *text;
        over[16] = b'1';
        Code::Base58.write_over(b"Hello World!", &mut over);
        assert_eq!(&over, text);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Code::Base64.decode::<3>(b"Zm9v").map(|out| out.len), Some(3));
        assert!(Code::Base64.decode::<2>(b"Zm9v").is_none());
        assert!(Code::Base58.decode::<96>(&[b'z'; 200]).is_none());
        assert_eq!(number(u32::MAX, b"01", 0).len, 16);
    }

    #[test]
    fn what_stays_the_same_keeps_its_alphabet() {
        let mut text = *b"-_AA";
        Code::Base64.write_over(&[0xFB, 0xFF, 0xFF], &mut text);
        assert_eq!(&text, b"-_//");
        let mut text = *b"mzxw6aaa";
        Code::Base32.write_over(b"fooba", &mut text);
        assert_eq!(&text, b"mzxw6ytb");
    }
}
