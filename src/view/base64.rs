//! Base64: four characters stand for three bytes, at any alignment, in lines, and with characters escaped.
//!
//! # An example, with bytes
//! `Z2hw` is `ghp`: 25, 54, 33, 48, six bits each. To make it `***`, each of the four is rewritten: `Kioq`. In
//! `Z2hwXz8\/…` (JSON) the eighth character is `\/`, two bytes for `/`. It can only be rewritten where an escape of
//! the same length stands for the new character (`%2F` → `%71`); where none does, what has bits in it stays: in a text of
//! ASCII one `?`, `>` or `~`, which the escape itself tells.
//!
//! # Where it ends
//! At padding, at a byte that is none of the alphabet in use (`+/` or `-_`, as the first of them says), or where what it
//! stands for is no text any more: so a token behind a path's `/` is not taken for more base64. A line break is
//! part of it after a line of 40 characters and more, if the next sixteen characters, or all there are, are a text too.

use super::{
    escape::{self, Step},
    text::Text,
    unit::{Next, Span, Unit},
};

/// The shortest line that goes on in another one.
const LINE_CHARS_MIN: u32 = 40;
/// How many units of the next line must be a text.
const LOOK_UNITS: usize = 4;
/// The most blanks that a line starts with.
const BLANKS_MAX: usize = 16;

/// Reads groups of four characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base64 {
    /// How many characters are to be skipped.
    phase: u8,
    /// How many characters the line has so far; none where no line may follow.
    line: Option<u32>,
    /// Whether the alphabet is that of base64url, once it is known.
    url: Option<bool>,
    /// `None` where any bytes are taken.
    text: Option<Text>,
    /// The last, incomplete group has been read.
    is_over: bool,
}

enum Stop {
    Short,
    /// There are no more characters.
    Ends,
    /// There are, and what they stand for is no text.
    Garbage,
}

impl Base64 {
    /// A text that begins so many characters from here.
    pub(super) fn new(phase: u8) -> Base64 {
        // Where groups straddle lines, there is no telling what the next line is without them.
        let line = (phase == 0).then_some(0);
        Base64 { phase, line, url: None, text: Some(Text::default()), is_over: false }
    }

    /// Any bytes, in one line.
    pub(super) fn of_bytes() -> Base64 {
        Base64 { text: None, line: None, ..Base64::new(0) }
    }

    /// Reads groups in the alphabet in use; of characters that both have, while that is not known.
    pub(super) fn plain(&mut self, raw: &[u8], text: &mut Vec<u8>) -> Span {
        let mut units = 0;
        if let Some(state) = &mut self.text
            && self.phase == 0
            && !self.is_over
        {
            let sextets = match self.url {
                None => &SHARED,
                Some(false) => &STD,
                Some(true) => &URL,
            };
            for group in raw.as_chunks::<4>().0 {
                let [a, b, c, d] = group.map(|byte| sextets.of(byte));
                let bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
                if (a | b | c | d) > 63 || !state.accept(bytes) {
                    break;
                }
                text.extend_from_slice(&bytes);
                units += 1;
            }
            self.line = self.line.map(|line| line.saturating_add(units as u32 * 4));
        }
        Span::plain(units, 4, 3, self.url == Some(true))
    }

    pub(super) fn next(&mut self, raw: &[u8], end: bool) -> Next {
        let mut after = *self;
        match after.read(raw, end) {
            Ok(unit) => {
                *self = after;
                Next::Unit(unit)
            }
            Err(Stop::Short) => Next::Short,
            Err(Stop::Ends | Stop::Garbage) => Next::Over,
        }
    }

