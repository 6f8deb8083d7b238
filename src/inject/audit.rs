//! What is told of injection: who, what, where, why; and never a byte of a credential.

use std::{fmt, rc::Rc};

use super::reason::Reason;
use crate::{
    fingerprint::Shown,
    policy::{Direction, Place},
    record::{
        Record,
        line::{self, Told, Value},
    },
};

/// What was decided of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// The credential was set.
    Inject,
    /// It went on without one.
    Pass,
    /// It was refused.
    Refuse,
}

impl Decision {
    /// The word for records.
    pub fn name(self) -> &'static str {
        match self {
            Decision::Inject => "inject",
            Decision::Pass => "pass",
            Decision::Refuse => "refuse",
        }
    }
}

/// A version of a credential, as it may be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The credential's name.
    pub credential: Rc<str>,
    /// The version's.
    pub version: Rc<str>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InjectRecord {
    /// A request was decided on. It is told before its bytes leave.
    Decided {
        /// What was decided.
        decision: Decision,
        /// Why.
        reason: Reason,
        /// The binding, where one fits.
        binding: Option<Rc<str>>,
        /// The credential's name, where one fits.
        credential: Option<Rc<str>>,
        /// The version that was set.
        version: Option<Rc<str>>,
        /// The keyed fingerprint of what was set.
        fingerprint: Option<Shown>,
        /// The surface's name.
        surface: Option<&'static str>,
        /// Whether nothing of it was done.
        is_dry_run: bool,
    },
    /// A value came back in an answer, and was redacted.
    Echo {
        /// Which one.
        named: Option<Named>,
        /// In which part of the answer.
        place: Place,
    },
    /// A value of the vault was on its way to where it is not bound.
    Foreign {
        /// Which one.
        named: Option<Named>,
        /// In which part of the request.
        place: Place,
    },
    /// A honeytoken was used.
    Honeytoken {
        /// In which part of the request.
        place: Place,
    },
    /// A placeholder stands where none belongs.
    Placeholder {
        /// In which part of the request.
        place: Place,
        /// Whether that stopped the request.
        is_blocked: bool,
    },
    /// A fetch ended.
    Fetched {
        /// Of which credential.
        credential: Rc<str>,
        /// What came of it: `changed`, `same`, `shared`, or the reason of a failure.
        outcome: &'static str,
        /// The version that is there now.
        version: Option<Rc<str>>,
    },
    /// What the scan of a message has to tell.
    Scan(Record),
}

impl InjectRecord {
    /// The name of its counter, below `hushgate.`
    pub fn counter(&self) -> String {
        match self {
            InjectRecord::Decided { decision, reason, credential, is_dry_run, .. } => {
                let dry_run = if *is_dry_run { "dry_run." } else { "" };
                let credential = credential.as_deref().unwrap_or("none");
                format!("inject.{dry_run}{}.{reason}.{credential}", decision.name())
            }
            InjectRecord::Echo { named, .. } => format!("inject.echo.{}", of(named)),
            InjectRecord::Foreign { named, .. } => format!("inject.foreign.{}", of(named)),
            InjectRecord::Honeytoken { .. } => "inject.honeytoken".to_owned(),
            InjectRecord::Placeholder { is_blocked, .. } => {
                let word = if *is_blocked { "blocked" } else { "carried" };
                format!("inject.placeholder.{word}")
            }
            InjectRecord::Fetched { credential, outcome, .. } => {
                format!("inject.fetch.{outcome}.{credential}")
            }
            InjectRecord::Scan(record) => record.counter(),
        }
    }

    /// Whether it is logged; all are counted.
    pub fn is_logged(&self) -> bool {
        match self {
            InjectRecord::Scan(record) => record.is_logged(),
            InjectRecord::Fetched { outcome, .. } => !matches!(*outcome, "same" | "shared"),
            _ => true,
        }
    }

    /// Whether it is an ordinary event, and no alarm.
    pub fn is_usual(&self) -> bool {
        matches!(
            self,
            InjectRecord::Decided { decision: Decision::Inject, reason: Reason::Injected, .. }
                | InjectRecord::Fetched { outcome: "changed" | "same" | "shared", .. }
        )
    }
}

fn of(named: &Option<Named>) -> &str {
    named.as_ref().map_or("unknown", |named| &named.credential)
}

