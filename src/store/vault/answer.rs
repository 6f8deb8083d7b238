//! What an answer means: the table of `docs/vaults.md`.

use serde_json::{Map, Value};

use crate::store::{
    fetched::{Reason, StoreError},
    http::Answer,
    json::{self, Json},
};

/// How long a `Retry-After` is believed, in seconds.
const WAIT_SECONDS_MAX: u64 = 3_600;

/// How long an index may be, in bytes. Vault's have some hundred.
const INDEX_BYTES_MAX: usize = 4_096;

/// An answer, read. Without one the status is zero.
pub(super) struct Reply {
    pub(super) status: u16,
    json: Option<Json>,
    pub(super) index: Vec<u8>,
    wait_ms: Option<u64>,
}

impl Reply {
    pub(super) fn read(answer: Answer) -> Result<Reply, StoreError> {
        let Answer::Response(response) = answer else {
            return Ok(Reply { status: 0, json: None, index: Vec::new(), wait_ms: None });
        };
        if json::is_too_long(&response.body) {
            return Err(StoreError::of(Reason::AnswerTooLong));
        }
        let index = response.headers.first("x-vault-index").unwrap_or_default();
        let index = if index.len() > INDEX_BYTES_MAX { &[] } else { index };
        let wait = response.headers.first("retry-after").and_then(|wait| {
            let seconds: u64 = std::str::from_utf8(wait).ok()?.trim().parse().ok()?;
            Some(seconds.min(WAIT_SECONDS_MAX) * 1_000)
        });
        Ok(Reply {
            status: response.status,
            json: Json::parse(response.body.expose()),
            index: index.to_vec(),
            wait_ms: wait,
        })
    }

    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.json.as_ref()?.text(pointer)
    }

    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        self.json.as_ref()?.number(pointer)
    }

    pub(super) fn object(&self, pointer: &str) -> Option<&Map<String, Value>> {
        self.json.as_ref()?.object(pointer)
    }

    pub(super) fn is_true(&self, pointer: &str) -> bool {
        self.json.as_ref().is_some_and(|json| json.is_true(pointer))
    }

    /// Whether one of the errors has these words.
    pub(super) fn has_error(&self, words: &str) -> bool {
        self.says("/errors", words)
    }

    /// Whether a 403 comes from a policy. Of a token that is not known, the vault says no more than that it is denied;
    /// a policy's refusal is one of a list: "1 error occurred:", "2 errors occurred:".
    pub(super) fn is_policy(&self) -> bool {
        self.has_error("occurred:")
    }

    fn says(&self, pointer: &str, words: &str) -> bool {
        let list = self.json.as_ref().and_then(|json| json.at(pointer)).and_then(Value::as_array);
        let has = |text: &Value| text.as_str().is_some_and(|text| text.contains(words));
        list.is_some_and(|list| list.iter().any(has))
    }

    /// Whether it is the vault's own way to give no error.
    fn has_no_errors(&self) -> bool {
        let errors = self.json.as_ref().and_then(|json| json.at("/errors"));
        errors.and_then(Value::as_array).is_some_and(Vec::is_empty)
    }
}

/// What an answer that gives nothing means, on any path.
pub(super) fn failure(reply: &Reply) -> StoreError {
    let reason = match reply.status {
        0 => Reason::Unreachable,
        // Never followed: the token would go to whoever the answer names.
        301 | 302 | 303 | 307 | 308 => Reason::Redirected,
        403 if reply.is_policy() || reply.json.is_none() => Reason::Forbidden,
        401 | 403 => Reason::TokenRefused,
        404 => missing(reply),
        412 if reply.has_error("X-Vault-Request") => Reason::HeaderStripped,
        412 => Reason::StaleIndex,
        429 if reply.has_no_errors() => Reason::Standby,
        429 => Reason::RateLimited,
        // The health endpoint's words for a standby and a secondary.
        472 | 473 => Reason::Standby,
        503 if reply.has_error("sealed") => Reason::Sealed,
        500..=599 => Reason::Unavailable,
        400..=499 => Reason::BadRequest,
        _ => Reason::BadAnswer,
    };
    StoreError::after(reason, reply.wait_ms.filter(|_| matches!(reply.status, 429 | 503)))
}

/// A failure of a login.
pub(super) fn login_failure(reply: &Reply) -> StoreError {
    let reason = match reply.status {
        404 => Reason::LoginUnconfigured,
        500 if reply.has_error("could not load backend configuration") => Reason::LoginUnconfigured,
        // Without a token, which no login has, the vault denies what it does not know.
        400 if reply.has_error("missing client token") => Reason::LoginUnconfigured,
        400 | 401 | 403 => Reason::LoginRefused,
        _ => return failure(reply),
    };
    StoreError::of(reason)
}

/// What a 404 means.
fn missing(reply: &Reply) -> Reason {
    if reply.json.is_none() {
        // Not from the vault.
        Reason::BadAnswer
    } else if reply.is_true("/data/metadata/destroyed") {
        Reason::VersionDestroyed
    } else if reply.text("/data/metadata/deletion_time").is_some_and(|time| !time.is_empty()) {
        Reason::VersionDeleted
    } else if reply.has_error("no handler for route") {
        Reason::NoMount
    } else if reply.says("/warnings", "versioned K/V") {
        Reason::WrongKvVersion
    } else {
        Reason::NotFound
    }
}
