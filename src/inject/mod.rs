//! Injection: a credential is put into a request at the edge, and taken out of the answer.
//!
//! The parts, in the order in which a request meets them:
//! - [`InjectConfig`]: credentials and bindings; a binding says which workload may send which credential to which
//!   cluster and authority, by which methods and paths, in which [`surface`].
//! - [`InjectExchange`]: one exchange as a state machine. It strips, decides, waits, sets, and watches the answer.
//! - [`Keyring`] and [`Slot`]: the credentials of a worker over time.
//! - [`share`]: what the workers of a proxy share, sealed.
//! - [`InjectRecord`] and [`Reason`]: what is told.
//!
//! As everywhere in the engine there is no I/O: time and randomness are arguments, and the store's answers come in as
//! values.

mod answer;
mod audit;
pub(crate) mod authority;
mod breaker;
mod config;
mod decide;
mod echo;
mod exchange;
mod fields;
mod form;
mod forms;
mod json;
mod keyring;
pub(crate) mod path;
mod reason;
pub mod share;
pub mod slot;
mod strip;
pub mod surface;
#[cfg(test)]
mod testing;
mod workload;

pub use self::{
    audit::{Decision, InjectRecord, Named},
    breaker::Breaker,
    config::{
        BINDINGS_MAX, Binding, CREDENTIALS_MAX, Credential, Elsewhere, Forms, HONEYTOKENS_MAX,
        Honeytoken, InjectConfig, OnFailure, SetCookie, Unbound,
    },
    exchange::{Answer, InjectExchange, InjectFlow, InjectStep, Need},
    forms::NEEDLE_BYTES_MIN,
    json::Pointer,
    keyring::Keyring,
    path::Pattern,
    reason::Reason,
    slot::{Outcome, Slot},
    workload::{Claim, Facts, Network, Workload},
};
