//! HashiCorp Vault and OpenBao: one fetch as a state machine.
//!
//! A fetch logs in where there is no token, renews what is at two thirds of its life, reads, and does with each answer
//! what `docs/vaults.md` says of it. It ends after a bounded number of calls.

mod answer;
mod login;
mod request;
mod secret;
#[cfg(test)]
mod tests;

use self::answer::{Reply, failure};
pub(super) use self::login::due;
use super::{
    Step, Want,
    config::{Login, Vault},
    credential::VaultPlace,
    fetched::{Fetched, Reason, StoreError},
    http::Answer,
    session::{Due, Session},
};
use crate::secret::Secret;

/// At which share of its life (percent) a token that cannot be renewed is replaced by a new login.
pub(super) const TOKEN_REPLACED_AT: u64 = 80;

/// At which share of its life (percent) a leased secret that cannot be renewed is read anew.
pub(super) const LEASE_REPLACED_AT: u64 = 85;

/// No fetch needs more calls: token looked up, renewed, refused, looked up, wrap looked up and undone, login, lease,
/// read, previous, and two sent again.
const CALLS_MAX: u8 = 12;

/// One fetch under way.
pub(super) struct Flight {
    state: State,
    calls: u8,
    /// Each of these is done once a fetch.
    has_renewed: bool,
    has_logged_in: bool,
    has_looked_up: bool,
    has_dropped_index: bool,
    /// Whether calls ask a standby to forward them.
    is_forwarded: bool,
}

/// What is being waited for.
enum State {
    /// Whether a token that was given is good, and for how long.
    LookUpGiven,
    /// Whether the token is to blame for a refusal.
    LookUpRefused,
    RenewToken,
    LookUpWrap,
    Unwrap,
    LogIn,
    RenewLease,
    Read,
    ReadPrevious {
        current: Fetched,
        version: u64,
    },
}

/// What a step may look at and change.
pub(super) struct Turn<'a> {
    pub(super) vault: &'a Vault,
    pub(super) place: &'a VaultPlace,
    pub(super) want: Want,
    pub(super) session: &'a mut Session,
    pub(super) now_ms: u64,
}

impl Flight {
    pub(super) fn begin(turn: &mut Turn<'_>) -> (Flight, Step) {
        let mut flight = Flight {
            state: State::Read,
            calls: 0,
            has_renewed: false,
            has_logged_in: false,
            has_looked_up: false,
            has_dropped_index: false,
            is_forwarded: false,
        };
        let step = flight.proceed(turn);
        (flight, step)
    }

    pub(super) fn on(&mut self, turn: &mut Turn<'_>, answer: Answer) -> Step {
        let reply = match Reply::read(answer) {
            Ok(reply) => reply,
            Err(error) => return Step::Done(Err(error)),
        };
        if !reply.index.is_empty() {
            turn.session.index.clone_from(&reply.index);
        }
        if self.is_sent_again(turn, &reply) {
            return self.call(turn);
        }
        match std::mem::replace(&mut self.state, State::Read) {
            State::LookUpGiven => self.on_given(turn, &reply),
            State::LookUpRefused => self.on_refused(turn, &reply),
            State::RenewToken => self.on_renewed_token(turn, &reply),
            State::LookUpWrap => self.on_wrap(turn, &reply),
            State::Unwrap => self.on_unwrapped(turn, &reply),
            State::LogIn => self.on_login(turn, &reply),
            State::RenewLease => self.on_renewed_lease(turn, &reply),
            State::Read => self.on_read(turn, &reply),
            State::ReadPrevious { current, version } => {
                let previous = secret::previous(turn, &reply, version);
                Step::Done(Ok(Fetched { previous, ..current }))
            }
        }
    }

    /// A login or a renewal, where one is due; else the read.
    fn proceed(&mut self, turn: &mut Turn<'_>) -> Step {
        if matches!(turn.vault.login, Login::None) {
            return self.read(turn);
        }
        match login::due(turn.vault, turn.session, turn.now_ms) {
            Due::Replacement => self.log_in(turn),
            Due::Renewal if !self.has_renewed => {
                self.has_renewed = true;
                self.go(turn, State::RenewToken)
            }
            Due::Renewal | Due::Nothing => self.read(turn),
        }
    }

