//! The store clients against real stores: OpenBao, and moto for AWS. Nothing here decides anything: it carries the
//! requests of the state machine to a socket, and the answers back.

mod bao;
#[allow(dead_code)] // The end-to-end tests use all of it.
#[path = "../../e2e/src/child.rs"]
mod child;
mod drive;
mod jwt;
mod kubernetes;
mod moto;
mod peer;
pub mod rabbitmq;
pub mod raft;
mod socket;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

pub use self::{
    bao::{AppRole, Bao, free_address, shared},
    drive::{Drive, Tamper},
    jwt::Issuer,
    kubernetes::Kubernetes,
    moto::{AwsKey, Moto},
    peer::{Peer, Recorded, Seen},
    socket::{exchange, send},
};

/// How long anything may take before a test gives up: long, for it is reached in failure only.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The time, in ms since 1970.
///
/// # Panics
/// When the clock stands before that.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    u64::try_from(since.as_millis()).expect("a clock before the year 500 million")
}

/// The configuration of a vault with this login.
pub fn vault(login: &Value) -> Value {
    json!({"kind": "openbao", "cluster": "vault", "authority": "vault.internal:8200", "login": login})
}

/// The login with a token from the variable `TOKEN`.
pub fn by_token() -> Value {
    json!({"method": "token", "token_env": "TOKEN"})
}

/// An empty directory of that name, below `target`.
///
/// # Panics
/// When it cannot be made.
pub fn scratch(name: &str) -> PathBuf {
    let files = root().join("target/vault").join(name);
    let _ = fs::remove_dir_all(&files);
    fs::create_dir_all(&files).expect("a directory below target");
    files.canonicalize().expect("its path")
}

/// The repository's directory.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A text that has not been used before in this process, nor in another one.
pub fn unique(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}-{}-{number}", std::process::id())
}
