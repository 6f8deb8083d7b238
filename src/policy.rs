//! What is done with a finding: by its confidence, its exposure, its direction and where it stands; and what else is done
//! where ([`Policies`]).

mod choice;
mod condition;
mod facts;
mod policies;
mod preset;

pub use self::{
    choice::{Choice, ENTRIES_MAX, Entry, Overrides},
    condition::{Condition, HostPattern, StatusPattern, TypePattern},
    facts::{Asks, Facts},
    policies::{POLICIES_MAX, Policies, Policy},
    preset::Preset,
};
pub(crate) use self::{
    facts::Seen,
    policies::{Fitting, name},
};
use crate::rule::{Confidence, Exposure};

/// Which message of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // The names say it.
pub enum Direction {
    Request,
    Response,
}

impl Direction {
    /// Both.
    pub const ALL: [Direction; 2] = [Direction::Request, Direction::Response];

    /// The word that records use.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Response => "response",
        }
    }
}

/// Which part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The request target: path and query.
    Path,
    /// A header's value.
    Header,
    /// The body.
    Body,
    /// A trailer's value.
    Trailer,
}

impl Place {
    /// Every part.
    pub const ALL: [Place; 4] = [Place::Path, Place::Header, Place::Body, Place::Trailer];

    /// The word that records use.
    pub fn name(self) -> &'static str {
        match self {
            Place::Path => "path",
            Place::Header => "header",
            Place::Body => "body",
            Place::Trailer => "trailer",
        }
    }
}

/// On which side of a workload the proxy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Between a service and its callers.
    Inbound,
    /// Between workloads and the world.
    Outbound,
}

impl Role {
    /// Both.
    pub const ALL: [Role; 2] = [Role::Inbound, Role::Outbound];

    /// The word that configuration uses.
    pub fn name(self) -> &'static str {
        match self {
            Role::Inbound => "inbound",
            Role::Outbound => "outbound",
        }
    }
}

/// What is done with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Nothing, and nothing is said.
    Off,
    /// It is counted and logged, and passes.
    Report,
    /// It is replaced by a label of the same length.
    Redact,
    /// It is replaced by `*` behind the vendor's public prefix.
    Mask,
    /// It is replaced by a label with its keyed fingerprint, so that two of its appearances can be told to be one.
    Hash,
    /// The exchange is refused.
    Block,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 6] =
        [Action::Off, Action::Report, Action::Redact, Action::Mask, Action::Hash, Action::Block];

    /// The word that configuration and records use.
    pub fn name(self) -> &'static str {
        match self {
            Action::Off => "off",
            Action::Report => "report",
            Action::Redact => "redact",
            Action::Mask => "mask",
            Action::Hash => "hash",
            Action::Block => "block",
        }
    }

    /// Whether it stops a finding from passing.
    pub fn is_enforcing(self) -> bool {
        self.is_rewriting() || self == Action::Block
    }

    /// Whether it changes the message.
    pub fn is_rewriting(self) -> bool {
        matches!(self, Action::Redact | Action::Mask | Action::Hash)
    }
}

/// The action for each confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions {
    /// For a certain finding.
    pub certain: Action,
    /// For a likely one.
    pub likely: Action,
    /// For a possible one.
    pub possible: Action,
}

impl Actions {
    /// What one word for a direction means: a merely possible finding is reported, never rewritten or blocked.
    pub fn of(action: Action) -> Actions {
        let possible = if action == Action::Off { Action::Off } else { Action::Report };
        Actions { certain: action, likely: action, possible }
    }

    /// What the role says of a direction when the configuration says nothing.
    ///
    /// Rewriting requests is silent loss of data, so that no role does it.
    pub fn of_role(role: Role, direction: Direction) -> Actions {
        match (role, direction) {
            (Role::Inbound, Direction::Response) => Actions::of(Action::Redact),
            (Role::Outbound, Direction::Request) => {
                Actions { certain: Action::Block, ..Actions::of(Action::Report) }
            }
            _ => Actions::of(Action::Report),
        }
    }

    /// The action for a finding. What is public or a mere identifier is reported at most.
    pub fn choose(&self, confidence: Confidence, exposure: Exposure) -> Action {
        let action = match confidence {
            Confidence::Certain => self.certain,
            Confidence::Likely => self.likely,
            Confidence::Possible => self.possible,
        };
        match exposure {
            Exposure::Secret => action,
            _ if action == Action::Off => Action::Off,
            _ => Action::Report,
        }
    }

    /// Whether nothing is to be looked for.
    pub fn is_off(&self) -> bool {
        self.each().iter().all(|action| *action == Action::Off)
    }

    /// Whether any finding is stopped from passing.
    pub fn is_enforcing(&self) -> bool {
        self.each().iter().any(|action| action.is_enforcing())
    }

    /// Whether any finding is replaced by something else.
    pub fn is_rewriting(&self) -> bool {
        self.each().iter().any(|action| action.is_rewriting())
    }

    /// Whether any finding refuses the message.
    pub fn is_blocking(&self) -> bool {
        self.each().contains(&Action::Block)
    }

    fn each(&self) -> [Action; 3] {
        [self.certain, self.likely, self.possible]
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn no_role_rewrites_requests() {
        for role in [Role::Inbound, Role::Outbound] {
            let actions = Actions::of_role(role, Direction::Request);
            assert!(actions.each().iter().all(|action| !action.is_rewriting()));
        }
    }

    #[test]
    fn what_is_no_secret_is_reported_at_most() {
        let actions = Actions::of(Action::Block);
        assert_eq!(actions.choose(Confidence::Certain, Exposure::Secret), Action::Block);
        assert_eq!(actions.choose(Confidence::Certain, Exposure::Public), Action::Report);
        assert_eq!(actions.choose(Confidence::Certain, Exposure::Identifier), Action::Report);
        assert_eq!(actions.choose(Confidence::Possible, Exposure::Secret), Action::Report);
        let off = Actions::of(Action::Off);
        assert_eq!(off.choose(Confidence::Certain, Exposure::Public), Action::Off);
        assert!(off.is_off() && !off.is_enforcing());
    }
}
