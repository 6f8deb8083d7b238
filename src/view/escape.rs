//! Escapes: one byte of a text, written as several by JSON, a URL or HTML.
//!
//! A text may stand in a document behind up to [`DEPTH_MAX`] layers of escaping, of any kind each: a URL in JSON in a
//! query. Which kinds they are is not asked: a layer takes whatever completes an escape, so that the same code reads a
//! script in HTML, JSON in JSON, and a log line that quotes a form. Nothing is copied; [`step_to`] reads one byte of the
//! text at a time, and says how many bytes of the document it takes.
//!
//! # Examples, with bytes
//! | document | layers | byte | length |
//! |---|---|---|---|
//! | `\/`, `\u002f`, `\x2f`, `%2F`, `&#47;`, `&#x2F;`, `&sol;` | 1 | `/` | 2, 6, 4, 3, 5, 6, 5 |
//! | `%252F` (`%25` is `%`), `\\u002f`, `\u0025` + `2F` | 2 | `/` | 5, 7, 8 |
//! | `&amp;quot;`, `\u0026quot;`, `%26quot%3B`, `\\\"` | 2 | `"` | 10, 11, 10, 4 |
//! | `%5Cn`, `\\n` | 2 | line feed | 4, 3 |
//! | `%`, `%zz`, `\q`, `\u00e9`, `&x`, `a` | any | stands for itself | 1 |
//!
//! # Waiting
//! An answer other than [`Step::Short`] never changes when more bytes follow: each byte is read in order, and the first
//! one that does not fit decides. `%2` and `&am` are short; `%zz` and `&x` are not.

/// How many layers of escapes are read through.
pub(crate) const DEPTH_MAX: u8 = 3;

/// The most bytes that stand for one; what is longer stands for itself.
pub(crate) const RAW_BYTES_MAX: usize = 32;

/// The most digits of a numeric entity, leading zeros and all.
const DIGITS_MAX: usize = 8;

/// What stands at the start of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// No escape: the byte stands for itself.
    Plain,
    /// So many bytes stand for one.
    Byte {
        /// What they stand for.
        byte: u8,
        /// How many they are, `2 <= len <= RAW_BYTES_MAX`.
        len: usize,
    },
    /// It may be an escape: that depends on bytes not yet seen.
    Short,
}

/// Whether an escape may start with this byte.
#[inline]
pub(crate) fn is_introducer(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%' | b'&')
}

/// Reads one byte of the text through as many layers as there are.
///
/// `end` says that nothing follows the bytes.
#[inline]
pub(crate) fn step(bytes: &[u8], end: bool) -> Step {
    step_to(DEPTH_MAX, bytes, end)
}

/// Reads one byte of the text that stands behind at most `depth` layers.
#[inline]
pub(crate) fn step_to(depth: u8, bytes: &[u8], end: bool) -> Step {
    match bytes.first() {
        Some(first) if is_introducer(*first) => escape(depth, bytes, end),
        _ => Step::Plain,
    }
}

/// How long the escape is which ends with these bytes; `None` where none does.
///
/// Of several the longest: `%2522` is one. Looks at [`RAW_BYTES_MAX`] bytes at most.
pub(crate) fn ending_len(before: &[u8]) -> Option<usize> {
    let first = before.len().saturating_sub(RAW_BYTES_MAX);
    (first..before.len()).find_map(|at| {
        let bytes = before.get(at..)?;
        match step(bytes, true) {
            Step::Byte { len, .. } if len == bytes.len() => Some(len),
            _ => None,
        }
    })
}

/// The bytes as they are behind all layers: for what is found, where a copy is no cost.
pub(crate) fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let (byte, len) = match step(rest, true) {
            Step::Byte { byte, len } => (byte, len),
            Step::Plain | Step::Short => (*first, 1),
        };
        text.push(byte);
        rest = rest.get(len..).unwrap_or_default();
    }
    text
}

