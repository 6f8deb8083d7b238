//! One credential over time: when it is fetched, how long it is used, and what is done when that fails.
//!
//! Nothing here waits or asks: the time comes with every call, and what is due is said when asked. Two budgets decide:
//! after `refresh_after_ms` a value is fetched again while it is used on; after `max_stale_ms`, or when the store's own
//! word on its life ends, it is not used any more.

mod failure;
#[cfg(test)]
mod tests;

use std::{cell::OnceCell, rc::Rc};

use self::failure::Failure;
pub use self::failure::{BACKOFF_MS_MAX, BACKOFF_MS_MIN};
use super::{config::Credential, reason::Reason};
use crate::{
    fingerprint::{Fingerprinter, Shown},
    secret::Secret,
    store::{Fetched, Retry, StoreError},
};

/// How many old versions are looked for in answers at once.
pub const GRACED_MAX: usize = 3;

/// A version of a credential.
#[derive(Debug, Clone)]
pub struct Version {
    /// The value.
    pub value: Rc<Secret>,
    /// The store's name of it.
    pub version: Rc<str>,
    /// The hosts that the secret says it is for, normalised.
    pub hosts: Option<Rc<[Vec<u8>]>>,
    /// Whether it is the one before the current one, used because that was refused.
    pub is_previous: bool,
    /// Its keyed fingerprint, once somebody has asked: each request that is told names it.
    shown: Rc<OnceCell<Shown>>,
}

impl Version {
    fn new(value: Secret, version: String, hosts: Option<Rc<[Vec<u8>]>>) -> Version {
        Version {
            value: Rc::new(value),
            version: version.into(),
            hosts,
            is_previous: false,
            shown: Rc::default(),
        }
    }

    fn previous(value: Secret, version: String, hosts: Option<Rc<[Vec<u8>]>>) -> Version {
        Version { is_previous: true, ..Version::new(value, version, hosts) }
    }

    /// Its keyed fingerprint. There is one maker of them a worker.
    pub(crate) fn fingerprint(&self, fingerprinter: &Fingerprinter) -> Shown {
        *self.shown.get_or_init(|| fingerprinter.shown(fingerprinter.of(self.value.expose())))
    }
}

/// A value with the time that it came.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) version: Version,
    pub(crate) fetched_ms: u64,
    /// When the store says that it ends.
    pub(crate) expires_ms: Option<u64>,
}

/// What a request gets.
#[derive(Debug)]
pub enum Look {
    /// This.
    Ready(Version),
    /// Something is under way, or is to be started: it may wait.
    Wait,
    /// Nothing.
    Failed(Reason),
}

/// What became of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A version that was not there before.
    Changed,
    /// The version that was there.
    Same,
    /// Nothing usable: what was there stays.
    Failed(Reason),
}

/// Whether the version before the current one is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fallback {
    Unused,
    Active,
    /// It was refused as well, or its time is over: it is not tried again for this version.
    Spent,
}

/// One credential.
#[derive(Debug)]
pub struct Slot {
    policy: Rc<Credential>,
    current: Option<Held>,
    previous: Option<Version>,
    fallback: Fallback,
    /// Old versions, and until when they are looked for.
    graced: Vec<(Version, u64)>,
    failure: Option<Failure>,
    /// When the last fetch was, whatever it gave.
    taken_ms: Option<u64>,
    /// When the current version is to be fetched again.
    refresh_at: u64,
    /// Whether a request has asked since the last fetch: nothing is fetched that nobody uses.
    is_used: bool,
    /// Whether an upstream has refused the current version, until a fetch has answered that.
    is_refused: bool,
    forced_ms: Option<u64>,
    /// Counts up with every change of what is to be looked for.
    generation: u64,
}

impl Slot {
    /// A credential of which nothing is known yet.
    pub fn new(policy: Rc<Credential>) -> Slot {
        Slot {
            policy,
            current: None,
            previous: None,
            fallback: Fallback::Unused,
            graced: Vec::new(),
            failure: None,
            taken_ms: None,
            refresh_at: 0,
            is_used: false,
            is_refused: false,
            forced_ms: None,
            generation: 0,
        }
    }

    /// What it is configured to be.
    pub fn policy(&self) -> &Credential {
        &self.policy
    }

    /// What a request gets now. Being asked is what makes a fetch due.
    pub fn look(&mut self, now_ms: u64) -> Look {
        self.is_used = true;
        if let Some(version) = self.usable(now_ms) {
            return Look::Ready(version);
        }
        match &self.failure {
            Some(failure) if !failure.is_over(now_ms) => {
                let is_known = self.current.is_some();
                Look::Failed(if is_known { Reason::TooStale } else { failure.reason })
            }
            _ => Look::Wait,
        }
    }

