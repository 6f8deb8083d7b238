//! Runs the engine over an input as a proxy does: chunk by chunk, one stream.

use std::hint::black_box;

use hushgate::{
    Finding,
    mask::Style,
    stream::{Limits, Redactor, Sink, Verdict},
};

/// A byte that no clean corpus holds: what `memchr` looks for, to read everything.
pub const ABSENT: u8 = 0x01;

/// What a run gave.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How many credentials were found.
    pub findings: usize,
    /// The rule of the first one, to tell which rule is at fault when clean traffic has any.
    pub first: Option<&'static str>,
    /// How many bytes came out.
    pub bytes: usize,
}

/// Redacts `input` as one stream, cut into chunks of `chunk` bytes.
///
/// Bytes that pass are counted and not copied, as in the filter: the proxy has them already, and
/// a body is written back only where something changed.
#[must_use]
pub fn redact(input: &[u8], chunk: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let mut redactor = Redactor::new(Limits::default());
    for part in input.chunks(chunk) {
        redactor.write(part, &mut outcome);
    }
    redactor.finish(&mut outcome);
    outcome
}

impl Sink for Outcome {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        self.findings += 1;
        self.first.get_or_insert(finding.rule.id);
        Verdict::Replace(Style::Label)
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.bytes += black_box(bytes).len();
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.bytes += black_box(bytes).len();
    }
}

#[cfg(test)]
mod tests {
    use super::redact;
    use crate::corpus::{Kind, generate};
    use crate::hostile::HOSTILE;

    #[test]
    fn clean_traffic_has_no_finding() {
        for kind in Kind::ALL {
            let outcome = redact(&generate(kind, 1 << 20), 16 << 10);
            assert_eq!((outcome.findings, outcome.first), (0, None), "{}", kind.name());
            assert_eq!(outcome.bytes, 1 << 20);
        }
    }

    #[test]
    fn the_chunks_change_nothing() {
        for hostile in HOSTILE {
            let input = hostile.generate(50_000);
            let whole = redact(&input, usize::MAX);
            assert_eq!(whole.bytes, input.len(), "{}", hostile.name);
            for chunk in [1000, 4096] {
                assert_eq!(redact(&input, chunk), whole, "{} by {chunk}", hostile.name);
            }
        }
    }
}
