//! Whole runs whose fingerprint is known.

use std::rc::Rc;

use super::{FINGERPRINT, KnownFingerprint, RUN_BYTES, hit};
use crate::{
    fingerprint::{Fingerprint, Fingerprinter},
    scan::{Found, Window},
};

/// Some fingerprints, at least one, and what makes them.
#[derive(PartialEq, Eq)]
pub(super) struct Runs {
    fingerprints: Vec<Fingerprint>,
    fingerprinter: Rc<Fingerprinter>,
    /// The lengths of runs that are fingerprinted; `None` for all.
    lengths: Option<Vec<usize>>,
}

impl Runs {
    pub(super) fn new(known: Vec<KnownFingerprint>, fingerprinter: Rc<Fingerprinter>) -> Runs {
        Runs {
            fingerprints: known.iter().map(|known| known.fingerprint).collect(),
            fingerprinter,
            lengths: known.iter().map(|known| known.len).collect(),
        }
    }

    /// The longest run that is fingerprinted.
    pub(super) fn length_max(&self) -> usize {
        let last = self.lengths.as_ref().and_then(|lengths| lengths.iter().max());
        last.copied().unwrap_or(*RUN_BYTES.end())
    }

    /// The first run from a place on whose fingerprint is known.
    pub(super) fn search(&self, window: &Window<'_>, from: usize) -> Found {
        let bytes = window.bytes();
        let mut at = from;
        if window.byte_before(at).is_some_and(is_of_run) {
            // The rest of a run that was too long, or of which a part was another finding.
            at += run_len(bytes.get(at..).unwrap_or_default());
        }
        while let Some(skipped) =
            bytes.get(at..).and_then(|rest| rest.iter().position(|byte| is_of_run(*byte)))
        {
            let start = at + skipped;
            let rest = bytes.get(start..).unwrap_or_default();
            let len = run_len(rest);
            let is_cut = len == rest.len() && !window.candidate(start).1;
            if is_cut && len <= self.length_max() {
                return Found::Live(start);
            }
            if !is_cut && self.is_known(rest.get(..len).unwrap_or_default()) {
                return hit(&FINGERPRINT, start, len);
            }
            at = start + len;
        }
        Found::Nothing
    }

    fn is_known(&self, run: &[u8]) -> bool {
        let is_asked = self.lengths.as_ref().is_none_or(|lengths| lengths.contains(&run.len()));
        is_asked
            && RUN_BYTES.contains(&run.len())
            && self.fingerprints.contains(&self.fingerprinter.of(run))
    }
}

/// How long the run is that these bytes begin with: bytes of a run, then `=`.
fn run_len(bytes: &[u8]) -> usize {
    let run = bytes.iter().take_while(|byte| is_of_run(**byte)).count();
    let padding = bytes.get(run..).unwrap_or_default().iter().take_while(|byte| **byte == b'=');
    run + padding.count()
}

fn is_of_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'/' | b'~' | b'-')
}
