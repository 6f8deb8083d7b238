//! Reading `upgrades`: what becomes of connections that stop to be HTTP.

use serde_json::Value;

use super::{
    ConfigError,
    value::{known, word},
};
use crate::http::Headers;

/// What becomes of each kind of upgrade.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Upgrades {
    /// Of a WebSocket (RFC 6455, RFC 8441).
    pub websocket: UpgradeWord,
    /// Of a CONNECT tunnel (RFC 9110 §9.3.6).
    pub connect: UpgradeWord,
    /// Of any other.
    pub other: UpgradeWord,
}

/// What becomes of an upgrade.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UpgradeWord {
    /// It passes unscanned, and is counted.
    #[default]
    Pass,
    /// The exchange is refused.
    Block,
}

impl Upgrades {
    /// What becomes of an upgrade that the request with this head asks for.
    ///
    /// Envoy shows a WebSocket over HTTP/2, an extended CONNECT, as an upgrade; other proxies as what it is.
    pub(crate) fn of_request(self, headers: &Headers) -> UpgradeWord {
        let is_websocket = ["upgrade", ":protocol"]
            .iter()
            .flat_map(|name| headers.all(name).flat_map(|value| value.split(|byte| *byte == b',')))
            .any(|value| value.trim_ascii().eq_ignore_ascii_case(b"websocket"));
        match headers.first(":method") {
            _ if is_websocket => self.websocket,
            Some(b"CONNECT") => self.connect,
            _ => self.other,
        }
    }
}

impl UpgradeWord {
    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            UpgradeWord::Pass => "pass",
            UpgradeWord::Block => "block",
        }
    }
}

/// A word for all, or an object with one for each kind; what it leaves out passes.
pub(super) fn read(field: &str, value: &Value) -> Result<Upgrades, ConfigError> {
    let words = [("pass", UpgradeWord::Pass), ("block", UpgradeWord::Block)];
    let Value::Object(fields) = value else {
        let all = word(field, value, &words).map_err(|error| {
            let reason = format!("{}, or an object with websocket, connect, other", error.reason);
            ConfigError::new(field, reason)
        })?;
        return Ok(Upgrades { websocket: all, connect: all, other: all });
    };
    known(fields, &format!("{field}."), &["websocket", "connect", "other"])?;
    let of = |name: &str| match fields.get(name) {
        None => Ok(UpgradeWord::Pass),
        Some(value) => word(&format!("{field}.{name}"), value, &words),
    };
    Ok(Upgrades { websocket: of("websocket")?, connect: of("connect")?, other: of("other")? })
}
