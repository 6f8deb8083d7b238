//! Credentials: where they come from and how long they may be used.

use serde_json::Value;

use super::{flag, label, milliseconds, required};
use crate::{
    config::{
        ConfigError,
        value::{list, object, text, word},
    },
    fingerprint::{Fingerprint, Fingerprinter},
};

/// A credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// What records call it.
    pub name: String,
    /// The store that it comes from.
    pub store: String,
    /// Which secret of that store it is, as the store's client reads it.
    pub reference: Value,
    /// What becomes of a request when it cannot be had.
    pub on_failure: OnFailure,
    /// How old it may be before it is fetched again, in milliseconds, give or take a tenth.
    pub refresh_after_ms: u64,
    /// How old it may be to be used at all, in milliseconds.
    pub max_stale_ms: u64,
    /// How long after a forced refresh the next one may be, in milliseconds: workloads can provoke them.
    pub forced_refresh_min_ms: u64,
    /// How long an old version is still looked for in answers, in milliseconds.
    pub grace_ms: u64,
    /// How long a store's permanent refusal is believed, in milliseconds.
    pub negative_ms: u64,
    /// Whether one line end at the end of the value is cut off.
    pub trim_newline: bool,
    /// In which forms it is looked for in answers.
    pub needle: Forms,
    /// Fingerprints of keys that workloads may still hold; the current one is put in their place.
    pub retired: Vec<Fingerprint>,
}

/// What becomes of a request when its credential cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// It is refused.
    Refuse,
    /// It passes, stripped, without a credential.
    Pass,
}

/// In which forms a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// As it is, and as base64, hexadecimal, percent-encoded, JSON and HTML text.
    Every,
    /// As it is, and where the scanner itself looks into an encoding.
    Plain,
}

pub(super) const FIELDS: &[&str] = &[
    "name",
    "store",
    "reference",
    "on_failure",
    "refresh_after_ms",
    "max_stale_ms",
    "forced_refresh_min_ms",
    "grace_ms",
    "negative_ms",
    "trim_newline",
    "needle",
    "retired",
];

/// A day, in milliseconds.
const DAY: usize = 86_400_000;

impl Credential {
    fn named() -> Credential {
        Credential {
            name: String::new(),
            store: String::new(),
            reference: Value::Null,
            on_failure: OnFailure::Refuse,
            refresh_after_ms: 300_000,
            max_stale_ms: 3_600_000,
            forced_refresh_min_ms: 10_000,
            grace_ms: 600_000,
            negative_ms: 15_000,
            trim_newline: true,
            needle: Forms::Every,
            retired: Vec::new(),
        }
    }

    pub(super) fn read(
        field: &str,
        value: &mut Value,
        fingerprinter: Option<&Fingerprinter>,
    ) -> Result<Credential, ConfigError> {
        let fields = object(field, value, FIELDS)?;
        required(fields, &format!("{field}."), &["name", "store", "reference"])?;
        let mut credential = Credential::named();
        for (name, value) in fields {
            credential.read_field(&format!("{field}.{name}"), name, value, fingerprinter)?;
        }
        if credential.max_stale_ms < credential.refresh_after_ms {
            let field = format!("{field}.max_stale_ms");
            return Err(ConfigError::new(&field, "want no less than refresh_after_ms"));
        }
        Ok(credential)
    }

    fn read_field(
        &mut self,
        field: &str,
        name: &str,
        value: &mut Value,
        fingerprinter: Option<&Fingerprinter>,
    ) -> Result<(), ConfigError> {
        match name {
            "name" => self.name = label(field, value)?,
            "store" => self.store = label(field, value)?,
            "reference" => self.reference = value.take(),
            "on_failure" => {
                let words = [("refuse", OnFailure::Refuse), ("pass", OnFailure::Pass)];
                self.on_failure = word(field, value, &words)?;
            }
            "refresh_after_ms" => self.refresh_after_ms = milliseconds(field, value, 100, DAY)?,
            "max_stale_ms" => self.max_stale_ms = milliseconds(field, value, 100, 30 * DAY)?,
            "forced_refresh_min_ms" => {
                self.forced_refresh_min_ms = milliseconds(field, value, 100, DAY)?;
            }
            "grace_ms" => self.grace_ms = milliseconds(field, value, 0, 30 * DAY)?,
            "negative_ms" => self.negative_ms = milliseconds(field, value, 100, DAY)?,
            "trim_newline" => self.trim_newline = flag(field, value)?,
            "needle" => {
                let words = [("every", Forms::Every), ("plain", Forms::Plain)];
                self.needle = word(field, value, &words)?;
            }
            _ => self.retired = retired(field, value, fingerprinter)?,
        }
        Ok(())
    }
}

fn retired(
    field: &str,
    value: &mut Value,
    fingerprinter: Option<&Fingerprinter>,
) -> Result<Vec<Fingerprint>, ConfigError> {
    let fingerprints = list(field, value, |field, value| {
        let fingerprint = Fingerprint::parse(&text(field, value)?);
        fingerprint.map_err(|reason| ConfigError::new(field, reason))
    })?;
    if !fingerprints.is_empty() && fingerprinter.is_none_or(Fingerprinter::is_ephemeral) {
        let reason = "want a fingerprint key that outlives the process, and there is none";
        return Err(ConfigError::new(field, reason));
    }
    Ok(fingerprints)
}
