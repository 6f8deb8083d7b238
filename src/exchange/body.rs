//! A body that is scanned while the proxy's buffer of it comes and goes.
//!
//! A proxy's filter sees the buffer that the proxy holds: all that came since the message last went on. Bytes that may
//! become part of a finding make it wait; once they are decided the buffer is replaced, if it changed, and goes on.
//! Nothing is copied for a body that is clean and does not wait.

use super::judge::Judge;
use crate::{
    finding::Finding,
    mask::Style,
    stream::{Limits, Redactor, Sink, Verdict},
};

/// The scan of one body.
pub(super) struct BodyScan {
    /// How a label is written in it.
    pub(super) style: Style,
    redactor: Option<Redactor>,
    held_bytes_max: usize,
    /// What the proxy holds, as it came. Empty unless the body waits.
    held: Vec<u8>,
    /// What has been decided of what the proxy holds.
    output: Output,
    is_resolved: bool,
}

/// What the decided bytes of the buffer are.
enum Output {
    /// So many bytes as they came.
    Unchanged(usize),
    Changed(Vec<u8>),
}

impl BodyScan {
    pub(super) fn new(style: Style, limits: Limits, held_bytes_max: usize) -> BodyScan {
        BodyScan {
            style,
            redactor: Some(Redactor::new(limits)),
            held_bytes_max,
            held: Vec::new(),
            output: Output::Unchanged(0),
            is_resolved: false,
        }
    }

    /// How many bytes of the proxy's buffer have been seen.
    pub(super) fn held_len(&self) -> usize {
        self.held.len()
    }

    /// Whether what waited was masked since the last call, because the proxy should hold no more.
    pub(super) fn take_resolved(&mut self) -> bool {
        std::mem::take(&mut self.is_resolved)
    }

    /// Takes what has come to the buffer. `None`: it waits. Else it goes on, as what is given if it changed.
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        end_of_stream: bool,
        judge: &mut Judge<'_>,
    ) -> Option<Option<Vec<u8>>> {
        let mut sink = BufferSink { judge, held: &self.held, bytes, output: &mut self.output };
        let waits = match (&mut self.redactor, end_of_stream) {
            (Some(redactor), false) => {
                redactor.write(bytes, &mut sink);
                if redactor.tail_len() > 0 && self.held.len() + bytes.len() > self.held_bytes_max {
                    redactor.resolve(&mut sink);
                    self.is_resolved = true;
                }
                redactor.tail_len() > 0
            }
            (redactor, _) => {
                if let Some(mut redactor) = redactor.take() {
                    redactor.write(bytes, &mut sink);
                    redactor.finish(&mut sink);
                }
                false
            }
        };
        if waits {
            self.held.extend_from_slice(bytes);
            return None;
        }
        self.held.clear();
        match std::mem::replace(&mut self.output, Output::Unchanged(0)) {
            Output::Unchanged(_) => Some(None),
            Output::Changed(new) => Some(Some(new)),
        }
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
