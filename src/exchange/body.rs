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

use super::{
    coded::CodedScan,
    frames::{Frames, Part},
    hold::Hold,
    judge::Judge,
    request::Grant,
};
use crate::{
    config::{HeldTail, Host},
    content::Unscanned,
    finders::Finders,
    finding::Finding,
    http::{HeaderEdit, Headers},
    mask::Style,
    stream::{Limits, Redactor, Sink, Verdict},
};

/// A body, as it came or unpacked.
pub(super) struct Body {
    kind: Kind,
    /// Whether what waited was decided because the body seemed to end.
    has_seemed_to_end: bool,
}

enum Kind {
    Plain(Box<BodyScan>),
    Coded(Box<CodedScan>),
}

/// What is looked for in a body, and how far.
pub(super) struct Scan {
    /// Whether a finding may change or stop the body; else it goes on whatever is found.
    pub(super) is_enforcing: bool,
    pub(super) limits: Limits,
    /// How many bytes the proxy may hold.
    pub(super) held_bytes_max: usize,
    /// What becomes of a tail at that limit.
    pub(super) held_tail: HeldTail,
    /// How long the body waits with its headers.
    pub(super) hold: Hold,
    pub(super) finders: Finders,
}

/// The scan of one body.
pub(super) struct BodyScan {
    /// How a label is written in it.
    style: Style,
    scan: Scan,
    framing: Framing,
    /// The messages in it, if it is one of gRPC: each is a text of its own.
    frames: Option<Frames>,
    redactor: Redactor,
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
    /// Whether an end is always told, and nothing can be held until then: what waits is carried. So it is in NGINX, which shows no
    /// trailers.
    is_only_carried: bool,
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
    pub(super) fn of(headers: &Headers, host: Host) -> Framing {
        let length = headers.first("content-length").and_then(|value| {
            let digits = std::str::from_utf8(value.trim_ascii()).ok()?;
            digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
        });
        let kind = headers.first("content-type").unwrap_or_default();
        let has_trailers =
            kind.starts_with(b"application/grpc") || headers.first("trailer").is_some();
        let is_only_carried = host.is_nginx();
        Framing { left: length, has_trailers: has_trailers && !is_only_carried, is_only_carried }
    }

    /// How many bytes the body has left, where that is known.
    pub(super) fn length(self) -> Option<u64> {
        self.left
    }

    /// Takes note of bytes that have come. Whether they were the last.
    pub(super) fn advance(&mut self, count: usize) -> bool {
        // More than was said: the length is not to be trusted.
        self.left = self.left.and_then(|left| left.checked_sub(count as u64));
        self.left == Some(0)
    }
}

impl Scan {
    pub(super) fn redactor(&self) -> Redactor {
        Redactor::with(self.limits, self.finders.clone())
    }

    /// Decides what waits at the limit. Whether it was masked.
    ///
    /// # Errors
    /// Where it is to be refused.
    pub(super) fn resolve(
        &self,
        redactor: &mut Redactor,
        sink: &mut impl Sink,
    ) -> Result<bool, Unscanned> {
        match self.held_tail {
            HeldTail::Mask => redactor.resolve(sink),
            HeldTail::Refuse => return Err(Unscanned::Held),
            HeldTail::Pass => self.finish(redactor, &[], sink),
        }
        Ok(self.held_tail == HeldTail::Mask)
    }

    /// Decides the last bytes, and what waits. Should more come than was said, it is scanned as another stream.
    pub(super) fn finish(&self, redactor: &mut Redactor, bytes: &[u8], sink: &mut impl Sink) {
        std::mem::replace(redactor, self.redactor()).finish_with(bytes, sink);
    }
}

impl From<BodyScan> for Body {
    fn from(body: BodyScan) -> Body {
        Body { kind: Kind::Plain(Box::new(body)), has_seemed_to_end: false }
    }
}

impl From<CodedScan> for Body {
    fn from(body: CodedScan) -> Body {
        Body { kind: Kind::Coded(Box::new(body)), has_seemed_to_end: false }
    }
}

