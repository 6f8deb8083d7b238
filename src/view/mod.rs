//! Encodings: where a credential stands in other bytes than its own.
//!
//! Escapes ([`escape`]) are read while a shape is matched; what they stand for is never written down. Base64, hexadecimal
//! and UTF-16 change every byte, so there a [`View`] decodes a *region* of the stream for a redactor of its own, and
//! encodes again what that one replaced.
//!
//! # An example, with bytes
//! `{"auth":"cmVkaXM6Ly86aHVudGVyLXR3b0Bk…"}`: sixteen characters that decode to text make it worth a view
//! ([`gate::base64`]). From `cmVk` on, [`View::write`] takes four characters at a time: `red`, `is:`, `//:`, `hun`, `ter`,
//! `-tw`, `o@d`. The inner redactor passes `redis://:` and replaces `hunter-two` by `**********`. Of the units `aHVu dGVy
//! LXR3 b0Bk`, which hold these bytes, new ones go out: `Kioq Kioq Kioq KkBk`, the last one for `*@d`. All other bytes of
//! the document go out as they came; the closing `"` is not part of the region.
//!
//! # Cutting
//! What a view takes and sends does not depend on how its bytes are cut. It takes whole units only, and those that it does
//! not take the caller shows again with more behind them; what it has taken waits while the inner redactor's tail does.

mod base64;
pub(crate) mod basic;
pub(crate) mod escape;
pub(crate) mod follow;
pub(crate) mod gate;
mod hex;
mod recode;
mod text;
pub(crate) mod unescaped;
mod unit;
mod utf16;

use self::{
    base64::Base64,
    recode::{Recode, Waiting},
    unit::{Decoded, Next, Reader},
};
use crate::stream::{Redactor, Sink};

/// How a region is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Base64 or base64url; the text begins so many characters into the region. `0 <= phase <= 3`
    Base64 { phase: u8 },
    /// Two hexadecimal digits a byte.
    Hex,
    /// Two bytes a character, the low one first.
    Utf16Le,
    /// Two bytes a character, the high one first.
    Utf16Be,
}

/// How much of some bytes a view has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    /// So many of the first bytes belong to the region. The others are to be shown again, or are not part of it.
    pub(crate) len: usize,
    /// The region ends there.
    pub(crate) is_over: bool,
}

/// How many bytes a view leaves untaken at most while its region goes on: a line break, and sixteen characters and
/// more behind it, each of them an escape.
pub(crate) const UNTAKEN_BYTES_MAX: usize = 40 * escape::RAW_BYTES_MAX;

/// How many bytes of text are decoded at once, about.
const TEXT_BYTES: usize = 16_384;
/// How many bytes are read as plain units at once.
const PLAIN_BYTES: usize = 4096;

/// What a region stands for as a whole, and how long it is; `None` if more than this has to be read to tell, or its text is
/// longer than `text_max` bytes.
pub(crate) fn whole(
    kind: Kind,
    raw: &[u8],
    end: bool,
    text_max: usize,
) -> Option<(Vec<u8>, usize)> {
    let mut reader = Reader::new(kind);
    let (mut text, mut len) = (Vec::new(), 0);
    while text.len() <= text_max {
        let rest = raw.get(len..).unwrap_or_default();
        let plain = reader.plain(rest.get(..PLAIN_BYTES).unwrap_or(rest), &mut text);
        len += usize::from(plain.skip) + plain.units * usize::from(plain.len);
        match reader.next(raw.get(len..).unwrap_or_default(), end) {
            Next::Unit(unit) => {
                text.extend_from_slice(unit.text());
                len += unit.raw_len();
            }
            Next::Short => return None,
            Next::Over => return Some((text, len)),
        }
    }
    None
}

/// A redactor over the decoded bytes of a region.
pub(crate) struct View {
    reader: Reader,
    waiting: Waiting,
    inner: Redactor,
}

impl View {
    /// Starts a region at this offset of the stream.
    pub(crate) fn new(kind: Kind, offset: u64, inner: Redactor) -> View {
        View { reader: Reader::new(kind), waiting: Waiting::new(offset), inner }
    }

    /// Starts a value of base64 that need not stand for text.
    pub(crate) fn of_bytes(inner: Redactor) -> View {
        let reader = Reader::Base64(Base64::of_bytes());
        View { reader, waiting: Waiting::new(0), inner }
    }

    /// Takes the bytes that belong to the region, and sends what is decided by them. `end` says that nothing follows.
    ///
    /// Where it is not over, at most [`UNTAKEN_BYTES_MAX`] bytes are not taken.
    pub(crate) fn write(&mut self, raw: &[u8], end: bool, sink: &mut dyn Sink) -> Taken {
        let mut len = 0;
        loop {
            let (taken, next) = self.decode(raw.get(len..).unwrap_or_default(), end, sink);
            len += taken;
            match next {
                Next::Unit(_) => {}
                Next::Short => return Taken { len, is_over: false },
                Next::Over => return Taken { len, is_over: true },
            }
        }
    }

    /// Ends the region: what waits is decided and sent.
    pub(crate) fn finish(self, sink: &mut dyn Sink) {
        let View { reader, mut waiting, inner } = self;
        inner.finish(&mut Recode { waiting: &mut waiting, reader: &reader, sink });
    }

    /// How many bytes have been taken and wait because they may be the start of a finding.
    pub(crate) fn tail_len(&self) -> usize {
        self.waiting.len()
    }

    /// Gives up waiting: what waits is masked.
    pub(crate) fn resolve(&mut self, sink: &mut dyn Sink) {
        let View { reader, waiting, inner } = self;
        inner.resolve(&mut Recode { waiting, reader, sink });
    }

    /// Decodes some of the bytes; says how many, and what stands behind them.
    fn decode(&mut self, raw: &[u8], end: bool, sink: &mut dyn Sink) -> (usize, Next) {
        let View { reader, waiting, inner } = self;
        let mut decoded = Decoded::default();
        let next = loop {
            let rest = raw.get(decoded.raw_len..).unwrap_or_default();
            let plain = rest.get(..PLAIN_BYTES).unwrap_or(rest);
            let plain = reader.plain(plain, &mut decoded.text);
            if plain.units > 0 {
                decoded.join(plain);
            }
            let next = reader.next(raw.get(decoded.raw_len..).unwrap_or_default(), end);
            let Next::Unit(unit) = next else { break next };
            decoded.push(&unit);
            if decoded.text.len() >= TEXT_BYTES {
                break next;
            }
        };
        let len = decoded.raw_len;
        waiting.push(raw.get(..len).unwrap_or_default(), &decoded);
        if !decoded.text.is_empty() {
            inner.write(&decoded.text, &mut Recode { waiting, reader, sink });
        }
        waiting.trim();
        (len, next)
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
