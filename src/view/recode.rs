//! From what the inner redactor sends back to the bytes of the document.

use std::collections::VecDeque;

use super::unit::{Decoded, Reader, Span, Unit};
use crate::{
    finding::Finding,
    stream::{Sink, Verdict},
};

/// The bytes of a region that are read and not sent.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The document's. `raw[raw_at..]` is of `spans`.
    raw: Vec<u8>,
    raw_at: usize,
    /// What they stand for, unit by unit.
    text: Vec<u8>,
    text_at: usize,
    spans: VecDeque<Span>,
    /// What the inner redactor has sent of the first unit. `0 <= new_len < spans[0].count`
    new: [u8; 3],
    new_len: usize,
    /// Where `raw[raw_at]` stands in the stream.
    offset: u64,
}

impl Waiting {
    pub(super) fn new(offset: u64) -> Waiting {
        let (raw, text, spans) = (Vec::new(), Vec::new(), VecDeque::new());
        Waiting { raw, raw_at: 0, text, text_at: 0, spans, new: [0; 3], new_len: 0, offset }
    }

    /// How many bytes wait.
    pub(super) fn len(&self) -> usize {
        self.raw.len() - self.raw_at
    }

    /// Takes bytes, and the text that they stand for.
    pub(super) fn push(&mut self, raw: &[u8], decoded: &Decoded) {
        self.raw.extend_from_slice(raw);
        self.text.extend_from_slice(&decoded.text);
        self.spans.extend(&decoded.spans);
    }

    /// Lets go of what has been sent, and of the memory that it took.
    pub(super) fn trim(&mut self) {
        self.raw.drain(..self.raw_at);
        self.text.drain(..self.text_at);
        (self.raw_at, self.text_at) = (0, 0);
        self.raw.shrink_to(2 * self.raw.len());
        self.text.shrink_to(2 * self.text.len());
        self.spans.shrink_to(2 * self.spans.len());
    }

    fn pass(&mut self, count: usize, sink: &mut dyn Sink) {
        let bytes = self.raw.get(self.raw_at..self.raw_at + count);
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
            sink.pass(bytes);
            self.sent(count);
        }
    }

    fn replace(&mut self, bytes: &mut Vec<u8>, sink: &mut dyn Sink) {
        if !bytes.is_empty() {
            sink.replace(bytes);
            self.sent(bytes.len());
            bytes.clear();
        }
    }

    fn sent(&mut self, count: usize) {
        self.raw_at += count;
        self.offset += count as u64;
    }

    /// Takes so many units off the front, at most those of the first span; says how many bytes they have.
    fn take(&mut self, units: usize) -> usize {
        let Some(first) = self.spans.front_mut() else { return 0 };
        let units = units.min(first.units);
        let len = usize::from(std::mem::take(&mut first.skip)) + units * usize::from(first.len);
        self.text_at += units * usize::from(first.count);
        first.units -= units;
        if first.units == 0 {
            self.spans.pop_front();
        }
        len
    }

    /// The first unit, if these bytes complete its text; and what is left of them.
    fn complete<'a>(&mut self, text: &'a [u8]) -> Option<(Unit, [u8; 3], &'a [u8])> {
        let first = self.spans.front()?;
        let (count, skip, len, variant) = (first.count, first.skip, first.len, first.variant);
        let (mine, rest) = text.split_at_checked(usize::from(count) - self.new_len)?;
        let mut bytes = first.spare;
        let old = self.text.get(self.text_at..).unwrap_or_default();
        bytes.iter_mut().zip(old).take(count.into()).for_each(|(to, from)| *to = *from);
        let mut new = bytes;
        let sent = self.new.iter().take(self.new_len).chain(mine);
        new.iter_mut().zip(sent).for_each(|(to, from)| *to = *from);
        self.new_len = 0;
        Some((Unit { skip, len, bytes, count, variant }, new, rest))
    }

    /// Keeps the first bytes of a unit's new text.
    fn keep(&mut self, text: &[u8]) {
        let place = self.new.iter_mut().skip(self.new_len);
        place.zip(text).for_each(|(to, from)| *to = *from);
        self.new_len += text.len();
    }

    /// How many bytes the units have that hold so many bytes of text from here on.
    fn raw_len(&self, text_len: usize) -> usize {
        let (mut left, mut len) = (self.new_len + text_len, 0);
        for span in &self.spans {
            if left == 0 {
                break;
            }
            let units = left.div_ceil(span.count.into()).min(span.units);
            left = left.saturating_sub(units * usize::from(span.count));
            len += usize::from(span.skip) + units * usize::from(span.len);
        }
        len
    }
}

/// The inner redactor's sink.
pub(super) struct Recode<'a> {
    pub(super) waiting: &'a mut Waiting,
    pub(super) reader: &'a Reader,
    pub(super) sink: &'a mut dyn Sink,
}

impl Recode<'_> {
    /// Takes the next bytes of the text, as many as came in, and sends the units that are complete by that.
    pub(super) fn put(&mut self, text: &[u8], is_same: bool) {
        let Recode { waiting, reader, sink } = self;
        // What is ready: bytes that pass, or bytes that are replaced, and never both.
        let (mut passed, mut replaced) = (0, Vec::new());
        let mut rest = text;
        while let Some(first) = waiting.spans.front().copied() {
            let units = rest.len() / usize::from(first.count);
            if is_same && waiting.new_len == 0 && units > 0 {
                waiting.replace(&mut replaced, *sink);
                let units = units.min(first.units);
                rest = rest.get(units * usize::from(first.count)..).unwrap_or_default();
                passed += waiting.take(units);
                continue;
            }
            let Some((unit, new, more)) = waiting.complete(rest) else { break };
            rest = more;
            waiting.take(1);
            if new == unit.bytes {
                waiting.replace(&mut replaced, *sink);
                passed += unit.raw_len();
                continue;
            }
            if unit.skip > 0 {
                waiting.replace(&mut replaced, *sink);
            }
            waiting.pass(std::mem::take(&mut passed) + usize::from(unit.skip), *sink);
            let from = waiting.raw_at + replaced.len();
            let raw = waiting.raw.get_mut(from..from + usize::from(unit.len)).unwrap_or_default();
            reader.rewrite(raw, &unit, new);
            replaced.extend_from_slice(raw);
        }
        waiting.replace(&mut replaced, *sink);
        waiting.pass(passed, *sink);
        waiting.keep(rest);
    }
}

impl Sink for Recode<'_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        // What stands before the unit and is not of it.
        let skip = self.waiting.take(0);
        self.waiting.pass(skip, self.sink);
        self.sink.found(&Finding {
            rule: finding.rule,
            confidence: finding.confidence,
            offset: self.waiting.offset,
            len: finding.len.map(|len| self.waiting.raw_len(len)),
            len_min: finding.len_min,
            label: finding.label,
            is_encoded: true,
            prefix: finding.prefix,
            before: finding.before,
            secret: finding.secret,
        })
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.put(bytes, true);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.put(bytes, false);
    }
}
