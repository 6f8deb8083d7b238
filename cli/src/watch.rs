//! What a redactor finds, with the line around it: the sink of every scan.
//!
//! What is kept of a line is what the redactor has sent, so that no other secret of the line is in it either.

use hushgate::{
    Finding,
    fingerprint::Fingerprint,
    mask::{FILL, Style},
    rule::{Confidence, Rule},
    stream::{Sink, Verdict},
};
use memchr::{memchr, memrchr};

use crate::setup::{Detector, Judgement};

/// How much of a line is looked at before and behind a finding, in bytes: for its excerpt, its context and a marker.
const CONTEXT_BYTES_MAX: usize = 512;
/// How far a finding goes at most whose line is waited for, in bytes: what is farther has been forgotten.
const WAIT_BYTES_MAX: usize = 1 << 17;
/// How many mask bytes in a row are kept: how long a secret is need not be said.
const FILL_BYTES_MAX: usize = 3;
/// How much of a replacement is kept: a vendor's prefix and some mask bytes, or the start of an encoded one.
const REPLACED_BYTES_MAX: usize = 20;

/// The sink of a scan.
pub(crate) struct Watch<'a> {
    detector: &'a Detector,
    /// The last bytes that were sent. `recent.len() < 8 * CONTEXT_BYTES_MAX`
    recent: Vec<u8>,
    /// Those whose line goes on. They are in the order of the stream, as are the others.
    open: Vec<Seen>,
    done: Vec<Seen>,
    /// How many bytes in a row have been replaced since the last finding.
    replaced: usize,
}

/// A finding, with what its line holds.
pub(crate) struct Seen {
    /// What it is.
    pub(crate) rule: &'static Rule,
    /// How sure that is.
    pub(crate) confidence: Confidence,
    /// Where the secret starts in the stream.
    pub(crate) offset: u64,
    /// How long it is.
    pub(crate) len: Option<usize>,
    /// Of its secret.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The line around it, masked, as far as it is kept.
    pub(crate) line: Vec<u8>,
    /// Where in the line it starts.
    pub(crate) at: usize,
    /// How many bytes have come since its start, and how many of them are kept.
    came: usize,
    behind: usize,
}

impl<'a> Watch<'a> {
    /// At the start of a stream.
    pub(crate) fn new(detector: &'a Detector) -> Watch<'a> {
        Watch { detector, recent: Vec::new(), open: Vec::new(), done: Vec::new(), replaced: 0 }
    }

    /// Those whose line is complete, in the order of the stream; at its end, all.
    pub(crate) fn take(&mut self, is_end: bool) -> Vec<Seen> {
        if is_end {
            self.done.append(&mut self.open);
        }
        // Of two on one line the first one's excerpt may be complete later than the second one's.
        self.done.sort_by_key(|seen| seen.offset);
        std::mem::take(&mut self.done)
    }

    fn sent(&mut self, bytes: &[u8], is_mask: bool) {
        if !self.open.is_empty() {
            self.go_on(bytes, is_mask);
        }
        if bytes.len() >= CONTEXT_BYTES_MAX && !is_mask {
            self.recent.clear();
            let last = bytes.len() - CONTEXT_BYTES_MAX;
            self.recent.extend_from_slice(bytes.get(last..).unwrap_or_default());
            return;
        }
        append(&mut self.recent, bytes, is_mask);
        if self.recent.len() > 4 * CONTEXT_BYTES_MAX {
            self.recent.drain(..self.recent.len() - CONTEXT_BYTES_MAX);
        }
    }

    fn go_on(&mut self, bytes: &[u8], is_mask: bool) {
        let end = memchr(b'\n', bytes);
        let of_line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let (done, open) = (&mut self.done, &mut self.open);
        let mut still_open = Vec::new();
        for mut seen in open.drain(..) {
            let room = CONTEXT_BYTES_MAX.saturating_sub(seen.behind).min(of_line.len());
            let before = seen.line.len();
            append(&mut seen.line, of_line.get(..room).unwrap_or_default(), is_mask);
            seen.behind += seen.line.len() - before;
            seen.came += bytes.len();
            let is_enough = seen.behind >= CONTEXT_BYTES_MAX || seen.came >= WAIT_BYTES_MAX;
            match end.is_some() || is_enough {
                true => done.push(seen),
                false => still_open.push(seen),
            }
        }
        *open = still_open;
    }

    /// Counts bytes of which nothing is kept.
    fn skipped(&mut self, count: usize) {
        for seen in &mut self.open {
            seen.came += count;
        }
    }

    /// The start of the line that the next byte stands in, as far as it is kept.
    fn line(&self) -> &[u8] {
        let from = self.recent.len().saturating_sub(CONTEXT_BYTES_MAX);
        let recent = self.recent.get(from..).unwrap_or_default();
        let start = memrchr(b'\n', recent).map_or(0, |at| at + 1);
        recent.get(start..).unwrap_or_default()
    }
}

/// Appends bytes; of a mask, a few.
fn append(to: &mut Vec<u8>, bytes: &[u8], is_mask: bool) {
    if !is_mask {
        to.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        let tail = to.get(to.len().saturating_sub(FILL_BYTES_MAX)..).unwrap_or_default();
        let is_full = tail.len() == FILL_BYTES_MAX && tail.iter().all(|byte| *byte == FILL);
        if *byte != FILL || !is_full {
            to.push(*byte);
        }
    }
}

impl Sink for Watch<'_> {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let fingerprint = self.detector.fingerprint(finding);
        self.replaced = 0;
        match self.detector.judge(finding, fingerprint) {
            Judgement::Off => return Verdict::Keep,
            Judgement::Allowed => {}
            Judgement::Told => {
                let line = self.line().to_vec();
                self.open.push(Seen {
                    rule: finding.rule,
                    confidence: finding.confidence,
                    offset: finding.offset,
                    len: finding.len,
                    fingerprint,
                    at: line.len(),
                    line,
                    came: 0,
                    behind: 0,
                });
            }
        }
        Verdict::Replace(Style::Prefix)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.replaced = 0;
        self.sent(bytes, false);
    }

    fn replace(&mut self, bytes: &[u8]) {
        let room = REPLACED_BYTES_MAX.saturating_sub(self.replaced);
        self.replaced += bytes.len();
        // A line break of a private key ends its line, however far in it stands.
        match bytes.get(room..) {
            Some(rest) if !rest.contains(&b'\n') => {
                self.sent(bytes.get(..room).unwrap_or_default(), true);
                self.skipped(rest.len());
            }
            _ => self.sent(bytes, true),
        }
    }
}
