//! Known values: credentials that are no longer looked for by their shape, because they are known.
//!
//! They are given in one of two ways:
//! - as **values**: found wherever the bytes stand, in a word or out of it, as they are or behind escapes of JSON, URLs and
//!   HTML;
//! - as **keyed fingerprints**, by whoever does not want to hold the value here: matched against whole token runs only.
//!   A run is a stretch of `[A-Za-z0-9._+/~-]` as long as it goes, with the `=` behind it, of 8 to 512 bytes. A secret
//!   with other bytes in it (a space, a quote, `=` in the middle, `:`) is found by value alone, and so is one that
//!   stands directly beside more bytes of a run (`/v1/` and the secret are one run).
//!
//! Each run costs an HMAC. A fingerprint may say how long its secret is (`3f9c…:40`); if all do, runs of other lengths
//! cost next to nothing.

mod behind;
mod runs;
mod values;

use std::{fmt, rc::Rc};

use self::{runs::Runs, values::Values};
use crate::{
    fingerprint::{Fingerprint, Fingerprinter},
    rule::{Kind, Rule},
    scan::{Found, Hit, Window},
    secret::Secret,
    view::escape::RAW_BYTES_MAX,
};

/// How many values there may be.
pub const VALUES_MAX: usize = 64;
/// How many fingerprints there may be.
pub const FINGERPRINTS_MAX: usize = 256;
/// How long a value may be, in bytes: shorter ones would be found everywhere.
pub const VALUE_BYTES: std::ops::RangeInclusive<usize> = 8..=4_096;
/// How long a run may be that is fingerprinted, in bytes.
pub const RUN_BYTES: std::ops::RangeInclusive<usize> = 8..=512;

/// What a value is found as.
pub static VALUE: Rule = rule("known.value", "Known value");
/// What a fingerprint is found as.
pub static FINGERPRINT: Rule = rule("known.fingerprint", "Known value, by its fingerprint");

/// What a value from a vault is found as.
pub(crate) static NEEDLE: Rule = rule("inject.value", "Value from a vault");
/// What a placeholder is found as.
pub(crate) static PLACEHOLDER: Rule = rule("inject.placeholder", "Placeholder of a credential");
/// What a honeytoken is found as.
pub(crate) static HONEYTOKEN: Rule = rule("inject.honeytoken", "Honeytoken");

/// Of no kind that a field's name (`state`, `nonce`) excuses.
const fn rule(id: &'static str, title: &'static str) -> Rule {
    Rule { id, title, provider: "hushgate", kind: Kind::ApiKey, ..Rule::PLAIN }
}

/// The fingerprint of a known value, and its length where that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownFingerprint {
    fingerprint: Fingerprint,
    len: Option<usize>,
}

impl KnownFingerprint {
    /// Reads `0123456789abcdef` or `0123456789abcdef:40`.
    ///
    /// # Errors
    /// The reason, without the text.
    pub fn parse(text: &str) -> Result<KnownFingerprint, String> {
        // An ephemeral one has a colon of its own; it is refused by its beginning.
        let (digits, len) = match text.rsplit_once(':') {
            Some((digits, len)) if !text.starts_with("ephemeral:") => (digits, Some(len)),
            _ => (text, None),
        };
        let fingerprint = Fingerprint::parse(digits)?;
        let (min, max) = (RUN_BYTES.start(), RUN_BYTES.end());
        let len = len
            .map(|len| len.parse().ok().filter(|len| RUN_BYTES.contains(len)))
            .map(|len| len.ok_or_else(|| format!("want a length from {min} to {max}")))
            .transpose()?;
        Ok(KnownFingerprint { fingerprint, len })
    }
}

/// Why known values are refused: which one, and the reason, without the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownError {
    field: String,
    reason: String,
}

impl KnownError {
    fn new(field: impl Into<String>, reason: impl Into<String>) -> KnownError {
        KnownError { field: field.into(), reason: reason.into() }
    }

