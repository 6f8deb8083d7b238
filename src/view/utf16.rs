//! UTF-16, in its stretches of ASCII: two bytes a character, one of them NUL.
//!
//! `67 00 68 00 70 00 5F 00` is `ghp_` with the low byte first. Any other character ends the region, and the next
//! stretch of ASCII is a region of its own: no credential has one, and bytes of another encoding that follow are not
//! taken for text.

use super::{
    text::is_plain,
    unit::{Next, Span, Unit},
};

/// Which byte of a character comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The low one.
    Little,
    /// The high one.
    Big,
}

impl Order {
    /// Reads characters of ASCII.
    pub(super) fn plain(self, raw: &[u8], text: &mut Vec<u8>) -> Span {
        let (pairs, _) = raw.as_chunks::<2>();
        let bytes = pairs.iter().map_while(|pair| match (self, pair) {
            (Order::Little, [byte, 0]) | (Order::Big, [0, byte]) => Some(*byte),
            _ => None,
        });
        let before = text.len();
        text.extend(bytes.take_while(|byte| is_plain(*byte)));
        Span::plain(text.len() - before, 2, 1, false)
    }

    pub(super) fn next(self, raw: &[u8], end: bool) -> Next {
        match (self, raw) {
            (Order::Little, [byte, 0, ..]) | (Order::Big, [0, byte, ..]) if is_plain(*byte) => {
                Next::Unit(Unit { skip: 0, len: 2, bytes: [*byte, 0, 0], count: 1, variant: false })
            }
            (_, []) if !end => Next::Short,
            (Order::Little, [byte]) if !end && is_plain(*byte) => Next::Short,
            (Order::Big, [0]) if !end => Next::Short,
            _ => Next::Over,
        }
    }

    pub(super) fn rewrite(self, raw: &mut [u8], text: [u8; 3]) {
        let place = match self {
            Order::Little => raw.first_mut(),
            Order::Big => raw.last_mut(),
        };
        if let Some(place) = place {
            *place = text[0];
        }
    }
}