/// Makes the escape stand for another byte, in the same length; says whether that can be done.
///
/// `%2F` for `A` is `%41`, and `&#x2F;` is `&#x41;`. There is none of the length of `\/`.
pub(crate) fn rewrite(raw: &mut [u8], byte: u8) -> bool {
    let wanted = Step::Byte { byte, len: raw.len() };
    let digits = [format!("{byte:02X}"), format!("{byte:02}"), format!("{byte:03}")];
    // The digits are the last of it, but for a semicolon.
    for (digits, behind) in digits.iter().flat_map(|digits| [(digits, 0), (digits, 1)]) {
        let mut tried = raw.to_vec();
        let place = tried.iter_mut().rev().skip(behind).zip(digits.bytes().rev());
        place.for_each(|(place, digit)| *place = digit);
        if step(&tried, true) == wanted {
            raw.copy_from_slice(&tried);
            return true;
        }
    }
    false
}

/// The usual escapes, where what they stand for begins no other one: nothing is left to read then.
#[inline]
fn usual(bytes: &[u8]) -> Option<Step> {
    let (digits, len) = match bytes {
        [b'\\', b'/', ..] => return Some(Step::Byte { byte: b'/', len: 2 }),
        [b'\\', b'u', b'0', b'0', high, low, ..] => ([*high, *low], 6),
        [b'%', high, low, ..] => ([*high, *low], 3),
        _ => return None,
    };
    let [Some(high), Some(low)] = digits.map(|digit| char::from(digit).to_digit(16)) else {
        return None;
    };
    let byte = (high << 4 | low) as u8;
    (byte < 0x80 && !is_introducer(byte)).then_some(Step::Byte { byte, len })
}

#[inline(never)]
fn escape(depth: u8, bytes: &[u8], end: bool) -> Step {
    if depth > 0
        && let Some(step) = usual(bytes)
    {
        return step;
    }
    if depth > 0
        && let Some(step) = common(bytes)
    {
        return step;
    }
    // What is not complete within the limit is none, whatever follows.
    let (bytes, end) = match bytes.get(..RAW_BYTES_MAX) {
        Some(limited) => (limited, true),
        None => (bytes, end),
    };
    match (Layer { depth, bytes, end }).read(0) {
        Ok((byte, len)) if len > 1 => Step::Byte { byte, len },
        Ok(_) | Err(Stop::Not) => Step::Plain,
        Err(Stop::Short) => Step::Short,
    }
}

/// The escapes that most documents have: one layer, and nothing that starts another one.
#[inline]
fn common(bytes: &[u8]) -> Option<Step> {
    let (byte, len) = match bytes {
        [b'%', high, low, ..] => {
            let [high, low] = [*high, *low].map(|byte| char::from(byte).to_digit(16));
            ((high? << 4 | low?) as u8, 3)
        }
        [b'\\', b'n', ..] => (b'\n', 2),
        [b'\\', byte @ (b'/' | b'"'), ..] => (*byte, 2),
        _ => return None,
    };
    (!is_introducer(byte)).then_some(Step::Byte { byte, len })
}

/// Why a byte could not be read.
#[derive(Clone, Copy)]
enum Stop {
    /// More bytes are needed.
    Short,
    /// There is none, or not the expected one.
    Not,
}

/// The text behind so many layers.
#[derive(Clone, Copy)]
struct Layer<'a> {
    depth: u8,
    bytes: &'a [u8],
    end: bool,
}

impl Layer<'_> {
    /// The byte of the text that starts at this place of the bytes, and where the next one starts.
    fn read(self, at: usize) -> Result<(u8, usize), Stop> {
        let Some(first) = self.bytes.get(at) else {
            return Err(if self.end { Stop::Not } else { Stop::Short });
        };
        if self.depth == 0 || !is_introducer(*first) {
            return Ok((*first, at + 1));
        }
        let below = Layer { depth: self.depth - 1, ..self };
        let (byte, next) = below.read(at)?;
        let mut body = Body { layer: below, at: next };
        let decoded = match byte {
            b'\\' => body.backslash(),
            b'%' => body.hex(2),
            b'&' => body.entity(),
            _ => return Ok((byte, next)),
        };
        match decoded {
            Ok(byte) => Ok((byte, body.at)),
            Err(Stop::Not) => Ok((byte, next)),
            Err(Stop::Short) => Err(Stop::Short),
        }
    }
}

