//! A sink that remembers, for tests.

use std::fmt;

use super::{Finders, Limits, Redactor, Sink, Verdict};
use crate::{
    Finding,
    mask::Style,
    rule::{Confidence, Exposure, Profile},
};

/// What a finding was, and where its replacement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) rule: &'static str,
    pub(crate) confidence: Confidence,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Replaces everything, or all that is secret, and keeps the result.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) out: Vec<u8>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) secrets_only: bool,
}

impl Kept {
    /// The first place where two results differ, and the first finding that only one of them has.
    pub(crate) fn first_difference<'a>(
        &'a self,
        other: &'a Kept,
    ) -> (Option<usize>, Option<&'a Seen>) {
        let place = self.out.iter().zip(&other.out).position(|(one, other)| one != other);
        let is_other = |seen: &&Seen| !(self.seen.contains(seen) && other.seen.contains(seen));
        (place, self.seen.iter().chain(&other.seen).filter(is_other).min_by_key(|seen| seen.start))
    }
}

/// As text, for a failure that can be read. What is found here are expanded templates.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.out.escape_ascii(), self.seen)
    }
}

impl Sink for Kept {
    fn found(&mut self, finding: &Finding<'_>) -> Verdict {
        let start = finding.offset as usize;
        assert_eq!(start, self.out.len(), "{finding:?}: an offset is a place in the stream");
        let (rule, confidence) = (finding.rule.id, finding.confidence);
        self.seen.push(Seen { rule, confidence, start, end: start });
        match finding.rule.exposure {
            Exposure::Secret => Verdict::Replace(Style::Label),
            _ if !self.secrets_only => Verdict::Replace(Style::Label),
            _ => Verdict::Keep,
        }
    }

    fn pass(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn replace(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        if let Some(last) = self.seen.last_mut() {
            last.end = self.out.len();
        }
    }
}

/// All built-in rules.
pub(crate) fn strict() -> Finders {
    Finders { profile: Profile::Strict, ..Finders::default() }
}

/// Redacts the chunks, with limits.
pub(crate) fn redact_chunks<'a>(
    chunks: impl IntoIterator<Item = &'a [u8]>,
    limits: Limits,
) -> Kept {
    let mut kept = Kept::default();
    let mut redactor = Redactor::with(limits, strict());
    for chunk in chunks {
        redactor.write(chunk, &mut kept);
        assert!(redactor.tail_len() <= limits.tail_bytes_max, "the tail is over its limit");
    }
    redactor.finish(&mut kept);
    kept
}

/// Redacts all at once, as a filter would: what is public or an identifier passes.
pub(crate) fn redact_secrets(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Kept { secrets_only: true, ..Kept::default() };
    super::once_with(bytes, strict(), &mut kept);
    kept.out
}

/// Redacts all at once.
pub(crate) fn redact_once(bytes: &[u8]) -> Kept {
    redact_chunks([bytes], Limits::default())
}

/// The findings of all at once.
pub(crate) fn scan_once(bytes: &[u8]) -> Vec<Seen> {
    redact_once(bytes).seen
}
