//! Hexadecimal: two digits a byte, in either case.
//!
//! `6768705f` is `ghp_`. What is written instead has its letters in the case of the last letter up to there: after `4B` a
//! `*` is `2A`, after `4b`, or no letter at all, `2a`.

use super::{
    text::{Text, is_plain},
    unit::{Next, Span, Unit},
};

/// Reads pairs of digits for as long as they are a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hex {
    text: Text,
    upper: bool,
}

impl Hex {
    /// Reads pairs of ASCII whose letters are in the case of those before.
    pub(super) fn plain(&mut self, raw: &[u8], text: &mut Vec<u8>) -> Span {
        let mut units = 0;
        let (pairs, _) = raw.as_chunks::<2>();
        if self.text.is_between() {
            let of_case = |digit: &u8| {
                !digit.is_ascii_alphabetic() || digit.is_ascii_uppercase() == self.upper
            };
            for pair in pairs {
                match byte_of(*pair) {
                    Some(byte) if is_plain(byte) && pair.iter().all(of_case) => text.push(byte),
                    _ => break,
                }
                units += 1;
            }
        }
        Span::plain(units, 2, 1, self.upper)
    }

    pub(super) fn next(&mut self, raw: &[u8], end: bool) -> Next {
        let Some(pair) = raw.first_chunk::<2>() else {
            let is_short = !end && raw.first().is_none_or(u8::is_ascii_hexdigit);
            return if is_short { Next::Short } else { Next::Over };
        };
        let Some(byte) = byte_of(*pair) else { return Next::Over };
        let mut text = self.text;
        if !text.accepts(byte) {
            return Next::Over;
        }
        let letter = pair.iter().rfind(|digit| digit.is_ascii_alphabetic());
        let upper = letter.map_or(self.upper, u8::is_ascii_uppercase);
        *self = Hex { text, upper };
        Next::Unit(Unit { skip: 0, len: 2, bytes: [byte, 0, 0], count: 1, variant: upper })
    }
}

pub(super) fn byte_of(pair: [u8; 2]) -> Option<u8> {
    let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
    Some((high? << 4 | low?) as u8)
}

pub(super) fn rewrite(raw: &mut [u8], unit: &Unit, text: [u8; 3]) {
    for (digit, value) in raw.iter_mut().zip([text[0] >> 4, text[0] & 15]) {
        *digit = match value {
            0..=9 => b'0' + value,
            _ if unit.variant => b'A' + value - 10,
            _ => b'a' + value - 10,
        };
    }
}
