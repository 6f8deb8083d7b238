//! What is told of an exchange: never a byte of a credential.

pub mod line;

use std::fmt;

use self::line::{Told, Value};
use crate::{
    content::Unscanned,
    fingerprint::Shown,
    policy::{Action, Direction, Place},
    rule::Confidence,
};

/// Something that happened in an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// A credential was found.
    Found {
        /// What it is.
        rule: &'static str,
        /// How sure that is.
        confidence: Confidence,
        /// In which message.
        direction: Direction,
        /// In which part of it.
        place: Place,
        /// What was done.
        action: Action,
        /// Where, in bytes from the start of the value or body.
        offset: u64,
        /// Under which policy; `None` where none applies.
        policy: Option<&'static str>,
        /// The keyed fingerprint of the secret, where there is a key and the secret was there as a whole.
        fingerprint: Option<Shown>,
        /// Whether nothing of it was done.
        is_dry_run: bool,
    },
    /// A credential was found that an allow list lets pass.
    Allowed {
        /// What it is.
        rule: &'static str,
        /// In which message.
        direction: Direction,
    },
    /// A body passed unscanned.
    Unscanned {
        /// Of which message.
        direction: Direction,
        /// Why.
        reason: Unscanned,
    },
    /// What waited was masked, since the proxy could hold no more of the body.
    Resolved {
        /// Of which message.
        direction: Direction,
    },
    /// The exchange was refused.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Under which policy; `None` where none applies.
        policy: Option<&'static str>,
    },
    /// It would have been, were it no dry run.
    WouldRefuse {
        /// Why.
        refusal: Refusal,
        /// Under which policy; `None` where none applies.
        policy: Option<&'static str>,
    },
    /// A message falls under a policy.
    Chosen {
        /// Under which.
        policy: &'static str,
        /// Of which message.
        direction: Direction,
    },
}

/// Why an exchange is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A credential that may not pass.
    Blocked(Direction),
    /// A body that cannot be scanned.
    Unscannable(Direction, Unscanned),
    /// Trailers came while the end of a large body of unknown length still waited; or more of a body came behind what looked like its
    /// end.
    Stranded(Direction),
    /// The proxy did not answer as it must.
    HostError(Direction),
}

impl Refusal {
    /// The status of the answer.
    pub fn status(self) -> u32 {
        match self {
            Refusal::Blocked(_) => 403,
            Refusal::Unscannable(_, Unscanned::Range) => 416,
            Refusal::Unscannable(_, Unscanned::Upgrade) => 403,
            Refusal::Unscannable(Direction::Request, Unscanned::Corrupt) => 400,
            Refusal::Unscannable(Direction::Request, Unscanned::Oversize | Unscanned::Held) => 413,
            Refusal::Unscannable(Direction::Request, _) => 415,
            Refusal::Unscannable(Direction::Response, _) => 502,
            Refusal::Stranded(_) | Refusal::HostError(_) => 500,
        }
    }

    /// The word that records use.
    pub fn reason(self) -> &'static str {
        match self {
            Refusal::Blocked(_) => "blocked",
            Refusal::Unscannable(_, unscanned) => unscanned.name(),
            Refusal::Stranded(_) => "stranded",
            Refusal::HostError(_) => "host_error",
        }
    }

    /// Which message was at fault.
    pub fn direction(self) -> Direction {
        match self {
            Refusal::Blocked(direction)
            | Refusal::Unscannable(direction, _)
            | Refusal::Stranded(direction)
            | Refusal::HostError(direction) => direction,
        }
    }

    /// What the client is told: what happened, and no more.
    pub fn body(self) -> &'static str {
        match self {
            Refusal::Blocked(Direction::Request) => {
                "hushgate: blocked: the request holds a credential\n"
            }
            Refusal::Blocked(Direction::Response) => {
                "hushgate: blocked: the response holds a credential\n"
            }
            Refusal::Unscannable(_, Unscanned::Range) => {
                "hushgate: refused: a part of a document cannot be scanned\n"
            }
            Refusal::Unscannable(_, Unscanned::Corrupt) => {
                "hushgate: refused: a coded body is broken\n"
            }
            Refusal::Unscannable(_, Unscanned::Oversize | Unscanned::Held) => {
                "hushgate: refused: a coded body is too large\n"
            }
            Refusal::Unscannable(_, Unscanned::Upgrade) => {
                "hushgate: refused: the connection would stop to be HTTP\n"
            }
            Refusal::Unscannable(..) => "hushgate: refused: a coded body cannot be scanned\n",
            Refusal::Stranded(_) => "hushgate: refused: the end of the body could not be scanned\n",
            Refusal::HostError(_) => "hushgate: refused: the proxy reported an error\n",
        }
    }
}

