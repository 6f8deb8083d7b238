//! A body that is scanned while the proxy's buffer of it comes and goes.
//!
//! A proxy's filter sees the buffer that the proxy holds: all that came since the message last went on. Bytes that may
//! become part of a finding wait, in one of two ways:
//!
//! - They are *carried*: what is decided goes on without them, and they go on with what comes next. That is as little
//!   waiting as can be, but needs something to come: a Content-Length says so. Before trailers nothing comes any more,
//!   and a proxy takes no body then.
//! - They are *held*: the proxy keeps its whole buffer. That is right for any message, but proxies limit the buffer and
//!   fail the message that goes over.
//!
//! Where findings are only reported nothing waits: the bytes go on as they came, and the scan keeps its own tail.
//!
//! Nothing is copied for a body that is clean and does not wait.

use super::judge::Judge;
use crate::{
    finders::Finders,
    finding::Finding,
    http::Headers,
    mask::Style,
    stream::{Limits, Redactor, Sink, Verdict},
};

/// The scan of one body.
pub(super) struct BodyScan {
    /// How a label is written in it.
    pub(super) style: Style,
    /// Whether a finding may change or stop the body; else it goes on whatever is found.
    is_enforcing: bool,
    framing: Framing,
    limits: Limits,
    finders: Finders,
    redactor: Redactor,
    held_bytes_max: usize,
    /// What the proxy holds, as it came. Empty unless the body is held.
    held: Vec<u8>,
    /// What has been decided of what the proxy holds.
    output: Output,
    is_resolved: bool,
    is_carrying: bool,
}

/// What is known of how much is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Framing {
    /// How many bytes of the body are left, where it has a Content-Length.
    left: Option<u64>,
    /// Whether trailers are certain or announced.
    has_trailers: bool,
}

/// What the decided bytes of the buffer are.
enum Output {
    /// So many bytes as they came.
    Unchanged(usize),
    Changed(Vec<u8>),
}

/// What becomes of the proxy's buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Buffer {
    /// The proxy holds it.
    Held,
    /// It goes on, as this if it changed.
    GoesOn(Option<Vec<u8>>),
}

impl Framing {
    pub(super) fn of(headers: &Headers) -> Framing {
        let length = headers.first("content-length").and_then(|value| {
            let digits = std::str::from_utf8(value.trim_ascii()).ok()?;
            digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
        });
        let kind = headers.first("content-type").unwrap_or_default();
        let has_trailers =
            kind.starts_with(b"application/grpc") || headers.first("trailer").is_some();
        Framing { left: length, has_trailers }
    }

    /// Takes note of bytes that have come. Whether they were the last.
    fn advance(&mut self, count: usize) -> bool {
        // More than was said: the length is not to be trusted.
        self.left = self.left.and_then(|left| left.checked_sub(count as u64));
        self.left == Some(0)
    }
}

impl BodyScan {
    pub(super) fn new(
        style: Style,
        is_enforcing: bool,
        framing: Framing,
        limits: Limits,
        held_bytes_max: usize,
        finders: Finders,
    ) -> BodyScan {
        BodyScan {
            style,
            is_enforcing,
            framing,
            limits,
            redactor: Redactor::with(limits, finders.clone()),
            finders,
            held_bytes_max,
            held: Vec::new(),
            output: Output::Unchanged(0),
            is_resolved: false,
            is_carrying: false,
        }
    }

    /// How many bytes of the proxy's buffer have been seen.
    pub(super) fn held_len(&self) -> usize {
        self.held.len()
    }

    /// Whether bytes wait that the proxy does not hold: they need more of the body to go on with.
    pub(super) fn is_carrying(&self) -> bool {
        self.is_carrying
    }

    /// Whether what waited was masked since the last call, because the proxy should hold no more.
    pub(super) fn take_resolved(&mut self) -> bool {
        std::mem::take(&mut self.is_resolved)
    }

    /// Takes what has come to the buffer.
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        end_of_stream: bool,
        judge: &mut Judge<'_>,
    ) -> Buffer {
        let is_last = self.framing.advance(bytes.len()) || end_of_stream;
        if std::mem::take(&mut self.is_carrying) {
            // What is carried goes before what the proxy has.
            self.output = Output::Changed(Vec::new());
        }
        let mut sink = BufferSink { judge, held: &self.held, bytes, output: &mut self.output };
        self.redactor.write(bytes, &mut sink);
        if is_last {
            // Should more come than was said, it is scanned as another stream.
            let next = Redactor::with(self.limits, self.finders.clone());
            std::mem::replace(&mut self.redactor, next).finish(&mut sink);
        } else if self.is_waiting() && self.is_over(bytes.len()) {
            let mut sink = BufferSink { judge, held: &self.held, bytes, output: &mut self.output };
            self.redactor.resolve(&mut sink);
            self.is_resolved = true;
        }
        if !self.is_waiting() {
            return self.release();
        }
        if self.may_carry(bytes.len()) {
            self.cut_tail(bytes);
            self.is_carrying = true;
            return self.release();
        }
        self.held.extend_from_slice(bytes);
        Buffer::Held
    }

    /// Whether bytes are undecided that may not go on before they are.
    fn is_waiting(&self) -> bool {
        self.is_enforcing && self.redactor.tail_len() > 0
    }

    /// Whether a message that can only be held has been held for longer than it may.
    fn is_over(&self, new: usize) -> bool {
        let is_waiting = !self.held.is_empty();
        self.framing.has_trailers && is_waiting && self.held.len() + new > self.held_bytes_max
    }

    /// Whether what is decided may go on without the tail.
    fn may_carry(&self, new: usize) -> bool {
        let is_something_decided = match &self.output {
            Output::Unchanged(count) => *count > 0,
            Output::Changed(new) => !new.is_empty(),
        };
        let is_more_to_come = self.framing.left.is_some();
        let is_over = self.held.len() + new > self.held_bytes_max;
        is_something_decided && !self.framing.has_trailers && (is_more_to_come || is_over)
    }

    /// Leaves the decided bytes in the buffer, and nothing else.
    fn cut_tail(&mut self, bytes: &[u8]) {
        if let Output::Unchanged(count) = self.output {
            let decided = self.held.iter().chain(bytes).take(count).copied();
            self.output = Output::Changed(decided.collect());
        }
    }

    fn release(&mut self) -> Buffer {
        self.held.clear();
        Buffer::GoesOn(match std::mem::replace(&mut self.output, Output::Unchanged(0)) {
            Output::Unchanged(_) => None,
            Output::Changed(new) => Some(new),
        })
    }
}

/// Collects what the buffer becomes, from the first change on.
struct BufferSink<'a, 'j> {
    judge: &'a mut Judge<'j>,
    held: &'a [u8],
    bytes: &'a [u8],
    output: &'a mut Output,
}

impl Sink for BufferSink<'_, '_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        self.judge.judge(finding)
    }

    fn pass(&mut self, bytes: &[u8]) {
        match self.output {
            Output::Unchanged(count) => *count += bytes.len(),
            Output::Changed(new) => new.extend_from_slice(bytes),
        }
    }

    fn replace(&mut self, bytes: &[u8]) {
        if let Output::Unchanged(count) = *self.output {
            let mut new = Vec::with_capacity(self.held.len() + self.bytes.len());
            new.extend(self.held.iter().chain(self.bytes).take(count));
            *self.output = Output::Changed(new);
        }
        self.pass(bytes);
    }
}
