//! The plugin's configuration: JSON in, a [`Config`] that cannot be wrong out.
//!
//! An error names the field and the reason, never a value: a configuration may hold what must not be logged.

mod lists;
mod value;

use std::rc::Rc;

use serde_json::{Map, Value};

pub use self::value::ConfigError;
use self::value::{actions, known, list, size, word};
use crate::{
    allow::Allow,
    custom::CustomRules,
    finders::Finders,
    fingerprint::Fingerprinter,
    known::KnownValues,
    mask::Template,
    policy::{Actions, Direction, Role},
    rule::{Profile, selector::Selector},
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
    /// How much is looked for.
    pub profile: Profile,
    /// Rules whose findings are nothing, and are not counted either.
    pub rules_off: Vec<Selector>,
    /// Rules of one's own.
    pub rules: Option<Rc<CustomRules>>,
    /// What is found and may pass.
    pub allow: Rc<Allow>,
    /// What is found because it is known.
    pub known_values: Option<Rc<KnownValues>>,
    /// What is written for a label where the framing permits another length.
    pub template: Option<Rc<Template>>,
    /// What makes the fingerprints of findings. It comes from the host and never from the configuration.
    pub fingerprinter: Option<Rc<Fingerprinter>>,
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
            profile: Profile::Default,
            rules_off: Vec::new(),
            rules: None,
            allow: Rc::default(),
            known_values: None,
            template: None,
            fingerprinter: None,
        }
    }
}

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
    "profile",
    "rules",
    "rules_off",
    "allow",
    "known_values",
    "replacement",
];

impl Config {
    /// Reads a configuration, without a key for fingerprints. No bytes at all are the same as `{}`.
    ///
    /// # Errors
    /// Where it is no JSON object, has a field that is not known, or one whose value is none of those allowed.
    pub fn parse(json: &[u8]) -> Result<Config, ConfigError> {
        Config::parse_with(json, None)
    }

    /// Reads a configuration. Findings are fingerprinted with this key, and with it the configured ones were made.
    ///
    /// # Errors
    /// As [`Config::parse`]; and where it names fingerprints, but the key does not outlive the process.
    pub fn parse_with(
        json: &[u8],
        fingerprinter: Option<Rc<Fingerprinter>>,
    ) -> Result<Config, ConfigError> {
        let config = Config { fingerprinter, ..Config::default() };
        if json.trim_ascii().is_empty() {
            return Ok(config);
        }
        let value: Value = serde_json::from_slice(json).map_err(|error| {
            // The reason alone: serde_json quotes no input in a syntax error.
            ConfigError::new("", format!("no valid JSON: {error}"))
        })?;
        let Value::Object(mut fields) = value else {
            return Err(ConfigError::new("", "want a JSON object, such as {}"));
        };
        known(&fields, "", FIELDS)?;
        config.read(&mut fields)?.checked()
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

    /// What is looked for beside the built-in rules.
    pub fn finders(&self) -> Finders {
        Finders {
            profile: self.profile,
            rules: self.rules.clone(),
            known_values: self.known_values.clone(),
        }
    }

    fn read(mut self, fields: &mut Map<String, Value>) -> Result<Config, ConfigError> {
        let profiles = Profile::ALL.map(|profile| (profile.name(), profile));
        let roles =
            [("auto", None), ("inbound", Some(Role::Inbound)), ("outbound", Some(Role::Outbound))];
        let unscannable = [("refuse", Unscannable::Refuse), ("pass", Unscannable::Pass)];
        let signed = [("block", SignedMessages::Block), ("report", SignedMessages::Report)];
        for (name, value) in fields.iter_mut() {
            let (name, key) = (name.as_str(), &self.fingerprinter);
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
                "profile" => self.profile = word(name, value, &profiles)?,
                "rules" => self.rules = lists::rules(name, value)?,
                "rules_off" => self.rules_off = list(name, value, lists::selector)?,
                "allow" => self.allow = Rc::new(lists::allow(name, value, key.as_deref())?),
                "known_values" => {
                    self.known_values = lists::known_values(name, value, key.clone())?;
                }
                "replacement" => self.template = lists::replacement(name, value)?,
                _ => {
                    let rate = size(name, value, 0, 10_000)?;
                    self.log_records_per_second_max = u32::try_from(rate).unwrap_or(u32::MAX);
                }
            }
        }
        Ok(self)
    }

    /// Checks what one field says against another.
    fn checked(self) -> Result<Config, ConfigError> {
        let custom = self.rules.as_deref();
        for (field, selectors) in
            [("rules_off", self.rules_off.as_slice()), ("allow.rules", self.allow.rules())]
        {
            if let Some(place) = selectors.iter().position(|name| !lists::is_of_rule(name, custom))
            {
                let field = format!("{field}[{place}]");
                return Err(ConfigError::new(&field, "there is no such rule"));
            }
        }
        let lengths = [
            ("rules", custom.map(CustomRules::length_max)),
            ("known_values", self.known_values.as_deref().map(KnownValues::length_max)),
        ];
        let tail_bytes_max = self.limits.tail_bytes_max;
        match lengths.into_iter().find(|(_, length)| *length > Some(tail_bytes_max)) {
            Some((field, _)) => {
                let reason = "one may be longer than tail_bytes_max, and so could not wait";
                Err(ConfigError::new(field, reason))
            }
            None => Ok(self),
        }
    }
}

#[cfg(test)]
mod tests;
