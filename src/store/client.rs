//! One fetch of any store.

use std::rc::Rc;

use super::{
    aws,
    config::{Kind, Login, StoreConfig},
    credential::{CredentialRef, Place},
    fetched::{Fetched, Reason, StoreError},
    http::{Answer, HttpRequest},
    session::{Due, Session},
    vault,
};
use crate::secret::Secret;

/// What is wanted of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// The current value; of a lease that is still good, what it gave.
    Current,
    /// The current value, read anew: an upstream has refused what the lease gave.
    Fresh,
    /// As `Fresh`, with the version before it.
    WithPrevious,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Make this call and tell [`Client::on`] of the answer.
    Call(HttpRequest),
    /// It is over.
    Done(Result<Fetched, StoreError>),
}

/// A client of one store: one fetch at a time. Several clients of a store may share a [`Session`].
pub struct Client {
    config: Rc<StoreConfig>,
    flight: Option<Flight>,
}

/// A fetch under way, with what it is for.
struct Flight {
    credential: Rc<CredentialRef>,
    want: Want,
    kind: FlightKind,
}

enum FlightKind {
    Vault(vault::Flight),
    Aws(aws::Flight),
}

impl Client {
    /// A client with nothing under way.
    pub fn new(config: Rc<StoreConfig>) -> Client {
        Client { config, flight: None }
    }

    /// Where the calls go.
    pub fn config(&self) -> &StoreConfig {
        &self.config
    }

    /// Whether a fetch is under way.
    pub fn is_busy(&self) -> bool {
        self.flight.is_some()
    }

    /// Begins a fetch; one that was under way is given up. `now_ms` is in ms since 1970, by a clock that is right.
    pub fn fetch(
        &mut self,
        credential: &Rc<CredentialRef>,
        want: Want,
        session: &mut Session,
        now_ms: u64,
    ) -> Step {
        session.belong_to(&self.config.digest);
        let (kind, step) = match (&self.config.kind, &credential.place) {
            (Kind::Vault(vault), Place::Vault(place)) => {
                let mut turn = vault::Turn { vault, place, want, session, now_ms };
                let (flight, step) = vault::Flight::begin(&mut turn);
                (FlightKind::Vault(flight), step)
            }
            (Kind::Aws(aws), Place::Aws { secret_id, field }) => {
                let turn = aws::Turn { aws, secret_id, field, want, now_ms };
                let (flight, step) = aws::Flight::begin(&turn);
                (FlightKind::Aws(flight), step)
            }
            (Kind::Static, Place::Static(value)) => return Step::Done(Ok(of_static(value))),
            // A reference to another store's value, which parsing it with this store does not give.
            _ => return Step::Done(Err(StoreError::of(Reason::BadRequest))),
        };
        let credential = Rc::clone(credential);
        self.flight = matches!(step, Step::Call(_)).then_some(Flight { credential, want, kind });
        step
    }

    /// Goes on with the answer to the last call.
    pub fn on(&mut self, answer: Answer, session: &mut Session, now_ms: u64) -> Step {
        let nothing = || Step::Done(Err(StoreError::of(Reason::BadAnswer)));
        let Some(mut flight) = self.flight.take() else {
            return nothing();
        };
        session.belong_to(&self.config.digest);
        let want = flight.want;
        let step = match (&mut flight.kind, &self.config.kind, &flight.credential.place) {
            (FlightKind::Vault(flight), Kind::Vault(vault), Place::Vault(place)) => {
                flight.on(&mut vault::Turn { vault, place, want, session, now_ms }, answer)
            }
            (FlightKind::Aws(flight), Kind::Aws(aws), Place::Aws { secret_id, field }) => {
                flight.on(&aws::Turn { aws, secret_id, field, want, now_ms }, answer)
            }
            _ => nothing(),
        };
        self.flight = matches!(step, Step::Call(_)).then_some(flight);
        step
    }

    /// Whether the next fetch logs in or renews first: what one of several workers should do for all.
    pub fn needs_login(&self, session: &Session, now_ms: u64) -> bool {
        match &self.config.kind {
            Kind::Vault(vault) if !matches!(vault.login, Login::None) => {
                session.made_for != self.config.digest
                    || vault::due(vault, session, now_ms) != Due::Nothing
            }
            _ => false,
        }
    }

    /// In how many ms the store wants to be asked for this credential again, because a lease, or the token that holds
    /// it, is to be renewed or replaced; `None`: it does not mind.
    pub fn due_in_ms(
        &self,
        credential: &CredentialRef,
        session: &Session,
        now_ms: u64,
    ) -> Option<u64> {
        let Place::Vault(place) = &credential.place else {
            return None;
        };
        let lease = session.lease(&place.key)?;
        let of_lease = lease.span.due_in_ms(now_ms, vault::LEASE_REPLACED_AT);
        let token = session.token.as_ref();
        let of_token =
            token.and_then(|token| token.span.due_in_ms(now_ms, vault::TOKEN_REPLACED_AT));
        of_lease.into_iter().chain(of_token).min()
    }
}

fn of_static(value: &Secret) -> Fetched {
    let value = Secret::new(value.expose().to_vec());
    Fetched { value, version: String::new(), previous: None, lives_ms: None, hosts: None }
}