impl Body {
    /// How a label is written in it.
    pub(super) fn style(&self) -> Style {
        match &self.kind {
            Kind::Plain(body) => body.style,
            Kind::Coded(body) => body.style,
        }
    }

    /// How many bytes of the proxy's buffer have been seen.
    pub(super) fn held_len(&self) -> usize {
        match &self.kind {
            Kind::Plain(body) => body.held.len(),
            Kind::Coded(body) => body.held_len(),
        }
    }

    /// Whether bytes wait that the proxy does not hold: they need more of the body to go on with.
    pub(super) fn is_carrying(&self) -> bool {
        match &self.kind {
            Kind::Plain(body) => body.is_carrying,
            Kind::Coded(body) => body.is_carrying(),
        }
    }

    /// Whether what waited was masked since the last call, because the proxy should hold no more.
    pub(super) fn take_resolved(&mut self) -> bool {
        match &mut self.kind {
            Kind::Plain(body) => std::mem::take(&mut body.is_resolved),
            Kind::Coded(body) => body.take_resolved(),
        }
    }

    /// What the headers become, if they are still held.
    pub(super) fn take_edits(&mut self) -> Vec<HeaderEdit> {
        match &mut self.kind {
            Kind::Plain(_) => Vec::new(),
            Kind::Coded(body) => body.take_edits(),
        }
    }

    /// Whether the body, which turned out to be broken, can go on as it came.
    pub(super) fn can_pass(&self) -> bool {
        match &self.kind {
            Kind::Plain(_) => true,
            Kind::Coded(body) => body.can_pass(),
        }
    }

    /// Whether what the proxy holds can go on as it is: nothing in it is to be replaced, and nothing goes before it.
    pub(super) fn is_untouched(&self) -> bool {
        match &self.kind {
            Kind::Plain(body) => !body.is_carrying && matches!(body.output, Output::Unchanged(_)),
            Kind::Coded(body) => !body.is_carrying() && body.can_pass(),
        }
    }

    /// What has not gone on and may, if it is not what the proxy's buffer has.
    pub(super) fn take_rest(&mut self) -> Option<Vec<u8>> {
        match &mut self.kind {
            Kind::Plain(body) => body.take_changed(),
            Kind::Coded(body) => body.take_rest(),
        }
    }

    /// Whether these bytes come behind what was taken for the end: what waited has gone, and may have been half a secret.
    pub(super) fn is_behind_end(&self, bytes: &[u8]) -> bool {
        self.has_seemed_to_end && !bytes.is_empty()
    }

    /// Takes what has come to the buffer; a form's text is shown to `grant`.
    ///
    /// # Errors
    /// Where it cannot be scanned from here on.
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        end_of_stream: bool,
        judge: &mut Judge<'_>,
        grant: &mut Grant,
    ) -> Result<Buffer, Unscanned> {
        // Envoy shows a held buffer again, with nothing new and no end, when a filter before this one adds trailers, as its
        // decompressor does. Should this filter hold it once more, the trailers never come, and the message never ends.
        let seems_to_end = bytes.is_empty() && !end_of_stream && self.could_end();
        self.has_seemed_to_end |= seems_to_end;
        let end_of_stream = end_of_stream || seems_to_end;
        match &mut self.kind {
            Kind::Plain(body) => {
                grant.note(bytes);
                body.write(bytes, end_of_stream, judge)
            }
            Kind::Coded(body) => body.write(bytes, end_of_stream, judge, grant),
        }
    }

    /// Whether the proxy holds a buffer that may be the last. Without a tail nothing has to be decided for that.
    fn could_end(&self) -> bool {
        match &self.kind {
            Kind::Plain(body) => !body.held.is_empty() && body.redactor.tail_len() > 0,
            Kind::Coded(body) => body.held_len() > 0 && body.is_whole(),
        }
    }
}