    /// The read; of a lease that is still good, what it gave.
    fn read(&mut self, turn: &mut Turn<'_>) -> Step {
        let lease = turn.session.lease(&turn.place.key);
        let Some(lease) = lease.filter(|_| turn.want == Want::Current) else {
            return self.go(turn, State::Read);
        };
        match lease.span.due(turn.now_ms, LEASE_REPLACED_AT) {
            Due::Nothing => Step::Done(Ok(secret::of_lease(lease, turn))),
            Due::Renewal => self.go(turn, State::RenewLease),
            Due::Replacement => self.go(turn, State::Read),
        }
    }

    fn on_renewed_lease(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        match reply.status {
            200 => {
                let lasts = reply.number("/lease_duration").filter(|lasts| *lasts > 0);
                let is_renewable = reply.is_true("/renewable");
                let key = &turn.place.key;
                let lease = turn.session.leases.iter_mut().find(|lease| lease.credential == *key);
                let (Some(lasts), Some(lease)) = (lasts, lease) else {
                    return Step::Done(Err(StoreError::of(Reason::BadAnswer)));
                };
                lease.span = lease.span.renewed(turn.now_ms, lasts, is_renewable);
                match turn.session.lease(key) {
                    Some(lease) => Step::Done(Ok(secret::of_lease(lease, turn))),
                    None => self.go(turn, State::Read),
                }
            }
            // Gone, or not renewable after all, or not ours to renew: a new one.
            400 | 403 | 404 => {
                turn.session.drop_lease(&turn.place.key);
                self.go(turn, State::Read)
            }
            _ => Step::Done(Err(failure(reply))),
        }
    }

    fn on_read(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Step {
        if reply.status == 403 && !reply.is_policy() && self.may_look_up(turn) {
            self.has_looked_up = true;
            return self.go(turn, State::LookUpRefused);
        }
        if reply.status != 200 {
            return Step::Done(Err(failure(reply)));
        }
        match secret::current(turn, reply) {
            Err(error) => Step::Done(Err(error)),
            Ok(current) => match current.version.parse() {
                Ok(version @ 2_u64..) if turn.want == Want::WithPrevious => {
                    let version = version - 1;
                    self.go(turn, State::ReadPrevious { current, version })
                }
                _ => Step::Done(Ok(current)),
            },
        }
    }

    fn may_look_up(&self, turn: &Turn<'_>) -> bool {
        turn.session.token.is_some() && !self.has_looked_up
    }

    fn go(&mut self, turn: &mut Turn<'_>, state: State) -> Step {
        self.state = state;
        self.call(turn)
    }

    fn call(&mut self, turn: &mut Turn<'_>) -> Step {
        self.calls += 1;
        if self.calls > CALLS_MAX {
            return Step::Done(Err(StoreError::of(Reason::BadAnswer)));
        }
        Step::Call(request::of(&self.state, turn, self.is_forwarded))
    }

    /// Whether the same call is worth being made once more, changed a little.
    fn is_sent_again(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> bool {
        if matches!(self.state, State::LogIn | State::LookUpWrap | State::Unwrap) {
            // They carry nothing that could be changed.
            return false;
        }
        let error = match reply.status {
            400 if !self.has_dropped_index
                && reply.has_error("failed to decode \"X-Vault-Index\"") =>
            {
                // Not the vault's own, whoever changed it on the way.
                self.has_dropped_index = true;
                turn.session.index.clear();
                return true;
            }
            412 | 429 => failure(reply),
            _ => return false,
        };
        let is_behind = [Reason::Standby, Reason::StaleIndex].map(StoreError::of);
        if self.is_forwarded || !is_behind.iter().any(|it| it.reason() == error.reason()) {
            return false;
        }
        self.is_forwarded = true;
        true
    }
}

/// A second copy, where two must hold one.
fn copy(secret: &Secret) -> Secret {
    Secret::new(secret.expose().to_vec())
}