    fn read(&mut self, raw: &[u8], end: bool) -> Result<Unit, Stop> {
        if self.is_over {
            return Err(Stop::Ends);
        }
        let mut skip = self.skip_phase(raw, end)?;
        skip += self.line_break(raw.get(skip..).unwrap_or_default(), end)?;
        let (mut at, mut bits, mut chars) = (skip, 0_u32, 0_u32);
        while chars < 4 {
            let Symbol::Sextet { value, len, .. } = self.symbol(raw.get(at..), end)? else { break };
            bits = bits << 6 | u32::from(value);
            at += len;
            chars += 1;
        }
        if chars < 2 {
            return Err(Stop::Ends);
        }
        if chars < 4 {
            self.is_over = true;
            at += self.padding(raw.get(at..).unwrap_or_default(), end, 4 - chars)?;
        }
        self.line = self.line.map(|line| line.saturating_add(chars));
        let count = chars as u8 - 1;
        let [_, bytes @ ..] = (bits << (6 * (4 - chars))).to_be_bytes();
        if let Some(text) = &mut self.text
            && !bytes.iter().take(count.into()).all(|byte| text.accepts(*byte))
        {
            return Err(Stop::Garbage);
        }
        let variant = self.url == Some(true);
        Ok(Unit { skip: skip as u16, len: (at - skip) as u16, bytes, count, variant })
    }

    fn skip_phase(&mut self, raw: &[u8], end: bool) -> Result<usize, Stop> {
        let mut at = 0;
        while self.phase > 0 {
            let Symbol::Sextet { len, .. } = self.symbol(raw.get(at..), end)? else {
                return Err(Stop::Ends);
            };
            at += len;
            self.phase -= 1;
        }
        Ok(at)
    }

    /// The length of the line break here, if it is part of the region.
    fn line_break(&mut self, raw: &[u8], end: bool) -> Result<usize, Stop> {
        let starts =
            raw.first().is_some_and(|b| matches!(b, b'\r' | b'\n') || escape::is_introducer(*b));
        if !starts || self.line.is_none_or(|line| line < LINE_CHARS_MIN) {
            return Ok(0);
        }
        let len = break_len(raw, end)?;
        if len == 0 {
            return Ok(0);
        }
        let mut look = Base64 { line: None, ..*self };
        let mut at = len;
        for _ in 0..LOOK_UNITS {
            match look.read(raw.get(at..).unwrap_or_default(), end) {
                Ok(unit) => at += unit.raw_len(),
                Err(Stop::Ends) if at > len => break,
                Err(stop) => return Err(stop),
            }
        }
        self.line = Some(0);
        Ok(len)
    }

    fn padding(&mut self, raw: &[u8], end: bool, max: u32) -> Result<usize, Stop> {
        let mut at = 0;
        for _ in 0..max {
            match self.symbol(raw.get(at..), end)? {
                Symbol::Pad { len } => at += len,
                _ => break,
            }
        }
        Ok(at)
    }

    /// The character here; one of the other alphabet is none.
    #[inline]
    fn symbol(&mut self, raw: Option<&[u8]>, end: bool) -> Result<Symbol, Stop> {
        let symbol = symbol(raw.unwrap_or_default(), end)?;
        if let Symbol::Sextet { value: 62.., byte, .. } = symbol {
            let url = matches!(byte, b'-' | b'_');
            if *self.url.get_or_insert(url) != url {
                return Ok(Symbol::Other);
            }
        }
        Ok(symbol)
    }
}

/// A character, however it is written.
#[derive(Clone, Copy)]
enum Symbol {
    Sextet { value: u8, byte: u8, len: usize },
    Pad { len: usize },
    Other,
}

#[inline]
fn symbol(raw: &[u8], end: bool) -> Result<Symbol, Stop> {
    let Some(first) = raw.first() else {
        return if end { Ok(Symbol::Other) } else { Err(Stop::Short) };
    };
    if let value @ 0..=63 = SEXTETS.of(*first) {
        return Ok(Symbol::Sextet { value, byte: *first, len: 1 });
    }
    let (byte, len) = match escape::step(raw, end) {
        Step::Plain => (*first, 1),
        Step::Byte { byte, len } => (byte, len),
        Step::Short => return Err(Stop::Short),
    };
    Ok(match SEXTETS.of(byte) {
        value @ 0..=63 => Symbol::Sextet { value, byte, len },
        _ if byte == b'=' => Symbol::Pad { len },
        _ => Symbol::Other,
    })
}