impl BodyScan {
    pub(super) fn new(
        style: Style,
        scan: Scan,
        framing: Framing,
        frames: Option<Frames>,
    ) -> BodyScan {
        BodyScan {
            style,
            redactor: scan.redactor(),
            scan,
            framing,
            frames,
            held: Vec::new(),
            output: Output::Unchanged(0),
            is_resolved: false,
            is_carrying: false,
        }
    }

    /// Takes what has come to the buffer.
    ///
    /// # Errors
    /// Where a message in it is compressed by itself. All that was not decided goes on as it came.
    fn write(
        &mut self,
        bytes: &[u8],
        end_of_stream: bool,
        judge: &mut Judge<'_>,
    ) -> Result<Buffer, Unscanned> {
        let is_last = self.framing.advance(bytes.len()) || end_of_stream;
        if std::mem::take(&mut self.is_carrying) {
            // What is carried goes before what the proxy has.
            self.output = Output::Changed(Vec::new());
        }
        let has_message = self.scan(bytes, is_last, judge)?;
        if self.scan.hold.keeps(bytes.len(), is_last || has_message) {
            self.held.extend_from_slice(bytes);
            return Ok(Buffer::Held);
        }
        if !is_last && self.is_waiting() && self.is_over(bytes.len()) {
            let mut sink = BufferSink { judge, held: &self.held, bytes, output: &mut self.output };
            self.is_resolved = self.scan.resolve(&mut self.redactor, &mut sink)?;
        }
        if !self.is_waiting() {
            return Ok(self.release());
        }
        if self.may_carry(bytes.len()) {
            self.cut_tail(bytes);
            self.is_carrying = true;
            return Ok(self.release());
        }
        self.held.extend_from_slice(bytes);
        Ok(Buffer::Held)
    }

    /// Looks through what has come, message by message where it has messages. Whether one of them is whole with it.
    fn scan(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        judge: &mut Judge<'_>,
    ) -> Result<bool, Unscanned> {
        let mut sink = BufferSink { judge, held: &self.held, bytes, output: &mut self.output };
        let (mut rest, mut has_message) = (bytes, false);
        while let Some(frames) = &mut self.frames
            && let Some(piece) = frames.next(rest)
        {
            let (now, later) = rest.split_at_checked(piece.len).unwrap_or((rest, &[]));
            match piece.part {
                Part::Compressed => {
                    sink.pass(rest);
                    return Err(Unscanned::Coded);
                }
                Part::Unframed => self.frames = None,
                // Nothing waits between two messages.
                Part::Prefix => sink.pass(now),
                Part::Message if piece.is_end => {
                    self.scan.finish(&mut self.redactor, now, &mut sink)
                }
                Part::Message => self.redactor.write(now, &mut sink),
            }
            if piece.part != Part::Unframed {
                rest = later;
            }
            has_message |= piece.is_end;
        }
        if is_last {
            self.scan.finish(&mut self.redactor, rest, &mut sink);
        } else {
            self.redactor.write(rest, &mut sink);
        }
        Ok(has_message)
    }

    fn take_changed(&mut self) -> Option<Vec<u8>> {
        match self.release() {
            Buffer::GoesOn(body) => body,
            Buffer::Held => None,
        }
    }

    /// Whether bytes are undecided that may not go on before they are.
    fn is_waiting(&self) -> bool {
        self.scan.is_enforcing && self.redactor.tail_len() > 0
    }

    /// Whether a message that can only be held has been held for longer than it may.
    fn is_over(&self, new: usize) -> bool {
        let is_waiting = !self.held.is_empty();
        self.framing.has_trailers && is_waiting && self.held.len() + new > self.scan.held_bytes_max
    }

    /// Whether what is decided may go on without the tail.
    fn may_carry(&self, new: usize) -> bool {
        if self.framing.is_only_carried {
            return true;
        }
        let is_something_decided = match &self.output {
            Output::Unchanged(count) => *count > 0,
            Output::Changed(new) => !new.is_empty(),
        };
        let is_more_to_come = self.framing.left.is_some();
        let is_over = self.held.len() + new > self.scan.held_bytes_max;
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