impl Record {
    /// The name of its counter, below `hushgate.`
    pub fn counter(&self) -> String {
        match self {
            Record::Found { rule, direction, action, is_dry_run, .. } => {
                let dry_run = if *is_dry_run { "dry_run." } else { "" };
                format!("{dry_run}findings.{}.{}.{rule}", direction.name(), action.name())
            }
            Record::Allowed { rule, direction } => format!("allowed.{}.{rule}", direction.name()),
            Record::Unscanned { direction, reason } => {
                format!("unscanned.{}.{}", direction.name(), reason.name())
            }
            Record::Resolved { direction } => format!("resolved.{}", direction.name()),
            Record::Chosen { policy, direction } => {
                format!("policies.{}.{policy}", direction.name())
            }
            Record::Refused { refusal, .. } => {
                format!("refused.{}.{}", refusal.direction().name(), refusal.reason())
            }
            Record::WouldRefuse { refusal, .. } => {
                format!("dry_run.refused.{}.{}", refusal.direction().name(), refusal.reason())
            }
        }
    }

    /// Whether it is logged; all are counted.
    pub fn is_logged(&self) -> bool {
        !matches!(self, Record::Unscanned { .. } | Record::Allowed { .. } | Record::Chosen { .. })
    }
}

impl Told for Record {
    fn event(&self) -> &'static str {
        match self {
            Record::Found { .. } => "finding",
            Record::Allowed { .. } => "allowed",
            Record::Unscanned { .. } => "unscanned",
            Record::Resolved { .. } => "resolved",
            Record::Refused { .. } | Record::WouldRefuse { .. } => "refused",
            Record::Chosen { .. } => "policy",
        }
    }

    fn fields(&self, field: &mut dyn FnMut(&'static str, Value<'_>)) {
        let mut word = |name, word: &str| field(name, Value::Word(&word));
        match self {
            Record::Found { rule, confidence, direction, place, action, .. } => {
                word("rule", rule);
                word("confidence", confidence.name());
                word("direction", direction.name());
                word("place", place.name());
                word("action", action.name());
            }
            Record::Allowed { rule, direction } => {
                word("rule", rule);
                word("direction", direction.name());
            }
            Record::Unscanned { direction, reason } => {
                word("direction", direction.name());
                word("reason", reason.name());
            }
            Record::Resolved { direction } => word("direction", direction.name()),
            Record::Refused { refusal, .. } | Record::WouldRefuse { refusal, .. } => {
                word("direction", refusal.direction().name());
                word("reason", refusal.reason());
                field("status", Value::Number(refusal.status().into()));
            }
            Record::Chosen { policy, direction } => {
                word("policy", policy);
                word("direction", direction.name());
            }
        }
        if let Record::Found { offset, .. } = self {
            field("offset", Value::Number(*offset));
        }
        if let Record::Found { policy: Some(policy), .. }
        | Record::Refused { policy: Some(policy), .. }
        | Record::WouldRefuse { policy: Some(policy), .. } = self
        {
            field("policy", Value::Word(policy));
        }
        if let Record::Found { fingerprint: Some(fingerprint), .. } = self {
            field("fingerprint", Value::Word(fingerprint));
        }
        match self {
            Record::Found { is_dry_run, .. } => field("dry_run", Value::Flag(*is_dry_run)),
            Record::Refused { .. } => field("dry_run", Value::Flag(false)),
            Record::WouldRefuse { .. } => field("dry_run", Value::Flag(true)),
            _ => {}
        }
    }
}

