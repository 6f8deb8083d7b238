//! Redacting a stream: bytes in by chunks of any size, bytes out through a sink.
//!
//! # An example of a cut, with bytes
//! `write("…\"key\":\"ghp_ab")` sends `…"key":"` to the sink and keeps `ghp_ab`, the tail: it may be the start of a
//! GitHub token. If `write("c\"}")` follows, it was none and both go out as they came. If 34 more letters and digits
//! follow, the replacement goes out instead.

use crate::{
    finding::{BEFORE_BYTES_MAX, Finding},
    mask::{Masker, Style},
    rule::{Kind, table::ByteSet},
    scan::{self, Found, Hit, Window},
};

/// Where a [`Redactor`] sends what it has decided, in the order of the stream.
pub trait Sink {
    /// Decides on a finding. Called before its bytes are sent.
    fn found(&mut self, finding: &Finding<'_>) -> Verdict;

    /// Takes bytes that are as they came.
    fn pass(&mut self, bytes: &[u8]);

    /// Takes bytes that stand for as many others.
    fn replace(&mut self, bytes: &[u8]);
}

/// What becomes of a finding's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They pass.
    Keep,
    /// They are replaced by as many others.
    Replace(Style),
}

/// How far a stream may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest candidate that waits to be decided, in bytes; a longer one is taken for what it looks like.
    ///
    /// ### Default
    /// 8,192. No built-in shape has more than 4,096 bytes, so that none reaches it.
    pub tail_bytes_max: usize,
    /// The longest open-ended credential, such as a private key, in bytes; what follows is looked at anew.
    ///
    /// ### Default
    /// 65,536.
    pub open_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { tail_bytes_max: 8_192, open_bytes_max: 65_536 }
    }
}

/// Redacts bytes that are all there is, such as a header's value.
pub fn once(bytes: &[u8], sink: &mut impl Sink) {
    Redactor::new(Limits::default()).advance(bytes, true, sink);
}

/// Where a private key's body ends.
const FOOTER: &[u8] = b"-----";

/// Finds credentials in a stream and replaces them as its [`Sink`] says.
///
/// The result does not depend on how the stream is cut into chunks, and has as many bytes as came in.
pub struct Redactor {
    limits: Limits,
    /// What may still become part of a finding. `0 <= tail.len() <= tail_bytes_max` between two writes.
    tail: Vec<u8>,
    /// The last bytes before the tail as they came in, at most [`BEFORE_BYTES_MAX`].
    before: Vec<u8>,
    /// How many bytes have been decided.
    decided: u64,
    /// The open-ended finding that the stream is inside of.
    open: Option<Open>,
}

/// An open-ended finding under way.
struct Open {
    /// What its bytes are of.
    set: &'static ByteSet,
    /// Where it ends earlier.
    footer: &'static [u8],
    /// How many bytes it may still have.
    left: usize,
    /// What is written instead; `None` where it passes.
    masker: Option<Masker>,
}

impl Redactor {
    /// Starts at the beginning of a stream.
    pub fn new(limits: Limits) -> Redactor {
        Redactor { limits, tail: Vec::new(), before: Vec::new(), decided: 0, open: None }
    }

    /// Takes the next chunk and sends all that is decided by it.
    pub fn write(&mut self, chunk: &[u8], sink: &mut impl Sink) {
        self.advance(chunk, false, sink);
    }

    /// Ends the stream: what was kept is decided and sent.
    pub fn finish(mut self, sink: &mut impl Sink) {
        self.advance(&[], true, sink);
    }

    /// How many bytes wait because they may be the start of a finding.
    pub fn tail_len(&self) -> usize {
        self.tail.len()
    }

    /// Gives up waiting: the tail is taken for what it may become, and masked.
    ///
    /// For a host that cannot hold more. The result is then one of a limit, and no longer that of the bytes alone.
    pub fn resolve(&mut self, sink: &mut impl Sink) {
        let masked = vec![crate::mask::FILL; self.tail.len()];
        sink.replace(&masked);
        self.decided += self.tail.len() as u64;
        self.before = keep_last(&self.before, &self.tail);
        self.tail.clear();
    }

    fn advance(&mut self, chunk: &[u8], end: bool, sink: &mut impl Sink) {
        if self.tail.is_empty() {
            let done = self.decide(chunk, end, sink);
            self.tail.extend_from_slice(chunk.get(done..).unwrap_or_default());
        } else {
            let mut bytes = std::mem::take(&mut self.tail);
            bytes.extend_from_slice(chunk);
            let done = self.decide(&bytes, end, sink);
            bytes.drain(..done);
            self.tail = bytes;
        }
    }

