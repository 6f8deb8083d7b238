//! What the workers of one proxy share: sealed entries, and a lease on who fetches.
//!
//! Every worker has a machine of its own, so that each would log in and read by itself. Shared data joins them, but any
//! module with the same `vm_id` can read it: only authenticated ciphertext goes there, under a key from the environment.
//! All is decided here from bytes and the time; reading, writing and comparing are the host's.

mod entry;
mod lease;
mod seal;

use sha2::{Digest, Sha256};

pub use self::{
    entry::Entry,
    lease::{LEASE_MS, Lease},
    seal::{SEAL_KEY_BYTES_MIN, Sealer},
};

/// What a worker does about a credential that is due.
#[derive(Debug)]
pub enum Plan {
    /// It takes what another one has fetched.
    Adopt(Entry),
    /// It tries to take the lease: these bytes are written if the lease is still what was read.
    Claim(Vec<u8>),
    /// Another one is at it: it looks again a little later.
    Wait,
}

/// Decides what to do, from the bytes that are shared now.
///
/// `answers` says whether an entry is what is wanted. Bytes that do not open are taken for none: a foreign module can
/// make the workers fetch more often, and can read and forge nothing.
pub fn plan(
    sealer: &Sealer,
    (credential, store): (&str, &str),
    shared: (Option<&[u8]>, Option<&[u8]>),
    me: Lease,
    nonce: [u8; 24],
    answers: impl Fn(&Entry) -> bool,
) -> Plan {
    let (entry, lease) = shared;
    let entry = entry.and_then(|bytes| sealer.open(&entry_key(credential), bytes));
    if let Some(entry) = entry.and_then(|bytes| Entry::read(&bytes)).filter(answers) {
        return Plan::Adopt(entry);
    }
    let lease = lease.and_then(|bytes| sealer.open(&lease_key(store), bytes));
    match lease.and_then(|bytes| Lease::read(&bytes)) {
        Some(held) if held.is_held_by_another(me) => Plan::Wait,
        _ => Plan::Claim(sealer.seal(&lease_key(store), &me.write(), nonce)),
    }
}

/// The name that a credential is shared by: another store or another reference makes another one, so that a new
/// configuration does not take over what the old one's credential of that name was.
pub fn label(name: &str, store: &str, reference: &str) -> String {
    let mut digest = Sha256::new();
    for part in [name, store, reference] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    let digest: [u8; 32] = digest.finalize().into();
    let number = digest.first_chunk().copied().map_or(0, u64::from_le_bytes);
    format!("{name}.{number:016x}")
}

/// The key of shared data that a credential's entry stands under.
pub fn entry_key(name: &str) -> String {
    format!("hushgate.inject.entry.{name}")
}

/// The key of shared data that the lease on a store stands under: one login at a time, and one read.
pub fn lease_key(store: &str) -> String {
    format!("hushgate.inject.lease.{store}")
}

/// The key of shared data that a store's session stands under.
pub fn session_key(store: &str) -> String {
    format!("hushgate.inject.session.{store}")
}

#[cfg(test)]
mod tests;
