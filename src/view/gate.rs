//! Whether a run of token bytes is worth a view.
//!
//! Asked at every run of sixteen bytes, in clean traffic as well: a few look-ups, nearly always one, and no copy. A gate
//! is a condition that encoded text meets and that little else does.
//!
//! # Why four characters say much
//! The first character of a group holds the upper six bits of a byte. A printable one is at most 0x7E, so the character is
//! one of `I`–`Z` and `a`–`f`, or `C` and `D` for a line break or tab: half the alphabet is refused at once, most lower-case
//! letters and all digits with it. The next two tell as much of the second and third byte. Of random groups one in eighteen
//! stands for text; four in a row, one in a hundred thousand.

use super::{Kind, base64::SEXTETS, hex::byte_of, text::is_plain, utf16::Order};

/// The least bytes of encoded text that a gate asks for.
const GROUPS: usize = 4;
const PAIRS: usize = 8;

/// What a gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// It is not worth it.
    No,
    /// That depends on bytes not yet seen.
    Short,
    /// It is.
    Yes(Kind),
}

/// Whether a run that starts with these bytes may be encoded text: a first look.
#[inline(always)]
pub(crate) fn may_be_encoded(first: [u8; 8]) -> bool {
    // The upper half of each hexadecimal byte is one of a printable one, or of a line break.
    let is_hex = |pair: &[u8]| matches!(pair, [b'0' | b'2'..=b'7', low] if low.is_ascii_hexdigit());
    narrowed(0b1111, &first, 0) != 0 || first.chunks(2).all(is_hex)
}

/// How a run that starts here is encoded, if it is.
pub(crate) fn run(bytes: &[u8], end: bool) -> Gate {
    // Nobody may have looked, and the answer is the same for it.
    if bytes.first_chunk().is_some_and(|first| !may_be_encoded(*first)) {
        return Gate::No;
    }
    // Base64 has to be ruled out first, and may need more bytes for that than hexadecimal digits need to be told.
    match base64(bytes, end) {
        Gate::No => hex(bytes, end),
        other => other,
    }
}

/// Whether base64 of twelve bytes of text starts here, or up to three characters later. `end` says that nothing follows
/// the bytes.
#[inline]
pub(crate) fn base64(bytes: &[u8], end: bool) -> Gate {
    match phases(bytes) {
        0 => Gate::No,
        phases => phase(bytes, end, phases),
    }
}

/// The phases, a bit each, at which the characters may be of groups of text, one by one.
#[inline]
fn phases(bytes: &[u8]) -> u8 {
    // Eight at once without a branch in between: what those leave is rare.
    let Some((first, rest)) = bytes.split_first_chunk::<8>() else {
        return narrowed(0b1111, bytes, 0);
    };
    match narrowed(0b1111, first, 0) {
        0 => 0,
        left => narrowed(left, rest.get(..4 * GROUPS + 3 - 8).unwrap_or(rest), 8),
    }
}

/// Those of the phases at which these characters may stand, from this place of the run on.
#[inline(always)]
fn narrowed(phases: u8, bytes: &[u8], from: usize) -> u8 {
    bytes.iter().enumerate().fold(phases, |phases, (number, byte)| {
        // A phase does not ask for the characters before it, nor for those behind its last group.
        let place = from + number;
        let others = match place {
            0..=2 => 0b1110 << place & 0b1111,
            3..16 => 0,
            _ => (1 << (place - 15)) - 1,
        };
        phases & (ROLES.phases(*byte, place) | others)
    })
}

/// The first of the phases at which whole groups are text.
#[inline(never)]
fn phase(bytes: &[u8], end: bool, phases: u8) -> Gate {
    for phase in (0..4).filter(|phase| phases >> phase & 1 == 1) {
        match groups(bytes.get(phase..).unwrap_or_default()) {
            Some(true) => return Gate::Yes(Kind::Base64 { phase: phase as u8 }),
            None if !end => return Gate::Short,
            _ => {}
        }
    }
    Gate::No
}

