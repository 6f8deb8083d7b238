//! What a read gives.

use serde_json::{Map, Value};

use super::{Turn, answer::Reply, copy};
use crate::store::{
    credential::Engine,
    fetched::{Fetched, Reason, StoreError},
    session::{Lease, Span},
    time,
};

/// The name of the entry of a secret's own metadata that narrows it to hosts.
const HOSTS: &str = "hushgate_hosts";

/// The current value, from an answer of 200.
pub(super) fn current(turn: &mut Turn<'_>, reply: &Reply) -> Result<Fetched, StoreError> {
    match turn.place.engine {
        Engine::Kv2 => versioned(turn, reply),
        Engine::Kv1 => {
            let value = turn.place.field.of(data(reply, "/data")?)?;
            // The duration beside it is advice to read again, not an end.
            Ok(Fetched {
                value,
                version: String::new(),
                previous: None,
                lives_ms: None,
                hosts: None,
            })
        }
        Engine::Leased => leased(turn, reply),
    }
}

/// The version before, where it can still be read; nothing that comes in its place is an error of the current one.
pub(super) fn previous(
    turn: &Turn<'_>,
    reply: &Reply,
    version: u64,
) -> Option<(String, crate::secret::Secret)> {
    if reply.status != 200 {
        return None;
    }
    let fetched = versioned(turn, reply).ok()?;
    (fetched.version == version.to_string()).then_some((fetched.version, fetched.value))
}

/// What a lease gave, with what is left of it. It dies with the token.
pub(super) fn of_lease(lease: &Lease, turn: &Turn<'_>) -> Fetched {
    let of_token = turn.session.token.as_ref().and_then(|token| token.span.left_ms(turn.now_ms));
    let lives = [lease.span.left_ms(turn.now_ms), of_token].into_iter().flatten().min();
    let (value, version) = (copy(&lease.value), String::new());
    Fetched { value, version, previous: None, lives_ms: lives, hosts: None }
}

fn versioned(turn: &Turn<'_>, reply: &Reply) -> Result<Fetched, StoreError> {
    let error = |reason| Err(StoreError::of(reason));
    if reply.object("/data/metadata").is_none() {
        // A KV version 1 that happens to have something at this path.
        return error(match reply.object("/data") {
            Some(_) => Reason::WrongKvVersion,
            None => Reason::BadAnswer,
        });
    }
    if reply.is_true("/data/metadata/destroyed") {
        return error(Reason::VersionDestroyed);
    }
    let lives_ms = match reply.text("/data/metadata/deletion_time").unwrap_or_default() {
        "" => None,
        time => {
            let end_ms = time::parse_rfc3339(time).ok_or(StoreError::of(Reason::BadAnswer))?;
            let left_ms = end_ms.saturating_sub(turn.now_ms);
            if left_ms == 0 {
                return error(Reason::Expired);
            }
            Some(left_ms)
        }
    };
    let Some(version) = reply.number("/data/metadata/version") else {
        return error(Reason::BadAnswer);
    };
    let value = turn.place.field.of(data(reply, "/data/data")?)?;
    let hosts = reply.object("/data/metadata/custom_metadata").and_then(hosts);
    Ok(Fetched { value, version: version.to_string(), previous: None, lives_ms, hosts })
}

fn leased(turn: &mut Turn<'_>, reply: &Reply) -> Result<Fetched, StoreError> {
    let fields = data(reply, "/data")?;
    let value = turn.place.field.of(fields)?;
    let lasts = reply.number("/lease_duration").filter(|lasts| *lasts > 0);
    let id = reply.text("/lease_id").unwrap_or_default();
    let (Some(lasts), false) = (lasts, id.is_empty()) else {
        // A static role (database, LDAP): no lease, and the time until the vault rotates it.
        let ttl = fields.get("ttl").and_then(Value::as_u64);
        let lives_ms = ttl.map(|seconds| seconds.saturating_mul(1_000));
        return Ok(Fetched {
            value,
            version: String::new(),
            previous: None,
            lives_ms,
            hosts: None,
        });
    };
    let lease = Lease {
        credential: turn.place.key.clone(),
        id: id.to_owned(),
        value,
        span: Span::new(turn.now_ms, lasts, reply.is_true("/renewable")),
    };
    let fetched = of_lease(&lease, turn);
    turn.session.keep_lease(lease);
    Ok(fetched)
}

fn data<'a>(reply: &'a Reply, pointer: &str) -> Result<&'a Map<String, Value>, StoreError> {
    reply.object(pointer).ok_or(StoreError::of(Reason::BadAnswer))
}

/// The hosts that metadata names, between commas or spaces. None at all, where it has the entry: none is allowed.
fn hosts(metadata: &Map<String, Value>) -> Option<Vec<String>> {
    // Metadata is text; anything else narrows to nothing rather than to everything.
    let text = metadata.get(HOSTS)?.as_str().unwrap_or_default();
    let names = text.split([',', ' ']).filter(|name| !name.is_empty());
    Some(names.map(str::to_ascii_lowercase).collect())
}
