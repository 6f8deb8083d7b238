//! A finding as it is told: where it is and what it is, and nothing of it.

use hushgate::{
    fingerprint::Fingerprint,
    rule::{Confidence, Kind, Rule},
};

use crate::lines::Place;

/// What was found at one place.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    /// What it is.
    pub(crate) rule: &'static Rule,
    /// How sure that is.
    pub(crate) confidence: Confidence,
    /// Where it starts, in bytes from the start of what was scanned; unknown in a patch.
    pub(crate) offset: Option<u64>,
    /// How long it is, in bytes; unknown of an open-ended one, and not told of a password ([`told_len`]).
    pub(crate) len: Option<u64>,
    /// Where it starts, for people.
    pub(crate) place: Place,
    /// What stands around it in its line, with every finding masked.
    pub(crate) excerpt: String,
    /// A digest of its line with every finding masked: what a baseline without a key knows it by.
    pub(crate) context: Fingerprint,
    /// The keyed fingerprint, where the secret is there as a whole.
    pub(crate) fingerprint: Option<Fingerprint>,
}

/// The hits of one file, or of one version of it.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The file, as it was named or found.
    pub(crate) path: String,
    /// The commit that the version came with, of a history.
    pub(crate) commit: Option<String>,
    /// What was found, in its order.
    pub(crate) hits: Vec<Hit>,
}

/// The length of a finding where it may be said: that of a password would help to guess it.
pub(crate) fn told_len(rule: &Rule, len: Option<usize>) -> Option<u64> {
    len.filter(|_| rule.kind != Kind::Password).map(|len| len as u64)
}
