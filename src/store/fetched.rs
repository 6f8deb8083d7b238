//! What a fetch gives: a value with what the store says of it, or one stable word why there is none.

use std::fmt;

use crate::secret::Secret;

/// What a store answered for one credential.
#[derive(Debug)]
pub struct Fetched {
    /// The current value (not yet checked for where it is sent).
    pub value: Secret,
    /// The store's name of this version (KV v2: the number; AWS: the version id; else empty: compare by value).
    pub version: String,
    /// The version before this one, where the store still has it and was asked for it.
    pub previous: Option<(String, Secret)>,
    /// How long the store lets the value live, in ms from the answer; None: it does not say.
    pub lives_ms: Option<u64>,
    /// Hosts the secret's own metadata narrows it to (`hushgate_hosts`); None: the metadata says nothing.
    pub hosts: Option<Vec<String>>,
}

/// Why there is none: one word, and a rule for asking again. No byte of what the store answered is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreError {
    reason: &'static str,
    retry: Retry,
}

/// When to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Asking again is of no use until somebody changes the store or the configuration: cache the refusal.
    Never,
    /// It may pass by itself: with a back-off and jitter.
    Later,
    /// It may pass by itself, and the store said when: not before so many ms.
    AfterMs(u64),
}

impl StoreError {
    /// An error of that reason.
    pub fn new(reason: &'static str, retry: Retry) -> StoreError {
        StoreError { reason, retry }
    }

    /// An error that another worker of the same proxy has had, from the word that it has shared.
    pub fn shared(reason: &str, retry: Retry) -> StoreError {
        let known = REASONS.iter().find(|word| **word == reason);
        StoreError { reason: known.copied().unwrap_or("store_failed"), retry }
    }

    pub(super) fn of(reason: Reason) -> StoreError {
        StoreError { reason: reason.word(), retry: reason.retry() }
    }

    /// The same, where the store itself says how long to wait.
    pub(super) fn after(reason: Reason, wait_ms: Option<u64>) -> StoreError {
        let retry = wait_ms.map_or(reason.retry(), Retry::AfterMs);
        StoreError { reason: reason.word(), retry }
    }

    /// One stable word in snake case, for records and counters.
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// When to ask again.
    pub fn retry(&self) -> Retry {
        self.retry
    }

    /// What it means and what to do, for whoever reads a record.
    pub fn explanation(&self) -> &'static str {
        Reason::ALL
            .iter()
            .find(|reason| reason.word() == self.reason)
            .map_or("the store gave nothing", |reason| reason.explanation())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason(), self.explanation())
    }
}

impl std::error::Error for StoreError {}

/// Declares each reason once: its name, its word, whether it may pass by itself, and what to do about it.
macro_rules! reasons {
    ($($name:ident $word:literal $retry:ident $explanation:literal;)*) => {
        /// Every reason, in the order of the documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Reason { $($name),* }

        impl Reason {
            const ALL: &[Reason] = &[$(Reason::$name),*];

            fn word(self) -> &'static str {
                match self { $(Reason::$name => $word),* }
            }

            fn retry(self) -> Retry {
                match self { $(Reason::$name => Retry::$retry),* }
            }

            fn explanation(self) -> &'static str {
                match self { $(Reason::$name => $explanation),* }
            }
        }

        /// Every reason's word, for who declares a counter for each.
        pub const REASONS: &[&str] = &[$($word),*];
    };
}

reasons! {
    Unreachable "unreachable" Later "no answer came: the store is down, unreachable or slow";
    Unavailable "unavailable" Later "the store, or a proxy before it, answered that it cannot serve";
    Sealed "sealed" Later "the vault is sealed: unseal it";
    Standby "standby" Later "a standby answered that cannot serve this read yet";
    StaleIndex "stale_index" Later "the node that answered has not caught up with the login";
    RateLimited "rate_limited" Later "a quota of the store is used up";
    Redirected "redirected" Later "the node sends its callers elsewhere, which is never followed: name the active node";
    TokenRefused "token_refused" Never "the store does not know the token (any longer)";
    Forbidden "forbidden" Never "the policy of this login does not allow the read";
    LoginRefused "login_refused" Never "the store refused the login's credentials, role or mount";
    LoginUnconfigured "login_unconfigured" Never "the login method is not there or not set up";
    WrapSpent "wrap_spent" Never "this proxy used the wrapped SecretID up: deliver a new one";
    Tampered "tampered" Never
        "the wrapping token was used by somebody else, has expired, or wraps something foreign: treat it as stolen";
    NotFound "not_found" Never "there is no secret at this path";
    NoMount "no_mount" Never "nothing is mounted at this path";
    WrongKvVersion "wrong_kv_version" Never "the mount is of the other KV version: set kind to kv1 or kv2";
    VersionDeleted "version_deleted" Never "the current version is deleted";
    VersionDestroyed "version_destroyed" Never "the current version is destroyed";
    Expired "expired" Never "the version's deletion time has passed";
    FieldMissing "field_missing" Never "the secret has no such field, or several and none is named";
    FieldNotText "field_not_text" Never "the field is no text";
    BadRequest "bad_request" Never "the store does not understand the request";
    HeaderStripped "header_stripped" Never "a proxy before the store removes the header X-Vault-Request";
    ClockSkew "clock_skew" Later "the proxy's clock is too far from the store's";
    BadAnswer "bad_answer" Later "the answer is none that this store gives";
    AnswerTooLong "answer_too_long" Never "the answer is longer than the limit";
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn words_are_different_and_in_snake_case() {
        for (place, word) in REASONS.iter().enumerate() {
            assert!(
                word.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte))
            );
            assert!(!REASONS[..place].contains(word), "{word}");
        }
    }

    #[test]
    fn every_word_is_explained_in_the_documentation() {
        let page = include_str!("../../docs/vaults.md");
        for word in REASONS {
            assert!(page.contains(&format!("`{word}`")), "{word}");
            assert_ne!(StoreError::new(word, Retry::Never).explanation(), "the store gave nothing");
        }
    }

    #[test]
    fn a_shared_word_is_known_again() {
        let error = StoreError::shared("wrap_spent", Retry::Never);
        assert_eq!(error, StoreError::of(Reason::WrapSpent));
        assert_eq!(StoreError::shared("planted", Retry::Later).reason(), "store_failed");
    }

    #[test]
    fn the_store_may_say_when() {
        let error = StoreError::after(Reason::RateLimited, Some(1_500));
        assert_eq!(error.retry(), Retry::AfterMs(1_500));
        assert_eq!(StoreError::after(Reason::RateLimited, None).retry(), Retry::Later);
        assert_eq!(
            StoreError::of(Reason::Sealed).to_string(),
            "sealed: the vault is sealed: unseal it"
        );
    }
}