/// For each byte, the places of a group that it may have.
static ROLES: Roles = Roles::new();

/// Four bits for each place of a character in the run, modulo four: the phases at which it may stand there.
struct Roles([u16; 256]);

impl Roles {
    #[allow(clippy::indexing_slicing)] // Made at compile time, of places that are bytes.
    const fn new() -> Roles {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let sextet = SEXTETS.of(byte as u8);
            // The upper bits of a printable byte, a tab or a line break are in the first three characters of a group.
            let roles = [
                matches!(sextet, 2 | 3 | 8..=31),
                sextet < 64 && matches!(sextet & 15, 0 | 2..=7),
                sextet < 64 && sextet & 3 < 2,
                sextet < 64,
            ];
            let mut bit = 0;
            while bit < 16 {
                let (place, phase) = (bit / 4, bit % 4);
                table[byte] |= (roles[(place + 4 - phase) % 4] as u16) << bit;
                bit += 1;
            }
            byte += 1;
        }
        Roles(table)
    }

    #[inline]
    #[allow(clippy::indexing_slicing)] // A table of 256 has a place for every byte.
    fn phases(&self, byte: u8, place: usize) -> u8 {
        (self.0[usize::from(byte)] >> (place % 4 * 4)) as u8 & 0b1111
    }
}

/// Whether so many groups here are text; `None` if that depends on more bytes.
#[inline]
fn groups(bytes: &[u8]) -> Option<bool> {
    let mut groups = bytes.chunks(4);
    for _ in 0..GROUPS {
        match groups.next() {
            Some([a, b, c, d]) if is_text_group([*a, *b, *c, *d]) => {}
            Some(part) if part.len() < 4 && part.iter().all(|byte| SEXTETS.of(*byte) < 64) => {
                return None;
            }
            None => return None,
            Some(_) => return Some(false),
        }
    }
    Some(true)
}

#[inline]
fn is_text_group(group: [u8; 4]) -> bool {
    let [a, b, c, d] = group.map(|byte| SEXTETS.of(byte));
    if (a | b | c | d) > 63 {
        return false;
    }
    is_plain(a << 2 | b >> 4) && is_plain(b << 4 | c >> 2) && is_plain(c << 6 | d)
}

/// Whether eight bytes of text start here in hexadecimal digits.
#[inline]
pub(crate) fn hex(bytes: &[u8], end: bool) -> Gate {
    // The upper half of a printable byte, a tab or a line break: most runs begin with a letter.
    if bytes.first().is_some_and(|first| !matches!(first, b'0' | b'2'..=b'7')) {
        return Gate::No;
    }
    pairs(bytes, end)
}

#[inline(never)]
fn pairs(bytes: &[u8], end: bool) -> Gate {
    let mut pairs = bytes.chunks(2);
    for _ in 0..PAIRS {
        match pairs.next() {
            Some([high, low]) if byte_of([*high, *low]).is_some_and(is_plain) => {}
            Some([digit]) if !end && digit.is_ascii_hexdigit() => return Gate::Short,
            None if !end => return Gate::Short,
            _ => return Gate::No,
        }
    }
    Gate::Yes(Kind::Hex)
}

/// Whether eight characters of ASCII start here in UTF-16.
///
/// In a text of either order every other place looks like the start of the other one, up to the last character: of two
/// places next to each other the first is to be asked.
#[inline]
pub(crate) fn utf16(bytes: &[u8], end: bool) -> Gate {
    use super::unit::Next;
    let (order, kind) = match bytes.first() {
        Some(0) => (Order::Big, Kind::Utf16Be),
        Some(_) => (Order::Little, Kind::Utf16Le),
        None => return if end { Gate::No } else { Gate::Short },
    };
    for unit in 0..PAIRS {
        match order.next(bytes.get(unit * 2..).unwrap_or_default(), end) {
            Next::Unit(_) => {}
            Next::Short => return Gate::Short,
            Next::Over => return Gate::No,
        }
    }
    Gate::Yes(kind)
}
