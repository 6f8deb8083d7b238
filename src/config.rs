//! The plugin's configuration: JSON in, a [`Config`] that cannot be wrong out.
//!
//! An error names the field and the reason, never a value: a configuration may hold what must not be logged.

mod actions;
mod failures;
mod host;
mod lists;
mod policies;
mod upgrades;
pub(crate) mod value;

use std::rc::Rc;

use serde_json::{Map, Value};

use self::value::{flag, known, list, size, word};
pub use self::{
    failures::{Failure, HeldTail, Unscannable},
    host::Host,
    upgrades::{UpgradeWord, Upgrades},
    value::ConfigError,
};
pub(crate) use self::{host::read as read_host, value::log_format};
use crate::{
    allow::Allow,
    coding::Bounds,
    custom::CustomRules,
    finders::{Finders, Needles},
    fingerprint::Fingerprinter,
    known::KnownValues,
    mask::Template,
    policy::{Actions, Choice, Direction, Entry, Overrides, Policies, Role},
    record::line::LogFormat,
    rule::{Profile, selector::Selector},
    stream::Limits,
};

/// What the filter does. `{}` is valid and safe in front of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Which proxy the filter runs in: what one of them does not do is not asked of it.
    pub host: Host,
    /// On which side of a workload the proxy stands; `None` (`auto`): as the listener says.
    pub role: Option<Role>,
    /// What is done with findings in requests; `None`: as the role says.
    pub requests: Option<Actions>,
    /// What is done with findings in responses; `None`: as the role says.
    pub responses: Option<Actions>,
    /// What is done with some findings instead, in the order of looking.
    pub entries: Vec<Entry>,
    /// What becomes of a WebSocket, a CONNECT tunnel or another upgrade, whose bytes cannot be scanned.
    pub upgrades: Upgrades,
    /// What becomes of a body in a content coding that cannot be scanned, where findings are stopped: the coding is not known, or
    /// its bytes are broken.
    pub coded_bodies: Failure<Unscannable>,
    /// The same of one that unpacks to more than it may, or is longer than may be held.
    pub oversize_bodies: Failure<Unscannable>,
    /// The same of a message, or of what is left of it, that the proxy fails to hand over.
    pub host_errors: Failure<Unscannable>,
    /// What becomes of bytes that wait when a body that ends in trailers has reached `held_bytes_max`.
    pub held_tails: Failure<HeldTail>,
    /// Which codings upstreams are asked for, where findings are stopped in responses.
    pub accept_encoding: AcceptEncoding,
    /// Whether the proxy lets headers wait while the body comes (Envoy: `allow_on_headers_stop_iteration`).
    pub hold_headers: bool,
    /// How much may come out of a coded body.
    pub bounds: Bounds,
    /// What becomes of a part of a scanned document (a 206), where findings are stopped: half a secret has no shape.
    pub ranges: Unscannable,
    /// What is done instead of rewriting a signed message.
    pub signed_messages: SignedMessages,
    /// How far a body's stream may go.
    pub limits: Limits,
    /// How many bytes of a body the proxy may hold for this filter before what waits is masked.
    pub held_bytes_max: usize,
    /// How many bytes of a body wait with its headers for a finding that blocks, where the proxy lets headers wait; 0: none. Beyond
    /// them the message goes on, and a finding that blocks can only cut it.
    pub block_held_bytes_max: usize,
    /// How many findings and refusals are logged a second; the others are counted.
    pub log_records_per_second_max: u32,
    /// How they are written.
    pub log_format: LogFormat,
    /// Whether what an access log may show of a request is left for it.
    pub filter_state: bool,
    /// Whether findings are told as they would be acted on, and nothing is done.
    pub dry_run: bool,
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
    /// Whether the proxy's word on addresses is to be trusted.
    pub trusts_source_address: bool,
    /// What is other where.
    pub policies: Rc<Policies>,
    /// The policy that this is the configuration of.
    pub policy: Option<&'static str>,
    /// What is written for a label where the framing permits another length.
    pub template: Option<Rc<Template>>,
    /// What makes the fingerprints of findings. It comes from the host and never from the configuration.
    pub fingerprinter: Option<Rc<Fingerprinter>>,
    /// The same as `entries`, to look up in.
    pub(crate) overrides: Rc<Overrides>,
    /// What an injecting filter looks for; never from this configuration.
    pub(crate) needles: Option<Rc<Needles>>,
    /// Whether another filter decides when a request's headers go on, so that this one may not hold them.
    pub(crate) is_behind_injection: bool,
}