/// The log line, as text.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line::text(self))
    }
}

/// Lets so many records through a second, and counts those it does not.
#[derive(Debug)]
pub struct RateLimiter {
    per_second_max: u32,
    second: u64,
    spent: u32,
    suppressed: u64,
}

impl RateLimiter {
    /// Lets at most so many through in any second of the clock.
    pub fn new(per_second_max: u32) -> RateLimiter {
        RateLimiter { per_second_max, second: 0, spent: 0, suppressed: 0 }
    }

    /// Whether one more may pass now; if so, how many were suppressed since the last that did.
    pub fn admit(&mut self, now_nanoseconds: u64) -> Option<u64> {
        let second = now_nanoseconds / 1_000_000_000;
        if second != self.second {
            (self.second, self.spent) = (second, 0);
        }
        if self.spent >= self.per_second_max {
            self.suppressed += 1;
            return None;
        }
        self.spent += 1;
        Some(std::mem::take(&mut self.suppressed))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::fingerprint::Fingerprinter;

    #[test]
    fn records_are_limited_a_second() {
        let mut limiter = RateLimiter::new(2);
        let second = 1_000_000_000;
        let answers: Vec<_> = [0, 1, 2, 3, second, second].map(|now| limiter.admit(now)).into();
        assert_eq!(answers, [Some(0), Some(0), None, None, Some(2), Some(0)]);
        assert_eq!(RateLimiter::new(0).admit(0), None);
    }

    #[test]
    fn names_agree() {
        let mut found = Record::Found {
            rule: "github.pat",
            confidence: Confidence::Certain,
            direction: Direction::Response,
            place: Place::Body,
            action: Action::Redact,
            offset: 17,
            policy: None,
            fingerprint: None,
            is_dry_run: false,
        };
        assert_eq!(found.counter(), "findings.response.redact.github.pat");
        let line = "hushgate finding rule=github.pat confidence=certain direction=response place=body \
             action=redact offset=17";
        assert_eq!(found.to_string(), line);
        let fingerprinter = Fingerprinter::ephemeral(b"a key of the tests").unwrap();
        let fingerprint = fingerprinter.of(b"planted");
        let Record::Found { fingerprint: shown, .. } = &mut found else { panic!("it is one") };
        *shown = Some(fingerprinter.shown(fingerprint));
        assert_eq!(found.to_string(), format!("{line} fingerprint=ephemeral:{fingerprint}"));
        let Record::Found { is_dry_run, .. } = &mut found else { panic!("it is one") };
        *is_dry_run = true;
        assert_eq!(found.counter(), "dry_run.findings.response.redact.github.pat");
        let line = format!("{line} fingerprint=ephemeral:{fingerprint} dry_run=true");
        assert_eq!(found.to_string(), line);
        let allowed = Record::Allowed { rule: "github.pat", direction: Direction::Request };
        assert_eq!(allowed.counter(), "allowed.request.github.pat");
        assert!(found.is_logged() && !allowed.is_logged());
        let refusal = Refusal::Unscannable(Direction::Response, Unscanned::Coded);
        let refused = Record::Refused { refusal, policy: None };
        assert_eq!(refused.counter(), "refused.response.coded");
        assert_eq!(
            refused.to_string(),
            "hushgate refused direction=response reason=coded status=502"
        );
        let would =
            Record::WouldRefuse { refusal: Refusal::Blocked(Direction::Request), policy: None };
        assert_eq!(would.counter(), "dry_run.refused.request.blocked");
        let line = "hushgate refused direction=request reason=blocked status=403 dry_run=true";
        assert_eq!(would.to_string(), line);
    }
}