    /// Decides and sends as many of the bytes as can be; says how many.
    fn decide(&mut self, bytes: &[u8], end: bool, sink: &mut impl Sink) -> usize {
        let before = std::mem::take(&mut self.before);
        let window = Window::new(&before, bytes, end, self.limits.tail_bytes_max);
        let mut at = 0;
        let done = loop {
            at += self.go_on(bytes.get(at..).unwrap_or_default(), end, sink);
            if self.open.is_some() {
                break at;
            }
            match scan::search(&window, at) {
                Found::Hit(hit) => {
                    let end = hit.end;
                    self.send(&window, at, hit, sink);
                    at = end;
                }
                Found::Live(live) => {
                    pass(sink, bytes.get(at..live));
                    break live;
                }
                Found::View(..) | Found::Nothing => {
                    pass(sink, bytes.get(at..));
                    break bytes.len();
                }
            }
        };
        if !end {
            self.before = keep_last(&before, bytes.get(..done).unwrap_or_default());
        }
        self.decided += done as u64;
        done
    }

    /// Sends what stands before a finding, and the finding.
    fn send(&mut self, window: &Window<'_>, from: usize, hit: Hit, sink: &mut impl Sink) {
        let bytes = window.bytes();
        let (start, secret_end) = (hit.secret.start, hit.secret.end);
        pass(sink, bytes.get(from..start));
        let preceding = window.preceding::<BEFORE_BYTES_MAX>(start);
        let len = secret_end - start;
        let finding = Finding {
            rule: hit.rule,
            confidence: hit.confidence,
            offset: self.decided + start as u64,
            len: hit.open.is_none().then_some(len),
            len_min: len,
            label: hit.label,
            prefix: hit.prefix,
            before: preceding.bytes(),
        };
        let secret = bytes.get(hit.secret).unwrap_or_default();
        let mut masker = match sink.found(&finding) {
            Verdict::Keep => None,
            Verdict::Replace(style) => Some(Masker::new(&finding, style)),
        };
        send(sink, masker.as_mut(), secret);
        pass(sink, bytes.get(secret_end..hit.end));
        self.open = hit.open.map(|set| Open {
            set,
            footer: if hit.rule.kind == Kind::PrivateKey { FOOTER } else { b"" },
            left: self.limits.open_bytes_max.saturating_sub(len),
            masker,
        });
    }

    /// Sends what belongs to the open-ended finding; says how many bytes those were.
    fn go_on(&mut self, bytes: &[u8], end: bool, sink: &mut impl Sink) -> usize {
        let Some(open) = &mut self.open else {
            return 0;
        };
        let (count, is_over) = open.extent(bytes, end);
        send(sink, open.masker.as_mut(), bytes.get(..count).unwrap_or_default());
        open.left -= count;
        if is_over {
            self.open = None;
        }
        count
    }
}

impl Open {
    /// How many of the next bytes belong to it, and whether it ends there. A footer's possible start waits.
    fn extent(&self, bytes: &[u8], end: bool) -> (usize, bool) {
        let run = self.set.run(bytes, self.left);
        let over = run < bytes.len() || run == self.left || end;
        let Some(mark) = self.footer.first() else {
            return (run, over);
        };
        let mut at = 0;
        while let Some(dash) = bytes.get(at..run).and_then(|b| b.iter().position(|b| b == mark)) {
            at += dash;
            let rest = bytes.get(at..).unwrap_or_default();
            if rest.starts_with(self.footer) {
                return (at, true);
            }
            if !end && self.footer.starts_with(rest) {
                return (at, false);
            }
            at += 1;
        }
        (run, over)
    }
}

fn send(sink: &mut impl Sink, masker: Option<&mut Masker>, bytes: &[u8]) {
    match masker {
        // Nothing in place of nothing would still be a change to the sink.
        _ if bytes.is_empty() => {}
        None => pass(sink, Some(bytes)),
        Some(masker) => {
            let mut masked = Vec::new();
            masker.write(bytes, &mut masked);
            sink.replace(&masked);
        }
    }
}

fn pass(sink: &mut impl Sink, bytes: Option<&[u8]>) {
    if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
        sink.pass(bytes);
    }
}

/// The last bytes of both, at most [`BEFORE_BYTES_MAX`].
fn keep_last(before: &[u8], bytes: &[u8]) -> Vec<u8> {
    let from = |slice: &[u8], keep: usize| slice.len().saturating_sub(keep);
    let last = bytes.get(from(bytes, BEFORE_BYTES_MAX)..).unwrap_or_default();
    let first = before.get(from(before, BEFORE_BYTES_MAX - last.len())..).unwrap_or_default();
    [first, last].concat()
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