    /// Whether it is to be fetched now.
    pub fn is_due(&self, now_ms: u64) -> bool {
        if !self.is_used || self.failure.as_ref().is_some_and(|it| !it.is_over(now_ms)) {
            return false;
        }
        self.is_refused || now_ms >= self.refresh_at || self.usable(now_ms).is_none()
    }

    /// Whether what others have fetched at that time, with this version if with any, answers what is wanted here. What has
    /// been taken once answers nothing any more, a failure least of all: else it would be taken again instead of asking
    /// the store. An upstream's refusal is answered by what came after it, or by another version than the refused one.
    pub fn is_answered_by(&self, fetched_ms: u64, version: Option<&str>, now_ms: u64) -> bool {
        let is_new = self.taken_ms.is_none_or(|taken_ms| fetched_ms > taken_ms);
        let is_after = self.forced_ms.filter(|_| self.is_refused) <= Some(fetched_ms);
        let current = self.current.as_ref().map(|held| &*held.version.version);
        let is_other = version.is_some_and(|version| current.is_some_and(|it| it != version));
        let is_fresh = now_ms < fetched_ms.saturating_add(self.policy.refresh_after_ms);
        is_new && is_fresh && (is_after || is_other)
    }

    /// Takes what a fetch has given, `fetched_ms` being when. `random` spreads the next one.
    ///
    /// `is_sendable` says whether a value can stand in every surface that it is bound to.
    pub fn take(
        &mut self,
        fetched: Result<Fetched, StoreError>,
        fetched_ms: u64,
        random: u64,
        is_sendable: impl Fn(&[u8]) -> bool,
    ) -> Outcome {
        self.taken_ms = self.taken_ms.max(Some(fetched_ms));
        let good = fetched
            .map_err(|error| (Reason::Store(error.reason()), error.retry()))
            .and_then(|mut fetched| {
                if self.policy.trim_newline {
                    fetched.value = trimmed(fetched.value);
                    fetched.previous = fetched.previous.map(|(name, it)| (name, trimmed(it)));
                }
                let is_good = is_sendable(fetched.value.expose());
                fetched.previous = fetched.previous.filter(|(_, it)| is_sendable(it.expose()));
                is_good.then_some(fetched).ok_or((Reason::ValueNotSendable, Retry::Never))
            });
        match good {
            Ok(fetched) => self.take_good(fetched, fetched_ms, random),
            Err((reason, retry)) => self.fail(reason, retry, fetched_ms, random),
        }
    }

    /// Takes note that a fetch failed.
    pub fn fail(&mut self, reason: Reason, retry: Retry, now_ms: u64, random: u64) -> Outcome {
        (self.is_used, self.is_refused) = (false, false);
        let before = self.failure.take();
        self.failure =
            Some(Failure::after(before, reason, retry, now_ms, self.policy.negative_ms, random));
        Outcome::Failed(reason)
    }

    /// Makes the next fetch due no later than that: the store wants to be asked by then.
    pub fn refresh_by(&mut self, due_ms: u64) {
        self.refresh_at = self.refresh_at.min(due_ms);
    }

    /// Takes note that an upstream answered 401 to this value. Whether a fetch is now due for it.
    pub fn refuse(&mut self, value: &[u8], now_ms: u64) -> bool {
        let Some(current) = &self.current else { return false };
        if self.fallback == Fallback::Active {
            let is_previous = self.previous.as_ref().is_some_and(|it| it.value.expose() == value);
            if is_previous {
                self.fallback = Fallback::Spent;
            }
            return false;
        }
        if current.version.value.expose() != value {
            // Another request has brought a newer one already.
            return false;
        }
        let next_ms = self.forced_ms.map(|at| at.saturating_add(self.policy.forced_refresh_min_ms));
        if next_ms.is_some_and(|next_ms| now_ms < next_ms) {
            return false;
        }
        self.forced_ms = Some(now_ms);
        self.is_refused = true;
        self.is_used = true;
        true
    }

    /// Whether the version before the current one is worth asking for: it is not known, and may be wanted.
    pub fn wants_previous(&self) -> bool {
        self.is_refused && self.previous.is_none() && self.fallback == Fallback::Unused
    }

    /// Whether an upstream's refusal still waits for the store's answer.
    pub fn is_forced(&self) -> bool {
        self.is_refused
    }

    /// The store's name of the version that is there now.
    pub fn current_version(&self) -> Option<Rc<str>> {
        self.current.as_ref().map(|held| Rc::clone(&held.version.version))
    }

    /// When the last refresh was forced.
    pub fn forced_ms(&self) -> Option<u64> {
        self.forced_ms
    }

    /// Takes note that another worker forced a refresh at that time.
    pub fn note_forced(&mut self, forced_ms: Option<u64>) {
        self.forced_ms = self.forced_ms.max(forced_ms);
    }

