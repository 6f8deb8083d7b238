//! Hexadecimal: two digits a byte, in either case.
//!
//! `6768705f` is `ghp_`. What is written instead has letters in the case of the region's first one: after `4B` a `*` is
//! `2A`, after `4b`, or no letter at all, `2a`.

use super::{
    text::{Text, is_plain},
    unit::{Next, Span, Unit},
};

/// Reads pairs of digits for as long as they are a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hex {
    text: Text,
    /// Whether the first letter was upper-case, once there was one.
    upper: Option<bool>,
}

impl Hex {
    /// Reads pairs of ASCII, up to the first letter or behind it.
    pub(super) fn plain(&mut self, raw: &[u8], text: &mut Vec<u8>) -> Span {
        let mut units = 0;
        if self.text.is_between() {
            for pair in raw.as_chunks::<2>().0 {
                match byte_of(*pair) {
                    Some(byte) if is_plain(byte) && (self.upper.is_some() || !has_letter(pair)) => {
                        text.push(byte);
                    }
                    _ => break,
                }
                units += 1;
            }
        }
        Span::plain(units, 2, 1, self.upper == Some(true))
    }

    pub(super) fn next(&mut self, raw: &[u8], end: bool) -> Next {
        let Some(pair) = raw.first_chunk::<2>() else {
            let is_short = !end && raw.first().is_none_or(u8::is_ascii_hexdigit);
            return if is_short { Next::Short } else { Next::Over };
        };
        let Some(byte) = byte_of(*pair) else { return Next::Over };
        if !self.text.accepts(byte) {
            return Next::Over;
        }
        if self.upper.is_none() && has_letter(pair) {
            self.upper = Some(pair.iter().any(u8::is_ascii_uppercase));
        }
        let variant = self.upper == Some(true);
        Next::Unit(Unit { skip: 0, len: 2, bytes: [byte, 0, 0], count: 1, variant })
    }
}

fn has_letter(pair: &[u8; 2]) -> bool {
    pair.iter().any(u8::is_ascii_alphabetic)
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
