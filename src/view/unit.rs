//! Units: the smallest parts of an encoding that can be rewritten alone.

use super::{Kind, base64::Base64, hex::Hex, utf16};

/// A unit, and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// How many bytes before it are not of it: a line break, what stands before the phase.
    pub(super) skip: u16,
    /// How many bytes it has.
    pub(super) len: u16,
    /// What it stands for; only the first `count` count.
    pub(super) bytes: [u8; 3],
    /// `1 <= count <= 3`
    pub(super) count: u8,
    /// Which of two ways of writing is used here: base64url, upper case.
    pub(super) variant: bool,
}

impl Unit {
    /// What it stands for.
    pub(super) fn text(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Its bytes, and those before it.
    pub(super) fn raw_len(&self) -> usize {
        usize::from(self.skip) + usize::from(self.len)
    }
}

/// So many units alike, one after another, without what they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) units: usize,
    /// How many bytes before the first one are not of it.
    pub(super) skip: u16,
    pub(super) len: u16,
    pub(super) count: u8,
    pub(super) variant: bool,
    /// What the unit holds beyond its `count` bytes: the last bits of an incomplete group.
    pub(super) spare: [u8; 3],
}

impl Span {
    /// Units without anything before them.
    pub(super) fn plain(units: usize, len: u16, count: u8, variant: bool) -> Span {
        Span { units, skip: 0, len, count, variant, spare: [0; 3] }
    }
}

/// Units, and the text that they stand for.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) text: Vec<u8>,
    pub(super) spans: Vec<Span>,
    /// How many bytes the units have.
    pub(super) raw_len: usize,
}

impl Decoded {
    pub(super) fn push(&mut self, unit: &Unit) {
        let Unit { skip, len, bytes, count, variant } = *unit;
        let mut spare = bytes;
        spare.iter_mut().take(count.into()).for_each(|byte| *byte = 0);
        self.text.extend_from_slice(unit.text());
        self.join(Span { units: 1, skip, len, count, variant, spare });
    }

    /// Takes a span whose text has been taken.
    pub(super) fn join(&mut self, span: Span) {
        self.raw_len += usize::from(span.skip) + span.units * usize::from(span.len);
        match self.spans.last_mut() {
            Some(last) if (Span { units: span.units, skip: 0, ..*last }) == span => {
                last.units += span.units;
            }
            _ => self.spans.push(span),
        }
    }
}

/// What stands at a place of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Unit(Unit),
    /// More bytes are needed.
    Short,
    /// The region ends before this place.
    Over,
}

/// Reads a region unit by unit.
///
/// What stands at a place depends on the bytes before it and on those that follow, and never on how many of these are
/// there yet: [`Next::Short`] is the only answer that changes.
#[derive(Debug)]
pub(super) enum Reader {
    Base64(Base64),
    Hex(Hex),
    Utf16(utf16::Order),
}

impl Reader {
    pub(super) fn new(kind: Kind) -> Reader {
        match kind {
            Kind::Base64 { phase } => Reader::Base64(Base64::new(phase)),
            Kind::Hex => Reader::Hex(Hex::default()),
            Kind::Utf16Le => Reader::Utf16(utf16::Order::Little),
            Kind::Utf16Be => Reader::Utf16(utf16::Order::Big),
        }
    }

    /// The unit that starts here. `end` says that nothing follows the bytes.
    pub(super) fn next(&mut self, raw: &[u8], end: bool) -> Next {
        match self {
            Reader::Base64(base64) => base64.next(raw, end),
            Reader::Hex(hex) => hex.next(raw, end),
            Reader::Utf16(order) => order.next(raw, end),
        }
    }

    /// Reads plain units, the ordinary case, until there is another; as [`Reader::next`] would.
    pub(super) fn plain(&mut self, raw: &[u8], text: &mut Vec<u8>) -> Span {
        match self {
            Reader::Base64(base64) => base64.plain(raw, text),
            Reader::Hex(hex) => hex.plain(raw, text),
            Reader::Utf16(order) => order.plain(raw, text),
        }
    }

    /// Rewrites a unit, given as it came, so that it stands for other bytes, as far as that can be done in place.
    pub(super) fn rewrite(&self, raw: &mut [u8], unit: &Unit, text: [u8; 3]) {
        match self {
            Reader::Base64(_) => super::base64::rewrite(raw, unit, text),
            Reader::Hex(_) => super::hex::rewrite(raw, unit, text),
            Reader::Utf16(order) => order.rewrite(raw, text),
        }
    }
}