/// The length of a line break and the blanks behind it; 0 if none is here.
fn break_len(raw: &[u8], end: bool) -> Result<usize, Stop> {
    let (mut at, mut seen, mut blanks) = (0, [false; 2], 0);
    loop {
        let rest = raw.get(at..).unwrap_or_default();
        let (byte, len) = match (rest.first(), escape::step(rest, end)) {
            (None, _) if end => return Ok(at),
            (None, _) | (_, Step::Short) => return Err(Stop::Short),
            (Some(first), Step::Plain) => (*first, 1),
            (Some(_), Step::Byte { byte, len }) => (byte, len),
        };
        match byte {
            b'\r' if seen == [false; 2] => seen[0] = true,
            b'\n' if !seen[1] && blanks == 0 => seen[1] = true,
            b' ' | b'\t' if seen != [false; 2] && blanks < BLANKS_MAX => blanks += 1,
            _ => return Ok(at),
        }
        at += len;
    }
}

/// Rewrites a group in place. What has bits in a character that cannot be rewritten stays.
pub(super) fn rewrite(raw: &mut [u8], unit: &Unit, mut text: [u8; 3]) {
    // Each round but the last gives up one byte at least.
    for _ in 0..=text.len() {
        match rewritten(raw, unit, text) {
            Ok(group) => {
                raw.iter_mut().zip(group).for_each(|(old, new)| *old = new);
                return;
            }
            Err(character) => {
                let held = [character.wrapping_sub(1), character];
                let bytes = text.iter_mut().zip(unit.bytes).enumerate();
                bytes.filter(|(place, _)| held.contains(place)).for_each(|(_, (new, old))| {
                    *new = old;
                });
            }
        }
    }
}

/// The group for another text, or the number of a character that cannot be rewritten.
fn rewritten(raw: &[u8], unit: &Unit, text: [u8; 3]) -> Result<Vec<u8>, usize> {
    let sextets = |[a, b, c]: [u8; 3]| {
        let bits = u32::from_be_bytes([0, a, b, c]);
        [18, 12, 6, 0].map(|shift| (bits >> shift & 63) as u8)
    };
    let (old, new) = (sextets(unit.bytes), sextets(text));
    let mut out = raw.to_vec();
    let mut at = 0;
    for (number, (old, new)) in old.into_iter().zip(new).enumerate() {
        let Ok(Symbol::Sextet { len, .. }) = symbol(raw.get(at..).unwrap_or_default(), true) else {
            break;
        };
        let place = out.get_mut(at..at + len).unwrap_or_default();
        let byte = character(new, unit.variant);
        at += len;
        match place {
            _ if old == new => {}
            [place] => *place = byte,
            place => {
                if !escape::rewrite(place, byte) {
                    return Err(number);
                }
            }
        }
    }
    Ok(out)
}

const fn character(sextet: u8, url: bool) -> u8 {
    match sextet {
        0..=25 => b'A' + sextet,
        26..=51 => b'a' + sextet - 26,
        52..=61 => b'0' + sextet - 52,
        62 if url => b'-',
        62 => b'+',
        _ if url => b'_',
        _ => b'/',
    }
}

/// The six bits of each character of both alphabets; 64 and more for other bytes.
pub(super) static SEXTETS: Sextets = Sextets::new(true, true);
static STD: Sextets = Sextets::new(true, false);
static URL: Sextets = Sextets::new(false, true);
static SHARED: Sextets = Sextets::new(false, false);

pub(super) struct Sextets([u8; 256]);

impl Sextets {
    #[allow(clippy::indexing_slicing)] // Made at compile time, of places that are bytes.
    const fn new(std: bool, url: bool) -> Sextets {
        let mut values = [0xFF; 256];
        let mut sextet = 0;
        while sextet < 64 {
            let shared = sextet < 62;
            if std || shared {
                values[character(sextet, false) as usize] = sextet;
            }
            if url || shared {
                values[character(sextet, true) as usize] = sextet;
            }
            sextet += 1;
        }
        Sextets(values)
    }

    #[inline]
    #[allow(clippy::indexing_slicing)] // A table of 256 has a place for every byte.
    pub(super) const fn of(&self, byte: u8) -> u8 {
        self.0[byte as usize]
    }
}