    /// What is held now, if anything.
    pub(crate) fn held(&self) -> Option<&Held> {
        self.current.as_ref()
    }

    /// Every version to be looked for in answers, current ones first.
    pub(crate) fn versions(&self, now_ms: u64) -> impl Iterator<Item = &Version> {
        let graced = self.graced.iter().filter(move |(_, until_ms)| now_ms < *until_ms);
        let current = self.current.iter().map(|held| &held.version);
        current.chain(self.previous.iter()).chain(graced.map(|(version, _)| version))
    }

    /// Counts up with every change of what is to be looked for.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Forgets versions whose time is over.
    pub(crate) fn tidy(&mut self, now_ms: u64) {
        let count = self.graced.len();
        self.graced.retain(|(_, until_ms)| now_ms < *until_ms);
        self.generation += u64::from(count != self.graced.len());
    }

    fn usable(&self, now_ms: u64) -> Option<Version> {
        let held = self.current.as_ref()?;
        let stale_ms = held.fetched_ms.saturating_add(self.policy.max_stale_ms);
        let ends_ms = held.expires_ms.map_or(stale_ms, |expires_ms| expires_ms.min(stale_ms));
        if now_ms >= ends_ms {
            return None;
        }
        match (&self.previous, self.fallback) {
            (Some(previous), Fallback::Active) => Some(previous.clone()),
            _ => Some(held.version.clone()),
        }
    }

    fn take_good(&mut self, fetched: Fetched, fetched_ms: u64, random: u64) -> Outcome {
        self.failure = None;
        self.is_used = false;
        let is_refused = std::mem::take(&mut self.is_refused);
        let after_ms = spread(self.policy.refresh_after_ms, random);
        let expires_ms = fetched.lives_ms.map(|lives_ms| fetched_ms.saturating_add(lives_ms));
        // What the store ends is fetched again before that: at 85 % of its life.
        let early_ms = fetched.lives_ms.map_or(u64::MAX, |lives_ms| lives_ms / 100 * 85);
        self.refresh_at = fetched_ms.saturating_add(after_ms.min(early_ms));
        let hosts = fetched.hosts.map(|hosts| hosts_of(&hosts));
        let is_same = self.current.as_ref().is_some_and(|held| {
            *held.version.version == *fetched.version
                && held.version.value.expose() == fetched.value.expose()
        });
        if let (true, Some(held)) = (is_same, &mut self.current) {
            // The version before is read only when it is wanted.
            if let (Some((version, value)), None) = (fetched.previous, &self.previous) {
                self.previous = Some(Version::previous(value, version, hosts.clone()));
                self.generation += 1;
            }
            (held.fetched_ms, held.expires_ms, held.version.hosts) =
                (fetched_ms, expires_ms, hosts);
            self.fallback = match (self.fallback, is_refused) {
                (Fallback::Unused, true) if self.previous.is_some() => Fallback::Active,
                (Fallback::Active, false) => Fallback::Spent,
                (fallback, _) => fallback,
            };
            return Outcome::Same;
        }
        self.replace(fetched.previous, fetched_ms);
        let version = Version::new(fetched.value, fetched.version, hosts);
        self.current = Some(Held { version, fetched_ms, expires_ms });
        Outcome::Changed
    }

    /// Makes room for a new version: what was there is looked for a while longer.
    fn replace(&mut self, previous: Option<(String, Secret)>, now_ms: u64) {
        let hosts = self.current.as_ref().and_then(|held| held.version.hosts.clone());
        let until_ms = now_ms.saturating_add(self.policy.grace_ms);
        let old =
            self.current.take().map(|held| held.version).into_iter().chain(self.previous.take());
        for version in old {
            self.graced.insert(0, (version, until_ms));
        }
        self.previous = previous.map(|(version, value)| Version::previous(value, version, hosts));
        self.graced.truncate(GRACED_MAX);
        self.fallback = Fallback::Unused;
        self.generation += 1;
    }
}

/// A value without one line end at its end.
fn trimmed(value: Secret) -> Secret {
    let bytes = value.expose();
    let without = bytes.strip_suffix(b"\n").map(|it| it.strip_suffix(b"\r").unwrap_or(it));
    match without {
        Some(without) => Secret::new(without.to_vec()),
        None => value,
    }
}

/// Names that are no authority match nothing.
fn hosts_of(hosts: &[String]) -> Rc<[Vec<u8>]> {
    let normal = hosts.iter().filter_map(|host| super::authority::normalised(host.as_bytes()));
    normal.collect()
}

/// A time, give or take a tenth.
fn spread(ms: u64, random: u64) -> u64 {
    let tenth = ms / 10;
    (ms - tenth).saturating_add(random % (2 * tenth + 1))
}
