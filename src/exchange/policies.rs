//! Which policy each message of an exchange falls under.
//!
//! The request is decided by what is known with its headers; a policy that asks for the status or the response's type is
//! left out there. With the response's headers all of them are asked again, those that did not fit the request excepted.

use std::rc::Rc;

use super::{Exchange, message::Message};
use crate::{
    config::Config,
    http::Headers,
    policy::{Asks, Direction, Facts, Fitting, Policy, Seen},
    record::Record,
};

/// What choosing remembers between the two messages.
#[derive(Default)]
pub(super) struct Choosing {
    facts: Facts,
    /// The policies that fit the request; none before its headers have come.
    fitting: Fitting,
}

impl Exchange {
    /// Which facts the policies ask for.
    pub fn asks(&self) -> Asks {
        self.base.policies.asks()
    }

    /// Takes what the proxy knows of the request. Before its headers; without it policies that ask for facts fit nothing.
    pub fn know(&mut self, facts: Facts) {
        self.choosing.facts = facts;
    }

    /// The policy that a message falls under, if any; known once its headers have come.
    pub fn policy(&self, direction: Direction) -> Option<&'static str> {
        self.message(direction).config.policy
    }

    /// The configuration that holds for a message, and is known once its headers have come.
    pub(super) fn config(&self, direction: Direction) -> &Config {
        &self.message(direction).config
    }

    /// Chooses by what a request's headers say; for the response it is chosen as far as that tells.
    pub(super) fn choose_by_request(&mut self, headers: &Headers) {
        if self.base.policies.list().is_empty() {
            return;
        }
        let base = Rc::clone(&self.base);
        self.choosing.fitting = base.policies.fitting(&Seen::of(headers, &self.choosing.facts));
        if let Some(policy) = base.policies.for_request(self.choosing.fitting) {
            self.take(policy, Direction::Request);
            self.take(policy, Direction::Response);
            self.note(policy, Direction::Request);
        }
    }

    /// Chooses by what the headers of a response say that is no interim one.
    pub(super) fn choose_by_response(&mut self, headers: &Headers) {
        let base = Rc::clone(&self.base);
        let Some(policy) = base.policies.for_response(self.choosing.fitting, headers) else {
            return;
        };
        if self.policy(Direction::Response) != Some(policy.name) {
            self.take(policy, Direction::Response);
        }
        self.note(policy, Direction::Response);
    }

    /// Whether the response's headers have a say in what becomes of it.
    pub(super) fn awaits_response(&self) -> bool {
        let mut fitting = self.base.policies.of(self.choosing.fitting);
        fitting.any(|policy| policy.condition.asks_response())
    }

    /// Whether a finding in the response may be stopped, as far as the request tells.
    pub(super) fn may_enforce_response(&self) -> bool {
        let role = self.role;
        let may = |policy: &Policy| {
            let config = &policy.config;
            !config.dry_run && config.choice(role, Direction::Response).is_enforcing()
        };
        self.is_enforcing(Direction::Response)
            || self.base.policies.of(self.choosing.fitting).any(may)
    }

    fn take(&mut self, policy: &Policy, direction: Direction) {
        let config = match self.base.needles {
            None => Rc::clone(&policy.config),
            Some(_) => Rc::new(policy.config.with_host_of(&self.base)),
        };
        let message = Message::new(direction, config, self.role);
        *self.message_mut(direction) = message;
    }

    fn note(&mut self, policy: &Policy, direction: Direction) {
        self.records.push(Record::Chosen { policy: policy.name, direction });
    }
}