/// Which codings upstreams are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptEncoding {
    /// None: to scan a plain answer costs the least.
    Identity,
    /// Those of the client's that can be scanned.
    Scannable,
    /// As the client asks; an answer in another coding is none that can be scanned.
    Keep,
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
            host: Host::Envoy,
            role: None,
            requests: None,
            responses: None,
            entries: Vec::new(),
            upgrades: Upgrades::default(),
            coded_bodies: Failure::default(),
            oversize_bodies: Failure::default(),
            host_errors: Failure::default(),
            held_tails: Failure::default(),
            accept_encoding: AcceptEncoding::Identity,
            hold_headers: false,
            bounds: Bounds::default(),
            ranges: Unscannable::Refuse,
            signed_messages: SignedMessages::Block,
            limits: Limits::default(),
            held_bytes_max: 262_144,
            block_held_bytes_max: 65_536,
            log_records_per_second_max: 10,
            log_format: LogFormat::Text,
            filter_state: false,
            dry_run: false,
            profile: Profile::Default,
            rules_off: Vec::new(),
            rules: None,
            allow: Rc::default(),
            known_values: None,
            trusts_source_address: false,
            policies: Rc::default(),
            policy: None,
            template: None,
            fingerprinter: None,
            overrides: Rc::default(),
            needles: None,
            is_behind_injection: false,
        }
    }
}

