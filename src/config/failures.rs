//! Reading what becomes of what cannot be scanned: a word for both directions, or one for each.

use serde_json::Value;

use super::{
    ConfigError,
    value::{known, word},
};
use crate::policy::Direction;

/// What becomes of what cannot be scanned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unscannable {
    /// The exchange is refused.
    #[default]
    Refuse,
    /// It passes, and is counted.
    Pass,
}

/// What becomes of bytes that wait undecided when the proxy should hold no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeldTail {
    /// They are masked.
    #[default]
    Mask,
    /// The exchange is refused.
    Refuse,
    /// They are taken for the end of the body, so that half a secret passes.
    Pass,
}

/// What becomes of one kind of failure in each direction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failure<T> {
    /// In requests.
    pub requests: T,
    /// In responses.
    pub responses: T,
    /// Whether the configuration names requests, so that no role's default is meant.
    pub names_requests: bool,
}

impl<T: Copy> Failure<T> {
    /// The same in both directions.
    pub(crate) fn both(word: T) -> Failure<T> {
        Failure { requests: word, responses: word, names_requests: false }
    }

    /// What becomes of it in this direction.
    pub fn of(&self, direction: Direction) -> T {
        match direction {
            Direction::Request => self.requests,
            Direction::Response => self.responses,
        }
    }
}

impl Unscannable {
    pub(super) const WORDS: &[(&str, Unscannable)] =
        &[("refuse", Unscannable::Refuse), ("pass", Unscannable::Pass)];

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Unscannable::Refuse => "refuse",
            Unscannable::Pass => "pass",
        }
    }
}

impl HeldTail {
    pub(super) const WORDS: &[(&str, HeldTail)] =
        &[("mask", HeldTail::Mask), ("refuse", HeldTail::Refuse), ("pass", HeldTail::Pass)];

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            HeldTail::Mask => "mask",
            HeldTail::Refuse => "refuse",
            HeldTail::Pass => "pass",
        }
    }
}

/// Reads a word for both, or an object; what it leaves out is as it is by default, which is closed.
pub(super) fn read<T: Copy + Default>(
    field: &str,
    value: &Value,
    words: &[(&str, T)],
) -> Result<Failure<T>, ConfigError> {
    let Value::Object(fields) = value else {
        return word(field, value, words).map(Failure::both).map_err(|error| {
            let reason = format!("{}, or an object with requests, responses", error.reason);
            ConfigError::new(field, reason)
        });
    };
    known(fields, &format!("{field}."), &["requests", "responses"])?;
    let of = |name: &str| match fields.get(name) {
        None => Ok(T::default()),
        Some(value) => word(&format!("{field}.{name}"), value, words),
    };
    Ok(Failure {
        requests: of("requests")?,
        responses: of("responses")?,
        names_requests: fields.contains_key("requests"),
    })
}
