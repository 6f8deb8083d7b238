//! What the workers share through the proxy's shared data, sealed; without a key they share nothing.

use hushgate::inject::share::{self, Entry, Lease, Plan, Sealer};

use super::{SHARED_KEY, environment};
use crate::{abi::HostResult, calls};

/// The way to the other workers.
pub(super) struct Shared {
    sealer: Option<Sealer>,
    /// This worker's own number.
    worker: u64,
}

/// What a worker does about a credential that is due.
pub(super) enum Turn {
    /// It fetches.
    Fetch,
    /// It takes what another one has fetched.
    Adopt(Entry),
    /// Another one is at it.
    Wait,
}

impl Shared {
    /// With the key of the environment. One that is too short is refused, for the operator meant to have one.
    pub(super) fn new(worker: u64) -> Result<Shared, String> {
        let sealer = match environment(SHARED_KEY) {
            None => None,
            Some(key) => Some(Sealer::new(&key).ok_or_else(|| {
                let min = share::SEAL_KEY_BYTES_MIN;
                format!("{SHARED_KEY}: want at least {min} bytes")
            })?),
        };
        Ok(Shared { sealer, worker })
    }

    /// Makes the keys that are compared, so that they have a version before anybody claims one: the proxy compares
    /// nothing where there is no key. The main thread does this before any worker is there.
    pub(super) fn prepare<'a>(&self, names: impl Iterator<Item = &'a str>) {
        for key in names.map(share::lease_key).filter(|_| self.sealer.is_some()) {
            if let Ok(None) = calls::shared_data(&key) {
                _ = calls::set_shared_data(&key, &[], 0);
            }
        }
    }

    /// Decides whose turn it is. A host that fails here makes this worker fetch for itself.
    pub(super) fn turn(
        &self,
        names: (&str, &str),
        now_ms: u64,
        answers: impl Fn(&Entry) -> bool,
    ) -> Turn {
        self.try_turn(names, now_ms, answers).unwrap_or(Turn::Fetch)
    }

    fn try_turn(
        &self,
        (credential, store): (&str, &str),
        now_ms: u64,
        answers: impl Fn(&Entry) -> bool,
    ) -> HostResult<Turn> {
        let Some(sealer) = &self.sealer else { return Ok(Turn::Fetch) };
        // The lease first: whoever gives it back has written the entry before that.
        let lease = calls::shared_data(&share::lease_key(store))?;
        let entry = calls::shared_data(&share::entry_key(credential))?;
        let bytes = |shared: &Option<(Vec<u8>, u32)>| shared.as_ref().map(|(it, _)| it.clone());
        let (entry, held) = (bytes(&entry), bytes(&lease));
        let me = Lease { holder: self.worker, taken_ms: now_ms };
        let nonce = calls::random()?;
        let shared = (entry.as_deref(), held.as_deref());
        Ok(match share::plan(sealer, (credential, store), shared, me, nonce, answers) {
            Plan::Adopt(entry) => Turn::Adopt(entry),
            Plan::Wait => Turn::Wait,
            Plan::Claim(bytes) => {
                let version = lease.map_or(0, |(_, version)| version);
                if calls::set_shared_data(&share::lease_key(store), &bytes, version)? {
                    Turn::Fetch
                } else {
                    Turn::Wait
                }
            }
        })
    }

    /// Keeps the lease for another call.
    pub(super) fn prolong(&self, store: &str, now_ms: u64) {
        self.write(&share::lease_key(store), |_| {
            Lease { holder: self.worker, taken_ms: now_ms }.write().to_vec()
        });
    }

    /// Tells the others what a fetch gave, and gives the lease back.
    pub(super) fn publish(&self, (credential, store): (&str, &str), entry: &Entry, now_ms: u64) {
        self.write(&share::entry_key(credential), |_| entry.write().to_vec());
        self.release(store, now_ms);
    }

    /// Gives the lease back.
    pub(super) fn release(&self, store: &str, now_ms: u64) {
        self.write(&share::lease_key(store), |_| Lease::free(now_ms).write().to_vec());
    }

    /// A store's session as another worker left it.
    pub(super) fn session(&self, store: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let sealer = self.sealer.as_ref()?;
        let key = share::session_key(store);
        let (bytes, _) = calls::shared_data(&key).ok().flatten()?;
        sealer.open(&key, &bytes)
    }

    /// Leaves a store's session to the others.
    pub(super) fn leave_session(&self, store: &str, bytes: &[u8]) {
        self.write(&share::session_key(store), |_| bytes.to_vec());
    }

    /// Writes sealed bytes. A host that fails is one that shares nothing: the others fetch for themselves.
    fn write(&self, key: &str, bytes: impl Fn(&Sealer) -> Vec<u8>) {
        let Some(sealer) = &self.sealer else { return };
        let Ok(nonce) = calls::random() else { return };
        let text = zeroize::Zeroizing::new(bytes(sealer));
        _ = calls::set_shared_data(key, &sealer.seal(key, &text, nonce), 0);
    }
}
