//! The plugin's configuration: JSON in, a [`Config`] that cannot be wrong out.
//!
//! An error names the field and the reason, never a value: a configuration may hold what must not be logged.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    policy::{Action, Actions, Direction, Role},
    stream::Limits,
};

/// What the filter does. `{}` is valid and safe in front of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// On which side of a workload the proxy stands; `None` (`auto`): as the listener says.
    pub role: Option<Role>,
    /// What is done with findings in requests; `None`: as the role says.
    pub requests: Option<Actions>,
    /// What is done with findings in responses; `None`: as the role says.
    pub responses: Option<Actions>,
    /// What becomes of a body in a content coding, which cannot be scanned, where findings are stopped.
    pub coded_bodies: Unscannable,
    /// What becomes of a part of a scanned document (a 206), where findings are stopped: half a secret has no shape.
    pub ranges: Unscannable,
    /// What is done instead of rewriting a signed message.
    pub signed_messages: SignedMessages,
    /// How far a body's stream may go.
    pub limits: Limits,
    /// How many bytes of a body the proxy may hold for this filter before what waits is masked.
    pub held_bytes_max: usize,
    /// How many findings and refusals are logged a second; the others are counted.
    pub log_records_per_second_max: u32,
}

/// What becomes of what cannot be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unscannable {
    /// The exchange is refused.
    Refuse,
    /// It passes, and is counted.
    Pass,
}

/// What is done with a finding in a message whose signature a rewrite would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedMessages {
    /// The exchange is refused.
    Block,
    /// It is counted and logged, and passes.
    Report,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            role: None,
            requests: None,
            responses: None,
            coded_bodies: Unscannable::Refuse,
            ranges: Unscannable::Refuse,
            signed_messages: SignedMessages::Block,
            limits: Limits::default(),
            held_bytes_max: 262_144,
            log_records_per_second_max: 10,
        }
    }
}

/// Why a configuration is refused: a field and a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    field: String,
    reason: String,
}

impl ConfigError {
    fn new(field: &str, reason: impl Into<String>) -> ConfigError {
        ConfigError { field: field.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "configuration: {}", self.reason),
            field => write!(f, "configuration: field {field:?}: {}", self.reason),
        }
    }
}

impl std::error::Error for ConfigError {}

const FIELDS: &[&str] = &[
    "role",
    "requests",
    "responses",
    "coded_bodies",
    "ranges",
    "signed_messages",
    "tail_bytes_max",
    "open_bytes_max",
    "held_bytes_max",
    "log_records_per_second_max",
];

impl Config {
    /// Reads a configuration. No bytes at all are the same as `{}`.
    ///
    /// # Errors
    /// Where it is no JSON object, has a field that is not known, or one whose value is none of those allowed.
    pub fn parse(json: &[u8]) -> Result<Config, ConfigError> {
        if json.trim_ascii().is_empty() {
            return Ok(Config::default());
        }
        let value: Value = serde_json::from_slice(json).map_err(|error| {
            // The reason alone: serde_json quotes no input in a syntax error.
            ConfigError::new("", format!("no valid JSON: {error}"))
        })?;
        let Value::Object(fields) = value else {
            return Err(ConfigError::new("", "want a JSON object, such as {}"));
        };
        known(&fields, "", FIELDS)?;
        Config::default().read(&fields)
    }

    /// What is done with findings of this direction, for a proxy in this role.
    pub fn actions(&self, role: Role, direction: Direction) -> Actions {
        let stated = match direction {
            Direction::Request => self.requests,
            Direction::Response => self.responses,
        };
        stated.unwrap_or_else(|| Actions::of_role(role, direction))
    }

    /// What becomes of a coded body of this direction.
    ///
    /// The role's own word for requests (block what is certain) is a first day's; it does not refuse the compressed
    /// uploads of telemetry. Where the configuration names an action for requests, what cannot be scanned is refused.
    pub fn coded_bodies(&self, direction: Direction) -> Unscannable {
        match direction {
            Direction::Request if self.requests.is_none() => Unscannable::Pass,
            _ => self.coded_bodies,
        }
    }

    fn read(mut self, fields: &Map<String, Value>) -> Result<Config, ConfigError> {
        let roles =
            [("auto", None), ("inbound", Some(Role::Inbound)), ("outbound", Some(Role::Outbound))];
        let unscannable = [("refuse", Unscannable::Refuse), ("pass", Unscannable::Pass)];
        let signed = [("block", SignedMessages::Block), ("report", SignedMessages::Report)];
        for (name, value) in fields {
            let name = name.as_str();
            match name {
                "role" => self.role = word(name, value, &roles)?,
                "requests" => self.requests = Some(actions(name, value)?),
                "responses" => self.responses = Some(actions(name, value)?),
                "coded_bodies" => self.coded_bodies = word(name, value, &unscannable)?,
                "ranges" => self.ranges = word(name, value, &unscannable)?,
                "signed_messages" => self.signed_messages = word(name, value, &signed)?,
                "tail_bytes_max" => self.limits.tail_bytes_max = size(name, value, 64, 65_536)?,
                "open_bytes_max" => {
                    self.limits.open_bytes_max = size(name, value, 4_096, 16_777_216)?;
                }
                "held_bytes_max" => self.held_bytes_max = size(name, value, 4_096, 16_777_216)?,
                _ => {
                    let rate = size(name, value, 0, 10_000)?;
                    self.log_records_per_second_max = u32::try_from(rate).unwrap_or(u32::MAX);
                }
            }
        }
        Ok(self)
    }
}

