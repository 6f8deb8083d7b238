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

/// Whether a byte may stand for another one: it begins an escape, or is a form's `+`, which is a space.
#[inline]
pub(crate) fn is_marker(byte: &u8) -> bool {
    is_introducer(*byte) || *byte == b'+'
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

/// The usual escapes, which stand for the same byte behind any number of layers.
#[inline(always)]
fn usual(bytes: &[u8]) -> Option<(u8, usize)> {
    let hex = |high: u8, low: u8| Some((digit_of(high)? << 4 | digit_of(low)?) as u8);
    let (byte, len) = match bytes {
        [b'\\', b'u', b'0', b'0', high @ b'0'..=b'7', low, ..] => (hex(*high, *low)?, 6),
        [b'\\', b'n', ..] => (b'\n', 2),
        [b'\\', byte @ (b'"' | b'/'), ..] => (*byte, 2),
        [b'%', high, low, ..] => (hex(*high, *low)?, 3),
        [b'&', b'#', tens @ b'1'..=b'9', ones @ b'0'..=b'9', b';', ..] => {
            ((tens - b'0') * 10 + (ones - b'0'), 5)
        }
        _ => return None,
    };
    (!is_introducer(byte)).then_some((byte, len))
}

fn digit_of(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

/// Layer by layer: what the bytes up to `next` stand for is read as the introducer of the layer above, until it is none.
#[inline(never)]
fn escape(depth: u8, bytes: &[u8], end: bool) -> Step {
    if let Some((byte, len)) = usual(bytes).filter(|_| depth > 0) {
        return Step::Byte { byte, len };
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

/// Whether the escape that these bytes are stands for the same byte behind any number of layers: there is no other escape
/// in it, it stands for the start of none, and one layer is all there is: `%253f` has no other either.
pub(crate) fn is_single(raw: &[u8], byte: u8) -> bool {
    !is_introducer(byte)
        && !raw.iter().skip(1).any(|byte| is_introducer(*byte))
        && step_to(1, raw, true) == Step::Byte { byte, len: raw.len() }
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
        let (mut byte, mut next) = (*first, at + 1);
        for depth in 0..self.depth {
            let mut body = Body { layer: Layer { depth, ..self }, at: next, has_mark: false };
            let decoded = match byte {
                b'\\' => body.backslash(),
                b'%' => body.hex(2),
                b'&' => body.entity(),
                _ => break,
            };
            match decoded {
                Ok(decoded) => (byte, next) = (decoded, body.at),
                // In the layers above, what follows is the same as here.
                Err(Stop::Not) if !body.has_mark => break,
                Err(Stop::Not) => {}
                Err(Stop::Short) => return Err(Stop::Short),
            }
        }
        Ok((byte, next))
    }
}

/// What follows an introducer, in the text one layer below.
struct Body<'a> {
    layer: Layer<'a>,
    at: usize,
    /// Whether another introducer follows.
    has_mark: bool,
}

impl Body<'_> {
    #[inline]
    fn next(&mut self) -> Result<u8, Stop> {
        match self.layer.bytes.get(self.at) {
            Some(byte) if !is_introducer(*byte) => {
                self.at += 1;
                Ok(*byte)
            }
            _ => self.next_mark(),
        }
    }

    #[inline(never)]
    fn next_mark(&mut self) -> Result<u8, Stop> {
        self.has_mark = true;
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
        let mut names = names(first);
        if names.is_empty() {
            return Err(Stop::Not);
        }
        for place in 0..NAME_BYTES_MAX {
            let byte = self.next()?;
            let has_byte = |name: &&Name| name.0.get(place) == Some(&byte);
            let is_other = |name: &Name| !has_byte(&name);
            // They are sorted: those that go on so stand together.
            while names.first().is_some_and(is_other) {
                names = names.get(1..).unwrap_or_default();
            }
            while names.last().is_some_and(is_other) {
                names = names.get(..names.len() - 1).unwrap_or_default();
            }
            match names.first() {
                None => return Err(Stop::Not),
                Some((_, stands_for)) if byte == b';' => return Ok(*stands_for),
                Some(_) => {}
            }
        }
        Err(Stop::Not)
    }
}

#[inline]
fn digit(byte: u8, radix: u32) -> Result<u32, Stop> {
    char::from(byte).to_digit(radix).ok_or(Stop::Not)
}

fn ascii(byte: u8) -> Result<u8, Stop> {
    if byte.is_ascii() { Ok(byte) } else { Err(Stop::Not) }
}

const NAME_BYTES_MAX: usize = 8;

/// What follows the first letter of a name, and what the name stands for.
type Name = (&'static [u8], u8);

/// The names that serialisers write for ASCII, by their first letters, in order.
fn names(first: u8) -> &'static [Name] {
    match first {
        b'a' => &[(b"mp;", b'&'), (b"pos;", b'\'')],
        b'q' => &[(b"uot;", b'"')],
        b'l' => &[(b"owbar;", b'_'), (b"t;", b'<')],
        b'g' => &[(b"t;", b'>')],
        b'n' => &[(b"bsp;", b' '), (b"um;", b'#')],
        b's' => &[(b"emi;", b';'), (b"ol;", b'/')],
        b'b' => &[(b"sol;", b'\\')],
        b'e' => &[(b"quals;", b'=')],
        b'p' => &[(b"ercnt;", b'%'), (b"eriod;", b'.'), (b"lus;", b'+')],
        b'c' => &[(b"olon;", b':'), (b"ommat;", b'@')],
        b'd' => &[(b"ollar;", b'$')],
        b'N' => &[(b"ewLine;", b'\n')],
        b'T' => &[(b"ab;", b'\t')],
        _ => &[],
    }
}

#[cfg(test)]
mod tests;