const FIELDS: &[&str] = &[
    "host",
    "role",
    "requests",
    "responses",
    "actions",
    "policies",
    "trust_source_address",
    "upgrades",
    "coded_bodies",
    "oversize_bodies",
    "host_errors",
    "held_tails",
    "accept_encoding",
    "hold_headers",
    "decoded_bytes_max",
    "decoded_ratio_max",
    "ranges",
    "signed_messages",
    "tail_bytes_max",
    "open_bytes_max",
    "held_bytes_max",
    "block_held_bytes_max",
    "log_records_per_second_max",
    "log_format",
    "filter_state",
    "dry_run",
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
        let policies = fields.remove("policies");
        let mut config = config.read(&mut fields)?.checked()?;
        if let Some(mut policies) = policies {
            let read = policies::policies("policies", &mut policies, &config)?;
            config.policies = Rc::new(read);
        }
        host::check(&config)?;
        Ok(config)
    }

    /// What is done with findings of this direction, for a proxy in this role.
    pub fn actions(&self, role: Role, direction: Direction) -> Actions {
        let stated = match direction {
            Direction::Request => self.requests,
            Direction::Response => self.responses,
        };
        stated.unwrap_or_else(|| Actions::of_role(role, direction))
    }

    /// The same, with what `actions` says of some of them.
    pub fn choice(&self, role: Role, direction: Direction) -> Choice {
        Choice::new(self.actions(role, direction), Rc::clone(&self.overrides), role, direction)
    }

    /// Takes over what comes from the host and stands in no configuration.
    pub(crate) fn with_host_of(&self, base: &Config) -> Config {
        let (needles, is_behind_injection) = (base.needles.clone(), base.is_behind_injection);
        Config { needles, is_behind_injection, ..self.clone() }
    }

    /// What becomes of a coded body of this direction.
    ///
    /// The role's own word for requests (block what is certain) is a first day's; it does not refuse the compressed
    /// uploads of telemetry. Where the configuration names an action for requests, what cannot be scanned is refused.
    pub fn coded_bodies(&self, direction: Direction) -> Unscannable {
        self.of_bodies(self.coded_bodies, direction)
    }

    /// The same of one that is too large.
    pub fn oversize_bodies(&self, direction: Direction) -> Unscannable {
        self.of_bodies(self.oversize_bodies, direction)
    }

    fn of_bodies(&self, failure: Failure<Unscannable>, direction: Direction) -> Unscannable {
        let is_of_role = self.requests.is_none() && !failure.names_requests;
        match direction {
            Direction::Request if is_of_role => Unscannable::Pass,
            _ => failure.of(direction),
        }
    }

    /// Whether a message of this direction may be held with its headers.
    pub(crate) fn holds_headers(&self, direction: Direction) -> bool {
        self.hold_headers && !(self.is_behind_injection && direction == Direction::Request)
    }

    /// What is looked for beside the built-in rules.
    pub fn finders(&self, direction: Direction) -> Finders {
        let needles = self.needles.as_deref();
        Finders {
            profile: self.profile,
            rules: self.rules.clone(),
            known_values: self.known_values.clone(),
            needles: needles.and_then(|needles| match direction {
                Direction::Request => needles.requests.clone(),
                Direction::Response => needles.responses.clone(),
            }),
            needles_alone: needles.is_some_and(|needles| needles.alone),
        }
    }

    /// Whether needles are looked for in this direction.
    pub(crate) fn has_needles(&self, direction: Direction) -> bool {
        self.needles.as_deref().is_some_and(|needles| match direction {
            Direction::Request => needles.requests.is_some(),
            Direction::Response => needles.responses.is_some(),
        })
    }

    fn read(mut self, fields: &mut Map<String, Value>) -> Result<Config, ConfigError> {
        let profiles = Profile::ALL.map(|profile| (profile.name(), profile));
        let roles =
            [("auto", None), ("inbound", Some(Role::Inbound)), ("outbound", Some(Role::Outbound))];
        let accepted = [
            ("identity", AcceptEncoding::Identity),
            ("scannable", AcceptEncoding::Scannable),
            ("keep", AcceptEncoding::Keep),
        ];
        let signed = [("block", SignedMessages::Block), ("report", SignedMessages::Report)];
        for (name, value) in fields.iter_mut() {
            let (name, key) = (name.as_str(), &self.fingerprinter);
            match name {
                "host" => self.host = host::read(name, value)?,
                "role" => self.role = word(name, value, &roles)?,
                "requests" => self.requests = Some(value::actions(name, value)?),
                "responses" => self.responses = Some(value::actions(name, value)?),
                "actions" => self.entries = actions::entries(name, value)?,
                "trust_source_address" => self.trusts_source_address = flag(name, value)?,
                "upgrades" => self.upgrades = upgrades::read(name, value)?,
                "coded_bodies" => {
                    self.coded_bodies = failures::read(name, value, Unscannable::WORDS)?;
                }
                "oversize_bodies" => {
                    self.oversize_bodies = failures::read(name, value, Unscannable::WORDS)?;
                }
                "host_errors" => {
                    self.host_errors = failures::read(name, value, Unscannable::WORDS)?;
                }
                "held_tails" => {
                    self.held_tails = failures::read(name, value, HeldTail::WORDS)?;
                }
                "accept_encoding" => self.accept_encoding = word(name, value, &accepted)?,
                "hold_headers" => self.hold_headers = flag(name, value)?,
                "decoded_bytes_max" => {
                    self.bounds.decoded_bytes_max =
                        size(name, value, 65_536, 4_000_000_000)? as u64;
                }
                "decoded_ratio_max" => {
                    self.bounds.decoded_ratio_max = size(name, value, 2, 1_000_000)? as u64;
                }
                "ranges" => self.ranges = word(name, value, Unscannable::WORDS)?,
                "signed_messages" => self.signed_messages = word(name, value, &signed)?,
                "tail_bytes_max" => self.limits.tail_bytes_max = size(name, value, 64, 65_536)?,
                "open_bytes_max" => {
                    self.limits.open_bytes_max = size(name, value, 4_096, 16_777_216)?;
                }
                "held_bytes_max" => self.held_bytes_max = size(name, value, 4_096, 16_777_216)?,
                "block_held_bytes_max" => {
                    self.block_held_bytes_max = size(name, value, 0, 16_777_216)?;
                }
                "log_format" => self.log_format = log_format(name, value)?,
                "filter_state" => self.filter_state = flag(name, value)?,
                "dry_run" => self.dry_run = flag(name, value)?,
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
    fn checked(mut self) -> Result<Config, ConfigError> {
        self.overrides =
            Rc::new(Overrides::new(self.entries.clone(), lists::all(self.rules.as_deref())));
        let custom = self.rules.as_deref();
        for (number, entry) in self.entries.iter().enumerate() {
            if let Some(place) =
                entry.rules.iter().position(|name| !lists::is_of_rule(name, custom))
            {
                let field = format!("actions[{number}].rules[{place}]");
                return Err(ConfigError::new(&field, "there is no such rule"));
            }
        }
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