fn known(fields: &Map<String, Value>, parent: &str, names: &[&str]) -> Result<(), ConfigError> {
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let reason = format!("not known here; known are {}", names.join(", "));
            Err(ConfigError::new(&format!("{parent}{name}"), reason))
        }
    }
}

/// One of some words.
fn word<T: Copy>(field: &str, value: &Value, words: &[(&str, T)]) -> Result<T, ConfigError> {
    let found = words.iter().find(|(word, _)| value.as_str() == Some(word));
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        ConfigError::new(field, format!("want one of {}", names.join(", ")))
    })
}

/// A word for all findings, or an object with one for each confidence; what it leaves out is reported.
fn actions(field: &str, value: &Value) -> Result<Actions, ConfigError> {
    let words = Action::ALL.map(|action| (action.name(), action));
    let Value::Object(fields) = value else {
        return word(field, value, &words).map(Actions::of).map_err(|error| {
            let reason = format!("{}, or an object with certain, likely, possible", error.reason);
            ConfigError::new(field, reason)
        });
    };
    known(fields, &format!("{field}."), &["certain", "likely", "possible"])?;
    let of = |name: &str| match fields.get(name) {
        None => Ok(Action::Report),
        Some(value) => word(&format!("{field}.{name}"), value, &words),
    };
    Ok(Actions { certain: of("certain")?, likely: of("likely")?, possible: of("possible")? })
}

fn size(field: &str, value: &Value, min: usize, max: usize) -> Result<usize, ConfigError> {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| ConfigError::new(field, format!("want a whole number from {min} to {max}")))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn error(json: &str) -> String {
        Config::parse(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn nothing_is_the_default() {
        for json in ["", " \n", "{}"] {
            assert_eq!(Config::parse(json.as_bytes()), Ok(Config::default()), "{json:?}");
        }
    }

    #[test]
    fn every_field_is_read() {
        let json = r#"{"role": "outbound", "requests": {"certain": "block", "likely": "mask"},
            "responses": "redact", "coded_bodies": "pass", "ranges": "pass",
            "signed_messages": "report", "tail_bytes_max": 4096, "open_bytes_max": 8192,
            "held_bytes_max": 65536, "log_records_per_second_max": 1}"#;
        let config = Config::parse(json.as_bytes()).unwrap();
        let requests =
            Actions { certain: Action::Block, likely: Action::Mask, possible: Action::Report };
        let expected = Config {
            role: Some(Role::Outbound),
            requests: Some(requests),
            responses: Some(Actions::of(Action::Redact)),
            coded_bodies: Unscannable::Pass,
            ranges: Unscannable::Pass,
            signed_messages: SignedMessages::Report,
            limits: Limits { tail_bytes_max: 4096, open_bytes_max: 8192 },
            held_bytes_max: 65_536,
            log_records_per_second_max: 1,
        };
        assert_eq!(config, expected);
        let fields: Map<String, Value> = serde_json::from_str(json).unwrap();
        assert!(FIELDS.iter().all(|field| fields.contains_key(*field)));
    }

    #[test]
    fn errors_name_field_and_reason() {
        assert!(error("{").starts_with("configuration: no valid JSON: EOF while parsing"));
        assert_eq!(error("[]"), "configuration: want a JSON object, such as {}");
        assert!(error(r#"{"request": "redact"}"#).starts_with(
            "configuration: field \"request\": not known here; known are role, requests"
        ));
        assert_eq!(
            error(r#"{"role": 7}"#),
            "configuration: field \"role\": want one of \"auto\", \"inbound\", \"outbound\""
        );
        assert!(
            error(r#"{"responses": {"sure": "redact"}}"#)
                .starts_with("configuration: field \"responses.sure\": not known here")
        );
        assert!(
            error(r#"{"responses": {"certain": true}}"#)
                .starts_with("configuration: field \"responses.certain\": want one of")
        );
        assert_eq!(
            error(r#"{"held_bytes_max": -1}"#),
            "configuration: field \"held_bytes_max\": want a whole number from 4096 to 16777216"
        );
    }

    #[test]
    fn errors_show_no_value() {
        let planted = "hunter2-hunter2";
        for field in FIELDS {
            for value in [format!("\"{planted}\""), format!("{{\"certain\": \"{planted}\"}}")] {
                let shown = error(&format!("{{\"{field}\": {value}}}"));
                assert!(!shown.contains(planted) && shown.contains(field), "{shown}");
            }
        }
        assert!(!error(&format!("{{\"role\": \"{planted}\" \"{planted}\"}}")).contains(planted));
    }

    #[test]
    fn limits_have_bounds() {
        for (field, min, max) in
            [("tail_bytes_max", 64, 65_536), ("held_bytes_max", 4_096, 16_777_216)]
        {
            for (number, good) in [
                (min - 1, false),
                (min, true),
                (min + 1, true),
                (max - 1, true),
                (max, true),
                (max + 1, false),
            ] {
                let json = format!("{{\"{field}\": {number}}}");
                assert_eq!(Config::parse(json.as_bytes()).is_ok(), good, "{json}");
            }
        }
    }
}