    /// The field, as a path below the known values: `values[2]`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for KnownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for KnownError {}

/// Known values, ready to be found.
#[derive(PartialEq, Eq)]
pub struct KnownValues {
    values: Option<Values>,
    runs: Option<Runs>,
}

impl KnownValues {
    /// Takes values, and fingerprints with what makes them.
    ///
    /// # Errors
    /// Where there are too many, a value is too short or too long, or fingerprints come without a lasting key.
    pub fn new(
        values: Vec<Secret>,
        fingerprints: Vec<KnownFingerprint>,
        fingerprinter: Option<Rc<Fingerprinter>>,
    ) -> Result<KnownValues, KnownError> {
        let counts = [
            ("values", values.len(), VALUES_MAX),
            ("fingerprints", fingerprints.len(), FINGERPRINTS_MAX),
        ];
        if let Some((field, _, max)) = counts.into_iter().find(|(_, count, max)| count > max) {
            return Err(KnownError::new(field, format!("more than {max}")));
        }
        let is_bad = |value: &Secret| !VALUE_BYTES.contains(&value.expose().len());
        if let Some(place) = values.iter().position(is_bad) {
            let (min, max) = (VALUE_BYTES.start(), VALUE_BYTES.end());
            let reason = format!("want {min} to {max} bytes");
            return Err(KnownError::new(format!("values[{place}]"), reason));
        }
        let runs = match fingerprinter.filter(|fingerprinter| !fingerprinter.is_ephemeral()) {
            _ if fingerprints.is_empty() => None,
            Some(fingerprinter) => Some(Runs::new(fingerprints, fingerprinter)),
            None => {
                let reason = "want a fingerprint key that outlives the process, and there is none";
                return Err(KnownError::new("fingerprints", reason));
            }
        };
        let values = values.into_iter().map(|value| (value, &VALUE)).collect();
        Ok(KnownValues { values: Values::new(values), runs })
    }

    /// Takes what an injecting filter looks for, each with what it is found as. Who calls bounds how many there are.
    ///
    /// What is longer than [`VALUE_BYTES`] allows could not wait in a stream, and is left out.
    pub(crate) fn needles(values: Vec<(Secret, &'static Rule)>) -> Option<KnownValues> {
        let fits = |value: &Secret| (1..=*VALUE_BYTES.end()).contains(&value.expose().len());
        let values = values.into_iter().filter(|(value, _)| fits(value)).collect();
        Values::new(values).map(|values| KnownValues { values: Some(values), runs: None })
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.values.is_none() && self.runs.is_none()
    }

    /// How many bytes may wait: as many as the longest can have, each of them behind the longest escape.
    pub fn length_max(&self) -> usize {
        let values = self.values.as_ref().map_or(0, Values::length_max) * RAW_BYTES_MAX;
        values.max(self.runs.as_ref().map_or(0, Runs::length_max))
    }

    /// How many bytes the shortest value has.
    pub(crate) fn length_min(&self) -> usize {
        self.values.as_ref().map_or(0, Values::length_min)
    }

    /// The first match in the window from a place on.
    pub(crate) fn search(&self, window: &Window<'_>, from: usize) -> Found {
        let value = self.values.as_ref().map_or(Found::Nothing, |it| it.search(window, from));
        let run = self.runs.as_ref().map_or(Found::Nothing, |it| it.search(window, from));
        match (place(&value), place(&run)) {
            // At the same place the value is as long, or waits to be longer.
            (Some(value_at), Some(run_at)) if run_at < value_at => run,
            (None, Some(_)) => run,
            _ => value,
        }
    }
}

/// Where a match starts, or may start.
fn place(found: &Found) -> Option<usize> {
    match found {
        Found::Hit(hit) => Some(hit.secret.start),
        Found::Live(place) | Found::View(place, _) => Some(*place),
        Found::Nothing => None,
    }
}

fn hit(rule: &'static Rule, start: usize, len: usize) -> Found {
    Found::Hit(Hit {
        rule,
        confidence: rule.confidence,
        start,
        secret: start..start + len,
        end: start + len,
        open: None,
        label: true,
        // Nothing of it is public.
        prefix: 0,
    })
}

/// Not even how many.
impl fmt::Debug for KnownValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownValues").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