/// What follows an introducer, in the text one layer below.
struct Body<'a> {
    layer: Layer<'a>,
    at: usize,
}

impl Body<'_> {
    fn next(&mut self) -> Result<u8, Stop> {
        let (byte, next) = self.layer.read(self.at)?;
        self.at = next;
        Ok(byte)
    }

    /// JSON (RFC 8259 §7), and `\x2f` and `\'` of JavaScript.
    fn backslash(&mut self) -> Result<u8, Stop> {
        match self.next()? {
            byte @ (b'"' | b'\'' | b'\\' | b'/') => Ok(byte),
            b'n' => Ok(b'\n'),
            b'r' => Ok(b'\r'),
            b't' => Ok(b'\t'),
            b'b' => Ok(0x08),
            b'f' => Ok(0x0C),
            b'u' => {
                // Other characters than ASCII are of more than one byte, and of no credential.
                for _ in 0..2 {
                    if self.next()? != b'0' {
                        return Err(Stop::Not);
                    }
                }
                self.hex(2).and_then(ascii)
            }
            b'x' => self.hex(2).and_then(ascii),
            _ => Err(Stop::Not),
        }
    }

    /// So many hexadecimal digits.
    fn hex(&mut self, count: usize) -> Result<u8, Stop> {
        let mut value = 0;
        for _ in 0..count {
            value = value << 4 | digit(self.next()?, 16)? as u8;
        }
        Ok(value)
    }

    /// A character reference of HTML, with its semicolon.
    fn entity(&mut self) -> Result<u8, Stop> {
        match self.next()? {
            b'#' => self.number(),
            first => self.name(first),
        }
    }

    fn number(&mut self) -> Result<u8, Stop> {
        let mut byte = self.next()?;
        let radix = if matches!(byte, b'x' | b'X') { 16 } else { 10 };
        if radix == 16 {
            byte = self.next()?;
        }
        let mut value = digit(byte, radix)?;
        for _ in 0..DIGITS_MAX {
            match self.next()? {
                b';' => return u8::try_from(value).map_err(|_| Stop::Not).and_then(ascii),
                byte => value = value.saturating_mul(radix).saturating_add(digit(byte, radix)?),
            }
        }
        Err(Stop::Not)
    }

    fn name(&mut self, first: u8) -> Result<u8, Stop> {
        let (mut name, mut byte) = ([0; NAME_BYTES_MAX], first);
        for len in 1..=NAME_BYTES_MAX {
            if let Some(last) = name.get_mut(len - 1) {
                *last = byte;
            }
            let so_far = name.get(..len).unwrap_or_default();
            let known = NAMES.iter().find(|(known, _)| known.starts_with(so_far));
            match known {
                None => return Err(Stop::Not),
                Some((known, stands_for)) if known.len() == len => return Ok(*stands_for),
                Some(_) => byte = self.next()?,
            }
        }
        Err(Stop::Not)
    }
}

fn digit(byte: u8, radix: u32) -> Result<u32, Stop> {
    char::from(byte).to_digit(radix).ok_or(Stop::Not)
}

fn ascii(byte: u8) -> Result<u8, Stop> {
    if byte.is_ascii() { Ok(byte) } else { Err(Stop::Not) }
}

const NAME_BYTES_MAX: usize = 8;

/// The names that serialisers write for ASCII.
const NAMES: [(&[u8], u8); 20] = [
    (b"amp;", b'&'),
    (b"quot;", b'"'),
    (b"lt;", b'<'),
    (b"gt;", b'>'),
    (b"apos;", b'\''),
    (b"nbsp;", b' '),
    (b"sol;", b'/'),
    (b"bsol;", b'\\'),
    (b"equals;", b'='),
    (b"plus;", b'+'),
    (b"colon;", b':'),
    (b"commat;", b'@'),
    (b"period;", b'.'),
    (b"lowbar;", b'_'),
    (b"num;", b'#'),
    (b"percnt;", b'%'),
    (b"dollar;", b'$'),
    (b"NewLine;", b'\n'),
    (b"Tab;", b'\t'),
    (b"semi;", b';'),
];

#[cfg(test)]
mod tests;