impl Told for InjectRecord {
    fn event(&self) -> &'static str {
        match self {
            InjectRecord::Decided { .. } => "inject",
            InjectRecord::Echo { .. } => "echo",
            InjectRecord::Foreign { .. } => "foreign_value",
            InjectRecord::Honeytoken { .. } => "honeytoken",
            InjectRecord::Placeholder { .. } => "placeholder",
            InjectRecord::Fetched { .. } => "fetch",
            InjectRecord::Scan(record) => record.event(),
        }
    }

    fn fields(&self, field: &mut dyn FnMut(&'static str, Value<'_>)) {
        let mut word = |name, value: Option<&str>| {
            if let Some(value) = value {
                field(name, Value::Word(&Clean(value)));
            }
        };
        match self {
            InjectRecord::Decided {
                decision,
                reason,
                binding,
                credential,
                version,
                fingerprint,
                surface,
                is_dry_run,
            } => {
                word("decision", Some(decision.name()));
                word("reason", Some(reason.name()));
                word("binding", binding.as_deref());
                word("credential", credential.as_deref());
                word("version", version.as_deref());
                word("surface", *surface);
                if let Some(fingerprint) = fingerprint {
                    field("fingerprint", Value::Word(fingerprint));
                }
                field("dry_run", Value::Flag(*is_dry_run));
            }
            InjectRecord::Echo { named, place } | InjectRecord::Foreign { named, place } => {
                word("place", Some(place.name()));
                word("credential", named.as_ref().map(|named| &*named.credential));
                word("version", named.as_ref().map(|named| &*named.version));
            }
            InjectRecord::Honeytoken { place } => word("place", Some(place.name())),
            InjectRecord::Placeholder { place, is_blocked } => {
                word("place", Some(place.name()));
                word("action", Some(if *is_blocked { "block" } else { "carry" }));
            }
            InjectRecord::Fetched { credential, outcome, version } => {
                word("credential", Some(credential));
                word("outcome", Some(outcome));
                word("version", version.as_deref());
            }
            InjectRecord::Scan(record) => record.fields(field),
        }
    }
}

/// The log line, as text.
impl fmt::Display for InjectRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line::text(self))
    }
}

/// A word that others chose, such as a store's name of a version: without what would break the line.
struct Clean<'a>(&'a str);

impl fmt::Display for Clean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_good = |letter: char| letter.is_ascii_alphanumeric() || "_-.:/".contains(letter);
        self.0.chars().take(WORD_LETTERS_MAX).try_for_each(|letter| {
            fmt::Write::write_char(f, if is_good(letter) { letter } else { '?' })
        })
    }
}

/// How much of a word is told.
const WORD_LETTERS_MAX: usize = 64;

/// What a message's direction means for a value that was found in it.
pub(crate) fn found(direction: Direction, place: Place, named: Option<Named>) -> InjectRecord {
    match direction {
        Direction::Request => InjectRecord::Foreign { named, place },
        Direction::Response => InjectRecord::Echo { named, place },
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn names_agree() {
        let decided = InjectRecord::Decided {
            decision: Decision::Refuse,
            reason: Reason::Store("sealed"),
            binding: Some("charges".into()),
            credential: Some("stripe".into()),
            version: Some("7\n x".into()),
            fingerprint: None,
            surface: Some("bearer"),
            is_dry_run: false,
        };
        assert_eq!(decided.counter(), "inject.refuse.sealed.stripe");
        assert_eq!(
            decided.to_string(),
            "hushgate inject decision=refuse reason=sealed binding=charges credential=stripe \
             version=7??x surface=bearer"
        );
        assert!(decided.is_logged() && !decided.is_usual());
        let named = Some(Named { credential: "stripe".into(), version: "7".into() });
        let echo = found(Direction::Response, Place::Body, named.clone());
        assert_eq!(echo.counter(), "inject.echo.stripe");
        assert_eq!(echo.to_string(), "hushgate echo place=body credential=stripe version=7");
        let foreign = found(Direction::Request, Place::Path, named);
        assert_eq!(
            foreign.to_string(),
            "hushgate foreign_value place=path credential=stripe version=7"
        );
        let fetched = InjectRecord::Fetched {
            credential: "stripe".into(),
            outcome: "same",
            version: Some("7".into()),
        };
        assert_eq!(fetched.counter(), "inject.fetch.same.stripe");
        assert!(!fetched.is_logged());
    }
}
